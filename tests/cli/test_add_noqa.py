"""``fix --add-noqa``: afterwards ``theano-updates check`` and flake8 itself are silent."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import run_here
from marks import FOLDER
from samples import STALE

ADD = ("theano-updates", "fix", "--add-noqa")
READ = "updates.append((param, param + velocity))\n"


def _silence(folder: Path, source: str | bytes, *options: str) -> tuple[int, str, str]:
    """Write the comments; return the status, the file after it, and what was said."""
    file = folder / "a.py"
    file.write_bytes(source.encode() if isinstance(source, str) else source)
    done = run_here(*ADD, "--write", *options, "a.py", cwd=folder)
    assert done.stdout == ""
    return done.returncode, file.read_bytes().decode(), done.stderr


def _found(folder: Path) -> list[str]:
    """Return what flake8 finds, which must be what ``check`` finds."""
    plain = run_here("flake8", "--isolated", "--select=THU", "a.py", cwd=folder).stdout
    assert run_here("theano-updates", "check", "a.py", cwd=folder).stdout == plain
    return plain.splitlines()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (READ, "updates.append((param, param + velocity))  # noqa: THU101\n"),
        (
            "updates.append((param, param + velocity))  # noqa: E501\n",
            "updates.append((param, param + velocity))  # noqa: E501,THU101\n",
        ),
        (
            "updates.append((param, param + velocity))  # NOQA:E501, W291 (long)\n",
            "updates.append((param, param + velocity))  # NOQA:E501, W291, THU101 (long)\n",
        ),
        (
            "updates.append((param, param + velocity))  # the step\t \n",
            "updates.append((param, param + velocity))  # the step  # noqa: THU101\n",
        ),
        (
            "updates.append((param, param + velocity))  #noqa\n",
            "updates.append((param, param + velocity))  #noqa  # noqa: THU101\n",
        ),
        # A line of its own within brackets.
        (
            "updates.append((\n    param,\n    param + velocity,\n))\n",
            "updates.append((\n    param,\n    param + velocity,  # noqa: THU101\n))\n",
        ),
        # A backslash and a string of several lines: flake8 looks at all of them.
        (
            "updates.append((param, param \\\n    + velocity))\n",
            "updates.append((param, param \\\n    + velocity))  # noqa: THU101\n",
        ),
        (
            "updates.append((param, velocity \\\n    + param))\n",
            "updates.append((param, velocity \\\n    + param))  # noqa: THU101\n",
        ),
        (
            'updates.append((param, param + velocity)); print("""\n    step""")\n',
            'updates.append((param, param + velocity)); print("""\n    step""")  # noqa: THU101\n',
        ),
        (
            'print("""\n    step"""); updates.append((param, param + velocity))\n',
            'print("""\n    step"""); updates.append((param, param + velocity))  # noqa: THU101\n',
        ),
    ],
)
def test_a_comment_is_where_flake8_looks(tmp_path: Path, before: str, after: str) -> None:
    status, text, said = _silence(tmp_path, STALE.replace(READ, before))
    assert (status, said) == (0, "theano-updates: a.py: 1 silenced\n")
    assert text == STALE.replace(READ, after)
    assert _found(tmp_path) == []


@pytest.mark.parametrize(
    "line",
    [
        # flake8 takes the first comment of its kind on these lines, and that is no comment.
        'updates.append((param, param + velocity)); print("""# noqa: E501\n    step""")\n',
        'print("# noqa: E501"); updates.append((param, param + velocity))\n',
        'print("# noqa: E501"); updates.append((param, param + velocity))  # noqa: W291\n',
    ],
)
def test_what_no_comment_can_silence_is_told(tmp_path: Path, line: str) -> None:
    source = STALE.replace(READ, line)
    status, text, said = _silence(tmp_path, source)
    assert status == 1
    assert text == source
    assert ": THU101 is not silenced: a string on its lines holds '# noqa', which flake8" in said
    assert len(_found(tmp_path)) == 1


@pytest.mark.skipif(sys.version_info < (3, 12), reason="older ones have one token for it")
@pytest.mark.parametrize(
    ("read", "silent"),
    [("x {velocity} y", True), ("{velocity +\n1}", True), ("{\nvelocity=\n}", False)],
)
def test_a_read_in_a_string_of_several_lines(tmp_path: Path, read: str, silent: bool) -> None:
    line = f'updates.append((param, param + f(f"""\n{read}\n""")))\n'
    status, _, said = _silence(tmp_path, STALE.replace(READ, line))
    # A comment after `=` would be part of the text.
    assert ("no comment can stand" in said) == (not silent)
    assert status == len(_found(tmp_path)) == (0 if silent else 1)


def test_one_that_stays_keeps_no_other(tmp_path: Path) -> None:
    again = STALE.partition("import theano\n")[2]
    source = STALE.replace(READ, f'print("# noqa: E501"); {READ}') + again
    status, text, said = _silence(tmp_path, source)
    assert status == 1
    assert said.splitlines()[-1] == "theano-updates: a.py: 1 silenced"
    assert text == source.replace(f"\n{READ}", f"\n{READ.rstrip()}  # noqa: THU101\n")
    assert len(_found(tmp_path)) == 1


