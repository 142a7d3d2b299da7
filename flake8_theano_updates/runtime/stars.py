"""Write ``[*one, two]`` and ``{**one, two: three}`` so that Python 2 reads them too."""

from __future__ import annotations

import ast
import functools


def without_stars(node: ast.expr) -> ast.expr:
    """Return ``list(one) + [two]`` for ``[*one, two]``, alike for a mapping, else the node."""
    if isinstance(node, ast.List) and any(isinstance(e, ast.Starred) for e in node.elts):
        if isinstance(node.ctx, ast.Load):
            return _sum([_as_list(element) for element in node.elts])
    if isinstance(node, ast.Dict) and None in node.keys:
        pairs = zip(node.keys, node.values, strict=True)
        items = _sum([_items(key, value) for key, value in pairs])
        function = ast.Attribute(ast.Name("collections", ast.Load()), "OrderedDict", ast.Load())
        return ast.Call(function, [items], [])
    return node


def _as_list(element: ast.expr) -> ast.expr:
    if isinstance(element, ast.Starred):
        return ast.Call(ast.Name("list", ast.Load()), [element.value], [])
    return ast.List([element], ast.Load())


def _items(key: ast.expr | None, value: ast.expr) -> ast.expr:
    if key is not None:
        return ast.List([ast.Tuple([key, value], ast.Load())], ast.Load())
    items = ast.Call(ast.Attribute(value, "items", ast.Load()), [], [])
    return ast.Call(ast.Name("list", ast.Load()), [items], [])


def _sum(parts: list[ast.expr]) -> ast.expr:
    return functools.reduce(lambda one, other: ast.BinOp(one, ast.Add(), other), parts)
