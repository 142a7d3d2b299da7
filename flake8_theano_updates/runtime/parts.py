"""What calls, texts and reads are written with, by their syntax alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_theano_updates.interpreter.values import dotted
from flake8_theano_updates.runtime.names import DRAWS

_FILLED = ("zeros", "ones", "empty", "full")


def parts_of_text(node: ast.expr) -> list[ast.expr]:
    """Return what stands in a text besides its fixed parts: ``k`` for ``"%s_m" % k``."""
    match node:
        case ast.JoinedStr():
            return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=right):
            return [] if isinstance(right, ast.Tuple) else [right]
        case ast.BinOp(op=ast.Add()):
            sides = (node.left, node.right)
            inner = [parts_of_text(side) for side in sides]
            fixed = [isinstance(s, ast.Constant) and isinstance(s.value, str) for s in sides]
            if any(fixed) or any(inner):
                return [
                    part
                    for side, parts, plain in zip(sides, inner, fixed, strict=True)
                    for part in parts or ([] if plain else [side])
                ]
    return []


def calls_in(node: ast.expr) -> Iterator[ast.Call]:
    """Yield the calls whose results an arithmetic expression is made of."""
    if isinstance(node, ast.Call):
        yield node
    elif isinstance(node, (ast.BinOp, ast.UnaryOp)):
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                yield from calls_in(inner)


def shapes(call: ast.Call, name: str | None) -> Iterator[ast.expr]:
    """Yield the arguments of a call that are the sizes of an array, or one of them.

    Args:
        name: the full name of what is called, if it is known.
    """
    last = (dotted(call.func) or "").rpartition(".")[2]
    yield from (k.value for k in call.keywords if k.arg in ("size", "shape"))
    if last in ("randn", "rand"):
        yield from call.args
    elif last in _FILLED and name is not None:
        yield from call.args[:1]
    elif last in DRAWS.split() or name is None:
        yield from (argument for argument in call.args if isinstance(argument, ast.Tuple))


def variables(read: ast.expr) -> Iterator[ast.expr]:
    """Yield what takes a variable's value in a read, which may be an expression of several."""
    if isinstance(read, (ast.Name, ast.Attribute, ast.Subscript)):
        yield read
        return
    for node in ast.iter_child_nodes(read):
        if isinstance(node, ast.expr):
            yield from variables(node)