def test_several_findings_on_one_line_share_a_comment(tmp_path: Path) -> None:
    source = STALE.replace(READ, f"step = zip([], []); {READ}").replace(
        "updates=updates)", "updates=zip(updates, updates)); more = theano.function([], [], zip())"
    )
    before = run_here("theano-updates", "check", "-", cwd=tmp_path, stdin=source).stdout
    codes = {line.split()[1] for line in before.splitlines()}
    status, text, _ = _silence(tmp_path, source)
    assert (status, _found(tmp_path)) == (0, [])
    written = {code for part in text.split("# noqa: ")[1:] for code in part.split()[0].split(",")}
    assert written == codes
    assert len(codes) > 1


def test_only_what_is_selected_is_silenced(tmp_path: Path) -> None:
    assert _silence(tmp_path, STALE, "--select=THU3") == (0, STALE, "")
    assert len(_found(tmp_path)) == 1


def test_a_rule_that_is_off_is_silenced_where_it_is_asked_for(tmp_path: Path) -> None:
    source = (
        "import theano\nv = theano.shared(0.0)\nw = theano.shared(0.0)\n"
        "f = theano.function([], [], updates={v: v + 1, w: w + 1})\n"
    )
    status, text, _ = _silence(tmp_path, source, "--enable=THU903")
    assert (status, text) == (0, f"{source.rstrip()}  # noqa: THU903\n")


def test_the_diff_is_shown_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(STALE)
    done = run_here(*ADD, "a.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("--- a/a.py\n+++ b/a.py\n")
    assert f"-{READ}+{READ.rstrip()}  # noqa: THU101\n" in done.stdout
    assert (tmp_path / "a.py").read_text() == STALE


def test_standard_input_comes_back_with_comments(tmp_path: Path) -> None:
    done = run_here(*ADD, "--write", "-", cwd=tmp_path, stdin=STALE)
    assert done.returncode == 0
    assert done.stdout == STALE.replace(READ, f"{READ.rstrip()}  # noqa: THU101\n")


@pytest.mark.parametrize("other", ["--unsafe", "--safe-only"])
def test_it_goes_with_no_choice_of_fixes(tmp_path: Path, other: str) -> None:
    (tmp_path / "a.py").write_text(STALE)
    done = run_here(*ADD, other, "--write", "a.py", cwd=tmp_path)
    assert done.returncode == 2
    assert f"argument {other}: not allowed with argument --add-noqa" in done.stderr
    assert (tmp_path / "a.py").read_text() == STALE


def test_line_ends_and_a_missing_last_one_stay(tmp_path: Path) -> None:
    source = (
        STALE.rpartition(READ)[0]
        + "theano.function([], [], updates=updates + ["
        + ("(param, param + velocity)])")
    )
    status, text, _ = _silence(tmp_path, source.replace("\n", "\r\n").encode())
    assert status == 0
    assert text == source.replace("\n", "\r\n") + "  # noqa: THU101"
    assert _found(tmp_path) == []


def test_a_notebook_gets_its_comments_in_its_cells(tmp_path: Path) -> None:
    sources = ["%matplotlib inline\n!ls 'x", STALE.rstrip("\n")]
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": s} for s in sources]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    file = tmp_path / "n.ipynb"
    file.write_text(json.dumps(notebook))
    done = run_here(*ADD, "--write", ".", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "theano-updates: ./n.ipynb: 1 silenced\n")
    first, second = (cell["source"] for cell in json.loads(file.read_text())["cells"])
    assert first == sources[0]
    changed = [line for line in second.split("\n") if line not in sources[1].split("\n")]
    assert [line.endswith("  # noqa: THU101") for line in changed] == [True]
    assert run_here("theano-updates", "check", ".", cwd=tmp_path).stdout == ""


@pytest.mark.skipif(find_spec("tree_sitter") is None, reason="needs the extra py2")
@pytest.mark.parametrize("old", ["print 'a'", "n = 0777", "print `n`, 10L"])
def test_python_2_gets_comments_that_are_read_there(tmp_path: Path, old: str) -> None:
    source = f"{old}\n{STALE}"
    (tmp_path / "old.py").write_text(source)
    done = run_here(*ADD, "--write", "old.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "theano-updates: old.py: 1 silenced\n")
    assert (tmp_path / "old.py").read_text().replace("  # noqa: THU101", "") == source
    assert run_here("theano-updates", "check", "old.py", cwd=tmp_path).stdout == ""


@pytest.mark.longer
def test_every_fixture_is_silent_and_the_same_program_afterwards(tmp_path: Path) -> None:
    copied = tmp_path / "fixtures"
    shutil.copytree(FOLDER, copied)
    done = run_here(*ADD, "--write", "fixtures", cwd=tmp_path)
    assert done.returncode == 0
    assert "not silenced" not in done.stderr
    assert run_here("theano-updates", "check", "fixtures", cwd=tmp_path).stdout == ""
    assert run_here("flake8", "--isolated", "--select=THU", "fixtures", cwd=tmp_path).stdout == ""
    for path in FOLDER.rglob("*.py"):
        after = (copied / path.relative_to(FOLDER)).read_bytes()
        assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(path.read_bytes()))
    again = run_here(*ADD, "--write", "fixtures", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
