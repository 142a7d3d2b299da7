"""Bytes stay what they were but for the edits; a write is whole or none."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from pathlib import Path

import pytest
from commands import run, run_here, run_python
from marks import FOLDER

from flake8_theano_updates.cli.write import (
    CannotWriteError,
    encoded,
    put_files,
    put_page,
    replace_file,
    try_page,
)

PROGRAM = FOLDER / "THU101" / "programs" / "momentum.py"


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (b"a\r\nb\r\n", "a\nx\nb\n", b"a\r\nx\r\nb\r\n"),
        (b"a\rb\r", "a\nx\nb\n", b"a\rx\rb\r"),
        (b"a\nb\r\nc\n", "a\nB\nc\n", b"a\nB\r\nc\n"),
        (b"a\nb", "a\nx\nb", b"a\nx\nb"),
        (b"a", "a\nb", b"a\nb"),
        (b"\xef\xbb\xbfa\n", "b\na\n", b"\xef\xbb\xbfb\na\n"),
        (
            b"# coding: latin-1\n\xe9 = 1\n",
            "# coding: latin-1\nx\n\u00e9 = 1\n",
            b"# coding: latin-1\nx\n\xe9 = 1\n",
        ),
        (b"\x0ca\n\tb\n", "\x0ca\n\tc\n\tb\n", b"\x0ca\n\tc\n\tb\n"),
    ],
)
def test_encoding_and_line_ends_stay(before: bytes, after: str, expected: bytes) -> None:
    assert encoded(before, after) == expected


def test_what_the_encoding_cannot_hold_is_refused() -> None:
    with pytest.raises(CannotWriteError, match=r"latin-1|iso-8859"):
        encoded(b"# coding: latin-1\n", "# coding: latin-1\n\u4e2d\n")


def test_the_mode_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    file.chmod(0o754)
    replace_file(str(file), b"old", b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o754
    assert os.listdir(tmp_path) == ["a.py"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"old")
    link = tmp_path / "b.py"
    link.symlink_to("a.py")
    replace_file(str(link), b"old", b"new")
    assert link.is_symlink()
    assert (tmp_path / "a.py").read_bytes() == b"new"


def test_names_of_one_file_are_not_parted(tmp_path: Path) -> None:
    file, other = tmp_path / "a.py", tmp_path / "b.py"
    file.write_bytes(b"old")
    os.link(file, other)
    with pytest.raises(CannotWriteError, match="a hard link"):
        replace_file(str(file), b"old", b"new")
    assert file.read_bytes() == other.read_bytes() == b"old"


@pytest.mark.skipif(not _is_root(), reason="only root may give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    os.chown(file, 12345, 23456)
    replace_file(str(file), b"old", b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 23456)


@pytest.mark.parametrize("mode", [0o444, 0o555, 0o400, 0o000])
def test_a_read_only_file_stays_also_for_root(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    file.chmod(mode)
    with pytest.raises(CannotWriteError, match="it is read-only"):
        replace_file(str(file), b"old", b"new")
    assert stat.S_IMODE(file.stat().st_mode) == mode
    file.chmod(0o644)
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.py"]


@pytest.mark.skipif(_is_root(), reason="root may write into every folder")
def test_in_a_read_only_folder_nothing_changes(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    tmp_path.chmod(0o555)
    with pytest.raises(CannotWriteError, match="Permission denied"):
        replace_file(str(file), b"old", b"new")
    tmp_path.chmod(0o755)
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.py"]


def test_a_planted_link_in_a_folder_of_programs_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_bytes(b"mine")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.py").symlink_to(victim)
    (folder / "b.py").symlink_to("b.py")
    (folder / "c.py").symlink_to(tmp_path / "made.txt")
    put_files(str(folder), {name: name.encode() for name in ("a.py", "b.py", "c.py")})
    assert victim.read_bytes() == b"mine"
    assert not (tmp_path / "made.txt").exists()
    assert sorted(os.listdir(folder)) == ["a.py", "b.py", "c.py"]
    assert all(path.read_text() == path.name for path in folder.iterdir())
    assert not any(path.is_symlink() for path in folder.iterdir())


def test_programs_take_the_place_of_older_ones_but_not_of_read_only_ones(tmp_path: Path) -> None:
    put_files(str(tmp_path), {"a.py": b"1", "b.py": b"1"})
    put_files(str(tmp_path), {"a.py": b"2"})
    (tmp_path / "b.py").chmod(0o444)
    with pytest.raises(CannotWriteError, match=r"b\.py: it is read-only"):
        put_files(str(tmp_path), {"b.py": b"2"})
    assert [(tmp_path / name).read_bytes() for name in ("a.py", "b.py")] == [b"2", b"1"]


def test_a_read_only_page_stays(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_bytes(b"<!doctype html>1")
    page.chmod(0o444)
    with pytest.raises(CannotWriteError, match=r"a\.html: it is read-only"):
        try_page(str(page))
    with pytest.raises(CannotWriteError, match=r"a\.html: it is read-only"):
        put_page(str(page), b"<!doctype html>2")
    assert page.read_bytes() == b"<!doctype html>1"


@pytest.mark.parametrize(
    "kind", ["--unsafe", pytest.param("--safe-only", marks=pytest.mark.longer)]
)
def test_a_second_run_writes_nothing(tmp_path: Path, kind: str) -> None:
    copied = tmp_path / "fixtures"
    # That a fixed text is left alone is asked of all fixtures where the fixes are.
    for folder in ("THU101/programs", "THU303", "THU401", "off"):
        shutil.copytree(FOLDER / folder, copied / folder)
    call = ("theano-updates", "fix", "--write", "--no-prove", kind, "--enable=THU9", "fixtures")
    assert " fixed, not proven\n" in run(*call, cwd=tmp_path).stderr
    files = [path for path in copied.rglob("*") if path.is_file()]
    before = {path: (path.read_bytes(), path.stat().st_ino) for path in files}
    again = run(*call, cwd=tmp_path)
    assert not [line for line in again.stderr.splitlines() if " fixed, " in line]
    assert {path: (path.read_bytes(), path.stat().st_ino) for path in files} == before


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize("step", ["fsync", "chown", "replace"])
def test_a_killed_write_leaves_the_file(tmp_path: Path, step: str) -> None:
    # SIGKILL: nothing of the program gets to clean up.
    file = tmp_path / "a.py"
    file.write_bytes(PROGRAM.read_bytes())
    code = (
        "import os, signal; from flake8_theano_updates.cli.main import main; "
        f"os.{step} = lambda *given: os.kill(os.getpid(), signal.SIGKILL); "
        "main(['fix', '--unsafe', '--no-prove', '--write', 'a.py'])"
    )
    done = run_python("-c", code, cwd=tmp_path)
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == PROGRAM.read_bytes()
    # What is left beside it is no Python file, so that the next run does not look at it.
    assert [path.name for path in tmp_path.glob("*.py")] == ["a.py"]
    again = run_here(
        "theano-updates", "fix", "--unsafe", "--no-prove", "--write", ".", cwd=tmp_path
    )
    assert again.returncode == 0
    assert "velocity_new" in file.read_text()


def test_a_failing_write_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")

    def fail(*paths: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(CannotWriteError, match="No space left"):
        replace_file(str(file), b"old", b"new")
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.py"]


def test_an_interrupted_write_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")

    def interrupt(*paths: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace_file(str(file), b"old", b"new")
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.py"]


def test_what_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"newer")
    with pytest.raises(CannotWriteError, match="has changed"):
        replace_file(str(file), b"old", b"new")
    assert file.read_bytes() == b"newer"
