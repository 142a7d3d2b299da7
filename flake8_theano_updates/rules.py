"""Every rule, once: documentation, explanations, reports and tests are made from this."""

from __future__ import annotations

from dataclasses import dataclass

_DOCUMENTATION = "https://pytensor.readthedocs.io/en/latest/library/"
_GENERATORS = "https://pytensor.readthedocs.io/en/latest/tutorial/prng.html"


@dataclass(frozen=True)
class Rule:
    """One rule.

    Args:
        code: what is selected and ignored, such as THU101.
        name: a short name for people and for JSON.
        summary: one line.
        message: what a finding says, with {names} for what it speaks of.
        why: what goes wrong, in a paragraph.
        bad: a small program that is reported.
        good: the same program as it should be.
        default_on: whether it is computed without being asked for.
        source: the page of the backend's documentation on what is used there.
    """

    code: str
    name: str
    summary: str
    message: str
    why: str
    bad: str
    good: str
    default_on: bool = True
    source: str | None = _DOCUMENTATION + "compile/function.html"


RULES = (
    Rule(
        code="THU101",
        name="stale-read",
        summary="an update reads a variable that was registered before it",
        message=(
            "stale read: {target} uses old {variable}; {instead} (theano-updates explain {subject})"
        ),
        why=(
            "Theano computes every update from the values before the call; the order of the "
            "list means nothing. The code reads as if the registered variable already had its "
            "new value, but the update is computed from the old one. Training still works a "
            "little, and the algorithm is another than the one that was meant."
        ),
        bad="""\
import theano


def momentum(param, grad, lr=0.1, mu=0.9):
    velocity = theano.shared(param.get_value() * 0.0)
    return [
        (velocity, mu * velocity - lr * grad),
        (param, param + velocity),
    ]
""",
        good="""\
import theano


def momentum(param, grad, lr=0.1, mu=0.9):
    velocity = theano.shared(param.get_value() * 0.0)
    new_velocity = mu * velocity - lr * grad
    return [
        (velocity, new_velocity),
        (param, param + new_velocity),
    ]
""",
    ),
    Rule(
        code="THU102",
        name="lagged-read",
        summary="an update reads a variable whose new value was at hand",
        message=(
            "lagged read: {target} uses old {variable}; {instead} "
            "(theano-updates explain {subject})"
        ),
        why=(
            "The update uses the value that the call before has left, although nothing in the "
            "new value depends on this read: it could have been computed first. Each step lags "
            "one call behind the algorithm, and the first step does nothing."
        ),
        bad="""\
import theano


def momentum(param, grad, lr=0.1, mu=0.9):
    velocity = theano.shared(param.get_value() * 0.0)
    return [
        (param, param - lr * velocity),
        (velocity, mu * velocity + (1 - mu) * grad),
    ]
""",
        good="""\
import theano


def momentum(param, grad, lr=0.1, mu=0.9):
    velocity = theano.shared(param.get_value() * 0.0)
    new_velocity = mu * velocity + (1 - mu) * grad
    return [
        (param, param - lr * new_velocity),
        (velocity, new_velocity),
    ]
""",
    ),
    Rule(
        code="THU201",
        name="duplicate-target",
        summary="one list updates the same variable twice",
        message=(
            "duplicate target: '{target}' is already updated on {registered} of the "
            "same list: theano.function raises ValueError; keep one pair for each variable"
        ),
        why=(
            "A list may name each shared variable once. The second pair does not follow on the "
            "first: theano.function refuses the list with 'this shared variable already has an "
            "update expression'."
        ),
        bad="""\
import theano


def nag_updates(param, velocity, grad, mu=0.9):
    updates = []
    updates.append((param, param + mu * velocity))
    updates.append((param, param - grad))
    return updates
""",
        good="""\
import theano


def nag_updates(param, velocity, grad, mu=0.9):
    updates = []
    updates.append((param, param + mu * velocity - grad))
    return updates
""",
    ),
    Rule(
        code="THU202",
        name="overwritten-update",
        summary="a mapping forgets the first of two updates",
        message=(
            "overwritten update: {registered} already holds an update of '{target}', "
            "which is lost here in silence; build on {container}[{target}] or drop one of them"
        ),
        why=(
            "A mapping keeps one value for a key. Assigning a second update of the same variable "
            "without reading the first one back throws the first away; nothing warns."
        ),
        bad="""\
import theano


def decay_updates(param, grad, lr=0.1):
    updates = {}
    updates[param] = param - lr * grad
    updates[param] = 0.99 * param
    return updates
""",
        good="""\
import theano


def decay_updates(param, grad, lr=0.1):
    updates = {}
    updates[param] = param - lr * grad
    updates[param] = 0.99 * updates[param]
    return updates
""",
    ),
    Rule(
        code="THU203",
        name="update-overwritten-in-loop",
        summary="a loop overwrites the update of a variable in each turn",
        message=(
            "update overwritten in a loop: each turn assigns the update of '{target}' anew, only "
            "the last turn counts; start from {container}.get({target}, {target})"
        ),
        why=(
            "The variable does not change with the loop, and its update does not read back what "
            "the turn before has stored. All turns but the last are lost "
            "(https://github.com/Theano/Theano/issues/4386)."
        ),
        bad="""\
import theano


def batch_updates(param, grads, lr=0.1):
    updates = {}
    for grad in grads:
        updates[param] = param - lr * grad
    return updates
""",
        good="""\
import theano


def batch_updates(param, grads, lr=0.1):
    updates = {param: param}
    for grad in grads:
        updates[param] = updates[param] - lr * grad
    return updates
""",
    ),
    Rule(
        code="THU204",
        name="one-shot-iterator",
        summary="updates come as a zip, a map or a generator",
        message=(
            "one-shot iterator: updates is {what}, which can be read only once: Theano and "
            "Aesara raise TypeError, PyTensor 3 drops every update in silence; write "
            "list({written})"
        ),
        why=(
            "The backends ask for the length of the updates, or walk through them twice. A zip, "
            "map or generator has no length and is empty the second time."
        ),
        bad="""\
import theano


def train(x, params, news):
    return theano.function([x], [], updates=zip(params, news))
""",
        good="""\
import theano


def train(x, params, news):
    return theano.function([x], [], updates=list(zip(params, news)))
""",
    ),
    Rule(
        code="THU205",
        name="scan-updates-dropped",
        summary="the updates that scan returns never reach a function",
        message=(
            "scan updates dropped: the step {reason}, and the updates that scan returns reach no "
            "function: every call sees the same state; pass them in updates="
        ),
        why=(
            "scan returns (outputs, updates). The updates carry the state of random generators "
            "and of shared variables that the step changes; without them each call repeats the "
            "same random numbers."
        ),
        bad="""\
import theano


def sample(x, rng):
    out, _ = theano.scan(lambda h: rng.binomial(p=h), outputs_info=x, n_steps=5)
    return theano.function([x], out)
""",
        good="""\
import theano


def sample(x, rng):
    out, updates = theano.scan(lambda h: rng.binomial(p=h), outputs_info=x, n_steps=5)
    return theano.function([x], out, updates=updates)
""",
        source=_DOCUMENTATION + "scan.html",
    ),
    Rule(
        code="THU206",
        name="updates-after-compilation",
        summary="a pair enters the collection after the function was compiled",
        message=(
            "updates after compilation: {registered} has compiled the function that "
            "receives {container}; the update of '{target}' comes too late; move it up"
        ),
        why=(
            "theano.function reads the collection once, when it compiles. What is added later "
            "changes a list that nobody looks at any more."
        ),
        bad="""\
import theano


def train(x, param, count, grad):
    updates = [(param, param - grad)]
    step = theano.function([x], [], updates=updates)
    updates.append((count, count + 1))
    return step
""",
        good="""\
import theano


def train(x, param, count, grad):
    updates = [(param, param - grad)]
    updates.append((count, count + 1))
    step = theano.function([x], [], updates=updates)
    return step
""",
    ),
    Rule(
        code="THU301",
        name="frozen-value",
        summary="an update computes with a value of the moment at which it was built",
        message=(
            "frozen value: '{written}' in the update of '{target}' is a constant from the moment "
            "the graph was built and never changes again; write '{variable}'"
        ),
        why=(
            "get_value() and eval() return numbers, not expressions. In an update they become "
            "constants: every call computes with the value that the variable had when the "
            "function was compiled."
        ),
        bad="""\
import theano


def train(x, param, grad, lr):
    updates = [(param, param - lr.get_value() * grad)]
    return theano.function([x], [], updates=updates)
""",
        good="""\
import theano


def train(x, param, grad, lr):
    updates = [(param, param - lr * grad)]
    return theano.function([x], [], updates=updates)
""",
        source=_DOCUMENTATION + "compile/shared.html",
    ),
    Rule(
        code="THU302",
        name="rebound-target",
        summary="the target's name no longer holds the shared variable",
        message=(
            "rebound target: {registered} has bound '{target}' to an expression, which "
            "cannot be updated: TypeError 'update target must be a SharedVariable'; give the "
            "expression a name of its own"
        ),
        why=(
            "An assignment such as w -= lr * g makes w the name of the new expression; the shared "
            "variable has lost its name. The pair then asks Theano to update an expression."
        ),
        bad="""\
import theano


def train(x, w, grad, lr=0.1):
    w -= lr * grad
    return theano.function([x], [], updates=[(w, w)])
""",
        good="""\
import theano


def train(x, w, grad, lr=0.1):
    new_w = w - lr * grad
    return theano.function([x], [], updates=[(w, new_w)])
""",
        source=_DOCUMENTATION + "compile/shared.html",
    ),
    Rule(
        code="THU303",
        name="misplaced-updates",
        summary="updates stand where a mode belongs, or without pairs",
        message="misplaced updates: {what}; write {instead}",
        why=(
            "The third positional argument of theano.function is the mode; updates are the "
            "fourth, better passed by name. And updates are pairs: a flat [a, e] is refused."
        ),
        bad="""\
import theano


def train(x, param, grad):
    return theano.function([x], [], [(param, param - grad)])
""",
        good="""\
import theano


def train(x, param, grad):
    return theano.function([x], [], updates=[(param, param - grad)])
""",
    ),
    Rule(
        code="THU401",
        name="generator-reused",
        summary="two draws start from the same state of a random generator",
        message=(
            "generator reused: '{variable}' draws on {registered}, and {what}; {instead} "
            "(theano-updates explain {subject})"
        ),
        why=(
            "In PyTensor and Aesara a draw does not change the generator that it draws from: it "
            "returns the numbers and the next generator. Two draws from one generator begin with "
            "the same random bits and, of one distribution, give the same numbers. The next draw "
            "has to start from the generator that the draw before has returned."
        ),
        bad="""\
import pytensor
import pytensor.tensor as pt

rng = pt.random.shared_rng(seed=1)
next_rng, x = rng.normal()
last_rng, y = rng.normal()
draw = pytensor.function([], [x, y], updates={rng: last_rng})
""",
        good="""\
import pytensor
import pytensor.tensor as pt

rng = pt.random.shared_rng(seed=1)
next_rng, x = rng.normal()
last_rng, y = next_rng.normal()
draw = pytensor.function([], [x, y], updates={rng: last_rng})
""",
        source=_GENERATORS,
    ),
    Rule(
        code="THU402",
        name="generator-not-updated",
        summary="a function draws from a random generator that it does not move on",
        message=(
            "generator not updated: this function draws from '{variable}' on {registered} and does "
            "not {effect}; {instead}"
        ),
        why=(
            "A random generator is a shared variable like any other: it has its old value in every "
            "call until an update stores the next one, which the draw returns. PyTensor 3 sets no "
            "default updates; only RandomStream does, and pm.compile and collect_default_updates "
            "of PyMC find the updates by themselves."
        ),
        bad="""\
import pytensor
import pytensor.tensor as pt

rng = pt.random.shared_rng(seed=1)
next_rng, x = rng.normal()
draw = pytensor.function([], x)
""",
        good="""\
import pytensor
import pytensor.tensor as pt

rng = pt.random.shared_rng(seed=1)
next_rng, x = rng.normal()
draw = pytensor.function([], x, updates={rng: next_rng})
""",
        source=_GENERATORS,
    ),
    Rule(
        code="THU403",
        name="generator-updated-too-early",
        summary="an update stores a random generator from which the function goes on to draw",
        message=(
            "generator updated too early: '{target}' becomes {stored}, from which {registered} "
            "draws: the next call begins with these numbers again; store {instead}"
        ),
        why=(
            "Each draw returns the next generator, and the next call begins with what the update "
            "has stored. If that is not the last generator of the chain, the call draws numbers "
            "again that the one before has drawn further down."
        ),
        bad="""\
import pytensor
import pytensor.tensor as pt

rng = pt.random.shared_rng(seed=1)
next_rng, x = rng.normal()
last_rng, y = next_rng.normal()
draw = pytensor.function([], [x, y], updates={rng: next_rng})
""",
        good="""\
import pytensor
import pytensor.tensor as pt

rng = pt.random.shared_rng(seed=1)
next_rng, x = rng.normal()
last_rng, y = next_rng.normal()
draw = pytensor.function([], [x, y], updates={rng: last_rng})
""",
        source=_GENERATORS,
    ),
    Rule(
        code="THU901",
        name="output-before-update",
        summary="an output that is updated returns its old value",
        message=(
            "output before update: '{target}' is updated by this function and returned with its "
            "value from before; return its new value if that is what the caller expects"
        ),
        why=(
            "Outputs are computed from the values before the call, like updates. A function such "
            "as new_lr = decay_lr() returns the rate from before the decay."
        ),
        bad="""\
import theano


def decay(lr):
    return theano.function([], lr, updates=[(lr, lr * 0.9)])
""",
        good="""\
import theano


def decay(lr):
    new_lr = lr * 0.9
    return theano.function([], new_lr, updates=[(lr, new_lr)])
""",
        default_on=False,
    ),
    Rule(
        code="THU902",
        name="counter-read",
        summary="a counter or schedule is read beside its own step",
        message=(
            "counter read: the update of '{target}' reads '{variable}', which "
            "{registered} steps in the same call: it sees the count from before the step"
        ),
        why=(
            "Reading a counter before its step is a convention in most code, and off by one in "
            "some: the first call sees the initial value."
        ),
        bad="""\
import theano


def train_updates(param, grad, lr=0.1):
    t = theano.shared(1.0)
    return [(t, t + 1), (param, param - lr / t * grad)]
""",
        good="""\
import theano


def train_updates(param, grad, lr=0.1):
    t = theano.shared(0.0)
    new_t = t + 1
    return [(t, new_t), (param, param - lr / new_t * grad)]
""",
        default_on=False,
    ),
    Rule(
        code="THU903",
        name="plain-dict",
        summary="two or more updates come in a plain dict",
        message=(
            "plain dict: updates has more than one entry in a plain dict: Theano warns that it "
            "expects an OrderedDict; write OrderedDict or a list of pairs"
        ),
        why=(
            "Before Python 3.7 a dict has no order, and the same program compiled to different "
            "functions from run to run. Theano and Theano-PyMC warn on every Python."
        ),
        bad="""\
import theano


def train(x, a, b):
    return theano.function([x], [], updates={a: a + 1, b: b + 1})
""",
        good="""\
import theano


def train(x, a, b):
    return theano.function([x], [], updates=[(a, a + 1), (b, b + 1)])
""",
        default_on=False,
    ),
    Rule(
        code="THU904",
        name="simultaneous-read",
        summary="two updates read each other, as in explicit Euler",
        message=(
            "simultaneous read: {target} and {variable} step on together, each from the old value "
            "of the other; where the new one is meant, {instead}"
        ),
        why=(
            "Two variables that are each their own old value plus a step, and read each other, are "
            "how explicit Euler, hand-written gradients and descent-ascent are written: the old "
            "values are meant, and this is what Theano computes. Nor is it an error where both new "
            "values are named before either is registered. For those who want to look at them."
        ),
        bad="""\
import theano


def predator_prey(x, y, dt=0.1):
    new_x = x + dt * x * (1 - y)
    new_y = y + dt * y * (x - 1)
    return theano.function([], [], updates=[(x, new_x), (y, new_y)])
""",
        good="""\
import theano


def predator_prey(x, y, dt=0.1):
    new_x = x + dt * x * (1 - y)
    new_y = y + dt * y * (new_x - 1)
    return theano.function([], [], updates=[(x, new_x), (y, new_y)])
""",
        default_on=False,
    ),
    Rule(
        code="THU001",
        name="too-deep",
        summary="code that nests too deeply, or is too long, to be followed is not checked",
        message="{what} {why} to be followed; not checked: {lines}",
        why=(
            "Hundreds of expressions inside one another are more than the checker can follow, and "
            "so are lists of ten thousand updates, or of hundreds in which each is computed from "
            "all before. Nothing is known of the function that they stand in, or of what stands "
            "outside of functions; the rest of the file is checked. Long sums, chains of methods "
            "and of elif are no trouble. Give inner parts a name, make several functions of one, "
            "or accept it: `# noqa: THU001` on that line."
        ),
        bad="",
        good="",
        source=None,
    ),
    Rule(
        code="THU000",
        name="internal-error",
        summary="the checker failed on this function or file",
        message="internal error: {error}; not checked: {lines}; please report it",
        why=(
            "An error inside the checker, reported for the function that it was checking so that "
            "all else is still checked: at the function, or on line 1 where the whole file could "
            "not be checked. It says nothing about the code; please report it."
        ),
        bad="",
        good="",
        source=None,
    ),
)

BY_CODE = {rule.code: rule for rule in RULES}

# The rules on the order of updates: a finding has a read that takes an old value.
ORDER = ("THU101", "THU102")
