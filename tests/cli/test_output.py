"""Where a report goes, and how much of it there is."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import run_here
from marks import FOLDER, marks

needs_theano = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")
QUESTION = (FOLDER / "question.py").read_bytes()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_bytes(QUESTION)
    return tmp_path


def test_a_report_goes_into_a_file(project: Path) -> None:
    printed = run_here("theano-updates", "check", "--format=json", "a.py", cwd=project)
    (project / "old.json").write_text("old")
    done = run_here(
        "theano-updates", "check", "--format=json", "--output-file=old.json", "a.py", cwd=project
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert (project / "old.json").read_text() == printed.stdout
    assert sorted(os.listdir(project)) == ["a.py", "old.json"]


def test_a_report_takes_the_place_of_no_source(project: Path) -> None:
    (project / "folder").mkdir()
    for place, why in (
        ("a.py", "there is a source file"),
        ("folder", "there is something else that is no file"),
        ("no/where.txt", "No such file or directory"),
    ):
        done = run_here("theano-updates", "check", "--output-file", place, "a.py", cwd=project)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"theano-updates: --output-file: {place}: {why}\n"
    assert (project / "a.py").read_bytes() == QUESTION


def test_findings_may_leave_the_status_as_it_is(project: Path) -> None:
    done = run_here("theano-updates", "check", "--exit-zero", "a.py", cwd=project)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    # What goes wrong is another matter.
    done = run_here("theano-updates", "check", "--exit-zero", "a.py", "b.py", cwd=project)
    assert (done.returncode, len(done.stdout.splitlines())) == (2, 2)


def test_findings_are_counted_by_rule() -> None:
    done = run_here("theano-updates", "check", "--statistics", "THU101/twelve.py", cwd=FOLDER)
    found, counts = done.stdout.split("\n\n")
    codes = [code for *_, code, _ in marks("THU101/twelve.py")]
    assert len(found.splitlines()) == len(codes)
    told = [line.split()[:2] for line in counts.splitlines()]
    assert told == [
        [str(codes.count(code)), code] for code in sorted(set(codes), key=codes.count, reverse=True)
    ]
    done = run_here("theano-updates", "check", "--statistics", "--format=json", ".", cwd=FOLDER)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--statistics goes with" in done.stderr


@needs_theano
@pytest.mark.usefixtures("_lasting_workers")
def test_confirm_says_a_line_and_the_verdict_and_more_when_asked(project: Path) -> None:
    short = run_here("theano-updates", "confirm", "a.py", cwd=project).stdout
    assert [line.split()[0] for line in short.splitlines() if not line.startswith("    -")] == [
        "a.py:16:28:",
        "confirmed",
        "a.py:16:28:",
        "confirmed",
        "2",
    ]
    quiet = run_here("theano-updates", "confirm", "-q", "a.py", cwd=project).stdout
    assert quiet + "2 findings: 2 confirmed\n" == short
    long = run_here("theano-updates", "confirm", "-v", "a.py", cwd=project).stdout
    assert long.count("calls") == 2
    assert set(short.splitlines()) <= set(long.splitlines())
    file = run_here("theano-updates", "confirm", "-v", "--output-file=v.txt", "a.py", cwd=project)
    assert (file.returncode, file.stdout) == (1, "")
    assert (project / "v.txt").read_text(encoding="utf-8") == long
    gitlab = run_here("theano-updates", "confirm", "--format=gitlab", "a.py", cwd=project).stdout
    assert [one["severity"] for one in json.loads(gitlab)] == ["critical", "critical"]
