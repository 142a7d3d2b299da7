"""Which pairs of a collection the program of a finding needs, and how they are translated."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from flake8_theano_updates.checks.collections import TARGETS
from flake8_theano_updates.confirm.expressions import Expression, Shape, Variable, infix, literal
from flake8_theano_updates.confirm.reading import SIDE, given, whole_number
from flake8_theano_updates.confirm.steps import Step
from flake8_theano_updates.confirm.translation import Translation
from flake8_theano_updates.model import Fault, OrderFault, PairFault, Registration
from flake8_theano_updates.values import Container, Term, Use, by_key, meet, original, walk

# What is read by what is read... stays as it starts from here on.
_MOST_PAIRS = 12
_MOST_TURNS = 5
# Other pairs of a function that a late one is compared with.
_COMPANY = 3


@dataclass(frozen=True, eq=False)
class Pair:
    """One pair of a program.

    Args:
        target: what is updated.
        value: its new value.
        line: where the pair stands in the file.
        late: whether it comes after the compile call.
        kept: whether it is the one that the program has of several for its variable.
    """

    target: Expression
    value: Expression
    line: int | None
    late: bool = False
    kept: bool = True


@dataclass(frozen=True, eq=False)
class Parts:
    """What a program is made of.

    Args:
        pairs: its pairs, in the order of the collection.
        watched: the variables whose values it tells, those of the finding first, and
        labels: what it calls them.
        from_zero: whether a variable in it starts at zero.
    """

    pairs: tuple[Pair, ...]
    watched: tuple[Variable, ...]
    labels: tuple[str, ...]
    from_zero: bool


def parts_of(fault: Fault, step: Step) -> Parts:
    """Translate what the program of a finding needs.

    What has to be a shared variable, and which shape the file gives to the finding's
    variables, is known after a translation; where it matters, there is another one.
    """
    shared: frozenset[Hashable] = frozenset()
    shape: Shape = (SIDE, SIDE)
    while True:
        work = _Work(fault, step, shared, shape)
        parts = work.parts()
        wanted = shared | work.leaves.wanted
        own = shape if len(shape) != 2 else work.own_shape(shape)
        if (wanted, own) == (shared, shape):
            return parts
        shared, shape = wanted, own


class _Work:
    """The translation of one finding at one step."""

    def __init__(self, fault: Fault, step: Step, shared: frozenset[Hashable], shape: Shape) -> None:
        self.fault = fault
        self.translation = Translation(fault, {}, step, shared, shape)
        self.leaves = self.translation.leaves
        self.targets: dict[Hashable, list[Registration]] = {}
        for pair in (*fault.pairs, *fault.collection.registrations):
            # A name that was bound to an expression is no variable any more.
            if self._is_variable(pair.variable) and meet(self.translation.path, pair.path):
                pairs = self.targets.setdefault(self._identity(pair), [])
                if pair not in pairs:
                    pairs.append(pair)
        self.translation.targets.update({key: pairs[-1] for key, pairs in self.targets.items()})
        for pair in fault.pairs:
            if self._identity(pair) in self.targets:
                self.translation.targets[self._identity(pair)] = pair
        if isinstance(fault, PairFault):
            # What a number is taken of, or what a name held before.
            reads = filter(self._is_variable, fault.reads)
            self.leaves.shared |= {self.translation.resolve(read).value.identity for read in reads}

    def _is_variable(self, use: Use) -> bool:
        value = self.translation.resolve(use).value
        return isinstance(value, Term) and value.op in TARGETS

    def _identity(self, pair: Registration) -> Hashable:
        return self.translation.resolve(pair.variable).value.identity

    def own_shape(self, shape: Shape) -> Shape:
        """Return the shape that the file gives to a variable of the finding, else ``shape``."""
        variables = [self.leaves.variables.get(self._identity(pair)) for pair in self.fault.pairs]
        for place, one in enumerate(variables):
            if one is not None and not one.note and one.shape is not None:
                # A state of one number may well belong to a parameter that is an array.
                if one.shape or not place:
                    return one.shape
        return shape

    def parts(self) -> Parts:
        """Return the parts."""
        match self.fault:
            case PairFault(kind="overwritten"):
                pairs = self._overwritten(self.fault)
            case PairFault(kind="late"):
                pairs = self._late(self.fault)
            case PairFault(kind="refused" | "misplaced"):
                wanted = self.fault.pairs or self.fault.collection.registrations[:2]
                pairs = [self._translated(pair) for pair in wanted] or [_any_pair()]
            case _:
                pairs = self._in_order(self._with_read(self.fault.pairs))
        watched = tuple(self._watched(pairs))
        labels = [one.label for one in watched]
        told_apart = [
            f"{label}[{labels[:place].count(label)}]" if labels.count(label) > 1 else label
            for place, label in enumerate(labels)
        ]
        from_zero = any(one.from_zero for one in self.leaves.variables.values())
        return Parts(tuple(pairs), watched, tuple(told_apart), from_zero)

    def _watched(self, pairs: Sequence[Pair]) -> Iterable[Variable]:
        own = [self.leaves.variables.get(self._identity(pair)) for pair in self.fault.pairs]
        frozen = [] if self.leaves.frozen is None else _variables_in(self.leaves.frozen)
        every = [*own, *frozen, *(pair.target for pair in pairs)]
        return {id(one): one for one in every if isinstance(one, Variable)}.values()

    def _in_order(self, pairs: Sequence[tuple[Registration, Pair]]) -> list[Pair]:
        order = {_key(pair): n for n, pair in enumerate(self.fault.collection.registrations)}
        placed = sorted(pairs, key=lambda pair: order.get(_key(pair[0]), len(order)))
        return [pair for _, pair in placed]

    def _with_read(self, wanted: Sequence[Registration]) -> list[tuple[Registration, Pair]]:
        """Translate pairs, those of the variables that they read, and what a list has twice."""
        found: dict[Hashable, tuple[Registration, Pair]] = {}
        waiting = [(self._identity(pair), pair) for pair in wanted]
        while waiting:
            identity, pair = waiting.pop(0)
            if identity not in found:
                found[identity] = pair, self._translated(pair)
                if len(found) < _MOST_PAIRS:
                    read = (one.identity for one in _variables_in(found[identity][1].value))
                    waiting += [(key, self.targets[key][-1]) for key in read if key in self.targets]
        is_list = isinstance(self.fault, OrderFault) and not self.fault.collection.mapping
        twice = [
            (pair, self._translated(pair, kept=False))
            for identity, (chosen, _) in found.items()
            for pair in self.targets.get(identity, [])
            if _key(pair) != _key(chosen) and is_list
        ]
        return [*found.values(), *twice]

    def _translated(self, pair: Registration, *, late: bool = False, kept: bool = True) -> Pair:
        expression = self.translation.expression
        target = self.translation.variable(pair.variable) or expression(pair.variable)
        return Pair(target, expression(pair.new), pair.line, late, kept)

    def _overwritten(self, fault: PairFault) -> list[Pair]:
        pairs: list[Pair] = []
        for turn in range(_turns(fault)) if fault.bound else [None]:
            self.translation.turn = turn
            pairs.extend(map(self._translated, fault.pairs))
        self.translation.turn = None
        own = set(map(self._identity, fault.pairs))
        read = self._with_read(fault.pairs)
        return [*(made for pair, made in read if self._identity(pair) not in own), *pairs]

    def _late(self, fault: PairFault) -> list[Pair]:
        late = set(map(_key, fault.pairs))
        own = set(map(self._identity, fault.pairs))
        early = [
            pair
            for pair in fault.collection.registrations
            if _key(pair) not in late and meet(self.translation.path, pair.path)
        ]
        same = [pair for pair in early if self._identity(pair) in own]
        others = [pair for pair in early if self._identity(pair) not in own][:_COMPANY]
        pairs = [self._translated(pair) for pair in (*same, *others)]
        return pairs + [self._translated(pair, late=True) for pair in fault.pairs]


def _any_pair() -> Pair:
    """Return a pair for an iterator of which nothing is known."""
    form, note = "theano.shared(0.37)", "any variable"
    variable = Variable(form, name="variable", note=note, shape=(), label="variable")
    return Pair(variable, infix("*", literal(0.5), variable), None)


def _key(pair: Registration) -> tuple[int, int]:
    return id(pair.variable), id(pair.new)


def _variables_in(value: Expression) -> Iterator[Variable]:
    """Yield the variables that a new value reads, and those that gradients are taken for."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Variable):
            yield current
        elif id(current) not in seen:
            seen.add(id(current))
            of_cost = current.form.startswith("theano.grad(")
            waiting.extend(current.parts[-1:] if of_cost else reversed(current.parts))


def _turns(fault: PairFault) -> int:
    """Return how many turns of a loop to show: as many as it has, if they are few."""
    inside = (use.value for pair in fault.pairs for use in walk(pair.new))
    most = 2
    for value in inside:
        if isinstance(value, Term) and value.op == "elem" and value.identity in fault.bound:
            source = original(value.uses[0].value)
            if isinstance(source, Container):
                most = max(most, len(by_key(source)))
            elif source.op == "call" and source.uses:
                most = max(most, whole_number(given(source)[0][-1]) or 2)
    return min(most, _MOST_TURNS)
