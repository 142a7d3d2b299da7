"""What `trace` says of whole programs: what their marks say, and what `check` says."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import run, run_python
from marks import FOLDER, marks
from page import Page

from flake8_theano_updates.cli import main as cli

pytestmark = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")

PROGRAMS = sorted(one.relative_to(FOLDER).as_posix() for one in FOLDER.rglob("programs/*.py"))
# As a user without a C compiler sets Theano up.
FLAGS = "cxx=,blas.ldflags=,mode=FAST_COMPILE,linker=py"


# One start of Theano for all of them.
ONE_AFTER_THE_OTHER = """\
import runpy
import sys

for name in sys.argv[1:]:
    runpy.run_path(name, run_name="__main__")
"""


@pytest.fixture(autouse=True)
def _flags(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THEANO_FLAGS", f"{FLAGS},base_compiledir={tmp_path / 'compiled'}")


def test_programs_have_the_findings_of_their_marks(tmp_path: Path) -> None:
    report, script = tmp_path / "report.json", tmp_path / "programs.py"
    script.write_text(ONE_AFTER_THE_OTHER)
    options = ("--format", "json", "--output", report)
    done = run("theano-updates", "trace", *options, script, *PROGRAMS, cwd=FOLDER)
    assert done.returncode == 0, done.stderr
    found = [
        (one["path"], one["line"], one["column"], one["code"], one["variable"])
        for one in json.loads(report.read_text())
    ]
    assert sorted(found) == sorted(mark for name in PROGRAMS for mark in marks(name))
    assert {name.split("/")[0] for name in PROGRAMS} == {"THU101", "clean"}


def test_findings_have_the_same_fields_as_those_of_check(tmp_path: Path) -> None:
    name = "THU101/programs/momentum.py"
    report = tmp_path / "report.json"
    run("theano-updates", "trace", "--format", "json", "--output", report, name, cwd=FOLDER)
    checked = run("theano-updates", "check", "--format", "json", "--no-fixes", name, cwd=FOLDER)
    # A graph does not tell which list of the text it was.
    of_text = {"collection": None, "collection_line": None}
    assert json.loads(report.read_text()) == [one | of_text for one in json.loads(checked.stdout)]


PACKAGE = """\
import theano


def momentum(param, grad):
    speed = theano.shared(param.get_value() * 0.0)
    return [(speed, 0.9 * speed - 0.1 * grad), (param, param + speed)]
"""
CALLER = """\
import numpy as np
import theano
import theano.tensor as T

from package import momentum

w = theano.shared(np.ones(2))
train = theano.function([], [], updates=dict(momentum(w, T.grad(T.sum(w**2), w))))
"""


@pytest.mark.longer
def test_what_is_put_together_in_two_files_is_found(tmp_path: Path) -> None:
    (tmp_path / "package.py").write_text(PACKAGE)
    (tmp_path / "main.py").write_text(CALLER)
    done = run("theano-updates", "trace", "main.py", cwd=tmp_path)
    assert done.returncode == 0
    said = done.stderr.splitlines()
    assert said[-2].startswith("package.py:6:64: THU101 stale read: param uses old speed; ")
    assert said[-1] == "theano-updates: 1 function compiled: 1 finding"


def test_what_is_silenced_where_it_stands_is_not_told(tmp_path: Path) -> None:
    silenced = PACKAGE.replace("speed)]", "speed)]  # noqa: THU101")
    (tmp_path / "package.py").write_text(silenced)
    (tmp_path / "main.py").write_text(CALLER)
    done = run("theano-updates", "trace", "main.py", cwd=tmp_path)
    assert done.stderr.splitlines()[-1] == "theano-updates: 1 function compiled: nothing found"


COUNTER = """\
import theano

