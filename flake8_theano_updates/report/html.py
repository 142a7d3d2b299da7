"""Findings and verdicts as one HTML page that needs nothing else: no network, no scripts.

All that comes from the user's files passes through ``html.escape``.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from itertools import chain, pairwise
from textwrap import shorten

from flake8_theano_updates.model import Finding, Sources, Verdict
from flake8_theano_updates.report import text
from flake8_theano_updates.report.elements import (
    Element,
    first_difference,
    number,
    shown_elements,
)
from flake8_theano_updates.rules import ORDER

Values = Sequence[float | None]

# Lines shown before and after a finding, and how far up what it is about is still shown.
_AROUND = 2
_REACH = 12

# In units that are pixels at a width of 480; a phone shows them at two thirds.
_WIDTH, _HEIGHT = 480, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 82, 14, 28, 40
_MARKED_POINTS = 40
_TICKS = 10
_LEVELS = 6
# A narrower band than this part of its numbers has no round numbers of five digits.
_NARROW = 1e-3
# Beyond these, steps between numbers are themselves too small or too large to be numbers.
_SMALL, _LARGE = 1e-300, 1e300

# (class in the page, words) of the programs of a verdict; a plot draws the first and the last.
_COMPILED = ("compiled", "as compiled")
_REVERSED = ("reversed", "reversed")
_MENDED = ("mended", "with the new value")
_MEANT = ("mended", "as meant")
_DRAWN = (_COMPILED, _MENDED, _MEANT)
_LONGEST = 120  # characters of a reason in the table

_STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #1d2229; --soft: #59636e;
  --rule: #d5dae0; --box: #f5f7f9; --mark: #fff3c4; --compiled: #b3261e; --mended: #0b62b8;
  --good: #1a7336; --odd: #8a5300; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171b; --ink: #e4e8ec; --soft: #a0a9b3; --rule: #3a424b; --box: #1d2228;
    --mark: #4a3d10; --compiled: #ff8a80; --mended: #79b8ff; --good: #6fd08c; --odd: #f0b45a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 60rem; background: var(--page);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
a { color: var(--mended); }
p { margin: .5rem 0; overflow-wrap: anywhere; }
code, pre, .place { font-family: ui-monospace, monospace; font-size: .9em; }
pre { margin: .5rem 0; padding: .6rem .8rem; overflow-x: auto; background: var(--box);
  border: 1px solid var(--rule); border-radius: 4px; line-height: 1.45; }
mark { background: var(--mark); color: inherit; }
pre .at { color: var(--soft); user-select: none; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--rule); }
th { font-weight: 600; white-space: nowrap; }
td.place { overflow-wrap: anywhere; min-width: 9rem; }
td.difference { min-width: 14rem; }
.numbers td, .numbers th { text-align: right; padding: .15rem 0 .15rem 1.5rem;
  font-variant-numeric: tabular-nums; }
article { margin-top: 2rem; padding-top: 1.2rem; border-top: 2px solid var(--rule); }
.soft { color: var(--soft); }
.status { font-weight: 600; white-space: nowrap; }
.confirmed { color: var(--compiled); }
.agrees { color: var(--good); }
.raises, .unresolved { color: var(--odd); }
figure { margin: 1rem 0; }
figcaption span { white-space: nowrap; margin-right: 1.2rem; }
figcaption svg { width: 30px; height: 10px; margin-right: .4rem; }
svg.plot { display: block; width: 100%; max-width: 34rem; height: auto; margin-top: .4rem; }
svg text { fill: var(--soft); font: 13px system-ui, sans-serif; }
.grid { stroke: var(--rule); }
.parting { stroke: var(--soft); stroke-dasharray: 2 3; }
path.compiled, path.mended { fill: none; stroke-width: 2; }
path.compiled { stroke: var(--compiled); }
path.mended { stroke: var(--mended); stroke-dasharray: 6 4; }
circle.compiled { fill: var(--compiled); }
circle.mended { fill: none; stroke: var(--mended); stroke-width: 1.5; }
summary { cursor: pointer; }
@media print { body { max-width: none; } article { break-inside: avoid; } }
"""


