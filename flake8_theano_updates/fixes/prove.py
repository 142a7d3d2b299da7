"""Ask the backend whether a fix does what it promises, by the programs of ``confirm``."""

from __future__ import annotations

import ast
import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.confirm.steps import STEPS, Step
from flake8_theano_updates.findings import collections
from flake8_theano_updates.fixes.offered import Mended, Source
from flake8_theano_updates.fixes.text import edited, split
from flake8_theano_updates.model import (
    Fault,
    Finding,
    OrderFault,
    PairFault,
    Registration,
    UpdateCollection,
    Verdict,
)
from flake8_theano_updates.values import Arm, Path, Use, meet, operands, original

_OTHER_STARTS = "the programs before and after it start from other values"


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
    steps: Sequence[tuple[Source, Mended]],
    *,
    calls: int = 5,
    python: str | None = None,
    compilers: Mapping[str, str | int] = MappingProxyType({}),
) -> list[Proof]:
    """Run each finding's program before and after its fix.

    A safe fix must compute what the program computes, or make one run that the backend
    refuses; an unsafe one must compute what ``confirm`` says that was meant.

    Args:
        steps: files, each with a fix of one of its findings for which there is a program.
        calls: how often each program is called.
        python: the interpreter that has the backend; this one by default.
        compilers: compile calls of the project's own, as in `check`.

    Returns:
        one proof for each.

    Raises:
        NoBackend: if there is none.
    """
    found = [_faults(source, step, compilers) for source, step in steps]
    findings = [
        [dataclasses.replace(step.finding, fault=fault) for fault in faults]
        for (_, step), faults in zip(steps, found, strict=True)
    ]
    given = [_proof(*one) for one in _tried(steps, findings, STEPS, calls, python)]
    # Where variables that start at zero had to start elsewhere, all programs must.
    again = [index for index, proof in enumerate(given) if proof.reason == _OTHER_STARTS]
    nonzero = [dataclasses.replace(step, nonzero="all") for step in STEPS]
    repeated = _tried(
        [steps[n] for n in again], [findings[n] for n in again], nonzero, calls, python
    )
    for index, one in zip(again, repeated, strict=True):
        given[index] = _proof(*one)
    return given


def _tried(
    steps: Sequence[tuple[Source, Mended]],
    findings: Sequence[Sequence[Finding]],
    faithful: Sequence[Step],
    calls: int,
    python: str | None,
) -> list[tuple[Mended, _Trial]]:
    """Run the three programs of each fix."""
    every = [finding for three in findings for finding in three]
    verdicts = confirm(every, calls=calls, python=python, steps=faithful)
    if verdicts and verdicts[0].backend is None:
        raise NoBackend(verdicts[0].reason)
    return [
        (step, _Trial(*verdicts[3 * index : 3 * index + 3]))
        for index, (_, step) in enumerate(steps)
    ]


def _faults(
    source: Source, step: Mended, compilers: Mapping[str, str | int]
) -> tuple[Fault, PairFault, PairFault | None]:
    """Return what there is to run before a fix, as it is written then, and after it."""
    fault = step.finding.fault
    assert fault is not None
    whole = edited(source.text.whole, step.replacements)
    there = collections(ast.parse(whole), split(whole), compilers)
    return fault, _as_written(fault), _after(fault, there)


def _as_written(fault: Fault) -> PairFault:
    """Return what makes the backend take the updates as they are."""
    reads = fault.reads if isinstance(fault, PairFault) else ()
    return PairFault("written", fault.pairs, fault.collection, reads, fault.path)


def _after(fault: Fault, there: Sequence[UpdateCollection]) -> PairFault | None:
    """Return what there is to run of a finding's pairs after its fix, or None."""
    wanted = {ast.unparse(pair.target) for pair in fault.pairs}
    candidates = [
        one for one in there if wanted <= {ast.unparse(pair.target) for pair in one.registrations}
    ]
    if not candidates:
        return None
    collection = min(candidates, key=lambda one: _distance(one, fault))
    found: list[Registration] = []
    for pair in fault.pairs:
        nearest = min(
            (one for one in collection.registrations if _is_of(one, pair)),
            key=lambda one: abs(one.line - pair.line),
        )
        if all(nearest is not one for one in found):
            found.append(nearest)
    path = _way(fault, found)
    if isinstance(fault, PairFault) and fault.bound:
        reads = tuple(_read_back(found[0]))
        return PairFault("overwritten", tuple(found), collection, reads, path)
    if isinstance(fault, PairFault) and fault.kind in ("refused", "misplaced"):
        form: Literal["generator", "list"] = "generator" if collection.one_shot else "list"
        return PairFault("refused", tuple(found), collection, (), path, form)
    if isinstance(fault, PairFault) and fault.kind == "overwritten":
        found = found[-1:]
    return PairFault("written", tuple(found), collection, _thawed(fault, found), path)


