"""What the backend computes for real programs, against numbers that NumPy computes here."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from runtime.faults import PATH, made, verdict_on

from flake8_theano_updates import check
from flake8_theano_updates.model import Finding, Registration, Verdict
from flake8_theano_updates.runtime import confirm

np = pytest.importorskip("numpy", reason="NumPy comes with a backend, by the extra theano")
# Found, not imported: only the worker sets the flags without which an import may fail.
pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
    ),
    pytest.mark.usefixtures("_one_worker"),
]

HEAD = """
import numpy as np
import theano
import theano.tensor as T
from collections import OrderedDict
"""

Values = dict[str, Any]
Step = Callable[[Values, Values], Values]


def gradient(p: Any) -> Any:
    """The gradient of the stand-in for a cost, the sum of sin(p)."""
    return np.cos(p)


def assert_follows(verdict: Verdict, step: Step, variable: str, elements: int = 2) -> None:
    """Compare a verdict's numbers with those of ``step(old, seen)``.

    ``step`` computes the new values from ``old``; what the fault reads it takes from
    ``seen``, which holds the old value of ``variable`` or its new one.
    """
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.first_difference == 1
    assert verdict.reversed == verdict.as_compiled
    for k in range(elements):
        suffix = f"[{k}]" if elements > 1 else ""
        names = [name.removesuffix(suffix) for name in verdict.names if name.endswith(suffix)]
        columns = [p for p, name in enumerate(verdict.names) if name.endswith(suffix)]
        for rows, new in ((verdict.as_compiled, False), (verdict.with_new_value, True)):
            start = [np.asarray(rows[0][column]) for column in columns]
            state = dict(zip(names, start, strict=True))
            for row in rows:
                for name, column in zip(names, columns, strict=True):
                    np.testing.assert_allclose(row[column], state[name], rtol=1e-9, err_msg=name)
                state = step(state, seen(state, step, variable) if new else state)


def seen(old: Values, step: Step, variable: str) -> Values:
    return old | {variable: step(old, old)[variable]}


QUESTION = """
import theano
from theano import function, shared

p = 0.5
param = shared(1.0)
param_update = shared(2.0)
cost = 3 * param * param

update_a = (param, param - param_update)  # read
update_b = (param_update, p * param_update + (1 - p) * theano.grad(cost, param))

