"""Python 2 files and notebooks on the command line."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import run_here, run_json, run_python

pytest.importorskip("tree_sitter", reason="the py2 extra is not installed")

pytestmark = pytest.mark.usefixtures("_lasting_workers")
WITH_THEANO = pytest.mark.skipif(find_spec("theano") is None, reason="Theano is not installed")

PYTHON2 = """\
import theano

def train_updates(w, g):
\tv = theano.shared(0.0)
\tprint "é", `w`
\tupdates = [(v, 0.9 * v - g)]
\tupdates.append((w, w + v)); print >>out, w
\treturn updates
"""

# The name of a list comprehension lives on in Python 2, that of a generator or a mapping does not.
LEFT_BEHIND = """\
import theano
import theano.tensor as T

def momentum_updates(params, speeds, grads):
    changes = [(s, 0.9 * s - g) for s, g in zip(speeds, grads)]
    moves = [(p, p + s) for p in params]
    print len(moves)
    return changes + moves

def listed_first_updates(params, speeds, grads):
    changes = [(s, 0.9 * s - g) for s, g in zip(speeds, grads)]
    moves = [(p, p + s) for p in params]
    return moves + changes

def adagrad_updates(params, sums, grads):
    grown = [s + g**2 for s, g in zip(sums, grads)]
    moves = [(p, p - g / T.sqrt(s)) for p, g in zip(params, grads)]
    return zip(sums, grown) + moves

def bound_again_updates(params, speeds, grads):
    news = [0.9 * s - g for s, g in zip(speeds, grads)]
    moves = [(p, p + s) for p, s in zip(params, news)]
    return zip(speeds, news) + moves

def left_of_the_new_ones_updates(params, speeds, grads):
    news = [0.9 * s - g for s, g in zip(speeds, grads)]
    sizes = [T.sum(s**2) for s in news]
    moves = [(p, p + s) for p in params]
    return zip(speeds, news) + moves

def of_a_generator_updates(params, speeds, grads, s):
    news = list(0.9 * s - g for s, g in zip(speeds, grads))
    moves = [(p, p + 0.1 * s) for p in params]
    return zip(speeds, news) + moves

def of_a_mapping_updates(params, speeds, grads, s):
    news = {s: 0.9 * s - g for s, g in zip(speeds, grads)}
    moves = [(p, p + 0.1 * s) for p in params]
    return news.items() + moves
