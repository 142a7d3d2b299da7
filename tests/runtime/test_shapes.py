"""Arrays in the shapes that a program gives: drawn at random, of unknown sizes, and large."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from runtime.faults import verdict_on

np = pytest.importorskip("numpy", reason="NumPy comes with a backend, by the extra theano")
# Found, not imported: only the worker sets the flags without which an import may fail.
pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
    ),
    pytest.mark.usefixtures("_one_worker"),
]

HEAD = """\
import numpy as np
import theano
import theano.tensor as T
"""
WHOLE = """
w = theano.shared({value}, name="w")
v = theano.shared(np.zeros(w.get_value().shape))
updates = [(v, 0.5 * v - 0.1 * T.grad(T.sum(3 * w**2), w)),
           (w, w + v)]  # read
step = theano.function([], [], updates=updates)
"""
SCRIPT = HEAD + "import init\nrng = np.random.RandomState(3)\n" + WHOLE
BUILT = (
    HEAD
    + """

def build(rng, n_in, n_out):
    w = theano.shared({value})
    v = theano.shared(np.zeros((n_in, n_out)))
    g = T.grad(T.sum(3 * w**2), w)
    updates = [(v, 0.5 * v - 0.1 * g),
               (w, w + v)]  # read
    return theano.function([], [], updates=updates)
"""
)


def starts_at(source: str, scope: str = "") -> Any:
    """Run momentum on a bowl; return the start of ``w``, having compared what follows."""
    verdict = verdict_on(source, scope=scope, read="v", reader="w", registered="v")
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.names == ("w", "v")
    for rows, new in ((verdict.as_compiled, False), (verdict.with_new_value, True)):
        w, v = (np.asarray(value) for value in rows[0])
        assert not v.any()
        for row in rows:
            np.testing.assert_allclose(row[0], w, rtol=1e-9)
            np.testing.assert_allclose(row[1], v, rtol=1e-9, atol=1e-12)
            stepped = 0.5 * v - 0.1 * 6 * w
            w, v = w + (stepped if new else v), stepped
    return np.asarray(verdict.as_compiled[0][0])


@pytest.mark.parametrize(
    "value",
    [
        "np.random.randn(3, 2)",
        "np.random.uniform(-1, 1, (3, 2))",
        "rng.normal(loc=0, scale=0.1, size=(3, 2))",
        "np.asarray(rng.uniform(size=(3, 2)), dtype=theano.config.floatX)",
        "0.01 * rng.randn(3, 2)",
        "init.weights((3, 2))",
        "init.weights(shape=(3, 2))",
    ],
)
def test_random_arrays_have_their_shape_and_all_kinds_of_numbers(value: str) -> None:
    start = starts_at(SCRIPT.format(value=value))
    assert start.shape == (3, 2)
    assert len(np.unique(start)) == 6


@pytest.mark.parametrize(
    "value",
    [
        "np.ones((n_in, n_out))",
        "rng.uniform(low=-0.1, high=np.sqrt(6.0 / (n_in + n_out)), size=(n_in, n_out))",
        "np.random.normal(0, 0.1, (n_in, n_out))",
        "0.01 * rng.randn(n_in, n_out)",
        "init_weights((n_in, n_out))",
        "borrow(theano.shared(np.ones((n_in, n_out)))) * 0.5",
    ],
)
def test_sizes_that_are_not_known_are_two(value: str) -> None:
    assert starts_at(BUILT.format(value=value), "build").shape == (2, 2)


def test_of_a_large_array_a_corner_is_enough() -> None:
    start = starts_at(SCRIPT.format(value="np.arange(784 * 500.0).reshape(784, 500) / 1e6"))
    np.testing.assert_array_equal(
        start, np.array([[0, 1, 2], [500, 501, 502], [1000, 1001, 1002]]) / 1e6
    )


def test_an_array_that_can_be_shown_is_whole() -> None:
    assert starts_at(SCRIPT.format(value="np.ones((10, 4))")).shape == (10, 4)
    assert starts_at(SCRIPT.format(value="np.ones((11, 4))")).shape == (3, 4)