f = function([], [param, param_update], updates={updates})
"""


@pytest.mark.parametrize("updates", ["[update_a, update_b]", "[update_b, update_a]"])
def test_the_question(updates: str) -> None:
    verdict = verdict_on(
        QUESTION.format(updates=updates),
        read="param_update",
        reader="param",
        registered="param_update",
        updates=updates,
    )
    compiled = ((1, 2), (-1, 4), (-5, -1), (-4, -15.5), (11.5, -19.75), (31.25, 24.625))
    assert verdict.status == "confirmed"
    assert verdict.names == ("param", "param_update")
    assert verdict.as_compiled == compiled
    assert verdict.reversed == compiled
    assert verdict.with_new_value == (
        (1, 2), (-3, 4), (4, -7), (-4.5, 8.5), (4.75, -9.25), (-4.875, 9.625),
    )  # fmt: skip
    assert verdict.first_difference == 1
    assert verdict.reason == "after 1 call param is -1, with the new value -3"
    assert (verdict.backend, verdict.python) == ("theano", ".".join(map(str, sys.version_info[:3])))


def momentum(old: Values, seen: Values) -> Values:
    velocity = 0.9 * old["velocity"] - 0.1 * gradient(old["param"])
    return {"velocity": velocity, "param": old["param"] + seen["velocity"]}


MOMENTUM = {
    "append": """
        def momentum(params, grads, lr=0.1, mu=0.9):
            updates = []
            for param, grad in zip(params, grads):
                velocity = theano.shared(param.get_value() * 0.)
                updates.append((velocity, mu * velocity - lr * grad))
                updates.append((param, param + velocity))  # read
            return updates
    """,
    "gradients of an unknown cost": """
        def momentum(cost, params, lr=0.1, mu=0.9):
            updates = []
            for param, grad in zip(params, T.grad(cost, params)):
                velocity = theano.shared(np.zeros_like(param.get_value(borrow=True)))
                updates.append((velocity, mu * velocity - lr * grad))
                updates.append((param, param + velocity))  # read
            return updates
    """,
    "mapping": """
        def momentum(cost, params, lr=0.1, mu=0.9):
            updates = OrderedDict()
            for param in params:
                velocity = theano.shared(np.zeros(param.get_value().shape),
                                         broadcastable=param.broadcastable)
                updates[velocity] = mu * velocity - lr * T.grad(cost, param)
                updates[param] = param + velocity  # read
            return updates
    """,
    "a state for each": """
        def momentum(params, velocities, cost, lr=0.1, mu=0.9):
            '''Docstring.'''
            assert mu < 1
            updates = OrderedDict()
            for param, grad, velocity in zip(params, T.grad(cost, params), velocities):
                print(param)
                updates[velocity] = mu * velocity - lr * grad
                updates[param] = param + velocity  # read
            return updates
    """,
    "enumerated": """
        def momentum(params, grads, velocities, lr=0.1, mu=0.9):
            updates = []
            for i, (param, grad) in enumerate(zip(params, grads)):
                velocity = velocities[i]
                updates += [(velocity, mu * velocity - lr * grad)]
                updates.extend([(param, param + velocity)])  # read
            return updates
    """,
    "a local after": """
        def momentum(params, grads, lr=0.1, mu=0.9):
            updates = []
            for param, grad in zip(params, grads):
                velocity = theano.shared(param.get_value() * 0.)
                updates.append((velocity, mu * velocity - lr * grad))
                moved = param + velocity  # read
                updates.append((param, T.clip(moved, -100, 100)))
            return updates
    """,
    "a local before": """
        def momentum(params, grads, lr=0.1, mu=0.9):
            updates = []
            for param, grad in zip(params, grads):
                velocity = theano.shared(param.get_value() * 0.)
                param_new = param + velocity  # read
                updates.append((velocity, mu * velocity - lr * grad))
                updates.append((param, param_new))
            return updates
    """,
    "comprehension": """
        def momentum(params, grads, velocities, lr=0.1, mu=0.9):
            updates = [(velocity, mu * velocity - lr * grad)
                       for velocity, grad in zip(velocities, grads)]
            updates += [(param, param + velocity)  # read
                        for param, velocity in zip(params, velocities)]
            return updates
    """,
}


@pytest.mark.parametrize("source", MOMENTUM.values(), ids=MOMENTUM)
def test_momentum_in_a_loop(source: str) -> None:
    verdict = verdict_on(
        HEAD + source.replace("\n        ", "\n"),
        scope="momentum",
        read="velocity",
        reader="param",
        registered="velocity",
    )
    assert verdict.names == ("param[0]", "velocity[0]", "param[1]", "velocity[1]")
    assert_follows(verdict, momentum, "velocity")


def test_a_generator() -> None:
    source = """
        class Trainer:
            def __init__(self, network, **kwargs):
                self.momentum = kwargs.get("momentum", 0.9)
                self.learning_rate = kwargs.get("learning_rate", 0.1)
                self.params = network.params(**kwargs)

            def learning_updates(self):
                for param in self.params:
                    delta = self.learning_rate * T.grad(self.J, param)
                    velocity = theano.shared(
                        np.zeros_like(param.get_value()), name=param.name + "_vel")
                    yield velocity, self.momentum * velocity - delta
                    yield param, param + velocity  # read
    """
    verdict = verdict_on(
        HEAD + source.replace("\n        ", "\n"),
        scope="learning_updates",
        updates="yield",
        read="velocity",
        reader="param",
        registered="velocity",
    )
    assert_follows(verdict, momentum, "velocity")


def test_the_tutorials_lagged_form() -> None:
    source = """
    def gradient_updates_momentum(cost, params, learning_rate, momentum):
        assert momentum < 1 and momentum >= 0
        updates = []
        for param in params:
            param_update = theano.shared(param.get_value()*0., broadcastable=param.broadcastable)
            updates.append((param, param - learning_rate*param_update))  # read
            updates.append((param_update,
                            momentum*param_update + (1. - momentum)*T.grad(cost, param)))
        return updates
    """
    verdict = verdict_on(
        HEAD + source.replace("\n    ", "\n"),
        scope="gradient_updates_momentum",
        read="param_update",
        reader="param",
        registered="param_update",
    )
    assert verdict.snippet is not None
    given = constants(verdict.snippet)
    lr, mu = given["learning_rate"], given["momentum"]
    assert 0 < lr < 1
    assert 0 < mu < 1
    assert lr != mu

    def step(old: Values, seen: Values) -> Values:
        new = mu * old["param_update"] + (1 - mu) * gradient(old["param"])
        return {"param_update": new, "param": old["param"] - lr * seen["param_update"]}

    assert_follows(verdict, step, "param_update")


def constants(snippet: str) -> Mapping[str, float]:
    """Return the numbers that a snippet gives to names."""
    return {
        node.targets[0].id: node.value.value
        for node in ast.walk(ast.parse(snippet))
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }


def test_rmsprop() -> None:
    def step(old: Values, seen: Values) -> Values:
        g = gradient(old["p"])
        acc = 0.9 * old["acc"] + 0.1 * g**2
        return {"acc": acc, "p": old["p"] - 0.01 * g / np.sqrt(seen["acc"] + 1e-6)}

    source = """
def rmsprop(cost, params, lr=0.01, rho=0.9, epsilon=1e-6):
    grads = T.grad(cost=cost, wrt=params)
    updates = []
    for p, g in zip(params, grads):
        acc = theano.shared(p.get_value() * 0.)
        acc_new = rho * acc + (1 - rho) * g ** 2
        gradient_scaling = T.sqrt(acc + epsilon)  # read
        g = g / gradient_scaling
        updates.append((acc, acc_new))
        updates.append((p, p - lr * g))
    return updates
"""
    how = {"scope": "rmsprop", "read": "acc", "reader": "p", "registered": "acc"}
    assert_follows(verdict_on(HEAD + source, **how), step, "acc")


def test_adagrad_in_a_method() -> None:
    def step(old: Values, seen: Values) -> Values:
        g = gradient(old["param"])
        gsum = old["gsum"] + g**2
        new = old["param"] - 0.5 * g / np.sqrt(seen["gsum"] + 1e-6)
        return {"gsum": gsum, "param": new}

    source = """