"""

ZIP = "import theano\nprint 'x'\nf = theano.function([x], [], updates=zip(ps, es))\n"


def notebook(*cells: str) -> str:
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [
                {"cell_type": "markdown", "metadata": {}, "source": "# Momentum"},
                *(
                    {
                        "cell_type": "code",
                        "id": f"cell-{number}",
                        "metadata": {},
                        "outputs": [],
                        "execution_count": None,
                        "source": source.splitlines(keepends=True),
                    }
                    for number, source in enumerate(cells, 1)
                ),
            ],
        }
    )


MOMENTUM = notebook(
    "%matplotlib inline\nimport theano",
    "v = theano.shared(0.0)\nw = theano.shared(1.0)\nupdates = [(v, 0.9 * v - 0.1 * w)]",
    "!ls\nprint 'moving'\nupdates.append((w, w + v))\nf = theano.function([], [], updates=updates)",
)


def test_a_python_2_file_is_found_out_and_read(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(PYTHON2, encoding="utf-8")
    (found,) = run_json("check", "old.py", cwd=tmp_path)
    # A tab is one character.
    assert (found["code"], found["line"], found["column"]) == ("THU101", 7, 25)
    assert found["registered_line"] == 6


def test_the_python_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(PYTHON2, encoding="utf-8")
    done = run_here("theano-updates", "check", "--python-version", "3", "old.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "old.py:5:2: " in done.stderr
    assert run_here(
        "theano-updates", "check", "--python-version=2", "old.py", cwd=tmp_path
    ).returncode


def test_zip_makes_a_list_in_python_2(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(ZIP)
    assert run_json("check", "old.py", cwd=tmp_path) == []
    (tmp_path / "new.py").write_text(ZIP.replace("print 'x'", "print('x')"))
    assert [f["code"] for f in run_json("check", "new.py", cwd=tmp_path)] == ["THU204"]


def test_what_a_list_comprehension_leaves_behind_in_python_2(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(LEFT_BEHIND)
    found = run_json("check", "old.py", cwd=tmp_path)
    assert [(f["code"], f["line"], f["column"], f["variable"]) for f in found] == [
        ("THU101", 6, 22, "s"),
        ("THU102", 12, 22, "s"),
        ("THU101", 17, 33, "s"),
    ]
    (tmp_path / "new.py").write_text(LEFT_BEHIND.replace("print len(moves)", "print(len(moves))"))
    assert run_json("check", "new.py", cwd=tmp_path) == []


@WITH_THEANO
def test_what_is_left_behind_is_confirmed(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(LEFT_BEHIND)
    found = run_json("confirm", "old.py", cwd=tmp_path)
    assert [f["verdict"]["status"] for f in found] == ["confirmed"] * 3


@WITH_THEANO
def test_a_python_2_finding_is_confirmed(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(PYTHON2, encoding="utf-8")
    (found,) = run_json("confirm", "old.py", cwd=tmp_path)
    assert found["verdict"]["status"] == "confirmed"


def test_a_notebook_speaks_of_cells(tmp_path: Path) -> None:
    (tmp_path / "train.ipynb").write_text(MOMENTUM)
    (found,) = run_json("check", "train.ipynb", cwd=tmp_path)
    assert {name: found[name] for name in ("code", "cell", "cell_id", "line", "column")} == {
        "code": "THU101",
        "cell": 3,
        "cell_id": "cell-3",
        "line": 3,
        "column": 24,
    }
    assert (found["registered_cell"], found["registered_line"]) == (2, 3)
    assert (found["update_cell"], found["update_line"]) == (3, 3)
    assert found["message"].endswith(" (theano-updates explain 'train.ipynb:cell 3:3')")
    done = run_here("theano-updates", "check", ".", cwd=tmp_path)
    assert done.stdout.startswith("./train.ipynb:cell 3:3:24: THU101 ")


@WITH_THEANO
def test_a_notebook_is_confirmed(tmp_path: Path) -> None:
    (tmp_path / "train.ipynb").write_text(MOMENTUM)
    (found,) = run_json("confirm", "--calls", "2", "train.ipynb", cwd=tmp_path)
    verdict = found["verdict"]
    assert "\n# train.ipynb:cell 3:3:24: THU101 stale read: " in verdict["snippet"]
    assert "# cell 2, line " in verdict["snippet"]
    # w moves by the old v (0, -0.1), or by the new one (-0.1, -0.09 - 0.1 * 0.9 = -0.18).
    assert verdict["names"] == ["w", "v"]
    assert [row[0] for row in verdict["as_compiled"]] == pytest.approx([1.0, 1.0, 0.9])
    assert [row[0] for row in verdict["with_new_value"]] == pytest.approx([1.0, 0.9, 0.72])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "broken.ipynb:1:2: not a notebook: broken JSON"),
        ("[]", "broken.ipynb:1:1: not a notebook: no nbformat"),
        (notebook("x = 1", "for x in"), "broken.ipynb:cell 2:1:"),
    ],
)
def test_unreadable_notebooks_leave_the_others(
    tmp_path: Path, content: str, complaint: str
) -> None:
    (tmp_path / "broken.ipynb").write_text(content)
    (tmp_path / "train.ipynb").write_text(MOMENTUM)
    done = run_here("theano-updates", "check", "broken.ipynb", "train.ipynb", cwd=tmp_path)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "THU101" in done.stdout


def test_python_3_files_do_not_load_the_parser_of_python_2(tmp_path: Path) -> None:
    code = (
        "import sys; from flake8_theano_updates.source.reading import read; "
        "read('a.py', b'x = 1'); print('tree_sitter' in sys.modules)"
    )
    done = run_python("-c", code, cwd=tmp_path)
    assert done.stdout == "False\n"
