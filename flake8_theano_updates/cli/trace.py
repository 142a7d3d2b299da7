"""The command line's ``trace``: run a program and tell what its compiled functions compute."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.noqa import not_silenced
from flake8_theano_updates.cli.statuses import INTERNAL, UNUSABLE
from flake8_theano_updates.cli.write import (
    CannotWriteError,
    can_make_pages,
    put_report,
    try_report,
)
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding, Sources, Verdict
from flake8_theano_updates.report import terminal
from flake8_theano_updates.report import text as text_report
from flake8_theano_updates.report.formats import in_format
from flake8_theano_updates.rules import RULES
from flake8_theano_updates.trace.calls import questions, verdicts
from flake8_theano_updates.trace.findings import findings
from flake8_theano_updates.trace.left_out import counted, left_out
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
    if options.output is not None and not _can_write(options.output):
        return UNUSABLE
    if options.format == "html" and not can_make_pages("--format html"):
        return UNUSABLE
    text = Program()
    try:
        ran = run_program(
            program,
            module=options.module is not None,
            python=options.python,
            most=options.functions,
            calls=options.first_calls,
            answer=lambda function: questions(function, text, wanted(options)),
        )
    except CannotStartError as error:
        complain(f"trace: {error}")
        return UNUSABLE
    return ran.status if _report(options, ran.run, text) else max(ran.status, INTERNAL)


def wanted(options: argparse.Namespace) -> list[str]:
    """Return the codes that are asked for."""
    enabled = [one.code for one in RULES if one.default_on or one.code in options.enable]
    return [code for code in enabled if code in options.select]


def _report(options: argparse.Namespace, run: Run, program: Program) -> bool:
    """Write the report; return whether that could be done."""
    for words in left_out(run):
        complain(f"trace: {words}")
    try:
        found = looked_for(run, options, program)
        told = verdicts(found, run) if options.first_calls else None
        text = _written(options.format, run, found, told, program)
    except Exception as error:
        complain(internal_error("trace", error).message)
        return False
    if options.output is None:
        print(text, file=sys.stderr)
        return True
    try:
        put_report(options.output, f"{text}\n".encode("utf-8", "backslashreplace"))
    except CannotWriteError as error:
        complain(f"--output: {error}")
        return False
    return True


def looked_for(run: Run, options: argparse.Namespace, program: Program) -> list[Finding]:
    """Return what is found, and neither silenced where it stands nor ignored for its file."""
    found = findings(run.functions, wanted(options), program)
    kept = []
    for path, together in groupby(found, key=lambda one: one.path):
        codes = options.settings.codes_for(os.path.join(options.folder, path))
        asked = [one for one in together if one.code in codes]
        kept += not_silenced(asked, path, program.file(path).lines)
    return kept


def _written(
    name: str,
    run: Run,
    found: Sequence[Finding],
    told: Sequence[Verdict] | None,
    program: Program,
) -> str:
    """Write the report in a format."""
    if name == "text":
        return in_text(run, found, told)
    if name == "html":
        # Imported here: few runs write a page.
        from flake8_theano_updates.report import html as html_report

        sources: Sources = {(one.path, None): program.file(one.path).lines for one in found}
        return html_report.report(found, told, sources, "trace")
    return in_format(name, found, told)


def _can_write(path: str) -> bool:
    """Can the report be written? That is told before the program runs, which may take long."""
    try:
        try_report(path)
    except CannotWriteError as error:
        complain(f"--output: {error}")
        return False
    return True


def in_text(run: Run, found: Sequence[Finding], told: Sequence[Verdict] | None) -> str:
    """Write the findings, with the numbers where there are some, and what they are taken from."""
    compiled = sum(not one.refused for one in run.functions)
    compiled += len(run.missed)
    said = f"{counted(compiled)} compiled: {text_report.count(found)}"
    if not run.functions and not run.missed:
        said = "no function was compiled, nothing can be said"
    lines = list(map(text_report.line, found))
    if told:
        file = io.StringIO()
        shown = terminal.Shown(tables=True)
        terminal.confirmation(terminal.console_for(file, plain=True), found, told, shown=shown)
        lines = [file.getvalue().rstrip("\n")]
    return "\n".join([*lines, f"theano-updates: {said}"])
