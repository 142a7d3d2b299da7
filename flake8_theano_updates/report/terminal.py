"""Findings with their verdicts, and diffs, for a terminal, or for what reads like one.

What is not printed to a terminal has no colour and lines of at most 100 columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, JustifyMethod, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report import text
from flake8_theano_updates.report.elements import (
    Element,
    Rows,
    first_difference,
    number,
    shown_elements,
)
from flake8_theano_updates.report.sparkline import BLOCKS, sparklines
from flake8_theano_updates.rules import ORDER
from flake8_theano_updates.values import printable

# The numbers of each program that was run, with a word for it; the compiled one is first.
Programs = Sequence[tuple[str, Rows]]

_WIDTH = 100
_INDENT = 4
_NAME_WIDTH = 24
_TITLE_WIDTH = 16
_STYLES = {"confirmed": "red", "agrees": "green", "raises": "yellow", "unresolved": "yellow"}


@dataclass(frozen=True)
class Shown:
    """What is printed beside findings and verdicts.

    Args:
        tables: whether the numbers of each call are.
        programs: whether each program that was run is, under its finding.
        summary: whether it is told how many there are of each kind.
    """

    tables: bool = False
    programs: bool = False
    summary: bool = True


SHORT = Shown()


def console_for(stream: TextIO, *, plain: bool = False) -> Console:
    """Return what prints to a stream: as wide as its terminal, else as wide as a page.

    Args:
        plain: whether it has no colour, even where the environment asks for it.
    """
    return Console(
        file=stream,
        width=None if stream.isatty() else _WIDTH,
        force_terminal=False if plain else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def confirmation(
    console: Console,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    marks: str = BLOCKS,
    shown: Shown = SHORT,
) -> None:
    """Print each finding with its verdict, and how many there are of each kind.

    The table of all of them gives the first call after which the two programs part, and one
    number of each at that call.

    Args:
        marks: what sparklines are drawn with, from low to high.
        shown: what else is printed.
    """
    pairs = list(zip(findings, verdicts, strict=True))
    for finding, verdict in pairs:
        console.print(text.line(finding), soft_wrap=True)
        words = Text(text.in_words(verdict))
        words.stylize(_STYLES[verdict.status], 0, len(text.WORDS[verdict.status]))
        _print(console, words)
        if shown.tables:
            _print_numbers(console, finding, verdict, marks)
        if shown.programs and verdict.snippet is not None:
            console.print()
            _code(console, verdict.snippet.rstrip(), "python", _INDENT)
        if shown.tables or shown.programs:
            console.print()
    if pairs and shown.tables and shown.summary:
        _print(console, _overview(pairs), 0)
        console.print()
    if shown.summary:
        console.print(text.summary(verdicts))


def _print_numbers(console: Console, finding: Finding, verdict: Verdict, marks: str) -> None:
    if verdict.stand_ins:
        _print(console, printable(f"the program has {text.stood_in(verdict)}"))
    elements = shown_elements(finding, verdict)
    if elements and verdict.as_compiled:
        ran = _programs(finding, verdict)
        for table in (_pictures(elements, ran, marks), _trajectories(elements, ran)):
            console.print()
            _print(console, table)


def diff(console: Console, lines: Iterable[str]) -> None:
    """Print a diff; to what is no terminal just as it is, for programs that apply it."""
    whole = "".join(lines)
    if console.is_terminal and whole:
        _code(console, printable(whole.rstrip("\n"), "\t\n"), "diff", 0)
    else:
        console.file.write(whole)


def _code(console: Console, code: str, language: str, indent: int) -> None:
    if console.is_terminal:
        syntax = Syntax(code, language, theme="ansi_dark", background_color="default")
        console.print(Padding(syntax, (0, 0, 0, indent)))
    else:
        for one in code.splitlines():
            console.file.write(" " * indent + one + "\n" if one else "\n")


def _print(console: Console, what: RenderableType, indent: int = _INDENT) -> None:
    """Print without the spaces that fill lines up."""
    with console.capture() as captured:
        console.print(Padding(what, (0, 0, 0, indent), expand=False))
    for one in captured.get().splitlines():
        console.file.write(one.rstrip() + "\n")


def _table(heads: Sequence[str], right: Sequence[int] = (), *, header: bool = True) -> Table:
    table = Table(box=None, show_header=header, pad_edge=False, padding=(0, 2, 0, 0))
    for place, head in enumerate(heads):
        side: JustifyMethod = "right" if place in right else "left"
        table.add_column(head, justify=side, no_wrap=True, header_style="")
    return table


def _pictures(elements: Sequence[Element], ran: Programs, marks: str) -> Table:
    """Draw what becomes of each number, a line each; its two programs have one scale."""
    programs = [program for program in ran if program[0] != "reversed"]
    table = _table([""] * (1 + 2 * len(programs)), header=False)
    for element in elements:
        every = [[element.at(rows, call) for call in range(len(rows))] for _, rows in programs]
        lines = [[number for number in line if number is not None] for line in every]
        drawn = zip(programs, sparklines(lines, marks), strict=True)
        cells = [cell for (word, _), picture in drawn for cell in (word, picture)]
        table.add_row(_shortened(element.name, _NAME_WIDTH), *cells)
    return table


def _trajectories(elements: Sequence[Element], programs: Programs) -> Table:
    heads = ["\ncalls"]
    for element in elements:
        titles = [_shortened(element.name, _TITLE_WIDTH), *[""] * (len(programs) - 1)]
        heads += [f"{title}\n{word}" for title, (word, _) in zip(titles, programs, strict=True)]
    table = _table(heads, range(len(heads)))
    for call in range(len(programs[0][1])):
        cells = [number(e.at(rows, call)) for e in elements for _, rows in programs]
        table.add_row(str(call), *cells)
    return table


def _programs(finding: Finding, verdict: Verdict) -> Programs:
    """Name the programs that there are numbers of."""
    programs = (
        ("compiled", verdict.as_compiled),
        ("reversed", verdict.reversed),
        ("new value" if finding.code in ORDER else "as meant", verdict.with_new_value),
    )
    return [(word, rows) for word, rows in programs if rows]


def _overview(pairs: Sequence[tuple[Finding, Verdict]]) -> Table:
    heads = ("finding", "code", "verdict", "call", "variable", "compiled", "new value")
    table = _table(heads, (3, 5, 6))
    for finding, verdict in pairs:
        seen = first_difference(finding, verdict)
        told = ["-"] * 4
        if seen is not None:
            element, *pair = seen
            name = _shortened(element.name, _NAME_WIDTH)
            told = [str(verdict.first_difference), name, *map(number, pair)]
        status = Text(text.WORDS[verdict.status], _STYLES[verdict.status])
        place = _shortened(text.place(finding), _WIDTH - 64)
        table.add_row(place, finding.code, status, *told)
    return table


def _shortened(name: str, width: int) -> str:
    return name if len(name) <= width else "..." + name[len(name) + 3 - width :]
