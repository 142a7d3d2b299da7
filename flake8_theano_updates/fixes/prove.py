"""Ask the backend whether a fix does what it promises, by the programs of ``confirm``."""

from __future__ import annotations

import ast
import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flake8_theano_updates.fixes.after_order import after_fix
from flake8_theano_updates.fixes.counterparts import Counterparts, NotFoundError
from flake8_theano_updates.fixes.offered import Mended, Source
from flake8_theano_updates.fixes.text import Replacement
from flake8_theano_updates.model import Fault, Finding, OrderFault, PairFault, Verdict
from flake8_theano_updates.runtime import confirm


class NoBackend(Exception):
    """The interpreter has nothing that compiles; the message says so."""


@dataclass(frozen=True)
class Proof:
    """What the backend said of a fix.

    Args:
        status: "proven"; "failed" if the fix does not do what it promises; "open" if there
            are no numbers to compare.
        reason: one sentence; empty for a proven fix.
    """

    status: Literal["proven", "failed", "open"]
    reason: str = ""


@dataclass(frozen=True)
class _Trial:
    """The programs of one fix.

    Args:
        before: the finding's own.
        plain: before the fix, the updates as they are written.
        after: after the fix, the updates as they are written then.
    """

    before: Verdict
    plain: Verdict
    after: Verdict


def is_provable(finding: Finding) -> bool:
    """Is there a program to run for the fix of a finding?"""
    return finding.fault is not None


def proofs(
    steps: Sequence[tuple[Source, Mended]], *, calls: int = 5, python: str | None = None
) -> list[Proof]:
    """Run each finding's program before and after its fix.

    A safe fix must compute what the program computes, or make one run that the backend
    refuses; an unsafe one must compute what ``confirm`` says that was meant.

    Args:
        steps: files, each with a fix of one of its findings for which there is a program.
        calls: how often each program is called.
        python: the interpreter that has the backend; this one by default.

    Returns:
        one proof for each.

    Raises:
        NoBackend: if there is none.
    """
    findings: list[Finding] = []
    trees: dict[str, ast.Module] = {}
    lost: dict[int, str] = {}
    for index, (source, step) in enumerate(steps):
        fault = step.finding.fault
        assert fault is not None
        after: tuple[ast.Module, Fault | None] = source.tree, None
        try:
            after = _after(source, step, fault)
        except NotFoundError as error:
            lost[index] = str(error)
        plain = _as_written(fault) if _is_still(fault) else None
        for side, (tree, what) in enumerate(((source.tree, fault), (source.tree, plain), after)):
            path = f"{index} {side}"
            trees[path] = tree
            findings.append(dataclasses.replace(step.finding, path=path, fault=what))
    verdicts = confirm(findings, trees, calls=calls, python=python)
    if verdicts and verdicts[0].backend is None:
        raise NoBackend(verdicts[0].reason)
    return [
        _proof(step, _Trial(*verdicts[3 * index : 3 * index + 3]), lost.get(index))
        for index, (_, step) in enumerate(steps)
    ]


def _after(source: Source, step: Mended, fault: Fault) -> tuple[ast.Module, Fault]:
    """Return the file after a fix and what there is to run in it."""
    if isinstance(fault, OrderFault):
        return after_fix(source, step, fault)
    there = Counterparts(source, [_hinting(source, one, fault) for one in step.replacements])
    pairs = tuple(there.registration(pair) for pair in fault.pairs)
    arms = there.arms(fault)
    return there.root, PairFault("refused", pairs, there.collection(fault), arms=arms)


def _hinting(source: Source, edit: Replacement, fault: PairFault) -> Replacement:
    """Let what is no longer frozen still be seen to be a shared variable: ``(lr + 0 * frozen)``."""
    if fault.kind != "frozen":
        return edit
    frozen = source.text.whole[edit.start : edit.end]
    return dataclasses.replace(edit, new=f"({edit.new} + 0 * {frozen})")


def _as_written(fault: Fault) -> PairFault:
    """Return what makes the backend take the updates as they are."""
    return PairFault("refused", fault.pairs, fault.collection, arms=fault.arms)


def _is_still(fault: Fault) -> bool:
    """Does the finding's own program change a variable that the file's may leave alone?"""
    return isinstance(fault, PairFault) and fault.kind == "frozen"


def _proof(step: Mended, trial: _Trial, lost: str | None) -> Proof:
    before, after = trial.before, trial.after
    is_order = isinstance(step.finding.fault, OrderFault)
    was_refused = before.status == "raises" and not is_order
    # What is not finite is no verdict on the finding, but the same before and after it.
    if not before.as_compiled and not was_refused:
        return Proof("open", f"as it is, the program cannot be run: {before.reason}")
    if lost is not None:
        return Proof("failed", lost)
    if not after.as_compiled:
        status: Literal["failed", "open"] = "failed" if after.status == "raises" else "open"
        return Proof(status, f"after it, {after.reason}")
    if was_refused:
        return Proof("proven")
    if set(before.names) == set(after.names):
        keeps = step.fix.safe and is_order
        return _compared(before, before.as_compiled if keeps else before.with_new_value, after)
    if set(trial.plain.names) == set(after.names):
        # As long as nobody changes the variable, it is worth what was frozen.
        return _compared(trial.plain, trial.plain.as_compiled, after)
    return Proof("open", "the programs before and after it have other variables")


def _compared(before: Verdict, wanted: Sequence[tuple[object, ...]], after: Verdict) -> Proof:
    for call, (one, other) in enumerate(zip(wanted, after.as_compiled, strict=True)):
        left, right = (
            dict(zip(before.names, one, strict=True)),
            dict(zip(after.names, other, strict=True)),
        )
        for name in before.names:
            if not _alike(left[name], right[name]) and call == 0:
                return Proof("open", "the programs before and after it start from other values")
            if not _alike(left[name], right[name]):
                return Proof("failed", f"after call {call}, {name} is not what the fix promises")
    return Proof("proven")


def _alike(one: object, other: object) -> bool:
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        same = math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
        return same or (math.isnan(one) and math.isnan(other))
    return one == other
