"""Which files are looked at: excluded ones, those that git ignores, and what tools make."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from commands import run_here
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import STALE

from flake8_theano_updates.cli.excluding import DEFAULT, Excluding
from flake8_theano_updates.cli.files import reached

GIT = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
NOTHING_LEFT = "no Python files in this folder, but for what is excluded or ignored"


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(STALE)


def seen(folder: Path, *arguments: str) -> list[str]:
    """Return the files of the findings of ``check``."""
    done = run_here("theano-updates", "check", *arguments, cwd=folder)
    assert done.stderr == ""
    return [os.path.normpath(line.split(":")[0]) for line in done.stdout.splitlines()]


def test_the_current_folder_is_looked_at_without_a_path(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "pkg/b.py")
    assert seen(tmp_path) == ["a.py", "pkg/b.py"]
    fix = run_here("theano-updates", "fix", "--unsafe", "--no-prove", cwd=tmp_path)
    assert fix.stdout.count("+velocity_new = ") == 2


PATTERNS = [
    (["--extend-exclude", "b.py"], ["a.py", "gen/c.py", "src/gen/d.py"]),
    (["--extend-exclude", "gen"], ["a.py", "src/b.py"]),
    (["--extend-exclude", "src/gen"], ["a.py", "gen/c.py", "src/b.py"]),
    (["--extend-exclude", "./gen/"], ["a.py", "src/b.py", "src/gen/d.py"]),
    (["--extend-exclude", "**/gen"], ["a.py", "src/b.py"]),
    (["--extend-exclude", "src/*.py,g*"], ["a.py"]),
    (["--extend-exclude", "gen", "--extend-exclude", "a.*"], ["src/b.py"]),
    (["--exclude", "src"], ["a.py", "build/e.py", "gen/c.py"]),
    (["src", "--extend-exclude", "src"], ["src/b.py", "src/gen/d.py"]),
    (["build", "gen/c.py", "--extend-exclude", "gen"], ["build/e.py", "gen/c.py"]),
    (["gen/c.py", "a.py", "--extend-exclude", "gen", "--force-exclude"], ["a.py"]),
]


@pytest.mark.parametrize(("arguments", "files"), PATTERNS)
def test_patterns_exclude_files_and_folders(
    tmp_path: Path, arguments: list[str], files: list[str]
) -> None:
    make(tmp_path, "a.py", "src/b.py", "gen/c.py", "src/gen/d.py", "build/e.py")
    assert seen(tmp_path, *arguments) == files


def test_where_all_is_excluded_that_is_told(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    done = run_here("theano-updates", "check", "--exclude", "*.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, f"theano-updates: .: {NOTHING_LEFT}\n")
    forced = ("--exclude", "*.py", "--force-exclude", "a.py")
    done = run_here("theano-updates", "check", *forced, cwd=tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_an_empty_pattern_is_refused(tmp_path: Path) -> None:
    done = run_here("theano-updates", "check", "--exclude", "/", cwd=tmp_path)
    assert done.returncode == 2
    assert "argument --exclude: an empty pattern means no file" in done.stderr


def test_what_tools_make_and_install_is_passed_over(tmp_path: Path) -> None:
    hidden = ("build/lib/a.py", "pkg/dist/a.py", "docs/_build/a.py", "lib/site-packages/a.py")
    make(tmp_path, "a.py", ".tox/a.py", "env/lib/a.py", *hidden)
    (tmp_path / "env" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert seen(tmp_path) == ["a.py"]
    # Neither is it where the folder itself is an environment, as `python -m venv .` makes it.
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert seen(tmp_path) == ["a.py"]
    assert seen(tmp_path, "env", ".tox") == ["env/lib/a.py", ".tox/a.py"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make the files of a repository, without git."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("# made\n/data/\n*_gen.py\n!kept_gen.py\n")
    make(tmp_path, "a.py", "b_gen.py", "kept_gen.py", "data/c.py", "src/data/d.py", "src/e.py")
    (tmp_path / "src" / ".gitignore").write_text("e.py\r\n!f_gen.py\r\n!\n")
    make(tmp_path, "src/f_gen.py", "src/g_gen.py", "src/sub/e.py")
    return tmp_path


def test_what_git_ignores_is_passed_over(repository: Path) -> None:
    assert seen(repository) == ["a.py", "kept_gen.py", "src/data/d.py", "src/f_gen.py"]


def test_files_above_in_the_repository_count(repository: Path) -> None:
    assert seen(repository / "src") == ["data/d.py", "f_gen.py"]
    assert seen(repository, "src/data", "src/sub/e.py") == ["src/data/d.py", "src/sub/e.py"]
    # What lies above the repository is none of its business.
    shutil.rmtree(repository / ".git")
    (repository / "src" / ".git").mkdir()
    assert seen(repository / "src") == ["data/d.py", "f_gen.py", "g_gen.py"]


def test_what_is_named_is_looked_at_though_it_is_ignored(repository: Path) -> None:
    assert seen(repository, "data", "b_gen.py") == ["data/c.py", "b_gen.py"]
    assert seen(repository / "data") == ["c.py"]


def test_ignored_folders_are_not_entered(repository: Path) -> None:
    (repository / "data" / "broken.py").symlink_to("gone.py")
    assert "data/c.py" not in seen(repository)


@pytest.mark.skipif(os.name != "posix", reason="named pipes of POSIX")
def test_a_pipe_for_a_gitignore_is_not_waited_for(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    os.mkfifo(tmp_path / ".gitignore")
    assert seen(tmp_path) == ["a.py"]


NAMES = ["a", "b", "build", "a.py", "b.py"]
LINES = st.sampled_from(
    ["a", "/a", "a/", "a/b", "a/**", "**/b", "a/*", "*.py", "/*.py", "b.py", "build", "*", "a/b.py",
     "**/a/b/", "[ab].py", "?", "# a", "", "\\b", "b.py ", "a*"]
)  # fmt: skip
IGNORED = st.lists(st.tuples(st.sampled_from(["", "", "!"]), LINES), max_size=4)


def lines(patterns: list[tuple[str, str]]) -> str:
    return "".join(f"{sign}{pattern}\n" for sign, pattern in patterns)


@GIT
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(IGNORED, IGNORED, IGNORED)
def test_git_ignores_the_same(
    top: list[tuple[str, str]], inner: list[tuple[str, str]], innermost: list[tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(["git", "init", "-q", folder], check=True)
        for first in NAMES:
            if first.endswith(".py"):
                make(folder, first)
                continue
            make(folder, *(f"{first}/{second}" for second in NAMES if second.endswith(".py")))
            make(folder, f"{first}/a/b.py", f"{first}/b/a.py")
        (folder / ".gitignore").write_text(lines(top))
        (folder / "a" / ".gitignore").write_text(lines(inner))
        (folder / "a" / "b" / ".gitignore").write_text(lines(innermost))
        asked = ["git", "ls-files", "--others", "--exclude-standard", "--", "*.py"]
        told = subprocess.run(asked, cwd=folder, check=True, capture_output=True, text=True)
        places, _ = reached([name], "stdin", Excluding(()))
        assert {os.path.relpath(place.path, folder) for place in places} == set(told.stdout.split())


def test_the_defaults_are_names() -> None:
    assert not any("/" in one for one in DEFAULT)
