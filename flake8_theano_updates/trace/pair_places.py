"""Where pairs of updates stand in the text of the program."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from flake8_theano_updates.checks.places import written
from flake8_theano_updates.trace.recorded import Chain, Frame
from flake8_theano_updates.trace.written import File, Program, span_of


@dataclass(frozen=True)
class PairText:
    """A pair of updates as it is written.

    Args:
        path: the file.
        target: what is updated.
        value: what it becomes.
    """

    path: str
    target: ast.expr
    value: ast.expr


def pair_with(program: Program, made: Chain) -> PairText | None:
    """Return the pair that stores what was made, where that is written in it or has a name."""
    for frame in made:
        if frame.library:
            continue
        file = program.file(frame.path)
        inside = _around(file, frame)
        if inside:
            # The innermost pair: others are written around it.
            return _text(frame.path, [max(inside, key=lambda pair: span_of(pair[1])[:2])])
        name = program.assigned((frame,))
        if name is not None:
            named = [pair for pair in file.pairs if written(pair[1]) == name]
            after = [pair for pair in named if pair[1].lineno >= frame.line]
            return _text(frame.path, after)
    return None


def _around(file: File, frame: Frame) -> list[tuple[ast.expr, ast.expr]]:
    """Return the pairs whose new value an expression is a part of."""
    if frame.place is None:
        statement = file.statement(frame.line)
        inside = set() if statement is None else set(map(id, ast.walk(statement)))
        found = [pair for pair in file.pairs if id(pair[1]) in inside]
        return found if len(found) == 1 else []
    line, column, end, end_column = frame.place
    return [
        pair
        for pair in file.pairs
        if span_of(pair[1])[:2] <= (line, column) and (end, end_column) <= span_of(pair[1])[2:]
    ]


def pair_of(program: Program, frame: Frame, call: ast.Call, target: str) -> PairText | None:
    """Return the pair of a variable, by its name, in the function that compiles."""
    file = program.file(frame.path)
    function = file.places.function(call)
    inside = set(map(id, ast.walk(function)))
    end = call.end_lineno or call.lineno
    found = [
        pair
        for pair in file.pairs
        if id(pair[0]) in inside and pair[0].lineno <= end and written(pair[0]) == target
    ]
    return _text(frame.path, found)


def _text(path: str, found: Iterable[tuple[ast.expr, ast.expr]]) -> PairText | None:
    """Return a pair if it is the only one."""
    pairs = list(found)
    return PairText(path, *pairs[0]) if len(pairs) == 1 else None
