"""Run fixtures as they stand by Theano, beside the programs of their findings.

A program of its own, for Theano has to be set up. Standard input is a JSON array of jobs:
[fixture's path, its source, the function to call, a program, {its names: their labels}];
standard output is one with what is different in reality, or null, for each.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import functools
import inspect
import itertools
import json
import os
import re
import sys
import tempfile
import types
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy

CALLS = 3
SIZE = 3  # of lists that are made up
SAME = 1e-9

# Lines of a program: what is defined or paired, its line in the fixture, and what stands in.
_DEFINED = re.compile(r"^    (\w+) = (.*?)\s*# line (\d+)(?:: (.*))?$")
_PAIRED = re.compile(r"^        \((\w+), .*\),\s*# line (\d+)$")

# What parameters stand for is told by their names; of these that decide, values to try.
_MADE = object()
_CHOICES: dict[str, tuple[object, ...]] = {
    "adaptive": (True, False),
    "clip": (True, False),
    "decay": (None, 0.8),
    "method": ("adagrad", "rmsprop"),
    "plain": (False, True),
    "saved": (None, _MADE),
    "updates": (None,),
}
_LISTS = {"accs": "acc", "grads": "grad", "params": "param", "velocities": "v", "weights": "w"}
_ARRAYS = ("g", "grad")


class DifferenceError(Exception):
    """In reality it is something else."""


class Program:
    """A program that is to show what a fixture computes.

    Args:
        text: the program.
        labels: how the fixture calls variables of it, by their names.
    """

    def __init__(self, text: str, labels: Mapping[str, str]) -> None:
        self.labels = labels
        space: dict[str, Any] = {"__name__": "program", "read": lambda variable: variable}
        tree = ast.parse(text)
        exec(compile(tree, "program", "exec"), space)
        (build,) = (one for one in tree.body if getattr(one, "name", "") == "build")
        assert isinstance(build, ast.FunctionDef)
        before = set(space)
        # Without the function around them its names can be seen.
        exec(compile(ast.Module(build.body[:-1], []), "program", "exec"), space)
        self.values = {name: space[name] for name in set(space) - before}
        self.pairs = space["kept"](self.values.pop("updates"))
        self.refused = len(self.pairs) < len(space["build"](space["read"])[0])
        self.lines: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        paired: dict[str, int] = {}
        for line in (ast.get_source_segment(text, build) or "").splitlines():
            if defined := _DEFINED.match(line):
                name, self.texts[name], number, note = defined.groups(default="")
                self.lines[name], self.notes[name] = int(number), note
            elif pair := _PAIRED.match(line):
                paired[pair[1]] = int(pair[2])
        self.lines.update(paired)
        variables = {name: one for name, one in self.values.items() if hasattr(one, "get_value")}
        self._starts = {name: one.get_value() for name, one in variables.items()}
        self.names = [name for name in self.lines if self.is_variable(name) or self.is_array(name)]

    def is_variable(self, name: str) -> bool:
        """Is this a shared variable?"""
        return name in self._starts

    def is_array(self, name: str) -> bool:
        """Is this what stands for an array or an expression that is not known?"""
        return self.notes[name] in ("an array", "an input")

    def stands_in(self, name: str) -> bool:
        """Has this a value that the fixture does not give?"""
        return self.is_array(name) or self.notes[name] == "its start stands in"

    def value(self, name: str) -> Any:
        """Return the number or the array that a name stands for, or its variable starts with."""
        return numpy.asarray(self._starts.get(name, self.values[name]))

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of what has this name, or of anything in the program."""
        for one in (name, *self.names):
            if one in self.names:
                return self.value(one).shape
        return (2, 2)


@dataclasses.dataclass
class Collection:
    """Updates that a fixture hands over.

    Args:
        given: the updates as they are.
        pairs: their pairs.
        stored: the variables in which the function keeps its inputs.
    """

    given: Any
    pairs: list[tuple[Any, Any]]
    stored: dict[Any, Any] = dataclasses.field(default_factory=dict)


