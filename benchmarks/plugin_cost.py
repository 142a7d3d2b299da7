"""What the plugin costs: CPU time of flake8 with it against flake8 without it.

Each ratio comes from paired runs in turn (without, with, without, ...), so that a busy
machine slows both; the medians of the pairs' CPU times are compared. flake8-bugbear
stands beside it as a peer. Time against size is measured in this process.

    python benchmarks/plugin_cost.py [--runs 5]
"""

from __future__ import annotations

import argparse
import ast
import os
import resource
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from real_code import unpacked

from flake8_theano_updates.findings import check

# The names under which flake8 knows the plugins; the others are switched off alike.
PLUGINS = {"flake8-theano-updates": "THU", "flake8-bugbear": "B"}


# A PYTHONPATH would put the plugin into the environment that is to be without it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def cpu_seconds(command: list[str]) -> float:
    """Run a command and return the CPU time that it and its children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, env=ENVIRONMENT, check=False, **quiet)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def flake8(environment: Path, folders: list[Path]) -> list[str]:
    """Return the command that checks the folders, in one process."""
    return [str(environment / "bin" / "python"), "-m", "flake8", "--isolated", "--jobs=1",
            *map(str, folders)]  # fmt: skip


def environment(folder: Path, *packages: str) -> Path:
    """Make a virtual environment with flake8 and the packages."""
    made = folder / ("with-" + "-".join(Path(package).name for package in packages) or "bare")
    subprocess.run([sys.executable, "-m", "venv", made], check=True)
    pip = [made / "bin" / "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "flake8", *packages], check=True, env=ENVIRONMENT)
    return made


def lines_in(folders: list[Path]) -> int:
    """Count the lines of Python below the folders."""
    files = [file for folder in folders for file in folder.rglob("*.py")]
    return sum(file.read_bytes().count(b"\n") for file in files)


def compare(name: str, folders: list[Path], bare: Path, peers: dict[str, Path], runs: int) -> None:
    """Print one row for each peer: its ratio to bare flake8 on these folders."""
    times: dict[str, list[float]] = {peer: [] for peer in ("", *peers)}
    for _ in range(runs):
        times[""].append(cpu_seconds(flake8(bare, folders)))
        for peer, made in peers.items():
            times[peer].append(cpu_seconds(flake8(made, folders)))
    lines = lines_in(folders)
    median = {peer: statistics.median(seconds) for peer, seconds in times.items()}
    for peer in peers:
        more = (median[peer] - median[""]) / lines * 1e6
        print(f"{name:28} {peer:24} x{median[peer] / median['']:.3f}  {more:+6.1f} ms/kLOC")


def growth() -> None:
    """Print how the time of ten times as much compares."""
    for name, program in (("functions", many_functions), ("updates in one list", long_list)):
        small, large = (seconds_for(program(size)) for size in (100, 1000))
        print(f"{name:28} 10 times more: x{large / small:.1f}")


def seconds_for(source: str) -> float:
    """Return the least CPU time of five checks of a program."""
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    times = []
    for _ in range(5):
        before = time.process_time()
        check(tree, lines, "program.py")
        times.append(time.process_time() - before)
    return min(times)


def many_functions(size: int) -> str:
    """Return a program of so many functions with a finding each."""
    return "import theano\n" + "".join(
        f"def f{n}(x, w, a, g):\n    updates = [(a, a + g)]\n    updates.append((w, w - g / a))\n"
        "    return theano.function([x], [], updates=updates)\n"
        for n in range(size)
    )


def long_list(size: int) -> str:
    """Return a program that registers two updates for each unit of size."""
    body = "".join(
        f"    v{n} = theano.shared(0)\n    new{n} = 0.9 * v{n} - g\n"
        f"    updates.append((v{n}, new{n}))\n    updates.append((p[{n}], p[{n}] + v{n}))\n"
        for n in range(size)
    )
    return f"import theano\ndef train(x, p, g):\n    updates = []\n{body}    return updates\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="paired runs (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        project = Path(__file__).resolve().parent.parent
        bare = environment(folder)
        peers = {
            "flake8-theano-updates": environment(folder, str(project)),
            "flake8-bugbear": environment(folder, "flake8-bugbear"),
        }
        theano = [unpacked(package, folder) for package in ("Lasagne==0.1", "Keras==1.2.2")]
        library = Path(sysconfig.get_path("stdlib"))
        other = [library / name for name in ("email", "asyncio", "unittest", "json", "http")]
        compare("Lasagne 0.1 + Keras 1.2.2", theano, bare, peers, options.runs)
        compare("standard library, 5 packages", other, bare, peers, options.runs)
        growth()


if __name__ == "__main__":
    main()
