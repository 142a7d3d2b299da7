"""Reading files as Python 3."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_theano_updates.source.python3 import Unreadable, parse


def reason(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        parse("a.py", data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", ()),
        (b"x = 1", ("x = 1",)),
        (b"\xef\xbb\xbfx = 1\n", ("x = 1\n",)),
        (b"a\r\nb\rc\x0c\n", ("a\n", "b\n", "c\x0c\n")),
        ("x = '\N{LINE SEPARATOR}'\n".encode(), ("x = '\N{LINE SEPARATOR}'\n",)),
        (b"# coding: latin-1\nx = '\xe9'\n", ("# coding: latin-1\n", "x = 'é'\n")),
    ],
)
def test_lines_are_those_of_flake8(data: bytes, lines: tuple[str, ...]) -> None:
    parsed = parse("a.py", data)
    assert parsed.lines == lines
    assert parsed.text == "".join(lines)
    assert isinstance(parsed.tree, ast.Module)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"x = 1\ny = 'caf\xe9'\n", "a.py:2:9: not UTF-8 (no encoding declared)"),
        (b"# coding: ascii\nx = '\xc3\xa9'\n", "a.py:2:6: not ASCII (declared)"),
        (b"# coding: nonsense\n", "a.py:1:1: unknown encoding: nonsense"),
        (b"x = 1\n\0", "a.py:2:1: not text: it holds null bytes"),
        (b"x = )\n", "a.py:1:5: syntax error: unmatched ')'"),
    ],
)
def test_says_where_and_why(data: bytes, line: str) -> None:
    assert reason(data) == line


@pytest.mark.parametrize(
    ("code", "construct"),
    [
        ("print 'epoch', 1", "print statement"),
        ("print>>f, 1\nprint 'a'", "print statement"),
        ("try:\n    pass\nexcept ValueError, e:\n    pass", "except clause with a comma"),
        ("raise ValueError, 'no'", "raise statement with a comma"),
        ("exec 'x = 1' in {}", "exec statement"),
        ("x = 1 <> 2", "operator <>"),
        ("x = `1`", "backquotes"),
        ("x = ur'a'", "ur'' string"),
        ("x = 10L", "long integer"),
        ("x = 0777", "octal number without 0o"),
        ("f = lambda (a, b): a", "parameters in a tuple"),
        ("if 1:\n\tx = 1\n        y = 2\n", "tabs mixed with spaces"),
    ],
)
def test_says_that_a_file_is_of_python_2(code: str, construct: str) -> None:
    assert f"it looks like Python 2 ({construct})" in reason(code.encode())


@pytest.mark.parametrize("code", ["printer x", "x = prints y", "def f(a, b:\n    return (a, b)"])
def test_does_not_call_every_error_python_2(code: str) -> None:
    assert "syntax error" in reason(code.encode())


def test_deep_nesting_is_told() -> None:
    assert "nested" in reason(b"-" * 100_000 + b"1")


def test_warnings_of_the_parser_are_kept_quiet() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse("a.py", b"x = '\\d' is 1\n")


@given(st.binary(max_size=60))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    try:
        parse("a.py", data)
    except Unreadable as caught:
        error = caught
    else:
        return
    assert min(error.line, error.column) >= 1
    assert "\n" not in str(error)
