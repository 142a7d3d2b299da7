"""When is the old value evidently meant? One function for each row of the rules' table.

Each takes a `Question`: may the read of ``v`` in the update of ``t`` be an error?
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from flake8_theano_updates.checks.collections import Pair, written_name
from flake8_theano_updates.checks.flow import flow
from flake8_theano_updates.checks.formulas import uses_both, written_out
from flake8_theano_updates.checks.leaves import constant, is_call, is_number, leaves
from flake8_theano_updates.checks.prediction import prediction_error
from flake8_theano_updates.checks.question import (
    Question,
    around,
    around_by_key,
    is_parameter,
    once,
    reads_in,
    regularised,
    updates_parameter,
)
from flake8_theano_updates.checks.reading import Reading, inside
from flake8_theano_updates.checks.schedule import SWITCHES, schedule
from flake8_theano_updates.interpreter.names import HISTORY, SHARED
from flake8_theano_updates.values import (
    Container,
    Path,
    Term,
    Use,
    Value,
    meet,
    operands,
    original,
)

# Functions of many operands that compute, rather than move a whole state on.
_COMPUTING = SWITCHES | frozenset(
    "add sub mul true_div int_div pow mod maximum minimum clip dot batched_dot tensordot eq neq "
    "lt le gt ge and_ or_ set_subtensor inc_subtensor concatenate stack join conv2d".split()
)


def bare_value(q: Question) -> bool:
    """The new value of t is v itself, if only in one arm: a swap, a shift register."""
    return q.registered.identity in _arms(q)


@once("reader")
def _arms(q: Question) -> frozenset[Hashable]:
    """Return the variables that the new value of t may be."""
    return frozenset(map(q.reading.target, q.reading.arms(q.reader.value))) - {None}


def history(q: Question) -> bool:
    """v only stores, and its name says that it is the past."""
    return _is_past(q.reading, q.registered, q.read)


def _is_past(reading: Reading, pair: Pair, read: Use) -> bool:
    if pair.identity in reading.variables(pair.value):
        return False
    uses = (read, pair.target)
    values = [original(use.value) for use in uses]
    names = [str(value.label) for value in values if isinstance(value, Term)]
    names += map(written_name, uses)
    return any(HISTORY.search(name) for name in names)


def beside_history(q: Question) -> bool:
    """The update of t takes the past of what the new value of v is computed from.

    A step that is made with the previous gradient takes the mean square that goes with it.
    """
    past = [pair for pair in _past(q) if pair.identity != q.registered.identity]
    if not past:
        return False
    return bool(flow(q).keys_in({q.reading.key(pair.value) for pair in past}))


@once("reader")
def _past(q: Question) -> list[Pair]:
    """Return the pairs of history that the new value of t reads."""
    read_by_t = {read.value.identity: read for read in q.reading.reads(q.reader.value)}
    return [
        pair
        for target, read in read_by_t.items()
        for pair in q.by_target[target]
        if _is_past(q.reading, pair, read)
    ]


@once("registered")
def reset(q: Question) -> bool:
    """v becomes a constant, if only in one arm of a switch."""
    seen: set[int] = set()
    waiting = [q.registered.value]
    while waiting:
        use = q.reading.plain(waiting.pop())
        value = use.value
        if q.reading.target(use) is not None or isinstance(value, Container) or id(value) in seen:
            continue
        seen.add(id(value))
        if value.op == "either":
            waiting.extend(value.uses)
        elif value.op == "call" and value.label in SWITCHES:
            waiting.extend(value.uses[-2:])
        elif _is_constant(q, use, value):
            return True
    return False


def _is_constant(q: Question, use: Use, value: Term) -> bool:
    if value.op == "static" or is_number(q.reading, use):
        return True
    if value.op == "*":
        return any(constant(factor.value) == 0 for factor in value.uses)
    if value.op != "call" or q.reading.reads(use):
        return False
    maker = str(value.label)
    return maker in ("zeros", "ones", "zeros_like", "alloc") or bool(SHARED.search(maker))


def circular(q: Question) -> bool:
    """The new value of v is computed from this very read, or from an equal expression.

    Reading in order, the new value is computed with what was registered before it:
    a variable that is read stale there counts with its own new value.
    """
    return flow(q).has_read(q.read) or id(q.read) in _again(q)


@once("reader", "registered", "way")
def _again(q: Question) -> frozenset[int]:
    """Return the reads of t's new value in what the new value of v is computed from, too."""
    known = around_by_key(q)
    both = (known[key] for key in flow(q).keys_in(known.keys()))
    return reads_in(q, (one for equal in both for one in equal if _says_more(q, one)))


def _says_more(q: Question, expression: Use) -> bool:
    """Does the expression hold more than v and hyperparameters, such as a gradient?"""
    return any(
        q.reading.target(leaf) != q.registered.identity and not is_number(q.reading, leaf)
        for leaf in leaves(q.reading, expression)
    ) or any(
        q.reading.target(use) is None and is_call(use.value)
        for use in inside(q.reading, expression)
    )


