"""The same programs on every backend, in environments of their own (``make backends``)."""

from __future__ import annotations

import ast
import functools
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from backends import ENVIRONMENTS, Environment, skip_if_missing
from confirming import built

from flake8_theano_updates import check
from flake8_theano_updates.backend.supervisor import Supervisor, WorkerFailedError
from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.confirm.table import FUNCTIONS
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.rules import ORDER

np = pytest.importorskip("numpy", reason="NumPy comes with a backend, by the extra theano")
pytestmark = pytest.mark.backends

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
KINDS = ("as_compiled", "reversed", "with_new_value")


@pytest.fixture(params=ENVIRONMENTS, ids=lambda one: one.name)
def environment(request: pytest.FixtureRequest) -> Environment:
    one: Environment = request.param
    skip_if_missing(one)
    return one


def found(*paths: Path) -> list[Finding]:
    findings: list[Finding] = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        findings += check(ast.parse(text), text.splitlines(), str(path))
    return findings


@functools.cache
def of_fixtures() -> tuple[list[Finding], list[Verdict]]:
    """What is found in the fixtures, and what the backend of this environment computes."""
    findings = found(FIXTURES / "question.py", *sorted(FIXTURES.glob("THU10[12]/**/*.py")))
    return findings, confirm(findings)


def flat(values: object) -> Iterator[float]:
    if isinstance(values, (list, tuple)):
        for value in values:
            yield from flat(value)
    else:
        assert isinstance(values, (int, float))
        yield float(values)


def test_the_numbers_are_the_same(environment: Environment) -> None:
    findings, here = of_fixtures()
    there = confirm(findings, python=str(environment.interpreter))
    assert len(findings) > 100
    for finding, one, other in zip(findings, here, there, strict=True):
        where = f"{finding.path}:{finding.line}: {other.reason}"
        assert (other.status, other.backend) == (one.status, environment.backend), where
        assert (other.names, other.first_difference) == (one.names, one.first_difference), where
        for kind in KINDS:
            rows = [list(flat(getattr(verdict, kind))) for verdict in (one, other)]
            np.testing.assert_allclose(*rows, rtol=1e-6, atol=1e-12, err_msg=where)


@functools.cache
def of_other_rules() -> tuple[list[Finding], list[Verdict]]:
    every = found(*sorted(FIXTURES.glob("THU[23]0[1-6]/*.py")))
    findings = [finding for finding in every if finding.code not in ORDER]
    return findings, confirm(findings)


def test_the_other_rules_hold_there_too(environment: Environment) -> None:
    findings, here = of_other_rules()
    there = confirm(findings, python=str(environment.interpreter))
    assert len({finding.code for finding in findings}) == 9
    for finding, one, other in zip(findings, here, there, strict=True):
        where = f"{finding.path}:{finding.line}: {other.reason}"
        if finding.code == "THU204" and environment.name in ("pytensor", "pytensor-3.13"):
            # It takes an iterator, and forgets what it held.
            assert other.status == "confirmed", where
            assert all(row == other.as_compiled[0] for row in other.as_compiled), where
            assert other.with_new_value[1] != other.with_new_value[0], where
        elif finding.code == "THU204" and environment.python == "2.7":
            # There zip and map make lists; a generator is one-shot in every Python.
            assert other.status in ("agrees", "raises"), where
        else:
            assert (other.status, other.first_difference) == (one.status, one.first_difference), (
                where
            )


def test_a_worker_has_its_limits(environment: Environment) -> None:
    bomb = "def run(calls):\n    return len([0] * 10**9)\n"
    hang = "def run(calls):\n    big = 10**9\n    return 3**big\n"
    opens = "def run(calls):\n    return open('x')\n"
    with closing(Supervisor(str(environment.interpreter), timeout=120)) as supervisor:
        assert supervisor.backend().name == environment.backend
        assert supervisor.run(bomb, 1).error.startswith("MemoryError")
        assert supervisor.run(opens, 1).error.startswith("NameError")
        supervisor.timeout = 2
        with pytest.raises(WorkerFailedError, match="more than 2 seconds"):
            supervisor.run(hang, 1)
        supervisor.timeout = 120
        assert supervisor.run("def run(calls):\n    return {}\n", 1).result == {}


