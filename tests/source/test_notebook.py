"""Reading notebooks."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_theano_updates.source.magics import without_magics
from flake8_theano_updates.source.notebook import Notebook, parse_notebook
from flake8_theano_updates.source.python3 import Unreadable


def code(source: str | list[str], **more: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **more}


def notebook(*cells: Mapping[str, object], **more: object) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells, **more}).encode()


def names(parsed: Notebook) -> list[tuple[str, int, int, int]]:
    """Return each name with its cell's number and its line and column in the cell."""
    found = []
    for node in ast.walk(parsed.parsed.tree):
        if isinstance(node, ast.Name):
            cell, line = parsed.place(node.lineno)
            assert cell.source.split("\n")[line - 1].startswith(node.id, node.col_offset)
            assert parsed.parsed.lines[node.lineno - 1].startswith(node.id, node.col_offset)
            found.append((node.id, cell.number, line, node.col_offset))
    return sorted(found)


def unreadable(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        parse_notebook("a.ipynb", data)
    return str(caught.value)


def test_code_cells_are_one_module() -> None:
    markdown = {"cell_type": "markdown", "metadata": {}, "source": "# print"}
    parsed = parse_notebook(
        "a.ipynb",
        notebook(
            markdown,
            code(["a = 1\n", "b = a"], id="first"),
            code(""),
            markdown,
            code("\n%matplotlib inline\nc = [\n    a,\n]\n"),
        ),
    )
    assert names(parsed) == [
        ("a", 1, 1, 0),
        ("a", 1, 2, 4),
        ("a", 3, 4, 4),
        ("b", 1, 2, 0),
        ("c", 3, 3, 0),
    ]
    assert [cell.id for cell in parsed.cells] == ["first", None, None]
    assert ast.unparse(parsed.parsed.tree) == "a = 1\nb = a\npass\nc = [a]"
    assert "".join(parsed.parsed.lines) == parsed.parsed.text
    assert "%matplotlib inline\n" in parsed.parsed.lines


def test_nbformat_3() -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "source": "print"},
        {"cell_type": "code", "input": ["a\n", "b"], "language": "python", "outputs": []},
    ]
    document = {"nbformat": 3, "metadata": {"name": ""}, "worksheets": [{"cells": cells}] * 2}
    parsed = parse_notebook("a.ipynb", json.dumps(document).encode())
    assert names(parsed) == [("a", 1, 1, 0), ("a", 2, 1, 0), ("b", 1, 2, 0), ("b", 2, 2, 0)]


@pytest.mark.parametrize(
    ("cell", "python", "places"),
    [
        ("\n    a = 1\n    b = a\n", "a = 1\nb = a", [(2, 4, "a"), (3, 4, "b"), (3, 8, "a")]),
        ("\t%time\n\tif a:\n\t    b\n", "pass\nif a:\n    b", [(2, 4, "a"), (3, 5, "b")]),
        ("  # b\n\n  a\n#c", "a", [(3, 2, "a")]),
        # Only the first line says how far the cell is indented.
        (
            "  a = (b,\n c)\nd",
            "a = (b, c)\nd",
            [(1, 2, "a"), (1, 7, "b"), (2, 1, "c"), (3, 0, "d")],
        ),
        ("  # b\na", "a", [(2, 0, "a")]),
        ("  # b\n", "", []),
    ],
)
def test_a_cell_may_be_indented_as_a_whole(cell, python, places) -> None:
    parsed = parse_notebook("a.ipynb", notebook(code("x"), code(cell)))
    assert ast.unparse(parsed.parsed.tree) == f"x\n{python}".rstrip()
    found = [node for node in ast.walk(parsed.parsed.tree) if isinstance(node, ast.Name)]
    placed = [(parsed.place(node.lineno), node.col_offset, node.id) for node in found]
    within = [(line, at, name) for (cell, line), at, name in placed if cell.number == 2]
    assert sorted(within) == places


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("a\n  b", 2),
        ("  a\n    b", 2),
        ("    a\n  b", 2),
        ("# a\n  b", 2),
        ("  a\nelse:\n  b", 2),
    ],
)
def test_an_indentation_that_ipython_refuses(cell: str, line: int) -> None:
    assert unreadable(notebook(code(cell))).startswith(f"a.ipynb:cell 1:{line}:")


def test_python2() -> None:
    pytest.importorskip("tree_sitter_python", reason="the extra py2 is not installed")
    cell = code("# coding: latin-1\n!ls\nx = 'é', `a`; print b")
    parsed = parse_notebook("a.ipynb", notebook(code("c"), cell))
    tree = ast.unparse(parsed.parsed.tree)
    assert tree == "c\npass\nx = ('é', repr(a))\nprint(b)"
    assert parsed.place(parsed.parsed.tree.body[-1].lineno) == (parsed.cells[1], 3)


