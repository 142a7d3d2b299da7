"""The command line's ``confirm``: ask a backend about the findings and tell what it computed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TextIO

from flake8_theano_updates.cli.check import in_full
from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.looking import Looked, look
from flake8_theano_updates.cli.narrowing import narrowed
from flake8_theano_updates.cli.output import counted, fits, report_of
from flake8_theano_updates.cli.progress import progress
from flake8_theano_updates.cli.statuses import FOUND, INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.cli.write import (
    CannotWriteError,
    can_make_pages,
    put_files,
    put_page,
    try_folder,
    try_page,
)
from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.internal_error import NOT_CHECKED, internal_error
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report import terminal
from flake8_theano_updates.report.formats import FOR_PROGRAMS, in_format
from flake8_theano_updates.report.programs import programs
from flake8_theano_updates.report.sparkline import marks_for

_UNCHECKED = Verdict("unresolved", "it was not checked, so there is nothing to compile")


def run(options: argparse.Namespace) -> int:
    """Tell the verdict on each finding; return the exit status that the verdicts call for."""
    if not (fits(options) and _can_write(options)):
        return UNUSABLE
    looked = narrowed(look(options.paths, options, in_full), options)
    return max([_confirmed(options, looked), *(one.status for one in looked)])


def _confirmed(options: argparse.Namespace, looked: Sequence[Looked]) -> int:
    findings = [finding for one in looked for finding in one.findings]
    try:
        verdicts = _verdicts(options, findings)
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
                _tell(options, report.stream, findings, verdicts)
                report.tell(counted(options, findings))
        status = max(status, report.status)
    except OSError:
        raise  # nobody takes the output
    except Exception as error:
        complain(internal_error("confirm", error).message)
        status = INTERNAL
    return max(status, _write(options, findings, verdicts, looked))


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


def _verdicts(options: argparse.Namespace, findings: Sequence[Finding]) -> list[Verdict]:
    checked = [finding for finding in findings if finding.code not in NOT_CHECKED]
    with progress(None if options.quiet else sys.stderr, "confirming", len(checked)) as told:
        given = confirm(
            checked,
            calls=options.calls,
            python=options.python,
            timeout=options.timeout,
            jobs=options.jobs,
            progress=told,
        )
    remaining = iter(given)
    return [_UNCHECKED if f.code in NOT_CHECKED else next(remaining) for f in findings]


def _write(
    options: argparse.Namespace,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    looked: Sequence[Looked],
) -> int:
    """Write the files that were asked for; return the exit status of what could not be done."""
    status = NOTHING
    for finding, verdict in zip(findings, verdicts, strict=True):
        if finding.fault and verdict.backend is None:
            complain(f"confirm: {verdict.reason}")
            status = UNUSABLE
            break
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
