"""Write what is a list in Python 2 only so that it is one in Python 3 too."""

from __future__ import annotations

import ast

from flake8_theano_updates.runtime.names import MAPPING_ATTRIBUTES

_LISTS = frozenset({"zip", "map", "filter", "range"})


def with_lists(node: ast.expr) -> ast.expr:
    """Return ``list(zip(a, b)) + c`` for ``zip(a, b) + c``, ``d.items`` for ``d.iteritems``.

    Only where Python 3 would not take the expression as it is: elsewhere an iterator may be
    the very thing that a finding is about.
    """
    if isinstance(node, ast.Attribute) and node.attr in MAPPING_ATTRIBUTES:
        return ast.Attribute(node.value, node.attr.removeprefix("iter"), node.ctx)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return ast.BinOp(_as_list(node.left), node.op, _as_list(node.right))
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return ast.Subscript(_as_list(node.value), node.slice, node.ctx)
    return node


def _as_list(node: ast.expr) -> ast.expr:
    lazy = isinstance(node, ast.Call) and (
        (isinstance(node.func, ast.Name) and node.func.id in _LISTS)
        or (isinstance(node.func, ast.Attribute) and node.func.attr in MAPPING_ATTRIBUTES)
    )
    return ast.Call(ast.Name("list", ast.Load()), [node], []) if lazy else node
