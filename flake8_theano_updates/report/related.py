"""What formats with places and fixes of their own say: the other lines, the titles of fixes."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_theano_updates.model import Finding, Fix
from flake8_theano_updates.rules import ORDER

_DOES = {
    "new-value": "Use the new value (changes the numbers)",
    "reorder": "Keep the old value and show that it is meant",
}


@dataclass(frozen=True)
class RelatedLine:
    """Another line that a finding is about.

    Args:
        line: its number, from 1.
        cell: the cell in which it counts, in a notebook.
        text: what it does.
    """

    line: int
    cell: int | None
    text: str


def related_lines(finding: Finding) -> tuple[RelatedLine | None, RelatedLine | None]:
    """Return the line that registers what is read, and the one that updates the target."""
    pointed = "the line that the message points to"
    if finding.code in ORDER:
        pointed = f"registers the new value of '{finding.variable}'"
    return (
        _line(finding.registered_line, finding.registered_cell, pointed),
        _line(finding.update_line, finding.update_cell, f"the update of '{finding.target}'"),
    )


def _line(line: int | None, cell: int | None, text: str) -> RelatedLine | None:
    return None if line is None else RelatedLine(line, cell, text)


def fix_title(fix: Fix) -> str:
    """Say what a fix does."""
    changes = "" if fix.safe else " (changes the numbers)"
    return _DOES.get(fix.kind, f"Mend it{changes}")
