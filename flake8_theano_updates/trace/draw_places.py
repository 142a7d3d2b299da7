"""Where draws stand in the text of the program, and what their generators are called there."""

from __future__ import annotations

import ast

from flake8_theano_updates.checks.draw_words import name_of_next, source_of
from flake8_theano_updates.checks.places import Places, written
from flake8_theano_updates.checks.spelling import DISTRIBUTIONS
from flake8_theano_updates.interpreter.names import COMPILERS
from flake8_theano_updates.trace.recorded import Chain, Frame
from flake8_theano_updates.trace.written import Program


class DrawPlaces:
    """The text of the files that ran, asked about draws."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def places(self, frame: Frame) -> Places:
        """Return what knows where calls stand in the file of a frame."""
        return self.program.file(frame.path).places

    def draw(self, chain: Chain) -> ast.Call | None:
        """Return the call that draws, if the program itself and not a library makes it.

        Draws that were copied with a graph have been made by another call.
        """
        if not chain or chain[0].library:
            return None
        call = self.program.call(chain[0], DISTRIBUTIONS)
        return call if call is not None and _last_name(call) in DISTRIBUTIONS else None

    def compilation(self, chain: Chain) -> tuple[Frame, ast.Call] | None:
        """Return the call that compiles a function."""
        frame = self.program.frame(chain)
        call = None if frame is None else self.program.call(frame, COMPILERS)
        return None if frame is None or call is None else (frame, call)

    def apart(self, first: Chain, second: Chain) -> tuple[Frame, ast.Call] | None:
        """Return the call in the second chain by which it differs from the first."""
        both = zip(reversed(first), reversed(second), strict=False)
        alike = 0
        for one, other in both:
            if one != other:
                break
            alike += 1
        for place in range(len(second) - alike - 1, -1, -1):
            call = self.program.call(second[place], self._called(second, place))
            if call is not None and not second[place].library:
                return second[place], call
        return None

    def repeated(self, chain: Chain) -> tuple[Frame, ast.Call, ast.AST] | None:
        """Return the draw, or the call of it, that stands in a loop, and that loop."""
        for place, frame in enumerate(chain):
            call = self.program.call(frame, self._called(chain, place))
            if call is not None and not frame.library:
                for loop in self.places(frame).loops(call):
                    return frame, call, loop
        return None

    def _called(self, chain: Chain, place: int) -> frozenset[str]:
        """Return the names that a call in a frame may have."""
        return frozenset({chain[place - 1].name}) if place else DISTRIBUTIONS

    def next_name(self, chain: Chain, at: Frame, node: ast.AST) -> str | None:
        """Return what the generator that a draw returns is called, if it is known at a node."""
        call = self.draw(chain)
        if call is None or chain[0].path != at.path:
            return None
        places = self.places(at)
        function = places.function(call)
        if function is not places.function(node) and not isinstance(function, ast.Module):
            return None
        generator, numbers = places.results(call)
        return name_of_next(generator, numbers, alone=_is_alone(call))

    def source_name(self, chain: Chain) -> str | None:
        """Return what a draw calls its generator."""
        call = self.draw(chain)
        return None if call is None else written(source_of(call))


def _last_name(call: ast.Call) -> str:
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")


def _is_alone(call: ast.Call) -> bool:
    """Does this draw return the numbers alone?"""
    given = {one.arg: one.value for one in call.keywords}
    both = given.get("return_next_rng")
    return "rng" in given and not (isinstance(both, ast.Constant) and bool(both.value))
