"""What a configuration file says, and the table ``[tool.theano-updates]`` of ``pyproject.toml``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flake8_theano_updates.choice import Choice
from flake8_theano_updates.keys import PerFile, read_value
from flake8_theano_updates.options import BadOption
from flake8_theano_updates.patterns import excludes

NAME = "theano-updates"
_TABLE = f"tool.{NAME}"
_HEADER = re.compile(r"\s*\[\s*(?P<name>[^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*["']?(?P<name>[\w-]+)["']?\s*[=:.]""")


@dataclass(frozen=True)
class Given:
    """A value that a file gives.

    Args:
        value: what its key may hold, see `keys.read_value`.
        source: the file and the line.
    """

    value: Any
    source: str


@dataclass(frozen=True)
class Configuration:
    """What a file says.

    Args:
        title: the file and the part of it that is read.
        given: what it gives, by the key.
    """

    title: str
    given: Mapping[str, Given] = field(default_factory=dict)

    def value(self, key: str, default: Any = ()) -> Any:
        """Return the value of a key, or what it is without."""
        return self.given[key].value if key in self.given else default

    @property
    def choice(self) -> Choice:
        """The rules that it chooses."""
        others = map(self.value, ("extend-select", "ignore", "enable"))
        return Choice(self.value("select", None), *others)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The files and folders that it excludes, as anchored patterns."""
        return (*self.value("exclude"), *self.value("extend-exclude"))

    def excludes(self, path: str) -> bool:
        """Does it exclude a file, or a folder that it is in below the current one?"""
        return excludes(path, self.patterns, os.curdir)

    def codes_for(self, path: str) -> tuple[str, ...]:
        """Return the codes of the rules that it chooses for a file."""
        per_file: PerFile = self.value("per-file-ignores", PerFile())
        return self.choice.ignoring(per_file.codes(path)).codes()


def nearest(start: str) -> Configuration | None:
    """Read the table of the nearest ``pyproject.toml`` that has one, from a folder upwards.

    Raises:
        BadOption: if it cannot be read, or holds what means nothing.
    """
    for folder in (Path(start), *Path(start).parents):
        path = folder / "pyproject.toml"
        if path.is_file() and (found := read_table(path)) is not None:
            return found
    return None


def read_table(path: Path) -> Configuration | None:
    """Read the table of one file; None if it has none.

    Raises:
        BadOption: if the file cannot be read, or the table holds what means nothing.
    """
    text = text_of(path)
    table = table_in(text, NAME, path)
    if table is None:
        return None
    shown = shown_path(path)
    folder = os.path.dirname(os.path.abspath(path))
    given = {}
    for key, value in table.items():
        source = f"{shown}:{line_of(text, _TABLE, key)}"
        given[key] = Given(read_value(key, value, source, folder), source)
    return Configuration(f"{shown}, [{_TABLE}]", given)


def text_of(path: Path) -> str:
    """Return the text of a configuration file.

    Raises:
        BadOption: if it cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadOption(f"{shown_path(path)}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise BadOption(f"{shown_path(path)}: it is not UTF-8") from None


def table_in(text: str, name: str, path: Path) -> dict[str, Any] | None:
    """Return the table of a tool in a TOML file, if there is one.

    Raises:
        BadOption: if a file that may have it is not TOML, or it is no table.
    """
    # Files without the name are not parsed: it takes time, and their faults are no matter here.
    if name not in text:
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    shown = shown_path(path)
    try:
        tool = tomllib.loads(text).get("tool")
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        at = f"{shown}:{line[1]}" if line else shown
        raise BadOption(f"{at}: this is not TOML: {what}") from None
    table = tool.get(name) if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise BadOption(f"{shown}:{line_of(text, 'tool', name)}: tool.{name} has to be a table")
    return table


def line_of(text: str, section: str, key: str) -> int:
    """Return the line, from 1, at which a key stands in a file of sections, as far as is seen.

    Args:
        text: TOML, or an INI file.
        section: the section's name.
        key: the key, or the last part of the name of a section of its own.
    """
    here, header = "", 0
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if match := _HEADER.match(line):
            here = re.sub(r"""["'\s]""", "", match["name"])
            if here == f"{section}.{key}":
                return number
            header = number if here == section else header
        elif here == section and (match := _KEY.match(line)) and _alike(match["name"], key):
            return number
    named = section.rpartition(".")[2]
    return header or next((n for n, line in enumerate(lines, 1) if named in line), 1)


def _alike(one: str, other: str) -> bool:
    return one.replace("_", "-") == other.replace("_", "-")


def shown_path(path: str | Path) -> str:
    """Return the path of a file from the current folder."""
    try:
        return os.path.relpath(path)
    except ValueError:  # on another drive
        return str(path)
