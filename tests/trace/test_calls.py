"""`trace --first-calls`: numbers that are derived here, in a program that notices nothing."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import run, run_python

pytestmark = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")

IMPORTS = "import numpy as np\nimport theano\nimport theano.tensor as T\n"


@pytest.fixture(autouse=True)
def _flags(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flags = f"cxx=,blas.ldflags=,mode=FAST_COMPILE,linker=py,base_compiledir={tmp_path}/compiled"
    monkeypatch.setenv("THEANO_FLAGS", flags)


def told(text: str, folder: Path, calls: int = 3) -> list[dict[str, Any]]:
    """Return what is found in a program that does what it does without being watched."""
    (folder / "main.py").write_text(IMPORTS + text)
    plain = run_python("main.py", cwd=folder)
    options = ("--format", "json", "--output", "report", "--first-calls", calls)
    traced = run("theano-updates", "trace", *options, "main.py", cwd=folder)
    assert (traced.stdout, traced.stderr) == (plain.stdout, plain.stderr)
    assert traced.returncode == plain.returncode == 0
    return json.loads((folder / "report").read_text())


def rows(verdict: dict[str, Any], name: str) -> list[float]:
    return [one for (one,) in verdict[name]]


MOMENTUM = """\
data = theano.shared(np.arange(12.0).reshape(6, 2))
index, rate = T.lscalar(), T.dscalar("rate")
x = T.dmatrix()
w, v = theano.shared(np.array([1.0, -2.0]), name="w"), theano.shared(np.array([0.5, 0.25]))
gradient = T.grad(T.mean(T.dot(x, w) ** 2), w)
train = theano.function(
    [index, theano.In(rate, value=0.01)],
    updates=[(v, 0.9 * v - rate * gradient), (w, w + v)],
    givens={x: data[2 * index : 2 * index + 2]},
)
train(0)
train(1, rate=0.02)
w.set_value(w.get_value() / 2)
train(2)
print(repr(w.get_value()), repr(v.get_value()))
"""


def test_numbers_are_those_of_the_run_and_of_the_new_value(tmp_path: Path) -> None:
    (found,) = told(MOMENTUM, tmp_path)
    w, v = np.array([1.0, -2.0]), np.array([0.5, 0.25])
    data = np.arange(12.0).reshape(6, 2)
    compiled, meant = [w], [w]
    for call, rate in enumerate((0.01, 0.02, 0.01)):
        x = data[2 * call : 2 * call + 2]
        new = 0.9 * v - rate * 2 * x.T @ (x @ w) / 2
        compiled.append(w + v)
        meant.append(w + new)
        w, v = w + v, new
        if call == 1:
            w = w / 2
    at = int(np.argmax(abs(compiled[1] - meant[1])))
    verdict = found["verdict"]
    assert (verdict["status"], verdict["first_difference"]) == ("confirmed", 1)
    assert verdict["names"] == [f"w[{at}]"]
    np.testing.assert_allclose(rows(verdict, "as_compiled"), [one[at] for one in compiled])
    np.testing.assert_allclose(rows(verdict, "with_new_value"), [one[at] for one in meant])
    old, new = compiled[1][at], meant[1][at]
    assert verdict["reason"] == (
        f"after 1 call w[{at}] is {old:.5g}; with the new v it would be {new:.5g}, relative "
        f"{100 * abs((new - old) / old):.2g} %; each call from the values of the run"
    )


LAGGED = """\
w, v = theano.shared(np.ones((2, 2), "float32")), theano.shared(np.array([0.5, 0.0], "float32"))
step = theano.shared(np.array([0.5, 1.0], "float32"))
train = theano.function([], updates=[(w, w - T.sqr(v)), (v, v + step)])
for _ in range(3):
    train()
