"""When is the old value evidently meant? One function for each row of the rules' table.

Each takes a `Question`: may the read of ``v`` in the update of ``t`` be an error?
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from flake8_theano_updates.checks.collections import Pair
from flake8_theano_updates.checks.products import Products
from flake8_theano_updates.checks.reading import Reading, key_of_item
from flake8_theano_updates.interpreter.names import SHARED
from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.interpreter.values import Container, Term, Use, Value, original

_HISTORY = re.compile(r"prev|old|last|tm1|t_1\b|past|histor", re.IGNORECASE)
_PARAMETER = re.compile(r"^(\w*_)?(params?|parameters?|weights?|bias|biases|theta|[pwWb])$")
_HYPERPARAMETER = re.compile(
    r"(^|_)(lr|eta|eps|mu|rho|tau|nu|b[12]|l[12]|n|num|size|max|min|one|zero|inc|len)(_|\d*$)"
    r"|learn|rate|decay|moment|alpha|beta|gamma|lambda|kappa|epsilon|anneal|scale|period|batch"
    r"|factor|float",
    re.IGNORECASE,
)
_ARITHMETIC = frozenset({"+", "-", "*", "/", "**", "neg", "pos", "operation", "either"})
_SWITCHES = frozenset({"switch", "where", "ifelse", "cond", "select"})
_NUMBERS = frozenset(
    "scalar fscalar dscalar iscalar lscalar bscalar float int float32 float64 int32 int64 asarray "
    "array constant cast as_tensor_variable as_float shared sharedX variable floatX".split()
)
# What a function is called with: data, whatever its name, which is a literal.
_INPUT = re.compile(r"^[bwilfdcz]?(vector|row|col|matrix|tensor[3-7])$")

MOST_TERMS = 200


@dataclass(frozen=True, eq=False)
class Question:
    """One read that may be an error.

    Args:
        read: the read of ``v``.
        reader: the pair of ``t``.
        registered: the pair of ``v``.
        stale: whether ``v`` is registered before the read (THU101, else THU102).
        is_stale: the pairs that are registered before a read in a pair, and update what it reads.
        pairs: all pairs of the collection.
        products: expressions multiplied out.
    """

    read: Use
    reader: Pair
    registered: Pair
    stale: bool
    reading: Reading
    state: State
    is_stale: Callable[[Pair, Use], list[Pair]]
    pairs: tuple[Pair, ...]
    products: Products

    @cached_property
    def flow(self) -> tuple[set[int], set[int]]:
        """The reads and the expressions that the new value of v is computed from."""
        return _flow(self)


def circular(q: Question) -> bool:
    """The new value of v is computed from this very read, or from an equal expression.

    Reading in order, the new value is computed with what was registered before it:
    a variable that is read stale there counts with its own new value.
    """
    reads, keys = q.flow
    if id(q.read) in reads:
        return True
    return any(
        q.reading.key(expression) in keys and _says_more(q, expression)
        for expression in q.reading.around(q.reader.value, q.read)
    )


def _flow(q: Question) -> tuple[set[int], set[int]]:
    """Return the reads and the expressions that the new value of v is computed from."""
    reads: set[int] = set()
    keys: set[int] = set()
    seen: set[tuple[int, bool]] = set()
    waiting = [(q.registered, q.registered.value, False)]
    while waiting:
        pair, use, in_gradient = waiting.pop()
        target = q.reading.target(use)
        if target is not None:
            reads.add(id(use))
            # Gradients are taken once, at the start: nothing in them is ever new.
            if not in_gradient and target not in (q.registered.identity, pair.identity):
                waiting.extend(
                    (other, other.value, False)
                    for other in q.is_stale(pair, use)
                    if not regularised(
                        replace(q, read=use, reader=pair, registered=other, stale=True)
                    )
                )
            continue
        if (id(use.value), in_gradient) in seen:
            continue
        seen.add((id(use.value), in_gradient))
        keys.add(q.reading.key(use))
        if isinstance(use.value, Container):
            reads.update(id(read) for read in q.reading.reads(use))
        else:
            in_gradient = in_gradient or use.value.op == "grad"
        waiting.extend((pair, inner, in_gradient) for inner in q.reading.flows_from(use.value))
    return reads, keys


def _says_more(q: Question, expression: Use) -> bool:
    """Does the expression hold more than v and hyperparameters, such as a gradient?"""
    return any(
        q.reading.target(leaf) != q.registered.identity and not _is_number(q, leaf)
        for leaf in _leaves(q.reading, expression)
    ) or any(
        q.reading.target(use) is None and _is_call(use.value)
        for use in _inside(q.reading, expression)
    )


def _is_call(value: Value) -> bool:
    """Is this a computation, rather than the making of a variable or a constant?"""
    return (
        isinstance(value, Term)
        and value.op == "call"
        and bool(value.uses)
        and value.label not in _NUMBERS
        and not SHARED.search(str(value.label))
    )


def _inside(reading: Reading, use: Use) -> Iterator[Use]:
    """Visit ``use`` and every expression in it, targets as leaves, each value once."""
    seen: set[int] = set()
    waiting = [use]
    while waiting:
        current = waiting.pop()
        yield current
        if reading.target(current) is None and id(current.value) not in seen:
            seen.add(id(current.value))
            waiting.extend(reading.flows_from(current.value))


def _leaves(reading: Reading, use: Use) -> Iterator[Use]:
    for current in _inside(reading, use):
        value = current.value
        if reading.target(current) is not None:
            yield current
        elif isinstance(value, Term) and (
            value.op in ("elem", "part", "item", "grad", "registered")
            or _is_input(value)
            or _is_state(value)
            or not list(reading.flows_from(value))
        ):
            yield current


def _is_input(value: Term) -> bool:
    return value.op == "call" and bool(_INPUT.match(str(value.label)))


def _is_number(q: Question, leaf: Use) -> bool:
    """Is this a literal or a hyperparameter, rather than data or a gradient?"""
    value = original(leaf.value)
    if q.reading.target(leaf) is not None or isinstance(value, Container):
        return False
    if value.op in ("const", "number", "static", "import"):
        return True
    if value.op in ("name", "attr"):
        return bool(_HYPERPARAMETER.search(str(value.label)))
    if (key := key_of_item(value)) is not None:
        names = (key, _written_name(value.uses[0]))
        return any(_HYPERPARAMETER.search(name) for name in names)
    if value.op == "call" and value.label in _NUMBERS and not _is_state(value):
        return all(_is_number(q, use) for use in value.uses)
    return False


def _is_state(variable: Term) -> bool:
    """Is this a shared variable in the shape of another, rather than one of a number?"""
    made = variable.op == "call" and SHARED.search(str(variable.label))
    waiting = list(variable.uses) if made else []
    while waiting:
        value = original(waiting.pop().value)
        if isinstance(value, Term):
            if value.op == "static":
                return True
            waiting.extend(value.uses)
    return False


def accumulates(q: Question) -> bool:
    """Is the new value of v computed from its old value?"""
    return q.registered.identity in q.reading.variables(q.registered.value)


def reads_back(q: Question) -> bool:
    """The update of t reads something back from the mapping, which may be v's new value."""
    return any(
        isinstance(use.value, Term)
        and use.value.op == "registered"
        and original(use.value.uses[0].value).identity != q.reader.identity
        for use in _inside(q.reading, q.reader.value)
    )