floatX = theano.config.floatX

class Optimization:
    def __init__(self, clip=None):
        self.clip = clip

    def adagrad(self, cost, params, lr=0.5, epsilon=1e-6):
        lr = theano.shared(np.asarray(lr, dtype=floatX))
        gradients = self.get_gradients(cost, params)
        gsums = [theano.shared(np.zeros_like(param.get_value(borrow=True)).astype(floatX))
                 for param in params]
        updates = []
        for param, gradient, gsum in zip(params, gradients, gsums):
            new_gsum = gsum + gradient ** 2.
            updates.append((gsum, new_gsum))
            updates.append((param, param - lr * gradient / (T.sqrt(gsum + epsilon))))  # read
        return updates
"""
    how = {"scope": "adagrad", "read": "gsum", "reader": "param", "registered": "gsum"}
    source = source.replace("(gsum, new_gsum)", "(gsum, 1 * new_gsum)")
    assert_follows(verdict_on(HEAD + source, **how), step, "gsum")


ADAM = """
from util import shared_scalar

class Adam:
    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.99, epsilon=1e-8, *args, **kwargs):
        super(Adam, self).__init__(**kwargs)
        self.__dict__.update(locals())
        self.iterations = shared_scalar(0)

    def get_updates(self, params, constraints, loss):
        grads = self.get_gradients(loss, params)
        self.updates = [(self.iterations, self.iterations+1.)]

        t = self.iterations  # read

        for p, g, c in zip(params, grads, constraints):
            m = theano.shared(p.get_value() * 0.)  # zero init of moment
            m_t = (self.beta_1 * m) + (1 - self.beta_1) * g
            m_b_t = m_t / (1 - self.beta_1**t)
            p_t = p - self.lr * m_b_t
            self.updates.append((m, 1 * m_t))
            self.updates.append((p, c(p_t)))  # apply constraints
        return self.updates
"""


def test_a_first_step_that_divides_by_zero() -> None:
    verdict = verdict_on(
        HEAD + ADAM,
        scope="get_updates",
        updates="self.updates",
        read="self.iterations",
        reader="p",
        registered="self.iterations",
    )
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.names[:3] == ("p[0]", "self.iterations", "p[1]")
    assert [row[1] for row in verdict.as_compiled] == [0, 1, 2, 3, 4, 5]
    assert verdict.first_difference == 1
    numbers = np.array([row[0] for row in verdict.as_compiled])
    assert np.isfinite(numbers[0]).all()
    assert not np.isfinite(numbers[1:]).any()
    assert np.isfinite(np.array([row[0] for row in verdict.with_new_value])).all()
    assert verdict.reason.startswith(
        "the first step divides by zero or overflows: p[0][0, 0] becomes "
    )
    assert all(isinstance(number, float) for number in np.ravel(verdict.as_compiled[1][0]).tolist())


def test_attributes_of_self_and_unknown_functions() -> None:
    source = """
class Layer:
    def parameters_updates(self, LR, M):
        updates = []
        new_update_W = M * self.update_W - LR * self.dEdW
        new_update_b = M * self.update_b - LR * self.dEdb
        updates.append((self.update_W, 1 * new_update_W))
        updates.append((self.update_b, 1 * new_update_b))
        updates.append((self.W, to_fixed(self.W + self.update_W, self.precision)))  # read
        updates.append((self.b, self.b + new_update_b))
        return updates
"""
    verdict = verdict_on(
        HEAD + source,
        scope="parameters_updates",
        read="self.update_W",
        reader="self.W",
        registered="self.update_W",
    )
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.names == ("self.W", "self.update_W", "self.update_b", "self.b")
    given = constants(verdict.snippet or "")

    # The other parameter's numbers are plain momentum; the fault is not about them.
    def step(old: Values) -> Values:
        new = given["M"] * old["update_b"] - given["LR"] * gradient(old["b"])
        return {"update_b": new, "b": old["b"] + new}

    for rows in (verdict.as_compiled, verdict.with_new_value):
        state = {"update_b": np.array(rows[0][2]), "b": np.array(rows[0][3])}
        for row in rows:
            np.testing.assert_allclose(row[2], state["update_b"])
            np.testing.assert_allclose(row[3], state["b"])
            state = step(state)


BRANCHES = """
def sgd(params, grads, lr=0.1, mu=0.9, nesterov=False, heavy=True):
    updates = []
    for param, grad in zip(params, grads):
        velocity = theano.shared(param.get_value() * 0.)
        if nesterov:
            updates.append((velocity, 5 * velocity - 2 * grad))
            updates.append((param, param - 7 * velocity))
        elif heavy:
            updates.append((velocity, mu * velocity - lr * grad))
            updates.append((param, param + velocity))  # read
        else:
            updates.append((param, param - lr * grad))
    return updates
