"""``theano-updates confirm`` on the fixtures: what the backend computes is what NumPy computes."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from commands import run, run_json
from marks import FOLDER, fixture_names, marks, marks_of

np = pytest.importorskip("numpy", reason="NumPy comes with a backend, by the extra theano")
if importlib.util.find_spec("theano") is None:
    pytest.skip("Theano itself runs on Python 3.10 and 3.11 only", allow_module_level=True)

CALLS = 5
OPTIMIZERS = ("adagrad.py", "adam.py", "momentum.py", "rmsprop.py")
FOLDERS = ("THU101", "THU101/programs", "THU102")
WRONG = ["question.py", *(f"{folder}/{name}" for folder in FOLDERS for name in OPTIMIZERS)]
CLEAN = [name for name in fixture_names() if name.startswith("clean/")]

State = dict[str, Any]
Step = Callable[[State, frozenset[str]], State]


@pytest.fixture(scope="module")
def findings() -> list[dict[str, Any]]:
    # All files at once: starting a backend takes longer than compiling the programs.
    return run_json("confirm", *WRONG, *CLEAN, cwd=FOLDER)


def of(name: str, findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [finding for finding in findings if finding["path"] == name]


@pytest.mark.parametrize("name", WRONG)
def test_each_mark_is_confirmed(name: str, findings: list[dict[str, Any]]) -> None:
    mine = of(name, findings)
    assert [
        (name, f["line"], f["column"], f["code"], f["variable"], f["verdict"]["status"])
        for f in mine
    ] == [(*mark, "confirmed") for mark in marks(name)]
    for finding in mine:
        verdict = finding["verdict"]
        assert verdict["reversed"] == verdict["as_compiled"]
        assert len(verdict["as_compiled"]) == len(verdict["with_new_value"]) == CALLS + 1
        assert 1 <= verdict["first_difference"] <= CALLS


def test_nothing_else_is_confirmed(findings: list[dict[str, Any]]) -> None:
    assert len(findings) == len(marks_of(*WRONG))


def test_the_question(findings: list[dict[str, Any]]) -> None:
    as_compiled = [[1, 2], [-1, 4], [-5, -1], [-4, -15.5], [11.5, -19.75], [31.25, 24.625]]
    in_order = [[1, 2], [-3, 4], [4, -7], [-4.5, 8.5], [4.75, -9.25], [-4.875, 9.625]]
    mine = of("question.py", findings)
    assert {finding["code"] for finding in mine} == {"THU101", "THU102"}
    for finding in mine:
        verdict = finding["verdict"]
        assert verdict["names"] == ["param", "param_update"]
        assert verdict["as_compiled"] == as_compiled
        assert verdict["reversed"] == as_compiled
        assert verdict["with_new_value"] == in_order
        assert verdict["first_difference"] == 1


def gradient(w: Any) -> Any:
    return 6 * w


def momentum(state: State, old: frozenset[str]) -> State:
    velocity = 0.9 * state["velocity"] - 0.1 * gradient(state["w"])
    read = state["velocity"] if "velocity" in old else velocity
    return {"velocity": velocity, "w": state["w"] + read}


def rmsprop(state: State, old: frozenset[str]) -> State:
    g = gradient(state["w"])
    mean_square = 0.9 * state["mean_square"] + 0.1 * g**2
    read = state["mean_square"] if "mean_square" in old else mean_square
    return {"mean_square": mean_square, "w": state["w"] - 0.01 * g / np.sqrt(read + 1e-6)}


def adagrad(state: State, old: frozenset[str]) -> State:
    g = gradient(state["w"])
    acc = state["acc"] + g**2
    read = state["acc"] if "acc" in old else acc
    return {"acc": acc, "w": state["w"] - 0.1 * g / np.sqrt(read + 1e-6)}


def adam(state: State, old: frozenset[str]) -> State:
    g = gradient(state["w"])
    t = state["t"] + 1
    m = 0.9 * state["m"] + 0.1 * g
    v = 0.999 * state["v"] + 0.001 * g**2
    rate = 0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    read_m = state["m"] if "m" in old else m
    read_v = state["v"] if "v" in old else v
    w = state["w"] - rate * read_m / (np.sqrt(read_v) + 1e-8)
    return {"t": t, "m": m, "v": v, "w": w}


START = {
    momentum: {"velocity": [0.5, 0.25]},
    rmsprop: {"mean_square": [1.0, 4.0]},
    adagrad: {"acc": [0.5, 0.5]},
    adam: {"t": 0.0, "m": [0.1, 0.2], "v": [0.3, 0.4]},
}


def trajectory(step: Step, old: frozenset[str]) -> Iterator[State]:
    state = {"w": np.array([1.0, -2.0])}
    state |= {name: np.array(value) for name, value in START[step].items()}
    for _ in range(CALLS + 1):
        yield state
        state = step(state, old)


def assert_rows(names: list[str], rows: list[list[Any]], states: Iterator[State]) -> None:
    for row, state in zip(rows, states, strict=True):
        for name, value in zip(names, row, strict=True):
            np.testing.assert_allclose(value, state[name], rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("step", START, ids=lambda step: step.__name__)
def test_the_numbers_are_those_of_a_loop_in_numpy(
    step: Step, findings: list[dict[str, Any]]
) -> None:
    mine = of(f"THU101/programs/{step.__name__}.py", findings)
    stale = frozenset(finding["variable"] for finding in mine)
    assert stale
    for finding in mine:
        verdict = finding["verdict"]
        names = verdict["names"]
        assert {"w", finding["variable"]} <= set(names)
        assert_rows(names, verdict["as_compiled"], trajectory(step, stale))
        # A finding is about its own read: the others stay as they are.
        mended = stale - {finding["variable"]}
        assert_rows(names, verdict["with_new_value"], trajectory(step, mended))
        assert verdict["first_difference"] == 1


def test_the_text_ends_with_the_table_and_the_counts() -> None:
    done = run("theano-updates", "confirm", "question.py", "THU101/programs/adam.py", cwd=FOLDER)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[-1] == "4 findings: 4 confirmed"
    assert lines[-8].split()[:3] == ["finding", "code", "verdict"]
    assert set(lines[-7]) == {"-"}
    assert max(len(line) for line in lines if not line.startswith(("question", "THU1"))) <= 100


def test_calls_are_as_many_as_asked_for() -> None:
    (first, _) = run_json("confirm", "--calls", "2", "question.py", cwd=FOLDER)
    assert len(first["verdict"]["as_compiled"]) == 3


def test_nothing_to_confirm() -> None:
    done = run("theano-updates", "confirm", "clean/adam.py", cwd=FOLDER)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "no findings, nothing to confirm\n"
