"""Findings and verdicts as one HTML page that needs nothing else: no network, no scripts.

All that comes from the user's files passes through ``html.escape``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from flake8_theano_updates.model import Finding, Sources, Verdict
from flake8_theano_updates.report import text
from flake8_theano_updates.report.values import (
    Element,
    first_difference,
    number,
    shown_elements,
)

Values = Sequence[float | None]

# Lines shown before and after a finding, and how far up what it is about is still shown.
_AROUND = 2
_REACH = 12

_WIDTH, _HEIGHT = 640, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 14, 12, 38
_MARKED_POINTS = 40
_TICKS = 10

# (class in the page, words) of the two lines in a plot.
_COMPILED = ("compiled", "as compiled")
_MENDED = ("mended", "with the new value")

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
td.place { overflow-wrap: anywhere; min-width: 12rem; }
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
svg.plot { display: block; width: 100%; max-width: 40rem; height: auto; margin-top: .4rem; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.grid { stroke: var(--rule); }
.parting { stroke: var(--soft); stroke-dasharray: 2 3; }
path.compiled, path.mended { fill: none; stroke-width: 2; }
path.compiled { stroke: var(--compiled); }
path.mended { stroke: var(--mended); stroke-dasharray: 6 4; }
circle.compiled { fill: var(--compiled); }
circle.mended { fill: var(--page); stroke: var(--mended); stroke-width: 1.5; }
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
    body = [
        "<h1>Theano updates: what the compiled programs do</h1>",
        f'<p class="soft">{escape(text.summary(verdicts))}</p>',
        *(_overview(pairs) if pairs else []),
        *(
            part
            for place, (finding, verdict) in enumerate(pairs, start=1)
            for part in _article(place, finding, verdict, sources)
        ),
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
    heads = ("finding", "code", "verdict", "first difference")
    yield '<div class="wide"><table>'
    yield f"<thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead>"
    yield "<tbody>"
    for place, (finding, verdict) in enumerate(pairs, start=1):
        yield (
            f'<tr><td class="place"><a href="#finding-{place}">'
            f"{escape(text.place(finding))}</a></td>"
            f"<td>{escape(finding.code)}</td><td>{_status(verdict)}</td>"
            f"<td>{escape(text.difference(finding, verdict)) or '-'}</td></tr>"
        )
    yield "</tbody></table></div>"


def _status(verdict: Verdict) -> str:
    return f'<span class="status {verdict.status}">{text.WORDS[verdict.status]}</span>'


def _article(place: int, finding: Finding, verdict: Verdict, sources: Sources) -> Iterator[str]:
    yield f'<article id="finding-{place}">'
    yield (
        f'<h2><span class="place">{escape(text.place(finding))}</span> '
        f"{escape(finding.code)} {escape(finding.name)}</h2>"
    )
    yield f"<p>{escape(finding.message)}</p>"
    yield from _code(finding, sources.get((finding.path, finding.cell), ()))
    yield f'<p class="{verdict.status}">{escape(text.in_words(finding, verdict))}</p>'
    if verdict.as_compiled and verdict.names:
        yield from _figure(_telling(finding, verdict), verdict)
    if verdict.snippet:
        yield "<details><summary>The program that was run</summary>"
        # A browser drops one line end right after the tag, which this one is then.
        yield f"<pre>\n{escape(verdict.snippet)}</pre></details>"
    yield "</article>"


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
        code = escape(lines[at - 1].rstrip("\r\n"))
        marked = f"<mark>{code}</mark>" if first <= at <= last else code
        shown.append(f'<span class="at">{at:>{width}}  </span>{marked}')
    yield "<pre>" + "\n".join(shown) + "</pre>"


def _telling(finding: Finding, verdict: Verdict) -> Element:
    seen = first_difference(finding, verdict)
    return shown_elements(finding, verdict)[0] if seen is None else seen[0]


def _figure(element: Element, verdict: Verdict) -> Iterator[str]:
    calls = range(max(len(verdict.as_compiled), len(verdict.with_new_value)))
    compiled = [element.at(verdict.as_compiled, call) for call in calls]
    back = [element.at(verdict.reversed, call) for call in calls]
    mended = [element.at(verdict.with_new_value, call) for call in calls]
    lines = [(_COMPILED, compiled), (_MENDED, mended)]
    yield "<figure>"
    yield f"<figcaption><span><code>{escape(element.name)}</code> after each call</span>"
    yield from (f"<span>{_legend(name)}{words}</span>" for (name, words), _ in lines)
    yield "</figcaption>"
    if any(map(_finite, [*compiled, *mended])):
        named = [(name, values) for (name, _), values in lines]
        yield from _plot(element.name, named, verdict.first_difference)
    for (_, words), values in lines:
        gap = _gap_in_words(element.name, words, values)
        if gap:
            yield f"<p>{escape(gap)}</p>"
    yield "</figure>"
    yield "<details><summary>The numbers</summary>"
    yield from _numbers((compiled, back, mended))
    yield "</details>"


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
    low, high = min(finite), max(finite)
    last = max(len(values) for _, values in lines) - 1
    yield (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(name)} after 0 to {_counted(last, "call")}">'
    )
    for value in _levels(low, high):
        y = _y(value, low, high)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number(value)}</text>'
    for call in range(0, last + 1, -(-(last + 1) // _TICKS)):
        x, y = _x(call, last), _HEIGHT - _BOTTOM + 16
        yield f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{call}</text>'
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text x="{middle:.1f}" y="{_HEIGHT - 5}" text-anchor="middle">calls</text>'
    if parting is not None:
        x = _x(parting, last)
        yield f'<path class="parting" d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/>'
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
        # The second line's points are larger, so that those under them still show.
        radius = "2.5" if kind == _COMPILED[0] else "4"
        for x, y in dots:
            yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'
    yield "</svg>"


def _levels(low: float, high: float) -> list[float]:
    """Choose where the grid lies: the lowest and highest value, and three between."""
    if low == high:
        return [low]
    return [low * (1 - part / 4) + high * (part / 4) for part in range(5)]


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


def _numbers(programs: Sequence[Values]) -> Iterator[str]:
    heads = ("calls", "as compiled", "reversed", "with the new value")
    yield '<div class="wide"><table class="numbers">'
    yield f"<thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead>"
    yield "<tbody>"
    for call, values in enumerate(zip(*programs, strict=True)):
        cells = "".join(f"<td>{number(value)}</td>" for value in values)
        yield f"<tr><td>{call}</td>{cells}</tr>"
    yield "</tbody></table></div>"
