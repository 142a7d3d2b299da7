"""Findings that are missed where one spelling is not understood, each in a program of its own.

What the same spellings must not report stands in `fixtures/clean/readings.py`.
"""

from __future__ import annotations

import ast

import pytest
from marks import NO_VARIABLE, marks_in

from flake8_theano_updates import check

HEAD = """\
from collections import OrderedDict
from itertools import chain

import theano
import theano.tensor as T
from keras import backend as K
from keras.layers import Layer


"""

PROGRAMS = {
    "a method of a class in a class": """\
class Trainer:
    class Momentum:
        @staticmethod
        def register(updates, v, g):
            updates.append((v, 0.9 * v - g))

    def train(self, x, w, v, g):
        updates = []
        Trainer.Momentum.register(updates, v, g)
        updates.append((w, w + v))  # error: THU101 32 v
        return theano.function([x], [], updates=updates)
""",
    "an attribute of a class in a class": """\
class Trainer:
    class Momentum:
        v = theano.shared(0.5)

    def train(self, x, w, g):
        v = Trainer.Momentum.v
        updates = [(v, 0.9 * v - g)]
        updates.append((w, w + Trainer.Momentum.v))  # error: THU101 32 Trainer.Momentum.v
        return theano.function([x], [], updates=updates)
""",
    "a mapping of the caller": """\
def put(updates, w, v, g):
    updates[v] = 0.9 * v - g
    updates[w] = w + v  # error: THU101 22 v
""",
    "a mapping of the caller, by its method": """\
def put(updates, w, v, g):
    updates.setdefault(v, 0.9 * v - g)
    updates.setdefault(w, w + v)  # error: THU101 31 v
""",
    "a list of the caller": """\
def put(updates, w, v, g):
    updates.append((v, 0.9 * v - g))
    updates.append((w, w + v))  # error: THU101 28 v
""",
    "a list of the caller, joined": """\
def put(updates, w, v, g):
    updates += [(v, 0.9 * v - g)]
    updates += [(w, w + v)]  # error: THU101 25 v
""",
    "a list that is kept elsewhere": """\
class Trainer:
    def step(self, w, v, g):
        self.updates.append((v, 0.9 * v - g))
        self.updates.append((w, w + v))  # error: THU101 37 v
""",
    "three pairs in a tuple": """\
def make_updates(w, v, count, g):
    return (
        (v, 0.9 * v - g),
        (count, count + 1),
        (w, w + v),  # error: THU101 17 v
    )
""",
    "variables of a module that is read elsewhere": """\
from model import *


def train(x, g):
    updates = [(velocity, 0.9 * velocity - g), (velocity, 0.0 * g)]  # error: THU201 49 velocity
    return theano.function([x], [], updates=updates)
""",
    "a loop without an end in sight": """\
def train(x, w, v, g, queue):
    updates = []
    while queue.pop():
        updates.append((v, 0.9 * v - g))
    updates.append((w, w + v))  # error: THU101 28 v
    return theano.function([x], [], updates=updates)
""",
    "a method of lists that does not matter": """\
def train(x, w, v, g):
    updates = [(v, 0.9 * v - g)]
    print(updates.index((v, g)))
    updates.append((w, w + v))  # error: THU101 28 v
    return theano.function([x], [], updates=updates)
""",
    "a pair that enters in front": """\
def train(x, w, v, g):
    updates = [(w, w + v)]  # error: THU101 24 v
    updates.insert(0, (v, 0.9 * v - g))
    return theano.function([x], [], updates=updates)
""",
    "a part of a variable": """\
def train(x, tail, v, g):
    updates = [(v, 0.9 * v - g), (tail, v[1:])]  # error: THU101 41 v
    return theano.function([x], [], updates=updates)
""",
    "cases of which none takes everything": """\
def train(x, w, v, g, kind):
    updates = []
    match kind:
        case "both":
            updates.append((v, 0.9 * v - g))
        case "first":
            updates.append((v, 0.8 * v - g))
    updates.append((w, w + v))  # error: THU101 28 v
    return theano.function([x], [], updates=updates)
""",
    "a method that fills a list": """\
class Trainer:
    def register(self, updates, v, g):
        updates.append((v, 0.9 * v - g))

    def train(self, x, w, v, g):
        updates = []
        self.register(updates, v, g)
        updates.append((w, w + v))  # error: THU101 32 v
        return theano.function([x], [], updates=updates)
""",
    "the values of a mapping": """\
def train(x, params, g):
    speeds = OrderedDict()
    for p in params:
        speeds[p] = theano.shared(0.5)
    updates = []
    for v in speeds.values():
        updates.append((v, 0.9 * v - g))
    for p in params:
        updates.append((p, p + speeds[p]))  # error: THU101 32 speeds[p]
    return theano.function([x], [], updates=updates)
""",
    "a function that takes what is left over": """\
def register(updates, v, g, *others):
    updates.append((v, 0.9 * v - g))
    print(others)


def train(x, w, v, g):
    updates = []
    register(updates, v, g, x, w)
    updates.append((w, w + v))  # error: THU101 28 v
    return theano.function([x], [], updates=updates)
""",
    "a function that is handed over": """\
def register(updates, v, g):
    updates.append((v, 0.9 * v - g))


def both(make, updates, w, v, g):
    make(updates, v, g)
    updates.append((w, w + v))  # error: THU101 28 v


def train(x, w, v, g):
    updates = []
    both(register, updates, w, v, g)
    return theano.function([x], [], updates=updates)
""",
    "a pair that is added": """\
class Summing(Layer):
    def call(self, x):
        self.add_update((self.acc, self.acc + K.sum(x)))
        self.add_update((self.w, self.w - x / K.sqrt(self.acc)))  # error: THU101 54 self.acc
        return x
""",
    "a formatted text as a key": """\
def train(x, w, name):
    updates = {}
    updates[w["{}_v".format(name)]] = 0.9 * w["{}_v".format(name)] - x
    bias = w["{}_b".format(name)]
    updates[bias] = bias + w["{}_v".format(name)]  # error: THU101 28 w['{}_v'.format(name)]
    return theano.function([x], [], updates=updates)
""",
    "a parameter that is no number": """\
def train(x, w, g, zeta):
    pace = theano.shared(0.1)
    updates = [(pace, pace * zeta), (w, w - pace * g)]  # error: THU101 45 pace
    return theano.function([x], [], updates=updates)
""",
    "an input whose name is no rate": """\
def train(x, w, g):
    zeta = T.scalar(name="force")
    pace = theano.shared(0.1)
    updates = [(pace, pace * zeta), (w, w - pace * g)]  # error: THU101 45 pace
    return theano.function([x, zeta], [], updates=updates)
""",
    "what is in a copy of a mapping": """\
def train(x, table, g):
    known = OrderedDict(table)
    updates = []
    for w, v in known.items():
        updates.append((v, 0.9 * v - g))
        updates.append((w, w + v))  # error: THU101 32 v
    return theano.function([x], [], updates=updates)
""",
    "two names at once": """\
def train(x, net, g):
    v, w = net.v, net.w
    updates = [(v, 0.9 * v - g), (w, w + net.v)]  # error: THU101 42 net.v
    return theano.function([x], [], updates=updates)
""",
    "two names at once, of what is updated later": """\
def train(x, w, v, g):
    old, rate = v, 0.1  # error: THU102 17 v
    updates = [(w, w + rate * old), (v, 0.9 * v - g)]
    return theano.function([x], [], updates=updates)
""",
    "a copy of a list": """\
def train(x, w, v, g):
    first = [(v, 0.9 * v - g)]
    updates = first.copy()
    updates.append((w, w + v))  # error: THU101 28 v
    return theano.function([x], [], updates=updates)
""",
    "a list with its type": """\
def train(x, w, v, g):
    updates: list = [(v, 0.9 * v - g)]
    updates.append((w, w + v))  # error: THU101 28 v
    return theano.function([x], [], updates=updates)
""",
    "an element by its number": """\
def train(x, w, v, g):
    pairs = [(v, 0.9 * v - g), (w, w + v)]  # error: THU101 40 v
    return theano.function([x], [], updates=[pairs[0], pairs[-1]])
""",
    "a method of a base": """\
class Base:
    def steps(self, v, g):
        return [(v, 0.9 * v - g)]


class Derived(Base):
    def train(self, x, w, v, g):
        updates = super().steps(v, g)
        updates.append((w, w + v))  # error: THU101 32 v
        return theano.function([x], [], updates=updates)
""",
    "lists in a chain": """\
def train(x, w, v, g):
    first, second = [(v, 0.9 * v - g)], [(w, w + v)]  # error: THU101 50 v
    return theano.function([x], [], updates=list(chain(first, second)))
""",
    "a helper that returns in either arm": """\
def squares(accs, grads, rho):
    if rho is None:
        return [(a, a + g**2) for a, g in zip(accs, grads)]
    return [(a, rho * a + (1 - rho) * g**2) for a, g in zip(accs, grads)]


def train(x, params, accs, grads, rho):
    updates = squares(accs, grads, rho)
    for p, a, g in zip(params, accs, grads):
        updates.append((p, p - 0.1 * g / T.sqrt(a)))  # error: THU101 49 a
    return theano.function([x], [], updates=updates)
""",
    "a function that is called with all that it is given": """\
def cost_of(*layers):
    return T.sqr(layers[-1]).mean()


def train(x, w, v, layers):
    g = T.grad(cost_of(*layers), w)
    updates = [(v, 0.9 * v - g), (w, w + v)]  # error: THU101 42 v
    return theano.function([x], [], updates=updates)
""",
    "a module that nobody imports in view": """\
def train(x, w, v, g):
    updates = [(v, np.float32(0.9) * v - g)]
    updates.append((w, w + v))  # error: THU101 28 v
    return theano.function([x], [], updates=updates)
""",
    "Keras from elsewhere": """\
from common import K


def train(x, w, v, g):
    return K.function([x], [], [(v, 0.9 * v - g), (w, w + v)])  # error: THU101 59 v
""",
    "a variable for each parameter": """\
def train(x, cost, params, trained):
    squares = {p: theano.shared(0.0) for p in params}
    updates = []
    for p in trained:
        g = T.grad(cost, p)
        updates.append((squares[p], squares[p] + g**2))
        updates.append((p, p - g / T.sqrt(squares[p])))  # error: THU101 43 squares[p]
    return theano.function([x], [], updates=updates)
""",
    "an empty list by its name": """\
def train(x, w, v, g):
    updates = list()
    updates.append((v, 0.9 * v - g))
    updates.append((w, w + v))  # error: THU101 28 v
    return theano.function([x], [], updates=updates)
""",
    "a list of the caller, by its method": """\
def put(updates, w, v, g):
    updates.extend([(v, 0.9 * v - g)])
    updates.extend([(w, w + v)])  # error: THU101 29 v
""",
    "what is computed of other things alone": """\
def train(x, w, code, source):
    updates = [(code, T.tanh(T.dot(x, source)))]
    updates.append((w, w + code))  # error: THU101 28 code
    return theano.function([x], [], updates=updates)
""",
    "what is kept within bounds, of other things alone": """\
def train(x, w, gate, source):
    updates = [(gate, T.clip(T.dot(x, source), 0, 1))]
    updates.append((w, w + gate * x))  # error: THU101 28 gate
    return theano.function([x], [], updates=updates)
""",
    "a call of many that takes both in one place": """\
def train(x, w, scale, mix, g):
    updates = [(w, mix(w * scale, g, x)), (scale, 0.9 * scale + g)]  # error: THU102 28 scale
    return theano.function([x], [], updates=updates)
""",
    "a step of scan that returns a mapping": """\
def train(x, total):
    def step(h):
        return 0.5 * h, {total: total + 1}

    out, _ = theano.scan(step, outputs_info=x, n_steps=5)  # error: THU205 14 -
    return theano.function([x], out)
""",
    "updates of scan that a line below binds": """\
def train(x, total):
    def step(h):
        return 0.5 * h, {total: total + 1}

    out, updates = theano.scan(step, outputs_info=x, n_steps=5)  # error: THU205 20 -
    with theano.config.change_flags(floatX="float32"):
        updates = []
    updates.append((total, 2 * total))
    return theano.function([x], out, updates=updates)
""",
    "the scalar in a frozen value": """\
def train(x, w, g, rate):
    updates = [(w, w - rate.get_value()[()] * g)]  # error: THU301 24 rate
    return theano.function([x], [], updates=updates)
""",
    "a case that matches all": """\
def train(x, w, v, g, kind):
    updates = [(v, 0.9 * v - g)]
    match kind:
        case "plain":
            updates.append((w, w - g))
        case _:
            updates.append((w, w + v))  # error: THU101 36 v
    return theano.function([x], [], updates=updates)
""",
    "a match that may not match": """\
def train(x, w, v, g, kind):
    match kind:
        case "plain":
            return theano.function([x], [], updates=[(w, w - g)])
    updates = [(v, 0.9 * v - g)]
    updates.append((w, w + v))  # error: THU101 28 v
    return theano.function([x], [], updates=updates)
""",
    "two loops by number": """\
def train(x, ws, vs, gs):
    updates = []
    for i in range(len(vs)):
        updates.append((vs[i], 0.9 * vs[i] - gs[i]))
    for i in range(len(ws)):
        updates.append((ws[i], ws[i] + vs[i]))  # error: THU101 40 vs[i]
    return theano.function([x], [], updates=updates)
""",
    "one of two, by a number": """\
def train(x, w, v, u, g, k):
    velocities = [v, u]
    updates = [(v, 0.9 * v - g)]
    updates.append((w, w + velocities[k + 1]))  # error: THU101 28 velocities
    return theano.function([x], [], updates=updates)
""",
    "mappings that become one": """\
def train(x, w, v, g):
    first, second = {v: 0.9 * v - g}, {w: w + v}  # error: THU101 47 v
    return theano.function([x], [], updates=dict(first, **second))
""",
    "two tests of one name": """\
def train(x, w, v, g, kind):
    updates = []
    if kind == "heavy":
        updates.append((v, 0.9 * v - g))
    if kind == "light":
        updates.append((w, w + v))
    if kind != "light":
        updates.append((w, w - v))  # error: THU101 32 v
    return theano.function([x], [], updates=updates)
""",
    "a list that a base has begun": """\
class Base:
    def __init__(self, g):
        self.v = theano.shared(0.5)
        self.updates = [(self.v, 0.9 * self.v - g)]

    def __len__(self):
        return len(self.updates)


class Derived(Base):
    def train(self, x, w):
        self.updates.append((w, w + self.v))  # error: THU101 37 self.v
        return theano.function([x], [], updates=self.updates)
""",
    "an arm that a keyword takes": """\
def move(updates, v, g, moving=False):
    if moving:
        updates.append((v, 0.9 * v - g))


def train(x, w, v, g):
    updates = []
    move(updates, v, g, moving=True)
    updates.append((w, w + v))  # error: THU101 28 v
    return theano.function([x], [], updates=updates)
""",
    "the value of a node": """\
def save(net):
    updates = OrderedDict()
    updates[net.node] = net.w.get_value()  # error: THU301 25 net.w
    return updates
""",
}


@pytest.mark.parametrize("spelling", PROGRAMS)
def test_a_spelling_is_understood(spelling: str) -> None:
    lines = (HEAD + PROGRAMS[spelling]).splitlines(keepends=True)
    found = check(ast.parse("".join(lines)), lines, spelling)
    reported = [(spelling, f.line, f.column, f.code, f.variable or NO_VARIABLE) for f in found]
    assert reported == marks_in(lines, spelling)
