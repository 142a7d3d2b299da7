"""Run a program as Python itself does, and write down every function that it compiles.

Standard library only and Python 2.7 or later: it runs in the interpreter that has the backend.
One line of JSON for each function goes to a file at the moment of its compilation, so that
what is known stays known however the program ends.
"""

from __future__ import print_function

import os
import sys

# As a script this file's folder comes first on the path, where the program's belongs.
_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _HERE]

import json  # noqa: E402
import threading  # noqa: E402
import types  # noqa: E402

sys.path.append(_HERE)
_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
from watched_calls import Calls, Socket  # noqa: E402
from watched_graph import MARK, Graph  # noqa: E402

sys.dont_write_bytecode = _bytecode
sys.path.remove(_HERE)

BACKENDS = ("theano", "aesara", "pytensor")
DEEPEST = 8  # frames of the program that are kept of each expression
OWN = os.path.abspath(__file__.replace(".pyc", ".py"))
COMPILING = ("pfunc", "construct_pfunc_ins_and_outs", "construct_function_ins_and_outs")


class Recorder(object):
    """Writes down the functions.

    Args:
        path: the file that lines are added to; None where `write` puts them elsewhere.
        most: after how many functions it stops watching; 0 for never.
        ask: given what is written of a function, returns what its calls are compared with; None
            compares none.
        calls: how many calls of each are compared.
    """

    def __init__(self, path, most, ask=None, calls=0):
        self.file = None if path is None else os.open(path, os.O_WRONLY | os.O_APPEND)
        self.most = most
        self.ask = ask
        self.calls = calls
        self.put = []  # what hooks stand in the place of
        self.seen = []  # what sees the calls of functions
        self.waiting = {}  # what will see the calls of a function, by the id of its maker
        self.written = 0
        self.watching = True
        self.made = []  # the frames of each expression, by its number
        self.costs = []  # of each gradient, by its number
        self.chains = {}
        self.lock = threading.RLock()
        self.local = threading.local()
        self.inside = {OWN: True}  # files, by whether they are the backend's
        self.folder = None
        self.package = None

    def is_backend(self, code):
        name = code.co_filename
        known = self.inside.get(name)
        if known is None:
            known = self.inside[name] = os.path.abspath(name).startswith(self.folder)
        return known

    def frames(self, frame):
        """Return code, instruction and line of the frames outside of the backend, inner first."""
        found = []
        while frame is not None and len(found) < DEEPEST:
            if not self.is_backend(frame.f_code):
                found.append((frame.f_code, frame.f_lasti, frame.f_lineno))
            frame = frame.f_back
        return self.chains.setdefault(tuple(found), tuple(found))

    def number(self, frame):
        chain = self.frames(frame)
        with self.lock:
            self.made.append(chain)
            return len(self.made)

    def gradient(self, costs):
        """Return the number of a gradient that is taken of some costs."""
        with self.lock:
            self.costs.append(tuple(costs))
            return len(self.costs) - 1

    def depth(self):
        return getattr(self.local, "depth", 0)

    def write(self, record):
        line = (json.dumps(record) + "\n").encode("ascii")
        while line:
            line = line[os.write(self.file, line) :]

    def failed(self, error):
        """Nothing that fails here may reach the program."""
        self.watching = False
        try:
            self.write({"error": "%s: %s" % (type(error).__name__, error)})
        except Exception:
            self.file = None


