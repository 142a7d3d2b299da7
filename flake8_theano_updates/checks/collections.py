"""Which containers of a scope are update collections, and what is registered in them."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from flake8_theano_updates.checks.faults import filled_collection, received, registration
from flake8_theano_updates.interpreter.names import OPTIMIZERS, SHARED, UPDATES
from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.model import Registration, UpdateCollection
from flake8_theano_updates.values import (
    Container,
    Entry,
    Term,
    Use,
    Value,
    original,
    pair_of,
    printable,
)

# What can be a shared variable; a sum or a string cannot.
TARGETS = frozenset({"name", "attr", "elem", "part", "item", "call", "static", "either"})


@dataclass(frozen=True, eq=False)
class Pair:
    """One registered update.

    Args:
        position: its place in the collection.
        identity: of the variable that is updated.
        registered: the moment at which it entered the collection.
    """

    position: int
    target: Use
    value: Use
    identity: Hashable
    entry: Entry

    @cached_property
    def registration(self) -> Registration:
        """The pair as findings hold it."""
        return registration(self.target, self.value, self.entry)

    @cached_property
    def taken(self) -> Mapping[Hashable, str]:
        """Which arm of each branch the program takes where it is registered."""
        return {arm.branch: arm.name for arm in self.entry.path}


@dataclass(frozen=True, eq=False)
class Collection:
    """An update collection and its pairs in their final order.

    Args:
        sure: whether a compile call or a name says that these are updates; else only
            their targets do, which are shared variables.
    """

    scope: Interpreted
    container: Container
    pairs: tuple[Pair, ...]
    sure: bool

    @cached_property
    def whole(self) -> UpdateCollection:
        """The collection as it is at its end: every finding in it points to this one."""
        pairs = tuple(pair.registration for pair in self.pairs)
        return filled_collection(self.scope, self.container, pairs)

    @cached_property
    def distinct(self) -> tuple[Pair, ...]:
        """The pairs, each once: a list that was joined with itself holds them again and again."""
        found: dict[tuple[int, int], Pair] = {}
        for pair in self.pairs:
            found.setdefault((id(pair.target), id(pair.value)), pair)
        return tuple(found.values())

    @cached_property
    def renamed(self) -> frozenset[int]:
        """The ids of the aliases that stand where a target stands."""
        found: set[int] = set()
        for pair in self.pairs:
            value = pair.target.value
            while isinstance(value, Term) and value.op == "alias":
                found.add(id(value))
                value = value.uses[0].value
        return frozenset(found)

    @cached_property
    def looks(self) -> Mapping[Hashable, list[int]]:
        """When it was read, in order, by the identity of the key; None stands for all."""
        found: dict[Hashable, list[int]] = {}
        for moment, key in sorted(self.container.looked_at, key=lambda look: look[0]):
            found.setdefault(key, []).append(moment)
        return found


def collections_of(scope: Interpreted) -> Iterator[Collection]:
    """Return the update collections of ``scope``, as they are when they are compiled."""
    held = frozenset(map(id, scope.state.environment.own.values()))
    late = {id(entry) for call, _, one in received(scope) for entry, _ in one.late(call)}
    for container in scope.state.containers:
        if id(container) not in held and _is_left_behind(container):
            continue
        if container.kind == "tuple" and len(container.entries) == 2 and not container.compiled:
            continue  # a pair itself
        pairs = tuple(_pairs(container, late))
        sure = container.compiled or any(map(_says_updates, container.names))
        if pairs and (sure or _visibly_shared(container, pairs)):
            yield Collection(scope, container, pairs, sure)


def _is_left_behind(container: Container) -> bool:
    """Has another container of that name taken over all of it, and nothing else looked at it?

    After ``updates = updates + more``, or an arm that does it, only the new one is a collection.
    """
    looks = {taken.look for taken in container.taken}
    return (
        not container.compiled
        and any(
            taken.size == len(container.entries)
            and taken.into is not container
            and set(container.names) <= set(taken.into.names)
            for taken in container.taken
        )
        and all(look in looks or look < container.ended for look, _ in container.looked_at)
    )


def _says_updates(name: str) -> bool:
    return UPDATES.search(name) is not None or OPTIMIZERS.search(name) is not None


def _pairs(container: Container, late: Set[int]) -> Iterator[Pair]:
    for position, entry in enumerate(container.entries):
        pair = pair_of(entry)
        if pair is None or id(entry) in late:
            continue
        target, value = pair
        variable = original(target.value)
        if not isinstance(variable, Term) or (variable.op, variable.label) == ("elem", "index"):
            continue  # a number of range()
        if variable.op in TARGETS and not _passed_on(variable):
            yield Pair(position, target, value, variable.identity, entry)


def _passed_on(variable: Term) -> bool:
    """Is this of any pair of a known collection? Then the pair rewrites pairs, whichever."""
    value: Value = variable
    while isinstance(value, Term) and value.op in ("elem", "part", "item"):
        value = original(value.uses[0].value)
    return isinstance(value, Container) and any(map(pair_of, value.entries))


def _visibly_shared(container: Container, pairs: tuple[Pair, ...]) -> bool:
    """Is a target of a collection with a name visibly made as a shared variable?"""
    targets = (original(pair.target.value) for pair in pairs)
    return bool(container.names) and any(
        isinstance(target, Term) and target.op == "call" and SHARED.search(str(target.label))
        for target in targets
    )


def text_of(use: Use) -> str:
    """Return the variable as it is written."""
    return printable(ast.unparse(use.node))


def written_name(use: Use) -> str:
    """Return the name, or the attribute's name, that a variable is written with."""
    return getattr(use.node, "id", "") or getattr(use.node, "attr", "")
