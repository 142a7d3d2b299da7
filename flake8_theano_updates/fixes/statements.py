"""Insert a statement before another, and move statements with what they depend on."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from flake8_theano_updates.fixes.effects import Effects, effects
from flake8_theano_updates.fixes.lines import relocated
from flake8_theano_updates.fixes.text import Replacement, Text
from flake8_theano_updates.fixes.tree import Place


class NoFixError(Exception):
    """There is no such fix here; the message says why."""


class OtherCodeError(NoFixError):
    """The way is for code of another kind; what other ways say tells more."""


def inserted(text: Text, before: ast.stmt, statement: str) -> Replacement:
    """Put ``statement`` before another, on a line of its own where that is possible.

    Raises:
        NoFixError: if the other shares its line with something that must come first.
    """
    start, _ = text.span(before)
    if isinstance(before, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        if before.decorator_list:
            raise NoFixError("nothing can be put before a decorated definition")
    line = text.line_start(start)
    indentation = text.whole[line:start]
    if not indentation.strip():
        return Replacement(line, line, f"{indentation}{statement}\n")
    if "\n" in statement or isinstance(before, (ast.If, ast.For, ast.While, ast.With, ast.Try)):
        raise NoFixError("the statement shares its line with another")
    return Replacement(start, start, f"{statement}; ")


def assigned(text: Text, before: ast.stmt, name: str, value: str | ast.expr) -> Replacement:
    """Put ``name = value`` before a statement, in brackets if it takes several lines.

    Args:
        value: an expression of the file, or one that is not there.

    Raises:
        NoFixError: if there is no place for it.
    """
    if isinstance(value, str) or "\n" not in text.of(value):
        written = value if isinstance(value, str) else text.of(value)
        return inserted(text, before, f"{name} = {written}")
    start, _ = text.span(before)
    indentation = start - text.line_start(start)
    head = f"{name} = "
    written = relocated(text, value, (indentation, indentation + len(head)))
    try:
        ast.parse(f"{head}{written}")
    except SyntaxError:
        written = relocated(text, value, (indentation, indentation + len(head) + 1))
        return inserted(text, before, f"{head}({written})")
    return inserted(text, before, f"{head}{written}")


def needed(block: Sequence[ast.stmt], first: int, last: int, moved: Effects) -> list[ast.stmt]:
    """Return the statements of ``block[first:last]`` that must come before the first.

    They are those that ``moved``, which is to stand there too, depends on, and what they
    depend on themselves.

    Raises:
        NoFixError: if one of them cannot be moved, or what is overtaken would not stay what
            it is.
    """
    chosen: list[int] = []
    moving = moved
    for index in range(last - 1, first - 1, -1):
        statement = block[index]
        if not moving.depend_on(effects(statement)):
            continue
        if index == first:
            raise NoFixError("the new value is computed from what the read is part of")
        if not _is_plain(statement):
            raise NoFixError(
                f"the new value depends on line {statement.lineno}, which cannot be moved"
            )
        chosen.insert(0, index)
        moving |= effects(statement)
    for index in set(range(first, last)) - set(chosen):
        overtaken = block[index]
        overtaking = effects(*(block[one] for one in chosen if one > index))
        if (moved | overtaking).disturb(effects(overtaken)):
            raise NoFixError(
                f"line {overtaken.lineno} and the new value depend on each other's order"
            )
    return [block[index] for index in chosen]


def _is_plain(statement: ast.stmt) -> bool:
    """Does this only bind names to what it computes?"""
    if isinstance(statement, ast.Assign):
        parts = [part for target in statement.targets for part in ast.walk(target)]
        plain = not any(isinstance(p, (ast.Attribute, ast.Subscript, ast.Starred)) for p in parts)
    else:
        plain = isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    return plain and not any(isinstance(n, (ast.Yield, ast.Await)) for n in ast.walk(statement))


def moved_before(text: Text, before: ast.stmt, statements: Iterable[ast.stmt]) -> list[Replacement]:
    """Move statements with their lines, and the comments directly above them, before another.

    Raises:
        NoFixError: if one of them shares its lines with others.
    """
    start, _ = text.span(before)
    place = text.line_start(start)
    if text.whole[place:start].strip():
        raise NoFixError("the statement shares its line with another")
    lines_of = [_lines_of(text, statement) for statement in statements]
    if any(text.whole[line:after].lstrip().startswith("#") for line, after in lines_of):
        # What has a comment of its own does not come below that of another.
        place = above(text, place)
    edits = []
    for line, after in lines_of:
        lines = text.whole[line:after]
        whole = lines if lines.endswith("\n") else f"{lines}\n"
        edits += [Replacement(line, after, ""), Replacement(place, place, whole, line)]
    return edits


def _lines_of(text: Text, statement: ast.stmt) -> tuple[int, int]:
    start, end = text.span(statement)
    line, after = text.line_start(start), text.line_end(end)
    rest = text.whole[end:after].strip()
    indentation = text.whole[line:start]
    if indentation.strip() or (rest and not rest.startswith("#")):
        raise NoFixError("the statement shares its line with another")
    return above(text, line), after


def above(text: Text, line: int) -> int:
    """Return where the comments directly above a line begin, or the line if there are none."""
    end = text.line_end(line)
    written = text.whole[line:end]
    indentation = written[: len(written) - len(written.lstrip())]
    while line > 0:
        start = text.line_start(line - 1)
        if not text.whole[start:line].startswith(f"{indentation}#"):
            break
        line = start
    return line


def common(one: Sequence[Place], other: Sequence[Place]) -> tuple[Place, Place]:
    """Return where two nestings are in the same block for the last time.

    Raises:
        NoFixError: if they never are.
    """
    found = None
    for left, right in zip(one, other, strict=False):
        if left.block is not right.block:
            break
        found = (left, right)
        if left.index != right.index:
            break
    if found is None:
        raise NoFixError("the two updates stand in different parts of the file")
    return found
