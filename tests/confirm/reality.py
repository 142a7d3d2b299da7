"""Run fixtures as they stand by Theano, beside the programs of their findings.

A program of its own, for Theano has to be set up. Standard input is a JSON array of objects
with the attributes of a `Job`; standard output is one with what is different in reality,
or null, for each.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import functools
import gc
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
SAME = 1e-10

# Lines of a program: what is defined, and pairs; where in the fixture, and what is said of it.
_DEFINED = re.compile(r"^    (\w+) = (.*?)\s*# line (\d+)(?:: (.*))?$")
_PAIRED = re.compile(r"^        \((\w+), .*\),\s*# line (\d+)(, .*)?$")

_MADE = object()
# What parameters stand for is told by their names; for these, which decide, there are choices.
_CHOICES: dict[str, tuple[object, ...]] = {
    "adaptive": (True, False),
    "clip": (True, False),
    "decay": (None, 0.8),
    "method": ("adagrad", "rmsprop"),
    "momentum": (_MADE,),
    "nesterov": (False, True),
    "plain": (False, True),
    "saved": (None, _MADE),
    "updates": (None,),
}
_LISTS = {
    "accs": "acc",
    "costs": "cost",
    "grads": "grad",
    "params": "param",
    "velocities": "v",
    "weights": "w",
}
_ARRAYS = ("g", "grad")
READ = "what is read"


class DifferenceError(Exception):
    """In reality it is something else."""


@dataclasses.dataclass(frozen=True)
class Job:
    """What is to be compared.

    Args:
        path: the fixture's path.
        source: its text.
        function: the function to call, as ``Class.method``; '' where the module does it all.
        text: the program that is to show what it computes.
        labels: how the fixture calls the program's variables, by their names there.
        line: where the fixture reads a variable, and
        variable: how it calls it there.
    """

    path: str
    source: str
    function: str
    text: str
    labels: dict[str, str]
    line: int
    variable: str


class Program:
    """The program of a job, run, with what its lines say of what they define."""

    def __init__(self, job: Job) -> None:
        self.job = job
        tree = ast.parse(job.text)
        space: dict[str, Any] = {"__name__": "program", "read": lambda value, *_: value}
        exec(compile(tree, "program", "exec"), space)
        (build,) = (one for one in tree.body if getattr(one, "name", "") == "build")
        assert isinstance(build, ast.FunctionDef)
        before = set(space)
        # Without the function around them its names can be seen.
        exec(compile(ast.Module(build.body[:-1], []), "program", "exec"), space)
        self.values = {name: space[name] for name in set(space) - before}
        self.left_out = space.get("KEPT") is not None
        self.read = {
            node.args[-1].id
            for node in ast.walk(build)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "read"
            if isinstance(node.args[-1], ast.Name)
        }
        self.codes: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.notes: dict[str, str] = {}
        late = self._understood((ast.get_source_segment(job.text, build) or "").splitlines())
        pairs = zip(self.values.pop("updates"), late, strict=True)
        # Of several values for a key, a mapping has the last.
        self.pairs = dict(pair for pair, is_late in pairs if not is_late)
        variables = {name: one for name, one in self.values.items() if hasattr(one, "get_value")}
        self._starts = {name: one.get_value() for name, one in variables.items()}
        self.names = [name for name in self.lines if self.is_variable(name) or self.is_array(name)]
        self.words = {name: self._words(name) for name in self.names}
        if self.read:
            self.words[READ] = [(job.line, job.variable)]

    def _understood(self, lines: Iterable[str]) -> list[bool]:
        """Note what the lines say, and return which pairs come too late."""
        late = []
        paired: dict[str, int] = {}
        for line in lines:
            if defined := _DEFINED.match(line):
                name, self.codes[name], number, self.notes[name] = defined.groups(default="")
                self.lines[name] = int(number)
            elif pair := _PAIRED.match(line):
                paired[pair[1]] = int(pair[2])
                late.append(pair[3] is not None)
        self.lines.update(paired)
        return late

    def _words(self, name: str) -> list[tuple[int, str]]:
        """Return the lines and the words in which the fixture speaks of what has this name."""
        reads = _reads(self.job.source)
        # A name that another thing has already gets a number.
        short = re.sub(r"_\d+$", "", name)
        by_label = {word for _, word, _ in reads if word == self.job.labels.get(name)}
        by_name = [{word for _, word, name in reads if name == one} for one in (name, short)]
        words = by_label or by_name[0] or by_name[1]
        found = [(line, word) for line, word, _ in reads if word in words]
        return [one for one in found if one[0] == self.lines[name]] or found

    @functools.cached_property
    def step(self) -> Callable[[], None]:
        """One call of what is compiled with the updates."""
        return _compiled("the program", list(self.pairs.items()))

    def is_variable(self, name: str) -> bool:
        """Is this a shared variable?"""
        return name in self._starts

    def is_array(self, name: str) -> bool:
        """Is this what stands for an array or an expression that is not known?"""
        return self.notes.get(name) in ("an array", "an input")

    def stands_in(self, name: str) -> bool:
        """Has this a value that the fixture does not give?"""
        return self.is_array(name) or self.notes.get(name) == "its start stands in"

    def value(self, name: str) -> Any:
        """Return the array that a name stands for, or that its variable starts with."""
        return numpy.asarray(self._starts.get(name, self.values[name]))

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of what has this name, or else of anything in the program."""
        return self.value(name if name in self.names else self.names[0]).shape


