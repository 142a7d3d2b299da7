"""The new value inside the update that reads the old one: used beside it, or written out."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from flake8_theano_updates.checks.leaves import is_number, leaves
from flake8_theano_updates.checks.question import (
    Question,
    around,
    around_by_key,
    once,
    reads_in,
)
from flake8_theano_updates.checks.reading import Reading, inside
from flake8_theano_updates.values import Path, Term, Use, meet, original

MOST_TERMS = 200


def uses_both(q: Question) -> bool:
    """The update of t uses v and v's new value: who writes both knows the difference."""
    return any(meet(path, q.path) for path in _new_values(q))


@once("reader", "registered")
def _new_values(q: Question) -> set[Path]:
    """Return the branches in which the update of t uses v's new value."""
    found = _by_key(q).get(q.reading.key(q.registered.value), [])
    # A constant, or an expression of nothing but constants, is nobody's new value by name.
    if not found or _is_of_numbers(q):
        return set()
    value = q.reading.plain(q.registered.value).value
    # Of a product, a part of a longer one may be equal by accident.
    sums = isinstance(value, Term) and value.op in ("+", "-")
    return {use.path for use in found if sums or q.reading.plain(use).value is value}


@once("reader")
def _by_key(q: Question) -> Mapping[int, list[Use]]:
    """Return the expressions in the update of t, those that compute the same together."""
    found: dict[int, list[Use]] = {}
    for use in inside(q.reading, q.reader.value):
        found.setdefault(q.reading.key(use), []).append(use)
    return found


@once("registered")
def _is_of_numbers(q: Question) -> bool:
    """Is v's new value made of literals and hyperparameters alone?"""
    new = q.registered.value
    return q.reading.target(new) is None and all(
        is_number(q.reading, leaf) for leaf in leaves(q.reading, new)
    )


@dataclass(frozen=True, eq=False)
class _Sum:
    """A sum, unfolded.

    Args:
        keys: how often it has each term.
        products: the factors of its terms, of each as often as it has them.
        holders: these, by each of the factors.
    """

    whole: Use
    terms: list[Use]
    keys: Counter[int]
    products: list[Counter[int]]
    holders: Mapping[int, list[Counter[int]]]

    def has_part(self, product: Counter[int]) -> bool:
        """Is there a term that has all factors of a product?"""
        fewest = min((self.holders.get(factor, []) for factor in product), key=len, default=None)
        return any(product <= one for one in (self.products if fewest is None else fewest))


@once("reader", "way")
def _sums(q: Question) -> list[_Sum]:
    """Return the sums in the update of t that are no parts of other such sums."""
    found: list[_Sum] = []
    inside: set[int] = set()
    for expression in around(q):
        plain = q.reading.plain(expression)
        if id(plain.value) not in inside:
            terms, within = unfolded(q.reading, plain)
            inside |= within
            if len(terms) > 1:
                found.append(_sum(q.reading, expression, terms))
    return found


def _sum(reading: Reading, whole: Use, terms: list[Use]) -> _Sum:
    keys = Counter(reading.key(reading.plain(term)) for term in terms)
    products = [Counter(reading.factors(term)) for term in terms]
    holders: dict[int, list[Counter[int]]] = {}
    for product in products:
        for factor in product:
            holders.setdefault(factor, []).append(product)
    return _Sum(whole, terms, keys, products, holders)


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
    named = _is_named_before(q.registered.value, q.read)
    multiplied = _multiplied_out_beside_its_name if named else _multiplied_out
    return id(q.read) in multiplied(q) or id(q.read) in _term_by_term(q)


@once("reader", "registered", "way")
def _term_by_term(q: Question) -> frozenset[int]:
    """Return the reads in sums that have all terms of v's new value, or parts of them."""
    reading, new = q.reading, q.registered.value
    found = list(around_by_key(q).get(reading.key(new), []))
    wanted = _wanted(q)
    named = isinstance(new.node, ast.Name) and reading.target(new) is None
    for one in _sums(q):
        if wanted.keys <= one.keys:
            found.append(one.whole)
        elif not named and all(map(one.has_part, wanted.products)):
            if all(_carries_decay(q, term, wanted) for term in one.terms):
                found.append(one.whole)
    return reads_in(q, found)


@once("registered")
def _wanted(q: Question) -> _Sum:
    """Return the new value of v as a sum."""
    new = q.registered.value
    terms, _ = unfolded(q.reading, q.reading.plain(new))
    return _sum(q.reading, new, terms)


@once("reader", "way")
def _multiplied(q: Question) -> Mapping[int, list[tuple[Use, list[Counter[int]]]]]:
    """Return the expressions in the update of t, multiplied out, by each factor in them."""
    found: dict[int, list[tuple[Use, list[Counter[int]]]]] = {}
    for expression in around(q):
        products = q.products.of(expression)
        there = [Counter(product) for product in products]
        for factor in {factor for product in products for factor in product}:
            found.setdefault(factor, []).append((expression, there))
    return found


@once("reader", "registered", "way")
def _multiplied_out(q: Question) -> frozenset[int]:
    """Return the reads in what has all of v's new value, each product times the same factors."""
    return _multiples(q, named=False)


@once("reader", "registered", "way")
def _multiplied_out_beside_its_name(q: Question) -> frozenset[int]:
    """Do the same with a name at hand for it: only a multiple of it is written out."""
    return _multiples(q, named=True)


def _multiples(q: Question, *, named: bool) -> frozenset[int]:
    old = q.reading.key_of_target(q.registered.identity)
    new = [Counter(product) for product in q.products.of(q.registered.value)]
    carriers = [product for product in new if old in product]
    if not carriers or new == [Counter([old])]:
        return frozenset()
    found: list[Use] = []
    for expression, there in _multiplied(q).get(old, []):
        if all(
            any(
                carrier <= holder
                and (holder != carrier or not named)
                and all(other + (holder - carrier) in there for other in new)
                for carrier in carriers
            )
            for holder in there
            if old in holder
        ):
            found.append(expression)
    return reads_in(q, found)


def _is_named_before(new: Use, read: Use) -> bool:
    """Has the new value a name by the time of the read?"""
    value = original(new.value)
    computed = max((use.moment for use in value.uses), default=0) if isinstance(value, Term) else 0
    return isinstance(new.node, ast.Name) and computed < read.moment


def _carries_decay(q: Question, term: Use, wanted: _Sum) -> bool:
    """Does a term that reads v carry the decay that v itself is multiplied with?"""
    v = q.registered.identity
    if v not in q.reading.variables(term):
        return True
    factors = Counter(q.reading.factors(term))
    return any(
        len(product) > 1 and product <= factors and v in q.reading.variables(part)
        for part, product in zip(wanted.terms, wanted.products, strict=True)
    )
