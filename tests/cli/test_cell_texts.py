"""The text of a notebook's cell changes in its file, and nothing else does."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_theano_updates.cli.cell_texts import with_cells
from flake8_theano_updates.cli.write import CannotWriteError
from flake8_theano_updates.source.notebook import parse_notebook

_HOLE = "@source@"
_TEXTS = st.text(st.sampled_from(list('aé\U0001d41a"\\ #\u202e\t')), max_size=8)
_SOURCES = st.lists(_TEXTS.map("#{}".format), max_size=5).map("\n".join)


@st.composite
def _notebooks(draw: st.DrawFn) -> tuple[str, list[str], bytes]:
    """Draw a file with holes for the texts of its code cells, the texts, and the whole file."""
    ascii_only, indent = draw(st.booleans()), draw(st.sampled_from([None, 1, 4, "\t"]))
    sources = draw(st.lists(_SOURCES, min_size=1, max_size=4))
    old = draw(st.booleans())
    key = "input" if old else "source"
    cells: list[dict[str, object]] = [{"cell_type": "markdown", key: '["source": {"cells"'}]
    for number in range(len(sources)):
        outputs = [{"source": number, "data": {"cells": "é\u2028", "n": 1e400}}]
        cells.append({"outputs": outputs, key: _HOLE, "cell_type": "code", "metadata": {}})
    document: dict[str, object] = {
        "metadata": {"cells": [], "é": None},
        "nbformat": 4,
        "cells": cells,
    }
    if old:
        sheet = {"metadata": {}, "cells": cells}
        document = {"worksheets": [{"cells": []}, sheet], "nbformat": 3, "metadata": {}}
    holes = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    holes = (
        draw(st.sampled_from(["", "\ufeff"])) + holes + draw(st.sampled_from(["", "\n", " \r\n"]))
    )
    whole = holes
    for source in sources:
        value: object = source
        if draw(st.booleans()):
            value = (
                source.splitlines(keepends=True)
                if draw(st.booleans())
                else [source[:2], source[2:]]
            )
        written = json.dumps(
            value, indent=draw(st.sampled_from([None, 2])), ensure_ascii=ascii_only
        )
        whole = whole.replace(f'"{_HOLE}"', written, 1)
    return holes, sources, whole.encode()


@given(_notebooks(), st.data())
def test_all_else_stays_byte_for_byte(
    notebook: tuple[str, list[str], bytes], data: st.DataObject
) -> None:
    holes, sources, before = notebook
    after = [data.draw(st.just(source) | _SOURCES) for source in sources]
    parts = [text if text.endswith("\n") else text + "\n" for text in after]
    written = with_cells(before, parse_notebook("n.ipynb", before), parts)
    # Of a line end at the very end, the file keeps what it had.
    expected = [
        new.removesuffix("\n") + "\n" * old.endswith("\n")
        for old, new in zip(sources, after, strict=True)
    ]
    pattern = "(.*)".join(map(re.escape, holes.split(f'"{_HOLE}"')))
    match = re.fullmatch(pattern, written.decode(), re.DOTALL)
    assert match is not None
    values = [json.loads(value) for value in match.groups()]
    assert [v if isinstance(v, str) else "".join(v) for v in values] == expected
    if after == sources:
        assert written == before


def _one_cell(source: str) -> bytes:
    cells = f'[{{"cell_type": "code", "source": {source}}}]'
    return f'{{"nbformat": 4, "cells": {cells}}}'.encode()


def _changed(source: str, new: str) -> str:
    data = _one_cell(source)
    head, tail = _one_cell("@").decode().split("@")
    written = with_cells(data, parse_notebook("n.ipynb", data), [new]).decode()
    return written.removeprefix(head).removesuffix(tail)


def test_lines_that_stay_keep_their_spelling_and_new_ones_are_set_like_them() -> None:
    old = r'["\u0061 = 1\n",' + "\n   " + r'"b = 2\/1\n",' + "\n   " + r'"c = 3"]'
    new = r'["\u0061 = 1\n",' + "\n   " + r'"d = 4\n",' + "\n   " + r'"c = 3"]'
    assert _changed(old, "a = 1\nd = 4\nc = 3\n") == new


def test_a_list_with_one_line_gets_more() -> None:
    assert _changed('["a = 1"]', "a = 1\nb = 2\n") == r'["a = 1\n", "b = 2"]'


def test_line_ends_of_windows_stay() -> None:
    assert _changed(r'"a\r\nb\r\n"', "a\nc\nb\n") == r'"a\r\nc\r\nb\r\n"'


@pytest.mark.parametrize("source", [r'"a\r\nb\n"', r'"a\rb"', r'"a = \"\ud800\""'])
def test_what_would_be_lost_is_not_written(source: str) -> None:
    with pytest.raises(CannotWriteError, match="cell 1 mixes line ends, or is no text"):
        _changed(source, "a\n")