@dataclasses.dataclass
class Collection:
    """Updates that a fixture hands over.

    Args:
        given: the updates as they are.
        stored: the variables in which a function keeps its inputs.
    """

    given: Any
    stored: dict[Any, Any] = dataclasses.field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """The pairs, in their order."""
        pairs = self.given.items() if isinstance(self.given, dict) else self.given
        return [(target, value) for target, value in pairs]

    @functools.cached_property
    def step(self) -> Callable[[], None]:
        """One call of what is compiled with the updates."""
        return _compiled("Theano", self.given)


class World:
    """What a fixture is called with, and what it hands over.

    Args:
        program: tells which numbers the fixture is to have, and of what shape arrays are.
        values: the values of what is made up, by its path from a parameter; others are random.
        choices: what parameters are that decide.
    """

    def __init__(
        self, program: Program, values: Mapping[str, Any], choices: Mapping[str, Any]
    ) -> None:
        self.program = program
        self.values = values
        self.choices = choices
        self.made: dict[str, Any] = {}
        self.collections: list[Collection] = []
        self._parameters: list[Any] = []
        self._inputs = itertools.count()

    def thing(self, name: str, path: str = "") -> Any:
        """Return what a name stands for."""
        path = path or name
        if self.program.notes.get(name) == "a number":
            return self.program.values[name]
        if self.choices.get(path, _MADE) is not _MADE:
            return self.choices[path]
        if self.program.is_array(name):
            return self._made(name, path)
        if name in _LISTS:
            listed = [self.thing(_LISTS[name], f"{path}[{n}]") for n in range(SIZE)]
            by_text = f"{name}[k]" in self.program.job.labels.values()
            return dict(zip("ijk", listed, strict=True)) if by_text else listed
        special = getattr(self, f"_thing_{name}", None)
        return special(path) if special else self._made(name, path)

    def _made(self, name: str, path: str) -> Any:
        if path not in self.made:
            self.made[path] = theano.shared(self._value(name, path), name=path)
            if name not in _ARRAYS and not self.program.is_array(name):
                self._parameters.append(self.made[path])
        return self.made[path]

    def _value(self, name: str, path: str) -> Any:
        random = numpy.random.RandomState(zlib.crc32(path.encode()))
        shape = self.program.shape(name)
        return numpy.asarray(self.values.get(path, random.uniform(0.2, 0.9, shape)))

    def _thing_cost(self, path: str) -> Any:
        return sum(theano.tensor.sum(theano.tensor.sin(one)) for one in self._parameters)

    def _thing_x(self, path: str) -> Any:
        return theano.tensor.TensorType("float64", ())()

    def scalar(self, name: str = "") -> Any:
        """Return what stands for a scalar input of a fixture's own."""
        path = f"input {next(self._inputs)}"
        random = numpy.random.RandomState(zlib.crc32(path.encode()))
        self.made[path] = theano.shared(
            numpy.asarray(self.values.get(path, random.uniform(0.2, 0.9))), name=path
        )
        return self.made[path]

    def _thing_states(self, path: str) -> Any:
        return {f"{key}_acc": self.thing("acc", f"{path}[{key}]") for key in "ijk"}

    def _thing_pairs(self, path: str) -> Any:
        return list(zip(self.thing("params"), self.thing("grads"), strict=True))

    def _thing_layers(self, path: str) -> Any:
        names = ("W", "velocity", "v", "params", "velocities")
        return [
            types.SimpleNamespace(**{one: self.thing(one, f"{path}[{n}].{one}") for one in names})
            for n in range(SIZE)
        ]

    def _thing_net(self, path: str) -> Any:
        return types.SimpleNamespace(layers=self._thing_layers(f"{path}.layers"))

    def _thing_saved(self, path: str) -> Any:
        paths = [f"{path}[{n}]" for n in range(SIZE)]
        self.made.update((one, self._value("param", one)) for one in paths)
        return [self.made[one] for one in paths]

    def _thing_scope(self, path: str) -> Any:
        return lambda name: contextlib.nullcontext()

    def _thing_get_gradients(self, path: str) -> Any:
        return lambda loss, params: self.thing("grads")

    def _thing_add_update(self, path: str) -> Any:
        return self._layer_takes

    def _layer_takes(self, updates: Any, inputs: Any) -> None:
        if not self.collections:
            self.takes([])
        self.collections[0].given.extend(updates)

    def algorithm(self, **_: Any) -> object:
        """Stand for a training algorithm."""
        return types.SimpleNamespace(add_updates=self.takes)

    def compiler(self, own: Callable[..., Any]) -> Callable[..., object]:
        """Return what takes updates in the place of Theano's own ``function``."""

        def function(
            inputs: Any = (), outputs: Any = None, mode: Any = None, updates: Any = None
        ) -> object:
            if sys._getframe(1).f_globals["__name__"].startswith("theano."):
                return own(inputs, outputs)
            states = [one for one in inputs if getattr(one, "update", None) is not None]
            if states:
                stored = {one.variable: theano.shared(one.value) for one in states}
                updates = [
                    (stored[one.variable], theano.clone(one.update, replace=stored))
                    for one in states
                ]
                self.collections.append(Collection(updates, stored))
            else:
                self.takes(_default_updates(outputs) if updates is None else updates)
            return lambda *_: None

        return function

    def takes(self, updates: Any) -> None:
        """Take updates as they are at this moment."""
        self.collections.append(Collection(type(updates)(updates)))


