"""The command line: ``theano-updates check``, ``confirm``, ``fix`` and ``explain``.

Exit statuses, the highest that applies: 0 nothing found; 1 findings; 2 wrong usage, an
input that cannot be read, or ``confirm`` without a backend; 3 an internal error (also
reported as THU000 on line 1 of the file); 130 interrupted; 141 output closed early.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from flake8_theano_updates.arguments import parser
from flake8_theano_updates.looking import look
from flake8_theano_updates.report import json as json_report
from flake8_theano_updates.report import text as text_report
from flake8_theano_updates.statuses import CLOSED, FOUND, INTERRUPTED, NOTHING


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
        # Imported here: `check` does without it, and starts sooner.
        from flake8_theano_updates import confirm_verb

        return max(status, confirm_verb.run(options, looked, _complain))
    if options.format == "json":
        print(json_report.report(findings))
    elif options.format == "sarif":
        # Imported here: the other formats do without it.
        from flake8_theano_updates.report import sarif as sarif_report

        print(sarif_report.report(findings))
    else:
        for finding in findings:
            print(text_report.line(finding))
    return max(status, FOUND if findings else NOTHING)


def _complain(line: str) -> None:
    print(text_report.printable(f"theano-updates: {line}"), file=sys.stderr)