class World:
    """What a fixture is called with, and what becomes of it.

    Args:
        program: tells which numbers the fixture is to have, and of what shape arrays are.
        values: the values of what is made up, by its path from a parameter; others are random.
        choices: of parameters that decide.
    """

    def __init__(
        self, program: Program, values: Mapping[str, Any], choices: Mapping[str, Any]
    ) -> None:
        self.program = program
        self.values = values
        self.choices = choices
        self.made: dict[str, Any] = {}
        self._parameters: list[Any] = []
        self.collections: list[Collection] = []

    def thing(self, name: str, path: str | None = None) -> Any:
        """Return what a name stands for."""
        path = path or name
        if self.program.notes.get(name) == "a number":
            return self.program.values[name]
        if self.choices.get(path, _MADE) is not _MADE:
            return self.choices[path]
        if name in ("cost", "loss") and not self._is_array(name):
            return self._cost()
        if name == "x" and not self._is_array(name):
            return theano.tensor.dscalar()
        if name in ("layers", "net", "pairs", "params", "saved", "scope", "states"):
            return getattr(self, f"_{name}")(path)
        if name in _LISTS:
            return [self.thing(_LISTS[name], f"{path}[{n}]") for n in range(SIZE)]
        if name == "add_update":
            return self._add_update
        if name == "get_gradients":
            return lambda loss, params: self.thing("grads")
        return self._made(name, path)

    def _is_array(self, name: str) -> bool:
        return name in self.program.names and self.program.is_array(name)

    def _made(self, name: str, path: str) -> Any:
        if path not in self.made:
            self.made[path] = theano.shared(self._value(name, path), name=path)
            if name not in _ARRAYS and not self._is_array(name):
                self._parameters.append(self.made[path])
        return self.made[path]

    def _value(self, name: str, path: str) -> Any:
        random = numpy.random.RandomState(zlib.crc32(path.encode()))
        shape = self.program.shape(name)
        return numpy.asarray(self.values.get(path, random.uniform(0.2, 0.9, shape)))

    def _cost(self) -> Any:
        return sum(theano.tensor.sum(theano.tensor.sin(one)) for one in self._parameters)

    def _params(self, path: str) -> Any:
        listed = [self.thing("param", f"{path}[{n}]") for n in range(SIZE)]
        by_text = any(label.startswith("params[k]") for label in self.program.labels.values())
        return dict(zip("uvw", listed, strict=True)) if by_text else listed

    def _states(self, path: str) -> Any:
        return {f"{key}_acc": self.thing("acc", f"{path}[{key}]") for key in "uvw"}

    def _pairs(self, path: str) -> Any:
        return list(zip(self.thing("params"), self.thing("grads"), strict=True))

    def _layers(self, path: str) -> Any:
        names = ("W", "velocity", "v", "params", "velocities")
        return [
            types.SimpleNamespace(**{one: self.thing(one, f"{path}[{n}].{one}") for one in names})
            for n in range(SIZE)
        ]

    def _net(self, path: str) -> Any:
        return types.SimpleNamespace(layers=self._layers(f"{path}.layers"))

    def _saved(self, path: str) -> Any:
        paths = [f"{path}[{n}]" for n in range(SIZE)]
        self.made.update((one, self._value("param", one)) for one in paths)
        return [self.made[one] for one in paths]

    def _scope(self, path: str) -> Any:
        return lambda name: contextlib.nullcontext()

    def _add_update(self, updates: Any, inputs: Any = None) -> None:
        """Collect updates one after the other, as a layer does."""
        if not self.collections:
            self.collections.append(Collection([], []))
        self.collections[0].given.extend(updates)
        self.collections[0].pairs.extend(updates)

    def compiled(
        self, inputs: Any = (), outputs: Any = None, mode: Any = None, updates: Any = None, **_: Any
    ) -> object:
        """Stand for ``theano.function``."""
        stored = {
            one.variable: theano.shared(one.value) for one in inputs if hasattr(one, "update")
        }
        if stored:
            pairs = [
                (stored[one.variable], theano.clone(one.update, replace=stored)) for one in inputs
            ]
            self.collections.append(Collection(pairs, pairs, stored=stored))
        elif updates is not None:
            self.taken(updates)
        else:
            found: dict[Any, Any] = {}
            waiting = outputs if isinstance(outputs, list) else [outputs]
            while waiting:
                more = [one for one in _shared_in(waiting) if one not in found]
                more = [one for one in more if hasattr(one, "default_update")]
                found.update((one, one.default_update) for one in more)
                waiting = [one.default_update for one in more]
            self.taken(found)
        return object()

    def taken(self, given: Any) -> None:
        """Note updates that are handed over."""
        pairs = list(given.items() if isinstance(given, dict) else given)
        self.collections.append(Collection(given, [(target, value) for target, value in pairs]))


