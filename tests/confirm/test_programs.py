"""The programs that are printed from what the interpreter has read, and what they compute.

The numbers are derived here, in plain Python or NumPy, from the program's own start.
"""

from __future__ import annotations

import ast
import importlib.util
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from confirming import built, finding_in, findings_in, verdict_on

from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.confirm.programs import program_of
from flake8_theano_updates.confirm.steps import STEPS
from flake8_theano_updates.model import Finding, Verdict

np = pytest.importorskip("numpy", reason="NumPy comes with a backend, by the extra theano")
# Found, not imported: only the worker sets the flags without which an import may fail.
pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
    ),
    pytest.mark.usefixtures("_lasting_workers"),
]

ROOT = Path(__file__).resolve().parents[2]
HEAD = """\
import numpy as np
import theano
import theano.tensor as T
"""


def follows(verdict: Verdict, step: Any, mended: str) -> None:
    """Compare a verdict's numbers with a step of the same algorithm, from the same start."""
    assert verdict.status == "confirmed", verdict.reason
    for rows, new in (
        (verdict.as_compiled, False),
        (verdict.reversed, False),
        (verdict.with_new_value, True),
    ):
        state = {name: np.array(value) for name, value in zip(verdict.names, rows[0], strict=True)}
        for row in rows:
            for name, value in zip(verdict.names, row, strict=True):
                np.testing.assert_allclose(value, state[name], rtol=1e-9)
            later = step(state, state)
            if new:
                later = step(state, {**state, mended: later[mended]})
            state = later


def constant(verdict: Verdict, name: str) -> Any:
    """Return what stands for a name: a number, or the numbers of an array."""
    for node in ast.walk(ast.parse(built(verdict))):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            value = node.value
            if isinstance(value, ast.Call):
                value = value.args[0]
            return np.array(ast.literal_eval(value))
    raise AssertionError(f"no {name}")


def test_the_example_of_the_design() -> None:
    verdict = verdict_on(
        """\
        import theano
        import theano.tensor as T

        def gradient_updates_momentum(cost, params, learning_rate, momentum):
            updates = []
            for param in params:
                param_update = theano.shared(param.get_value() * 0.)
                updates.append((param, param - learning_rate * param_update))
                updates.append((param_update, momentum * param_update
                                + (1. - momentum) * T.grad(cost, param)))
            return updates
        """
    )
    code = [line.partition("#")[0].rstrip() for line in built(verdict).splitlines()]
    names = {"learning_rate", "momentum", "param"}
    assert {line.split()[0] for line in code if line.split()[0] in names} == names
    assert [line for line in code if line.split()[0] not in names] == [
        "def build(read):",
        "    param_update = theano.shared(param.get_value() * 0.0)",
        "    gradient = theano.grad(cost_of(param), param)",
        "    updates = [",
        "        (param, param - learning_rate * read(param_update)),",
        "        (param_update, momentum * param_update + (1.0 - momentum) * gradient),",
        "    ]",
        "    return updates, [param, param_update]",
    ]
    assert "# line 8\n" in built(verdict)
    rate, mu = constant(verdict, "learning_rate"), constant(verdict, "momentum")

    def step(old: Any, seen: Any) -> Any:
        return {
            "param": old["param"] - rate * seen["param_update"],
            "param_update": mu * old["param_update"] + (1 - mu) * np.cos(old["param"]),
        }

    follows(verdict, step, "param_update")
    assert verdict.stand_ins == (
        "the initial values, shapes and cost that the file shows",
        "param: its start stands in",
        "learning_rate: a number",
        "momentum: a number",
        "gradient: of a cost of its own",
    )


def test_the_documents_example_is_what_is_printed() -> None:
    fixture = ROOT / "fixtures" / "THU102" / "momentum.py"
    first = findings_in(fixture.read_text(encoding="utf-8"))[0]
    assert first.fault is not None
    program = program_of(first, first.fault, STEPS[0], 5)
    build = program.text[program.text.index("def build(") :].split("\n\n\n")[0]
    document = (ROOT / "docs" / "confirm.md").read_text(encoding="utf-8")
    assert f"```text\n{build}\n```" in document


