"""Environments with each of the backends, beside the one that the tests run in.

``python tests/backends.py`` makes those that are not there yet, some hundred megabytes
each, for the tests that are marked ``backends``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import pythons

FOLDER = Path(sys.prefix, "backends")


@dataclass(frozen=True)
class Environment:
    """An interpreter with a backend.

    Args:
        name: of its folder.
        backend: what a verdict calls the backend.
        package: what programs import.
        python: the version of Python, as "3.11".
        requirements: what is installed.
    """

    name: str
    backend: str
    package: str
    python: str
    requirements: tuple[str, ...]

    @property
    def interpreter(self) -> Path:
        return FOLDER / self.name / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """What is there when the environment is whole."""
        return FOLDER / self.name / ".made"


# Each with a NumPy that it still works with; setuptools brings back distutils.
ENVIRONMENTS = (
    Environment(
        "theano-2.7", "theano", "theano", "2.7", ("theano==1.0.5", "numpy<1.17", "scipy<1.3")
    ),
    Environment("theano-3.8", "theano", "theano", "3.8", ("theano==1.0.5", "numpy<1.22")),
    Environment(
        "theano-pymc",
        "theano-pymc",
        "theano",
        "3.11",
        ("theano-pymc==1.1.2", "numpy<1.24", "scipy<1.12", "setuptools<81"),
    ),
    Environment("aesara", "aesara", "aesara", "3.11", ("aesara==2.9.4", "setuptools<81")),
    Environment("pytensor-2", "pytensor", "pytensor", "3.11", ("pytensor>=2.31,<3",)),
    Environment("pytensor", "pytensor", "pytensor", "3.11", ("pytensor>=3.0.7,<4",)),
    Environment("pytensor-3.13", "pytensor", "pytensor", "3.13", ("pytensor>=3.3.8,<4",)),
)


def skip_if_missing(one: Environment) -> None:
    """Skip the test that needs an environment which was not made here."""
    if not one.stamp.exists():
        pytest.skip(f"python tests/backends.py has not made {one.name}")


def main() -> int:
    """Make the environments that are missing; return how many could not be made."""
    missing = [one for one in ENVIRONMENTS if not one.stamp.exists()]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for one in missing:
            python = pythons.find(one.python)
            if python is None:
                print(f"{one.name}: there is no Python {one.python} here, its tests are skipped")
                continue
            try:
                _make(one, python, Path(folder))
            except subprocess.CalledProcessError as error:
                print(f"{one.name}: {error}")
                failed += 1
            else:
                print(f"{one.name}: {', '.join(one.requirements)}")
    return failed


def _make(one: Environment, python: str, folder: Path) -> None:
    # The last virtualenv that makes environments of Python 2.7.
    virtualenv = folder / "virtualenv"
    if not virtualenv.exists():
        subprocess.run([sys.executable, "-m", "venv", virtualenv], check=True)
        _install(virtualenv, "virtualenv<20.22")
    target = FOLDER / one.name
    subprocess.run([virtualenv / "bin" / "virtualenv", "-q", "-p", python, target], check=True)
    _install(target, *one.requirements)
    one.stamp.touch()


def _install(environment: Path, *requirements: str) -> None:
    pip = [environment / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "install", *requirements], check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
