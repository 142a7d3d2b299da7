"""Ask the backend whether a fix does what it promises, by the programs of ``confirm``."""

from __future__ import annotations

import ast
import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.confirm.steps import STEPS, Step
from flake8_theano_updates.findings import chains, collections
from flake8_theano_updates.fixes.offered import Mended
from flake8_theano_updates.fixes.text import moved
from flake8_theano_updates.model import (
    Fault,
    Finding,
    GeneratorFault,
    OrderFault,
    PairFault,
    Registration,
    UpdateCollection,
    Verdict,
)
from flake8_theano_updates.values import Arm, Path, Use, meet, original, walk

# From a line before a fix to the same line after it.
At = Callable[[int], int]


class NoBackend(Exception):
    """The interpreter has nothing that compiles; the message says so."""


@dataclass(frozen=True)
class Proof:
    """What the backend said of a fix.

    Args:
        status: "proven"; "failed" if the fix does not do what it promises; "open" if there
            are no numbers to compare.
        reason: one sentence; empty for a proven fix.
        differ: whether there are numbers, and they are not the same.
        by: the backend that said so, with its version.
    """

    status: Literal["proven", "failed", "open"]
    reason: str = ""
    differ: bool = False
    by: str = ""


def is_provable(finding: Finding) -> bool:
    """Is there a program to run for the fix of a finding?"""
    return finding.fault is not None


def proofs(
    steps: Sequence[Mended],
    *,
    calls: int = 5,
    python: str | None = None,
    compilers: Mapping[str, str | int] = MappingProxyType({}),
    jobs: int | None = None,
) -> list[Proof]:
    """Run each finding's program before and after its fix.

    A safe fix must compute what the program computes, or make one run that the backend
    refuses; an unsafe one must compute what ``confirm`` says that was meant.

    Args:
        steps: fixes of findings for which there is a program.
        calls: how often each program is called.
        python: the interpreter that has the backend; this one by default.
        compilers: compile calls of the project's own, as in `check`.
        jobs: how many programs run at a time, as in `confirm`.

    Returns:
        one proof for each.

    Raises:
        NoBackend: if there is none.
    """
    programs = [_programs(step, compilers) for step in steps]

    def run(indices: Iterable[int], faithful: Sequence[Step]) -> dict[int, Proof]:
        chosen = list(indices)
        every = [finding for index in chosen for finding in programs[index]]
        verdicts = confirm(every, calls=calls, python=python, jobs=jobs, steps=faithful)
        if verdicts and verdicts[0].backend is None:
            raise NoBackend(verdicts[0].reason)
        by = f"{verdicts[0].backend} {verdicts[0].backend_version}" if verdicts else ""
        return {
            index: dataclasses.replace(_proof(steps[index], *verdicts[3 * n : 3 * n + 3]), by=by)
            for n, index in enumerate(chosen)
        }

    given = run(range(len(steps)), STEPS)
    # Only some of the programs may have had to start elsewhere, or to leave more of the file out.
    again = [index for index, proof in given.items() if proof.differ]
    for step in STEPS:
        given |= run(again, [dataclasses.replace(step, nonzero="all")])
        again = [index for index in again if given[index].status == "open"]
    return list(given.values())


def _programs(step: Mended, compilers: Mapping[str, str | int]) -> tuple[Finding, ...]:
    """Return the three findings whose programs tell of a fix.

    They are its own, the one that takes the updates as they are written before the fix,
    and the one that takes them as they are written after it.
    """
    fault = step.finding.fault
    assert fault is not None
    after_fix = step.source
    given = after_fix.tree, after_fix.text.lines, compilers, after_fix.python
    if isinstance(fault, GeneratorFault):
        drawn = _drawn_after(fault, chains(*given), partial(_line_after, step))
        written = dataclasses.replace(fault, kind="written", told=())
        return tuple(
            dataclasses.replace(step.finding, fault=one) for one in (fault, written, drawn)
        )
    after = _after(fault, collections(*given), partial(_line_after, step))
    reads = fault.reads if isinstance(fault, PairFault) else ()
    plain = PairFault("written", fault.pairs, fault.collection, reads, fault.path)
    return tuple(dataclasses.replace(step.finding, fault=one) for one in (fault, plain, after))


def _drawn_after(
    fault: GeneratorFault, there: Sequence[GeneratorFault], at: At
) -> GeneratorFault | None:
    """Return what the function of a finding draws after its fix, or None."""
    wanted = {one.name for one in fault.draws}
    scope, line = fault.collection.scope, at(fault.collection.expression.lineno)
    name = getattr(scope, "name", "")
    alike = [
        one
        for one in there
        if wanted <= {drawn.name for drawn in one.draws}
        and getattr(one.collection.scope, "name", "") == name
    ]
    return min(alike, key=lambda one: abs(one.collection.expression.lineno - line), default=None)


def _line_after(step: Mended, line: int) -> int:
    """Return where a line of the file before the fix stands after it."""
    offset = moved(step.before.text.offset(line, 0), step.together)
    return step.source.text.place(offset)[0]


