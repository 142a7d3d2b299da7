"""What stands behind a finding, for those who write its program or mend it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_theano_updates.checks.collections import Collection, Pair
from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.model import Registration, UpdateCollection
from flake8_theano_updates.values import Container, Entry, Use, original, pair_of


def registered(pair: Pair) -> Registration:
    """Return a pair of a collection as findings hold it."""
    return _registration(pair.target, pair.value, pair.entry)


def _registration(target: Use, value: Use, entry: Entry) -> Registration:
    bound = entry.loop.bound if entry.loop is not None else frozenset()
    return Registration(target, value, entry.path, bound)


def registrations(entries: Iterable[Entry]) -> tuple[Registration, ...]:
    """Return the pairs among the entries of a container."""
    return tuple(
        _registration(*pair, entry) for entry in entries if (pair := pair_of(entry)) is not None
    )


def whole_collection(collection: Collection) -> UpdateCollection:
    """Return a collection as it is at its end."""
    pairs = tuple(map(registered, collection.pairs))
    return filled_collection(collection.scope, collection.container, pairs)


def filled_collection(
    scope: Interpreted, container: Container, pairs: tuple[Registration, ...] | None = None
) -> UpdateCollection:
    """Return a container with ``pairs`` in it, by default with all of them."""
    whole = container.expression or container.node
    assert isinstance(whole, (ast.FunctionDef, ast.AsyncFunctionDef, ast.expr))
    return UpdateCollection(
        scope=scope.node,
        expression=whole,
        registrations=registrations(container.entries) if pairs is None else pairs,
        mapping=container.kind == "mapping",
        one_shot=container.lazy,
    )


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
