"""The command line's ``explain``: what a rule means, and what is wrong with the user's own code."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.files import STANDARD_INPUT
from flake8_theano_updates.cli.looking import Looked, look, with_fixes
from flake8_theano_updates.cli.statuses import FOUND, INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.internal_error import NOT_CHECKED, internal_error
from flake8_theano_updates.model import Finding
from flake8_theano_updates.options import did_you_mean
from flake8_theano_updates.report import text as text_report
from flake8_theano_updates.report.explanation import explanation
from flake8_theano_updates.rules import RULES
from flake8_theano_updates.values import printable

_PLACE = re.compile(
    r"(?P<path>.+?)(?::cell (?P<cell>\d+))?(?::(?P<line>\d+)(?::(?P<column>\d+))?)?:?"
)
_CODE = re.compile(r"[\w-]+")
_BETWEEN = "\n\n" + "-" * 100 + "\n\n"


@dataclass(frozen=True)
class _Place:
    """A path and what of it is asked for; None stands for all."""

    path: str
    cell: int | None = None
    line: int | None = None
    column: int | None = None

    def holds(self, finding: Finding) -> bool:
        """Is the finding on the line, in the cell and at the column that are asked for?"""
        if finding.code in NOT_CHECKED:
            return True
        return (
            self.cell in (None, finding.cell)
            and (self.line is None or finding.line <= self.line <= finding.end_line)
            and self.column in (None, finding.column)
        )


def run(options: argparse.Namespace) -> int:
    """Explain rules and findings, or list the rules where nothing is asked for.

    Returns:
        the exit status: for a path that of ``check``, where findings at other places
        than the one that is asked for do not count; 2 for a rule that there is not.
    """
    if not options.subjects:
        print(text_report.rule_list(RULES))
        return NOTHING

    @cache
    def see(path: str) -> tuple[Looked, ...]:
        return tuple(with_fixes(one) for one in look([path], options))

    answers = [_answer(subject, see) for subject in options.subjects]
    told = [one for texts, _ in answers for one in texts]
    if told:
        print(_BETWEEN.join(told))
    return max(status for _, status in answers)


def _answer(subject: str, see: Callable[[str], Sequence[Looked]]) -> tuple[list[str], int]:
    """Return what there is to say of one argument, and its exit status."""
    rule = next((one for one in RULES if subject.lower() in {one.code.lower(), one.name}), None)
    if rule is not None:
        return [text_report.rule(rule)], NOTHING
    place = _place(subject)
    path = place.path
    # What looks like a code or a name of a rule, rather than like a path, is told as that.
    if path != STANDARD_INPUT and not os.path.exists(path) and _CODE.fullmatch(path):
        meant = did_you_mean(subject, [name for one in RULES for name in (one.code, one.name)])
        said = f"there is no rule {subject!r}, nor such a file{meant}"
        complain(f"explain: {said} (theano-updates explain lists the rules)")
        return [], UNUSABLE
    seen = see(path)
    status = max(one.status for one in seen)
    asked = [(f, one.sources) for one in seen for f in one.findings if place.holds(f)]
    try:
        told = [explanation(finding, sources) for finding, sources in asked]
    except Exception as error:
        complain(internal_error("explain", error).message)
        return [], INTERNAL
    if told:
        return told, max(status, FOUND)
    if status != NOTHING:
        return [], status
    elsewhere = [text_report.place(finding) for one in seen for finding in one.findings]
    others = f" here, but at {', '.join(elsewhere)}" if elsewhere else ""
    return [f"{printable(subject)}: nothing found{others}"], NOTHING


def _place(subject: str) -> _Place:
    match = None if os.path.exists(subject) else _PLACE.fullmatch(subject)
    if match is None:
        return _Place(subject)
    numbers = match.group("cell", "line", "column")
    return _Place(match["path"], *(int(number) if number else None for number in numbers))
