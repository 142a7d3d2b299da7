"""The command line's ``fix``: show or write what mends the findings of files."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Mapping, Sequence

from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.files import STANDARD_INPUT
from flake8_theano_updates.cli.looking import File, Looked, look
from flake8_theano_updates.cli.statuses import FOUND, INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.cli.write import CannotWriteError, encoded, replace_file
from flake8_theano_updates.fixes.mend import Chain, Choice, mend
from flake8_theano_updates.fixes.offered import Kind, Source
from flake8_theano_updates.fixes.prove import NoBackend, is_provable, proofs
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.fixes.text import Text
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding
from flake8_theano_updates.report import terminal
from flake8_theano_updates.report.text import place, printable
from flake8_theano_updates.rules import ORDER

_CHOOSE = (
    "it takes a choice: --unsafe uses the new value, --safe-only keeps the numbers and shows "
    "that the old one is read"
)
_OPEN = "its fix cannot be proven (--no-prove makes it all the same): {reason}"
_FAILED = "the fix fails its proof: {reason}"

# What became of a file.
Outcome = tuple[File, Chain]


def run(options: argparse.Namespace) -> int:
    """Fix the findings; return the exit status of ``check`` on what is there afterwards."""
    status = NOTHING
    files: list[File] = []
    try:
        for looked in look(options.paths, options):
            obstacles = list(_obstacles(looked))
            status = max([status, looked.status, *(told for told, _ in obstacles)])
            for _, line in obstacles:
                complain(line)
            if looked.file is not None and not obstacles:
                files.append(looked.file)
        outcomes, broken = _outcomes(files, options)
    except NoBackend as error:
        complain(f"fix: nothing can be proven: {error}")
        return UNUSABLE
    except Exception as error:
        # Nothing is written yet, so nothing is half done.
        complain(internal_error("fix", error).message)
        return INTERNAL
    for finding in broken:
        complain(f"{finding.path}: {finding.message}; not fixed")
        status = INTERNAL
    for outcome in outcomes:
        status = max(status, _report(*outcome, options))
    return status


def _obstacles(looked: Looked) -> Iterator[tuple[int, str]]:
    """Yield why a file that was read is left alone, each line with its exit status.

    A notebook or a file of Python 2 is refused where it is named. Where it only lies in a
    folder, each of its findings is, as ``check`` counts it.
    """
    file = looked.file
    if file is None:
        for finding in looked.findings:
            yield INTERNAL, f"{finding.path}: {finding.message}; not fixed"
    elif file.notebook or file.parsed.python == 2:
        kind = "notebooks" if file.notebook else "files of Python 2"
        shown = file.parsed.path
        if file.is_named:
            yield UNUSABLE, f"{shown}: {kind} are not fixed; nothing is changed"
        else:
            for finding in looked.findings:
                yield FOUND, _not_fixed(finding, f"{kind} are not fixed")


def _not_fixed(finding: Finding, reason: str) -> str:
    return f"{place(finding)}: {finding.code} is not fixed: {reason}"


def _outcomes(
    files: Sequence[File], options: argparse.Namespace
) -> tuple[list[Outcome], list[Finding]]:
    """Mend files; where a fix cannot be proven, mend its file anew without it.

    Returns:
        what became of files, and the internal errors of those that cannot be mended: one
        file costs no other.
    """
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
            source = Source(Text(file.parsed.lines), file.parsed.tree, file.found)
            done.pop(file.path, None)
            try:
                done[file.path] = file, mend(source, choose, file.look, obstacle)
            except Exception as error:
                broken.append(internal_error(file.parsed.path, error))
        missed = _unproven([done[one.path] for one in waiting if one.path in done], options)
        unproven |= missed
        paths = {finding.path for finding in missed}
        waiting = [file for file in waiting if file.parsed.path in paths]
    return list(done.values()), broken


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


def _unproven(outcomes: Sequence[Outcome], options: argparse.Namespace) -> dict[Finding, str]:
    """Ask the backend about every fix for which there is a program to run.

    Returns:
        why findings are not to be fixed.

    Raises:
        NoBackend: if proofs are demanded and there is nothing to make them with.
    """
    every = [step for _, chain in outcomes for step in chain.steps]
    steps = [step for step in every if is_provable(step.mended.finding)]
    if not steps or options.prove is False:
        return {}
    try:
        asked = [step.mended for step in steps]
        given = proofs(asked, python=options.python, compilers=options.function)
    except NoBackend as error:
        if options.prove or options.python:
            raise
        complain(f"fix: without proof: {error}")
        return {}
    return {
        step.origin: (_OPEN if proof.status == "open" else _FAILED).format(reason=proof.reason)
        for step, proof in zip(steps, given, strict=True)
        if proof.status != "proven"
    }


def _report(file: File, chain: Chain, options: argparse.Namespace) -> int:
    for refusal in chain.refusals:
        if refusal.finding.code in options.select:
            complain(_not_fixed(refusal.finding, refusal.reason))
    before, after = chain.first, chain.last
    if options.write:
        try:
            _write(file, before.text.whole, after.text.whole)
        except CannotWriteError as error:
            complain(f"{file.parsed.path}: not written: {error}")
            return UNUSABLE
        if chain.steps and file.path != STANDARD_INPUT:
            complain(f"{file.parsed.path}: {len(chain.steps)} fixed")
    else:
        lines = _diff(printable(file.parsed.path), before.text.lines, after.text.lines)
        terminal.diff(terminal.console_for(sys.stdout), lines)
    there = (after if options.write else before).findings
    return FOUND if any(finding.code in options.select for finding in there) else NOTHING


def _write(file: File, before: str, after: str) -> None:
    changed = after != before
    data = encoded(file.data, after) if changed else file.data
    if file.path == STANDARD_INPUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    elif changed:
        replace_file(file.path, file.data, data)


def _diff(path: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
