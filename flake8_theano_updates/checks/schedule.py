"""Counters and rates: variables that grow by numbers alone, whatever the data."""

from __future__ import annotations

from flake8_theano_updates.checks.formulas import unfolded
from flake8_theano_updates.checks.leaves import constant, is_number, leaves
from flake8_theano_updates.checks.question import Question, around, once, reads_in
from flake8_theano_updates.checks.reading import Reading
from flake8_theano_updates.values import Term, Use, Value, original

SWITCHES = frozenset({"switch", "where", "ifelse", "cond", "select"})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "**", "neg", "pos", "operation", "either"})


def schedule(q: Question) -> bool:
    """v grows by literals and hyperparameters: a counter or a decaying rate.

    A switch may ask for another counter; that decides when v grows, not by what. A rate that
    is multiplied may be switched by anything, as a bold driver does by the cost.
    """
    return _grows_by_numbers(q) and not _divides_by_zero(q)


def _is_old_value(q: Question, leaf: Use) -> bool:
    """Is this v, or what the mapping held for v before?"""
    value = leaf.value
    if isinstance(value, Term) and value.op == "registered":
        leaf = value.uses[0]
    return q.reading.target(leaf) == q.registered.identity


@once("registered")
def _grows_by_numbers(q: Question) -> bool:
    """Is v's new value made of its old one and of numbers?"""
    reading = q.reading
    conditions: list[Use] = []
    scaled = grows = False
    waiting = [q.registered.value]
    seen: set[int] = set()
    while waiting:
        use = reading.plain(waiting.pop())
        value = use.value
        if reading.target(use) is None and isinstance(value, Term):
            if id(value) in seen:
                continue
            seen.add(id(value))
            if value.op == "call" and value.label in SWITCHES:
                waiting.extend(value.uses[-2:])
                conditions.extend(value.uses[:-2])
                continue
            if value.op in _ARITHMETIC:
                scaled |= value.op in ("*", "/") and any(
                    _is_old_value(q, reading.plain(factor)) for factor in value.uses
                )
                waiting.extend(value.uses)
                continue
        for leaf in leaves(reading, use):
            if _is_old_value(q, leaf):
                grows = True
            elif not is_number(reading, leaf):
                return False
    return grows and (scaled or all(_is_of_counters(reading, one) for one in conditions))


def _is_of_counters(reading: Reading, condition: Use) -> bool:
    """Is this made of variables and numbers?"""
    return all(
        reading.target(leaf) is not None or is_number(reading, leaf)
        for leaf in leaves(reading, condition)
    )


def _divides_by_zero(q: Question) -> bool:
    """Is v a counter from 0 that is a divisor, or the exponent in ``1 - beta**t``?"""
    variable = original(q.read.value)
    if not isinstance(variable, Term) or variable.op != "call" or not variable.uses:
        return False
    if constant(variable.uses[0].value) != 0:
        return False
    return id(q.read) in _in_divisions(q)


@once("reader", "registered", "way")
def _in_divisions(q: Question) -> frozenset[int]:
    """Return the reads in what divides by v, or takes a power of it from one."""
    dividing = (one for one in around(q) if _divides(q, one.value) or _is_bias(q, one))
    return reads_in(q, dividing)


def _is_read(q: Question, use: Use) -> bool:
    return q.reading.target(q.reading.plain(use)) == q.registered.identity


def _divides(q: Question, value: Value) -> bool:
    division = isinstance(value, Term) and (value.op == "/" or value.label in _DIVISIONS)
    return division and isinstance(value, Term) and _is_read(q, value.uses[-1])


_DIVISIONS = frozenset({"true_div", "true_divide", "divide", "reciprocal", "inv"})


def _is_bias(q: Question, expression: Use) -> bool:
    """Is this one minus a power of v?"""
    terms, _ = unfolded(q.reading, q.reading.plain(expression))
    powers = [exponent for term in terms if (exponent := _exponent(q.reading.plain(term).value))]
    ones = [term for term in terms if constant(term.value) == 1]
    return bool(ones) and any(_is_read(q, power) for power in powers) and len(terms) == 2


def _exponent(value: Value) -> Use | None:
    if isinstance(value, Term) and (value.op == "**" or value.label in ("pow", "power")):
        return value.uses[-1]
    return None
