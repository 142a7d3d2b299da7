"""Reading files as Python 2."""

from __future__ import annotations

import ast
import string
import subprocess
import sys
from codecs import BOM_UTF8
from itertools import chain

import pytest
import python27
import pythons
from hypothesis import given
from hypothesis import strategies as st
from python2_samples import KEYWORDS, SAMPLES

from flake8_theano_updates.source.python2 import parse
from flake8_theano_updates.source.python3 import Unreadable

pytest.importorskip("tree_sitter_python", reason="reading Python 2 takes the extra py2")

ALL = SAMPLES | KEYWORDS

# What Python 2.7 and this package read alike, beside the samples.
ENCODED = {
    "latin-1": "# coding: latin-1\nprint 'é', a; b = `c`".encode("latin-1"),
    "windows": "# vim: set fileencoding=cp1252 :\nprint '€', a; b".encode("cp1252"),
    "second line": "#!/usr/bin/python\n# -*- coding: utf-8 -*-\nprint 'é', a; b".encode(),
    "byte order mark": BOM_UTF8 + "print 'é', a; b".encode(),
}

FILES = {name: code.encode() for name, (code, _) in ALL.items()} | ENCODED

WITH_PYTHON27 = pytest.mark.skipif(
    pythons.find("2.7") is None, reason="no Python 2.7 on the PATH or in pyenv to compare with"
)


def unreadable(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        parse("a.py", data)
    return str(caught.value)


@pytest.mark.parametrize(("python2", "python3"), SAMPLES.values(), ids=SAMPLES)
def test_means_the_same_in_python3(python2: str, python3: str) -> None:
    assert ast.dump(parse("a.py", python2.encode()).tree) == ast.dump(ast.parse(python3))


@pytest.mark.parametrize(("python2", "python3"), KEYWORDS.values(), ids=KEYWORDS)
def test_keywords_of_python3_are_names(python2: str, python3: str) -> None:
    expected = ast.dump(ast.parse(python3)).replace("_'", "'")
    assert ast.dump(parse("a.py", python2.encode()).tree) == expected


@pytest.mark.parametrize("code", [one for one, _ in ALL.values()], ids=ALL)
def test_names_stand_where_the_tree_says(code: str) -> None:
    parsed = parse("a.py", code.encode())
    for node in ast.walk(parsed.tree):
        if isinstance(node, ast.Name) and not node.id.startswith("_target") and node.id != "repr":
            line = parsed.lines[node.lineno - 1].encode()
            assert line[node.col_offset : node.end_col_offset].decode() == node.id


@pytest.fixture(scope="module")
def names_of_python27(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[bytes, list[tuple[int, int, str]] | None]:
    """Return what Python 2.7 sees in each file; it is started once."""
    interpreter = pythons.find("2.7")
    assert interpreter
    folder = tmp_path_factory.mktemp("python27")
    for number, data in enumerate(FILES.values()):
        # Without a declaration, Python 2.7 takes no more than ASCII.
        declared = data.isascii() or b"coding" in data[:60] or data.startswith(BOM_UTF8)
        (folder / f"{number}.py").write_bytes(data if declared else BOM_UTF8 + data)
    paths = [folder / f"{number}.py" for number in range(len(FILES))]
    return dict(zip(FILES.values(), python27.names(interpreter, paths), strict=True))


@WITH_PYTHON27
@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_names_stand_where_python27_says(
    data: bytes, names_of_python27: dict[bytes, list[tuple[int, int, str]] | None]
) -> None:
    parsed = parse("a.py", data)
    theirs = names_of_python27[data]
    assert theirs is not None
    latin1 = b"coding: latin-1" in data
    assert not python27.disagreement(
        python27.in_characters(theirs, parsed, latin1),
        python27.in_characters(python27.own_names(parsed), parsed),
    )


def test_text_and_lines_are_those_of_the_file() -> None:
    parsed = parse("a.py", b"\xef\xbb\xbfif a:\r\n\tprint b\f\rc")
    assert parsed.text == "if a:\n\tprint b\f\nc"
    assert parsed.lines == ("if a:\n", "\tprint b\f\n", "c")
    assert parsed.path == "a.py"


@pytest.mark.parametrize(
    ("data", "first_line"),
    [
        ("print 'é'".encode(), "print 'é'"),
        ("# coding: cp1252\nprint '€'".encode("cp1252"), "# coding: cp1252\n"),
        (b"# coding: utf-8 \xff\nprint 1", "# coding: utf-8 \ufffd\n"),
        (b"print 1\n\n# coding: utf-16", "print 1\n"),
    ],
)
def test_forgives_what_python2_never_noticed(data: bytes, first_line: str) -> None:
    assert parse("a.py", data).lines[0] == first_line


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"print 1\n\0", "a.py:2:1: not text: it holds null bytes"),
        (b"# coding: nonsense\nprint 1", "a.py:1:1: unknown encoding: nonsense"),
        (b"# coding: idna\nprint 1", "a.py:1:1: unknown encoding: idna"),
        (b"# coding: hex\nprint 1", "a.py:1:1: unknown encoding: hex"),
        (b"print 'a'; b = = 1", "a.py:1:16: syntax error, also as Python 2: "),
        ("print 'é', `a`; b = = c".encode(), "a.py:1:21: syntax error, also as Python 2: "),
        (b"if a:\n    b\n\tprint c\n      = d", "a.py:3:"),
    ],
)
def test_says_where_and_why(data: bytes, complaint: str) -> None:
    assert unreadable(data).startswith(complaint)


