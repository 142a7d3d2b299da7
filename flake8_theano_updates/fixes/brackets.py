"""Where the parts of an expression stand, with the brackets and comments that ``ast`` leaves out.

libcst knows of every character to what it belongs. It reads single expressions here, is imported
where that is done, and comes with the extra ``fix``: docs/fixes.md says why it does no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from flake8_theano_updates.extras import install
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.fixes.text import split

if TYPE_CHECKING:
    import libcst

    Span = Callable[[libcst.CSTNode], tuple[int, int]]


@dataclass(frozen=True)
class Entry:
    """Where, in the text of a dict, a key begins, its colon stands and its value ends."""

    start: int
    colon: int
    end: int


def end_of_clauses(written: str) -> int:
    """Return where the last ``for`` or ``if`` of a comprehension ends, in its text.

    Raises:
        NoFixError: if libcst cannot read it, or is not installed.
    """
    node, span = _read(written)
    import libcst

    assert isinstance(node, libcst.BaseComp)
    clause = node.for_in
    while clause.inner_for_in is not None:
        clause = clause.inner_for_in
    return span(clause)[1]


def entries(written: str) -> list[Entry]:
    """Return the entries of a dict display without ``**``, or the one of a comprehension.

    Raises:
        NoFixError: as `end_of_clauses` does.
    """
    node, span = _read(written)
    import libcst

    assert isinstance(node, libcst.BaseDict)
    parts = node.elements if isinstance(node, libcst.Dict) else [node]
    return [
        Entry(span(one.key)[0], span(one.whitespace_before_colon)[1], span(one.value)[1])
        for one in parts
        if isinstance(one, (libcst.DictElement, libcst.DictComp))
    ]


def _read(written: str) -> tuple[libcst.BaseExpression, Span]:
    """Return an expression, and what tells where each of its nodes stands in the text."""
    try:
        import libcst
        from libcst.metadata import MetadataWrapper, WhitespaceInclusivePositionProvider
    except ImportError:
        how = install("fix")
        raise NoFixError(f"its brackets and comments are read by libcst: {how}") from None
    try:
        whole = MetadataWrapper(libcst.parse_module(written))
    except libcst.ParserSyntaxError as error:
        raise NoFixError(f"libcst cannot read the expression ({error.message})") from None
    places = whole.resolve(WhitespaceInclusivePositionProvider)
    starts = list(accumulate(map(len, split(written)), initial=0))

    def span(node: libcst.CSTNode) -> tuple[int, int]:
        start, end = places[node].start, places[node].end
        return starts[start.line - 1] + start.column, starts[end.line - 1] + end.column

    statement = libcst.ensure_type(whole.module.body[0], libcst.SimpleStatementLine)
    return libcst.ensure_type(statement.body[0], libcst.Expr).value, span
