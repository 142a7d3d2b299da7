"""Trajectories as plots that are part of an HTML page."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

import matplotlib.style
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

Values = Sequence[float | None]

_INCHES = (400 / 72, 220 / 72)  # pixels, of which a phone is as wide
_MARKED_POINTS = 40
# The distance between two larger numbers may be too large for a number.
_LARGE = 1e300
# A narrower band than this part of its numbers has no levels that can be told apart.
_NARROW = 1e-12
# Matplotlib takes smaller numbers for zero.
_SMALL = 1e-280

# Matplotlib knows no CSS: it draws in colours that stand for those of the page.
_VARIABLES = {"#0000c1": "compiled", "#0000c2": "mended", "#0000c3": "soft", "#0000c4": "rule"}
_COMPILED, _MENDED, _SOFT, _RULE = _VARIABLES
# The second line's points are larger rings: the dots within them still show.
_RINGS = {"markersize": 10, "markerfacecolor": "none", "markeredgewidth": 1.5}
_DRAWN: dict[str, dict[str, Any]] = {
    "compiled": {"color": _COMPILED, "markersize": 5},
    "mended": {"color": _MENDED, "dashes": (3, 2), **_RINGS},
}
_SETTINGS = {
    **dict.fromkeys(("axes.labelcolor", "text.color", "xtick.color", "ytick.color"), _SOFT),
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 12,
    "grid.color": _RULE,
    "lines.linewidth": 2,
    "path.simplify": False,
    "svg.fonttype": "none",
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
# What only a file of its own needs: in a page its styles would be those of all elements.
_OF_FILES = re.compile(r'^.*?(?=<svg)|<style.*?</style>| xmlns(?::\w+)?="[^"]*"', re.DOTALL)
_ID = re.compile(r' id="([^"]*)"')


def plot(salt: str, lines: Mapping[str, Values], parting: int | None) -> str:
    """Draw lines as an SVG element whose colours are variables of the page's style.

    Args:
        salt: makes the ids in it others than those in other plots.
        lines: the numbers after each call, by "compiled" or "mended"; at least one is
            finite, and those that are not leave a gap.
        parting: the call after which the lines part, or None.
    """
    size = max(abs(value) for values in lines.values() for value in values if is_finite(value))
    power = math.floor(math.log10(size)) if size > _LARGE else 0
    size /= 10.0**power
    last = max(map(len, lines.values())) - 1
    # Whatever the user's own settings of Matplotlib are.
    with matplotlib.style.context(["default", _SETTINGS, {"svg.hashsalt": salt}]):
        figure = Figure(_INCHES, layout="constrained")
        figure.patch.set_visible(False)
        axes = figure.add_subplot(frame_on=False, xlabel="calls")
        axes.tick_params(length=0, pad=9)  # next to a ring
        axes.grid(axis="y", clip_on=False)
        for kind, values in lines.items():
            shown = [value / 10.0**power if is_finite(value) else math.nan for value in values]
            marked = range(last + 1) if last < _MARKED_POINTS else _alone(shown)
            axes.plot(shown, marker="o", markevery=list(marked), clip_on=False, **_DRAWN[kind])
        low, high = axes.dataLim.intervaly
        if high - low < max(_NARROW * size, _SMALL):
            around = 0.05 * size if size > _SMALL else 0.05
            low, high = low - around, high + around
        levels = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        axes.set_yticks(levels, _labels(levels, power))
        calls = MaxNLocator(10, integer=True).tick_values(0, last)
        axes.set_xticks([call for call in calls if 0 <= call <= last])
        axes.set(xlim=(0, last) if last else (-1, 1), ylim=(levels[0], levels[-1]))
        if parting is not None:
            axes.axvline(parting, color=_SOFT, linestyle=":", linewidth=1.5, clip_on=False)
            side = "right" if 2 * parting > last else "left"
            above = axes.get_xaxis_transform()
            axes.text(parting, 1.04, "first difference", transform=above, ha=side)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata=_NO_METADATA)
    svg = _OF_FILES.sub("", file.getvalue())
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{variable})")
    # The ids of its groups would be the same in all plots.
    return _ID.sub(lambda found: found[0] if f'"#{found[1]}"' in svg else "", svg)


def _alone(values: Sequence[float]) -> Iterator[int]:
    """Yield where numbers have no neighbour, so that a line shows nothing of them."""
    gaps = [True, *map(math.isnan, values), True]
    return (at for at in range(len(values)) if gaps[at : at + 3] == [True, False, True])


def _labels(levels: Sequence[float], power: int) -> list[str]:
    """Write levels in five digits, or in as many as it takes to tell them apart."""
    written = ([f"{level:.{digits}g}" for level in levels] for digits in (5, 10, 15))
    labels = next(one for one in written if len(set(one)) == len(one))
    return [f"{label}e+{power}" if power and label != "0" else label for label in labels]


def is_finite(value: float | None) -> TypeGuard[float]:
    """Is there a number that a plot can show?"""
    return value is not None and math.isfinite(value)


def gap_in_words(element: str, program: str, values: Values) -> str:
    """Say which numbers a plot cannot show, or nothing."""
    bad = [(call, v) for call, v in enumerate(values) if v is not None and not is_finite(v)]
    if not bad:
        return ""
    call, value = bad[0]
    what = "not a number" if math.isnan(value) else "infinite" if value > 0 else "minus infinite"
    when = f"after {call} call{'s' * (call > 1)}" if call else "at the start"
    return (
        f"{program.capitalize()}, {element} is {what} ({value}) {when}; "
        f"{len(bad)} of {len(values)} value{'s' * (len(values) > 1)} "
        f"{'is' if len(bad) == 1 else 'are'} not finite, and the line has a gap there."
    )