w, count = theano.shared(1.0), theano.shared(1.0)
f = theano.function([], [], updates=[(count, count + 1), (w, w / count)])
"""


@pytest.mark.parametrize(("options", "code"), [((), None), (("--enable", "THU902"), "THU902")])
def test_a_counter_is_told_where_it_is_asked_for(
    options: tuple[str, ...], code: str | None, tmp_path: Path
) -> None:
    (tmp_path / "main.py").write_text(COUNTER)
    done = run("theano-updates", "trace", *options, "main.py", cwd=tmp_path)
    assert ("THU902" if "main.py:4:66: THU902 counter read" in done.stderr else None) == code


@pytest.mark.longer
def test_sarif_is_written_too(tmp_path: Path) -> None:
    name = FOLDER / "THU101/programs/momentum.py"
    report = tmp_path / "report.sarif"
    run("theano-updates", "trace", "--format", "sarif", "--output", report, name, cwd=tmp_path)
    (result,) = json.loads(report.read_text())["runs"][0]["results"]
    assert result["ruleId"] == "THU101"


def test_the_page_has_the_findings_and_no_verdicts(tmp_path: Path) -> None:
    name = FOLDER / "THU101/programs/momentum.py"
    options = ("--format", "html", "--output", "page.html")
    done = run("theano-updates", "trace", *options, name, cwd=tmp_path)
    assert done.returncode == 0
    page = Page((tmp_path / "page.html").read_text())
    assert "1 finding" in page.text
    assert f"{name}:14:13" in page.text
    assert "verdict" not in page.text
    assert page.texts.count(("mark", "    (w, w + velocity),  # error: THU101 13 velocity")) == 1


def test_without_what_the_page_needs_nothing_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "flake8_theano_updates.report.html", None)
    monkeypatch.delattr("flake8_theano_updates.report.html", raising=False)
    (tmp_path / "main.py").write_text("print('here')\n")
    assert cli.main(["trace", "--format", "html", str(tmp_path / "main.py")]) == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "--format html: the page needs jinja2 and matplotlib: " in seen.err


PLAIN = """\
import theano

a, b = theano.shared(1.0), theano.shared(2.0)
both = {a: a + 1, b: b + 1}
f = theano.function([], [], updates=both)
g = theano.function([], [], updates={a: a + 1})
"""


@pytest.mark.longer
def test_a_plain_dict_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PLAIN)
    done = run("theano-updates", "trace", "--enable", "THU903", "main.py", cwd=tmp_path)
    *_, said, count = done.stderr.splitlines()
    assert said.startswith("main.py:5:37: THU903 plain dict: ")
    assert count == "theano-updates: 2 functions compiled: 1 finding"


THROUGH_THE_COST = """\
import numpy as np
import theano
import theano.tensor as T

x, v = theano.shared(np.ones(2)), theano.shared(np.ones(2))
moved = T.tanh(x) + v
f = theano.function([], [], updates=[(v, 0.5 * v - T.grad(T.sum(moved), x)), (x, moved)])
"""


@pytest.mark.longer
def test_a_gradient_depends_on_all_of_its_cost(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(THROUGH_THE_COST)
    done = run("theano-updates", "trace", "main.py", cwd=tmp_path)
    assert done.stderr.splitlines()[-1] == "theano-updates: 1 function compiled: nothing found"


TWICE = """\
import theano
import theano.tensor as T

w = theano.shared(1.0)
updates = [(w, w - 0.1)]
updates.append((w, T.clip(w, -1, 1)))
f = theano.function([], [], updates=updates)
"""


def test_a_refused_list_is_told_with_the_error_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(TWICE)
    plain = run_python("main.py", cwd=tmp_path)
    done = run("theano-updates", "trace", "main.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout) == (1, "")
    *before, said, count = done.stderr.splitlines()
    # One frame of the watcher stands in the traceback.
    assert set(plain.stderr.splitlines()) <= set(before)
    assert before[-1].startswith("ValueError: ('this shared variable already has an update")
    assert count == "theano-updates: 0 functions compiled: 1 finding"
    checked = run("theano-updates", "check", "main.py", cwd=tmp_path)
    assert said == checked.stdout.splitlines()[0]
    assert said.startswith(
        "main.py:6:17: THU201 duplicate target: 'w' is already updated on line 5"
    )


ORDERED = """\
import numpy as np
import theano
import theano.tensor as T

