"""Sums of products: two formulas are compared as polynomials."""

from __future__ import annotations

from collections.abc import Mapping

from flake8_theano_updates.trace.graph import Graph

# The keys of the factors, sorted; a divisor is negative (and less by one: a key may be 0).
Product = tuple[int, ...]
# The coefficient of each product.
Sum = Mapping[Product, float]

_MOST = 200


class Products:
    """What variables of a graph are as sums of products, each worked out once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[int, Sum] = {}

    def of(self, number: int) -> Sum:
        """Return the sum that a variable is; of what is none, one product of itself."""
        graph = self._graph
        waiting = [graph.plain(number)]
        while waiting:
            one = waiting[-1]
            if one in self._known:
                waiting.pop()
                continue
            parts = [graph.plain(part) for part in graph.operands(one)]
            missing = [part for part in parts if part not in self._known]
            if missing and self._is_arithmetic(one):
                waiting.extend(missing)
                continue
            waiting.pop()
            self._known[one] = self._sum(one, parts)
        return self._known[graph.plain(number)]

    def _is_arithmetic(self, number: int) -> bool:
        return self._graph.name(number) in ("Add", "Sub", "Mul", "TrueDiv", "Neg", "Sqr")

    def _sum(self, number: int, parts: list[int]) -> Sum:
        value = self._graph[number].value
        if self._graph[number].kind == "constant" and value is not None:
            return {(): value}
        itself: Sum = {(self._graph.keys[number],): 1.0}
        if not self._is_arithmetic(number):
            return itself
        sums = [self._known[part] for part in parts]
        match self._graph.name(number):
            case "Add" | "Sub" as name:
                signs = [1.0] + [1.0 if name == "Add" else -1.0] * (len(sums) - 1)
                found = _added(list(zip(signs, sums, strict=True)))
            case "Neg":
                found = _added([(-1.0, sums[0])])
            case "Sqr":
                found = _multiplied([sums[0], sums[0]])
            case "Mul":
                found = _multiplied(sums)
            case _:
                found = _multiplied([sums[0], self._inverse(parts[1], sums[1])])
        return itself if found is None else found

    def _inverse(self, number: int, divisor: Sum) -> Sum:
        if len(divisor) == 1:
            ((product, coefficient),) = divisor.items()
            if coefficient:
                return {tuple(sorted(-1 - factor for factor in product)): 1 / coefficient}
        return {(-1 - self._graph.keys[number],): 1.0}


def _added(parts: list[tuple[float, Sum]]) -> Sum | None:
    found: dict[Product, float] = {}
    for sign, part in parts:
        for product, coefficient in part.items():
            found[product] = found.get(product, 0.0) + sign * coefficient
    return found if len(found) <= _MOST else None


def _multiplied(sums: list[Sum]) -> Sum | None:
    found: Sum = {(): 1.0}
    for one in sums:
        if len(found) * len(one) > _MOST:
            return None
        together: dict[Product, float] = {}
        for left, a in found.items():
            for right, b in one.items():
                product = _cancelled(left + right)
                together[product] = together.get(product, 0.0) + a * b
        found = together
    return found


def _cancelled(factors: Product) -> Product:
    """Leave out what both multiplies and divides."""
    kept = list(factors)
    for factor in factors:
        if factor in kept and -1 - factor in kept:
            kept.remove(factor)
            kept.remove(-1 - factor)
    return tuple(sorted(kept))