def hook(recorder, package):
    """Watch a backend that has just been imported."""
    recorder.package = package
    recorder.folder = os.path.join(os.path.dirname(os.path.abspath(package.__file__)), "")
    modules = sys.modules
    graph = modules.get(package.__name__ + ".graph.basic") or modules["theano.gof.graph"]
    shared = modules[package.__name__ + ".compile.sharedvalue"]
    gradient = modules[package.__name__ + ".gradient"]
    names = (".compile.rebuild", ".compile.function.pfunc", ".compile.pfunc")
    rebuild = next(modules[package.__name__ + n] for n in names if package.__name__ + n in modules)
    names = (".compile.maker", ".compile.function.types", ".compile.function_module")
    maker = next(modules[package.__name__ + n] for n in names if package.__name__ + n in modules)
    recorder.kinds = (graph.Constant, shared.SharedVariable)

    _numbered(recorder, graph.Apply)
    _numbered(recorder, shared.SharedVariable)
    _in_silence(recorder, maker.FunctionMaker)
    _called(recorder, maker.FunctionMaker)

    populate = gradient._populate_grad_dict

    def populate_grad_dict(var_to_app_to_idx, grad_dict, wrt, *args, **kwargs):
        local = recorder.local
        before = getattr(local, "gradient", None)
        local.gradient = recorder.gradient(grad_dict) if recorder.watching else None
        try:
            for one in wrt:
                setattr(one.tag, MARK + "_wrt", True)
            return populate(var_to_app_to_idx, grad_dict, wrt, *args, **kwargs)
        finally:
            local.gradient = before

    _put(recorder, gradient, "_populate_grad_dict", populate_grad_dict)

    collect = rebuild.rebuild_collect_shared

    def rebuild_collect_shared(*args, **kwargs):
        frame = sys._getframe(1)
        compiles = frame.f_code.co_name in COMPILING and recorder.watching
        if not compiles:
            return collect(*args, **kwargs)
        recorder.local.depth = recorder.depth() + 1
        try:
            result = collect(*args, **kwargs)
        finally:
            recorder.local.depth -= 1
        recorder.local.calls = None
        try:
            if recorder.depth() == 0 and _called_by_program(recorder, frame):
                updates = kwargs.get("updates", args[3] if len(args) > 3 else None)
                outputs = kwargs.get("outputs", args[0] if args else None)
                graph = Graph(recorder)
                record = graph.record(outputs, updates, result[2][2], recorder.frames(frame))
                if _record(recorder, record) and recorder.ask is not None:
                    recorder.local.calls = _asked(recorder, record, graph, args, kwargs)
        except Exception as error:
            recorder.failed(error)
        return result

    _put(recorder, rebuild, "rebuild_collect_shared", rebuild_collect_shared)


def unhook(recorder):
    """Leave a backend as it was."""
    for calls in list(recorder.seen):
        calls.end()
    while recorder.put:
        owner, name, original = recorder.put.pop()
        setattr(owner, name, original)


def _put(recorder, owner, name, value):
    recorder.put.append((owner, name, vars(owner)[name]))
    setattr(owner, name, value)


def _numbered(recorder, kind):
    """Give what is made of a class a number, and keep where it was made."""
    original = kind.__init__

    def made(self, *args, **kwargs):
        original(self, *args, **kwargs)
        if recorder.watching and not recorder.depth():
            try:
                setattr(self.tag, MARK, recorder.number(sys._getframe(1)))
                gradient = getattr(recorder.local, "gradient", None)
                if gradient is not None:
                    setattr(self.tag, MARK + "_gradient", gradient)
            except Exception as error:
                recorder.failed(error)

    _put(recorder, kind, "__init__", made)


def _in_silence(recorder, kind):
    """Number nothing that is made while a function is compiled."""
    original = kind.__init__

    def made(self, *args, **kwargs):
        calls, recorder.local.calls = getattr(recorder.local, "calls", None), None
        recorder.local.depth = recorder.depth() + 1
        try:
            original(self, *args, **kwargs)
        finally:
            recorder.local.depth -= 1
        if calls is not None:
            recorder.waiting[id(self)] = calls, self

    _put(recorder, kind, "__init__", made)


def _called(recorder, kind):
    """See the calls of a function, where that is asked for."""
    original = kind.create

    def create(self, *args, **kwargs):
        calls, _ = recorder.waiting.pop(id(self), (None, None))
        function = original(self, *args, **kwargs)
        if calls is not None:
            try:
                calls.watch(function)
            except Exception as error:
                calls.fail(error)
        return function

    _put(recorder, kind, "create", create)


def _called_by_program(recorder, frame):
    """Is this a call of the program, rather than one of the backend by itself?"""
    while frame.f_code.co_name in COMPILING or frame.f_code.co_name == "function":
        frame = frame.f_back
    return not recorder.is_backend(frame.f_code)


