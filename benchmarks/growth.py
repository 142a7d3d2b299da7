"""How the time of a check grows with the program: one kind of program for each way to be long.

Programs of each kind double in size until one takes longer than ``--limit``. Printed are
the CPU seconds of the command, less those of an empty file, and p where the seconds grow as
the length of the program (its characters) to the power p, over the last two doublings: 1 is
linear, and ten times as much takes 10**p times as long.

    python benchmarks/growth.py [--kind NAME] [--verb check|json|fix] [--sizes 50,100,200,400]
"""

from __future__ import annotations

import argparse
import math
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

VERBS = {
    "check": ["check"],
    "json": ["check", "--format", "json"],
    "fix": ["fix", "--unsafe", "--no-prove"],
}


# Programs: each function returns the lines of a program of a size.


def functions(size: int) -> Iterator[str]:
    """Functions with a finding each."""
    for n in range(size):
        yield f"def train{n}(x, w, v, g):"
        yield "    updates = []"
        yield "    updates.append((v, 0.9 * v - g))"
        yield "    updates.append((w, w + v))"
        yield "    return theano.function([x], [], updates=updates)"


def findings(size: int) -> Iterator[str]:
    """One list of updates with many findings."""
    yield "updates = []"
    for n in range(size):
        yield f"updates.append((v{n}, 0.9 * v{n} - g))"
        yield f"updates.append((w{n}, w{n} + v{n}))"
    yield COMPILE


def chained(size: int) -> Iterator[str]:
    """One list in which each update reads the target of the one before."""
    yield "updates = [(v0, v0 - g)]"
    for n in range(1, size):
        yield f"updates.append((v{n}, v{n} * g{n} + v{n - 1}))"
    yield COMPILE


def averages(size: int) -> Iterator[str]:
    """Averages of averages, each of the one before, in locals."""
    yield "new0 = 0.9 * v0 + 0.1 * g"
    yield "updates = [(v0, new0)]"
    for n in range(1, size):
        yield f"new{n} = 0.9 * v{n} + 0.1 * new{n - 1}"
        yield f"updates.append((v{n}, new{n}))"
        yield f"updates.append((w{n}, w{n} + v{n}))"
    yield COMPILE


def all_of_all(size: int) -> Iterator[str]:
    """Updates that each read all others: the program is as long as there are pairs of them."""
    yield "updates = []"
    for n in range(size):
        terms = " + ".join(f"c{n}_{m} * v{m}" for m in range(size))
        yield f"updates.append((v{n}, {terms}))"
    yield COMPILE


def reads(size: int) -> Iterator[str]:
    """Many reads of one variable in one expression."""
    terms = " + ".join(f"c{n} * v" for n in range(size))
    yield f"updates = [(v, 0.9 * v - g), (w, w + {terms})]"
    yield COMPILE


def read_lines(size: int) -> Iterator[str]:
    """Many reads of one variable, each on a line of its own."""
    yield "total = 0"
    for n in range(size):
        yield f"total = total + T.tanh(c{n} * v)"
    yield "updates = [(v, 0.9 * v - g), (w, w + total)]"
    yield COMPILE


def powers(size: int) -> Iterator[str]:
    """A polynomial of a variable as the sum of its powers."""
    terms = " + ".join(f"c{n} * v**{n}" for n in range(size))
    yield f"updates = [(v, 0.9 * v - g), (w, w + {terms})]"
    yield COMPILE


def brackets(size: int) -> Iterator[str]:
    """A polynomial of a variable with a bracket for each of its powers."""
    yield "y = c"
    for n in range(size):
        yield f"y = c{n} + v * y"
    yield "updates = [(v, 0.9 * v - g), (w, w + y)]"
    yield COMPILE


def multiplied(size: int) -> Iterator[str]:
    """A product of sums."""
    factors = " * ".join(f"(c{n} + v)" for n in range(size))
    yield f"updates = [(v, 0.9 * v - g), (w, w + {factors})]"
    yield COMPILE


def steps(size: int) -> Iterator[str]:
    """One network step after another, each of the one before."""
    yield "z = x"
    for _ in range(size):
        yield "z = T.tanh(z * y + w) * T.nnet.sigmoid(z + v)"
    yield "updates = [(v, 0.9 * v - g), (w, w + v * z)]"
    yield COMPILE


def rebound(size: int) -> Iterator[str]:
    """One name that is doubled again and again."""
    yield "z = v"
    for _ in range(size):
        yield "z = z + z"
    yield "updates = [(v, 0.9 * v - g), (w, w + z)]"
    yield COMPILE


def nested_calls(size: int) -> Iterator[str]:
    """Calls in calls, as deep as Python parses."""
    depth = 40
    yield "z = v"
    for _ in range(size):
        yield f"z = {'T.tanh(' * depth}z{')' * depth}"
    yield "updates = [(v, 0.9 * v - g), (w, w + z)]"
    yield COMPILE


