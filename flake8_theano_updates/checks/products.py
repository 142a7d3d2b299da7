"""Expressions multiplied out: the products of factors whose sum they are."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_theano_updates.checks.forms import small_power
from flake8_theano_updates.checks.graphs import bottom_up
from flake8_theano_updates.checks.reading import Reading
from flake8_theano_updates.values import Term, Use, Value

# The keys of the factors of a product; the sign is left out.
Product = tuple[int, ...]

# What has more products, or longer ones, is left as one factor.
MOST_PRODUCTS = 50
MOST_FACTORS = 20

_OPERATIONS = frozenset({"+", "-", "neg", "pos", "*", "/", "**"})


class Products:
    """Multiplies out the brackets of expressions, as far as a reader would."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._known: dict[int, tuple[Product, ...] | None] = {}

    def of(self, use: Use) -> tuple[Product, ...]:
        """Return the products whose sum ``use`` is."""
        use = self._reading.plain(use)
        if self._operation(use) is not None:
            for value in bottom_up(use.value, self._below, self._known):
                self._known[id(value)] = self._multiplied(value)
        return self._found(use)

    def _operation(self, use: Use) -> Term | None:
        value = use.value
        if self._reading.target(use) is None and isinstance(value, Term):
            return value if value.op in _OPERATIONS else None
        return None

    def _below(self, value: Value) -> Iterator[Value]:
        for operand in value.uses if isinstance(value, Term) else ():
            use = self._reading.plain(operand)
            if self._operation(use) is not None:
                yield use.value

    def _found(self, use: Use) -> tuple[Product, ...]:
        use = self._reading.plain(use)
        value = use.value
        known = self._known.get(id(value)) if self._operation(use) is not None else None
        if known is not None:
            return known
        if isinstance(value, Term) and value.op == "const" and value.label == 1:
            return ((),)
        return ((self._reading.key(use),),)

    def _multiplied(self, value: Value) -> tuple[Product, ...] | None:
        assert isinstance(value, Term)
        if value.op in ("+", "-", "neg", "pos"):
            parts = [self._found(use) for use in value.uses]
            return _few(tuple(product for part in parts for product in part))
        if value.op == "**":
            times = small_power(value)
            return _few(_crossed([self._found(value.uses[0])] * times)) if times else None
        if value.op == "/":
            divisor: Product = self._reading.divisors(value.uses[1])
            return _few(_crossed([self._found(value.uses[0]), (divisor,)]))
        return _few(_crossed([self._found(use) for use in value.uses]))


def _crossed(parts: list[tuple[Product, ...]]) -> tuple[Product, ...]:
    """Return every product of one product of each part."""
    crossed: tuple[Product, ...] = ((),)
    for part in parts:
        crossed = tuple(one + other for one in crossed for other in part)
    return crossed


def _few(products: tuple[Product, ...]) -> tuple[Product, ...] | None:
    if len(products) > MOST_PRODUCTS or any(len(one) > MOST_FACTORS for one in products):
        return None
    return products
