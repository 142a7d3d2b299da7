"""The text of a file and edits of it, by character offsets.

Every edit replaces exactly the characters that it is about, so that comments, quotes,
blank lines and odd spacing stay as they are without anybody having to preserve them.
"""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from flake8_theano_updates.model import Edit


class CannotEditError(Exception):
    """Two edits of one fix want the same characters."""


@dataclass(frozen=True)
class Replacement:
    """Put ``new`` in the place of the characters from ``start`` up to ``end``.

    Args:
        origin: where the characters of ``new`` stood before, if they were moved.
    """

    start: int
    end: int
    new: str
    origin: int | None = None


class Text:
    """A text with the positions of its syntax tree.

    Args:
        lines: the lines with their line ends.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        self.whole = "".join(lines)
        self._starts = list(accumulate((len(line) for line in lines), initial=0))

    def offset(self, line: int, byte: int) -> int:
        """Turn a syntax tree's line (from 1) and column (in bytes) into an offset."""
        if line > len(self.lines):
            return len(self.whole)
        text = self.lines[line - 1]
        column = byte if text.isascii() else len(text.encode()[:byte].decode(errors="replace"))
        return self._starts[line - 1] + column

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return where ``node`` starts and ends."""
        end_line, end_column = node.end_lineno, node.end_col_offset
        assert end_line is not None
        assert end_column is not None
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def of(self, node: ast.expr | ast.stmt) -> str:
        """Return ``node`` as it is written."""
        start, end = self.span(node)
        return self.whole[start:end]

    def line_start(self, offset: int) -> int:
        """Return where the line of ``offset`` begins."""
        return self._starts[self._line(offset)]

    def line_end(self, offset: int) -> int:
        """Return where the line of ``offset`` ends, after its line end."""
        index = self._line(offset)
        return self._starts[index] + len(self.lines[index]) if self.lines else 0

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of ``offset``, both from 1."""
        index = self._line(offset)
        return index + 1, offset - self._starts[index] + 1

    def _line(self, offset: int) -> int:
        if not self.lines:
            return 0
        return min(bisect.bisect_right(self._starts, offset) - 1, len(self.lines) - 1)

    def edit(self, replacement: Replacement) -> Edit:
        """Return ``replacement`` by lines and columns."""
        return Edit(*self.place(replacement.start), *self.place(replacement.end), replacement.new)


def ordered(replacements: Iterable[Replacement]) -> tuple[Replacement, ...]:
    """Sort the edits of one fix by place; insertions at one place keep their order.

    Raises:
        CannotEditError: if two of them overlap.
    """
    found = tuple(sorted(replacements, key=lambda one: (one.start, one.end)))
    for one, other in pairwise(found):
        if other.start < one.end:
            raise CannotEditError("two edits overlap")
    return found


def merged(replacements: Iterable[Replacement]) -> list[Replacement]:
    """Join what ordered replacements insert at one place: others need not keep their order."""
    found: list[Replacement] = []
    for one in replacements:
        if found and found[-1].start == found[-1].end == one.start:
            one = Replacement(one.start, one.end, found.pop().new + one.new)
        found.append(one)
    return found


def edited(text: str, replacements: Sequence[Replacement]) -> str:
    """Return ``text`` after ordered replacements."""
    parts = []
    done = 0
    for one in replacements:
        parts += [text[done : one.start], one.new]
        done = one.end
    return "".join([*parts, text[done:]])


def moved(offset: int, replacements: Sequence[Replacement]) -> int:
    """Return where the character at ``offset`` stands after ordered replacements."""
    gone = next((one for one in replacements if one.start <= offset < one.end), None)
    shift = 0
    for one in replacements:
        if gone is not None and one.origin == gone.start:
            return one.start + shift + offset - gone.start
        shift += len(one.new) - (one.end - one.start)
    shift = 0
    for one in replacements:
        if one.end <= offset:
            shift += len(one.new) - (one.end - one.start)
        elif one.start < offset:
            shift += one.start - offset
    return offset + shift


def with_insertion(
    replacements: Sequence[Replacement], offset: int, written: str
) -> list[Replacement]:
    """Return ordered replacements that also insert ``written`` into the text they leave."""
    return with_change(replacements, offset, offset, written)


def with_change(
    replacements: Sequence[Replacement], start: int, end: int, written: str
) -> list[Replacement]:
    """Return ordered replacements that also put ``written`` into the text they leave.

    Args:
        start: where the characters begin, in that text, that make room for it.
        end: where they end; they are all of one replacement or all between two.
    """
    shift = 0
    for index, one in enumerate(replacements):
        begin = one.start + shift
        if start < begin:
            break
        if end <= begin + len(one.new) and one.new:
            new = one.new[: start - begin] + written + one.new[end - begin :]
            return [*replacements[:index], replace(one, new=new), *replacements[index + 1 :]]
        shift += len(one.new) - (one.end - one.start)
    return list(ordered([*replacements, Replacement(start - shift, end - shift, written)]))


def split(text: str) -> list[str]:
    """Cut a text after each newline, and nowhere else: a form feed ends no line."""
    return [line for line in re.split(r"(?<=\n)", text) if line]
