"""Turn what a program answered into a verdict and one sentence on it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from flake8_theano_updates.model import Status, Verdict
from flake8_theano_updates.runtime.snippet import Snippet
from flake8_theano_updates.runtime.supervisor import Answer, Backend

Row = tuple[object, ...]
LONGEST = 300  # characters of a backend's error


def judged(result: dict[str, Any], program: Snippet, backend: Backend) -> Verdict:
    """Compare the trajectories that a program returned."""
    names = tuple(result["names"])
    compiled, backwards, mended = (
        rows_of(result[kind]) for kind in ("as_compiled", "reversed", "with_new_value")
    )
    first = result["first_difference"]
    status, reason = (
        alike(names, compiled)
        if first is None
        else ("confirmed", _different(names, compiled[first], mended[first], first))
    )
    return Verdict(
        status,
        reason,
        backend.name,
        backend.version,
        backend.python,
        names,
        compiled,
        backwards,
        mended,
        first,
        program.text,
        refused=_shortened(result["refused"]) if result["refused"] else None,
    )


def raised(answer: Answer, program: Snippet, backend: Backend) -> Verdict:
    """Report that the backend refuses the updates as they are written."""
    return Verdict(
        "raises",
        _shortened(answer.error),
        backend.name,
        backend.version,
        backend.python,
        snippet=program.text,
    )


def unresolved(reason: str, backend: Backend, program: Snippet | None = None) -> Verdict:
    """Report that there are no numbers, and why."""
    return Verdict(
        "unresolved",
        _shortened(reason),
        backend.name,
        backend.version,
        backend.python,
        snippet=program.text if program else None,
    )


def alike(names: Sequence[str], compiled: Sequence[Row]) -> tuple[Status, str]:
    """Say what it is worth that two programs compute the same: without numbers, nothing.

    Returns:
        the status, and one sentence on it.
    """
    calls = len(compiled) - 1
    for call, row in enumerate(compiled):
        for name, value in zip(names, row, strict=True):
            if not all(math.isfinite(number) for number in _flat(value)):
                return "unresolved", (
                    f"{name} is not finite from call {call} on, as compiled and after the fix "
                    "alike, so there is nothing to compare; another fault may hide this one"
                )
    return "agrees", f"no difference in {calls} calls"


def _different(names: Sequence[str], compiled: Row, mended: Row, call: int) -> str:
    for name, old, new in parting(names, compiled, mended):
        if math.isfinite(new) and not math.isfinite(old):
            step = "the first step" if call == 1 else f"call {call}"
            return (
                f"{step} divides by zero or overflows: {name} becomes {old} as compiled, "
                f"{new:.5g} with the new value"
            )
        return (
            f"after call {call}, {name} is {shown(old, new)} as compiled, "
            f"{shown(new, old)} with the new value"
        )
    return f"they differ after call {call}"


def parting(names: Sequence[str], compiled: Row, right: Row) -> Iterator[tuple[str, float, float]]:
    """Yield each number in which two rows differ, first those that only one has finite."""
    every = [
        (name, old, new)
        for name, one, other in zip(names, compiled, right, strict=True)
        for old, new in zip(_flat(one), _flat(other), strict=False)
    ]
    yield from (o for o in every if math.isfinite(o[2]) and not math.isfinite(o[1]))
    yield from (o for o in every if o[1] != o[2] and not math.isclose(o[1], o[2], rel_tol=1e-9))


def shown(value: float, beside: float) -> str:
    """Write a number with as many digits as it takes to tell it from another."""
    for digits in (5, 8, 12):
        if f"{value:.{digits}g}" != f"{beside:.{digits}g}":
            return f"{value:.{digits}g}"
    return repr(value)


def _shortened(text: str) -> str:
    # A backend's message goes on with where a variable was made, and hints.
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = " ".join(lines[: 2 if lines and lines[0].endswith(":") else 1])
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."


def rows_of(rows: list[list[Any]]) -> tuple[Row, ...]:
    """Return the rows of an answer as a verdict holds them."""
    return tuple(tuple(_numbers(value) for value in row) for row in rows)


def _numbers(value: Any) -> object:
    """Undo what the protocol does to numbers that are not finite."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return float(value) if isinstance(value, str) else value


def _flat(value: object) -> Iterator[float]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, (int, float)):
        yield float(value)
