"""The command line: ``theano-updates check``, ``confirm``, ``fix`` and ``explain``.

Exit statuses, the highest that applies: 0 nothing found; 1 findings; 2 wrong usage, an
input that cannot be read, or ``confirm`` without a backend; 3 an internal error (also
reported as THU000 on line 1 of the file); 130 interrupted; 141 output closed early.
"""

from __future__ import annotations

import argparse
import ast
import io
import os
import sys
from collections.abc import Sequence

from flake8_theano_updates.arguments import parser
from flake8_theano_updates.internal_error import CODE as INTERNAL_CODE
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.looking import look
from flake8_theano_updates.model import Finding, Sources, Verdict
from flake8_theano_updates.report import json as json_report
from flake8_theano_updates.report import text as text_report
from flake8_theano_updates.statuses import CLOSED, FOUND, INTERNAL, INTERRUPTED, NOTHING, UNUSABLE

_UNCHECKED = Verdict("unresolved", "the check itself failed, so there is nothing to compile")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: what stands after the program's name; None takes ``sys.argv``.

    Returns:
        The exit status.

    Raises:
        SystemExit: as argparse does, for ``--help``, ``--version`` and wrong usage.
    """
    options = parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A path or a name that the terminal cannot show must not end the run.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; Python's own flush at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    return status


def _run(options: argparse.Namespace) -> int:
    # Imported where used: `check` does without these, and starts sooner.
    if options.verb == "fix":
        from flake8_theano_updates import fix_verb

        return fix_verb.run(options, _complain)
    if options.verb == "explain":
        from flake8_theano_updates import explain_verb

        return explain_verb.run(options, _complain)
    return _report(options)


def _report(options: argparse.Namespace) -> int:
    looked = []
    for one in look(options.paths, options, with_fixes=options.format != "text"):
        if one.complaint:
            _complain(one.complaint)
        looked.append(one)
    status = max(one.status for one in looked)
    findings = [finding for one in looked for finding in one.findings]
    if options.verb == "confirm":
        trees = dict(pair for one in looked for pair in one.trees)
        sources = {place: lines for one in looked for place, lines in one.sources.items()}
        return max(status, _confirm(options, findings, trees, sources))
    if options.format == "json":
        print(json_report.report(findings))
    elif options.format == "sarif":
        print(_sarif(findings))
    else:
        for finding in findings:
            print(text_report.line(finding))
    return max(status, FOUND if findings else NOTHING)


def _confirm(
    options: argparse.Namespace,
    findings: Sequence[Finding],
    trees: dict[str, ast.Module],
    sources: Sources,
) -> int:
    # Imported here: `check` does without it, and starts sooner.
    from flake8_theano_updates.runtime import confirm

    order = [finding for finding in findings if finding.code != INTERNAL_CODE]
    try:
        given = iter(confirm(order, trees, calls=options.calls))
    except Exception as error:
        _complain(internal_error("confirm", error).message)
        if options.report:
            _complain(f"--report: {options.report}: no page is written, as there are no verdicts")
        return INTERNAL
    verdicts = [_UNCHECKED if f.code == INTERNAL_CODE else next(given) for f in findings]
    if options.format == "json":
        print(json_report.report(findings, verdicts))
    elif options.format == "sarif":
        print(_sarif(findings, verdicts))
    else:
        print(text_report.confirmation(findings, verdicts))
    missing = _why_no_backend(findings, verdicts)
    if missing:
        _complain(f"confirm: {missing}")
    unwritten = options.report and _why_no_page(options.report, findings, verdicts, sources)
    if unwritten:
        _complain(f"--report: {unwritten}")
    if missing or unwritten:
        return UNUSABLE
    return FOUND if any(verdict.status != "agrees" for verdict in verdicts) else NOTHING


def _sarif(findings: Sequence[Finding], verdicts: Sequence[Verdict] | None = None) -> str:
    # Imported here: the other formats do without it.
    from flake8_theano_updates.report import sarif as sarif_report

    return sarif_report.report(findings, verdicts)


def _why_no_page(
    path: str,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    sources: Sources,
) -> str | None:
    """Write the page; return what kept it from being written, or None."""
    # Imported here: few runs write a page.
    from flake8_theano_updates.report import html as html_report
    from flake8_theano_updates.write import CannotWriteError, put_page

    page = html_report.report(findings, verdicts, sources)
    # A path may hold bytes that are no text.
    try:
        put_page(path, page.encode(errors="backslashreplace"))
    except CannotWriteError as error:
        return str(error)
    return None


def _why_no_backend(findings: Sequence[Finding], verdicts: Sequence[Verdict]) -> str | None:
    pairs = zip(findings, verdicts, strict=True)
    return next((v.reason for f, v in pairs if f.fault and v.backend is None), None)


def _complain(line: str) -> None:
    print(f"theano-updates: {line}", file=sys.stderr)
