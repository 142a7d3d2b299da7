"""What flake8's configuration files say of this checker, so that both report the same."""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from flake8.exceptions import ExecutionError
from flake8.options.config import _find_config_file, load_config
from flake8.utils import parse_comma_separated_list, parse_files_to_codes_mapping

from flake8_theano_updates.configuration import (
    Configuration,
    Given,
    line_of,
    shown_path,
    table_in,
    text_of,
)
from flake8_theano_updates.keys import PerFile, read_value
from flake8_theano_updates.options import FAMILY, BadOption, refused_interpreter

# Keys of flake8, and what they are here. What another tool is told is none of our business.
_OURS = MappingProxyType(
    {
        "thu-enable": "enable",
        "thu-function": "function",
        "select": "select",
        "extend-select": "extend-select",
        "ignore": "ignore",
        "extend-ignore": "ignore",
        "per-file-ignores": "per-file-ignores",
        "exclude": "exclude",
        "extend-exclude": "extend-exclude",
    }
)
_FLAKE8_ONLY = "thu-confirm"


def nearest(start: str) -> Configuration | None:
    """Read what flake8 would read in a folder, the table of Flake8-pyproject before its own files.

    Args:
        start: the folder; flake8 goes on to those above it, Flake8-pyproject does not.

    Raises:
        BadOption: if it cannot be read, or holds what means nothing.
    """
    table = Path(start, "pyproject.toml")
    if table.is_file() and (found := read_table(table)) is not None:
        return found
    try:
        # load_config would begin at the current folder, which is an editor's own affair.
        file = _find_config_file(os.path.abspath(start))
    except configparser.Error as error:
        raise BadOption(" ".join(str(error).split())) from None
    return None if file is None else read_file(Path(file))


def read_table(path: Path) -> Configuration | None:
    """Read the table that Flake8-pyproject reads; None if there is none."""
    text = text_of(path)
    table = table_in(text, "flake8", path)
    return None if table is None else _read(table, path, text, "tool.flake8")


def read_file(path: Path) -> Configuration | None:
    """Read flake8's section of a file; None if it has none."""
    text = text_of(path)
    try:
        parser, _ = load_config(str(path), [])
    except (ExecutionError, configparser.Error, UnicodeDecodeError) as error:
        raise BadOption(f"{shown_path(path)}: {' '.join(str(error).split())}") from None
    return _read(parser["flake8"], path, text, "flake8") if "flake8" in parser else None


def _read(section: Mapping[str, Any], path: Path, text: str, name: str) -> Configuration:
    given: dict[str, Given] = {}
    shown, folder = shown_path(path), os.path.dirname(os.path.abspath(path))
    for written, value in section.items():
        key = written.replace("_", "-")
        source = f"{shown}:{line_of(text, name, written)}"
        if key == "thu-python":
            raise refused_interpreter(key, value, source, "--python")
        if key.startswith("thu-") and key not in {*_OURS, _FLAKE8_ONLY}:
            known = ", ".join(one for one in (*_OURS, _FLAKE8_ONLY) if one.startswith("thu-"))
            raise BadOption(f"{source}: there is no key {written!r}; the keys are {known}")
        if key not in _OURS:
            continue
        ours = _OURS[key]
        more = read_value(ours, _value(key, value, source), source, folder)
        if isinstance(more, PerFile):
            given[ours] = Given(replace(more, as_flake8=True), source)
            continue
        before = given.get(ours)
        given[ours] = Given(
            (*(before.value if before else ()), *more),
            f"{before.source}, {source}" if before else source,
        )
    # A list of codes that names none of ours was not written with this checker in mind.
    if "select" in given and not given["select"].value and not _names(given.get("extend-select")):
        del given["select"]
    return Configuration(f"{shown}, [{name}]", given)


def _names(given: Given | None) -> bool:
    return given is not None and bool(given.value)


def _value(key: str, value: Any, source: str) -> object:
    """Return a value as TOML would give it, without the codes of other plugins."""
    if not isinstance(value, str) and not _is_texts(value):
        raise BadOption(f"{source}: {key}: {value!r} is neither a text nor a list of texts")
    if key == "per-file-ignores":
        try:
            mapping = parse_files_to_codes_mapping(value)
        except ExecutionError:
            raise BadOption(f"{source}: {key}: write PATTERN:CODES") from None
        found: dict[str, list[str]] = {}
        for pattern, codes in mapping:
            # The first of two that are alike counts; one without codes of ours hides shorter ones.
            found.setdefault(pattern, _of_ours(codes))
        return found
    texts = parse_comma_separated_list(value) if isinstance(value, str) else value
    return _of_ours(texts) if "select" in key or "ignore" in key else texts


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _of_ours(codes: Sequence[str]) -> list[str]:
    return [one for one in codes if one.startswith(FAMILY) or FAMILY.startswith(one)]
