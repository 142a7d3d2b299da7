"""The backend's word on the fixes."""

from __future__ import annotations

import ast
import dataclasses
import functools
import json
from importlib.util import find_spec
from pathlib import Path

import optimizers
import pytest
from commands import run_python
from fixing import fixed, fixture_paths
from marks import FOLDER
from mutation import Mutant, is_right, mutants

from flake8_theano_updates.findings import collections
from flake8_theano_updates.fixes.mend import Chain
from flake8_theano_updates.fixes.offered import Kind, Mended, Source
from flake8_theano_updates.fixes.prove import Proof, is_provable, proofs
from flake8_theano_updates.fixes.text import Replacement, Text, edited, split

pytestmark = [
    pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano"),
    pytest.mark.usefixtures("_lasting_workers"),
]

OPTIMIZERS = ("adadelta", "adagrad", "adam", "momentum", "nesterov", "optimizers", "rmsprop")


def _chains(kind: Kind) -> list[Chain]:
    return [fixed(path.read_bytes().decode(), kind) for path in fixture_paths(kind)]


def _steps(chains: list[Chain]) -> list[Mended]:
    return [step.mended for chain in chains for step in chain.steps]


def _with_edits(first: Source, step: Mended, edits: tuple[Replacement, ...]) -> Mended:
    """Return the same fix of a file with other edits."""
    whole = edited(first.text.whole, edits)
    after = dataclasses.replace(step.source, text=Text(split(whole)), tree=ast.parse(whole))
    return dataclasses.replace(step, replacements=edits, source=after)


def _share_of_proven(chains: list[Chain]) -> tuple[float, list[Proof]]:
    given = proofs(_steps(chains))
    rest = [proof for proof in given if proof.status != "proven"]
    return 1 - len(rest) / len(given), rest


@pytest.mark.longer
def test_new_values_give_what_confirm_promises() -> None:
    share, rest = _share_of_proven(_chains("new-value"))
    assert share >= 0.98, rest


@pytest.mark.longer
def test_the_mends_of_the_other_rules_are_proven_too() -> None:
    steps = [
        step
        for step in _steps(_chains("rewrite"))
        if is_provable(step.finding) and not step.finding.code.startswith("THU4")
    ]
    codes = {step.finding.code for step in steps}
    assert codes == {"THU202", "THU203", "THU204", "THU206", "THU301", "THU303"}
    assert {proof.status for proof in proofs(steps)} == {"proven"}


@pytest.mark.parametrize(
    ("fixture", "right", "wrong"),
    [
        # The first update of w is still lost.
        ("THU202/mappings.py", "updates[w]", "w"),
        # Half of the rate is another one.
        ("THU301/values.py", "lr", "lr / 2"),
        # The backend takes no iterator either.
        ("THU204/iterators.py", "list(", "iter("),
        # It comes before the compile call, and from another value.
        ("THU206/late.py", "t + 1", "t + 2"),
    ],
)
def test_a_mend_that_does_something_else_fails(fixture: str, right: str, wrong: str) -> None:
    chain = fixed((FOLDER / fixture).read_text(), "rewrite")
    step = _steps([chain])[0]
    edits = tuple(
        dataclasses.replace(one, new=one.new.replace(right, wrong)) for one in step.replacements
    )
    assert edits != step.replacements
    good, failed = proofs([step, _with_edits(chain.first, step, edits)])
    assert (good.status, failed.status) == ("proven", "failed"), failed


@pytest.mark.longer
def test_reordering_changes_no_number() -> None:
    share, rest = _share_of_proven(_chains("reorder"))
    assert share >= 0.92, rest


@functools.cache
def _mended_mutants(one_in: int = 1) -> list[tuple[str, Mutant, Chain]]:
    """Return each program, a mutant of it, and the mutant's fixes, for some of the mutants."""
    sources = {name: (FOLDER / "clean" / f"{name}.py").read_text() for name in OPTIMIZERS}
    wrong = [
        (source, mutant)
        for name, source in sources.items()
        for mutant in mutants(source)
        if not is_right(name, mutant)
    ]
    return [
        (source, mutant, fixed(mutant.source, "new-value")) for source, mutant in wrong[::one_in]
    ]


@pytest.mark.longer
def test_mutants_get_back_what_they_computed(tmp_path: Path) -> None:
    asked = [
        (text, mutant.line)
        for source, mutant, chain in _mended_mutants()
        for text in (source, mutant.source, chain.last.text.whole)
    ]
    script = Path(optimizers.__file__)
    done = run_python(script, cwd=tmp_path, stdin=json.dumps(asked))
    given = [json.dumps(trajectories) for trajectories in json.loads(done.stdout)]
    before, wrong, after = given[::3], given[1::3], given[2::3]
    assert len(before) >= 28
    assert all(one != other for one, other in zip(before, wrong, strict=True))
    assert after == before


@pytest.mark.parametrize("one_in", [4, pytest.param(1, marks=pytest.mark.longer)])
def test_the_fixes_of_mutants_are_proven(one_in: int) -> None:
    share, rest = _share_of_proven([chain for _, _, chain in _mended_mutants(one_in)])
    assert not [proof for proof in rest if proof.status == "failed"]
    assert share >= 0.9, rest


