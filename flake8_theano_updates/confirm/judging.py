"""Turn what a program answered into a verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flake8_theano_updates.backend.supervisor import Backend
from flake8_theano_updates.confirm.programs import Program
from flake8_theano_updates.confirm.reasons import likeness, parting
from flake8_theano_updates.model import Fault, Finding, Status, Verdict

LONGEST = 300  # characters of a backend's error


def judged(
    finding: Finding, fault: Fault, result: dict[str, Any], program: Program, backend: Backend
) -> Verdict:
    """Compare the trajectories that a program returned, and say what that means."""
    refused = result.get("refused")
    verdict = Verdict(
        "confirmed",
        "",
        backend.name,
        backend.version,
        backend.python,
        program.labels,
        _rows(result["as_compiled"]),
        _rows(result.get("reversed", [])),
        _rows(result["with_new_value"]),
        result["first_difference"],
        program.text,
        program.stand_ins,
        refused=_shortened(refused) if refused else None,
    )
    if verdict.first_difference is None:
        status, reason = likeness(finding, fault, verdict)
        return replace(verdict, status=status, reason=reason)
    return replace(verdict, reason=parting(finding, fault, verdict, result.get("instead", "")))


def without_numbers(
    status: Status, reason: str, backend: Backend, program: Program | None = None
) -> Verdict:
    """Report that there are no numbers, and why."""
    verdict = Verdict(status, _shortened(reason), backend.name, backend.version, backend.python)
    if program is None:
        return verdict
    return replace(verdict, snippet=program.text, stand_ins=program.stand_ins)


def _shortened(text: str) -> str:
    # A backend's message goes on with where a variable was made, and hints.
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = " ".join(lines[: 2 if lines and lines[0].endswith(":") else 1])
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."


def _rows(rows: list[list[Any]]) -> tuple[tuple[object, ...], ...]:
    """Return the rows of an answer as a verdict holds them."""
    return tuple(tuple(_numbers(value) for value in row) for row in rows)


def _numbers(value: Any) -> object:
    """Undo what the protocol does to numbers that are not finite."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return float(value) if isinstance(value, str) else value
