"""The mutation test on optimizers that other people wrote.

One use of a new value after its registration becomes a use of the shared variable, for
every such use in the optimizers of public packages; the share of these mutants that is
reported at the changed line is printed, with each that is not.

    python benchmarks/mutation.py
"""

from __future__ import annotations

import ast
import sys
import tempfile
import warnings
from pathlib import Path

from real_code import unpacked

from flake8_theano_updates.findings import check

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from mutation import mutants

OPTIMIZERS = {
    "Lasagne==0.1": ("lasagne/updates.py",),
    "Keras==0.3.3": ("keras/optimizers.py",),
    "Keras==1.2.2": ("keras/optimizers.py",),
    "downhill==0.4.0": ("downhill/adaptive.py", "downhill/base.py", "downhill/first_order.py"),
    "neupy==0.6.5": ("neupy/algorithms/gd/*.py",),
    "pymc3==3.11.4": ("pymc3/variational/updates.py",),
}

# x = momentum * velocity + updates[param] - param is the new velocity; the mutant is
# param + x: classical momentum, and right. So is the velocity written out.
EQUIVALENT = {
    "updates[param] = momentum * velocity + updates[param]",
    "new_p = p + self.momentum * m - lr * g",
}


def order_findings(source: str) -> set[tuple[int, str | None]]:
    """Return where the order rules report, and what they say is read."""
    found = check(ast.parse(source), source.splitlines(keepends=True), "mutant.py")
    return {(f.line, f.variable) for f in found if f.code in ("THU101", "THU102")}


def main() -> None:
    """Print the share of the mutants that is reported."""
    warnings.simplefilter("ignore", SyntaxWarning)
    total = reported = alarms = equivalent = 0
    with tempfile.TemporaryDirectory() as temporary:
        for package, patterns in OPTIMIZERS.items():
            folder = unpacked(package, Path(temporary))
            for file in sorted(f for p in patterns for f in folder.rglob(p)):
                source = file.read_text()
                alarms += len(order_findings(source))
                for mutant in mutants(source):
                    line = mutant.source.splitlines()[mutant.line - 1].strip()
                    if line in EQUIVALENT:
                        equivalent += 1
                        continue
                    total += 1
                    if (mutant.line, mutant.variable) in order_findings(mutant.source):
                        reported += 1
                    else:
                        print(f"missed {package} {file.name}:{mutant.line}: {line}")
    print(f"{reported} of {total} mutants reported ({reported / total:.1%}), ", end="")
    print(f"{equivalent} equivalent ones left out, {alarms} findings in the programs themselves")


if __name__ == "__main__":
    main()
