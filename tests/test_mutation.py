"""Right optimizers, made wrong in one place each: every such place is reported.

The programs are the optimizers among the clean fixtures. One use of a new value after
its registration becomes a use of the shared variable; the finding must stand on that
line and name that variable.
"""

from __future__ import annotations

import ast

import pytest
from marks import FOLDER
from mutation import Mutant, is_right, mutants

from flake8_theano_updates.findings import check

OPTIMIZERS = (
    "adadelta",
    "adagrad",
    "adam",
    "branches",
    "momentum",
    "nesterov",
    "optimizers",
    "rmsprop",
)


def _all_mutants() -> list[tuple[str, Mutant]]:
    found = []
    for name in OPTIMIZERS:
        source = (FOLDER / "clean" / f"{name}.py").read_text()
        found += [(name, one) for one in mutants(source) if not is_right(name, one)]
    return found


MUTANTS = _all_mutants()


def _order_findings(source: str) -> list[tuple[int, str | None]]:
    lines = source.splitlines(keepends=True)
    found = check(ast.parse(source), lines, "mutant.py")
    return [
        (f.line, f.variable)
        for f in found
        if f.code in ("THU101", "THU102") and "noqa" not in lines[f.line - 1]
    ]


def test_there_are_enough_mutants() -> None:
    assert len(MUTANTS) >= 30


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_program_itself_is_silent(name: str) -> None:
    assert _order_findings((FOLDER / "clean" / f"{name}.py").read_text()) == []


def test_at_least_98_percent_of_the_mutants_are_reported() -> None:
    missed = [
        f"{name}:{mutant.line}: {mutant.name} -> {mutant.variable}"
        for name, mutant in MUTANTS
        if (mutant.line, mutant.variable) not in _order_findings(mutant.source)
    ]
    assert len(missed) <= 0.02 * len(MUTANTS), missed
