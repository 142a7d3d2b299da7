"""The command line's ``confirm``: ask a backend about the findings and tell what it computed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from flake8_theano_updates import runtime
from flake8_theano_updates.internal_error import CODE as INTERNAL_CODE
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.looking import Looked
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.progress import ProgressBar
from flake8_theano_updates.report import json as json_report
from flake8_theano_updates.report import text as text_report
from flake8_theano_updates.report.programs import programs
from flake8_theano_updates.report.sparkline import marks_for
from flake8_theano_updates.statuses import FOUND, INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.write import CannotWriteError, put_files, put_page

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
    try:
        verdicts = _verdicts(options, findings, looked)
    except Exception as error:
        complain(internal_error("confirm", error).message)
        if options.report:
            complain(f"--report: {options.report}: no page is written, as there are no verdicts")
        return INTERNAL
    if options.format == "json":
        print(json_report.report(findings, verdicts))
    elif options.format == "sarif":
        # Imported here: the other formats do without it.
        from flake8_theano_updates.report import sarif as sarif_report

        print(sarif_report.report(findings, verdicts))
    else:
        marks = marks_for(sys.stdout.encoding)
        print(text_report.confirmation(findings, verdicts, marks, programs=options.show_snippet))
    status = FOUND if any(verdict.status != "agrees" for verdict in verdicts) else NOTHING
    for complaint in _obstacles(options, findings, verdicts, looked):
        complain(complaint)
        status = UNUSABLE
    return status


def _verdicts(
    options: argparse.Namespace, findings: Sequence[Finding], looked: Sequence[Looked]
) -> list[Verdict]:
    trees = dict(pair for one in looked for pair in one.trees)
    checked = [finding for finding in findings if finding.code != INTERNAL_CODE]
    with ProgressBar(sys.stderr, len(checked)) as progress:
        given = runtime.confirm(
            checked,
            trees,
            calls=options.calls,
            python=options.python,
            timeout=options.timeout,
            jobs=options.jobs,
            progress=progress,
        )
    remaining = iter(given)
    return [_UNCHECKED if f.code == INTERNAL_CODE else next(remaining) for f in findings]


def _obstacles(
    options: argparse.Namespace,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    looked: Sequence[Looked],
) -> Iterator[str]:
    """Write the files that were asked for; yield what could not be done, a line each."""
    for finding, verdict in zip(findings, verdicts, strict=True):
        if finding.fault and verdict.backend is None:
            yield f"confirm: {verdict.reason}"
            break
    if options.save_snippets is not None:
        try:
            put_files(options.save_snippets, programs(findings, verdicts))
        except CannotWriteError as error:
            yield f"--save-snippets: {error}"
    if options.report:
        # Imported here: few runs write a page.
        from flake8_theano_updates.report import html as html_report

        sources = {place: lines for one in looked for place, lines in one.sources.items()}
        page = html_report.report(findings, verdicts, sources)
        try:
            # A path may hold bytes that are no text.
            put_page(options.report, page.encode(errors="backslashreplace"))
        except CannotWriteError as error:
            yield f"--report: {error}"
