"""Ways through graphs, without recursion: expressions are deep."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from flake8_theano_updates.values import Value

Node = TypeVar("Node", bound=Hashable)


def components(edges: Mapping[Node, Iterable[Node]]) -> Iterator[list[Node]]:
    """Return the nodes that reach each other together, after all that they lead to.

    R. Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1 (1972), without
    recursion.

    Args:
        edges: where each node leads to; what is none of the keys is left out.
    """
    order: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    path: list[Node] = []
    there: set[Node] = set()
    for root in edges:
        waiting = [(root, iter(edges[root]))] if root not in order else []
        while waiting:
            node, following = waiting[-1]
            if node not in order:
                order[node] = lowest[node] = len(order)
                path.append(node)
                there.add(node)
            for other in following:
                if other in there:
                    lowest[node] = min(lowest[node], order[other])
                elif other in edges and other not in order:
                    waiting.append((other, iter(edges[other])))
                    break
            else:
                waiting.pop()
                if waiting:
                    before = waiting[-1][0]
                    lowest[before] = min(lowest[before], lowest[node])
                if lowest[node] == order[node]:
                    component = [path.pop()]
                    while component[-1] != node:
                        component.append(path.pop())
                    there.difference_update(component)
                    yield component


def bottom_up(
    root: Value, below: Callable[[Value], Iterable[Value]], done: Mapping[int, object]
) -> Iterator[Value]:
    """Visit ``root`` after all that lies below it, each value once, without recursion."""
    entered: set[int] = set()
    waiting = [(root, False)]
    while waiting:
        value, ready = waiting.pop()
        if ready:
            yield value
        elif id(value) not in done and id(value) not in entered:
            entered.add(id(value))
            waiting.append((value, True))
            waiting.extend((inner, False) for inner in below(value))
