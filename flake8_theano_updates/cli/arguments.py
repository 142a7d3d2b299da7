"""What the command line takes: verbs, options, and codes that some rule has."""

from __future__ import annotations

import argparse
import math
import os
import shlex
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

from flake8_theano_updates import __version__
from flake8_theano_updates.cli.completion import SHELLS, PrintCompletion
from flake8_theano_updates.cli.excluding import DEFAULT
from flake8_theano_updates.cli.parser import CellParser, Parser
from flake8_theano_updates.keys import PYTHONS
from flake8_theano_updates.options import (
    PYTHON,
    BadOption,
    beginnings,
    compilers,
    interpreter,
    interpreter_of_environment,
)
from flake8_theano_updates.patterns import anchored
from flake8_theano_updates.report.formats import FOR_PROGRAMS, FORMATS

_Value = TypeVar("_Value")

_FOR_FINDINGS = "default: one for every 25 findings, and no more than there are cores"
_HELP = {
    "--add-noqa": "mend nothing: silence what is found by comments (# noqa: THU101)",
    "check": "report what flake8 would report",
    "confirm": "compile what is reported and show what difference it makes",
    "explain": "say what a rule means, or what is wrong with some code; list the rules",
    "fix": "show, or write, what mends the findings",
    "trace": "run a program and report what the functions that it compiles do",
    "--baseline": "report only what this file does not list",
    "--config": "read this file: TOML with [tool.theano-updates], or one of flake8's (default: the "
    "nearest pyproject.toml that has the table, else what flake8 reads)",
    "--calls": "how often each compiled function is called (default: %(default)s)",
    "--exit-zero": "end with status 0 though there are findings; what goes wrong still counts",
    "--dask": "read files, and compile, on a cluster: the address of a scheduler of "
    "dask.distributed, such as tcp://10.0.0.5:8786 (extra dask)",
    "--diff-base": "report only what stands in lines that have changed since this revision of git",
    "--diff": "print what would change, and change nothing (default)",
    "--enable": "turn on these rules, which are off by default, or ALL",
    "--exclude": "patterns of names or paths of files and folders to pass over, separated by "
    f"commas (default: {','.join(DEFAULT)}; hidden folders, virtual environments and what git "
    "ignores are always passed over)",
    "--extend-exclude": "further ones",
    "--extend-select": "further rules, also such as are off by default",
    "--first-calls": "beside the first N calls of a function with an order finding, compute what "
    "the new value would have given",
    "--force-exclude": "pass over excluded files that are named, too",
    "--format": "default: %(default)s",
    "--function": "compile calls of your own and where they take the updates, such as "
    "mylib.compile:updates or mylib.compile:3",
    "--functions": "stop watching after this many compiled functions",
    "--ignore": "report none of these; where a code is selected too, the longer beginning decides",
    "--isolated": "read no configuration file",
    "--no-fixes": "leave the fixes out of JSON and SARIF, which have them otherwise",
    "--output-file": "write the report into this file instead of to standard output",
    "--output": "the file of the report (default: standard error)",
    "--print-completion": "print what lets this shell complete what is typed (extra completion)",
    "--prove": "run each update before and after its fix and make no fix that is not proven "
    "(default: where there is a backend)",
    "--python-version": "the Python that the files are written in (default: auto, found out)",
    "--quiet": "print what is found, and nothing else: no bar, no summary",
    "--report": "also write the findings, with plots of the numbers, as one HTML page",
    "--safe-only": "keep the numbers: show in the code that THU101 reads the old value",
    "--save-snippets": "also write the program of each finding into a file in this folder",
    "--select": "report only these rules: codes or beginnings of codes, separated by commas, or "
    "ALL; what is off by default is turned on by more than THU (default: all that are on)",
    "--show-settings": "print what holds, and where it comes from, and do nothing else",
    "--show-snippet": "print the program that was run under each finding; JSON has it anyway",
    "--statistics": "also count the findings of each rule",
    "--stdin-display-name": "the path to show for standard input (default: %(default)s)",
    "--timeout": "how long one program may take (default: %(default)g)",
    "--unsafe": "use new values where they were meant, and whatever else changes the numbers",
    "--verbose": "also show the numbers of each call, as a table and as pictures",
    "--write-baseline": "list what is found in the file of --baseline, and report nothing",
    "--write": "change the files; with -, print the new text",
    "-m": "run a module as python -m does",
    "paths": "files, folders, or - for standard input (default: the current folder)",
    "program": "a script and its arguments",
    "subjects": "a rule such as THU101; files, folders, or - for standard input; or a place as "
    "check prints it",
}


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line, and from the environment what interpreter it does not name.

    Raises:
        SystemExit: as argparse does, for ``--help``, ``--version`` and wrong usage.
    """
    whole, verbs = _parsers()
    options, rest = whole.parse_known_args(arguments)
    if rest:
        verbs[options.verb].unknown(rest)
    try:
        _settle_python(options)
    except BadOption as error:
        verbs[options.verb].error(str(error))
    return options


def _settle_python(options: argparse.Namespace) -> None:
    """Find the interpreter that is named, but for a cluster: its workers have their own."""
    given = vars(options)
    if "python" not in given:
        return
    if given.get("dask") is not None:
        options.python = given["python"] or os.environ.get(PYTHON)
    elif given["python"] is None:
        options.python = interpreter_of_environment()
    else:
        try:
            options.python = interpreter(given["python"])
        except BadOption as error:
            raise BadOption(f"argument --python: {error}") from None


def _parsers() -> tuple[Parser, dict[str, Parser]]:
    """Make the parser of the command line, where the verb ends up in ``verb``, and each verb's."""
    whole = Parser(
        prog="theano-updates",
        description="Find and confirm code that wrongly assumes that Theano's updates run in "
        "order.",
    )
    whole.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    _add(whole, "--print-completion", choices=SHELLS, action=PrintCompletion)
    verbs = whole.add_subparsers(dest="verb", required=True, metavar="VERB")
    check = verbs.add_parser("check", help=_HELP["check"])
    _add_common(check)
    workers = check.add_mutually_exclusive_group()
    _add_jobs(workers, "how many processes read files side by side (default: 1)", default=1)
    _add(workers, "--dask", type=_path, metavar="ADDRESS")
    _add_confirm(verbs.add_parser("confirm", help=_HELP["confirm"]))
    _add_fix(verbs.add_parser("fix", help=_HELP["fix"]))
    explain = verbs.add_parser("explain", help=_HELP["explain"])
    _add(explain, "subjects", nargs="*", metavar="CODE|PATH[:LINE]")
    _add_reading(explain)
    _add_trace(verbs.add_parser("trace", help=_HELP["trace"]))
    return whole, verbs.choices


