"""Trajectories as one character for each call."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 24  # characters, at most


@dataclass(frozen=True)
class Marks:
    """The characters of a sparkline.

    Args:
        levels: from low to high.
        not_finite: for a number that is not finite.
    """

    levels: str
    not_finite: str


BLOCKS = Marks("▁▂▃▄▅▆▇█", "×")  # noqa: RUF001
ASCII = Marks("_.:-=+*#", "x")


def marks_for(encoding: str | None) -> Marks:
    """Return blocks where an encoding has them, else ASCII."""
    try:
        (BLOCKS.levels + BLOCKS.not_finite).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return BLOCKS


def sparklines(lines: Sequence[Sequence[float]], marks: Marks) -> list[str]:
    """Draw lines on one common scale, from their lowest finite number to their highest.

    Args:
        lines: the numbers of each; of more than ``WIDTH`` as many places are drawn, each
            the last number of its share or one in it that is not finite.
        marks: what to draw with.
    """
    finite = [number for line in lines for number in line if math.isfinite(number)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    return ["".join(_drawn(n, low, high, marks) for n in _thinned(line)) for line in lines]


def _drawn(number: float, low: float, high: float, marks: Marks) -> str:
    if not math.isfinite(number):
        return marks.not_finite
    # In halves: the distance between two finite numbers may be too large for one.
    height = high / 2 - low / 2
    part = (number / 2 - low / 2) / height if height else 0.0
    return marks.levels[min(int(part * len(marks.levels)), len(marks.levels) - 1)]


def _thinned(line: Sequence[float]) -> Iterable[float]:
    places = min(len(line), WIDTH)
    for place in range(places):
        share = line[place * len(line) // places : (place + 1) * len(line) // places]
        yield next((number for number in share if not math.isfinite(number)), share[-1])