def uses_both(q: Question) -> bool:
    """The update of t uses v and v's new value, such as ``x_new - x``."""
    new = q.reading.key(q.registered.value)
    if q.reading.target(q.registered.value) is None and not _is_expression(q):
        return False
    if not accumulates(q):
        return any(q.reading.key(use) == new for use in _inside(q.reading, q.reader.value))
    for terms in _sums(q, stop=new):
        holds_old = any(_holds(q, term) for term in terms)
        if holds_old and any(new in q.reading.factors(term) for term in terms):
            return True
    return False


def _is_expression(q: Question) -> bool:
    """A constant, or an expression of nothing but constants, is nobody's new value by name."""
    return bool(list(q.reading.flows_from(q.registered.value.value)))


def _holds(q: Question, use: Use) -> bool:
    """Is ``use`` a product with the read itself as a factor?"""
    read = q.reading.key(q.read)
    return read in q.reading.factors(use) and any(inner is q.read for inner in q.reading.reads(use))


def _sums(q: Question, stop: int | None = None) -> Iterator[list[Use]]:
    """Return the terms of every sum around the read that is not a part of another such sum.

    An inner sum equal to ``stop`` stays one term.
    """
    inside: set[int] = set()
    for expression in q.reading.around(q.reader.value, q.read):
        plain = q.reading.plain(expression)
        if id(plain.value) not in inside:
            terms, within = _unfolded(q.reading, plain, stop)
            inside |= within
            if len(terms) > 1:
                yield terms