def _shared_in(values: Sequence[Any]) -> list[Any]:
    inputs = theano.gof.graph.inputs([theano.tensor.as_tensor_variable(one) for one in values])
    return [one for one in inputs if hasattr(one, "get_value")]


class Run:
    """One run of a fixture: what it hands over, and what its own words mean in it.

    Args:
        path: the fixture's path.
        source: its text.
        function: what to call, as ``Class.method``; '' for nothing.
        world: what to call it with.
    """

    def __init__(self, path: str, source: str, function: str, world: World) -> None:
        self.path = path
        self.world = world
        self._tree = ast.parse(source)
        self._meant: dict[str, list[Any]] = {name: [] for name in world.program.names}
        self._watched = self._words()
        try:
            with self._doors():
                space: dict[str, Any] = {"__name__": "fixture"}
                exec(compile(source, path, "exec"), space)
                if function:
                    self._call(space, function)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            raise DifferenceError(f"the fixture does not run with what stands in: {text}") from error

    @contextlib.contextmanager
    def _doors(self) -> Iterator[None]:
        """Take updates where Theano would compile them, and see what goes on in the fixture."""
        own = theano.function, theano.compile.pfunc
        theano.function = theano.compile.pfunc = self.world.compiled
        sys.modules["blocks.algorithms"].GradientDescent = self._algorithm
        sys.settrace(self._trace)
        try:
            yield
        finally:
            sys.settrace(None)
            theano.function, theano.compile.pfunc = own

    def _algorithm(self, **_: Any) -> object:
        return types.SimpleNamespace(add_updates=self.world.taken)

    def _call(self, space: Mapping[str, Any], function: str) -> None:
        owner, _, name = function.rpartition(".")
        if owner:
            made = self._called(space[owner])
            reads = (node for node in ast.walk(self._tree) if isinstance(node, ast.Attribute))
            for node in reads:
                if isinstance(node.ctx, ast.Load) and ast.unparse(node.value) == "self":
                    if not hasattr(made, node.attr):
                        setattr(made, node.attr, self.world.thing(node.attr))
            result = self._called(getattr(made, name))
        else:
            result = self._called(space[name])
        if isinstance(result, types.GeneratorType):
            result = list(result)
        if isinstance(result, (list, dict)) and not self.world.collections:
            self.world.taken(result)

    def _called(self, function: Callable[..., Any]) -> Any:
        parameters = inspect.signature(function).parameters.values()
        needed = [one.name for one in parameters if one.default is one.empty]
        needed += [one for one in self.world.choices if one not in needed]
        # The cost is one of all the parameters.
        needed.sort(key=lambda name: name in ("cost", "loss"))
        return function(**{name: self.world.thing(name) for name in needed})

    def _words(self) -> dict[int, list[tuple[str, types.CodeType]]]:
        """Return what to look up at which line: the names of a program's variables and arrays."""
        program = self.world.program
        nodes = [
            node
            for node in ast.walk(self._tree)
            if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript))
            and isinstance(node.ctx, ast.Load)
        ]
        words: dict[int, list[tuple[str, types.CodeType]]] = {}
        for name in program.names:
            texts = {ast.unparse(node) for node in nodes}
            if name in program.labels:
                texts = {program.labels[name]}
            else:
                exact = {text for text in texts if _identifier(text) == name}
                short = re.sub(r"_\d+$", "", name)
                texts = exact or {text for text in texts if _identifier(text) == short}
            found = [node for node in nodes if ast.unparse(node) in texts]
            near = [node for node in found if node.lineno == program.lines[name]]
            for node in near or found:
                code = compile(ast.unparse(node), "word", "eval")
                words.setdefault(node.lineno, []).append((name, code))
        return words

    def _trace(self, frame: types.FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename != self.path:
            return None
        frame.f_trace_opcodes = True
        for name, code in self._watched.get(frame.f_lineno, ()):
            with contextlib.suppress(NameError, LookupError, AttributeError, TypeError):
                value = eval(code, frame.f_globals, frame.f_locals)
                for one in value if isinstance(value, (list, tuple)) else [value]:
                    is_symbol = getattr(one, "owner", self) is None
                    if is_symbol or isinstance(one, (numpy.ndarray, float)):
                        if not any(one is other for other in self._meant[name]):
                            self._meant[name].append(one)
        return self._trace

    def elements(self) -> list[dict[str, Any]]:
        """Return what the names of the program mean, for each element of the lists."""
        for name, meant in self._meant.items():
            if not meant:
                line = self.world.program.lines[name]
                raise DifferenceError(f"nothing at line {line} is what the program calls {name}")
        size = max(map(len, self._meant.values()))
        return [
            {name: meant[min(n, len(meant) - 1)] for name, meant in self._meant.items()}
            for n in range(size)
        ]


def _identifier(text: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"\bself\b", "", text)).strip("_")


