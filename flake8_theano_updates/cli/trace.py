"""The command line's ``trace``: run a program and tell what its compiled functions compute."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.noqa import not_silenced
from flake8_theano_updates.cli.statuses import INTERNAL, UNUSABLE
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding
from flake8_theano_updates.report import text as text_report
from flake8_theano_updates.report.formats import in_format
from flake8_theano_updates.rules import RULES
from flake8_theano_updates.trace.findings import findings
from flake8_theano_updates.trace.recorded import Run
from flake8_theano_updates.trace.running import CannotStartError
from flake8_theano_updates.trace.running import run as run_program
from flake8_theano_updates.trace.written import Program


def run(options: argparse.Namespace) -> int:
    """Run the program and write the report; return the program's exit status."""
    program = options.module or options.program
    if not program:
        complain("trace: name a script, or a module with -m")
        return UNUSABLE
    if not options.module and not Path(program[0]).is_file():
        complain(f"trace: there is no file {program[0]}")
        return UNUSABLE
    if options.output is not None and not _try(options.output):
        return UNUSABLE
    try:
        ran = run_program(
            program,
            module=options.module is not None,
            python=options.python,
            most=options.functions,
        )
    except CannotStartError as error:
        complain(f"trace: {error}")
        return UNUSABLE
    return ran.status if _report(options, ran.run) else max(ran.status, INTERNAL)


def _report(options: argparse.Namespace, run: Run) -> bool:
    """Write the report; return whether that could be done."""
    enabled = [one.code for one in RULES if one.default_on or one.code in options.enable]
    wanted = [code for code in enabled if code in options.select]
    if run.error is not None:
        complain(f"trace: not all functions could be looked at: {run.error}")
    try:
        found = _looked_for(run, wanted)
    except Exception as error:
        complain(internal_error("trace", error).message)
        return False
    text = _text(run, found) if options.format == "text" else in_format(options.format, found)
    if options.output is None:
        print(text, file=sys.stderr)
        return True
    try:
        Path(options.output).write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        complain(f"--output: {options.output}: {error.strerror}")
        return False
    return True


def _looked_for(run: Run, wanted: Sequence[str]) -> list[Finding]:
    """Return what is found and not silenced where it stands."""
    program = Program()
    found = findings(run.functions, wanted, program)
    return [
        finding
        for path, together in groupby(found, key=lambda one: one.path)
        for finding in not_silenced(together, path, program.file(path).lines)
    ]


def _try(path: str) -> bool:
    """Can the report be written? That is told before the program runs, which may take long."""
    try:
        with open(path, "a", encoding="utf-8"):
            return True
    except OSError as error:
        complain(f"--output: {path}: {error.strerror}")
        return False


def _text(run: Run, found: Sequence[Finding]) -> str:
    """Write the findings, and what they are taken from."""
    compiled, reads = sum(not one.refused for one in run.functions), len(found)
    functions = "1 function" if compiled == 1 else f"{compiled} functions"
    said = "nothing found" if not found else f"{reads} finding{'s' * (reads > 1)}"
    if not run.functions:
        said = "no function was compiled, nothing can be said"
    else:
        said = f"{functions} compiled: {said}"
    return "\n".join([*map(text_report.line, found), f"theano-updates: {said}"])