"""


def test_the_arm_in_which_the_fault_stands() -> None:
    finding, tree = made(
        HEAD + BRANCHES, scope="sgd", read="velocity", reader="param", registered="velocity"
    )
    assert finding.fault is not None
    loop = tree.body[-1].body[1]  # type: ignore[attr-defined]
    outer = loop.body[1]
    pairs = finding.fault.collection.registrations
    fault = type(finding.fault)(
        finding.fault.reads,
        pairs[3],
        pairs[2],
        finding.fault.collection,
        ((outer, "orelse"), (outer.orelse[0], "body")),
    )
    (verdict,) = confirm([with_fault(finding, fault)], {PATH: tree})
    assert_follows(verdict, momentum, "velocity")
    assert "7 * velocity" not in (verdict.snippet or "")


def with_fault(finding: Finding, fault: Any) -> Finding:
    return Finding(PATH, finding.line, 1, finding.line, 2, "THU101", "", "", fault=fault)


def test_a_list_literal_at_module_level() -> None:
    source = """
w = theano.shared(np.array([1.0, -2.0]))
v = theano.shared(np.array([0.5, 0.25]))
cost = T.sum(3 * w**2)
step = theano.function([], cost, updates=[(v, 0.9 * v - 0.1 * T.grad(cost, w)), (w, w + v)])  # read
"""
    verdict = verdict_on(
        HEAD + source,
        updates="[(v, 0.9 * v - 0.1 * T.grad(cost, w)), (w, w + v)]",
        read="v",
        reader="w",
        registered="v",
    )

    def step(old: Values, seen: Values) -> Values:
        return {"v": 0.9 * old["v"] - 0.1 * 6 * old["w"], "w": old["w"] + seen["v"]}

    # `v` stands on that line four times; only the one in `w + v` differs from circular reads.
    assert verdict.status == "unresolved"
    assert "need each other" in verdict.reason
    source = source.replace(", (w, w + v)", ",\n  (w, w + v)").replace("  # read", "  # read")
    verdict = verdict_on(
        HEAD + source,
        updates="[(v, 0.9 * v - 0.1 * T.grad(cost, w)), (w, w + v)]",
        read="v",
        reader="w",
        registered="v",
    )
    assert verdict.as_compiled[0] == ([1.0, -2.0], [0.5, 0.25])
    assert_follows(verdict, step, "v", elements=1)


def test_symbolic_inputs_get_values() -> None:
    source = """
lr = T.scalar("lr")
x = T.matrix("x")
w = theano.shared(np.array([1.0, -2.0]))
v = theano.shared(np.array([0.5, 0.25]))
cost = T.sum(T.dot(x, w) ** 2)
updates = [(v, 0.9 * v - lr * T.grad(cost, w)),
           (w, w + v)]  # read
step = theano.function([x, lr], cost, updates=updates)
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.names == ("w", "v")


def test_a_fault_behind_another_is_not_refuted() -> None:
    # The counter starts at 0: w is infinite from the first call on, whichever m it takes.
    source = """
w = theano.shared(1.0)
m = theano.shared(2.0)
t = theano.shared(0.0)
updates = [(t, t + 1), (m, 0.9 * m + 0.1),
           (w, w - m / (1 - 0.9 ** t))]  # read
"""
    verdict = verdict_on(HEAD + source, read="m", reader="w", registered="m")
    assert verdict.status == "unresolved"
    assert "w is not finite from call 1 on" in verdict.reason
    assert verdict.first_difference is None
    assert len(verdict.as_compiled) == 6


def test_no_difference() -> None:
    source = """
w = theano.shared(1.0)
v = theano.shared(2.0)
updates = [(v, v * 1.0),
           (w, w + v)]  # read
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert (verdict.status, verdict.reason) == ("agrees", "no difference in 5 calls")
    assert verdict.first_difference is None
    assert verdict.with_new_value == verdict.as_compiled
    assert [row[0] for row in verdict.as_compiled] == [1, 3, 5, 7, 9, 11]


def test_a_difference_that_comes_late() -> None:
    source = """
w = theano.shared(1.0)
v = theano.shared(2.0)
n = theano.shared(0.0)
updates = [(n, n + 1),
           (v, T.switch(n > 1, v + 1, v)),
           (w, w + v)]  # read
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.first_difference == 3
    assert verdict.names == ("w", "v", "n")
    assert [row[0] for row in verdict.as_compiled] == [1, 3, 5, 7, 10, 14]
    assert [row[0] for row in verdict.with_new_value] == [1, 3, 5, 8, 12, 17]


def test_of_a_variable_that_is_updated_twice_the_marked_update_counts() -> None:
    source = """
w = theano.shared(1.0)
v = theano.shared(2.0)
updates = [(v, v * 2.0),
           (w, w + v),  # read
           (w, w + 1)]
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.status == "confirmed"
    assert verdict.refused is not None
    assert verdict.refused.startswith("ValueError: ('this shared variable already has an update")
    assert verdict.as_compiled[:3] == ((1, 2), (3, 4), (7, 8))
    assert verdict.reversed == verdict.as_compiled
    assert verdict.with_new_value[:3] == ((1, 2), (5, 4), (13, 8))


def test_the_backend_refuses() -> None:
    source = """
w = theano.shared(1.0)
v = theano.shared(2.0)
updates = [(v, v * 2.0),
           (w, T.stack([w, v]))]  # read
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.status == "raises"
    assert verdict.reason.startswith('TypeError: ("An update must have the same type')
    assert verdict.as_compiled == ()


