"""Variables that move on together, each from the old values of all, as in explicit Euler."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property

from flake8_theano_updates.checks.collections import Pair
from flake8_theano_updates.checks.graphs import components
from flake8_theano_updates.checks.leaves import constant, is_number
from flake8_theano_updates.checks.products import Products
from flake8_theano_updates.checks.reading import Reading, inside
from flake8_theano_updates.values import Term, Use, walk

# What keeps a value within bounds: a step that is held back is still a step.
_CLAMPS = frozenset({"clip", "maximum", "minimum"})

Reads = Mapping[Hashable, frozenset[Hashable]]


class Systems:
    """Which variables of a collection step on from their own old values, and read each other.

    Args:
        pairs: the pairs of the collection.
    """

    def __init__(self, reading: Reading, products: Products, pairs: tuple[Pair, ...]) -> None:
        self._reading = reading
        self._products = products
        self._pairs = pairs
        self._under_roots: dict[int, frozenset[Hashable]] = {}

    def moves_with(self, reader: Pair, registered: Pair) -> bool:
        """Do the two step on together, if by way of others?

        A pure integrator does not: ``x + dt * v`` is where a position follows its velocity. Nor
        does a step over the root of a mean square, however its gradient is written.
        What sums up one of a system from outside moves with it: the recovered of an epidemic.
        """
        t, v = reader.identity, registered.identity
        if t not in self._steps or v not in self._steps:
            return False
        if self._reaches(v, t):
            return not (self._integrates(reader, v) or self._normalises(reader, v))
        return self._is_in_cycle[v]

    def _reaches(self, v: Hashable, t: Hashable) -> bool:
        """Is the new value of v computed from that of t, step by step?"""
        if self._cycles[v] == self._cycles[t]:
            return True
        # Where t reads v, v would be in a cycle with it.
        return v not in self._steps[t] and t in _reached(self._steps, v)

    @cached_property
    def _cycles(self) -> Mapping[Hashable, int]:
        """Which variables are computed from each other: a number for all of them."""
        numbered = enumerate(components(self._steps))
        return {one: number for number, together in numbered for one in together}

    @cached_property
    def _is_in_cycle(self) -> Mapping[Hashable, bool]:
        """Is each variable computed from itself, by way of more than what it integrates?"""
        found = components(self._mixed)
        return {one: len(together) > 1 for together in found for one in together}

    @cached_property
    def _steps(self) -> Reads:
        """What each variable reads whose new value is its own old value plus a step."""
        read: dict[Hashable, frozenset[Hashable]] = {}
        for pair in self._pairs:
            if self.steps(pair):
                before = read.get(pair.identity, frozenset())
                read[pair.identity] = before | self._read_by(pair.value)
        return {one: others - {one} for one, others in read.items()}

    def _read_by(self, new: Use) -> frozenset[Hashable]:
        """Return the variables whose values a new value takes, other than in gradients."""
        reading = self._reading

        def parts(use: Use) -> Iterable[Use]:
            value = use.value
            if reading.target(use) is not None:
                return ()
            if isinstance(value, Term) and value.op in ("grad", "call"):
                if value.op == "grad" or "grad" in str(value.label):
                    return ()
            return reading.flows_from(value)

        return frozenset(
            target for use in walk(new, parts) if (target := reading.target(use)) is not None
        )

    @cached_property
    def _mixed(self) -> Reads:
        """The same without what a variable only integrates."""
        read = dict(self._steps)
        for pair in self._pairs:
            others = read.get(pair.identity, frozenset())
            pure = {one for one in others if self._integrates(pair, one)}
            if pure:
                read[pair.identity] = others - pure
        return read

    def steps(self, pair: Pair) -> bool:
        """Is the new value the old one plus a step, in each arm of a branch?"""
        return all(self._is_step(pair.identity, arm) for arm in self._reading.arms(pair.value))

    def decays(self, pair: Pair) -> bool:
        """Is the old value only there times something, as in an average or a velocity?"""
        key = self._reading.key_of_target(pair.identity)
        own = [product for product in self._products.of(pair.value) if key in product]
        return bool(own) and all(len(product) > 1 for product in own)

    def _within_bounds(self, own: Hashable, use: Use) -> Use:
        """Return what is kept within bounds by what is around it."""
        use = self._reading.plain(use)
        while isinstance(value := use.value, Term) and value.label in _CLAMPS:
            inner = [part for part in value.uses if own in self._reading.variables(part)]
            if not inner:
                break
            use = self._reading.plain(inner[0])
        return use

    def _is_step(self, own: Hashable, new: Use) -> bool:
        use = self._within_bounds(own, new)
        value = use.value
        if self._reading.target(use) is not None or not isinstance(value, Term):
            return False
        if value.op == "call" and value.label == "inc_subtensor" and value.uses:
            return own in self._reading.variables(value.uses[0])
        if value.op == "call" and value.label == "set_subtensor" and len(value.uses) > 1:
            part, filled = value.uses[:2]
            return own in self._reading.variables(part) and self._has_term(
                self._reading.key(part), filled
            )
        return self._has_term(self._reading.key_of_target(own), use)

    def _has_term(self, key: int, use: Use) -> bool:
        return (key,) in self._products.of(use)

    def _integrates(self, pair: Pair, v: Hashable) -> bool:
        """Is the new value the old one plus v, times numbers, and nothing else?"""
        value = self._within_bounds(pair.identity, pair.value).value
        if not isinstance(value, Term) or value.op not in ("+", "-"):
            return False
        sides = [self._reading.plain(side) for side in value.uses]
        own = [side for side in sides if self._reading.target(side) == pair.identity]
        steps = [side for side in sides if self._reading.target(side) != pair.identity]
        return len(own) == 1 and self._is_multiple(steps[0], v)

    def _normalises(self, pair: Pair, v: Hashable) -> bool:
        """Does the new value take the root of v?"""
        if id(pair) not in self._under_roots:
            roots = (use.value for use in inside(self._reading, pair.value))
            self._under_roots[id(pair)] = frozenset(
                target
                for value in roots
                if isinstance(value, Term) and _is_root(value)
                for target in self._reading.variables(value.uses[0])
            )
        return v in self._under_roots[id(pair)]

    def _is_multiple(self, use: Use, v: Hashable) -> bool:
        """Is this v itself, times and by numbers?"""
        waiting, found = [use], 0
        while waiting:
            current = self._reading.plain(waiting.pop())
            value = current.value
            if self._reading.target(current) == v:
                found += 1
            elif is_number(self._reading, current):
                continue
            elif isinstance(value, Term) and value.op in ("*", "/", "neg", "pos"):
                waiting.extend(value.uses)
            else:
                return False
        return found == 1


def _is_root(value: Term) -> bool:
    if value.op == "call":
        return value.label == "sqrt" and bool(value.uses)
    return value.op == "**" and constant(value.uses[1].value) in (0.5, -0.5)


def _reached(read: Reads, start: Hashable) -> set[Hashable]:
    """Return what the new value of ``start`` is computed from, step by step."""
    found: set[Hashable] = set()
    waiting = [start]
    while waiting:
        for one in read.get(waiting.pop(), ()):
            if one in read and one not in found:
                found.add(one)
                waiting.append(one)
    return found
