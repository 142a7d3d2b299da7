"""Read whatever the command line is given: Python 3, Python 2, or a notebook of either."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_theano_updates.source import python2, python3
from flake8_theano_updates.source.notebook import Notebook, parse_notebook
from flake8_theano_updates.source.python3 import Parsed
from flake8_theano_updates.source.versions import PythonVersion, parse

NOTEBOOK = ".ipynb"

Code = Parsed | Notebook


def read(path: str, data: bytes, version: PythonVersion = "auto") -> Code:
    """Decode and parse a file; what is called ``*.ipynb`` is a notebook.

    Raises:
        Unreadable: if it cannot be read.
    """
    if path.endswith(NOTEBOOK):
        return parse_notebook(path, data, version)
    return parse(path, data, version)


def module_of(code: Code) -> Parsed:
    """Return a file as one module."""
    return code.parsed if isinstance(code, Notebook) else code


def parts_of(code: Code) -> tuple[range, ...]:
    """Return the lines of the module that are the file's own text: all, or those of each cell."""
    if isinstance(code, Notebook):
        return tuple(cell.lines for cell in code.cells)
    return (range(1, len(code.lines) + 1),)


def read_anew(code: Code, parts: Sequence[str]) -> Code:
    """Parse a file again, in the same Python, after its parts have changed.

    Raises:
        Unreadable: if it does not parse any more.
    """
    if isinstance(code, Notebook):
        return code.with_sources(parts)
    (text,) = parts
    parse_text = python2.parse_text if code.python == 2 else python3.parse_text
    return parse_text(code.path, text)
