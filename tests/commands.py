"""Run the installed programs away from the checkout.

``run`` starts a process, as a user does. To start Python and import all of it takes thirty times
as long as most of what is asked: where a test is about what is said and written, and not about a
process, ``run_here`` calls the program in this one.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import flake8.main.cli
import flake8.utils

from flake8_theano_updates.cli.main import main

# Seconds that what should happen at once may take on a machine that has other things to do.
PATIENCE = 120.0

_SCRIPTS = Path(sysconfig.get_path("scripts"))


def run(
    program: str, *arguments: object, cwd: Path, stdin: str | bytes | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a console script of this environment."""
    return _finished([str(_SCRIPTS / program), *map(str, arguments)], cwd, stdin)


def run_here(
    program: str, *arguments: object, cwd: Path, stdin: str | bytes | None = None
) -> subprocess.CompletedProcess[str]:
    """Call ``theano-updates`` or ``flake8`` in this process."""
    given = list(map(str, arguments))
    with _at(cwd, stdin) as (output, errors), mock.patch.object(sys, "argv", [program, *given]):
        try:
            if program == "flake8":
                flake8.utils.stdin_get_value.cache_clear()
                status = flake8.main.cli.main(given)
            else:
                assert program == "theano-updates"
                status = main(given)
        except SystemExit as ended:  # of argparse
            status = int(ended.code or 0)
    return subprocess.CompletedProcess(
        [program, *given], status, output.getvalue().decode(), errors.getvalue().decode()
    )


@contextlib.contextmanager
def _at(folder: Path, stdin: str | bytes | None) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Be in a folder, with streams of one's own; give what is written to output and errors."""
    data = stdin.encode() if isinstance(stdin, str) else stdin or b""
    output, errors = io.BytesIO(), io.BytesIO()
    streams = sys.stdin, sys.stdout, sys.stderr
    before = os.getcwd()
    os.chdir(folder)
    sys.stdin = io.TextIOWrapper(io.BytesIO(data), "utf-8")
    sys.stdout = io.TextIOWrapper(output, "utf-8")
    sys.stderr = io.TextIOWrapper(errors, "utf-8", "backslashreplace")
    try:
        yield output, errors
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Kept from closing what has still to be read.
        sys.stdout.detach()
        sys.stderr.detach()
        sys.stdin, sys.stdout, sys.stderr = streams
        os.chdir(before)


def hear_interrupts() -> None:
    """Begin a process that hears of Ctrl-C: what a shell starts in the background does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run_python(
    *arguments: object, cwd: Path, stdin: str | bytes | None = None
) -> subprocess.CompletedProcess[str]:
    """Run this environment's Python."""
    return _finished([sys.executable, *map(str, arguments)], cwd, stdin)


def run_json(*arguments: object, cwd: Path) -> list[dict[str, Any]]:
    """Call ``theano-updates`` in this process and return the array that it prints."""
    done = run_here("theano-updates", *arguments, "--format", "json", cwd=cwd)
    assert done.stderr == ""
    return json.loads(done.stdout, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(f"not strict JSON: {constant}")


def _finished(
    command: Sequence[str], cwd: Path, stdin: str | bytes | None
) -> subprocess.CompletedProcess[str]:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(command, cwd=cwd, input=data, capture_output=True, check=False)
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )
