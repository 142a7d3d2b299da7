"""Where a node stands: its statement, the blocks and functions around it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Function = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Loop = (ast.For, ast.AsyncFor, ast.While)
Comprehension = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True)
class Place:
    """One level of the nesting of a statement.

    Args:
        block: the statements among which it stands.
        index: its place among them.
        owner: the node whose block it is.
    """

    block: list[ast.stmt]
    index: int
    owner: ast.AST

    @property
    def statement(self) -> ast.stmt:
        """The statement that stands here."""
        return self.block[self.index]


class Tree:
    """A syntax tree that can be asked what is around a node."""

    def __init__(self, root: ast.Module) -> None:
        self.root = root
        self._parents: dict[int, ast.AST] = {}
        self._places: dict[int, Place] = {}
        for node in ast.walk(root):
            for child in ast.iter_child_nodes(node):
                # Contexts and operators are shared between trees; nobody asks about them.
                self._parents[id(child)] = node
            for name in _BLOCKS:
                block = getattr(node, name, None)
                if isinstance(block, list):
                    for index, statement in enumerate(block):
                        self._places[id(statement)] = Place(block, index, node)

    def __contains__(self, node: ast.AST) -> bool:
        return id(node) in self._parents

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what ``node`` stands in, from the inside out."""
        current = self._parents.get(id(node))
        while current is not None:
            yield current
            current = self._parents.get(id(current))

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return what ``node`` stands in directly."""
        return self._parents.get(id(node))

    def statement(self, node: ast.AST) -> ast.stmt:
        """Return the innermost statement that holds ``node``."""
        if isinstance(node, ast.stmt):
            return node
        return next(one for one in self.around(node) if isinstance(one, ast.stmt))

    def places(self, node: ast.AST) -> list[Place]:
        """Return the nesting of ``node`` from the outermost block to its own."""
        statements = [one for one in (node, *self.around(node)) if isinstance(one, ast.stmt)]
        return [self._places[id(one)] for one in reversed(statements) if id(one) in self._places]

    def function(self, node: ast.AST) -> ast.AST:
        """Return the innermost function or lambda around ``node``, or the module."""
        return next((one for one in self.around(node) if isinstance(one, Function)), self.root)

    def scope(self, node: ast.AST) -> ast.AST:
        """Return the innermost function around ``node`` that is no lambda, or the module."""
        for one in self.around(node):
            if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return one
        return self.root

    def comprehension(self, node: ast.AST) -> ast.expr | None:
        """Return the innermost comprehension around ``node`` within its statement."""
        for one in self.around(node):
            if isinstance(one, (ast.stmt, ast.Lambda)):
                return None
            if isinstance(one, Comprehension):
                return one
        return None

    def loops(self, node: ast.AST) -> list[ast.AST]:
        """Return the loops around ``node`` in its function, from the inside out."""
        found: list[ast.AST] = []
        for one in self.around(node):
            if isinstance(one, Function):
                break
            if isinstance(one, Loop):
                found.append(one)
        return found


def loaded(*nodes: ast.AST) -> set[str]:
    """Return the names that ``nodes`` load from outside of their comprehensions."""
    return _names(nodes, ast.Load)


def stored(*nodes: ast.AST) -> set[str]:
    """Return the names that ``nodes`` bind, without those of the comprehensions in them."""
    return _names(nodes, ast.Store)


def _names(nodes: Iterable[ast.AST], context: type[ast.expr_context]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, context):
            found.add(node.id)
        inner = _names(ast.iter_child_nodes(node), context)
        if isinstance(node, Comprehension):
            inner -= stored(*(generator.target for generator in node.generators))
        found |= inner
    return found


def is_dotted(node: ast.AST) -> bool:
    """Is this a name, or a chain of attributes of one?"""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def same(one: ast.AST, other: ast.AST) -> bool:
    """Are two expressions written alike, whatever their layout?"""
    return ast.unparse(one) == ast.unparse(other)
