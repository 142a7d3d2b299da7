"""Write ``# noqa`` comments for findings, as ``fix --add-noqa`` does."""

from __future__ import annotations

import argparse
import ast
import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence

from flake8.processor import FileProcessor

from flake8_theano_updates.cli.changed import Changed, changed_file
from flake8_theano_updates.cli.looking import File
from flake8_theano_updates.cli.noqa import lines_for, not_silenced, processor_for
from flake8_theano_updates.cli.statuses import FOUND, NOTHING
from flake8_theano_updates.model import Finding
from flake8_theano_updates.report.text import place
from flake8_theano_updates.source.python3 import Unreadable
from flake8_theano_updates.source.reading import Code, module_of, parts_of, read_anew

_COMMENT = re.compile(
    r"# noqa(?::\s?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?", re.IGNORECASE
)
_NO_LINE = "flake8 reads no line of its own there"
_IN_STRING = "a string on its lines holds '# noqa', which flake8 takes for the comment"
_NOT_TAKEN = "no comment can stand where flake8 would look for it"


# An edit of one line: its number from 1, and its text after it.
_Edit = tuple[int, str]


def silenced(file: File, options: argparse.Namespace) -> Changed:
    """Return a file with comments that silence its findings, those that are selected."""
    wanted = [one for one in file.found if one.code in options.select]
    lines, refused = with_comments(file.code, wanted)
    before, after = (_parts(file.code, one) for one in (module_of(file.code).lines, lines))
    done = len(wanted) - len(refused)
    left = [(file.shown(one), refused[one]) for one in wanted if one in refused]
    return changed_file(
        file,
        before,
        after,
        options,
        made=f"{done} silenced" if done else "",
        complaints=[f"{place(one)}: {one.code} is not silenced: {why}" for one, why in left],
        statuses=(FOUND if wanted else NOTHING, FOUND if refused else NOTHING),
    )


def _parts(code: Code, lines: Sequence[str]) -> list[str]:
    """Return the text of a file, or of each cell of a notebook, from the lines of its module."""
    return ["".join(lines[part.start - 1 : part.stop - 1]) for part in parts_of(code)]


def with_comments(code: Code, findings: Sequence[Finding]) -> tuple[list[str], dict[Finding, str]]:
    """Add comments where flake8 looks for them.

    Args:
        code: a file.
        findings: what is to be silent.

    Returns:
        the lines of the module after it, as many as before, and what stays with the reason.
    """
    lines = module_of(code).lines
    processor = processor_for(module_of(code).path, lines)
    refused: dict[Finding, str] = {}
    groups: dict[range, list[Finding]] = {}
    for finding in findings:
        where = lines_for(processor, finding.line)
        if where is None:
            refused[finding] = _NO_LINE
        else:
            groups.setdefault(where, []).append(finding)
    edits: list[tuple[_Edit, list[Finding]]] = []
    comments = _comments(processor) if groups else {}
    for where, found in groups.items():
        edit = _edit(lines, where, sorted({one.code for one in found}), comments)
        if edit is None:
            refused |= dict.fromkeys(found, _IN_STRING)
        else:
            edits.append((edit, found))
    every = [one for _, found in edits for one in found]
    after = _edited(lines, [edit for edit, _ in edits])
    if _is_silent(code, lines, after, every):
        return after, refused
    # One that cannot be is no reason to leave the others.
    after = list(lines)
    for edit, found in edits:
        tried = _edited(after, [edit])
        if _is_silent(code, after, tried, found):
            after = tried
        else:
            refused |= dict.fromkeys(found, _NOT_TAKEN)
    return after, refused


def _comments(processor: FileProcessor) -> dict[int, int]:
    """Return the column at which the comment of a line starts, by the line."""
    try:
        tokens = processor.file_tokens
    except (SyntaxError, tokenize.TokenError):
        return {}
    return {one.start[0]: one.start[1] for one in tokens if one.type == tokenize.COMMENT}


def _edit(
    lines: Sequence[str], where: range, codes: Sequence[str], comments: Mapping[int, int]
) -> _Edit | None:
    """Return the line with a comment, or None where flake8 takes something else for one."""
    last = where[-1]
    line = lines[last - 1]
    text = "".join(lines[number - 1] for number in where)
    there = _COMMENT.search(text)
    if there is None:
        newline = line[len(line.rstrip("\r\n")) :]
        return last, f"{line.rstrip()}  # noqa: {','.join(codes)}{newline}"
    start = there.start() - (len(text) - len(line))
    if last not in comments or start < comments[last]:
        return None
    given = there["codes"] or ""
    more = (", " if ", " in given else ",").join(["", *codes])
    end = start + len(there[0])
    return last, line[:end] + more + line[end:]


def _edited(lines: Sequence[str], edits: Iterable[_Edit]) -> list[str]:
    after = list(lines)
    for number, line in edits:
        after[number - 1] = line
    return after


def _is_silent(
    code: Code, before: Sequence[str], after: Sequence[str], findings: Sequence[Finding]
) -> bool:
    """Are the findings silent, and is the program what it was?"""
    try:
        one, other = (read_anew(code, _parts(code, lines)) for lines in (before, after))
    except Unreadable:
        return False
    same = ast.dump(module_of(one).tree) == ast.dump(module_of(other).tree)
    return same and not not_silenced(findings, module_of(code).path, after)