def test_the_files_own_values_shapes_and_cost() -> None:
    verdict = verdict_on(
        HEAD
        + """
w = theano.shared(np.array([1.0, -2.0, 0.5]))
v = theano.shared(np.zeros(3))
cost = T.sum(3 * w**2)
updates = [(v, 0.9 * v - 0.1 * T.grad(cost, w)), (w, w + v)]
step = theano.function([], cost, updates=updates)
"""
    )
    assert dict(zip(verdict.names, verdict.as_compiled[0], strict=True)) == {
        "w": [1.0, -2.0, 0.5],
        "v": [0.0, 0.0, 0.0],
    }
    follows(
        verdict,
        lambda old, seen: {"v": 0.9 * old["v"] - 0.6 * old["w"], "w": old["w"] + seen["v"]},
        "v",
    )
    assert verdict.stand_ins == (STEPS[0].words,)


@pytest.mark.parametrize(
    ("start", "shape"),
    [
        ("np.random.randn(3, 2)", (3, 2)),
        ("np.random.uniform(-1, 1, (3, 2))", (3, 2)),
        ("rng.normal(loc=0, scale=0.1, size=(3, 2))", (3, 2)),
        ("np.asarray(rng.uniform(size=(3, 2)), dtype=theano.config.floatX)", (3, 2)),
        ("np.ones((n_in, n_out))", (2, 2)),
        ("0.01 * rng.randn(n_in, 5)", (2, 5)),
        ("np.ones((784, 10))", (2, 10)),
        ("np.zeros((4,), dtype='float32') + 0.5", (4,)),
        ("np.float32(0.5)", ()),
        ("unknown(n_in, n_out)", (2, 2)),
    ],
)
def test_initial_values_have_their_shapes(start: str, shape: tuple[int, ...]) -> None:
    verdict = verdict_on(
        HEAD
        + f"""
def build(rng, n_in, n_out):
    w = theano.shared({start})
    v = theano.shared(w.get_value() * 0.0)
    g = T.grad(T.sum(3 * w**2), w)
    return theano.function([], [], updates=[(v, 0.5 * v - 0.1 * g), (w, w + v)])
"""
    )
    follows(
        verdict,
        lambda old, seen: {"v": 0.5 * old["v"] - 0.6 * old["w"], "w": old["w"] + seen["v"]},
        "v",
    )
    assert np.shape(verdict.as_compiled[0][0]) == shape
    assert not np.any(verdict.as_compiled[0][1])


@pytest.mark.parametrize(
    "start",
    [
        "build_shared_zeros(w.get_value(True).shape)",
        "sharedZeros(w.get_value().shape)",
        "shared_zeros_like(w.get_value().shape)",
    ],
)
def test_a_shape_is_not_what_a_variable_starts_with(start: str) -> None:
    verdict = verdict_on(
        HEAD
        + f"""
from project import build_shared_zeros, sharedZeros, shared_zeros_like

def build(w, x):
    v = {start}
    g = T.grad(T.sum(3 * w**2), w)
    return theano.function([x], [], updates=[(v, 0.5 * v - 0.1 * g), (w, w + v)])
"""
    )
    follows(
        verdict,
        lambda old, seen: {"v": 0.5 * old["v"] - 0.6 * old["w"], "w": old["w"] + seen["v"]},
        "v",
    )
    assert np.shape(verdict.as_compiled[0][0]) == (2, 2)
    assert not np.any(verdict.as_compiled[0][1])


