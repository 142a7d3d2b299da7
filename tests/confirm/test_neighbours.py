"""Findings whose programs compute NaN, as another finding of their list makes them do."""

from __future__ import annotations

import ast
import importlib.util
import math

import pytest

from flake8_theano_updates import check
from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.model import Verdict

np = pytest.importorskip("numpy", reason="NumPy comes with a backend, by the extra theano")
pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
    ),
    pytest.mark.usefixtures("_lasting_workers"),
]

# The counter starts at 0, and both divisors are 0 in the first call: whichever of the three reads
# alone is mended, w becomes infinite.
COUNTED = """
import theano
import theano.tensor as T

w = theano.shared(1.0)
m = theano.shared(1.0)
t = theano.shared(0.0)
g = T.grad(w**2, w)
updates = [(t, t + 1), (m, 0.5 * m + 0.5 * g)]
m_hat = m / (1 - 0.5**t)
rate = 0.1 / (1 - 0.25**t)
updates.append((w, w - rate * m_hat))
step = theano.function([], [], updates=updates)
"""
HIDDEN = "with the other findings of its list mended, "


def verdicts(source: str) -> dict[tuple[int, str], Verdict]:
    """Return the verdict on each finding, by its line and variable."""
    tree = ast.parse(source)
    findings = check(tree, source.splitlines(keepends=True), "a.py")
    made = confirm(findings)
    return {(f.line, f.variable): one for f, one in zip(findings, made, strict=True)}


def test_findings_that_hide_each_other_are_confirmed() -> None:
    w, m, t = 1.0, 1.0, 0.0
    meant = [w]
    for _ in range(5):
        t, m = t + 1, 0.5 * m + 0.5 * 2 * w
        w -= 0.1 / (1 - 0.25**t) * m / (1 - 0.5**t)
        meant.append(w)
    found = verdicts(COUNTED)
    assert found.keys() == {(10, "m"), (10, "t"), (11, "t")}
    for verdict in found.values():
        assert verdict.status == "confirmed"
        assert verdict.first_difference == 1
        where = verdict.names.index("w")
        assert np.asarray(verdict.as_compiled)[1, where] == -math.inf
        np.testing.assert_allclose(np.asarray(verdict.with_new_value)[:, where], meant, rtol=1e-9)


def test_the_reason_tells_what_each_finding_does() -> None:
    reasons = {place: verdict.reason for place, verdict in verdicts(COUNTED).items()}
    # 1 - 0.1 / 0.75 * 1 / 0.5 with the m from before, 1 - 0.1 / 0.75 * 1.5 / 0.5 with the new one.
    divided = (
        "the first step divides by zero or overflows: w becomes -inf; "
        "with the new t it would be 0.6"
    )
    assert reasons == {
        (10, "m"): f"{HIDDEN}after 1 call w becomes 0.73333; with the new m it would be 0.6",
        (10, "t"): HIDDEN + divided,
        (11, "t"): HIDDEN + divided,
    }


def test_a_finding_that_makes_no_difference_stays_unresolved() -> None:
    # The old m and the new one are both positive.
    source = COUNTED.replace("m_hat = m /", "m_hat = T.sgn(m) /")
    assert {place: verdict.status for place, verdict in verdicts(source).items()} == {
        (10, "m"): "unresolved",
        (10, "t"): "confirmed",
        (11, "t"): "confirmed",
    }