def _default_updates(output: Any) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    waiting = [output]
    while waiting:
        for one in _shared_in([waiting.pop()]):
            if one not in found and hasattr(one, "default_update"):
                found[one] = one.default_update
                waiting.append(one.default_update)
    return found


def _shared_in(values: Sequence[Any]) -> list[Any]:
    inputs = theano.gof.graph.inputs([theano.tensor.as_tensor_variable(one) for one in values])
    return [one for one in inputs if hasattr(one, "get_value")]


class Run:
    """One run of a fixture: what it hands over, and what its own words mean in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._job = job = world.program.job
        self._path = job.path
        self._meant: dict[str, list[Any]] = {name: [] for name in world.program.words}
        self._watched: dict[int, list[tuple[str, types.CodeType]]] = {}
        for name, words in world.program.words.items():
            for line, word in words:
                self._watched.setdefault(line, []).append((name, _code(word, "word", "eval")))
        try:
            with self._doors():
                space: dict[str, Any] = {"__name__": "fixture"}
                exec(_code(job.source, job.path, "exec"), space)
                if job.function:
                    self._call(space)
        except Exception as error:
            text = f"with what stands in the fixture fails: {type(error).__name__}: {error}"
            raise DifferenceError(text) from error

    @contextlib.contextmanager
    def _doors(self) -> Iterator[None]:
        """Take updates where Theano would compile them, and see what goes on in the fixture."""
        own = theano.function, theano.compile.pfunc
        scalars = theano.tensor.scalar, theano.tensor.dscalar
        theano.tensor.scalar = theano.tensor.dscalar = self.world.scalar
        theano.function = theano.compile.pfunc = self.world.compiler(theano.function)
        sys.modules["blocks.algorithms"].GradientDescent = self.world.algorithm
        sys.settrace(self._trace)
        try:
            yield
        finally:
            sys.settrace(None)
            theano.function, theano.compile.pfunc = own
            theano.tensor.scalar, theano.tensor.dscalar = scalars

    def _call(self, space: Mapping[str, Any]) -> None:
        owner, _, name = self._job.function.rpartition(".")
        function = space[owner or name]
        if owner:
            made = self._called(function)
            for attribute in re.findall(r"\bself\.(\w+)", self._job.source):
                if not hasattr(made, attribute):
                    setattr(made, attribute, self.world.thing(attribute))
            function = getattr(made, name)
        result = self._called(function)
        if isinstance(result, types.GeneratorType):
            result = list(result)
        if isinstance(result, (list, dict)):
            self.world.takes(result)

    def _called(self, function: Callable[..., Any]) -> Any:
        parameters = inspect.signature(function).parameters.values()
        needed = [
            one.name
            for one in parameters
            if one.default is one.empty or one.name in self.world.choices
        ]
        # The cost is one of all the parameters.
        needed.sort(key=lambda name: name == "cost")
        return function(**{name: self.world.thing(name) for name in needed})

    def _trace(self, frame: types.FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename != self._path:
            return None
        frame.f_trace_opcodes = True
        for name, code in self._watched.get(frame.f_lineno, ()):
            # Later in the line it may be bound.
            with contextlib.suppress(NameError, LookupError, AttributeError):
                value = eval(code, frame.f_globals, frame.f_locals)
                for one in value if isinstance(value, (list, tuple)) else [value]:
                    if _is_leaf(one) and all(one is not other for other in self._meant[name]):
                        self._meant[name].append(one)
        return self._trace

    def elements(self) -> list[dict[str, Any]]:
        """Return what the names of the program mean, for each element of the lists.

        Raises:
            DifferenceError: if one of them means nothing.
        """
        words = self.world.program.words
        for name, meant in self._meant.items():
            if not meant:
                raise DifferenceError(f"what is {name}? nothing of {words[name]}")
        size = max(map(len, self._meant.values()))
        elements = [
            {name: meant[min(n, len(meant) - 1)] for name, meant in self._meant.items()}
            for n in range(size)
        ]
        for name, meant in self._meant.items():
            # A program that has more turns of a loop than one has the last of them.
            turns = [one for one in words if words[one] == words[name] and one != READ]
            if len(turns) > 1:
                for element in elements:
                    element[name] = meant[turns.index(name) - len(turns)]
        return elements


def _is_leaf(value: Any) -> bool:
    return getattr(value, "owner", "") is None or isinstance(value, numpy.ndarray)


@functools.cache
def _code(source: str, path: str, mode: str) -> types.CodeType:
    return compile(source, path, mode)


@functools.cache
def _reads(source: str) -> list[tuple[int, str, str]]:
    """Return the names, attributes and items that a fixture reads: line, text and identifier."""
    kinds = (ast.Name, ast.Attribute, ast.Subscript)
    nodes = [node for node in ast.walk(_parsed(source)) if isinstance(node, kinds)]
    reads = {(one.lineno, ast.unparse(one)) for one in nodes if isinstance(one.ctx, ast.Load)}
    return [(line, text, _identifier(text)) for line, text in sorted(reads)]


@functools.cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def _identifier(text: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"\bself\b", "", text)).strip("_")


def difference(job: Job) -> str | None:
    """Return what a program has otherwise than its fixture, or None.

    Where a fixture has several arms, it must be so in one of them.
    """
    found = []
    try:
        try:
            program = Program(job)
        except Exception as error:
            raise DifferenceError(f"the program fails: {error}") from error
        if program.left_out:
            raise DifferenceError("the program leaves pairs out")
        for choices in _choices(program):
            try:
                _compare(program, choices)
            except DifferenceError as error:
                found.append(str(error))
            else:
                return None
    except DifferenceError as error:
        found.append(str(error))
    return " | ".join(found)


def _choices(program: Program) -> Iterator[dict[str, object]]:
    """Yield ways to choose between the arms of a function."""
    decide: list[str] = []
    for node in ast.walk(_parsed(program.job.source)):
        if isinstance(node, ast.FunctionDef):
            if node.name == program.job.function.rpartition(".")[2]:
                names = [one.arg for one in node.args.args]
                texts = [ast.unparse(one) for one in node.args.defaults]
                defaults = dict(zip(reversed(names), reversed(texts), strict=False))
                open_ = [one for one in names if defaults.get(one, "None") == "None"]
                decide = [one for one in open_ if one in _CHOICES]
    for chosen in itertools.product(*(_CHOICES[one] for one in decide)):
        yield dict(zip(decide, chosen, strict=True))


def _compare(program: Program, choices: Mapping[str, Any]) -> None:
    """Compare a program with the first and the last element of what the fixture has.

    Raises:
        DifferenceError: if they differ.
    """
    first = Run(World(program, {}, choices))
    elements = first.elements()
    values = _values(program, first, elements[0])
    numbers = [0]
    # Where names clash, the program has the last one too, under a name of its own.
    if len(elements) > 1 and not _clash(program, elements[-1]):
        values.update(_values(program, first, elements[-1]))
        numbers.append(-1)
    second = Run(World(program, values, choices))
    for number in numbers:
        _compare_with_one(program, second.world.collections, second.elements()[number])


def _compare_with_one(
    program: Program, collections: Iterable[Collection], meant: Mapping[str, Any]
) -> None:
    """Compare a program with the collections, one of which it must be."""
    problems = ["no updates are handed over"]
    for collection in collections:
        variables = {target for target, _ in collection.pairs}
        variables.update(one for one in meant.values() if hasattr(one, "get_value"))
        starts = [(one, one.get_value()) for one in variables]
        try:
            _follow(program, collection, meant)
            return
        except DifferenceError as error:
            problems.append(str(error))
        finally:
            for one, start in starts:
                one.set_value(start)
    raise DifferenceError(problems[-1])


def _clash(program: Program, element: Mapping[str, Any]) -> str:
    """Return what is wrong where two names of a program mean one thing, or ''."""
    names: dict[int, str] = {}
    for name in program.names:
        other = names.setdefault(id(element[name]), name)
        if other != name:
            return f"{other} and {name} are one"
    if program.read and names.get(id(element[READ])) not in program.read:
        return f"{program.job.variable} is not {program.read}"
    return ""


def _values(program: Program, run: Run, element: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to be made up so that it is what stands in."""
    if problem := _clash(program, element):
        raise DifferenceError(problem)
    paths = {id(made): path for path, made in run.world.made.items()}
    values = {}
    for name in filter(program.stands_in, program.names):
        path = paths.get(id(element[name]))
        if path is None:
            raise DifferenceError(f"{name} stands in for what the fixture makes")
        values[path] = program.value(name)
    return values


