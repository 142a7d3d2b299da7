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

from flake8_theano_updates.cli import check
from flake8_theano_updates.cli.arguments import parser
from flake8_theano_updates.cli.looking import look, with_fixes
from flake8_theano_updates.cli.statuses import CLOSED, INTERRUPTED, UNUSABLE
from flake8_theano_updates.report import text as text_report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: what stands after the program's name; None takes ``sys.argv``.

    Returns:
        The exit status.

    Raises:
        SystemExit: as argparse does, for ``--help``, ``--version`` and wrong usage.
    """
    _open_streams()
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
        _drop_output()  # whoever read it has gone
        return CLOSED
    except OSError as error:
        # What is read and what is written to files has its own words.
        _drop_output()
        _complain(f"standard output: {error.strerror or error}")
        return UNUSABLE
    return status


def _open_streams() -> None:
    """Let what is written to a stream that was closed before go nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _drop_output() -> None:
    """Let Python's own flush at exit not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(options: argparse.Namespace) -> int:
    # Imported where used: `check` does without the other verbs, and starts sooner.
    if options.verb == "fix":
        from flake8_theano_updates.cli import fix

        return fix.run(options, _complain)
    if options.verb == "explain":
        from flake8_theano_updates.cli import explain

        return explain.run(options, _complain)
    looked = []
    for one in look(options.paths, options):
        if one.complaint:
            _complain(one.complaint)
        looked.append(one if options.format == "text" else with_fixes(one))
    status = max(one.status for one in looked)
    if options.verb == "confirm":
        from flake8_theano_updates.cli import confirm

        return max(status, confirm.run(options, looked, _complain))
    return max(status, check.run(options, looked))


def _complain(line: str) -> None:
    print(text_report.printable(f"theano-updates: {line}"), file=sys.stderr)
