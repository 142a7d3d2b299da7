"""Rows of cells set in columns of plain text."""

from __future__ import annotations

from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """Set rows in columns that are as wide as their widest cell.

    Args:
        rows: the cells, as many in each row.
        right: for each column, whether it is set flush right.
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]
