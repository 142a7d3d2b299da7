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
import weakref  # noqa: E402

sys.path.append(_HERE)
_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
from watched_backend import hook, unhook  # noqa: E402
from watched_calls import Socket  # noqa: E402

sys.dont_write_bytecode = _bytecode
sys.path.remove(_HERE)

BACKENDS = ("theano", "aesara", "pytensor")
DEEPEST = 8  # frames of the program that are kept of each expression
OWN = os.path.abspath(__file__.replace(".pyc", ".py"))


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
        self.seen = weakref.WeakSet()  # functions whose calls are seen, which may go
        self.written = 0
        self.watching = True
        self.made = []  # the frames of each expression, by its number
        self.chains = {}
        self.lock = threading.RLock()
        self.local = threading.local()
        self.inside = {}  # files, by whether they are the backend's, or of this folder
        self.folder = None
        self.package = None

    def hook(self, package):
        """Watch a backend that has just been imported."""
        try:
            hook(self, package)
        except Exception as error:
            self.failed(error)

    def unhook(self):
        """Leave it as it was."""
        unhook(self)

    def is_backend(self, code):
        name = code.co_filename
        known = self.inside.get(name)
        if known is None:
            folders = (self.folder, os.path.join(_HERE, ""))
            known = self.inside[name] = os.path.abspath(name).startswith(folders)
        return known

    def frames(self, frame):
        """Return code, instruction and line of the frames outside of the backend, inner first.

        Thousands of expressions are made by one line of a program: their frames are kept once.
        """
        found, key, inside = [], [], self.inside
        while frame is not None and len(found) < DEEPEST:
            code = frame.f_code
            known = inside.get(code.co_filename)
            if known is None:
                known = self.is_backend(code)
            if not known:
                found.append(frame)
                key.append((id(code), frame.f_lasti))
            frame = frame.f_back
        key = tuple(key)
        chain = self.chains.get(key)
        if chain is None:
            # It keeps the code, so that no other code gets its id.
            chain = tuple((one.f_code, one.f_lasti, one.f_lineno) for one in found)
            self.chains[key] = chain
        return chain

    def number(self, chain):
        with self.lock:
            self.made.append(chain)
            return len(self.made)

    def depth(self):
        return getattr(self.local, "depth", 0)

    def add(self, record):
        """Write a function down."""
        self.written += 1
        record["id"] = "%d-%d" % (os.getpid(), self.written)
        self.write(record)
        if self.most and self.written >= self.most:
            self.watching = False

    def write(self, record):
        line = (json.dumps(record, separators=(",", ":")) + "\n").encode("ascii")
        while line:
            line = line[os.write(self.file, line) :]

    def broken(self, name, error):
        """Tell why a backend cannot be imported, which the program may keep to itself."""
        try:
            self.write({"broken": name, "why": _said(error)})
        except Exception as another:
            self.failed(another)

    def missed(self, error):
        """Go on with the next function where one cannot be written down."""
        try:
            self.write({"missed": _said(error)})
        except Exception as another:  # nothing can be written any more
            self.failed(another)

    def failed(self, error):
        """Nothing that fails here may reach the program."""
        self.watching = False
        try:
            self.write({"error": _said(error)})
        except Exception:
            self.file = None


def _said(error):
    return "%s: %s" % (type(error).__name__, error)


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
            try:
                execute(module)
            except Exception as error:
                self.broken(name, error)
                raise
            self.hook(module)

        spec.loader.exec_module = exec_module
        return spec

    def hook(self, module):
        self.recorder.hook(module)

    def broken(self, name, error):
        self.recorder.broken(name, error)

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
