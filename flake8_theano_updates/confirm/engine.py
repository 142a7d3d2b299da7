"""Ask the backend about each finding."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from flake8_theano_updates.backend.pool import Workers, in_parallel
from flake8_theano_updates.backend.supervisor import (
    Answer,
    Backend,
    NoBackendError,
    Supervisor,
    WorkerFailedError,
)
from flake8_theano_updates.confirm.draws import CALLS, NO_GENERATORS
from flake8_theano_updates.confirm.judging import judged, without_numbers
from flake8_theano_updates.confirm.neighbours import is_hidden, reads_beside, revealed
from flake8_theano_updates.confirm.programs import Program, preference, program_of
from flake8_theano_updates.confirm.reasons import NOTHING_TO_RUN
from flake8_theano_updates.confirm.steps import STEPS, Step
from flake8_theano_updates.model import (
    Fault,
    Finding,
    GeneratorFault,
    OrderFault,
    PairFault,
    Status,
    Verdict,
)

# As many findings take a worker as long as its start.
WORTH_A_WORKER = 25
# An error of the limits that programs run under.
OF_LIMITS = "MemoryError"
DID_NOT_END = "the program did not end well"
# Kinds whose programs are refused where what the finding speaks of is refused.
ABOUT_REFUSAL = ("refused", "misplaced")


def confirm(
    findings: Sequence[Finding],
    *,
    calls: int = 5,
    python: str | None = None,
    timeout: float = 20.0,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    steps: Sequence[Step] = STEPS,
    among: Sequence[Finding] | None = None,
) -> list[Verdict]:
    """Compile the updates of each finding and compare old values with new ones.

    Args:
        findings: what was found.
        calls: how often each compiled function is called.
        python: the interpreter that has the backend; this one by default.
        timeout: seconds for each program; after as many no other is tried for its finding.
        jobs: how many programs run at a time, each in a process of its own; by default
            one for every 25 findings, and no more than there are cores.
        progress: told after each verdict how many there are, and how many there will be.
        steps: how much of the file the programs keep, the most faithful first.
        among: all findings of their lists, where some of them are not asked about.

    Returns:
        one verdict for each finding, in the same order.
    """
    beside = _by_collection(findings if among is None else among)

    def one(finding: Finding, own: Workers) -> Verdict:
        if finding.fault is None:
            nothing = f"{finding.code} is not about values: there is nothing to run"
            return Verdict("unresolved", NOTHING_TO_RUN.get(finding.code, nothing))
        supervisor = own.supervisor(preference(finding.origin.backends))
        try:
            backend = supervisor.backend()
        except NoBackendError as error:
            return Verdict("unresolved", str(error))
        number = calls
        if isinstance(finding.fault, GeneratorFault):
            if backend.package == "theano":
                reason = NO_GENERATORS.format(name=backend.name)
                return without_numbers("unresolved", reason, backend)
            number = min(calls, CALLS)
        company = beside[id(finding.fault.collection)]
        return _Work(finding, company, supervisor, backend, number, steps).verdict(finding.fault)

    jobs = min(jobs or jobs_for(len(findings)), max(1, len(findings)))
    workers = [Workers(python, timeout) for _ in range(jobs)]
    verdicts = []
    for verdict in in_parallel(one, findings, workers):
        verdicts.append(verdict)
        if progress is not None:
            progress(len(verdicts), len(findings))
    return verdicts


def jobs_for(count: int) -> int:
    """Return how many processes so many findings are worth."""
    return max(1, min(_cores(), count // WORTH_A_WORKER))


def _by_collection(findings: Sequence[Finding]) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.fault is not None:
            found.setdefault(id(finding.fault.collection), []).append(finding)
    return found


def _cores() -> int:
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    return own or os.cpu_count() or 1


@dataclass(frozen=True)
class _Work:
    """The programs of one finding, run one after the other until one tells.

    ``company`` are the findings of its list; the rest is as in `confirm`.
    """

    finding: Finding
    company: Sequence[Finding]
    supervisor: Supervisor
    backend: Backend
    calls: int
    steps: Sequence[Step]

    def verdict(self, fault: Fault) -> Verdict:
        """Return the verdict on the finding."""
        end = time.monotonic() + self.supervisor.timeout
        try:
            verdict = self._run(fault, end)
            if isinstance(fault, OrderFault) and is_hidden(self.finding, verdict):
                if beside := reads_beside(self.finding, self.company):
                    run = partial(self._run, end=end)
                    verdict = revealed(self.finding, fault, beside, run) or verdict
        except Exception as error:
            # One program that trips this package must not take the other verdicts along.
            reason = f"internal error: {type(error).__name__}: {error}"
            verdict = without_numbers("unresolved", reason, self.backend)
        own = self.finding.origin.backends
        if own and self.backend.package not in own:
            return replace(verdict, instead_of=own[0])
        return verdict

    def _run(self, fault: Fault, end: float) -> Verdict:
        """Run programs, the most faithful first, until one runs through or the time is up."""
        failed: Verdict | None = None
        for step in self.steps:
            if failed is not None and time.monotonic() > end:
                most = f"{self.supervisor.timeout:g} seconds"
                reason = f"its programs took more than {most}; the first: {failed.reason}"
                return replace(failed, reason=reason)
            verdict, program = self._tried(fault, step)
            if verdict.status != "unresolved" or verdict.as_compiled:
                return self._refined(fault, verdict, program, end)
            if verdict.reason.startswith(DID_NOT_END):
                return verdict
            failed = failed or verdict
        assert failed is not None
        return failed

    def _refined(self, fault: Fault, verdict: Verdict, program: Program, end: float) -> Verdict:
        """Try other values where those of a program prove nothing."""
        steps: Iterable[Step] = ()
        if verdict.status == "agrees":
            steps = self._others(program)
        elif verdict.status == "unresolved":
            steps = [replace(program.step, positive=True)]
        for step in steps:
            other, _ = self._tried(fault, step)
            if other.status == "confirmed" or time.monotonic() > end:
                return other if other.status == "confirmed" else verdict
        return verdict

    def _others(self, program: Program) -> Iterator[Step]:
        """Yield the steps at which programs may part that agree at the first."""
        if program.from_zero:
            yield replace(program.step, nonzero="still")
            yield replace(program.step, nonzero="all")
        if len(program.stand_ins) > 1:
            # What stood in may be what they agree in.
            later = self.steps[self.steps.index(program.step) + 1 :]
            for step in later:
                yield step
                if program.from_zero:
                    yield replace(step, nonzero="all")

    def _tried(self, fault: Fault, step: Step) -> tuple[Verdict, Program]:
        """Write one program, run it, and return what it says."""
        program = program_of(self.finding, fault, step, self.calls)
        status: Status = "unresolved"
        try:
            answer = self.supervisor.run(program.text, self.calls)
        except WorkerFailedError as error:
            reason = f"{DID_NOT_END}: {error}"
        else:
            if answer.result is not None:
                verdict = judged(self.finding, fault, answer.result, program, self.backend)
                return verdict, program
            if answer.refused and _is_the_backends(fault, program, answer):
                status = "raises"
            of_its_own = answer.too_long or status == "raises"
            reason = answer.error if of_its_own else f"its program does not run: {answer.error}"
        return without_numbers(status, reason, self.backend, program), program


def _is_the_backends(fault: Fault, program: Program, answer: Answer) -> bool:
    """Does the backend refuse the updates themselves, whatever stands in for the rest?"""
    if isinstance(fault, PairFault):
        return fault.kind in ABOUT_REFUSAL
    return len(program.stand_ins) == 1 and not answer.error.startswith(OF_LIMITS)