"""


@pytest.mark.longer
def test_a_value_that_is_broadcast_to_a_matrix(tmp_path: Path) -> None:
    (found,) = told(LAGGED, tmp_path, 2)
    assert found["code"] == "THU102"
    verdict = found["verdict"]
    assert verdict["names"] == ["w[0, 1]"]
    assert rows(verdict, "as_compiled") == [1.0, 1.0, 0.0]
    assert rows(verdict, "with_new_value") == [1.0, 0.0, -3.0]


ONE_OF_TWO = """\
a, b, data = theano.shared(3.0), theano.shared(1.0), theano.shared(np.ones(4))
kept = a * 2
train = theano.function([], updates=[(a, a + T.sum(data)), (b, b * kept + a ** 2)])
train()
"""


def test_only_the_read_of_the_finding_takes_the_new_value(tmp_path: Path) -> None:
    found = {one["line"]: one for one in told(ONE_OF_TWO, tmp_path)}
    assert [found[line]["code"] for line in (5, 6)] == ["THU102", "THU101"]
    for line, meant in ((5, 1 * (2 * 7.0) + 9), (6, 1 * (2 * 3.0) + 49)):
        assert rows(found[line]["verdict"], "as_compiled") == [1.0, 15.0]
        assert rows(found[line]["verdict"], "with_new_value") == [1.0, meant]


STILL = """\
v, w = theano.shared(2.0), theano.shared(np.array([0.0, np.nan]))
data = theano.shared(np.full(4, 0.25))
train = theano.function([], updates=[(v, 0.5 * v + T.sum(data)), (w, w * 1.5 + v)])
train()
train()
"""


@pytest.mark.longer
def test_no_difference_is_said(tmp_path: Path) -> None:
    (found,) = told(STILL, tmp_path, 5)
    verdict = found["verdict"]
    assert (verdict["status"], verdict["first_difference"]) == ("agrees", None)
    assert verdict["reason"] == "no difference in the first 2 calls"
    assert rows(verdict, "as_compiled") == [0.0, 2.0, 5.0]


LATE = """\
v, w = theano.shared(0.0), theano.shared(np.array([7.0, 1.0]))
given = T.dvector()
train = theano.function([given], updates=[(v, T.sum(given)), (w, w + given * v)])
for one in ([0, 0], [0, 0], [0, 2], [1, 1]):
    train(np.array(one, "float64"))
"""


@pytest.mark.longer
def test_the_calls_before_the_first_difference_are_of_the_same_number(tmp_path: Path) -> None:
    (found,) = told(LATE, tmp_path, 4)
    verdict = found["verdict"]
    assert (verdict["names"], verdict["first_difference"]) == (["w[1]"], 3)
    assert rows(verdict, "as_compiled") == [1.0, 1.0, 1.0, 1.0, 3.0]
    assert rows(verdict, "with_new_value") == [1.0, 1.0, 1.0, 5.0, 3.0]


# Everything that a second computation could leave behind is printed.
EVERYTHING = """\
import random
import warnings
from theano.sandbox.rng_mrg import MRG_RandomStreams

theano.config.compute_test_value = "raise"
np.random.seed(5)
random.seed(5)
streams, others = T.shared_randomstreams.RandomStreams(3), MRG_RandomStreams(4)
x = T.dvector()
x.tag.test_value = np.ones(3)
v, w = theano.shared(np.ones(3)), theano.shared(np.array([1.0, 2.0, np.inf]))
noise = streams.normal((3,)) + others.normal((3,), nstreams=2)
last, _ = theano.scan(lambda a, b: theano.printing.Print("in it")(a) * 2 + b, x, [T.zeros(())])
doubled = theano.ifelse.ifelse(T.gt(v.sum(), 0), x * 2, x * T.log(-T.ones(())))
step = theano.printing.Print("step")(doubled + noise)
train = theano.function(
    [theano.In(x, mutable=True, borrow=True)],
    theano.Out(last[-1] + T.sum(step), borrow=True),
    updates=[(v, 0.9 * v - step), (w, w + v + last[-1])],
    mode=theano.Mode("vm", "fast_run"),
)
warnings.simplefilter("default")
given = np.array([1.0, 2.0, 3.0])
for turn in range(4):
    warnings.warn("once for each place")
    print(repr(train(given)), repr(given), np.log(np.zeros(1)))
    given += 1
    if turn == 2:
        try:
            train(np.ones(2))
        except ValueError as error:
            print(error.__class__)
for one in (v, w, *(one[0] for one in streams.state_updates + others.state_updates)):
    value = one.get_value()
    print(value.get_state() if hasattr(value, "get_state") else repr(value))
