"""The numbers of a verdict, reduced to what fits on a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flake8_theano_updates.model import Finding, Verdict

Rows = Sequence[Sequence[object]]
Index = tuple[int, ...]


@dataclass(frozen=True)
class Element:
    """One number of one variable: a scalar itself, or one element of an array.

    Args:
        name: the variable with the element's index, as ``velocity[0, 1]``.
        position: the variable's place in the rows of the verdict.
        index: the element's place in the variable.
    """

    name: str
    position: int
    index: Index

    def at(self, rows: Rows, call: int) -> float | None:
        """Return the number after ``call`` calls, or None where the rows do not have it."""
        if call >= len(rows) or self.position >= len(rows[call]):
            return None
        value = rows[call][self.position]
        for step in self.index:
            if not isinstance(value, Sequence) or step >= len(value):
                return None
            value = value[step]
        return float(value) if isinstance(value, (int, float)) else None


def shown_elements(finding: Finding, verdict: Verdict) -> list[Element]:
    """Choose at most two numbers that tell the story of a finding.

    They belong to the finding's target and variable where the verdict has these, else
    to the verdict's first names: the element in which the two programs part most at
    their first difference, and its counterpart.
    """
    asked = [name for name in (finding.target, finding.variable) if name in verdict.names]
    others = [name for name in verdict.names if name not in asked]
    names = list(dict.fromkeys(asked + others))[:2]
    elements = [_most_different(verdict, verdict.names.index(name)) for name in names]
    # Side by side, numbers tell more if they are of one place.
    return [_counterpart(verdict, element, elements[0]) for element in elements]


def first_difference(finding: Finding, verdict: Verdict) -> tuple[Element, float, float] | None:
    """Return the number that shows the first difference best, as compiled and with the new value.

    One that only the second program has finite says most. It is None if the verdict has no
    first difference or lacks the numbers.
    """
    if verdict.first_difference is None:
        return None
    every = [_most_different(verdict, position) for position in range(len(verdict.names))]
    parted = [
        (element, *pair)
        for element in [*shown_elements(finding, verdict), *every]
        if (pair := _pair(verdict, element)) and _gap(*pair) > 0
    ]
    ruined = (one for one in parted if math.isfinite(one[2]) and not math.isfinite(one[1]))
    return next(ruined, parted[0] if parted else None)


def number(value: float | None) -> str:
    """Write a number in at most 11 characters."""
    return "" if value is None else f"{value:.5g}"


def told_apart(value: float, other: float) -> tuple[str, str]:
    """Write two numbers with as many digits as it takes to tell them apart."""
    for digits in (5, 8, 12):
        if f"{value:.{digits}g}" != f"{other:.{digits}g}":
            return f"{value:.{digits}g}", f"{other:.{digits}g}"
    return repr(value), repr(other)


def _most_different(verdict: Verdict, position: int) -> Element:
    indices = _indices(verdict.as_compiled[0][position]) if verdict.as_compiled else [()]
    elements = [_element(verdict, position, index) for index in indices]
    return max(elements, key=lambda element: _gap(*(_pair(verdict, element) or (0.0, 0.0))))


def _counterpart(verdict: Verdict, element: Element, lead: Element) -> Element:
    """Move to the lead's place in the array, if that is there and hides no difference."""
    pair = _pair(verdict, element)
    if pair and _gap(*pair) > 0:
        return element
    moved = _element(verdict, element.position, lead.index)
    return element if moved.at(verdict.as_compiled, 0) is None else moved


def _pair(verdict: Verdict, element: Element) -> tuple[float, float] | None:
    """Return the number in both programs at their first difference, if there is one."""
    call = verdict.first_difference
    if call is None:
        return None
    compiled = element.at(verdict.as_compiled, call)
    mended = element.at(verdict.with_new_value, call)
    return None if compiled is None or mended is None else (compiled, mended)


def _gap(one: float, other: float) -> float:
    """How far apart two numbers are; a number that is not finite is far from every other."""
    if one == other or (math.isnan(one) and math.isnan(other)):
        return 0.0
    gap = abs(one - other)
    return gap if math.isfinite(gap) else math.inf


def _indices(value: object) -> list[Index]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return [()]
    return [(i, *rest) for i, item in enumerate(value) for rest in _indices(item)] or [(0,)]


def _element(verdict: Verdict, position: int, index: Index) -> Element:
    place = f"[{', '.join(map(str, index))}]" if index else ""
    return Element(f"{verdict.names[position]}{place}", position, index)
