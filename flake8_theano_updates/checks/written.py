"""What stands where in the syntax tree of a scope, for those who would walk through all of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property

from flake8_theano_updates.interpreter.expressions import COMPREHENSIONS

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")

Block = list[ast.stmt]


class Written:
    """The syntax tree of a function or module, walked through once however often it is asked.

    Args:
        scope: the function or module.
    """

    def __init__(self, scope: ast.AST) -> None:
        self.scope = scope

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes, the outer ones first."""
        return list(ast.walk(self.scope))

    @cached_property
    def calls(self) -> list[ast.Call]:
        """All calls."""
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def method_calls(self) -> Mapping[int, ast.Call]:
        """The call ``v.f()`` or ``m.f(v)``, by the id of ``v``."""
        found: dict[int, ast.Call] = {}
        for call in self.calls:
            if isinstance(call.func, ast.Attribute):
                for given in (call.func.value, *call.args):
                    found.setdefault(id(given), call)
        return found

    @cached_property
    def called(self) -> Mapping[int, ast.Call]:
        """The calls, by the id of what they call."""
        return {id(call.func): call for call in self.calls}

    @cached_property
    def names(self) -> Mapping[str, list[ast.Name]]:
        """Where each name stands."""
        found: dict[str, list[ast.Name]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Name):
                found.setdefault(node.id, []).append(node)
        return found

    @cached_property
    def name_of(self) -> Mapping[int, str | None]:
        """The name, if it is one, that alone is assigned a value, by the id of the value."""
        return {
            id(node.value): getattr(node.targets[0], "id", None)
            for node in self.nodes
            if isinstance(node, ast.Assign) and len(node.targets) == 1
        }

    @cached_property
    def read(self) -> Mapping[str, int]:
        """The last line on which each name is read."""
        return _last_lines(
            (name, name.id) for name in self._names() if isinstance(name.ctx, ast.Load)
        )

    @cached_property
    def bound(self) -> Mapping[str, int]:
        """The last line on which each name is bound or deleted."""
        return _last_lines(
            (name, name.id) for name in self._names() if not isinstance(name.ctx, ast.Load)
        )

    def _names(self) -> Iterator[ast.Name]:
        return (name for names in self.names.values() for name in names)

    @cached_property
    def read_inside(self) -> frozenset[str]:
        """The names that functions and classes in the scope read, whenever they run."""
        return frozenset(
            name
            for node, around in self._inside(DEFINITIONS)
            if around and (name := read_by(node)) is not None
        )

    @cached_property
    def dropped(self) -> frozenset[int]:
        """The ids of what is computed and kept by nobody."""
        return frozenset(id(node.value) for node in self.nodes if isinstance(node, ast.Expr))

    @cached_property
    def repeating(self) -> Mapping[int, frozenset[ast.AST]]:
        """What makes a call run again and again, or later, by its id: loops and definitions."""
        kinds = (*LOOPS, *COMPREHENSIONS, *DEFINITIONS)
        return {
            id(node): around for node, around in self._inside(kinds) if isinstance(node, ast.Call)
        }

    def _inside(
        self, kinds: tuple[type[ast.AST], ...]
    ) -> Iterator[tuple[ast.AST, frozenset[ast.AST]]]:
        """Return each node with the nodes of these kinds around it, and itself, in the scope."""
        nothing: frozenset[ast.AST] = frozenset()
        waiting: list[tuple[ast.AST, frozenset[ast.AST]]] = [(self.scope, nothing)]
        while waiting:
            node, around = waiting.pop()
            if isinstance(node, kinds) and node is not self.scope:
                around |= {node}
            yield node, around
            waiting.extend((child, around) for child in ast.iter_child_nodes(node))

    def around(self, statement: ast.stmt) -> Iterator[tuple[ast.AST, Block, int]]:
        """Return the blocks around a statement, each with its owner and the place in it."""
        current: ast.AST = statement
        while current is not self.scope and id(current) in self._places:
            owner, block, index = self._places[id(current)]
            yield owner, block, index
            current = owner

    @cached_property
    def _places(self) -> Mapping[int, tuple[ast.AST, Block, int]]:
        """The owner and the block of each statement, and its place in it, by its id."""
        return {
            id(statement): (owner, block, index)
            for owner in self.nodes
            for block in _blocks(owner)
            for index, statement in enumerate(block)
        }


def _last_lines(found: Iterator[tuple[ast.Name, str]]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for node, name in found:
        lines[name] = max(node.lineno, lines.get(name, 0))
    return lines


def read_by(node: ast.AST) -> str | None:
    """Return the name that this node itself reads, or None."""
    if isinstance(node, ast.AugAssign):
        return getattr(node.target, "id", None)
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else None


def _blocks(owner: ast.AST) -> Iterator[Block]:
    if not isinstance(owner, (ast.stmt, ast.mod)):
        return
    for field in _BLOCKS:
        for part in (block := getattr(owner, field, None) or []):
            if not isinstance(part, ast.stmt):  # a handler, a case
                yield part.body
        if block and isinstance(block[0], ast.stmt):
            yield block
