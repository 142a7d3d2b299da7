"""Errors of predictions: the difference between a quantity and what follows it on average."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping

from flake8_theano_updates.checks.forms import summands
from flake8_theano_updates.checks.graphs import bottom_up
from flake8_theano_updates.checks.question import Question, around, once, reads_in
from flake8_theano_updates.checks.reading import Reading, inside
from flake8_theano_updates.values import Term, Use, Value

MOST_TERMS = 50

_AVERAGES = frozenset({"mean", "sum"})

# A product, as the keys of its factors.
Factors = Counter[int]


def prediction_error(q: Question) -> bool:
    """v moves toward a quantity, and the update of t takes the difference of the two.

    An error is one of the prediction that was made before: ``reward - baseline``.
    """
    return id(q.read) in _in_errors(q)


@once("reader", "registered", "way")
def _in_errors(q: Question) -> frozenset[int]:
    """Return the reads in differences of v and what it moves toward."""
    moves = _moves(q)
    old = q.reading.key_of_target(q.registered.identity)
    if not any(old in move for move in moves) or q.registered.identity not in _differences(q):
        return frozenset()
    # A step is made by an error whose mean the prediction follows; a statistic is another thing.
    averages = _averages(q) if q.systems.steps(q.reader) else {}
    errors: list[Use] = []
    for expression, quantity in _differences(q)[q.registered.identity]:
        forms = [
            [Counter(q.reading.factors(form)) for form in (term, *averages.get(key, ()))]
            for term in quantity
            for key in (q.reading.key(term),)
        ]
        if forms and all(any(_occurs(one, moves) for one in term) for term in forms):
            known = [one for term in forms for one in term]
            if all(old in move or any(not one - move for one in known) for move in moves):
                errors.append(expression)
    return reads_in(q, errors)


@once("registered")
def _moves(q: Question) -> list[Factors]:
    """Return the products that the new value of v is made of."""
    return [Counter(product) for product in q.products.of(q.registered.value)]


def _occurs(product: Factors, moves: list[Factors]) -> bool:
    return any(not product - move for move in moves)


@once("reader", "way")
def _differences(q: Question) -> Mapping[Hashable, list[tuple[Use, list[Use]]]]:
    """Return the differences ``x - v`` and ``v - x`` in the update of t, and the terms of ``x``.

    By each variable that v may be.
    """
    found: dict[Hashable, list[tuple[Use, list[Use]]]] = {}
    for expression in around(q):
        for alone in _alone(q, expression):
            target = q.reading.target(alone)
            if target is None or target == q.reader.identity:
                continue
            terms = _terms(q.reading, expression)
            targets = list(map(q.reading.target, terms))
            if q.reader.identity not in targets and targets.count(target) == 1:
                others = [term for term in terms if term is not alone]
                found.setdefault(target, []).append((expression, others))
    return found


def _alone(q: Question, use: Use) -> list[Use]:
    """Return the terms of a sum that are the only ones with their sign."""
    plain = q.reading.plain(use)
    return [terms[0] for terms in _by_sign(q, plain).values() if len(terms) == 1]


Signed = Mapping[int, tuple[Use, ...]]


@once()
def _known_signs(_: Question) -> dict[int, Signed]:
    """Return what is known of sums by their ids."""
    return {}


def _by_sign(q: Question, use: Use) -> Signed:
    """Return the terms of a sum, and of the sums in it, by their sign: two of each at most.

    It is put together from those of its operands: a chain of n sums costs n steps.
    """
    known = _known_signs(q)

    def sums(value: Value) -> Iterator[Value]:
        plain = (q.reading.plain(part) for _, part in summands(value))
        return (part.value for part in plain if _is_sum(q.reading, part))

    if not _is_sum(q.reading, use):
        return {1: (use,)}
    for value in bottom_up(use.value, sums, known):
        terms: dict[int, tuple[Use, ...]] = {1: (), -1: ()}
        for own, part in summands(value):
            plain = q.reading.plain(part)
            inner = known[id(plain.value)] if _is_sum(q.reading, plain) else {1: (plain,)}
            for sign, some in inner.items():
                terms[sign * own] = (terms[sign * own] + some)[:2]
        known[id(value)] = terms
    return known[id(use.value)]


def _is_sum(reading: Reading, plain: Use) -> bool:
    value = plain.value
    return (
        reading.target(plain) is None
        and isinstance(value, Term)
        and value.op in ("+", "-", "neg", "pos")
    )


def _terms(reading: Reading, use: Use) -> list[Use]:
    """Return the terms of a sum and of the sums in it."""
    found: list[Use] = []
    waiting = [use]
    while waiting:
        plain = reading.plain(waiting.pop())
        if _is_sum(reading, plain) and len(found) < MOST_TERMS:
            waiting.extend(part for _, part in reversed(summands(plain.value)))
        else:
            found.append(plain)
    return found


@once("registered")
def _averages(q: Question) -> dict[int, list[Use]]:
    """Return the averages in the new value of v, by the key of what they are taken of."""
    found: dict[int, list[Use]] = {}
    for use in inside(q.reading, q.registered.value):
        value = use.value
        if isinstance(value, Term) and value.op == "call" and value.label in _AVERAGES:
            if value.uses:
                found.setdefault(q.reading.key(value.uses[0]), []).append(use)
    return found
