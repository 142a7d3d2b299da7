"""What stands behind a finding, for those who write its program or mend it."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_theano_updates.checks.collections import Collection, Pair
from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.model import Registration, UpdateCollection
from flake8_theano_updates.values import Container, Entry, Path, Use, pair_of


def registered(pair: Pair) -> Registration:
    """Return a pair of a collection as findings hold it."""
    return Registration(pair.target, pair.value, pair.entry.path)


def registrations(entries: Iterable[Entry]) -> tuple[Registration, ...]:
    """Return the pairs among the entries of a container."""
    return tuple(
        Registration(*pair, entry.path)
        for entry in entries
        if (pair := pair_of(entry)) is not None
    )


def whole_collection(collection: Collection) -> UpdateCollection:
    """Return a collection as it is at its end."""
    pairs = tuple(map(registered, collection.pairs))
    return filled_collection(collection.scope, collection.container, pairs)


def filled_collection(
    scope: Interpreted, container: Container, pairs: tuple[Registration, ...] | None = None
) -> UpdateCollection:
    """Return a container with ``pairs`` in it, by default with all of them."""
    expression = container.expression
    node = container.node
    if expression is None and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.expr)):
        whole: ast.expr | ast.FunctionDef | ast.AsyncFunctionDef = node
    else:
        assert expression is not None
        whole = expression
    return UpdateCollection(
        scope=scope.node,
        expression=whole,
        statement=container.last if isinstance(whole, ast.expr) else None,
        registrations=registrations(container.entries) if pairs is None else pairs,
        mapping=container.kind == "mapping",
    )


def given_collection(
    scope: Interpreted,
    given: Use,
    statement: ast.stmt | None,
    pairs: tuple[Registration, ...],
) -> UpdateCollection:
    """Return what a call receives, as it is at the call's statement."""
    return UpdateCollection(scope.node, given.node, statement, pairs)


def joined(*paths: Path) -> Path:
    """Return the branches on ``paths``, each once."""
    return tuple(dict.fromkeys(arm for path in paths for arm in path))
