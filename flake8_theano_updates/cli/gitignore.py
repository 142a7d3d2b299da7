"""What git ignores, by the ``.gitignore`` files in and above a folder.

pathspec knows git's patterns. git itself is not asked: a repository's own configuration may name
programs for it to start (``core.fsmonitor``), and to check files starts none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec.pattern import RegexPattern

_FILE = ".gitignore"


@dataclass(frozen=True)
class GitIgnore:
    """The patterns that speak of what is in a folder, with the folder of their file.

    Those that decide come first: of the nearest file the last one.
    """

    files: tuple[tuple[str, tuple[RegexPattern, ...]], ...] = ()

    def inside(self, folder: str) -> GitIgnore:
        """Return what holds in a folder of this one.

        Args:
            folder: its absolute path.
        """
        # A repository within another one is its own.
        outer = () if os.path.lexists(os.path.join(folder, ".git")) else self.files
        own = _read(os.path.join(folder, _FILE))
        return GitIgnore(((folder, own), *outer) if own else outer)

    def ignores(self, path: str, is_folder: bool) -> bool:
        """Is a file or folder, of a folder that is not ignored itself, ignored?

        Args:
            path: its absolute path.
            is_folder: whether it is a folder; some patterns mean only these.
        """
        for folder, patterns in self.files:
            inner = os.path.relpath(path, folder).replace(os.sep, "/") + "/" * is_folder
            for pattern in patterns:
                if _means(pattern, inner):
                    return bool(pattern.include)
        return False


def around(folder: str) -> GitIgnore:
    """Return what holds in a folder, by the files above it in its repository and its own.

    A folder that is ignored and asked about all the same is not ignored any more, nor what is in
    it by those above.

    Args:
        folder: its absolute path.
    """
    found = GitIgnore()
    for here in reversed(list(_up(folder))):
        if here == folder and found.ignores(here, is_folder=True):
            found = GitIgnore()
        found = found.inside(here)
    return found


def _up(folder: str) -> Iterator[str]:
    """Yield a folder and those above it in its repository; outside of one the folder alone."""
    above = [Path(folder), *Path(folder).parents]
    top = next((n for n, here in enumerate(above) if os.path.lexists(here / ".git")), 0)
    yield from map(str, above[: top + 1])


def _read(path: str) -> tuple[RegexPattern, ...]:
    """Return the patterns of a file, the last one, which decides, first."""
    # git follows no link here either; a pipe would keep a reader waiting.
    if os.path.islink(path) or not os.path.isfile(path):
        return ()
    try:
        data = Path(path).read_bytes()
    except OSError:
        return ()  # as git does
    text = os.fsdecode(data.removeprefix(b"\xef\xbb\xbf"))
    found: list[RegexPattern] = []
    for line in reversed(text.split("\n")):
        found += _patterns(line.rstrip("\r"))
    return tuple(found)


def _patterns(line: str) -> Iterator[RegexPattern]:
    """Yield what a line holds: a pattern, or nothing."""
    # Imported here: many folders have no such file.
    from pathspec import GitIgnoreSpec

    # For pathspec, a/** is also the folder a/ itself; for git it is what is in there.
    with suppress(ValueError):  # what is no pattern is passed over, as by git
        spec = GitIgnoreSpec.from_lines([re.sub(r"/\*\*\s*$", "/**/*", line)])
        yield from (one for one in spec.patterns if one.include is not None)


def _means(pattern: RegexPattern, path: str) -> bool:
    """Does a pattern mean a path itself? pathspec also says so of what is in a folder it means.

    The one group of its regular expressions is the slash that ends the folder.
    """
    found = pattern.match_file(path)
    match = None if found is None else found.match
    return match is not None and (match.lastindex is None or match.end(1) == len(path))
