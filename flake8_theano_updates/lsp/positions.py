"""Places as the language server protocol counts them: from 0, in UTF-16.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#position
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flake8_theano_updates.model import Edit, Finding

Object = dict[str, Any]


def lines_of(text: str) -> tuple[str, ...]:
    r"""Return the lines of a text as the protocol counts them, each with ``\n`` as its end."""
    return tuple(io.StringIO(text, newline=None))


def position(lines: Sequence[str], line: int, column: int) -> Object:
    """Return a place, given by a line and a column of characters, both from 1."""
    before = lines[line - 1][: column - 1] if line <= len(lines) else ""
    if before.endswith("\n"):
        return {"line": line, "character": 0}
    return {"line": line - 1, "character": len(before.encode("utf-16-le", "surrogatepass")) // 2}


def stretch(lines: Sequence[str], about: Finding | Edit) -> Object:
    """Return the range of a finding or an edit."""
    return {
        "start": position(lines, about.line, about.column),
        "end": position(lines, about.end_line, about.end_column),
    }


def line_range(lines: Sequence[str], line: int) -> Object:
    """Return the range of the code of one line, from 1."""
    text = lines[line - 1].rstrip() if line <= len(lines) else ""
    start = len(text) - len(text.lstrip())
    return {"start": position(lines, line, start + 1), "end": position(lines, line, len(text) + 1)}


def touches(one: Object, other: Object) -> bool:
    """Have two ranges a place in common, if only an end?"""
    return _key(one["start"]) <= _key(other["end"]) and _key(other["start"]) <= _key(one["end"])


def moved(place: Object, lines: int) -> Object:
    """Return a range so many lines further down."""
    return {key: {**end, "line": end["line"] + lines} for key, end in place.items()}


def _key(place: Object) -> tuple[int, int]:
    return place["line"], place["character"]
