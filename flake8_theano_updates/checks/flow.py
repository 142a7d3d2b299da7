"""What new values are computed from, also by way of what was registered before."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Set
from dataclasses import dataclass, field

from flake8_theano_updates.checks.collections import Pair
from flake8_theano_updates.checks.question import Question, once, regularises
from flake8_theano_updates.values import Term, Use


@dataclass(frozen=True, eq=False)
class Made:
    """What a value is itself computed from.

    Args:
        reads: the ids of reads, and
        keys: the keys of expressions in it, outside of gradients.
    """

    reads: set[int] = field(default_factory=set)
    keys: set[int] = field(default_factory=set)


@dataclass(frozen=True, eq=False)
class _Own:
    """What the new value in a pair is itself computed from.

    Args:
        gradients: what gradients are taken of, by the ids of these values; many new values
            come from one cost.
        stale: the pairs that came before what it reads, by their variable.
    """

    made: Made
    gradients: Mapping[int, Made]
    stale: Mapping[Hashable, list[Pair]]


@dataclass(frozen=True, eq=False)
class Flow:
    """What a new value is computed from, by whatever is computed on the way to it."""

    made: tuple[Made, ...]

    def has_read(self, read: Use) -> bool:
        """Is the value computed from this very read?"""
        return any(id(read) in one.reads for one in self.made)

    def keys_in(self, keys: Set[int]) -> set[int]:
        """Return which of the keys are those of expressions that the value is computed from."""
        return {key for one in self.made for key in one.keys & keys}


@once("registered")
def flow(q: Question) -> Flow:
    """Return what the new value of v is computed from.

    Reading in order, it is computed with what was registered before it: a variable that is
    read stale there counts with its own new value.
    """
    known = _known(q)
    made: list[Made] = []
    gradients: dict[int, Made] = {}
    reached = {id(q.registered)}
    waiting = [q.registered]
    while waiting:
        pair = waiting.pop()
        own = known.get(id(pair)) or _own_flow(q, pair)
        made.append(own.made)
        gradients.update(own.gradients)
        for target, pairs in own.stale.items():
            if target != q.registered.identity:
                for other in pairs:
                    if id(other) not in reached:
                        reached.add(id(other))
                        waiting.append(other)
    q.reading.went(len(reached))
    return Flow((*made, *gradients.values()))


@once()
def _known(_: Question) -> dict[int, _Own]:
    """Return what pairs are themselves computed from, as far as known, by their ids."""
    return {}


@once()
def _gradients(_: Question) -> dict[int, Made]:
    """Return what the insides of gradients are computed from, as far as known, by their ids."""
    return {}


def _own_flow(q: Question, pair: Pair) -> _Own:
    """Find out what the new value in a pair is itself computed from.

    No pair comes before what it reads in gradients, which are taken once, at the start: nothing
    in them is ever new.
    """
    made, gradients, stale = Made(), dict[int, Made](), dict[Hashable, list[Pair]]()
    seen: set[int] = set()
    waiting = [pair.value]
    while waiting:
        use = waiting.pop()
        for read in _visited(q, use, made):
            target = read.value.identity
            if target != pair.identity:
                others = q.is_stale(pair, read)
                known_before = stale.setdefault(target, [])
                known_before += [one for one in others if not regularises(q, pair, read, one)]
        if q.reading.target(use) is not None or id(use.value) in seen:
            continue
        seen.add(id(use.value))
        inner = q.reading.flows_from(use.value)
        if isinstance(use.value, Term) and use.value.op == "grad":
            gradients.update((id(one.value), _flow_in_gradient(q, one)) for one in inner)
        else:
            waiting.extend(inner)
    q.reading.went(len(seen))
    own = _known(q)[id(pair)] = _Own(made, gradients, stale)
    return own


def _flow_in_gradient(q: Question, root: Use) -> Made:
    """Return what something in a gradient is computed from."""
    known = _gradients(q)
    if id(root.value) not in known:
        found = known[id(root.value)] = Made()
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            use = waiting.pop()
            _visited(q, use, found)
            if q.reading.target(use) is None and id(use.value) not in seen:
                seen.add(id(use.value))
                waiting.extend(q.reading.flows_from(use.value))
    return known[id(root.value)]


def _visited(q: Question, use: Use, found: Made) -> list[Use]:
    """Add an expression, and return the reads that it takes itself or hands on."""
    reads = q.reading.handed_on(use) if q.reading.hands_on(use) else (use,)
    taken = [read for read in reads if q.reading.target(read) is not None]
    found.reads.update(map(id, taken))
    if q.reading.target(use) is None:
        found.keys.add(q.reading.key(use))
    return taken
