"""Keep the lines that a fix writes or lengthens as short as the file keeps its own."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from flake8_theano_updates.fixes.text import (
    Replacement,
    Text,
    edited,
    moved,
    ordered,
    split,
    with_change,
)
from flake8_theano_updates.fixes.wrapping import Style, wrapped

# PEP 8.
SHORTEST = 79

_COMMENT = re.compile(r"(?:^|\s)\s*#")
_LONG_TEXT = re.compile(r"\"\"\"|'''|\\\n")
_OPENED = re.compile(r"[(\[{]\s*$")
# A comment that speaks to a tool about its own line.
_DIRECTIVE = re.compile(r"#\s*(?:noqa|type:|pragma|pylint:|fmt:|isort:|yapf:|nosec)", re.IGNORECASE)


def longest(lines: Iterable[str]) -> int:
    """Return how long the lines of a file may be: as its longest one, or as PEP 8 says.

    Comments do not count, nor do lines that hold an address or were let pass by a tool.
    """
    return max([SHORTEST, *(_length(line) for line in lines if _counts(line))])


def _counts(line: str) -> bool:
    return len(line) > SHORTEST and "://" not in line and not is_directed(line)


def _length(line: str) -> int:
    return len(_COMMENT.split(line, maxsplit=1)[0].rstrip())


def is_directed(line: str) -> bool:
    """Does a comment tell a tool what to make of this very line?"""
    return _DIRECTIVE.search(line) is not None


def has_room(length: int, lines: Iterable[str]) -> bool:
    """May a line of this length stand among these?"""
    return length <= SHORTEST or length <= longest(lines)


def hangs(lines: Iterable[str]) -> bool:
    """Does the file put what is in brackets on lines of its own?"""
    return any(_OPENED.search(line) for line in lines)


def relocated(text: Text, node: ast.expr, place: tuple[int, int]) -> str:
    """Return an expression as it is written, its further lines indented for another place.

    Args:
        place: how far the line of its new place is indented, and at which column it begins.
    """
    written = text.of(node)
    first, *rest = written.split("\n")
    start, _ = text.span(node)
    line = text.line_start(start)
    own = text.whole[line:start]
    spaces = [_indentation(one) for one in rest if one.strip()]
    aligned = not _OPENED.search(first) and all(len(space) >= len(own) for space in spaces)
    shift = place[1] - len(own) if aligned else place[0] - len(_indentation(own))
    # A text of several lines stays what it is.
    if _LONG_TEXT.search(written) or "\t" in "".join(spaces):
        return written
    if shift < -min(map(len, spaces), default=0):
        return written
    return "\n".join([first, *(_shifted(one, shift) for one in rest)])


def _shifted(line: str, shift: int) -> str:
    if not line.strip():
        return line
    return " " * shift + line if shift > 0 else line[-shift:]


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def in_short_lines(
    text: Text, edits: Sequence[Replacement], statements: Sequence[int]
) -> list[Replacement]:
    """Return ordered edits that also break the lines that they would make too long.

    A line stays long where nothing in it can be broken, or where a comment of it tells a
    tool what to make of the line.

    Args:
        statements: where statements begin, in order.
    """
    # Most edits need no look at the whole file.
    if not any(_is_long(text, near) for near in _by_lines(text, edits)):
        return list(edits)
    limit = longest(text.lines)
    after = Text(split(edited(text.whole, edits)))
    styles: list[Style] = ["aligned", "hanging"]
    if hangs(text.lines):
        styles.reverse()
    found = list(edits)
    lines = dict(_written(text, after, edits, statements))
    for line, begin in sorted(lines.items(), reverse=True):
        if _length(after.lines[line]) <= limit or is_directed(after.lines[line]):
            continue
        for start, end, new in reversed(wrapped(after, begin, line, limit, styles)):
            found = with_change(found, start, end, new)
    return list(ordered(found))


def _by_lines(text: Text, edits: Sequence[Replacement]) -> Iterator[list[Replacement]]:
    """Yield the edits of each line."""
    for _, near in groupby(edits, key=lambda one: text.line_start(one.start)):
        yield list(near)


def _is_long(text: Text, near: Sequence[Replacement]) -> bool:
    """May a line with these edits be too long?"""
    start, end = text.line_start(near[0].start), text.line_end(near[-1].end)
    here = [Replacement(one.start - start, one.end - start, one.new) for one in near]
    return any(len(line) > SHORTEST for line in edited(text.whole[start:end], here).split("\n"))


def _written(
    text: Text, after: Text, edits: Sequence[Replacement], statements: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield the numbers, from 0, of the lines that edits write or lengthen.

    With each comes where a statement begins, not behind the line.
    """
    shift = 0
    for one in edits:
        start = one.start + shift
        shift += len(one.new) - (one.end - one.start)
        if one.origin is not None or len(one.new) <= one.end - one.start:
            continue
        begin = start
        if one.start != text.line_start(one.start):
            known = statements[max(bisect_right(statements, one.start) - 1, 0)]
            begin = moved(known, edits)
        first, _ = after.place(start)
        last, _ = after.place(start + len(one.new.rstrip("\n")))
        yield from ((line, begin) for line in range(first - 1, last))
