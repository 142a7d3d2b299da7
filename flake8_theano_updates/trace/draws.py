"""What a function draws from random generators, and which generators it stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from flake8_theano_updates.trace.graph import SWITCHES, Graph
from flake8_theano_updates.trace.recorded import Node

# The arms of switches in which a value counts: each by its condition and its place.
Arms: TypeAlias = frozenset[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Draw:
    """A node that takes generators and returns numbers and the next ones.

    Args:
        starts: the variables of the generators that it takes; a scan may take several.
        nexts: the variables of those that it returns, as far as anybody uses them.
        arms: where its numbers count, of all ways on which they are computed with; None if they
            are not.
    """

    node: Node
    starts: tuple[int, ...]
    nexts: tuple[int, ...]
    arms: Arms | None

    @property
    def is_scan(self) -> bool:
        """Are these the draws of a loop?"""
        return self.node.operation.name == "Scan"

    def always_with(self, other: Draw) -> bool:
        """Are the numbers of one of the two only computed where those of the other are?"""
        if self.arms is None or other.arms is None:
            return False
        return self.arms <= other.arms or other.arms <= self.arms


class Drawn:
    """The draws in what one function, or the step of one scan, computes.

    Args:
        roots: the numbers of its results.
        stored: target and new value of each update.
    """

    def __init__(
        self, graph: Graph, roots: Sequence[int], stored: Sequence[tuple[int, int]] = ()
    ) -> None:
        self.graph = graph
        self.stored = [pair for pair in stored if graph[pair[0]].generator]
        values = [new for target, new in stored if not graph[target].generator]
        self.roots = [one for one in (*roots, *values) if not graph[one].generator]
        self._all = {*roots, *(new for _, new in stored)}

    @cached_property
    def _arms(self) -> dict[int, Arms]:
        """The arms of all ways to each variable whose value is computed with."""
        graph = self.graph
        found: dict[int, Arms] = dict.fromkeys(self.roots, frozenset())
        # What a variable is computed from stands before it.
        for number in range(max(self.roots, default=-1), -1, -1):
            arms = found.get(number)
            if arms is None:
                continue
            operands = graph.operands(number)
            for place, operand in enumerate(operands):
                if graph[operand].generator:
                    continue
                around = arms
                if place and graph.name(number) in SWITCHES:
                    around = arms | {(graph.keys[operands[0]], place)}
                found[operand] = found[operand] & around if operand in found else around
        return found

    @cached_property
    def draws(self) -> list[Draw]:
        """All draws that anything here comes from, in the order of the program."""
        graph = self.graph
        results: dict[int, list[int]] = {}
        inside = {one for root in self._all for one in graph.ancestors(root)}
        for number in sorted(inside):
            node = graph[number].node
            if node is not None and self._starts(node) and node.operation.name not in SWITCHES:
                results.setdefault(id(node), []).append(number)
        return sorted(map(self._draw, results.values()), key=lambda one: one.node.serial)

    def _starts(self, node: Node) -> tuple[int, ...]:
        """Return the generators that a node takes and goes on from; a scan carries them."""
        graph = self.graph
        steady = {outer for _, outer in node.steady}
        taken = (one for one in node.inputs if graph[one].generator and one not in steady)
        return tuple(map(graph.plain, taken))

    def _draw(self, results: list[int]) -> Draw:
        node = self.graph[results[0]].node
        assert node is not None
        used = [self._arms[one] for one in results if one in self._arms]
        return Draw(
            node,
            self._starts(node),
            tuple(one for one in results if self.graph[one].generator),
            frozenset.intersection(*used) if used else None,
        )

    @cached_property
    def used(self) -> list[Draw]:
        """Those whose numbers are computed with."""
        return [draw for draw in self.draws if draw.arms is not None and self._is_draw(draw)]

    def _is_draw(self, draw: Draw) -> bool:
        return any(not self.graph.passes(one) for one in draw.nexts) or not draw.nexts

    def by(self, number: int) -> Draw | None:
        """Return the draw that returns a generator."""
        plain = self.graph.plain(number)
        return next((draw for draw in self.draws if plain in draw.nexts), None)

    def sources(self, draw: Draw) -> Iterator[Draw]:
        """Yield the draws that a draw goes on from, itself first."""
        waiting, seen = [draw], set()
        while waiting:
            one = waiting.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            yield one
            waiting.extend(before for start in one.starts if (before := self.by(start)) is not None)

    def roots_of(self, draw: Draw) -> set[int]:
        """Return the variables at the beginning of its chain."""
        starts = {start for one in self.sources(draw) for start in one.starts}
        return {start for start in starts if self.graph[start].node is None}

    def of(self, root: int) -> list[Draw]:
        """Return the draws whose chain begins with a variable."""
        return [draw for draw in self.draws if root in self.roots_of(draw)]

    def last_of(self, draw: Draw, before: Draw | None = None) -> Draw:
        """Return the last draw of the chain that goes on from one, up to another one."""
        for one in self.draws:
            if set(one.starts) & set(draw.nexts):
                if before is None or one.node.serial < before.node.serial:
                    return self.last_of(one, before)
        return draw


def drawn_by(graph: Graph) -> Drawn:
    """Return what a function draws."""
    function = graph.function
    return Drawn(graph, function.outputs, (*function.updates, *function.defaults))


def drawn_in_steps(graph: Graph) -> Iterator[tuple[Node, Drawn]]:
    """Yield the scans of a function that take generators, and what their steps draw."""
    seen = set()
    for variable in graph.variables:
        node = variable.node
        if node is not None and node.results and id(node) not in seen:
            seen.add(id(node))
            yield node, Drawn(graph, node.results)
