# mypy: ignore-errors
# What a program has beside the frame for findings on random generators; its text is copied,
# function by function. `drawing` becomes its `run`. Python 2.7 or later.

import numpy


def generator():
    return theano.shared(numpy.random.default_rng(1))


def drawn_from(rng, distribution, *arguments, **named):
    """Draw; return the next generator and the numbers."""
    return distribution(*arguments, rng=rng, **named).owner.outputs


def drawing(calls):
    """Call the function as written, and with the generator handed on as it should be."""
    return outcome(called(False, calls), called(True, calls), "with the generator handed on")


def called(mended, calls):
    """Return the numbers of each call, after zeros for the time before the first."""
    rng, stored, numbers = build(mended)
    updates = [] if stored is None else [(rng, stored)]
    draw = theano.function([], numbers, updates=updates, mode=plain_mode())
    rows = [[numpy.asarray(one).astype(float).tolist() for one in draw()] for _ in range(calls)]
    rows.insert(0, [numpy.zeros_like(one).tolist() for one in rows[0]])
    return rows
