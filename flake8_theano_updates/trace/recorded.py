"""What the watcher has written down of a run: one `Function` for each compilation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Frame:
    """A line of the program that ran when something was made.

    Args:
        path: the file, as Python names it.
        name: the function.
        line: the line; of an expression over several lines any of them.
        instruction: which of the function's instructions ran.
        library: whether it is code of the standard library or of an installed package.
        place: first line, column, last line and its column of the expression, columns in bytes
            from 0; None where the Python that ran does not tell.
    """

    path: str
    name: str
    line: int
    instruction: int
    library: bool
    place: tuple[int, int, int, int] | None


# The frames outside of the backend, the inner ones first.
Chain = tuple[Frame, ...]


@dataclass(frozen=True)
class Operation:
    """What a node does.

    Args:
        name: of the elementwise function, such as "Add"; else of the class, such as "Dot".
        number: equal operations of one function have the same.
        moved: the dimensions after a DimShuffle; "x" is a new one.
        whole: whether a Subtensor takes all of it.
    """

    name: str
    number: int
    moved: tuple[int | str, ...] | None
    whole: bool


@dataclass(frozen=True)
class Node:
    """One operation on variables, which are given by their numbers.

    Args:
        serial: nodes that were made later have a higher one; 0 is not known.
        made: where it was made.
        gradient: whether the backend made it to take a gradient, and
        costs: what that is taken of.
        results: of a scan that takes random generators, what its step computes.
        steady: what the step takes of these in each turn anew, and what that is outside of it.
    """

    operation: Operation
    inputs: tuple[int, ...]
    serial: int
    made: Chain
    gradient: bool
    costs: tuple[int, ...]
    results: tuple[int, ...]
    steady: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Variable:
    """One value of a graph: a shared variable, a constant, an input or the result of a node.

    Args:
        kind: which of these it is.
        name: the name that the program gave it.
        ndim: how many dimensions it has, where it has any.
        node: what computes it.
        index: which of its results it is.
        value: the number that it is, or was when the function was compiled.
        digest: what tells a constant of many numbers from others.
        differentiated: whether a gradient is taken with respect to it.
        generator: whether it is the state of a random generator.
        made: where a shared variable was made.
    """

    kind: str
    name: str | None
    ndim: int | None
    node: Node | None
    index: int
    value: float | None
    digest: str | None
    differentiated: bool
    generator: bool
    made: Chain


@dataclass(frozen=True)
class Function:
    """A function that was compiled, or would have been.

    Args:
        id: tells it from the others of the run.
        compiled: where.
        refused: whether the backend raised an error: its updates list a variable twice.
        variables: what it computes, by number: each stands behind what it is computed from.
        updates: target and new value of each pair of the list, by number.
        defaults: those pairs that the backend added itself.
        outputs: what it returns, by number.
        form: the type of the updates, as given.
        backend: the package that compiles,
        version: its version, and
        python: that of the interpreter.
        repeats: the generators, by number, that a call began with just as the one before.
    """

    id: str
    compiled: Chain
    refused: bool
    variables: tuple[Variable, ...]
    updates: tuple[tuple[int, int], ...]
    defaults: tuple[tuple[int, int], ...]
    outputs: tuple[int, ...]
    form: str
    backend: str
    version: str
    python: str
    repeats: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Calls:
    """What was computed beside the first calls of a function, at one place.

    Args:
        index: of the element that is told of.
        as_compiled: its value at the start, and after each call, and
        with_new_value: what it would have been after the call.
        failed: why no more was computed.
    """

    index: tuple[int, ...] = ()
    as_compiled: tuple[float, ...] = ()
    with_new_value: tuple[float, ...] = ()
    failed: str | None = None


# A path as it is shown, a line and a column.
Spot = tuple[str, int, int]


@dataclass(frozen=True)
class Run:
    """What was written down of a run.

    Args:
        functions: the functions that the program compiles, in their order.
        calls: what was computed beside them, by the id of the function and the place of a read.
        missed: what kept the watcher from writing down a function, for each that it could not.
        broken: the backends that could not be imported, each with the error.
        error: what kept the watcher from writing more.
    """

    functions: tuple[Function, ...]
    calls: Mapping[tuple[str, Spot], Calls]
    missed: tuple[str, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    error: str | None = None


def read(lines: Iterable[str]) -> Run:
    """Read what the watcher wrote; a last line that was cut short is left out."""
    functions: dict[str, Function] = {}
    calls: dict[tuple[str, Spot], Calls] = {}
    missed: list[str] = []
    broken: list[tuple[str, str]] = []
    error = None
    for line in lines:
        if not line.endswith("\n"):
            break
        record = json.loads(line)
        if "error" in record:
            error = record["error"]
        elif "missed" in record:
            missed.append(record["missed"])
        elif "broken" in record:
            broken.append((record["broken"], record["why"]))
        elif "repeats" in record:
            function = functions[record["repeats"]]
            repeats = function.repeats | {record["generator"]}
            functions[function.id] = replace(function, repeats=repeats)
        elif "beside" in record:
            path, at, column = record["place"]
            key = record["beside"], (path, at, column)
            calls[key] = _calls(record, calls.get(key, Calls()))
        else:
            function = function_of(record)
            functions[function.id] = function
    return Run(tuple(functions.values()), calls, tuple(missed), tuple(broken), error)


def _calls(record: dict[str, Any], before: Calls) -> Calls:
    if "failed" in record:
        return replace(before, failed=record["failed"])
    return Calls(
        tuple(record["index"] or ()),
        tuple(map(float, record["as_compiled"])),
        tuple(map(float, record["with_new_value"])),
    )


def function_of(record: dict[str, Any]) -> Function:
    """Return the function that the watcher has written down in a line."""
    frames = [_frame(one) for one in record["frames"]]
    chains = [tuple(frames[number] for number in chain) for chain in record["chains"]]

    def chain(number: int | None) -> Chain:
        return () if number is None else chains[number]

    nodes = [
        Node(
            _operation(one["op"]),
            tuple(one["inputs"]),
            one["serial"],
            chain(one["made"]),
            one.get("gradient", False),
            tuple(one.get("costs", ())),
            tuple(one.get("results", ())),
            tuple((inner, outer) for inner, outer in one.get("steady", ())),
        )
        for one in record["nodes"]
    ]
    variables = tuple(_variable(one, nodes, chain(one.get("made"))) for one in record["variables"])
    pairs = tuple((target, new) for target, new in record["updates"])
    given = record["given"]
    return Function(
        id=record["id"],
        compiled=chain(record["compiled"]),
        refused=record["refused"],
        variables=variables,
        updates=pairs[:given],
        defaults=pairs[given:],
        outputs=tuple(record["outputs"]),
        form=record["form"],
        backend=record["backend"],
        version=record["version"],
        python=record["python"],
    )


def _frame(record: dict[str, Any]) -> Frame:
    place = record.get("place")
    return Frame(
        record["path"],
        record["name"],
        record["line"],
        record["instruction"],
        record["library"],
        None if place is None else tuple(place),
    )


def _operation(record: dict[str, Any]) -> Operation:
    moved = record.get("order")
    return Operation(
        record.get("scalar") or record["kind"],
        record["number"],
        None if moved is None else tuple(moved),
        record.get("whole", False),
    )


def _variable(record: dict[str, Any], nodes: Sequence[Node], made: Chain) -> Variable:
    number = record.get("node")
    kinds = [kind for kind in ("shared", "constant", "node") if record.get(kind) is not None]
    return Variable(
        kind=kinds[0] if kinds else "input",
        name=record["name"],
        ndim=record["ndim"],
        node=None if number is None else nodes[number],
        index=record.get("index", 0),
        value=float(record["value"]) if "value" in record else None,
        digest=record.get("digest"),
        differentiated=record.get("differentiated", False),
        generator=record.get("generator", False),
        made=made,
    )
