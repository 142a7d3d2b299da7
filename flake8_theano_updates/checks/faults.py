"""The nodes behind a finding, for those who cut its program out of the file."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_theano_updates.checks.collections import Collection
from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.interpreter.values import Container, Path, Use, pair_of
from flake8_theano_updates.model import Registration, UpdateCollection


def registration(target: Use, value: Use) -> Registration:
    """Return the nodes of a pair."""
    return Registration(target.node, value.node, target.node.lineno)


def whole_collection(collection: Collection) -> UpdateCollection:
    """Return the nodes of a collection as it is at its end."""
    pairs = ((pair.target, pair.value) for pair in collection.pairs)
    return filled_collection(collection.scope, collection.container, pairs)


def filled_collection(
    scope: Interpreted, container: Container, pairs: Iterable[tuple[Use, Use]] | None = None
) -> UpdateCollection:
    """Return the nodes of a container and of ``pairs`` in it, by default of all of them."""
    expression = container.expression
    node = container.node
    if expression is None and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.expr)):
        whole: ast.expr | ast.FunctionDef | ast.AsyncFunctionDef = node
    else:
        assert expression is not None
        whole = expression
    if pairs is None:
        pairs = filter(None, map(pair_of, container.entries))
    return UpdateCollection(
        scope=scope.node,
        expression=whole,
        statement=container.last if isinstance(whole, ast.expr) else None,
        registrations=tuple(registration(*pair) for pair in pairs),
    )


def given_collection(
    scope: Interpreted, given: Use, statement: ast.stmt | None, pairs: Iterable[tuple[Use, Use]]
) -> UpdateCollection:
    """Return the nodes of what a call receives, as it is at the call's statement."""
    return UpdateCollection(
        scope.node, given.node, statement, tuple(registration(*pair) for pair in pairs)
    )


def arms_of(*paths: Path) -> tuple[tuple[ast.stmt, str], ...]:
    """Return the branches on ``paths``, which must be taken for something to happen."""
    found: dict[int, tuple[ast.stmt, str]] = {}
    for path in paths:
        for arm in path:
            if isinstance(arm.node, ast.stmt):
                found[id(arm.node)] = (arm.node, arm.name)
    return tuple(found.values())