def _unfolded(reading: Reading, use: Use, stop: int | None) -> tuple[list[Use], set[int]]:
    """Return the terms of ``use`` with every inner sum unfolded, and the ids of those sums.

    Doubled again and again, a sum has more terms than can be told one by one: what is left
    stays folded.
    """
    found: list[Use] = []
    within: set[int] = set()
    waiting = [use]
    while waiting:
        current = waiting.pop()
        plain = reading.plain(current)
        value = plain.value
        if (
            isinstance(value, Term)
            and value.op in ("+", "-", "neg", "pos")
            and reading.target(plain) is None
            and len(found) + len(waiting) < MOST_TERMS
            and (stop is None or reading.key(current) != stop)
        ):
            within.add(id(value))
            waiting.extend(value.uses)
        else:
            found.append(current)
    return found, within


def written_out(q: Question) -> bool:
    """The new value of v is multiplied out in the update of t.

    Where the new value has a name, nobody writes a part of it out: what looks like it is
    another formula, in which the old value stands.
    """
    reading = q.reading
    new = q.registered.value
    if _multiplied_out(q):
        return True
    if isinstance(new.node, ast.Name) and reading.target(new) is None:
        return False
    key = reading.key(new)
    if any(reading.key(use) == key for use in reading.around(q.reader.value, q.read)):
        return True
    wanted, _ = _unfolded(reading, reading.plain(new), None)
    keys = Counter(reading.key(reading.plain(term)) for term in wanted)
    products = [(term, Counter(reading.factors(term))) for term in wanted]
    for terms in _sums(q):
        there = [Counter(reading.factors(term)) for term in terms]
        if not keys - Counter(reading.key(reading.plain(term)) for term in terms):
            return True
        if all(any(not product - other for other in there) for _, product in products):
            if all(_carries_decay(q, term, products) for term in terms):
                return True
    return False


def _multiplied_out(q: Question) -> bool:
    """Is the whole new value of v in the update of t, each product times the same factors?"""
    products = q.products
    old = q.reading.key(q.read)
    new = [Counter(product) for product in products.of(q.registered.value)]
    carriers = [product for product in new if old in product]
    if not carriers or new == [Counter([old])]:
        return False
    # With a name at hand for the whole of it, only a multiple of it is written out.
    named = _is_named_before(q.registered.value, q.read)
    for expression in q.reading.around(q.reader.value, q.read):
        there = [Counter(product) for product in products.of(expression)]
        holders = [product for product in there if old in product]
        if holders and all(
            any(
                not carrier - holder
                and (holder != carrier or not named)
                and all(other + (holder - carrier) in there for other in new)
                for carrier in carriers
            )
            for holder in holders
        ):
            return True
    return False


def _is_named_before(new: Use, read: Use) -> bool:
    """Has the new value a name by the time of the read?"""
    value = original(new.value)
    computed = max((use.moment for use in value.uses), default=0) if isinstance(value, Term) else 0
    return isinstance(new.node, ast.Name) and computed < read.moment


def _carries_decay(q: Question, term: Use, products: list[tuple[Use, Counter[int]]]) -> bool:
    """Does a term that reads v carry the decay that v itself is multiplied with?"""
    if not any(q.reading.target(r) == q.registered.identity for r in q.reading.reads(term)):
        return True
    factors = Counter(q.reading.factors(term))
    return any(
        len(product) > 1
        and not product - factors
        and any(q.reading.target(r) == q.registered.identity for r in q.reading.reads(part))
        for part, product in products
    )