w, v = theano.shared(np.ones((2, 3))), theano.shared(np.zeros((2, 3)))
turned = w.dimshuffle(*np.argsort([1, 0]))
step = 0.9 * v - 0.1 * T.grad(T.sum(turned**2), w)
train = theano.function([], [], updates=[(v, step), (w, turned.T + v)])
"""


@pytest.mark.longer
def test_whole_numbers_of_numpy_can_be_written_down(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(ORDERED)
    done = run("theano-updates", "trace", "main.py", cwd=tmp_path)
    said = done.stderr.splitlines()
    assert said[-2].startswith("main.py:8:68: THU101 stale read: w uses old v; ")
    assert said[-1] == "theano-updates: 1 function compiled: 1 finding"


# The second of three functions has a variable whose name cannot be asked for.
SECRETIVE = """\
import numpy as np
import theano


class Secret(str):
    def __str__(self):
        raise RuntimeError("not for you")


def learning(name):
    w, v = theano.shared(np.ones(2), name), theano.shared(np.zeros(2))
    updates = [(v, 0.9 * v - 0.1 * theano.grad((w**2).sum(), w)), (w, w + v)]
    return theano.function([], updates=updates)


learning("w")()
learning(Secret("w"))()
w, v = theano.shared(1.0), theano.shared(0.0)
theano.function([], updates=[(v, 0.9 * v - 0.1 * theano.grad(w**2, w)), (w, w + v)])
"""


@pytest.mark.parametrize("times", [pytest.param(1, marks=pytest.mark.longer), 2])
def test_a_function_that_cannot_be_written_down_costs_that_one_alone(
    times: int, tmp_path: Path
) -> None:
    (tmp_path / "program.py").write_text(
        SECRETIVE.replace('learning(Secret("w"))()\n', 'learning(Secret("w"))()\n' * times)
    )
    done = run("theano-updates", "trace", "program.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    *_, left_out, first, later, last = done.stderr.splitlines()
    counted = "1 function" if times == 1 else "2 functions"
    other = "" if times == 1 else ", for the first"
    assert left_out == (
        f"theano-updates: trace: {counted} could not be looked at{other}: RuntimeError: not for you"
    )
    assert first.startswith("program.py:12:75: THU101 ")
    assert later.startswith(f"program.py:{18 + times}:")
    assert last == f"theano-updates: {2 + times} functions compiled: 2 findings"


@pytest.mark.longer
def test_what_a_configuration_ignores_in_a_file_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "steps.py").write_text(
        "import theano\n\n\ndef add(w, v):\n    return [(v, 0.9 * v - 0.1 * w), (w, w + v)]\n"
    )
    (tmp_path / "program.py").write_text(
        "import theano\nfrom lib.steps import add\n\n"
        "w, v = theano.shared(1.0), theano.shared(0.0)\n"
        "theano.function([], updates=add(w, v))\n"
        "theano.function([], updates=[(v, 0.9 * v - theano.grad(w**2, w)), (w, w + v)])\n"
    )

    def told(*options: str) -> list[str]:
        done = run("theano-updates", "trace", *options, "program.py", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return [one.split(": ")[0] for one in done.stderr.splitlines() if ": THU101 " in one]

    assert told() == ["lib/steps.py:5:45", "program.py:6:75"]
    (tmp_path / "pyproject.toml").write_text(
        '[tool.theano-updates.per-file-ignores]\n"lib/*" = ["THU1"]\n'
    )
    assert told() == ["program.py:6:75"]
    assert told("--isolated") == ["lib/steps.py:5:45", "program.py:6:75"]
    (tmp_path / "pyproject.toml").unlink()
    (tmp_path / "setup.cfg").write_text("[flake8]\nper-file-ignores = program.py:THU101\n")
    assert told() == ["lib/steps.py:5:45"]
