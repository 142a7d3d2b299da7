"""Findings, verdicts and rules in words."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.rules import Rule
from flake8_theano_updates.values import printable

_WIDTH = 100
_INDENT = "    "
WORDS = {
    "confirmed": "confirmed",
    "agrees": "refuted",
    "raises": "raises",
    "unresolved": "unresolved",
}


def line(finding: Finding) -> str:
    """Write a finding on one line, as flake8 does by default."""
    return f"{place(finding)}: {finding.code} {finding.message}"


def rule_list(rules: Sequence[Rule]) -> str:
    """Write one line for each rule."""
    width = max(len(one.name) for one in rules)
    return "\n".join(
        f"{one.code}  {one.name:<{width}}  {'on' if one.default_on else 'off':<3}  {one.summary}"
        for one in rules
    )


def rule(rule: Rule) -> str:
    """Write what a rule means, why it matters and an example of each side."""
    state = "on by default" if rule.default_on else "off by default"
    parts = [f"{rule.code} {rule.name} ({state})"]
    parts += [textwrap.fill(words, _WIDTH) for words in (rule.summary, rule.why)]
    for title, code in (("Reported:", rule.bad), ("Not reported:", rule.good)):
        if code:
            parts.append(f"{title}\n\n{textwrap.indent(code.strip(chr(10)), _INDENT)}")
    return "\n\n".join(parts)


def place(finding: Finding) -> str:
    """Write where a finding stands: path, cell of a notebook, line and column."""
    cell = "" if finding.cell is None else f"cell {finding.cell}:"
    return f"{printable(finding.path)}:{cell}{finding.line}:{finding.column}"


def in_words(verdict: Verdict) -> str:
    """Say in a sentence what the backend computed."""
    by = ""
    if verdict.backend:
        word = "by" if verdict.status in ("confirmed", "agrees") else "in"
        by = f" {word} {verdict.backend} {verdict.backend_version}"
    if verdict.instead_of:
        by += f" (for want of {verdict.instead_of}, which the file imports)"
    words = f"{WORDS[verdict.status]}{by}: {' '.join(verdict.reason.split())}"
    if verdict.refused:
        words += (
            f" (as it stands the list is refused: {verdict.refused}; these are the numbers "
            "with one update for each variable)"
        )
    return printable(words)


def summary(verdicts: Sequence[Verdict]) -> str:
    """Count the verdicts of each kind."""
    if not verdicts:
        return "no findings, nothing to confirm"
    counts = Counter[str](verdict.status for verdict in verdicts)
    parts = [f"{counts[status]} {word}" for status, word in WORDS.items() if counts[status]]
    return f"{count(verdicts)}: {', '.join(parts)}"


def count(findings: Sequence[object]) -> str:
    """Say how many findings there are."""
    if not findings:
        return "nothing found"
    return f"{len(findings)} finding{'s' * (len(findings) > 1)}"
