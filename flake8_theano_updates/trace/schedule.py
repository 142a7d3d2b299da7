"""Counters and rates on a graph: variables that grow by numbers alone, whatever the data."""

from __future__ import annotations

from flake8_theano_updates.trace.graph import SWITCHES
from flake8_theano_updates.trace.question import Question

_GROWING = frozenset({"Add", "Sub", "Mul", "TrueDiv", "Pow", "Neg", "Mod", "IntDiv"})


def schedule(q: Question) -> bool:
    """v grows by literals and hyperparameters: a counter or a decaying rate."""
    return _grows_by_numbers(q) and not _divides_by_zero(q)


def _grows_by_numbers(q: Question) -> bool:
    graph, v = q.graph, q.read.target
    conditions: list[int] = []
    scaled = grows = False
    waiting = [q.registered.new]
    seen: set[int] = set()
    while waiting:
        one = graph.plain(waiting.pop())
        if one in seen:
            continue
        seen.add(one)
        operands, name = graph.operands(one), graph.name(one)
        if one == v:
            grows = True
        elif name in SWITCHES:
            conditions.append(operands[0])
            waiting.extend(operands[1:])
        elif name in _GROWING:
            scaled |= name in ("Mul", "TrueDiv") and v in map(graph.plain, operands)
            waiting.extend(operands)
        elif not graph.is_number(one):
            return False
    return grows and (scaled or all(_is_of_counters(q, one) for one in conditions))


def _is_of_counters(q: Question, condition: int) -> bool:
    """Is this made of updated variables and numbers?"""
    graph = q.graph
    leaves = (one for one in graph.ancestors(condition) if not graph.operands(one))
    return all(one in graph.by_target or graph.is_number(one) for one in leaves)


def _divides_by_zero(q: Question) -> bool:
    """Is v a counter at 0 that is a divisor, or the exponent in ``1 - beta**t``?"""
    graph, v = q.graph, q.read.target
    if graph[v].value != 0:
        return False
    for one in q.around:
        parts = [graph.plain(part) for part in graph.operands(one)]
        if graph.name(one) == "TrueDiv" and parts[1] == v:
            return True
        if graph.name(one) in ("Inv", "Reciprocal") and parts[0] == v:
            return True
        if graph.name(one) == "Sub" and len(parts) == 2 and graph[parts[0]].value == 1:
            if graph.name(parts[1]) == "Pow" and graph.plain(graph.operands(parts[1])[1]) == v:
                return True
    return False
