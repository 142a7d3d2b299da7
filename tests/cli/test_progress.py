"""The bar of long runs: on a terminal, after a second, and gone at the end."""

from __future__ import annotations

import fcntl
import importlib.util
import io
import os
import pty
import re
import struct
import subprocess
import sysconfig
import termios
import time
from pathlib import Path

import pytest
from samples import STALE

from flake8_theano_updates.cli.progress import progress

# What moves the cursor, clears a line or sets a colour.
_CONTROLS = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")


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
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    made = Terminal(100)
    monkeypatch.setenv("TERM", "xterm")
    return made


def test_it_shows_after_a_second_and_is_gone_at_the_end(terminal: Terminal) -> None:
    with progress(terminal.stream, "confirming", 4) as told:
        time.sleep(1.5)
        told(1, 4)
        told(4, 4)
        time.sleep(0.3)
    written = terminal.written()
    plain = _CONTROLS.sub("", written)
    assert "confirming" in plain
    assert "0/4" in plain
    assert "4/4" in plain
    # The line that it was on is cleared.
    assert written.rstrip("\r\n").endswith("\x1b[2K")


def test_short_work_shows_nothing(terminal: Terminal) -> None:
    with progress(terminal.stream, "confirming", 2) as told:
        told(1, 2)
        told(2, 2)
    assert "confirming" not in terminal.written()


def test_it_is_gone_after_an_interruption(terminal: Terminal) -> None:
    def interrupted() -> None:
        with progress(terminal.stream, "confirming", 2):
            time.sleep(1.5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    written = terminal.written()
    assert "0/2" in _CONTROLS.sub("", written)
    assert written.rstrip("\r\n").endswith("\x1b[2K")


def test_without_a_terminal_there_is_none() -> None:
    stream = io.StringIO()
    with progress(stream, "confirming", 2) as told:
        time.sleep(1.2)
        told(1, 2)
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
        env={**os.environ, "TERM": "xterm"},
        check=False,
    )
    assert "0/1" in _CONTROLS.sub("", terminal.written())
    assert b"confirming" not in done.stdout
