"""What `trace` costs a program: CPU time in building and compiling graphs, watched against not.

The program is a network of 50 layers with momentum or Adam, compiled with FAST_COMPILE, of which
watching is the largest part. Runs are in turn: not watched, watched, not watched; each ratio is of
such neighbours. The quickest runs are compared, and the median of the ratios is given, beside
that of runs that are both not watched, which is noise; and the peak of memory in MB.

    python benchmarks/trace_cost.py [--runs 7] [--layers 50] [--python PATH]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from flake8_theano_updates.trace.recorded import read
from flake8_theano_updates.trace.running import WATCHER

FLAGS = "cxx=,blas.ldflags=,blas__ldflags=,mode=FAST_COMPILE,linker=py"

PROGRAM = """\
import importlib, resource, sys, time
import numpy as np

layers, steps = int(sys.argv[1]), sys.argv[2]
for name in ("theano", "pytensor", "aesara"):
    try:
        package = importlib.import_module(name)
        T = importlib.import_module(name + ".tensor")
        break
    except ImportError:
        pass


class Layer:
    def __init__(self, size):
        self.W = package.shared(np.eye(size) * 0.1, name="W")
        self.b = package.shared(np.zeros(size), name="b")

    def of(self, x):
        return T.tanh(T.dot(x, self.W) + self.b)


def momentum(params, grads):
    for p, g in zip(params, grads):
        v = package.shared(p.get_value() * 0.0)
        yield v, 0.9 * v - 0.1 * g
        yield p, p + v


def adam(params, grads):
    t = package.shared(0.0)
    rate = 0.001 * T.sqrt(1 - 0.999 ** (t + 1)) / (1 - 0.9 ** (t + 1))
    for p, g in zip(params, grads):
        m, v = package.shared(p.get_value() * 0.0), package.shared(p.get_value() * 0.0)
        m_t = 0.9 * m + 0.1 * g
        v_t = 0.999 * v + 0.001 * T.sqr(g)
        yield m, m_t
        yield v, v_t
        yield p, p - rate * m_t / (T.sqrt(v_t) + 1e-8)
    yield t, t + 1


started = time.process_time()
x = T.matrix("x")
network, value = [Layer(4) for _ in range(layers)], x
for layer in network:
    value = layer.of(value)
params = [one for layer in network for one in (layer.W, layer.b)]
cost = T.sum(T.sqr(value))
pairs = list({"momentum": momentum, "adam": adam}[steps](params, T.grad(cost, params)))
function = package.function([x], cost, updates=pairs)
used = time.process_time() - started
print(used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def run(command: list[str], flags: dict[str, str]) -> tuple[float, float]:
    """Return the seconds and megabytes that the program says it has used."""
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **flags}
    )
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), float(peak)


def main() -> int:
    """Print the table; return 1 if the quickest watched run takes over 10 % more than without."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--layers", type=int, default=50)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        program, written = Path(folder, "program.py"), Path(folder, "functions")
        program.write_text(PROGRAM)
        names = ("THEANO_FLAGS", "PYTENSOR_FLAGS", "AESARA_FLAGS")
        flags = dict.fromkeys(names, f"{FLAGS},base_compiledir={folder}/compiled")
        for steps in ("momentum", "adam"):
            given = [str(program), str(options.layers), steps]
            plain = [options.python, *given]
            watcher = [str(WATCHER), str(written), "0", "", "0", "script"]
            watched = [options.python, *watcher, *given]
            pairs, noise, peaks, times = [], [], [], []
            for _ in range(options.runs + 1):
                written.write_text("")
                first, watching, second = (run(one, flags) for one in (plain, watched, plain))
                pairs.append(2 * watching[0] / (first[0] + second[0]))
                noise.append(second[0] / first[0])
                peaks.append((first[1], watching[1]))
                times.append((min(first[0], second[0]), watching[0]))
            pairs, noise = pairs[1:], noise[1:]  # the first run fills the caches
            least, watched_least = map(min, zip(*times, strict=True))
            nodes = len(read(written.read_text().splitlines(keepends=True)).functions[0].variables)
            before, after = map(statistics.median, zip(*peaks, strict=True))
            print(
                f"{steps:9} {nodes:6} variables: watched/not {watched_least / least:.3f} least, "
                f"{statistics.median(pairs):.3f} median; not/not {statistics.median(noise):.3f}; "
                f"{before:.0f} -> {after:.0f} MB; record {written.stat().st_size / 1024:.0f} KB"
            )
            slow |= watched_least / least > 1.1
    return slow


if __name__ == "__main__":
    sys.exit(main())
