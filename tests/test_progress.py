"""The bar of ``confirm``: on a terminal, after a second, and gone at the end."""

from __future__ import annotations

import importlib.util
import io
import os
import struct
import subprocess
import sysconfig
import time
from pathlib import Path

import pytest
from samples import STALE

from flake8_theano_updates.cli.progress import ProgressBar

pty = pytest.importorskip("pty", reason="terminals of this kind are POSIX")
fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")


class Terminal:
    """A terminal of some columns; ``written`` is what it was sent."""

    def __init__(self, columns: int) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.stream = os.fdopen(slave, "w", encoding="utf-8")

    def written(self) -> str:
        self.stream.close()
        parts = []
        while True:
            try:
                part = os.read(self._master, 4096)
            except OSError:  # how Linux says that nobody can write any more
                part = b""
            if not part:
                os.close(self._master)
                return b"".join(parts).decode()
            parts.append(part)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal(100)


def visible(written: str) -> list[str]:
    """Return what the line shows after each return to its start, without spaces at its end."""
    line = ""
    seen = []
    for part in written.split("\r"):
        line = part + line[len(part) :]
        seen.append(line.rstrip())
    return seen


def test_it_shows_after_a_second_and_is_gone_at_the_end(terminal: Terminal) -> None:
    with ProgressBar(terminal.stream, 4) as bar:
        time.sleep(1.5)
        bar(1, 4)
        bar(4, 4)
    tens = "#" * 10, "." * 10
    assert visible(terminal.written()) == [
        "",
        f"confirming: 0 of 4 [{tens[1] * 4}]",
        f"confirming: 1 of 4 [{tens[0]}{tens[1] * 3}]",
        f"confirming: 4 of 4 [{tens[0] * 4}]",
        "",
        "",
    ]


def test_short_work_shows_nothing(terminal: Terminal) -> None:
    with ProgressBar(terminal.stream, 2) as bar:
        bar(1, 2)
        bar(2, 2)
    time.sleep(1.5)
    assert terminal.written() == ""


def test_it_is_gone_after_an_interruption(terminal: Terminal) -> None:
    def interrupted() -> None:
        with ProgressBar(terminal.stream, 2):
            time.sleep(1.5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    shown = visible(terminal.written())
    assert "0 of 2" in shown[1]
    assert shown[-1] == ""


@pytest.mark.parametrize("columns", [1, 30, 60])
def test_it_fits_into_a_narrow_terminal(columns: int) -> None:
    terminal = Terminal(columns)
    with ProgressBar(terminal.stream, 100) as bar:
        time.sleep(1.5)
        bar(50, 100)
    shown = visible(terminal.written())
    assert max(map(len, shown)) < columns
    assert shown[-1] == ""


def test_without_a_terminal_there_is_none() -> None:
    stream = io.StringIO()
    with ProgressBar(stream, 2) as bar:
        time.sleep(1.5)
        bar(1, 2)
    assert stream.getvalue() == ""


@pytest.mark.skipif(
    importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
)
def test_confirm_shows_it_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(STALE)
    terminal = Terminal(100)
    program = Path(sysconfig.get_path("scripts"), "theano-updates")
    done = subprocess.run(
        [program, "confirm", "--calls=5000", "a.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=terminal.stream,
        check=False,
    )
    shown = visible(terminal.written())
    assert shown[1] == f"confirming: 0 of 1 [{'.' * 40}]"
    assert shown[-1] == ""
    assert b"\r" not in done.stdout
    assert b"confirming" not in done.stdout
