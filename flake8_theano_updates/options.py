"""The options that every door takes: rules to enable, and compile calls of one's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable

from flake8_theano_updates.rules import RULES
from flake8_theano_updates.values import printable

# Names the interpreter that has the backend, where the command line names none.
PYTHON = "THEANO_UPDATES_PYTHON"

# What every code begins with, and what stands for all of them.
FAMILY = "THU"
ALL = "ALL"


class BadOption(ValueError):
    """An option's value that means nothing; the message says why, in one line."""


def beginnings(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts as the beginnings of codes, ``ALL`` among them, in upper case.

    Raises:
        BadOption: if no rule's code begins so.
    """
    found = tuple(text.strip().upper() for text in texts)
    for text in found:
        if text != ALL and not (text and any(rule.code.startswith(text) for rule in RULES)):
            raise BadOption(f"no rule's code begins with {text!r}{_about(text)}")
    return found


def _about(text: str) -> str:
    """Say what may have been meant by the beginning of a code that no rule has."""
    meant = did_you_mean(text, [ALL, *(rule.code for rule in RULES)])
    if meant or text.startswith(FAMILY):
        return f"{meant} (theano-updates explain lists them)"
    return f"; they begin with {FAMILY}, and the codes of other tools do nothing here"


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """Ask for what is spelled much like a text, where there is something."""
    # Imported here: only a message needs it.
    from difflib import get_close_matches

    close = sorted(get_close_matches(text, known, cutoff=0.8))
    return f"; did you mean {' or '.join(close)}?" if close else ""


def refused_interpreter(name: str, given: object, file: str, option: str) -> BadOption:
    """Say that a file may not name an interpreter: checking a project must start none of it.

    Args:
        name: the key in the file.
        given: its value.
        file: the file, with the line where it is known.
        option: the option of the command line that may.
    """
    return BadOption(
        printable(
            f"{name} = {given} in {file}: an interpreter is not taken from a "
            "file, as whoever writes the file would start programs on your machine; take the "
            f"line out, and write {option}=PATH on the command line or "
            f"{PYTHON}=PATH in the environment"
        )
    )


def compilers(texts: Iterable[str]) -> dict[str, str | int]:
    """Read compile calls of one's own: ``mylib.compile:updates`` or ``mylib.compile:3``.

    Args:
        texts: a dotted name each, and behind a colon the keyword or the position
            (from 0) of the updates; without it the keyword is ``updates``.

    Raises:
        BadOption: if a text is not of this form.
    """
    found: dict[str, str | int] = {}
    for text in texts:
        name, _, place = text.strip().partition(":")
        place = place.strip() or "updates"
        if not all(part.isidentifier() for part in name.strip().split(".")):
            raise BadOption(f"{text!r}: write the function as mylib.compile:updates")
        if not place.isdigit() and not place.isidentifier():
            raise BadOption(f"{text!r}: {place!r} is neither a keyword nor a position")
        found[name.strip()] = int(place) if place.isdigit() else place
    return found


def interpreter(text: str) -> str:
    """Return the absolute path of an interpreter, given by its path or its name on PATH.

    Raises:
        BadOption: if there is no program of this name.
    """
    found = shutil.which(text)
    if found is not None:
        # Not resolved: a link's own place tells Python to which environment it belongs.
        return os.path.abspath(found)
    if os.path.isdir(text):
        raise BadOption(f"{text} is a folder, not an interpreter")
    if os.path.exists(text):
        raise BadOption(f"{text} is not executable")
    raise BadOption(f"there is no program {text}")


def interpreter_of_environment() -> str | None:
    """Return the interpreter that the environment names, or None.

    Raises:
        BadOption: if there is no program of this name.
    """
    text = os.environ.get(PYTHON)
    try:
        return interpreter(text) if text else None
    except BadOption as error:
        raise BadOption(f"{PYTHON}: {error}") from None
