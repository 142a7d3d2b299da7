"""How much a finding weighs, and what is said of it, in formats that have words for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from flake8_theano_updates.internal_error import CODE as INTERNAL_CODE
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report.text import in_words
from flake8_theano_updates.rules import BY_CODE, Rule

Level = Literal["error", "warning", "note", "none"]


def level_of_rule(rule: Rule) -> Level:
    """Return what a finding of the rule is before anybody has asked a backend."""
    if rule.code == INTERNAL_CODE:
        return "error"
    return "warning" if rule.default_on else "note"


def level(finding: Finding, verdict: Verdict | None) -> Level:
    """Return what a finding is: what is confirmed or raises is an error, what is refuted none."""
    if verdict is not None and verdict.status == "agrees":
        return "none"
    if verdict is not None and verdict.status in ("confirmed", "raises"):
        return "error"
    return level_of_rule(BY_CODE[finding.code])


def said(finding: Finding, verdict: Verdict | None) -> str:
    """Return the message with its cell, where the lines of a file do not count, and the verdict."""
    parts = [finding.message]
    if finding.cell is not None:
        parts = [f"cell {finding.cell}, line {finding.line}: {finding.message}"]
    if verdict is not None:
        parts.append(in_words(verdict))
    return "\n".join(parts)


def standing(
    findings: Sequence[Finding], verdicts: Sequence[Verdict] | None
) -> Iterator[tuple[Finding, Verdict | None]]:
    """Return the findings that count, with their verdicts: not those that are refuted."""
    if verdicts is None:
        yield from ((finding, None) for finding in findings)
        return
    for finding, verdict in zip(findings, verdicts, strict=True):
        if verdict.status != "agrees":
            yield finding, verdict
