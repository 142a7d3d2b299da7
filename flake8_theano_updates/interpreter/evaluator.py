"""What those that know one kind of expressions ask of the evaluation of all of them."""

from __future__ import annotations

import ast
from typing import Protocol

from flake8_theano_updates.interpreter.functions import Closure
from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.values import Term, Use, Value


class Evaluator(Protocol):
    """Evaluates expressions in a state."""

    state: State

    def use(self, node: ast.expr) -> Use:
        """Evaluate ``node`` now."""

    def uses(self, nodes: list[ast.expr]) -> tuple[Use, ...]:
        """Evaluate ``nodes`` from left to right."""

    def go_into(
        self, closure: Closure, arguments: list[Use], keywords: dict[str, Use], node: ast.Call
    ) -> Value | None:
        """Return what a function of the module returns, or None if the call does not fit."""

    def text(self, *parts: Use) -> Term:
        """Put a text together; of the same parts it is the same key of a mapping."""


def is_text(value: Value) -> bool:
    """Is this a text, as far as can be told?"""
    return isinstance(value, Term) and (
        value.op == "text" or (value.op == "const" and isinstance(value.label, str))
    )
