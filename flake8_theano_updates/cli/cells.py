"""Findings of a notebook: from lines of the module that its cells make to lines of cells."""

from __future__ import annotations

from dataclasses import replace

from flake8_theano_updates.model import Finding
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
    )


def _within(notebook: Notebook, line: int | None) -> tuple[int | None, int | None]:
    if line is None:
        return None, None
    cell, within = notebook.place(line)
    return cell.number, within
