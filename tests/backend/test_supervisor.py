"""The worker's life: hangs, crashes, noise, an environment that is not made for it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from commands import PATIENCE
from confirming import finding_in

from flake8_theano_updates.backend import supervisor as supervisor_module
from flake8_theano_updates.backend.supervisor import (
    NoBackendError,
    Supervisor,
    WorkerFailedError,
)
from flake8_theano_updates.confirm import confirm, engine

needs_theano = pytest.mark.skipif(
    importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
)

GOOD = "def run(calls):\n    return {'calls': calls}\n"
# Python's own threads and signal handlers do not get to run meanwhile.
HANGS_IN_C = "def run(calls):\n    big = 10**9\n    return 3**big\n"
HANGS = "def run(calls):\n    while True:\n        pass\n"
CRASHES = (
    "theano = __import__('theano.tensor')\n"
    "def run(calls):\n"
    "    theano.configparser.os.kill(theano.configparser.os.getpid(), 9)\n"
)
NOISY = """
theano = __import__("theano.tensor")
def run(calls):
    theano.configparser.os.write(1, b'noise')
    theano.configparser.sys.stdout.write('noise')
    theano.configparser.sys.stdout.flush()
    theano.configparser.sys.stderr.write('noise')
    return {'calls': calls}
"""


@pytest.fixture(autouse=True)
def _leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nothing stays behind, whatever happens."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    yield
    assert list((tmp_path / "temporary").iterdir()) == []
    end = time.monotonic() + PATIENCE
    while workers(str(tmp_path)) and time.monotonic() < end:
        time.sleep(0.1)
    assert workers(str(tmp_path)) == []


@pytest.fixture(scope="module")
def working() -> Iterator[Supervisor]:
    """One for the programs after which it works on; to start Theano takes longer than they do."""
    with closing(Supervisor(timeout=PATIENCE)) as supervisor:
        supervisor.backend()  # its folder is none of a test
        yield supervisor


def workers(mark: str) -> list[str]:
    """Return the command lines of living processes that mention ``mark``."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if mark in line and "worker.py" in line:
            found.append(line)
    return found


@needs_theano
def test_one_worker_serves_many_programs(working: Supervisor) -> None:
    backend = working.backend()
    assert backend.name == "theano"
    assert backend.version[0] == "1"
    assert [working.run(GOOD, n).result for n in (1, 2)] == [{"calls": 1}, {"calls": 2}]


@needs_theano
def test_a_hang_ends_in_time_and_the_next_program_runs() -> None:
    with closing(Supervisor(timeout=1)) as supervisor:
        supervisor.backend()
        with pytest.raises(WorkerFailedError, match="more than 1 seconds"):
            supervisor.run(HANGS, 1)
        supervisor.timeout = PATIENCE
        assert supervisor.run(GOOD, 1).result == {"calls": 1}


@needs_theano
def test_a_crash_is_told_and_the_next_program_runs() -> None:
    with closing(Supervisor()) as supervisor:
        with pytest.raises(WorkerFailedError, match="without an answer"):
            supervisor.run(CRASHES, 1)
        assert supervisor.run(GOOD, 1).result == {"calls": 1}


@needs_theano
def test_memory_has_a_limit(working: Supervisor) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("no limit on memory here")
    answer = working.run("def run(calls):\n    return len([0] * 10**9)\n", 1)
    assert answer.result is None
    assert answer.error.startswith("MemoryError")


@needs_theano
@pytest.mark.parametrize(
    ("result", "error"),
    [
        pytest.param(
            "list(range(10**7))",
            "it computes more numbers than can be told: ",
            marks=pytest.mark.longer,
        ),
        ("'x' * 10**8", "it computes more numbers than can be told: "),
        ("[1j]", "TypeError: "),
        ("[10**5000]", "ValueError: "),
    ],
)
def test_an_answer_is_short_and_made_of_numbers(
    working: Supervisor, result: str, error: str
) -> None:
    began = working.run(GOOD, 1), working._worker
    answer = working.run(f"def run(calls):\n    return {result}\n", 1)
    assert answer.result is None
    assert answer.error.startswith(error)
    assert (working.run(GOOD, 1), working._worker) == began


