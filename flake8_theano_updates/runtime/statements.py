"""What statements bind, change and need."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator

from flake8_theano_updates.interpreter.values import dotted
from flake8_theano_updates.runtime.module import Function

MUTATORS = frozenset("add append extend insert setdefault update".split())
_YIELDS = (ast.Yield, ast.YieldFrom)
_IDLE = (ast.Assert, ast.Raise, ast.Pass, ast.Import, ast.ImportFrom)


class CannotCutError(Exception):
    """The statements cannot be taken out of their scope."""


def tokens(node: ast.AST, ignored: Container[int] = ()) -> Iterator[str]:
    """Yield the names that ``node`` loads, ``self.x`` as a name of its own."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if id(inner) in ignored:
            continue
        waiting.extend(ast.iter_child_nodes(inner))
        chain = dotted(inner)
        if chain is None or isinstance(getattr(inner, "ctx", None), ast.Store):
            continue
        if chain != "self":
            yield chain


def bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that an assignment's target binds or changes."""
    if isinstance(node, (ast.Tuple, ast.List)):
        for element in node.elts:
            yield from bound(element)
    elif isinstance(node, ast.Starred):
        yield from bound(node.value)
    elif isinstance(node, ast.Subscript):
        yield from bound(node.value)
    else:
        chain = dotted(node)
        if chain is not None:
            yield chain


def clean(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Drop what does not compute: docstrings, assertions, logging."""
    found: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.For):
            loop = ast.For(statement.target, statement.iter, clean(statement.body), [])
            if loop.body:
                found.append(ast.copy_location(loop, statement))
        elif isinstance(statement, ast.Expr) and not changes(statement, None):
            continue
        elif not isinstance(statement, _IDLE):
            found.append(statement)
    return found


def changes(statement: ast.Expr, wanted: Container[str] | None) -> bool:
    """Is this a yield, or a call that changes one of ``wanted`` (None: any)?"""
    value = statement.value
    if isinstance(value, _YIELDS):
        return True
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr in MUTATORS:
            chain = dotted(value.func.value)
            return chain is not None and (wanted is None or chain in wanted)
    return False


def simple(
    body: Iterable[ast.stmt], headers: tuple[ast.expr, ...] = ()
) -> Iterator[tuple[ast.stmt, tuple[ast.expr, ...]]]:
    """Yield the statements that are no loops, each with what the loops around it go over."""
    for statement in body:
        if isinstance(statement, ast.For):
            yield from simple(statement.body, (*headers, statement.iter))
        else:
            yield statement, headers


def pruned(body: Iterable[ast.stmt], kept: Container[int]) -> list[ast.stmt]:
    """Keep the statements whose ids are in ``kept``, and the loops around them.

    Raises:
        CannotCutError: one of them is not followed.
    """
    found: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.For):
            inside = pruned(statement.body, kept)
            if inside:
                loop = ast.For(statement.target, statement.iter, inside, [])
                found.append(ast.copy_location(loop, statement))
        elif id(statement) in kept:
            if isinstance(statement, (ast.While, ast.Match)):
                kind = type(statement).__name__.lower()
                raise CannotCutError(f"the '{kind}' in line {statement.lineno} is not followed")
            found.append(statement)
    return found


def needed(statement: ast.stmt, wanted: set[str], helpers: set[str]) -> bool:
    """Does ``statement`` bind or change one of ``wanted``, or yield?"""
    if isinstance(statement, ast.Assign):
        return any(name in wanted for target in statement.targets for name in bound(target))
    if isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        return any(name in wanted for name in bound(statement.target))
    if isinstance(statement, Function):
        return statement.name in wanted or any(
            needed(inner, wanted, helpers)
            for inner in ast.walk(statement)
            # What a function yields goes to whoever calls it, by its name.
            if isinstance(inner, ast.Expr) and not isinstance(inner.value, _YIELDS)
        )
    if isinstance(statement, (ast.While, ast.Match)):
        inside = (inner for inner in ast.walk(statement) if isinstance(inner, ast.stmt))
        return any(needed(i, wanted, helpers) for i in inside if i is not statement)
    if isinstance(statement, ast.Expr):
        return changes(statement, wanted) or _calls_with(statement, wanted, helpers)
    return False


def _calls_with(statement: ast.Expr, wanted: Container[str], helpers: Container[str]) -> bool:
    """Is this a call of a helper, for what it does to one of ``wanted``?"""
    value = statement.value
    if not isinstance(value, ast.Call):
        return False
    name = dotted(value.func)
    if name is None:
        return False
    given = [*value.args, *(keyword.value for keyword in value.keywords)]
    hands_over = any(dotted(argument) in wanted for argument in given)
    return name in wanted or (name in helpers and hands_over)
