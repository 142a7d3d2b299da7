"""What new values are computed from, also by way of what was registered before."""

from __future__ import annotations

from flake8_theano_updates.interpreter.names import PARAMETER
from flake8_theano_updates.trace.graph import Graph, Pair
from flake8_theano_updates.trace.products import Products
from flake8_theano_updates.trace.registrations import Registrations


class Flows:
    """What the new values of one function are computed from, each worked out once."""

    def __init__(self, graph: Graph, products: Products, registrations: Registrations) -> None:
        self._graph = graph
        self._products = products
        self._registrations = registrations
        self._known: dict[Pair, frozenset[int]] = {}
        self._keys: dict[Pair, frozenset[int]] = {}

    def of(self, registered: Pair) -> frozenset[int]:
        """Return what a new value is computed from, reading in order.

        What is read stale there counts with its own new value.
        """
        if registered not in self._known:
            found: set[int] = set()
            waiting = [registered]
            seen = {registered.target}
            while waiting:
                pair = waiting.pop()
                found |= self._graph.ancestors(pair.new)
                for target in self._registrations.stale_in(pair) - seen:
                    other = self._graph.by_target[target]
                    if not self.regularises(pair, other):
                        seen.add(target)
                        waiting.append(other)
            self._known[registered] = frozenset(found)
        return self._known[registered]

    def keys_of(self, registered: Pair) -> frozenset[int]:
        """Return the same as keys."""
        if registered not in self._keys:
            keys = self._graph.keys
            self._keys[registered] = frozenset(keys[one] for one in self.of(registered))
        return self._keys[registered]

    def regularises(self, reader: Pair, registered: Pair) -> bool:
        """Does the update of a state read a parameter, whose own update reads the state?"""
        graph = self._graph
        if graph.name(graph.plain(registered.new)) in ("Mul", "TrueDiv"):
            return False  # a step on a parameter is a sum
        if not self.is_parameter(registered.target, reader.target):
            return False
        return reader.target in graph.ancestors(registered.new, gradients=False)

    def is_parameter(self, number: int, other: int) -> bool:
        """Is a gradient taken for this, or does its name say so, where nothing says more?"""
        if self._graph[number].differentiated:
            return True
        if self._graph[other].differentiated or self._decays(number):
            return False
        return bool(PARAMETER.search(self._graph.name_of(number)))

    def _decays(self, number: int) -> bool:
        """Is the old value only there times something, as in an average or a velocity?"""
        key, own = self._graph.keys[number], self._products.of(self._graph.by_target[number].new)
        times = [(product, value) for product, value in own.items() if key in product]
        return bool(times) and all(len(product) > 1 or value != 1 for product, value in times)
