"""`trace` says of random generators what the marks of the fixtures say (``make backends``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from backends import ENVIRONMENTS, Environment, skip_if_missing
from commands import run, run_json
from marks import FOLDER, Mark, marks

pytestmark = pytest.mark.backends

DRAWING = Path(__file__).with_name("drawing.py")
# PyTensor 3 has `shared_rng` and the methods of generators that most fixtures draw with.
NAMES = [
    "THU401/loops.py",
    "THU401/twice.py",
    "THU402/functions.py",
    "THU403/chains.py",
    "clean/generators.py",
]
ONLY_CHECK = {
    ("THU401/twice.py", 92): "nobody calls this function",
    ("THU401/twice.py", 124): "nobody calls this function",
    ("THU401/twice.py", 130): "nobody calls this function",
    ("THU402/functions.py", 55): "what is passed in as an input is the caller's",
    ("THU403/chains.py", 54): "what is passed in as an input is the caller's",
}
ONLY_TRACE = {
    # The default update moves the generator on from call to call, and not from turn to turn:
    # PyTensor 2.38 and 3 give the same numbers in each turn. What scan does with default updates
    # is not asked by `check`.
    ("clean/generators.py", 337): "THU401",
}

# Where the words differ, and nothing else.
OTHER_WORDS = {
    ("THU401/loops.py", 46): "check reads the two turns of the loop as two draws",
    ("THU402/functions.py", 67): "a helper returns the next generator: its name is not followed",
    ("THU402/functions.py", 80): "a scan returns the next generator: its name is not followed",
    ("THU402/functions.py", 141): "a scan returns the next generator: check has no name for it",
    ("THU402/functions.py", 153): "a scan returns the next generator: check has no name for it",
    ("THU403/chains.py", 66): "a helper returns the next generator: its name is not followed",
}


def traced(one: Environment, folder: Path, names: list[str], cwd: Path) -> list[dict[str, Any]]:
    skip_if_missing(one)
    report = folder / "report.json"
    options = ("--format", "json", "--output", report, "--python", one.interpreter)
    done = run("theano-updates", "trace", *options, DRAWING, *names, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return json.loads(report.read_text())


def place(finding: dict[str, Any]) -> Mark:
    fields = ("path", "line", "column", "code", "variable")
    return tuple(finding[field] for field in fields)


@pytest.fixture(autouse=True)
def _flags(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flags = f"cxx=,mode=FAST_COMPILE,blas__ldflags=,base_compiledir={tmp_path / 'compiled'}"
    for name in ("AESARA_FLAGS", "PYTENSOR_FLAGS"):
        monkeypatch.setenv(name, flags)


@pytest.mark.parametrize(
    "one",
    [one for one in ENVIRONMENTS if one.name in ("pytensor", "pytensor-3.13")],
    ids=lambda one: one.name,
)
def test_marks_are_found_where_they_are_drawn(one: Environment, tmp_path: Path) -> None:
    found = traced(one, tmp_path, NAMES, FOLDER)
    places = set(map(place, found))
    marked = {mark for name in NAMES for mark in marks(name)}
    assert {(name, line): code for name, line, _, code, _ in places - marked} == ONLY_TRACE
    assert {mark[:2] for mark in marked - places} == set(ONLY_CHECK)
    checked = {place(one): one for one in run_json("check", *NAMES, cwd=FOLDER)}
    other_words = {
        place(f)[:2]
        for f in found
        if place(f) in checked and f["message"] != checked[place(f)]["message"]
    }
    assert other_words == set(OTHER_WORDS)


@pytest.mark.parametrize(
    "one",
    [one for one in ENVIRONMENTS if one.package in ("aesara", "pytensor")],
    ids=lambda one: one.name,
)
def test_the_older_spelling_is_found_with_each_backend(one: Environment, tmp_path: Path) -> None:
    expected = []
    for code in ("THU401", "THU402", "THU403"):
        name = f"{code}/with_aesara.py"
        text = (FOLDER / name).read_text().replace("aesara", one.package)
        (tmp_path / f"{code}.py").write_text(text)
        expected += [(f"{code}.py", line, code) for _, line, _, code, _ in marks(name)]
    found = traced(one, tmp_path, ["THU401.py", "THU402.py", "THU403.py"], tmp_path)
    assert [(f["path"], f["line"], f["code"]) for f in found] == expected
    assert len(expected) == 3


CALLS = """\
import numpy as np
import pytensor
import pytensor.tensor as pt

rng = pytensor.shared(np.random.default_rng(1))
draw = pytensor.function([], pt.random.normal(rng=rng))
for seed in range(3):
    {between}
    draw()
"""


@pytest.mark.parametrize(
    ("between", "said"),
    [
        ("pass", True),
        ("rng.set_value(np.random.default_rng(seed))", False),
        ("rng.set_value(np.random.default_rng(1))", False),
        ("rng.get_value(borrow=True).normal()", False),
        ("draw = pytensor.function([], pt.random.normal(rng=rng))", False),
    ],
)
def test_a_function_is_told_when_a_call_starts_like_the_one_before(
    between: str, said: bool, tmp_path: Path
) -> None:
    (one,) = (one for one in ENVIRONMENTS if one.name == "pytensor")
    (tmp_path / "program.py").write_text(CALLS.format(between=between))
    skip_if_missing(one)
    done = run("theano-updates", "trace", "--python", one.interpreter, "program.py", cwd=tmp_path)
    assert ("program.py:6:8: THU402 generator not updated: " in done.stderr) == said
