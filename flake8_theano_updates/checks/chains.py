"""A chain of draws in the words of its file, and as findings hold it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Literal

from flake8_theano_updates.checks.computed import Computed, last_of
from flake8_theano_updates.checks.draw_words import name_of, name_of_next, short
from flake8_theano_updates.checks.draws import Draw, Draws, Generator, is_repeated
from flake8_theano_updates.checks.spelling import is_false, keyword_of
from flake8_theano_updates.checks.turns import Turns
from flake8_theano_updates.model import Drawn, GeneratorFault, UpdateCollection
from flake8_theano_updates.values import Path, Use, dotted


class Chains:
    """Names the generators and the draws of a scope."""

    def __init__(self, draws: Draws, turns: Turns) -> None:
        self.draws = draws
        self.scope = draws.scope
        self.places = draws.places
        self.turns = turns

    def fault(
        self,
        kind: Literal["reused", "kept", "early", "written"],
        computed: Computed,
        root: Generator,
        told: Sequence[Draw],
        path: Path = (),
        *,
        turns: bool = False,
    ) -> GeneratorFault:
        """Return what stands behind a finding on a generator.

        Args:
            told: the draws that the finding speaks of: of those that start alike the two,
                or one that does so in each turn.
            turns: whether they are made in each turn of a scan.
        """
        draws = computed.of(root)
        places = {draw.next: place for place, draw in enumerate(draws)}
        starts = [
            None if draw.source.drawn is None else places[draw.source.drawn.next] for draw in draws
        ]
        rights = list(starts)
        last = computed.last_stored(root)
        stored = right = None if last is None else places[last.next]
        if kind == "reused" and len(told) > 1:
            first, second = told
            end = places[last_of(draws, first, second.moment).next]
            rights[places[second.next]] = end
            right = places[second.next] if right == end else right
        elif kind == "kept":
            right = len(draws) - 1
        elif kind == "early":
            right = places[last_of(draws, told[0]).next]
        return GeneratorFault(
            kind=kind,
            generator=self.name(root),
            draws=tuple(
                Drawn(
                    name=self._name_of_numbers(draw),
                    call=draw.call,
                    node=draw.node,
                    start=start,
                    right=mended,
                    turns="same" if turns else self._turns(draw),
                )
                for draw, start, mended in zip(draws, starts, rights, strict=True)
            ),
            stored=stored,
            right=right,
            stored_at=computed.where_stored(last),
            told=tuple(places[draw.next] for draw in told),
            collection=UpdateCollection(self.scope.node, computed.node, ()),
            path=path,
        )

    def _turns(self, draw: Draw) -> Literal["once", "same", "on"]:
        if draw.place is None and not is_repeated(draw.call):
            return "once"
        return "on" if self.turns.move_on(draw) else "same"

    def name(self, generator: Generator) -> str:
        """Return what the file calls a generator."""
        return short(generator.use.node, "the generator")

    def name_of_next(self, draw: Draw, at: ast.AST) -> str | None:
        """Return what the file calls the generator that a draw returns, if it is known there."""
        function = self.places.function(draw.node)
        if function is self.places.function(at) or isinstance(function, ast.Module):
            return self._own_name_of_next(draw)
        for site in self.scope.state.followed.sites_at(draw.moment).values():
            target = self.places.target(site)
            for part in target.elts if isinstance(target, (ast.Tuple, ast.List)) else ():
                value = self.scope.state.environment.get(dotted(part) or "")
                if value is not None:
                    generator = self.draws.generator(Use(value, part, 0, ()))
                    if generator is not None and generator.drawn is draw:
                        return name_of(part)
        return None

    def _own_name_of_next(self, draw: Draw) -> str | None:
        if draw.place is not None:
            outputs = self._outputs(draw)
            return name_of(outputs[draw.place]) if draw.place < len(outputs) else None
        generator, numbers = self.places.results(draw.node)
        return name_of_next(generator, numbers, alone=draw.alone)

    def _outputs(self, scan: Draw) -> Sequence[ast.expr]:
        """Return what the outputs of a scan that carries a generator are assigned to."""
        target = self.places.target(scan.node)
        if isinstance(target, ast.Tuple) and not is_false(keyword_of(scan.call, "return_updates")):
            target = target.elts[0]  # beside the updates
        return target.elts if isinstance(target, (ast.Tuple, ast.List)) else ()

    def _name_of_numbers(self, draw: Draw) -> str:
        """Return what the file calls the numbers of a draw."""
        if draw.place is None:
            numbers = self.places.results(draw.node)[1]
        else:
            outputs = enumerate(self._outputs(draw))
            numbers = next((one for n, one in outputs if n != draw.place), None)
        name = name_of(numbers)
        return short(draw.node, str(draw.call.label)) if name is None else name
