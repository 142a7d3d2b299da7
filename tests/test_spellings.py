"""Cores of programs, each in every way to write a collection: what is said does not depend on it.

In a core, ``w <- w + v`` registers a pair, ``anew`` starts another collection, and ``# here`` marks
the line of the read that must be found. A core without a mark must be silent.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from textwrap import dedent, indent

import pytest

from flake8_theano_updates import check

HERE = "  # here"


@dataclass(frozen=True)
class Core:
    """Variables, and the pairs that are registered one after the other.

    Args:
        code: what is reported where the pairs are registered one by one, None for nothing.
        flags: names of which nothing is known.
    """

    variables: str
    body: str
    code: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        return dedent(self.body).strip().splitlines()


STEP = """
p = theano.shared(1.5)
v = theano.shared(0.0)
x = T.dscalar("x")
g = T.grad(T.sqr(p * x), p)
lr, mu = 0.1, 0.9
"""
LAYERS = """
x = T.dmatrix("x")
enter = theano.shared(numpy.ones((3, 2)))
leave = theano.shared(numpy.ones((2, 1)))
shift = theano.shared(numpy.zeros(2))
hidden = T.tanh(T.dot(x, enter) + shift)
error = T.dot(hidden, leave) - 1.0
lr = 0.1
"""
STATES = """
x = T.dscalar("x")
near = theano.shared(1.0)
far = theano.shared(0.5)
dt = 0.1
"""
MEAN = """
x = T.dscalar("x")
weight = T.dscalar("weight")
mean = theano.shared(0.0)
total = theano.shared(0.0)
"""
REWARD = """
x = T.dscalar("x")
reward = T.dscalar("reward")
policy = theano.shared(1.0)
expected = theano.shared(0.0)
score = T.grad(T.log(policy * x), policy)
lr = 0.1
"""

CORES = {
    "momentum if asked for": Core(
        STEP,
        """
        v <- momentum * v - lr * g
        if momentum:
            step = v  # here
        else:
            step = -lr * g
        p <- p + step
        """,
        "THU101",
        ("momentum",),
    ),
    "momentum if asked for, in one expression": Core(
        STEP,
        """
        v <- momentum * v - lr * g
        p <- p + (v if momentum else -lr * g)  # here
        """,
        "THU101",
        ("momentum",),
    ),
    "momentum that is made if asked for": Core(
        STEP,
        """
        if momentum is not None:
            speed = theano.shared(0.0)
            speed <- momentum * speed - lr * g
            p <- p + speed  # here
        else:
            p <- p - lr * g
        """,
        "THU101",
        ("momentum",),
    ),
    "momentum if asked for, by its new value": Core(
        STEP,
        """
        if momentum is not None:
            step = momentum * v - lr * g
            v <- step
        else:
            step = -lr * g
        p <- p + step
        """,
        None,
        ("momentum",),
    ),
    "another collection": Core(
        STEP,
        """
        p <- p - lr * g
        if momentum:
            anew
            v <- momentum * v - lr * g
            p <- p + momentum * v - lr * g
        """,
        None,
        ("momentum",),
    ),
    "another collection that is wrong": Core(
        STEP,
        """
        p <- p - lr * g
        if momentum:
            anew
            v <- momentum * v - lr * g
            p <- p + v  # here
        """,
        "THU101",
        ("momentum",),
    ),
    "gradients by hand": Core(
        LAYERS,
        """
        back = T.dot(error, leave.T) * (1 - hidden**2)
        leave <- leave - lr * T.dot(hidden.T, error)
        enter <- enter - lr * T.dot(x.T, back)
        shift <- shift - lr * back.sum(axis=0)
        """,
    ),
    "gradients by hand, written in the pairs": Core(
        LAYERS,
        """
        leave <- leave - lr * T.dot(hidden.T, error)
        enter <- enter - lr * T.dot(x.T, T.dot(error, leave.T) * (1 - hidden**2))
        """,
    ),
    "coupled states": Core(
        STATES,
        """
        near <- near + dt * (0.5 * near - far)
        far <- far + dt * (near - 0.25 * far)
        """,
    ),
    "coupled states, named first": Core(
        STATES,
        """
        new_near = near + dt * (0.5 * near - far)
        new_far = far + dt * (near - 0.25 * far)
        near <- new_near
        far <- new_far
        """,
    ),
    "a position that integrates": Core(
        STATES,
        """
        near <- near + dt * (x - 0.1 * near)
        far <- far + dt * near  # here
        """,
        "THU101",
    ),
    "descent and ascent": Core(
        STATES,
        """
        near <- near - dt * (far + 0.1 * near)
        far <- far + dt * (near - 0.1 * far)
        """,
    ),
    "a price of what is too much": Core(
        STATES,
        """
        near <- near - dt * (near - x + 2 * far * near)
        far <- far + dt * (T.sqr(near) - 1.0)
        """,
    ),
    "a weighted mean": Core(
        MEAN,
        """
        new_total = total + weight
        mean <- (total * mean + weight * x) / new_total
        total <- new_total
        """,
    ),
    "a weighted mean, total first": Core(
        MEAN,
        """
        new_total = total + weight
        total <- new_total
        mean <- (total * mean + weight * x) / new_total
        """,
    ),
    "a weighted mean by the old total": Core(
        MEAN,
        """
        total <- total + weight
        mean <- mean + (x - mean) * weight / total  # here
        """,
        "THU101",
    ),
    "an error of a prediction": Core(
        REWARD,
        """
        expected <- 0.9 * expected + 0.1 * reward
        policy <- policy + lr * (reward - expected) * score
        """,
    ),
    "an error of a prediction, policy first": Core(
        REWARD,
        """
        policy <- policy + lr * (reward - expected) * score
        expected <- expected + 0.1 * (reward - expected)
        """,
    ),
    "a prediction that is no error": Core(
        REWARD,
        """
        expected <- 0.9 * expected + 0.1 * reward
        policy <- policy + lr * expected * score  # here
        """,
        "THU101",
    ),
    "a velocity written out in one arm": Core(
        STEP,
        """
        new_v = mu * v - lr * g
        v <- new_v
        if nesterov:
            new_p = p + mu * new_v - lr * g
        else:
            new_p = p + mu * v - lr * g
        p <- new_p
        """,
        None,
        ("nesterov",),
    ),
    "the old velocity in one arm": Core(
        STEP,
        """
        new_v = mu * v - lr * g
        v <- new_v
        if nesterov:
            new_p = p + mu * new_v - lr * g
        else:
            new_p = p + v  # here
        p <- new_p
        """,
        "THU101",
        ("nesterov",),
    ),
    "bold driver": Core(
        STEP + "cost = T.sqr(p * x)\nrate = theano.shared(0.1)\nlast = theano.shared(9.0)\n",
        """
        p <- p - rate * g
        rate <- T.switch(cost < last, 1.05 * rate, 0.5 * rate)
        last <- cost
        """,
    ),
    "bold driver, rate first": Core(
        STEP + "cost = T.sqr(p * x)\nrate = theano.shared(0.1)\nlast = theano.shared(9.0)\n",
        """
        worse = T.gt(cost, last)
        last <- cost
        rate <- T.switch(worse, 0.5 * rate, 1.05 * rate)
        p <- p - rate * g
        """,
    ),
    "a scalar input": Core(
        'x = T.dscalar("force")\nspeed = theano.shared(0.0)\nplace = theano.shared(0.0)\n',
        """
        speed <- speed + 0.1 * x
        place <- place + 0.1 * speed  # here
        """,
        "THU101",
    ),
    "a scalar input that is a hyperparameter": Core(
        STEP + 'decay = T.dscalar("decay")\nrate = theano.shared(0.1)\n',
        """
        rate <- rate * decay
        p <- p - rate * g
        """,
    ),
    "a state called b": Core(
        STEP + "b = theano.shared(p.get_value() * 0.0)\n",
        """
        b <- mu * b - lr * (g + 0.01 * p)
        p <- p + b  # here
        """,
        "THU101",
    ),
    "a switch": Core(
        STATES,
        """
        new_near = T.switch(far > 0.65, 1.02 * near, 0.98 * near)  # here
        new_far = 0.9 * far + 0.1 * x
        near <- new_near
        far <- new_far
        """,
        "THU102",
    ),
    "a switch by the new value": Core(
        STATES,
        """
        new_far = 0.9 * far + 0.1 * x
        new_near = T.switch(new_far > 0.65, 1.02 * near, 0.98 * near)
        near <- new_near
        far <- new_far
        """,
    ),
    "momentum unless there is none": Core(
        STEP,
        """
        if not momentum:
            step = -lr * g
        else:
            v <- momentum * v - lr * g
            step = v  # here
        p <- p + step
        """,
        "THU101",
        ("momentum",),
    ),
    "momentum above zero": Core(
        STEP,
        """
        step = lr * g
        if momentum > 0:
            v <- momentum * v + lr * g
            step = v  # here
        p <- p - step
        """,
        "THU101",
        ("momentum",),
    ),
    "Nesterov's step in one arm, the old velocity in the other": Core(
        STEP,
        """
        v <- mu * v - lr * g
        if nesterov:
            p <- p + mu * mu * v - (1 + mu) * lr * g
        else:
            p <- p + v  # here
        """,
        "THU101",
        ("nesterov",),
    ),
    "a velocity written out with another factor": Core(
        STEP,
        """
        v <- mu * v - lr * g
        p <- p + 0.5 * v - lr * g  # here
        """,
        "THU101",
    ),
    "gradients by hand of a line": Core(
        """
