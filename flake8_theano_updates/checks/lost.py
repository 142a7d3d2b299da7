"""Updates that get lost: THU201 to THU206."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Literal

from flake8_theano_updates.checks.collections import Collection, Pair
from flake8_theano_updates.checks.faults import Received, received, registrations
from flake8_theano_updates.checks.reading import Reading, inside
from flake8_theano_updates.checks.suspicion import Suspicion, at_target
from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.model import PairFault, UpdateCollection
from flake8_theano_updates.values import (
    Compilation,
    Container,
    Term,
    Use,
    joined,
    meet,
    original,
    walk,
)

_GENERATOR = "a generator"
_ITER = "an iter"
_ONE_SHOT_IN_PYTHON_2 = (_GENERATOR, _ITER, "a reversed")
_FORMS: Mapping[str, Literal["zip", "map"]] = {"a zip": "zip", "a map": "map"}


def lost_in_collection(collection: Collection) -> Iterator[Suspicion]:
    """Return the pairs of ``collection`` that another pair of it shuts out."""
    if not collection.sure or collection.container is collection.scope.state.defaults:
        return
    by_target: dict[Hashable, list[Pair]] = {}
    for pair in collection.pairs:
        by_target.setdefault(pair.identity, []).append(pair)
    for pairs in by_target.values():
        for first, second in pairwise(pairs):
            if first.entry.key is None and second.entry.key is None:
                yield from _duplicate(collection, first, second)
            elif collection.container.kind == "mapping":
                yield from _overwritten(collection, first, second)
        if collection.container.kind == "mapping":
            for pair in pairs:
                yield from _overwritten_in_loop(collection, pair)


def _duplicate(collection: Collection, first: Pair, second: Pair) -> Iterator[Suspicion]:
    """A list names one variable twice, on one path."""
    if collection.container.kind == "mapping" or first.target.node is second.target.node:
        return
    if _sure(first) and meet(first.entry.path, second.entry.path) and not _left(collection, first):
        yield _shut_out("THU201", collection, first, second)


def _shut_out(code: str, collection: Collection, first: Pair, second: Pair) -> Suspicion:
    """Two pairs update one variable; the finding stands at the second."""
    fault = PairFault(
        kind="refused" if code == "THU201" else "overwritten",
        pairs=(first.registration, second.registration),
        collection=collection.whole,
        reads=() if code == "THU201" else _own_reads(collection, second),
        path=joined(first.entry.path, second.entry.path),
    )
    line, container = first.target.node.lineno, _name(collection.container)
    return at_target(code, second.target, fault, line, container=container)


def _own_reads(collection: Collection, pair: Pair) -> tuple[Use, ...]:
    """Return where the update of a variable takes that variable's own value."""
    reading = Reading([pair.identity], collection.renamed)
    return reading.reads(pair.value)


def _sure(pair: Pair) -> bool:
    """Are two loads of this target surely the same variable?"""
    variable = original(pair.target.value)
    return isinstance(variable, Term) and variable.op in ("name", "attr", "call", "elem")


def _left(collection: Collection, pair: Pair) -> bool:
    """Does the program leave the scope, or a loop, on the arm in which this pair enters?"""
    state = collection.scope.state
    arms = [(arm.branch, arm.name) for arm in pair.entry.path]
    return any(arm in state.left or arm in state.broken for arm in arms)


def _overwritten(collection: Collection, first: Pair, second: Pair) -> Iterator[Suspicion]:
    """A second assignment of one key, always after the first, that never looked at it."""
    if first.entry.moment >= second.entry.moment or not _sure(first):
        return
    if first.target.node is second.target.node:
        return  # a method that was followed from another one
    if not set(second.entry.path) <= set(first.entry.path) or _left(collection, first):
        return
    # In a loop, what stands below the second assignment runs before its next turn.
    loop = second.entry.loop
    end = second.entry.moment if loop is None else loop.ended
    if _looked_at(collection, first.identity, first.entry.moment, end):
        return
    if original(first.value.value).identity == first.identity:
        return  # ``updates[v] = v`` is where a loop starts, and loses nothing
    reading = Reading((), ())
    if reading.key(first.value) == reading.key(second.value):
        return
    before = original(first.value.value)
    if any(original(use.value) is before for use in walk(second.value)):
        return  # it is computed from the first
    yield _shut_out("THU202", collection, first, second)