def _follow(program: Program, collection: Collection, meant: Mapping[str, Any]) -> None:
    """Compare the order, the starts, and what comes of them and of others."""
    real = {
        name: collection.stored.get(meant[name], meant[name])
        for name in program.names
        if program.is_variable(name)
    }
    names = {program.values[name]: name for name in real}
    targets = [names[target] for target in program.pairs]
    order = [target for target, _ in collection.pairs]
    if missing := [name for name in targets if real[name] not in order]:
        raise DifferenceError(f"{missing[0]} is not updated")
    places = [order.index(real[name]) for name in targets]
    if not isinstance(collection.given, dict) and places != sorted(places):
        raise DifferenceError(f"the order is another: {places}")
    for name, variable in real.items():
        own, value = variable.get_value(), program.value(name)
        if "drawn(" in program.codes[name] and own.shape == value.shape:
            variable.set_value(value)
        _equal(f"{name} starts", variable.get_value(), value)
    # What only gradients depend on has no pair in a program; it is as it was for one call.
    still = [name for name in real if name not in targets and real[name] in order]
    calls = 1 if still else CALLS
    random = numpy.random.RandomState(5)
    own = {name: program.value(name) for name in real}
    # Zeros hide what they are multiplied with.
    others = {name: random.uniform(1.1, 1.9, program.shape(name)) for name in real}
    for start in (own, others):
        rows = _called(collection.step, real, start, calls)
        shown = _called(program.step, program.values, start, calls)
        for call, (one, other) in enumerate(zip(rows, shown, strict=True), 1):
            for name in targets:
                moves = (row[name] - start[name] for row in (one, other))
                _equal(f"{name} moves in {call}", *moves)
    _tell(targets, others, rows[0])


