"""Trajectories as one character for each call."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

WIDTH = 20  # characters, at most
BLOCKS = "▁▂▃▄▅▆▇█"  # from low to high
ASCII = "_.:-=+*#"
NOT_FINITE = "!"


def marks_for(encoding: str | None) -> str:
    """Return blocks where an encoding has them, else ASCII."""
    try:
        BLOCKS.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return BLOCKS


def sparklines(lines: Sequence[Sequence[float]], marks: str) -> list[str]:
    """Draw lines on one common scale, from their lowest finite number to their highest.

    Args:
        lines: the numbers of each; of more than ``WIDTH`` as many places are drawn, each
            the last number of its share or one in it that is not finite.
        marks: what to draw with, from low to high.
    """
    finite = [number for line in lines for number in line if math.isfinite(number)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    return ["".join(_drawn(n, low, high, marks) for n in _thinned(line)) for line in lines]


def _drawn(number: float, low: float, high: float, marks: str) -> str:
    if not math.isfinite(number):
        return NOT_FINITE
    # In halves: the distance between two finite numbers may be too large for one.
    height = high / 2 - low / 2
    part = (number / 2 - low / 2) / height if height else 0.0
    return marks[min(int(part * len(marks)), len(marks) - 1)]


def _thinned(line: Sequence[float]) -> Iterable[float]:
    places = min(len(line), WIDTH)
    for place in range(places):
        share = line[place * len(line) // places : (place + 1) * len(line) // places]
        yield next((number for number in share if not math.isfinite(number)), share[-1])