def _looked_at(collection: Collection, key: Hashable, begun: int, end: int) -> bool:
    """Is the collection read between two moments, all of it or under this key?"""
    for looks in (collection.looks.get(None, []), collection.looks.get(key, [])):
        after = bisect_right(looks, begun)
        if after < len(looks) and looks[after] < end:
            return True
    return False


def _name(container: Container) -> str:
    return ast.unparse(container.expression) if container.expression is not None else "updates"


def _overwritten_in_loop(collection: Collection, pair: Pair) -> Iterator[Suspicion]:
    """The same key in each turn, another value in each turn, and no look at the last one."""
    entry = pair.entry
    loop = entry.loop
    if loop is None or entry.key is None or entry.path != loop.path or not loop.bound:
        return
    if _changes(pair.identity, loop.begun, loop.bound) or not _sure(pair):
        return
    looked = _looked_at(collection, pair.identity, loop.begun, loop.ended)
    if looked or not _varies(pair.value, loop.bound):
        return
    fault = PairFault(
        kind="overwritten",
        pairs=(pair.registration,),
        collection=collection.whole,
        reads=_own_reads(collection, pair),
        path=entry.path,
    )
    yield at_target("THU203", pair.target, fault, container=_name(collection.container))


def _changes(identity: Any, begun: int, bound: frozenset[Hashable]) -> bool:
    """May what has this identity be another object in the next turn of the loop?"""
    if identity in bound:
        return True
    if isinstance(identity, tuple):
        if identity[0] == "made":
            return bool(identity[3] or identity[2] > begun)
        if identity[0] in ("elem", "inner", "index", "item", "part"):
            return True
        return any(_changes(part, begun, bound) for part in identity[1:])
    return False


def _varies(value: Use, bound: frozenset[Hashable]) -> bool:
    """Does the value depend on what the loop goes over?"""
    values = (use.value for use in inside(Reading((), ()), value))
    return any(isinstance(value, Term) and value.identity in bound for value in values)


def lost_in_calls(scope: Interpreted) -> Iterator[Suspicion]:
    """Return the compile calls that lose updates."""
    for compilation in scope.state.compilations:
        yield from _one_shot(scope, compilation)
    for compilation, _, updates in received(scope):
        yield from _too_late(compilation, updates)


def _one_shot(scope: Interpreted, compilation: Compilation) -> Iterator[Suspicion]:
    given = compilation.updates
    if given is None or not compilation.certain:
        return
    value = original(given.value)
    what = None
    if isinstance(value, Container) and value.lazy:
        what = _kind_of_iterator(value.node)
    elif isinstance(value, Term) and value.op == "call" and value.label in ("map", "filter"):
        what = f"a {value.label}"
    if what is not None and (scope.state.guide.python > 2 or what in _ONE_SHOT_IN_PYTHON_2):
        pairs = registrations(value.entries if isinstance(value, Container) else [])
        yield Suspicion(
            code="THU204",
            node=given.node,
            words={"what": what, "written": ast.unparse(given.node)},
            fault=PairFault(
                kind="refused",
                pairs=(),
                collection=UpdateCollection(scope.node, given.node, pairs),
                path=compilation.path,
                form=_FORMS.get(what, "generator"),
            ),
        )


def _kind_of_iterator(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2]
        return _ITER if name == "iter" else f"a {name}"
    return _GENERATOR


def _too_late(compilation: Compilation, updates: Received) -> Iterator[Suspicion]:
    """Pairs that enter after the only compilation of what receives them."""
    after = updates.late(compilation)
    for entry, pair in after:
        # Those that come late with it belong to the fault, after it.
        others = [late for one, late in after if late is not pair and meet(one.path, entry.path)]
        fault = PairFault(
            kind="late",
            pairs=(pair, *others),
            collection=updates.whole,
            path=joined(compilation.path, entry.path),
        )
        line = compilation.node.lineno
        yield at_target("THU206", pair.variable, fault, line, container=_name(updates.container))