print(np.random.rand(), random.random(), np.geterr())
print(theano.config.compute_test_value)
"""


@pytest.mark.longer
def test_nothing_is_left_behind(tmp_path: Path) -> None:
    (found,) = told(EVERYTHING, tmp_path)
    assert found["verdict"]["status"] == "confirmed"
    assert len(rows(found["verdict"], "as_compiled")) == 4


OWN = """\
class Counts(T.Op):
    __props__ = ()
    calls = 0

    def make_node(self, x):
        return theano.Apply(self, [T.as_tensor_variable(x)], [T.dscalar()])

    def perform(self, node, inputs, outputs):
        Counts.calls += 1
        outputs[0][0] = np.asarray(inputs[0] * 2)


v, w, data = theano.shared(1.0), theano.shared(1.0), theano.shared(np.ones(1))
train = theano.function([], updates=[(v, 0.5 * v + T.sum(data)), (w, Counts()(w) + v)])
train()
print(Counts.calls, w.get_value())
"""


@pytest.mark.longer
def test_an_operation_of_the_program_is_not_done_twice(tmp_path: Path) -> None:
    (found,) = told(OWN, tmp_path)
    assert found["verdict"]["status"] == "unresolved"
    assert found["verdict"]["reason"] == (
        "it could not be computed: ValueError: Counts is not the backend's own and might do more "
        "than compute"
    )


TOO_LONG = """\
v, w, x = theano.shared(np.ones(2)), theano.shared(np.ones(2)), T.dvector()
train = theano.function([x], updates=[(v, T.concatenate([v, x])), (w, w * 2 + v)])
train([1.0])
print(v.get_value(), w.get_value())
"""


@pytest.mark.longer
def test_what_cannot_be_computed_costs_the_program_nothing(tmp_path: Path) -> None:
    (found,) = told(TOO_LONG, tmp_path)
    assert found["verdict"]["status"] == "unresolved"
    assert found["verdict"]["reason"].startswith("it could not be computed: ValueError: ")


@pytest.mark.longer
def test_they_are_on_the_page_too(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(IMPORTS + LAGGED)
    options = ("--format", "html", "--output", "page.html", "--first-calls", "3")
    run("theano-updates", "trace", *options, "main.py", cwd=tmp_path)
    page = (tmp_path / "page.html").read_text()
    assert page.count("<svg") == 1
    assert "with the new v it would be 0, relative 100 %" in page


UNTOUCHED = """\
import sys
v, w, data = theano.shared(1.0), theano.shared(1.0), theano.shared(np.ones(1))
train = theano.function([], updates=[(v, 0.5 * v + T.sum(data)), (w, w + v)])
work, stream = train.fn, sys.stdout
train()
print(train.fn is work, sys.stdout is stream, w.get_value(), sep="\\n")
raise RuntimeError("at the end")
"""


@pytest.mark.longer
def test_what_saw_the_calls_is_gone_after_them(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(IMPORTS + UNTOUCHED)
    options = ("--first-calls", "1", "main.py")
    done = run("theano-updates", "trace", *options, cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[1:]) == (1, ["True", "2.0"])
    assert "RuntimeError: at the end" in done.stderr
    assert "confirmed by theano 1.0.5: after 1 call w is 2; with the new v it would be 2.5" in (
        " ".join(done.stderr.split())
    )


@pytest.mark.longer
def test_a_function_that_is_not_called(tmp_path: Path) -> None:
    (found,) = told(LAGGED.split("for ")[0], tmp_path)
    assert found["verdict"]["reason"] == "the function was not called"


@pytest.mark.longer
def test_what_is_given_is_what_the_function_has_kept(tmp_path: Path) -> None:
    text = """\
x, data = T.dvector(), np.array([0.0, 1.0, 2.0])
v, w = theano.shared(np.zeros(3), "v"), theano.shared(np.ones(3), "w")
step = theano.function([], updates=[(v, 0.5 * v - w * x), (w, w + v)], givens={x: data})
data[:] = 7.0
for _ in range(2):
    step()
print(w.get_value())
"""
    (found,) = told(text, tmp_path)
    # The function copied the data when it was compiled, and steps on by 0, 1 and 2.
    assert found["verdict"]["names"] == ["w[2]"]
    assert rows(found["verdict"], "as_compiled")[:2] == [1.0, 1.0]
    assert rows(found["verdict"], "with_new_value")[:2] == [1.0, -1.0]
