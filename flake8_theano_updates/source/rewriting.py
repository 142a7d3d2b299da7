"""Text that is rewritten before it is parsed, and the way back to its true columns."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter


@dataclass(frozen=True)
class Rewrite:
    """Put ``text`` in place of the bytes from ``start`` up to ``end``; no line ends in either."""

    start: int
    end: int
    text: bytes


@dataclass(frozen=True)
class _Span:
    """Columns of one rewrite in its line, after it (new) and before it (old)."""

    new_start: int
    new_end: int
    old_start: int
    old_end: int


@dataclass(frozen=True)
class Rewritten:
    """Code after its rewrites.

    Args:
        code: the new text in UTF-8.
        spans: the rewrites that move columns, by line (from 1), from left to right.
    """

    code: bytes
    spans: Mapping[int, tuple[_Span, ...]]

    def original_column(self, line: int, column: int) -> int:
        """Return where a byte column of the new text stood in the old one, both from 0."""
        spans = self.spans.get(line, ())
        at = bisect_right(spans, column, key=attrgetter("new_start")) - 1
        if at < 0:
            return column
        span = spans[at]
        if column >= span.new_end:
            return span.old_end + column - span.new_end
        return min(span.old_start + column - span.new_start, span.old_end)


def rewrite(code: bytes, rewrites: Iterable[Rewrite]) -> Rewritten:
    r"""Apply rewrites, in any order but without overlap, to a text with line ends ``\n``."""
    parts: list[bytes] = []
    spans: dict[int, list[_Span]] = {}
    done = 0
    line = 1
    line_start = 0
    moved = 0
    for one in sorted(rewrites, key=attrgetter("start", "end")):
        passed = code.count(b"\n", done, one.start)
        if passed:
            line += passed
            line_start = code.rindex(b"\n", done, one.start) + 1
            moved = 0
        start = one.start - line_start
        end = one.end - line_start
        new_end = start + moved + len(one.text)
        spans.setdefault(line, []).append(_Span(start + moved, new_end, start, end))
        moved = new_end - end
        parts += (code[done : one.start], one.text)
        done = one.end
    parts.append(code[done:])
    return Rewritten(b"".join(parts), {at: tuple(found) for at, found in spans.items()})


def restore_columns(tree: ast.Module, rewritten: Rewritten) -> None:
    """Give every node of a tree of the new text the columns that it had in the old text."""
    spans = rewritten.spans
    for node in _nodes_on(tree, sorted(spans)):
        if isinstance(node, _POSITIONED):
            if node.lineno in spans:
                node.col_offset = rewritten.original_column(node.lineno, node.col_offset)
            end_line, end = node.end_lineno, node.end_col_offset
            if end_line is not None and end is not None and end_line in spans:
                node.end_col_offset = rewritten.original_column(end_line, end)


_POSITIONED = (ast.expr, ast.stmt, ast.arg, ast.keyword, ast.alias, ast.excepthandler)


def _nodes_on(tree: ast.Module, lines: Sequence[int]) -> Iterator[ast.AST]:
    """Yield all nodes of the statements that cover one of the lines: going through all costs."""
    rest: list[ast.AST] = [tree]
    while rest:
        node = rest.pop()
        if isinstance(node, ast.stmt):
            # A decorated function covers its decorators, but its line is that of the `def`.
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
            at = bisect_left(lines, first)
            if at == len(lines) or lines[at] > (node.end_lineno or node.lineno):
                continue
        yield node
        rest.extend(ast.iter_child_nodes(node))
