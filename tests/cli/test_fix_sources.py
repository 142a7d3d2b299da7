"""``theano-updates fix`` on notebooks and on Python 2."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from commands import run_here, run_json

pytestmark = [
    pytest.mark.skipif(find_spec("tree_sitter") is None, reason="needs the extra py2"),
    pytest.mark.usefixtures("_lasting_workers"),
]
needs_theano = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")

# Tabs, a print statement, a character of two bytes, and what only Python 2 reads.
PYTHON2 = """\
# coding: latin-1
import theano

def train(w, v, g):
\tprint 'vit\u00e9', `w`, 0777L
\tupdates = []
\tupdates.append((v, 0.9 * v - 0.1 * g))  # \u00e9l\u00e9ment
\tupdates.append((w, w + v))
\tif w <> v: exec 'pass'
\treturn theano.function([], [], updates=updates)
"""

CELLS = (
    "%matplotlib inline\nimport theano\n",
    "v = theano.shared(0.0)  # \u00e9\nw = theano.shared(1.0)",
    "%%time\nprint 'moving'\nupdates = [\n    (v, 0.9 * v - 0.1 * (w - 3.0)),\n    (w, w + v),\n]",
    "f = theano.function([], [], updates=updates)",
)


def _write(folder: Path, cells: tuple[str, ...], *, indent: int | None = 1) -> Path:
    written: list[dict[str, Any]] = [
        {
            "source": source.splitlines(keepends=True) if indent else source,
            "cell_type": "code",
            "outputs": [{"data": {"text/plain": "<é>"}}],
            "execution_count": 7,
            "metadata": {"collapsed": False},
        }
        for source in cells
    ]
    document = {"nbformat": 4, "cells": written, "metadata": {"z": 1, "a": 2}, "nbformat_minor": 4}
    file = folder / "n.ipynb"
    text = json.dumps(document, indent=indent, ensure_ascii=False) + "\n" * (indent is not None)
    file.write_text(text, encoding="utf-8")
    return file


def _sources(file: Path) -> list[str]:
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells]


@needs_theano
def test_a_file_of_python_2_is_fixed_and_proven(tmp_path: Path) -> None:
    file = tmp_path / "old.py"
    file.write_bytes(PYTHON2.replace("\n", "\r\n").encode("latin-1"))
    done = run_here(
        "theano-updates", "fix", "--unsafe", "--prove", "--write", "old.py", cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (
        0,
        "theano-updates: old.py: 1 fixed, proven by theano 1.0.5\n",
    )
    fixed = PYTHON2.replace(
        "\tupdates.append((v, 0.9 * v - 0.1 * g))",
        "\tv_new = 0.9 * v - 0.1 * g\n\tupdates.append((v, v_new))",
    ).replace("w + v)", "w + v_new)")
    assert file.read_bytes() == fixed.replace("\n", "\r\n").encode("latin-1")
    done = run_here(
        "theano-updates", "fix", "--unsafe", "--prove", "--write", "old.py", cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("coding", ["utf-8", "ascii"])
def test_bytes_that_are_no_text_are_not_lost(tmp_path: Path, coding: str) -> None:
    file = tmp_path / "old.py"
    data = PYTHON2.replace("latin-1", coding).encode("latin-1")
    file.write_bytes(data)
    call = ("fix", "--unsafe", "--no-prove", "--write", "old.py")
    done = run_here("theano-updates", *call, cwd=tmp_path)
    assert done.returncode == 2
    assert "old.py: not written: not all of it is text in its encoding: " in done.stderr
    assert file.read_bytes() == data


def test_a_fix_of_python_2_stays_python_2(tmp_path: Path) -> None:
    source = "import theano\nprint 'a'\nf = theano.function([x], [], updates={a: b, c: d})\n"
    (tmp_path / "old.py").write_text(source)
    done = run_here(
        "theano-updates", "fix", "--enable", "THU903", "--write", "old.py", cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "theano-updates: old.py: 1 fixed, not proven\n")
    assert "updates=OrderedDict([(a, b), (c, d)])" in (tmp_path / "old.py").read_text()


@needs_theano
def test_a_notebook_is_fixed_and_proven_in_its_cells(tmp_path: Path) -> None:
    file = _write(tmp_path, CELLS)
    before = file.read_text(encoding="utf-8")
    done = run_here(
        "theano-updates", "fix", "--unsafe", "--prove", "--write", "n.ipynb", cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (
        0,
        "theano-updates: n.ipynb: 1 fixed, proven by theano 1.0.5\n",
    )
    blank = " " * 4
    old = f'    "{blank}(v, 0.9 * v - 0.1 * (w - 3.0)),\\n",\n    "{blank}(w, w + v),\\n",\n'
    new = f'    "{blank}(v, v_new),\\n",\n    "{blank}(w, w + v_new),\\n",\n'
    name = '    "v_new = 0.9 * v - 0.1 * (w - 3.0)\\n",\n'
    first = '    "updates = [\\n",\n'
    assert before.count(first + old) == 1
    assert file.read_text(encoding="utf-8") == before.replace(first + old, name + first + new)
    assert run_json("check", "n.ipynb", cwd=tmp_path) == []


def test_the_diff_of_a_notebook_names_the_cell(tmp_path: Path) -> None:
    file = _write(tmp_path, CELLS)
    before = file.read_bytes()
    done = run_here("theano-updates", "fix", "--unsafe", "--no-prove", "n.ipynb", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("--- a/n.ipynb:cell 3\n+++ b/n.ipynb:cell 3\n@@ -1,6 +1,7 @@\n")
    assert " %%time\n print 'moving'\n+v_new = 0.9 * v - 0.1 * (w - 3.0)\n" in done.stdout
    assert file.read_bytes() == before


def test_a_notebook_comes_back_on_standard_output(tmp_path: Path) -> None:
    data = _write(tmp_path, CELLS).read_bytes()
    call = ("fix", "--unsafe", "--no-prove", "--write", "--stdin-display-name", "n.ipynb", "-")
    done = run_here("theano-updates", *call, cwd=tmp_path, stdin=data)
    assert done.returncode == 0
    (tmp_path / "n.ipynb").write_text(done.stdout, encoding="utf-8")
    assert "    (w, w + v_new),\n" in _sources(tmp_path / "n.ipynb")[2]


ENDS = (
    (
        "import theano\nupdates = [(v, 0.9 * v - g)]",
        "updates += [(w, w + v)]",
        "f = theano.function([], [], updates=updates)",
    ),
    (
        "import theano",
        "u = [(v, 0.9 * v - g)]\nu += [(w, w + v)]",
        "theano.function([], [], updates=u)",
    ),
    (
        "import theano\nu = []",
        "if c:\n    u.append((v, v - g)); u.append((w, w * v))",
        "theano.function([], u, updates=u)\n",
    ),
)


@pytest.mark.parametrize("cells", ENDS)
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("option", "kind"), [("--unsafe", "new-value"), ("--safe-only", "reorder")]
)
def test_the_edits_that_are_offered_are_those_that_are_written(
    tmp_path: Path, cells: tuple[str, ...], indent: int | None, option: str, kind: str
) -> None:
    file = _write(tmp_path, cells, indent=indent)
    (found,) = run_json("check", "n.ipynb", cwd=tmp_path)
    edits = [edit for fix in found["fixes"] if fix["kind"] == kind for edit in fix["edits"]]
    expected = _sources(file)
    for edit in reversed(edits):
        source = expected[edit["cell"] - 1]
        lines = source.splitlines(keepends=True)
        start = sum(map(len, lines[: edit["line"] - 1])) + edit["column"] - 1
        end = sum(map(len, lines[: edit["end_line"] - 1])) + edit["end_column"] - 1
        assert 0 <= start <= end <= len(source)
        expected[edit["cell"] - 1] = source[:start] + edit["text"] + source[end:]
    run_here("theano-updates", "fix", option, "--no-prove", "--write", "n.ipynb", cwd=tmp_path)
    assert _sources(file) == expected
    assert (expected == list(cells)) == (not edits)


def test_sarif_has_the_fixes_of_a_notebook_by_cells(tmp_path: Path) -> None:
    _write(tmp_path, CELLS)
    done = run_here("theano-updates", "check", "--format", "sarif", "n.ipynb", cwd=tmp_path)
    (result,) = json.loads(done.stdout)["runs"][0]["results"]
    assert "fixes" not in result
    (found,) = run_json("check", "n.ipynb", cwd=tmp_path)
    assert result["properties"]["fixes"] == found["fixes"]
    assert {edit["cell"] for fix in found["fixes"] for edit in fix["edits"]} == {3}


def test_code_does_not_wander_from_cell_to_cell(tmp_path: Path) -> None:
    cells = (
        "import theano\nu = []\nu.append((v, 0.9 * v - g))",
        "u.append((w, w + v))\nf = theano.function([], [], updates=u)",
    )
    file = _write(tmp_path, cells)
    done = run_here(
        "theano-updates", "fix", "--safe-only", "--no-prove", "--write", "n.ipynb", cwd=tmp_path
    )
    first, second = _sources(file)
    assert (done.returncode, first.count("u.append"), second.count("u.append")) == (0, 1, 1)
    assert "v_old" in first
