"""Where calls stand in a file: what their results are called, and which loops are around them."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Iterator
from functools import cached_property

from flake8_theano_updates.interpreter.expressions import COMPREHENSIONS
from flake8_theano_updates.values import dotted

_GENERATOR = re.compile(r"rng|generator|(?:^|_)gen(?:_|\d|$)", re.IGNORECASE)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
LOOPS = (ast.For, ast.AsyncFor, ast.While, *COMPREHENSIONS)


class Places:
    """A file's tree that can be asked what is around a node."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the file."""
        return list(ast.walk(self.tree))

    @cached_property
    def _parents(self) -> dict[int, ast.AST]:
        return {id(child): node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Return what a node stands in, from the inside out."""
        parent = self._parents.get(id(node))
        while parent is not None:
            yield parent
            parent = self._parents.get(id(parent))

    def function(self, node: ast.AST) -> ast.AST:
        """Return the innermost function around a node, or the module."""
        return next((one for one in self.around(node) if isinstance(one, _FUNCTIONS)), self.tree)

    def loops(self, node: ast.AST) -> Iterator[ast.AST]:
        """Return the loops around a node in its function, from the inside out."""
        inner = node
        for outer in self.around(node):
            if isinstance(outer, _FUNCTIONS):
                return
            if isinstance(outer, LOOPS) and not _comes_first(outer, inner):
                yield outer
            inner = outer

    def target(self, call: ast.Call) -> ast.expr | None:
        """Return what the results of a call are assigned to, if to one target."""
        parent = self._parents.get(id(call))
        if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
            return parent.targets[0]
        return None

    def results(self, call: ast.Call) -> tuple[ast.expr | None, ast.expr | None]:
        """Return what the next generator and the numbers of a draw are assigned to."""
        outer: ast.AST | None = call
        while isinstance(outer, (ast.Call, ast.Attribute)):
            outer = self._parents.get(id(outer))
            if isinstance(outer, ast.Assign) and len(outer.targets) == 1:
                target = outer.targets[0]
                if isinstance(target, (ast.Tuple, ast.List)) and len(target.elts) == 2:
                    return target.elts[0], target.elts[1]
                return None, target
        if isinstance(outer, ast.Subscript):
            statement = self._parents.get(id(outer))
            index = getattr(outer.slice, "value", None)
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                only = statement.targets[0]
                return (only, None) if index == 0 else (None, only)
        return None, None

    def takes_generator(self, call: ast.Call) -> bool:
        """Is the call of a method unpacked as a draw, and not as numbers of NumPy?"""
        receiver = getattr(call.func, "value", None)
        if receiver is None or not _GENERATOR.search(ast.unparse(receiver)):
            return False
        target = self.target(call)
        two = isinstance(target, (ast.Tuple, ast.List)) and len(target.elts) == 2
        if not two:
            outer = self._parents.get(id(call))
            two = isinstance(outer, ast.Subscript) and outer.value is call
        if not two or not (call.args or call.keywords):
            return two  # NumPy would return one number
        first = target.elts[0] if isinstance(target, (ast.Tuple, ast.List)) else None
        if first is None:
            return False
        return _GENERATOR.search(ast.unparse(first)) is not None or self._draws(call, first)

    def _draws(self, call: ast.Call, name: ast.expr) -> bool:
        """Does the function take numbers from what has this name?"""
        text = ast.unparse(name)
        return text != "_" and any(
            (isinstance(one, ast.Attribute) and ast.unparse(one.value) == text)
            or (isinstance(one, ast.keyword) and one.arg == "rng" and written(one.value) == text)
            for one in ast.walk(self.function(call))
        )

    def is_step(self, function: ast.AST) -> bool:
        """Is a function the step of a scan?"""
        return any(True for _ in self._scans_of(function))

    def is_handed_through(self, function: ast.AST, key: Hashable) -> bool:
        """Is a parameter of a step among the ``non_sequences`` of its scan?"""
        if not isinstance(function, _FUNCTIONS) or not isinstance(key, tuple):
            return False
        if key[0] != "parameter":
            return False
        parameters = [one.arg for one in function.args.args]
        counts = (
            len(one.value.elts) if isinstance(one.value, (ast.List, ast.Tuple)) else 1
            for scan in self._scans_of(function)
            for one in scan.keywords
            if one.arg == "non_sequences"
        )
        return key[1] in parameters[len(parameters) - next(counts, 0) :]

    def _scans_of(self, function: ast.AST) -> Iterator[ast.Call]:
        name = getattr(function, "name", None)
        for scan in self._scans:
            named = (one.value for one in scan.keywords if one.arg == "fn")
            step = next(named, scan.args[0] if scan.args else None)
            if name is not None and isinstance(step, ast.Name) and step.id == name:
                yield scan

    @cached_property
    def _scans(self) -> list[ast.Call]:
        calls = (node for node in self.nodes if isinstance(node, ast.Call))
        return [call for call in calls if (dotted(call.func) or "").split(".")[-1] == "scan"]

    def is_stored(self, name: str, inside: ast.AST) -> bool:
        """Is what is written so, or the name at its beginning, bound anew inside?"""
        root = name.partition(".")[0]
        for node in ast.walk(inside):
            kinds = (ast.Name, ast.Attribute, ast.Subscript)
            if isinstance(node, kinds) and isinstance(node.ctx, ast.Store):
                if ast.unparse(node) in (name, root):
                    return True
        return False

    @cached_property
    def has_default_updates(self) -> bool:
        """Does the file set the default update of anything?"""
        attributes = (node for node in self.nodes if isinstance(node, ast.Attribute))
        return any(
            node.attr == "default_update" and isinstance(node.ctx, ast.Store) for node in attributes
        )

    @cached_property
    def globals(self) -> frozenset[str]:
        """The names of outer scopes that functions of the file bind."""
        kinds = (ast.Global, ast.Nonlocal)
        return frozenset(
            name for node in self.nodes if isinstance(node, kinds) for name in node.names
        )


def written(node: ast.AST) -> str | None:
    """Return a name, an attribute or an item of one as it is written, else None."""
    root = node
    while isinstance(root, ast.Subscript):
        root = root.value
    return None if dotted(root) is None else ast.unparse(node)


def _comes_first(loop: ast.AST, inside: ast.AST) -> bool:
    """Is this evaluated once, before the first turn of the loop?"""
    if isinstance(loop, (ast.For, ast.AsyncFor)):
        return inside is loop.iter or inside in loop.orelse
    if isinstance(loop, ast.While):
        return inside in loop.orelse
    generators = getattr(loop, "generators", [])
    return bool(generators) and inside is generators[0]
