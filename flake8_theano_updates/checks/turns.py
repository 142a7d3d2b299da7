"""Draws in loops and in functions that were followed: is it one draw, or one in each turn?"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_theano_updates.checks.draw_words import source_of
from flake8_theano_updates.checks.draws import Draw, Draws, Found, Generator, is_repeated
from flake8_theano_updates.checks.places import written
from flake8_theano_updates.values import dotted, operands, original


class Turns:
    """What is known of the loops and calls around the draws of a scope."""

    def __init__(self, draws: Draws) -> None:
        self.places = draws.places
        self.state = draws.scope.state

    def around(self, draw: Draw) -> Iterator[tuple[ast.Call, ast.AST]]:
        """Return the loops around a draw, each with the draw, or the call of it, inside."""
        sites = self.state.followed.sites_at(draw.moment).values()
        for node in (draw.node, *reversed(list(sites))):
            for loop in self.places.loops(node):
                yield node, loop

    def node_apart(self, first: Draw, second: Draw) -> ast.Call:
        """Return the second draw, or the call by which alone it differs from the first."""
        sites_at = self.state.followed.sites_at
        before = sites_at(first.moment)
        after = sites_at(second.moment)
        return next((site for call, site in after.items() if call not in before), second.node)

    def are_one(self, first: Draw, second: Draw) -> bool:
        """Are two draws one call in the program, which was evaluated twice?"""
        sites_at = self.state.followed.sites_at
        same = [*sites_at(first.moment).values()] == [*sites_at(second.moment).values()]
        return first.node is second.node and same and not any(self.around(second))

    def stays(self, draw: Draw) -> bool:
        """Does nobody else bind what the generator of a draw is kept in?"""
        name = written(source_of(draw.node)) or ""
        owner = self.state.owner
        if name.startswith("self.") and owner is not None:
            own = self.places.function(draw.node)
            kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
            methods = (one for one in owner.node.body if isinstance(one, kinds))
            others = (one for one in methods if one is not own and one.name != "__init__")
            return not any(self.places.is_stored(name, one) for one in others)
        return name.partition(".")[0] not in self.places.globals

    def same_in_each(
        self, draw: Draw, computed: ast.AST, found: Sequence[Found]
    ) -> ast.Call | None:
        """Return the draw, or the call of it, if each turn of a loop starts from one generator.

        Args:
            computed: the function that the numbers are computed in.
            found: how they get there.
        """
        if draw.place is not None or not is_repeated(draw.call):
            return None
        if not _is_fixed(draw.source) or not self.stays(draw):
            return None
        for node, loop in self.around(draw):
            if self._moves(node, loop, draw) or self._holds(loop, computed):
                return None
            if self._is_carried(node) or any(self._gathers(loop, one) for one in found):
                return node
        return None

    def move_on(self, draw: Draw) -> bool:
        """Does each turn start from another generator than the one before?"""
        if draw.place is not None or not _is_fixed(draw.source):
            return True
        return any(self._moves(node, loop, draw) for node, loop in self.around(draw))

    def _moves(self, node: ast.Call, loop: ast.AST, draw: Draw) -> bool:
        """May the next turn of a loop find another generator?"""
        if node is draw.node:
            name = written(source_of(draw.node))
            return name is None or self.places.is_stored(name, loop)
        given = self._given(node, draw)
        names = (dotted(one) for one in ast.walk(node if given is None else given))
        return any(self.places.is_stored(name, loop) for name in names if name is not None)

    def _given(self, site: ast.Call, draw: Draw) -> ast.expr | None:
        """Return what a function that draws is given as its generator, if this is seen."""
        function = self.places.function(draw.node)
        assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        wanted = written(source_of(draw.node))
        names = [one.arg for one in function.args.args if one.arg != "self"]
        given = dict(zip(names, site.args, strict=False))
        given.update((one.arg, one.value) for one in site.keywords if one.arg is not None)
        return None if wanted is None else given.get(wanted)

    def _holds(self, loop: ast.AST, node: ast.AST) -> bool:
        return any(outer is loop for outer in self.places.around(node))

    def _is_carried(self, node: ast.Call) -> bool:
        """Are numbers computed from what has their name in the turn before?"""
        target = self.places.target(node)
        stored = set() if target is None else set(map(dotted, ast.walk(target))) - {None}
        return any(dotted(one) in stored for one in ast.walk(node))

    def _gathers(self, loop: ast.AST, found: Found) -> bool:
        """Do the numbers of several turns come together in what is computed?"""
        if any(one.node is loop or not self._holds(loop, one.node) for one in found.many):
            return True
        inside = set(map(id, ast.walk(loop)))
        values = (original(use.value) for use in found.through)
        taken = (use.node for value in values for use in operands(value))
        return any(
            isinstance(node, ast.Name) and id(node) in inside and self._adds_up(node.id, loop)
            for node in taken
        )

    def _adds_up(self, name: str, loop: ast.AST) -> bool:
        """Does each turn compute a name from what it was in the turn before?"""
        for node in ast.walk(loop):
            if isinstance(node, ast.AugAssign) and getattr(node.target, "id", "") == name:
                return True
            if isinstance(node, ast.Assign):
                stored = (one for target in node.targets for one in ast.walk(target))
                if any(getattr(one, "id", "") == name for one in stored):
                    return any(getattr(one, "id", "") == name for one in ast.walk(node.value))
        return False


def _is_fixed(generator: Generator) -> bool:
    """Is this the same generator in each turn of every loop?"""
    if generator.drawn is not None:
        return not is_repeated(generator.drawn.call)
    identity = generator.key
    return isinstance(identity, tuple) and (
        not identity[3] if identity[0] == "made" else identity[0] in ("name", "parameter")
    )