def schedule(q: Question) -> bool:
    """v grows by literals and hyperparameters: a counter or a decaying rate."""
    leaves = list(_grows_by(q))
    old = [leaf for leaf in leaves if _is_old_value(q, leaf)]
    return (
        bool(old)
        and all(_is_old_value(q, leaf) or _is_number(q, leaf) for leaf in leaves)
        and not divides_by_zero(q)
    )


def _is_old_value(q: Question, leaf: Use) -> bool:
    """Is this v, or what the mapping held for v before?"""
    value = leaf.value
    if isinstance(value, Term) and value.op == "registered":
        leaf = value.uses[0]
    return q.reading.target(leaf) == q.registered.identity


def _grows_by(q: Question) -> Iterator[Use]:
    """Return the leaves of the new value of v.

    A switch may ask for another counter; that decides when v grows, not by what.
    """
    waiting = [q.registered.value]
    seen: set[int] = set()
    while waiting:
        use = q.reading.plain(waiting.pop())
        value = use.value
        if q.reading.target(use) is None and isinstance(value, Term):
            if id(value) in seen:
                continue
            seen.add(id(value))
            if value.op == "call" and value.label in _SWITCHES:
                waiting.extend(value.uses[-2:])
                for condition in value.uses[:-2]:
                    for leaf in _leaves(q.reading, condition):
                        if q.reading.target(leaf) is None:
                            yield leaf
                continue
            if value.op in _ARITHMETIC:
                waiting.extend(value.uses)
                continue
        yield from _leaves(q.reading, use)


def divides_by_zero(q: Question) -> bool:
    """Is v a counter that starts at 0 and is the exponent in ``1 - beta**t``?"""
    variable = original(q.read.value)
    if not (isinstance(variable, Term) and variable.op == "call" and _starts_at_zero(variable)):
        return False
    for expression in q.reading.around(q.reader.value, q.read):
        terms, _ = _unfolded(q.reading, q.reading.plain(expression), None)
        ones = [term for term in terms if _constant(term.value) == 1]
        powers = [
            term
            for term in terms
            if (exponent := _exponent(q.reading.plain(term).value)) is not None
            and q.reading.plain(exponent).value is q.read.value
        ]
        if ones and powers and len(terms) == 2:
            return True
    return False


def _exponent(value: Value) -> Use | None:
    if isinstance(value, Term) and (value.op == "**" or value.label in ("pow", "power")):
        return value.uses[-1]
    return None


def _constant(value: Value) -> object:
    """Return the number that ``value`` is, through casts, or None."""
    value = original(value)
    while isinstance(value, Term) and value.op in ("call", "view") and value.uses:
        if value.op == "call" and value.label not in _NUMBERS:
            break
        value = original(value.uses[0].value)
    return value.label if isinstance(value, Term) and value.op == "const" else None


def _starts_at_zero(variable: Term) -> bool:
    start = variable.uses[0].value if variable.uses else None
    return start is not None and _constant(start) == 0


def reset(q: Question) -> bool:
    """v becomes a constant, if only in one arm of a switch."""
    waiting = [q.registered.value]
    while waiting:
        use = q.reading.plain(waiting.pop())
        value = use.value
        if q.reading.target(use) is not None or isinstance(value, Container):
            continue
        if value.op == "either":
            waiting.extend(value.uses)
        elif value.op == "call" and value.label in _SWITCHES:
            waiting.extend(value.uses[-2:])
        elif _is_constant(q, use, value):
            return True
    return False


def _is_constant(q: Question, use: Use, value: Term) -> bool:
    if value.op == "static" or _is_number(q, use):
        return True
    if value.op == "*":
        return any(_constant(factor.value) == 0 for factor in value.uses)
    return value.op == "call" and str(value.label) in ("zeros", "ones", "zeros_like", "alloc")


def bare_value(q: Question) -> bool:
    """The new value of t is v itself: a swap, a shift register."""
    return q.reading.plain(q.reader.value) is q.read or (
        q.reading.target(q.reading.plain(q.reader.value)) == q.registered.identity
    )


def history(q: Question) -> bool:
    """v only stores, and its name says that it is the past."""
    return _is_past(q.reading, q.registered, q.read)


