"""flake8's door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import flake8_theano_updates
from flake8_theano_updates.findings import check


class Plugin:
    """Reports every finding at the line and character of the read.

    flake8 makes one for each file and injects the arguments by name:
    https://flake8.pycqa.org/en/latest/plugin-development/plugin-parameters.html
    """

    name = "flake8-theano-updates"
    version = flake8_theano_updates.__version__

    def __init__(self, tree: ast.Module, lines: list[str], filename: str) -> None:
        self._tree = tree
        self._lines = lines
        self._filename = filename

    def run(self) -> Iterator[tuple[int, int, str, type[Any]]]:
        """Yield (line from 1, column from 0, message, this class) for each finding."""
        try:
            findings = check(self._tree, self._lines, self._filename)
        except Exception as error:  # flake8 would end its whole run
            yield 1, 0, f"THU000 internal error: {type(error).__name__}: {error}", type(self)
            return
        for finding in findings:
            yield finding.line, finding.column - 1, f"{finding.code} {finding.message}", type(self)
