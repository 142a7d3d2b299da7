"""tree-sitter's reading of Python 2 code; the only module that imports tree-sitter.

The grammar is one of Python 3 that also knows most of Python 2. What it does not know
is hidden from it in a *view*: the code with some words replaced by others of the same
width, so that a place in the view is the same place in the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from flake8_theano_updates.source.rewriting import Rewrite, rewrite

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Parser, Query, Tree

# Names in Python 2 that are keywords to the grammar, at least in places.
_NAMES = re.compile(rb"\b(?:async|await|nonlocal|match|case|type|True|False)\b")

# The grammar takes a name or a string after `exec`, but any expressions after `del`.
# `exec (...)` is a call to it, as to Python 3.
_EXEC = re.compile(rb"""\bexec\b(?=\s*[\w"'`{~\\])""")

_STRINGS = re.compile(
    rb'''"""(?:\\.|[^\\])*?"""'''
    rb"|'''(?:\\.|[^\\])*?'''"
    rb'|"(?:\\.|[^"\\\n])*"'
    rb"|'(?:\\.|[^'\\\n])*'"
    rb"|#[^\n]*|`",
    re.DOTALL,
)
# Not where the last word is an operator.
_OPERAND_END = re.compile(
    rb"""(?<!\w)(?!(?:and|else|for|if|in|is|lambda|not|or|yield)\b)\w+[\s\\]*\Z"""
    rb"""|["'`)\]}.][\s\\]*\Z"""
)

_QUERY = """
(print_statement) @print
(delete_statement) @delete
(raise_statement (expression_list) @raise)
(except_clause "," @except)
(parameters (tuple_pattern) @parameter)
(parameters (default_parameter name: (tuple_pattern) @parameter))
(lambda_parameters (tuple_pattern) @parameter)
(lambda_parameters (default_parameter name: (tuple_pattern) @parameter))
(for_in_clause "," @loop)
"""


@dataclass(frozen=True)
class Reading:
    """Code, the tree of its view, and the places of each pair of backquotes, in bytes."""

    code: bytes
    tree: Tree
    backquotes: tuple[tuple[int, int], ...]

    def nodes(self) -> Mapping[str, list[Node]]:
        """Return the nodes that may need a rewrite, by the names in the query."""
        import tree_sitter

        return tree_sitter.QueryCursor(_query()).captures(self.tree.root_node)

    def kind(self, match: re.Match[bytes]) -> str:
        """Return the kind of the smallest node around a match in the code."""
        node = self.tree.root_node.descendant_for_byte_range(match.start(), match.end())
        return "" if node is None else node.type

    def string_around(self, match: re.Match[bytes]) -> Node | None:
        """Return the string literal that a match in the code stands in."""
        node = self.tree.root_node.descendant_for_byte_range(match.start(), match.end())
        while node is not None and node.type != "string":
            node = node.parent
        return node


def read(code: bytes) -> Reading:
    """Let tree-sitter read a text in UTF-8.

    Raises:
        ImportError: if tree-sitter or its Python grammar is not installed.
    """
    view = _EXEC.sub(b"del ", _NAMES.sub(lambda match: match[0].swapcase(), code))
    backquotes = tuple(_backquotes(view))
    # The grammar has a string between them, which would hide what else stands there.
    return Reading(code, _parser().parse(_in_brackets(view, backquotes)), backquotes)


def _backquotes(view: bytes) -> Iterator[tuple[int, int]]:
    """Yield each pair; one backquote within others opens a pair where an operand is missing."""
    if b"`" not in view:
        return
    opened: list[int] = []
    for match in _STRINGS.finditer(view):
        if match[0] != b"`":
            continue
        if opened and _OPERAND_END.search(view, opened[-1] + 1, match.start()):
            yield opened.pop(), match.start()
        else:
            opened.append(match.start())


def _in_brackets(view: bytes, backquotes: Iterable[tuple[int, int]]) -> bytes:
    # Curly ones, for `print (x)` is a call to the grammar and `print {x}` is none.
    signs = [pair for start, end in backquotes for pair in ((start, b"{"), (end, b"}"))]
    return rewrite(view, (Rewrite(at, at + 1, sign) for at, sign in signs)).code


@cache
def _language() -> Language:
    import tree_sitter
    import tree_sitter_python

    return tree_sitter.Language(tree_sitter_python.language())


@cache
def _parser() -> Parser:
    import tree_sitter

    return tree_sitter.Parser(_language())


@cache
def _query() -> Query:
    import tree_sitter

    query: Query = tree_sitter.Query(_language(), _QUERY)
    return query
