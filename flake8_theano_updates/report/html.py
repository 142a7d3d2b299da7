"""Findings and verdicts as one HTML page that needs nothing else: no network, no scripts.

It needs Jinja and Matplotlib: this module is imported only where a page is asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flake8_theano_updates.model import Finding, Sources, Verdict
from flake8_theano_updates.report import text
from flake8_theano_updates.report.elements import first_difference, number, shown_elements
from flake8_theano_updates.report.plots import Values, gap_in_words, is_finite, plot
from flake8_theano_updates.rules import ORDER
from flake8_theano_updates.values import printable

# Lines shown before and after a finding, and how far up what it is about is still shown.
_AROUND = 2
_REACH = 12
_TAB = 4


@dataclass(frozen=True)
class _Column:
    """What becomes of a number in one program; the plot has those of a kind."""

    kind: str
    words: str
    values: Values


def report(
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict] | None,
    sources: Sources,
    verb: str = "confirm",
) -> str:
    """Write the page: a table of all findings, then each with its code, numbers and plot.

    Args:
        findings: one whose lines are not in the sources is shown without them.
        verdicts: those on the findings, where there are some.
        sources: the text around the findings.
        verb: of the command that writes it.
    """
    each: Sequence[Verdict | None] = verdicts or [None] * len(findings)
    ends = _shared_ends([one.snippet for one in each if one and one.snippet])
    stories = [
        (
            finding,
            verdict,
            _lines(finding, sources.get((finding.path, finding.cell), ())),
            _figure(finding, verdict, f"plot {at}") if verdict else None,
            *_divided((verdict and verdict.snippet) or "", ends),
        )
        for at, (finding, verdict) in enumerate(zip(findings, each, strict=True))
    ]
    environment = Environment(
        autoescape=True,
        finalize=_visible,
        loader=PackageLoader(__package__, ""),
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals |= {"text": text, "number": number, "gap_in_words": gap_in_words}
    page = environment.get_template("page.html.jinja")
    said = text.count(findings) if verdicts is None else text.summary(verdicts)
    asked = verdicts is not None
    return page.render(stories=stories, ends=ends, asked=asked, said=said, verb=verb)


def _visible(value: object) -> object:
    """Write with escapes, in all that is not markup, what a browser hides or follows."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return printable(value, "\t\n")


def _shared_ends(snippets: Sequence[str]) -> list[str]:
    """Return the texts that more than one program ends with, each the longest of its programs.

    What follows the updates is the same in all programs, and longer than the rest.
    """
    counts = Counter(end for snippet in snippets for end in _ends(snippet))
    longest = (next((e for e in _ends(one) if counts[e] > 1), None) for one in snippets)
    return list(dict.fromkeys(end for end in longest if end))


def _ends(snippet: str) -> Iterator[str]:
    """Yield what stands after each two blank lines, the longest first."""
    return (snippet[match.end() :] for match in re.finditer(r"\n{3}", snippet))


def _divided(snippet: str, ends: Sequence[str]) -> tuple[str, int]:
    """Return a program without its shared end, and that end's place, from 1, or 0."""
    end = next((end for end in _ends(snippet) if end in ends), "")
    return snippet.removesuffix(end), ends.index(end) + 1 if end else 0


def _lines(finding: Finding, lines: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Return lines around a finding, or what it is about if near: number, code, is it marked."""
    first, last = finding.line, max(finding.line, finding.end_line)
    if not 1 <= first <= len(lines):
        return []
    about = finding.registered_line if finding.registered_cell == finding.cell else None
    top = about if about and first - _REACH <= about <= first else first
    start, end = max(1, top - _AROUND), min(len(lines), min(last, first + _REACH) + _AROUND)
    return [
        (
            str(at).rjust(len(str(end))),
            lines[at - 1].rstrip("\r\n").expandtabs(_TAB),
            first <= at <= last,
        )
        for at in range(start, end + 1)
    ]


def _figure(
    finding: Finding, verdict: Verdict, salt: str
) -> tuple[str, list[_Column], Markup | None] | None:
    """Return the number that is shown, what becomes of it and the plot, as far as they are."""
    if not (verdict.as_compiled and verdict.names):
        return None
    seen = first_difference(finding, verdict)
    element = seen[0] if seen else shown_elements(finding, verdict)[0]
    meant = "with the new value" if finding.code in ORDER else "as meant"
    programs = (
        ("compiled", "as compiled", verdict.as_compiled),
        ("", "reversed", verdict.reversed),
        ("mended", meant, verdict.with_new_value),
    )
    calls = range(max(len(rows) for *_, rows in programs))
    columns = [
        _Column(kind, words, [element.at(rows, call) for call in calls])
        for kind, words, rows in programs
        if rows
    ]
    drawn = {column.kind: column.values for column in columns if column.kind}
    some = any(is_finite(value) for values in drawn.values() for value in values)
    # Nothing in it is the user's but numbers.
    svg = Markup(plot(salt, drawn, verdict.first_difference)) if some else None
    return element.name, columns, svg
