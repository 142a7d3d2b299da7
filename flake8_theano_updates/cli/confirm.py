"""The command line's ``confirm``: ask a backend about the findings and tell what it computed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from typing import TextIO

from flake8_theano_updates.cli.check import in_full
from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.files import Place
from flake8_theano_updates.cli.looking import Looked, light, look
from flake8_theano_updates.cli.narrowing import narrowed
from flake8_theano_updates.cli.output import counted, fits, report_of
from flake8_theano_updates.cli.statuses import FOUND, INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.cli.verdicts import verdicts_on
from flake8_theano_updates.cli.write import (
    CannotWriteError,
    can_make_pages,
    put_files,
    put_page,
    try_folder,
    try_page,
)
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.options import BadOption
from flake8_theano_updates.report import terminal
from flake8_theano_updates.report.formats import FOR_PROGRAMS, in_format
from flake8_theano_updates.report.programs import programs
from flake8_theano_updates.report.sparkline import marks_for


def run(options: argparse.Namespace) -> int:
    """Tell the verdict on each finding; return the exit status that the verdicts call for."""
    if not (fits(options) and _can_write(options)):
        return UNUSABLE
    jobs = options.jobs or 1
    looked = narrowed(look(options.paths, options, _seen, jobs), options)
    return max([_confirmed(options, looked), *(one.status for one in looked)])


def _confirmed(options: argparse.Namespace, looked: Sequence[Looked]) -> int:
    findings = [finding for one in looked for finding in one.findings]
    try:
        verdicts, missing = verdicts_on(looked, options)
    except (BadOption, BrokenExecutor):
        raise
    except Exception as error:
        complain(internal_error("confirm", error).message)
        if options.report:
            complain(f"--report: {options.report}: no page is written, as there are no verdicts")
        return INTERNAL
    status = FOUND if any(verdict.status != "agrees" for verdict in verdicts) else NOTHING
    try:
        with report_of(options) as report:
            if options.format in FOR_PROGRAMS:
                report.tell(in_format(options.format, findings, verdicts))
            elif _is_read(looked):
                _tell(options, report.stream, findings, _short(verdicts, missing))
                report.tell(counted(options, findings))
        status = max(status, report.status)
    except OSError:
        raise  # nobody takes the output
    except Exception as error:
        complain(internal_error("confirm", error).message)
        status = INTERNAL
    if missing is not None:
        complain(f"confirm: {missing}")
        status = max(status, UNUSABLE)
    return max(status, _write(options, findings, verdicts, looked))


def _short(verdicts: Sequence[Verdict], missing: str | None) -> list[Verdict]:
    """Leave out of each verdict why there is no backend: that is said once, at the end."""
    short = "there is no backend that could be asked"
    return [replace(one, reason=short) if one.reason == missing else one for one in verdicts]


def _tell(
    options: argparse.Namespace,
    stream: TextIO,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
) -> None:
    shown = terminal.Shown(
        tables=options.verbose, programs=options.show_snippet, summary=not options.quiet
    )
    marks = marks_for(stream.encoding)
    terminal.confirmation(terminal.console_for(stream), findings, verdicts, marks, shown)


def _can_write(options: argparse.Namespace) -> bool:
    """Could the files that are asked for be written? That is told before all the work."""
    option = "--save-snippets"
    try:
        if options.save_snippets is not None:
            try_folder(options.save_snippets)
        option = "--report"
        if options.report:
            try_page(options.report)
    except CannotWriteError as error:
        complain(f"{option}: {error}")
        return False
    return not options.report or can_make_pages(option)


def _seen(place: Place, options: argparse.Namespace) -> Looked:
    """Look at a file, and keep its lines where a page is to show them."""
    looked = in_full(place, options)
    is_shown = options.report and looked.findings
    return replace(light(looked), sources=looked.sources if is_shown else {})


def _write(
    options: argparse.Namespace,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    looked: Sequence[Looked],
) -> int:
    """Write the files that were asked for; return the exit status of what could not be done."""
    status = NOTHING
    if options.save_snippets is not None:
        try:
            put_files(options.save_snippets, programs(findings, verdicts))
        except CannotWriteError as error:
            complain(f"--save-snippets: {error}")
            status = UNUSABLE
    if options.report and not _is_read(looked):
        complain(f"--report: {options.report}: no page is written, as nothing could be read")
        status = UNUSABLE
    elif options.report:
        # Imported here: few runs write a page.
        from flake8_theano_updates.report import html as html_report

        sources = {place: lines for one in looked for place, lines in one.sources.items()}
        try:
            page = html_report.report(findings, verdicts, sources)
            # A path may hold bytes that are no text.
            put_page(options.report, page.encode(errors="backslashreplace"))
        except CannotWriteError as error:
            complain(f"--report: {error}")
            status = UNUSABLE
        except Exception as error:
            # The verdicts are there, whatever becomes of their page.
            complain(f"--report: {internal_error('', error).message}")
            status = INTERNAL
    return status


def _is_read(looked: Sequence[Looked]) -> bool:
    """Was there a file that could be read, so that something can be said of it?"""
    return any(one.status != UNUSABLE for one in looked)
