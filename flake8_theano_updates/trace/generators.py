"""Random generators that do not move on, as the graphs show them: THU401 to THU403."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from flake8_theano_updates.checks import draw_words
from flake8_theano_updates.model import Finding
from flake8_theano_updates.rules import BY_CODE
from flake8_theano_updates.trace.draw_places import DrawPlaces
from flake8_theano_updates.trace.draws import Draw, Drawn, drawn_by, drawn_in_steps
from flake8_theano_updates.trace.graph import Graph
from flake8_theano_updates.trace.pair_places import pair_of
from flake8_theano_updates.trace.recorded import Frame
from flake8_theano_updates.trace.written import Program, found_at, span_of


def generators(graph: Graph, program: Program) -> Iterator[Finding]:
    """Yield the draws, calls and pairs of a function whose generator does not move on."""
    if not any(variable.generator for variable in graph.variables):
        return
    check = _Check(graph, program)
    drawn = drawn_by(graph)
    yield from check.reused(drawn)
    yield from check.kept(drawn)
    yield from check.early(drawn)
    for scan, step in drawn_in_steps(graph):
        yield from check.reused(step)
        yield from check.same_in_turns(step, {inner for inner, _ in scan.steady})


class _Check:
    """The check of one function."""

    def __init__(self, graph: Graph, program: Program) -> None:
        self.graph = graph
        self.program = program
        self.places = DrawPlaces(program)

    def reused(self, drawn: Drawn) -> Iterator[Finding]:
        """Yield the draws that start where another one has started."""
        used = [draw for draw in drawn.used if self._is_one(draw)]
        for place, second in enumerate(used):
            for first in reversed(used[:place]):
                alike = first.starts == second.starts and first.always_with(second)
                if alike and first.node.serial != second.node.serial:
                    yield from self._twice(drawn, first, second)
                    break

    def _is_one(self, draw: Draw) -> bool:
        """Is this one draw, which the program writes?"""
        return len(draw.starts) == 1 and self.places.draw(draw.node.made) is not None

    def _twice(self, drawn: Drawn, first: Draw, second: Draw) -> Iterator[Finding]:
        calls = [self.places.draw(draw.node.made) for draw in (first, second)]
        if calls[0] is None or calls[1] is None:
            return
        name = self._name(second)
        if first.node.made == second.node.made:
            turns = self.places.repeated(second.node.made)
            if turns is not None:
                yield self._in_turns(first, name, *turns)
            return
        apart = self.places.apart(first.node.made, second.node.made)
        if apart is None:
            return
        frame, node = apart
        known = None
        if node is calls[1]:
            end = drawn.last_of(first, second)
            known = self.places.next_name(end.node.made, frame, node)
        what = draw_words.twice(calls[0], calls[1])
        instead = draw_words.on_from(calls[1], known)
        yield self._found("THU401", frame, node, name, first, what=what, instead=instead)

    def _in_turns(
        self, first: Draw, name: str, frame: Frame, node: ast.Call, loop: ast.AST
    ) -> Finding:
        instead = None
        if node is self.places.draw(first.node.made) and isinstance(loop, ast.For | ast.While):
            result = self.places.places(frame).results(node)[0]
            instead = draw_words.before_the_loop(node, result, name)
        words = {"what": draw_words.IN_TURNS, "instead": instead or draw_words.ON_WITH_TURNS}
        return self._found("THU401", frame, node, name, first, **words)

    def same_in_turns(self, step: Drawn, steady: set[int]) -> Iterator[Finding]:
        """Yield the draws of a scan's step from a generator that scan does not carry."""
        for draw in step.used:
            call = self.places.draw(draw.node.made)
            if call is not None and steady.issuperset(draw.starts):
                words = {"what": draw_words.IN_SCAN, "instead": draw_words.CARRIED}
                frame = draw.node.made[0]
                yield self._found("THU401", frame, call, self._name(draw), draw, **words)

    def kept(self, drawn: Drawn) -> Iterator[Finding]:
        """Yield the function for what it draws from in each call anew."""
        compiled = self.places.compilation(self.graph.function.compiled)
        for root in sorted(self.graph.function.repeats):
            draws = drawn.of(root)
            if compiled is None or not any(draw in drawn.used for draw in draws):
                continue
            frame, node = compiled
            name = self.places.next_name(draws[-1].node.made, frame, node)
            variable = self.graph.names.get(root) or self._name(draws[0])
            function = self.graph.function
            others = bool(function.updates) or self.program.updates(function.compiled) is not None
            yield self._found(
                "THU402",
                frame,
                node,
                variable,
                draws[0],
                new_value=name,
                effect=draw_words.NOT_KEPT,
                instead=draw_words.stored_next(variable, name, others=others),
            )

    def early(self, drawn: Drawn) -> Iterator[Finding]:
        """Yield the updates that store a generator from which the function goes on to draw."""
        compiled = self.places.compilation(self.graph.function.compiled)
        for target, new in drawn.stored:
            stored = drawn.by(new)
            if compiled is None or stored is None or target not in drawn.roots_of(stored):
                continue
            further = self._further(drawn, stored)
            if further is None:
                continue
            frame, call = compiled
            name = self.graph.called(target)
            pair = pair_of(self.program, frame, call, name)
            node = call if pair is None else pair.value
            last = drawn.last_of(stored)
            next_name = self.places.next_name(last.node.made, frame, node)
            yield self._found(
                "THU403",
                frame,
                node,
                name,
                further,
                target=name,
                new_value=next_name,
                stored=(
                    draw_words.SOME_NEXT
                    if pair is None
                    else draw_words.short(node, draw_words.SOME_NEXT)
                ),
                instead=next_name or draw_words.LAST_NEXT,
            )

    def _further(self, drawn: Drawn, stored: Draw) -> Draw | None:
        """Return what is drawn from the generator that a draw returns, if anybody uses it."""
        for used in drawn.used:
            for draw in drawn.sources(used):
                if draw is not stored and set(draw.starts) & set(stored.nexts):
                    return draw
        return None

    def _name(self, draw: Draw) -> str:
        """Return what the generator of a draw is called."""
        known = self.graph.names.get(draw.starts[0])
        return known or self.places.source_name(draw.node.made) or "the generator"

    def _found(
        self,
        code: str,
        frame: Frame,
        node: ast.expr,
        variable: str,
        draw: Draw,
        target: str | None = None,
        new_value: str | None = None,
        **words: str,
    ) -> Finding:
        rule = BY_CODE[code]
        before = self.program.frame(draw.node.made)
        line = None if before is None else before.line
        message = rule.message.format(
            variable=variable,
            target=target,
            registered="another line" if line is None else f"line {line}",
            subject=self.program.subject(frame.path, node.lineno, rule.code),
            **words,
        )
        return replace(
            found_at(self.program, frame.path, span_of(node), rule, message),
            variable=variable,
            target=target,
            registered_line=line,
            update_line=None if target is None else node.lineno,
            new_value=new_value,
        )