def _after(fault: Fault, there: Sequence[UpdateCollection], at: At) -> PairFault | None:
    """Return what there is to run of a finding's pairs after its fix, or None.

    Args:
        at: where a line of the file stands after the fix.
    """
    wanted = set(map(_variable, fault.pairs))
    candidates = [one for one in there if wanted <= set(map(_variable, one.registrations))]
    if not candidates:
        return None
    collection = min(candidates, key=lambda one: _distance(one, fault, at))
    nearest = [_nearest(collection, pair, at) for pair in fault.pairs]
    pairs = tuple({id(pair): pair for pair in nearest}.values())
    path = _branches(fault, pairs, at)
    uses = [use for pair in pairs for use in walk(pair.new)]
    reads: tuple[Use, ...] = ()
    if isinstance(fault, PairFault):
        if fault.bound:
            reads = tuple(use for use in uses if _is_read_back(use, pairs[0]))
            return PairFault("overwritten", pairs, collection, reads, path)
        if fault.kind in ("refused", "misplaced"):
            form: Literal["generator", "list"] = "generator" if collection.one_shot else "list"
            return PairFault("refused", pairs, collection, (), path, form)
        if fault.kind == "overwritten":
            pairs = pairs[-1:]
        if fault.kind == "frozen":
            # The fix reads the variables where there was a number of them.
            names = {ast.unparse(read.node) for read in fault.reads}
            reads = tuple(use for use in uses if ast.unparse(use.node) in names)
    return PairFault("written", pairs, collection, reads, path)


def _distance(collection: UpdateCollection, fault: Fault, at: At) -> tuple[bool, int]:
    """How far is a collection after the fix from that of the finding before it?"""
    own = fault.collection
    if fault.pairs:
        lines = _place(_nearest(collection, fault.pairs[0], at)) - at(_place(fault.pairs[0]))
    else:
        lines = collection.expression.lineno - at(own.expression.lineno)
    elsewhere = getattr(collection.scope, "name", "") != getattr(own.scope, "name", "")
    return elsewhere, abs(lines)


def _nearest(collection: UpdateCollection, pair: Registration, at: At) -> Registration:
    """Return the update of the same variable that stands nearest to where ``pair`` stood."""
    alike = [one for one in collection.registrations if _variable(one) == _variable(pair)]
    return min(alike, key=lambda one: abs(_place(one) - at(_place(pair))))


def _variable(pair: Registration) -> tuple[str, str]:
    """Return what a pair calls its variable, and what the caller of its function does."""
    return ast.unparse(pair.target), ast.unparse(pair.outermost.node)


def _place(pair: Registration) -> int:
    return pair.outermost.node.lineno


def _branches(fault: Fault, pairs: Sequence[Registration], at: At) -> Path:
    """Return the branches after the fix that are those of the finding before it."""
    path = tuple(arm for pair in pairs for arm in pair.path)
    there = {arm: None for pair in pairs for use in walk(pair.new) for arm in use.path}
    for arm in fault.path:
        alike = [one for one in there if one.name == arm.name and _test(one) == _test(arm)]
        if alike:
            nearest = min(alike, key=lambda one: abs(_line(one) - at(_line(arm))))
            path = (*path, nearest) if meet(path, (nearest,)) else path
    return path


def _test(arm: Arm) -> str:
    test = getattr(arm.node, "test", None)
    return type(arm.node).__name__ if test is None else ast.unparse(test)


def _line(arm: Arm) -> int:
    return getattr(arm.node, "lineno", 1)


def _is_read_back(use: Use, pair: Registration) -> bool:
    """Does a new value take here what the mapping holds for its variable?"""
    return (
        isinstance(use.node, (ast.Subscript, ast.Call))
        and ast.unparse(use.node) != ast.unparse(pair.target)
        and original(use.value).identity == original(pair.variable.value).identity
    )


def _proof(step: Mended, before: Verdict, plain: Verdict, after: Verdict) -> Proof:
    proof = _judged(step, before, plain, after)
    if before.refused and proof.status != "proven":
        # The numbers are then those of other lists, which need not be alike.
        return Proof("open", f"the backend refuses the list as it is: {before.refused}")
    return proof


def _judged(step: Mended, before: Verdict, plain: Verdict, after: Verdict) -> Proof:
    fault = step.finding.fault
    is_order = isinstance(fault, OrderFault)
    was_refused = before.status == "raises" and not is_order
    # What is not finite is no verdict on the finding, but the same before and after it.
    if not before.as_compiled and not was_refused:
        return Proof("open", f"as it is, the program cannot be run: {before.reason}")
    if not after.as_compiled:
        status: Literal["failed", "open"] = "failed" if after.status == "raises" else "open"
        return Proof(status, f"after it, {after.reason}")
    if was_refused:
        return Proof("proven")
    if isinstance(fault, PairFault) and fault.bound:
        return _compared(before, before.with_new_value, after, after.with_new_value)
    if set(before.names) == set(after.names):
        keeps = step.fix.safe and is_order
        wanted = before.as_compiled if keeps else before.with_new_value
        return _compared(before, wanted, after, after.as_compiled)
    if set(plain.names) == set(after.names):
        # As long as nobody changes the variable, it is worth what was frozen.
        return _compared(plain, plain.as_compiled, after, after.as_compiled)
    return Proof("open", "the programs before and after it have other variables")


def _compared(
    before: Verdict,
    wanted: Sequence[tuple[object, ...]],
    after: Verdict,
    given: Sequence[tuple[object, ...]],
) -> Proof:
    for call, (one, other) in enumerate(zip(wanted, given, strict=True)):
        computed = dict(zip(after.names, other, strict=True))
        for name, value in zip(before.names, one, strict=True):
            if not _alike(value, computed[name]):
                if call == 0:
                    reason = "the programs before and after it start from other values"
                    return Proof("open", reason, differ=True)
                reason = f"after call {call}, {name} is not what the fix promises"
                return Proof("failed", reason, differ=True)
    return Proof("proven")


def _alike(one: object, other: object) -> bool:
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        same = math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
        return same or (math.isnan(one) and math.isnan(other))
    return one == other
