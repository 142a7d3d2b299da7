"""The same program, traced with every backend (``make backends``)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from backends import ENVIRONMENTS, Environment
from commands import run
from marks import FOLDER, marks

pytestmark = pytest.mark.backends

NAME = "THU101/programs/momentum.py"


@pytest.mark.parametrize("one", ENVIRONMENTS, ids=lambda one: one.name)
def test_a_program_has_the_findings_of_its_marks(
    one: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not one.stamp.exists():
        pytest.skip(f"python tests/backends.py has not made {one.name}")
    _set_up(monkeypatch, tmp_path)
    source = (FOLDER / NAME).read_text()
    source = source.replace("import theano\n", f"import {one.package}\n")
    source = source.replace("theano.", f"{one.package}.")
    (tmp_path / "program.py").write_text(source)
    report = tmp_path / "report.json"
    options = ("--format", "json", "--output", report, "--python", one.interpreter)
    done = run("theano-updates", "trace", *options, "program.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = [
        ("program.py", f["line"], f["column"], f["code"], f["variable"])
        for f in json.loads(report.read_text())
    ]
    assert found == [("program.py", *mark[1:]) for mark in marks(NAME)]


ONE_SHOT = """\
import pytensor

w = pytensor.shared(1.0)
f = pytensor.function([], [], updates=zip([w], [w + 1]))
f()
print(w.get_value())
"""


def test_updates_that_pytensor_drops_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = next(one for one in ENVIRONMENTS if one.name == "pytensor")
    if not one.stamp.exists():
        pytest.skip(f"python tests/backends.py has not made {one.name}")
    _set_up(monkeypatch, tmp_path)
    (tmp_path / "program.py").write_text(ONE_SHOT)
    done = run("theano-updates", "trace", "--python", one.interpreter, "program.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "1.0\n")
    said, count = done.stderr.splitlines()[-2:]
    assert said.startswith("program.py:4:39: THU204 one-shot iterator: updates is a zip, ")
    assert count == "theano-updates: 1 function compiled: 1 finding"


def _set_up(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    flags = f"cxx=,mode=FAST_COMPILE,base_compiledir={folder / 'compiled'}"
    for name in ("THEANO_FLAGS", "AESARA_FLAGS", "PYTENSOR_FLAGS"):
        monkeypatch.setenv(name, f"{flags},blas.ldflags=,blas__ldflags=")
