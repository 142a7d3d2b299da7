"""``theano-updates explain`` of the user's own code."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from commands import run_here
from marks import FOLDER, fixture_names

from flake8_theano_updates.cli import explain as explain_verb
from flake8_theano_updates.cli import main as cli
from flake8_theano_updates.model import Edit, Finding, Fix
from flake8_theano_updates.report.explanation import explanation

MOMENTUM = """\
import theano

def train(w, g):
    v = theano.shared(0.0)
    updates = [(v, 0.9 * v - g)]
    updates.append((w, w + v))
    return updates
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(MOMENTUM)
    return tmp_path


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["explain", *arguments])
        seen = capsys.readouterr()
        return status, seen.out, seen.err

    return run


def paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n")]


def test_it_tells_the_lines_what_they_compute_and_what_to_write(explain) -> None:
    status, out, err = explain("a.py")
    assert (status, err) == (1, "")
    told = paragraphs(out)
    assert told[0] == (
        "a.py:6:28: THU101 stale read: w uses old v; compute v_new = ..., register (v, v_new) "
        "and use v_new here"
    )
    assert out.split("\n\n")[1].split("\n") == [
        "    registers       5 | updates = [(v, 0.9 * v - g)]",
        "    reads, updates  6 | updates.append((w, w + v))",
        "                      |                        ^",
    ]
    as_compiled = told.index("w + v")
    assert told[as_compiled - 1].endswith("So the new value of 'w' is")
    assert "the 'v' from before the call. Read in order, with line 5" in told[as_compiled + 1]
    assert told[as_compiled + 2] == "w + (0.9 * v - g)"
    assert "say so at the end of line 6: # noqa: THU101" in " ".join(out.split())
    change = out.split("can be proven):\n\n")[1].split("\n\n")[0]
    assert [line.strip() for line in change.splitlines() if line.lstrip()[0] in "+-"] == [
        "- updates = [(v, 0.9 * v - g)]",
        "- updates.append((w, w + v))",
        "+ v_new = 0.9 * v - g",
        "+ updates = [(v, v_new)]",
        "+ updates.append((w, w + v_new))",
    ]
    assert told[-1] == "More about the rule: theano-updates explain THU101"


def test_a_lagged_read_is_of_the_call_before(explain, folder: Path) -> None:
    first, second = "(v, 0.9 * v - g)", "(w, w + v)"
    code = MOMENTUM.replace(first, "@").replace(second, first).replace("@", second)
    (folder / "a.py").write_text(code)
    status, out, _ = explain("a.py")
    assert status == 1
    told = paragraphs(out)
    assert "the 'v' that the call before has left. With the new value, which line 6" in out
    assert told[told.index("w + v") + 2] == "w + (0.9 * v - g)"


def test_a_name_that_holds_the_new_value_is_the_one_to_read(explain, folder: Path) -> None:
    code = MOMENTUM.replace(
        "    updates = [(v, 0.9 * v - g)]", "    n = v - g\n    updates = [(v, n)]"
    )
    (folder / "a.py").write_text(code)
    assert "w + n" in paragraphs(explain("a.py")[1])


def test_a_read_in_a_local_stands_on_a_line_of_its_own(explain, folder: Path) -> None:
    code = MOMENTUM.replace(
        "    updates.append((w, w + v))", "    n = w + v\n    updates.append((w, n))"
    )
    (folder / "a.py").write_text(code)
    out = explain("a.py")[1]
    assert "    registers  5 | updates = [(v, 0.9 * v - g)]\n" in out
    assert "    reads      6 | n = w + v\n" in out
    assert "    updates    7 | updates.append((w, n))\n" in out


HELPER = """\
import theano

def put(pairs, target, value):
    pairs.append((target, value))

def train(w, g):
    v = theano.shared(0.0)
    updates = []
    put(updates, v, 0.9 * v - g)
    put(updates, w, w + v)
    return updates
"""