@needs_theano
def test_an_answer_that_is_no_answer_costs_one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Supervisor()) as supervisor:
        worker = supervisor._started()
        worker._lines.put(b"{\n")
        with pytest.raises(WorkerFailedError, match="its answer cannot be read"):
            supervisor.run(GOOD, 1)
        assert supervisor.run(GOOD, 2).result == {"calls": 2}


@needs_theano
def test_noise_is_no_answer(working: Supervisor) -> None:
    assert working.run(NOISY, 3).result == {"calls": 3}


@needs_theano
@pytest.mark.parametrize("code", ["import os", "open('x')", "eval('1')", "import theano.gof"])
def test_the_worker_holds_little_too(working: Supervisor, code: str) -> None:
    answer = working.run(f"def run(calls):\n    {code}\n", 1)
    assert answer.result is None
    assert answer.error.split(":")[0] in ("ImportError", "NameError")


@needs_theano
def test_numbers_that_are_not_finite_pass_as_text(working: Supervisor) -> None:
    code = "def run(calls):\n    big = 1e300 * 1e300\n    return [big, -big, big - big]\n"
    assert working.run(code, 1).result == ["inf", "-inf", "nan"]


@needs_theano
def test_the_users_settings_do_not_matter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = tmp_path / "theanorc"
    settings.write_text("[global]\ndevice = cuda99\nfloatX = float16\n")
    monkeypatch.setenv("THEANORC", str(settings))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    monkeypatch.setenv("THEANO_FLAGS", "device=cuda99,nonsense=1,mode=DebugMode,cxx=/nowhere/g++")
    finding = _finding()
    (verdict,) = confirm([finding])
    assert verdict.status == "confirmed", verdict.reason


@needs_theano
def test_a_hang_is_unresolved_and_others_are_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = _finding()
    real = Supervisor.run
    given = iter([HANGS])

    def run(self: Supervisor, snippet: str, calls: int):
        return real(self, next(given, snippet), calls)

    monkeypatch.setattr(Supervisor, "run", run)
    first, second = confirm([finding, finding], timeout=2)
    assert first.status == "unresolved"
    assert first.reason == "the program did not end well: it took more than 2 seconds"
    assert second.status == "confirmed"


@needs_theano
def test_programs_that_fail_late_take_the_time_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = _finding()
    real = Supervisor.run
    ran: list[str] = []

    def run(self: Supervisor, snippet: str, calls: int):
        ran.append(snippet)
        return real(self, "def run(calls):\n    return 1 / 0\n", calls)

    monkeypatch.setattr(Supervisor, "run", run)
    # By this clock each of them takes 84 seconds.
    monkeypatch.setattr(engine, "time", SimpleNamespace(monotonic=lambda: 84.0 * len(ran)))
    (verdict,) = confirm([finding], timeout=PATIENCE)
    assert len(ran) == 2
    assert verdict.status == "unresolved"
    assert verdict.reason == (
        "its programs took more than 120 seconds; the first: its program does not run: "
        "ZeroDivisionError: division by zero"
    )


def test_no_theano(tmp_path: Path) -> None:
    venv.create(tmp_path / "empty", with_pip=False)
    python = str(tmp_path / "empty" / ("Scripts" if os.name == "nt" else "bin") / "python")
    finding = _finding()
    verdicts = confirm([finding, finding], python=python)
    assert [verdict.status for verdict in verdicts] == ["unresolved", "unresolved"]
    assert verdicts[0].reason.startswith(
        f"no Theano, Theano-PyMC, Aesara or PyTensor in {python}; install the extra "
    )
    assert verdicts[0].backend is None


def test_no_temporary_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with closing(Supervisor()) as supervisor, monkeypatch.context() as patched:
        patched.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
        with pytest.raises(NoBackendError, match="no temporary folder can be made: No such file"):
            supervisor.backend()


