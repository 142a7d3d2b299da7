"""Notebooks in an editor: what is found in each cell."""

from __future__ import annotations

import pytest
from editor import applied, at, editing
from samples import STALE

LINES = STALE.splitlines()
# The list and its first pair in one cell, the read in another.
CELLS = {
    "cell:one": "%matplotlib inline\n" + "\n".join(LINES[:4]),
    "cell:two": "%%time\n" + "\n".join(LINES[4:6]) + "\n",
    "cell:three": "\n".join(LINES[6:]),
}
READ = LINES[6]


@pytest.fixture
def editor(tmp_path):
    with editing(tmp_path) as one:
        yield one


def test_a_finding_is_told_in_its_cell(editor) -> None:
    found = editor.open_notebook("a.ipynb", CELLS)
    assert [len(one) for one in found.values()] == [0, 0, 1]
    (one,) = found["cell:three"]
    assert one["code"] == "THU101"
    assert one["range"]["start"]["line"] == 0
    assert at(CELLS["cell:three"], one["range"]) == "velocity"
    first, second = (each["location"] for each in one["relatedInformation"])
    assert (first["uri"], second["uri"]) == ("cell:two", "cell:three")
    assert at(CELLS["cell:two"], first["range"]) == LINES[5]
    assert at(CELLS["cell:three"], second["range"]) == READ


def test_a_cell_is_explained_and_mended(editor) -> None:
    (one,) = editor.open_notebook("a.ipynb", CELLS)["cell:three"]
    told = editor.hover("cell:three", **one["range"]["start"])["contents"]["value"]
    assert "**THU101 stale-read**" in told
    assert "cell 2:3 | " in told
    assert "THU101" not in str(editor.hover("cell:one", **one["range"]["start"]))
    actions = {each["title"]: each for each in editor.actions("cell:three", one["range"])}
    mended = actions["Use the new value (changes the numbers)"]["edit"]["changes"]
    after = {uri: applied(text, mended.get(uri, [])) for uri, text in CELLS.items()}
    assert after["cell:one"] == CELLS["cell:one"]
    assert after["cell:two"].splitlines()[-1] == "updates.append((velocity, velocity_new))"
    assert "param + velocity_new" in after["cell:three"]
    assert not any(editor.open_notebook("b.ipynb", after).values())
    silenced = actions["Silence with # noqa: THU101"]["edit"]["changes"]
    assert list(silenced) == ["cell:three"]
    after = CELLS | {"cell:three": applied(CELLS["cell:three"], silenced["cell:three"])}
    assert after["cell:three"].startswith(f"{READ}  # noqa: THU101\n")
    assert not any(editor.open_notebook("c.ipynb", after).values())


def test_half_a_cell_has_no_findings(editor) -> None:
    broken = CELLS | {"cell:one": "def f(:\n"}
    assert not any(editor.open_notebook("a.ipynb", broken).values())
    assert editor.open_notebook("b.ipynb", CELLS)["cell:three"]