def report(findings: Sequence[Finding], verdicts: Sequence[Verdict], sources: Sources) -> str:
    """Write the page: a table of all findings, then each with its code, numbers and plot.

    Args:
        findings: what was found.
        verdicts: one for each finding, in the same order.
        sources: the lines in which a finding's lines count, by its path and cell; a
            finding whose lines are not there is shown without them.
    """
    pairs = list(zip(findings, verdicts, strict=True))
    ends = _shared_ends([verdict.snippet for verdict in verdicts if verdict.snippet])
    body = [
        "<h1>Theano updates: what the compiled programs do</h1>",
        f'<p class="soft">{escape(text.summary(verdicts))}</p>',
        *(_overview(pairs) if pairs else []),
        *(
            part
            for place, (finding, verdict) in enumerate(pairs, start=1)
            for part in _article(place, finding, verdict, sources, ends)
        ),
        *(part for place, end in enumerate(ends, start=1) for part in _shared_end(place, end)),
    ]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>theano-updates confirm</title>",
            f"<style>{_STYLE}</style>",
            "</head>",
            "<body>",
            *body,
            "</body>",
            "</html>",
            "",
        ]
    )


def _overview(pairs: Sequence[tuple[Finding, Verdict]]) -> Iterator[str]:
    heads = ("finding", "code", "verdict", "what was seen")
    yield '<div class="wide"><table>'
    yield f"<thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead>"
    yield "<tbody>"
    for place, (finding, verdict) in enumerate(pairs, start=1):
        seen = shorten(verdict.reason, _LONGEST)
        yield (
            f'<tr><td class="place"><a href="#finding-{place}">'
            f"{escape(text.place(finding))}</a></td>"
            f"<td>{escape(finding.code)}</td><td>{_status(verdict)}</td>"
            f'<td class="difference">{escape(seen)}</td></tr>'
        )
    yield "</tbody></table></div>"


def _status(verdict: Verdict) -> str:
    return f'<span class="status {verdict.status}">{text.WORDS[verdict.status]}</span>'


def _article(
    place: int, finding: Finding, verdict: Verdict, sources: Sources, ends: Sequence[str]
) -> Iterator[str]:
    yield f'<article id="finding-{place}">'
    yield (
        f'<h2><span class="place">{escape(text.place(finding))}</span> '
        f"{escape(finding.code)} {escape(finding.name)}</h2>"
    )
    yield f"<p>{escape(finding.message)}</p>"
    yield from _code(finding, sources.get((finding.path, finding.cell), ()))
    yield f'<p class="{verdict.status}">{escape(text.in_words(verdict))}</p>'
    if verdict.as_compiled and verdict.names:
        yield from _figure(_telling(finding, verdict), finding, verdict)
    if verdict.snippet:
        yield from _program(verdict.snippet, ends)
    yield "</article>"


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


def _program(snippet: str, ends: Sequence[str]) -> Iterator[str]:
    fitting = [one for one in ends if snippet.endswith(f"\n\n\n{one}")]
    end = max(fitting, key=len, default="")
    yield "<details><summary>The program that was run</summary>"
    # A browser drops one line end right after the tag, which this one is then.
    yield f"<pre>\n{_text(snippet.removesuffix(end))}</pre>"
    if end:
        at = ends.index(end) + 1
        yield f'<p>and then <a href="#end-{at}">what such programs end with</a></p>'
    yield "</details>"


def _shared_end(place: int, end: str) -> Iterator[str]:
    yield "<article><details><summary>What the programs end with</summary>"
    yield f'<pre id="end-{place}">\n{_text(end)}</pre></details></article>'


