"""What one function computes: the numbers that it draws, and the generators that it hands on."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from flake8_theano_updates.checks.draws import Draw, Draws, Found, Generator
from flake8_theano_updates.checks.spelling import is_true, keyword_of, parts_of
from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.values import (
    Compilation,
    Container,
    Entry,
    Path,
    Term,
    Use,
    dotted,
    joined,
    meet,
    original,
    pair_of,
)

_FUNCTION = re.compile(r"(?:pytensor|aesara)\.(?:\w+\.)*p?func(?:tion)?$")


@dataclass(frozen=True, eq=False)
class Stored:
    """A generator that a function hands on to its next call.

    Args:
        target: what is updated; None where the next generator is returned.
        value: what it becomes.
        drawn: the draw that returns it, if one does.
    """

    target: Generator | None
    value: Use
    drawn: Draw | None
    path: Path


@dataclass(frozen=True, eq=False)
class Computed:
    """What one function computes.

    Args:
        node: the compile call, or what is returned.
        compilation: the compile call, if it is one.
        path: the branches on which it is made.
        found: the numbers in it that are drawn.
        draws: the draws that it makes, in the order of the program.
        stored: the generators that it hands on.
        inputs: the keys of the generators that it takes as inputs to be moved on.
        whole: whether all that it hands on is known.
    """

    node: ast.expr
    compilation: Compilation | None
    path: Path
    found: tuple[Found, ...]
    draws: tuple[Draw, ...]
    stored: tuple[Stored, ...]
    inputs: frozenset[Hashable]
    whole: bool

    @property
    def roots(self) -> tuple[Generator, ...]:
        """The generator variables that its numbers come from."""
        return tuple({one.draw.root.key: one.draw.root for one in self.found}.values())

    def of(self, root: Generator) -> tuple[Draw, ...]:
        """Return the draws whose chain begins with a variable."""
        return tuple(draw for draw in self.draws if draw.root.key == root.key)

    def stored_of(self, root: Generator) -> Iterator[Stored]:
        """Return what becomes of a variable."""
        for one in self.stored:
            own = one.target is not None and one.target.key == root.key
            if own or (one.drawn is not None and one.drawn.root.key == root.key):
                yield one

    def last_stored(self, root: Generator) -> Draw | None:
        """Return the last draw whose next generator is handed on."""
        drawn = [one.drawn for one in self.stored_of(root) if one.drawn is not None]
        own = [draw for draw in self.of(root) if draw in drawn]
        return own[-1] if own else None

    def where_stored(self, draw: Draw | None) -> ast.expr | None:
        """Return where the next generator of a draw is handed on."""
        nodes = (one.value.node for one in self.stored if draw is not None and one.drawn is draw)
        return next(nodes, None)

    def is_used(self, draw: Draw) -> bool:
        """Are the numbers of a draw computed with?"""
        return any(one.draw is draw for one in self.found)

    def together(self, first: Draw, second: Draw) -> Path | None:
        """Return a way through the branches on which it computes with the numbers of both."""
        for one in self.found:
            for other in self.found:
                if one.draw is first and other.draw is second:
                    if meet(one.path, other.path, self.path):
                        return joined(one.path, other.path, self.path)
        return None


def last_of(draws: Sequence[Draw], draw: Draw, before: int | None = None) -> Draw:
    """Return the last draw of the chain that goes on from ``draw``, up to a moment."""
    for one in draws:
        if one.source.drawn is draw and (before is None or one.moment < before):
            return last_of(draws, one, before)
    return draw


def functions_of(draws: Draws) -> Iterator[Computed]:
    """Return what the compile calls of a scope compute, and what it returns, where it draws."""
    state = draws.scope.state
    compiled = (one for one in state.compilations if one.certain and _by_backend(state, one.node))
    found = [_compiled(draws, one) for one in compiled]
    found += [one for use in state.returned for one in _returned(draws, use)]
    for computed in found:
        if computed.found:
            yield computed


def _by_backend(state: State, call: ast.Call) -> bool:
    """Is this the function of the backend itself? Those of others may find updates themselves."""
    name = dotted(call.func) or ""
    root, _, rest = name.partition(".")
    known = state.environment.get(root)
    if isinstance(known, Term) and known.op == "import":
        name = f"{known.label}.{rest}" if rest else str(known.label)
    return _FUNCTION.match(name) is not None


def _compiled(draws: Draws, one: Compilation) -> Computed:
    roots = [] if one.outputs is None else [one.outputs]
    given = None if one.updates is None else original(one.updates.value)
    keywords = {keyword.arg for keyword in one.node.keywords}
    whole = "givens" not in keywords and (given is not None or None not in keywords)
    stored: list[Stored] = []
    if isinstance(given, Container):
        looked = any(moment < one.moment and key is None for moment, key in given.looked_at)
        whole = whole and not given.rest and not looked  # who looks at all may add to it
        for entry in _kept(given):
            pair = pair_of(entry)
            if pair is None:
                whole = False
                continue
            target, value = map(draws.generator, pair)
            drawn = None if value is None else value.drawn
            if drawn is None:
                roots.append(pair[1])
            stored.append(Stored(target, pair[1], drawn, entry.path))
    elif given is not None:
        whole = False
    inputs = frozenset(_moved_inputs(draws, one.inputs))
    if inputs and one.outputs is not None:
        stored += _handed_out(draws, one.outputs)
    return _computed(draws, one.node, one, one.path, roots, stored, inputs, whole)


def _kept(updates: Container) -> Iterator[Entry]:
    """Return the entries of updates without those that a mapping has forgotten."""
    for place, entry in enumerate(updates.entries):
        key = None if entry.key is None else original(entry.key.value).identity
        later = (one for one in updates.entries[place + 1 :] if one.key is not None)
        if not any(
            key == original(one.key.value).identity and set(one.path) <= set(entry.path)
            for one in later
            if one.key is not None
        ):
            yield entry


def _returned(draws: Draws, use: Use) -> Iterator[Computed]:
    """Return what is returned: as one function if this is plain, else part by part."""
    stored = list(_handed_out(draws, use))
    parts = _elements(use)
    whole = all(_is_known(draws, one) for one in parts)
    together = stored or draws.places.is_step(draws.scope.node)
    for roots in [parts] if together else [[part] for part in parts]:
        yield _computed(draws, use.node, None, use.path, roots, stored, frozenset(), whole)


def _elements(use: Use) -> list[Use]:
    value = original(use.value)
    if isinstance(value, Container) and value.kind in ("tuple", "list"):
        if any(entry.many for entry in value.entries):
            return [use]
        return [*value.rest, *(entry.value for entry in value.entries)]
    return [use]


def _is_known(draws: Draws, use: Use) -> bool:
    """Is this no call that may return updates from elsewhere?"""
    value = original(use.value)
    if isinstance(value, Container):
        return not value.rest
    if value.op != "call" or parts_of(value):
        return True
    return draws.result(use) is not None or draws.generator(use) is not None


def _handed_out(draws: Draws, outputs: Use) -> Iterator[Stored]:
    """Return the generators among outputs, also those in the updates that a step returns."""
    for use in _elements(outputs):
        value = original(use.value)
        if isinstance(value, Container) and value.kind == "mapping":
            for entry in value.entries:
                if (pair := pair_of(entry)) is not None:
                    target, new = map(draws.generator, pair)
                    yield Stored(target, pair[1], None if new is None else new.drawn, entry.path)
            continue
        generator = draws.generator(use)
        if generator is not None and generator.drawn is not None:
            yield Stored(None, use, generator.drawn, use.path)


def _moved_inputs(draws: Draws, inputs: Use | None) -> Iterator[Hashable]:
    """Return the keys of the generators that are given as ``In(rng, mutable=True)``."""
    value = None if inputs is None else original(inputs.value)
    for entry in value.entries if isinstance(value, Container) else ():
        given = original(entry.value.value)
        if isinstance(given, Term) and (given.op, given.label) == ("call", "In") and given.uses:
            generator = draws.generator(given.uses[0])
            if generator is not None and generator.made == "input":
                if is_true(keyword_of(given, "mutable")):
                    yield generator.key


def _computed(
    draws: Draws,
    node: ast.expr,
    compilation: Compilation | None,
    path: Path,
    roots: Sequence[Use],
    stored: Sequence[Stored],
    inputs: frozenset[Hashable],
    whole: bool,
) -> Computed:
    found = tuple(draws.numbers(roots))
    chain: dict[Hashable, Draw] = {}
    for draw in [*(one.draw for one in found), *(one.drawn for one in stored)]:
        current = draw
        while current is not None and current.next not in chain:
            chain[current.next] = current
            current = current.source.drawn
    every = tuple(sorted(chain.values(), key=lambda draw: draw.moment))
    return Computed(node, compilation, path, found, every, tuple(stored), inputs, whole)
