"""The plugin for editors, in a real server: what an editor is told, and what it may do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import run_here
from editor import Editor, applied, at, editing
from samples import STALE

from flake8_theano_updates.rules import BY_CODE

READ = "updates.append((param, param + velocity))"
# Two characters that UTF-16 has in two halves each, before and within what is reported.
ASTRAL = STALE.replace(READ, 'updates.append(("\U0001f680\U0001d707" and param, param + velocity))')
BOTH = """\
import theano

velocity = theano.shared(0.0)
speed = theano.shared(0.0)
param = theano.shared(1.0)
updates = [
    (velocity, 0.9 * velocity - 0.1 * theano.grad(param**2, param)),
    (speed, 0.5 * speed - 0.1 * theano.grad(param**2, param)),
    (param, param + velocity * speed),
]
step = theano.function([], [], updates=updates)
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with editing(tmp_path_factory.mktemp("project")) as one:
        yield one


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def test_a_finding_is_told_in_full(editor) -> None:
    uri = editor.uri("told.py")
    (found,) = editor.open("told.py", STALE)
    first, second = found.pop("relatedInformation")
    assert found == {
        "source": "theano-updates",
        "code": "THU101",
        "range": {"start": {"line": 6, "character": 31}, "end": {"line": 6, "character": 39}},
        "message": (
            "stale read: param uses old velocity; compute velocity_new = ..., register "
            "(velocity, velocity_new) and use velocity_new here"
        ),
        "severity": 2,
        "codeDescription": {"href": BY_CODE["THU101"].source},
    }
    lines = STALE.splitlines()
    assert first["message"] == "registers the new value of 'velocity'"
    assert second["message"] == "the update of 'param'"
    assert [one["location"]["uri"] for one in (first, second)] == [uri, uri]
    told = [at(STALE, one["location"]["range"]) for one in (first, second)]
    assert told == [lines[5], lines[6]]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_columns_count_as_editors_count(editor, end) -> None:
    name = f"astral{len(end)}.py"
    (found,) = editor.open(name, ASTRAL.replace("\n", end))
    assert at(ASTRAL, found["range"]) == "velocity"
    after_read = {"line": 6, "character": found["range"]["end"]["character"] + 1}
    told = editor.hover(editor.uri(name), **found["range"]["end"])["contents"]
    assert "THU101" in told["value"]
    assert "THU101" not in str(editor.hover(editor.uri(name), **after_read))
    fix = _offered(editor, name, found)["Use the new value (changes the numbers)"]
    mended = applied(ASTRAL, fix)
    assert 'updates.append(("\U0001f680\U0001d707" and param, param + velocity_new))' in mended


def test_comments_silence(editor) -> None:
    assert editor.open("silent.py", STALE.replace(READ, f"{READ}  # noqa: THU101")) == []
    assert len(editor.change("silent.py", STALE.replace(READ, f"{READ}  # noqa: E501"))) == 1
    assert editor.change("silent.py", f"# flake8: noqa\n{STALE}") == []


def test_half_a_text_has_no_findings(editor) -> None:
    assert len(editor.open("typing.py", STALE)) == 1
    for broken in (f"def f(:\n{STALE}", f"{STALE}x = [", f"\0{STALE}", ""):
        assert editor.change("typing.py", broken) == []
    assert len(editor.change("typing.py", STALE)) == 1


def test_hovering_a_finding_explains_it(editor) -> None:
    (found,) = editor.open("hovered.py", STALE)
    told = editor.hover(editor.uri("hovered.py"), **found["range"]["start"])["contents"]
    assert told["kind"] == "markdown"
    assert told["value"].startswith("**THU101 stale-read**\n\nstale read: param uses old velocity;")
    mended = "param + (0.9 * velocity - 0.1 * theano.grad(param ** 2, param))"
    assert f"```\n{mended}\n```" in told["value"]
    assert "+ updates.append((param, param + velocity_new))\n" in told["value"]
    # Nothing in these names is Markdown's.
    assert "velocity_new = ..., register (velocity, velocity_new)" in told["value"]


