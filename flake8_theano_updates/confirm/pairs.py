"""Which pairs of a collection the program of a finding needs, and how they are translated."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flake8_theano_updates.checks.collections import TARGETS
from flake8_theano_updates.confirm.expressions import Expression, call, infix, literal, named
from flake8_theano_updates.confirm.leaves import Variable
from flake8_theano_updates.confirm.starts import given, whole_number
from flake8_theano_updates.confirm.steps import Step
from flake8_theano_updates.confirm.translation import Translation
from flake8_theano_updates.model import Fault, OrderFault, PairFault, Registration
from flake8_theano_updates.values import Container, Term, Use, by_key, meet, operands, original

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
        watched: the variables whose values it tells, those of the finding first.
        variables: all of its variables.
    """

    pairs: tuple[Pair, ...]
    watched: tuple[Variable, ...]
    variables: tuple[Variable, ...]


def parts_of(fault: Fault, step: Step) -> Parts:
    """Translate what the program of a finding needs."""
    shared: frozenset[Hashable] = frozenset()
    while True:
        work = _Work(fault, step, shared)
        parts = work.parts()
        wanted = work.translation.leaves.wanted
        if wanted <= shared:
            return parts
        shared |= wanted


class _Work:
    """The translation of one finding at one step."""

    def __init__(self, fault: Fault, step: Step, shared: frozenset[Hashable]) -> None:
        self.fault = fault
        self.translation = Translation(fault, {}, step, shared)
        self.targets = self._targets()
        self.translation.targets.update({k: pairs[-1] for k, pairs in self.targets.items()})
        for pair in fault.pairs:
            if self._identity(pair) in self.targets:
                self.translation.targets[self._identity(pair)] = pair
        if isinstance(fault, PairFault):
            # What a number is taken of, or what a name held before.
            values = [self.translation.resolve(read).value for read in fault.reads]
            self.translation.leaves.shared |= {
                value.identity
                for value in values
                if not isinstance(value, Container) and value.op in TARGETS
            }
        leaves = self.translation.leaves
        shapes = [leaves.shape_of(pair.variable) for pair in fault.pairs]
        if shapes and shapes[0] == ():
            leaves.shape = ()
        else:
            leaves.shape = next(filter(None, shapes), leaves.shape)

    def _targets(self) -> dict[Hashable, list[Registration]]:
        """Return the pairs of each variable that enter on the way of the fault."""
        found: dict[Hashable, list[Registration]] = {}
        for pair in (*self.fault.pairs, *self.fault.collection.registrations):
            variable = self.translation.resolve(pair.variable).value
            # A name that was bound to an expression is no variable any more.
            if isinstance(variable, Container) or variable.op not in TARGETS:
                continue
            if meet(self.translation.path, pair.path):
                pairs = found.setdefault(self._identity(pair), [])
                if pair not in pairs:
                    pairs.append(pair)
        return found

    def _identity(self, pair: Registration) -> Hashable:
        return self.translation.identity(pair.variable)

    def parts(self) -> Parts:
        """Return the parts."""
        fault = self.fault
        if isinstance(fault, OrderFault):
            return self._whole(self._with_read([*fault.pairs], others=True))
        match fault.kind:
            case "overwritten":
                return self._overwritten(fault)
            case "late":
                return self._late(fault)
            case "refused" | "misplaced":
                return self._handed_over(fault)
            case _:
                return self._whole(self._with_read([*fault.pairs]))

    def _whole(self, pairs: Sequence[tuple[Registration, Pair]]) -> Parts:
        order = {_key(pair): n for n, pair in enumerate(self.fault.collection.registrations)}
        placed = sorted(pairs, key=lambda pair: order.get(_key(pair[0]), len(order)))
        return self._parts([pair for _, pair in placed])

    def _parts(self, pairs: Sequence[Pair]) -> Parts:
        leaves = self.translation.leaves
        by_expression = {id(one.expression): one for one in leaves.variables.values()}
        first = [self.translation.resolve(pair.variable).value for pair in self.fault.pairs]
        watched: dict[int, Variable] = {}
        for value in first:
            if not isinstance(value, Container) and value.identity in leaves.variables:
                one = leaves.variables[value.identity]
                watched[id(one)] = one
        if leaves.frozen is not None:
            for identity in _variables_in(leaves.frozen, _identities(leaves.variables)):
                one = leaves.variables[identity]
                watched[id(one)] = one
        for pair in pairs:
            if id(pair.target) in by_expression:
                one = by_expression[id(pair.target)]
                watched[id(one)] = one
        return Parts(
            tuple(pairs), tuple(_told_apart(watched.values())), tuple(leaves.variables.values())
        )

    def _with_read(
        self, wanted: Sequence[Registration], *, others: bool = False
    ) -> list[tuple[Registration, Pair]]:
        """Translate pairs, and those of the variables that they read.

        Args:
            wanted: the pairs.
            others: whether to have the other pairs of a variable that a list has twice, too.
        """
        found: dict[Hashable, tuple[Registration, Pair]] = {}
        waiting = [(self._identity(pair), pair) for pair in wanted]
        while waiting:
            identity, pair = waiting.pop(0)
            if identity in found:
                continue
            made = self._translated(pair)
            found[identity] = pair, made
            if len(found) < _MOST_PAIRS:
                known = _identities(self.translation.leaves.variables)
                for variable in _variables_in(made.value, known):
                    if variable in self.targets and variable not in found:
                        waiting.append((variable, self.targets[variable][-1]))
        pairs = list(found.values())
        if others and not self.fault.collection.mapping:
            for identity, (chosen, _) in found.items():
                pairs.extend(
                    (pair, self._translated(pair, kept=False))
                    for pair in self.targets.get(identity, [])
                    if _key(pair) != _key(chosen)
                )
        return pairs

    def _translated(self, pair: Registration, *, late: bool = False, kept: bool = True) -> Pair:
        target = self.translation.variable(pair.variable)
        if target is None:
            target = self.translation.expression(pair.variable)
        value = self.translation.expression(pair.new)
        return Pair(target, value, pair.line, late, kept)

    def _overwritten(self, fault: PairFault) -> Parts:
        pairs: list[Pair] = []
        turns = range(_turns(fault)) if fault.bound else [None]
        for turn in turns:
            self.translation.turn = turn
            pairs.extend(self._translated(pair) for pair in fault.pairs)
        self.translation.turn = None
        read = self._with_read(fault.pairs)[len({self._identity(p) for p in fault.pairs}) :]
        return self._parts([*(pair for _, pair in read), *pairs])

    def _late(self, fault: PairFault) -> Parts:
        late = set(map(_key, fault.pairs))
        own = {self._identity(pair) for pair in fault.pairs}
        early = [
            pair
            for pair in fault.collection.registrations
            if _key(pair) not in late and meet(self.translation.path, pair.path)
        ]
        early.sort(key=lambda pair: self._identity(pair) not in own)
        same = sum(self._identity(pair) in own for pair in early)
        pairs = [self._translated(pair) for pair in early[: same + _COMPANY]]
        pairs += [self._translated(pair, late=True) for pair in fault.pairs]
        return self._parts(pairs)

    def _handed_over(self, fault: PairFault) -> Parts:
        wanted = fault.pairs or fault.collection.registrations[:2]
        pairs = [self._translated(pair) for pair in wanted]
        if not pairs:
            # Nothing is known of what the iterator holds.
            made = named(call("theano.shared", literal(0.37)), "variable", None, "any variable")
            variable = Variable("variable", made, False)
            half = infix("*", literal(0.5), made)
            return Parts((Pair(made, half, None),), (variable,), (variable,))
        return self._parts(pairs)


