"""The question that each finding on order starts with: may this read be an error?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flake8_theano_updates.checks.collections import Pair, written_name
from flake8_theano_updates.checks.leaves import is_made_like
from flake8_theano_updates.checks.products import Products
from flake8_theano_updates.checks.reading import Reading
from flake8_theano_updates.checks.systems import Systems
from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.values import Path, Term, Use, joined, original

_PARAMETER = re.compile(r"^(\w*_)?(params?|parameters?|weights?|bias|biases|theta|[pwWb])$")


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
    """

    read: Use
    reader: Pair
    registered: Pair
    stale: bool
    reading: Reading
    state: State
    is_stale: Callable[[Pair, Use], list[Pair]]
    pairs: tuple[Pair, ...]
    products: Products
    systems: Systems
    way: Path = ()

    @cached_property
    def around(self) -> list[Use]:
        """The expressions in the update of t that hold the read, the outer ones first."""
        return self.reading.around(self.reader.value, self.read, self.way)

    @property
    def path(self) -> Path:
        """The branches that are taken."""
        return joined(self.read.path, self.way)

    @cached_property
    def flow(self) -> tuple[set[int], set[int]]:
        """Return the reads and the expressions that the new value of v is computed from."""
        reads: set[int] = set()
        keys: set[int] = set()
        seen: set[tuple[int, bool]] = set()
        waiting = [(self.registered, self.registered.value, False)]
        while waiting:
            pair, use, in_gradient = waiting.pop()
            handed_on = self.reading.hands_on(use)
            for read in self.reading.reads(use) if handed_on else (use,):
                target = self.reading.target(read)
                if target is None:
                    continue
                reads.add(id(read))
                # Gradients are taken once, at the start: nothing in them is ever new.
                if not in_gradient and target not in (self.registered.identity, pair.identity):
                    waiting.extend(
                        (other, other.value, False)
                        for other in self.is_stale(pair, read)
                        if not _regularises(self, pair, read, other)
                    )
            if self.reading.target(use) is not None:
                continue
            if (id(use.value), in_gradient) in seen:
                continue
            seen.add((id(use.value), in_gradient))
            keys.add(self.reading.key(use))
            if isinstance(use.value, Term):
                in_gradient = in_gradient or use.value.op == "grad"
            waiting.extend(
                (pair, inner, in_gradient) for inner in self.reading.flows_from(use.value)
            )
        return reads, keys


def regularised(q: Question) -> bool:
    """A state listed after its parameter reads it, as weight decay does.

    The parameter's own update reads the state: if anything is wrong, it is that read.
    """
    return q.stale and _regularises(q, q.reader, q.read, q.registered)


def _regularises(q: Question, reader: Pair, read: Use, registered: Pair) -> bool:
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
        return isinstance(source, Term) and bool(_PARAMETER.search(str(source.label)))
    return bool(_PARAMETER.search(written_name(use)))
