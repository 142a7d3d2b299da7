"""Write a changed text back: with the file's own encoding and line ends, whole or not at all."""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.extras import install
from flake8_theano_updates.source.encoding import encoding_of

_WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class CannotWriteError(Exception):
    """The file is left as it was; the message says why."""


def encoded(data: bytes, after: str) -> bytes:
    r"""Return the bytes of a changed text.

    Lines that are still there keep their own line ends, new ones take those of their
    neighbours; the byte order mark and the encoding stay.

    Args:
        data: the file before.
        after: the text after, with ``\n`` as line ends.

    Raises:
        CannotWriteError: if the text cannot be written so.
    """
    try:
        encoding = encoding_of(data)
        before = data.decode(encoding)
    except (LookupError, SyntaxError, ValueError) as error:
        # Python 2 does not look at the bytes of comments.
        raise CannotWriteError(f"not all of it is text in its encoding: {error}") from None
    # Without a translation of line ends: "\r\n", "\r" and "\n" end a line, and nothing else.
    old = list(io.StringIO(before, newline=""))
    new = list(io.StringIO(after, newline=""))
    ends = [line[len(line.rstrip("\r\n")) :] for line in old]
    usual = next(filter(None, ends), "\n")
    plain = [_with_end(line, "\n") for line in old]
    lines: list[str] = []
    matcher = difflib.SequenceMatcher(None, plain, new, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            lines += old[i:j]
            continue
        for offset, line in enumerate(new[k:m]):
            near = i + offset if i + offset < j else i - 1
            lines.append(_with_end(line, (near >= 0 and ends[near]) or usual))
    try:
        result = "".join(lines).encode(encoding)
    except UnicodeEncodeError as error:
        raise CannotWriteError(f"the fix cannot be written in {encoding}: {error}") from None
    if "".join(io.TextIOWrapper(io.BytesIO(result), encoding)) != after:
        raise CannotWriteError("the text would not be read back as it was written")
    return result


def _with_end(line: str, end: str) -> str:
    """Return a line with another end, if it has one."""
    text = line.rstrip("\r\n")
    return line if text == line else text + end


def replace_file(path: str, before: bytes, after: bytes) -> None:
    """Replace a file by a new one with the same owner and permissions, in one step.

    Args:
        path: the file; where it is a link, what it leads to.
        before: what it held when it was read.
        after: what it is to hold.

    Raises:
        CannotWriteError: if it is read-only, has changed since, or cannot be written; the
            file that was there is whole.
    """
    place = Path(os.path.realpath(path))
    try:
        if _is_read_only(place):
            raise CannotWriteError("it is read-only")
        # Opened for writing: whoever may not do that may not replace it either.
        with open(place, "r+b") as original:
            if original.read() != before:
                raise CannotWriteError("it has changed since it was read")
        there = place.stat()
        if there.st_nlink > 1:
            raise CannotWriteError(
                "it has another name (a hard link), which would keep the old text"
            )
        with _beside(place) as temporary:
            # Until it has the owner and permissions, nobody else may read it.
            _fill(temporary, after, mode=0o600)
            with contextlib.suppress(PermissionError, AttributeError):
                os.chown(temporary, there.st_uid, there.st_gid)
            shutil.copymode(place, temporary)
            os.replace(temporary, place)
    except OSError as error:
        raise CannotWriteError(error.strerror or str(error)) from None


def _is_read_only(place: Path) -> bool:
    """Is nobody to write a file? Root may all the same, but is not meant to."""
    return not place.stat().st_mode & _WRITE_BITS


def try_report(path: str) -> None:
    """Find out whether a report can be put there; nothing changes.

    Raises:
        CannotWriteError: as ``put_report`` would.
    """
    _try_place(path, _is_source)


def put_report(path: str, text: bytes) -> None:
    """Write a report, in one step; it may replace anything but a source file.

    Where the path is a link, that is what it leads to.

    Raises:
        CannotWriteError: if it cannot be written; a file that was there is whole.
    """
    _put_in_place(path, text, _is_source)


def can_make_pages(option: str) -> bool:
    """Is there what an HTML page needs? If not it complains of the option that asks for one."""
    try:
        # Imported here: few runs write a page.
        from flake8_theano_updates.report import html  # noqa: F401
    except ImportError as error:
        how = install("report")
        complain(f"{option}: the page needs jinja2 and matplotlib: {how} ({error})")
        return False
    return True


def try_page(path: str) -> None:
    """Find out whether an HTML page can be put there; nothing changes.

    Raises:
        CannotWriteError: as ``put_page`` would.
    """
    _try_place(path, _is_no_page)


def put_page(path: str, page: bytes) -> None:
    """Write an HTML page, in one step; it may replace only another HTML page.

    Where the path is a link, that is what it leads to.

    Raises:
        CannotWriteError: if it cannot be written; a file that was there is whole.
    """
    _put_in_place(path, page, _is_no_page)


# Says why what is there must not be replaced: a file that was named by mistake must survive.
_Obstacle = Callable[[Path], str | None]


def _is_source(place: Path) -> str | None:
    if not place.is_file():
        return "there is something else that is no file"
    return "there is a source file" if place.suffix in (".py", ".ipynb") else None


def _is_no_page(place: Path) -> str | None:
    data = place.read_bytes() if place.is_file() else b"no file"
    if not data or data.lstrip()[:14].lower() == b"<!doctype html":
        return None
    return "there is something else that is no HTML page"


def _try_place(path: str, obstacle: _Obstacle) -> None:
    with _replaced(path, obstacle) as (_, temporary):
        temporary.touch(exist_ok=False)


def _put_in_place(path: str, data: bytes, obstacle: _Obstacle) -> None:
    with _replaced(path, obstacle) as (place, temporary):
        _fill(temporary, data)
        if place.exists():
            shutil.copymode(place, temporary)
        os.replace(temporary, place)


@contextlib.contextmanager
def _replaced(path: str, obstacle: _Obstacle) -> Iterator[tuple[Path, Path]]:
    """Give the place of a file and a name beside it, if what is there may go."""
    place = Path(os.path.realpath(path))
    try:
        if place.exists():
            if (why := obstacle(place)) is not None:
                raise CannotWriteError(f"{path}: {why}")
            if _is_read_only(place):
                raise CannotWriteError(f"{path}: it is read-only")
        with _beside(place) as temporary:
            yield place, temporary
    except OSError as error:
        raise CannotWriteError(f"{path}: {error.strerror or error}") from None


@contextlib.contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """Give a name beside a file, which is free again at the end."""
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _fill(new: Path, data: bytes, mode: int = 0o666) -> None:
    with open(new, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def try_folder(folder: str) -> None:
    """Find out whether files can be put into a folder, which is made if it is not there.

    Raises:
        CannotWriteError: if the folder cannot be made, or nothing can be written into it.
    """
    with _made(folder) as place:
        tempfile.TemporaryFile(dir=place).close()


def put_files(folder: str, files: Mapping[str, bytes]) -> None:
    """Write files, by name, into a folder, which is made if it is not there.

    Each takes the place of what is there in one step; where that is a link, of the link.

    Raises:
        CannotWriteError: if the folder cannot be made or one of them cannot be written.
    """
    with _made(folder) as into:
        for name, data in files.items():
            _put(into / name, data)


def _put(place: Path, data: bytes) -> None:
    try:
        if place.is_file() and not place.is_symlink() and _is_read_only(place):
            raise CannotWriteError(f"{place}: it is read-only")
        with _beside(place) as temporary:
            _fill(temporary, data)
            os.replace(temporary, place)
    except OSError as error:
        raise CannotWriteError(f"{place}: {error.strerror or error}") from None


@contextlib.contextmanager
def _made(folder: str) -> Iterator[Path]:
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        yield place
    except FileExistsError:
        raise CannotWriteError(f"{folder}: it is no folder") from None
    except OSError as error:
        raise CannotWriteError(f"{error.filename or folder}: {error.strerror or error}") from None
