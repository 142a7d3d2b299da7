"""Findings of a notebook: from lines of the module that its cells make to lines of cells."""

from __future__ import annotations

from dataclasses import replace

from flake8_theano_updates.model import Edit, Finding
from flake8_theano_updates.source.notebook import Notebook


def place_in(notebook: Notebook, line: int) -> str:
    """Say where a line of the module stands, as messages do."""
    cell, within = notebook.place(line)
    return f"cell {cell.number}, line {within}"


def spot_in(notebook: Notebook, line: int) -> str:
    """Write a line of the module as findings are asked for."""
    cell, within = notebook.place(line)
    return f"cell {cell.number}:{within}"


def in_cell(finding: Finding, notebook: Notebook) -> Finding:
    """Return the finding with each of its lines counted within the cell it is from."""
    cell, line = notebook.place(finding.line)
    registered = _within(notebook, finding.registered_line)
    update = _within(notebook, finding.update_line)
    collection = _within(notebook, finding.collection_line)
    return replace(
        finding,
        line=line,
        end_line=notebook.place(finding.end_line)[1],
        registered_line=registered[1],
        update_line=update[1],
        cell=cell.number,
        cell_id=cell.id,
        registered_cell=registered[0],
        update_cell=update[0],
        collection_line=collection[1],
        collection_cell=collection[0],
        fixes=tuple(
            replace(fix, edits=tuple(_edit(edit, notebook) for edit in fix.edits))
            for fix in finding.fixes
        ),
    )


def _edit(edit: Edit, notebook: Notebook) -> Edit:
    """Return an edit of the module as one of the cell's own text."""
    cell, line = notebook.place(edit.line)
    end_line = notebook.place(edit.end_line)[1]
    column, end_column, text = edit.column, edit.end_column, edit.text
    lines = cell.source.split("\n")
    if end_line > len(lines):
        # The module ends each cell's last line; the cell may not.
        end_line, end_column = len(lines), len(lines[-1]) + 1
        if line > len(lines):
            line, column, text = end_line, end_column, "\n" + text
        elif not text and column == 1 and line > 1:
            line, column = line - 1, len(lines[line - 2]) + 1
        text = text.removesuffix("\n")
    return Edit(line, column, end_line, end_column, text, cell.number)


def _within(notebook: Notebook, line: int | None) -> tuple[int | None, int | None]:
    if line is None:
        return None, None
    cell, within = notebook.place(line)
    return cell.number, within
