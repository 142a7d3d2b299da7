"""One call of each algorithm in the fixtures, in NumPy.

A step takes the values before the call and returns those after it. ``old`` is what every read
takes; only the reads that the fixtures mark go through ``read``, which is ``old`` as well where
the program runs as it is compiled, and has the new value of one variable in place of its old
one where that read is mended.
"""

from __future__ import annotations

from typing import Any

import numpy as np

State = dict[str, Any]


def cost_gradient(old: State) -> Any:
    """Differentiate the sum of sin(p), which stands for a cost."""
    return np.cos(old["p"])


def bowl_gradient(old: State) -> Any:
    """Differentiate sum(3 p**2), the cost of the whole programs and of the question."""
    return 6 * old["p"]


def momentum(old: State, read: State, g: Any, mu: Any, lr: Any, decay: float = 0.0) -> State:
    return {
        "velocity": mu * old["velocity"] - lr * (g + decay * old["p"]),
        "p": old["p"] + read["velocity"],
    }


def subtracted_momentum(old: State, read: State, g: Any, mu: float, lr: float) -> State:
    return {"velocity": mu * old["velocity"] + lr * g, "p": old["p"] - read["velocity"]}


def bounded_momentum(
    old: State, read: State, g: Any, mu: float, lr: float, decay: float, most: float
) -> State:
    moved = mu * old["velocity"] + lr * g + decay * old["p"]
    return {"velocity": np.clip(moved, -most, most), "p": old["p"] - read["velocity"]}


def momentum_and_gradient(old: State, read: State, g: Any, mu: float, lr: float) -> State:
    return {
        "velocity": mu * old["velocity"] - lr * g,
        "p": old["p"] + read["velocity"] - lr * g,
    }


def averaged_gradient(old: State, read: State, g: Any, mu: float, lr: float) -> State:
    return {"mean": mu * old["mean"] + (1 - mu) * g, "p": old["p"] - lr * read["mean"]}


def adagrad(old: State, read: State, g: Any, lr: Any = 1.0, eps: float = 0.0) -> State:
    return {
        "acc": old["acc"] + g**2,
        "p": old["p"] - lr * g / np.sqrt(read["acc"] + eps),
    }


def adadelta(old: State, read: State, g: Any, rho: float, eps: float) -> State:
    step = -np.sqrt(old["delta"] + eps) / np.sqrt(read["acc"] + eps) * g
    return {
        "acc": rho * old["acc"] + (1 - rho) * g**2,
        "delta": rho * old["delta"] + (1 - rho) * step**2,
        "p": old["p"] + step,
    }


def adagrad_beside_eps(old: State, read: State, g: Any, lr: float, eps: float) -> State:
    return {"acc": old["acc"] + g**2, "p": old["p"] - lr * g / (np.sqrt(read["acc"]) + eps)}


def clipped_adagrad(old: State, read: State, g: Any) -> State:
    return {
        "acc": old["acc"] + g**2,
        "p": old["p"] - np.clip(g / np.sqrt(read["acc"]), -1, 1),
    }


def divided_by_sum(old: State, read: State, g: Any) -> State:
    return {"sum": old["sum"] + g, "p": old["p"] - g / read["sum"]}


def divided_by_sum_of_roots(old: State, read: State, g: Any) -> State:
    return {"sum": old["sum"] + np.sqrt(g), "p": old["p"] - g / read["sum"]}


def rmsprop(old: State, read: State, g: Any, lr: float, rho: float, eps: float) -> State:
    return {
        "acc": rho * old["acc"] + (1 - rho) * g**2,
        "p": old["p"] - lr * g / np.sqrt(read["acc"] + eps),
    }


def rmsprop_beside_eps(old: State, read: State, g: Any, lr: float, rho: float, eps: float) -> State:
    return {
        "acc": rho * old["acc"] + (1 - rho) * g**2,
        "p": old["p"] - lr * g / (np.sqrt(read["acc"]) + eps),
    }


def moments(old: State, g: Any, b1: float, b2: float) -> State:
    return {"m": b1 * old["m"] + (1 - b1) * g, "v": b2 * old["v"] + (1 - b2) * g**2}


