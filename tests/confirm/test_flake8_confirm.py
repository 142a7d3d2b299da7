"""``flake8 --thu-confirm``: verdicts in messages, without ever ending flake8's run."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
import venv
from dataclasses import replace
from pathlib import Path

import pytest
from commands import PATIENCE, run, run_here, run_python
from samples import FINDING, STALE

from flake8_theano_updates.confirm import messages as confirming_module
from flake8_theano_updates.confirm.messages import confirmed
from flake8_theano_updates.model import Verdict

needs_theano = pytest.mark.skipif(
    importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
)

# At the start velocity is 0 and param is 1. The old velocity leaves param where it is; the new
# one is 0.9 * 0 - 0.1 * 2 * 1, the gradient of param**2 being 2 * param.
CONFIRMED = (
    "(confirmed by theano 1.0.5: after 1 call param becomes 1; "
    "with the new velocity it would be 0.8)"
)
NO_BACKEND = (
    "unresolved: no backend is installed; install flake8-theano-updates[theano], or name an "
    "interpreter that has one by --thu-python or THEANO_UPDATES_PYTHON)"
)
HARMLESS = STALE.replace("param + velocity", "param + velocity - velocity")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a stale read, and one for temporary files that is empty in the end."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "stale.py").write_text(STALE)
    return tmp_path


def left_behind(project: Path) -> list[str]:
    """Wait for workers that are about to end; return what they leave."""
    end = time.monotonic() + PATIENCE
    while (left := os.listdir(project / "temporary")) and time.monotonic() < end:
        time.sleep(0.1)
    return [name for name in left if name.startswith("theano-updates-")]


@needs_theano
def test_the_verdict_is_in_the_message(project: Path) -> None:
    plain = run("flake8", "--isolated", "--select=THU", "stale.py", cwd=project)
    assert plain.stdout.count("\n") == 1
    done = run("flake8", "--isolated", "--select=THU", "--thu-confirm", "stale.py", cwd=project)
    assert done.stdout == plain.stdout.replace("\n", f" {CONFIRMED}\n")
    assert (done.stderr, done.returncode) == ("", 1)
    assert left_behind(project) == []


@needs_theano
@pytest.mark.usefixtures("_lasting_workers")
def test_what_is_refuted_is_not_reported(project: Path) -> None:
    (project / "stale.py").write_text(HARMLESS)
    options = ("--isolated", "--select=THU", "stale.py")
    assert run_here("flake8", *options, cwd=project).returncode == 1
    done = run_here("flake8", "--thu-confirm", *options, cwd=project)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@needs_theano
@pytest.mark.usefixtures("_lasting_workers")
@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", ".flake8", "pyproject.toml"])
def test_configuration_files_ask_for_it(project: Path, name: str) -> None:
    section = "[tool.flake8]" if name == "pyproject.toml" else "[flake8]"
    (project / name).write_text(f"{section}\nthu-confirm = true\n")
    done = run_here("flake8", "--select=THU", "stale.py", cwd=project)
    assert CONFIRMED in done.stdout, done.stderr
    (project / name).write_text(f"{section}\nthu-confirm = false\n")
    assert "(confirmed" not in run_here("flake8", "--select=THU", "stale.py", cwd=project).stdout


@pytest.mark.longer
@needs_theano
def test_standard_input_and_several_processes(project: Path) -> None:
    options = ("--isolated", "--select=THU", "--thu-confirm")
    given = run("flake8", *options, "--stdin-display-name=x.py", "-", cwd=project, stdin=STALE)
    assert given.stdout.startswith("x.py:7:32: THU101 ")
    assert CONFIRMED in given.stdout
    for name in "abcd":
        (project / f"{name}.py").write_text(STALE if name != "b" else HARMLESS)
    done = run("flake8", *options, "--jobs=3", ".", cwd=project)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        "./a.py",
        "./c.py",
        "./d.py",
        "./stale.py",
    ]
    assert done.stdout.count(CONFIRMED) == 4
    assert done.stderr == ""
    assert left_behind(project) == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("ImportError('No module named ' + __name__)", f"{NO_BACKEND}\n"),
        ("RuntimeError('two\\nlines')", "RuntimeError: two"),
    ],
)
def test_without_a_backend_findings_stay_and_say_so(
    project: Path, monkeypatch: pytest.MonkeyPatch, error: str, reason: str
) -> None:
    for name in ("theano", "aesara", "pytensor"):
        (project / "broken" / name).mkdir(parents=True)
        (project / "broken" / name / "__init__.py").write_text(f"raise {error}\n")
    monkeypatch.setenv("PYTHONPATH", str(project / "broken"))
    (project / "other.py").write_text("import os\n")
    options = ("--isolated", "--select=THU,F401", "--thu-confirm")
    done = run("flake8", *options, "other.py", "stale.py", cwd=project)
    assert (done.stderr, done.returncode) == ("", 1)
    unused, stale = sorted(done.stdout.splitlines(keepends=True))
    assert unused == "other.py:1:1: F401 'os' imported but unused\n"
    assert stale.startswith("stale.py:7:32: THU101 stale read: ")
    assert " (unresolved: " in stale
    assert reason in stale
    assert left_behind(project) == []


def test_an_error_of_the_checker_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr(confirming_module, "confirm", fails)
    (found,) = confirmed([FINDING])
    assert found.message.startswith(
        "stale read (unresolved: internal error: ZeroDivisionError: one two at "
    )


def test_a_message_stays_one_short_line(monkeypatch: pytest.MonkeyPatch) -> None:
    long = Verdict("raises", "ValueError:\n" + "word " * 200, "theano", "1.0.5")
    monkeypatch.setattr(confirming_module, "confirm", lambda *_, **__: [long])
    (found,) = confirmed([FINDING])
    assert found.message.startswith("stale read (raises in theano 1.0.5: ValueError: word word ")
    assert found.message.endswith("word...)")
    assert "\n" not in found.message
    assert len(found.message) < 250


def test_where_there_is_nothing_to_ask_the_message_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Verdict("unresolved", "it is not about values")
    monkeypatch.setattr(confirming_module, "confirm", lambda *_, **__: [nothing])
    finding = replace(FINDING, fault=None)
    assert confirmed([finding]) == [finding]


def test_without_the_option_nothing_of_the_runtime_is_imported(project: Path) -> None:
    code = (
        "import sys\nfrom flake8.main.cli import main\nmain(sys.argv[1:])\n"
        "heavy = ('libcst', 'flake8_theano_updates.confirm', 'flake8_theano_updates.report')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    options = ("--isolated", "--select=THU", "--jobs=1", "stale.py")
    done = run_python("-c", code, *options, cwd=project)
    assert done.stdout.splitlines()[-1] == "[]"
    # What has no findings needs no runtime either.
    (project / "fine.py").write_text("import theano\n")
    done = run_python("-c", code, "--thu-confirm", *options[:-1], "fine.py", cwd=project)
    assert done.stdout == "[]\n"


@needs_theano
def test_another_interpreter_confirms(project: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    venv.create(empty, with_pip=False)
    options = ("--isolated", "--select=THU", "--thu-confirm", "stale.py")
    done = run_here("flake8", *options, f"--thu-python={sys.executable}", cwd=project)
    assert CONFIRMED in done.stdout
    done = run_here("flake8", *options, f"--thu-python={empty / 'bin' / 'python'}", cwd=project)
    assert f" ({NO_BACKEND}\n" in done.stdout
    done = run_here("flake8", *options, "--thu-python=no-such-python", cwd=project)
    assert "there is no program no-such-python" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("key", ["thu-python", "thu_python"])
@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", ".flake8", "pyproject.toml", "own.cfg"])
def test_no_file_names_the_interpreter(project: Path, name: str, key: str) -> None:
    tool = project / "tool.sh"
    tool.write_text("#!/bin/sh\ntouch ran\n")
    tool.chmod(0o755)
    section, value = "[flake8]", "./tool.sh"
    if name == "pyproject.toml":
        section, value = "[tool.flake8]", "'./tool.sh'"
    (project / name).write_text(f"{section}\nthu-confirm = true\n{key} = {value}\n")
    options = ["--config=own.cfg"] if name == "own.cfg" else []
    done = run_here("flake8", *options, "stale.py", cwd=project)
    where = "a configuration file of flake8" if options else project.resolve() / name
    assert done.stdout.splitlines()[-1] == (
        f"flake8-theano-updates: thu-python = ./tool.sh in {where}: an interpreter is not taken "
        "from a file, as whoever writes the file would start programs on your machine; take the "
        "line out, and write --thu-python=PATH on the command line or THEANO_UPDATES_PYTHON=PATH "
        "in the environment"
    )
    assert done.returncode == 1
    assert not (project / "ran").exists()


@needs_theano
def test_the_environment_names_the_interpreter(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    venv.create(empty, with_pip=False)
    options = ("--isolated", "--select=THU", "stale.py")
    monkeypatch.setenv("THEANO_UPDATES_PYTHON", str(empty / "bin" / "python"))
    done = run_here("flake8", *options, "--thu-confirm", cwd=project)
    assert f" ({NO_BACKEND}\n" in done.stdout
    own = f"--thu-python={sys.executable}"
    assert CONFIRMED in run_here("flake8", *options, "--thu-confirm", own, cwd=project).stdout
    for verb in ("confirm", "fix --prove --unsafe"):
        done = run_here("theano-updates", *verb.split(), "stale.py", cwd=project)
        assert f"no Theano, Theano-PyMC, Aesara or PyTensor in {empty}" in done.stderr
    monkeypatch.setenv("THEANO_UPDATES_PYTHON", "no-such-python")
    assert run_here("flake8", *options, cwd=project).stdout.count("THU101") == 1
    done = run_here("flake8", *options, "--thu-confirm", cwd=project)
    assert "THEANO_UPDATES_PYTHON: there is no program no-such-python\n" in done.stdout
    done = run_here("theano-updates", "confirm", "stale.py", cwd=project)
    assert done.returncode == 2
    assert done.stderr.startswith(
        "theano-updates confirm: error: THEANO_UPDATES_PYTHON: there is no program no-such-python\n"
    )