@pytest.mark.parametrize(
    ("zero", "runs"),
    [
        ("np.float32(0)", True),
        ("np.asarray(0, dtype=theano.config.floatX)", True),
        ("0", False),
    ],
)
def test_a_counter_is_whole_only_where_the_file_says_so(zero: str, runs: bool) -> None:
    verdict = verdict_on(
        HEAD
        + f"""
def build(w, x, g):
    n = theano.shared({zero})
    return theano.function([x], [], updates=[(n, 0.5 * n - g), (w, w + n)])
"""
    )
    assert (verdict.status == "confirmed", "int64" in verdict.reason) == (runs, not runs)


def test_where_all_starts_at_zero_other_values_are_tried() -> None:
    verdict = verdict_on(
        HEAD
        + """
def build(w0, x, xl2, gama, u):
    w = theano.shared(w0 * 0)
    push = theano.function([x], [], updates=[(w, w + x)])
    return push, theano.function([], [], updates=[(w, gama * w), (xl2, xl2 - u * w)])
"""
    )
    gamma, u = constant(verdict, "gama"), constant(verdict, "u")
    follows(
        verdict,
        lambda old, seen: {"w": gamma * old["w"], "xl2": old["xl2"] - u * seen["w"]},
        "w",
    )
    assert "variables that start at zero start elsewhere" in verdict.stand_ins[0]
    assert "w: not from zero" in verdict.stand_ins


def test_what_a_cost_of_unknown_parts_hides_is_seen_with_another() -> None:
    # With what stands for the output the cost is nearly flat, as it is not in truth.
    verdict = verdict_on(
        HEAD
        + """
def fit(w, x, y, output):
    acc = theano.shared(w.get_value() * 0.0)
    cost = T.mean(T.log(output)) + 1e-12 * T.sum(w**2)
    g = T.grad(cost, w)
    return theano.function([x], [], updates=[(acc, acc + g**2), (w, w - 1e-6 * g * acc)])
"""
    )
    assert verdict.status == "confirmed"
    assert verdict.stand_ins[0].startswith("a cost of its own")


def test_what_only_decides_is_not_refuted() -> None:
    # The average stays below the bound with either value: 0.1, 0.19, 0.271 ... of 1.
    verdict = verdict_on(
        HEAD
        + """
rate = theano.shared(1.0)
average = theano.shared(0.0)
seen = theano.shared(1.0)
step = theano.function([], [], updates=[
    (average, 0.9 * average + 0.1 * seen),
    (rate, T.switch(average > 5.0, 1.02 * rate, 0.98 * rate)),
])
"""
    )
    assert verdict.status == "unresolved"
    assert "average only decides there" in verdict.reason


def test_no_difference() -> None:
    verdict = verdict_on(
        HEAD
        + """
w = theano.shared(1.0)
v = theano.shared(2.0)
step = theano.function([], [], updates=[(v, v * 1.0), (w, w + v)])
"""
    )
    assert (verdict.status, verdict.reason) == ("agrees", "no difference in 5 calls")
    assert verdict.first_difference is None
    assert verdict.with_new_value == verdict.as_compiled
    assert [row[0] for row in verdict.as_compiled] == [1, 3, 5, 7, 9, 11]


def test_a_difference_that_comes_late() -> None:
    verdict = verdict_on(
        HEAD
        + """
w = theano.shared(1.0)
v = theano.shared(2.0)
n = theano.shared(0.0)
updates = [
    (n, n + 1),
    (v, T.switch(n > 1, v + 1, v)),
    (w, w + v),
]
step = theano.function([], [], updates=updates)
""",
        line=11,
    )
    assert verdict.first_difference == 3
    assert verdict.names == ("w", "v", "n")
    assert [row[0] for row in verdict.as_compiled] == [1, 3, 5, 7, 10, 14]
    assert [row[0] for row in verdict.with_new_value] == [1, 3, 5, 8, 12, 17]


def test_numbers_that_are_not_finite_are_floats() -> None:
    verdict = verdict_on(
        HEAD
        + """
w = theano.shared(1.0)
v = theano.shared(0.0)
g = T.grad(w, w)
step = theano.function([], [], updates=[(v, v + g), (w, w / v)])
"""
    )
    assert verdict.as_compiled[1] == (math.inf, 1.0)
    assert verdict.with_new_value[1] == (1.0, 1.0)
    assert verdict.reason == (
        "the first step divides by zero or overflows: w becomes inf; with the new v it would be 1"
    )


