"""Which files the command line looks at."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

STANDARD_INPUT = "-"

_PYTHON = (".py", ".ipynb")
# Descriptors that are open already: standard input, and a shell's <(...).
_OPEN = re.compile(r"/dev/(stdin|fd/\d+)|/proc/(self|\d+)/fd/\d+")
_ENDLESS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})


class NoInput(Exception):
    """A path that leads to no Python file; the message says why."""


def python_files(path: str) -> Iterator[str]:
    """Yield the files that a path stands for: itself, or the ``*.py`` and ``*.ipynb`` files below.

    A file that is named is taken whatever it is called, and so is ``-``, standard input, and
    what is open already (``/dev/stdin``, ``<(...)`` in a shell). Named pipes, sockets and
    devices are not: they may keep a reader waiting, or never end.
    Hidden folders (``.git``, ``.venv``), ``__pycache__`` and ``node_modules`` are not entered.

    Raises:
        NoInput: if the path does not exist, is no file, or is a folder without Python files;
            after the last file, if a folder in it cannot be read.
    """
    if path != STANDARD_INPUT and os.path.isdir(path):
        errors: list[OSError] = []
        found = sorted(_below(path, errors))
        yield from found
        for error in errors:
            raise NoInput(f"{error.filename}: {error.strerror}")
        if not found:
            raise NoInput(f"{path}: no Python files in this folder")
    elif path == STANDARD_INPUT or _OPEN.fullmatch(path):
        yield path
    elif (kind := _endless(path)) is not None:
        raise NoInput(f"{path}: {kind}, not a file (- reads standard input)")
    elif os.path.exists(path):
        yield path
    else:
        raise NoInput(f"{path}: no such file or folder")


def read_file(path: str) -> bytes:
    """Read a file, or standard input where the path is ``-``.

    Raises:
        OSError: if it cannot be read.
    """
    if path != STANDARD_INPUT:
        return Path(path).read_bytes()
    if sys.stdin is None:
        raise OSError("it is closed")
    return sys.stdin.buffer.read()


def _below(folder: str, errors: list[OSError]) -> Iterator[str]:
    for here, folders, files in os.walk(folder, onerror=errors.append):
        entered = (name for name in folders if not name.startswith("."))
        folders[:] = [name for name in entered if name not in _SKIPPED_FOLDERS]
        paths = (os.path.join(here, name) for name in files if name.endswith(_PYTHON))
        yield from (path for path in paths if _endless(path) is None)


def _endless(path: str) -> str | None:
    """Return what a path is, if it may keep a reader waiting, or None for anything else."""
    try:
        return _ENDLESS.get(stat.S_IFMT(os.stat(path).st_mode))
    except OSError:
        return None