def test_a_fix_that_does_not_keep_its_promise_fails() -> None:
    path = FOLDER / "THU101" / "programs" / "momentum.py"
    chain = fixed(Path(path).read_text(), "new-value")
    [step] = _steps([chain])
    naming = step.replacements[0]
    wrong = dataclasses.replace(naming, new=naming.new.replace("0.9", "0.8"))
    bad = _with_edits(chain.first, step, (wrong, *step.replacements[1:]))
    assert [proof.status for proof in proofs([step, bad])] == [
        "proven",
        "failed",
    ]


FIRST_EPS = """
import theano
import theano.tensor as T


class RMSprop:
    def updates(self, x, w, acc, grad):
        updates = [
            (w, w - self.lr * grad / T.sqrt(acc + self.eps)),
            (acc, self.decay_rate * acc + grad**2),
        ]
        return theano.function([x], [], updates=updates)
"""


def test_a_fix_may_change_what_the_program_reads_first() -> None:
    chain = fixed(FIRST_EPS, "new-value")
    assert "acc_new = self.decay_rate * acc + grad**2" in chain.last.text.whole
    assert [proof.status for proof in proofs(_steps([chain]))] == ["proven"]


NAG = """\
import numpy as np
import theano

class Nag:
    def __init__(self, params):
        self.params = params
        self.steps = []
        self.velocities = []
        for param in params:
            self.steps.append(theano.shared(np.zeros_like(param.get_value())))
            self.velocities.append(theano.shared(np.zeros_like(param.get_value())))
        u = []
        for param, step, velocity in zip(params, self.steps, self.velocities):
            u.append((step, 0.9 * velocity))
            u.append((param, param + step))
        self.prepare = theano.function([], [], updates=u)
"""
INHERITED = """\
import theano
import theano.tensor as T

class Optimizer(object):
    def get_gradients(self, loss, params):
        grads = T.grad(loss, params)
        return [g * self.scale for g in grads]

class Adam(Optimizer):
    def __init__(self):
        self.iterations = theano.shared(0.0)

    def get_updates(self, params, loss):
        updates = [(self.iterations, self.iterations + 1.0)]
        t = self.iterations
        for p, g in zip(params, self.get_gradients(loss, params)):
            m = theano.shared(p.get_value() * 0.0)
            m_t = self.beta * m + (1 - self.beta) * g
            updates.append((m, m_t))
            updates.append((p, p - self.lr * m_t / (1 - self.beta**t)))
        return updates
"""


@pytest.mark.parametrize("source", [NAG, INHERITED])
@pytest.mark.parametrize("kind", ["new-value", "reorder"])
def test_the_programs_of_a_proof_are_alike(source: str, kind: Kind) -> None:
    # In one of them a variable that starts at zero has to start elsewhere; in the other,
    # nothing that holds updates is in the method that takes the gradients.
    steps = _steps([fixed(source, kind)])
    assert [proof.status for proof in proofs(steps)] == ["proven"]


def test_a_list_that_the_backend_refuses_is_no_failure_of_the_fix() -> None:
    source = NAG.replace(
        "            u.append((param, param + step))\n",
        "            u.append((param, param + step))\n"
        "            u.append((velocity, step - 0.1 * param))\n"
        "            u.append((param, param + velocity - step))\n",
    )
    given = [proof for proof in proofs(_steps([fixed(source, "new-value")])) if proof.reason]
    assert [proof.status for proof in given] == ["open"] * len(given) != []
    said = "the backend refuses the list as it is: ValueError: ('this shared variable already has"
    assert all(proof.reason.startswith(said) for proof in given)


def test_nothing_is_asked_about_nothing() -> None:
    assert proofs([]) == []


@pytest.mark.parametrize(
    ("given", "one_shot"),
    [
        ("map(pair, vs)", True),
        ("filter(None, pairs)", True),
        ("zip(vs, news)", True),
        ("list(zip(vs, news))", False),
        ("list(map(pair, vs))", False),
        ("pairs", False),
        ("{vs[0]: news[0]}", False),
    ],
)
def test_a_proof_sees_what_can_be_walked_through_only_once(given: str, one_shot: bool) -> None:
    source = f"import theano\n\n\ndef step(vs, news, pair, pairs):\n    u = {given}\n"
    source += "    return theano.function([], [], updates=u)\n"
    found = collections(ast.parse(source), source.splitlines(keepends=True))
    assert {one.one_shot for one in found} == {one_shot}
    assert {one.mapping for one in found} == {given.startswith("{")}
    assert found[0].expression.lineno == 6


def test_a_new_value_that_a_helper_is_given_is_named_at_the_call() -> None:
    chain = fixed((FOLDER / "THU101" / "handed.py").read_text(), "new-value")
    assert [refusal.finding.code for refusal in chain.refusals] == ["THU903"]
    assert {proof.status for proof in proofs(_steps([chain]))} == {"proven"}
