"""What a cluster works on comes out as what this process does."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import PATIENCE, run, run_here, run_python
from samples import STALE

needs_distributed = pytest.mark.skipif(
    find_spec("distributed") is None, reason="the extra dask is not installed"
)
needs_theano = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a cluster of two worker processes, in a folder of its own."""
    script = (
        "import sys\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    one = dict(n_workers=2, threads_per_worker=1, processes=True)\n"
        "    with LocalCluster(**one, dashboard_address=None) as cluster:\n"
        "        print(cluster.scheduler_address, flush=True)\n"
        "        sys.stdin.read()\n"
    )
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "cluster.py").write_text(script)
    process = subprocess.Popen(
        [sys.executable, "cluster.py"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.communicate(timeout=PATIENCE)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a folder of files with and without findings, of which some cannot be read."""
    for number in range(4):
        (tmp_path / f"m{number}.py").write_text("\n" * number + STALE)
    (tmp_path / "clean.py").write_text("x = 1\n")
    (tmp_path / "bad.py").write_text("(")
    (tmp_path / "none.py").symlink_to("gone")
    cell = {"cell_type": "code", "metadata": {}, "source": STALE}
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]}
    (tmp_path / "n.ipynb").write_text(json.dumps(notebook))
    (tmp_path / "pyproject.toml").write_text(
        '[tool.theano-updates.per-file-ignores]\n"./m1.py" = ["THU101"]\n'
    )
    return tmp_path


@pytest.mark.longer
@needs_distributed
@pytest.mark.parametrize(
    "call",
    [
        ["check"],
        ["check", "--format=json"],
        ["check", "--baseline=old.json"],
        pytest.param(["confirm"], marks=needs_theano),
        pytest.param(["confirm", "--format=json", "--baseline=old.json"], marks=needs_theano),
    ],
)
def test_a_cluster_gives_the_same(project: Path, address: str, call: list[str]) -> None:
    with_baseline = "--baseline=old.json" in call
    if with_baseline:
        write = ("--baseline=old.json", "--write-baseline", "m0.py")
        assert run_here("theano-updates", "check", *write, cwd=project).returncode == 0
    given = ("gone", "m3.py", ".", "m2.py", "-")
    here = run_here("theano-updates", *call, *given, cwd=project, stdin=STALE)
    there = run("theano-updates", *call, "--dask", address, *given, cwd=project, stdin=STALE)
    assert _all(there) == _all(here)
    assert here.returncode == 2
    shown = [here.stdout.count(f"m{number}.py") > 0 for number in range(4)]
    assert shown == [not with_baseline, False, True, True]


@pytest.mark.longer
@needs_distributed
@needs_theano
def test_findings_of_one_file_are_shared_out(tmp_path: Path, address: str) -> None:
    # Two batches, of which one ends in the middle of a file.
    pair = STALE.partition("updates = []")[2]
    many = STALE + "".join(f"updates = []{pair}" for _ in range(15))
    for file in "ab":
        (tmp_path / f"{file}.py").write_text(many)
    call = ("theano-updates", "confirm", "--calls=1", "-v", ".")
    one = run(*call, "--jobs=1", cwd=tmp_path)
    assert _all(run(*call, "--jobs=2", cwd=tmp_path)) == _all(one)
    assert _all(run(*call, "--dask", address, cwd=tmp_path)) == _all(one)
    assert one.stdout.endswith("32 findings: 32 confirmed\n")


@pytest.mark.longer
@needs_distributed
def test_an_interpreter_is_one_of_the_cluster(project: Path, address: str) -> None:
    call = ("confirm", "--python=/only/there/python", "--dask", address, "m0.py")
    done = run("theano-updates", *call, cwd=project)
    assert done.returncode == 2
    said = "/only/there/python does not start: No such file or directory"
    assert done.stderr == f"theano-updates: confirm: {said}\n"


@pytest.mark.longer
@needs_distributed
@pytest.mark.parametrize("verb", ["check", "confirm"])
def test_no_cluster_is_there(project: Path, verb: str) -> None:
    with socket.socket() as free:
        # Nobody listens there.
        free.bind(("127.0.0.1", 0))
        for address in (f"127.0.0.1:{free.getsockname()[1]}", "tpc://127.0.0.1:1", "nowhere"):
            done = run("theano-updates", verb, "--dask", address, "m0.py", cwd=project)
            assert (done.returncode, done.stdout) == (2, "")
            start = f"theano-updates: --dask {address}: no scheduler of dask answers: "
            assert done.stderr.startswith(start)
            assert done.stderr.count("\n") == 1


def test_without_the_extra_it_says_what_to_install(project: Path) -> None:
    script = (
        "import sys; sys.modules['distributed'] = None\n"
        "from flake8_theano_updates.cli.main import main\n"
        "sys.exit(main(['check', '--dask', '127.0.0.1:1', 'm0.py']))\n"
    )
    done = run_python("-c", script, cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    said = done.stderr
    assert said.startswith("theano-updates: --dask needs dask.distributed: pip install ")
    assert "[dask]" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (["--jobs=2"], "argument --dask: not allowed with argument --jobs"),
        (["--diff-base=HEAD"], "--diff-base asks git on this machine, which a cluster"),
    ],
)
def test_what_does_not_go_with_a_cluster(project: Path, call: list[str], complaint: str) -> None:
    done = run_here("theano-updates", "check", *call, "--dask=127.0.0.1:1", ".", cwd=project)
    assert done.returncode == 2
    assert complaint in done.stderr


def _all(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr
