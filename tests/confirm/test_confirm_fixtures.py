"""``theano-updates confirm`` on the fixtures: what the backend computes is what NumPy computes.

Each marked program is worked out in ``expected`` from its own text; of what ``confirm`` says, only
the values that stand in for what a program is given enter there: parameters and gradients.
"""

from __future__ import annotations

import functools
import importlib.util
from typing import Any

import pytest
from commands import run_here, run_json
from marks import FOLDER, Mark, fixture_names, function_at, marks_of

np = pytest.importorskip("numpy", reason="NumPy comes with a backend, by the extra theano")
if importlib.util.find_spec("theano") is None:
    pytest.skip("Theano itself runs on Python 3.10 and 3.11 only", allow_module_level=True)

from expected.programs import MODULE, Program, programs  # noqa: E402
from expected.trajectories import same, stand_in, trajectory, values  # noqa: E402

CALLS = 5
ORDER = [name for name in fixture_names() if name.startswith(("THU101/", "THU102/", "question"))]
CLEAN = [name for name in fixture_names() if name.startswith("clean/")]
MARKS = marks_of(*ORDER)


@pytest.fixture(scope="module")
def verdicts() -> dict[Mark, dict[str, Any]]:
    # All files at once: starting a backend takes longer than compiling the programs. `make test`
    # gives all tests of a file to one process, so that this is done once.
    findings = run_json("confirm", *ORDER, *CLEAN, cwd=FOLDER)
    found = {
        (f["path"], f["line"], f["column"], f["code"], f["variable"]): f["verdict"]
        for f in findings
    }
    assert len(found) == len(findings)
    return found


def shown(mark: Mark) -> str:
    return "{}:{}:{}: {} {}".format(*mark)


@functools.cache
def place(mark: Mark) -> tuple[str, str]:
    return mark[0], function_at(mark[0], mark[1]) or MODULE


def lines_of(variable: str, function: tuple[str, str]) -> list[int]:
    """Return the lines of a function on which reads of a variable are marked."""
    return sorted({m[1] for m in MARKS if m[4] == variable and place(m) == function})


def program_of(mark: Mark) -> Program:
    """Return the program that a mark is in: each arm of a condition makes one of its own."""
    return programs()[place(mark)][lines_of(mark[4], place(mark)).index(mark[1])]


def test_each_mark_has_a_verdict_and_nothing_else(verdicts: dict[Mark, dict[str, Any]]) -> None:
    assert sorted(verdicts) == MARKS


def test_each_mark_is_in_a_program_that_is_worked_out_and_each_program_has_one() -> None:
    marked = {(place(mark), mark[4]) for mark in MARKS}
    needed = {(function, len(lines_of(variable, function))) for function, variable in marked}
    assert needed == {(function, len(several)) for function, several in programs().items()}


@pytest.mark.parametrize(
    "mark",
    [mark for mark in MARKS if any(p.start for p in programs().get(place(mark), []))],
    ids=shown,
)
def test_known_initial_values_are_kept(mark: Mark, verdicts: dict[Mark, dict[str, Any]]) -> None:
    program, verdict = program_of(mark), verdicts[mark]
    for rows in ("as_compiled", "reversed", "with_new_value"):
        start = values(program, verdict, verdict[rows][0])
        for variable, value in program.start.items():
            known = stand_in(verdict["snippet"], value) if isinstance(value, str) else value
            np.testing.assert_array_equal(start[variable], known)


@pytest.mark.parametrize("mark", MARKS, ids=shown)
def test_the_numbers_are_those_of_numpy(mark: Mark, verdicts: dict[Mark, dict[str, Any]]) -> None:
    program, verdict = program_of(mark), verdicts[mark]
    assert sorted(verdict["names"]) == sorted(program.labels.values())
    start = values(program, verdict, verdict["as_compiled"][0])
    as_compiled = trajectory(program, start, verdict["snippet"], CALLS)
    mended = program.called(mark[4])
    new = trajectory(program, start, verdict["snippet"], CALLS, mended)
    for kind, states in (
        ("as_compiled", as_compiled),
        ("reversed", as_compiled),
        ("with_new_value", new),
    ):
        for call, (row, state) in enumerate(zip(verdict[kind], states, strict=True)):
            computed = values(program, verdict, row)
            assert same(computed, state, 1e-9), f"{kind}, call {call}: {computed} is not {state}"
    parted = [call for call in range(CALLS + 1) if not same(as_compiled[call], new[call], 1e-9)]
    assert (verdict["status"], verdict["refused"]) == ("confirmed", None)
    assert verdict["first_difference"] == parted[0]


def test_the_question_as_its_answer_tells_it(verdicts: dict[Mark, dict[str, Any]]) -> None:
    as_compiled = [[1, 2], [-1, 4], [-5, -1], [-4, -15.5], [11.5, -19.75], [31.25, 24.625]]
    in_order = [[1, 2], [-3, 4], [4, -7], [-4.5, 8.5], [4.75, -9.25], [-4.875, 9.625]]
    mine = {mark[3]: verdict for mark, verdict in verdicts.items() if mark[0] == "question.py"}
    assert mine.keys() == {"THU101", "THU102"}
    for verdict in mine.values():
        assert verdict["names"] == ["param", "param_update"]
        assert verdict["as_compiled"] == verdict["reversed"] == as_compiled
        assert verdict["with_new_value"] == in_order


def test_the_text_ends_with_the_table_and_the_counts() -> None:
    paths = ("question.py", "THU101/programs/adam.py")
    done = run_here("theano-updates", "confirm", "-v", *paths, cwd=FOLDER)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[-1] == "4 findings: 4 confirmed"
    assert lines[-7].split()[:3] == ["finding", "code", "verdict"]
    assert max(len(line) for line in lines if not line.startswith(("question", "THU1"))) <= 100


def test_calls_are_as_many_as_asked_for() -> None:
    (first, _) = run_json("confirm", "--calls", "2", "question.py", cwd=FOLDER)
    assert len(first["verdict"]["as_compiled"]) == 3


def test_nothing_to_confirm() -> None:
    done = run_here("theano-updates", "confirm", "clean/adam.py", cwd=FOLDER)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "no findings, nothing to confirm\n"
