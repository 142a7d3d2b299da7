"""Several processes give what one gives, and none of them outlives the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sysconfig
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import PATIENCE, hear_interrupts, run, run_here
from samples import STALE

from flake8_theano_updates.backend.pool import WAKE

PROGRAM = str(Path(sysconfig.get_path("scripts"), "theano-updates"))
needs_theano = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a folder of files with and without findings, of which some cannot be read."""
    for number in range(8):
        (tmp_path / f"m{number}.py").write_text("\n" * number + STALE)
    (tmp_path / "clean.py").write_text("x = 1\n")
    (tmp_path / "m3.py").write_text("(")
    (tmp_path / "m5.py").write_bytes(b"x = '\xe9'\n")
    cell = {"cell_type": "code", "metadata": {}, "source": STALE}
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]}
    (tmp_path / "n.ipynb").write_text(json.dumps(notebook))
    return tmp_path


@pytest.mark.parametrize(
    "call",
    [
        ["check"],
        ["check", "--format=json"],
        ["check", "--format=sarif"],
        ["fix", "--unsafe", "--no-prove"],
        ["fix", "--safe-only", "--no-prove"],
        pytest.param(["confirm", "-v"], marks=[pytest.mark.longer, needs_theano]),
    ],
)
def test_as_many_jobs_as_one_likes_give_the_same(project: Path, call: list[str]) -> None:
    given = ("gone", "m7.py", ".", "m2.py", "-")
    one = run_here("theano-updates", *call, "--jobs=1", *given, cwd=project, stdin=STALE)
    more = run("theano-updates", *call, "--jobs=3", *given, cwd=project, stdin=STALE)
    plain = run_here("theano-updates", *call, *given, cwd=project, stdin=STALE)
    assert (one.returncode, one.stdout, one.stderr) == (more.returncode, more.stdout, more.stderr)
    assert (one.returncode, one.stdout, one.stderr) == (
        plain.returncode,
        plain.stdout,
        plain.stderr,
    )
    assert one.returncode == 2
    assert [one.stdout.count(f"m{number}.py") > 0 for number in (2, 3, 5, 7)] == [1, 0, 0, 1]
    assert one.stderr.splitlines()[0] == "theano-updates: gone: no such file or folder"


def test_a_pipe_is_read_once_and_by_this_process(project: Path) -> None:
    call = f"{PROGRAM} check --jobs=2 m1.py <(cat m2.py)"
    done = subprocess.run(["bash", "-c", call], cwd=project, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    first, second = done.stdout.decode().splitlines()
    assert first.startswith("m1.py:8:32: THU101 ")
    assert second.startswith("/dev/fd/")
    assert ":9:32: THU101 " in second


@pytest.mark.longer
@needs_theano
def test_fixes_are_proven_and_written_by_several(tmp_path: Path) -> None:
    # Two batches, each of which is worth a backend of its own.
    pair = STALE.partition("updates = []")[2]
    many = STALE + "".join(f"updates = []{pair}" for _ in range(25))
    for name in ("one", "more"):
        (tmp_path / name).mkdir()
        for file in "ab":
            (tmp_path / name / f"{file}.py").write_text(many)
    (tmp_path / "one" / "c.py").write_text(STALE)
    (tmp_path / "more" / "c.py").write_text(STALE)
    call = ("theano-updates", "fix", "--unsafe", "--write", "--prove", ".")
    one = run(*call, "--jobs=1", cwd=tmp_path / "one")
    more = run(*call, "--jobs=2", cwd=tmp_path / "more")
    assert (
        (one.returncode, one.stderr)
        == (more.returncode, more.stderr)
        == (
            0,
            "theano-updates: ./a.py: 26 fixed, proven by theano 1.0.5\n"
            "theano-updates: ./b.py: 26 fixed, proven by theano 1.0.5\n"
            "theano-updates: ./c.py: 1 fixed, proven by theano 1.0.5\n",
        )
    )
    for file in ("a.py", "b.py", "c.py"):
        assert (tmp_path / "one" / file).read_text() == (tmp_path / "more" / file).read_text()


@pytest.mark.parametrize("verb", ["check", "fix"])
def test_jobs_are_a_number(tmp_path: Path, verb: str) -> None:
    done = run("theano-updates", verb, "--jobs=0", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "argument --jobs: '0' is no whole number from 1 on" in done.stderr


def _children(process: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=", "--ppid", str(process)],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(number) for number, state in rows if not state.startswith("Z")]


def _is_running(process: int) -> bool:
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()[:1] not in ("", "Z")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("sent", "to_all", "status"),
    [
        # A terminal tells all processes of Ctrl-C, `kill` one of them.
        (signal.SIGINT, True, 130),
        pytest.param(signal.SIGINT, False, 130, marks=pytest.mark.longer),
        pytest.param(signal.SIGKILL, False, -signal.SIGKILL, marks=pytest.mark.longer),
    ],
)
@pytest.mark.parametrize(
    "call", [["check"], ["fix", "--unsafe", "--write"], ["confirm", "--calls=1"]]
)
def test_none_of_them_outlives_an_interrupted_run(
    tmp_path: Path, call: list[str], sent: signal.Signals, to_all: bool, status: int
) -> None:
    # Long lists take long enough to be caught in the middle.
    for number in range(60):
        (tmp_path / f"m{number}.py").write_text(STALE * 12)
    process = subprocess.Popen(
        [PROGRAM, *call, "--jobs=2", "."],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=hear_interrupts,
    )
    children: list[int] = []
    while len(children) < 2 and process.poll() is None:
        children = _children(process.pid)
    if to_all:
        os.killpg(process.pid, sent)
    else:
        process.send_signal(sent)
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, errors) == (status, b"", b"")
    end = time.monotonic() + PATIENCE
    while any(map(_is_running, children)) and time.monotonic() < end:
        time.sleep(WAKE)
    assert not any(map(_is_running, children))
    assert {path.read_text() for path in tmp_path.iterdir()} == {STALE * 12}


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_process_that_is_killed_is_told(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"m{number}.py").write_text(STALE * 12)
    process = subprocess.Popen(
        [PROGRAM, "check", "--jobs=2", "."],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    children: list[int] = []
    while not children and process.poll() is None:
        children = _children(process.pid)
    os.kill(children[0], signal.SIGKILL)
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output) == (3, "")
    assert errors == (
        "theano-updates: a process was ended before its work was done; --jobs 1 does without "
        "others\n"
    )
