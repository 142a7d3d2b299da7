"""A file that was looked at, opened for its mending."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_theano_updates.cli.looking import File
from flake8_theano_updates.fixes.offered import Look, Source, source_of
from flake8_theano_updates.source.reading import read_anew


def opened(file: File) -> tuple[Source, Look]:
    """Return the file as it is, and what looks at it after its parts have changed."""

    def look(parts: Sequence[str]) -> Source:
        code = read_anew(file.code, parts)
        return source_of(code, file.finds(code))

    return source_of(file.code, file.found), look
