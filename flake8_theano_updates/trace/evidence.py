"""When is the old value evidently meant? The rows of the rules' table, asked of a graph."""

from __future__ import annotations

from flake8_theano_updates.interpreter.names import HISTORY
from flake8_theano_updates.trace.graph import Pair
from flake8_theano_updates.trace.moving import simultaneous
from flake8_theano_updates.trace.products import Product, Sum
from flake8_theano_updates.trace.question import Question
from flake8_theano_updates.trace.schedule import schedule

# Whole computations, which take a state as it is now.
_COMPUTATIONS = frozenset({"Scan", "OpFromGraph"})
_NEAR = 1e-9


def bare_value(q: Question) -> bool:
    """The new value of t is v itself, if only in one arm: a swap, a shift register."""
    return q.read.target in q.graph.arms(q.reader.new)


def history(q: Question) -> bool:
    """v only stores, and its name says that it is the past."""
    return _is_past(q, q.registered)


def _is_past(q: Question, pair: Pair) -> bool:
    if q.reads(pair.new, pair.target):
        return False
    return bool(HISTORY.search(q.graph.name_of(pair.target)))


def beside_history(q: Question) -> bool:
    """The update of t takes the past of what the new value of v is computed from."""
    return any(
        _is_past(q, pair) and q.graph.keys[pair.new] in q.flow_keys
        for target in q.graph.targets_of(q.reader.new)
        if (pair := q.graph.by_target[target]) not in (q.registered, q.reader)
    )


def reset(q: Question) -> bool:
    """v becomes a constant, if only in one arm of a switch."""
    return any(_is_constant(q, arm) for arm in q.graph.arms(q.registered.new))


def _is_constant(q: Question, number: int) -> bool:
    total = q.products.of(number)
    if all(coefficient == 0 for coefficient in total.values()):
        return True
    leaves = (one for one in q.graph.ancestors(number) if not q.graph.operands(one))
    return all(q.graph[one].kind == "constant" for one in leaves)


def circular(q: Question) -> bool:
    """The new value of v is computed from this very read, or from an equal expression."""
    if q.read.result in q.flow:
        return True
    return any(q.graph.keys[one] in q.flow_keys and _says_more(q, one) for one in q.around)


def _says_more(q: Question, number: int) -> bool:
    """Does this hold more than v and hyperparameters, or more than arithmetic?"""
    graph = q.graph
    return any(
        one != q.read.target and not graph.operands(one) and not graph.is_number(one)
        for one in graph.ancestors(number)
    ) or any(
        graph.name(one) not in ("", "Add", "Sub", "Mul", "TrueDiv", "Neg", "Subtensor")
        and not graph.passes(one)
        and q.reads(one, q.read.target)
        for one in graph.ancestors(number, gradients=False)
    )


def uses_both(q: Question) -> bool:
    """t uses v and v's new value: who writes both knows the difference. Also read-back."""
    graph = q.graph
    new, total = graph.keys[q.registered.new], q.products.of(q.registered.new)
    if new == q.old:
        return False
    return any(
        graph.keys[one] == new
        # A sum is the same in any order.
        or (len(total) > 1 and graph.name(one) in ("Add", "Sub") and q.products.of(one) == total)
        for one in graph.ancestors(q.reader.new)
    )


def before_its_bounds(q: Question) -> bool:
    """t uses x - v, and the new value of v is made of x, which is made of v: the step to x."""
    graph = q.graph
    made_of = {graph.keys[one] for one in graph.ancestors(q.registered.new, gradients=False)}
    for one in q.around:
        if graph.name(one) == "Sub":
            sides = [graph.plain(side) for side in graph.operands(one)]
            others = [side for side in sides if graph.keys[side] != q.old]
            if len(others) == 1 and graph.keys[others[0]] in made_of:
                if q.reads(others[0], q.read.target):
                    return True
    return False


def written_out(q: Question) -> bool:
    """The terms of the new value are among the reader's, if times something."""
    new = q.products.of(q.registered.new)
    decays = [product for product in new if q.old in product]
    if len(new) < 2 or not decays:
        return False
    return any(
        q.graph.name(one) in ("Add", "Sub", "Mul", "TrueDiv")
        and _holds(q.products.of(one), new, decays, q.old)
        for one in q.around
    )


