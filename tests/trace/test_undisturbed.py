"""A traced program does what it does without: output, numbers, names, exit status."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import run, run_python

pytestmark = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")

# It ends in the way that its argument says.
PROGRAM = """\
import atexit
import os
import sys

import numpy as np
import theano
import theano.tensor as T

v, w = theano.shared(np.zeros(2)), theano.shared(np.ones(2))
step = theano.function(
    [], T.sum(w), updates={v: 0.9 * v - 0.1 * T.grad(T.sum(w**2), w), w: w + v}
)
print([float(step()) for _ in range(3)], step.name, file=sys.stdout)
print(__name__, __file__, sys.argv, sys.path[0], sorted(globals()))
print(sys.stdin.read())
atexit.register(print, "at the end", v)


def end(way):
    if way == "raise":
        raise RuntimeError("no more")
    if way == "status":
        sys.exit(7)
    if way == "words":
        sys.exit("it went wrong")
    if way == "at once":
        sys.stdout.flush()
        os._exit(9)
    if way == "interrupt":
        raise KeyboardInterrupt
    if way == "killed":
        sys.stdout.flush()
        os.kill(os.getpid(), 15)


end(*sys.argv[1:])
"""
WAYS = ["", "raise", "status", "words", "at once", "interrupt", "killed"]


@pytest.fixture(autouse=True)
def _flags(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flags = f"cxx=,blas.ldflags=,mode=FAST_COMPILE,linker=py,base_compiledir={tmp_path}/compiled"
    monkeypatch.setenv("THEANO_FLAGS", flags)
    (tmp_path / "program.py").write_text(PROGRAM)


@pytest.mark.longer
@pytest.mark.parametrize(
    ("program", "way"), [*(("program.py", way) for way in WAYS), ("-m", "raise"), ("-m", "status")]
)
def test_all_but_the_report_is_as_without(program: str, way: str, tmp_path: Path) -> None:
    command = [program, "program", way] if program == "-m" else [program, way]
    plain = run_python(*command, cwd=tmp_path, stdin="given")
    traced = run(
        "theano-updates", "trace", "--output", "report", *command, cwd=tmp_path, stdin="given"
    )
    assert traced.stdout == plain.stdout
    assert "given" in plain.stdout
    status = plain.returncode
    assert traced.returncode == (status if status >= 0 else 128 - status)
    assert traced.stderr == plain.stderr
    report = (tmp_path / "report").read_text()
    assert report.startswith("program.py:11:78: THU101 stale read: w uses old v; ")
    assert report.endswith("theano-updates: 1 function compiled: 1 finding\n")


def test_what_is_asked_for_is_watched_and_no_more(tmp_path: Path) -> None:
    text = "import theano\nw = theano.shared(1.0)\nfor _ in range(3):\n"
    (tmp_path / "three.py").write_text(text + "    theano.function([], [], updates=[(w, w + 1)])\n")
    said = run("theano-updates", "trace", "three.py", cwd=tmp_path).stderr.splitlines()[-1]
    assert said == "theano-updates: 3 functions compiled: nothing found"
    done = run("theano-updates", "trace", "--functions", "2", "three.py", cwd=tmp_path)
    said = done.stderr.splitlines()[-1]
    assert said == "theano-updates: 2 functions compiled: nothing found"


def test_a_program_without_a_backend_is_run_too(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("print('here')\n")
    done = run("theano-updates", "trace", "plain.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "here\n")
    assert done.stderr == "theano-updates: no function was compiled, nothing can be said\n"


@pytest.mark.parametrize("caught", [False, pytest.param(True, marks=pytest.mark.longer)])
def test_the_cure_of_an_import_that_fails_is_told(
    caught: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without flags Theano 1.0.5 asks NumPy what that no longer tells."""
    flags = f"base_compiledir={tmp_path}/compiled"
    monkeypatch.setenv("THEANO_FLAGS", flags)
    monkeypatch.setenv("THEANORC", os.devnull)
    text = "print('here')\ntry:\n    import theano\nexcept AttributeError:\n    pass\n"
    (tmp_path / "program.py").write_text(text if caught else "print('here')\nimport theano\n")
    plain = run_python("program.py", cwd=tmp_path)
    done = run("theano-updates", "trace", "program.py", cwd=tmp_path)
    assert (done.stdout, done.returncode) == (plain.stdout, plain.returncode)
    assert plain.returncode == (0 if caught else 1)
    *error, hint, last = done.stderr.splitlines()
    assert error[-1:] == plain.stderr.splitlines()[-1:]
    assert hint.startswith(
        "theano-updates: trace: theano could not be imported: "
        f"put THEANO_FLAGS={flags},blas.ldflags= into the environment, "
    )
    assert last == "theano-updates: no function was compiled, nothing can be said"
    monkeypatch.setenv("THEANO_FLAGS", f"{flags},blas.ldflags=")
    cured = run("theano-updates", "trace", "program.py", cwd=tmp_path)
    assert (cured.stdout, cured.returncode) == (plain.stdout, 0)
    assert "could not be imported" not in cured.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "theano-updates: trace: name a script, or a module with -m\n"),
        (("none.py",), "theano-updates: trace: there is no file none.py\n"),
        (("--output", "no/where", "program.py"), "--output: no/where: No such file or directory\n"),
        (
            ("--output", "program.py", "program.py"),
            "--output: program.py: there is a source file\n",
        ),
    ],
)
def test_what_cannot_be_run_is_told(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = run("theano-updates", "trace", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(said)
    assert (tmp_path / "program.py").read_text() == PROGRAM


def test_the_watcher_starts_in_a_python_without_this_package(tmp_path: Path) -> None:
    from flake8_theano_updates.trace.running import WATCHER

    (tmp_path / "plain.py").write_text("import sys\nprint(sorted(set(sys.modules) & {'rich'}))\n")
    (tmp_path / "written").touch()
    command = [sys.executable, "-I", "-S", WATCHER, "written", "0", "", "0", "script", "plain.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
