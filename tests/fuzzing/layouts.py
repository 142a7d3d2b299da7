"""The same program, written otherwise, and where each of its places has gone.

Pure functions: what Python computes stays the same, so the findings have to.
"""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

_INSIDE = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
# Names of one to three letters that say something all the same: parameters, hyperparameters.
TELLING = {"p", "w", "b", "W", "lr", "mu", "t", "up", "ups", "eps", "rho", "rng"}


@dataclass(frozen=True)
class Layout:
    """A program in another layout.

    Args:
        source: its text.
        lines: the new number of each line that has another one.
        shifts: by how many characters a line, by its old number, moves to the right.
        names: the new names of what has another one.
    """

    source: str
    lines: Mapping[int, int] = field(default_factory=dict)
    shifts: Mapping[int, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def with_carriage_returns(source: str, random: Random) -> Layout:
    """End lines as Windows does."""
    return Layout(source.replace("\n", "\r\n") if _is_plain(source) else source)


def with_tabs(source: str, random: Random) -> Layout:
    """Indent by one tab for each level, but not what continues a line."""
    if not _is_plain(source):
        return Layout(source)
    lines = source.splitlines(keepends=True)
    starts = _starts(source)
    shifts: dict[int, int] = {}
    level = 0
    for token in _tokens(source):
        number, width = token.start
        level += {tokenize.INDENT: 1, tokenize.DEDENT: -1}.get(token.type, 0)
        if number in starts and number not in shifts and token.type not in _INSIDE:
            shifts[number] = level - width
            lines[number - 1] = "\t" * level + lines[number - 1][width:]
    return Layout("".join(lines), shifts=shifts)


def with_blank_lines(source: str, random: Random) -> Layout:
    """Put empty lines before statements."""
    return _with_lines(source, random, "\n")


def with_lines_of_comments(source: str, random: Random) -> Layout:
    """Put lines with a comment before statements."""
    return _with_lines(source, random, "# a remark\n")


def with_comments(source: str, random: Random) -> Layout:
    """End statements with a comment where there is none."""
    if not _is_plain(source):
        return Layout(source)
    lines = source.splitlines(keepends=True)
    before: tokenize.TokenInfo | None = None
    for token in _tokens(source):
        if token.type == tokenize.NEWLINE and token.string and random.random() < 0.5:
            if before is not None and before.type != tokenize.COMMENT:
                number, column = token.start
                lines[number - 1] = lines[number - 1][:column] + "  # a remark\n"
        before = token
    return Layout("".join(lines))


def with_other_names(source: str, random: Random) -> Layout:
    """Rename the locals that say nothing; the new names are as long as the old ones."""
    if not _is_plain(source):
        return Layout(source)
    tokens = _tokens(source)
    tree = ast.parse(source)
    free = _renamable(tree, Counter(t.string for t in tokens if t.type == tokenize.NAME))
    taken = {token.string for token in tokens}
    names: dict[str, str] = {}
    for name in free:
        new = "".join(random.choices("qxyz", k=len(name)))
        if new not in taken and not keyword.iskeyword(new):
            taken.add(new)
            names[name] = new
    lines = source.splitlines(keepends=True)
    for token in tokens:
        if token.type == tokenize.NAME and token.string in names:
            number, column = token.start
            line = lines[number - 1]
            after = line[column + len(token.string) :]
            lines[number - 1] = line[:column] + names[token.string] + after
    return Layout("".join(lines), names=names)


LAYOUTS: dict[str, Callable[[str, Random], Layout]] = {
    "CRLF": with_carriage_returns,
    "tabs": with_tabs,
    "blank lines": with_blank_lines,
    "lines of comments": with_lines_of_comments,
    "comments": with_comments,
    "renamed locals": with_other_names,
}


def _is_plain(source: str) -> bool:
    r"""Do lines end with ``\n`` alone, for Python's parser and for `str.splitlines`?"""
    lines = list(io.StringIO(source, newline="\n"))
    return "\r" not in source and source.splitlines(keepends=True) == lines


def _tokens(source: str) -> list[tokenize.TokenInfo]:
    try:
        return list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return []  # the parser takes more than the tokenizer


def _starts(source: str) -> set[int]:
    """Return the lines on which a statement begins."""
    starts = set()
    fresh = True
    for token in _tokens(source):
        if token.type == tokenize.NEWLINE:
            fresh = True
        elif fresh and token.type not in _INSIDE:
            starts.add(token.start[0])
            fresh = False
    return starts


def _with_lines(source: str, random: Random, line: str) -> Layout:
    if not _is_plain(source):
        return Layout(source)
    starts = _starts(source)
    made: list[str] = []
    lines: dict[int, int] = {}
    for number, text in enumerate(source.splitlines(keepends=True), 1):
        if number in starts and random.random() < 0.3:
            made.append(line)
        made.append(text)
        lines[number] = len(made)
    return Layout("".join(made), lines)


def _renamable(tree: ast.Module, written: Counter[str]) -> list[str]:
    """Return short locals that nothing but plain names and parameters are written with."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    seen = Counter(node.id for node in names)
    seen.update(node.arg for node in ast.walk(tree) if isinstance(node, ast.arg))
    return sorted(
        name
        for name in stored - TELLING
        if len(name) <= 3 and seen[name] == written[name] and name.isidentifier()
    )