def of_cell(line: str) -> argparse.Namespace:
    """Read the options of ``trace`` that a cell of a notebook takes.

    Raises:
        BadOption: says what is wrong with them.
    """
    cell = CellParser(prog="%%thu_trace", add_help=False)
    _add(cell, "--first-calls", type=_positive, default=0, metavar="N")
    _add_rules(cell)
    cell.set_defaults(config=None, isolated=False, per_file_ignores=None)
    try:
        return cell.parse_args(shlex.split(line))
    except ValueError as error:
        raise BadOption(str(error)) from None


def _add(to: argparse._ActionsContainer, name: str, *others: str, **settings: Any) -> None:
    to.add_argument(*others, name, help=_HELP[name], **settings)


def _add_confirm(verb: argparse.ArgumentParser) -> None:
    _add_common(verb, ("text", *FOR_PROGRAMS))
    _add(verb, "--calls", type=_positive, default=5, metavar="N")
    _add_python(verb, "the interpreter that has the backend")
    workers = verb.add_mutually_exclusive_group()
    _add_jobs(workers, f"how many processes read, and compile, side by side ({_FOR_FINDINGS})")
    _add(workers, "--dask", type=_path, metavar="ADDRESS")
    _add(verb, "--timeout", type=_seconds, default=20.0, metavar="SECONDS")
    _add(verb, "--verbose", "-v", action="store_true")
    _add(verb, "--show-snippet", action="store_true")
    _add(verb, "--save-snippets", type=_path, metavar="DIR")
    _add(verb, "--report", type=_path, metavar="FILE")


