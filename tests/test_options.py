"""The plugin's options, on the command line and from every kind of configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run_here, run_json
from marks import FOLDER, marks, off_fixture_names

OWN_COMPILER = """\
import theano
from mylib import compile


def train(x, w, v, g):
    return compile([x], steps=[(v, 0.9 * v - g), (w, w + v)])


def decay(lr):
    return theano.function([], lr, updates=[(lr, lr * 0.9)])
"""

CONFIGURATIONS = {
    "setup.cfg": "[flake8]\nthu-enable = THU901\nthu-function = mylib.compile:steps\n",
    "tox.ini": "[flake8]\nthu-enable = THU901\nthu-function = mylib.compile:steps\n",
    ".flake8": "[flake8]\nthu-enable = THU901\nthu-function =\n    mylib.compile:steps,\n",
    "pyproject.toml": (
        '[tool.flake8]\nthu-enable = ["THU901"]\nthu-function = ["mylib.compile:steps"]\n'
    ),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(OWN_COMPILER)
    return tmp_path


def _codes(output: str) -> list[str]:
    return [line.split()[1] for line in output.splitlines()]


def test_without_options_neither_is_reported(project: Path) -> None:
    done = run_here("flake8", "--isolated", "--select=THU", "a.py", cwd=project)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize("file", CONFIGURATIONS)
def test_options_from_configuration_files(project: Path, file: str) -> None:
    (project / file).write_text(CONFIGURATIONS[file])
    done = run_here("flake8", "--select=THU", "a.py", cwd=project)
    assert done.stderr == ""
    assert _codes(done.stdout) == ["THU101", "THU901"]


def test_options_from_the_command_line(project: Path) -> None:
    options = ("--thu-enable=thu901", "--thu-function=mylib.compile:steps")
    done = run_here("flake8", "--isolated", "--select=THU", *options, "a.py", cwd=project)
    assert _codes(done.stdout) == ["THU101", "THU901"]


def test_check_takes_the_same_options(project: Path) -> None:
    options = ("--enable", "THU901", "--function", "mylib.compile:steps")
    assert [f["code"] for f in run_json("check", *options, "a.py", cwd=project)] == [
        "THU101",
        "THU901",
    ]


def test_a_position_instead_of_a_keyword(project: Path) -> None:
    (project / "a.py").write_text(OWN_COMPILER.replace("steps=", ""))
    options = ("--function", "mylib.compile:1")
    assert [f["code"] for f in run_json("check", *options, "a.py", cwd=project)] == ["THU101"]


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("--thu-enable=THU999", "no rule's code begins with 'THU999'"),
        ("--thu-function=my-lib:updates", "write the function as mylib.compile:updates"),
        ("--thu-function=mylib.compile:-1", "'-1' is neither a keyword nor a position"),
    ],
)
def test_values_that_mean_nothing_are_refused(project: Path, option: str, complaint: str) -> None:
    done = run_here("flake8", "--isolated", "--select=THU", option, "a.py", cwd=project)
    assert done.returncode != 0
    assert complaint in done.stdout + done.stderr


@pytest.mark.parametrize("name", off_fixture_names())
def test_rules_that_are_off_report_their_marks_when_enabled(name: str) -> None:
    code = Path(name).stem
    done = run_here(
        "flake8", "--isolated", "--select=THU", f"--thu-enable={code}", name, cwd=FOLDER
    )
    reported = [tuple(line.split(":")[1:3]) for line in done.stdout.splitlines()]
    assert reported == [(str(line), str(column)) for _, line, column, *_ in marks(name)]
    assert set(_codes(done.stdout)) == {code}


@pytest.mark.parametrize("name", off_fixture_names())
def test_rules_that_are_off_are_silent(name: str) -> None:
    code = Path(name).stem
    done = run_here("flake8", "--isolated", "--select=THU", name, cwd=FOLDER)
    assert code not in done.stdout
