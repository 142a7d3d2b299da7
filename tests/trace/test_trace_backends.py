"""The same program, traced with every backend (``make backends``)."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from backends import ENVIRONMENTS, Environment, skip_if_missing
from commands import run
from marks import FOLDER, marks

from flake8_theano_updates.trace.running import WATCHER

pytestmark = pytest.mark.backends

NAME = "THU101/programs/momentum.py"


@pytest.mark.parametrize("one", ENVIRONMENTS, ids=lambda one: one.name)
def test_a_program_has_the_findings_of_its_marks(
    one: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_if_missing(one)
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


# Before Python 3.11 a frame has no columns: what is where in a line is told by its text.
WRITTEN = """\
from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T


def adagrad(params, gradients):
    sums = [theano.shared(np.zeros(2)) for _ in params]
    found = []
    for p, g, total in zip(params, gradients, sums):
        new_total = total + g**2
        found.append((total, new_total))
        found.append((p, p - g / T.sqrt(total + 1e-6)))
    return found


x = T.dvector("x")
v = theano.shared(np.zeros(2))
w = theano.shared(np.ones(2))
by_adagrad = theano.function([x], updates=adagrad([w], [x]))
inline = theano.function([x], updates=[(v, 0.9 * v - x), (w, w + v)])
by_name = OrderedDict([(v, 0.9 * v - x), (w, w + v)])
of_mapping = theano.function([x], updates=by_name)
joined = [(v, 0.9 * v - x), (w, w + v)] + []
of_joined = theano.function([x], updates=joined)
"""


@pytest.mark.parametrize("one", ENVIRONMENTS, ids=lambda one: one.name)
def test_what_is_told_depends_on_no_python(
    one: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_if_missing(one)
    _set_up(monkeypatch, tmp_path)
    (tmp_path / "program.py").write_text(WRITTEN.replace("theano", one.package))
    report = tmp_path / "report.txt"
    options = ("--output", report, "--python", one.interpreter)
    done = run("theano-updates", "trace", *options, "program.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = [line.split(" (theano-updates explain")[0] for line in report.read_text().splitlines()]
    on_v = "w uses old v; compute v_new = ..., register (v, v_new) and use v_new here"
    assert told[:-1] == [
        "program.py:14:41: THU101 stale read: p uses old total; use new_total here",
        f"program.py:22:{60 + len(one.package)}: THU101 stale read: {on_v}",
        f"program.py:23:50: THU101 stale read: {on_v}",
        f"program.py:25:37: THU101 stale read: {on_v}",
    ]


CALLED = """\
from __future__ import print_function

import numpy as np
import theano
import theano.tensor as T

try:
    from theano.tensor.random.utils import RandomStream
except ImportError:
    from theano.tensor.shared_randomstreams import RandomStreams as RandomStream

stream = RandomStream(3)
x = T.dvector("x")
w = theano.shared(np.array([1.0, -2.0]))
v = theano.shared(np.array([0.5, 0.25]))
last, more = theano.scan(lambda one, sum: sum + one, x, [T.zeros_like(x[0])])
train = theano.function(
    [theano.In(x, mutable=True, borrow=True)],
    stream.normal(size=(2,)),
    updates=[(v, 0.5 * v - last[-1] * x), (w, w + v)],
)
given = np.array([1.0, 3.0])
for call in range(3):
    print(train(given).tolist(), given.tolist(), w.get_value().tolist())
    given = np.array([1.0, 3.0])
for state in stream.state_updates:
    state = state[0].get_value()
    print(getattr(state, "bit_generator", state), getattr(state, "random", state.uniform)())
"""


@pytest.mark.parametrize("one", ENVIRONMENTS, ids=lambda one: one.name)
def test_calls_are_computed_with_the_new_value_and_left_as_they_are(
    one: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_if_missing(one)
    _set_up(monkeypatch, tmp_path)
    (tmp_path / "program.py").write_text(CALLED.replace("theano", one.package))
    command = [one.interpreter, "-W", "ignore", "program.py"]
    plain = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    report = tmp_path / "report.json"
    options = ("--format", "json", "--output", report, "--python", one.interpreter)
    done = run(
        "theano-updates", "trace", "--first-calls", "2", *options, "program.py", cwd=tmp_path
    )
    assert (done.returncode, _steady(done.stdout)) == (0, _steady(plain.stdout))
    (found,) = json.loads(report.read_text())
    verdict = found["verdict"]
    # The step on v is half of it less four times the input; w took the v of before.
    assert verdict["backend"] == one.backend
    assert verdict["python"].startswith(f"{one.python}.")
    assert verdict["names"] == ["w[1]"]
    assert verdict["as_compiled"] == [[-2.0], [-1.75], [-13.625]]
    assert verdict["with_new_value"] == [[-2.0], [-13.875], [-19.6875]]


BOTH = """\
from __future__ import print_function

