"""The order in which variables are registered and read, as the program has it."""

from __future__ import annotations

from flake8_theano_updates.trace.graph import Graph, Pair, Read
from flake8_theano_updates.trace.written import Program


class Registrations:
    """Compares reads with the registration of what they read."""

    def __init__(self, graph: Graph, program: Program) -> None:
        self._graph = graph
        self._program = program
        self._stale: dict[Pair, frozenset[int]] = {}

    def stale_in(self, pair: Pair) -> frozenset[int]:
        """Return the variables that a new value reads after they were registered."""
        if pair not in self._stale:
            reads = self._graph.reads(pair)
            found = frozenset(read.target for read in reads if self.is_stale(read, pair))
            self._stale[pair] = found
        return self._stale[pair]

    def is_stale(self, read: Read, reader: Pair) -> bool:
        """Is the variable registered before the read?

        A read that is written in its pair moves with it to the pair's place in the list; one in a
        local happens where that is computed. Default updates stand in no list.
        """
        graph, program = self._graph, self._program
        registered = graph.by_target[read.target]
        new = graph[graph.plain(registered.new)].node
        if registered.position > reader.position and not registered.default:
            # A mapping keeps the place of a variable whose update is set anew.
            if new is None or "ict" not in graph.function.form or program.is_local(new.made):
                return False
            return 0 < new.serial < read.node.serial
        if registered.default:
            return new is not None and 0 < new.serial < read.node.serial
        if new is None or program.is_local(read.node.made) is not True:
            return True
        if program.is_local(new.made):
            return program.is_registered(new.made, read.node.made)
        return new.serial < read.node.serial