def test_roots_are_taken_of_positive_values_where_all_is_nan() -> None:
    verdict = verdict_on(
        HEAD
        + """
w = theano.shared(-1.0)
v = theano.shared(2.0)
step = theano.function([], [], updates=[(v, v * 2.0), (w, T.sqrt(w) * v)])
"""
    )
    assert verdict.status == "confirmed", verdict.reason
    assert "roots and logarithms of absolute values" in verdict.stand_ins[0]
    assert verdict.as_compiled[1][0] == pytest.approx(2 * math.sqrt(1.01))
    assert verdict.with_new_value[1][0] == pytest.approx(4 * math.sqrt(1.01))


def test_of_a_variable_that_is_updated_twice_the_update_with_the_read_counts() -> None:
    verdict = verdict_on(
        HEAD
        + """
w = theano.shared(1.0)
v = theano.shared(2.0)
g = T.grad(v**2, v)
updates = [(v, v + g), (w, w + v), (w, w + 1)]
step = theano.function([], [], updates=updates)
"""
    )
    assert verdict.status == "confirmed"
    assert verdict.refused is not None
    assert verdict.refused.startswith("ValueError: ('this shared variable already has an update")
    assert verdict.as_compiled[:3] == ((1, 2), (3, 6), (9, 18))
    assert verdict.reversed == verdict.as_compiled
    assert verdict.with_new_value[:3] == ((1, 2), (7, 6), (25, 18))


def test_the_backend_refuses_what_holds_nothing_that_stands_in() -> None:
    verdict = verdict_on(
        HEAD
        + """
w = theano.shared(1.0)
v = theano.shared(2.0)
step = theano.function([], [], updates=[(v, v + w), (w, T.stack([w, v]))])
"""
    )
    assert verdict.status == "raises"
    assert verdict.reason.startswith('TypeError: ("An update must have the same type')
    assert verdict.as_compiled == ()


def test_types_that_clash_over_a_stand_in_say_nothing() -> None:
    verdict = verdict_on(
        HEAD
        + """
def updates_of(w, x):
    v = theano.shared(2.0)
    return theano.function([x], [], updates=[(v, v * x), (w, T.stack([v, T.sum(w)]))])
"""
    )
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.stand_ins[0].startswith("numbers in the place of arrays")


def test_unknown_functions_are_smooth_and_what_is_not_known_is_a_leaf() -> None:
    verdict = verdict_on(
        HEAD
        + """
class Layer:
    def updates(self, LR, M):
        new = M * self.update_W - LR * self.dEdW
        return [(self.update_W, new), (self.W, to_fixed(self.W + self.update_W, self.bits))]
"""
    )
    assert verdict.names == ("self.W", "self.update_W")
    assert "smooth_function(W + read(update_W))" in built(verdict)
    m, rate, g = (constant(verdict, name) for name in ("M", "LR", "dEdW"))

    def step(old: Any, seen: Any) -> Any:
        moved = old["self.W"] + seen["self.update_W"]
        return {
            "self.update_W": m * old["self.update_W"] - rate * g,
            "self.W": 0.9 * moved + 0.05 * np.tanh(moved),
        }

    follows(verdict, step, "self.update_W")


def test_the_arm_on_which_the_fault_happens() -> None:
    verdict = verdict_on(
        HEAD
        + """
def sgd(params, grads, lr=0.1, mu=0.9, nesterov=False, heavy=True):
    updates = []
    for param, grad in zip(params, grads):
        velocity = theano.shared(param.get_value() * 0.)
        if nesterov:
            step = 5 * velocity - 2 * grad
            updates.append((velocity, step))
            updates.append((param, param + step))
        elif heavy:
            updates.append((velocity, mu * velocity - lr * grad))
            updates.append((param, param + velocity))
        else:
            updates.append((param, param - lr * grad))
    return updates
"""
    )
    grad = constant(verdict, "grad")
    follows(
        verdict,
        lambda old, seen: {
            "velocity": 0.9 * old["velocity"] - 0.1 * grad,
            "param": old["param"] + seen["velocity"],
        },
        "velocity",
    )
    assert "5 * velocity" not in built(verdict)


