"""The bar of long runs: on a terminal, after a second, and gone at the end."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import textwrap
import threading
import time
from pathlib import Path

import pytest
from commands import PATIENCE, run_here, run_python
from samples import STALE

from flake8_theano_updates.cli import progress as progress_module
from flake8_theano_updates.cli.progress import progress

_BODY = STALE.partition("import theano\n")[2]
LONG = "import theano\n" + "".join(
    f"def f{number}():\n{textwrap.indent(_BODY, '    ')}" for number in range(20)
)
# What moves the cursor, clears a line or sets a colour.
_CONTROLS = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A terminal of some columns; ``written`` is what it was sent."""

    def __init__(self, columns: int) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.stream = os.fdopen(slave, "w", encoding="utf-8")
        self._parts: list[bytes] = []
        # All the time: what is full would hold up who writes to it.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, text: str) -> None:
        """Wait until this has been written."""
        end = time.monotonic() + PATIENCE
        while text not in _CONTROLS.sub("", b"".join(self._parts).decode(errors="ignore")):
            assert time.monotonic() < end, f"{text} is not written"
            time.sleep(0.01)

    def written(self) -> str:
        self.stream.close()
        self._reader.join()
        os.close(self._master)
        return b"".join(self._parts).decode()

    def _read(self) -> None:
        # Linux says by an error that nobody can write any more.
        with contextlib.suppress(OSError):
            while part := os.read(self._master, 4096):
                self._parts.append(part)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    made = Terminal(100)
    monkeypatch.setenv("TERM", "xterm")
    return made


def test_it_shows_after_a_second_and_is_gone_at_the_end(terminal: Terminal) -> None:
    with progress(terminal.stream, "confirming", 4) as told:
        terminal.wait_for("0/4")
        told(1, 4)
        told(4, 4)
        terminal.wait_for("4/4")
    written = terminal.written()
    plain = _CONTROLS.sub("", written)
    assert "confirming" in plain
    assert "0/4" in plain
    assert "4/4" in plain
    # The line that it was on is cleared.
    assert written.rstrip("\r\n").endswith("\x1b[2K")


def test_short_work_shows_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    # However slow the machine is.
    monkeypatch.setattr(progress_module, "_DELAY", PATIENCE)
    with progress(terminal.stream, "confirming", 2) as told:
        told(1, 2)
        told(2, 2)
    assert "confirming" not in terminal.written()


def test_it_is_gone_after_an_interruption(terminal: Terminal) -> None:
    def interrupted() -> None:
        with progress(terminal.stream, "confirming", 2):
            terminal.wait_for("0/2")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    written = terminal.written()
    assert "0/2" in _CONTROLS.sub("", written)
    assert written.rstrip("\r\n").endswith("\x1b[2K")


def test_without_a_terminal_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "_DELAY", 0.0)
    stream = io.StringIO()
    with progress(stream, "confirming", 2) as told:
        time.sleep(0.2)
        told(1, 2)
    assert stream.getvalue() == ""


def test_colours_that_are_forced_make_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(progress_module, "_DELAY", 0.0)
    stream = io.StringIO()
    with progress(stream, "checking", 2):
        time.sleep(0.2)
    assert stream.getvalue() == ""


def _run_on(terminal: Terminal, *call: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    # Not only after a second, so that the work can be short and the machine fast.
    code = (
        "import sys; from flake8_theano_updates.cli import main, progress; "
        "progress._DELAY = 0.01; sys.exit(main.main(sys.argv[1:]))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *call],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=terminal.stream,
        env={**os.environ, "TERM": "xterm"},
        check=False,
    )


@pytest.mark.parametrize(
    "call",
    [
        ["check"],
        pytest.param(["check", "--jobs=2"], marks=pytest.mark.longer),
        pytest.param(["fix", "--unsafe", "--no-prove", "--jobs=2"], marks=pytest.mark.longer),
    ],
)
def test_reading_shows_it_on_standard_error(tmp_path: Path, call: list[str]) -> None:
    for number in range(8):
        (tmp_path / f"m{number}.py").write_text(LONG)
    (tmp_path / "bad.py").write_text("(")
    terminal = Terminal(100)
    done = _run_on(terminal, *call, ".", cwd=tmp_path)
    written = terminal.written()
    assert "/9" in _CONTROLS.sub("", written)
    assert ("fixing" in written) == (call[0] == "fix")
    # It is gone when the complaint comes, and standard output knows nothing of it.
    assert "\x1b[2Ktheano-updates: ./bad.py:1:" in written
    quiet = run_here("theano-updates", *call, ".", cwd=tmp_path)
    assert (done.returncode, done.stdout.decode()) == (quiet.returncode, quiet.stdout)
    assert quiet.stderr.startswith("theano-updates: ./bad.py:1:")
    assert "\x1b" not in quiet.stderr


def test_a_short_check_imports_nothing_for_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(STALE)
    code = (
        "import sys; from flake8_theano_updates.cli.main import main; main(['check', 'a.py']); "
        "print([name for name in sys.modules if name.split('.')[0] == 'rich'])"
    )
    assert run_python("-c", code, cwd=tmp_path).stdout.splitlines()[-1] == "[]"


@pytest.mark.skipif(
    importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
)
def test_confirm_shows_it_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(STALE)
    terminal = Terminal(100)
    done = _run_on(terminal, "confirm", "a.py", cwd=tmp_path)
    assert "0/1" in _CONTROLS.sub("", terminal.written())
    assert b"confirming" not in done.stdout