def test_line_ends_and_half_characters() -> None:
    parsed = parse_notebook("a.ipynb", notebook(code("a\r\n'\ud800'\rb\n\f\nc")))
    assert parsed.cells[0].source == "a\n'?'\nb\n\f\nc"
    assert names(parsed) == [("a", 1, 1, 0), ("b", 1, 3, 0), ("c", 1, 5, 0)]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "a.ipynb:1:1: not a notebook: broken JSON (Expecting value)"),
        (b'{\n "cells": [}', "a.ipynb:2:12: not a notebook: broken JSON (Expecting value)"),
        (b"\x89PNG\r\n\x1a\n\0", "a.ipynb:1:1: not a notebook: not UTF-8"),
        (b"[" * 200_000, "a.ipynb:1:1: not a notebook: "),
        (b"[]", "a.ipynb:1:1: not a notebook: no nbformat"),
        (b'{"cells": []}', "a.ipynb:1:1: not a notebook: no nbformat"),
        (b'{"nbformat": 1}', "a.ipynb:1:1: a notebook of nbformat 1; 3 and 4 can be read"),
        (b'{"nbformat": 4}', "a.ipynb:1:1: not a notebook: no list of cells"),
        (b'{"nbformat": 3}', "a.ipynb:1:1: not a notebook: no list of cells"),
        (notebook(code(1)), "a.ipynb:1:1: not a notebook: a code cell without text"),  # type: ignore[arg-type]
        (
            notebook(code("a <- 1"), metadata={"language_info": {"name": "R"}}),
            "a.ipynb:1:1: a notebook of R, not of Python",
        ),
        # The next cell does not complete a half cell.
        (notebook(code("a"), code("b\nc = (")), "a.ipynb:cell 2:2:5: syntax error: "),
        (notebook(code("a = ("), code(")")), "a.ipynb:cell 1:1:5: syntax error: "),
        (notebook(code("a = \\"), code("b")), "a.ipynb:cell 1:1:"),
        (notebook(code("if a:"), code("    b")), "a.ipynb:cell 1:1:"),
    ],
)
def test_says_where_and_why(data: bytes, complaint: str) -> None:
    assert unreadable(data).startswith(complaint)


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\na", "pass\na"),
        ("  \n# first\n%time a\n!ls\n!!ls\n?a\n/f a\n,f a\n;f a", "  \n# first" + "\npass" * 7),
        ("if a:\n    %run b.py\n    !ls", "if a:\n    pass\n    pass"),
        ("a.b?\na??\n%time?\n a[1] ? ", "pass\npass\npass\n pass"),
        ("a = !ls *.py\nb, c = %sql select\nd = b", "a = None\nb, c = None\nd = b"),
        ("d['k'] = %magic\ne[\"f\"][0].g = !ls\nh", "d['k'] = None\ne[\"f\"][0].g = None\nh"),
        ("!ls \\\n  -l \\\n  b\nc", "pass\n\n\nc"),
        ("!echo don't (\n'a'", "pass\n'a'"),
        # What only looks like a magic.
        ("f('a= %b') == c, '''d'e = %f'''\n%g", "f('a= %b') == c, '''d'e = %f'''\npass"),
        ("'a' # b = %c\n%d", "'a' # b = %c\npass"),
        ("a = (b\n% c)\n%d", "a = (b\n% c)\npass"),
        ("a = '''\n%b\n!c\n''' \\\n% d", "a = '''\n%b\n!c\n''' \\\n% d"),
        ('a = """it\'s\n%b""" # c?\n!d', 'a = """it\'s\n%b""" # c?\npass'),
        ("# why?\na = 'why?'\nb = [  # why?\n% c]", "# why?\na = 'why?'\nb = [  # why?\n% c]"),
        ("print('a=%s' % b)\nf(a=b)\n%c", "print('a=%s' % b)\nf(a=b)\npass"),
        ("a !=b\nc == d\n%e", "a !=b\nc == d\npass"),
        # Cell magics.
        ("%%bash\nls (\n", "\n\n"),
        ("\n%%writefile a.py\nprint 1", "\n\n"),
        ("%%time\na = 1\n%b", "\na = 1\npass"),
        ("%%capture out\n%%timeit\n\na", "\n\n\na"),
        ("%%", ""),
        # Magics without their sign, in cells of one line.
        ("cd ../data\n", "\n"),
        ("ls models", ""),
        ("ls = models", "ls = models"),
        ("ls\ncd", "ls\ncd"),
    ],
)
def test_magics_are_passed_over(cell: str, python: str) -> None:
    assert without_magics(cell) == python


LINES = st.sampled_from(
    [
        "a = 1",
        "%b",
        "!c",
        "d?",
        "e = !f",
        "(",
        ")",
        "'''",
        '"',
        "#",
        "\\",
        "% g",
        "    h",
        "%%i",
        "",
    ]
)


@given(st.lists(LINES, max_size=8))
def test_lines_stay_where_they_are(lines: list[str]) -> None:
    cell = "\n".join(lines)
    python = without_magics(cell)
    assert python.count("\n") == cell.count("\n")
    for before, after in zip(cell.split("\n"), python.split("\n"), strict=True):
        assert after == before or after.strip() in {"", "pass"} or after.endswith("None")


@given(st.lists(st.lists(st.sampled_from(["a = 1", "", "# b", "c"]), max_size=4), max_size=5))
def test_every_line_is_placed(cells: list[list[str]]) -> None:
    sources = ["\n".join(lines) for lines in cells]
    parsed = parse_notebook("a.ipynb", notebook(*map(code, sources)))
    assert [cell.source for cell in parsed.cells] == sources
    placed = names(parsed)
    assert len(placed) == sum(line in {"a = 1", "c"} for lines in cells for line in lines)


def test_nbformat_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    file.write_bytes(b"\xef\xbb\xbf" + notebook(code("a")))
    assert names(parse_notebook(str(file), file.read_bytes())) == [("a", 1, 1, 0)]
