"""What those that know one kind of values ask of the translation of all of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from flake8_theano_updates.confirm.expressions import Expression, Variable
from flake8_theano_updates.confirm.steps import Step
from flake8_theano_updates.model import Registration
from flake8_theano_updates.values import Path, Term, Use, Value, operands, walk


class UnknownStartError(Exception):
    """What a variable starts with is not known."""


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
    """Translates values.

    Args:
        step: how faithful the program is to be.
        targets: the pair of each variable that the collection updates, by its identity.
        numeric: whether an initial value is translated, in NumPy's words; what is not
            known raises `UnknownStartError` then.
        path: the branches that the fault is on.
    """

    step: Step
    targets: dict[Hashable, Registration]
    numeric: bool
    path: Path

    def expression(self, use: Use, marked: bool = False) -> Expression:
        """Translate what ``use`` takes."""

    def resolve(self, use: Use, marked: bool = False) -> Place:
        """Follow renamings, elements of known lists and arms to what is computed."""

    def choose(self, either: Term) -> Use:
        """Return the arm of a value that is one of several."""

    def variable(self, use: Use) -> Variable | None:
        """Return the shared variable that ``use`` takes, or None for anything else."""

    def shared(self, use: Use) -> Variable:
        """Return the shared variable that ``use`` must take."""

    def leaf(self, use: Use) -> Expression:
        """Return what stands for a value that nothing computes."""

    def array(self, name: str, use: Use, note: str) -> Expression:
        """Return an array of numbers, or a number where there are no arrays."""

    def turn_of(self, identity: Hashable) -> int | None:
        """Return the turn of the loop in which this is one of many, None where it is the same."""

    def as_numbers(self) -> AbstractContextManager[None]:
        """Translate initial values inside."""


def inside(translator: Translator, root: Use) -> Iterator[Use]:
    """Visit what flows into a value, as it is resolved; an attribute is taken as it is."""

    def parts(use: Use) -> Iterable[Use]:
        value = translator.resolve(use).value
        opaque = isinstance(value, Term) and value.op in ("attr", "static")
        return () if opaque else operands(value)

    return walk(root, parts)
