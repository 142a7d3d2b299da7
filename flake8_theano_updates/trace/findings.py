"""From the functions of a run to findings, as `check` makes them of the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from flake8_theano_updates.model import Finding
from flake8_theano_updates.rules import BY_CODE, ORDER
from flake8_theano_updates.trace.evidence import evidence_for
from flake8_theano_updates.trace.forms import of_form
from flake8_theano_updates.trace.graph import Graph, Pair, Read
from flake8_theano_updates.trace.products import Products
from flake8_theano_updates.trace.question import Question
from flake8_theano_updates.trace.recorded import Chain, Function
from flake8_theano_updates.trace.written import Place, Program, found_at

# Old values that are evidently meant, but of which a list may be wanted.
_LOOKED_AT = {"schedule": "THU902", "simultaneous": "THU904", "excluded": "THU904"}


@dataclass(frozen=True)
class OldValue:
    """A read of the old value where the new one was meant, and where it stands.

    Args:
        code: of its rule.
        read: the first of
        reads: all on that line of one variable in one update, which is that of
        reader: the pair.
        registered: the pair of the variable.
    """

    code: str
    place: Place
    read: Read
    reads: tuple[Read, ...]
    reader: Pair
    registered: Pair


def findings(
    functions: Iterable[Function], wanted: Collection[str], program: Program
) -> list[Finding]:
    """Return what is found in the functions of a run, sorted by place, each place once.

    Args:
        wanted: the codes that are asked for.
        program: the text of the files that ran.
    """
    found: dict[tuple[object, ...], Finding] = {}
    for function in functions:
        for finding in _found(function, program, wanted):
            # One read is one fault, be it stale in one update and lagged in another.
            kind = "order" if finding.code in ORDER else finding.code
            place = (finding.path, finding.line, finding.column, kind)
            if place not in found or finding.code < found[place].code:
                found[place] = finding
    return sorted(found.values(), key=lambda one: (one.path, one.line, one.column, one.code))


def _found(function: Function, program: Program, wanted: Collection[str]) -> Iterator[Finding]:
    graph = _graph(function, program)
    yield from of_form(function, program, wanted)
    for old in _old_values(graph, program):
        if old.code in wanted:
            yield _finding(old, graph, program)


def by_place(
    function: Function, program: Program, wanted: Collection[str]
) -> tuple[Graph, dict[tuple[str, int, int], OldValue]]:
    """Return the old values of a function that are order findings, by where these stand."""
    graph = _graph(function, program)
    found: dict[tuple[str, int, int], OldValue] = {}
    for old in _old_values(graph, program):
        if old.code in ORDER and old.code in wanted:
            finding = _finding(old, graph, program)
            place = finding.path, finding.line, finding.column
            if place not in found or old.code < found[place].code:
                found[place] = old
    return graph, found


def _graph(function: Function, program: Program) -> Graph:
    names = {
        number: name
        for number, variable in enumerate(function.variables)
        if variable.kind == "shared" and (name := program.assigned(variable.made))
    }
    return Graph(function, names)


def _old_values(graph: Graph, program: Program) -> Iterator[OldValue]:
    """Compare every read of a new value with the registration of what it reads."""
    products = Products(graph)
    for reader in graph.pairs:
        first: dict[tuple[object, ...], OldValue] = {}
        for read in graph.reads(reader):
            registered = graph.by_target[read.target]
            stale = _is_stale(graph, program, read, reader, registered)
            row = evidence_for(Question(graph, products, read, reader, registered, stale))
            if row is not None and row not in _LOOKED_AT:
                continue
            code = "THU101" if stale else "THU102"
            code = code if row is None else _LOOKED_AT[row]
            name = graph.names.get(read.target) or graph[read.target].name
            place = program.read(read.node.made, read.operand, name)
            if place is None:
                continue  # made by the backend alone
            # Several reads of one variable on one line are one finding, at the first of them.
            line = (code, place.path, place.span[0], read.target)
            known = first.get(line)
            reads = (read,) if known is None else (*known.reads, read)
            if known is None or place.span < known.place.span:
                known = OldValue(code, place, read, reads, reader, registered)
            first[line] = replace(known, reads=reads)
        yield from first.values()


def _is_stale(graph: Graph, program: Program, read: Read, reader: Pair, registered: Pair) -> bool:
    """Is the variable registered before the read?

    A read that is written in its pair moves with it to the pair's place in the list; one in a
    local happens where that is computed.
    """
    new = graph[graph.plain(registered.new)].node
    if registered.position > reader.position:
        # A mapping keeps the place of a variable whose update is set anew.
        again = "ict" in graph.function.form and new is not None and not program.is_local(new.made)
        return again and new is not None and 0 < new.serial < read.node.serial
    if new is None or program.is_local(read.node.made) is not True:
        return True
    if program.is_local(new.made):
        return program.is_registered(new.made, read.node.made)
    return new.serial < read.node.serial


def _finding(old: OldValue, graph: Graph, program: Program) -> Finding:
    rule = BY_CODE[old.code]
    variable = old.place.text or _called(graph, old.registered.target)
    target = _called(graph, old.reader.target)
    made, registered = _line(graph, program, old.reader), _line(graph, program, old.registered)
    new_value, instead = _instead(old, graph, program, variable)
    message = rule.message.format(
        variable=variable,
        target=target,
        registered="another line" if registered is None else f"line {registered}",
        instead=instead,
        subject=program.subject(old.place.path, old.place.span[0], rule.code),
    )
    return replace(
        found_at(program, old.place.path, old.place.span, rule, message),
        variable=variable,
        target=target,
        registered_line=registered,
        update_line=made,
        new_value=new_value,
    )


def _called(graph: Graph, number: int) -> str:
    return graph.names.get(number) or graph[number].name or "an unnamed variable"


def _made(graph: Graph, pair: Pair) -> Chain:
    """Return where a new value was made."""
    new = graph[graph.plain(pair.new)]
    return new.made if new.node is None else new.node.made


def _line(graph: Graph, program: Program, pair: Pair) -> int | None:
    """Return the line on which a new value was made."""
    frame = program.frame(_made(graph, pair))
    return None if frame is None else frame.line


def _instead(
    old: OldValue, graph: Graph, program: Program, variable: str
) -> tuple[str | None, str]:
    """Return the name that holds the new value at the read, if any, and what to write."""
    made = _made(graph, old.registered)
    name, frame = program.assigned(made), program.frame(made)
    here = program.frame(old.read.node.made)
    if name and frame and here and (frame.path, frame.name) == (here.path, here.name):
        if frame.line < here.line:
            return name, f"use {name} here"
        return None, f"move {name} = ... up and use {name} here"
    stem = re.search(r"[^\W\d]\w*$", variable)
    new = f"{stem[0] if stem and ' ' not in variable else 'value'}_new"
    return None, f"compute {new} = ..., register ({variable}, {new}) and use {new} here"