def _compiled(whose: str, updates: Any) -> Callable[[], None]:
    """Compile updates."""
    try:
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


def _called(
    step: Callable[[], None], variables: Mapping[str, Any], start: Mapping[str, Any], calls: int
) -> list[dict[str, Any]]:
    """Return what variables are after each call."""
    for name, value in start.items():
        variables[name].set_value(value)
    rows = []
    for _ in range(calls):
        step()
        rows.append({name: variables[name].get_value() for name in start})
    return rows


def _equal(what: str, real: Any, shown: Any) -> None:
    real, shown = numpy.asarray(real), numpy.asarray(shown)
    if real.shape != shown.shape or not numpy.allclose(real, shown, SAME, 0, equal_nan=True):
        raise DifferenceError(f"{what}: {shown.tolist()} is {real.tolist()}")


def _tell(targets: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """See that numbers that are the same say anything."""
    seen: set[float] = set()
    for name in targets:
        new = set(numpy.ravel(after[name]).tolist())
        if not numpy.isfinite(after[name]).all() or (after[name] == before[name]).any():
            raise DifferenceError(f"{name} does not move: {after[name]}")
        if new & seen:
            raise DifferenceError(f"{name} becomes what another does: {after[name]}")
        seen |= new


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
    # Theano makes many objects that refer to each other; to look for garbage often takes long.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    json.dump([difference(Job(**one)) for one in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["THEANO_FLAGS"] = (
            "cxx=,blas.ldflags=,device=cpu,floatX=float64,mode=FAST_COMPILE,traceback.limit=0,"
            f"on_unused_input=ignore,base_compiledir={folder}"
        )
        import theano

        main()
