"""Files are decoded as Python's own parser decodes them."""

from __future__ import annotations

import subprocess
import warnings
from codecs import BOM_UTF8

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pythons import find

from flake8_theano_updates.cli.write import encoded
from flake8_theano_updates.source.encoding import declared_encoding, encoding_of
from flake8_theano_updates.source.python3 import Unreadable, parse

NAMES = (
    b"latin-1 Latin_1 iso-8859-1 latin-1-unix ISO-8859-1-dos iso-latin-1 utf-8 UTF_8 utf8 "
    b"utf-8-sig utf-8-unix utf-8x cp1252 ascii koi8-r shift_jis rot13 nonsense utf-16 "
    b"latin-1. undefined"
).split()
PIECES = (
    *(b"# coding: " + name for name in NAMES),
    b"#",
    b" ",
    b"\t",
    b"\x0c",
    b"\x0b",
    b"\xe9",
    b"\xc3\xa9",
    b"coding",
    b"coding:",
    b"coding=\t",
    b"coding: latin-1",
    b"-*- coding: latin-1 -*-",
    b"vim: set fileencoding=cp1252 :",
    b"x",
    b"'''",
)
LINE_ENDS = (b"\n", b"\r\n", b"\r")
PART = st.lists(st.sampled_from(PIECES), max_size=4).map(b"".join)


def python(data: bytes) -> object:
    """Return what the running Python makes of ``y`` in a file, or that it refuses the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            code = compile(data, "x.py", "exec")
        except (SyntaxError, ValueError, LookupError):
            return "refused"
    return constants(code.co_consts)


def ours(data: bytes) -> object:
    try:
        parsed = parse("x.py", data)
    except Unreadable:
        return "refused"
    assert "".join(parsed.lines) == parsed.text
    return constants(compile(parsed.tree, "x.py", "exec").co_consts)


def constants(values: tuple[object, ...]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from((b"", BOM_UTF8)),
    PART,
    st.sampled_from(LINE_ENDS),
    PART,
    st.sampled_from(LINE_ENDS),
    st.sampled_from((b"y = '\xe9'", b"y = '\xc3\xa9'", b"y = 'a'", b"")),
)
@example(b"", b"# \xe9 coding: latin-1", b"\n", b"", b"\n", b"y = '\xe9'")
@example(b"", b"# coding: latin-1", b"\r", b"# coding: utf-8", b"\r", b"y = '\xe9'")
@example(b"", b"", b"\r", b"# coding: latin-1", b"\r", b"y = '\xe9'")
@example(b"", b"# coding: utf-8-unix", b"\n", b"", b"\n", b"y = '\xc3\xa9'")
@example(BOM_UTF8, b"# coding: utf8", b"\n", b"", b"\n", b"y = 'a'")
@example(BOM_UTF8, b"# coding: latin-1", b"\n", b"", b"\n", b"y = 'a'")
@example(b"", b"'''", b"\n", b"# coding: latin-1'''", b"\n", b"y = '\xc3\xa9'")
def test_as_python_decodes(mark: bytes, one: bytes, end: bytes, two: bytes, last: bytes, y: bytes):
    data = mark + one + end + two + last + y
    try:
        is_utf8 = bool(data.decode())
    except UnicodeDecodeError:
        is_utf8 = False
    try:
        encoding = encoding_of(data)
    except LookupError:
        encoding = ""
    if is_utf8 or encoding not in ("utf-8", "utf-8-sig"):
        # Of bytes that are no UTF-8 Python says nothing while they stand in comments.
        assert ours(data) == python(data)
    else:
        assert ours(data) == "refused"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_changed_text_is_written_in_the_encoding_that_it_was_read_in(end: bytes) -> None:
    data = b"# \xe9 coding: latin-1" + end + b"y = '\xe9'" + end
    text = parse("x.py", data).text
    assert encoded(data, text) == data
    assert encoded(data, text.replace("y", "z")) == data.replace(b"y", b"z")


@pytest.mark.parametrize(
    "data",
    [
        b"# \xe9 coding: latin-1\ny = u'\xe9'\n",
        b"\r# coding: latin-1\ry = u'\xe9'\r",
        b"# coding: utf-8-unix\ny = u'\xc3\xa9'\n",
        b"\n\n# coding: latin-1\ny = u'\xe9'\n",
        b"1\n# coding: latin-1\ny = u'\xe9'\n",
    ],
)
def test_as_python_2_finds_it(data: bytes, tmp_path) -> None:
    python27 = find("2.7")
    if python27 is None:
        pytest.skip("no Python 2.7 here")
    (tmp_path / "a.py").write_bytes(data)
    done = subprocess.run([python27, "a.py"], cwd=tmp_path, capture_output=True, check=False)
    assert (declared_encoding(data) is None) == (b"no encoding declared" in done.stderr)
    assert done.returncode == (declared_encoding(data) is None)
