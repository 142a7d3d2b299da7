"""Which files the command line looks at."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from flake8_theano_updates.cli.excluding import Excluding
from flake8_theano_updates.cli.gitignore import GitIgnore, around

STANDARD_INPUT = "-"

_PYTHON = (".py", ".ipynb")
# Descriptors that are open already: standard input, and a shell's <(...).
_OPEN = re.compile(r"/dev/(stdin|fd/\d+)|/proc/(self|\d+)/fd/\d+")
# What may keep a reader waiting, or never ends.
_ENDLESS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_MISSING = "no such file or folder"
_LEADS_NOWHERE = "a link that leads nowhere"


@dataclass(frozen=True)
class Place:
    """Where one file is.

    Args:
        path: its path, or one of its paths where links lead to it.
        is_named: whether the user named it, rather than a folder that it is in.
        leads_out: whether it is a link, in a folder that is given, to what is not in there.
        data: what was read of it, or why it cannot be, where that is to be done once only.
    """

    path: str
    is_named: bool
    leads_out: bool = False
    data: bytes | OSError | None = None

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """The lowest is the path to take of several of one file."""
        return self.leads_out, not self.is_named, os.path.islink(self.path)

    def read(self) -> bytes:
        """Return what is in it.

        Raises:
            OSError: if it cannot be read.
        """
        if isinstance(self.data, OSError):
            raise self.data
        return Path(self.path).read_bytes() if self.data is None else self.data

    def with_data(self) -> Place:
        """Return the same place with what is in it, for a machine that does not have it."""
        try:
            return replace(self, data=self.read())
        except OSError as error:
            return replace(self, data=error)


def reached(
    paths: Iterable[str], stdin_name: str, excluded: Excluding
) -> tuple[list[Place], list[str]]:
    """Find the files that paths stand for: themselves, and ``*.py`` and ``*.ipynb`` in folders.

    A file that is named is taken whatever it is called, and so is ``-``, standard input, and
    what is open already (``/dev/stdin``, ``<(...)`` in a shell). Named pipes, sockets and devices
    are passed over in folders, and so are what git ignores and what is excluded. Hidden folders
    (``.git``, ``.venv``), virtual environments and folders that are links are not entered, unless
    they are named. Whatever links lead to it, a file is taken once: by the path that is named,
    else by its own.

    Args:
        paths: what the user gave.
        stdin_name: what standard input is called.
        excluded: what is passed over.

    Returns:
        the files, and what is to be said of paths that lead to none.
    """
    found: dict[str, Place] = {}
    complaints: list[str] = []
    for given in paths:
        is_stdin = given == STANDARD_INPUT
        if not is_stdin and os.path.isdir(given):
            places = _in_folder(given, excluded, complaints)
        elif not is_stdin and excluded.passes_named(given):
            continue
        else:
            places = _named(given, stdin_name if is_stdin else given, complaints)
        for place in places:
            real = given if is_stdin else os.path.realpath(place.path)
            if real not in found or place.rank < found[real].rank:
                found.pop(real, None)
                found[real] = place
    return list(found.values()), complaints


def _named(path: str, shown: str, complaints: list[str]) -> Iterator[Place]:
    if path == STANDARD_INPUT or _OPEN.fullmatch(path):
        try:
            yield Place(path, is_named=True, data=_read_once(path))
        except OSError as error:
            complaints.append(f"{shown}: {error.strerror or error}")
    elif not os.path.exists(path):
        complaints.append(f"{path}: {_LEADS_NOWHERE if os.path.islink(path) else _MISSING}")
    elif (kind := _endless(path)) is not None:
        complaints.append(f"{path}: {kind}, not a file (- reads standard input)")
    else:
        yield Place(path, is_named=True)


def _in_folder(folder: str, excluded: Excluding, complaints: list[str]) -> Iterator[Place]:
    search = _Search(folder, excluded)
    inside = os.path.join(os.path.realpath(folder), "")
    found = sorted(search.files())
    for path in found:
        if why := _unreadable(path):
            complaints.append(f"{path}: {why}")
        else:
            leads_out = not os.path.realpath(path).startswith(inside)
            yield Place(path, is_named=False, leads_out=leads_out)
    complaints += [f"{error.filename}: {error.strerror}" for error in search.errors]
    if not found and not search.errors:
        others = ", but for what is excluded or ignored" if search.has_passed else ""
        complaints.append(f"{folder}: no Python files in this folder{others}")


def _unreadable(path: str) -> str | None:
    """Say why what lies in a folder cannot be read."""
    try:
        os.stat(path)
    except OSError as error:
        return _LEADS_NOWHERE if os.path.islink(path) else error.strerror or str(error)
    return None


class _Search:
    """The search of one folder, which says what it could not read and whether it passed over."""

    def __init__(self, folder: str, excluded: Excluding) -> None:
        self.errors: list[OSError] = []
        self.has_passed = False
        self._folder = folder
        self._excluded = excluded

    def files(self) -> Iterator[str]:
        ignored = {self._folder: around(os.path.abspath(self._folder))}
        for here, folders, files in os.walk(self._folder, onerror=self.errors.append):
            rules = ignored.pop(here)
            entered = [name for name in folders if self._enters(os.path.join(here, name), rules)]
            folders[:] = entered
            for name in entered:
                path = os.path.join(here, name)
                ignored[path] = rules.inside(os.path.abspath(path))
            paths = (os.path.join(here, name) for name in files if name.endswith(_PYTHON))
            yield from (path for path in paths if self._takes(path, rules))

    def _enters(self, path: str, rules: GitIgnore) -> bool:
        passed = self._excluded.passes_folder(path) or (
            rules.ignores(os.path.abspath(path), is_folder=True)
        )
        self.has_passed |= passed
        return not passed

    def _takes(self, path: str, rules: GitIgnore) -> bool:
        passed = self._excluded.passes_file(path) or (
            rules.ignores(os.path.abspath(path), is_folder=False)
        )
        self.has_passed |= passed
        return not passed and _endless(path) is None


def _endless(path: str) -> str | None:
    """Return what a path is, if it may keep a reader waiting, or None for anything else."""
    try:
        return _ENDLESS.get(stat.S_IFMT(os.stat(path).st_mode))
    except OSError:
        return None


def _read_once(path: str) -> bytes:
    if path != STANDARD_INPUT:
        return Path(path).read_bytes()
    if sys.stdin is None:
        raise OSError("it is closed")
    return sys.stdin.buffer.read()
