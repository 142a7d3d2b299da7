"""Run the user's program under the watcher, and leave it alone in everything else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from flake8_theano_updates.trace.answering import POSSIBLE, Answer, answering
from flake8_theano_updates.trace.recorded import Run, read

WATCHER = Path(__file__).with_name("watcher.py")


class CannotStartError(Exception):
    """The program cannot be run at all; the message says why."""


@dataclass(frozen=True)
class Ran:
    """How a program ended, and what it compiled.

    Args:
        status: as a shell tells it: 128 and the number of the signal that ended it, if one did.
        run: what was written down.
    """

    status: int
    run: Run


def run(
    program: Sequence[str],
    *,
    module: bool,
    python: str | None = None,
    most: int = 0,
    calls: int = 0,
    answer: Answer | None = None,
) -> Ran:
    """Run a program with the standard input and output, the folder and settings of this process.

    Args:
        program: the path of a script or the name of a module, and its arguments.
        module: whether it is a module.
        python: the interpreter that has the backend; this one by default.
        most: after how many compiled functions to stop watching; 0 watches all.
        calls: beside how many calls of each function new values are computed.
        answer: says of a function, when it is compiled, what that is.

    Raises:
        CannotStartError: if there is nothing to run or no place to write to.
    """
    kind = "module" if module else "script"
    asked = calls and answer
    if asked and not POSSIBLE:
        raise CannotStartError("--first-calls: this system has no Unix sockets")
    try:
        with tempfile.TemporaryDirectory(prefix="theano-updates-") as folder:
            written, socket = Path(folder, "functions"), Path(folder, "asked")
            written.touch()
            told = (str(written), str(most), str(socket), str(calls), kind)
            command = [python or sys.executable, str(WATCHER), *told]
            with answering(socket, asked) if asked else nullcontext(), _handing_on() as started:
                process = subprocess.Popen([*command, *program])
                started.append(process)
                status = process.wait()
            with written.open(encoding="utf-8") as lines:
                return Ran(status if status >= 0 else 128 - status, read(lines))
    except OSError as error:
        why = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise CannotStartError(why) from None


@contextmanager
def _handing_on() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Leave it to the program what a signal does to it: the report comes when it has ended."""
    started: list[subprocess.Popen[bytes]] = []

    def hand_on(number: int, _: FrameType | None) -> None:
        for process in started:
            process.send_signal(number)

    def leave(number: int, _: FrameType | None) -> None:
        """Do nothing: a terminal tells both processes. A started program does not inherit this."""

    handlers: dict[int, Callable[[int, FrameType | None], None]] = {
        signal.SIGINT: leave,
        signal.SIGTERM: hand_on,
    }
    if os.name == "posix":
        handlers |= {signal.SIGQUIT: leave, signal.SIGHUP: hand_on}
    # What is ignored here is ignored by the program too, as nohup has it.
    before = {
        number: signal.signal(number, handler)
        for number, handler in handlers.items()
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield started
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