def test_the_calls_of_a_helper_are_shown_and_fixed(explain, folder: Path) -> None:
    (folder / "a.py").write_text(HELPER)
    out = explain("a.py")[1]
    assert out.split("\n\n")[1].split("\n") == [
        "    makes pairs      4 | pairs.append((target, value))",
        "    registers        9 | put(updates, v, 0.9 * v - g)",
        "    reads, updates  10 | put(updates, w, w + v)",
        "                       |                     ^",
    ]
    assert "with line 9 done first" in " ".join(out.split())
    assert "w + (0.9 * v - g)" in paragraphs(out)
    assert "+ put(updates, v, v_new)\n    + put(updates, w, w + v_new)\n" in out
    # The machine's line of a pair stays the one on which the pair is written.
    found = run_here("theano-updates", "check", "--format=json", "a.py", cwd=folder).stdout
    (finding,) = json.loads(found)
    assert (finding["registered_line"], finding["update_line"]) == (4, 4)


METHODS = """\
import theano

class Momentum:
    def velocity_updates(self, grads):
        return [(v, 0.9 * v - g) for v, g in zip(self.vels, grads)]

    def param_updates(self):
        return [(p, p + v) for p, v in zip(self.params, self.vels)]

    def get_updates(self, grads):
        return self.velocity_updates(grads) + self.param_updates()
"""


def test_a_new_value_of_another_function_is_to_be_handed_on(explain, folder: Path) -> None:
    (folder / "a.py").write_text(METHODS)
    told = paragraphs(explain("a.py")[1])
    assert "keep new_values[v] = ..., and use new_values[v] here" in told[0]
    [instead] = [one for one in told if one.startswith("Write instead")]
    assert "in another function, at line 5" in instead
    assert "hand it on to the function of line 8" in instead
    refused = run_here("theano-updates", "fix", "--unsafe", "a.py", cwd=folder).stderr
    assert "in another function: keep it under a name at line 5, hand it on" in refused


TWICE = """\
import pytensor
import pytensor.tensor as pt

def noise(rng):
    next_rng, drawn = rng.normal(size=2)
    return next_rng, drawn

rng = pt.random.shared_rng(seed=1)
first_rng, x = noise(rng)
second_rng, y = noise(rng)
f = pytensor.function([], x + y, updates={rng: second_rng})
"""


def test_where_no_fix_hands_a_generator_on_it_is_told_which_one_to_draw_from(
    explain, folder: Path
) -> None:
    (folder / "a.py").write_text(TWICE)
    wanted = "the generator that the draw of line 5 returns"
    told = paragraphs(explain("a.py")[1])
    assert any(one.startswith("Write instead, at line 10: ") and wanted in one for one in told)
    refused = run_here("theano-updates", "fix", "--unsafe", "a.py", cwd=folder).stderr
    assert f"give it, instead of 'rng', {wanted}" in refused


def test_python_2(explain, folder: Path) -> None:
    pytest.importorskip("tree_sitter", reason="the py2 extra is not installed")
    code = MOMENTUM.replace("    updates.append", '\tprint "é", `w`\n\tupdates.append').replace(
        "    ", "\t"
    )
    (folder / "old.py").write_text(code, encoding="utf-8")
    status, out, err = explain("old.py")
    assert (status, err) == (1, "")
    assert "    reads, updates  7 | updates.append((w, w + v))\n" in out
    assert "                      |                        ^\n" in out
    assert "w + (0.9 * v - g)" in paragraphs(out)
    assert "+ v_new = 0.9 * v - g\n" in out
    assert explain("--python-version=3", "old.py")[0] == 2