def _distance(collection: UpdateCollection, fault: Fault) -> tuple[bool, int]:
    """How far is a collection after the fix from that of the finding before it?"""
    scopes = (getattr(one.scope, "name", "") for one in (collection, fault.collection))
    pairs = fault.pairs
    if pairs:
        wanted = pairs[0].line
        lines = [one.line for one in collection.registrations if _is_of(one, pairs[0])]
    else:
        wanted = fault.collection.expression.lineno
        lines = [collection.expression.lineno]
    return len(set(scopes)) > 1, min(abs(line - wanted) for line in lines)


def _is_of(one: Registration, other: Registration) -> bool:
    return ast.unparse(one.target) == ast.unparse(other.target)


def _way(fault: Fault, pairs: Sequence[Registration]) -> Path:
    """Return the branches after the fix that are those of the finding before it."""
    path = tuple(arm for pair in pairs for arm in pair.path)
    there = {arm: None for pair in pairs for use in _inside(pair.new) for arm in use.path}
    for arm in fault.path:
        alike = [one for one in there if one.name == arm.name and _test(one) == _test(arm)]
        if alike:
            nearest = min(alike, key=lambda one: abs(_line(one) - _line(arm)))
            path = (*path, nearest) if meet(path, (nearest,)) else path
    return path


def _test(arm: Arm) -> str:
    test = getattr(arm.node, "test", None)
    return type(arm.node).__name__ if test is None else ast.unparse(test)


def _line(arm: Arm) -> int:
    return getattr(arm.node, "lineno", 0)


def _read_back(pair: Registration) -> Iterator[Use]:
    """Yield where a new value takes what the mapping holds for its variable."""
    own = original(pair.variable.value).identity
    written = ast.unparse(pair.target)
    for use in _inside(pair.new):
        if isinstance(use.node, (ast.Subscript, ast.Call)) and ast.unparse(use.node) != written:
            if original(use.value).identity == own:
                yield use


def _thawed(fault: Fault, pairs: Sequence[Registration]) -> tuple[Use, ...]:
    """Return the variables that a fix reads where there was a number of them."""
    if not isinstance(fault, PairFault) or fault.kind != "frozen":
        return ()
    names = {ast.unparse(read.node) for read in fault.reads}
    return tuple(
        use for pair in pairs for use in _inside(pair.new) if ast.unparse(use.node) in names
    )


def _inside(use: Use) -> Iterator[Use]:
    """Yield all uses below ``use``, those of one value once."""
    seen: set[int] = set()
    waiting = [use]
    while waiting:
        current = waiting.pop()
        yield current
        if id(current.value) not in seen:
            seen.add(id(current.value))
            waiting.extend(operands(current.value))


def _proof(step: Mended, trial: _Trial) -> Proof:
    before, after = trial.before, trial.after
    is_order = isinstance(step.finding.fault, OrderFault)
    was_refused = before.status == "raises" and not is_order
    # What is not finite is no verdict on the finding, but the same before and after it.
    if not before.as_compiled and not was_refused:
        return Proof("open", f"as it is, the program cannot be run: {before.reason}")
    if not after.as_compiled:
        status: Literal["failed", "open"] = "failed" if after.status == "raises" else "open"
        return Proof(status, f"after it, {after.reason}")
    if was_refused:
        return Proof("proven")
    fault = step.finding.fault
    if isinstance(fault, PairFault) and fault.bound:
        return _compared(before, before.with_new_value, after, after.with_new_value)
    if set(before.names) == set(after.names):
        keeps = step.fix.safe and is_order
        wanted = before.as_compiled if keeps else before.with_new_value
        return _compared(before, wanted, after, after.as_compiled)
    if set(trial.plain.names) == set(after.names):
        # As long as nobody changes the variable, it is worth what was frozen.
        return _compared(trial.plain, trial.plain.as_compiled, after, after.as_compiled)
    return Proof("open", "the programs before and after it have other variables")


def _compared(
    before: Verdict,
    wanted: Sequence[tuple[object, ...]],
    after: Verdict,
    given: Sequence[tuple[object, ...]],
) -> Proof:
    for call, (one, other) in enumerate(zip(wanted, given, strict=True)):
        left, right = (
            dict(zip(before.names, one, strict=True)),
            dict(zip(after.names, other, strict=True)),
        )
        for name in before.names:
            if not _alike(left[name], right[name]) and call == 0:
                return Proof("open", _OTHER_STARTS)
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