def test_the_backend_under_another_name() -> None:
    source = """
import theano as th
from theano import tensor
w = th.shared(1.0)
v = th.shared(2.0)
updates = [(v, v * 2.0),
           (w, w + tensor.sqr(v))]  # read
"""
    verdict = verdict_on(source, read="v", reader="w", registered="v")
    assert verdict.status == "confirmed", verdict.reason
    # In each call w grows by the square of v, which is doubled: 1 + 4 or 1 + 16.
    assert verdict.as_compiled[1][0] == 5.0
    assert verdict.with_new_value[1][0] == 17.0


def test_types_that_clash_over_a_stand_in_say_nothing() -> None:
    source = """
def updates_of(w):
    v = theano.shared(2.0)
    updates = [(v, v * 2.0),
               (w, T.stack([v, T.sum(w)]))]  # read
    return updates
"""
    verdict = verdict_on(HEAD + source, scope="updates_of", read="v", reader="w", registered="v")
    assert verdict.status == "confirmed", verdict.reason  # a vector of two is what fits


def test_an_object_under_another_name() -> None:
    source = """
class Optimizer:
    def __init__(self, model, cost):
        self.model = model
        self.updates = OrderedDict()
        for p in self.model.params:
            velocity = theano.shared(p.get_value() * 0)
            self.updates[velocity] = 0.9 * velocity - 0.1 * T.grad(cost, p)
            self.updates[p] = p + velocity  # read
"""
    verdict = verdict_on(
        HEAD + source,
        scope="__init__",
        read="velocity",
        reader="p",
        registered="velocity",
        updates="self.updates",
    )

    def momentum(old: Values, seen: Values) -> Values:
        velocity = 0.9 * old["velocity"] - 0.1 * gradient(old["p"])
        return {"velocity": velocity, "p": old["p"] + seen["velocity"]}

    assert_follows(verdict, momentum, "velocity")


def test_a_loop_over_the_sum_of_two_lists() -> None:
    source = """
class Trainer:
    def updates(self, network, J):
        for param in network.weights + network.biases:
            velocity = theano.shared(param.get_value() * 0)
            yield velocity, 0.9 * velocity - 0.1 * T.grad(J, param)
            yield param, param + velocity  # read
"""
    verdict = verdict_on(
        HEAD + source,
        scope="updates",
        read="velocity",
        reader="param",
        registered="velocity",
        updates="yield",
    )
    assert verdict.status == "confirmed", verdict.reason
    assert len(verdict.names) == 8  # two weights, two biases, a velocity of each


def test_random_numbers_are_the_same_at_each_call() -> None:
    source = """
from theano.tensor.shared_randomstreams import RandomStreams
w = theano.shared(1.0)
v = theano.shared(2.0)
rng = RandomStreams(seed=3)
noise = rng.normal(w.get_value().shape)
updates = [(v, v * 2.0),
           (w, w + v + noise)]  # read
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.status == "confirmed", verdict.reason
    steps = [row[0] - before[0] - before[1] for before, row in pairwise(verdict.as_compiled)]
    assert steps == pytest.approx([steps[0]] * 5)


def test_comparisons_are_numbers_where_the_program_takes_them_for_such() -> None:
    source = """
w = theano.shared(1.0)
v = theano.shared(2.0)
sign = (w > 0) - (w < 0)
updates = [(v, v * 2.0),
           (w, w + v - sign)]  # read
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.as_compiled[:3] == ((1, 2), (2, 4), (5, 8))


def test_single_precision_does_not_clash_with_stand_ins() -> None:
    source = """
def updates_of(w):
    v = theano.shared(np.ones(w.get_value().shape, dtype="float32"))
    rate = T.constant(0.5, dtype="float32")
    updates = [(v, v * 2.0),
               (w, w + rate * v)]  # read
    return updates
"""
    verdict = verdict_on(HEAD + source, scope="updates_of", read="v", reader="w", registered="v")
    assert verdict.status == "confirmed", verdict.reason


def test_a_chain_of_new_values() -> None:
    source = """
a = theano.shared(1.0)
b = theano.shared(2.0)
c = theano.shared(3.0)
updates = [(a, a + 1), (b, b + a), (c, c + b + a)]  # read
"""
    finding, tree = made(HEAD + source, read="b + a", reader="c", registered="a")
    assert finding.fault is not None
    pairs = finding.fault.collection.registrations
    b, c = pairs[1].value, pairs[2].value
    assert isinstance(b, ast.BinOp)
    assert isinstance(c, ast.BinOp)
    assert isinstance(c.left, ast.BinOp)
    reads = (b.right, c.left.right, c.right)
    fault = type(finding.fault)(reads, pairs[2], pairs[1], finding.fault.collection)
    (verdict,) = confirm([with_fault(finding, fault)], {PATH: tree}, calls=2)
    assert verdict.names == ("c", "b", "a")
    assert verdict.as_compiled == ((3, 2, 1), (6, 3, 2), (11, 5, 3))
    # a: 2, 3; b: 2 + 2, 4 + 3; c: 3 + 4 + 2, 9 + 7 + 3
    assert verdict.with_new_value == ((3, 2, 1), (9, 4, 2), (19, 7, 3))


