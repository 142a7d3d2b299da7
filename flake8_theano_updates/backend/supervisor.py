"""Start, watch and end the process that compiles snippets."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flake8_theano_updates.extras import install
from flake8_theano_updates.interpreter.names import BACKENDS
from flake8_theano_updates.options import PYTHON

WORKER = Path(__file__).with_name("worker.py")
START = 120.0  # seconds to import a backend on a cold and busy machine
END = 5.0  # seconds to end in good order
LAST = 1.0  # seconds for what a worker that has ended has still said
LONGEST = 9 * 1024**2  # bytes of an answer: a little more than a worker sends
LONGEST_VERSION = 100  # characters
UNREADABLE = "its answer cannot be read"
# Backends warn when they are imported, and read their docstrings.
NOT_HANDED_ON = ("PYTHONOPTIMIZE", "PYTHONWARNINGS")

NOT_THERE = "no Theano, Theano-PyMC, Aesara or PyTensor in "
_MISSING = (
    NOT_THERE + "{python}; install the extra ({install}) or name "
    "an interpreter that has one ({variable}=PATH in the environment)"
)
# Theano ended there.
LAST_THEANO = (1, 0, 5)


class NoBackendError(Exception):
    """The interpreter has no backend that can be imported."""


class WorkerFailedError(Exception):
    """The worker hung or died over one snippet."""


@dataclass(frozen=True)
class Backend:
    """What compiles.

    Args:
        name: of the distribution.
        package: what is imported.
        version: its version.
        python: its interpreter's version.
    """

    name: str
    package: str
    version: str
    python: str


@dataclass(frozen=True)
class Answer:
    """What one snippet gave.

    Args:
        result: what its ``run`` returned, or None if it raised.
        error: what it raised.
        refused: the backend did not compile or run the updates as written.
        too_long: it ran, but computed more numbers than can be told.
    """

    result: dict[str, Any] | None
    error: str = ""
    refused: bool = False
    too_long: bool = False


class Supervisor:
    """Runs snippets one after the other in a worker, until ``close``.

    Args:
        python: the interpreter that has the backend; this one by default.
        timeout: seconds for each snippet.
        packages: the backends, the one to be taken first where there are several.
    """

    def __init__(
        self,
        python: str | None = None,
        timeout: float = 20.0,
        packages: Sequence[str] = BACKENDS,
    ) -> None:
        self._python = python or sys.executable
        self.timeout = timeout
        self._packages = packages
        self._worker: _Worker | None = None
        self._backend: Backend | None = None
        self._missing: str | None = None

    def backend(self) -> Backend:
        """Start the worker if need be and return what it compiles with.

        Raises:
            NoBackendError: there is none.
        """
        self._started()
        assert self._backend is not None
        return self._backend

    def run(self, snippet: str, calls: int) -> Answer:
        """Run one snippet.

        Raises:
            NoBackendError: there is no backend.
            WorkerFailedError: the snippet took too long or took the worker down.
        """
        worker = self._started()
        request = {"snippet": snippet, "calls": calls, "timeout": self.timeout}
        try:
            answer = worker.ask(request, self.timeout)
            if "result" not in answer and "error" not in answer:
                raise WorkerFailedError(UNREADABLE)
        except WorkerFailedError:
            self._stop()
            raise
        return Answer(
            answer.get("result"),
            str(answer.get("error", "")),
            bool(answer.get("refused", False)),
            bool(answer.get("too_long", False)),
        )

    def _started(self) -> _Worker:
        if self._missing is not None:
            raise NoBackendError(self._missing)
        if self._worker is None:
            try:
                return self._begun()
            except NoBackendError as error:
                self._missing = str(error)  # a second try would take as long and end alike
                raise
        return self._worker

    def _begun(self) -> _Worker:
        # Kept before it is heard: whoever ends the supervisor meanwhile ends it too.
        worker = self._worker = _Worker(self._python, self._packages)
        try:
            if self._missing is not None:
                raise NoBackendError(self._missing)
            self._backend = _backend(worker.hear(START), self._python)
        except WorkerFailedError as error:
            self._stop()
            raise NoBackendError(f"{self._python} does not start: {error}") from None
        except BaseException:
            self._stop()
            raise
        return worker

    def close(self) -> None:
        """End the worker, also from another thread than the one that uses it; no other starts."""
        self._missing = "it has been ended"
        self._stop()

    def _stop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


def _backend(greeting: dict[str, Any], python: str) -> Backend:
    if not all(isinstance(value, str) for value in greeting.values()):
        raise WorkerFailedError(UNREADABLE)
    if {"backend", "version", "python"} <= greeting.keys():
        package, version = greeting["backend"], greeting["version"][:LONGEST_VERSION]
        return Backend(name_of(package, version), package, version, greeting["python"])
    if {"name", "error"} <= greeting.keys():
        name, error = greeting["name"], greeting["error"]
        raise NoBackendError(f"{name} in {python} cannot be imported: {error}")
    if greeting.keys() == {"python"}:
        how = install("theano")
        raise NoBackendError(_MISSING.format(python=python, install=how, variable=PYTHON))
    raise WorkerFailedError(UNREADABLE)


def name_of(package: str, version: str) -> str:
    """Return what a backend is called: Theano's first successor kept the name of the package."""
    is_later = package == "theano" and _parts(version) > LAST_THEANO
    return "theano-pymc" if is_later else package


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


