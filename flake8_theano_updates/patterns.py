"""Patterns of files, as flake8 and ruff read them: names, or paths where they hold a slash."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch

from flake8_theano_updates.options import BadOption


def anchored(patterns: Iterable[str], folder: str) -> tuple[str, ...]:
    """Return patterns of paths as absolute ones, from a folder; those of names stay.

    Raises:
        BadOption: if a pattern is empty, which would be the folder itself.
    """
    bare = [pattern.strip().rstrip("/") for pattern in patterns]
    if not all(bare):
        raise BadOption("an empty pattern means no file")
    return tuple(os.path.abspath(os.path.join(folder, one)) if "/" in one else one for one in bare)


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Does one of the anchored patterns mean this file or folder itself?

    A star stands for slashes too, and ``**/`` also for no folder at all.
    """
    absolute = os.path.abspath(path)
    name = os.path.basename(absolute)
    return any(
        fnmatch(absolute, one) or fnmatch(absolute, one.replace("**/", ""))
        if os.path.isabs(one)
        else fnmatch(name, one)
        for one in patterns
    )


def flake8_matches(path: str, pattern: str) -> bool:
    """Does an anchored pattern mean this file in flake8's ``per-file-ignores``?

    There a pattern of a name is one of the whole path too: ``*tests*``.
    """
    names = os.path.basename(path), os.path.abspath(path)
    return any(fnmatch(name, pattern) for name in names)


def excludes(path: str, patterns: Sequence[str], folder: str) -> bool:
    """Does one of the anchored patterns mean this file, or a folder that it is in below another?

    Args:
        path: the file.
        patterns: what is left out.
        folder: the one below which folders count.
    """
    here, inside = os.path.abspath(path), os.path.join(os.path.abspath(folder), "")
    while not matches(here, patterns):
        here = os.path.dirname(here)
        if not here.startswith(inside):
            return False
    return True
