"""A file before and after its changes: shown as a diff, or written."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_theano_updates.cli.cell_texts import with_cells
from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.files import STANDARD_INPUT
from flake8_theano_updates.cli.looking import File
from flake8_theano_updates.cli.statuses import UNUSABLE
from flake8_theano_updates.cli.write import CannotWriteError, encoded, replace_file
from flake8_theano_updates.fixes.text import split
from flake8_theano_updates.report import terminal
from flake8_theano_updates.source.notebook import Notebook
from flake8_theano_updates.values import printable


@dataclass(frozen=True)
class Changed:
    """What is to be shown or written of one file.

    Args:
        path: where it is.
        shown: what it is called.
        before: its bytes.
        after: those to write.
        refused: why they cannot be written.
        diff: the lines to show instead.
        made: what was done, in words.
        complaints: what was not done, and why.
        statuses: the exit statuses that the file calls for before and after.
    """

    path: str
    shown: str
    before: bytes
    after: bytes
    refused: str | None
    diff: tuple[str, ...]
    made: str
    complaints: tuple[str, ...]
    statuses: tuple[int, int]


def changed_file(
    file: File,
    before: Sequence[str],
    after: Sequence[str],
    options: argparse.Namespace,
    *,
    made: str,
    complaints: Sequence[str],
    statuses: tuple[int, int],
) -> Changed:
    """Return what is to be shown, or written, of a file.

    Args:
        file: as it is.
        before: its text, or that of each cell of a notebook, and
        after: the same after the changes.
        options: those of the command line.
        made: as in `Changed`, and so are the others.
    """
    data, refused = file.data, None
    diff: tuple[str, ...] = ()
    if not options.write:
        diff = tuple(_diff(file, before, after))
    elif before != after:
        try:
            data = _data(file, after)
        except CannotWriteError as error:
            refused = str(error)
    return Changed(
        file.path,
        file.shown_path,
        file.data,
        data,
        refused,
        diff,
        made,
        tuple(complaints),
        statuses,
    )


def put(changed: Changed, options: argparse.Namespace) -> int:
    """Show or write the changes; return the exit status that the file calls for then."""
    for line in changed.complaints:
        complain(line)
    before, after = changed.statuses
    if not options.write:
        terminal.diff(terminal.console_for(sys.stdout), changed.diff)
        return before
    try:
        _write(changed)
    except CannotWriteError as error:
        complain(f"{changed.shown}: not written: {error}")
        return UNUSABLE
    if changed.made and changed.path != STANDARD_INPUT:
        complain(f"{changed.shown}: {changed.made}")
    return after


def _write(changed: Changed) -> None:
    if changed.refused is not None:
        raise CannotWriteError(changed.refused)
    if changed.path == STANDARD_INPUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(changed.after)
    elif changed.after != changed.before:
        replace_file(changed.path, changed.before, changed.after)


def _data(file: File, parts: Sequence[str]) -> bytes:
    if isinstance(file.code, Notebook):
        return with_cells(file.data, file.code, parts)
    return encoded(file.data, "".join(parts))


def _diff(file: File, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a diff, for each cell of a notebook by itself."""
    path = printable(file.shown_path)
    names = [path]
    if isinstance(file.code, Notebook):
        names = [f"{path}:cell {cell.number}" for cell in file.code.cells]
    for name, old, new in zip(names, before, after, strict=True):
        for line in difflib.unified_diff(split(old), split(new), f"a/{name}", f"b/{name}"):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