def conditional(size: int) -> Iterator[str]:
    """Lists that are joined under a flag each."""
    yield "updates = []"
    for n in range(size):
        yield f"if flags[{n}]:"
        yield f"    updates = updates + [(v{n}, 0.9 * v{n} - g), (w{n}, w{n} + v{n})]"
    yield COMPILE


def flagged(size: int) -> Iterator[str]:
    """Values that are bound anew under a flag each."""
    yield "step = g"
    for n in range(size):
        yield f"if flag{n}:"
        yield f"    step = step + c{n} * v"
    yield "updates = [(v, 0.9 * v - g), (w, w - step)]"
    yield COMPILE


def arms(size: int) -> Iterator[str]:
    """Momentum in one arm and none in the other, a flag for each."""
    yield "updates = []"
    for n in range(size):
        yield f"if momentum{n} > 0:"
        yield f"    updates.append((v{n}, momentum{n} * v{n} - g))"
        yield f"    updates.append((w{n}, w{n} + v{n}))"
        yield "else:"
        yield f"    updates.append((w{n}, w{n} - g))"
    yield COMPILE


def elifs(size: int) -> Iterator[str]:
    """One chain of elif, with updates in each."""
    yield "updates = []"
    yield "if kind == 'none':"
    yield "    pass"
    for n in range(size):
        yield f"elif kind == 'rule{n}':"
        yield f"    updates.append((v, 0.{n + 1} * v - g))"
        yield "    updates.append((w, w + v))"
    yield COMPILE


def doubled(size: int) -> Iterator[str]:
    """A list that is joined with itself, again and again."""
    yield "updates = [(v, 0.9 * v - g), (w, w + v)]"
    for _ in range(size):
        yield "updates = updates + updates"
    yield COMPILE


def doubled_in_place(size: int) -> Iterator[str]:
    """A list that takes its own elements in, again and again."""
    yield "updates = [(v, 0.9 * v - g), (w, w + v)]"
    for _ in range(size):
        yield "updates += updates"
    yield COMPILE


def joined(size: int) -> Iterator[str]:
    """A list that is made of the one before and one more pair."""
    yield "updates = []"
    for n in range(size):
        yield f"updates = updates + [(v{n}, 0.9 * v{n} - g), (w{n}, w{n} + v{n})]"
    yield COMPILE


def extended(size: int) -> Iterator[str]:
    """A list that other lists enter."""
    yield "updates = []"
    for n in range(size):
        yield f"more{n} = [(v{n}, 0.9 * v{n} - g), (w{n}, w{n} + v{n})]"
        yield f"updates += more{n}"
    yield COMPILE


def mapping(size: int) -> Iterator[str]:
    """A mapping of updates that is built key by key."""
    yield "updates = OrderedDict()"
    for n in range(size):
        yield f"updates[v{n}] = 0.9 * v{n} - g"
        yield f"updates[w{n}] = w{n} + v{n}"
    yield COMPILE


def read_back(size: int) -> Iterator[str]:
    """A mapping of updates that each update reads back."""
    yield "updates = OrderedDict()"
    for n in range(size):
        yield f"updates[v{n}] = 0.9 * v{n} - g"
        yield f"updates[w{n}] = w{n} + updates[v{n}]"
    yield COMPILE


def one_key(size: int) -> Iterator[str]:
    """A mapping in which one update overwrites the other."""
    yield "updates = OrderedDict()"
    for n in range(size):
        yield f"updates[w] = w - c{n} * g"
    yield COMPILE


def twice(size: int) -> Iterator[str]:
    """A list with each variable in it twice."""
    yield "updates = []"
    for n in range(size):
        yield f"updates.append((w{n}, w{n} - g))"
        yield f"updates.append((w{n}, w{n} * 0.9))"
    yield COMPILE


def display(size: int) -> Iterator[str]:
    """One dict display."""
    yield "updates = {"
    for n in range(size):
        yield f"    v{n}: 0.9 * v{n} - g,"
        yield f"    w{n}: w{n} + v{n},"
    yield "}"
    yield COMPILE


def merged(size: int) -> Iterator[str]:
    """A mapping that other mappings enter."""
    yield "updates = {}"
    for n in range(size):
        yield f"updates.update({{v{n}: 0.9 * v{n} - g, w{n}: w{n} + v{n}}})"
    yield COMPILE


def zips(size: int) -> Iterator[str]:
    """Lists that are zipped with lists."""
    yield "updates = []"
    for n in range(size):
        yield f"updates += [(v, 0.9 * v - g) for v, g in zip(vs{n}, gs{n})]"
        yield f"updates += [(w, w + v) for w, v in zip(ws{n}, vs{n})]"
    yield COMPILE


