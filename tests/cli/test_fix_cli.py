"""``theano-updates fix`` as a user runs it."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from commands import run_here, run_json, run_python
from marks import FOLDER, marks

from flake8_theano_updates.cli import fix as fix_verb
from flake8_theano_updates.cli.main import main

PROGRAM = FOLDER / "THU101" / "programs" / "momentum.py"
pytestmark = pytest.mark.usefixtures("_lasting_workers")
needs_py2 = pytest.mark.skipif(find_spec("tree_sitter") is None, reason="needs the extra py2")
needs_theano = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")


def _copy(tmp_path: Path, source: Path = PROGRAM, name: str = "a.py") -> Path:
    file = tmp_path / name
    file.write_bytes(source.read_bytes())
    return file


def test_the_diff_is_shown_and_nothing_is_written(tmp_path: Path) -> None:
    file = _copy(tmp_path)
    done = run_here("theano-updates", "fix", "--unsafe", "--no-prove", "a.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "+velocity_new = 0.9 * velocity - 0.1 * grad\n" in done.stdout
    assert done.stdout.startswith("--- a/a.py\n+++ b/a.py\n")
    assert file.read_bytes() == PROGRAM.read_bytes()


@needs_theano
def test_a_proven_fix_is_written_and_confirm_has_nothing_left(tmp_path: Path) -> None:
    file = _copy(tmp_path)
    done = run_here("theano-updates", "fix", "--unsafe", "--write", "--prove", "a.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "theano-updates: a.py: 1 fixed, proven by theano 1.0.5\n"
    assert "(w, w + velocity_new)" in file.read_text()
    assert run_json("confirm", "a.py", cwd=tmp_path) == []
    again = file.read_bytes()
    done = run_here("theano-updates", "fix", "--unsafe", "--write", "a.py", cwd=tmp_path)
    assert (done.returncode, done.stderr, file.read_bytes()) == (0, "", again)


@needs_theano
def test_fixes_that_compute_something_elsewhere_are_proven_and_written(tmp_path: Path) -> None:
    # In one of them, what was computed last before the fix comes first after it.
    file = _copy(tmp_path, FOLDER / "THU101" / "sequences.py")
    done = run_here("theano-updates", "fix", "--unsafe", "--write", "a.py", cwd=tmp_path)
    every = len(marks("THU101/sequences.py"))
    assert (done.returncode, done.stderr) == (
        0,
        f"theano-updates: a.py: {every} fixed, proven by theano 1.0.5\n",
    )
    assert "new_values" in file.read_text()


@needs_theano
def test_what_is_proven_is_told_from_what_there_is_no_program_for(tmp_path: Path) -> None:
    """The order of a plain dict is nothing that a run could show."""
    file = _copy(tmp_path)
    file.write_text(
        file.read_text()
        + "\na, b = theano.shared(1.0), theano.shared(2.0)\n"
        + "swap = theano.function([], updates={a: b, b: a})\n"
    )
    options = ("--unsafe", "--enable=THU903", "--write", "a.py")
    done = run_here("theano-updates", "fix", *options, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        0,
        "theano-updates: a.py: 2 fixed, 1 of them proven by theano 1.0.5\n",
    )


# The velocity holds integers and its update does not: there are no numbers to prove anything
# with.
UNPROVABLE = """\
import theano
import theano.tensor as T

def momentum(x, cost, w, lr=0.1):
    velocity = theano.shared(0)
    step = lr * T.grad(cost, w)
    updates = [(velocity, 0.9 * velocity - step), (w, w + velocity)]
    return theano.function([x], [], updates=updates)
