"""Which rules are reported: --select, --extend-select, --ignore and --enable, and flake8's own."""

from __future__ import annotations

import argparse
import itertools
import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import run_here, run_json
from flake8.style_guide import Decision, DecisionEngine

from flake8_theano_updates.choice import Choice
from flake8_theano_updates.rules import RULES

# A momentum of the old velocity, a rate that is returned with its old value, and a counter that
# is read beside its own step.
SOURCE = """\
import theano

w, v, n = theano.shared(1.0), theano.shared(0.0), theano.shared(1.0)
step = theano.function([], [w], updates=[(v, 0.9 * v - w), (w, w + v)])
count = theano.function([], [], updates=[(n, n + 1), (w, w / n)])
"""
FOUND = {"THU101": 4, "THU901": 4, "THU902": 5}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(SOURCE)
    return tmp_path


CHOICES = [
    ([], ["THU101"]),
    (["--select", "THU902"], ["THU902"]),
    (["--select", "thu902"], ["THU902"]),
    (["--select", "THU"], ["THU101"]),
    (["--select", "T"], ["THU101"]),
    (["--select", "ALL"], ["THU101", "THU901", "THU902"]),
    (["--select", "THU2"], []),
    (["--select", "THU9", "--ignore", "THU901"], ["THU902"]),
    (["--select", "THU901", "--select", "THU902"], ["THU901", "THU902"]),
    (["--extend-select", "THU9"], ["THU101", "THU901", "THU902"]),
    (["--extend-select", "THU901,THU902", "--ignore", "THU1"], ["THU901", "THU902"]),
    (["--extend-select", "THU9", "--ignore", "THU9"], ["THU101"]),
    (["--ignore", "ALL", "--extend-select", "THU902"], ["THU902"]),
    (["--ignore", "THU1"], []),
    (["--enable", "THU902"], ["THU101", "THU902"]),
    (["--enable", "ALL"], ["THU101", "THU901", "THU902"]),
    (["--enable", "all", "--ignore", "THU901"], ["THU101", "THU902"]),
    (["--enable", "THU902", "--select", "THU1"], ["THU101"]),
]


@pytest.mark.parametrize(("options", "codes"), CHOICES)
def test_rules_are_chosen(project: Path, options: list[str], codes: list[str]) -> None:
    found = run_json("check", "--no-fixes", *options, "a.py", cwd=project)
    assert sorted((f["code"], f["line"]) for f in found) == [(code, FOUND[code]) for code in codes]


IN_FLAKE8 = [
    (["--select=THU"], ["THU101"]),
    (["--select=THU", "--extend-select=THU9"], ["THU101", "THU901", "THU902"]),
    (["--extend-select=THU902", "--ignore=E,F,W"], ["THU101", "THU902"]),
    (["--select=THU902"], ["THU902"]),
    (["--select=THU", "--ignore=E"], ["THU101"]),
    (["--select=THU", "--thu-enable=ALL"], ["THU101", "THU901", "THU902"]),
    (["--select=THU9", "--ignore=THU901"], ["THU902"]),
]


@pytest.mark.parametrize(("options", "codes"), IN_FLAKE8)
def test_flake8_turns_on_what_it_selects(
    project: Path, options: list[str], codes: list[str]
) -> None:
    done = run_here("flake8", "--isolated", *options, "a.py", cwd=project)
    assert done.stderr == ""
    assert sorted(line.split()[1] for line in done.stdout.splitlines()) == codes


def test_what_is_not_chosen_is_not_mended(project: Path) -> None:
    options = ("--unsafe", "--no-prove", "--ignore", "THU101", "a.py")
    done = run_here("theano-updates", "fix", *options, cwd=project)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_explain_takes_the_same_options(project: Path) -> None:
    done = run_here("theano-updates", "explain", "--select", "THU902", "a.py", cwd=project)
    assert "THU902" in done.stdout
    assert "THU101" not in done.stdout


@pytest.mark.parametrize("option", ["--select", "--extend-select", "--ignore", "--enable"])
@pytest.mark.parametrize("verb", ["check", "trace"])
def test_a_code_that_no_rule_has_is_refused(project: Path, verb: str, option: str) -> None:
    done = run_here("theano-updates", verb, option, "THU101,THU999", "a.py", cwd=project)
    assert done.returncode == 2
    assert f"argument {option}: no rule's code begins with 'THU999' (" in done.stderr


BEGINNINGS = [(), ("THU",), ("THU1",), ("THU101",), ("THU10", "THU902"), ("THU9", "THU101")]


@pytest.mark.parametrize("select", [None, *BEGINNINGS])
def test_it_chooses_as_flake8_does(select: tuple[str, ...] | None) -> None:
    for more, ignore in itertools.product(BEGINNINGS, BEGINNINGS):
        engine = DecisionEngine(
            argparse.Namespace(
                select=None if select is None else list(select),
                extend_select=list(more),
                ignore=list(ignore),
                extend_ignore=[],
                extended_default_select=["THU"],
                extended_default_ignore=[],
            )
        )
        chosen = Choice(select, more, ignore, enable=("ALL",)).codes()
        assert chosen == tuple(
            one.code for one in RULES if engine.decision_for(one.code) is Decision.Selected
        )


@pytest.mark.skipif(find_spec("theano") is None, reason="Theano is not installed")
def test_trace_reports_what_is_chosen(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = project / "compiled"
    monkeypatch.setenv(
        "THEANO_FLAGS",
        f"cxx=,blas.ldflags=,mode=FAST_COMPILE,linker=py,base_compiledir={compiled}",
    )
    (project / "a.py").write_text(SOURCE + "step()\ncount()\n")
    options = ("--format", "json", "--select", "THU902", "a.py")
    done = run_here("theano-updates", "trace", *options, cwd=project)
    found = json.loads(done.stderr[done.stderr.index("[") :])
    assert [(f["code"], f["line"]) for f in found] == [("THU902", 5)]
