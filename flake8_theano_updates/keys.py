"""What the keys of a configuration may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flake8_theano_updates.options import BadOption, beginnings, compilers, refused_interpreter
from flake8_theano_updates.patterns import anchored, flake8_matches, matches

PYTHONS = ("2", "3", "auto")


@dataclass(frozen=True)
class PerFile:
    """What is ignored in some files.

    Args:
        rows: anchored patterns, each with beginnings of codes.
        as_flake8: whether flake8 is told so: of the patterns that mean a file it takes one, the
            longest; else all of them count.
    """

    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()
    as_flake8: bool = False

    def codes(self, path: str) -> tuple[str, ...]:
        """Return the beginnings of what is ignored in a file."""
        if self.as_flake8:
            meant = [row for row in self.rows if flake8_matches(path, row[0])]
            return max(meant, key=lambda row: len(row[0]), default=("", ()))[1]
        return tuple(code for one, codes in self.rows if matches(path, [one]) for code in codes)


def read_value(key: str, value: object, source: str, folder: str) -> Any:
    """Return what a key holds.

    Args:
        key: its name.
        value: as TOML gives it: texts, lists and tables.
        source: where it stands.
        folder: what patterns of paths begin at.

    Raises:
        BadOption: with the place, if there is no such key, or the value means nothing.
    """
    if key in {"python", "thu-python"}:
        raise refused_interpreter(key, value, source, "--python")
    if key not in KEYS:
        raise BadOption(f"{source}: there is no key {key!r}; the keys are {', '.join(KEYS)}")
    try:
        return KEYS[key](value, folder)
    except BadOption as error:
        raise BadOption(f"{source}: {key}: {error}") from None


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadOption(f'{value!r} is no list of texts, such as ["...", "..."]')
    return tuple(value)


def _codes(value: object, _folder: str) -> tuple[str, ...]:
    return beginnings(_texts(value))


def _functions(value: object, _folder: str) -> tuple[str, ...]:
    texts = _texts(value)
    compilers(texts)
    return texts


def _patterns(value: object, folder: str) -> tuple[str, ...]:
    return anchored(_texts(value), folder)


def _per_file(value: object, folder: str) -> PerFile:
    if not isinstance(value, dict):
        raise BadOption(f'{value!r} is no table, such as {{"tests/*" = ["THU101"]}}')
    codes = [_codes(one, folder) for one in value.values()]
    return PerFile(tuple(zip(anchored(value, folder), codes, strict=True)))


def _python_version(value: object, _folder: str) -> str:
    if value not in PYTHONS:
        raise BadOption(f'{value!r} is none of "2", "3" and "auto"')
    return str(value)


# The keys, and what reads the value of each.
KEYS: Mapping[str, Callable[[object, str], Any]] = MappingProxyType(
    {
        "select": _codes,
        "extend-select": _codes,
        "ignore": _codes,
        "enable": _codes,
        "per-file-ignores": _per_file,
        "function": _functions,
        "exclude": _patterns,
        "extend-exclude": _patterns,
        "python-version": _python_version,
    }
)
