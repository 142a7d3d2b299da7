"""Read the files that ``fix`` can mend, and say of the others why it leaves them."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_theano_updates.files import STANDARD_INPUT, NoInput, python_files, read_file
from flake8_theano_updates.findings import check
from flake8_theano_updates.fixes.offered import Look, Source, source_of
from flake8_theano_updates.looking import look as look_at
from flake8_theano_updates.model import Finding
from flake8_theano_updates.noqa import not_silenced
from flake8_theano_updates.report.text import place
from flake8_theano_updates.source.notebook import Notebook
from flake8_theano_updates.source.python3 import Unreadable
from flake8_theano_updates.source.reading import read
from flake8_theano_updates.statuses import FOUND, UNUSABLE


@dataclass(frozen=True)
class Fixable:
    """One file that can be mended.

    Args:
        path: where it is.
        shown: how it is called in what the user reads.
        data: its bytes.
        source: its text, with what is found there.
        look: finds what is in its text after a fix.
    """

    path: str
    shown: str
    data: bytes
    source: Source
    look: Look


@dataclass(frozen=True)
class Unfixable:
    """A path that is left alone.

    Args:
        status: the exit status that it calls for.
        complaints: why, in lines for standard error.
    """

    status: int
    complaints: tuple[str, ...]


def fixables(options: argparse.Namespace) -> Iterator[Fixable | Unfixable]:
    """Read each file that the paths stand for, once.

    A notebook or a file of Python 2 is refused where it is named. Where it only lies in a
    folder, each of its findings is, as ``check`` counts it.
    """
    seen: set[str] = set()
    for given in options.paths:
        try:
            for path in python_files(given):
                if path not in seen:
                    seen.add(path)
                    yield _fixable(path, options, is_named=path == given)
        except NoInput as error:
            yield Unfixable(UNUSABLE, (str(error),))


def _fixable(path: str, options: argparse.Namespace, *, is_named: bool) -> Fixable | Unfixable:
    shown = options.stdin_display_name if path == STANDARD_INPUT else path
    try:
        data = read_file(path)
        parsed = read(shown, data, options.python_version)
    except Unreadable as error:
        return Unfixable(UNUSABLE, (f"{error}; not fixed",))
    except OSError as error:
        return Unfixable(UNUSABLE, (f"{shown}: {error.strerror or error}",))
    if isinstance(parsed, Notebook) or parsed.python == 2:
        kind = "notebooks" if isinstance(parsed, Notebook) else "files of Python 2"
        if is_named:
            return Unfixable(UNUSABLE, (f"{shown}: {kind} are not fixed; nothing is changed",))
        return _found_beside(path, kind, options)

    def look(tree: ast.Module, lines: Sequence[str]) -> list[Finding]:
        found = check(tree, lines, shown, enable=options.enable, compilers=options.function)
        return not_silenced(found, shown, lines)

    return Fixable(path, shown, data, source_of(parsed.tree, parsed.lines, look), look)


def _found_beside(path: str, kind: str, options: argparse.Namespace) -> Unfixable:
    """Report what stands in a file that cannot be mended and that nobody named."""
    (looked,) = look_at([path], options, with_fixes=False)
    reason = f"is not fixed: {kind} are not fixed"
    complaints = [f"{place(one)}: {one.code} {reason}" for one in looked.findings]
    return Unfixable(max(looked.status, FOUND if complaints else 0), tuple(complaints))
