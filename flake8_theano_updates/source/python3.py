"""Read a file as Python 3: from bytes to text, lines and a syntax tree."""

from __future__ import annotations

import ast
import io
import re
import sys
import warnings
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flake8_theano_updates.source.encoding import encoding_of

# Constructs that Python 2 has and Python 3 refuses, by what they look like on the line
# at which the parser gave up.
_PYTHON2 = (
    (re.compile(r"\bprint(?:\s*>>|\s+[\w'\"`-]|['\"])"), "print statement"),
    (re.compile(r"\bexcept\b[^:()]+,\s*\w+\s*:"), "except clause with a comma"),
    (re.compile(r"\bexec\s+[^\s(=.]"), "exec statement"),
    (re.compile(r"\braise\s+[\w.]+\s*,"), "raise statement with a comma"),
    (re.compile(r"<>"), "operator <>"),
    (re.compile(r"`"), "backquotes"),
    (re.compile(r"\b[uU][rR]['\"]"), "ur'' string"),
    (re.compile(r"\b(?:0[0-7]+|\d+|0[xX][\da-fA-F]+)[lL]\b"), "long integer"),
    (re.compile(r"(?<![\w.])0[0-7]+\b"), "octal number without 0o"),
    (re.compile(r"\b(?:def|lambda)\b[^:]*[(,\s]\("), "parameters in a tuple"),
)

# What a Python that is newer than the one that runs this may have there, likewise.
_NEWER = (
    ((3, 11), re.compile(r"\bexcept\s*\*"), "except*"),
    ((3, 12), re.compile(r"^\s*type\s+\w+\s*[=\[]"), "a type statement"),
    ((3, 12), re.compile(r"\b(?:class|def)\s+\w+\s*\["), "a list of type parameters"),
    (
        (3, 12),
        re.compile(r"""\b(?:[rR]?[fF]|[fF][rR])(['"])(?:(?!\1|{).)*{(?:(?!\1|}).)*\1"""),
        "an f-string with its own quotes within",
    ),
    ((3, 14), re.compile(r"""\b(?:[rR]?[tT]|[tT][rR])['"]"""), "a template string"),
)


@dataclass(frozen=True)
class Parsed:
    r"""One file that parses.

    Args:
        path: as it is shown to the user.
        text: the decoded text, line ends as ``\n``, without a byte order mark.
        lines: the lines of ``text`` with their line ends, as flake8 gives them to plugins.
        tree: the syntax tree of ``text``.
        python: the Python that it is written in, 2 or 3.
    """

    path: str
    text: str
    lines: tuple[str, ...]
    tree: ast.Module
    python: int = 3


class Unreadable(Exception):
    """A file that cannot be read as the Python that it should be.

    Args:
        path: as it is shown to the user.
        line: where it went wrong, from 1.
        column: where it went wrong in that line, from 1, in characters.
        reason: what went wrong, in one line.
    """

    def __init__(self, path: str, line: int, column: int, reason: str) -> None:
        super().__init__(path, line, column, reason)
        self.path = path
        self.line = line
        self.column = column
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.reason}"


class NotPython3(Unreadable):
    """A text that Python 3 refuses.

    Args:
        path, line, column: as above.
        error: what Python says.
        construct: what of Python 2 stands there, by its looks; None for nothing.
    """

    def __init__(
        self, path: str, line: int, column: int, error: str, construct: str | None
    ) -> None:
        looks = f"it looks like Python 2 ({construct})"
        super().__init__(path, line, column, looks if construct else error)
        self.error = error
        self.construct = construct


def parse(path: str, data: bytes) -> Parsed:
    """Decode, as PEP 263 says, and parse the bytes of a file.

    Raises:
        Unreadable: if the bytes are not text or the text is not Python 3.
    """
    return parse_text(path, "".join(_decode(path, data)))


def parse_text(path: str, text: str) -> Parsed:
    r"""Parse a text with ``\n`` as line ends.

    Raises:
        Unreadable: if it is not Python 3.
    """
    lines = tuple(io.StringIO(text))
    return Parsed(path, text, lines, _tree(path, text, lines))


def _decode(path: str, data: bytes) -> tuple[str, ...]:
    if b"\0" in data:
        line, column = _position(data, data.index(b"\0"))
        raise Unreadable(path, line, column, "not text: it holds null bytes")
    encoding = "utf-8"
    try:
        encoding = encoding_of(data)
        return tuple(io.StringIO(data.decode(encoding), newline=None))
    except UnicodeDecodeError as error:
        line, column = _position(data.removeprefix(BOM_UTF8), error.start)
        declared = "declared" if encoding not in {"utf-8", "utf-8-sig"} else "no encoding declared"
        raise Unreadable(path, line, column, f"not {encoding.upper()} ({declared})") from None
    except LookupError as error:
        raise Unreadable(path, 1, 1, str(error)) from None
    except UnicodeError as error:
        raise Unreadable(path, 1, 1, f"cannot be decoded: {error}") from None


def _position(data: bytes, offset: int) -> tuple[int, int]:
    before = data[:offset]
    start = before.rfind(b"\n") + 1
    column = len(before[start:].decode("utf-8", "replace")) + 1
    return before.count(b"\n") + 1, column


def _tree(path: str, text: str, lines: tuple[str, ...]) -> ast.Module:
    try:
        with parsing(path):
            return ast.parse(text)
    except SyntaxError as error:
        raise _syntax_error(path, error, lines) from None


@contextmanager
def parsing(path: str) -> Iterator[None]:
    """Say of what file it is that Python's parser refuses more than its syntax."""
    try:
        with warnings.catch_warnings():
            # Invalid escapes and the like are for other linters.
            warnings.simplefilter("ignore")
            yield
    except (RecursionError, MemoryError):
        raise Unreadable(path, 1, 1, "nested too deeply for Python's parser") from None
    except ValueError as error:
        raise Unreadable(path, 1, 1, str(error)) from None


def _syntax_error(path: str, error: SyntaxError, lines: tuple[str, ...]) -> NotPython3:
    line = min(max(error.lineno or 1, 1), max(len(lines), 1))
    text = lines[line - 1] if lines else ""
    reason = f"syntax error: {error.msg}"
    for version, pattern, name in _NEWER:
        if sys.version_info < version and pattern.search(text.split("#", 1)[0]):
            own = "{}.{}".format(*sys.version_info)
            reason += f"; {name} needs Python {version[0]}.{version[1]}, and {own} runs this"
            break
    column = max(error.offset or 1, 1)
    return NotPython3(path, line, column, reason, _python2_construct(error, text))


def _python2_construct(error: SyntaxError, line: str) -> str | None:
    if isinstance(error, TabError):
        return "tabs mixed with spaces"
    code = line.split("#", 1)[0]
    return next((name for pattern, name in _PYTHON2 if pattern.search(code)), None)
