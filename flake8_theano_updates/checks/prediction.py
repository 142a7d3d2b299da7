"""Errors of predictions: the difference between a quantity and what follows it on average."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

from flake8_theano_updates.checks.question import Question, around, once, reads_in
from flake8_theano_updates.checks.reading import Reading, inside, summands
from flake8_theano_updates.values import Term, Use

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
        terms = _signed(q.reading, expression)
        targets = [q.reading.target(q.reading.plain(term)) for _, term in terms]
        if q.reader.identity in targets:
            continue
        for alone in (1, -1):
            own = [n for n, (sign, _) in enumerate(terms) if sign == alone]
            if len(own) == 1 and targets.count(target := targets[own[0]]) == 1 and target:
                others = [term for n, (_, term) in enumerate(terms) if n != own[0]]
                found.setdefault(target, []).append((expression, others))
    return found


def _signed(reading: Reading, use: Use) -> list[tuple[int, Use]]:
    """Return the terms of a sum and of the sums in it, each with its sign."""
    found: list[tuple[int, Use]] = []
    waiting = [(1, use)]
    while waiting:
        sign, current = waiting.pop()
        plain = reading.plain(current)
        value = plain.value
        if reading.target(plain) is None and isinstance(value, Term) and len(found) < 50:
            if value.op in ("+", "-", "neg", "pos"):
                waiting += [(sign * own, part) for own, part in reversed(summands(value))]
                continue
        found.append((sign, plain))
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
