"""What the messages of order findings say to write, and how long they are."""

from __future__ import annotations

import ast
import json
import re
import shlex
from pathlib import Path

import pytest
from commands import run_here

from flake8_theano_updates import check
from flake8_theano_updates.cli import main as cli

HEAD = "import theano\n\n\ndef step(w, v, g):\n"
END = "    return theano.function([], [], updates=updates)\n"

FIRST, SECOND = "    updates = [(v, 0.9 * v - g)]\n", "    updates += [(w, w + v)]\n"
LISTS = {
    "stale": FIRST + SECOND,
    "lagged": "    updates = [(w, w + v)]\n    updates += [(v, 0.9 * v - g)]\n",
    "stale, named": "    n = 0.9 * v - g\n    updates = [(v, n)]\n" + SECOND,
    "lagged, named": "    n = 0.9 * v - g\n    updates = [(w, w + v)]\n    updates += [(v, n)]\n",
}
MAPPINGS = {
    "stale": "    updates = {}\n    updates[v] = 0.9 * v - g\n    updates[w] = w + v\n",
    "stale, named": "    n = 0.9 * v - g\n    updates = {v: n}\n    updates[w] = w + v\n",
    "lagged": "    updates = {}\n    updates[w] = w + v\n    updates[v] = 0.9 * v - g\n",
    "lagged, named": "    n = 0.9 * v - g\n    updates = {w: w + v}\n    updates[v] = n\n",
}

TO_REGISTER = "compute v_new = ..., register (v, v_new) and use v_new here"
SAID = {
    ("list", "stale"): ("THU101 stale", TO_REGISTER),
    ("list", "lagged"): ("THU102 lagged", TO_REGISTER),
    ("list", "stale, named"): ("THU101 stale", "use n here"),
    ("list", "lagged, named"): ("THU102 lagged", "use n here"),
    ("mapping", "stale"): ("THU101 stale", "use updates[v] here"),
    ("mapping", "stale, named"): ("THU101 stale", "use n here"),
    ("mapping", "lagged"): (
        "THU102 lagged",
        "compute v_new = ..., set updates[v] = v_new, use v_new here",
    ),
    ("mapping", "lagged, named"): ("THU102 lagged", "use n here"),
}

HELPER = """\
from collections import OrderedDict

import theano
import theano.tensor as T


def accumulate(updates, acc, grad, rho):
    updates[acc] = rho * acc + (1 - rho) * grad**2


def rmsprop(cost, params, lr=0.01, rho=0.9, eps=1e-6):
    updates = OrderedDict()
    for param in params:
        accu = theano.shared(param.get_value() * 0.0)
        grad = T.grad(cost, param)
        accumulate(updates, accu, grad, rho)
        updates[param] = param - lr * grad / T.sqrt(accu + eps)
    return updates
"""


def the_message(source: str) -> str:
    (finding,) = check(ast.parse(source), source.splitlines(keepends=True), "a.py")
    return f"{finding.code} {finding.message}"


@pytest.mark.parametrize(("kind", "case"), SAID, ids=" ".join)
@pytest.mark.parametrize("above", [0, 90, 990])
def test_a_message_says_what_to_write_and_fits_a_line(kind: str, case: str, above: int) -> None:
    pairs = (LISTS if kind == "list" else MAPPINGS)[case]
    source = "\n" * above + HEAD + pairs + END
    line = 1 + next(n for n, text in enumerate(source.splitlines()) if "w + v" in text)
    fault, instead = SAID[kind, case]
    message = the_message(source)
    assert message == (
        f"{fault} read: w uses old v; {instead} (theano-updates explain a.py:{line})"
    )
    assert line < 1000
    assert len(message.partition(" ")[2]) <= 120


def test_a_mapping_is_asked_by_the_name_that_the_caller_has_for_the_key() -> None:
    message = the_message(HELPER)
    assert message == (
        "THU101 stale read: param uses old accu; use updates[accu] here "
        "(theano-updates explain a.py:17)"
    )


def test_a_mapping_has_the_name_that_the_place_of_the_read_has_for_it() -> None:
    # The helper registers and the caller reads: each has a name of its own for all three.
    source = HELPER.replace("updates", "table", 2).replace("acc]", "state]")
    source = source.replace("(table, acc,", "(table, state,").replace("rho * acc", "rho * state")
    assert "table[state] = rho * state" in source
    assert "use updates[accu] here" in the_message(source)


def test_what_a_helper_reads_is_named_where_its_argument_stands() -> None:
    source = """\
import theano


def move(table, theta, speed):
    table[theta] = theta + speed


def train(x, w, v, g):
    updates = {}
    updates[v] = 0.9 * v - g
    move(updates, w, v)
    return theano.function([x], [], updates=updates)
"""
    assert "use updates[v] here (theano-updates explain a.py:11)" in the_message(source)


def test_an_entry_of_many_is_called_by_the_name_that_the_read_has_for_it() -> None:
    source = (
        "import theano\n\n\ndef step(ps, accs, gs):\n"
        "    updates = dict(zip(accs, [a + g**2 for a, g in zip(accs, gs)]))\n"
        "    for p, a, g in zip(ps, accs, gs):\n"
        "        updates[p] = p - g / a**0.5\n" + END
    )
    assert "use updates[a] here" in the_message(source)


