"""Read a Jupyter notebook: its code cells in order, as one module.

A cell's number counts the code cells from 1, empty ones too: it is the ``In [n]`` of a
notebook that is run from top to bottom, and what nbQA prints.
"""

from __future__ import annotations

import ast
import io
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from flake8_theano_updates.source.magics import without_magics
from flake8_theano_updates.source.python3 import Parsed, Unreadable
from flake8_theano_updates.source.versions import PythonVersion, parse

# The id and the text of a code cell, and where it is kept.
_Source = tuple["str | None", str, "Where"]

# The first line and the first statement of a cell are both indented.
_INDENTED = re.compile(r"\s*^(?:[ \t]+#[^\n]*\n\s*?)*^[ \t]+[^\s#]", re.MULTILINE)

Where = tuple[str | int, ...]

_WITH_WORKSHEETS = 3
_WITHOUT_WORKSHEETS = 4


@dataclass(frozen=True)
class Cell:
    r"""One code cell.

    Args:
        number: its place among the notebook's code cells, from 1.
        id: its id, which notebooks have from nbformat 4.5 on.
        source: its text, with line ends ``\n``.
        first_line: the line of the module at which it begins, from 1.
        where: the keys and indices that lead to its text in the notebook.
    """

    number: int
    id: str | None
    source: str
    first_line: int
    where: Where

    @property
    def lines(self) -> range:
        """The lines of the module that are its own; there, the last one has an end."""
        return range(self.first_line, self.first_line + _ended(self.source).count("\n"))


@dataclass(frozen=True)
class Notebook:
    """A notebook that parses.

    Args:
        parsed: its code cells as one module; the tree has no magics, the text has.
        cells: its code cells in order.
        version: the Python that they are read as.
    """

    parsed: Parsed
    cells: tuple[Cell, ...]
    version: PythonVersion

    def with_sources(self, sources: Iterable[str]) -> Notebook:
        """Return the notebook with other texts in its code cells.

        Raises:
            Unreadable: if one of them does not parse.
        """
        texts = [(c.id, text, c.where) for c, text in zip(self.cells, sources, strict=True)]
        return _notebook(self.parsed.path, texts, self.version)

    def place(self, line: int) -> tuple[Cell, int]:
        """Return the cell that a line of the module is from, and the line within it, from 1.

        It must be a line of a cell, as those of all nodes are.
        """
        cell = self.cells[bisect_right(self.cells, line, key=attrgetter("first_line")) - 1]
        return cell, line - cell.first_line + 1


def parse_notebook(path: str, data: bytes, version: PythonVersion = "auto") -> Notebook:
    """Parse the code cells of a notebook of nbformat 3 or 4; ``auto`` decides for each cell.

    Raises:
        Unreadable: if it is no notebook, not one of Python, or if a cell does not
            parse; the error's path then names the cell (``train.ipynb:cell 4``), and
            its line is that within the cell.
    """
    return _notebook(path, _sources(path, _document(path, data)), version)


def _notebook(path: str, sources: Iterable[_Source], version: PythonVersion) -> Notebook:
    cells = tuple(_numbered(sources))
    text = "".join(_header(cell.number) + _ended(cell.source) for cell in cells)
    body = [statement for cell in cells for statement in _statements(path, cell, version)]
    module = ast.Module(body=body, type_ignores=[])
    return Notebook(Parsed(path, text, tuple(io.StringIO(text)), module), cells, version)


def _document(path: str, data: bytes) -> dict[str, object]:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        reason = f"not a notebook: broken JSON ({error.msg})"
        raise Unreadable(path, error.lineno, error.colno, reason) from None
    except UnicodeDecodeError:
        raise Unreadable(path, 1, 1, "not a notebook: not UTF-8") from None
    except (RecursionError, ValueError) as error:
        raise Unreadable(path, 1, 1, f"not a notebook: {error}") from None
    if not isinstance(document, dict) or "nbformat" not in document:
        raise Unreadable(path, 1, 1, "not a notebook: no nbformat")
    return document


def _sources(path: str, document: dict[str, object]) -> Iterator[_Source]:
    language = _language(document)
    for where, cell in _all_cells(path, document):
        if cell.get("cell_type") != "code":
            continue
        # Notebooks of nbformat 3 have a language for each cell.
        language = str(cell.get("language") or language)
        if "python" not in language.lower():
            raise Unreadable(path, 1, 1, f"a notebook of {language}, not of Python")
        kept = "source" if "source" in cell else "input"
        source = cell.get(kept)
        if isinstance(source, list) and all(isinstance(part, str) for part in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise Unreadable(path, 1, 1, "not a notebook: a code cell without text")
        identity = cell.get("id")
        yield identity if isinstance(identity, str) else None, _text(source), (*where, kept)


def _language(document: dict[str, object]) -> str:
    metadata = _mapping(document.get("metadata"))
    name = _mapping(metadata.get("language_info")).get("name")
    return str(name or _mapping(metadata.get("kernelspec")).get("language") or "python")


def _all_cells(path: str, document: dict[str, object]) -> Iterator[tuple[Where, dict[str, object]]]:
    nbformat = document["nbformat"]
    sheets: list[tuple[Where, dict[str, object]]] = [((), document)]
    if nbformat == _WITH_WORKSHEETS:
        given = _list(path, document.get("worksheets"))
        sheets = [(("worksheets", n), _mapping(sheet)) for n, sheet in enumerate(given)]
    elif nbformat != _WITHOUT_WORKSHEETS:
        reason = f"a notebook of nbformat {nbformat!r}; 3 and 4 can be read"
        raise Unreadable(path, 1, 1, reason)
    for where, sheet in sheets:
        for number, cell in enumerate(_list(path, sheet.get("cells"))):
            yield (*where, "cells", number), _mapping(cell)


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(path: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise Unreadable(path, 1, 1, "not a notebook: no list of cells")
    return value


def _text(source: str) -> str:
    # JSON can hold half a surrogate pair, which no encoding can.
    text = source.encode(errors="replace").decode()
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _numbered(sources: Iterable[_Source]) -> Iterator[Cell]:
    line = 1
    for number, (identity, source, where) in enumerate(sources, start=1):
        line += _header(number).count("\n")
        yield Cell(number, identity, source, line, where)
        line += _ended(source).count("\n")


def _header(number: int) -> str:
    """Return what `jupyter nbconvert --to script` writes before a cell.

    It is also long enough to keep the cell's first lines from declaring an encoding.
    """
    return f"# In[{number}]:\n\n\n"


def _ended(source: str) -> str:
    return source if source.endswith("\n") else source + "\n"


def _statements(path: str, cell: Cell, version: PythonVersion) -> list[ast.stmt]:
    """Parse one cell by itself, so that no half cell is completed by the next one."""
    before = cell.first_line - 1
    python = without_magics(cell.source)
    # IPython takes a cell that is indented as a whole. A header keeps its columns, and a
    # `with` takes no `else` that may follow.
    indented = _INDENTED.match(python) is not None
    code = "\n" * (before - 1) + ("with cell:\n" if indented else "\n") + python
    try:
        body = parse(f"{path}:cell {cell.number}", code.encode(), version).tree.body
    except Unreadable as error:
        line = max(error.line - before, 1)
        raise Unreadable(error.path, line, error.column, error.reason) from None
    if body and isinstance(body[0], ast.With) and indented:
        return [*body[0].body, *body[1:]]
    return body
