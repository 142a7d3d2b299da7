"""One read of an old value that may be an error, and what all of them ask of the graph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flake8_theano_updates.trace.flow import Flows
from flake8_theano_updates.trace.graph import Graph, Pair, Read
from flake8_theano_updates.trace.products import Products


@dataclass(frozen=True, eq=False)
class Question:
    """May the read of ``v`` in the update of ``t`` be an error?

    Args:
        read: the read.
        reader: the pair of ``t``.
        registered: the pair of ``v``.
        stale: whether ``v`` is registered before the read (THU101, else THU102).
    """

    graph: Graph
    products: Products
    flows: Flows
    read: Read
    reader: Pair
    registered: Pair
    stale: bool

    @property
    def old(self) -> int:
        """The key of v itself."""
        return self.graph.keys[self.read.target]

    @cached_property
    def around(self) -> frozenset[int]:
        """The expressions in the new value of t that hold the read, gradients left out."""
        graph = self.graph
        inside = graph.ancestors(self.reader.new, gradients=False)
        holding: set[int] = {self.read.result}
        for one in sorted(inside):
            if holding.intersection(graph.operands(one)):
                holding.add(one)
        return frozenset(holding & inside)

    @property
    def flow(self) -> frozenset[int]:
        """What the new value of v is computed from, reading in order."""
        return self.flows.of(self.registered)

    @property
    def flow_keys(self) -> frozenset[int]:
        """The same as keys."""
        return self.flows.keys_of(self.registered)

    def reads(self, number: int, target: int) -> bool:
        """Does this take a variable's value, other than in a gradient?"""
        return target in self.graph.ancestors(number, gradients=False)
