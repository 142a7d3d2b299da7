"""The question that each finding on order starts with: may this read be an error?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from flake8_theano_updates.checks.collections import Pair, written_name
from flake8_theano_updates.checks.leaves import is_made_like
from flake8_theano_updates.checks.products import Products
from flake8_theano_updates.checks.reading import Reading
from flake8_theano_updates.checks.systems import Systems
from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.values import Container, Term, Use, original

_PARAMETER = re.compile(r"^(\w*_)?(params?|parameters?|weights?|bias|biases|theta|[pwWb])$")


@dataclass(frozen=True, eq=False)
class Question:
    """One read that may be an error.

    Args:
        read: the read of ``v``.
        reader: the pair of ``t``.
        registered: the pair of ``v``.
        stale: whether ``v`` is registered before the read (THU101, else THU102).
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

    @cached_property
    def flow(self) -> tuple[set[int], set[int]]:
        """Return the reads and the expressions that the new value of v is computed from."""
        reads: set[int] = set()
        keys: set[int] = set()
        seen: set[tuple[int, bool]] = set()
        waiting = [(self.registered, self.registered.value, False)]
        while waiting:
            pair, use, in_gradient = waiting.pop()
            target = self.reading.target(use)
            if target is not None:
                reads.add(id(use))
                # Gradients are taken once, at the start: nothing in them is ever new.
                if not in_gradient and target not in (self.registered.identity, pair.identity):
                    waiting.extend(
                        (other, other.value, False)
                        for other in self.is_stale(pair, use)
                        if not regularised(
                            replace(self, read=use, reader=pair, registered=other, stale=True)
                        )
                    )
                continue
            if (id(use.value), in_gradient) in seen:
                continue
            seen.add((id(use.value), in_gradient))
            keys.add(self.reading.key(use))
            if isinstance(use.value, Container):
                reads.update(id(read) for read in self.reading.reads(use))
            else:
                in_gradient = in_gradient or use.value.op == "grad"
            waiting.extend(
                (pair, inner, in_gradient) for inner in self.reading.flows_from(use.value)
            )
        return reads, keys


def regularised(q: Question) -> bool:
    """A state listed after its parameter reads it, as weight decay does.

    The parameter's own update reads the state: if anything is wrong, it is that read.
    """
    return (
        q.stale and is_parameter(q) and q.reader.identity in q.reading.variables(q.registered.value)
    )


def is_parameter(q: Question) -> bool:
    """Is v what gradients are taken for?"""
    return _is_differentiated(q.state, q.registered, q.read)


def updates_parameter(q: Question) -> bool:
    """Is t what gradients are taken for?"""
    return _is_differentiated(q.state, q.reader, q.reader.target)


def _is_differentiated(state: State, pair: Pair, use: Use) -> bool:
    if pair.identity in state.differentiated:
        return True
    value = original(use.value)
    if not isinstance(value, Term) or is_made_like(value):
        return False  # a state of zeros in the shape of a parameter, whatever its name
    if value.op == "elem":
        source = original(value.uses[0].value)
        return isinstance(source, Term) and bool(_PARAMETER.search(str(source.label)))
    return bool(_PARAMETER.search(written_name(use)))
