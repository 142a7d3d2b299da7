"""Random generators that do not move on: THU401 to THU403."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property

from flake8_theano_updates.checks import draw_words
from flake8_theano_updates.checks.chains import Chains
from flake8_theano_updates.checks.computed import Computed, Stored, functions_of, last_of
from flake8_theano_updates.checks.draws import Draw, Draws, Generator
from flake8_theano_updates.checks.places import Places, written
from flake8_theano_updates.checks.scans import is_kept
from flake8_theano_updates.checks.spelling import DISTRIBUTIONS
from flake8_theano_updates.checks.suspicion import Suspicion
from flake8_theano_updates.checks.turns import Turns
from flake8_theano_updates.checks.written import Written
from flake8_theano_updates.interpreter.names import COMPILERS
from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.model import GeneratorFault
from flake8_theano_updates.values import Compilation, Term, dotted, meet, original

# What takes a generator and does nothing to it.
_HARMLESS = COMPILERS | frozenset(
    "In scan print dist get_value dprint eval hasattr list tuple dict zip enumerate len type "
    "isinstance append".split()
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def generator_suspicions(scope: Interpreted, places: Places) -> Iterator[Suspicion]:
    """Return the draws and compile calls of a scope whose generator does not move on."""
    draws = Draws(scope, places)
    check = _Check(scope, draws)
    for computed in functions_of(draws):
        yield from check.reused(computed)
        if computed.compilation is not None:
            yield from check.kept(computed, computed.compilation)
            yield from check.early(computed)
        elif places.is_step(scope.node):
            yield from check.reused_by_scan(computed)


def chains_of(scope: Interpreted, places: Places) -> Iterator[GeneratorFault]:
    """Return what each function of a scope draws from each generator, as it is written."""
    draws = Draws(scope, places)
    chains = Chains(draws, Turns(draws))
    for computed in functions_of(draws):
        for root in computed.roots:
            yield chains.fault("written", computed, root, ())


class _Check:
    """The check of one scope."""

    def __init__(self, scope: Interpreted, draws: Draws) -> None:
        self.scope = scope
        self.draws = draws
        self.places = draws.places
        self.turns = Turns(draws)
        self.chains = Chains(draws, self.turns)

    def reused(self, computed: Computed) -> Iterator[Suspicion]:
        """Return the draws that start where another one has started, or the turn before."""
        drawn = [draw for draw in computed.draws if computed.is_used(draw)]
        for place, second in enumerate(drawn):
            for first in reversed(drawn[:place]):
                if self._start_alike(first, second):
                    path = computed.together(first, second)
                    if path is not None:
                        fault = self.chains.fault(
                            "reused", computed, second.root, (first, second), path
                        )
                        yield self._twice(computed, first, second, fault)
                        break
            else:
                yield from self._in_turns(computed, second)

    def _start_alike(self, first: Draw, second: Draw) -> bool:
        """Do two draws start from one generator, for certain?"""
        return (
            first.source.key == second.source.key
            and second.place is None
            and not self.turns.are_one(first, second)
            and self.turns.stays(first)
            and self.turns.stays(second)
        )

    def _twice(
        self, computed: Computed, first: Draw, second: Draw, fault: GeneratorFault
    ) -> Suspicion:
        node = self.turns.node_apart(first, second)
        end = last_of(computed.of(second.root), first, second.moment)
        known = self.chains.name_of_next(end, second.node) if node is second.node else None
        what = draw_words.twice(first.node, second.node)
        return self._reuse(node, first, what, draw_words.on_from(second.node, known), fault)

    def _in_turns(self, computed: Computed, draw: Draw) -> Iterator[Suspicion]:
        found = [one for one in computed.found if one.draw is draw]
        node = self.turns.same_in_each(draw, computed.node, found)
        if node is None:
            return
        loop = next(loop for inside, loop in self.turns.around(draw) if inside is node)
        name = self.chains.name(draw.source)
        result = self.places.results(draw.node)[0]
        instead = None
        if node is draw.node and isinstance(loop, (ast.For, ast.While)):
            instead = draw_words.before_the_loop(draw.node, result, name)
        fault = self.chains.fault("reused", computed, draw.root, (draw,))
        yield self._reuse(
            node, draw, draw_words.IN_TURNS, instead or draw_words.ON_WITH_TURNS, fault
        )

    def reused_by_scan(self, computed: Computed) -> Iterator[Suspicion]:
        """Return the draws of a step from a generator that scan does not carry."""
        if self.places.has_default_updates:
            return  # which scan looks at
        for draw in computed.draws:
            root = draw.root
            if draw.source.drawn is not None or draw.place is not None or not computed.whole:
                continue
            if any(True for _ in computed.stored_of(root)) or not computed.is_used(draw):
                continue
            if root.is_shared or self.places.is_handed_through(self.scope.node, root.key):
                fault = self.chains.fault("reused", computed, root, (draw,), turns=True)
                yield self._reuse(draw.node, draw, draw_words.IN_SCAN, draw_words.CARRIED, fault)

    def _reuse(
        self, node: ast.expr, first: Draw, what: str, instead: str, fault: GeneratorFault
    ) -> Suspicion:
        return Suspicion(
            code="THU401",
            node=node,
            variable=self.chains.name(first.source),
            registered_line=first.node.lineno,
            words={"what": what, "instead": instead},
            fault=fault,
        )

    def kept(self, computed: Computed, compilation: Compilation) -> Iterator[Suspicion]:
        """Return the function if nothing moves on what it draws from."""
        for root in computed.roots:
            given = root.key in computed.inputs
            if not given and not (root.is_shared and computed.whole):
                continue
            draws = computed.of(root)
            if any(True for _ in computed.stored_of(root)):
                continue
            if self._is_left_to_others(root, draws, compilation):
                continue
            around = Written(self.places.function(compilation.node))
            if not is_kept(around, compilation):
                continue
            name = self.chains.name_of_next(draws[-1], compilation.node)
            variable = self.chains.name(root)
            if given:
                effect = "return the next one: the caller has nothing to go on from"
                instead = f"return {name or 'the generator that its last draw returns'} too"
            else:
                effect = draw_words.NOT_KEPT
                others = compilation.updates is not None
                instead = draw_words.stored_next(variable, name, others=others)
            yield Suspicion(
                code="THU402",
                node=compilation.node,
                variable=variable,
                registered_line=draws[0].node.lineno,
                new_value=name,
                words={"effect": effect, "instead": instead},
                fault=self.chains.fault("kept", computed, root, draws),
            )

    def _is_left_to_others(
        self, root: Generator, draws: Sequence[Draw], compilation: Compilation
    ) -> bool:
        """May something else move a generator on: a default update, a call that takes it?"""
        state = self.scope.state
        for entry in () if state.defaults is None else state.defaults.entries:
            target = None if entry.key is None else self.draws.generator(entry.key)
            if target is None or target.key == root.key:
                return True
        identity = root.key
        here = isinstance(identity, tuple) and identity[:2] == ("made", id(self.scope.node))
        names = self._names(root, draws)
        inside = ast.walk(self.scope.node) if here else self.places.nodes
        own = self._lines(root) if here else range(sys.maxsize)
        return any(
            getattr(node, "lineno", 0) in own and self._takes(node, names, compilation.node)
            for node in inside
        )

    def _lines(self, root: Generator) -> range:
        """Return the lines of its scope in which a generator has the name that it was made with."""
        value = original(root.use.value)
        made = value.called.node if isinstance(value, Term) and value.called is not None else None
        target = None if made is None else self.places.target(made)
        if made is None or not isinstance(target, ast.Name):
            return range(sys.maxsize)
        bound = (
            node.lineno
            for node in ast.walk(self.scope.node)
            if isinstance(node, ast.Name) and node.id == target.id
            if isinstance(node.ctx, ast.Store) and node.lineno > made.lineno
        )
        return range(made.lineno, min(bound, default=sys.maxsize))

    def _names(self, root: Generator, draws: Sequence[Draw]) -> frozenset[str]:
        """Return what the file calls a generator, in whatever functions."""
        nodes = [draw_words.source_of(draw.node) for draw in draws if draw.source.drawn is None]
        value = original(root.use.value)
        if isinstance(value, Term) and value.called is not None and value.called.node is not None:
            target = self.places.target(value.called.node)
            nodes += [] if target is None else [target]
        return frozenset(name for node in nodes if (name := written(node)) is not None)

    def _takes(self, node: ast.AST, names: frozenset[str], compiled: ast.Call) -> bool:
        """May this part of the program move a generator on, or say how?"""
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if node.attr != "default_update":
                return False
            return dotted(node.value) is None or written(node.value) in names
        if not isinstance(node, ast.Call) or node is compiled:
            return False
        function = node.func
        last = getattr(function, "attr", "") or getattr(function, "id", "")
        if last in DISTRIBUTIONS or last in _HARMLESS:
            return False
        if isinstance(function, ast.Attribute) and written(function.value) in names:
            return True
        if last in self._followed:
            return False
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        parts = (one.elts if isinstance(one, (ast.List, ast.Tuple)) else [one] for one in given)
        return any(written(part) in names for several in parts for part in several)

    @cached_property
    def _followed(self) -> frozenset[str]:
        """The names of the functions of this module."""
        nodes = self.places.nodes
        return frozenset(one.name for one in nodes if isinstance(one, _FUNCTIONS))

    def early(self, computed: Computed) -> Iterator[Suspicion]:
        """Return the updates that store a generator from which the function goes on to draw."""
        for one in computed.stored:
            drawn = one.drawn
            if drawn is None or not self._is_own(computed, one, drawn.root):
                continue
            further = self._further(computed, one, drawn)
            if further is None:
                continue
            last = last_of(computed.draws, drawn)
            variable = self.chains.name(drawn.root)
            name = self.chains.name_of_next(last, one.value.node)
            yield Suspicion(
                code="THU403",
                node=one.value.node,
                variable=variable,
                target=variable,
                registered_line=further.node.lineno,
                update_line=one.value.node.lineno,
                new_value=name,
                words={
                    "stored": draw_words.short(one.value.node, draw_words.SOME_NEXT),
                    "instead": name or draw_words.LAST_NEXT,
                },
                fault=self.chains.fault("early", computed, drawn.root, (drawn, further), one.path),
            )

    def _is_own(self, computed: Computed, stored: Stored, root: Generator) -> bool:
        """Does a generator go back to the variable that its chain begins with?"""
        if stored.target is not None:
            return stored.target.key == root.key
        drawn_from = {draw.source.key for draw in computed.draws}
        ends = (
            one.drawn is not None and one.drawn.next not in drawn_from
            for one in computed.stored_of(root)
        )
        return root.key in computed.inputs and not any(ends)

    def _further(self, computed: Computed, stored: Stored, drawn: Draw) -> Draw | None:
        """Return what is drawn from a generator that is stored, on one way through the branches."""
        for one in computed.found:
            draw: Draw | None = one.draw
            while draw is not None and draw.source.drawn is not drawn:
                draw = draw.source.drawn
            if draw is not None and meet(one.path, stored.path, computed.path):
                return draw
        return None
