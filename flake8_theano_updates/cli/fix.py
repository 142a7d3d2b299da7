"""The command line's ``fix``: show or write what mends the findings of files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flake8_theano_updates.cli.changed import Changed, changed_file, put
from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.files import STANDARD_INPUT, Place
from flake8_theano_updates.cli.jobs import each, executor
from flake8_theano_updates.cli.looking import File, Looked, light, look, look_at
from flake8_theano_updates.cli.opened import opened
from flake8_theano_updates.cli.silencing import silenced
from flake8_theano_updates.cli.statuses import FOUND, INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.confirm.engine import WORTH_A_WORKER, jobs_for
from flake8_theano_updates.fixes.mend import Chain, Choice, mend
from flake8_theano_updates.fixes.offered import Kind
from flake8_theano_updates.fixes.prove import NoBackend, is_provable, proofs
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding
from flake8_theano_updates.report.text import place
from flake8_theano_updates.rules import ORDER

_CHOOSE = (
    "it takes a choice: --unsafe uses the new value, --safe-only keeps the numbers and shows "
    "that the old one is read"
)
_OPEN = "its fix cannot be proven (--no-prove makes it all the same): {reason}"
_LEADS_OUT = "it is read through a link that leads out of the folder; name the link to follow it"
_FAILED = "the fix fails its proof: {reason}"

# What became of a file.
Outcome = tuple[File, Chain]


@dataclass(frozen=True)
class _Fixed:
    """What became of some files.

    Args:
        changed: those that could be mended.
        complaints: what is to be said of the others, and of all of them.
        status: the exit status that the others call for.
    """

    changed: tuple[Changed, ...]
    complaints: tuple[str, ...]
    status: int


def run(options: argparse.Namespace) -> int:
    """Fix the findings; return the exit status of ``check`` on what is there afterwards."""
    try:
        seen = look(options.paths, options, _seen, options.jobs or 1)
        batches = _batches(seen)
        jobs = options.jobs or jobs_for(sum(len(one.findings) for one in seen))
        processes = max(1, min(jobs, len(batches)))
        work = partial(_fixed, options=options, jobs=jobs // processes)
        with executor(processes) as pool:
            fixed = each(work, batches, pool, "fixing", len)
    except NoBackend as error:
        complain(f"fix: nothing can be proven: {error}")
        return UNUSABLE
    except Exception as error:
        # Nothing is written yet, so nothing is half done.
        complain(internal_error("fix", error).message)
        return INTERNAL
    for line in dict.fromkeys(line for one in fixed for line in one.complaints):
        complain(line)
    status = max([one.status for one in seen] + [one.status for one in fixed])
    for one in fixed:
        for changed in one.changed:
            status = max(status, put(changed, options))
    return status


def _seen(place: Place, options: argparse.Namespace) -> Looked:
    """Look at a file; if it is left alone, return why, and no findings."""
    looked = look_at(place, options)
    if obstacles := list(_obstacles(looked)):
        status, lines = max(told for told, _ in obstacles), tuple(line for _, line in obstacles)
        return Looked(place, status=status, complaints=lines)
    return light(looked)


def _batches(seen: Sequence[Looked]) -> list[list[Place]]:
    """Put the files to be mended together, so that each batch is worth a backend of its own."""
    batches: list[list[Place]] = []
    size = WORTH_A_WORKER
    for one in seen:
        # Standard input comes back in any case.
        is_answered = one.place is not None and one.place.path == STANDARD_INPUT
        if one.place is None or not (one.findings or (is_answered and not one.complaints)):
            continue
        if size >= WORTH_A_WORKER:
            batches.append([])
            size = 0
        batches[-1].append(one.place)
        size += len(one.findings)
    return batches


def _fixed(places: Sequence[Place], options: argparse.Namespace, jobs: int) -> _Fixed:
    """Mend files, and prove the fixes with so many jobs."""
    looked = [look_at(place, options) for place in places]
    files = [one.file for one in looked if one.file is not None]
    complaints = [line for one in looked for line in one.complaints]
    status = max(one.status for one in looked)
    if options.add_noqa:
        changed, broken = _silenced(files, options)
    else:
        outcomes, broken, notes, by = _outcomes(files, options, jobs)
        changed = [_changed(*outcome, options, by) for outcome in outcomes]
        complaints += notes
    if broken:
        status = INTERNAL
    complaints += [f"{finding.path}: {finding.message}; not fixed" for finding in broken]
    return _Fixed(tuple(changed), tuple(complaints), status)


def _silenced(
    files: Sequence[File], options: argparse.Namespace
) -> tuple[list[Changed], list[Finding]]:
    changed: list[Changed] = []
    broken: list[Finding] = []
    for file in files:
        try:
            changed.append(silenced(file, options))
        except Exception as error:
            broken.append(internal_error(file.shown_path, error))
    return changed, broken


def _obstacles(looked: Looked) -> Iterator[tuple[int, str]]:
    """Yield why a file that was read is left alone, each line with its exit status."""
    file = looked.file
    if file is None and looked.status == INTERNAL:
        for finding in looked.findings:
            yield INTERNAL, f"{finding.path}: {finding.message}; not fixed"
    elif file is not None and file.leads_out:
        for finding in looked.findings:
            yield FOUND, _not_fixed(finding, _LEADS_OUT)


def _not_fixed(finding: Finding, reason: str) -> str:
    return f"{place(finding)}: {finding.code} is not fixed: {reason}"


def _outcomes(
    files: Sequence[File], options: argparse.Namespace, jobs: int
) -> tuple[list[Outcome], list[Finding], list[str], str]:
    """Mend files; where a fix cannot be proven, mend its file anew without it.

    Returns:
        what became of files, the internal errors of those that cannot be mended (one file
        costs no other), why nothing was proven, and by which backend what can be is proven.
    """
    notes: list[str] = []
    by = ""
    unproven: dict[Finding, str] = {}
    choose = _choice(options, unproven)

    def obstacle(safe: bool) -> str | None:
        allowed = safe or options.unsafe
        return None if allowed else "the fix changes what the program computes: --unsafe"

    done: dict[str, Outcome] = {}
    broken: list[Finding] = []
    waiting = list(files)
    while waiting:
        for file in waiting:
            done.pop(file.path, None)
            try:
                source, look_again = opened(file)
                done[file.path] = file, mend(source, choose, look_again, obstacle)
            except Exception as error:
                broken.append(internal_error(file.shown_path, error))
        asked = [done[one.path] for one in waiting if one.path in done]
        missed, backend = _unproven(asked, options, jobs, notes)
        by = backend or by
        unproven |= missed
        paths = {finding.path for finding in missed}
        waiting = [file for file in waiting if file.shown_path in paths]
    return [done[file.path] for file in files if file.path in done], broken, notes, by


def _choice(options: argparse.Namespace, unproven: Mapping[Finding, str]) -> Choice:
    def choose(finding: Finding) -> Kind | NoFixError:
        if finding in unproven:
            return NoFixError(unproven[finding])
        if finding.code not in options.select:
            return NoFixError("it is not selected")
        if finding.code not in ORDER:
            return "rewrite"
        if options.unsafe:
            return "new-value"
        if options.safe_only:
            return "reorder"
        return NoFixError(_CHOOSE)

    return choose


def _unproven(
    outcomes: Sequence[Outcome], options: argparse.Namespace, jobs: int, notes: list[str]
) -> tuple[dict[Finding, str], str]:
    """Ask the backend about every fix for which there is a program to run.

    Returns:
        why findings are not to be fixed, and which backend says so; if nothing can be proven,
        a note says so.

    Raises:
        NoBackend: if proofs are demanded and there is nothing to make them with.
    """
    every = [step for _, chain in outcomes for step in chain.steps]
    steps = [step for step in every if is_provable(step.mended.finding)]
    if not steps or options.prove is False:
        return {}, ""
    try:
        asked = [step.mended for step in steps]
        given = proofs(asked, python=options.python, compilers=options.function, jobs=jobs)
    except NoBackend as error:
        if options.prove or options.python:
            raise
        notes.append(f"fix: without proof: {error}")
        return {}, ""
    missed = {
        step.origin: (_OPEN if proof.status == "open" else _FAILED).format(reason=proof.reason)
        for step, proof in zip(steps, given, strict=True)
        if proof.status != "proven"
    }
    return missed, given[0].by


def _made(chain: Chain, by: str) -> str:
    """Say how many findings are fixed, and what is proven of it."""
    proven = sum(is_provable(step.mended.finding) for step in chain.steps) if by else 0
    said = f"{len(chain.steps)} fixed"
    if not proven:
        return f"{said}, not proven"
    some = "" if proven == len(chain.steps) else f"{proven} of them "
    return f"{said}, {some}proven by {by}"


def _changed(file: File, chain: Chain, options: argparse.Namespace, by: str) -> Changed:
    def status(findings: Sequence[Finding]) -> int:
        return FOUND if any(one.code in options.select for one in findings) else NOTHING

    refused = [one for one in chain.refusals if one.finding.code in options.select]
    return changed_file(
        file,
        chain.first.parts,
        chain.last.parts,
        options,
        made=_made(chain, by) if chain.steps else "",
        complaints=[_not_fixed(file.shown(one.finding), one.reason) for one in refused],
        statuses=(status(chain.first.findings), status(chain.last.findings)),
    )