def zipped(size: int) -> Iterator[str]:
    """Two long lists in one zip, of which the pairs are made in a loop."""
    for name in "vw":
        yield f"{name}s = ["
        yield from (f"    theano.shared({n}.0)," for n in range(size))
        yield "]"
    yield "updates = []"
    yield "for w, v in zip(ws, vs):"
    yield "    updates.append((v, 0.9 * v - g))"
    yield "    updates.append((w, w + v))"
    yield COMPILE


def zip_chain(size: int) -> Iterator[str]:
    """A zip of a zip of a zip."""
    yield "rows = zip(ws, vs)"
    for n in range(size):
        yield f"rows = zip(rows, gs{n})"
    yield "updates = []"
    yield "for row, g in rows:"
    yield "    updates.append((v, 0.9 * v - g))"
    yield "    updates.append((w, w + v * row))"
    yield COMPILE


def loops(size: int) -> Iterator[str]:
    """One loop after another."""
    yield "updates = []"
    for n in range(size):
        yield f"for w, v in zip(ws{n}, vs{n}):"
        yield "    updates.append((v, 0.9 * v - g))"
        yield "    updates.append((w, w + v))"
    yield COMPILE


def clauses(size: int) -> Iterator[str]:
    """One comprehension with many loops in it."""
    fors = " ".join(f"for v{n} in vs{n}" for n in range(size))
    yield f"updates = [(v0, 0.9 * v0 - g) {fors}]"
    yield "updates += [(w, w + v) for w, v in zip(ws, vs0)]"
    yield COMPILE


def same_clauses(size: int) -> Iterator[str]:
    """One comprehension with many loops over one list in it."""
    fors = " ".join(f"for v{n} in vs" for n in range(size))
    yield f"updates = [(v0, 0.9 * v0 - g) {fors}]"
    yield COMPILE


def scans(size: int) -> Iterator[str]:
    """Scans of which the updates are dropped."""
    yield "srng = RandomStreams(1)"
    for n in range(size):
        yield f"def step{n}(h):"
        yield "    return h + srng.normal()"
        yield f"h{n}, _ = theano.scan(step{n}, outputs_info=x)"
        yield f"f{n} = theano.function([x], h{n})"
        yield f"f{n}(1)"
        yield f"f{n}(2)"


def variables(size: int) -> Iterator[str]:
    """A class with many variables."""
    yield "class Model:"
    yield "    def __init__(self):"
    for n in range(size):
        yield f"        self.v{n} = theano.shared(0.0)"
        yield f"        self.w{n} = theano.shared(1.0)"
    yield "    def train(self, x, g):"
    yield "        updates = []"
    for n in range(size):
        yield f"        updates.append((self.v{n}, 0.9 * self.v{n} - g))"
        yield f"        updates.append((self.w{n}, self.w{n} + self.v{n}))"
    yield "        return theano.function([x], [], updates=updates)"


def methods(size: int) -> Iterator[str]:
    """A class with many methods, each with updates of its own."""
    yield "class Model:"
    yield "    def __init__(self):"
    for n in range(size):
        yield f"        self.v{n} = theano.shared(0.0)"
    for n in range(size):
        yield f"    def updates{n}(self, w, g):"
        yield f"        updates = [(self.v{n}, 0.9 * self.v{n} - g)]"
        yield f"        return updates + [(w, w + self.v{n})]"


def own_methods(size: int) -> Iterator[str]:
    """A class whose methods are called from one of them."""
    yield from methods(size)
    yield "    def train(self, x, g):"
    yield "        updates = []"
    for n in range(size):
        yield f"        updates += self.updates{n}(self.w{n}, g)"
    yield "        return theano.function([x], [], updates=updates)"


def helpers(size: int) -> Iterator[str]:
    """Helpers, each of which calls the one before and adds updates to its own."""
    yield "def updates0(w, v, g):"
    yield "    return [(v, 0.9 * v - g), (w, w + v)]"
    for n in range(1, size):
        yield f"def updates{n}(w, v, g):"
        yield f"    return updates{n - 1}(w, v, g) + [(v{n}, 0.9 * v{n} - g), (w{n}, w{n} + v{n})]"
    yield f"updates = updates{size - 1}(w, v, g)"
    yield COMPILE


def helped(size: int) -> Iterator[str]:
    """One helper that is called again and again."""
    yield "def momentum(w, v, g):"
    yield "    return [(v, 0.9 * v - g), (w, w + v)]"
    yield "updates = []"
    for n in range(size):
        yield f"updates += momentum(w{n}, v{n}, g)"
    yield COMPILE


def compiled(size: int) -> Iterator[str]:
    """One list for many compile calls."""
    yield "updates = []"
    for n in range(size):
        yield f"updates.append((v{n}, 0.9 * v{n} - g))"
        yield f"f{n} = theano.function([x], [], updates=updates)"