def test_a_program_runs_alone(environment: Environment, tmp_path: Path) -> None:
    _, here = of_fixtures()
    for number, verdict in enumerate(here[:4]):
        path = tmp_path / f"program_{number}.py"
        assert verdict.snippet is not None
        path.write_text(verdict.snippet, encoding="utf-8")
        done = subprocess.run(
            [environment.interpreter, path],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path)},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        last = f"confirmed: they differ from call {verdict.first_difference} on"
        assert done.stdout.splitlines()[-1] == last


OWN = {
    "theano": """\
import theano
import theano.tensor as T
from theano.tensor.nnet import sigmoid
w = theano.shared(np.array([0.5, -0.5]))
v = theano.shared(np.array([0.1, 0.2]))
updates = [(v, 0.9 * v - 0.1 * T.nnet.softmax(w) - 0.1 * sigmoid(w)), (w, w + v)]
f = theano.function([], [], updates=updates)
""",
    "aesara": """\
import aesara
import aesara.tensor as at
w = aesara.shared(np.array([0.5, -0.5]))
v = aesara.shared(np.array([0.1, 0.2]))
updates = [(v, 0.9 * v - 0.1 * at.special.softmax(w, axis=-1) - 0.1 * at.sigmoid(w)), (w, w + v)]
f = aesara.function([], [], updates=updates)
""",
    "pytensor": """\
import pytensor
import pytensor.tensor as pt
from pytensor import function, shared
w = shared(np.array([0.5, -0.5]))
v = shared(np.array([0.1, 0.2]))
updates = [(v, 0.9 * v - 0.1 * pt.special.softmax(w, axis=-1) - 0.1 * pt.sigmoid(w)), (w, w + v)]
f = function([], [], updates=updates)
""",
}


def trajectory(new: bool) -> Iterator[list[list[float]]]:
    w, v = np.array([0.5, -0.5]), np.array([0.1, 0.2])
    for _ in range(6):
        yield [w.tolist(), v.tolist()]
        softmax = np.exp(w) / np.exp(w).sum()
        velocity = 0.9 * v - 0.1 * softmax - 0.1 / (1 + np.exp(-w))
        w, v = w + (velocity if new else v), velocity


@pytest.mark.parametrize("package", OWN)
def test_names_of_one_backend_are_found_in_the_others(
    environment: Environment, package: str, tmp_path: Path
) -> None:
    path = tmp_path / "program.py"
    path.write_text(f"import numpy as np\n{OWN[package]}", encoding="utf-8")
    findings = found(path)
    (verdict,) = confirm(findings, python=str(environment.interpreter))
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.names == ("w", "v")
    assert verdict.instead_of == (None if package == environment.package else package)
    for kind, new in zip(KINDS, (False, False, True), strict=True):
        rows: Any = getattr(verdict, kind)
        np.testing.assert_allclose(
            [list(flat(row)) for row in rows],
            [list(flat(row)) for row in trajectory(new)],
            rtol=1e-6,
        )


UNKNOWN = """\
import theano

def updates_of(w, g):
    v = theano.shared(w.get_value() * 0)
    updates = [(v, regularize(v, g)), (w, w + v)]
    return updates
"""


def test_an_unknown_function_has_a_stand_in(environment: Environment, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(UNKNOWN, encoding="utf-8")
    findings = found(path)
    (verdict,) = confirm(findings, python=str(environment.interpreter))
    assert verdict.status == "confirmed", verdict.reason


def calls_of_the_table() -> Iterator[str]:
    for name, one in FUNCTIONS.items():
        if name.endswith("_subtensor"):
            yield f"T.{name}(v[0:1], w[0:1])"
        else:
            yield f"T.{name}({', '.join(['abs(v)'] * one.least)})"


def test_every_function_of_the_table_is_there(environment: Environment, tmp_path: Path) -> None:
    functions = "".join(
        f"""
def f{number}(x, w):
    v = theano.shared(np.array([[0.3, 0.4], [0.5, 0.6]]))
    return theano.function([x], [], updates=[(v, v * x), (w, w + v + T.sum({call}))])
"""
        for number, call in enumerate(calls_of_the_table())
    )
    path = tmp_path / "program.py"
    path.write_text(f"import numpy as np\nimport theano\nimport theano.tensor as T\n{functions}")
    verdicts = confirm(found(path), python=str(environment.interpreter))
    assert len(verdicts) >= len(FUNCTIONS)
    assert {verdict.status for verdict in verdicts} == {"confirmed"}
    # What is not in one backend would have a smooth function at a later step in its place.
    later = [built(one) for one in verdicts if "initial values" not in one.stand_ins[0]]
    assert not later, later[0]
