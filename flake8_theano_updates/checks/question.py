"""The question that each finding on order starts with: may this read be an error?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TypeVar, cast

from flake8_theano_updates.checks.collections import Pair, written_name
from flake8_theano_updates.checks.leaves import is_made_like
from flake8_theano_updates.checks.products import Products
from flake8_theano_updates.checks.reading import Reading
from flake8_theano_updates.checks.systems import Systems
from flake8_theano_updates.interpreter.names import PARAMETER
from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.values import Path, Term, Use, joined, original

Answer = TypeVar("Answer")
# What was asked, of which pairs and on which way.
Asked = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Question:
    """One read that may be an error.

    Args:
        read: the read of ``v``.
        reader: the pair of ``t``.
        registered: the pair of ``v``.
        stale: whether ``v`` is registered before the read (THU101, else THU102).
        way: the branches that are taken, where the update takes the read on several ways.
        is_stale: the pairs that are registered before a read in a pair, and update what it reads.
        by_target: the pairs of the collection, by the variable that they update.
        answers: what was found out for all questions of the collection.
    """

    read: Use
    reader: Pair
    registered: Pair
    stale: bool
    reading: Reading
    state: State
    is_stale: Callable[[Pair, Use], list[Pair]]
    by_target: Mapping[Hashable, list[Pair]]
    products: Products
    systems: Systems
    answers: dict[Asked, object]
    way: Path = ()

    @cached_property
    def path(self) -> Path:
        """The branches that are taken."""
        return joined(self.read.path, self.way)


def once(*agreeing: str) -> Callable[[Callable[[Question], Answer]], Callable[[Question], Answer]]:
    """Find out something once for all questions that agree in some fields.

    An update with n reads is n questions, each of which would go through all of the update.
    """

    def decorated(find_out: Callable[[Question], Answer]) -> Callable[[Question], Answer]:
        @wraps(find_out)
        def answer(q: Question) -> Answer:
            fields = (getattr(q, name) for name in agreeing)
            asked = (find_out, *(id(one) if isinstance(one, Pair) else one for one in fields))
            if asked not in q.answers:
                q.answers[asked] = find_out(q)
            return cast("Answer", q.answers[asked])

        return answer

    return decorated


@once("reader", "way")
def around(q: Question) -> list[Use]:
    """Return the expressions in the update of t that hold reads, the outer ones first."""
    return q.reading.expressions(q.reader.value, q.way)


@once("reader", "way")
def around_by_key(q: Question) -> Mapping[int, list[Use]]:
    """Return these expressions, those that compute the same together."""
    found: dict[int, list[Use]] = {}
    for expression in around(q):
        found.setdefault(q.reading.key(expression), []).append(expression)
    return found


def reads_in(q: Question, expressions: Iterable[Use]) -> frozenset[int]:
    """Return the ids of the reads in some expressions."""
    return frozenset(map(id, q.reading.reads_of(expressions)))


def regularised(q: Question) -> bool:
    """A state listed after its parameter reads it, as weight decay does.

    The parameter's own update reads the state: if anything is wrong, it is that read.
    """
    return q.stale and regularises(q, q.reader, q.read, q.registered)


def regularises(q: Question, reader: Pair, read: Use, registered: Pair) -> bool:
    """Does the update of a state read a parameter, whose own update reads the state?"""
    value = q.reading.plain(registered.value).value
    if isinstance(value, Term) and value.op in ("*", "/"):
        return False  # a step on a parameter is a sum
    if reader.identity not in q.reading.variables(registered.value):
        return False
    return _is_differentiated(q, registered, read, reader)


def is_parameter(q: Question) -> bool:
    """Is v what gradients are taken for?"""
    return _is_differentiated(q, q.registered, q.read, q.reader)


def updates_parameter(q: Question) -> bool:
    """Is t what gradients are taken for?"""
    return _is_differentiated(q, q.reader, q.reader.target, q.registered)


def _is_differentiated(q: Question, pair: Pair, use: Use, other: Pair) -> bool:
    """Is a gradient taken for this variable, or does its name say so, where nothing says more?"""
    if pair.identity in q.state.differentiated:
        return True
    value = original(use.value)
    if other.identity in q.state.differentiated or not isinstance(value, Term):
        return False
    if is_made_like(value) or q.systems.decays(pair):
        return False  # a state of zeros in the shape of a parameter, or an average
    if value.op == "elem":
        source = original(value.uses[0].value)
        return isinstance(source, Term) and bool(PARAMETER.search(str(source.label)))
    return bool(PARAMETER.search(written_name(use)))
