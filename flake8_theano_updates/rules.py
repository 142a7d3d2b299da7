"""Every rule, once: documentation, explanations, reports and tests are made from this."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule.

    Args:
        code: what is selected and ignored, such as THU101.
        name: a short name for people and for JSON.
        summary: one line.
        why: what goes wrong, in a paragraph.
        bad: a small program that is reported.
        good: the same program as it should be.
        default_on: whether it is computed without being asked for.
    """

    code: str
    name: str
    summary: str
    why: str
    bad: str
    good: str
    default_on: bool = True


RULES = (
    Rule(
        code="THU101",
        name="stale-read",
        summary="an update reads a variable that was registered before it",
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
        code="THU000",
        name="internal-error",
        summary="the checker failed on this file",
        why=(
            "An error inside the checker, reported for this file so that the others are still "
            "checked. It says nothing about the code; please report it."
        ),
        bad="",
        good="",
    ),
)

BY_CODE = {rule.code: rule for rule in RULES}