def test_hovering_anything_else_is_left_to_others(editor) -> None:
    text = f'def half(x):\n    """Divide by two."""\n    return x / 2\n\n\n{STALE}'
    (found,) = editor.open("jedi.py", text)
    assert "Divide by two." in str(editor.hover(editor.uri("jedi.py"), 0, 5))
    end = found["range"]["end"]
    other = editor.hover(editor.uri("jedi.py"), end["line"], end["character"] + 1)
    assert "THU101" not in str(other)


def test_an_editor_without_markdown_gets_plain_text(project) -> None:
    (project / "a.py").write_text(STALE, encoding="utf-8")
    said = run_here("theano-updates", "explain", "a.py:7", cwd=project).stdout
    hover = {"textDocument": {"hover": {"contentFormat": ["plaintext"]}}}
    with editing(project, capabilities=hover) as one:
        (found,) = one.open("a.py", STALE)
        told = one.hover(one.uri("a.py"), **found["range"]["start"])["contents"]
    assert told["kind"] == "plaintext"
    # The places of the command line are from the current folder.
    assert told["value"].replace(f"{project}/", "").split() == said.split()


def test_each_action_mends_or_silences_the_finding(editor) -> None:
    (found,) = editor.open("mended.py", STALE)
    offered = _offered(editor, "mended.py", found)
    assert list(offered) == [
        "Use the new value (changes the numbers)",
        "Keep the old value and show that it is meant",
        "Silence with # noqa: THU101",
    ]
    silenced = applied(STALE, offered["Silence with # noqa: THU101"])
    assert silenced == STALE.replace(READ, f"{READ}  # noqa: THU101")
    for edits in offered.values():
        mended = applied(STALE, edits)
        assert mended != STALE
        assert editor.change("mended.py", mended) == []


def test_actions_are_of_the_findings_that_are_touched(editor) -> None:
    uri = editor.uri("both.py")
    one, other = editor.open("both.py", BOTH)
    assert [at(BOTH, each["range"]) for each in (one, other)] == ["velocity", "speed"]
    for found in (one, other):
        actions = editor.actions(uri, found["range"])
        assert all(each["diagnostics"] == [found] for each in actions)
        assert {each["kind"] for each in actions} == {"quickfix"}
    line = {"start": {"line": 8, "character": 0}, "end": {"line": 8, "character": 37}}
    assert [each["title"] for each in editor.actions(uri, line)] == [
        "Use the new value (changes the numbers): velocity",
        "Keep the old value and show that it is meant: velocity",
        # One comment is for both.
        "Silence with # noqa: THU101",
        "Use the new value (changes the numbers): speed",
        "Keep the old value and show that it is meant: speed",
    ]
    elsewhere = {"start": {"line": 0, "character": 0}, "end": {"line": 7, "character": 80}}
    assert editor.actions(uri, elsewhere) == []


def test_only_quick_fixes_are_offered_where_an_editor_asks_for_kinds(editor) -> None:
    (found,) = editor.open("kinds.py", STALE)
    uri = editor.uri("kinds.py")
    assert editor.actions(uri, found["range"], only=["source.organizeImports"]) == []
    assert len(editor.actions(uri, found["range"], only=["refactor", "quickfix"])) == 3


def test_a_file_that_cannot_be_saved_as_it_declares_has_no_findings(editor) -> None:
    text = f"# coding: latin-1\n# \u20ac\n{STALE}"
    assert editor.open("coded.py", text) == []
    assert len(editor.change("coded.py", text.replace("\u20ac", "\u00e9"))) == 1
    assert editor.change("coded.py", text.replace("latin-1", "nothing")) == []


def _offered(editor: Editor, name: str, found) -> dict[str, list]:
    """Return the edits that are offered for a finding, by their titles."""
    uri = editor.uri(name)
    actions = editor.actions(uri, found["range"])
    assert all(set(one["edit"]["changes"]) == {uri} for one in actions)
    return {one["title"]: one["edit"]["changes"][uri] for one in actions}
