"""Findings, verdicts and rules as text for a terminal of 100 columns."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report.table import columns
from flake8_theano_updates.report.values import (
    Element,
    first_difference,
    number,
    shown_elements,
)
from flake8_theano_updates.rules import Rule

_WIDTH = 100
_INDENT = "    "
_PLACE_WIDTH = 40
_NOTHING = "no findings, nothing to confirm"
WORDS = {
    "confirmed": "confirmed",
    "agrees": "refuted",
    "raises": "raises",
    "unresolved": "unresolved",
}


def line(finding: Finding) -> str:
    """Write a finding on one line, as flake8 does by default."""
    return f"{place(finding)}: {finding.code} {finding.message}"


def confirmation(findings: Sequence[Finding], verdicts: Sequence[Verdict]) -> str:
    """Write each finding with its verdict and numbers, then a table of all of them.

    The table gives the first call after which the two programs part, and one number
    of each at that call.

    Args:
        findings: what was found.
        verdicts: one for each finding, in the same order.
    """
    if not findings:
        return _NOTHING
    pairs = list(zip(findings, verdicts, strict=True))
    parts = ["\n".join(_story(finding, verdict)) for finding, verdict in pairs]
    return "\n\n".join([*parts, "\n".join(_overview(pairs)), summary(verdicts)])


def rule_list(rules: Iterable[Rule]) -> str:
    """Write one line for each rule."""
    rows = [
        (rule.code, rule.name, "on" if rule.default_on else "off", rule.summary) for rule in rules
    ]
    return "\n".join(columns(rows, (False, False, False, False)))


def rule(rule: Rule) -> str:
    """Write what a rule means, why it matters and an example of each side."""
    state = "on by default" if rule.default_on else "off by default"
    parts = [f"{rule.code} {rule.name} ({state})", _wrapped(rule.summary), _wrapped(rule.why)]
    for title, code in (("Reported:", rule.bad), ("Not reported:", rule.good)):
        if code:
            parts.append(f"{title}\n\n{textwrap.indent(code.strip(chr(10)), _INDENT)}")
    return "\n\n".join(parts)


def _wrapped(text: str) -> str:
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(textwrap.fill(" ".join(p.split()), _WIDTH) for p in paragraphs)


def place(finding: Finding) -> str:
    """Write where a finding stands: path, cell of a notebook, line and column."""
    cell = "" if finding.cell is None else f"cell {finding.cell}:"
    return f"{finding.path}:{cell}{finding.line}:{finding.column}"


def _story(finding: Finding, verdict: Verdict) -> list[str]:
    words = in_words(finding, verdict)
    told = textwrap.wrap(words, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
    numbers = _trajectories(finding, verdict)
    return [line(finding), *told, *([""] if numbers else []), *numbers]


def in_words(finding: Finding, verdict: Verdict) -> str:
    """Say in a sentence what the backend computed."""
    by = f" by {verdict.backend} {verdict.backend_version}" if verdict.backend else ""
    if verdict.instead_of:
        by += f" (for want of {verdict.instead_of}, which the file imports)"
    told = difference(finding, verdict) if verdict.status == "confirmed" else ""
    words = f"{WORDS[verdict.status]}{by}: {told or ' '.join(verdict.reason.split())}"
    if verdict.refused:
        words += (
            f" (as it stands the list is refused: {verdict.refused}; these are the numbers "
            "with one update for each variable)"
        )
    return words


def difference(finding: Finding, verdict: Verdict) -> str:
    """Say when and where the two programs part first; empty if they do not."""
    seen = first_difference(finding, verdict)
    if seen is None or verdict.first_difference is None:
        return ""
    element, compiled, mended = seen
    calls = "1 call" if verdict.first_difference == 1 else f"{verdict.first_difference} calls"
    return (
        f"after {calls} {element.name} is {number(compiled)}, with the new value {number(mended)}"
    )


def _trajectories(finding: Finding, verdict: Verdict) -> list[str]:
    if not verdict.as_compiled:
        return []
    elements = shown_elements(finding, verdict)
    right = [True] * (1 + 3 * len(elements))
    heads = ["calls"] + ["compiled", "reversed", "new value"] * len(elements)
    rows = [
        [str(call), *(cell for element in elements for cell in _cells(element, verdict, call))]
        for call in range(len(verdict.as_compiled))
    ]
    table = columns([heads, *rows], right)
    return [_INDENT + text for text in (_titles(elements, table[0]), *table)]


def _cells(element: Element, verdict: Verdict, call: int) -> list[str]:
    programs = (verdict.as_compiled, verdict.reversed, verdict.with_new_value)
    return [number(element.at(rows, call)) for rows in programs]


def _titles(elements: Sequence[Element], heads: str) -> str:
    """Set each variable's name above the first of its three columns."""
    title = ""
    start = 0
    for element in elements:
        start = heads.index("compiled", start)
        title = f"{title.ljust(start - 1)} {element.name}" if title else " " * start + element.name
        start += 1
    return title


def _overview(pairs: Sequence[tuple[Finding, Verdict]]) -> list[str]:
    head = ("finding", "code", "verdict", "call", "variable", "compiled", "new value")
    rows = [_overview_row(finding, verdict) for finding, verdict in pairs]
    table = columns([head, *rows], (False, False, False, True, False, True, True))
    return [table[0], "-" * max(map(len, table)), *table[1:]]


def _overview_row(finding: Finding, verdict: Verdict) -> tuple[str, ...]:
    start = (_shortened(place(finding)), finding.code, WORDS[verdict.status])
    seen = first_difference(finding, verdict)
    if seen is None:
        return (*start, "-", "-", "-", "-")
    element, compiled, mended = seen
    return (
        *start,
        str(verdict.first_difference),
        element.name,
        number(compiled),
        number(mended),
    )


def _shortened(where: str) -> str:
    return where if len(where) <= _PLACE_WIDTH else "..." + where[3 - _PLACE_WIDTH :]


def summary(verdicts: Sequence[Verdict]) -> str:
    """Count the verdicts of each kind."""
    if not verdicts:
        return _NOTHING
    counts = Counter[str](verdict.status for verdict in verdicts)
    parts = [f"{counts[status]} {word}" for status, word in WORDS.items() if counts[status]]
    noun = "finding" if len(verdicts) == 1 else "findings"
    return f"{len(verdicts)} {noun}: {', '.join(parts)}"
