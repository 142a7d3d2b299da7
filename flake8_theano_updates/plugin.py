"""flake8's door."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from flake8.exceptions import ExecutionError
from flake8.options.manager import OptionManager

import flake8_theano_updates
from flake8_theano_updates.interpreter.names import is_theano_code
from flake8_theano_updates.options import (
    PYTHON,
    BadOption,
    codes,
    compilers,
    interpreter,
    interpreter_of_environment,
)
from flake8_theano_updates.values import printable


class _OnCommandLine(argparse.Action):
    """Mark a value as the user's own: what a configuration file gives comes past this."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the value as a path, where a configuration file stores a text."""
        setattr(namespace, self.dest, Path(values))


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
        raise BadOption(
            printable(
                f"thu-python = {given} in {_configuration()}: an interpreter is not taken from a "
                "file, as whoever writes the file would start programs on your machine; take the "
                "line out, and write --thu-python=PATH on the command line or "
                f"{PYTHON}=PATH in the environment"
            )
        )
    return interpreter_of_environment() if options.thu_confirm else None


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
            default="",
            comma_separated_list=True,
            parse_from_config=True,
            metavar="CODES",
            help="rules to compute that are off by default, such as THU901,THU903",
        )
        manager.add_option(
            "--thu-function",
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
            options.thu_enable = codes(options.thu_enable)
            options.thu_function = compilers(options.thu_function)
            options.thu_python = _interpreter(options)
        except BadOption as error:
            raise ExecutionError(f"flake8-theano-updates: {error}") from None

    def run(self) -> Iterator[tuple[int, int, str, type[Any]]]:
        """Yield (line from 1, column from 0, message, this class) for each finding."""
        if not is_theano_code(self._lines, self._options.thu_function):
            return
        # Imported here: most files are not Theano's, and flake8 starts often.
        from flake8_theano_updates.findings import check
        from flake8_theano_updates.internal_error import internal_error

        try:
            findings = check(
                self._tree,
                self._lines,
                self._filename,
                enable=self._options.thu_enable,
                compilers=self._options.thu_function,
            )
            if findings and self._options.thu_confirm:
                # Imported here: it needs more than the standard library.
                from flake8_theano_updates.confirm.messages import confirmed

                findings = confirmed(findings, self._options.thu_python)
        except Exception as error:  # flake8 would end its whole run
            findings = [internal_error(self._filename, error)]
        for finding in findings:
            yield finding.line, finding.column - 1, f"{finding.code} {finding.message}", type(self)
