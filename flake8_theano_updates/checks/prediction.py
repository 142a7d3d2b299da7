"""Errors of predictions: the difference between a quantity and what follows it on average."""

from __future__ import annotations

from collections import Counter

from flake8_theano_updates.checks.question import Question
from flake8_theano_updates.checks.reading import Reading, inside, summands
from flake8_theano_updates.values import Term, Use

_AVERAGES = frozenset({"mean", "sum"})

# A product, as the keys of its factors.
Factors = Counter[int]


def prediction_error(q: Question) -> bool:
    """v moves toward a quantity, and the update of t takes the difference of the two.

    An error is one of the prediction that was made before: ``reward - baseline``.
    """
    old = q.reading.key(q.read)
    moves = [Counter(product) for product in q.products.of(q.registered.value)]
    if not any(old in move for move in moves):
        return False
    # A step is made by an error whose mean the prediction follows; a statistic is another thing.
    averages = _averages(q) if q.systems.steps(q.reader) else {}
    for expression in q.around:
        forms = [
            [Counter(q.reading.factors(form)) for form in (term, *averages.get(key, ()))]
            for term in _quantity(q, expression)
            for key in (q.reading.key(term),)
        ]
        if forms and all(any(_occurs(one, moves) for one in term) for term in forms):
            known = [one for term in forms for one in term]
            if all(old in move or any(not one - move for one in known) for move in moves):
                return True
    return False


def _occurs(product: Factors, moves: list[Factors]) -> bool:
    return any(not product - move for move in moves)


def _quantity(q: Question, difference: Use) -> list[Use]:
    """Return the terms of ``x`` where the difference is ``x - v`` or ``v - x``, else none."""
    terms = _signed(q.reading, difference)
    targets = [q.reading.target(q.reading.plain(term)) for _, term in terms]
    own = [sign for (sign, _), t in zip(terms, targets, strict=True) if t == q.registered.identity]
    others = [one for one, t in zip(terms, targets, strict=True) if t != q.registered.identity]
    if len(own) != 1 or q.reader.identity in targets or any(s == own[0] for s, _ in others):
        return []
    return [term for _, term in others]


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


def _averages(q: Question) -> dict[int, list[Use]]:
    """Return the averages in the new value of v, by the key of what they are taken of."""
    found: dict[int, list[Use]] = {}
    for use in inside(q.reading, q.registered.value):
        value = use.value
        if isinstance(value, Term) and value.op == "call" and value.label in _AVERAGES:
            if value.uses:
                found.setdefault(q.reading.key(value.uses[0]), []).append(use)
    return found
