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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from flake8_theano_updates.arguments import parser
from flake8_theano_updates.cells import in_cell, place_in
from flake8_theano_updates.files import STANDARD_INPUT, NoInput, python_files
from flake8_theano_updates.findings import check
from flake8_theano_updates.internal_error import CODE as INTERNAL_CODE
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.noqa import not_silenced
from flake8_theano_updates.report import json as json_report
from flake8_theano_updates.report import text as text_report
from flake8_theano_updates.rules import RULES
from flake8_theano_updates.source.notebook import Notebook
from flake8_theano_updates.source.python3 import Parsed, Unreadable
from flake8_theano_updates.source.reading import read

NOTHING = 0
FOUND = 1
UNUSABLE = 2
INTERNAL = 3
INTERRUPTED = 130
CLOSED = 141

Sources = tuple[tuple[tuple[str, int | None], Sequence[str]], ...]

_UNCHECKED = Verdict("unresolved", "the check itself failed, so there is nothing to compile")


@dataclass(frozen=True)
class _Looked:
    """What looking at one path gave.

    Args:
        findings: what was found there.
        trees: the syntax tree of each file, by the path in its findings.
        sources: its lines, by that path and, in a notebook, the number of the cell.
        status: the exit status that this calls for, whatever the findings do.
        complaint: one line for standard error, or None.
    """

    findings: tuple[Finding, ...] = ()
    trees: tuple[tuple[str, ast.Module], ...] = ()
    sources: Sources = ()
    status: int = NOTHING
    complaint: str | None = None


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
        if options.verb == "fix":
            # Imported here: `check` does without it, and starts sooner.
            from flake8_theano_updates import fix_verb

            status = fix_verb.run(options, _complain)
        else:
            status = _explain(options.code) if options.verb == "explain" else _report(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; Python's own flush at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    return status


def _report(options: argparse.Namespace) -> int:
    looked = []
    for one in _look(options):
        if one.complaint:
            _complain(one.complaint)
        looked.append(one)
    status = max(one.status for one in looked)
    findings = [finding for one in looked for finding in one.findings]
    if options.verb == "confirm":
        trees = dict(pair for one in looked for pair in one.trees)
        sources = dict(pair for one in looked for pair in one.sources)
        return max(status, _confirm(options, findings, trees, sources))
    if options.format == "json":
        print(json_report.report(findings))
    else:
        for finding in findings:
            print(text_report.line(finding))
    return max(status, FOUND if findings else NOTHING)


def _confirm(
    options: argparse.Namespace,
    findings: Sequence[Finding],
    trees: dict[str, ast.Module],
    sources: dict[tuple[str, int | None], Sequence[str]],
) -> int:
    # Imported here: `check` does without it, and starts sooner.
    from flake8_theano_updates.runtime import confirm

    order = [finding for finding in findings if finding.code != INTERNAL_CODE]
    try:
        given = iter(confirm(order, trees, calls=options.calls))
    except Exception as error:
        _complain(internal_error("confirm", error).message)
        return INTERNAL
    verdicts = [_UNCHECKED if f.code == INTERNAL_CODE else next(given) for f in findings]
    if options.format == "json":
        print(json_report.report(findings, verdicts))
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


def _why_no_page(
    path: str,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    sources: dict[tuple[str, int | None], Sequence[str]],
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


def _explain(code: str | None) -> int:
    if code is None:
        print(text_report.rule_list(RULES))
        return NOTHING
    for rule in RULES:
        if code.lower() in {rule.code.lower(), rule.name}:
            print(text_report.rule(rule))
            return NOTHING
    known = ", ".join(rule.code for rule in RULES)
    _complain(f"explain: there is no rule {code!r}; the rules are {known}")
    return UNUSABLE


def _look(options: argparse.Namespace) -> Iterator[_Looked]:
    seen = set()
    for path in options.paths:
        try:
            for file in python_files(path):
                if file not in seen:
                    seen.add(file)
                    yield _look_at(file, options)
        except NoInput as error:
            yield _Looked(status=UNUSABLE, complaint=str(error))


def _look_at(file: str, options: argparse.Namespace) -> _Looked:
    path = options.stdin_display_name if file == STANDARD_INPUT else file
    try:
        source = read(path, _read(file), options.python_version)
    except Unreadable as error:
        return _Looked(status=UNUSABLE, complaint=str(error))
    except OSError as error:
        return _Looked(status=UNUSABLE, complaint=f"{path}: {error.strerror or error}")
    notebook = source if isinstance(source, Notebook) else None
    parsed = source.parsed if isinstance(source, Notebook) else source
    try:
        found = check(
            parsed.tree,
            parsed.lines,
            path,
            enable=options.enable,
            compilers=options.function,
            python=parsed.python,
            place="line {}".format if notebook is None else partial(place_in, notebook),
        )
    except Exception as error:
        # One file that trips the checks must not hide what the others hold.
        return _Looked(findings=(internal_error(path, error),), status=INTERNAL)
    selected = [finding for finding in found if finding.code in options.select]
    heard = not_silenced(selected, path, parsed.lines)
    if heard and options.format == "json" and notebook is None and parsed.python == 3:
        try:
            heard = _with_fixes(heard, parsed, options)
        except Exception as error:
            return _Looked(findings=(internal_error(path, error),), status=INTERNAL)
    findings = heard if notebook is None else [in_cell(f, notebook) for f in heard]
    if notebook is None:
        sources: Sources = (((path, None), parsed.lines),)
    else:
        sources = tuple(((path, c.number), c.source.split("\n")) for c in notebook.cells)
    return _Looked(tuple(findings), ((path, parsed.tree),), sources)


def _with_fixes(
    findings: Sequence[Finding], parsed: Parsed, options: argparse.Namespace
) -> list[Finding]:
    # Imported here: only JSON shows the edits.
    from flake8_theano_updates.fixes.offered import fixes_of, source_of

    def look(tree: ast.Module, lines: Sequence[str]) -> list[Finding]:
        found = check(tree, lines, parsed.path, enable=options.enable, compilers=options.function)
        return not_silenced(found, parsed.path, lines)

    source = source_of(parsed.tree, parsed.lines, look)
    return [replace(one, fixes=fixes_of(source, one, look)) for one in findings]


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()


def _complain(line: str) -> None:
    print(f"theano-updates: {line}", file=sys.stderr)
