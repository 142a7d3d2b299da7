"""Findings on random generators: what they say, and what they leave alone."""

from __future__ import annotations

import ast
import textwrap

import pytest

from flake8_theano_updates import check
from flake8_theano_updates.model import Finding

HEAD = """\
import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor import In, function

rng = pt.random.shared_rng(seed=1)
"""


def found(program: str) -> list[Finding]:
    source = HEAD + textwrap.dedent(program)
    return check(ast.parse(source), source.splitlines(keepends=True), "a.py")


SAID = [
    (
        "a, x = rng.normal()\nb, y = rng.normal()\nf = function([], [x, y], updates={rng: b})",
        "'rng' draws on line 7, and this draw starts from the same state: both give the same "
        "numbers; write a.normal() ",
    ),
    (
        "a, x = rng.normal()\nb, y = rng.uniform(2.0)\nf = function([], x + y, updates={rng: b})",
        "both are made of the same random bits; write a.uniform(...) ",
    ),
    (
        "_, x = rng.normal()\nb, y = rng.normal()\nf = function([], x + y, updates={rng: b})",
        "draw from the next generator, which the first draw returns ",
    ),
    (
        "xs = []\nfor _ in range(9):\n    a, x = rng.normal(0.0)\n    xs.append(x)\n"
        "f = function([], xs, updates={rng: a})",
        "each turn of the loop starts from the same state: all give the same numbers; write "
        "a = rng before the loop and a.normal(...) in it ",
    ),
    (
        "a, x = rng.normal()\nf = function([], x)",
        "draws from 'rng' on line 7 and does not update it: every call gives the same numbers; "
        "write updates={rng: a}",
    ),
    (
        "w = pytensor.shared(0.0)\na, x = rng.normal()\nf = function([], x, updates=[(w, x)])",
        "every call gives the same numbers; add (rng, a) to its updates",
    ),
    (
        "_, x = rng.normal()\nf = function([], x)",
        "store the generator that its last draw returns",
    ),
    (
        "def noisy(r):\n    r, noise = r.normal()\n    return r, noise\n"
        "x = noisy(rng)[1]\nf = function([], x)",
        "store the generator that its last draw returns",
    ),
    (
        "def step(x, r):\n    r, kick = r.normal()\n    return x + kick, r\n"
        "(xs, last), ups = pytensor.scan(step, outputs_info=[pt.zeros(()), rng], n_steps=3)\n"
        "f = function([], xs)",
        "write updates={rng: last}",
    ),
    (
        "r = pt.random.rng('r')\na, x = r.normal()\nf = function([In(r, mutable=True)], x)",
        "does not return the next one: the caller has nothing to go on from; return a too",
    ),
    (
        "a, x = rng.normal()\nb, y = a.normal()\nf = function([], [x, y], updates={rng: a})",
        "'rng' becomes a, from which line 8 draws: the next call begins with these numbers "
        "again; store b",
    ),
]


@pytest.mark.parametrize(("program", "said"), SAID, ids=[said[-30:] for _, said in SAID])
def test_a_message_says_what_the_numbers_do_and_what_to_write(program: str, said: str) -> None:
    (finding,) = found(program)
    assert said in finding.message


def test_the_other_lines_of_a_finding() -> None:
    (finding,) = found(
        "a, x = rng.normal()\nb, y = a.normal()\nf = function([], [x, y], updates={rng: a})"
    )
    assert (finding.code, finding.variable, finding.target) == ("THU403", "rng", "rng")
    assert (finding.registered_line, finding.update_line, finding.new_value) == (8, 9, "b")


LEFT_ALONE = [
    # What an unknown call does with a generator, or with a draw, is unknown.
    "a, x = rng.normal()\nseed(rng, 3)\nf = function([], x)",
    "a, x = rng.normal()\nf = function([], logp(x, 0.0))",
    "a, x = rng.normal()\nf = function([], x, updates=moved(rng))",
    "a, x = rng.normal()\nf = function([], x, givens={rng: other})",
    "a, x = rng.normal()\nf = function([], x, **options)",
    "a, x = rng.normal()\nf = function([], x, updates=[other])",
    "a, x = rng.normal()\nx.owner.inputs[0].default_update = a\nf = function([], x)",
    "state = make()\na, x = state.rng.normal()\nb, y = state.rng.normal()\nf = function([], x + y)",
    "x = pt.random.normal(rng=make())\ny = pt.random.normal(rng=make())\nf = function([], x + y)",
    # A module that is imported may be called once.
    "a, x = rng.normal()\nprint(function([], x)())",
    # Each in a function of its own.
    "a, x = rng.normal()\nb, y = rng.normal()\n"
    "f = function([], x, updates={rng: a})\ng = function([], y, updates={rng: b})",
    "def moved():\n    global rng\n    rng, x = rng.normal()\n    return x\n"
    "start = rng\nx, y = moved(), moved()\nf = function([], x + y, updates={start: rng})",
]


@pytest.mark.parametrize("program", LEFT_ALONE)
def test_what_is_not_known_is_no_finding(program: str) -> None:
    assert found(program) == []


def test_numbers_of_numpy_are_none_of_a_graph() -> None:
    source = """\
    import pytensor
    def start(rng, w):
        low, high = rng.normal(size=2)
        a, b = rng.normal(0.0, 1.0, 2)
        return pytensor.function([], w * low + high + a + b)
    """
    source = textwrap.dedent(source)
    assert check(ast.parse(source), source.splitlines(keepends=True), "a.py") == []
