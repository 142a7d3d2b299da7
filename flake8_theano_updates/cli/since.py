"""Which findings stand in lines that have changed since a revision of git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from flake8_theano_updates.model import Finding
from flake8_theano_updates.source.notebook import Notebook
from flake8_theano_updates.source.python3 import Unreadable
from flake8_theano_updates.source.reading import Code, module_of, read

# A line of a file: the cell of a notebook, or None, and its number there.
Place = tuple[int | None, int]


class NoRevisionError(Exception):
    """Git does not know the revision; the message says what was asked, and where."""


def base_of(revision: str, paths: Iterable[str]) -> str:
    """Return the commit at which what is there now has left a revision.

    Args:
        revision: as git takes it: a branch, a tag, ``HEAD~3``.
        paths: what is looked at; the first folder that is in a repository tells which.

    Raises:
        NoRevisionError: if there is no such revision, no repository, or no git.
    """
    folders = [path if os.path.isdir(path) else os.path.dirname(path) or "." for path in paths]
    for folder in (*folders, "."):
        commit = _git(
            folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^0"
        )
        if commit is not None:
            name = commit.decode().strip()
            # What others have done on that branch since is no change of this one.
            common = _git(folder, "merge-base", name, "HEAD")
            return name if common is None else common.decode().strip()
    raise NoRevisionError(f"git knows no revision {revision!r} here")


def changed(findings: Sequence[Finding], path: str, code: Code, base: str) -> list[Finding]:
    """Return the findings of which a line has changed: of the read, or of one of the pairs.

    A file that was not there, or is in no repository, is all changed.

    Args:
        findings: those of one file.
        path: the file.
        code: what it holds.
        base: a commit.
    """
    if not findings:
        return []
    before = _before(path, base)
    try:
        old = [] if before is None else [text for _, text in _lines(read(path, before))]
    except Unreadable:
        old = []
    now = list(_lines(code))
    matcher = SequenceMatcher(None, old, [text for _, text in now], autojunk=False)
    same = {
        now[place][0]
        for _, start, size in matcher.get_matching_blocks()
        for place in range(start, start + size)
    }
    return [one for one in findings if not same.issuperset(_about(one))]


def _about(finding: Finding) -> Iterator[Place]:
    for line in range(finding.line, finding.end_line + 1):
        yield finding.cell, line
    for cell, other in (
        (finding.registered_cell, finding.registered_line),
        (finding.update_cell, finding.update_line),
    ):
        if other is not None:
            yield cell, other


def _lines(code: Code) -> Iterator[tuple[Place, str]]:
    if isinstance(code, Notebook):
        for cell in code.cells:
            for number, text in enumerate(cell.source.split("\n"), 1):
                yield (cell.number, number), text
    else:
        for number, text in enumerate(module_of(code).lines, 1):
            yield (None, number), text.rstrip("\n")


def _before(path: str, base: str) -> bytes | None:
    """Return what a file held, under whatever name it had; None where it was not there."""
    folder, name = os.path.split(path)
    folder = folder or "."
    data = _git(folder, "cat-file", "blob", f"{base}:./{name}")
    if data is None and (earlier := _earlier_name(folder, name, base)) is not None:
        data = _git(folder, "cat-file", "blob", f"{base}:{earlier}")
    return data


def _earlier_name(folder: str, name: str, base: str) -> str | None:
    """Return the path from the repository's root that a file had, where git takes it for moved."""
    full = _git(folder, "ls-files", "--full-name", "-z", "--", f":(literal){name}")
    options = ("--no-ext-diff", "--no-textconv", "--find-renames", "--name-status", "-z")
    told = _git(folder, "diff", *options, "--diff-filter=R", base)
    if not full or not told:
        return None
    parts = os.fsdecode(told).split("\0")
    moved = dict(zip(parts[2::3], parts[1::3], strict=False))
    return moved.get(os.fsdecode(full).rstrip("\0"))


def _git(folder: str, *arguments: str) -> bytes | None:
    """Return what git prints, or None where it fails.

    Nothing that a repository configures is run.

    Raises:
        NoRevisionError: if there is no git.
    """
    command = ["git", "-C", folder, "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        raise NoRevisionError("there is no program git") from None
    return done.stdout if done.returncode == 0 else None