def _told_apart(variables: Iterable[Variable]) -> Iterator[Variable]:
    """Give an index to variables that the file calls alike."""
    variables = list(variables)
    labels = [one.label for one in variables]
    for place, one in enumerate(variables):
        several = labels.count(one.label) > 1
        index = labels[:place].count(one.label)
        yield replace(one, label=f"{one.label}[{index}]") if several else one


def _identities(variables: Mapping[Hashable, Variable]) -> dict[int, Hashable]:
    """Return the identity of each variable by that of its expression."""
    return {id(one.expression): identity for identity, one in variables.items()}


def _key(pair: Registration) -> tuple[int, int]:
    return id(pair.variable), id(pair.new)


def _variables_in(value: Expression, known: Mapping[int, Hashable]) -> Iterator[Hashable]:
    """Yield the variables that a new value reads, and those that gradients are taken for."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if id(current) in known:
            yield known[id(current)]
        elif current.form.startswith("theano.grad("):
            waiting.append(current.parts[-1])
        else:
            waiting.extend(reversed(current.parts))


def _turns(fault: PairFault) -> int:
    """Return how many turns of a loop to show: as many as it has, if they are few."""
    seen: set[int] = set()
    waiting: list[Use] = [pair.new for pair in fault.pairs]
    most = 2
    while waiting:
        value = original(waiting.pop().value)
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Term) and value.op == "elem" and value.identity in fault.bound:
            source = original(value.uses[0].value)
            if isinstance(source, Container):
                most = max(most, len(by_key(source)))
            elif source.op == "call" and source.uses:
                arguments, _, _ = given(source)
                most = max(most, whole_number(arguments[-1]) or 2)
        waiting.extend(operands(value))
    return min(most, _MOST_TURNS)