def test_no_interpreter(tmp_path: Path) -> None:
    with (
        closing(Supervisor(str(tmp_path / "nowhere"))) as supervisor,
        pytest.raises(NoBackendError, match="does not start"),
    ):
        supervisor.backend()


UNREADABLE = "its answer cannot be read"
HALF = "the worker ended in the middle of its answer"


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("exit 3", "the worker ended without an answer"),
        ("echo no JSON", UNREADABLE),
        ("echo 5", UNREADABLE),
        ("echo '[]'", UNREADABLE),
        ("echo {}", UNREADABLE),
        ("""echo '{"backend": "theano", "version": 5, "python": "3"}'""", UNREADABLE),
        ("""echo '{"backend": "theano", "python": "3"}'""", UNREADABLE),
        ("""echo '{"error": "no"}'""", UNREADABLE),
        ("printf '\\377\\376\\n'", UNREADABLE),
        (f"exec {sys.executable} -c 'print(\"[\" * 10**6)'", UNREADABLE),
        ("""printf '{"backend": "the'""", HALF),
        ("cat /dev/zero", "its answer is longer than 9437184 bytes"),
        ("yes", UNREADABLE),
    ],
)
def test_what_is_no_interpreter(program: str, reason: str, tmp_path: Path) -> None:
    python = _fake(tmp_path, program)
    before = _most_memory()
    with closing(Supervisor(python)) as supervisor, pytest.raises(NoBackendError) as raised:
        supervisor.backend()
    assert str(raised.value) == f"{python} does not start: {reason}"
    assert _most_memory() - before < 64 * 1024**2


def _fake(folder: Path, program: str) -> str:
    python = folder / "python"
    python.write_text(f"#!/bin/sh\n{program}\n")
    python.chmod(0o755)
    return str(python)


def _most_memory() -> int:
    resource = pytest.importorskip("resource", reason="not offered here")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


GREETS = """printf '{"backend": "theano", "version": "1.0", "python": "3"}\\n'"""


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("read line; cat /dev/zero", "its answer is longer than 9437184 bytes"),
        ("read line; printf '{\"result'", HALF),
        ("read line; printf '{\"result'; sleep 600", "it took more than 2 seconds"),
        ("read line; yes ''", UNREADABLE),
        ("read line; echo '{}'", UNREADABLE),
        ("exit", "the worker ended without an answer"),
        # It takes no requests; a long one does not fit into the pipe.
        ("sleep 600", "it took more than 2 seconds"),
    ],
)
def test_what_fails_over_a_program(program: str, reason: str, tmp_path: Path) -> None:
    timeout = 2 if "sleep" in program else PATIENCE
    python = _fake(tmp_path, f"{GREETS}; {program}")
    with closing(Supervisor(python, timeout)) as supervisor:
        supervisor.backend()
        before, began = _most_memory(), time.monotonic()
        with pytest.raises(WorkerFailedError) as raised:
            supervisor.run("#" * (10**6 if program == "sleep 600" else 10), 1)
    assert str(raised.value) == reason
    assert time.monotonic() - began < 300
    assert _most_memory() - before < 64 * 1024**2


@needs_theano
@pytest.mark.skipif(os.name != "posix", reason="other systems have no fork")
@pytest.mark.parametrize("then", ["", pytest.param("os._exit(3)", marks=pytest.mark.longer)])
def test_what_left_the_worker_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    # A child in a session of its own holds all pipes open that the worker has.
    code = (
        "import os, time\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        f"    open({str(tmp_path / 'child')!r}, 'w').write(str(os.getpid()))\n"
        "    time.sleep(600)\n"
        f"{then}\n"
        "__version__ = '1.0.5'\n"
    )
    _package(tmp_path, monkeypatch, code)
    if then:
        monkeypatch.setattr(supervisor_module, "START", 5.0)
    began = time.monotonic()
    try:
        with closing(Supervisor(timeout=PATIENCE)) as supervisor:
            if then:
                with pytest.raises(NoBackendError, match="it took more than 5 seconds"):
                    supervisor.backend()
            else:
                assert supervisor.run(GOOD, 1).result == {"calls": 1}
                supervisor.timeout = 1
                with pytest.raises(WorkerFailedError, match="more than 1 seconds"):
                    supervisor.run(HANGS, 1)
                supervisor.timeout = PATIENCE
                assert supervisor.run(GOOD, 2).result == {"calls": 2}
        assert time.monotonic() - began < 300
    finally:
        for pid in _left(tmp_path):
            os.kill(pid, signal.SIGKILL)


