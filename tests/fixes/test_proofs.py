"""The backend's word on the fixes."""

from __future__ import annotations

import ast
import dataclasses
from importlib.util import find_spec
from pathlib import Path

import pytest
from fixing import fixed, fixture_paths
from marks import FOLDER
from mutation import mutants

from flake8_theano_updates.fixes.mend import Chain
from flake8_theano_updates.fixes.offered import Kind, Mended, Source
from flake8_theano_updates.fixes.prove import Proof, proofs
from flake8_theano_updates.fixes.text import Text, edited, split

pytestmark = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")

OPTIMIZERS = ("adadelta", "adagrad", "adam", "momentum", "nesterov", "optimizers", "rmsprop")


def _chains(kind: Kind) -> list[Chain]:
    return [fixed(path.read_bytes().decode(), kind) for path in fixture_paths(kind)]


def _steps(chains: list[Chain]) -> list[tuple[Source, Mended]]:
    return [(step.source, step.mended) for chain in chains for step in chain.steps]


def _share_of_proven(chains: list[Chain]) -> tuple[float, list[Proof]]:
    given = proofs(_steps(chains))
    rest = [proof for proof in given if proof.status != "proven"]
    return 1 - len(rest) / len(given), rest


def test_new_values_give_what_confirm_promises() -> None:
    share, rest = _share_of_proven(_chains("new-value"))
    assert share >= 0.98, rest


def test_reordering_changes_no_number() -> None:
    share, rest = _share_of_proven(_chains("reorder"))
    assert share >= 0.92, rest


def test_mutants_get_back_what_they_computed() -> None:
    chains = []
    restored = 0
    for name in OPTIMIZERS:
        source = (FOLDER / "clean" / f"{name}.py").read_text()
        for mutant in mutants(source):
            chain = fixed(mutant.source, "new-value")
            chains.append(chain)
            restored += chain.last.text.whole == source
    # The one that is left computes what it should.
    assert restored >= len(chains) - 1
    assert len(chains) >= 30
    given = proofs(_steps(chains))
    assert not [proof for proof in given if proof.status == "failed"]
    assert sum(proof.status == "proven" for proof in given) >= 0.9 * len(given)


def test_a_fix_that_does_not_keep_its_promise_fails() -> None:
    path = FOLDER / "THU101" / "programs" / "momentum.py"
    chain = fixed(Path(path).read_text(), "new-value")
    [(source, step)] = _steps([chain])
    naming = step.replacements[0]
    wrong = dataclasses.replace(naming, new=naming.new.replace("0.9", "0.8"))
    replacements = (wrong, *step.replacements[1:])
    whole = edited(source.text.whole, replacements)
    after = dataclasses.replace(step.source, text=Text(split(whole)), tree=ast.parse(whole))
    bad = dataclasses.replace(step, replacements=replacements, source=after)
    assert [proof.status for proof in proofs([(source, step), (source, bad)])] == [
        "proven",
        "failed",
    ]


def test_nothing_is_asked_about_nothing() -> None:
    assert proofs([]) == []