def test_no_name_is_proposed_that_another_loop_would_not_see(explain, folder: Path) -> None:
    pytest.importorskip("tree_sitter", reason="the py2 extra is not installed")
    code = """\
import theano

def train(ws, vs, gs):
    updates = []
    for v, g in zip(vs, gs):
        updates.append((v, 0.9 * v - g))
    for w, v in zip(ws, vs):
        updates.append((w, w + v))
    print updates
    return updates
"""
    (folder / "old.py").write_text(code)
    status, out, _ = explain("old.py")
    assert (status, out.count("THU101 stale read")) == (1, 1)
    assert "v_new" not in out


def test_a_notebook_speaks_of_cells(explain, folder: Path) -> None:
    sources = [
        "%matplotlib inline\nimport theano",
        "v = theano.shared(0.0)\nupdates = [(v, 0.9 * v - g)]",
        "!ls\nupdates.append((w, w + v))\nf = theano.function([], [], updates=updates)",
    ]
    cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    (folder / "n.ipynb").write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))
    status, out, _ = explain("n.ipynb")
    assert status == 1
    assert "    registers       cell 2:2 | updates = [(v, 0.9 * v - g)]\n" in out
    assert "    reads, updates  cell 3:2 | updates.append((w, w + v))\n" in out
    assert "with cell 2, line 2 done first" in " ".join(out.split())
    assert explain("n.ipynb:cell 3:2")[1] == out
    assert explain("n.ipynb:2")[1] == out
    status, other, _ = explain("n.ipynb:cell 2:2")
    assert (status, other) == (
        0,
        "n.ipynb:cell 2:2: nothing found here, but at n.ipynb:cell 3:2:24\n",
    )


@pytest.mark.parametrize("place", ["a.py:6", "a.py:6:28", "a.py:6:28:"])
def test_a_place_as_check_prints_it(explain, place: str) -> None:
    assert explain(place) == explain("a.py")


@pytest.mark.parametrize("place", ["a.py:5", "a.py:6:2", "a.py:99", "a.py:cell 1:6"])
def test_another_place(explain, place: str) -> None:
    assert explain(place) == (0, f"{place}: nothing found here, but at a.py:6:28\n", "")


def test_a_file_whose_name_looks_like_a_place(explain, folder: Path) -> None:
    (folder / "a.py:5").write_text(MOMENTUM)
    assert explain("a.py:5")[1].startswith("a.py:5:6:28: THU101")


def test_nothing_found(explain, folder: Path) -> None:
    (folder / "b.py").write_text("x = 1\n")
    assert explain("b.py") == (0, "b.py: nothing found\n", "")


def test_standard_input(explain, monkeypatch: pytest.MonkeyPatch) -> None:
    def give() -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MOMENTUM.encode())))

    give()
    status, out, _ = explain("-")
    assert status == 1
    assert out.startswith("stdin:6:28: THU101")
    give()
    # It can be read once, and asked about twice.
    twice = explain("--", "-:6", "-:6")[1]
    assert twice.count("stdin:6:28: THU101") == 2


def test_what_cannot_be_read_is_told_and_the_rest_is_explained(explain, folder: Path) -> None:
    (folder / "bad.py").write_text("def f(:\n")
    (folder / "bad.ipynb").write_text("{")
    status, out, err = explain("bad.py", "bad.ipynb", "gone.py", "a.py", "bad.py:3")
    assert status == 2
    assert err == (
        "theano-updates: bad.py:1:7: syntax error: invalid syntax\n"
        "theano-updates: bad.ipynb:1:2: not a notebook: broken JSON "
        "(Expecting property name enclosed in double quotes)\n"
        "theano-updates: gone.py: no such file or folder\n"
    )
    assert out.count("More about") == 1


def test_rules_and_paths_in_one_run(explain) -> None:
    status, out, err = explain("thu102", "a.py:6", "THU999")
    assert status == 2
    assert out.startswith("THU102 lagged-read (")
    assert "\na.py:6:28: THU101 " in out
    assert err == (
        "theano-updates: explain: there is no rule 'THU999', nor such a file "
        "(theano-updates explain lists the rules)\n"
    )


