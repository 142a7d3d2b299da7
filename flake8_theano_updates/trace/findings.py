"""From the functions of a run to findings, as `check` makes them of the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from flake8_theano_updates.checks.places import written
from flake8_theano_updates.model import Finding
from flake8_theano_updates.rules import BY_CODE, ORDER
from flake8_theano_updates.trace.evidence import evidence_for
from flake8_theano_updates.trace.flow import Flows
from flake8_theano_updates.trace.forms import of_form
from flake8_theano_updates.trace.generators import generators
from flake8_theano_updates.trace.graph import Graph, Pair, Read
from flake8_theano_updates.trace.pair_places import PairText, pair_with, read_back
from flake8_theano_updates.trace.products import Products
from flake8_theano_updates.trace.question import Question
from flake8_theano_updates.trace.recorded import Function
from flake8_theano_updates.trace.registrations import Registrations
from flake8_theano_updates.trace.twice import listed_twice
from flake8_theano_updates.trace.written import Place, Program, found_at, reads_name

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
    if function.refused:
        yield from (one for one in listed_twice(graph, program) if one.code in wanted)
        return
    yield from of_form(function, program, wanted)
    yield from (one for one in generators(graph, program) if one.code in wanted)
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
    registrations = Registrations(graph, program)
    flows = Flows(graph, products, registrations)
    for reader in graph.pairs:
        first: dict[tuple[object, ...], OldValue] = {}
        for read in graph.reads(reader):
            registered = graph.by_target[read.target]
            stale = registrations.is_stale(read, reader)
            if registered.default != reader.default or (reader.default and not stale):
                continue  # default updates stand in no list, only one after the other
            row = evidence_for(Question(graph, products, flows, read, reader, registered, stale))
            if row is not None and row not in _LOOKED_AT:
                continue
            code = "THU101" if stale else "THU102"
            code = code if row is None else _LOOKED_AT[row]
            name = graph.names.get(read.target) or graph[read.target].name
            name = name or _in_pair(graph, program, registered, read)
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


def _finding(old: OldValue, graph: Graph, program: Program) -> Finding:
    rule = BY_CODE[old.code]
    variable = old.place.text or graph.called(old.registered.target)
    reader, stored = (_written(graph, program, pair) for pair in (old.reader, old.registered))
    target = (reader and _name(reader, old)) or graph.called(old.reader.target)
    made = reader.line if reader else _line(graph, program, old.reader)
    registered = stored.line if stored else _line(graph, program, old.registered)
    new_value, instead = _instead(old, graph, program, variable, stored)
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


def _written(graph: Graph, program: Program, pair: Pair) -> PairText | None:
    return pair_with(program, graph.made(pair.new))


def _name(pair: PairText, old: OldValue) -> str | None:
    """Return what the file of the read calls the variable of a pair."""
    return written(pair.target) if pair.path == old.place.path else None


def _in_pair(graph: Graph, program: Program, pair: Pair, read: Read) -> str | None:
    """Return what the pair of a variable calls it, if a read in the same turn does so, too."""
    stored, here = _written(graph, program, pair), program.frame(read.node.made)
    if stored is None or here is None or stored.path != here.path:
        return None
    file, name = program.file(here.path), written(stored.target)
    statement = file.statement(here.line)
    if name is None or statement is None or not reads_name(statement, name):
        return None
    places = file.places
    if places.function(statement) is not places.function(stored.target):
        return None
    # A loop's names stand for other variables in another loop.
    loops = (next(places.loops(one), None) for one in (statement, stored.target))
    return name if next(loops) is next(loops) else None


def _line(graph: Graph, program: Program, pair: Pair) -> int | None:
    """Return the line on which a new value was made."""
    frame = program.frame(graph.made(pair.new))
    return None if frame is None else frame.line


def _instead(
    old: OldValue, graph: Graph, program: Program, variable: str, stored: PairText | None
) -> tuple[str | None, str]:
    """Return the name that holds the new value at the read, if any, and what to write."""
    made = graph.made(old.registered.new)
    name, frame = program.assigned(made), program.frame(made)
    here = program.frame(old.read.node.made)
    if name and frame and here and (frame.path, frame.name) == (here.path, here.name):
        if frame.line < here.line:
            return name, f"use {name} here"
        return None, f"move {name} = ... up and use {name} here"
    if stored and here and (known := read_back(program, stored, here, variable)) is not None:
        return known, f"use {known} here"
    stem = re.search(r"[^\W\d]\w*$", variable)
    new = f"{stem[0] if stem and ' ' not in variable else 'value'}_new"
    return None, f"compute {new} = ..., register ({variable}, {new}) and use {new} here"
