"""What `trace` costs a program: CPU time in building and compiling graphs, watched against not.

The program is a network of 50 layers with momentum or Adam, compiled with FAST_COMPILE, of which
watching is the largest part. Runs are in turn: not watched, watched, not watched; each ratio is of
such neighbours. The quickest runs are compared, and the median of the ratios is given, beside
that of runs that are both not watched, which is noise; and the peak of memory in MB. On a busy
machine these scatter by 10 %: the share of samples in which the watcher's own code runs does not.

    python benchmarks/trace_cost.py [--runs 7] [--layers 50] [--python PATH --package NAME]
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

layers, steps, name = int(sys.argv[1]), sys.argv[2], sys.argv[3]
package = importlib.import_module(name)
T = importlib.import_module(name + ".tensor")


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

# As the watcher starts a program, with a look at the stack every few milliseconds of CPU time.
SAMPLING = """\
import os, signal, sys

package, watcher, written, *rest = sys.argv[1:]
sys.path.insert(0, os.path.dirname(watcher))
import watcher

# The backend works inside these.
WRAPPERS = {"create", "made", "populate_grad_dict", "rebuild_collect_shared"}
FOLDER = os.path.dirname(watcher.__file__)
own = every = 0


def look(number, frame):
    global own, every
    every += 1
    top = frame
    while frame is not None:
        code = frame.f_code
        if os.path.dirname(code.co_filename) == FOLDER:
            if frame is top or code.co_name not in WRAPPERS:
                own += 1
                return
        frame = frame.f_back


recorder = watcher.Recorder(written, 0)
recorder.hook(__import__(package))
sys.argv = rest
space = {"__name__": "__main__"}
code = compile(open(rest[0]).read(), rest[0], "exec")
signal.signal(signal.SIGPROF, look)
signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
exec(code, space)
signal.setitimer(signal.ITIMER_PROF, 0)
print(own, every)
"""


def run(command: list[str], flags: dict[str, str]) -> tuple[float, float]:
    """Return the two numbers that a program prints last: seconds and MB, or samples."""
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **flags}
    )
    first, second = done.stdout.split()[-2:]
    return float(first), float(second)


def main() -> int:
    """Print the table; return 1 if over 10 % of the time is the watcher's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--layers", type=int, default=50)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--package", default="theano", help="which of the backends PATH has")
    options = parser.parse_args()
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        program, written = Path(folder, "program.py"), Path(folder, "functions")
        program.write_text(PROGRAM)
        names = ("THEANO_FLAGS", "PYTENSOR_FLAGS", "AESARA_FLAGS")
        flags = dict.fromkeys(names, f"{FLAGS},base_compiledir={folder}/compiled")
        for steps in ("momentum", "adam"):
            given = [str(program), str(options.layers), steps, options.package]
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
            record = written.stat().st_size / 1024
            samples = Path(folder, "sampling.py")
            samples.write_text(SAMPLING)
            looking = [options.python, samples, options.package, WATCHER, written, *given]
            looks = [run(list(map(str, looking)), flags) for _ in range(options.runs)]
            share = sum(own for own, _ in looks) / sum(every for _, every in looks)
            before, after = map(statistics.median, zip(*peaks, strict=True))
            print(
                f"{steps:9} {nodes:6} variables: watched/not {watched_least / least:.3f} least, "
                f"{statistics.median(pairs):.3f} median; not/not {statistics.median(noise):.3f}; "
                f"the watcher's samples {share:.1%}; {before:.0f} -> {after:.0f} MB; "
                f"record {record:.0f} KB"
            )
            slow |= share > 0.1
    return slow


if __name__ == "__main__":
    sys.exit(main())
