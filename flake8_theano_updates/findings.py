"""From the syntax tree of a file to its findings: what every door calls."""

from __future__ import annotations

import ast
import gc
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Codes
from contextlib import contextmanager
from functools import cache
from itertools import accumulate
from types import MappingProxyType

from flake8_theano_updates.checks.collections import collections_of
from flake8_theano_updates.checks.faults import compiled_collections
from flake8_theano_updates.checks.frozen import frozen_in_calls, frozen_in_collection
from flake8_theano_updates.checks.generators import chains_of, generator_suspicions
from flake8_theano_updates.checks.lost import lost_in_calls, lost_in_collection
from flake8_theano_updates.checks.order import order_suspicions
from flake8_theano_updates.checks.places import Places
from flake8_theano_updates.checks.scans import dropped_scans
from flake8_theano_updates.checks.suspicion import Suspicion
from flake8_theano_updates.checks.written import Written
from flake8_theano_updates.internal_error import not_checked
from flake8_theano_updates.interpreter.functions import Guide, Worth
from flake8_theano_updates.interpreter.names import (
    backends_of,
    calls_own,
    has_generators,
    is_theano_code,
    may_draw,
    may_hold_updates,
)
from flake8_theano_updates.interpreter.scopes import Interpreted, Unread, interpret
from flake8_theano_updates.model import Finding, GeneratorFault, Origin, UpdateCollection
from flake8_theano_updates.rules import BY_CODE, RULES
from flake8_theano_updates.values import dotted, printable

# What flake8 and the command line call their standard input.
NO_FILES = ("stdin", "-")


def check(
    tree: ast.Module,
    lines: Sequence[str],
    path: str,
    enable: Codes[str] = (),
    compilers: Mapping[str, str | int] = MappingProxyType({}),
    python: int = 3,
    place: Callable[[int], str] = "line {}".format,
    spot: Callable[[int], str] = "{}".format,
) -> list[Finding]:
    """Return the findings of one file, sorted by place.

    A function in which an error of the checks comes up, or which nests too deeply for them,
    is a finding itself (THU000, THU001) and costs no other its findings.

    Args:
        tree: the file's syntax tree.
        lines: its lines, with or without their ends.
        path: its name, for the findings only.
        enable: codes that are off by default and wanted.
        compilers: compile calls of the project's own, by dotted name: the keyword
            or the position (from 0) of their updates.
        python: the Python that it is written in, 2 or 3.
        place: how messages speak of a line; in a notebook it is one of a cell.
        spot: what follows the path of the file where a line is asked for, likewise.
    """
    if not is_theano_code(lines, compilers):
        return []
    found: dict[tuple[str, int, int, str | None], Finding] = {}
    wanted = {rule.code for rule in RULES if rule.default_on or rule.code in enable}
    text = "".join(lines).lower()
    places = Places(tree) if has_generators(text) else None

    @cache
    def origin() -> Origin:
        return Origin(backends_of(tree), place)

    def found_in(scope: Interpreted | Unread) -> list[Finding]:
        """Return what is found in a scope, or that an error has kept it from being checked."""
        if isinstance(scope, Interpreted):
            try:
                asked = [one for one in _suspicions(scope, places) if one.code in wanted]
                return [_finding(one, lines, path, origin(), spot) for one in asked]
            except Exception as error:
                scope = Unread(scope.node, error)
        return [not_checked(path, scope.node, scope.error, scope.statement, place)]

    with _no_collection():
        for scope in interpret(tree, _guide(text, lines, compilers, python)):
            for finding in found_in(scope):
                where = (finding.code, finding.line, finding.column, finding.variable)
                if where not in found or _is_nearer(finding, found[where]):
                    found[where] = finding
    return sorted(found.values(), key=lambda f: (f.line, f.column, f.code))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector off: it would go through all values again and again.

    They all live until the file is done, and hardly any of them is in a cycle.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def collections(
    tree: ast.Module,
    lines: Sequence[str],
    compilers: Mapping[str, str | int] = MappingProxyType({}),
    python: int = 3,
) -> list[UpdateCollection]:
    """Return the update collections of a file, those of a scope's compile calls first.

    The arguments are those of `check`, which reads a file in the same way.
    """
    found: list[UpdateCollection] = []
    for scope in _interpreted(tree, lines, compilers, python):
        found.extend(compiled_collections(scope))
        found.extend(collection.whole for collection in collections_of(scope))
    return found


