"""The hooks, run by pre-commit itself from a git repository of this package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest
from samples import STALE

PROJECT = Path(__file__).resolve().parents[2]
# What pip builds the package from, and what pre-commit reads.
PARTS = ("flake8_theano_updates", "setup.py", "pyproject.toml", "README.md", "LICENSE")
HOOKS = ".pre-commit-hooks.yaml"

CONFIG = """\
repos:
- repo: {repository}
  rev: {revision}
  hooks:
  - id: theano-updates
  - id: theano-updates-confirm
    additional_dependencies: []  # the backend is that of THEANO_UPDATES_PYTHON
    args: [--calls=1]
  - id: theano-updates-fix
    alias: undecided
  - id: theano-updates-fix
    alias: unsafe
    args: [--unsafe, --no-prove]
"""
SETTINGS = '[tool.theano-updates]\nextend-exclude = ["legacy"]\n'

pytestmark = [
    pytest.mark.longer,
    pytest.mark.skipif(find_spec("pre_commit") is None, reason="pre-commit is not installed"),
    pytest.mark.skipif(shutil.which("git") is None, reason="there is no git"),
]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return an environment in which nothing of this one's package is seen."""
    folder = tmp_path_factory.mktemp("pre-commit")
    own = {"PRE_COMMIT_HOME": str(folder / "home"), "THEANO_UPDATES_PYTHON": sys.executable}
    passed = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    passed.pop("PYTHONPATH", None)
    probe = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "pathspec>=0.12.1,<2"]
    done = subprocess.run(
        probe, cwd=folder, env=passed, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"pip cannot install here what hooks need: {done.stderr.strip()[-200:]}")
    return passed | own


def git(folder: Path, *arguments: str) -> str:
    names = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    call = ["git", *names, *arguments]
    return subprocess.run(call, cwd=folder, check=True, capture_output=True, text=True).stdout


def committed(folder: Path) -> str:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "all")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Make a git repository of the package as it is here."""
    folder = tmp_path_factory.mktemp("repository")
    for name in (*PARTS, HOOKS):
        source = PROJECT / name
        if source.is_dir():
            passed = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=passed)
        else:
            shutil.copy(source, folder / name)
    return folder, committed(folder)


@pytest.fixture
def project(tmp_path: Path, repository: tuple[Path, str]) -> Path:
    """Make a project that has the hooks, and two files of which one is excluded."""
    where, revision = repository
    config = CONFIG.format(repository=where, revision=revision)
    (tmp_path / ".pre-commit-config.yaml").write_text(config)
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / "legacy").mkdir()
    (tmp_path / "legacy" / "old.py").write_text(STALE)
    (tmp_path / "new.py").write_text(STALE)
    committed(tmp_path)
    return tmp_path


def hook(
    name: str, project: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "pre_commit", "run", "--all-files", name]
    return subprocess.run(
        call, cwd=project, env=dict(environment), capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("theano-updates", "new.py:7:32: THU101 stale read"),
        pytest.param(
            "theano-updates-confirm",
            "1 finding: 1 confirmed",
            marks=pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano"),
        ),
        # Which of the two is meant is not for a hook to decide.
        ("undecided", "THU101 is not fixed: it takes a choice: --unsafe"),
    ],
)
def test_a_hook_reports_what_is_not_excluded(
    project: Path, environment: Mapping[str, str], name: str, said: str
) -> None:
    done = hook(name, project, environment)
    assert done.returncode == 1, done.stdout
    assert "- exit code: 1\n" in done.stdout
    assert said in done.stdout
    assert "old.py" not in done.stdout
    assert (project / "new.py").read_text() == STALE
    assert git(project, "status", "--porcelain") == ""


def test_what_a_hook_mends_has_to_be_committed_again(
    project: Path, environment: Mapping[str, str]
) -> None:
    first = hook("unsafe", project, environment)
    assert first.returncode == 1, first.stdout
    assert "- files were modified by this hook\n" in first.stdout
    assert "- exit code" not in first.stdout
    assert git(project, "status", "--porcelain") == " M new.py\n"
    assert hook("unsafe", project, environment).returncode == 0
    assert hook("theano-updates", project, environment).returncode == 0