def test_a_chain_of_variables() -> None:
    source = (
        HEAD
        + """
a = theano.shared(1.0)
b = theano.shared(2.0)
c = theano.shared(3.0)
g = T.grad(a**2, a)
updates = [(a, a + g), (b, b + a), (c, c + b)]
step = theano.function([], [], updates=updates)
"""
    )
    of_b, of_c = findings_in(source)
    first, second = confirm([of_b, of_c], calls=2)
    assert first.names == ("b", "a")
    assert first.as_compiled == ((2, 1), (3, 3), (6, 9))
    assert first.with_new_value == ((2, 1), (5, 3), (14, 9))
    # What b reads has its pair in the program too.
    assert second.names == ("c", "b", "a")
    assert second.as_compiled == ((3, 2, 1), (5, 3, 3), (8, 6, 9))
    assert second.with_new_value == ((3, 2, 1), (6, 3, 3), (12, 6, 9))


def test_random_numbers_are_the_same_at_each_call() -> None:
    verdict = verdict_on(
        HEAD
        + """
from theano.tensor.shared_randomstreams import RandomStreams
w = theano.shared(1.0)
v = theano.shared(2.0)
rng = RandomStreams(seed=3)
noise = rng.normal(w.get_value().shape)
step = theano.function([], [], updates=[(v, v * noise), (w, w + v + noise)])
"""
    )
    noise = constant(verdict, "draw")
    follows(
        verdict,
        lambda old, seen: {"v": old["v"] * noise, "w": old["w"] + seen["v"] + noise},
        "v",
    )


def test_comparisons_are_numbers() -> None:
    verdict = verdict_on(
        HEAD
        + """
w = theano.shared(1.0)
v = theano.shared(2.0)
x = T.scalar("x")
sign = (w > 0) - (w < 0)
step = theano.function([x], [], updates=[(v, v * x), (w, w + v - sign)])
"""
    )
    x = constant(verdict, "x")
    follows(
        verdict,
        lambda old, seen: {"v": old["v"] * x, "w": old["w"] + seen["v"] - np.sign(old["w"])},
        "v",
    )


def test_names_of_every_kind_become_identifiers() -> None:
    verdict = verdict_on(
        """\
        import theano

        def build(x, read, updates, lambda_, größe, theano2, numpy_):
            theano.function([x], [], updates=[
                (read, read * x), (größe, größe + read),
            ])
        """
    )
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.names == ("größe", "read")
    assert built(verdict).isascii()


