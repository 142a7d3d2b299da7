"""A thousand programs that nobody wrote, and whether the questions about them can fail.

``benchmarks/fuzz.py`` goes through more of them.
"""

from __future__ import annotations

import ast
import os
import time
from random import Random

import pytest
from fuzzing import workers
from fuzzing.changes import CHANGES
from fuzzing.examine import Seen, checked, examined
from fuzzing.layouts import LAYOUTS
from fuzzing.programs import is_program, mutant, programs
from fuzzing.run import run
from marks import FOLDER, fixture_names
from samples import STALE

from flake8_theano_updates.interpreter.statements import Interpreter


@pytest.mark.longer
def test_a_thousand_programs_that_nobody_wrote() -> None:
    report = run(programs(0, 1000, of_grammar=50), examine_one_in=25, hash_one_in=25, hash_seeds=20)
    cases = {kind: (found[0].number, found[0].source) for kind, found in report.troubles.items()}
    assert cases == {}
    assert report.programs == 1000
    assert min(report.of_grammar, report.examined, report.hashed) >= 20
    # They are not broken beyond recognition: most rules find something in them.
    assert len(report.codes) >= 12


def test_a_program_is_made_again_from_its_number() -> None:
    assert mutant(3, 14) == mutant(3, 14)
    assert len({mutant(3, number).source for number in range(20)}) == 20


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_makes_other_programs(name: str) -> None:
    source = (FOLDER / "THU101" / "momentum.py").read_text(encoding="utf-8")
    plain = ast.unparse(ast.parse(source))
    made = [CHANGES[name](source, Random(seed)) for seed in range(40)]
    parsed = [one for one in made if one is not None and is_program(one)]
    assert len({ast.unparse(ast.parse(one)) for one in parsed} - {plain}) >= 5
    assert made == [CHANGES[name](source, Random(seed)) for seed in range(40)]


@pytest.mark.parametrize("name", LAYOUTS)
def test_another_layout_is_the_same_program_and_says_where_all_has_gone(name: str) -> None:
    changed = 0
    for fixture in fixture_names():
        source = (FOLDER / fixture).read_text(encoding="utf-8")
        layout = LAYOUTS[name](source, Random(fixture))
        changed += layout.source != source
        for old, new in zip(
            ast.walk(ast.parse(source)), ast.walk(ast.parse(layout.source)), strict=True
        ):
            assert type(old) is type(new)
            if isinstance(old, ast.Name) and isinstance(new, ast.Name):
                line, column = old.lineno, old.col_offset
                assert new.lineno == layout.lines.get(line, line)
                assert new.col_offset == column + layout.shifts.get(line, 0)
                assert new.id == layout.names.get(old.id, old.id)
    assert changed >= 10


def test_an_internal_error_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked(STALE).troubles == ()
    assert examined(STALE).troubles == ()

    def fails(*_: object) -> bool:
        raise ZeroDivisionError("one")

    monkeypatch.setattr(Interpreter, "_while", fails)
    source = f"{STALE}while True:\n    pass\n"
    (trouble,) = checked(source).troubles
    assert trouble.startswith("THU000 internal error: ZeroDivisionError: one at test_fuzzing.py:")
    assert any(one.startswith("check --format json: internal") for one in examined(source).troubles)


def test_other_findings_in_another_layout_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LAYOUTS, "tabs", lambda source, _: LAYOUTS["CRLF"]("\n" + source, _))
    assert examined(STALE).troubles == ("other findings with tabs",)


def test_what_takes_too_long_or_ends_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def sleeps_or_ends(source: str) -> Seen:
        if source == "sleep":
            time.sleep(60)
        if source == "end":
            os._exit(1)
        return Seen(seconds=1.0)

    monkeypatch.setitem(workers._WORK, "check", sleeps_or_ends)
    with workers.Worker() as worker:
        assert worker.ask("check", "sleep", 0.2).troubles == ("check: no answer after 0.2 s",)
        assert worker.ask("check", "end", 120.0).troubles == ("check: the process has ended",)
        assert worker.ask("check", "", 120.0) == Seen(seconds=1.0)


def test_a_process_with_another_hash_seed_says_all_that_a_finding_says() -> None:
    one, other = (workers.with_hash_seed(seed, [STALE, "import theano\n"]) for seed in (1, 2))
    assert one == other
    (found,), nothing = one
    assert "THU101" in found
    assert nothing == []
