"""flake8's door."""

from __future__ import annotations

import argparse
import ast
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from flake8.exceptions import ExecutionError
from flake8.options.manager import OptionManager

import flake8_theano_updates
from flake8_theano_updates.choice import off
from flake8_theano_updates.configuration import Configuration, Given, nearest
from flake8_theano_updates.interpreter.names import is_theano_code
from flake8_theano_updates.options import (
    FAMILY,
    PYTHON,
    BadOption,
    beginnings,
    compilers,
    interpreter,
    interpreter_of_environment,
    refused_interpreter,
)


class _OnCommandLine(argparse.Action):
    """Mark a value as the user's own: what a configuration file gives comes past this."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store a path where a configuration file stores a text, and a tuple for its list."""
        setattr(namespace, self.dest, Path(values) if isinstance(values, str) else tuple(values))


def _interpreter(options: argparse.Namespace) -> str | None:
    """Return the interpreter that the command line or the environment names.

    Raises:
        BadOption: if it is no program, or if a file names it: to lint a project must not start
            a program of the project.
    """
    given = options.thu_python
    if isinstance(given, Path):
        return interpreter(str(given))
    if given is not None:
        raise refused_interpreter("thu-python", given, _configuration(), "--thu-python")
    return interpreter_of_environment() if options.thu_confirm else None


def _settings(options: argparse.Namespace) -> Configuration:
    """Put together what the command line says, a table of ``pyproject.toml``, and flake8's files.

    flake8's files do not count where there is a table, as for ``theano-updates``.

    Raises:
        BadOption: if a value means nothing.
    """
    table = None if _names_configuration() else nearest(os.getcwd())
    given = {} if table is None else dict(table.given)
    if table is None or isinstance(options.thu_enable, tuple):
        given["enable"] = Given(beginnings(options.thu_enable), "--thu-enable")
    if table is None or isinstance(options.thu_function, tuple):
        given["function"] = Given(tuple(options.thu_function), "--thu-function")
    selected = (*(options.select or ()), *(options.extend_select or ()))
    # THU alone is how this plugin is selected among others.
    named = [one for one in selected if one.startswith(FAMILY) and one != FAMILY]
    before = given["extend-select"].value if "extend-select" in given else ()
    given["extend-select"] = Given((*before, *named), "--extend-select")
    return Configuration("" if table is None else table.title, given)


def _names_configuration() -> bool:
    """Does the command line name a configuration, or want none? Then there is no other one.

    flake8 keeps these two options to itself: what a plugin is given does not have them.
    """
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--config")
    parser.add_argument("--isolated", action="store_true")
    named, _ = parser.parse_known_args()
    return named.isolated or named.config is not None


def _configuration() -> str:
    """Return which configuration file names an interpreter, as far as it is where it usually is."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        for name in ("setup.cfg", "tox.ini", ".flake8", "pyproject.toml"):
            with suppress(OSError):
                text = (folder / name).read_text(encoding="utf-8", errors="replace")
                if re.search(r"^\s*thu[-_]python\b", text, re.MULTILINE):
                    return str(folder / name)
    return "a configuration file of flake8"


class Plugin:
    """Reports every finding at the line and character of the read.

    flake8 makes one for each file and injects the arguments by name:
    https://flake8.pycqa.org/en/latest/plugin-development/plugin-parameters.html
    """

    name = "flake8-theano-updates"
    version = flake8_theano_updates.__version__

    def __init__(
        self,
        tree: ast.Module,
        lines: Sequence[str],
        filename: str,
        options: argparse.Namespace,
    ) -> None:
        self._tree = tree
        self._lines = lines
        self._filename = filename
        self._options = options

    @staticmethod
    def add_options(manager: OptionManager) -> None:
        """Register the options, for the command line and for configuration files."""
        manager.add_option(
            "--thu-enable",
            action=_OnCommandLine,
            default="",
            comma_separated_list=True,
            parse_from_config=True,
            metavar="CODES",
            help="rules to turn on that are off by default, such as THU901,THU903, or ALL; "
            "--extend-select=THU9 does so too",
        )
        manager.add_option(
            "--thu-function",
            action=_OnCommandLine,
            default="",
            comma_separated_list=True,
            parse_from_config=True,
            metavar="NAMES",
            help="compile calls of one's own and where they take the updates, such as "
            "mylib.compile:updates or mylib.compile:3",
        )
        manager.add_option(
            "--thu-confirm",
            action="store_true",
            parse_from_config=True,
            help="compile each finding, say what the backend computes, and report nothing that "
            "it refutes; takes a second or more for each file with findings",
        )
        manager.add_option(
            "--thu-python",
            action=_OnCommandLine,
            parse_from_config=True,  # to be refused: flake8 is silent about what it does not know
            metavar="PATH",
            help="the interpreter that has the backend for --thu-confirm, not read from "
            f"configuration files (default: that in {PYTHON}, else the one that runs flake8)",
        )

    @staticmethod
    def parse_options(options: argparse.Namespace) -> None:
        """Refuse values that mean nothing, before any file is read."""
        try:
            options.thu_settings = settings = _settings(options)
            options.thu_function = compilers(settings.value("function"))
            options.thu_python = _interpreter(options)
        except BadOption as error:
            raise ExecutionError(f"flake8-theano-updates: {error}") from None

    def run(self) -> Iterator[tuple[int, int, str, type[Any]]]:
        """Yield (line from 1, column from 0, message, this class) for each finding."""
        options = self._options
        if not is_theano_code(self._lines, options.thu_function):
            return
        settings: Configuration = options.thu_settings
        if settings.excludes(self._filename):
            return
        # Imported here: most files are not Theano's, and flake8 starts often.
        from flake8_theano_updates.findings import check
        from flake8_theano_updates.internal_error import CODE, internal_error

        codes = {*settings.codes_for(self._filename), CODE}
        try:
            found = check(
                self._tree,
                self._lines,
                self._filename,
                enable=off(codes),
                compilers=options.thu_function,
            )
            findings = [finding for finding in found if finding.code in codes]
            if findings and options.thu_confirm:
                # Imported here: it needs more than the standard library.
                from flake8_theano_updates.confirm.messages import confirmed

                findings = confirmed(findings, options.thu_python)
        except Exception as error:  # flake8 would end its whole run
            findings = [internal_error(self._filename, error)]
        for finding in findings:
            yield finding.line, finding.column - 1, f"{finding.code} {finding.message}", type(self)
