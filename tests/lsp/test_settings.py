"""What holds in an editor: its own settings, else the configuration at the root of the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import editing
from samples import OUTPUT, STALE


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def _codes(found: list) -> list[str]:
    return [one["code"] for one in found]


def test_the_settings_of_the_editor_choose_rules(project) -> None:
    with editing(project) as editor:
        assert editor.open("a.py", OUTPUT) == []
        for settings, text, codes in (
            ({}, STALE, ["THU101"]),
            ({"ignore": ["THU1"]}, STALE, []),
            ({"select": ["THU2"]}, STALE, []),
            ({"extendSelect": ["THU901"]}, OUTPUT, ["THU901"]),
            ({"enabled": False}, STALE, []),
            ({"enabled": True}, STALE, ["THU101"]),
        ):
            editor.configure(**settings)
            assert _codes(editor.change("a.py", text)) == codes, settings


@pytest.mark.longer
def test_rules_that_are_off_are_notes(project) -> None:
    # What an editor gives at the start.
    with editing(project, settings={"enable": ["THU9"]}) as editor:
        (found,) = editor.open("a.py", OUTPUT)
    assert found["code"] == "THU901"
    assert found["severity"] == 3


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("pyproject.toml", '[tool.theano-updates]\nenable = ["THU901"]\nignore = ["THU101"]\n'),
        ("setup.cfg", "[flake8]\nthu-enable = THU901\nextend-ignore = THU101\n"),
    ],
)
def test_the_configuration_of_the_project_holds(project, name, written) -> None:
    (project / name).write_text(written, encoding="utf-8")
    with editing(project, settings={"ignore": None}) as editor:
        assert editor.open("a.py", STALE) == []
        assert _codes(editor.open("b.py", OUTPUT)) == ["THU901"]
        # What the editor says takes the place of a key.
        editor.configure(ignore=[])
        assert _codes(editor.change("a.py", STALE)) == ["THU101"]
        (project / name).unlink()
        editor.configure()
        assert _codes(editor.change("a.py", STALE)) == ["THU101"]
        assert editor.change("b.py", OUTPUT) == []


@pytest.mark.longer
def test_files_are_left_out_by_patterns_from_the_root(project) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.theano-updates]\nextend-exclude = ["old/code"]\n'
        '[tool.theano-updates.per-file-ignores]\n"tests/*" = ["THU1"]\n',
        encoding="utf-8",
    )
    with editing(project) as editor:
        found = {
            name: len(editor.open(name, STALE))
            for name in ("a.py", "old/a.py", "old/code/a.py", "tests/a.py", "build/a.py")
        }
    expected = {"a.py": 1, "old/a.py": 1, "old/code/a.py": 0, "tests/a.py": 0, "build/a.py": 0}
    assert found == expected


def test_a_mistake_in_the_configuration_is_told_where_it_matters(project) -> None:
    file = project / "pyproject.toml"
    file.write_text('[tool.theano-updates]\nselect = ["THU7"]\n', encoding="utf-8")
    with editing(project) as editor:
        (found,) = editor.open("a.py", STALE)
        assert found["severity"] == 1
        assert found["range"]["start"] == {"line": 0, "character": 0}
        assert "pyproject.toml:2: select: no rule's code begins with 'THU7'" in found["message"]
        assert editor.open("other.py", "x = 1\n") == []
        assert editor.actions(editor.uri("a.py"), found["range"]) == []
        file.unlink()
        assert _codes(editor.change("a.py", STALE)) == ["THU101"]
        editor.configure(select="THU101")
        (found,) = editor.change("a.py", STALE)
        assert "'THU101' is no list of texts" in found["message"]
