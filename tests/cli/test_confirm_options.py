"""Options of ``theano-updates confirm``, with a real backend behind them."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
from commands import run, run_here, run_json
from marks import FOLDER
from samples import STALE

pytestmark = pytest.mark.usefixtures("_lasting_workers")
needs_theano = pytest.mark.skipif(
    importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
)

# The second update subtracts what it adds: whatever the velocity is, nothing changes.
HARMLESS = STALE.replace("param + velocity", "param + velocity - velocity")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(STALE)
    return tmp_path


@needs_theano
def test_another_interpreter_compiles(project: Path) -> None:
    # A program of this name on PATH, and one by its place from here.
    (project / "bin").mkdir()
    (project / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (project / "bin" / "python").chmod(0o755)
    (found,) = run_json("confirm", "--python", "bin/python", "train.py", cwd=project)
    assert found["verdict"]["status"] == "confirmed"
    assert found["verdict"]["python"] == "{}.{}.{}".format(*sys.version_info)


def test_an_interpreter_that_cannot_be_run_is_refused(project: Path) -> None:
    (project / "plain").write_text("#!/bin/sh\n")
    (project / "folder").mkdir()
    for path, complaint in {
        "nowhere/python": "there is no program nowhere/python",
        "no-such-python": "there is no program no-such-python",
        "./plain": "./plain is not executable",
        "folder": "folder is a folder, not an interpreter",
        "": "no path is given",
    }.items():
        done = run_here("theano-updates", "confirm", "--python", path, "train.py", cwd=project)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            f"theano-updates confirm: error: argument --python: {complaint}\n"
            "theano-updates confirm --help says more\n"
        )


def test_an_interpreter_without_a_backend_is_told(project: Path) -> None:
    venv.create(project / "empty", with_pip=False)
    python = project / "empty" / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = run_here("theano-updates", "confirm", "--python", python, "train.py", cwd=project)
    assert done.returncode == 2
    assert done.stderr.startswith("theano-updates: confirm: no Theano")
    assert str(python) in done.stderr
    assert done.stderr.count("\n") == 1
    # Under the finding it is said in short, and not again.
    assert "    unresolved: there is no backend that could be asked\n" in done.stdout
    assert str(python) not in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such scripts")
def test_a_program_that_is_no_interpreter_is_told(project: Path) -> None:
    (project / "false").write_text("#!/bin/sh\nexit 3\n")
    (project / "false").chmod(0o755)
    done = run_here("theano-updates", "confirm", "--python", "./false", "train.py", cwd=project)
    assert done.returncode == 2
    assert done.stderr.startswith(f"theano-updates: confirm: {project / 'false'} does not start: ")


@needs_theano
def test_as_many_jobs_as_one_likes_give_the_same(project: Path) -> None:
    for name in ("a.py", "b.py", "c.py"):
        (project / name).write_text(STALE.replace("0.9", f"0.{ord(name[0]) % 10}"))
    one = run_here("theano-updates", "confirm", "--jobs=1", ".", cwd=project)
    more = run_here("theano-updates", "confirm", "--jobs=3", ".", cwd=project)
    assert one.stdout.splitlines()[-1] == "4 findings: 4 confirmed"
    assert (more.stdout, more.stderr, more.returncode) == (one.stdout, one.stderr, 1)


@needs_theano
def test_a_program_that_takes_too_long_is_unresolved(project: Path) -> None:
    options = ("--timeout=0.5", "--calls=1000000000")
    (found,) = run_json("confirm", *options, "train.py", cwd=project)
    assert found["verdict"]["status"] == "unresolved"
    assert "it took more than 0.5 seconds" in found["verdict"]["reason"]


@needs_theano
def test_what_is_refuted_does_not_count(project: Path) -> None:
    (project / "train.py").write_text(HARMLESS)
    found = run_json("confirm", "train.py", cwd=project)
    assert {one["verdict"]["status"] for one in found} == {"agrees"}
    done = run_here("theano-updates", "confirm", "train.py", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].endswith(f"{len(found)} refuted")
    (project / "wrong.py").write_text(STALE)
    assert run_here("theano-updates", "confirm", ".", cwd=project).returncode == 1


@needs_theano
@pytest.mark.parametrize(
    ("encoding", "drawn"),
    # param stays at 1 for two calls, and then falls; with the new velocity it falls at once.
    [("utf-8", "param     compiled  ███"), ("ascii", "param     compiled  ###")],
)
def test_sparklines_are_what_standard_output_can_show(
    project: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, drawn: str
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    done = run("theano-updates", "confirm", "-v", "train.py", cwd=project)
    # After the message, the verdict and what the program has.
    assert f"    {drawn}" in done.stdout.splitlines()[4]


@needs_theano
def test_a_program_is_shown_under_its_finding_and_in_json_where_it_always_is(project: Path) -> None:
    (found,) = run_json("confirm", "train.py", cwd=project)
    shown = run_here("theano-updates", "confirm", "--show-snippet", "train.py", cwd=project)
    lines = [f"    {line}" if line else "" for line in found["verdict"]["snippet"].splitlines()]
    assert shown.stdout.endswith("\n".join(["", *lines, "", "1 finding: 1 confirmed\n"]))
    assert run_json("confirm", "--show-snippet", "train.py", cwd=project) == [found]


@needs_theano
@pytest.mark.longer
def test_saved_programs_run_alone_and_come_to_the_same_verdict(project: Path) -> None:
    for path in (FOLDER / "question.py", FOLDER / "THU101" / "programs" / "momentum.py"):
        (project / path.name).write_bytes(path.read_bytes())
    (project / "train.py").write_text(HARMLESS)
    found = run_json("confirm", "--save-snippets", "out/kept", ".", cwd=project)
    assert {one["verdict"]["status"] for one in found} == {"confirmed", "agrees"}
    names = [f"{one['path'][2:-3]}_{one['line']}_{one['column']}_{one['code']}.py" for one in found]
    assert sorted(os.listdir(project / "out" / "kept")) == sorted(names)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("THEANO")}
    clean["THEANO_FLAGS"] = f"cxx=,blas.ldflags=,base_compiledir={project / 'compiled'}"
    for one, name in zip(found, names, strict=True):
        done = subprocess.run(
            [sys.executable, name],
            cwd=project / "out" / "kept",
            env=clean,
            capture_output=True,
            text=True,
            check=True,
        )
        assert printed(done.stdout) == {
            kind: rows_by_name(one["verdict"], kind)
            for kind in ("as_compiled", "reversed", "with_new_value")
        }
        first = one["verdict"]["first_difference"]
        last = done.stdout.splitlines()[-1]
        assert (
            last
            == {
                "agrees": "agrees: no difference in 5 calls",
                "confirmed": f"confirmed: they differ from call {first} on",
            }[one["verdict"]["status"]]
        )


def printed(text: str) -> dict[str, list[dict[str, Any]]]:
    """Read what a program prints: each trajectory's rows, as values by name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in text.splitlines():
        if line in ("as compiled:", "reversed:", "with new value:"):
            found[line[:-1].replace(" ", "_")] = rows = []
        elif match := re.match(r"  after \d+: (.*)", line):
            pairs = re.findall(r"(\w+) = (\[.*?\]|[^,]+)(?:, |$)", match[1])
            rows.append({name: ast.literal_eval(value) for name, value in pairs})
    return found


