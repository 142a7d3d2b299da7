"""Findings, verdicts and rules in words."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.rules import BY_CODE, Rule
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


def lines(findings: Sequence[Finding]) -> str:
    """Write each finding on a line."""
    return "\n".join(map(line, findings))


def concise(findings: Sequence[Finding]) -> str:
    """Write each finding on a line, without what to do about it."""
    return "\n".join(f"{place(one)}: {one.code} {_what(one)}" for one in findings)


def grouped(findings: Sequence[Finding]) -> str:
    """Write findings under their file and, where more than one stands in it, their list."""
    blocks = []
    for path, of_file in groupby(findings, key=lambda one: one.path):
        blocks.append(f"{printable(path)}:")
        by_list: dict[tuple[int | None, ...], list[Finding]] = {}
        for one in of_file:
            by_list.setdefault((one.collection_cell, one.collection_line), []).append(one)
        for together in by_list.values():
            blocks.append("\n".join(_of_one_list(together)))
        blocks.append("")
    return "\n".join(blocks).rstrip("\n")


def _of_one_list(findings: Sequence[Finding]) -> Iterator[str]:
    first = findings[0]
    if first.collection_line is not None:
        cell = "" if first.collection_cell is None else f"cell {first.collection_cell}, "
        name = "updates" if first.collection is None else printable(first.collection)
        yield f"  {name} ({cell}line {first.collection_line})"
    width = max(len(_spot(one)) for one in findings)
    for one in findings:
        yield f"    {_spot(one):<{width}}  {one.code}  {one.message}"


def statistics(findings: Iterable[Finding]) -> str:
    """Count the findings of each rule, the most frequent first."""
    counts = Counter(one.code for one in findings)
    width = len(str(max(counts.values(), default=0)))
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return "\n".join(
        f"{count:>{width}}  {code}  {BY_CODE[code].name}: {BY_CODE[code].summary}"
        for code, count in ranked
    )


def _what(finding: Finding) -> str:
    """Return what a message says is the case, which stands before what to do about it."""
    return finding.message.partition("; ")[0]


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
    if rule.source is not None:
        parts.append(f"The backend's own words: {rule.source}")
    for title, code in (("Reported:", rule.bad), ("Not reported:", rule.good)):
        if code:
            parts.append(f"{title}\n\n{textwrap.indent(code.strip(chr(10)), _INDENT)}")
    return "\n\n".join(parts)


def place(finding: Finding) -> str:
    """Write where a finding stands: path, cell of a notebook, line and column."""
    return f"{printable(finding.path)}:{_spot(finding)}"


def _spot(finding: Finding) -> str:
    cell = "" if finding.cell is None else f"cell {finding.cell}:"
    return f"{cell}{finding.line}:{finding.column}"


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


def stood_in(verdict: Verdict) -> str:
    """Say what a program has of the file, and what it has instead of the rest."""
    kept, *rest = verdict.stand_ins
    return f"{kept}; for the rest: {'; '.join(rest)}" if rest else kept


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
