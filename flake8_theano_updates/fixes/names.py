"""Names for new and old values that nothing in the file has yet."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from flake8_theano_updates.fixes.tree import Definition, Tree


def free_name(variable: ast.expr, suffix: str, tree: Tree, place: ast.AST) -> str:
    """Return a name such as ``velocity_new``, free in the scope of ``place``.

    Args:
        variable: the shared variable; of ``self.velocity`` the last part is taken, of
            ``accs[i]`` the singular.
        suffix: such as ``new``.
        tree: the file.
        place: where the name is to be bound.
    """
    return unused(f"{_base(variable)}_{suffix}", tree, place)


def unused(wanted: str, tree: Tree, place: ast.AST) -> str:
    """Return ``wanted``, with a number behind it if the scope of ``place`` knows that name."""
    taken = set(_taken(tree, place))
    candidates = itertools.chain([wanted], (f"{wanted}{n}" for n in itertools.count(2)))
    return next(name for name in candidates if name not in taken)


def _base(variable: ast.expr) -> str:
    if isinstance(variable, ast.Name):
        return variable.id.strip("_") or "value"
    if isinstance(variable, ast.Attribute):
        return variable.attr.strip("_") or "value"
    if isinstance(variable, ast.Subscript):
        name = _base(variable.value)
        return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
    return "value"


def _taken(tree: Tree, place: ast.AST) -> Iterator[str]:
    """Yield the names of the outermost function around ``place``, and of the module."""
    functions = [one for one in tree.around(place) if isinstance(one, Definition)]
    yield from _names(functions[-1] if functions else tree.root)
    waiting: list[ast.AST] = [tree.root]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            yield from _bound_by(node)
            if not isinstance(node, (*Definition, ast.Lambda)):
                waiting.append(node)


def _names(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        yield from _bound_by(inner)


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, Definition):
        yield node.name
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
