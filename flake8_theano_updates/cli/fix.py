"""The command line's ``fix``: show or write what mends the findings of files."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Mapping, Sequence

from flake8_theano_updates.cli.cell_texts import with_cells
from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.files import STANDARD_INPUT
from flake8_theano_updates.cli.looking import File, look
from flake8_theano_updates.cli.opened import opened
from flake8_theano_updates.cli.statuses import FOUND, INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.cli.write import CannotWriteError, encoded, replace_file
from flake8_theano_updates.fixes.mend import Chain, Choice, mend
from flake8_theano_updates.fixes.offered import Kind
from flake8_theano_updates.fixes.prove import NoBackend, is_provable, proofs
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.fixes.text import split
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding
from flake8_theano_updates.report import terminal
from flake8_theano_updates.report.text import place
from flake8_theano_updates.rules import ORDER
from flake8_theano_updates.source.notebook import Notebook
from flake8_theano_updates.values import printable

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
    broken: list[Finding] = []
    try:
        for looked in look(options.paths, options):
            status = max(status, looked.status)
            if looked.file is not None:
                files.append(looked.file)
            broken += looked.findings if looked.status == INTERNAL else ()
        outcomes, untouched = _outcomes(files, options)
    except NoBackend as error:
        complain(f"fix: nothing can be proven: {error}")
        return UNUSABLE
    except Exception as error:
        # Nothing is written yet, so nothing is half done.
        complain(internal_error("fix", error).message)
        return INTERNAL
    for finding in [*broken, *untouched]:
        complain(f"{finding.path}: {finding.message}; not fixed")
        status = INTERNAL
    for outcome in outcomes:
        status = max(status, _report(*outcome, options))
    return status


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
            done.pop(file.path, None)
            try:
                source, look_again = opened(file)
                done[file.path] = file, mend(source, choose, look_again, obstacle)
            except Exception as error:
                broken.append(internal_error(file.shown_path, error))
        missed = _unproven([done[one.path] for one in waiting if one.path in done], options)
        unproven |= missed
        paths = {finding.path for finding in missed}
        waiting = [file for file in waiting if file.shown_path in paths]
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
            complain(_not_fixed(file.shown(refusal.finding), refusal.reason))
    before, after = chain.first, chain.last
    if options.write:
        try:
            _write(file, before.parts, after.parts)
        except CannotWriteError as error:
            complain(f"{file.shown_path}: not written: {error}")
            return UNUSABLE
        if chain.steps and file.path != STANDARD_INPUT:
            complain(f"{file.shown_path}: {len(chain.steps)} fixed")
    else:
        terminal.diff(terminal.console_for(sys.stdout), _diff(file, before.parts, after.parts))
    there = (after if options.write else before).findings
    return FOUND if any(finding.code in options.select for finding in there) else NOTHING


def _write(file: File, before: Sequence[str], after: Sequence[str]) -> None:
    data = file.data
    if after != before:
        if isinstance(file.code, Notebook):
            data = with_cells(data, file.code, after)
        else:
            data = encoded(data, "".join(after))
    if file.path == STANDARD_INPUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    elif data != file.data:
        replace_file(file.path, file.data, data)


def _diff(file: File, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a diff, for each cell of a notebook by itself."""
    path = printable(file.shown_path)
    names = [path]
    if isinstance(file.code, Notebook):
        names = [f"{path}:cell {cell.number}" for cell in file.code.cells]
    for name, old, new in zip(names, before, after, strict=True):
        for line in difflib.unified_diff(split(old), split(new), f"a/{name}", f"b/{name}"):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