def _left(mark: Path) -> list[int]:
    """Return the processes that mention a folder in their command line, or stand in it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(mark).encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
    return found


def _package(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let workers import a Theano that is none."""
    (folder / "path" / "theano").mkdir(parents=True)
    (folder / "path" / "theano" / "__init__.py").write_text(code)
    (folder / "path" / "theano" / "tensor.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(folder / "path"))


@needs_theano
@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("5", "of an unknown version"),
        ("object()", "of an unknown version"),
        ("None", "of an unknown version"),
        ("'1.\u00b2'", "1.\u00b2"),
        ("'1.' + '9' * 10**4", "1." + "9" * 98),
        ("'1.0.5'\ndel __version__", "of an unknown version"),
    ],
)
def test_a_version_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, told: str
) -> None:
    _package(tmp_path, monkeypatch, f"__version__ = {version}\n")
    with closing(Supervisor()) as supervisor:
        assert supervisor.backend().version == told
        assert supervisor.run(GOOD, 1).result == {"calls": 1}


@needs_theano
def test_a_backend_that_floods_the_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import os\n"
        "while True:\n"
        "    for place in range(3, 20):\n"
        "        try:\n"
        "            os.write(place, b'x' * 10**5)\n"
        "        except OSError:\n"
        "            pass\n"
    )
    _package(tmp_path, monkeypatch, code)
    before = _most_memory()
    with closing(Supervisor()) as supervisor, pytest.raises(NoBackendError, match="is longer than"):
        supervisor.backend()
    assert _most_memory() - before < 64 * 1024**2


def _finding():
    return finding_in(
        "import theano\n"
        "w = theano.shared(1.0)\n"
        "v = theano.shared(2.0)\n"
        "updates = [(v, v + 1), (w, w + v)]\n"
    )


@needs_theano
@pytest.mark.skipif(os.name != "posix", reason="other systems end processes in other ways")
@pytest.mark.parametrize("program", ["", HANGS, HANGS_IN_C])
def test_a_supervisor_that_is_killed_leaves_nothing(program: str, tmp_path: Path) -> None:
    code = (
        "import contextlib, sys, tempfile, time\n"
        "from flake8_theano_updates.backend.supervisor import Supervisor\n"
        f"tempfile.tempdir = {str(tmp_path / 'temporary')!r}\n"
        "with contextlib.closing(Supervisor()) as supervisor:\n"
        "    supervisor.backend()\n"
        "    print('up', flush=True)\n"
        f"    supervisor.run({program!r}, 1) if {bool(program)} else time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    time.sleep(1 if program else 0)  # the program has begun
    process.kill()
    process.wait()
    process.stdout.close()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and any((tmp_path / "temporary").iterdir()):
        time.sleep(0.1)


def test_nothing_starts_without_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Supervisor, "backend", lambda self: pytest.fail("a worker was started"))
    assert confirm([]) == []


@needs_theano
def test_a_worker_that_still_starts_is_ended_too() -> None:
    supervisor = Supervisor()
    told: list[BaseException] = []

    def start() -> None:
        with pytest.raises(NoBackendError) as raised:
            supervisor.backend()
        told.append(raised.value)

    thread = threading.Thread(target=start)
    thread.start()
    while supervisor._worker is None:
        time.sleep(0.01)
    supervisor.close()
    thread.join(PATIENCE)
    assert len(told) == 1
    with pytest.raises(NoBackendError):
        supervisor.run(GOOD, 1)
