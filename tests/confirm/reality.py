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
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy

CALLS = 3
SIZE = 3  # of lists that are made up
SAME = 1e-9

# Lines of a program: what is defined or paired, its line in the fixture, and what stands in.
_DEFINED = re.compile(r"^    (\w+) = (.*?)\s*# line (\d+)(?:: (.*))?$")
_PAIRED = re.compile(r"^        \((\w+), .*\),\s*# line (\d+)$")

# What parameters stand for is told by their names; of these that have no default, values to try.
_CHOICES: dict[str, tuple[object, ...]] = {
    "adaptive": (True, False),
    "clip": (True, False),
    "decay": (None, 0.8),
    "method": ("adagrad", "rmsprop"),
    "plain": (False, True),
    "updates": (None,),
}
_LISTS = {"accs": "acc", "grads": "grad", "params": "param", "velocities": "v", "weights": "w"}
_ARRAYS = ("g", "grad", "x")


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
                name, self.texts[name], number, note = defined.group(1, 1, 3, 4)
                self.texts[name], self.lines[name] = defined[2], int(number)
                self.notes[name] = note or ""
            elif pair := _PAIRED.match(line):
                paired[pair[1]] = int(pair[2])
        self.lines.update(paired)
        self.names = [name for name in self.lines if self.is_variable(name) or self.is_array(name)]

    def is_variable(self, name: str) -> bool:
        """Is this a shared variable?"""
        return hasattr(self.values[name], "get_value")

    def is_array(self, name: str) -> bool:
        """Is this what stands for an array or an expression that is not known?"""
        return self.notes[name] in ("an array", "an input")

    def stands_in(self, name: str) -> bool:
        """Has this a value that the fixture does not give?"""
        return self.is_array(name) or self.notes[name] == "its start stands in"

    def value(self, name: str) -> Any:
        """Return the number or the array that a name stands for, or its variable starts with."""
        value = self.values[name]
        return numpy.asarray(value.get_value() if self.is_variable(name) else value)

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
        ordered: whether they are in an order.
        stored: the variables in which the function keeps its inputs.
    """

    given: Any
    pairs: list[tuple[Any, Any]]
    ordered: bool = True
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
        self.collections: list[Collection] = []

    def thing(self, name: str, path: str | None = None) -> Any:
        """Return what a name stands for."""
        path = path or name
        if path in self.choices:
            return self.choices[path]
        if self.program.notes.get(name) == "a number":
            return self.program.values[name]
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
            made = theano.shared(self._value(name, path), name=path)
            made.stands_for_gradient = self._is_array(name) or name in _ARRAYS
            self.made[path] = made
        return self.made[path]

    def _value(self, name: str, path: str) -> Any:
        random = numpy.random.RandomState(zlib.crc32(path.encode()))
        shape = self.program.shape(name)
        return numpy.asarray(self.values.get(path, random.uniform(0.2, 0.9, shape)))

    def _cost(self) -> Any:
        parameters = [one for one in self.made.values() if not one.stands_for_gradient]
        return sum(theano.tensor.sum(theano.tensor.sin(one)) for one in parameters)

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
        return [self._value("param", f"{path}[{n}]") for n in range(SIZE)]

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
            outputs = outputs if isinstance(outputs, list) else [outputs]
            pairs = [(one, one.default_update) for one in _shared_in(outputs)]
            self.collections.append(Collection(pairs, pairs, ordered=False))
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
        with self._doors():
            space: dict[str, Any] = {"__name__": "fixture"}
            exec(compile(source, path, "exec"), space)
            if function:
                self._call(space, function)

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
    return found[0]


def _run(
    path: str,
    source: str,
    function: str,
    program: Program,
    choices: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Run:
    return Run(path, source, function, World(program, values, choices))


def _choices(source: str, function: str, program: Program) -> list[dict[str, Any]]:
    """Return ways to choose what decides between the arms of a function."""
    name = function.rpartition(".")[2]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            names = [one.arg for one in node.args.args]
            own = names[len(names) - len(node.args.defaults) :]
            decide = [
                one
                for one in names
                if one in _CHOICES and one not in own and program.notes.get(one) != "a number"
            ]
            several = [{}] if "saved" not in names else [{}, {"saved": None}]
            return [
                {**dict(zip(decide, chosen, strict=True)), **more}
                for chosen in itertools.product(*(_CHOICES[one] for one in decide))
                for more in several
            ]
    return [{}]


def _compare(program: Program, run: Callable[[Mapping[str, Any]], Run]) -> None:
    raise NotImplementedError


def main() -> None:
    """Answer one array with another."""
    _keras()
    answers = [difference(*job) for job in json.load(sys.stdin)]
    json.dump(answers, sys.stdout)
