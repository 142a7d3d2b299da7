"""Random generators: what `confirm` says of THU401 to THU403 is what PyTensor and Aesara draw."""

from __future__ import annotations

import ast
import functools
import json
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from backends import ENVIRONMENTS, Environment, skip_if_missing
from backends import FOLDER as FOLDER_OF_BACKENDS
from confirming import finding_in, verdict_on
from expected.generators import PROGRAMS, Chain, chains
from fixing import DATA, fixed, fixture_paths
from marks import FOLDER, Mark, fixture_names, function_at, marks_of

from flake8_theano_updates import check
from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.fixes.prove import proofs
from flake8_theano_updates.model import Finding, GeneratorFault, Verdict

np = pytest.importorskip("numpy", reason="NumPy comes with a backend, by the extra theano")

NAMES = [name for name in fixture_names() if name.startswith("THU4")]
MARKS = marks_of(*NAMES)
WITH_GENERATORS = [one for one in ENVIRONMENTS if one.backend in ("aesara", "pytensor")]
# The fixtures are written with the words of PyTensor 3.
WITH_ITS_WORDS = [one for one in ENVIRONMENTS if one.name in ("pytensor", "pytensor-3.13")]
WITHOUT = [one for one in ENVIRONMENTS if one not in WITH_GENERATORS]

FLAGS = f"cxx=,mode=FAST_COMPILE,blas__ldflags=,base_compiledir={FOLDER_OF_BACKENDS / 'compiled'}"

# Draws of both chains of every program, three calls each, by the backend alone.
DRAWING = """\
import json, sys
import numpy as np

name, programs = json.load(sys.stdin)
package = __import__(name + ".tensor")
random = package.tensor.random
mode = package.compile.Mode(linker="py", optimizer=None)


def calls(draws, stored):
    rng = package.shared(np.random.default_rng(1))
    states, numbers = {"rng": rng}, []
    for label, what, start in draws:
        distribution, _, given = what.partition("(")
        arguments, named = eval("(lambda *given, **named: (given, named))(" + given)
        drawn = getattr(random, distribution)(*arguments, rng=states[start], **named)
        states[label] = drawn.owner.outputs[0]
        numbers.append(drawn)
    updates = {rng: states[stored]} if stored else {}
    draw = package.function([], numbers, updates=updates, mode=mode)
    return [[np.asarray(one, dtype=float).tolist() for one in draw()] for _ in range(3)]


print(json.dumps([[calls(*chain) for chain in pair] for pair in programs]))
"""

# The functions of fixtures as they stand, three calls each.
RUNNING = """\
import importlib.util, inspect, json, sys
import numpy as np


def numbers(value):
    values = value if isinstance(value, list) else [value]
    return [np.asarray(one, dtype=float).tolist() for one in values if not hasattr(one, "normal")]


found = {}
for path in sys.argv[1:]:
    spec = importlib.util.spec_from_file_location("fixture", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, function in list(vars(module).items()):
        own = getattr(function, "__module__", "") == "fixture" and inspect.isfunction(function)
        if own and not inspect.signature(function).parameters:
            made = function()
            if hasattr(made, "maker"):
                inputs = [one.variable for one in made.maker.inputs if not one.shared]
                given = [np.random.default_rng(1) if hasattr(v, "normal") else 0.5 for v in inputs]
                found[name] = []
                for _ in range(3):
                    value = made(*given)
                    found[name].append(numbers(value))
                    if isinstance(value, list) and hasattr(value[0], "normal"):
                        given = value[:1]  # the next generator
print(json.dumps(found))
"""


def _made(one: Environment) -> Environment:
    skip_if_missing(one)
    return one


def _run(one: Environment, script: str, *arguments: str, given: object = None) -> Any:
    done = subprocess.run(
        [one.interpreter, "-W", "ignore", "-c", script, *arguments],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        env={f"{one.package.upper()}_FLAGS": FLAGS},
    )
    return json.loads(done.stdout.splitlines()[-1])


def _findings(*names: str) -> list[Finding]:
    found: list[Finding] = []
    for name in names:
        text = (FOLDER / name).read_text(encoding="utf-8")
        found += check(ast.parse(text), text.splitlines(keepends=True), name)
    return found


def _place(mark: Mark) -> tuple[str, str]:
    return mark[0], function_at(mark[0], mark[1])


