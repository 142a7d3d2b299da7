"""Where a pair keeps its new value, and how to put a name there."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_theano_updates.fixes.case import Case
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.fixes.text import Replacement


@dataclass(frozen=True)
class StoredValue:
    """The new value of a pair.

    Args:
        written: the expression, as text.
        nodes: what it is made of.
        node: where it stands in the pair.
        call: the shorthand that stands for the whole pair, if one does.
    """

    written: str
    nodes: tuple[ast.expr, ...]
    node: ast.expr
    call: ast.Call | None = None

    @property
    def source(self) -> str | ast.expr:
        """The expression, where it is one of the file."""
        return self.node if self.call is None else self.written

    def replaced(self, name: str, case: Case) -> list[Replacement]:
        """Return the edits that store ``name`` instead."""
        if self.call is None:
            return [Replacement(*case.text.span(self.node), name)]
        function = self.call.func
        assert isinstance(function, ast.Attribute)
        last = case.text.span(self.call.args[-1])[1]
        return [
            Replacement(*case.text.span(function), f"{case.text.of(function.value)}.update"),
            Replacement(case.text.span(self.call.args[1])[0], last, name),
        ]


def stored_value(case: Case) -> StoredValue:
    """Return the new value of the variable that is read, Keras' shorthands written out.

    Raises:
        NoFixError: if the pair does not hold an expression that could be named.
    """
    value = case.value
    if any(isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await)) for node in ast.walk(value)):
        raise NoFixError("the new value waits or yields")
    call = shorthand(case)
    if call is None:
        if case.fault.registered.target in ast.walk(value):
            raise NoFixError("the pair comes from a call that does not show the new value")
        return StoredValue(case.text.of(value), (value,), value)
    assert isinstance(call.func, ast.Attribute)
    target, operand = (case.text.of(argument) for argument in call.args[:2])
    if call.func.attr == "moving_average_update":
        if len(call.args) != 3:
            raise NoFixError("the call does not show how much it averages")
        share = _bracketed(case, call.args[2])
        average = f"{share} * {target} + (1 - {share}) * {_bracketed(case, call.args[1])}"
        return StoredValue(average, tuple(call.args), value, call)
    if call.func.attr == "update_sub":
        operand = _bracketed(case, call.args[1])
    sign = "+" if call.func.attr == "update_add" else "-"
    return StoredValue(f"{target} {sign} {operand}", tuple(call.args), value, call)


def shorthand(case: Case) -> ast.Call | None:
    """Return the call of ``K.update_add`` or its like that is this pair."""
    target = case.fault.registered.target
    if case.is_handed:
        return None  # to a function of the file, whatever that is called
    match case.tree.parent(target):
        case ast.Call(
            ast.Attribute(attr="update_add" | "update_sub" | "moving_average_update"),
            [first, _, *_],
            [],
        ) as call if first is target:
            return call
    return None


def _bracketed(case: Case, node: ast.expr) -> str:
    written = case.text.of(node)
    plain = isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant))
    return written if plain else f"({written})"
