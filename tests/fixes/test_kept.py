"""New values that one loop computes and others read are kept in one mapping."""

from __future__ import annotations

from fixing import fixed

BEFORE = """\
import theano

def updates(params, grads, steps, velocities):
    for step, velocity in zip(steps, velocities):
        yield step, 0.9 * velocity
    for grad, step, velocity in zip(grads, steps, velocities):
        yield velocity, step - 0.1 * grad
    for param, step, velocity in zip(params, steps, velocities):
        yield param, param + velocity - step
"""
AFTER = """\
import theano

def updates(params, grads, steps, velocities):
    new_values = {}
    for step, velocity in zip(steps, velocities):
        new_values[step] = 0.9 * velocity
        yield step, new_values[step]
    for grad, step, velocity in zip(grads, steps, velocities):
        new_values[velocity] = new_values[step] - 0.1 * grad
        yield velocity, new_values[velocity]
    for param, step, velocity in zip(params, steps, velocities):
        yield param, param + new_values[velocity] - new_values[step]
"""


def test_one_mapping_serves_three_loops() -> None:
    assert fixed(BEFORE, "new-value").last.text.whole == AFTER