def test_each_mark_is_worked_out() -> None:
    assert sorted(map(_place, MARKS)) == sorted(PROGRAMS)


@functools.cache
def _verdicts(one: Environment) -> dict[Mark, Verdict]:
    findings = _findings(*NAMES)
    marks = [(f.path, f.line, f.column, f.code, f.variable or "") for f in findings]
    given = confirm(findings, python=str(one.interpreter))
    return dict(zip(marks, given, strict=True))


@functools.cache
def _drawn(one: Environment) -> dict[tuple[str, str], Any]:
    pairs = [chains(told) for told in PROGRAMS.values()]
    given = [[(chain.draws, chain.stored) for chain in pair] for pair in pairs]
    return dict(zip(PROGRAMS, _run(one, DRAWING, given=[one.package, given]), strict=True))


@pytest.mark.backends
@pytest.mark.parametrize("one", WITH_GENERATORS, ids=lambda one: one.name)
@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: "{}:{}".format(*mark))
def test_the_draws_are_those_of_the_backend(one: Environment, mark: Mark) -> None:
    verdict, numbers = _verdicts(_made(one))[mark], _drawn(one)[_place(mark)]
    both = chains(PROGRAMS[_place(mark)])
    parts = verdict.as_compiled, verdict.with_new_value
    for chain, rows, drawn in zip(both, parts, numbers, strict=True):
        _same(chain, verdict, rows, drawn)
    parted = next(call for call, pair in enumerate(zip(*numbers, strict=True), 1) if _part(*pair))
    assert (verdict.status, verdict.first_difference) == ("confirmed", parted), verdict.reason


def _same(chain: Chain, verdict: Verdict, rows: Any, drawn: Any) -> None:
    assert len(rows) == 4
    labels = [label for label, _, _ in chain.draws]
    assert sorted(labels) == sorted(verdict.names)
    for row, numbers in zip(rows[1:], drawn, strict=True):
        told = dict(zip(verdict.names, row, strict=True))
        for label, number in zip(labels, numbers, strict=True):
            np.testing.assert_allclose(told[label], number, rtol=1e-12)


def _part(row: Any, other: Any) -> bool:
    return bool(row != other)


@pytest.mark.backends
@pytest.mark.parametrize("one", WITH_GENERATORS, ids=lambda one: one.name)
def test_what_is_said_of_the_numbers_holds(one: Environment) -> None:
    for mark, verdict in _verdicts(_made(one)).items():
        x = verdict.names[0]
        first, second = (
            dict(zip(verdict.names, row, strict=True)) for row in verdict.as_compiled[1:3]
        )
        if mark[3] == "THU402":
            assert f"the second call draws {x} = " in verdict.reason
            assert second == first
        elif "begins with the first call's" in verdict.reason:
            y = verdict.names[1]
            assert f"begins with the first call's {y}: {x} = " in verdict.reason
            assert second[x] == first[y]
        elif "are the same numbers" in verdict.reason:
            x, y = verdict.reason.split(" are the same numbers")[0].split(" and ")
            length = np.size(first[x])
            assert np.ravel(first[x]).tolist() == np.ravel(first[y]).tolist()[:length]
        elif "is the same number in each turn" in verdict.reason:
            assert first[x] == first[verdict.names[1]]
        else:
            assert (
                "of the same random bits" in verdict.reason or "the random bits" in verdict.reason
            )


@pytest.mark.backends
@pytest.mark.parametrize("one", WITHOUT, ids=lambda one: one.name)
def test_without_generators_there_is_no_verdict(one: Environment) -> None:
    for verdict in _verdicts(_made(one)).values():
        assert verdict.status == "unresolved"
        assert f"{one.backend} has no generators that are variables" in verdict.reason


