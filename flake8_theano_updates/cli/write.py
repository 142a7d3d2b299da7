"""Write a changed text back: with the file's own encoding and line ends, whole or not at all."""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import re
import secrets
import shutil
import tempfile
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


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
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    old = _LINE.findall(data.decode(encoding))
    new = _LINE.findall(after)
    ends = [_end(line) for line in old]
    plain = [_with_end(line, "\n") for line in old]
    lines: list[str] = []
    matcher = difflib.SequenceMatcher(None, plain, new, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            lines += old[i:j]
            continue
        for offset, line in enumerate(new[k:m]):
            near = i + offset if i + offset < j else i - 1
            lines.append(_with_end(line, _near(ends, near)))
    try:
        result = "".join(lines).encode(encoding)
    except UnicodeEncodeError as error:
        raise CannotWriteError(f"the fix cannot be written in {encoding}: {error}") from None
    if "".join(io.TextIOWrapper(io.BytesIO(result), encoding)) != after:
        raise CannotWriteError("the text would not be read back as it was written")
    return result


def _end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _with_end(line: str, end: str) -> str:
    return line.rstrip("\r\n") + end if _end(line) else line


def _near(ends: Sequence[str], index: int) -> str:
    """Return the line end at ``index``, or of the first line, or the usual one."""
    here = ends[index] if 0 <= index < len(ends) else ""
    return here or next(filter(None, ends), "\n")


def replace_file(path: str, before: bytes, after: bytes) -> None:
    """Replace a file by a new one with the same owner and permissions, in one step.

    Args:
        path: the file; where it is a link, what it leads to.
        before: what it held when it was read.
        after: what it is to hold.

    Raises:
        CannotWriteError: if it has changed since, or cannot be written; the file that was
            there is whole.
    """
    place = Path(os.path.realpath(path))
    temporary = None
    try:
        # Opened for writing: a file that is read-only is meant to stay as it is.
        with open(place, "r+b") as original:
            current = original.read()
        if current != before:
            raise CannotWriteError("it has changed since it was read")
        if place.stat().st_nlink > 1:
            raise CannotWriteError(
                "it has another name (a hard link), which would keep the old text"
            )
        with tempfile.NamedTemporaryFile(
            dir=place.parent, prefix=f".{place.name}.", delete=False
        ) as file:
            temporary = file.name
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        _copy_owner(place, temporary)
        shutil.copymode(place, temporary)
        os.replace(temporary, place)
        temporary = None
    except OSError as error:
        raise CannotWriteError(error.strerror or str(error)) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _copy_owner(original: Path, copy: str) -> None:
    """Give a copy the owner and group of the original, as far as one may."""
    there = original.stat()
    with contextlib.suppress(PermissionError, AttributeError):
        os.chown(copy, there.st_uid, there.st_gid)


def try_page(path: str) -> None:
    """Find out whether an HTML page can be put there; nothing changes.

    Raises:
        CannotWriteError: as ``put_page`` would.
    """
    with _beside(path) as (_, temporary):
        temporary.touch(exist_ok=False)


def put_page(path: str, page: bytes) -> None:
    """Write an HTML page, in one step; it may replace only another HTML page.

    Args:
        path: the file; where it is a link, what it leads to.
        page: what it is to hold.

    Raises:
        CannotWriteError: if it cannot be written; a file that was there is whole.
    """
    with _beside(path) as (place, temporary):
        with open(temporary, "xb") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            shutil.copymode(place, temporary)
        os.replace(temporary, place)


@contextlib.contextmanager
def _beside(path: str) -> Iterator[tuple[Path, Path]]:
    """Give the place of a page and a name beside it, which is free again at the end."""
    place = Path(os.path.realpath(path))
    # Not NamedTemporaryFile: a new page is to have the permissions of any new file.
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        # A source file named by mistake (`--report *.py`) must survive.
        if place.exists() and not (place.is_file() and _may_go(place.read_bytes())):
            raise CannotWriteError(f"{path}: there is something else that is no HTML page")
        yield place, temporary
    except OSError as error:
        raise CannotWriteError(f"{path}: {error.strerror or error}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def try_folder(folder: str) -> None:
    """Find out whether files can be put into a folder, which is made if it is not there.

    Raises:
        CannotWriteError: if the folder cannot be made, or nothing can be written into it.
    """
    with _errors_of(folder):
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=place).close()


def put_files(folder: str, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made if it is not there.

    Args:
        folder: where they go.
        files: what each is to hold, by its name.

    Raises:
        CannotWriteError: if the folder cannot be made or one of them cannot be written.
    """
    with _errors_of(folder):
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (place / name).write_bytes(data)


@contextlib.contextmanager
def _errors_of(folder: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise CannotWriteError(f"{folder}: it is no folder") from None
    except OSError as error:
        named = error.filename or folder
        raise CannotWriteError(f"{named}: {error.strerror or error}") from None


def _may_go(data: bytes) -> bool:
    return not data or data.lstrip()[:14].lower() == b"<!doctype html"