def _text(written: str) -> str:
    """Escape what stands between tags, where quotes need no escape."""
    return escape(written, quote=False)


def _code(finding: Finding, lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines around a finding, from what it is about where that is near."""
    if not 1 <= finding.line <= len(lines):
        return
    first, last = finding.line, max(finding.line, finding.end_line)
    about = finding.registered_line
    near = (
        about is not None
        and finding.registered_cell == finding.cell
        and first - _REACH <= about <= first
    )
    start = max(1, (about if near and about else first) - _AROUND)
    end = min(len(lines), min(last, first + _REACH) + _AROUND)
    width = len(str(end))
    shown = []
    for at in range(start, end + 1):
        code = _text(lines[at - 1].rstrip("\r\n"))
        marked = f"<mark>{code}</mark>" if first <= at <= last else code
        shown.append(f'<span class="at">{at:>{width}}  </span>{marked}')
    yield "<pre>" + "\n".join(shown) + "</pre>"


def _telling(finding: Finding, verdict: Verdict) -> Element:
    seen = first_difference(finding, verdict)
    return shown_elements(finding, verdict)[0] if seen is None else seen[0]


def _figure(element: Element, finding: Finding, verdict: Verdict) -> Iterator[str]:
    programs = list(_programs(element, finding, verdict))
    lines = [(program, values) for program, values in programs if program in _DRAWN]
    yield "<figure>"
    yield f"<figcaption><span><code>{escape(element.name)}</code> after each call</span>"
    yield from (f"<span>{_legend(name)}{words}</span>" for (name, words), _ in lines)
    yield "</figcaption>"
    if any(map(_finite, chain(*(values for _, values in lines)))):
        named = [(name, values) for (name, _), values in lines]
        yield from _plot(element.name, named, verdict.first_difference)
    for (_, words), values in lines:
        gap = _gap_in_words(element.name, words, values)
        if gap:
            yield f"<p>{escape(gap)}</p>"
    yield "</figure>"
    yield "<details><summary>The numbers</summary>"
    yield from _numbers(programs)
    yield "</details>"


def _programs(
    element: Element, finding: Finding, verdict: Verdict
) -> Iterator[tuple[tuple[str, str], Values]]:
    """Yield the programs that were run, each with the element's values: all of one length."""
    rows = (verdict.as_compiled, verdict.reversed, verdict.with_new_value)
    calls = range(max(map(len, rows)))
    last = _MENDED if finding.code in ORDER else _MEANT
    for program, given in zip((_COMPILED, _REVERSED, last), rows, strict=True):
        if given:
            yield program, [element.at(given, call) for call in calls]


def _legend(name: str) -> str:
    return (
        f'<svg viewBox="0 0 30 10" aria-hidden="true"><path class="{name}" d="M0 5H30"/>'
        f'<circle class="{name}" cx="15" cy="5" r="3"/></svg>'
    )


def _gap_in_words(element: str, program: str, values: Values) -> str:
    """Say which values the line cannot show, or nothing."""
    bad = [(call, v) for call, v in enumerate(values) if v is not None and not _finite(v)]
    if not bad:
        return ""
    call, value = bad[0]
    when = "at the start" if call == 0 else f"after {_counted(call, 'call')}"
    return (
        f"{program.capitalize()}, {element} is {_not_finite(value)} {when}; "
        f"{len(bad)} of {_counted(len(values), 'value')} "
        f"{'is' if len(bad) == 1 else 'are'} not finite, and the line has a gap there."
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _not_finite(value: float) -> str:
    if math.isnan(value):
        return "not a number (nan)"
    return "infinite (inf)" if value > 0 else "minus infinite (-inf)"


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _plot(name: str, lines: Sequence[tuple[str, Values]], parting: int | None) -> Iterator[str]:
    """Yield the plot of the lines, of which at least one value is finite.

    Args:
        name: whose values they are.
        lines: the class of each line in the page, and its values.
        parting: the call after which the two part, or None.
    """
    finite = [v for _, values in lines for v in values if v is not None and math.isfinite(v)]
    levels = _levels(min(finite), max(finite))
    low, high = levels[0], levels[-1]
    last = max(len(values) for _, values in lines) - 1
    yield (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(name)} after 0 to {_counted(last, "call")}">'
    )
    for value, label in zip(levels, _labels(levels), strict=True):
        y = _y(value, low, high)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
    for call in range(0, last + 1, -(-(last + 1) // _TICKS)):
        x, y = _x(call, last), _HEIGHT - _BOTTOM + 18
        yield f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{call}</text>'
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text x="{middle:.1f}" y="{_HEIGHT - 5}" text-anchor="middle">calls</text>'
    if parting is not None:
        x = _x(parting, last)
        yield f'<path class="parting" d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/>'
        anchor = "end" if 2 * parting > last else "start"
        yield f'<text x="{x:.1f}" y="{_TOP - 8}" text-anchor="{anchor}">first difference</text>'
    for kind, values in lines:
        points = [
            (_x(call, last), _y(v, low, high)) if v is not None and math.isfinite(v) else None
            for call, v in enumerate(values)
        ]
        yield f'<path class="{kind}" d="{_path(points)}"/>'
        if len(points) <= _MARKED_POINTS:
            dots = [point for point in points if point is not None]
        else:
            dots = _alone(points)
        # The second line's points are larger rings: the dots within them still show.
        radius = "2.5" if kind == _COMPILED[0] else "5"
        for x, y in dots:
            yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'
    yield "</svg>"


def _levels(low: float, high: float) -> list[float]:
    """Choose where the grid lies: round numbers from below the lowest to above the highest value.

    Where there are none, the grid lies at these two themselves.
    """
    span = high - low
    size = max(abs(low), abs(high))
    if size > _LARGE or span < max(_NARROW * size, _SMALL):
        return sorted({low, high})
    rough = span / (_LEVELS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((power * part for part in (1, 2, 2.5, 5) if power * part >= rough), power * 10)
    return [step * part for part in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _labels(levels: Sequence[float]) -> list[str]:
    labels = list(map(number, levels))
    # In a narrow band five digits may not tell them apart.
    return labels if len(set(labels)) == len(labels) else [f"{one:.10g}" for one in levels]


def _x(call: int, last: int) -> float:
    part = call / last if last else 0.5
    return _LEFT + part * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, low: float, high: float) -> float:
    # Scaled first: the span of two finite numbers may not be finite.
    scale = max(abs(low), abs(high)) or 1.0
    span = high / scale - low / scale
    part = (value / scale - low / scale) / span if span else 0.5
    return _HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM)


Points = Sequence[tuple[float, float] | None]


def _path(points: Points) -> str:
    """Write a line through the points that begins anew after each gap."""
    steps = []
    for before, point in pairwise([None, *points]):
        if point is not None:
            steps.append(f"{'M' if before is None else 'L'}{point[0]:.1f} {point[1]:.1f}")
    return "".join(steps)


def _alone(points: Points) -> list[tuple[float, float]]:
    """Return the points without a neighbour, of which a line shows nothing."""
    padded = [None, *points, None]
    around = zip(padded, points, padded[2:], strict=False)
    return [p for before, p, after in around if p is not None and before is after is None]


def _numbers(programs: Sequence[tuple[tuple[str, str], Values]]) -> Iterator[str]:
    heads = ("calls", *(words for (_, words), _ in programs))
    yield '<div class="wide"><table class="numbers">'
    yield f"<thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead>"
    yield "<tbody>"
    for call, values in enumerate(zip(*(values for _, values in programs), strict=True)):
        cells = "".join(f"<td>{number(value)}</td>" for value in values)
        yield f"<tr><td>{call}</td>{cells}</tr>"
    yield "</tbody></table></div>"
