"""What lies in the folder that is checked is not imported, whatever it is called."""

from __future__ import annotations

import importlib.util
from contextlib import closing
from pathlib import Path

import pytest
from commands import run, run_python
from pythons import find
from samples import STALE

from flake8_theano_updates.backend.supervisor import NoBackendError, Supervisor

needs_theano = pytest.mark.skipif(
    importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
)
VERSIONS = ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
# Libraries, what they import, and what Python itself looks for when it starts.
NAMES = (
    "theano aesara pytensor numpy scipy rich jinja2 matplotlib libcst tree_sitter json math "
    "platform signal time shutil six random decimal sitecustomize usercustomize worker frame"
).split()


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a stale read, in which everything tells when it is imported."""
    folder = tmp_path / "planted"
    folder.mkdir()
    ran = f"open({str(tmp_path / 'ran')!r}, 'w').close()\nraise SystemExit('planted')\n"
    for name in NAMES:
        (folder / f"{name}.py").write_text(ran)
    (folder / "theano-updates").mkdir()
    (folder / "stale.py").write_text(STALE)
    monkeypatch.chdir(folder)
    return folder


@needs_theano
@pytest.mark.longer
@pytest.mark.parametrize(
    "verb", ["check", "confirm", "confirm --report page.html", "fix --unsafe --prove", "explain"]
)
@pytest.mark.parametrize("door", ["theano-updates", "python -m"])
def test_neither_the_command_line_nor_its_worker(planted: Path, door: str, verb: str) -> None:
    arguments = (*verb.split(), "stale.py")
    if door == "python -m":
        done = run_python("-m", "flake8_theano_updates", *arguments, cwd=planted)
    else:
        done = run(door, *arguments, cwd=planted)
    assert (done.stderr, done.returncode) == ("", 1)
    assert not (planted.parent / "ran").exists()


@needs_theano
def test_nor_flake8s_worker(planted: Path) -> None:
    options = ("--isolated", "--select=THU", "--thu-confirm", "stale.py")
    done = run("flake8", *options, cwd=planted)
    assert "(confirmed by theano 1.0.5: " in done.stdout
    assert not (planted.parent / "ran").exists()


@pytest.mark.longer
@pytest.mark.parametrize("path", [None, "", ":", "."])
@pytest.mark.parametrize("version", VERSIONS)
def test_nor_a_worker_in_any_python(
    planted: Path, version: str, path: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = find(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if path is not None:
        monkeypatch.setenv("PYTHONPATH", path)
    with closing(Supervisor(python)) as supervisor:
        try:
            assert supervisor.backend().python.startswith(version)
        except NoBackendError as error:
            assert str(error).startswith("no Theano, ")  # noqa: PT017 - or there is one
    assert not (planted.parent / "ran").exists()
