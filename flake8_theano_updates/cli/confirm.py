"""The command line's ``confirm``: ask a backend about the findings and tell what it computed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from flake8_theano_updates.cli.looking import Looked
from flake8_theano_updates.cli.progress import progress
from flake8_theano_updates.cli.statuses import FOUND, INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.cli.write import (
    CannotWriteError,
    put_files,
    put_page,
    try_folder,
    try_page,
)
from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.internal_error import CODE as INTERNAL_CODE
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report import json as json_report
from flake8_theano_updates.report import terminal
from flake8_theano_updates.report.programs import programs
from flake8_theano_updates.report.sparkline import marks_for

_UNCHECKED = Verdict("unresolved", "the check itself failed, so there is nothing to compile")


def run(
    options: argparse.Namespace, looked: Iterable[Looked], complain: Callable[[str], None]
) -> int:
    """Tell the verdict on each finding.

    Args:
        options: of the verb, as ``arguments`` reads them.
        looked: what looking at each path gave.
        complain: takes one line for standard error.

    Returns:
        the exit status that the verdicts call for.
    """
    looked = list(looked)
    findings = [finding for one in looked for finding in one.findings]
    for obstacle in _obstacles(options):
        complain(obstacle)
        return UNUSABLE
    try:
        verdicts = _verdicts(options, findings)
    except Exception as error:
        complain(internal_error("confirm", error).message)
        if options.report:
            complain(f"--report: {options.report}: no page is written, as there are no verdicts")
        return INTERNAL
    status = FOUND if any(verdict.status != "agrees" for verdict in verdicts) else NOTHING
    try:
        _print(options, findings, verdicts, looked)
    except OSError:
        raise  # nobody takes the output
    except Exception as error:
        complain(internal_error("confirm", error).message)
        status = INTERNAL
    for told, complaint in _written(options, findings, verdicts, looked):
        complain(complaint)
        status = max(status, told)
    return status


def _obstacles(options: argparse.Namespace) -> Iterator[str]:
    """Yield why the files that were asked for could not be written, before all the work."""
    try:
        if options.save_snippets is not None:
            try_folder(options.save_snippets)
    except CannotWriteError as error:
        yield f"--save-snippets: {error}"
    try:
        if options.report:
            try_page(options.report)
            # Imported here: few runs write a page.
            from flake8_theano_updates.report import html  # noqa: F401
    except CannotWriteError as error:
        yield f"--report: {error}"
    except ImportError as error:
        yield (
            "--report: the page needs jinja2 and matplotlib: "
            f'pip install "flake8-theano-updates[report]" ({error})'
        )


def _verdicts(options: argparse.Namespace, findings: Sequence[Finding]) -> list[Verdict]:
    checked = [finding for finding in findings if finding.code != INTERNAL_CODE]
    with progress(sys.stderr, "confirming", len(checked)) as told:
        given = confirm(
            checked,
            calls=options.calls,
            python=options.python,
            timeout=options.timeout,
            jobs=options.jobs,
            progress=told,
        )
    remaining = iter(given)
    return [_UNCHECKED if f.code == INTERNAL_CODE else next(remaining) for f in findings]


def _print(
    options: argparse.Namespace,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    looked: Sequence[Looked],
) -> None:
    if options.format == "json":
        print(json_report.report(findings, verdicts))
    elif options.format == "sarif":
        # Imported here: the other formats do without it.
        from flake8_theano_updates.report import sarif as sarif_report

        print(sarif_report.report(findings, verdicts))
    elif _is_read(looked):
        terminal.confirmation(
            terminal.console_for(sys.stdout),
            findings,
            verdicts,
            marks_for(sys.stdout.encoding),
            programs=options.show_snippet,
        )


def _written(
    options: argparse.Namespace,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    looked: Sequence[Looked],
) -> Iterator[tuple[int, str]]:
    """Write the files that were asked for; yield what could not be done, with its status."""
    for finding, verdict in zip(findings, verdicts, strict=True):
        if finding.fault and verdict.backend is None:
            yield UNUSABLE, f"confirm: {verdict.reason}"
            break
    if options.save_snippets is not None:
        try:
            put_files(options.save_snippets, programs(findings, verdicts))
        except CannotWriteError as error:
            yield UNUSABLE, f"--save-snippets: {error}"
    if options.report and not _is_read(looked):
        yield UNUSABLE, f"--report: {options.report}: no page is written, as nothing could be read"
    elif options.report:
        # Imported here: few runs write a page.
        from flake8_theano_updates.report import html as html_report

        sources = {place: lines for one in looked for place, lines in one.sources.items()}
        try:
            page = html_report.report(findings, verdicts, sources)
            # A path may hold bytes that are no text.
            put_page(options.report, page.encode(errors="backslashreplace"))
        except CannotWriteError as error:
            yield UNUSABLE, f"--report: {error}"
        except Exception as error:
            # The verdicts are there, whatever becomes of their page.
            yield INTERNAL, f"--report: {internal_error('', error).message}"


def _is_read(looked: Sequence[Looked]) -> bool:
    """Was there a file that could be read, so that something can be said of it?"""
    return any(one.complaint is None for one in looked)
