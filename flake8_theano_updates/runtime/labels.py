"""Let programs add to the names of stand-ins, which have none."""

from __future__ import annotations

import ast


def with_labels(node: ast.expr) -> ast.expr:
    """Return ``str(p.name) + "_acc"`` for ``p.name + "_acc"``."""
    match node:
        case ast.BinOp(left, ast.Add(), right) if _is_text(left) or _is_text(right):
            return ast.BinOp(_as_text(left), ast.Add(), _as_text(right))
    return node


def _is_text(node: ast.expr) -> bool:
    match node:
        case ast.Constant(str()) | ast.JoinedStr():
            return True
        case ast.BinOp(left, ast.Add(), right):
            return _is_text(left) or _is_text(right)
    return False


def _as_text(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute) and node.attr == "name":
        return ast.Call(ast.Name("str", ast.Load()), [node], [])
    return node
