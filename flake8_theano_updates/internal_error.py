"""THU000 and THU001: the findings that stand for what this program could not check."""

from __future__ import annotations

import ast
import traceback
from collections.abc import Callable
from pathlib import PurePath

from flake8_theano_updates.model import Finding, Scope
from flake8_theano_updates.rules import BY_CODE
from flake8_theano_updates.values import TooLongError, printable

CODE = "THU000"
TOO_DEEP = "THU001"
# There is nothing behind these but that something was not checked.
NOT_CHECKED = (CODE, TOO_DEEP)


def internal_error(path: str, error: Exception) -> Finding:
    """Make a finding on line 1 of the file whose check failed.

    Args:
        path: the file that was being checked.
        error: what was raised; the message says where.
    """
    return _finding(path, 1, CODE, f"internal error: {_told(error)}; please report it")


def not_checked(
    path: str,
    scope: Scope,
    error: Exception,
    statement: ast.stmt | None,
    place: Callable[[int], str],
) -> Finding:
    """Make a finding on the line of the function whose check failed, or on the module's.

    Args:
        path: the file that was being checked.
        scope: what of it was.
        error: what was raised; the message says where, unless something was too deep or long.
        statement: the statement of the scope in which it was, where that is known.
        place: how messages speak of a line.
    """
    known = statement is not None and place(statement.lineno)
    if isinstance(scope, ast.Module):
        line = 1 if statement is None else statement.lineno
        lines = "what stands outside of functions"
        if statement is not None:
            lines = f"{_lines(statement, place)} and {lines}"
    else:
        line, lines = scope.lineno, _lines(scope, place)
    if isinstance(error, (RecursionError, TooLongError)):
        why = str(error) if isinstance(error, TooLongError) else "nests too deeply"
        message = BY_CODE[TOO_DEEP].message.format(what=known or "this", why=why, lines=lines)
        return _finding(path, line, TOO_DEEP, message)
    message = f"internal error: {_told(error)}; not checked: {lines}; please report it"
    return _finding(path, line, CODE, message)


def _lines(node: ast.stmt, place: Callable[[int], str]) -> str:
    first, last = node.lineno, node.end_lineno or node.lineno
    return place(first) if first == last else f"{place(first)} to {place(last)}"


def _told(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return printable(" ".join(f"{type(error).__name__}: {error}".split())) + place


def _finding(path: str, line: int, code: str, message: str) -> Finding:
    return Finding(
        path=path,
        line=line,
        column=1,
        end_line=line,
        end_column=1,
        code=code,
        name=BY_CODE[code].name,
        message=message,
    )
