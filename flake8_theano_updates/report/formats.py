"""The formats of a report, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report import text

# Each is a module of this package with `report(findings, verdicts=None)`, imported when used.
FOR_PROGRAMS = ("json", "sarif", "github", "gitlab", "junit")
FOR_PEOPLE: dict[str, Callable[[Sequence[Finding]], str]] = {
    "text": text.lines,
    "concise": text.concise,
    "grouped": text.grouped,
}
FORMATS = (*FOR_PEOPLE, *FOR_PROGRAMS)
# These hold the fixes too.
WITH_FIXES = ("json", "sarif")


def in_format(
    name: str, findings: Sequence[Finding], verdicts: Sequence[Verdict] | None = None
) -> str:
    """Write findings, with verdicts where there are some, in one of the formats.

    Raises:
        KeyError: if there is no such format, or verdicts are for one of those for people.
    """
    if verdicts is None and name in FOR_PEOPLE:
        return FOR_PEOPLE[name](findings)
    if name not in FOR_PROGRAMS:
        raise KeyError(name)
    written = import_module(f"flake8_theano_updates.report.{name}").report(findings, verdicts)
    return str(written)