def test_the_name_of_a_moved_target_is_new() -> None:
    tree = parse("a.py", b"def f((a, b)): return _target1").tree
    assert "def f(_target_1):" in ast.unparse(tree)


def test_without_the_extra_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['tree_sitter'] = None\n"
        "from flake8_theano_updates.source.python2 import NoExtra, parse\n"
        "try: parse('a.py', b'print 1')\n"
        "except NoExtra as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    start = 'a.py:1:1: to read Python 2: pip install "flake8-theano-updates[py2]'
    assert said.stdout.startswith(start)
    assert said.stdout.count("\n") == 1


# Programs of both Pythons, to be passed through.

NAMES = st.sampled_from(["a", "b", "velocity", "print_", "execute", "u", "ur", "lambda_"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8).map(repr)
NUMBERS = st.one_of(st.integers(0, 10**6), st.floats(0, 1e9)).map(repr)


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} + {}".format, inner, inner),
        st.builds("({}, {})".format, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("f({}, k={})".format, inner, inner),
        st.builds("({}).shape[{}]".format, inner, inner),
        st.builds("(lambda {}: {})".format, NAMES, inner),
        st.builds("[{} for {} in {}]".format, inner, NAMES, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("({} != {})".format, inner, inner),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES, TEXTS, NUMBERS), larger, max_leaves=6)
SIMPLE = st.one_of(
    EXPRESSIONS,
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("print({})".format, EXPRESSIONS),
    st.builds("raise E({})".format, EXPRESSIONS),
    st.just("pass"),
)


def blocks(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    def under(head: str, body: list[str], indentation: str) -> list[str]:
        return [head, *(indentation + line for line in body)]

    heads = st.one_of(
        st.builds("if {}:".format, EXPRESSIONS),
        st.builds("for {} in {}:".format, NAMES, EXPRESSIONS),
        st.builds("def f({}, *args):".format, NAMES),
    )
    block = st.builds(under, heads, inner, st.sampled_from(["    ", "\t", " "]))
    return st.lists(block, min_size=1, max_size=3).map(lambda found: list(chain(*found)))


LINES = st.recursive(st.lists(SIMPLE, min_size=1, max_size=4), blocks, max_leaves=4)


@given(LINES)
def test_python3_passes_unchanged(lines: list[str]) -> None:
    code = "\n".join(lines)
    parsed = parse("a.py", code.encode())
    assert parsed.text == code
    expected = ast.dump(ast.parse(code), include_attributes=True)
    assert ast.dump(parsed.tree, include_attributes=True) == expected


@given(st.lists(EXPRESSIONS, min_size=1, max_size=4), st.booleans())
def test_print_is_a_call_of_the_same_expressions(expressions: list[str], comma: bool) -> None:
    # The first may look like the arguments of a call.
    given = ["a", *expressions]
    code = "print " + ", ".join(given) + "," * comma + "; end"
    parsed = parse("a.py", code.encode())
    expected = ast.parse(f"print({', '.join(given)}); end")
    assert ast.dump(parsed.tree) == ast.dump(expected)
    for ours, theirs in zip(ast.walk(parsed.tree), ast.walk(expected), strict=True):
        if isinstance(ours, ast.Name) and isinstance(theirs, ast.Name) and ours.id != "end":
            assert ours.col_offset == theirs.col_offset
    end = parsed.tree.body[-1]
    assert code.encode()[end.col_offset :] == b"end"


@given(st.text(string.printable + "é€😀", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parsed = parse("a.py", text.encode())
    except Unreadable as error:
        place = error.line, error.column
    else:
        names = [node for node in ast.walk(parsed.tree) if isinstance(node, ast.Name)]
        lines = [parsed.lines[name.lineno - 1].encode() for name in names]
        assert all(name.col_offset <= len(line) for name, line in zip(names, lines, strict=True))
        place = 1, 1
    assert min(place) >= 1


def test_bytes_that_are_not_utf8_need_a_declaration() -> None:
    with pytest.raises(Unreadable, match="not UTF-8") as caught:
        parse("a.py", "print 1\nprint 'é'".encode("latin-1"))
    assert str(caught.value) == "a.py:2:8: not UTF-8 (no encoding declared)"