def _add_fix(verb: argparse.ArgumentParser) -> None:
    _add_input(verb)
    output = verb.add_mutually_exclusive_group()
    _add(output, "--diff", action="store_false", default=False, dest="write")
    _add(output, "--write", action="store_true")
    kind = verb.add_mutually_exclusive_group()
    _add(kind, "--unsafe", action="store_true")
    _add(kind, "--safe-only", action="store_true")
    _add(kind, "--add-noqa", action="store_true")
    _add(verb, "--prove", action=argparse.BooleanOptionalAction, default=None)
    _add_python(verb, "prove with the backend of this interpreter")
    _add_jobs(verb, f"how many processes fix, and prove, side by side ({_FOR_FINDINGS})")


def _add_trace(verb: argparse.ArgumentParser) -> None:
    verb.usage = "%(prog)s [options] (SCRIPT | -m MODULE) [ARGUMENT ...]"
    _add(verb, "--format", choices=("text", "json", "sarif", "html"), default="text")
    _add(verb, "--output", type=_path, metavar="FILE")
    _add(verb, "--first-calls", type=_positive, default=0, metavar="N")
    _add_python(verb, "the interpreter that runs the program, and has the backend")
    _add(verb, "--functions", type=_positive, default=0, metavar="N")
    _add_codes(verb)
    _add(verb, "-m", nargs=argparse.REMAINDER, dest="module", metavar="MODULE")
    _add(verb, "program", nargs=argparse.REMAINDER, metavar="SCRIPT")


def _add_python(verb: argparse.ArgumentParser, use: str) -> None:
    words = f"{use} (default: that in {PYTHON}, else the one that runs this)"
    verb.add_argument("--python", type=_path, metavar="PATH", help=words)


def _add_jobs(verb: argparse._ActionsContainer, words: str, default: int | None = None) -> None:
    verb.add_argument("--jobs", type=_positive, default=default, metavar="N", help=words)


def _add_common(verb: argparse.ArgumentParser, formats: Sequence[str] = FORMATS) -> None:
    _add_input(verb)
    _add(verb, "--format", choices=formats, default="text")
    _add(verb, "--output-file", type=_path, metavar="FILE")
    _add(verb, "--no-fixes", action="store_false", dest="fixes")
    _add(verb, "--baseline", type=_path, metavar="FILE")
    _add(verb, "--write-baseline", action="store_true")
    _add(verb, "--diff-base", metavar="REV")
    _add(verb, "--statistics", action="store_true")
    _add(verb, "--exit-zero", action="store_true")
    _add(verb, "--quiet", "-q", action="store_true")


def _add_input(verb: argparse.ArgumentParser) -> None:
    _add(verb, "paths", nargs="*", default=["."], metavar="PATH")
    _add_reading(verb)


def _add_rules(verb: argparse.ArgumentParser) -> None:
    for name in ("--select", "--extend-select", "--ignore", "--enable"):
        _add(verb, name, action="extend", type=_codes, metavar="CODES")


def _add_codes(verb: argparse.ArgumentParser) -> None:
    _add_rules(verb)
    files = verb.add_mutually_exclusive_group()
    _add(files, "--config", type=_path, metavar="FILE")
    _add(files, "--isolated", action="store_true")
    _add(verb, "--show-settings", action="store_true")
    verb.set_defaults(per_file_ignores=None)  # in files only


def _add_reading(verb: argparse.ArgumentParser) -> None:
    _add_codes(verb)
    _add(verb, "--function", action="extend", type=_compilers, metavar="NAMES")
    _add(verb, "--exclude", action="extend", type=_patterns, metavar="PATTERNS")
    _add(verb, "--extend-exclude", action="extend", type=_patterns, metavar="PATTERNS")
    _add(verb, "--force-exclude", action="store_true")
    _add(verb, "--python-version", choices=PYTHONS)
    _add(verb, "--stdin-display-name", default="stdin", metavar="NAME")


def _reader(read: Callable[[str], _Value]) -> Callable[[str], _Value]:
    """Let argparse say what is wrong with a value in the words of ``BadOption``."""

    @wraps(read)
    def reader(text: str) -> _Value:
        try:
            return read(text)
        except BadOption as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return reader


@_reader
def _codes(text: str) -> tuple[str, ...]:
    parts = _parts(text)
    if not parts:
        raise BadOption("no code is given")
    return beginnings(parts)


@_reader
def _compilers(text: str) -> list[str]:
    parts = _parts(text)
    compilers(parts)
    return parts


@_reader
def _patterns(text: str) -> tuple[str, ...]:
    return anchored(_parts(text), os.curdir)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _path(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("no path is given")
    return text


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return number