HOSTILE = [
    "open({canary!r}, 'w').write('x')",
    "__import__('os').system('touch {canary}')",
    "(lambda: ().__class__.__base__.__subclasses__())()",
    "np.ones(3).tofile({canary!r})",
    "eval('1')\\\n    ",
    '"""\\"""; import os"""',
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_of_the_users_text_is_in_the_program(hostile: str, tmp_path: Path) -> None:
    text = hostile.format(canary=str(tmp_path / "canary"))
    source = (
        HEAD
        + f"""
w = theano.shared(1.0, name={text!r})
v = theano.shared(2.0)
x = T.scalar({text!r})
updates = [(v, v * x * float({text})), (w, w + v * unknown({text}))]
step = theano.function([x], [], updates=updates)
"""
    )
    finding = findings_in(source)[0]
    for step in STEPS:
        program = program_of(finding, finding.fault, step, 5)  # type: ignore[arg-type]
        tree = ast.parse(program.text)
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        assert not any("canary" in str(one) or "import" in str(one)[:20] for one in texts)
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not names & {"open", "eval", "os"} - {"os"}
    (verdict,) = confirm([finding])
    assert verdict.status == "confirmed", verdict.reason
    assert not (tmp_path / "canary").exists()


def test_what_is_too_deep_or_too_long_is_still_confirmed() -> None:
    terms = " + ".join(f"{n} * g" for n in range(400))
    verdict = verdict_on(
        HEAD
        + f"""
def build(x, w, v, g):
    step = {terms}
    return theano.function([x], [], updates=[(v, 0.9 * v - step), (w, w + v)])
"""
    )
    assert verdict.status == "confirmed", verdict.reason


@pytest.mark.longer
def test_more_numbers_than_can_be_told_are_fewer_in_the_next_program() -> None:
    verdict = verdict_on(
        HEAD
        + """
w = theano.shared(np.ones((10,) * 5))
v = theano.shared(np.ones((10, 10, 10, 10, 10)))
u = theano.shared(np.ones((10, 10, 10, 10, 10)))
step = theano.function([], [], updates=[(v, 0.9 * v - 0.1 * u), (u, u + v)])
"""
    )
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.stand_ins[0].startswith("numbers in the place of arrays")


def test_a_number_is_a_new_value_too() -> None:
    verdict = verdict_on(
        HEAD
        + """
m = theano.shared(0.0)
c = theano.shared(8.0)
k = theano.shared(3)
p = theano.shared(1.0)
m_new = 0.9 * m + T.grad(p**2, p)
updates = [(m, m_new), (c, 0.5), (k, 4), (p, p - m * c * k)]
step = theano.function([], [], updates=updates)
"""
    )
    follows(
        verdict,
        lambda old, seen: {
            "p": old["p"] - seen["m"] * old["c"] * old["k"],
            "m": 0.9 * old["m"] + 2 * old["p"],
            "c": 0.5,
            "k": 4,
        },
        "m",
    )


def test_the_program_runs_alone(tmp_path: Path) -> None:
    finding = finding_in(
        HEAD
        + """
w = theano.shared(np.array([1.0, -2.0]))
v = theano.shared(np.zeros(2))
updates = [(v, 0.9 * v - 0.1 * T.grad(T.sum(w**2), w)), (w, w + v)]
step = theano.function([], [], updates=updates)
"""
    )
    (verdict,) = confirm([finding])
    path = tmp_path / "alone.py"
    path.write_text(str(verdict.snippet), encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("THEANO")}
    env["THEANO_FLAGS"] = f"cxx=,blas.ldflags=,floatX=float64,base_compiledir={tmp_path}"
    done = subprocess.run(
        [sys.executable, path], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "confirmed: they differ from call 1 on"


def test_what_has_no_values_to_compare() -> None:
    finding = Finding("a.py", 1, 1, 1, 2, "THU204", "one-shot-iterator", "...")
    (verdict,) = confirm([finding])
    assert verdict.status == "unresolved"
    assert verdict.reason == "THU204 is not about values: there is nothing to run"


def test_importing_loads_no_backend() -> None:
    code = (
        "import sys, flake8_theano_updates.confirm\n"
        "print([m for m in ('theano', 'numpy', 'libcst') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_variable_has_the_name_that_the_caller_of_a_helper_gives_it() -> None:
    verdict = verdict_on(
        HEAD
        + """
def put(pairs, target, value):
    pairs.append((target, value))


def train(x, w, velocity, grad):
    updates = []
    put(updates, velocity, 0.9 * velocity - 0.1 * grad)
    put(updates, w, w + velocity)
    return theano.function([x], [], updates=updates)
"""
    )
    assert verdict.names == ("w", "velocity")
    follows(
        verdict,
        lambda old, new: {
            "velocity": 0.9 * old["velocity"] - 0.1 * constant(verdict, "grad"),
            "w": old["w"] + new["velocity"],
        },
        "velocity",
    )
