"""What the keys of a configuration may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from flake8_theano_updates.options import BadOption, beginnings, compilers, refused_interpreter
from flake8_theano_updates.patterns import anchored

PYTHONS = ("2", "3", "auto")

# Patterns of files, and what is ignored in them.
PerFile = tuple[tuple[str, tuple[str, ...]], ...]


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
    return tuple(zip(anchored(value, folder), codes, strict=True))


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
