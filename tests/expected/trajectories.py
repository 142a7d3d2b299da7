"""Follow a program over several calls in NumPy, and read the same from a verdict."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from expected.programs import Program
from expected.steps import State


def stand_in(snippet: str, name: str) -> Any:
    """Return the number or the array that a program has for a name, or starts a variable with."""
    (build,) = [
        node
        for node in ast.parse(snippet).body
        if isinstance(node, ast.FunctionDef) and node.name == "build"
    ]
    (value,) = [
        node.value
        for node in build.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    ]
    return _written_out(value)


def _written_out(value: ast.expr) -> Any:
    match value:
        case ast.Call(ast.Attribute(ast.Name("theano"), "shared"), [start]):
            return _written_out(start)
        case ast.BinOp(ast.BinOp(_, ast.Mult(), ast.Constant(0.0)), ast.Add(), added):
            return _written_out(added)
        case ast.Call(ast.Attribute(ast.Name("numpy"), "array"), [elements]):
            return np.array(ast.literal_eval(elements))
    return ast.literal_eval(value)


def trajectory(
    program: Program, start: State, snippet: str, calls: int, mended: str | None = None
) -> list[State]:
    """Return the values before the first call and after each.

    Args:
        start: the values before the first call.
        snippet: the program that ``confirm`` ran, for the constants that it stands in for.
        calls: how many.
        mended: the variable of which the marked read takes the new value.
    """
    given = {
        name: stand_in(snippet, value) if isinstance(value, str) else value
        for name, value in program.constants.items()
    }
    states = [start]
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(calls):
            old = states[-1]
            now = {name: value(old) if callable(value) else value for name, value in given.items()}
            new = program.step(old, old, **now)
            if mended is not None:
                new = program.step(old, {**old, mended: new[mended]}, **now)
            states.append(new)
    return states


def values(program: Program, verdict: dict[str, Any], row: list[Any]) -> State:
    """Return one row of a verdict by the variables of the step."""
    told = dict(zip(verdict["names"], row, strict=True))
    return {variable: np.array(told[label], float) for variable, label in program.labels.items()}


def same(one: State, other: State, tolerance: float) -> bool:
    """Are all variables alike, within a tolerance relative to the second?"""
    return all(
        np.shape(one[name]) == np.shape(other[name])
        and np.allclose(one[name], other[name], rtol=tolerance, atol=0, equal_nan=True)
        for name in one.keys() | other.keys()
    )
