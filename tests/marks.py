"""The fixtures and the `# error: CODE COLUMN VARIABLE` marks in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "fixtures"

_COMMENT = re.compile(r"#\s*error:(?P<marks>.*)$")

# stands for the variable of a finding that is about none
NO_VARIABLE = "-"

# path below the folder of fixtures, line, column, code, variable
Mark = tuple[str, int, int, str, str]


def fixture_names() -> list[str]:
    """Return the paths of the fixtures for rules that are on, below their folder."""
    names = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py"))
    return [name for name in names if not name.startswith("off/")]


def off_fixture_names() -> list[str]:
    """Return the paths of the fixtures for rules that are off by default, one for each."""
    return sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("off/*.py"))


def marks(name: str) -> list[Mark]:
    """Return what the comments of a fixture announce, in the order of flake8's output."""
    return marks_in((FOLDER / name).read_text(encoding="utf-8").splitlines(), name)


def marks_in(lines: Iterable[str], name: str) -> list[Mark]:
    """Return what the comments in a program announce, in the order of flake8's output."""
    found = []
    for number, line in enumerate(lines, 1):
        comment = _COMMENT.search(line)
        for mark in comment["marks"].split(";") if comment else ():
            code, column, variable = mark.split(maxsplit=2)
            found.append((name, number, int(column), code, variable.rstrip()))
    return sorted(found)


def marks_of(*names: str) -> list[Mark]:
    """Return the marks of several fixtures, sorted."""
    return sorted(mark for name in names for mark in marks(name))


def function_at(name: str, line: int) -> str:
    """Return the innermost function around a line of a fixture, as ``Class.method``, or ''."""
    body: list[ast.stmt] = ast.parse((FOLDER / name).read_text(encoding="utf-8")).body
    path = []
    while True:
        around = [node for node in body if node.lineno <= line <= (node.end_lineno or line)]
        if not around or not isinstance(around[0], (ast.FunctionDef, ast.ClassDef)):
            return ".".join(path)
        path.append(around[0].name)
        body = around[0].body