def adam(old: State, read: State, g: Any, lr: float, b1: float, b2: float, eps: float) -> State:
    return {
        **moments(old, g, b1, b2),
        "p": old["p"] - lr * read["m"] / (np.sqrt(read["v"]) + eps),
    }


def adam_by_new_m(
    old: State, read: State, g: Any, lr: float, b1: float, b2: float, eps: float
) -> State:
    new = moments(old, g, b1, b2)
    return {**new, "p": old["p"] - lr * new["m"] / (np.sqrt(read["v"]) + eps)}


def corrected_adam(
    old: State, read: State, g: Any, lr: float, b1: float, b2: float, eps: float
) -> State:
    t = old["t"] + 1
    m_hat = read["m"] / (1 - b1**t)
    v_hat = read["v"] / (1 - b2**t)
    return {
        **moments(old, g, b1, b2),
        "t": t,
        "p": old["p"] - lr * m_hat / (np.sqrt(v_hat) + eps),
    }


def adam_with_a_rate(
    old: State, read: State, g: Any, lr: float, b1: float, b2: float, eps: float
) -> State:
    t = old["t"] + 1
    rate = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
    return {
        **moments(old, g, b1, b2),
        "t": t,
        "p": old["p"] - rate * read["m"] / (np.sqrt(read["v"]) + eps),
    }


def adam_with_a_late_counter(
    old: State, read: State, g: Any, lr: float, b1: float, b2: float, eps: float
) -> State:
    rate = lr * np.sqrt(1 - b2 ** read["t"]) / (1 - b1 ** read["t"])
    new = moments(old, g, b1, b2)
    return {
        **new,
        "t": old["t"] + 1,
        "p": old["p"] - rate * new["m"] / (np.sqrt(new["v"]) + eps),
    }


def sum_of_means(old: State, read: State, x: Any) -> State:
    return {"mean": 0.9 * old["mean"] + 0.1 * x, "total": old["total"] + read["mean"]}


def less_the_mean(old: State, read: State, x: Any) -> State:
    return {"mean": 0.9 * old["mean"] + 0.1 * np.mean(x), "shifted": x - read["mean"]}


def carried(old: State, read: State, force: Any, rate: Any = 1.0) -> State:
    return {"speed": old["speed"] + rate * force, "place": old["place"] + rate * read["speed"]}


def stored_and_paid_for(old: State, read: State, delivered: Any) -> State:
    return {"stock": old["stock"] + delivered, "rent": old["rent"] + 3 * read["stock"]}


def two_readings(old: State, read: State, near: Any, far: Any) -> State:
    return {
        "level": 0.9 * old["level"] + near,
        "tide": old["tide"] + 0.9 * read["level"] + far,
    }


def mean_of_all(old: State, read: State, x: Any) -> State:
    return {"seen": old["seen"] + 1, "mean": old["mean"] + (x - old["mean"]) / read["seen"]}


def mean_by_a_rate(old: State, read: State, x: Any) -> State:
    rate = 1 / read["seen"]
    return {"seen": old["seen"] + 1, "mean": (1 - rate) * old["mean"] + rate * x}


def mean_of_rows(old: State, read: State, frames: Any) -> State:
    return {
        "rows": np.concatenate([old["rows"], frames])[2:],
        "mean": 0.5 * old["mean"] + 0.5 * np.mean(read["rows"]),
    }


def background_of_rows(old: State, read: State, frames: Any) -> State:
    return {
        "rows": np.concatenate([frames, old["rows"]])[:-2],
        "mean": 0.9 * old["mean"] + 0.1 * np.mean(read["rows"], axis=0),
    }


def step_of_a_sampler(old: State, read: State, accepted: Any) -> State:
    return {
        "size": np.where(read["rate"] > 0.65, 1.02 * old["size"], 0.98 * old["size"]),
        "rate": 0.9 * old["rate"] + 0.1 * accepted,
    }


def patience(old: State, read: State, loss: Any) -> State:
    return {
        "rate": np.where(read["smooth"] < 0.5, old["rate"] * 1.1, old["rate"] * 0.5),
        "smooth": 0.8 * old["smooth"] + 0.2 * loss,
    }
