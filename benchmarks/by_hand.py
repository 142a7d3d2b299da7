"""What a person would write to see what a hundred updates compute: 300 functions, called.

The peer of ``confirm_speed.py``; the same optimizers, as written, in the other order, and
with the new value.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import theano
import theano.tensor as T  # noqa: N812 - as everybody writes it

Pairs = list[tuple[Any, Any]]


def parameters() -> list[Any]:
    """Make two matrices."""
    return [theano.shared(np.array([[0.3, 0.4], [0.5, 0.6]]) + n) for n in range(2)]


def loss_of(params: Sequence[Any]) -> Any:
    """Build what the gradients are taken of."""
    return T.sum(T.sin(params[0])) + T.sum(T.sin(params[1]))


def momentum(params: Sequence[Any], lr: float, new: bool) -> Pairs:
    """Build updates that read the new velocity, or the old one."""
    loss = loss_of(params)
    updates = []
    for p in params:
        velocity = theano.shared(p.get_value() * 0.0 + 0.37)
        velocity_new = 0.9 * velocity - lr * T.grad(loss, p)
        updates.append((velocity, velocity_new))
        updates.append((p, p + (velocity_new if new else velocity)))
    return updates


def rmsprop(params: Sequence[Any], lr: float, new: bool) -> Pairs:
    """Build updates that read the new mean square, or the old one."""
    loss = loss_of(params)
    updates = []
    for p in params:
        g = T.grad(loss, p)
        acc = theano.shared(p.get_value() * 0.0 + 0.37)
        acc_new = 0.9 * acc + 0.1 * g**2
        updates.append((acc, acc_new))
        updates.append((p, p - lr * g / T.sqrt((acc_new if new else acc) + 1e-6)))
    return updates


def rows(updates: Pairs, calls: int) -> list[list[Any]]:
    """Compile, call, and return the values before and after each call."""
    mode = theano.compile.Mode(linker="py", optimizer=None)
    step = theano.function([], [], updates=updates, mode=mode)
    found = [[variable.get_value().tolist() for variable, _ in updates]]
    for _ in range(calls):
        step()
        found.append([variable.get_value().tolist() for variable, _ in updates])
    return found


def main(findings: int, calls: int) -> None:
    """Compile and call three functions for each finding."""
    makers: tuple[Callable[[Sequence[Any], float, bool], Pairs], ...] = (momentum, rmsprop)
    differ = 0
    for n in range(findings):
        make, lr = makers[n % 2], 0.01 * (1 + n % 9)
        written = rows(make(parameters(), lr, False), calls)
        assert rows(make(parameters(), lr, False)[::-1], calls)[-1] == written[-1][::-1]
        differ += rows(make(parameters(), lr, True), calls) != written
    print(f"{differ} of {findings} differ")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
