"""Real Theano code from PyPI, for the benchmarks: downloaded, unpacked, never imported."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

PACKAGES = (
    "Lasagne==0.1",
    "Keras==0.3.3",
    "Keras==1.2.2",
    "downhill==0.4.0",
    "theanets==0.7.3",
    "neupy==0.6.5",
    "pymc3==3.11.4",
)


def unpacked(package: str, folder: Path) -> Path:
    """Download one release of a package and unpack it into a folder of its own.

    Args:
        package: a requirement such as ``Lasagne==0.1``.
        folder: where to put it.

    Returns:
        the folder that holds its files.
    """
    target = folder / package.replace("==", "-")
    if target.is_dir():
        return target
    download = folder / "downloads" / target.name
    download.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    where = ["--no-deps", "--dest", str(download), package]
    subprocess.run([*pip, *where], check=True)
    (archive,) = download.iterdir()
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(target)
    else:
        with tarfile.open(archive) as packed:
            packed.extractall(target, filter="data")
    return target
