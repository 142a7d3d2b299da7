"""What the command line takes: verbs, options, and codes that some rule has."""

from __future__ import annotations

import argparse
import math

from flake8_theano_updates import __version__
from flake8_theano_updates.options import BadOption, codes, compilers, interpreter
from flake8_theano_updates.rules import RULES


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line; the verb ends up in ``verb``."""
    whole = argparse.ArgumentParser(
        prog="theano-updates",
        description="Find and confirm code that wrongly assumes that Theano's updates run in "
        "order.",
    )
    whole.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    verbs = whole.add_subparsers(dest="verb", required=True, metavar="VERB")

    check_verb = verbs.add_parser("check", help="report what flake8 would report")
    _add_common(check_verb)

    _add_confirm(
        verbs.add_parser(
            "confirm", help="compile what is reported and show what difference it makes"
        )
    )
    _add_fix(verbs.add_parser("fix", help="show, or write, what mends the findings"))

    explain_verb = verbs.add_parser(
        "explain", help="say what a rule means, or what is wrong with some code; list the rules"
    )
    explain_verb.add_argument(
        "subjects",
        nargs="*",
        metavar="CODE|PATH[:LINE]",
        help="a rule such as THU101; files, folders, or - for standard input; or a place as "
        "check prints it",
    )
    _add_reading(explain_verb)
    return whole


def _add_confirm(verb: argparse.ArgumentParser) -> None:
    _add_common(verb)
    verb.add_argument(
        "--calls",
        type=_positive,
        default=5,
        metavar="N",
        help="how often each compiled function is called (default: %(default)s)",
    )
    verb.add_argument(
        "--python",
        type=_program,
        metavar="PATH",
        help="the interpreter that has the backend (default: the one that runs this)",
    )
    verb.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="how many processes compile side by side (default: one for every 25 findings, and "
        "no more than there are cores)",
    )
    verb.add_argument(
        "--timeout",
        type=_seconds,
        default=20.0,
        metavar="SECONDS",
        help="how long one program may take (default: %(default)g)",
    )
    verb.add_argument(
        "--show-snippet",
        action="store_true",
        help="print the program that was run under each finding; JSON has it anyway",
    )
    verb.add_argument(
        "--save-snippets",
        type=_path,
        metavar="DIR",
        help="also write the program of each finding into a file in this folder",
    )
    verb.add_argument(
        "--report",
        type=_path,
        metavar="FILE",
        help="also write the findings, with plots of the numbers, as one HTML page",
    )


def _add_fix(verb: argparse.ArgumentParser) -> None:
    _add_input(verb)
    output = verb.add_mutually_exclusive_group()
    output.add_argument(
        "--diff",
        action="store_false",
        default=False,
        dest="write",
        help="print what would change, and change nothing (default)",
    )
    output.add_argument(
        "--write", action="store_true", help="change the files; with -, print the new text"
    )
    kind = verb.add_mutually_exclusive_group()
    kind.add_argument(
        "--unsafe",
        action="store_true",
        help="use new values where they were meant, and whatever else changes the numbers",
    )
    kind.add_argument(
        "--safe-only",
        action="store_true",
        help="keep the numbers: show in the code that THU101 reads the old value",
    )
    verb.add_argument(
        "--prove",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="run each update before and after its fix and make no fix that is not proven "
        "(default: where there is a backend)",
    )
    verb.add_argument(
        "--python",
        type=_program,
        metavar="PATH",
        help="prove with the backend of this interpreter (default: the one that runs this)",
    )


def _add_common(verb: argparse.ArgumentParser) -> None:
    _add_input(verb)
    verb.add_argument(
        "--format", choices=("text", "json", "sarif"), default="text", help="default: %(default)s"
    )


def _add_input(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "paths", nargs="+", metavar="PATH", help="files, folders, or - for standard input"
    )
    _add_reading(verb)


def _add_reading(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--select",
        type=_codes,
        default=tuple(rule.code for rule in RULES),
        metavar="CODES",
        help="report only these codes, or codes that begin so, separated by commas",
    )
    verb.add_argument(
        "--enable",
        type=_codes,
        default=(),
        metavar="CODES",
        help="also compute these rules, which are off by default",
    )
    verb.add_argument(
        "--function",
        type=_compilers,
        default={},
        metavar="NAMES",
        help="compile calls of your own and where they take the updates, such as "
        "mylib.compile:updates or mylib.compile:3",
    )
    verb.add_argument(
        "--python-version",
        choices=("2", "3", "auto"),
        default="auto",
        help="the Python that the files are written in (default: %(default)s, found out)",
    )
    verb.add_argument(
        "--stdin-display-name",
        default="stdin",
        metavar="NAME",
        help="the path to show for standard input (default: %(default)s)",
    )


def _codes(text: str) -> tuple[str, ...]:
    parts = _parts(text)
    if not parts:
        raise argparse.ArgumentTypeError("no code is given")
    try:
        return codes(parts)
    except BadOption as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _compilers(text: str) -> dict[str, str | int]:
    try:
        return compilers(_parts(text))
    except BadOption as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _path(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("no path is given")
    return text


def _program(text: str) -> str:
    """Return the absolute path of a program that is given by its path or its name."""
    try:
        return interpreter(_path(text))
    except BadOption as error:
        raise argparse.ArgumentTypeError(str(error)) from None


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
