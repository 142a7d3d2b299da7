"""What the parts of a translation have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple, Protocol

from flake8_theano_updates.confirm.expressions import Expression
from flake8_theano_updates.confirm.steps import Step
from flake8_theano_updates.model import Registration
from flake8_theano_updates.values import Term, Use, Value


class Plan(NamedTuple):
    """What an expression is made of, and how it is put together."""

    uses: Sequence[Use]
    combine: Callable[[Sequence[Expression]], Expression]


class Place(NamedTuple):
    """A value behind its renamings.

    Args:
        value: what it is.
        use: where it is taken.
        marked: whether it is one of the finding's reads, or holds one as a list does.
    """

    value: Value
    use: Use
    marked: bool


class Translator(Protocol):
    """What translates values, for those that know one kind of them."""

    step: Step
    targets: dict[Hashable, Registration]

    def resolve(self, use: Use) -> Place:
        """Follow renamings, elements of known lists and arms to what is computed."""

    def choose(self, either: Term) -> Use:
        """Return the arm of a value that is one of several."""

    def variable(self, use: Use) -> Expression | None:
        """Return the shared variable that ``use`` takes, or None for anything else."""

    def shared(self, use: Use) -> Expression:
        """Return the shared variable that ``use`` must take."""

    def leaf(self, use: Use) -> Expression:
        """Return what stands for a value that nothing computes."""

    def turn_of(self, identity: Hashable) -> int | None:
        """Return the turn of the loop in which this is one of many, None where it is the same."""


def whole(expression: Expression) -> Plan:
    """Return the plan of what is made of nothing else."""
    return Plan((), lambda _: expression)