def chains(
    tree: ast.Module,
    lines: Sequence[str],
    compilers: Mapping[str, str | int] = MappingProxyType({}),
    python: int = 3,
) -> list[GeneratorFault]:
    """Return what the functions of a file draw from random generators.

    The arguments are those of `check`, which reads a file in the same way.
    """
    places = Places(tree)
    scopes = _interpreted(tree, lines, compilers, python)
    return [fault for scope in scopes for fault in chains_of(scope, places)]


def _interpreted(
    tree: ast.Module, lines: Sequence[str], compilers: Mapping[str, str | int], python: int
) -> Iterator[Interpreted]:
    """Return the scopes of a file that can be read."""
    text = "".join(lines).lower()
    for scope in interpret(tree, _guide(text, lines, compilers, python)):
        if isinstance(scope, Interpreted):
            yield scope


def _is_nearer(new: Finding, old: Finding) -> bool:
    """Was the new one made in a function inside the scope in which the old one was made?

    A helper's updates are found in the helper and wherever it is called; the helper
    itself is what a person looks at.
    """
    if new.fault is None or old.fault is None:
        return False
    inner, outer = new.fault.collection.scope, old.fault.collection.scope
    return (
        not isinstance(inner, ast.Module)
        and inner.lineno <= new.line <= (inner.end_lineno or inner.lineno)
        and (isinstance(outer, ast.Module) or outer.lineno < inner.lineno)
    )


def _suspicions(scope: Interpreted, places: Places | None) -> Iterator[Suspicion]:
    written = Written(scope.node)
    for collection in collections_of(scope):
        yield from order_suspicions(collection)
        yield from lost_in_collection(collection)
        yield from frozen_in_collection(collection, written)
    yield from lost_in_calls(scope)
    yield from dropped_scans(scope, written)
    yield from frozen_in_calls(scope)
    if places is not None:
        yield from generator_suspicions(scope, places)


def _guide(
    text: str, lines: Sequence[str], compilers: Mapping[str, str | int], python: int
) -> Guide:
    return Guide(_worth(text, lines, compilers), compilers, python)


def _worth(text: str, lines: Sequence[str], compilers: Iterable[str]) -> Worth:
    """Return whether a function or class of a file may hold a finding, by its text alone.

    Args:
        text: the lines together, in lower case.
    """
    all_of_it = any(calls_own(text, name) for name in compilers)
    draws = has_generators(text)
    starts = list(accumulate((len(line.lower()) for line in lines), initial=0))

    def worth(node: ast.stmt) -> bool:
        end = min(node.end_lineno or node.lineno, len(starts) - 1)
        own = text[starts[node.lineno - 1] : starts[end]]
        return all_of_it or may_hold_updates(own) or (draws and may_draw(own))

    return worth


def _finding(
    suspicion: Suspicion,
    lines: Sequence[str],
    path: str,
    origin: Origin,
    spot: Callable[[int], str],
) -> Finding:
    rule = BY_CODE[suspicion.code]
    node = suspicion.node
    named = path not in NO_FILES and path.isprintable()
    subject = shlex.quote(f"{path}:{spot(node.lineno)}") if named else rule.code
    end = node.end_lineno or node.lineno
    made = None if suspicion.fault is None else suspicion.fault.collection.expression
    return Finding(
        path=path,
        line=node.lineno,
        column=character(lines, node.lineno, node.col_offset) + 1,
        end_line=end,
        end_column=character(lines, end, node.end_col_offset or 0) + 1,
        code=rule.code,
        name=rule.name,
        message=printable(
            rule.message.format(
                variable=suspicion.variable,
                target=suspicion.target,
                registered=origin.place(suspicion.registered_line or 0),
                subject=subject,
                **suspicion.words,
            )
        ),
        variable=suspicion.variable,
        target=suspicion.target,
        registered_line=suspicion.registered_line,
        update_line=suspicion.update_line,
        new_value=suspicion.new_value,
        collection=None if made is None else dotted(made),
        collection_line=None if made is None else made.lineno,
        fault=suspicion.fault,
        origin=origin,
    )


def character(lines: Sequence[str], line: int, offset: int) -> int:
    """Turn a syntax tree's column in UTF-8 bytes into one in characters, both from 0."""
    text = lines[line - 1] if line <= len(lines) else ""
    if text.isascii():
        return offset
    return len(text.encode()[:offset].decode(errors="replace"))