x = T.dmatrix("x")
y = T.dvector("y")
w = theano.shared(numpy.ones(2))
b = theano.shared(0.0)
lr = 0.1
""",
        """
        error = T.dot(x, w) + b - y
        w <- w - lr * T.dot(x.T, error)
        b <- b - lr * error.mean()
        """,
    ),
    "a gradient by hand with a velocity": Core(
        """
x = T.dmatrix("x")
y = T.dvector("y")
w = theano.shared(numpy.ones(2))
v = theano.shared(numpy.zeros(2))
lr, mu = 0.1, 0.9
""",
        """
        error = T.dot(x, w) - y
        v <- mu * v - lr * T.dot(x.T, error)
        w <- w + v  # here
        """,
        "THU101",
    ),
    "three coupled states": Core(
        STATES + "mid = theano.shared(0.2)\n",
        """
        near <- near + dt * (10 * (far - near))
        far <- far + dt * (near * (28 - mid) - far)
        mid <- mid + dt * (near * far - 2.7 * mid)
        """,
    ),
    "a spring": Core(
        STATES,
        """
        near <- near - dt * far
        far <- far + dt * near  # here
        """,
        "THU101",
    ),
    "a leak into another": Core(
        STATES,
        """
        near <- 0.9 * near + x
        far <- 0.8 * far + near  # here
        """,
        "THU101",
    ),
    "descent and ascent by gradients": Core(
        STATES + "loss = near * far + x * near\n",
        """
        near <- near - dt * T.grad(loss, near)
        far <- far + dt * T.grad(loss, far)
        """,
    ),
    "a multiplier of a limit": Core(
        STATES,
        """
        gap = near - 1.0
        near <- near - dt * (2 * near + far)
        far <- far + dt * gap
        """,
    ),
    "a mean with one more": Core(
        MEAN,
        """
        n = total + 1
        delta = x - mean
        new_mean = mean + delta / n
        mean <- new_mean
        total <- n
        """,
    ),
    "a mean by the old count": Core(
        MEAN,
        """
        total <- total + 1
        mean <- mean + (x - mean) / total  # here
        """,
        "THU101",
    ),
    "a weighted mean before its total": Core(
        MEAN,
        """
        mean <- mean + (x - mean) * weight / total  # here
        total <- total + weight
        """,
        "THU102",
    ),
    "an error that moves both": Core(
        REWARD,
        """
        delta = reward - expected
        expected <- expected + 0.1 * delta
        policy <- policy + lr * delta * score
        """,
    ),
    "a mean and what deviates from it": Core(
        REWARD,
        """
        expected <- 0.9 * expected + 0.1 * reward
        policy <- 0.9 * policy + 0.1 * (reward - expected) ** 2
        """,
    ),
    "a step over the root of a mean square": Core(
        REWARD,
        """
        expected <- 0.9 * expected + 0.1 * T.sqr(score)
        policy <- policy + lr * score / T.sqrt(expected + 1e-6)  # here
        """,
        "THU101",
    ),
    "a prediction that is added": Core(
        REWARD,
        """
        expected <- 0.9 * expected + 0.1 * reward
        policy <- policy + lr * (reward + expected) * score  # here
        """,
        "THU101",
    ),
    "a scalar input without a name": Core(
        "x = T.scalar()\nspeed = theano.shared(0.0)\nplace = theano.shared(0.0)\n",
        """
        speed <- speed + 0.1 * x
        place <- place + 0.1 * speed  # here
        """,
        "THU101",
    ),
    "a queue that an input fills": Core(
        'x = T.iscalar("arrivals")\nqueue = theano.shared(0.0)\nwaited = theano.shared(0.0)\n',
        """
        queue <- T.maximum(queue + x - 3, 0)
        waited <- waited + queue  # here
        """,
        "THU101",
    ),
    "a state called w": Core(
        STEP + "w = theano.shared(p.get_value() * 0.0)\n",
        """
        w <- mu * w - lr * (g + 0.01 * p)
        p <- p + w  # here
        """,
        "THU101",
    ),
    "a mean square called b": Core(
        STEP + "b = theano.shared(p.get_value() * 0.0)\n",
        """
        b <- 0.9 * b + 0.1 * g**2
        p <- p - lr * g / T.sqrt(b + 1e-6)  # here
        """,
        "THU101",
    ),
    "a switch after the registration": Core(
        STATES,
        """
        far <- 0.9 * far + 0.1 * x
        near <- T.switch(far > 0.65, 1.02 * near, 0.98 * near)  # here
        """,
        "THU101",
    ),
    "a switch in its pair": Core(
        STATES,
        """
        near <- T.switch(T.gt(far, 0.65), 1.02 * near, 0.98 * near)  # here
        far <- 0.9 * far + 0.1 * x
        """,
        "THU102",
    ),
    "a step within bounds": Core(
        STEP,
        """
        v <- mu * v - lr * g
        p <- T.clip(p + v, -1, 1)  # here
        """,
        "THU101",
    ),
}

_INPUT = re.compile(r"= T\.d(?:scalar|matrix)\(")
_PAIR = re.compile(r"(?P<blank> *)(?P<target>\w+) <- (?P<value>.*?)(?P<mark>  # here)?$")


@dataclass(frozen=True)
class OneByOne:
    """A collection that grows: ``start`` makes it, ``pair`` registers one."""

    start: str
    pair: str
    name: str = "updates"

    def written(self, core: Core, end: str) -> list[str]:
        lines = [self.start] if self.start else []
        for line in core.lines:
            if line.strip() == "anew":
                lines.append(line.replace("anew", self.start))
            elif match := _PAIR.fullmatch(line):
                one = self.pair.format(t=match["target"], v=match["value"])
                lines.append(f"{match['blank']}{one}{match['mark'] or ''}")
            else:
                lines.append(line)
        return [*lines, end.format(updates=self.name)]


@dataclass(frozen=True)
class AtOnce:
    """A display that holds all pairs, one for each way through the branches."""

    first: str
    pair: str
    last: str
    name: str = "updates"
    in_call: bool = False

    def written(self, core: Core, end: str) -> list[str]:
        conditional = [i for i, line in enumerate(core.lines) if _is_conditional(line)]
        if not conditional:
            return self._display(core.lines, end)
        head = max(i for i in range(conditional[0]) if core.lines[i].startswith("if "))
        arm, other, rest = _arms(core.lines, head)
        before = core.lines[:head]
        lines = [core.lines[head]]
        lines += indent("\n".join(self._display([*before, *arm, *rest], end)), "    ").splitlines()
        lines.append("else:")
        lines += indent(
            "\n".join(self._display([*before, *other, *rest], end)), "    "
        ).splitlines()
        return lines

    def _display(self, lines: list[str], end: str) -> list[str]:
        pairs: list[str] = []
        others = []
        for line in lines:
            if line.strip() == "anew":
                pairs = []
            elif match := _PAIR.fullmatch(line):
                one = self.pair.format(t=match["target"], v=match["value"])
                pairs.append(f"    {one},{match['mark'] or ''}")
            else:
                others.append(line)
        display = [self.first, *pairs, self.last]
        if not self.in_call:
            display[0] = f"{self.name} = {display[0]}"
            return [*others, *display, end.format(updates=self.name)]
        before, _, after = end.partition("{updates}")
        return [*others, before + display[0], *display[1:-1], display[-1] + after]


def _is_conditional(line: str) -> bool:
    return line.startswith(" ") and _PAIR.fullmatch(line) is not None


def _arms(lines: list[str], head: int) -> tuple[list[str], list[str], list[str]]:
    """Return what the two arms of the ``if`` hold, and what follows."""
    arms: tuple[list[str], list[str]] = ([], [])
    arm = 0
    for index, line in enumerate(lines[head + 1 :], head + 1):
        if line == "else:":
            arm = 1
        elif line.startswith(" "):
            arms[arm].append(line[4:])
        else:
            return *arms, lines[index:]
    return *arms, []


FORMS: dict[str, OneByOne | AtOnce] = {
    "list": AtOnce("[", "({t}, {v})", "]"),
    "tuple": AtOnce("(", "({t}, {v})", ")"),
    "dict": AtOnce("{", "{t}: {v}", "}"),
    "OrderedDict": AtOnce("OrderedDict([", "({t}, {v})", "])"),
    "sum of lists": OneByOne("updates = []", "updates = updates + [({t}, {v})]"),
    "append": OneByOne("updates = []", "updates.append(({t}, {v}))"),
    "extend": OneByOne("updates = []", "updates.extend([({t}, {v})])"),
    "+=": OneByOne("updates = []", "updates += [({t}, {v})]"),
    "entry": OneByOne("updates = OrderedDict()", "updates[{t}] = {v}"),
    "update": OneByOne("updates = {}", "updates.update({{{t}: {v}}})"),
    "setdefault": OneByOne("updates = OrderedDict()", "updates.setdefault({t}, {v})"),
    "helper": OneByOne("updates = []", "put(updates, {t}, {v})"),
}
IN_CALL = AtOnce("[", "({t}, {v})", "]", in_call=True)
ATTRIBUTE = OneByOne("self.updates = []", "self.updates.append(({t}, {v}))", "self.updates")
ENTRY = OneByOne("self.updates = {}", "self.updates[{t}] = {v}", "self.updates")
YIELD = OneByOne("", "yield {t}, {v}", "list(updates())")

HEAD = """\
from collections import OrderedDict