class _Worker:
    """One process and its folder."""

    def __init__(self, python: str, packages: Sequence[str]) -> None:
        try:
            self._folder = tempfile.mkdtemp(prefix="theano-updates-")
        except OSError as error:
            raise NoBackendError(f"no temporary folder can be made: {error.strerror}") from None
        try:
            self._process = subprocess.Popen(
                [python, str(WORKER), self._folder, *packages],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder,
                env={k: v for k, v in os.environ.items() if k not in NOT_HANDED_ON},
                start_new_session=True,
            )
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise NoBackendError(f"{python} does not start: {error.strerror}") from None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._exchange = self._begun(b"")

    def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        self._exchange = self._begun(json.dumps(request).encode() + b"\n")
        return self.hear(timeout)

    def _begun(self, request: bytes) -> threading.Thread:
        # A thread does it: waiting with a timeout on a pipe has no portable form.
        thread = threading.Thread(target=self._converse, args=(request,), daemon=True)
        thread.start()
        return thread

    def _converse(self, request: bytes) -> None:
        """Send a request and read one line; whatever else there is stays in the pipe."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = b""
        with contextlib.suppress(OSError, ValueError):  # it has ended, or has been ended
            self._process.stdin.write(request)
            self._process.stdin.flush()
            line = self._process.stdout.readline(LONGEST)
        self._lines.put(line)

    def hear(self, timeout: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise WorkerFailedError(f"it took more than {timeout:g} seconds") from None
        if not line:
            raise WorkerFailedError("the worker ended without an answer")
        if not line.endswith(b"\n"):
            if len(line) < LONGEST:
                raise WorkerFailedError("the worker ended in the middle of its answer")
            raise WorkerFailedError(f"its answer is longer than {LONGEST} bytes")
        with contextlib.suppress(ValueError, RecursionError):
            answer = json.loads(line)
            if isinstance(answer, dict):
                return answer
        raise WorkerFailedError(UNREADABLE)

    def end(self) -> None:
        """End the process and whatever it started, and remove its folder."""
        if os.name == "posix":
            # Told so, it ends what it started one after the other and leaves no zombie.
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        self._exchange.join(LAST)
        # What has made itself independent of the worker may hold the pipes open. To close them
        # under a thread that waits would wait too; the thread does not outlive this process.
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            if not self._exchange.is_alive():
                with contextlib.suppress(OSError):
                    stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)
