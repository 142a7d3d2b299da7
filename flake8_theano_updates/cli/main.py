"""The command line: ``theano-updates check``, ``confirm``, ``fix``, ``explain`` and ``trace``.

Exit statuses, the highest that applies: 0 nothing found; 1 findings; 2 wrong usage, an
input or a configuration that cannot be read, or ``confirm`` without a backend; 3 an internal error
(also reported as THU000); 130 interrupted; 141 output closed early. That of ``trace`` is the
traced program's own.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor

from flake8_theano_updates.cli import check
from flake8_theano_updates.cli.arguments import parsed
from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.settings import settle, shown
from flake8_theano_updates.cli.statuses import (
    CLOSED,
    FOUND,
    INTERNAL,
    INTERRUPTED,
    NOTHING,
    UNUSABLE,
)
from flake8_theano_updates.options import BadOption


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status.

    Args:
        arguments: what stands after the program's name; None takes ``sys.argv``.

    Raises:
        SystemExit: as argparse does, for ``--help``, ``--version`` and wrong usage.
    """
    # What is written to a stream that was closed before goes nowhere.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    options = parsed(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A path or a name that the terminal cannot show must not end the run.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        settle(options)
        if options.show_settings:
            print(*shown(options), sep="\n")
            status = NOTHING
        else:
            status = _run(options)
        if status == FOUND and vars(options).get("exit_zero"):
            status = NOTHING
        sys.stdout.flush()
    except BadOption as error:
        complain(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenExecutor:
        complain("a process was ended before its work was done; --jobs 1 does without others")
        return INTERNAL
    except OSError as error:
        # Python's own flush at exit is not to complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return CLOSED  # whoever read it has gone
        # What is read and what is written to files has its own words.
        complain(f"standard output: {error.strerror or error}")
        return UNUSABLE
    return status


def _run(options: argparse.Namespace) -> int:
    # Imported where used: `check` does without the other verbs, and starts sooner.
    if options.verb == "fix":
        from flake8_theano_updates.cli import fix

        return fix.run(options)
    if options.verb == "explain":
        from flake8_theano_updates.cli import explain

        return explain.run(options)
    if options.verb == "confirm":
        from flake8_theano_updates.cli import confirm

        return confirm.run(options)
    if options.verb == "trace":
        from flake8_theano_updates.cli import trace

        return trace.run(options)
    return check.run(options)
