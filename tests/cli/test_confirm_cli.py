"""What the command line makes of verdicts: exit statuses and the two formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from samples import STALE

from flake8_theano_updates.cli import looking
from flake8_theano_updates.cli import main as cli
from flake8_theano_updates.cli import verdicts as asking
from flake8_theano_updates.model import Verdict


@pytest.fixture(autouse=True)
def _stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text(STALE)
    (tmp_path / "b.py").write_text(STALE)
    monkeypatch.chdir(tmp_path)


def give(monkeypatch: pytest.MonkeyPatch, *verdicts: Verdict) -> None:
    monkeypatch.setattr(asking, "confirm", lambda *_, **__: list(verdicts))


AGREES = Verdict("agrees", "no difference in 5 calls", "theano", "1.0.5", "3.11.7")
RAISES = Verdict("raises", "TypeError: no", "theano", "1.0.5", "3.11.7")
UNRESOLVED = Verdict("unresolved", "too large", "theano", "1.0.5", "3.11.7")


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ((AGREES, AGREES), 0),
        ((AGREES, RAISES), 1),
        ((AGREES, UNRESOLVED), 1),
    ],
)
def test_only_what_is_not_refuted_counts(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verdicts: tuple[Verdict, ...],
    status: int,
) -> None:
    give(monkeypatch, *verdicts)
    assert cli.main(["confirm", "a.py", "b.py"]) == status
    assert capsys.readouterr().err == ""
    assert cli.main(["confirm", "--format=json", "a.py", "b.py"]) == status
    entries = json.loads(capsys.readouterr().out)
    assert [entry["verdict"]["status"] for entry in entries] == [v.status for v in verdicts]


@pytest.mark.parametrize("form", ["text", "json"])
def test_without_a_backend_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    give(monkeypatch, *[Verdict("unresolved", "no Theano here; install the extra theano")] * 2)
    assert cli.main(["confirm", "--format", form, "a.py", "b.py"]) == 2
    seen = capsys.readouterr()
    assert seen.err == "theano-updates: confirm: no Theano here; install the extra theano\n"
    assert "unresolved" in seen.out


def test_what_cannot_be_read_counts_even_if_all_else_is_refuted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give(monkeypatch, AGREES)
    assert cli.main(["confirm", "a.py", "gone.py"]) == 2
    assert capsys.readouterr().err == "theano-updates: gone.py: no such file or folder\n"


def test_a_file_on_which_the_check_failed_stays_in_the_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = looking.check

    def fails(tree, lines, path, **options):
        if path == "a.py":
            raise ZeroDivisionError("one")
        return real(tree, lines, path, **options)

    monkeypatch.setattr(looking, "check", fails)
    give(monkeypatch, AGREES)
    assert cli.main(["confirm", "--format=json", "a.py", "b.py"]) == 3
    first, second = json.loads(capsys.readouterr().out)
    assert (first["code"], first["verdict"]["status"]) == ("THU000", "unresolved")
    assert (second["code"], second["verdict"]["status"]) == ("THU101", "agrees")


def test_an_error_of_the_checker_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(findings, **options):
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr(asking, "confirm", fails)
    assert cli.main(["confirm", "a.py"]) == 3
    seen = capsys.readouterr()
    assert seen.err.startswith("theano-updates: internal error: ZeroDivisionError: one two at ")
    assert seen.err.count("\n") == 1
