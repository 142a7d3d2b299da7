"""What the backend says of lost and refused updates: THU2xx, THU3xx and THU901."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_theano_updates import check
from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.rules import ORDER

np = pytest.importorskip("numpy", reason="NumPy comes with a backend, by the extra theano")

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
OFF = ("THU901", "THU902", "THU903", "THU904")
HEAD = "import theano\n"

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
    ),
    pytest.mark.usefixtures("_lasting_workers"),
]

# What each rule's message claims, in the backend's own words where it raises.
RAISES = {
    "THU201": r"ValueError: .*already has an update expression",
    "THU204": r"TypeError: object of type '(zip|map|generator)' has no len\(\)",
    "THU302": r"TypeError: .*update target must be a SharedVariable",
    "THU303": r"passing of multiple modes|must be an OrderedDict/dict or a list of lists/tuples",
}
CONFIRMED = ("THU202", "THU203", "THU205", "THU206", "THU301", "THU901", "THU902", "THU904")
NOT_RUN = {"THU903": "no single run"}


def confirmed(source: str, code: str) -> Verdict:
    """Return the verdict on the one finding of a rule in a program."""
    tree = ast.parse(source)
    (finding,) = (f for f in check(tree, source.splitlines(), "a.py", OFF) if f.code == code)
    (verdict,) = confirm([finding])
    return verdict


def rows(*columns: list[float]) -> list[list[object]]:
    return [list(row) for row in zip(*columns, strict=True)]


def close(actual: tuple[tuple[object, ...], ...], expected: list[list[object]]) -> None:
    assert [list(row) for row in actual] == [pytest.approx(row, rel=1e-12) for row in expected]


@pytest.fixture(scope="module")
def of_fixtures() -> list[tuple[Finding, Verdict]]:
    findings = []
    trees = {}
    for path in (
        *FIXTURES.glob("THU20*/*.py"),
        *FIXTURES.glob("THU30*/*.py"),
        *FIXTURES.glob("off/*.py"),
    ):
        text = path.read_text(encoding="utf-8")
        trees[str(path)] = ast.parse(text)
        found = check(trees[str(path)], text.splitlines(), str(path), OFF)
        findings += [finding for finding in found if finding.code not in ORDER]
    return list(zip(findings, confirm(findings), strict=True))


def test_each_fixture_has_its_verdict(of_fixtures: list[tuple[Finding, Verdict]]) -> None:
    codes = {finding.code for finding, _ in of_fixtures}
    assert codes == {*RAISES, *CONFIRMED, *NOT_RUN}
    for finding, verdict in of_fixtures:
        where = f"{finding.path}:{finding.line}: {verdict.reason}\n{verdict.snippet}"
        if finding.code in RAISES:
            assert verdict.status == "raises", where
            assert re.search(RAISES[finding.code], verdict.reason), where
            assert verdict.as_compiled == verdict.with_new_value == (), where
        elif finding.code in CONFIRMED:
            assert verdict.status == "confirmed", where
            assert verdict.as_compiled[0] == verdict.with_new_value[0], where
            assert verdict.first_difference in range(1, 6), where
        else:
            assert verdict.status == "unresolved", where
            assert NOT_RUN[finding.code] in verdict.reason, where
            assert verdict.snippet is None, where


def test_an_overwritten_update_is_lost() -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(4.0)\n"
        "updates = {}\n"
        "updates[w] = w - 1\n"
        "updates[w] = 0.5 * w\n"
        "step = theano.function([], [], updates=updates)\n",
        "THU202",
    )
    assert verdict.names == ("w",)
    close(verdict.as_compiled, rows([4.0, 2.0, 1.0, 0.5, 0.25, 0.125]))
    close(verdict.with_new_value, rows([4.0, 1.5, 0.25, -0.375, -0.6875, -0.84375]))
    assert verdict.reversed == ()
    assert verdict.reason == (
        "after 1 call w becomes 2, as if line 4 were not there; "
        "with each of its updates in effect it would be 1.5"
    )


def test_an_update_is_lost_to_one_that_does_not_read_the_variable() -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(4.0)\n"
        "b = theano.shared(3.0)\n"
        "updates = {}\n"
        "updates[w] = w - 1\n"
        "updates[w] = 2 * b\n"
        "step = theano.function([], [], updates=updates)\n",
        "THU202",
    )
    close(verdict.as_compiled, rows([4.0, 6.0, 6.0, 6.0, 6.0, 6.0]))
    close(verdict.with_new_value, rows([4.0, 3.0, 2.0, 1.0, 0.0, -1.0]))
    assert verdict.reason.endswith("with the first of its updates alone it would be 3")


def test_an_overwritten_update_that_changes_nothing_is_refuted() -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(4.0)\n"
        "updates = {}\n"
        "updates[w] = w * 1\n"
        "updates[w] = 0.5 * w\n"
        "step = theano.function([], [], updates=updates)\n",
        "THU202",
    )
    assert verdict.status == "agrees"
    assert verdict.as_compiled == verdict.with_new_value
    assert verdict.first_difference is None


def test_of_a_loop_only_the_last_turn_counts() -> None:
    verdict = confirmed(
        HEAD + "total = theano.shared(1.0)\n"
        "updates = {}\n"
        "for turn in range(3):\n"
        "    updates[total] = total + 10.0**turn\n"
        "step = theano.function([], [], updates=updates)\n",
        "THU203",
    )
    close(verdict.as_compiled, rows([1.0, 101.0, 201.0, 301.0, 401.0, 501.0]))
    close(verdict.with_new_value, rows([1.0, 112.0, 223.0, 334.0, 445.0, 556.0]))
    assert verdict.reason == (
        "after 1 call total becomes 101: only the last turn of the loop counts; "
        "with each of its updates in effect it would be 112"
    )


def test_a_late_update_is_not_compiled() -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(4.0)\n"
        "t = theano.shared(0.0)\n"
        "updates = {w: w - 1, t: t + 2}\n"
        "step = theano.function([], [], updates=updates)\n"
        "updates[t] = t + 1\n",
        "THU206",
    )
    assert verdict.names == ("t", "w")
    close(
        verdict.as_compiled, rows([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [4.0, 3.0, 2.0, 1.0, 0.0, -1.0])
    )
    close(
        verdict.with_new_value,
        rows([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [4.0, 3.0, 2.0, 1.0, 0.0, -1.0]),
    )
    assert verdict.reason == (
        "after 1 call t becomes 2: the function was compiled in line 5, without the update of "
        "line 6; compiled with it, t would be 1"
    )


def test_of_several_late_updates_none_is_compiled() -> None:
    source = HEAD + (
        "w = theano.shared(4.0)\n"
        "t = theano.shared(0.0)\n"
        "u = theano.shared(0.0)\n"
        "updates = [(w, w - 1)]\n"
        "step = theano.function([], [], updates=updates)\n"
        "updates.append((t, t + 1))\n"
        "updates.append((u, u + 2))\n"
    )
    tree = ast.parse(source)
    findings = check(tree, source.splitlines(), "a.py")
    assert [finding.variable for finding in findings] == ["t", "u"]
    for verdict in confirm(findings):
        at_first = dict(zip(verdict.names, verdict.as_compiled[1], strict=True))
        with_them = dict(zip(verdict.names, verdict.with_new_value[1], strict=True))
        assert at_first == {"w": 3.0, "t": 0.0, "u": 0.0}
        assert with_them == {"w": 3.0, "t": 1.0, "u": 2.0}


def test_a_frozen_value_does_not_follow_its_variable() -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(8.0)\n"
        "lr = theano.shared(2.0)\n"
        "step = theano.function([], [], updates=[(w, w - lr.get_value())])\n",
        "THU301",
    )
    assert verdict.names == ("w", "lr")
    rates = [2.0, 1.0, 0.5, 0.25, 0.125, 0.0625]
    close(verdict.as_compiled, rows([8.0, 6.0, 4.0, 2.0, 0.0, -2.0], rates))
    close(verdict.with_new_value, rows([8.0, 6.0, 5.0, 4.5, 4.25, 4.125], rates))
    assert verdict.first_difference == 2
    assert verdict.reason == (
        "after 2 calls w becomes 4 as compiled, with lr frozen at its first value; "
        "with lr itself, which halves in each call, it would be 5"
    )


def test_a_frozen_value_of_a_variable_that_is_updated() -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(8.0)\n"
        "v = theano.shared(2.0)\n"
        "updates = [(v, v + 1), (w, w - v.eval())]\n"
        "step = theano.function([], [], updates=updates)\n",
        "THU301",
    )
    assert verdict.names == ("w", "v")
    moving = [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    close(verdict.as_compiled, rows([8.0, 6.0, 4.0, 2.0, 0.0, -2.0], moving))
    close(verdict.with_new_value, rows([8.0, 6.0, 3.0, -1.0, -6.0, -12.0], moving))
    assert verdict.reason.endswith("with v itself it would be 3")


def test_a_frozen_value_that_divides_by_zero() -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(8.0)\n"
        "n = theano.shared(-1.0)\n"
        "updates = [(n, n + 2), (w, w / (n.get_value() + 1))]\n"
        "step = theano.function([], [], updates=updates)\n",
        "THU301",
    )
    # Both divide by zero in the first call, and infinity stays what it is.
    assert [row[0] for row in verdict.as_compiled] == [8.0] + [float("inf")] * 5
    assert verdict.status == "unresolved"
    assert "w is not finite from call 1 on" in verdict.reason


def test_an_output_is_the_old_value() -> None:
    verdict = confirmed(
        HEAD + "lr = theano.shared(8.0)\n"
        "decay = theano.function([], lr, updates=[(lr, 0.5 * lr)])\n",
        "THU901",
    )
    assert verdict.names == ("lr returned", "lr")
    stored = [8.0, 4.0, 2.0, 1.0, 0.5, 0.25]
    close(verdict.as_compiled, rows([8.0, 8.0, 4.0, 2.0, 1.0, 0.5], stored))
    close(verdict.with_new_value, rows(stored, stored))
    assert verdict.reason == "call 1 returns lr = 8, its value from before; the new value is 4"


def test_an_output_whose_new_value_is_a_number() -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(8.0)\nreset = theano.function([], w, updates=[(w, 0.5)])\n",
        "THU901",
    )
    close(verdict.as_compiled, rows([8.0, 8.0, 0.5, 0.5, 0.5, 0.5], [8.0] + [0.5] * 5))
    close(verdict.with_new_value, rows([8.0] + [0.5] * 5, [8.0] + [0.5] * 5))


# What a number of `lr`, 2, is taken of by the program, and by its mend.
@pytest.mark.parametrize(
    "number",
    ["lr.get_value(True)", "float(lr.get_value())", "lr.eval({})", "(lr + lr).eval() * 0.5"],
)
def test_ways_to_freeze(number: str) -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(8.0)\n"
        "lr = theano.shared(2.0)\n"
        f"rate = {number} * 1.0\n"
        "step = theano.function([], [], updates=[(w, w - rate)])\n",
        "THU301",
    )
    assert verdict.status == "confirmed", verdict.reason
    assert [row[0] for row in verdict.as_compiled] == [8.0, 6.0, 4.0, 2.0, 0.0, -2.0]
    assert [row[0] for row in verdict.with_new_value] == [8.0, 6.0, 5.0, 4.5, 4.25, 4.125]


def test_a_frozen_counter_grows_by_one() -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(8.0)\n"
        "t = theano.shared(1)\n"
        "step = theano.function([], [], updates=[(w, w - t.get_value())])\n",
        "THU301",
    )
    assert verdict.names == ("w", "t")
    assert [row[1] for row in verdict.as_compiled] == [1, 2, 3, 4, 5, 6]
    assert [row[0] for row in verdict.with_new_value] == [8.0, 7.0, 5.0, 2.0, -2.0, -7.0]
    assert "with t itself, which grows by one in each call, it would be" in verdict.reason


@pytest.mark.parametrize(
    "source",
    [
        "def updates_of(updates, w):\n"
        "    updates[w] = w - 1\n"
        "    updates[w] = 0.5 * w\n"
        "    return updates\n",
        "def updates_of(model, w):\n"
        "    updates = model.get_updates()\n"
        "    updates[w] = w - 1\n"
        "    updates[w] = 0.5 * w\n"
        "    return theano.function([], [], updates=updates)\n",
        "class Model(object):\n"
        "    def __init__(self):\n"
        "        self.updates = {}\n"
        "    def compile(self, w):\n"
        "        self.updates[w] = w - 1\n"
        "        self.updates[w] = 0.5 * w\n"
        "        return theano.function([], [], updates=self.updates)\n",
    ],
)
def test_a_mapping_from_elsewhere(source: str) -> None:
    verdict = confirmed(HEAD + source, "THU202")
    assert verdict.status == "confirmed", verdict.reason
    (w,), (after,), (mended,) = map(
        np.array, (verdict.as_compiled[0], verdict.as_compiled[1], verdict.with_new_value[1])
    )
    np.testing.assert_allclose(after, 0.5 * w)
    np.testing.assert_allclose(mended, 0.5 * (w - 1))


def test_a_late_update_in_the_loop_that_compiles() -> None:
    verdict = confirmed(
        HEAD + "t = theano.shared(0.0)\n"
        "def fill(all, params):\n"
        "    for p in params:\n"
        "        updates = [(p, 0.5 * p)]\n"
        "        all.append(theano.function([], [], updates=updates))\n"
        "        updates.append((t, t + 1))\n",
        "THU206",
    )
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.names[0] == "t"
    assert [row[0] for row in verdict.as_compiled] == [0.0] * 6
    assert [row[0] for row in verdict.with_new_value] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_generator_that_has_no_part_in_it_is_left_out() -> None:
    verdict = confirmed(
        HEAD + "w = theano.shared(4.0)\n"
        "def lines(file):\n"
        "    with file:\n"
        "        yield file.owner\n"
        "w = w - 1\n"
        "step = theano.function([], [], updates=[(w, w)])\n",
        "THU302",
    )
    assert verdict.status == "raises", verdict.reason


def test_names_of_the_program_that_the_frame_uses_too() -> None:
    verdict = confirmed(
        HEAD + "def updates_of(read, target, keep, build, run):\n"
        "    updates = {}\n"
        "    updates[target] = target - read\n"
        "    updates[target] = 0.5 * target * keep\n"
        "    return theano.function([], [], updates=updates)\n",
        "THU202",
    )
    assert verdict.status == "confirmed", verdict.reason


@pytest.mark.parametrize(
    "source",
    [
        "f = theano.function([], [], updates=[(w, w - lr.get_value({0}))])",
        "f = theano.function([], [], updates=[(w, w - {0}.eval())])",
        "f = theano.function([], [], updates=map({0}, [w, lr]))",
        "f = theano.function([], [], updates=((p, {0}) for p in [w, lr]))",
        "f = theano.function([], [], [(w, {0})])",
        "f = theano.function([], [], updates=[w, w - {0}])",
        "f = theano.function([], w, updates=[(w, {0})])",
        "w -= {0}\nf = theano.function([], [], updates=[(w, w)])",
        "u = {{}}\nu[w] = {0}\nu[w] = w - {0}\nf = theano.function([], [], updates=u)",
        "u = [(w, w)]\nf = theano.function([], [], updates=u)\nu.append((lr, {0}))",
        "f = theano.function([], [], updates=[(w, w - 1), (w, {0})])",
    ],
)
@pytest.mark.parametrize(
    "hostile",
    [
        "open({canary!r}, 'w').write('x')",
        "os.system('touch {canary}')",
        "w.get_value().tofile({canary!r})",
        "(lambda: ().__class__.__base__.__subclasses__())()",
    ],
)
def test_nothing_hostile_runs(source: str, hostile: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    program = (
        f"import os\nimport numpy as np\n{HEAD}open({str(canary)!r}, 'w')\n"
        "w = theano.shared(1.0)\nlr = theano.shared(2.0)\n"
        + source.format(hostile.format(canary=str(canary)))
    )
    tree = ast.parse(program)
    findings = check(tree, program.splitlines(), "a.py", OFF)
    assert findings
    for verdict in confirm(findings):
        assert verdict.status in ("unresolved", "raises", "confirmed", "agrees")
        assert "internal error" not in verdict.reason
    assert not canary.exists()


@pytest.mark.longer
def test_the_program_alone_says_the_same(
    tmp_path: Path, of_fixtures: list[tuple[Finding, Verdict]]
) -> None:
    codes = set()
    for number, (finding, verdict) in enumerate(of_fixtures):
        if verdict.snippet is None or finding.code in codes | {"THU902"}:
            continue
        codes.add(finding.code)
        file = tmp_path / f"{number}.py"
        file.write_text(verdict.snippet)
        done = subprocess.run([sys.executable, file], capture_output=True, text=True, check=True)
        if verdict.status == "raises":
            assert done.stdout.startswith("raises: " + verdict.reason)
        else:
            last = f"confirmed: they differ from call {verdict.first_difference} on\n"
            assert done.stdout.endswith(last)
    assert codes == {*RAISES, *CONFIRMED} - {"THU902"}