def reads_back(q: Question) -> bool:
    """The update of t reads something back from the mapping, which may be v's new value."""
    return any(
        identity != q.reader.identity and meet(path, q.path) for identity, path in _read_back(q)
    )


@once("reader")
def _read_back(q: Question) -> set[tuple[Hashable, Path]]:
    """Return the keys that the update of t reads back, and in which branches."""
    return {
        (original(use.value.uses[0].value).identity, use.path)
        for use in inside(q.reading, q.reader.value)
        if isinstance(use.value, Term) and use.value.op == "registered"
    }


def parameter_of_state(q: Question) -> bool:
    """v is what the gradient is taken for, and this is its value at the start of the step.

    Either t averages v (Polyak), or v entered a local of its own, as in a gradient
    or a forward pass written by hand (THU102).
    """
    if q.stale or not is_parameter(q):
        return False
    averages = q.reader.identity in q.reading.variables(q.reader.value)
    return averages or q.read.moment < q.reader.entry.begun


def of_the_step(q: Question) -> bool:
    """The new value of v is computed from that of another state, which itself reads v (THU102).

    The old value is the one that belongs to this step; the new one is for the next.
    """
    if q.stale:
        return False
    return any(pair.identity != q.reader.identity for pair in _states_in(q))


@once("registered")
def _states_in(q: Question) -> list[Pair]:
    """Return the pairs of other variables that read v, whose new values are in that of v."""
    known = _by_new_value(q)
    return [
        pair
        for key in flow(q).keys_in(known.keys())
        for pair in known[key]
        if pair.identity != q.registered.identity
        and q.registered.identity in q.reading.variables(pair.value)
    ]


@once()
def _by_new_value(q: Question) -> Mapping[int, list[Pair]]:
    """Return the pairs whose new values are computed, those of equal ones together."""
    found: dict[int, list[Pair]] = {}
    for pairs in q.by_target.values():
        for pair in pairs:
            if q.reading.target(pair.value) is None:
                found.setdefault(q.reading.key(pair.value), []).append(pair)
    return found


def simulation(q: Question) -> bool:
    """The read is an argument, beside t or another state, of a call of many (THU102).

    Such a call moves a whole state on: it takes all of it as it is now.
    """
    if q.stale:
        return False
    return id(q.read) in _moved_on(q)


@once("reader", "registered", "way")
def _moved_on(q: Question) -> frozenset[int]:
    """Return the reads in calls of many that take v beside t or another state."""
    return reads_in(q, (call for call in _calls_of_many(q) if _takes_both(q, call.value)))


@once("reader", "way")
def _calls_of_many(q: Question) -> list[Use]:
    """Return the calls in the update of t that may move a whole state on."""
    return [
        expression
        for expression in around(q)
        if isinstance(value := expression.value, Term)
        and value.op == "call"
        and len(value.uses) > 2
        and value.label not in _COMPUTING
    ]


def _takes_both(q: Question, call: Value) -> bool:
    """Does a call take v, and beside it t or another state?"""
    given = operands(call)
    direct = {q.reading.target(use) for use in given} - {None}
    if q.registered.identity in direct and len(direct) > 1:
        return True
    within = [q.reading.variables(use) for use in given]
    alone = any(
        q.registered.identity in targets and q.reader.identity not in targets for targets in within
    )
    return alone and any(q.reader.identity in targets for targets in within)


def other_helper(q: Question) -> bool:
    """One helper reads v and another one, called later, computes the new value (THU102)."""
    if q.stale:
        return False
    moments = (q.read.moment, q.registered.entry.moment, q.registered.value.moment)
    reading, *registering = map(q.state.followed.calls_at, moments)
    return all(reading - calls and calls - reading for calls in registering)


def simultaneous(q: Question) -> bool:
    """t and v step on together, each from the old value of the other: explicit Euler."""
    return q.systems.moves_with(q.reader, q.registered)


def excluded(q: Question) -> bool:
    """v reads t as t reads v, and only one of the two could take a new value (THU102).

    Where both new values are named before either is registered, neither is meant to.
    """
    if q.stale or updates_parameter(q):
        return False
    return q.reader.identity in q.reading.variables(q.registered.value)


EVIDENCE = (
    bare_value,
    history,
    beside_history,
    reset,
    circular,
    uses_both,
    reads_back,
    written_out,
    prediction_error,
    parameter_of_state,
    regularised,
    of_the_step,
    simulation,
    other_helper,
    simultaneous,
    excluded,
    schedule,
)


def evidence_for(q: Question) -> str | None:
    """Return the name of the first row of the table that applies."""
    return next((row.__name__ for row in EVIDENCE if row(q)), None)
