"""Findings, verdicts and rules as text for a terminal of 100 columns."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report.elements import (
    Element,
    Rows,
    first_difference,
    number,
    shown_elements,
)
from flake8_theano_updates.report.sparkline import BLOCKS, sparklines
from flake8_theano_updates.report.table import columns
from flake8_theano_updates.rules import ORDER, Rule

_WIDTH = 100
_INDENT = "    "
_NAME_WIDTH = 24
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


def confirmation(
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    marks: str = BLOCKS,
    *,
    programs: bool = False,
) -> str:
    """Write each finding with its verdict and numbers, then a table of all of them.

    The table gives the first call after which the two programs part, and one number
    of each at that call.

    Args:
        findings: what was found.
        verdicts: one for each finding, in the same order.
        marks: what sparklines are drawn with, from low to high.
        programs: whether each program that was run stands under its finding.
    """
    if not findings:
        return _NOTHING
    pairs = list(zip(findings, verdicts, strict=True))
    parts = ["\n\n".join(_story(*pair, marks, programs)) for pair in pairs]
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
    return f"{printable(finding.path)}:{cell}{finding.line}:{finding.column}"


def printable(written: str) -> str:
    r"""Write as ``\x1b`` what would steer a terminal, break a line or is no text at all."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in written
    )


def _story(finding: Finding, verdict: Verdict, marks: str, programs: bool) -> Iterator[str]:
    words = textwrap.fill(
        in_words(verdict), _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT
    )
    yield f"{line(finding)}\n{words}"
    elements = shown_elements(finding, verdict)
    if elements and verdict.as_compiled:
        yield textwrap.indent("\n".join(_pictures(elements, finding, verdict, marks)), _INDENT)
        yield textwrap.indent("\n".join(_trajectories(elements, finding, verdict)), _INDENT)
    if programs and verdict.snippet is not None:
        yield textwrap.indent(verdict.snippet.rstrip(), _INDENT)


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


def _pictures(
    elements: Sequence[Element], finding: Finding, verdict: Verdict, marks: str
) -> list[str]:
    """Draw what becomes of each number, a line each; its two programs have one scale."""
    programs = [program for program in _programs(finding, verdict) if program[0] != "reversed"]
    table = []
    for element in elements:
        lines = [_line(element, rows) for _, rows in programs]
        drawn = zip(programs, sparklines(lines, marks), strict=True)
        cells = [cell for (word, _), picture in drawn for cell in (word, picture)]
        table.append([_shortened(element.name, _NAME_WIDTH), *cells])
    return columns(table, [False] * len(table[0]))


def _line(element: Element, rows: Rows) -> list[float]:
    numbers = (element.at(rows, call) for call in range(len(rows)))
    return [number for number in numbers if number is not None]


def _trajectories(elements: Sequence[Element], finding: Finding, verdict: Verdict) -> list[str]:
    programs = _programs(finding, verdict)
    heads = ["calls"] + [word for word, _ in programs] * len(elements)
    cells = [
        [str(call), *(number(e.at(rows, call)) for e in elements for _, rows in programs)]
        for call in range(len(verdict.as_compiled))
    ]
    table = columns([heads, *cells], [True] * len(heads))
    return [_titles(elements, table[0]), *table]


def _programs(finding: Finding, verdict: Verdict) -> list[tuple[str, Rows]]:
    """Name the programs that there are numbers of."""
    programs = (
        ("compiled", verdict.as_compiled),
        ("reversed", verdict.reversed),
        ("new value" if finding.code in ORDER else "as meant", verdict.with_new_value),
    )
    return [(word, rows) for word, rows in programs if rows]


def _titles(elements: Sequence[Element], heads: str) -> str:
    """Set each variable's name above the first of its columns."""
    starts = [match.start() for match in re.finditer("compiled", heads)]
    ends = [start - 1 for start in starts[1:]] + [_WIDTH - len(_INDENT)]
    title = ""
    for element, start, end in zip(elements, starts, ends, strict=True):
        title = title.ljust(start) + _shortened(element.name, end - start)
    return title


def _overview(pairs: Sequence[tuple[Finding, Verdict]]) -> list[str]:
    heads = ("code", "verdict", "call", "variable", "compiled", "new value")
    rows = [_overview_row(finding, verdict) for finding, verdict in pairs]
    told = columns([heads, *rows], (False, False, True, False, True, True))
    # What is cut is the place: it stands above in full.
    width = _WIDTH - max(map(len, told)) - 2
    places = ["finding", *(_shortened(place(finding), width) for finding, _ in pairs)]
    table = columns(list(zip(places, told, strict=True)), (False, False))
    return [table[0], "-" * max(map(len, table)), *table[1:]]


def _overview_row(finding: Finding, verdict: Verdict) -> tuple[str, ...]:
    start = (finding.code, WORDS[verdict.status])
    seen = first_difference(finding, verdict)
    if seen is None:
        return (*start, "-", "-", "-", "-")
    element, compiled, mended = seen
    return (
        *start,
        str(verdict.first_difference),
        _shortened(element.name, _NAME_WIDTH),
        number(compiled),
        number(mended),
    )


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else "..." + text[len(text) + 3 - width :]


def summary(verdicts: Sequence[Verdict]) -> str:
    """Count the verdicts of each kind."""
    if not verdicts:
        return _NOTHING
    counts = Counter[str](verdict.status for verdict in verdicts)
    parts = [f"{counts[status]} {word}" for status, word in WORDS.items() if counts[status]]
    noun = "finding" if len(verdicts) == 1 else "findings"
    return f"{len(verdicts)} {noun}: {', '.join(parts)}"
