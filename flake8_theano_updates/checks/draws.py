"""What a value draws: random generators of PyTensor and Aesara, and the chains of their draws.

A draw takes a generator and returns the next one and numbers. Nothing of this is known to
the interpreter; it is read here from the terms that it makes.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flake8_theano_updates.checks.places import Places
from flake8_theano_updates.checks.spelling import (
    DISTRIBUTIONS,
    OF_BACKEND,
    OF_PYMC,
    chosen_among,
    how_made,
    index_of,
    initial_of,
    is_false,
    is_scan,
    is_true,
    keyword_of,
    owner_of,
    parts_of,
    starts_of,
)
from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.values import (
    Arm,
    Called,
    Container,
    Path,
    Term,
    Use,
    Value,
    joined,
    original,
)

_MOST = 4000  # values that one function is computed from


@dataclass(frozen=True, eq=False)
class Generator:
    """The state of a random generator at one point of a chain of draws.

    Args:
        key: equal for the same state.
        use: where it is taken.
        drawn: the draw that returns it; None for a variable.
        made: how a variable is made, where this is seen.
    """

    key: Hashable
    use: Use
    drawn: Draw | None = None
    made: str | None = None

    @property
    def is_sure(self) -> bool:
        """Is this a generator for certain, whatever is done with it?"""
        return self.drawn is not None or self.made in ("shared", "input")

    @property
    def is_shared(self) -> bool:
        """Is this a shared variable that is made in view?"""
        return self.made in ("shared", "held")


@dataclass(frozen=True, eq=False)
class Draw:
    """One call that draws.

    Args:
        call: what it is as a value.
        node: where it is written.
        source: the generator that it starts from.
        alone: whether it returns the numbers alone, and the next generator as
            ``.owner.outputs[0]`` only.
        place: of a scan that carries the generator from turn to turn, its place among what
            the scan carries.
    """

    call: Term
    node: ast.Call
    source: Generator
    alone: bool
    place: int | None = None

    @property
    def moment(self) -> int:
        """When it is made."""
        return moment_of(self.call)

    @property
    def next(self) -> Hashable:
        """The key of the generator that it returns."""
        return ("next", id(self.call), self.place)

    @property
    def root(self) -> Generator:
        """The variable at the beginning of its chain."""
        draw = self
        while draw.source.drawn is not None:
            draw = draw.source.drawn
        return draw.source


@dataclass(frozen=True, eq=False)
class Found:
    """Numbers of a draw in what is computed.

    Args:
        path: the branches on which they get there.
        many: the lists on the way that have one place in the program for many elements.
        through: where values are taken on the way.
    """

    draw: Draw
    path: Path
    many: tuple[Container, ...]
    through: tuple[Use, ...]


def moment_of(call: Term) -> int:
    """Return when a call was made."""
    identity = call.identity
    assert isinstance(identity, tuple)
    return int(identity[2])


def is_repeated(call: Term) -> bool:
    """Was a call made in a loop, once for all its turns?"""
    identity = call.identity
    return isinstance(identity, tuple) and bool(identity[3])


class Draws:
    """The draws of one scope."""

    def __init__(self, scope: Interpreted, places: Places) -> None:
        self.scope = scope
        self.places = places
        self._known: dict[int, Draw | None] = {}
        self._scans: dict[int, tuple[Draw, ...]] = {}
        self._values: list[Value] = []  # what is known stays alive

    def generator(self, use: Use) -> Generator | None:
        """Return the generator that ``use`` takes, or None if it is not known to be one."""
        value = original(use.value)
        if not isinstance(value, Term):
            return None
        result = self.result(use)
        if result is not None:
            draw, index = result
            return Generator(draw.next, use, draw) if index == 0 else None
        if (inner := self._inside(use)) is not None:
            return self.generator(inner)
        owner = owner_of(value, "inputs")
        if owner is not None and index_of(value) == 0:
            drawn = self.result(owner)
            return None if drawn is None else drawn[0].source
        made = how_made(value)
        if made is not None or value.op in ("name", "elem", "item"):
            return Generator(value.identity, use, made=made)
        return None

    def _inside(self, use: Use) -> Use | None:
        """Return what stands in a call that was followed, or in a part of what it returned."""
        value = original(use.value)
        if isinstance(value, Term) and value.op in ("part", "item"):
            index, container = index_of(value), original(_returned(value.uses[0]).value)
            if isinstance(container, Container) and index is not None and not container.rest:
                entries = container.entries
                if container.kind != "mapping" and not any(entry.many for entry in entries):
                    if -len(entries) <= index < len(entries):
                        return entries[index].value
            return None
        returned = _returned(use)
        return None if returned is use else returned

    def result(self, use: Use) -> tuple[Draw, int] | None:
        """Return the draw whose result a value is, and which: 0 the generator, 1 the numbers."""
        value = original(use.value)
        if not isinstance(value, Term):
            return None
        draw = self._draw(value)
        if draw is not None:
            return (draw, 1) if draw.alone else None
        index = index_of(value)
        if index is None:
            return None
        base = original(_returned(value.uses[0]).value)
        if not isinstance(base, Term):
            return None
        draw = self._draw(base)
        if draw is not None:
            return None if draw.alone else (draw, index % 2)
        if (carried := self._of_scan(use)) is not None:
            scan, place = carried
            return next(((one, 0) for one in self._carried(scan) if one.place == place), None)
        owner = owner_of(value, "outputs")
        while owner is not None:
            if (result := self.result(owner)) is not None:
                return result[0], index % 2
            owner = self._inside(owner)
        return None

    def _draw(self, value: Term) -> Draw | None:
        """Return the draw that a call is, or None if it is not known to be one."""
        if value.op != "call" or value.called is None or value.called.node is None:
            return None
        if id(value) not in self._known:
            self._values.append(value)
            self._known[id(value)] = None
            self._known[id(value)] = self._drawn(value, value.called, value.called.node)
        return self._known[id(value)]

    def _drawn(self, value: Term, called: Called, node: ast.Call) -> Draw | None:
        function, name = called.function or "", value.label
        if called.receiver:
            generator = self.generator(value.uses[0]) if name in DISTRIBUTIONS else None
            if generator is None:
                return None
            if generator.is_sure or self.places.takes_generator(node):
                return Draw(value, node, generator, alone=False)
            return None
        if (name in DISTRIBUTIONS and OF_BACKEND.match(function)) or OF_PYMC.match(function):
            source = keyword_of(value, "rng")
            generator = None if source is None else self.generator(source)
            if generator is not None:
                alone = not is_true(keyword_of(value, "return_next_rng"))
                return Draw(value, node, generator, alone=alone)
        return None

    def _carried(self, value: Term) -> tuple[Draw, ...]:
        """Return the draws of a scan that carries generators from turn to turn."""
        if id(value) not in self._scans:
            self._values.append(value)
            self._scans[id(value)] = ()
            self._scans[id(value)] = tuple(self._made_by_scan(value))
        return self._scans[id(value)]

    def _made_by_scan(self, value: Term) -> Iterator[Draw]:
        called = value.called
        starts = starts_of(value)
        if called is None or called.node is None or starts is None:
            return
        for place, entry in enumerate(starts.entries):
            generator = self.generator(initial_of(entry.value))
            if generator is not None and generator.is_sure:
                yield Draw(value, called.node, generator, alone=False, place=place)

    def _of_scan(self, use: Use) -> tuple[Term, int | None] | None:
        """Return the scan whose output a value is, and which; None for any of them."""
        value = original(use.value)
        if not isinstance(value, Term):
            return None
        if is_scan(value):
            return value, None
        index = index_of(value)
        if index is None:
            return None
        base = original(value.uses[0].value)
        if not isinstance(base, Term):
            return None
        if is_scan(base):
            if is_false(keyword_of(base, "return_updates")):
                return base, index
            return None if index else (base, None)
        outer = self._of_scan(value.uses[0])
        if outer is None or outer[1] is not None:
            return outer
        starts = starts_of(outer[0])
        several = starts is not None and len(starts.entries) > 1
        return outer[0], index if several else None

    def numbers(self, roots: Iterable[Use]) -> Iterator[Found]:
        """Return the draws whose numbers are in what ``roots`` are computed from."""
        seen: set[Hashable] = set()
        waiting = [_Visit(root, (), (), ()) for root in roots]
        for _ in range(_MOST):
            if not waiting:
                return
            at = waiting.pop()
            value = original(at.use.value)
            path = joined(at.path, at.use.path)
            if (key := (id(value), path, at.many)) in seen:
                continue
            seen.add(key)
            through = (*at.through, at.use)
            if arms := chosen_among(value):
                waiting.append(_Visit(arms[0], path, at.many, through))
                for name, arm in zip(("body", "orelse"), arms[1:], strict=True):
                    way = joined(path, (Arm(("chosen", id(value)), name, at.use.node),))
                    waiting.append(_Visit(arm, way, at.many, through))
                continue
            if isinstance(value, Container):
                for entry in value.entries:
                    many = (*at.many, value) if entry.many else at.many
                    waiting.append(_Visit(entry.value, joined(path, entry.path), many, through))
                continue
            result = self.result(at.use)
            scan = None if result else self._of_scan(at.use)
            drawn = self._carried(scan[0]) if scan else ()
            if result is not None and result[1] == 1:
                drawn = (result[0],)
            for draw in drawn:
                yield Found(draw, path, at.many, through)
            if result is not None:
                parts = _arguments(result[0]) if result[1] == 1 else ()
            elif scan is not None:
                parts = scan[0].uses
            elif (inner := self._inside(at.use)) is not None:
                parts = (inner,)
            else:
                parts = parts_of(value)
            waiting.extend(_Visit(part, path, at.many, through) for part in parts)


class _Visit(NamedTuple):
    use: Use
    path: Path
    many: tuple[Container, ...]
    through: tuple[Use, ...]


def _returned(use: Use) -> Use:
    """Return what a call of a function of the module returned, through all its calls."""
    value = original(use.value)
    while isinstance(value, Term) and value.called is not None:
        if value.called.returned is None:
            break
        use = value.called.returned
        value = original(use.value)
    return use


def _arguments(draw: Draw) -> tuple[Use, ...]:
    """Return what a draw computes with, beside its generator."""
    called = draw.call.called
    assert called is not None
    if called.receiver:
        return draw.call.uses[1:]
    source = keyword_of(draw.call, "rng")
    return tuple(use for use in draw.call.uses if use is not source)