"""


@needs_theano
def test_a_fix_that_cannot_be_proven_is_neither_shown_nor_written(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(UNPROVABLE)
    column = UNPROVABLE.splitlines()[6].rindex("velocity") + 1
    for output in ("--diff", "--write"):
        done = run_here("theano-updates", "fix", "--unsafe", output, "a.py", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        (line,) = done.stderr.splitlines()
        assert f"a.py:7:{column}: THU101 is not fixed: its fix cannot be proven (--no-" in line
        assert "int64" in line
    assert file.read_text() == UNPROVABLE


def test_without_proofs_it_is_made_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(UNPROVABLE)
    done = run_here(
        "theano-updates", "fix", "--unsafe", "--no-prove", "--write", "a.py", cwd=tmp_path
    )
    assert done.returncode == 0
    assert "(velocity, velocity_new), (w, w + velocity_new)]" in file.read_text()


@needs_theano
def test_one_unprovable_fix_does_not_keep_the_others_back(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(UNPROVABLE + PROGRAM.read_text())
    done = run_here("theano-updates", "fix", "--unsafe", "--write", "a.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "a.py: 1 fixed" in done.stderr
    assert file.read_text().startswith(UNPROVABLE)
    assert "(w, w + velocity_new)" in file.read_text()


@pytest.fixture
def without_backend(tmp_path: Path) -> Path:
    """Make an interpreter that has no backend: this one, without its packages."""
    python = tmp_path / "bare-python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    python.chmod(0o755)
    return python


def test_another_interpreter_has_to_have_a_backend(tmp_path: Path, without_backend: Path) -> None:
    file = _copy(tmp_path)
    call = ("theano-updates", "fix", "--unsafe", "--write", "--python", without_backend, "a.py")
    done = run_here(*call, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("theano-updates: fix: nothing can be proven: no Theano")
    assert file.read_bytes() == PROGRAM.read_bytes()


@needs_theano
def test_another_interpreter_proves(tmp_path: Path) -> None:
    file = _copy(tmp_path)
    call = ("theano-updates", "fix", "--unsafe", "--write", "--python", sys.executable, "a.py")
    assert run_here(*call, cwd=tmp_path).returncode == 0
    assert "(w, w + velocity_new)" in file.read_text()


def test_where_no_backend_is_the_fixes_come_without_proof(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    without_backend: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = _copy(tmp_path)
    monkeypatch.setattr(sys, "executable", str(without_backend))
    assert main(["fix", "--unsafe", "--write", str(file)]) == 0
    assert "fix: without proof: no Theano" in capsys.readouterr().err
    assert "(w, w + velocity_new)" in file.read_text()
    file.write_bytes(PROGRAM.read_bytes())
    assert main(["fix", "--unsafe", "--write", "--prove", str(file)]) == 2
    assert file.read_bytes() == PROGRAM.read_bytes()


def test_without_a_choice_an_order_finding_is_left(tmp_path: Path) -> None:
    file = _copy(tmp_path)
    done = run_here("theano-updates", "fix", "--write", "a.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "--unsafe uses the new value" in done.stderr
    assert file.read_bytes() == PROGRAM.read_bytes()


def test_safe_only_keeps_the_meaning(tmp_path: Path) -> None:
    file = _copy(tmp_path)
    done = run_here("theano-updates", "fix", "--safe-only", "--write", "a.py", cwd=tmp_path)
    assert done.returncode == 0
    assert "  # noqa: THU102\n" in file.read_text()


def test_unsafe_mends_need_to_be_asked_for(tmp_path: Path) -> None:
    _copy(tmp_path, FOLDER / "THU301" / "values.py")
    done = run_here("theano-updates", "fix", "a.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "the fix changes what the program computes: --unsafe" in done.stderr
    done = run_here("theano-updates", "fix", "--unsafe", "a.py", cwd=tmp_path)
    assert "-    step = lr.get_value() * g" in done.stdout


def test_select_leaves_the_other_findings(tmp_path: Path) -> None:
    _copy(tmp_path)
    done = run_here("theano-updates", "fix", "--unsafe", "--select", "THU3", "a.py", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_standard_input_comes_back_fixed(tmp_path: Path) -> None:
    source = (FOLDER / "THU303" / "places.py").read_bytes().replace(b"\n", b"\r\n")
    done = run_here("theano-updates", "fix", "--write", "-", cwd=tmp_path, stdin=source)
    assert done.returncode == 0
    assert "[x], [], updates=[(w, w - g)])  # error" in done.stdout
    assert done.stdout.count("\r\n") == source.count(b"\r\n")


def test_what_cannot_be_written_is_named_and_the_others_are_fixed(tmp_path: Path) -> None:
    odd = PROGRAM.read_text().replace("velocity", "v\u00e9")
    _copy(tmp_path)
    (tmp_path / "b.py").write_bytes(f"# coding: latin-1\n{odd}".encode("latin-1"))
    # Its name leaves no room for that of the new file beside it.
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / f"{'c' * 250}.py").write_bytes(PROGRAM.read_bytes())
    done = run_here("theano-updates", "fix", "--unsafe", "--no-prove", "--write", ".", cwd=tmp_path)
    assert done.returncode == 2
    *fixed, left = done.stderr.splitlines()
    assert fixed == [f"theano-updates: ./{name}.py: 1 fixed, not proven" for name in "ab"]
    assert "v\u00e9_new" in (tmp_path / "b.py").read_bytes().decode("latin-1")
    assert left.endswith(f"{'c' * 250}.py: not written: File name too long")


def test_an_internal_error_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError("broken")

    file = _copy(tmp_path)
    monkeypatch.setattr(fix_verb, "mend", fail)
    assert main(["fix", "--unsafe", "--write", str(file)]) == 3
    assert "internal error: ValueError: broken" in capsys.readouterr().err
    assert file.read_bytes() == PROGRAM.read_bytes()


def test_only_fix_loads_the_fixes(tmp_path: Path) -> None:
    _copy(tmp_path)
    code = (
        "import sys; from flake8_theano_updates.cli.main import main; main(['check', 'a.py']); "
        "print([name for name in sys.modules if name.startswith('flake8_theano_updates.fix')])"
    )
    assert run_python("-c", code, cwd=tmp_path).stdout.splitlines()[-1] == "[]"


def test_choices_exclude_each_other(tmp_path: Path) -> None:
    done = run_here("theano-updates", "fix", "--unsafe", "--safe-only", "a.py", cwd=tmp_path)
    assert done.returncode == 2


def test_the_edits_stand_in_the_json(tmp_path: Path) -> None:
    file = _copy(tmp_path)
    (finding,) = _findings(tmp_path)
    kinds = [(fix["kind"], fix["safe"]) for fix in finding["fixes"]]
    assert kinds == [("new-value", False), ("reorder", True)]
    lines = file.read_text().splitlines(keepends=True)
    for edit in reversed(finding["fixes"][0]["edits"]):
        assert edit["line"] == edit["end_line"]
        line = lines[edit["line"] - 1]
        head, tail = line[: edit["column"] - 1], line[edit["end_column"] - 1 :]
        lines[edit["line"] - 1] = head + edit["text"] + tail
    diff = run_here("theano-updates", "fix", "--unsafe", "--no-prove", "a.py", cwd=tmp_path).stdout
    file.write_text("".join(lines))
    assert _findings(tmp_path) == []
    assert f"+{lines[11]}".splitlines()[0] in diff


def _findings(folder: Path) -> list[dict[str, Any]]:
    done = run_here("theano-updates", "check", "--format", "json", "a.py", cwd=folder)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