def difference(
    path: str, source: str, function: str, text: str, labels: Mapping[str, str]
) -> str | None:
    """Return what a program has otherwise than a fixture, or None."""
    found = []
    try:
        program = Program(text, labels)
        if program.refused:
            raise DifferenceError("the program leaves out pairs")
        for choices in _choices(source, function, program):
            try:
                _compare(program, functools.partial(_run, path, source, function, program, choices))
            except DifferenceError as error:
                found.append(str(error))
            else:
                return None
    except DifferenceError as error:
        found.append(str(error))
    return " | ".join(found)


def _run(
    path: str,
    source: str,
    function: str,
    program: Program,
    choices: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Run:
    return Run(path, source, function, World(program, values, choices))


def _choices(source: str, function: str, program: Program) -> Iterator[dict[str, object]]:
    """Yield ways to choose between the arms of a function."""
    name = function.rpartition(".")[2]
    decide: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            names = [one.arg for one in node.args.args]
            defaults = [ast.unparse(one) for one in node.args.defaults]
            by_name = dict(zip(reversed(names), reversed(defaults), strict=False))
            decide = [one for one in names if one in _CHOICES and by_name.get(one, "None") == "None"]
    for chosen in itertools.product(*(_CHOICES[one] for one in decide)):
        yield dict(zip(decide, chosen, strict=True))


def _compare(program: Program, run: Callable[[Mapping[str, Any]], Run]) -> None:
    """Compare a program with the first and the last element of what the fixture has.

    Raises:
        DifferenceError: if they differ.
    """
    first = run({})
    elements = first.elements()
    for number in sorted({0, len(elements) - 1}):
        element = elements[number]
        if number and len(set(map(id, element.values()))) < len(element):
            continue  # a program that has several elements by name has this one as another
        second = run(_values(program, first, element))
        meant = second.elements()[number]
        problems = []
        for collection in second.world.collections:
            try:
                _follow(program, collection, meant)
                break
            except DifferenceError as error:
                problems.append(error)
        else:
            raise problems[-1] if problems else DifferenceError("no updates are handed over")


def _values(program: Program, run: Run, element: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to be made up so that it is what stands in."""
    paths = {id(made): path for path, made in run.world.made.items()}
    names: dict[int, str] = {}
    values = {}
    for name in program.names:
        one = id(element[name])
        if one in names:
            raise DifferenceError(f"{names[one]} and {name} are one thing")
        names[one] = name
        if program.stands_in(name):
            if one not in paths:
                raise DifferenceError(f"{name} stands in for what the fixture has")
            values[paths[one]] = program.value(name)
    return values


def _follow(program: Program, collection: Collection, meant: Mapping[str, Any]) -> None:
    """Compare starts, and what comes of them and of others in some calls."""
    real = {
        name: collection.stored.get(meant[name], meant[name])
        for name in program.names
        if program.is_variable(name)
    }
    by_variable = {program.values[name]: name for name in real}
    targets = [by_variable[target] for target, _ in program.pairs]
    order = [target for target, _ in collection.pairs]
    missing = [name for name in targets if real[name] not in order]
    if missing:
        raise DifferenceError(f"{missing[0]} is not updated")
    places = [order.index(real[name]) for name in targets]
    if isinstance(collection.given, list) and places != sorted(places):
        raise DifferenceError(f"the order is another one: {places}")
    for name, variable in real.items():
        if "drawn(" in program.texts[name]:
            variable.set_value(program.value(name))
        _equal(f"{name} starts", variable.get_value(), program.value(name))
    read = _shared_in([collection.pairs[place][1] for place in places])
    whole = all(one in real.values() for one in read if one in order)
    steps = [_compiled("Theano", collection.given), _compiled("the program", program.pairs)]
    sides = [list(real.values()), [program.values[name] for name in real]]
    for start in ([program.value(name) for name in real], *_other_starts(program, real)):
        rows: list[list[Any]] = [[], []]
        for step, variables, own in zip(steps, sides, rows, strict=True):
            for variable, value in zip(variables, start, strict=True):
                variable.set_value(value)
            for _ in range(CALLS if whole else 1):
                step()
                own.append([variable.get_value() for variable in variables])
        for call, (one, other) in enumerate(zip(*rows, strict=True), 1):
            for name, left, right in zip(real, one, other, strict=True):
                if name in targets:
                    _equal(f"{name} after call {call}", left, right)
    _moved(targets, dict(zip(real, start, strict=True)), dict(zip(real, rows[0][0], strict=True)))


def _other_starts(program: Program, names: Iterable[str]) -> list[list[Any]]:
    """Return positive values, so that nothing is hidden by zeros."""
    random = numpy.random.RandomState(5)
    return [[random.uniform(0.35, 0.95, program.shape(name)) for name in names]]


def _moved(targets: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """See that numbers which are the same say anything."""
    seen: list[Any] = []
    for name in targets:
        new = after[name]
        if not numpy.isfinite(new).all() or numpy.isclose(new, before[name], SAME, 0).any():
            raise DifferenceError(f"{name} does not move: {new}")
        if any(new.shape == one.shape and numpy.allclose(new, one, SAME) for one in seen):
            raise DifferenceError(f"{name} becomes what another is: {new}")
        seen.append(new)


def _compiled(whose: str, updates: Any) -> Callable[[], None]:
    """Compile updates; a failure in a call is one of what was compiled, too."""
    try:
        if isinstance(updates, list):
            updates = [(one, theano.tensor.as_tensor_variable(new)) for one, new in updates]
        mode = theano.compile.Mode(linker="py", optimizer=None)
        made = theano.function([], [], updates=updates, mode=mode)
    except Exception as error:
        raise DifferenceError(f"{whose} refuses: {error}") from error

    def step() -> None:
        try:
            made()
        except Exception as error:
            raise DifferenceError(f"{whose} fails: {str(error).splitlines()[0]}") from error

    return step


def _equal(what: str, real: Any, shown: Any) -> None:
    real, shown = numpy.asarray(real), numpy.asarray(shown)
    if real.shape != shown.shape or not numpy.allclose(real, shown, SAME, 0, equal_nan=True):
        raise DifferenceError(f"{what}: {shown.tolist()} is {real.tolist()}")


def _stand_ins() -> None:
    """Give the fixtures what they import beside Theano."""

    class Optimizer:
        """What a subclass reads of itself is made up."""

    def module(name: str, **attributes: Any) -> types.ModuleType:
        made = sys.modules[name] = types.ModuleType(name)
        vars(made).update(attributes)
        return made

    backend = module(
        "keras.backend",
        function=lambda *given, **named: theano.function(*given, **named),
        int_shape=lambda x: x.get_value().shape,
        mean=theano.tensor.mean,
        moving_average_update=lambda x, new, momentum: (x, x * momentum + new * (1 - momentum)),
        sqrt=theano.tensor.sqrt,
        square=theano.tensor.sqr,
        update=lambda x, new: (x, new),
        update_add=lambda x, step: (x, x + step),
        update_sub=lambda x, step: (x, x - step),
        zeros=lambda shape: theano.shared(numpy.zeros(shape)),
    )
    module("keras", backend=backend)
    module("keras.optimizers", Optimizer=Optimizer)
    module("blocks")
    module("blocks.algorithms")
    for name in ("aesara", "pytensor"):
        sys.modules[name] = theano
        sys.modules[f"{name}.tensor"] = theano.tensor


def main() -> None:
    """Answer one array with another."""
    _stand_ins()
    answers = [difference(*job) for job in json.load(sys.stdin)]
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["THEANO_FLAGS"] = (
            "cxx=,blas.ldflags=,device=cpu,floatX=float64,mode=FAST_COMPILE,"
            f"on_unused_input=ignore,base_compiledir={folder}"
        )
        import theano

        main()