def _is_past(reading: Reading, pair: Pair, read: Use) -> bool:
    names = [str(reading.name(use)) for use in (read, pair.target)]
    names += [_written_name(use) for use in (read, pair.target)]
    stores = pair.identity not in reading.variables(pair.value)
    return stores and any(_HISTORY.search(name) for name in names)


def beside_history(q: Question) -> bool:
    """The update of t takes the past of what the new value of v is computed from.

    A step that is made with the previous gradient takes the mean square that goes with it.
    """
    read_by_t = {q.reading.target(read): read for read in q.reading.reads(q.reader.value)}
    past = [
        pair
        for pair in q.pairs
        if pair.identity in read_by_t
        and pair.identity != q.registered.identity
        and _is_past(q.reading, pair, read_by_t[pair.identity])
    ]
    if not past:
        return False
    _, keys = q.flow
    return any(q.reading.key(pair.value) in keys for pair in past)


def _written_name(use: Use) -> str:
    return getattr(use.node, "id", "") or getattr(use.node, "attr", "")


def parameter_of_state(q: Question) -> bool:
    """v is what the gradient is taken for, and this is its value at the start of the step.

    Either t averages v (Polyak), or v entered a local of its own, as in a gradient
    or a forward pass written by hand (THU102).
    """
    if q.stale or not is_parameter(q):
        return False
    averages = q.reader.identity in q.reading.variables(q.reader.value)
    return averages or q.read.moment < q.reader.entry.begun


def regularised(q: Question) -> bool:
    """A state listed after its parameter reads it, as weight decay does.

    The parameter's own update reads the state: if anything is wrong, it is that read.
    """
    return (
        q.stale and is_parameter(q) and q.reader.identity in q.reading.variables(q.registered.value)
    )


def is_parameter(q: Question) -> bool:
    """Is v what gradients are taken for?"""
    if q.registered.identity in q.state.differentiated:
        return True
    value = original(q.read.value)
    if isinstance(value, Term) and value.op == "elem":
        source = original(value.uses[0].value)
        return isinstance(source, Term) and bool(_PARAMETER.search(str(source.label)))
    return isinstance(value, Term) and bool(_PARAMETER.search(_written_name(q.read)))


def of_the_step(q: Question) -> bool:
    """The new value of v is computed from that of another state, which itself reads v (THU102).

    The old value is the one that belongs to this step; the new one is for the next.
    """
    if q.stale:
        return False
    _, keys = q.flow
    return any(
        pair.identity not in (q.registered.identity, q.reader.identity)
        and q.reading.target(pair.value) is None
        and q.reading.key(pair.value) in keys
        and q.registered.identity in q.reading.variables(pair.value)
        for pair in q.pairs
    )


def simulation(q: Question) -> bool:
    """The read is an argument, beside t or another state, of a call of many (THU102).

    Such a call moves a whole state on: it takes all of it as it is now.
    """
    if q.stale:
        return False
    for expression in q.reading.around(q.reader.value, q.read):
        value = expression.value
        if not (isinstance(value, Term) and value.op == "call" and len(value.uses) > 2):
            continue
        direct = {q.reading.target(use) for use in value.uses} - {None}
        if q.registered.identity in direct and len(direct) > 1:
            return True
        within = [{q.reading.target(r) for r in q.reading.reads(use)} for use in value.uses]
        alone = any(
            q.registered.identity in targets and q.reader.identity not in targets
            for targets in within
        )
        if alone and any(q.reader.identity in targets for targets in within):
            return True
    return False


def other_helper(q: Question) -> bool:
    """One helper reads v and another one, called later, computes the new value (THU102)."""
    if q.stale:
        return False
    moments = (q.read.moment, q.registered.entry.moment, q.registered.value.moment)
    reading, *registering = map(q.state.followed.calls_at, moments)
    return all(reading - calls and calls - reading for calls in registering)


EVIDENCE = (
    bare_value,
    history,
    beside_history,
    reset,
    circular,
    uses_both,
    reads_back,
    written_out,
    parameter_of_state,
    regularised,
    of_the_step,
    simulation,
    other_helper,
    schedule,
)


def evidence_for(q: Question) -> str | None:
    """Return the name of the first row of the table that applies."""
    return next((row.__name__ for row in EVIDENCE if row(q)), None)