def late(size: int) -> Iterator[str]:
    """Updates that come after the compile call."""
    yield "updates = [(v, 0.9 * v - g)]"
    yield COMPILE
    for n in range(size):
        yield f"updates.append((v{n}, 0.9 * v{n} - g))"


def frozen(size: int) -> Iterator[str]:
    """Numbers in updates."""
    yield "updates = []"
    for n in range(size):
        yield f"updates.append((w{n}, w{n} - v{n}.get_value()))"
    yield COMPILE


def targets(size: int) -> Iterator[str]:
    """Names of variables that are bound anew before they are targets."""
    yield "updates = []"
    for n in range(size):
        yield f"w{n} -= g"
        yield f"updates.append((w{n}, w{n}))"
    yield COMPILE


def gradients(size: int) -> Iterator[str]:
    """A gradient for each of many parameters, of one cost."""
    yield f"cost = {' + '.join(f'(w{n} ** 2).sum()' for n in range(size))}"
    yield "updates = []"
    for n in range(size):
        yield f"g{n} = T.grad(cost, w{n})"
        yield f"updates.append((v{n}, 0.9 * v{n} - 0.1 * g{n}))"
        yield f"updates.append((w{n}, w{n} + v{n}))"
    yield COMPILE


def expressions(size: int) -> Iterator[str]:
    """A long sum of what are no variables of the list."""
    terms = " + ".join(f"x{n} * y{n}" for n in range(size))
    yield f"updates = [(v, 0.9 * v - g), (w, w + v * ({terms}))]"
    yield COMPILE


COMPILE = "f = theano.function([x], [], updates=updates)"
KINDS: tuple[Callable[[int], Iterator[str]], ...] = (
    functions, findings, chained, averages, all_of_all, reads, read_lines, powers, brackets,
    multiplied, steps, rebound, nested_calls, conditional, flagged, arms, elifs, doubled,
    doubled_in_place, joined, extended, mapping, read_back, one_key, twice, display, merged,
    zips, zipped, zip_chain, loops, clauses, same_clauses, scans, variables, methods,
    own_methods, helpers, helped, compiled, late, frozen, targets, gradients, expressions,
)  # fmt: skip

# With this, each program is one of Theano.
HEAD = """import theano
import theano.tensor as T
from collections import OrderedDict
from theano.tensor.shared_randomstreams import RandomStreams

"""


def seconds(program: str, verb: str, folder: Path, limit: float) -> float:
    """Return the CPU time of the command on a program.

    Raises:
        CalledProcessError: if it does not come to an end as it should, or takes ten times as
            much as the limit.
    """
    file = folder / "program.py"
    file.write_text(HEAD + program)
    command = [sys.executable, "-m", "flake8_theano_updates", *VERBS[verb], str(file)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    most = math.ceil(10 * limit)
    limited = partial(resource.setrlimit, resource.RLIMIT_CPU, (most, most + 1))
    done = subprocess.run(command, check=False, preexec_fn=limited, **quiet)
    if done.returncode not in (0, 1):
        done.check_returncode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(
    kind: Callable[[int], Iterator[str]], sizes: list[int], verb: str, folder: Path, limit: float
) -> str:
    """Return the row of one kind."""
    start = min(seconds("", verb, folder, limit) for _ in range(3))
    found: list[tuple[int, float]] = []
    told = []
    for size in sizes:
        program = "\n".join(kind(size)) + "\n"
        try:
            taken = max(seconds(program, verb, folder, limit) - start, 0.001)
        except subprocess.CalledProcessError as error:
            # Status 3 is that of an error: nested deeper than Python goes, and flake8 with it.
            slow = error.returncode == -signal.SIGXCPU
            told.append(f"{size}: over {10 * limit:.0f} s" if slow else f"{size}: nested too deep")
            break
        found.append((len(program), taken))
        told.append(f"{size}: {taken:.2f}")
        if taken > limit:
            break
    power = ""
    if len(found) > 1:
        (before, first), (after, last) = found[max(len(found) - 3, 0)], found[-1]
        power = f"n**{math.log(last / first) / math.log(after / before):.1f}"
    return f"{kind.__name__:18} {power:8} {'  '.join(told)}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    names = [kind.__name__ for kind in KINDS]
    parser.add_argument("--kind", choices=names, help="this kind alone (default: all)")
    parser.add_argument("--verb", choices=list(VERBS), default="check", help="(default: check)")
    parser.add_argument("--sizes", default="100,200,400,800", help="(default: %(default)s)")
    parser.add_argument(
        "--limit", type=float, default=2, help="seconds; larger programs are left out"
    )
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        for kind in KINDS:
            if options.kind in (None, kind.__name__):
                row = measure(kind, sizes, options.verb, Path(temporary), options.limit)
                print(row, flush=True)


if __name__ == "__main__":
    main()
