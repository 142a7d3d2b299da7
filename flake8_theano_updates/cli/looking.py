"""Look at what the command line is given: from paths to findings and the text around them."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from flake8_theano_updates.cli.cells import in_cell, place_in, spot_in
from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.files import STANDARD_INPUT, NoInput, python_files, read_file
from flake8_theano_updates.cli.noqa import not_silenced
from flake8_theano_updates.cli.statuses import INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.findings import check
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding, Sources
from flake8_theano_updates.source.notebook import Notebook
from flake8_theano_updates.source.python3 import Parsed, Unreadable
from flake8_theano_updates.source.reading import read

# Finds what is in a text, without what is silenced there.
Look = Callable[[ast.Module, Sequence[str]], list[Finding]]


@dataclass(frozen=True)
class File:
    """One file that could be read.

    Args:
        path: where it is.
        data: its bytes.
        parsed: its text and syntax tree; those of all cells of a notebook.
        notebook: the notebook, where it is one.
        found: what is found there and not silenced, selected or not.
        look: finds what is there after a change.
        is_named: whether the user named it, rather than a folder that it is in.
    """

    path: str
    data: bytes
    parsed: Parsed
    notebook: Notebook | None
    found: tuple[Finding, ...]
    look: Look
    is_named: bool


@dataclass(frozen=True)
class Looked:
    """What looking at one path gave.

    Args:
        findings: what was found there and selected.
        sources: its lines, by the path in its findings and, in a notebook, the number of
            the cell.
        status: the exit status that this calls for, whatever the findings do.
        file: the file, where it could be read and checked.
    """

    findings: tuple[Finding, ...] = ()
    sources: Sources = field(default_factory=dict)
    status: int = NOTHING
    file: File | None = None


def look(paths: Iterable[str], options: argparse.Namespace) -> Iterator[Looked]:
    """Look at each file that the paths (files, folders, or ``-``) stand for, once.

    Of what cannot be read it complains.
    """
    seen = set()
    for given in paths:
        try:
            for path in python_files(given):
                if path not in seen:
                    seen.add(path)
                    yield _look_at(path, options, is_named=path == given)
        except NoInput as error:
            yield _unusable(str(error))


def _look_at(path: str, options: argparse.Namespace, *, is_named: bool) -> Looked:
    shown = options.stdin_display_name if path == STANDARD_INPUT else path
    try:
        data = read_file(path)
        source = read(shown, data, options.python_version)
    except Unreadable as error:
        return _unusable(str(error))
    except OSError as error:
        return _unusable(f"{shown}: {error.strerror or error}")
    notebook = source if isinstance(source, Notebook) else None
    parsed = source.parsed if isinstance(source, Notebook) else source
    place, spot = "line {}".format, "{}".format
    if notebook is not None:
        place, spot = partial(place_in, notebook), partial(spot_in, notebook)

    def finds(tree: ast.Module, lines: Sequence[str]) -> list[Finding]:
        found = check(
            tree,
            lines,
            shown,
            enable=options.enable,
            compilers=options.function,
            python=parsed.python,
            place=place,
            spot=spot,
        )
        return not_silenced(found, shown, lines)

    try:
        found = tuple(finds(parsed.tree, parsed.lines))
    except Exception as error:
        # One file that trips the checks must not hide what the others hold.
        return Looked(findings=(internal_error(shown, error),), status=INTERNAL)
    file = File(path, data, parsed, notebook, found, finds, is_named)
    findings = tuple(one for one in found if one.code in options.select)
    if notebook is None:
        return Looked(findings, {(shown, None): parsed.lines}, file=file)
    sources: Sources = {(shown, c.number): c.source.split("\n") for c in notebook.cells}
    return Looked(tuple(in_cell(one, notebook) for one in findings), sources, file=file)


def _unusable(why: str) -> Looked:
    complain(why)
    return Looked(status=UNUSABLE)


def with_fixes(looked: Looked) -> Looked:
    """Give findings their fixes, which takes time; those of notebooks and Python 2 have none."""
    file = looked.file
    if not looked.findings or file is None or file.notebook or file.parsed.python != 3:
        return looked
    # Imported here: `check` as text does without it, and starts sooner.
    from flake8_theano_updates.fixes.offered import Source
    from flake8_theano_updates.fixes.text import Text
    from flake8_theano_updates.fixes.together import fixes_of

    source = Source(Text(file.parsed.lines), file.parsed.tree, file.found)
    try:
        fixes = fixes_of(source, looked.findings, file.look)
        fixed = [replace(one, fixes=fixes[id(one)]) for one in looked.findings]
    except Exception as error:
        # What was found stays found, without its fixes.
        broken = internal_error(looked.findings[0].path, error)
        return replace(looked, findings=(broken, *looked.findings), status=INTERNAL)
    return replace(looked, findings=tuple(fixed))