def test_a_name_of_another_function_is_not_proposed() -> None:
    # The new value is called `fresh` where it is registered, and has no name where v is read.
    source = """\
import theano


def store(pairs, speed, slope):
    fresh = 0.9 * speed - slope
    pairs.append((speed, fresh))


def train(x, w, v, g):
    updates = []
    store(updates, v, g)
    updates.append((w, w + v))
    return theano.function([x], [], updates=updates)
"""
    message = the_message(source)
    assert "fresh" not in message
    assert "compute v_new = ..., register (v, v_new) and use v_new here" in message


def test_the_attribute_that_holds_the_mapping_is_named() -> None:
    source = """\
import theano


class Trainer:
    def __init__(self, w, v, g):
        self.updates = {}
        self.updates[v] = 0.9 * v - g
        self.updates[w] = w + v

    def compile(self, x):
        return theano.function([x], [], updates=self.updates)
"""
    assert "w uses old v; use self.updates[v] here" in the_message(source)


def test_on_standard_input_the_rule_is_named(tmp_path: Path) -> None:
    source = HEAD + FIRST + SECOND + END
    commands = [("theano-updates", "check", "-"), ("flake8", "--isolated", "--select=THU", "-")]
    for command in commands:
        told = run_here(*command, cwd=tmp_path, stdin=source).stdout
        assert told.endswith(" (theano-updates explain THU101)\n")


def explained(message: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Do what a message says at its end, as a shell reads it."""
    command = re.search(r"\(theano-updates (explain .*)\)$", message)
    assert command is not None, message
    status = cli.main(shlex.split(command[1]))
    return status, capsys.readouterr().out


@pytest.mark.parametrize("name", ["a.py", "two words.py", "been-to/a.py", "a $(echo b) 'c'.py"])
def test_what_a_message_says_explains_the_finding(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(HEAD + FIRST + SECOND + END)
    told = run_here("theano-updates", "check", name, cwd=tmp_path).stdout.strip()
    place = f"{name}:6"
    assert told.endswith(f"explain {shlex.quote(place)})")
    status, out = explained(told, capsys)
    assert status == 1
    assert out.startswith(f"{name}:6:25: THU101 stale read: w uses old v; ")


@pytest.mark.parametrize("name", ["n.ipynb", "two words.ipynb"])
def test_what_a_message_of_a_notebook_says_explains_its_cell(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    sources = [
        "import theano",
        "v = theano.shared(0.0)\nw = theano.shared(1.0)\nupdates = [(v, 0.9 * v - 0.1 * w)]",
        "updates.append((w, w + v))\n%time f = theano.function([], [], updates=updates)",
        "updates = [(w, 0.9 * w - g), (v, v + w)]\nh = theano.function([], [], updates=updates)",
    ]
    cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    (tmp_path / name).write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))
    told = run_here("theano-updates", "check", name, cwd=tmp_path).stdout.splitlines()
    ends = [line.partition("explain ")[2] for line in told]
    assert ends == [f"'{name}:cell 3:1')", f"'{name}:cell 4:1')"]
    for line, cell, read in zip(told, (3, 4), ("v", "w"), strict=True):
        status, out = explained(line, capsys)
        assert status == 1
        assert out.count("THU101 stale read") == 1
        assert out.startswith(f"{name}:cell {cell}:1:")
        assert f"uses old {read};" in out


ELSEWHERE = {
    "still being made": "    updates = {v: 0.9 * v - g, w: w + v}\n",
    "in the same call": "    updates = {}\n    updates.update({v: 0.9 * v - g, w: w + v})\n",
    "bound anew": (
        "    n = 0.9 * v - g\n    updates = [(v, n)]\n    n = 2 * g\n    updates += [(w, w + v)]\n"
    ),
    "a name that is taken": (
        "    v_new = g * 3\n    updates = [(v, 0.9 * v - g)]\n    updates += [(w, w + v + v_new)]\n"
    ),
    "named below": ("    updates = [(w, w + v)]\n    n = 0.9 * v - g\n    updates += [(v, n)]\n"),
}
TOLD = {
    "still being made": "compute v_new = ...",
    "in the same call": "compute v_new = ..., set updates[v] = v_new, use v_new here",
    "bound anew": TO_REGISTER,
    "a name that is taken": TO_REGISTER.replace("v_new", "v_new2"),
    "named below": "move n = ... up and use n here",
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_no_name_is_told_that_does_not_hold_the_new_value_there(case: str) -> None:
    source = HEAD + ELSEWHERE[case] + END
    (finding,) = check(ast.parse(source), source.splitlines(keepends=True), "a.py")
    assert TOLD[case] in finding.message, finding.message


def test_a_helper_is_told_its_own_name_of_the_mapping() -> None:
    source = (
        "import theano\n\nv = theano.shared(0.0)\n\n\ndef move(ups, w):\n    ups[w] = w + v\n\n\n"
        "def step(w, g):\n    updates = {}\n    updates[v] = 0.9 * v - g\n"
        "    move(updates, w)\n" + END
    )
    assert "use ups[v] here" in the_message(source)


@pytest.mark.parametrize("new", ["0.9 * v - g", "n"])
def test_another_loop_is_told_to_keep_the_new_values(new: str) -> None:
    source = (
        "import theano\n\n\ndef step(ws, vs, gs):\n    updates = []\n"
        "    for v, g in zip(vs, gs):\n        n = 0.9 * v - g\n"
        f"        updates.append((v, {new}))\n"
        "    for w, v in zip(ws, vs):\n        updates.append((w, w + v))\n" + END
    )
    (finding,) = check(ast.parse(source), source.splitlines(keepends=True), "a.py")
    assert "keep new_values[v] = ..., and use new_values[v] here" in finding.message
