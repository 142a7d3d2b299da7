"""Links: one file is one set of findings, and nothing outside of a folder is written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from commands import run_here
from samples import STALE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")

FIX = ("theano-updates", "fix", "--unsafe", "--no-prove", "--write")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a folder in which links lead to a file of it, out of it, nowhere and in a circle."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "m.py").write_text(STALE)
    (tmp_path / "out.py").write_text(STALE)
    (tmp_path / "in" / "a.py").symlink_to("m.py")
    (tmp_path / "in" / "b.py").symlink_to("../out.py")
    (tmp_path / "in" / "c.py").symlink_to("gone.py")
    (tmp_path / "in" / "d.py").symlink_to("d.py")
    (tmp_path / "in" / "e").symlink_to("..")
    return tmp_path


def places(output: str) -> list[str]:
    return [line.split(":")[0] for line in output.splitlines()]


BROKEN = [f"theano-updates: in/{name}.py: a link that leads nowhere" for name in "cd"]


def test_a_file_is_checked_once_whatever_leads_to_it(project: Path) -> None:
    done = run_here("theano-updates", "check", "in", cwd=project)
    assert places(done.stdout) == ["in/b.py", "in/m.py"]
    assert (done.returncode, done.stderr.splitlines()) == (2, BROKEN)
    both = run_here("theano-updates", "check", "in", ".", "in/e/in", cwd=project)
    assert places(both.stdout) == ["in/m.py", "./out.py"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["in/a.py"], ["in/a.py"]),
        (["in/a.py", "in"], ["in/a.py", "in/b.py"]),
        (["in", "in/a.py"], ["in/b.py", "in/a.py"]),
        (["in/a.py", "in/m.py"], ["in/m.py"]),
        (["in/b.py", "out.py"], ["out.py"]),
    ],
)
def test_it_is_shown_by_the_path_that_is_named(
    project: Path, given: list[str], shown: list[str]
) -> None:
    assert places(run_here("theano-updates", "check", *given, cwd=project).stdout) == shown


def test_a_link_that_leads_nowhere_is_told(project: Path) -> None:
    done = run_here("theano-updates", "check", "in/c.py", "in/d.py", "in/m.py", cwd=project)
    assert done.stderr.splitlines() == BROKEN
    assert (done.returncode, places(done.stdout)) == (2, ["in/m.py"])


def test_what_is_no_file_is_passed_over_and_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "in" / "f.py")
    (project / "in" / "g.py").symlink_to("/dev/zero")
    done = run_here("theano-updates", "check", "in", cwd=project)
    assert done.stderr.splitlines() == BROKEN
    assert places(done.stdout) == ["in/b.py", "in/m.py"]


def test_a_fix_writes_no_file_outside_of_the_folder(project: Path) -> None:
    done = run_here(*FIX, "in", cwd=project)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        *BROKEN,
        "theano-updates: in/b.py:7:32: THU101 is not fixed: it is read through a link that leads "
        "out of the folder; name the link to follow it",
        "theano-updates: in/m.py: 1 fixed, not proven",
    ]
    assert (project / "out.py").read_text() == STALE
    assert "velocity_new" in (project / "in" / "m.py").read_text()
    assert {path.name for path in (project / "in").iterdir() if path.is_symlink()} == {
        "a.py", "b.py", "c.py", "d.py", "e",
    }  # fmt: skip
    for name in "cd":
        (project / "in" / f"{name}.py").unlink()
    # As `check`: what is outside is still there.
    assert run_here(*FIX, "in", cwd=project).returncode == 1


def test_a_fix_follows_a_link_that_is_named(project: Path) -> None:
    done = run_here(*FIX, "in/b.py", cwd=project)
    assert (done.returncode, done.stderr) == (0, "theano-updates: in/b.py: 1 fixed, not proven\n")
    assert "velocity_new" in (project / "out.py").read_text()
    assert (project / "in" / "b.py").is_symlink()


def test_a_folder_that_is_a_link_holds_what_is_in_it(project: Path) -> None:
    (project / "link").symlink_to("in")
    for name in "cd":
        (project / "in" / f"{name}.py").unlink()
    done = run_here(*FIX, "link", cwd=project)
    assert done.stderr.splitlines()[1:] == ["theano-updates: link/m.py: 1 fixed, not proven"]
    assert (project / "out.py").read_text() == STALE


@pytest.mark.parametrize("name", ["m.py", "a.py"])
def test_a_read_only_file_stays_whoever_runs_it(project: Path, name: str) -> None:
    file = project / "in" / "m.py"
    file.chmod(0o444)
    before = file.stat()
    done = run_here(*FIX, f"in/{name}", cwd=project)
    assert done.returncode == 2
    assert done.stderr == f"theano-updates: in/{name}: not written: it is read-only\n"
    assert file.read_text() == STALE
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert stat.S_IMODE(file.stat().st_mode) == 0o444


def test_a_diff_of_a_read_only_file_is_shown(project: Path) -> None:
    (project / "in" / "m.py").chmod(0o444)
    done = run_here("theano-updates", "fix", "--unsafe", "--no-prove", "in/m.py", cwd=project)
    assert (done.returncode, done.stderr) == (1, "")
    assert "+velocity_new" in done.stdout
