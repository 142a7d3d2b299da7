"""Turn what a program on lost or refused updates answered into a verdict."""

from __future__ import annotations

import math
from typing import Any

from flake8_theano_updates.model import Finding, PairFault, Verdict
from flake8_theano_updates.runtime.snippet import Snippet
from flake8_theano_updates.runtime.supervisor import Backend
from flake8_theano_updates.runtime.verdict import Row, alike, parting, rows_of, shown

NOTHING_TO_RUN = {
    "THU205": "not run: the programs hold no scan, and their random numbers never change",
    "THU903": "not run: the order of a plain dict is an accident that no single run shows",
}


def told(
    finding: Finding, fault: PairFault, result: dict[str, Any], program: Snippet, backend: Backend
) -> Verdict:
    """Compare the trajectories that a program returned, and say what that means."""
    names = tuple(result["names"])
    compiled, right = rows_of(result["as_compiled"]), rows_of(result["with_new_value"])
    first = result["first_difference"]
    if first is None:
        status, reason = alike(names, compiled)
        if fault.kind in ("refused", "misplaced"):
            reason = f"the backend takes the updates as they are written: {reason}"
            if finding.code == "THU204" and backend.python.startswith("2."):
                reason = f"in Python {backend.python} it is a list, and {reason}"
    else:
        status, instead = "confirmed", result["instead"]
        reason = _reason(finding, fault, names, compiled[first], right[first], first, instead)
    return Verdict(
        status,
        reason,
        backend.name,
        backend.version,
        backend.python,
        names,
        compiled,
        (),
        right,
        first,
        program.text,
    )


def _reason(
    finding: Finding,
    fault: PairFault,
    names: tuple[str, ...],
    compiled: Row,
    right: Row,
    call: int,
    instead: str,
) -> str:
    name, old, new = next(parting(names, compiled, right))
    calls = "1 call" if call == 1 else f"{call} calls"
    is_old, is_new = shown(old, new), shown(new, old)
    start = f"after {calls}, {name} is {is_old}"
    if math.isfinite(new) and not math.isfinite(old):
        step = "the first step" if call == 1 else f"call {call}"
        start = f"{step} divides by zero or overflows: {name} becomes {is_old}"
    line = finding.registered_line
    match fault.kind:
        case "overwritten" if finding.code == "THU203":
            return f"{start}: only the last turn of the loop counts; {instead} it is {is_new}"
        case "overwritten":
            return f"{start}, as if line {line} were not there; {instead} it is {is_new}"
        case "late":
            return (
                f"{start}: the function was compiled in line {line}, without the update of "
                f"line {finding.update_line}; {instead}, {name} is {is_new}"
            )
        case "frozen":
            return (
                f"{start} as compiled, with {finding.variable} frozen at its first value; "
                f"{instead} it is {is_new}"
            )
        case "returned":
            before = name.removesuffix(" returned")
            return (
                f"call {call} returns {before} = {is_old}, its value from before; "
                f"{instead} is {is_new}"
            )
        case _:
            return f"{start}: every update is dropped in silence; {instead} it is {is_new}"
