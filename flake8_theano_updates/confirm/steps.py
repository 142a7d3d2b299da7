"""How much of the file a program keeps, from the most faithful to what always compiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Step:
    """What a program keeps of the file, and how it is told.

    Args:
        kept: what the program has, in words.
        own_cost: whether gradients are those of the file's own cost, where that is seen.
        arrays: whether there are arrays; else there are only numbers.
        shapes: whether functions that need shapes are called; else smooth ones stand in.
        nonzero: which of the variables that start at zero get other values: those that
            nothing in the program updates, or all.
        positive: whether roots and logarithms are taken of positive values.
    """

    kept: str
    own_cost: bool = True
    arrays: bool = True
    shapes: bool = True
    nonzero: Literal["none", "still", "all"] = "none"
    positive: bool = False

    @property
    def words(self) -> str:
        """Say what the program has, as the verdict does."""
        words = self.kept
        if self.nonzero != "none":
            words += "; variables that start at zero start elsewhere"
        if self.positive:
            words += "; roots and logarithms of absolute values"
        return words


STEPS = (
    Step("the initial values, shapes and cost that the file shows"),
    Step("a cost of its own", own_cost=False),
    Step("numbers in the place of arrays, and a cost of its own", own_cost=False, arrays=False),
    Step(
        "numbers in the place of arrays, a cost of its own, and smooth functions where shapes "
        "are needed",
        own_cost=False,
        arrays=False,
        shapes=False,
    ),
)
