"""flake8 and ``theano-updates check`` report each mark of the fixtures and nothing else."""

from __future__ import annotations

import re

import pytest
from commands import run_here, run_json
from marks import FOLDER, NO_VARIABLE, Mark, fixture_names, marks, marks_of

_LINE = re.compile(r"^(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<code>THU\d+) (?P<text>.+)$")


@pytest.fixture(scope="module")
def flake8_lines() -> list[str]:
    # All files at once: starting flake8 takes longer than checking them.
    done = run_here("flake8", "--isolated", "--select", "THU", ".", cwd=FOLDER)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def flake8_findings(flake8_lines: list[str]) -> dict[tuple[str, int, int, str], str]:
    return dict(_finding(line) for line in flake8_lines)


def _finding(line: str) -> tuple[tuple[str, int, int, str], str]:
    match = _LINE.match(line)
    assert match, line
    path = match["path"].removeprefix("./")
    return (path, int(match["line"]), int(match["column"]), match["code"]), match["text"]


@pytest.mark.parametrize("name", fixture_names())
def test_flake8_reports_the_marks_and_nothing_else(
    name: str, flake8_findings: dict[tuple[str, int, int, str], str]
) -> None:
    reported = sorted(place for place in flake8_findings if place[0] == name)
    assert reported == [mark[:4] for mark in marks(name)]


def test_messages_name_the_variable(
    flake8_findings: dict[tuple[str, int, int, str], str],
) -> None:
    for *place, variable in marks_of(*fixture_names()):
        assert variable == NO_VARIABLE or variable in flake8_findings[tuple(place)]


def test_no_finding_is_reported_twice(flake8_lines: list[str]) -> None:
    assert len(flake8_lines) == len(set(flake8_lines)) == len(marks_of(*fixture_names()))


@pytest.mark.parametrize("name", ["question.py", "THU101/adam.py", "clean/momentum.py"])
def test_flake8_reports_the_marks_of_standard_input(name: str) -> None:
    done = run_here(
        "flake8",
        "--isolated",
        "--select=THU",
        f"--stdin-display-name={name}",
        "-",
        cwd=FOLDER,
        stdin=(FOLDER / name).read_bytes(),
    )
    reported = sorted(_finding(line)[0] for line in done.stdout.splitlines())
    assert reported == [mark[:4] for mark in marks(name)]


def test_check_prints_what_flake8_prints(flake8_lines: list[str]) -> None:
    done = run_here("theano-updates", "check", ".", cwd=FOLDER)
    assert done.stderr == ""
    assert done.returncode == 1
    assert sorted(done.stdout.splitlines()) == sorted(flake8_lines)


def test_check_reports_the_marks_as_json() -> None:
    found: list[Mark] = [
        (
            entry["path"],
            entry["line"],
            entry["column"],
            entry["code"],
            entry["variable"] or NO_VARIABLE,
        )
        for entry in run_json("check", *fixture_names(), cwd=FOLDER)
    ]
    assert sorted(found) == marks_of(*fixture_names())