def test_the_program_runs_alone_and_reads_well(tmp_path: Any) -> None:
    verdict = verdict_on(
        HEAD + MOMENTUM["append"].replace("\n        ", "\n"),
        scope="momentum",
        read="velocity",
        reader="param",
        registered="velocity",
    )
    assert verdict.snippet is not None
    assert "updates.append((target('param', param), param + read(velocity)))" in verdict.snippet
    assert "    # params stands for a list\n    params = [\n" in verdict.snippet
    assert "    mu = 0.9  # has its usual value\n" in verdict.snippet
    path = tmp_path / "snippet.py"
    path.write_text(verdict.snippet)
    env = {name: value for name, value in os.environ.items() if not name.startswith("THEANO")}
    env["THEANO_FLAGS"] = f"cxx=,blas.ldflags=,floatX=float64,base_compiledir={tmp_path}"
    done = subprocess.run(
        [sys.executable, path], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == ("confirmed: they differ from call 1 on")


def test_calls_are_as_many_as_asked_for() -> None:
    finding, tree = made(
        QUESTION.format(updates="[update_a, update_b]"),
        read="param_update",
        reader="param",
        registered="param_update",
        updates="[update_a, update_b]",
    )
    (verdict,) = confirm([finding], {PATH: tree}, calls=1)
    assert verdict.as_compiled == ((1, 2), (-1, 4))


def test_what_has_no_values_to_compare() -> None:
    finding = Finding(PATH, 1, 1, 1, 2, "THU204", "one-shot-iterator", "...")
    (verdict,) = confirm([finding], {PATH: ast.parse("")})
    assert verdict.status == "unresolved"
    assert verdict.reason == "THU204 is not about values: there is nothing to run"


def test_a_loop_without_an_end_is_not_run() -> None:
    source = """
w = theano.shared(1.0)
v = theano.shared(2.0)
def late():
    while True:
        pass
updates = [(v, v * 2.0),
           (w, w + v + late())]  # read
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.status == "unresolved"
    assert "While" in verdict.reason


def test_a_loop_without_a_known_end_is_not_cut() -> None:
    source = """
w = theano.shared(1.0)
v = theano.shared(2.0)
updates = []
while len(updates) < 2:
    updates.append((v, v * 2.0))
    updates.append((w, w + v))  # read
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.status == "unresolved"
    assert verdict.reason == "the 'while' in line 10 is not followed"


def test_importing_loads_no_backend() -> None:
    code = (
        "import sys, flake8_theano_updates.runtime\n"
        "print([m for m in ('theano', 'numpy', 'libcst') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_numbers_that_are_not_finite_are_floats() -> None:
    source = """
w = theano.shared(1.0)
v = theano.shared(0.0)
updates = [(v, v + 1),
           (w, w / v)]  # read
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.as_compiled[1] == (math.inf, 1.0)
    assert verdict.with_new_value[1] == (1.0, 1.0)
    assert verdict.reason == (
        "the first step divides by zero or overflows: w becomes inf, with the new value 1"
    )


HELPERS = {
    "a nested function": """
def momentum(params, grads, lr=0.1, mu=0.9):
    updates = []

    def add(param, velocity, grad):
        updates.append((velocity, mu * velocity - lr * grad))
        updates.append((param, param + velocity))  # read

    for param, grad in zip(params, grads):
        add(param, theano.shared(param.get_value() * 0.), grad)
    return updates
""",
    "a function of the module": """
def moved(velocity, grad, mu, lr):
    assert mu
    return (velocity, mu * velocity - lr * grad)

def momentum(params, grads, lr=0.1, mu=0.9):
    updates = []
    for param, grad in zip(params, grads):
        velocity = theano.shared(param.get_value() * 0.)
        updates.append(moved(velocity, grad, mu, lr))
        updates.append((param, param + velocity))  # read
    return updates
""",
    "a lambda": """
def momentum(params, grads, lr=0.1, mu=0.9):
    step = lambda v, g: mu * v - lr * g
    updates = OrderedDict()
    for param, grad in zip(params, grads):
        velocity = theano.shared(param.get_value() * 0.)
        updates.update({velocity: step(velocity, grad)})
        updates.update({param: param + velocity})  # read
    return updates
""",
    "a branch that a name settles": """
def momentum(params, grads, method="sgd", lr=0.1, mu=0.9):
    velocities = [theano.shared(p.get_value() * 0.) if method == "momentum" else None
                  for p in params]
    updates = OrderedDict()
    for param, grad, velocity in zip(params, grads, velocities):
        if method == "sgd":
            updates[param] = param - lr * grad
        elif method == "momentum":
            updates[velocity] = mu * velocity - lr * grad
            updates[param] = param + velocity  # read
    return updates
""",
    "early return": """
def momentum(params, grads, plain=False, lr=0.1, mu=0.9):
    updates = []
    if plain:
        for param, grad in zip(params, grads):
            updates.append((param, param - lr * grad))
        return updates
    if not isinstance(params, list):
        params = [params]
    try:
        velocities = [theano.shared(p.get_value() * 0.) for p in params]
    except AttributeError:
        raise ValueError(params)
    with scope("updates"):
        for param, grad, velocity in zip(params, grads, velocities):
            updates.append((velocity, mu * velocity - lr * grad))
            updates.append((param, param + velocity))  # read
    return updates
""",
}


@pytest.mark.parametrize("source", HELPERS.values(), ids=HELPERS)
def test_helpers_and_branches(source: str) -> None:
    how = {"scope": "momentum", "read": "velocity", "reader": "param", "registered": "velocity"}
    if "updates[param] = param - lr" in source or "plain" in source:
        # The pairs of the other branch come first in the text.
        finding, tree = made(HEAD + source, **how)
        assert finding.fault is not None
        pairs = finding.fault.collection.registrations
        reader = next(p for p in pairs if ast.unparse(p.value) == "param + velocity")
        arms = tuple(
            (node, "body")
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and '"momentum"' in ast.unparse(node.test).replace("'", '"')
        )
        outer = tuple(
            (node, "orelse")
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and "sgd" in ast.unparse(node.test)
        )
        fault = dataclasses.replace(finding.fault, reader=reader, arms=outer + arms)
        (verdict,) = confirm([with_fault(finding, fault)], {PATH: tree})
    elif "def moved" in source:
        finding, tree = made(HEAD + source, **how | {"registered": "param"})
        function = next(n for n in tree.body if getattr(n, "name", "") == "moved")
        pair = function.body[-1].value  # type: ignore[attr-defined]
        assert finding.fault is not None
        registered = Registration(pair.elts[0], pair.elts[1], pair.lineno)
        collection = dataclasses.replace(
            finding.fault.collection,
            registrations=(registered, finding.fault.reader),
        )
        fault = dataclasses.replace(finding.fault, registered=registered, collection=collection)
        (verdict,) = confirm([with_fault(finding, fault)], {PATH: tree})
    else:
        verdict = verdict_on(HEAD + source, **how)
    assert_follows(verdict, momentum, "velocity")


def test_keras_own_words_for_a_pair() -> None:
    source = """
from keras import backend as K

class Momentum:
    def get_updates(self, params, constraints, loss):
        grads = self.get_gradients(loss, params)
        moments = [K.zeros(K.int_shape(p)) for p in params]
        self.updates = [K.update_add(self.iterations, 1)]
        for param, g, velocity in zip(params, grads, moments):
            self.updates.append((velocity, 0.9 * velocity - 0.1 * g))
            self.updates.append(K.update(param, K.square(K.sqrt(K.exp(param + velocity)))))  # read
        return self.updates
"""
    finding, tree = made(
        HEAD + source,
        scope="get_updates",
        updates="self.updates",
        read="velocity",
        reader="velocity",
        registered="velocity",
    )
    assert finding.fault is not None
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and "K.update(" in ast.unparse(n)]
    call = next(n for n in calls if ast.unparse(n.func) == "K.update")
    reader = Registration(call.args[0], call.args[1], call.lineno)
    fault = dataclasses.replace(finding.fault, reader=reader)
    (verdict,) = confirm([with_fault(finding, fault)], {PATH: tree})

    def step(old: Values, seen: Values) -> Values:
        velocity = 0.9 * old["velocity"] - 0.1 * gradient(old["param"])
        return {"velocity": velocity, "param": np.exp(old["param"] + seen["velocity"])}

    assert "target[" in " ".join(verdict.names)  # the counter, whose pair was not announced
    assert verdict.status == "confirmed", verdict.reason
    for position, index in ((0, 0), (2, 1)):
        assert verdict.names[position] == f"param[{index}]"
        state = {"param": np.array(verdict.as_compiled[0][position])}
        state["velocity"] = np.zeros_like(state["param"])
        for row in verdict.as_compiled[:3]:
            np.testing.assert_allclose(row[position], state["param"])
            state = step(state, state)


def test_a_fault_inside_of_a_function_that_the_scope_only_calls() -> None:
    source = """
def apply(updates, params, lr=0.1, mu=0.9):
    updates = OrderedDict(updates)
    for param, grad in zip(params, gradients):
        velocity = theano.shared(param.get_value() * 0.)
        updates[velocity] = mu * velocity - lr * grad
        updates[param] = param + velocity  # read
    return updates

def momentum(params, cost):
    ups = sgd(params, cost)
    return elsewhere(apply, ups)
"""
    finding, tree = made(
        HEAD + source, scope="apply", read="velocity", reader="param", registered="velocity"
    )
    assert finding.fault is not None
    outer = next(n for n in tree.body if getattr(n, "name", "") == "momentum")
    assert isinstance(outer, ast.FunctionDef)
    name = outer.body[0].targets[0]  # type: ignore[attr-defined]
    collection = dataclasses.replace(
        finding.fault.collection, scope=outer, expression=name, statement=outer.body[1]
    )
    fault = dataclasses.replace(finding.fault, collection=collection)
    (verdict,) = confirm([with_fault(finding, fault)], {PATH: tree})
    assert_follows(verdict, momentum, "velocity")


def test_text_in_other_scripts() -> None:
    source = """
w = theano.shared(1.0, name="Gewicht ω")
v = theano.shared(2.0)
updates = [(v, v + 1),
           (w, w + v)]  # read
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.status == "confirmed"


def test_inside_of_keras_and_a_variable_called_update() -> None:
    source = """
from . import backend as K

class Adadelta:
    def get_updates(self, params, constraints, loss):
        grads = self.get_gradients(loss, params)
        accumulators = [K.zeros(K.get_variable_shape(p)) for p in params]
        self.updates = [K.update_add(self.iterations, 1)]
        for p, g, a in zip(params, grads, accumulators):
            self.updates.append(K.update(a, 0.9 * a + 0.1 * K.square(g)))
            update = g / K.sqrt(a + 1e-6)  # read
            new_p = constraints[p](p - 0.1 * update)
            self.updates.append(K.update(p, new_p))
        return self.updates
"""
    tree = ast.parse(HEAD + source)
    (finding,) = check(tree, (HEAD + source).splitlines(), PATH)
    (verdict,) = confirm([finding], {PATH: tree})
    assert verdict.status == "confirmed", verdict.reason


def test_a_program_alone_that_computes_nan_refutes_nothing(tmp_path: Path) -> None:
    source = """
w = theano.shared(-1.0)
v = theano.shared(2.0)
updates = [(v, v * 2.0),
           (w, T.sqrt(w) + v)]  # read
"""
    verdict = verdict_on(HEAD + source, read="v", reader="w", registered="v")
    assert verdict.status == "unresolved", verdict.reason
    (tmp_path / "alone.py").write_text(str(verdict.snippet))
    flags = f"cxx=,blas.ldflags=,device=cpu,base_compiledir={tmp_path}"
    done = subprocess.run(
        [sys.executable, tmp_path / "alone.py"],
        env={**os.environ, "THEANO_FLAGS": flags},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1].startswith("unresolved: not finite")


def test_imports_hide_nothing_of_the_frame() -> None:
    source = """
from numpy import zeros as sorted
from theano import shared
from theano.tensor import sum, max, dot as dict
from itertools import izip as zip
updates = []
for p, g in zip(params, grads):
    v = shared(sorted((2, 2)))
    updates.append((v, mu * v - lr * g * sum(max(p))))
    updates.append((p, p + v))  # read
"""
    verdict = verdict_on(source, read="v", reader="p", registered="v")
    assert verdict.status == "confirmed", verdict.reason


def test_memory_that_is_not_there_is_no_fault_of_the_updates() -> None:
    source = """
import theano
import theano.tensor as T
w = theano.shared(1.0)
v = theano.shared(2.0)
updates = [(v, v + T.zeros((10 ** 5, 10 ** 5)).sum()),
           (w, w + v)]  # read
"""
    verdict = verdict_on(source, read="v", reader="w", registered="v")
    assert verdict.status == "unresolved"
    assert "MemoryError" in verdict.reason


def test_a_list_that_is_too_long_is_left_alone_at_once() -> None:
    pairs = "".join(f"  (v{n}, v{n} * 2),\n" for n in range(600))
    source = f"import theano\nupdates = [\n{pairs}  (w, w + v0)]  # read\n"
    finding, tree = made(source, read="v0", reader="w", registered="v0")
    (verdict,) = confirm([finding], {PATH: tree})
    assert verdict.status == "unresolved"
    assert verdict.reason == "more than 500 updates stand in one collection"


def test_more_numbers_than_can_be_told_end_at_once() -> None:
    source = """
import numpy as np
import theano
import theano.tensor as T
w = theano.shared(np.full((10,) * 5, 0.314159))
v = theano.shared(np.full((10,) * 5, 1 / 3))
updates = [(v, 0.9 * v - 0.1 * T.grad(T.sum(T.sin(w) ** 2), w)),
           (w, w + v)]  # read
"""
    finding, tree = made(source, read="v", reader="w", registered="v")
    began = time.monotonic()
    (verdict,) = confirm([finding], {PATH: tree})
    assert time.monotonic() - began < 10
    assert verdict.status == "unresolved"
    assert verdict.reason.startswith("it computes more numbers than can be told: ")


def test_a_number_that_is_called_smooth() -> None:
    source = """
import theano
updates = []
for p, g in zip(params, grads):
    v = theano.shared(p.get_value() * 0.0)
    updates.append((v, smooth * v - lr * penalty(g)))
    updates.append((p, p + v))  # read
"""
    verdict = verdict_on(source, read="v", reader="p", registered="v")
    assert verdict.status == "confirmed", verdict.reason


def test_what_a_test_wants_to_be_true_is_still_a_number() -> None:
    source = """
def updates_of(w, acc, grad, clip, rate=1.8):
    step = grad / acc  # read
    if clip:
        step = T.maximum(step, clip)
    if rate:
        step = rate * step
    updates = [(acc, acc + grad ** 2), (w, w - step)]
    return updates
"""
    verdict = verdict_on(
        HEAD + source, read="acc", reader="w", registered="acc", scope="updates_of"
    )

    def step(old: Values, seen: Values) -> Values:
        g = gradient(old["w"])
        moved = 1.8 * np.maximum(g / seen["acc"], 0.31)
        return {"w": old["w"] - moved, "acc": old["acc"] + g**2}

    assert "clip = 0.31  # stands for a number" in (verdict.snippet or "")
    assert_follows(verdict, step, "acc", elements=1)
