"""Put changed texts into the code cells of a notebook's file; all else stays byte for byte."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence

from flake8_theano_updates.cli.write import CannotWriteError
from flake8_theano_updates.fixes.text import split
from flake8_theano_updates.source.notebook import Cell, Notebook, Where

_MARK = "\ufeff"
_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def with_cells(data: bytes, notebook: Notebook, parts: Sequence[str]) -> bytes:
    r"""Return the file of a notebook with other texts in its code cells.

    Args:
        data: the file.
        notebook: what was read from it.
        parts: the text of each code cell, with ``\n`` as line ends, also at its very end.

    Raises:
        CannotWriteError: if a cell that changes holds what its text has lost.
    """
    document = data.decode("utf-8")
    start = len(_MARK) if document.startswith(_MARK) else 0
    spans = []
    for cell, part in zip(notebook.cells, parts, strict=True):
        new = part if cell.source.endswith("\n") else part.removesuffix("\n")
        if new != cell.source:
            first, last = _span(document, start, cell.where)
            spans.append((first, last, _written(document, document[first:last], cell, new)))
    written, done = [], 0
    for first, last, text in sorted(spans):
        written += [document[done:first], text]
        done = last
    return "".join([*written, document[done:]]).encode()


def _span(document: str, start: int, where: Where) -> tuple[int, int]:
    """Return where a value begins and ends in a JSON text, by the keys that lead to it."""
    end = len(document)
    start = _after_blanks(document, start)
    for step in where:
        # Of a key that is there twice, the last one counts.
        start, end = [span for key, *span in _children(document, start) if key == step][-1]
    return start, end


def _children(document: str, start: int) -> Iterator[tuple[str | int, int, int]]:
    """Yield the key or index of each value in an object or array, and where it stands."""
    at = _after_blanks(document, start + 1)
    index = 0
    while document[at] not in "}]":
        key: str | int = index
        if document[start] == "{":
            key, at = _DECODER.raw_decode(document, at)
            at = _after_blanks(document, _after_blanks(document, at) + 1)
        _, end = _DECODER.raw_decode(document, at)
        yield key, at, end
        at = _after_blanks(document, end)
        if document[at] == ",":
            at = _after_blanks(document, at + 1)
        index += 1


def _after_blanks(document: str, at: int) -> int:
    match = _BLANK.match(document, at)
    assert match is not None
    return match.end()


def _written(document: str, raw: str, cell: Cell, new: str) -> str:
    """Write a cell's text in JSON as it was: one text, or a list whose kept lines stay."""
    old = json.loads(raw)
    whole = old if isinstance(old, str) else "".join(old)
    if whole != cell.source:
        if whole.replace("\r\n", "\n") != cell.source or "\n" in whole.replace("\r\n", ""):
            raise CannotWriteError(f"cell {cell.number} mixes line ends, or is no text")
        new = new.replace("\n", "\r\n")
    ascii_only = document.isascii()
    if isinstance(old, str):
        return json.dumps(new, ensure_ascii=ascii_only)
    spans = [(start, end) for _, start, end in _children(raw, 0)]
    if not spans:
        return json.dumps(split(new), ensure_ascii=ascii_only)
    (first, first_end), (_, last_end) = spans[0], spans[-1]
    between = raw[first_end : spans[1][0]] if len(spans) > 1 else f",{raw[1:first] or ' '}"
    lines = split(new)
    kept: list[str] = []
    matcher = difflib.SequenceMatcher(None, old, lines, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            kept += [raw[start:end] for start, end in spans[i:j]]
        else:
            kept += [json.dumps(line, ensure_ascii=ascii_only) for line in lines[k:m]]
    return raw[:first] + between.join(kept) + raw[last_end:] if kept else "[]"
