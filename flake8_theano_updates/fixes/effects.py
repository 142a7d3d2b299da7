"""What a statement uses, binds and adds to: what may be moved across it, and what may not.

A place is a name, a chain of attributes or an item of one, as it is written. Two lists that
are added to one after the other are the same in either order, as far as the updates go.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from flake8_theano_updates.fixes.tree import Comprehension, Function, is_dotted
from flake8_theano_updates.interpreter.names import DRAWS, RANDOM

# What adds to a list or mapping, and how many arguments it may have.
_ADDING = {"append": 1, "extend": 1, "insert": 2, "add": 1, "update": 1, "setdefault": 2}
_CHANGING = frozenset({"pop", "popitem", "remove", "clear", "sort", "reverse", "set_value"})


@dataclass(frozen=True)
class Effects:
    """What one or several statements do to the places that they name.

    Args:
        uses: places whose value they take.
        binds: places that hold something else afterwards.
        adds: lists and mappings that they add to.
        items: items that they assign.
    """

    uses: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    adds: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)

    def __or__(self, other: Effects) -> Effects:
        return Effects(
            *(mine | theirs for mine, theirs in zip(_sets(self), _sets(other), strict=True))
        )

    def depend_on(self, earlier: Effects) -> bool:
        """Does this take, or change, what the other has made?"""
        return _disturbs(earlier, self)

    def disturb(self, later: Effects) -> bool:
        """Would the other see something else if this came before it?"""
        return _disturbs(self, later)


def _disturbs(one: Effects, other: Effects) -> bool:
    """Does the other take, or change, what the one makes?"""
    taken = other.uses | other.binds
    return (
        _meet(one.binds, taken | other.adds | other.items)
        or _meet(one.adds, taken)
        or any(_within(item, whole) for item in one.items for whole in taken)
        or any(_may_be(item, place) for item in one.items for place in _all(other))
    )


def effects(*nodes: ast.AST) -> Effects:
    """Return what statements or expressions do."""
    found = Effects()
    for node in nodes:
        _visit(node, found)
    return found


def _visit(node: ast.AST, found: Effects) -> None:
    match node:
        case ast.Name() | ast.Attribute() | ast.Subscript():
            _place(node, found)
        case ast.AugAssign(target, operator, value):
            _visit(value, found)
            place = _written(target)
            if isinstance(operator, ast.Add) and not isinstance(value, ast.Constant) and place:
                found.adds.add(place)
            if not isinstance(value, (ast.List, ast.Tuple, ast.ListComp)):
                _visit(target, found)
                found.uses.update([place] if place else [])
        case ast.Call():
            _call(node, found)
        case ast.Expr(ast.Call(func) as call) if not _is_known(_method(func)):
            # Called for what it does, if to its arguments.
            _call(call, found)
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            owner = [func.value] if isinstance(func, ast.Attribute) else []
            found.binds.update(place for one in [*given, *owner] if (place := _written(one)))
        case _ if isinstance(node, (*Function, *Comprehension)):
            _scope(node, found)
        case _:
            for child in ast.iter_child_nodes(node):
                _visit(child, found)


def _place(node: ast.Name | ast.Attribute | ast.Subscript, found: Effects) -> None:
    place = _written(node)
    if isinstance(node, ast.Subscript):
        _visit(node.slice, found)
    if place is None and not isinstance(node, ast.Name):
        _visit(node.value, found)
    elif place is None:
        return
    elif isinstance(node.ctx, ast.Load):
        found.uses.add(place)
    elif isinstance(node, ast.Subscript):
        found.items.add(place)
    elif isinstance(node, ast.Attribute) and node.attr == "default_update":
        found.items.add(f"[{place}]")  # nobody sees it who takes the variable's value
    else:
        found.binds.add(place)


def _call(node: ast.Call, found: Effects) -> None:
    function, name = node.func, _method(node.func)
    if len(node.args) > _ADDING.get(name, len(node.args)):
        name = ""  # `T.add(a, b)`, or a pair of Keras': not what a list or mapping does
    receiver = _written(function.value) if isinstance(function, ast.Attribute) else None
    if receiver is None:
        _visit(function, found)
    elif _adds(name):
        found.adds.add(receiver if name in _ADDING else f"{receiver}.{name}")
    elif name in _CHANGING or (name in DRAWS and RANDOM.search(receiver)):
        found.binds.add(receiver)
    else:
        found.uses.add(receiver)
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        _visit(argument, found)


def _scope(node: ast.AST, found: Effects) -> None:
    """What a scope of its own binds is nobody else's."""
    inner = Effects()
    for child in ast.iter_child_nodes(node):
        _visit(child, inner)
    own = {place for place in inner.binds if place.isidentifier()}
    if isinstance(node, Function):
        own |= {argument.arg for argument in ast.walk(node) if isinstance(argument, ast.arg)}
    for mine, theirs in zip(_sets(inner), _sets(found), strict=True):
        theirs.update(place for place in mine if _root(place) not in own)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        found.binds.add(node.name)


def _all(effects: Effects) -> set[str]:
    return set().union(*_sets(effects))


def _sets(effects: Effects) -> tuple[set[str], ...]:
    return effects.uses, effects.binds, effects.adds, effects.items


def _is_known(method: str) -> bool:
    return _adds(method) or method in _CHANGING


def _adds(method: str) -> bool:
    return method in _ADDING or "add_update" in method


def _method(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ""


def _written(node: ast.expr) -> str | None:
    """Return the text of a place, None for anything else."""
    if isinstance(node, ast.Subscript):
        base = _written(node.value)
        return None if base is None else f"{base}[{ast.unparse(node.slice)}]"
    if isinstance(node, ast.Attribute) and not is_dotted(node):
        base = _written(node.value)
        return None if base is None else f"{base}.{node.attr}"
    return ast.unparse(node) if is_dotted(node) else None


def _root(place: str) -> str:
    return place.partition(".")[0].partition("[")[0]


def _meet(some: Iterable[str], others: Iterable[str]) -> bool:
    """Is one of these the same place as one of those, or a part of it?"""
    return any(_within(one, other) or _within(other, one) for one in some for other in others)


def _within(part: str, whole: str) -> bool:
    return part == whole or (part.startswith(whole) and part[len(whole)] in ".[")


def _may_be(item: str, place: str) -> bool:
    """May an assigned item be this place, or hold it?"""
    if _within(place, item):
        return True
    base, _, key = item.rpartition("[")
    if not place.startswith(f"{base}["):
        return False
    other = place[len(base) + 1 :].partition("]")[0]
    # Of two keys that are written differently, only literals are known to differ...
    literal = key.startswith(("'", '"')) and other.startswith(("'", '"'))
    # ... and two variables that are both assigned, for one function may update each once.
    return not literal and place.count("[") > item.count("[")
