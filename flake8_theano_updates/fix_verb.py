"""The command line's ``fix``: show or write what mends the findings of files."""

from __future__ import annotations

import argparse
import ast
import difflib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from flake8_theano_updates.files import STANDARD_INPUT, NoInput, python_files
from flake8_theano_updates.findings import check
from flake8_theano_updates.fixes.mend import Chain, Choice, Refusal, mend
from flake8_theano_updates.fixes.offered import Kind, Look, Mended, Source, source_of
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding
from flake8_theano_updates.noqa import not_silenced
from flake8_theano_updates.rules import ORDER
from flake8_theano_updates.source.python3 import Unreadable, parse
from flake8_theano_updates.statuses import FOUND, INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.write import CannotWriteError, encoded, replace_file

_CHOOSE = (
    "it takes a choice: --unsafe uses the new value, --safe-only keeps the numbers and shows "
    "that the old one is read"
)


@dataclass(frozen=True)
class _File:
    """One file that was read."""

    path: str
    shown: str
    data: bytes
    source: Source
    look: Look


@dataclass(frozen=True)
class _Outcome:
    """What became of a file: its fixes, and the proof of each that has one."""

    file: _File
    chain: Chain
    open: tuple[Refusal, ...] = ()


Complain = Callable[[str], None]


def run(options: argparse.Namespace, complain: Complain) -> int:
    """Fix the findings of the given paths.

    Args:
        options: of the verb, as ``arguments`` reads them.
        complain: takes one line for standard error.

    Returns:
        the exit status: that of ``check`` on what is there afterwards.
    """
    possible = find_spec("theano") is not None
    if options.prove and not possible:
        complain("fix: --prove needs Theano in this environment")
        return UNUSABLE
    prove = possible if options.prove is None else options.prove
    status = NOTHING
    files: list[_File] = []
    try:
        for one in _read_all(options):
            if isinstance(one, _File):
                files.append(one)
            else:
                status = UNUSABLE
                complain(one)
        outcomes = _outcomes(files, options, prove)
    except Exception as error:
        # Nothing is written yet, so nothing is half done.
        complain(internal_error("fix", error).message)
        return INTERNAL
    for outcome in outcomes:
        status = max(status, _report(outcome, options, complain))
    return status


def _read_all(options: argparse.Namespace) -> Iterator[_File | str]:
    seen: set[str] = set()
    for given in options.paths:
        try:
            for path in python_files(given):
                if path not in seen:
                    seen.add(path)
                    yield _read(path, options)
        except NoInput as error:
            yield str(error)


def _read(path: str, options: argparse.Namespace) -> _File | str:
    shown = options.stdin_display_name if path == STANDARD_INPUT else path
    if path.endswith(".ipynb"):
        return f"{shown}: notebooks are not fixed"
    try:
        data = sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes()
        parsed = parse(shown, data)
    except Unreadable as error:
        return f"{error}; not fixed"
    except OSError as error:
        return f"{shown}: {error.strerror or error}"

    def look(tree: ast.Module, lines: Sequence[str]) -> list[Finding]:
        found = check(tree, lines, shown, enable=options.enable, compilers=options.function)
        return not_silenced(found, shown, lines)

    return _File(path, shown, data, source_of(parsed.tree, parsed.lines, look), look)


def _outcomes(files: Sequence[_File], options: argparse.Namespace, prove: bool) -> list[_Outcome]:
    choose = _choice(options)

    def accepted(step: Mended) -> bool:
        return step.fix.safe or bool(options.unsafe)

    left: dict[str, list[Refusal]] = {file.path: [] for file in files}
    while True:
        outcomes = []
        for file in files:
            skipped = [refusal.finding for refusal in left[file.path]]
            chain = mend(file.source, choose, file.look, skipped, accepted)
            refused = (*chain.refusals, *left[file.path])
            outcomes.append(_Outcome(file, Chain(chain.steps, refused, chain.last)))
        if not prove:
            return outcomes
        outcomes, failed = _proven(outcomes)
        if not failed:
            return outcomes
        for path, refusal in failed:
            left[path].append(refusal)


def _choice(options: argparse.Namespace) -> Choice:
    def choose(finding: Finding) -> Kind | NoFixError:
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


def _proven(
    outcomes: Iterable[_Outcome],
) -> tuple[list[_Outcome], list[tuple[str, Refusal]]]:
    """Ask the backend about every fix of an order finding; return the fixes that fail too."""
    # Imported here: only a proof needs the runtime.
    from flake8_theano_updates.fixes.prove import proofs

    asked = [
        (outcome.file.path, step)
        for outcome in outcomes
        for step in outcome.chain.steps
        if step.origin.code in ORDER
    ]
    given = proofs([(step.source, step.mended) for _, step in asked]) if asked else []
    failed = []
    opened: dict[str, list[Refusal]] = {}
    for (path, step), proof in zip(asked, given, strict=True):
        if proof.status == "failed":
            missed = f"the fix fails its proof: {proof.reason}"
            failed.append((path, Refusal(step.origin, missed)))
        elif proof.status == "open":
            opened.setdefault(path, []).append(Refusal(step.origin, proof.reason))
    return [
        _Outcome(outcome.file, outcome.chain, tuple(opened.get(outcome.file.path, ())))
        for outcome in outcomes
    ], failed


def _report(outcome: _Outcome, options: argparse.Namespace, complain: Complain) -> int:
    file, chain = outcome.file, outcome.chain
    for refusal in chain.refusals:
        if refusal.finding.code in options.select:
            complain(f"{_place(refusal)} is not fixed: {refusal.reason}")
    for refusal in outcome.open:
        complain(f"{_place(refusal)} is fixed without proof: {refusal.reason}")
    before, after = file.source, chain.last
    found = before
    if options.write:
        found = after
        try:
            _write(file, after.text.whole)
        except CannotWriteError as error:
            complain(str(error))
            return UNUSABLE
        if chain.steps and file.path != STANDARD_INPUT:
            complain(f"{file.shown}: {len(chain.steps)} fixed")
    else:
        sys.stdout.writelines(_diff(file.shown, before.text.lines, after.text.lines))
    selected = [finding for finding in found.findings if finding.code in options.select]
    return FOUND if selected else NOTHING


def _place(refusal: Refusal) -> str:
    finding = refusal.finding
    return f"{finding.path}:{finding.line}:{finding.column}: {finding.code}"


def _write(file: _File, after: str) -> None:
    changed = after != file.source.text.whole
    data = encoded(file.data, after) if changed else file.data
    if file.path == STANDARD_INPUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    elif changed:
        replace_file(file.path, file.data, data)


def _diff(path: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
