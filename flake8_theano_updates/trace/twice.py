"""Lists that update a variable twice, which the backend refuses: THU201."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from flake8_theano_updates.model import Finding
from flake8_theano_updates.rules import BY_CODE
from flake8_theano_updates.trace.graph import Graph, Pair
from flake8_theano_updates.trace.pair_places import PairText, pair_with
from flake8_theano_updates.trace.written import Program, found_at, span_of


def listed_twice(graph: Graph, program: Program) -> Iterator[Finding]:
    """Yield the second of two pairs that update one variable; else the updates of the call."""
    rule = BY_CODE["THU201"]
    by_target: dict[int, list[Pair]] = {}
    for pair in graph.pairs:
        by_target.setdefault(pair.target, []).append(pair)
    for target, pairs in by_target.items():
        for one, other in pairwise(pairs):
            first, second = (_written(graph, program, pair) for pair in (one, other))
            place = (second.path, second.target) if second else _call(graph, program)
            if place is None:
                continue
            path, node = place
            name = ast.unparse(second.target) if second else graph.called(target)
            line = first.target.lineno if first else None
            where = "another line" if line is None else f"line {line}"
            message = rule.message.format(target=name, registered=where)
            yield replace(
                found_at(program, path, span_of(node), rule, message),
                variable=name,
                target=name,
                registered_line=line,
                update_line=node.lineno,
            )


def _written(graph: Graph, program: Program, pair: Pair) -> PairText | None:
    return pair_with(program, graph.made(pair.new))


def _call(graph: Graph, program: Program) -> tuple[str, ast.expr] | None:
    """Return the updates in the compile call, or all of that."""
    compiled = graph.function.compiled
    updates = program.updates(compiled)
    if updates is not None:
        return updates
    frame = program.frame(compiled)
    call = None if frame is None else program.file(frame.path).expression(frame)
    return (frame.path, call) if frame is not None and isinstance(call, ast.expr) else None
