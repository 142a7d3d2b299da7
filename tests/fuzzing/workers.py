"""A process that looks at programs, with an eye on its time; and processes with other seeds."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from fuzzing.examine import Seen, checked, examined, findings_of, told

# A program that takes more than so many bytes of address space ends with a MemoryError.
_ADDRESSES = 4 << 30
_WORK: dict[str, Callable[[str], Seen]] = {"check": checked, "examine": examined}


class Worker:
    """Asks another process, which is ended where it does not answer in time."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(theirs,), daemon=True
        )
        self._process.start()
        theirs.close()

    def ask(self, work: str, source: str, seconds: float) -> Seen:
        """Let the process "check" or "examine" a program, for so long at most."""
        self._ours.send((work, source))
        try:
            if self._ours.poll(seconds):
                seen: Seen = self._ours.recv()
                return seen
            trouble = f"{work}: no answer after {seconds:g} s"
        except EOFError:
            trouble = f"{work}: the process has ended"
        self.close()
        self._start()
        return Seen(troubles=(trouble,), seconds=seconds)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._ours.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _serve(pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    while True:
        try:
            work, source = pipe.recv()
        except EOFError:
            return
        pipe.send(_WORK[work](source))


def with_hash_seed(seed: int, sources: Sequence[str]) -> list[object]:
    """Return what a Python with this seed of its hashes finds in each of the programs."""
    done = subprocess.run(
        [sys.executable, "-m", "fuzzing.workers"],
        input=json.dumps(sources),
        env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": _path()},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: list[object] = json.loads(done.stdout)
    return found


def _path() -> str:
    """Return where this folder is found, and what was given before."""
    tests = str(Path(__file__).resolve().parent.parent)
    return os.pathsep.join([tests, *filter(None, [os.environ.get("PYTHONPATH")])])


if __name__ == "__main__":
    json.dump([[told(one) for one in findings_of(source)] for source in json.load(sys.stdin)],
              sys.stdout)  # fmt: skip
