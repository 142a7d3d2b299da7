"""A fix moves nothing across what it depends on, whatever the collection is called.

Programs over the ways to keep a collection and to add to it, with statements in between that
depend on the order or do not, run on real Theano before and after ``fix``.
"""

from __future__ import annotations

import ast
import itertools
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import running
from commands import run_python
from fixing import fixed

pytestmark = pytest.mark.skipif(
    find_spec("theano") is None, reason="the extra theano is not installed"
)

HEAD = """\
import theano

v = theano.shared(0.5)
w = theano.shared(1.0)


class Box:
    pass


box = Box()
box.inner = Box()
store = {}
box.kept = {}
g = theano.grad((w - 0.3) ** 2, w)
"""
HOMES = (
    "updates",
    "box.updates",
    "box.inner.updates",
    "store['updates']",
    "box.kept['updates']",
    "store['a' + 'b']",
)
LISTS = (
    ("{home} = [(v, 0.9 * v - g)]", "{home} += [(w, w + v)]"),
    ("{home} = [(v, 0.9 * v - g)]", "{home}.append((w, w + v))"),
    ("{home} = [(v, 0.9 * v - g)]", "{home}.extend([(w, w + v)])"),
    ("{home} = [(v, 0.9 * v - g)]", "{home} = {home} + [(w, w + v)]"),
    ("{home} = {{v: 0.9 * v - g}}", "{home}[w] = w + v"),
    ("{home} = {{v: 0.9 * v - g}}", "{home}.update({{w: w + v}})"),
    ("{home} = {{v: 0.9 * v - g}}", "{home}.setdefault(w, w + v)"),
    ("{home} = []\n{home}.append((v, 0.9 * v - g))", "{home}.append((w, w + v))"),
    ("{home} = {{}}\n{home}[v] = 0.9 * v - g", "{home}[w] = w + v"),
)
BETWEEN = (
    "",
    "count = len({home})",
    "other = {home}",
    "rate = 2 * g",
    "g = g * 2",
    "first = list({home})",
)
PLACES = ("module", "function", "method", "class")


def program(home: str, ways: tuple[str, str], between: str, place: str) -> str:
    """Write one program; in a class body the collection is a name of the class."""
    lines = [*ways[0].split("\n"), *([between] if between else []), ways[1]]
    body = [line.format(home=home) for line in lines]
    compiled = f"theano.function([], [], updates={home})"
    if place == "module":
        return "\n".join([HEAD, *body, f"step = {compiled}", ""])
    if place == "class":
        inner = [f"    {line}" for line in [*body, f"step = {compiled}"]]
        return "\n".join(
            [
                HEAD,
                "",
                "class Net:",
                *inner,
                "",
                "",
                "step = Net.step",
            ]
        )
    if place == "function":
        inner = [f"    {line}" for line in [*body, f"return {compiled}"]]
        return "\n".join([HEAD, "", "def build(v, w, g):", *inner, "", "", "step = build(v, w, g)"])
    inner = [f"        {line}" for line in [*body, f"return {compiled}"]]
    head = ["", "class Net:", "    def build_updates(self, v, w, g):"]
    return "\n".join([HEAD, *head, *inner, "", "", "step = Net().build_updates(v, w, g)"])


PROGRAMS = [program(*parts) for parts in itertools.product(HOMES, LISTS, BETWEEN, PLACES)]


def _answers(sources: list[str], tmp_path: Path) -> list[Any]:
    done = run_python(Path(running.__file__), cwd=tmp_path, stdin=json.dumps(sources))
    return list(json.loads(done.stdout))


def _compared(sources: list[str], tmp_path: Path) -> tuple[int, int]:
    """Return how many programs there are and how many were changed; none may come to harm."""
    after = [fixed(source, "reorder").last.text.whole for source in sources]
    changed = [(old, new) for old, new in zip(sources, after, strict=True) if old != new]
    given = _answers([text for pair in changed for text in pair], tmp_path)
    ran = [answer for answer in given[::2] if not isinstance(answer, str)]
    assert len(ran) >= 0.9 * len(changed)
    for (old, new), was, now in zip(changed, given[::2], given[1::2], strict=True):
        ast.parse(new)
        if not isinstance(was, str):
            assert now == was, f"{old}\n--- became ---\n{new}"
    return len(sources), len(changed)


def _in_order() -> list[list[float]]:
    """Work out the programs as if each registration took effect at once."""
    v, w, rows = 0.5, 1.0, []
    for _ in range(running.CALLS):
        v = 0.9 * v - 2 * (w - 0.3)
        w += v
        rows.append([v, w])
    return rows


def _meant(sources: list[str], tmp_path: Path) -> tuple[int, int]:
    """Return how many programs run and how many were changed; those must compute what is meant."""
    ran = [not isinstance(answer, str) for answer in _answers(sources, tmp_path)]
    runnable = list(itertools.compress(sources, ran))
    after = [fixed(source, "new-value").last.text.whole for source in runnable]
    changed = [(old, new) for old, new in zip(runnable, after, strict=True) if old != new]
    for (old, new), now in zip(
        changed, _answers([new for _, new in changed], tmp_path), strict=True
    ):
        assert not isinstance(now, str), f"{old}\n--- became ---\n{new}\n{now}"
        for row, expected in zip(now, _in_order(), strict=True):
            assert row == pytest.approx(expected, rel=1e-9), f"{old}\n--- became ---\n{new}"
    return len(runnable), len(changed)


@pytest.mark.longer
def test_what_ran_still_runs_and_computes_the_same(tmp_path: Path) -> None:
    total, changed = _compared(PROGRAMS[::31], tmp_path)
    assert (total, changed >= 0.7 * total) == (len(PROGRAMS[::31]), True)


@pytest.mark.longer
def test_what_ran_computes_what_is_meant_with_the_new_value(tmp_path: Path) -> None:
    ran, changed = _meant(PROGRAMS[::37], tmp_path)
    assert changed >= 0.9 * ran >= 0.8 * len(PROGRAMS[::37])


@pytest.mark.longer
def test_all_of_them_still_run_and_compute_the_same(tmp_path: Path) -> None:
    total, changed = _compared(PROGRAMS, tmp_path)
    assert changed >= 0.7 * total


@pytest.mark.longer
def test_all_of_them_compute_what_is_meant_with_the_new_value(tmp_path: Path) -> None:
    ran, changed = _meant(PROGRAMS, tmp_path)
    assert changed >= 0.9 * ran
