"""From the syntax tree of a file to its findings: what every door calls."""

from __future__ import annotations

import ast
import gc
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Codes
from contextlib import contextmanager
from itertools import accumulate
from types import MappingProxyType

from flake8_theano_updates.checks.collections import collections_of
from flake8_theano_updates.checks.faults import compiled_collections, whole_collection
from flake8_theano_updates.checks.frozen import frozen_in_calls, frozen_in_collection
from flake8_theano_updates.checks.generators import chains_of, generator_suspicions
from flake8_theano_updates.checks.lost import lost_in_calls, lost_in_collection
from flake8_theano_updates.checks.order import order_suspicions
from flake8_theano_updates.checks.places import Places
from flake8_theano_updates.checks.scans import dropped_scans
from flake8_theano_updates.checks.suspicion import Suspicion
from flake8_theano_updates.interpreter.functions import Guide, Worth
from flake8_theano_updates.interpreter.names import (
    backends_of,
    calls_own,
    has_generators,
    is_theano_code,
    may_draw,
    may_hold_updates,
)
from flake8_theano_updates.interpreter.scopes import Interpreted, interpret
from flake8_theano_updates.model import Finding, GeneratorFault, Origin, UpdateCollection
from flake8_theano_updates.rules import BY_CODE, RULES

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
    origin: Origin | None = None
    text = "".join(lines).lower()
    places = Places(tree) if has_generators(text) else None
    with _no_collection():
        for scope in interpret(tree, Guide(_worth(lines, compilers), compilers, python)):
            for suspicion in _suspicions(scope, places):
                if suspicion.code in wanted:
                    origin = origin or Origin(backends_of(tree), place)
                    finding = _finding(suspicion, lines, path, origin, spot)
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
    tree: ast.Module, compilers: Mapping[str, str | int] = MappingProxyType({})
) -> list[UpdateCollection]:
    """Return the update collections of a file in Python 3, those of compile calls first.

    Args:
        tree: the file's syntax tree.
        compilers: compile calls of the project's own, as in `check`.
    """
    found: list[UpdateCollection] = []
    for scope in interpret(tree, Guide(lambda _: True, compilers)):
        found.extend(compiled_collections(scope))
        found.extend(map(whole_collection, collections_of(scope)))
    return found


def chains(
    tree: ast.Module, compilers: Mapping[str, str | int] = MappingProxyType({})
) -> list[GeneratorFault]:
    """Return what the functions of a file in Python 3 draw from random generators.

    Args:
        tree: the file's syntax tree.
        compilers: compile calls of the project's own, as in `check`.
    """
    places = Places(tree)
    found: list[GeneratorFault] = []
    for scope in interpret(tree, Guide(lambda _: True, compilers)):
        found.extend(chains_of(scope, places))
    return found


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
    for collection in collections_of(scope):
        yield from order_suspicions(collection)
        yield from lost_in_collection(collection)
        yield from frozen_in_collection(collection)
    yield from lost_in_calls(scope)
    yield from dropped_scans(scope)
    yield from frozen_in_calls(scope)
    if places is not None:
        yield from generator_suspicions(scope, places)


def _worth(lines: Sequence[str], compilers: Iterable[str]) -> Worth:
    """Return whether a function or class of a file may hold a finding, by its text alone."""
    text = "".join(lines).lower()
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
    return Finding(
        path=path,
        line=node.lineno,
        column=_character(lines, node.lineno, node.col_offset) + 1,
        end_line=end,
        end_column=_character(lines, end, node.end_col_offset or 0) + 1,
        code=rule.code,
        name=rule.name,
        message=rule.message.format(
            variable=suspicion.variable,
            target=suspicion.target,
            registered=origin.place(suspicion.registered_line or 0),
            subject=subject,
            **suspicion.words,
        ),
        variable=suspicion.variable,
        target=suspicion.target,
        registered_line=suspicion.registered_line,
        update_line=suspicion.update_line,
        new_value=suspicion.new_value,
        fault=suspicion.fault,
        origin=origin,
    )


def _character(lines: Sequence[str], line: int, offset: int) -> int:
    """Turn a syntax tree's column in UTF-8 bytes into one in characters, both from 0."""
    text = lines[line - 1] if line <= len(lines) else ""
    if text.isascii():
        return offset
    return len(text.encode()[:offset].decode(errors="replace"))
