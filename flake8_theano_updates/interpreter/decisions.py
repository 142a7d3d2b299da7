"""What the tests of branches decide: which of them decide alike, and how one ends."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from typing import NamedTuple

from flake8_theano_updates.values import Equals, dotted, written

_COMPARISONS: dict[type[ast.cmpop], Callable[..., object]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
# Each with what it is the opposite of.
_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.NotEq: ast.Eq,
    ast.IsNot: ast.Is,
    ast.NotIn: ast.In,
    ast.LtE: ast.Gt,
    ast.Lt: ast.GtE,
}


class Decision(NamedTuple):
    """What a test decides.

    Args:
        branch: equal for tests that decide alike: two tests of one flag, ``not`` before one.
        turned: whether the test holds where what they have in common does not.
    """

    branch: Hashable
    turned: bool

    def arm(self, *, holds: bool) -> str:
        """Return the name of the arm that is taken where the test holds, or does not."""
        return "body" if holds != self.turned else "orelse"


def decision(test: ast.expr) -> Decision:
    """Return what a test decides."""
    turned = False
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, turned = test.operand, not turned
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        constant, name = test.comparators[0], dotted(test.left)
        if isinstance(constant, ast.Constant) and name is not None:
            compared = type(test.ops[0])
            if compared in _OPPOSITES:
                compared, turned = _OPPOSITES[compared], not turned
            if compared is ast.Eq:
                return Decision(Equals(name, written(constant.value)), turned)
            return Decision((compared, name, written(constant.value)), turned)
    return Decision(dotted(test) or test, turned)


def outcome(test: ast.expr, decided: Mapping[str, object]) -> bool | None:
    """Return how a test ends, or None if that is not known.

    Args:
        decided: what names hold that hold a constant.
    """
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = outcome(test.operand, decided)
        return None if inner is None else not inner
    if isinstance(test, ast.Name) and test.id in decided:
        return bool(decided[test.id])
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and len(test.ops) == 1:
        other, compare = test.comparators[0], _COMPARISONS.get(type(test.ops[0]))
        if test.left.id in decided and isinstance(other, ast.Constant) and compare is not None:
            # What has no order is not compared.
            with suppress(TypeError):
                return bool(compare(decided[test.left.id], other.value))
    return None
