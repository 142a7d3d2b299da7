"""A new value that is made in one arm only: every other arm gets the name too, and still runs."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import running
from commands import run_python
from fixing import fixed

pytestmark = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")

FIRST = """\
        if momentum is not None:
            push = theano.shared(0.0)
            updates.append((push, momentum * push - rate * p))
        else:
            push = -rate * p
"""
SECOND = """\
        if momentum is None:
            push = -rate * p
        else:
            push = theano.shared(0.0)
            updates.append((push, momentum * push - rate * p))
"""
MANY = """\
        if rate is None:
            continue
        elif momentum is None:
            push = -rate * p
        elif momentum > 0:
            push = theano.shared(0.0)
            updates.append((push, momentum * push - rate * p))
        else:  # nothing of the past
            push = -rate * p
"""
ALONE = """\
        push = theano.shared(0.0)
        if momentum:
            updates.append((push, momentum * push - rate * p))
"""


def _program(arms: str) -> str:
    return (
        "import theano\n\ndef sgd(params, rate, momentum):\n    updates = []\n"
        f"    for p in params:\n{arms}"
        "        updates.append((p, p + push))\n"
        "    return theano.function([], [], updates=updates)\n"
    )


def _after_each_call(folder: Path, asked: list[tuple[str, float | None]]) -> list[Any]:
    """Return what p is after each call of each program, where it starts at 1."""
    ends = "v = w = theano.shared(1.0)\nstep = sgd([v], 0.1, {})\n"
    sources = [source + ends.format(momentum) for source, momentum in asked]
    done = run_python(Path(running.__file__), cwd=folder, stdin=json.dumps(sources))
    return [[row[0] for row in rows] for rows in json.loads(done.stdout)]


def _worked_out(momentum: float, rate: float = 0.1) -> list[float]:
    p, push, rows = 1.0, 0.0, []
    for _ in range(running.CALLS):
        push = momentum * push - rate * p
        p += push
        rows.append(p)
    return rows


@pytest.mark.parametrize("arms", [FIRST, SECOND, MANY, ALONE])
def test_every_arm_runs_and_computes_what_is_meant(tmp_path: Path, arms: str) -> None:
    source = _program(arms)
    after = fixed(source, "new-value").last.text.whole
    assert "updates.append((p, p + push_new))" in after
    was, meant, without = _after_each_call(tmp_path, [(source, 0.9), (after, 0.9), (after, None)])
    assert meant == pytest.approx(_worked_out(0.9), rel=1e-12)
    assert was != pytest.approx(_worked_out(0.9), rel=1e-3)
    expected = _worked_out(0.0, rate=0.0 if arms == ALONE else 0.1)
    assert without == pytest.approx(expected, rel=1e-12)


def test_an_arm_that_shares_a_line_has_no_place_for_the_name() -> None:
    source = _program(SECOND.replace(":\n            push = -rate * p\n", ": push = -rate * p\n"))
    chain = fixed(source, "new-value")
    assert chain.last.text.whole == source
    assert len(chain.refusals) == 1
