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

    @property
    def line(self) -> int:
        """The line on which it stands."""
        return self.target.lineno


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
            return _text(frame.path, _storing(file, frame, name))
    return None


def _storing(file: File, frame: Frame, name: str) -> list[tuple[ast.expr, ast.expr]]:
    """Return the pairs that store what has a name, below it in its function."""
    statement = file.statement(frame.line)
    function = None if statement is None else file.places.function(statement)
    return [
        pair
        for pair in file.pairs
        if pair[1].lineno >= frame.line
        and written(pair[1]) == name
        and file.places.function(pair[1]) is function
    ]


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


def read_back(program: Program, pair: PairText, frame: Frame, variable: str) -> str | None:
    """Return how the new value is read back in a frame from the mapping that a pair stands in."""
    if pair.path != frame.path or pair.line >= frame.line or written(pair.target) != variable:
        return None
    file = program.file(pair.path)
    here = file.statement(frame.line)
    if here is None or file.places.function(here) is not file.places.function(pair.target):
        return None
    around = next(file.places.around(pair.target))
    if not isinstance(around, ast.Subscript) or written(around.value) is None:
        return None
    return ast.unparse(around)


def _text(path: str, found: Iterable[tuple[ast.expr, ast.expr]]) -> PairText | None:
    """Return a pair if it is the only one."""
    pairs = list(found)
    return PairText(path, *pairs[0]) if len(pairs) == 1 else None
