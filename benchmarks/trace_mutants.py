"""How many made mistakes `trace` finds: a use of a new value becomes a read of the old one.

The functions are those that the right programs of `fixtures/clean` compile; where an update takes
the new value of another variable, its graph is changed to take the variable itself. What is
not told is listed by the line of the new value. Of 111 it is 12, which are no mistakes: Nesterov
momentum with the old velocity has the new one written out (9), and `x - param` becomes zero (3).

    python benchmarks/trace_mutants.py [PATH ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flake8_theano_updates.trace.findings import findings
from flake8_theano_updates.trace.graph import Graph
from flake8_theano_updates.trace.recorded import Function, Node, read
from flake8_theano_updates.trace.running import WATCHER
from flake8_theano_updates.trace.written import Program

ROOT = Path(__file__).resolve().parent.parent
FILES = "adadelta adagrad adam momentum nesterov optimizers rmsprop".split()
FLAGS = "cxx=,blas.ldflags=,mode=FAST_COMPILE,linker=py,on_unused_input=ignore"
ORDER = ("THU101", "THU102")


def mutants(function: Function) -> Iterator[tuple[int, Function]]:
    """Yield each new value that another update uses, and the function without that."""
    graph = Graph(function, {})
    for pair in graph.pairs:
        new = function.variables[pair.new].node
        users = [
            number
            for number, variable in enumerate(function.variables)
            if variable.node is not None and pair.new in variable.node.inputs
        ]
        if new is None or not users or min(users) < pair.target:
            continue
        others = [one for one in graph.pairs if one is not pair]
        if any(one.new in graph.ancestors(pair.new) for one in others if one.new in users):
            continue
        yield pair.new, _with_old(function, pair.new, pair.target)


def _with_old(function: Function, new: int, old: int) -> Function:
    changed: dict[int, Node] = {}
    variables = []
    for variable in function.variables:
        node = variable.node
        if node is not None and new in node.inputs:
            inputs = tuple(old if one == new else one for one in node.inputs)
            node = changed.setdefault(id(node), replace(node, inputs=inputs))
        variables.append(replace(variable, node=node))
    return replace(function, variables=tuple(variables))


def main() -> int:
    """Print how many mutants there are and how many are found."""
    given = sys.argv[1:] or [str(ROOT / "fixtures" / "clean" / f"{name}.py") for name in FILES]
    driver = ROOT / "tests" / "trace" / "driver.py"
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder, "functions")
        written.touch()
        flags = {"THEANO_FLAGS": f"{FLAGS},base_compiledir={folder}/compiled"}
        watcher = [WATCHER, written, "0", "", "0", "script"]
        command = [sys.executable, "-W", "ignore", *watcher, driver, "-"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([*command, *given], check=True, env={**os.environ, **flags}, **quiet)
        functions = read(written.read_text().splitlines(keepends=True)).functions
    program, made, found, missed = Program(), 0, 0, Counter[str]()
    for function in functions:
        for new, mutant in mutants(function):
            made += 1
            if findings([mutant], ORDER, program):
                found += 1
            else:
                frame = program.frame(Graph(function, {}).made(new))
                missed[f"{Path(frame.path).name}:{frame.line}" if frame else "?"] += 1
    print(f"{len(functions)} functions, {made} mutants, {found} found ({found / made:.1%})")
    for name, count in missed.most_common():
        print(f"  {count} in {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
