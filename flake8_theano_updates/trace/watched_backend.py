"""What stands in the place of functions of the backend while it is watched: a part of the watcher.

Standard library only and Python 2.7 or later.
"""

import os
import sys

from watched_calls import Calls
from watched_draws import Repeats, keeping_steps, left_alone
from watched_graph import MARK, Costs, Graph, variables_of
from watched_work import Watched

COMPILING = ("pfunc", "construct_pfunc_ins_and_outs", "construct_function_ins_and_outs")


def hook(recorder, package):
    """Watch a backend that has just been imported."""
    recorder.package = package
    recorder.folder = os.path.join(os.path.dirname(os.path.abspath(package.__file__)), "")
    graph = _module(package, ".graph.basic", ".gof.graph")
    shared = _module(package, ".compile.sharedvalue")
    rebuild = _module(package, ".compile.rebuild", ".compile.function.pfunc", ".compile.pfunc")
    maker = _module(
        package, ".compile.maker", ".compile.function.types", ".compile.function_module"
    )
    recorder.kinds = (graph.Constant, shared.SharedVariable)

    _put(recorder, graph.Apply, "__init__", _numbered)
    _put(recorder, shared.SharedVariable, "__init__", _numbered)
    _put(recorder, _module(package, ".gradient"), "_populate_grad_dict", _with_costs)
    _put(recorder, rebuild, "rebuild_collect_shared", _written_down)
    _put(recorder, maker.FunctionMaker, "__init__", _in_silence)
    _put(recorder, maker.FunctionMaker, "create", _seen)
    if package.__name__ + ".scan.op" in sys.modules:
        _put(recorder, _module(package, ".scan.op").Scan, "__init__", keeping_steps)


def _module(package, *names):
    """Return the first of these modules of a backend: what one calls so, another does not."""
    names = [package.__name__ + name for name in names]
    return next(sys.modules[name] for name in names if name in sys.modules)


def unhook(recorder):
    """Leave a backend as it was."""
    for watched in list(recorder.seen):
        watched.end()
    while recorder.put:
        owner, name, original = recorder.put.pop()
        setattr(owner, name, original)


def _put(recorder, owner, name, around):
    """Put in the place of a function what is made around it."""
    recorder.put.append((owner, name, vars(owner)[name]))
    setattr(owner, name, around(recorder, getattr(owner, name)))


def _numbered(recorder, original):
    """Give what is made of a class a number, and keep where it was made."""

    def made(self, *args, **kwargs):
        original(self, *args, **kwargs)
        if recorder.watching and not recorder.depth():
            try:
                gradient = getattr(recorder.local, "gradient", None)
                if gradient is None:
                    setattr(self.tag, MARK, recorder.number(recorder.frames(sys._getframe(1))))
                else:
                    # The backend goes deep into itself: one place for all of a gradient.
                    setattr(self.tag, MARK, recorder.number(gradient.made))
                    setattr(self.tag, MARK + "_gradient", gradient)
            except Exception as error:
                recorder.failed(error)

    return made


def _with_costs(recorder, original):
    """Keep what each gradient is taken of, and with respect to what."""

    def populate_grad_dict(var_to_app_to_idx, grad_dict, wrt, *args, **kwargs):
        local = recorder.local
        before = getattr(local, "gradient", None)
        local.gradient = None
        if recorder.watching:
            local.gradient = Costs(grad_dict, recorder.frames(sys._getframe(1)))
        try:
            for one in wrt:
                setattr(one.tag, MARK + "_wrt", True)
            return original(var_to_app_to_idx, grad_dict, wrt, *args, **kwargs)
        finally:
            local.gradient = before

    return populate_grad_dict


def _written_down(recorder, original):
    """Write down each function that the program compiles, before the backend changes its graph."""

    def rebuild_collect_shared(*args, **kwargs):
        frame = sys._getframe(1)
        if not (recorder.watching and frame.f_code.co_name in COMPILING):
            return original(*args, **kwargs)
        recorder.local.depth = recorder.depth() + 1
        recorder.local.looking = []
        result = None
        try:
            result = original(*args, **kwargs)
        finally:
            recorder.local.depth -= 1
            try:
                if recorder.depth() == 0 and _called_by_program(recorder, frame):
                    given = dict(zip(("outputs", "inputs", "replace", "updates"), args), **kwargs)
                    recorder.local.looking = _write_down(recorder, frame, given, result)
            except Exception as error:
                recorder.missed(error)
        return result

    return rebuild_collect_shared


def _called_by_program(recorder, frame):
    """Is this a call of the program, rather than one of the backend by itself?"""
    while frame.f_code.co_name in COMPILING or frame.f_code.co_name == "function":
        frame = frame.f_back
    return not recorder.is_backend(frame.f_code)


def _write_down(recorder, frame, given, result):
    """Write a function down; return what is to look on in its calls.

    Args:
        given: what it is compiled from, by name.
        result: what the backend makes of that; None if it refuses it.
    """
    refused = result is None
    updates = _listed_twice(given.get("updates")) if refused else result[2][2]
    if updates is None:
        return []
    graph, outputs = Graph(recorder), variables_of(given.get("outputs"))
    generators = [] if refused else left_alone(outputs, updates, recorder.kinds[1])
    with recorder.lock:
        if not recorder.watching:
            return []
        chain = recorder.frames(frame)
        record = graph.record(outputs, given.get("updates"), updates, chain, refused)
        recorder.add(record)
    if refused:
        return []
    looking = []
    if recorder.ask is not None:
        looking = _asked(recorder, record, graph, given, result[2][0])
    if generators and not given.get("no_default_updates"):
        numbers = dict((graph.number(one), one) for one in generators)
        looking.append(Repeats(recorder, record["id"], numbers))
    return looking


def _listed_twice(given):
    """Return the pairs of a list that the backend refuses: one updates a variable again."""
    if not isinstance(given, (list, tuple)):
        return None
    if len(set(id(target) for target, _ in given)) == len(given):
        return None
    return [(target, new if hasattr(new, "owner") else target) for target, new in given]


def _asked(recorder, record, graph, given, kept):
    """Return what computes beside the calls of a function that has something to compare.

    Args:
        kept: by each given variable, what the function itself has in its place.
    """
    try:
        questions = recorder.ask(record)
    except Exception as error:
        recorder.ask = None
        recorder.write({"error": "its calls: %s: %s" % (type(error).__name__, error)})
        return []
    if not questions:
        return []
    # The backend has copied what is no variable, and the program may have changed its own since.
    inputs, givens = given.get("inputs"), dict(given.get("replace") or {})
    for one, value in givens.items():
        if not hasattr(value, "owner"):
            givens[one] = kept.get(one, value)
    return [Calls(recorder, record["id"], graph.originals, questions, inputs, givens)]


def _in_silence(recorder, original):
    """Number nothing that is made while a function is compiled."""

    def made(self, *args, **kwargs):
        looking = getattr(recorder.local, "looking", [])
        recorder.local.looking = []
        recorder.local.depth = recorder.depth() + 1
        try:
            original(self, *args, **kwargs)
        finally:
            recorder.local.depth -= 1
        if looking:
            setattr(self, MARK, looking)

    return made


def _seen(recorder, original):
    """See the calls of a function in which something is to look on."""

    def create(self, *args, **kwargs):
        looking = vars(self).pop(MARK, [])
        function = original(self, *args, **kwargs)
        if looking:
            try:
                Watched(function, looking, recorder.seen)
            except Exception as error:
                for one in looking:
                    one.fail(error)
        return function

    return create
