"""What is published: all that a checkout has as source, the package alone as wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.util import find_spec
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
# What makes and tests leave behind, and what git keeps for itself.
LEFT = (
    ".git",
    ".venv",
    "__pycache__",
    "*.pyc",
    "*.egg-info",
    "build",
    "dist",
    ".*_cache",
    ".hypothesis",
)

pytestmark = [
    pytest.mark.longer,
    pytest.mark.skipif(find_spec("build") is None, reason="the package build is not installed"),
]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy this checkout, as a build leaves files in it."""
    folder = tmp_path_factory.mktemp("source") / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(*LEFT), symlinks=True)
    return folder


@pytest.fixture(scope="module")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution, and the wheel from that."""
    folder = tmp_path_factory.mktemp("dist")
    probe = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "setuptools>=70.1"]
    fetched = subprocess.run(
        probe, cwd=tmp_path_factory.mktemp("probe"), capture_output=True, text=True, check=False
    )
    if fetched.returncode:
        pytest.skip(f"pip cannot fetch what builds: {fetched.stderr.strip()[-200:]}")
    call = [sys.executable, "-m", "build", "--outdir", str(folder), str(source)]
    # Not from the checkout: it has a folder that is called build, at times.
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


@pytest.fixture(scope="module")
def unpacked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (archive,) = built.glob("*.tar.gz")
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as tar:
        tar.extractall(folder)
    (top,) = folder.iterdir()
    return top


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def metadata(built: Path) -> Message:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_the_source_is_complete(source: Path, unpacked: Path) -> None:
    made = {"PKG-INFO", "setup.cfg"}
    there = {name for name in files(unpacked) if ".egg-info" not in name}
    # The build has left its own in the copy.
    was = {name for name in files(source) if ".egg-info" not in name}
    assert there - made == was
    assert {"docs/report.png", ".pre-commit-hooks.yaml", "Makefile", "tests/conftest.py"} <= there


def test_its_tests_pass_where_it_is_unpacked(unpacked: Path) -> None:
    chosen = ("tests/test_rules.py", "tests/test_fixtures.py", "tests/source/test_versions.py")
    call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen]
    done = subprocess.run(
        call,
        cwd=unpacked,
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert " passed" in done.stdout


def test_the_wheel_holds_the_package_alone(source: Path, built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    package = source / "flake8_theano_updates"
    assert set(names) == {f"{package.name}/{name}" for name in files(package)}


def test_an_index_can_show_the_description(built: Path) -> None:
    told = metadata(built)
    text = str(told.get_payload())
    assert told["Description-Content-Type"] == "text/markdown"
    assert text.startswith("# flake8-theano-updates")
    # Links that lead to files of the project lead nowhere on another site.
    targets = [part.partition(")")[0] for part in text.split("](")[1:]]
    assert targets
    assert [target for target in targets if not target.startswith("https://")] == []


def test_each_extra_brings_something_and_is_told(built: Path) -> None:
    told = metadata(built)
    extras = told.get_all("Provides-Extra", [])
    requirements = told.get_all("Requires-Dist", [])
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("| extra |") : readme.index("## Use")]
    for extra in extras:
        assert any(f'extra == "{extra}"' in one for one in requirements)
        assert f"`{extra}`" in table
