"""Follow a program over several calls in NumPy, and read the same from a verdict."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from expected.programs import Program
from expected.steps import State


def stand_in(snippet: str, name: str) -> Any:
    """Return the number, or the constant expressions, that stand in for a name."""
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
    if isinstance(value, ast.Constant):
        return value.value
    return np.array(
        [
            ast.literal_eval(call.args[0].args[0])
            for call in ast.walk(value)
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("as_tensor_variable")
        ]
    )


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
    """Return one row of a verdict by the variables of the step, elements of lists stacked."""
    named = dict(zip(verdict["names"], row, strict=True))
    return {
        variable: np.array(
            named[labels[0]] if len(labels) == 1 else [named[n] for n in labels], float
        )
        for variable, labels in program.labels.items()
    }


def same(one: State, other: State, tolerance: float) -> bool:
    """Are all variables alike, within a tolerance relative to the second?"""
    return all(
        np.shape(one[name]) == np.shape(other[name])
        and np.allclose(one[name], other[name], rtol=tolerance, atol=0, equal_nan=True)
        for name in one.keys() | other.keys()
    )
