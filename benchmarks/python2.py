"""How well and how fast real Python 2 code is read.

    python benchmarks/python2.py [FOLDER ...]

Downloads two packages written for Python 2 (`pip download`) and takes the files of
these and of the folders that parse under Python 2.7 but not under this Python. Prints
how many of them are read, whether each name stands where Python 2.7 puts it, and the
CPU time for a thousand lines. Without Python 2.7 all files that this Python refuses are
taken, and names are not compared. Exits with 1 where a file is not read or a name
stands elsewhere.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import python27
import pythons

from flake8_theano_updates.source import python2
from flake8_theano_updates.source.python3 import Parsed, Unreadable

PACKAGES = ("theano-word2vec==0.2.2", "passage==0.2.4")
TARGET = 40.0

Names = list[tuple[int, int, str]]


@dataclass(frozen=True)
class Read:
    """One file that was tried.

    Args:
        path: the file.
        lines: how many lines it has.
        seconds: the CPU time that it took.
        complaints: that it was not read, or the names that stand elsewhere.
        parsed: whether it was read.
    """

    path: Path
    lines: int
    seconds: float
    complaints: tuple[str, ...]
    parsed: bool


def main(folders: Iterable[str]) -> int:
    """Read the files and print the figures."""
    with tempfile.TemporaryDirectory() as scratch:
        download(Path(scratch))
        paths = sorted({file for folder in (scratch, *folders) for file in refused(Path(folder))})
        interpreter = pythons.find("2.7")
        theirs = python27.names(interpreter, paths) if interpreter else [None] * len(paths)
        taken = list(zip(paths, theirs, strict=True))
        if interpreter:
            taken = [(path, names) for path, names in taken if names is not None]
        # One after the other: trees that are kept would cost the next files time.
        tried = [read(path, names) for path, names in taken]
    names = sum(len(names or ()) for _, names in taken)
    return report(tried, names if interpreter else None)


def download(folder: Path) -> None:
    """Fetch and unpack the sources of the packages."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*pip, "--dest", str(folder), *PACKAGES], check=True)
    for archive in folder.glob("*.tar.gz"):
        subprocess.run(["tar", "-xzf", str(archive), "-C", str(folder)], check=True)


def refused(folder: Path) -> Iterator[Path]:
    """Yield the Python files below a folder that this Python does not parse."""
    for file in folder.rglob("*.py"):
        if file.is_file():
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    ast.parse(file.read_bytes())
            except (SyntaxError, ValueError):
                yield file.resolve()


def read(path: Path, names: Names | None) -> Read:
    """Read one file as Python 2, and compare its names if Python 2.7 gave them."""
    data = path.read_bytes()
    lines = data.count(b"\n")
    start = time.process_time()
    try:
        parsed = python2.parse(str(path), data)
    except Unreadable as error:
        return Read(path, lines, time.process_time() - start, (str(error),), parsed=False)
    seconds = time.process_time() - start
    complaints = () if names is None else tuple(disagreements(parsed, names))
    return Read(path, lines, seconds, complaints, parsed=True)


def disagreements(parsed: Parsed, names: Names) -> Iterator[str]:
    """Yield the names of a file that the two Pythons do not have at the same place."""
    latin1 = any("iso-8859-1" in line.lower() or "latin-1" in line for line in parsed.lines[:2])
    found = python27.disagreement(
        python27.in_characters(names, parsed, latin1),
        python27.in_characters(python27.own_names(parsed), parsed),
    )
    for line, column, name in sorted(found):
        yield f"{parsed.path}:{line}:{column + 1}: {name}"


def report(tried: list[Read], names: int | None) -> int:
    """Print the figures; return 1 where something is not as it should be."""
    complaints = [complaint for one in tried for complaint in one.complaints]
    print(*complaints, sep="\n", end="\n" if complaints else "")
    lines = sum(one.lines for one in tried)
    parsed = sum(one.parsed for one in tried)
    cost = 1e6 * sum(one.seconds for one in tried) / max(lines, 1)
    share = 100 * parsed / max(len(tried), 1)
    print(f"{len(tried)} files, {lines} lines: {share:.1f} % parsed")
    if names is not None:
        wrong = len(complaints) - (len(tried) - parsed)
        print(f"{names} names, {wrong} not where Python 2.7 puts them")
    print(f"{cost:.1f} ms of CPU per 1000 lines (target: under {TARGET:.0f})")
    return 1 if complaints or cost >= TARGET else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