def _record(recorder, record):
    """Write a function down; return whether that is asked for."""
    with recorder.lock:
        if not recorder.watching:
            return False
        recorder.written += 1
        record["id"] = "%d-%d" % (os.getpid(), recorder.written)
        recorder.write(record)
        if recorder.most and recorder.written >= recorder.most:
            recorder.watching = False
    return True


def _asked(recorder, record, graph, args, kwargs):
    """Return what sees the calls of a function that has something to compare."""
    try:
        questions = recorder.ask(record)
    except Exception as error:
        recorder.ask = None
        recorder.write({"error": "its calls: %s: %s" % (type(error).__name__, error)})
        return None
    if not questions:
        return None
    inputs = kwargs.get("inputs", args[1] if len(args) > 1 else None)
    givens = kwargs.get("replace", args[2] if len(args) > 2 else None)
    return Calls(recorder, record["id"], graph.originals, questions, inputs, givens)


class Finder(object):
    """Hooks a backend when the program first imports it."""

    def __init__(self, recorder):
        self.recorder = recorder

    def find_spec(self, name, path=None, target=None):
        if name not in BACKENDS:
            return None
        import importlib.util

        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or not hasattr(spec.loader, "exec_module"):
            sys.meta_path.insert(0, self)
            return spec
        execute = spec.loader.exec_module

        def exec_module(module):
            del spec.loader.exec_module
            execute(module)
            self.hook(module)

        spec.loader.exec_module = exec_module
        return spec

    def hook(self, module):
        try:
            hook(self.recorder, module)
        except Exception as error:
            self.recorder.failed(error)

    # Python 2
    def find_module(self, name, path=None):
        return self if name in BACKENDS and sys.version_info[0] == 2 else None

    def load_module(self, name):
        sys.meta_path.remove(self)
        __import__(name)
        self.hook(sys.modules[name])
        return sys.modules[name]


def main(path, most, asked, calls, kind, program, *arguments):
    """Run a program.

    Args:
        path: the file that is written.
        most: how many functions are written down, 0 for all.
        asked: the socket that answers what is to be compared, and
        calls: in how many calls of each function; 0 for none.
        kind: "script" or "module".
        program: its path or its name.
        arguments: what it is given.
    """
    recorder = Recorder(path, int(most), Socket(asked) if int(calls) else None, int(calls))
    sys.meta_path.insert(0, Finder(recorder))
    sys.argv[:] = (program,) + arguments
    # The program is __main__; what this file holds must outlive that.
    sys.modules["_theano_updates_watcher"] = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    space = sys.modules["__main__"].__dict__
    space["__builtins__"] = sys.modules.get("builtins") or sys.modules["__builtin__"]
    if sys.version_info[0] > 2:
        space["__annotations__"] = {}
    try:
        if kind == "module":
            import runpy

            sys.path.insert(0, "" if sys.version_info[0] == 2 else os.getcwd())
            runpy._run_module_as_main(program)
        else:
            sys.path.insert(0, os.path.dirname(os.path.realpath(program)))
            program = os.path.abspath(program) if sys.version_info >= (3, 9) else program
            space["__file__"] = program
            if sys.version_info[0] > 2:
                from importlib.machinery import SourceFileLoader

                space.update(__cached__=None, __loader__=SourceFileLoader("__main__", program))
            with open(program, "rb") as file:
                text = file.read()
            exec(compile(text, program, "exec", 0, True), space)
    except SystemExit:
        raise
    except BaseException:
        _tell()
        raise


def _tell():
    """Show the error as Python does, without the frames of this file; then only end by it."""
    error, value, trace = sys.exc_info()
    while trace is not None and os.path.abspath(trace.tb_frame.f_code.co_filename) == OWN:
        trace = trace.tb_next
    if hasattr(value, "with_traceback"):
        value = value.with_traceback(trace)
    sys.excepthook(error, value, trace)
    sys.excepthook = lambda *given: None


if __name__ == "__main__":
    main(*sys.argv[1:])
