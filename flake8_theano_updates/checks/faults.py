"""What stands behind a finding, for those who write its program or mend it."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.model import Registration, UpdateCollection
from flake8_theano_updates.values import Compilation, Container, Entry, Use, original, pair_of


def registration(target: Use, value: Use, entry: Entry) -> Registration:
    """Return a pair that an entry is, as findings hold it."""
    bound = entry.loop.bound if entry.loop is not None else frozenset()
    return Registration(target, value, entry.path, bound)


def registrations(entries: Iterable[Entry]) -> tuple[Registration, ...]:
    """Return the pairs among the entries of a container."""
    return tuple(
        registration(*pair, entry) for entry in entries if (pair := pair_of(entry)) is not None
    )


def filled_collection(
    scope: Interpreted, container: Container, pairs: tuple[Registration, ...]
) -> UpdateCollection:
    """Return a container with ``pairs`` in it."""
    whole = container.expression or container.node
    assert isinstance(whole, (ast.FunctionDef, ast.AsyncFunctionDef, ast.expr))
    return UpdateCollection(
        scope=scope.node,
        expression=whole,
        registrations=pairs,
        mapping=container.kind == "mapping",
        one_shot=container.lazy,
    )


@dataclass(frozen=True, eq=False)
class Received:
    """A container that compile calls of a scope receive as updates, the same for all of them."""

    scope: Interpreted
    container: Container

    @cached_property
    def pairs(self) -> list[tuple[Entry, Registration]]:
        """The updates in it, each with its entry."""
        return [
            (entry, registration(*pair, entry))
            for entry in self.container.entries
            if (pair := pair_of(entry)) is not None
        ]

    @cached_property
    def unseen(self) -> list[tuple[Entry, Registration]]:
        """The updates that entered after the container was last looked at."""
        last = max((moment for moment, _ in self.container.looked_at), default=0)
        return [(entry, pair) for entry, pair in self.pairs if entry.there >= last]

    def late(self, compilation: Compilation) -> list[tuple[Entry, Registration]]:
        """The updates that enter after a compile call, and are never looked at again."""
        container = self.container
        if not isinstance(container.expression, ast.Name):
            return []
        if compilation.depth > container.depth or container.kind == "generator":
            return []
        return [
            (entry, pair)
            for entry, pair in self.unseen
            if entry.there > compilation.moment
            # Where it was not compiled, it may still be.
            and all(arm in entry.path for arm in compilation.path if arm.name)
        ]

    @cached_property
    def whole(self) -> UpdateCollection:
        """The container as findings hold it."""
        pairs = tuple(pair for _, pair in self.pairs)
        return filled_collection(self.scope, self.container, pairs)

    @cached_property
    def targets(self) -> Mapping[Hashable, Registration]:
        """The last update of each variable."""
        return {original(pair.variable.value).identity: pair for _, pair in self.pairs}


def received(scope: Interpreted) -> Iterator[tuple[Compilation, Use, Received]]:
    """Return the compile calls of a scope that receive a known container, where it is given."""
    known: dict[int, Received] = {}
    for compilation in scope.state.compilations:
        given = compilation.updates
        container = None if given is None else original(given.value)
        if given is not None and isinstance(container, Container):
            one = known.setdefault(id(container), Received(scope, container))
            yield compilation, given, one


def compiled_collections(scope: Interpreted) -> Iterator[UpdateCollection]:
    """Return what each compile call of a scope receives."""
    for compilation in scope.state.compilations:
        if compilation.updates is not None:
            given = original(compilation.updates.value)
            node = compilation.updates.node
            if isinstance(given, Container):
                pairs, mapping = registrations(given.entries), given.kind == "mapping"
                yield UpdateCollection(scope.node, node, pairs, mapping, given.lazy)
            else:
                one_shot = given.label in ("map", "filter")
                yield UpdateCollection(scope.node, node, (), one_shot=one_shot)
