"""The new value inside the update that reads the old one: used beside it, or written out."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from flake8_theano_updates.checks.leaves import is_number, leaves
from flake8_theano_updates.checks.question import Question
from flake8_theano_updates.checks.reading import Reading, inside
from flake8_theano_updates.values import Term, Use, meet, original

MOST_TERMS = 200


def uses_both(q: Question) -> bool:
    """The update of t uses v and v's new value: who writes both knows the difference."""
    new = q.reading.key(q.registered.value)
    # A constant, or an expression of nothing but constants, is nobody's new value by name.
    if q.reading.target(q.registered.value) is None and all(
        is_number(q.reading, leaf) for leaf in leaves(q.reading, q.registered.value)
    ):
        return False
    value = q.reading.plain(q.registered.value).value
    # Of a product, a part of a longer one may be equal by accident.
    sums = isinstance(value, Term) and value.op in ("+", "-")
    return any(
        (sums or q.reading.plain(use).value is value)
        and q.reading.key(use) == new
        and meet(use.path, q.path)
        for use in inside(q.reading, q.reader.value)
    )


def _sums(q: Question) -> Iterator[list[Use]]:
    """Return the terms of every sum around the read that is not a part of another such sum."""
    inside: set[int] = set()
    for expression in q.around:
        plain = q.reading.plain(expression)
        if id(plain.value) not in inside:
            terms, within = unfolded(q.reading, plain)
            inside |= within
            if len(terms) > 1:
                yield terms


def unfolded(reading: Reading, use: Use) -> tuple[list[Use], set[int]]:
    """Return the terms of ``use`` with every inner sum unfolded, and the ids of those sums.

    Doubled again and again, a sum has more terms than can be told one by one: what is left
    stays folded.
    """
    found: list[Use] = []
    within: set[int] = set()
    waiting = [use]
    while waiting:
        current = waiting.pop()
        plain = reading.plain(current)
        value = plain.value
        if (
            isinstance(value, Term)
            and value.op in ("+", "-", "neg", "pos")
            and reading.target(plain) is None
            and len(found) + len(waiting) < MOST_TERMS
        ):
            within.add(id(value))
            waiting.extend(value.uses)
        else:
            found.append(current)
    return found, within


def written_out(q: Question) -> bool:
    """The new value of v is multiplied out in the update of t.

    Where the new value has a name, nobody writes a part of it out: what looks like it is
    another formula, in which the old value stands.
    """
    reading = q.reading
    new = q.registered.value
    if _multiplied_out(q):
        return True
    key = reading.key(new)
    if any(reading.key(use) == key for use in q.around):
        return True
    wanted, _ = unfolded(reading, reading.plain(new))
    named = isinstance(new.node, ast.Name) and reading.target(new) is None
    keys = Counter(reading.key(reading.plain(term)) for term in wanted)
    products = [(term, Counter(reading.factors(term))) for term in wanted]
    for terms in _sums(q):
        there = [Counter(reading.factors(term)) for term in terms]
        if not keys - Counter(reading.key(reading.plain(term)) for term in terms):
            return True
        if named:
            continue
        if all(any(not product - other for other in there) for _, product in products):
            if all(_carries_decay(q, term, products) for term in terms):
                return True
    return False


def _multiplied_out(q: Question) -> bool:
    """Is the whole new value of v in the update of t, each product times the same factors?"""
    products = q.products
    old = q.reading.key(q.read)
    new = [Counter(product) for product in products.of(q.registered.value)]
    carriers = [product for product in new if old in product]
    if not carriers or new == [Counter([old])]:
        return False
    # With a name at hand for the whole of it, only a multiple of it is written out.
    named = _is_named_before(q.registered.value, q.read)
    for expression in q.around:
        there = [Counter(product) for product in products.of(expression)]
        holders = [product for product in there if old in product]
        if holders and all(
            any(
                not carrier - holder
                and (holder != carrier or not named)
                and all(other + (holder - carrier) in there for other in new)
                for carrier in carriers
            )
            for holder in holders
        ):
            return True
    return False


def _is_named_before(new: Use, read: Use) -> bool:
    """Has the new value a name by the time of the read?"""
    value = original(new.value)
    computed = max((use.moment for use in value.uses), default=0) if isinstance(value, Term) else 0
    return isinstance(new.node, ast.Name) and computed < read.moment


def _carries_decay(q: Question, term: Use, products: list[tuple[Use, Counter[int]]]) -> bool:
    """Does a term that reads v carry the decay that v itself is multiplied with?"""
    if not any(q.reading.target(r) == q.registered.identity for r in q.reading.reads(term)):
        return True
    factors = Counter(q.reading.factors(term))
    return any(
        len(product) > 1
        and not product - factors
        and any(q.reading.target(r) == q.registered.identity for r in q.reading.reads(part))
        for part, product in products
    )