@pytest.mark.backends
@pytest.mark.parametrize("code", ["THU402", "THU403"])
@pytest.mark.parametrize("one", WITH_ITS_WORDS, ids=lambda one: one.name)
def test_the_fixtures_themselves_repeat_numbers_until_they_are_fixed(
    one: Environment, code: str, tmp_path: Path
) -> None:
    name = "functions" if code == "THU402" else "chains"
    mended = tmp_path / "mended.py"
    mended.write_text((DATA / "rewrite" / code / f"{name}.py.fixed").read_text(encoding="utf-8"))
    before = _run(_made(one), RUNNING, str(FOLDER / code / f"{name}.py"))
    after = _run(one, RUNNING, str(mended))
    assert len(before) > 6
    for function, (first, second, third) in before.items():
        if code == "THU402" and function not in ("one_of_two", "in_an_update"):
            assert first == second == third, function
            unmended = function in ("as_an_input", "numbers_at_once")
            assert unmended or not _repeated(*after[function]), function
        elif code == "THU403" and function not in ("one_result", "numbers_in_between"):
            assert _repeated(first, second), function
            unmended = function == "stored_before_it_is_drawn"
            assert unmended or not _repeated(*after[function]), function


def _repeated(*calls: Any) -> bool:
    """Does a number of one call come again in a later one?"""
    flat = [set(np.concatenate([np.ravel(one) for one in call]).tolist()) for call in calls]
    return any(flat[i] & flat[j] for j in range(len(flat)) for i in range(j))


@pytest.mark.backends
@pytest.mark.parametrize("one", WITH_ITS_WORDS, ids=lambda one: one.name)
def test_clean_fixtures_draw_new_numbers_in_each_call(one: Environment) -> None:
    drawn = _run(_made(one), RUNNING, str(FOLDER / "clean" / "generators.py"))
    assert len(drawn) > 12
    same = {"given_by_the_caller", "the_same_each_time", "only_the_shape"}
    for function, calls in drawn.items():
        assert _repeated(*calls) == (function in same), function


@pytest.mark.backends
@pytest.mark.parametrize("one", WITH_GENERATORS, ids=lambda one: one.name)
def test_fixes_are_proven(one: Environment) -> None:
    paths = [path for path in fixture_paths("rewrite") if path.parent.name.startswith("THU4")]
    steps = [
        step.mended
        for path in paths
        for step in fixed(path.read_text(), "rewrite").steps
        if isinstance(step.mended.finding.fault, GeneratorFault)
    ]
    assert len(steps) > 30
    given = proofs(steps, python=str(_made(one).interpreter))
    assert {proof.status for proof in given} == {"proven"}, given


MASKED = """\
import pytensor
import pytensor.tensor as pt

rng = pt.random.shared_rng(seed=1)
first_rng, noise = rng.normal(size=(2, 4))
second_rng, mask = rng.bernoulli(0.4, size=6)
f = pytensor.function([], [noise, mask], updates={rng: second_rng})
"""


@pytest.mark.backends
@pytest.mark.parametrize("one", WITH_ITS_WORDS, ids=lambda one: one.name)
def test_the_numbers_that_are_told_are_two_that_part(one: Environment) -> None:
    """The first of the mask is 0 in both programs, which says nothing."""
    (verdict,) = confirm([finding_in(MASKED, "THU401")], python=str(_made(one).interpreter))
    told = re.search(
        r"noise = \S+ and mask\[(\d)\] = (\d) in the first call; drawn after noise, "
        r"mask\[(\d)\] is (\d)$",
        verdict.reason,
    )
    assert told is not None, verdict.reason
    place, compiled, again, meant = map(int, told.groups())
    assert place == again
    assert compiled != meant
    written, mended = verdict.as_compiled[1][1], verdict.with_new_value[1][1]
    assert written[:place] == mended[:place]
    assert (written[place], mended[place]) == (compiled, meant)


REUSED = """\
import pytensor
import pytensor.tensor as pt

rng = pt.random.shared_rng(seed=1)
first_rng, x = rng.normal()
second_rng, y = rng.normal()
f = pytensor.function([], [x, y], updates={rng: second_rng})
"""


@pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")
def test_theano_cannot_tell() -> None:
    verdict = verdict_on(REUSED, "THU401")
    assert verdict.status == "unresolved"
    assert "Theano" in verdict.reason or "theano" in verdict.reason
    assert "(THEANO_UPDATES_PYTHON=PATH in the environment)" in verdict.reason
    assert verdict.backend == "theano"


def test_what_stands_behind_a_finding() -> None:
    fault = finding_in(REUSED, "THU401").fault
    assert isinstance(fault, GeneratorFault)
    assert [(one.name, one.start, one.right) for one in fault.draws] == [
        ("x", None, None),
        ("y", None, 0),
    ]
    assert (fault.stored, fault.right, fault.told) == (1, 1, (0, 1))
