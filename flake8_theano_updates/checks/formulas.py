"""The new value inside the update that reads the old one: used beside it, or written out."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from flake8_theano_updates.checks.leaves import constant
from flake8_theano_updates.checks.question import Question, inside
from flake8_theano_updates.checks.reading import Reading
from flake8_theano_updates.values import Term, Use, Value, original

MOST_TERMS = 200


def uses_both(q: Question) -> bool:
    """The update of t uses v and v's new value, such as ``x_new - x``."""
    new = q.reading.key(q.registered.value)
    # A constant, or an expression of nothing but constants, is nobody's new value by name.
    constant_only = not list(q.reading.flows_from(q.registered.value.value))
    if q.reading.target(q.registered.value) is None and constant_only:
        return False
    if q.registered.identity not in q.reading.variables(q.registered.value):
        return any(q.reading.key(use) == new for use in inside(q.reading, q.reader.value))
    for terms in _sums(q, stop=new):
        holds_old = any(_holds(q, term) for term in terms)
        if holds_old and any(new in q.reading.factors(term) for term in terms):
            return True
    return False


def _holds(q: Question, use: Use) -> bool:
    """Is ``use`` a product with the read itself as a factor?"""
    read = q.reading.key(q.read)
    return read in q.reading.factors(use) and any(inner is q.read for inner in q.reading.reads(use))


def _sums(q: Question, stop: int | None = None) -> Iterator[list[Use]]:
    """Return the terms of every sum around the read that is not a part of another such sum.

    An inner sum equal to ``stop`` stays one term.
    """
    inside: set[int] = set()
    for expression in q.reading.around(q.reader.value, q.read):
        plain = q.reading.plain(expression)
        if id(plain.value) not in inside:
            terms, within = _unfolded(q.reading, plain, stop)
            inside |= within
            if len(terms) > 1:
                yield terms


def _unfolded(reading: Reading, use: Use, stop: int | None) -> tuple[list[Use], set[int]]:
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
            and (stop is None or reading.key(current) != stop)
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
    if isinstance(new.node, ast.Name) and reading.target(new) is None:
        return False
    key = reading.key(new)
    if any(reading.key(use) == key for use in reading.around(q.reader.value, q.read)):
        return True
    wanted, _ = _unfolded(reading, reading.plain(new), None)
    keys = Counter(reading.key(reading.plain(term)) for term in wanted)
    products = [(term, Counter(reading.factors(term))) for term in wanted]
    for terms in _sums(q):
        there = [Counter(reading.factors(term)) for term in terms]
        if not keys - Counter(reading.key(reading.plain(term)) for term in terms):
            return True
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
    for expression in q.reading.around(q.reader.value, q.read):
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


def divides_by_zero(q: Question) -> bool:
    """Is v a counter that starts at 0 and is the exponent in ``1 - beta**t``?"""
    variable = original(q.read.value)
    if not isinstance(variable, Term) or variable.op != "call" or not variable.uses:
        return False
    if constant(variable.uses[0].value) != 0:
        return False
    for expression in q.reading.around(q.reader.value, q.read):
        terms, _ = _unfolded(q.reading, q.reading.plain(expression), None)
        ones = [term for term in terms if constant(term.value) == 1]
        powers = [
            term
            for term in terms
            if (exponent := _exponent(q.reading.plain(term).value)) is not None
            and q.reading.plain(exponent).value is q.read.value
        ]
        if ones and powers and len(terms) == 2:
            return True
    return False


def _exponent(value: Value) -> Use | None:
    if isinstance(value, Term) and (value.op == "**" or value.label in ("pow", "power")):
        return value.uses[-1]
    return None