def rows_by_name(verdict: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [dict(zip(verdict["names"], row, strict=True)) for row in verdict[kind]]


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("train.py", "train.py: it is no folder"),
        ("train.py/inside", "train.py/inside: Not a directory"),
    ],
)
def test_where_programs_cannot_be_written_it_says_so_at_once(
    project: Path, place: str, complaint: str
) -> None:
    done = run_here("theano-updates", "confirm", "--save-snippets", place, "train.py", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"theano-updates: --save-snippets: {complaint}\n"
    assert (project / "train.py").read_text() == STALE


@needs_theano
def test_a_program_that_cannot_be_written_takes_no_verdicts_along(project: Path) -> None:
    (project / "full" / "train_7_32_THU101.py").mkdir(parents=True)
    done = run_here("theano-updates", "confirm", "--save-snippets=full", "train.py", cwd=project)
    assert done.returncode == 2
    complaint = "--save-snippets: full/train_7_32_THU101.py: Is a directory"
    assert done.stderr == f"theano-updates: {complaint}\n"
    assert done.stdout.endswith("1 finding: 1 confirmed\n")


def test_nothing_is_said_of_what_could_not_be_read(project: Path) -> None:
    (project / "train.py").write_text("(")
    done = run_here("theano-updates", "confirm", "train.py", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert run_here("theano-updates", "confirm", "--format=json", ".", cwd=project).stdout == "[]\n"
    done = run_here("theano-updates", "confirm", "--report=out.html", ".", cwd=project)
    assert done.stderr.endswith(
        "--report: out.html: no page is written, as nothing could be read\n"
    )
    assert os.listdir(project) == ["train.py"]
    (project / "a.py").write_text("")
    done = run_here("theano-updates", "confirm", ".", cwd=project)
    assert (done.returncode, done.stdout) == (2, "no findings, nothing to confirm\n")


@needs_theano
def test_a_program_of_a_cell_is_named_after_it(project: Path) -> None:
    cell = {"cell_type": "code", "metadata": {}, "source": STALE}
    notebook = {"nbformat": 4, "metadata": {}, "cells": [{**cell, "source": ""}, cell]}
    (project / "n.ipynb").write_text(json.dumps(notebook))
    run_here("theano-updates", "confirm", "--save-snippets=out", "n.ipynb", cwd=project)
    assert os.listdir(project / "out") == ["n_cell2_7_32_THU101.py"]


@needs_theano
def test_a_path_that_is_no_text_is_confirmed(project: Path) -> None:
    odd = os.fsdecode(b"odd\xff \x1b[31m.py")
    (project / "train.py").rename(project / odd)
    done = run_here("theano-updates", "confirm", "--show-snippet", ".", cwd=project)
    assert done.stdout.endswith("1 finding: 1 confirmed\n")
    assert "\x1b" not in done.stdout
    (found,) = run_json("confirm", ".", cwd=project)
    assert found["path"] == f"./{odd}"
