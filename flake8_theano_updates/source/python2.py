"""Read a file as Python 2: its text rewritten to Python 3, parsed, and put back in place.

Needs the ``py2`` extra. Code that is also Python 3 passes unchanged.
"""

from __future__ import annotations

import ast
import codecs
import io

from flake8_theano_updates.extras import install
from flake8_theano_updates.source.encoding import declared_encoding
from flake8_theano_updates.source.indentation import expanded
from flake8_theano_updates.source.moved_targets import put_back
from flake8_theano_updates.source.python2_grammar import read
from flake8_theano_updates.source.python2_statements import moved_targets, statement_rewrites
from flake8_theano_updates.source.python2_tokens import token_rewrites
from flake8_theano_updates.source.python3 import Parsed, Unreadable, parsing
from flake8_theano_updates.source.rewriting import Rewritten, restore_columns, rewrite


class NoExtra(Unreadable):
    """A file that may be Python 2, where the extra that reads it is not installed."""


def parse(path: str, data: bytes) -> Parsed:
    """Decode and parse the bytes of a file as Python 2.

    Text and lines are the file's own; the tree is one of Python 3 with the lines and
    columns of the file.

    Raises:
        Unreadable: if the bytes are not text or the text is not Python 2.
        NoExtra: if tree-sitter is not installed.
    """
    return parse_text(path, _decode(path, data))


def parse_text(path: str, text: str) -> Parsed:
    r"""Parse a text with ``\n`` as line ends.

    Raises:
        Unreadable: if it is not Python 2.
        NoExtra: if tree-sitter is not installed.
    """
    return Parsed(path, text, tuple(io.StringIO(text)), _tree(path, text.encode()), python=2)


def _decode(path: str, data: bytes) -> str:
    """Decode as PEP 263 says, but forgive what Python 2 never noticed.

    Without a declaration Python 2 demands ASCII; here it is UTF-8. Python 2 does not
    look whether bytes fit a declared UTF-8; those that do not fit a declared encoding
    are replaced.
    """
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise Unreadable(path, line, 1, "not text: it holds null bytes")
    declared = "utf-8" if data.startswith(codecs.BOM_UTF8) else declared_encoding(data)
    try:
        text = data.decode(declared or "utf-8-sig", "replace" if declared else "strict")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
        raise Unreadable(path, line, column, "not UTF-8 (no encoding declared)") from None
    except (LookupError, UnicodeError):
        raise Unreadable(path, 1, 1, f"unknown encoding: {declared}") from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _tree(path: str, code: bytes) -> ast.Module:
    indented = expanded(code)
    try:
        reading = read(indented.code)
    except ImportError:
        raise NoExtra(path, 1, 1, f"to read Python 2: {install('py2')}") from None
    nodes = reading.nodes()
    moved = tuple(moved_targets(indented.code, nodes))
    found = [*statement_rewrites(indented.code, nodes), *token_rewrites(reading)]
    # A moved target is parsed by itself.
    found = [one for one in found if not any(target.holds(one) for target in moved)]
    found.extend(one for target in moved for one in target.rewrites())
    rewritten = rewrite(indented.code, found)
    try:
        with parsing(path):
            tree = ast.parse(rewritten.code.decode())
            restore_columns(tree, rewritten)
            put_back(tree, moved)
            restore_columns(tree, indented)
    except SyntaxError as error:
        line, column = _place(error, code, rewritten, indented)
        reason = f"syntax error, also as Python 2: {error.msg}"
        raise Unreadable(path, line, column, reason) from None
    return tree


def _place(
    error: SyntaxError, code: bytes, rewritten: Rewritten, indented: Rewritten
) -> tuple[int, int]:
    """Return the line and the column, in characters from 1, at which a parser gave up."""
    line = error.lineno or 1
    column = len(_line(rewritten.code, line).decode()[: max(error.offset or 1, 1) - 1].encode())
    for step in (rewritten, indented):
        column = step.original_column(line, column)
    return line, len(_line(code, line)[:column].decode(errors="replace")) + 1


def _line(code: bytes, number: int) -> bytes:
    lines = code.split(b"\n")
    return lines[number - 1] if number <= len(lines) else b""