import importlib

import numpy as np
import theano
import theano.tensor as T

rng = theano.shared(np.random.{generator}(1))
w, v = theano.shared(1.0), theano.shared(0.5)
noise = {draw}
step = T.sum(theano.shared(np.ones(1)))
draw = theano.function([], noise, updates=[(v, 0.5 * v - step), (w, w + v)])
work = getattr(draw, "vm", None) or draw.fn
print(type(work).__name__)
for call in range(4):
    print(draw())
work = getattr(draw, "vm", None) or draw.fn
print(type(work).__name__ != "Work", float(w.get_value()), float(v.get_value()))
"""


@pytest.mark.parametrize("one", ENVIRONMENTS, ids=lambda one: one.name)
def test_a_function_is_seen_for_its_generator_and_for_its_first_calls(
    one: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_if_missing(one)
    _set_up(monkeypatch, tmp_path)
    (tmp_path / "program.py").write_text(_drawing(BOTH, one))
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    report = tmp_path / "report.json"
    options = ("--format", "json", "--output", report, "--python", one.interpreter)
    for calls in ("1", "3"):
        done = run(
            "theano-updates", "trace", "--first-calls", calls, *options, "program.py", cwd=tmp_path
        )
        work, *draws, ended = done.stdout.splitlines()
        # Both have seen enough after some calls, whichever sees more of them.
        assert (work, len(set(draws)), ended) == ("Work", 1, "True -2.3125 -1.84375")
        found = {one["code"]: one for one in json.loads(report.read_text())}
        assert set(found) == {"THU101", "THU402"}
        new = found["THU101"]["verdict"]["with_new_value"]
        assert new == [[1.0], [0.25], [0.125], [-0.9375]][: int(calls) + 1]


def _drawing(program: str, one: Environment) -> str:
    raw = "theano.tensor.raw_random.normal(rng)[1]"
    new = "importlib.import_module('theano.tensor.random.basic').normal(rng=rng)"
    return program.format(
        generator="RandomState" if one.package == "theano" else "default_rng",
        draw=raw if one.backend == "theano" else new,
    ).replace("theano", one.package)


PATCHED = """\
import importlib
import sys

sys.path.append(sys.argv[1])
from watcher import Recorder

import numpy as np
import theano
import theano.tensor as T

modules = [one for name, one in sorted(sys.modules.items()) if one and "theano." in name]


def state():
    kinds = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    return [
        (str(one), name, id(value))
        for one in modules + kinds
        for name, value in list(vars(one).items())
        if callable(value)
    ]


class Lines(Recorder):
    lines = []

    def write(self, record):
        assert "error" not in record
        self.lines.append(record)


before = state()
recorder = Lines(None, 0)
recorder.hook(theano)
assert state() != before
rng = theano.shared(np.random.{generator}(1))
draw = theano.function([], {draw})
for call in range(int(sys.argv[2])):
    draw()
recorder.unhook()
assert state() == before
assert type(getattr(draw, "vm", None) or draw.fn).__name__ != "Work"
assert len(recorder.lines) == 1 + (sys.argv[2] == "2")
"""


@pytest.mark.parametrize("one", ENVIRONMENTS, ids=lambda one: one.name)
def test_nothing_stays_patched(
    one: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_if_missing(one)
    _set_up(monkeypatch, tmp_path)
    (tmp_path / "program.py").write_text(_drawing(PATCHED, one))
    for calls in ("1", "2"):
        command = [one.interpreter, "-W", "ignore", "program.py", WATCHER.parent, calls]
        subprocess.run(command, cwd=tmp_path, check=True)


def _steady(text: str) -> str:
    """Leave out where objects are in memory."""
    return re.sub(r"0x[0-9A-Fa-f]+", "", text)


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
    skip_if_missing(one)
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
