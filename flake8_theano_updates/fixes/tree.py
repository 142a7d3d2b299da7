"""Where a node stands: its statement, the blocks and functions around it, and free names."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

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
    """

    block: list[ast.stmt]
    index: int

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
        self._taken: dict[int, frozenset[str]] = {}
        for node in ast.walk(root):
            for child in ast.iter_child_nodes(node):
                # Contexts and operators are shared between trees; nobody asks about them.
                self._parents[id(child)] = node
            for name in _BLOCKS:
                block = getattr(node, name, None)
                if isinstance(block, list):
                    for index, statement in enumerate(block):
                        self._places[id(statement)] = Place(block, index)

    def taken(self, place: ast.AST) -> frozenset[str]:
        """Return the names of the outermost function around ``place``, and of the module."""
        functions = [one for one in self.around(place) if isinstance(one, Function[:2])]
        outermost = functions[-1] if functions else self.root
        if id(outermost) not in self._taken:
            inside = (name for node in ast.walk(outermost) for name in _bound_by(node))
            self._taken[id(outermost)] = frozenset(inside) | self._of_module
        return self._taken[id(outermost)]

    def bindings(self, name: str, scope: ast.AST) -> Sequence[ast.Name]:
        """Return where a function, or the module, itself binds ``name``."""
        return self._bindings.get((id(scope), name), ())

    @cached_property
    def _bindings(self) -> Mapping[tuple[int, str], Sequence[ast.Name]]:
        found: dict[tuple[int, str], list[ast.Name]] = {}
        for node in ast.walk(self.root):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.setdefault((id(self.scope(node)), node.id), []).append(node)
        return found

    @cached_property
    def _of_module(self) -> frozenset[str]:
        """The names that the module binds outside of its functions and classes."""
        found: set[str] = set()
        waiting: list[ast.AST] = [self.root]
        while waiting:
            for node in ast.iter_child_nodes(waiting.pop()):
                found.update(_bound_by(node))
                if not isinstance(node, (*Definition, ast.Lambda)):
                    waiting.append(node)
        return frozenset(found)

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
        named = (ast.FunctionDef, ast.AsyncFunctionDef)
        return next((one for one in self.around(node) if isinstance(one, named)), self.root)

    def comprehension(self, node: ast.AST) -> ast.expr | None:
        """Return the innermost comprehension around ``node`` within its statement."""
        kinds = (ast.stmt, ast.Lambda, *Comprehension)
        inner = next((one for one in self.around(node) if isinstance(one, kinds)), None)
        return inner if isinstance(inner, Comprehension) else None

    def loops(self, node: ast.AST) -> list[ast.AST]:
        """Return the loops around ``node`` in its function, from the inside out."""
        inside = itertools.takewhile(lambda one: not isinstance(one, Function), self.around(node))
        return [one for one in inside if isinstance(one, Loop)]


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


def free_name(variable: ast.expr, suffix: str, tree: Tree, place: ast.AST) -> str:
    """Return a name such as ``velocity_new``, free in the scope of ``place``.

    Of ``self.velocity`` the last part is taken, of ``accs[i]`` the singular.
    """
    return unused(f"{_base(variable)}_{suffix}", tree, place)


def unused(wanted: str, tree: Tree, place: ast.AST) -> str:
    """Return ``wanted``, with a number behind it if the scope of ``place`` knows that name."""
    taken = tree.taken(place)
    candidates = itertools.chain([wanted], (f"{wanted}{n}" for n in itertools.count(2)))
    return next(name for name in candidates if name not in taken)


def _base(variable: ast.expr) -> str:
    match variable:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name.strip("_") or "value"
        case ast.Subscript(several):
            name = _base(several)
            return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
    return "value"


def _bound_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(name) | ast.arg(name) | ast.ExceptHandler(name=str(name)):
            yield name
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
            yield name
        case ast.alias():
            yield (node.asname or node.name).partition(".")[0]
        case ast.Global(names) | ast.Nonlocal(names):
            yield from names
