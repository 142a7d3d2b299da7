"""What the numbers of a verdict say, in one sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from flake8_theano_updates.checks.schedule import SWITCHES
from flake8_theano_updates.confirm.draws import told_of
from flake8_theano_updates.model import (
    Fault,
    Finding,
    GeneratorFault,
    OrderFault,
    PairFault,
    Status,
    Verdict,
)
from flake8_theano_updates.report.elements import first_difference, told_apart
from flake8_theano_updates.values import Term, Use, operands, walk

_DECIDING = frozenset("clip maximum minimum lt le gt ge eq neq sgn round floor ceil".split())
NOTHING_TO_RUN = {
    "THU903": "not run: the order of a plain dict is an accident that no single run shows",
}


def parting(finding: Finding, fault: Fault, verdict: Verdict, instead: str) -> str:
    """Say where the program and what was meant part.

    Args:
        instead: what was done in the other program; of findings on order empty.
    """
    if isinstance(fault, GeneratorFault):
        return told_of(fault, verdict)
    call = verdict.first_difference
    after = f"after {'1 call' if call == 1 else f'{call} calls'}"
    seen = first_difference(finding, verdict)
    if seen is None:
        return f"{after} their shapes differ"
    element, old, new = seen
    is_old, is_new = told_apart(old, new)
    name = element.name
    start = f"{after} {name} becomes {is_old}"
    if math.isfinite(new) and not math.isfinite(old):
        step = "the first step" if call == 1 else f"call {call}"
        start = f"{step} divides by zero or overflows: {name} becomes {is_old}"
    if not isinstance(fault, PairFault):
        return f"{start}; with the new {finding.variable or 'value'} it would be {is_new}"
    line = finding.registered_line
    match fault.kind:
        case "overwritten" if finding.code == "THU203":
            return f"{start}: only the last turn of the loop counts; {instead} it would be {is_new}"
        case "overwritten":
            return f"{start}, as if line {line} were not there; {instead} it would be {is_new}"
        case "late":
            return (
                f"{start}: the function was compiled in line {line}, without the update of "
                f"line {finding.update_line}; {instead}, {name} would be {is_new}"
            )
        case "frozen":
            return (
                f"{start} as compiled, with {finding.variable} frozen at its first value; "
                f"{instead} it would be {is_new}"
            )
        case "returned":
            before = name.replace(" returned", "", 1)
            return (
                f"call {call} returns {before} = {is_old}, its value from before; "
                f"{instead} is {is_new}"
            )
        case "dropped":
            return (
                f"every call draws the same numbers: call {call} gives {is_old} again; "
                f"{instead} it gives {is_new}"
            )
        case _:
            return f"{start}: every update is dropped in silence; {instead} it would be {is_new}"


def likeness(finding: Finding, fault: Fault, verdict: Verdict) -> tuple[Status, str]:
    """Say what it is worth that two programs compute the same: without numbers, nothing.

    Returns:
        the status, and one sentence on it.
    """
    for call, row in enumerate(verdict.as_compiled):
        for name, value in zip(verdict.names, row, strict=True):
            if not _is_finite(value):
                return "unresolved", (
                    f"{name} is not finite from call {call} on, as compiled and after the fix "
                    "alike, so there is nothing to compare; another fault may hide this one"
                )
    reason = f"no difference in {len(verdict.as_compiled) - 1} calls"
    if isinstance(fault, OrderFault) and _only_decides(fault):
        # Numbers that stay on one side of a switch prove nothing about the other.
        return "unresolved", (
            f"{reason}, but {finding.variable} only decides there, as in a switch or a bound: with "
            "other numbers the two may part"
        )
    if isinstance(fault, PairFault) and fault.kind in ("refused", "misplaced"):
        reason = f"the backend takes the updates as they are written: {reason}"
        if finding.code == "THU204" and (verdict.python or "").startswith("2."):
            reason = f"in Python {verdict.python} it is a list, and {reason}"
    return "agrees", reason


def _only_decides(fault: OrderFault) -> bool:
    """Do the reads stand only in what chooses between values, or keeps them within bounds?"""
    reads = set(map(id, fault.read_nodes))
    return not any(id(use.node) in reads for use in walk(fault.reader.new, _computed_from))


def _computed_from(use: Use) -> Iterable[Use]:
    """Return what flows into a value, without what only decides."""
    value = use.value
    if isinstance(value, Term) and value.op == "call":
        if value.label in SWITCHES:
            return value.uses[-2:]
        return () if value.label in _DECIDING else value.uses
    compares = isinstance(value, Term) and isinstance(value.label, tuple)
    return () if compares else operands(value)


def _is_finite(value: object) -> bool:
    if isinstance(value, Sequence):
        return all(map(_is_finite, value))
    return not isinstance(value, (int, float)) or math.isfinite(value)
