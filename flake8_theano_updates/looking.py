"""Look at what the command line is given: from paths to findings and the text around them."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from flake8_theano_updates.cells import in_cell, place_in
from flake8_theano_updates.files import STANDARD_INPUT, NoInput, python_files, read_file
from flake8_theano_updates.findings import check
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding, Sources
from flake8_theano_updates.noqa import not_silenced
from flake8_theano_updates.source.notebook import Notebook
from flake8_theano_updates.source.python3 import Parsed, Unreadable
from flake8_theano_updates.source.reading import read
from flake8_theano_updates.statuses import INTERNAL, NOTHING, UNUSABLE


@dataclass(frozen=True)
class Looked:
    """What looking at one path gave.

    Args:
        findings: what was found there.
        sources: its lines, by that path and, in a notebook, the number of the cell.
        status: the exit status that this calls for, whatever the findings do.
        complaint: one line for standard error, or None.
    """

    findings: tuple[Finding, ...] = ()
    sources: Sources = field(default_factory=dict)
    status: int = NOTHING
    complaint: str | None = None


def look(
    paths: Iterable[str], options: argparse.Namespace, *, with_fixes: bool
) -> Iterator[Looked]:
    """Look at each file that the paths stand for, once.

    Args:
        paths: files, folders, or ``-`` for standard input.
        options: how to read and what to select, as ``arguments`` reads them.
        with_fixes: whether findings get their fixes, which takes time.
    """
    seen = set()
    for path in paths:
        try:
            for file in python_files(path):
                if file not in seen:
                    seen.add(file)
                    yield _look_at(file, options, with_fixes)
        except NoInput as error:
            yield Looked(status=UNUSABLE, complaint=str(error))


def _look_at(file: str, options: argparse.Namespace, with_fixes: bool) -> Looked:
    path = options.stdin_display_name if file == STANDARD_INPUT else file
    try:
        source = read(path, read_file(file), options.python_version)
    except Unreadable as error:
        return Looked(status=UNUSABLE, complaint=str(error))
    except OSError as error:
        return Looked(status=UNUSABLE, complaint=f"{path}: {error.strerror or error}")
    notebook = source if isinstance(source, Notebook) else None
    parsed = source.parsed if isinstance(source, Notebook) else source
    try:
        found = check(
            parsed.tree,
            parsed.lines,
            path,
            enable=options.enable,
            compilers=options.function,
            python=parsed.python,
            place="line {}".format if notebook is None else partial(place_in, notebook),
        )
    except Exception as error:
        # One file that trips the checks must not hide what the others hold.
        return Looked(findings=(internal_error(path, error),), status=INTERNAL)
    selected = [finding for finding in found if finding.code in options.select]
    heard = not_silenced(selected, path, parsed.lines)
    if heard and with_fixes and notebook is None and parsed.python == 3:
        try:
            heard = _with_fixes(heard, parsed, options)
        except Exception as error:
            return Looked(findings=(internal_error(path, error),), status=INTERNAL)
    findings = heard if notebook is None else [in_cell(f, notebook) for f in heard]
    if notebook is None:
        sources: Sources = {(path, None): parsed.lines}
    else:
        sources = {(path, c.number): c.source.split("\n") for c in notebook.cells}
    return Looked(tuple(findings), sources)


def _with_fixes(
    findings: Sequence[Finding], parsed: Parsed, options: argparse.Namespace
) -> list[Finding]:
    # Imported here: `check` as text does without it, and starts sooner.
    from flake8_theano_updates.fixes.offered import fixes_of, source_of

    def look(tree: ast.Module, lines: Sequence[str]) -> list[Finding]:
        found = check(tree, lines, parsed.path, enable=options.enable, compilers=options.function)
        return not_silenced(found, parsed.path, lines)

    source = source_of(parsed.tree, parsed.lines, look)
    return [replace(one, fixes=fixes_of(source, one, look)) for one in findings]
