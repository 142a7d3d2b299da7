"""flake8's door."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator, Sequence
from typing import Any

from flake8.exceptions import ExecutionError
from flake8.options.manager import OptionManager

import flake8_theano_updates
from flake8_theano_updates.interpreter.names import is_theano_code
from flake8_theano_updates.options import BadOption, codes, compilers, interpreter


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
            parse_from_config=True,
            metavar="PATH",
            help="the interpreter that has the backend for --thu-confirm (default: the one that "
            "runs flake8)",
        )

    @staticmethod
    def parse_options(options: argparse.Namespace) -> None:
        """Refuse values that mean nothing, before any file is read."""
        try:
            options.thu_enable = codes(options.thu_enable)
            options.thu_function = compilers(options.thu_function)
            options.thu_python = options.thu_python and interpreter(options.thu_python)
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