def _holds(whole: Sum, new: Sum, decays: list[Product], old: int) -> bool:
    """Are the products of ``new`` among those of ``whole``, times one factor?"""
    for product, coefficient in whole.items():
        if old not in product:
            continue
        for decay in decays:
            factor = _without(product, decay)
            if factor is None or not new[decay]:
                continue
            ratio = abs(coefficient / new[decay])
            others = [one for one in new if one != decay]
            same = all(
                abs(abs(whole.get(_times(one, factor), 0.0)) - ratio * abs(new[one])) < _NEAR
                for one in others
            )
            carried = _carries(coefficient, new[decay], decay)
            rest = carried and all(one in whole or _times(one, factor) in whole for one in others)
            if same or rest:
                return True
    return False


def _carries(coefficient: float, decay: float, product: Product) -> bool:
    """Is the read times v's decay: its symbols, or a power of its number?"""
    if abs(decay) == 1:
        return len(product) > 1
    return any(abs(abs(coefficient) - abs(decay) ** power) < _NEAR for power in (1, 2, 3))


def _without(product: Product, factors: Product) -> Product | None:
    rest = list(product)
    for factor in factors:
        if factor not in rest:
            return None
        rest.remove(factor)
    return tuple(rest)


def _times(product: Product, factor: Product) -> Product:
    return tuple(sorted(product + factor))


def prediction_error(q: Question) -> bool:
    """v moves toward a quantity, and the update of t takes the difference of the two."""
    moves = q.products.of(q.registered.new)
    if not any(q.old in product for product in moves):
        return False
    for one in q.around:
        total = q.products.of(one)
        others = [product for product in total if product != (q.old,)]
        if q.graph.name(one) != "Sub" or (q.old,) not in total or not others:
            continue
        if all(any(_without(move, other) is not None for move in moves) for other in others):
            if () not in others and (q.graph.keys[q.reader.target],) not in others:
                return True
    return False


def parameter_of_state(q: Question) -> bool:
    """v is what the gradient is taken for, and t averages it (THU102)."""
    if q.stale or not q.flows.is_parameter(q.read.target, q.reader.target):
        return False
    return q.reads(q.reader.new, q.reader.target)


def regularised(q: Question) -> bool:
    """A state listed after its parameter reads it, and the parameter's update the state."""
    return q.stale and q.flows.regularises(q.reader, q.registered)


def of_the_step(q: Question) -> bool:
    """The new value of v is computed from that of another state, which reads v (THU102)."""
    if q.stale:
        return False
    made_of = {q.graph.keys[one] for one in q.graph.ancestors(q.registered.new)}
    return any(
        pair not in (q.registered, q.reader)
        and q.graph.operands(pair.new)
        and q.graph.keys[pair.new] in made_of
        and q.reads(pair.new, q.read.target)
        for pair in q.graph.pairs
    )


def simulation(q: Question) -> bool:
    """A loop, or a graph of its own, takes v as it is now, beside another state (THU102)."""
    if q.stale or q.read.node.operation.name not in _COMPUTATIONS:
        return False
    taken = {q.graph.plain(one) for one in q.read.node.inputs}
    return len(taken & q.graph.by_target.keys()) > 1


def other_helper(q: Question) -> bool:
    """One function reads v and another one, called beside it, computes the new value (THU102)."""
    new = q.graph[q.graph.plain(q.registered.new)].node
    if q.stale or new is None:
        return False
    reading = {(frame.path, frame.name) for frame in q.read.node.made}
    registering = {(frame.path, frame.name) for frame in new.made}
    return bool(reading - registering and registering - reading)


def excluded(q: Question) -> bool:
    """v reads t as t reads v, and only one of the two could take a new value (THU102)."""
    if q.stale or q.flows.is_parameter(q.reader.target, q.read.target):
        return False
    return q.reads(q.registered.new, q.reader.target)


EVIDENCE = (
    bare_value,
    history,
    beside_history,
    reset,
    circular,
    uses_both,
    before_its_bounds,
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
    """Return the name of the first row that applies."""
    return next((row.__name__ for row in EVIDENCE if row(q)), None)
