"""What confirming a hundred findings costs, beside a script that a person writes for them.

Both compile and call the same 300 functions: a hundred optimizers as written, in the other
order, and with the new value. ``by_hand.py`` has them written out; ``confirm`` reads the
source, writes a program for each finding and runs it in workers. CPU and wall seconds of
whole commands and their children, less those of the import of the backend; medians of runs
in turn. The wall time says little on a machine that has other work.

    python benchmarks/confirm_speed.py [--runs 3]
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FINDINGS = 100
CALLS = 5

# In turn, each with a learning rate of its own.
OPTIMIZERS = (
    """

def momentum_{n}(loss, params, lr={lr}, mu=0.9):
    updates = []
    for p in params:
        velocity = theano.shared(p.get_value() * 0.0)
        updates.append((velocity, mu * velocity - lr * T.grad(loss, p)))
        updates.append((p, p + velocity))
    return updates
""",
    """

def rmsprop_{n}(loss, params, lr={lr}, rho=0.9):
    updates = []
    for p in params:
        g = T.grad(loss, p)
        acc = theano.shared(p.get_value() * 0.0)
        updates.append((acc, rho * acc + (1 - rho) * g**2))
        updates.append((p, p - lr * g / T.sqrt(acc + 1e-6)))
    return updates
""",
)


def source() -> str:
    """Write a module with as many findings as are to be confirmed."""
    parts = ["import theano\nimport theano.tensor as T\n"]
    for n in range(FINDINGS):
        parts.append(OPTIMIZERS[n % 2].format(n=n, lr=f"0.0{1 + n % 9}"))
    return "".join(parts)


def seconds(command: list[str], folder: str) -> tuple[float, float]:
    """Run a command and return its CPU and wall seconds; findings are exit status 1."""
    flags = f"cxx=,blas.ldflags=,device=cpu,floatX=float64,base_compiledir={folder}/compiled"
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "OMP_NUM_THREADS": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        command,
        env=environment | {"THEANO_FLAGS": flags},
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode > 1:
        raise RuntimeError(done.stderr)
    print(f"  {done.stdout.splitlines()[-1] if done.stdout else 'import theano'}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def main() -> None:
    """Run the three commands in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    by_hand = str(Path(__file__).with_name("by_hand.py"))
    taken: dict[str, list[tuple[float, float]]] = {"import": [], "by hand": [], "confirm": []}
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "hundred.py")
        module.write_text(source(), encoding="utf-8")
        commands = {
            "import": [sys.executable, "-c", "import theano"],
            "by hand": [sys.executable, by_hand, str(FINDINGS), str(CALLS)],
            "confirm": [sys.executable, "-m", "flake8_theano_updates", "confirm", str(module)],
        }
        for _ in range(runs):
            for name, command in commands.items():
                taken[name].append(seconds(command, folder))
    for kind, title in enumerate(("CPU", "wall")):
        medians = {name: statistics.median(t[kind] for t in times) for name, times in taken.items()}
        start = medians.pop("import")
        print(f"{title}: import of the backend {start:.2f} s; beyond it", end="")
        by_hand_takes, confirm_takes = (medians[name] - start for name in ("by hand", "confirm"))
        print(f" by hand {by_hand_takes:.2f} s, confirm {confirm_takes:.2f} s", end="")
        print(f" (x{confirm_takes / by_hand_takes:.2f})")


if __name__ == "__main__":
    main()
