"""Findings of old code: a baseline that lists them, and the lines that have changed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from commands import run_here
from hypothesis import given
from hypothesis import strategies as st
from marks import FOLDER

from flake8_theano_updates.cli.baseline import Known, compared

MOMENTUM = (FOLDER / "THU101" / "programs" / "momentum.py").read_text(encoding="utf-8")
STALE = "    (w, w + velocity),  # error: THU101 13 velocity\n"


def found(folder: Path, *options: str) -> list[str]:
    """Return where findings are, as ``a.py:14``."""
    done = run_here("theano-updates", "check", "-q", "--format=concise", *options, ".", cwd=folder)
    assert done.stderr == ""
    return [":".join(line.split(":")[:2]).removeprefix("./") for line in done.stdout.splitlines()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(MOMENTUM)
    (tmp_path / "b.py").write_text(MOMENTUM)
    return tmp_path


@pytest.fixture
def with_baseline(project: Path) -> Path:
    done = run_here(
        "theano-updates", "check", "--baseline=known.json", "--write-baseline", ".", cwd=project
    )
    written = "theano-updates: 2 findings written to known.json\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", written)
    assert found(project, "--baseline=known.json") == []
    return project


def test_lines_may_move_and_change_and_files_may_have_another_name(with_baseline: Path) -> None:
    (with_baseline / "a.py").write_text("# moved\n" + MOMENTUM)
    (with_baseline / "b.py").rename(with_baseline / "c.py")
    assert found(with_baseline, "--baseline=known.json") == []
    edited = MOMENTUM.replace("w + velocity)", "w + velocity * 2)")
    (with_baseline / "a.py").write_text(edited)
    assert found(with_baseline, "--baseline=known.json") == []


def test_only_what_is_new_counts(with_baseline: Path) -> None:
    (with_baseline / "d.py").write_text(MOMENTUM)  # the same text, while a.py is still there
    assert found(with_baseline, "--baseline=known.json") == ["d.py:14"]
    (with_baseline / "d.py").unlink()
    other = MOMENTUM.replace("train = ", "again = ").partition("updates")[2]
    (with_baseline / "a.py").write_text(f"{MOMENTUM}\nupdates{other}")
    assert len(found(with_baseline)) == 3
    assert found(with_baseline, "--baseline=known.json") == ["a.py:20"]
    done = run_here("theano-updates", "check", "--baseline=known.json", ".", cwd=with_baseline)
    assert done.returncode == 1
    assert done.stderr == "theano-updates: 2 of the findings are in known.json\n"


def test_what_is_mended_is_told_and_left_out_of_the_next_baseline(with_baseline: Path) -> None:
    (with_baseline / "a.py").write_text("import theano\n")
    arguments = ("theano-updates", "check", "--baseline=known.json")
    done = run_here(*arguments, ".", cwd=with_baseline)
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 of it is gone" in done.stderr
    # Of what was not looked at nothing is known.
    assert "gone" not in run_here(*arguments, "b.py", cwd=with_baseline).stderr
    done = run_here(*arguments, "--write-baseline", ".", cwd=with_baseline)
    assert done.stderr == "theano-updates: 1 finding written to known.json\n"
    quiet = run_here(*arguments, "--write-baseline", "--quiet", ".", cwd=with_baseline)
    assert quiet.stderr == ""
    (entry,) = json.loads((with_baseline / "known.json").read_text())["findings"]
    assert (entry["path"], entry["text"]) == ("b.py", STALE.strip())


def test_a_baseline_is_read_from_any_folder(with_baseline: Path) -> None:
    (with_baseline / "inner").mkdir()
    arguments = ("--baseline=../known.json", "..")
    done = run_here("theano-updates", "check", *arguments, cwd=with_baseline / "inner")
    assert (done.returncode, done.stdout) == (0, "")
    done = run_here("theano-updates", "confirm", *arguments, cwd=with_baseline / "inner")
    assert (done.returncode, done.stdout) == (0, "no findings, nothing to confirm\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "No such file or directory; --write-baseline makes it"),
        ("[]", "it is no baseline: "),
        ('{"version": 9, "findings": []}', "it is of version 9, and this knows 1"),
        ('{"version": 1, "findings": [{"path": "a.py"}]}', "it is no baseline: "),
        ('{"version": 1, "findings": [', "it is no baseline: "),
    ],
)
def test_what_is_no_baseline_is_an_error(project: Path, text: str | None, why: str) -> None:
    if text is not None:
        (project / "known.json").write_text(text)
    done = run_here("theano-updates", "check", "--baseline=known.json", ".", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"theano-updates: --baseline: known.json: {why}")
    assert "Traceback" not in done.stderr


def test_a_baseline_takes_the_place_of_no_source(project: Path) -> None:
    arguments = ("--baseline=a.py", "--write-baseline", ".")
    done = run_here("theano-updates", "check", *arguments, cwd=project)
    assert (done.returncode, done.stderr) == (
        2,
        "theano-updates: --baseline: a.py: there is a source file\n",
    )
    assert (project / "a.py").read_text() == MOMENTUM


KNOWN = st.builds(
    Known,
    st.sampled_from(["a.py", "b.py"]),
    st.sampled_from(["THU101", "THU102"]),
    st.sampled_from(["v", "u"]),
    st.just("w"),
    st.sampled_from(["one", "two"]),
)


@given(st.lists(KNOWN), st.lists(KNOWN))
def test_each_of_a_baseline_stands_for_one_finding(today: list[Known], before: list[Known]) -> None:
    result = compared(today, before, FOLDER)
    assert len(today) - len(result.new) == len(before) - len(result.left)
    # What is in both is never new, whatever else is there.
    assert compared(before, before, FOLDER) == compared([], [], FOLDER)
    assert compared([*today, *before], before, FOLDER).left == ()


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True)


@pytest.fixture
def repository(project: Path) -> Path:
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    return project


def test_only_lines_that_have_changed_count(repository: Path) -> None:
    assert found(repository, "--diff-base=HEAD") == []
    # Lines that moved are what they were; a file that git does not know is all new.
    (repository / "a.py").write_text("# moved\n" + MOMENTUM)
    (repository / "new.py").write_text(MOMENTUM)
    assert found(repository, "--diff-base=HEAD") == ["new.py:14"]
    # The other line that a finding is about counts as well.
    (repository / "a.py").write_text(MOMENTUM.replace("(velocity, 0.9", "(velocity, 0.8"))
    assert found(repository, "--diff-base=HEAD") == ["a.py:14", "new.py:14"]
    done = run_here("theano-updates", "confirm", "-q", "--diff-base=main", "b.py", cwd=repository)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_file_with_another_name_is_what_it_was(repository: Path) -> None:
    (repository / "sub").mkdir()
    git(repository, "mv", "b.py", "sub/c.py")
    (repository / "sub" / "c.py").write_text(f"# moved\n{MOMENTUM}")
    git(repository, "commit", "-qam", "moved")
    assert found(repository, "--diff-base=HEAD~1") == []


def test_what_others_have_done_on_the_branch_is_no_change_here(repository: Path) -> None:
    git(repository, "checkout", "-qb", "mine")
    git(repository, "checkout", "-q", "main")
    (repository / "a.py").write_text(MOMENTUM.replace("velocity)", "2 * velocity)"))
    git(repository, "commit", "-qam", "theirs")
    git(repository, "checkout", "-q", "mine")
    assert found(repository, "--diff-base=main") == []


def test_cells_of_a_notebook_are_compared_by_their_lines(repository: Path) -> None:
    def cell(source: str) -> dict[str, object]:
        return {"cell_type": "code", "id": "c", "metadata": {}, "outputs": [], "source": source}

    def notebook(*sources: str) -> str:
        document = {"cells": list(map(cell, sources)), "metadata": {}, "nbformat": 4}
        return json.dumps(document | {"nbformat_minor": 5})

    (repository / "n.ipynb").write_text(notebook(MOMENTUM))
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "notebook")
    (repository / "n.ipynb").write_text(notebook("import this", f"# moved\n{MOMENTUM}"))
    assert found(repository, "--diff-base=HEAD") == []
    (repository / "n.ipynb").write_text(
        notebook(MOMENTUM.replace("w + velocity", "w + 1 * velocity"))
    )
    assert found(repository, "--diff-base=HEAD") == ["n.ipynb:cell 1"]


@pytest.mark.parametrize("revision", ["nope", "--output=x", "HEAD:a.py", ""])
def test_a_revision_that_there_is_not_is_an_error(repository: Path, revision: str) -> None:
    done = run_here("theano-updates", "check", f"--diff-base={revision}", ".", cwd=repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"theano-updates: --diff-base: git knows no revision {revision!r} here\n"
    assert sorted(os.listdir(repository)) == [".git", "a.py", "b.py"]


def test_nothing_that_a_repository_configures_is_run(repository: Path) -> None:
    tool = repository / "tool.sh"
    tool.write_text("#!/bin/sh\ntouch ran\n")
    tool.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.x.textconv", "diff.x.command"):
        git(repository, "config", key, "./tool.sh")
    (repository / ".gitattributes").write_text("*.py diff=x\n")
    (repository / "a.py").rename(repository / "c.py")
    found(repository, "--diff-base=HEAD")
    assert not (repository / "ran").exists()
