"""One finding from the code to the fix, on one screen.

What the commands print is shown as they print it. The last numbers are those of the mended file
itself, run by the backend.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "momentum.py"
BIN = Path(sys.executable).parent
CALLS = 5
SHOWN = "w"

# Runs a program of Theano, by PyTensor where there is no Theano, and calls what it has compiled.
RUN = f"""\
import os, runpy, sys
os.environ.setdefault("THEANO_FLAGS", "cxx=,device=cpu,blas.ldflags=")
os.environ.setdefault("PYTENSOR_FLAGS", "cxx=,device=cpu,blas__ldflags=")
try:
    import theano
except ImportError:
    import pytensor, pytensor.tensor
    sys.modules["theano"], sys.modules["theano.tensor"] = pytensor, pytensor.tensor
made = runpy.run_path(sys.argv[1])
for _ in range({CALLS}):
    made["train"]()
    print(float(made["{SHOWN}"].get_value()))
"""


def printed(*command: str, cwd: Path, statuses: Sequence[int] = (0, 1)) -> str:
    """Return what a command of the environment prints.

    Raises:
        SystemExit: if it ends with another status; what it has said is shown.
    """
    program = [str(BIN / command[0]), *command[1:]]
    done = subprocess.run(program, cwd=cwd, capture_output=True, text=True)
    if done.returncode not in statuses:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def row(words: str, numbers: Sequence[object]) -> str:
    """Return a row of the table of numbers."""
    return f"    {words:<28}" + "".join(f"{_short(one):>10}" for one in numbers)


def _short(one: object) -> str:
    return f"{one:.4g}" if isinstance(one, float) else str(one)


def main() -> None:
    """Print the story."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        name = shutil.copy(EXAMPLE, work / EXAMPLE.name).name
        (found,) = json.loads(printed("theano-updates", "confirm", "--format=json", name, cwd=work))
        verdict = found["verdict"]
        lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
        print(f"== {EXAMPLE.parent.name}/{name}: {lines[0].strip(chr(34))}\n")
        for number in range(found["registered_line"], found["line"] + 1):
            print(f"    {number:>3} | {lines[number - 1]}")
        print(f"        | {' ' * (found['column'] - 1)}{'^' * len(found['variable'])}")
        print(f"\n$ flake8 --select THU {name}")
        print(printed("flake8", "--isolated", "--select=THU", name, cwd=work))
        print(f"== what {verdict['backend']} {verdict['backend_version']} computes (confirm)\n")
        place = verdict["names"].index(SHOWN)
        print(row(f"{SHOWN} after so many calls", range(1, CALLS + 1)))
        print(row("as written", [one[place] for one in verdict["as_compiled"][1:]]))
        print(row("as it was meant", [one[place] for one in verdict["with_new_value"][1:]]))
        print(f"\n$ theano-updates fix --unsafe {name}")
        print(printed("theano-updates", "fix", "--unsafe", name, cwd=work))
        print(f"$ theano-updates fix --unsafe --write {name}")
        print(printed("theano-updates", "fix", "--unsafe", "--write", name, cwd=work))
        ran = printed(Path(sys.executable).name, "-c", RUN, name, cwd=work, statuses=(0,))
        print(row("the mended file, run", [float(one) for one in ran.split()]))


if __name__ == "__main__":
    main()