import numpy
import theano
import theano.tensor as T
from settings import momentum, nesterov


def put(updates, variable, value):
    updates.append((variable, value))


"""
COMPILED = "theano.function([x], [], updates={updates}, on_unused_input='ignore')"


def of_function(form: OneByOne | AtOnce, core: Core) -> str:
    lines = [*core.variables.split("\n"), *form.written(core, f"return {COMPILED}")]
    return f"def build({', '.join(core.flags)}):\n" + indent("\n".join(lines), "    ")


def of_module(form: OneByOne | AtOnce, core: Core) -> str:
    return "\n".join([core.variables, *form.written(core, f"train = {COMPILED}")])


def of_class_body(form: OneByOne | AtOnce, core: Core) -> str:
    return "class Model:\n" + indent(of_module(form, core), "    ")


def of_attribute(form: OneByOne | AtOnce, core: Core) -> str:
    lines = [*core.variables.split("\n"), *form.written(core, "self.x = x")]
    return (
        f"class Model:\n    def __init__({', '.join(['self', *core.flags])}):\n"
        + indent("\n".join(lines), "        ")
        + "\n\n    def compile(self):\n        return "
        + COMPILED.replace("[x]", "[self.x]").format(updates=form.name)
    )


def of_generator(form: OneByOne | AtOnce, core: Core) -> str:
    *pairs, end = form.written(core, f"return {COMPILED}")
    lines = [core.variables, "def updates():", indent("\n".join(pairs), "    "), end]
    return f"def build({', '.join(core.flags)}):\n" + indent("\n".join(lines), "    ")


def of_generator_in_module(form: OneByOne | AtOnce, core: Core) -> str:
    *pairs, end = form.written(core, f"train = {COMPILED}")
    return "\n".join([core.variables, "def updates():", indent("\n".join(pairs), "    "), end])


def of_loop(form: OneByOne | AtOnce, core: Core) -> str:
    """Every turn of a loop has variables of its own."""
    given, made = [], []
    for line in core.variables.strip().splitlines():
        (given if _INPUT.search(line) else made).append(line)
    start, *pairs, end = form.written(core, f"return {COMPILED}")
    turn = indent("\n".join([*made, *pairs]), "    ")
    lines = [*given, start, "for turn in range(2):", turn, end]
    return f"def build({', '.join(core.flags)}):\n" + indent("\n".join(lines), "    ")


Place = Callable[[OneByOne | AtOnce, Core], str]
SPELLINGS: dict[str, tuple[Place, OneByOne | AtOnce]] = {
    **{f"{name} in a function": (of_function, form) for name, form in FORMS.items()},
    **{f"{name} in a module": (of_module, form) for name, form in FORMS.items()},
    **{f"{name} in a class": (of_class_body, form) for name, form in FORMS.items()},
    **{
        f"{name} in a loop": (of_loop, form)
        for name, form in FORMS.items()
        if isinstance(form, OneByOne)
    },
    "in the call in a function": (of_function, IN_CALL),
    "in the call in a module": (of_module, IN_CALL),
    "in the call in a class": (of_class_body, IN_CALL),
    "list in an attribute": (of_attribute, ATTRIBUTE),
    "mapping in an attribute": (of_attribute, ENTRY),
    "yield in a function": (of_generator, YIELD),
    "yield in a module": (of_generator_in_module, YIELD),
}


def programs(core: Core) -> Iterator[tuple[str, str, str | None]]:
    """Yield the names of the spellings, the program of each, and the code to be reported."""
    for spelling, (place, form) in SPELLINGS.items():
        if "anew" in core.body and (form is YIELD or place is of_loop):
            continue  # a generator is one collection, and a loop fills one
        code = core.code
        read_before = any(HERE in line and "<-" not in line for line in core.lines)
        if read_before and isinstance(form, AtOnce):
            code = "THU102"  # the display stands after all that is computed before it
        yield spelling, HEAD + place(form, core) + "\n", code


def found(source: str) -> list[tuple[str, int]]:
    findings = check(ast.parse(source), source.splitlines(keepends=True), "a.py")
    return [(finding.code, finding.line) for finding in findings]


@pytest.mark.parametrize("core", CORES.values(), ids=CORES)
def test_what_is_said_does_not_depend_on_the_spelling(core: Core) -> None:
    wrong = []
    for spelling, source, code in programs(core):
        lines = [n for n, line in enumerate(source.splitlines(), 1) if line.endswith(HERE)]
        assert len(lines) == (code is not None), source
        seen, expected = found(source), [(code, line) for line in lines]
        if seen != expected:
            wrong.append(f"{spelling}: {seen} for {expected}\n{source}")
    assert not wrong, "\n".join(wrong)