def test_options_are_those_of_check(explain, folder: Path) -> None:
    assert explain("--select=THU102", "a.py")[:2] == (0, "a.py: nothing found\n")
    (folder / "a.py").write_text(MOMENTUM.replace("w + v))", "w + v))  # noqa: THU101"))
    assert explain("a.py")[0] == 0
    (folder / "b.py").write_text("import theano\nf = theano.function([], v, updates=[(v, v + 1)])")
    assert explain("b.py")[0] == 0
    assert "THU901 output before update" in explain("--enable=THU901", "b.py")[1]
    (folder / "c.py").write_text(
        "import own, theano\nf = own.compile([], given=[(v, 0.9 * v - g), (w, w + v)])\n"
    )
    assert explain("c.py")[0] == 0
    assert "THU101" in explain("--function=own.compile:given", "c.py")[1]


def test_an_internal_error_is_told_and_the_rest_is_explained(
    explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(finding: Finding, sources: object) -> str:
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr(explain_verb, "explanation", fails)
    status, out, err = explain("a.py", "THU101")
    assert status == 3
    assert out.startswith("THU101 stale-read")
    assert err.startswith("theano-updates: internal error: ZeroDivisionError: one two at ")


@pytest.mark.parametrize("name", fixture_names())
def test_it_fits_the_terminal(explain, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(FOLDER)
    _, out, err = explain(name)
    assert err == ""
    wide = [line for line in out.splitlines() if len(line) > 100]
    assert wide == []
    assert max(map(len, out.split("-" * 100))) < 4000


FINDING = Finding("b.py", 1, 61, 1, 69, "THU204", "one-shot-iterator", "m" * 8)


def shown(code: str, finding: Finding) -> tuple[str, str]:
    lines = explanation(finding, {("b.py", None): [code]}).split("\n\n")[1].split("\n")
    assert max(map(len, lines)) <= 100
    first, second = (line.partition(" | ")[2] for line in lines)
    return first, second


@pytest.mark.parametrize("after", [0, 20, 500])
@pytest.mark.parametrize("before", [0, 60, 90, 500])
def test_of_a_long_line_what_is_around_the_finding_is_shown(before: int, after: int) -> None:
    finding = replace(FINDING, column=before + 1, end_column=before + 9)
    code, carets = shown("a" * before + "velocity" + "b" * after, finding)
    start = carets.index("^")
    assert carets.count("^") == 8
    assert code[start : start + 8] == "velocity"


def test_a_tab_moves_the_carets() -> None:
    finding = replace(FINDING, column=4, end_column=12)
    code, carets = shown("a\tbvelocity", finding)
    assert code.index("velocity") == carets.index("^")


def test_a_finding_over_several_lines_is_marked_to_the_end_of_its_first() -> None:
    finding = replace(FINDING, column=3, end_line=2, end_column=2)
    assert shown("a=zip(b,\n", finding) == ("a=zip(b,", "  ^^^^^^")


def test_lines_that_are_not_there_are_left_out() -> None:
    told = explanation(replace(FINDING, line=7, end_line=7), {("b.py", None): ["x"]})
    assert "|" not in told


def test_a_changed_line_may_begin_with_signs() -> None:
    fix = Fix("rewrite", True, (Edit(1, 1, 1, 5, "++a"),))
    told = explanation(replace(FINDING, fixes=(fix,)), {("b.py", None): ["--a \n", "b\n"]})
    assert "    - --a\n    + ++a\n      b\n" in told


def test_many_changed_lines_are_counted() -> None:
    lines = [f"{n}\n" for n in range(30)]
    fix = Fix("rewrite", True, (Edit(1, 1, 31, 1, ""),))
    told = explanation(replace(FINDING, fixes=(fix,)), {("b.py", None): lines})
    assert "`theano-updates fix` does it" in told
    assert "    - 15\n    ... and 14 lines more\n" in told
