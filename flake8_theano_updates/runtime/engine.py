"""Ask the backend about each finding."""

from __future__ import annotations

import ast
import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from flake8_theano_updates.model import Fault, Finding, OrderFault, PairFault, Verdict
from flake8_theano_updates.report.text import place
from flake8_theano_updates.runtime.allowlist import RefusedError, verify
from flake8_theano_updates.runtime.cut import cut
from flake8_theano_updates.runtime.hidden import is_hidden, reads_beside, revealed
from flake8_theano_updates.runtime.lanes import Lane, in_lanes
from flake8_theano_updates.runtime.module import Module, look_up
from flake8_theano_updates.runtime.plain import with_plain_functions
from flake8_theano_updates.runtime.reasons import NOTHING_TO_RUN
from flake8_theano_updates.runtime.snippet import Snippet, preference, snippet
from flake8_theano_updates.runtime.stand_ins import SHAPES, stand_ins
from flake8_theano_updates.runtime.statements import CannotCutError
from flake8_theano_updates.runtime.supervisor import (
    Answer,
    Backend,
    NoBackendError,
    Supervisor,
    WorkerFailedError,
)
from flake8_theano_updates.runtime.usage import Usage
from flake8_theano_updates.runtime.verdict import judged, raised, unresolved

# As many findings take a worker as long as its start.
WORTH_A_WORKER = 25
# Errors that other inputs, shapes or types would not have.
OF_STAND_INS = ("MissingInput", "must have the same type")
# An error of the limits that programs run under.
OF_LIMITS = "MemoryError"
# Kinds whose programs are refused only where what the finding speaks of is refused.
ABOUT_REFUSAL = ("refused", "misplaced")


def confirm(
    findings: Sequence[Finding],
    trees: Mapping[str, ast.Module],
    *,
    calls: int = 5,
    python: str | None = None,
    timeout: float = 20.0,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Verdict]:
    """Compile the updates of each finding and compare old values with new ones.

    Args:
        findings: what was found.
        trees: the syntax tree of each file, by the path in its findings; the very trees
            that the findings were made from.
        calls: how often each compiled function is called.
        python: the interpreter that has the backend; this one by default.
        timeout: seconds for each program; after as many no other stand-ins are tried.
        jobs: how many programs run at a time, each in a process of its own; by default
            one for every 25 findings, and no more than there are cores.
        progress: told after each verdict how many there are, and how many there will be.

    Returns:
        one verdict for each finding, in the same order.
    """
    paths = {finding.path for finding in findings if finding.fault}
    modules = {path: with_plain_functions(look_up(trees[path])) for path in paths}

    def one(finding: Finding, lane: Lane) -> Verdict:
        if finding.fault is None:
            nothing = f"{finding.code} is not about values: there is nothing to run"
            return Verdict("unresolved", NOTHING_TO_RUN.get(finding.code, nothing))
        beside = reads_beside(finding, findings)
        return _verdict(finding, finding.fault, modules[finding.path], lane, calls, beside)

    jobs = jobs or min(_cores(), len(findings) // WORTH_A_WORKER)
    lanes = [Lane(python, timeout) for _ in range(max(1, min(jobs, len(findings))))]
    verdicts = []
    for verdict in in_lanes(one, findings, lanes):
        verdicts.append(verdict)
        if progress is not None:
            progress(len(verdicts), len(findings))
    return verdicts


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _verdict(
    finding: Finding,
    fault: Fault,
    module: Module,
    lane: Lane,
    calls: int,
    beside: tuple[ast.expr, ...],
) -> Verdict:
    supervisor = lane.supervisor(preference(module.backends))
    try:
        backend = supervisor.backend()
    except NoBackendError as error:
        return Verdict("unresolved", str(error))
    end = time.monotonic() + supervisor.timeout

    def run(what: Fault) -> Verdict:
        programs = _programs(what, module, calls, _title(finding, what))
        return _tried(finding, what, programs, supervisor, calls, backend, end)

    try:
        verdict = run(fault)
        if beside and isinstance(fault, OrderFault) and is_hidden(finding, verdict):
            verdict = revealed(finding, fault, beside, run) or verdict
    except Exception as error:
        # One cut that trips this package must not take the other verdicts along.
        verdict = unresolved(f"internal error: {type(error).__name__}: {error}", backend)
    if module.backends and backend.package not in module.backends:
        return replace(verdict, instead_of=module.backends[0])
    return verdict


def _title(finding: Finding, fault: Fault) -> str:
    if isinstance(fault, PairFault):
        return f"{place(finding)}: {finding.message}."
    return (
        f"{place(finding)}: the update of '{finding.target}' takes the old value of "
        f"'{finding.variable}'."
    )


def _tried(
    finding: Finding,
    fault: Fault,
    programs: Iterable[Snippet | str],
    supervisor: Supervisor,
    calls: int,
    backend: Backend,
    end: float,
) -> Verdict:
    """Run programs with other stand-ins until one runs through, or the time is up."""
    failed: list[tuple[Snippet, Answer]] = []
    obstacle = ""
    late = False
    for made in programs:
        late = time.monotonic() > end
        if late:
            break
        if isinstance(made, str):
            obstacle = obstacle or made
            continue
        try:
            answer = supervisor.run(made.text, calls)
        except WorkerFailedError as error:
            return unresolved(f"the program did not end well: {error}", backend, made)
        if answer.result is not None:
            return judged(finding, fault, answer.result, made, backend)
        if answer.too_long:
            return unresolved(answer.error, backend, made)
        if answer.refused and isinstance(fault, PairFault) and fault.kind in ABOUT_REFUSAL:
            return raised(answer, made, backend)
        failed.append((made, answer))
    if not failed:
        return unresolved(obstacle or "no time was left for its program", backend)
    program, answer = failed[0]
    if late:
        took = f"its programs took more than {supervisor.timeout:g} seconds; the first: "
        return unresolved(took + answer.error, backend, program)
    if all(_is_the_backends(*one) for one in failed):
        return raised(answer, program, backend)
    return unresolved(f"what was cut out does not run: {answer.error}", backend, program)


def _is_the_backends(program: Snippet, answer: Answer) -> bool:
    """Does the backend refuse the updates themselves, whatever stands in for the rest?"""
    guessed = program.guesses and any(words in answer.error for words in OF_STAND_INS)
    if guessed or not answer.refused or answer.error.startswith(OF_LIMITS):
        return False
    twice = len(set(program.targets)) < len(program.targets)
    return twice or "already has an update" not in answer.error


def _programs(fault: Fault, module: Module, calls: int, title: str) -> Iterator[Snippet | str]:
    """Yield verified programs, the most faithful first, or why one cannot be."""
    seen: set[str] = set()
    for old_truth, shape, own_cost in itertools.product((False, True), SHAPES, (False, True)):
        try:
            part = cut(fault, module, own_cost=own_cost)
            made = stand_ins(part, Usage(part, fault, module), fault, module, shape)
            program = snippet(
                part,
                fault,
                module,
                made,
                shape,
                calls,
                title=title,
                own_cost=own_cost,
                old_truth=old_truth,
            )
            verify(program.build, program.imports, made, program.frame)
        except (CannotCutError, RefusedError) as error:
            yield str(error)
        except RecursionError:
            yield "it is nested too deeply"
        else:
            if program.text not in seen:
                yield program
            seen.add(program.text)
