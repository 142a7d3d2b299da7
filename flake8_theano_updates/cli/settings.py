"""What holds for a run: of the command line, else of a configuration file, else by default."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

from flake8_theano_updates import configuration
from flake8_theano_updates.choice import off
from flake8_theano_updates.cli import flake8_files
from flake8_theano_updates.cli.excluding import DEFAULT, Excluding
from flake8_theano_updates.configuration import Configuration, Given
from flake8_theano_updates.keys import KEYS, PerFile
from flake8_theano_updates.options import FAMILY, BadOption, compilers

# What holds where nothing is said; for all others, nothing.
_DEFAULTS = MappingProxyType(
    {
        "select": None,
        "per-file-ignores": PerFile(),
        "exclude": DEFAULT,
        "python-version": "auto",
    }
)
_COMMAND_LINE = "command line"


def settle(options: argparse.Namespace, here: str | None = None) -> None:
    """Give options the values that hold, and all of them as ``options.settings``.

    ``options.folder`` is where paths begin.

    Args:
        options: those of the command line; what it leaves open is None.
        here: the folder from which configurations are looked for, by default the current one.

    Raises:
        BadOption: if a configuration cannot be read, or holds what means nothing.
    """
    options.folder = os.getcwd()
    file = _configuration(options, here or options.folder)
    options.settings = settings = _settings(options, file)
    options.select = settings.choice.codes()
    options.enable = off(options.select)
    options.function = compilers(settings.value("function"))
    options.python_version = settings.value("python-version")
    options.excluding = Excluding(settings.patterns, bool(vars(options).get("force_exclude")))


def _configuration(options: argparse.Namespace, here: str) -> Configuration:
    if options.isolated:
        return Configuration("no configuration file is read (--isolated)")
    if options.config is not None:
        return _named(Path(options.config))
    found = configuration.nearest(here) or flake8_files.nearest(here)
    return found or Configuration("there is no configuration file")


def _named(path: Path) -> Configuration:
    if path.suffix == ".toml":
        found = configuration.read_table(path) or flake8_files.read_table(path)
        part = "[tool.theano-updates]"
    else:
        found = flake8_files.read_file(path)
        part = "[flake8]"
    if found is None:
        raise BadOption(f"--config: {configuration.shown_path(path)} has no {part}")
    return found


def _settings(options: argparse.Namespace, file: Configuration) -> Configuration:
    """Put together what the options and a file give, for the keys that the verb takes."""
    given = {}
    for key in KEYS:
        name = key.replace("-", "_")
        if name not in options:
            continue
        own = getattr(options, name)
        from_file = file.given.get(key)
        if own is None:
            given[key] = from_file or Given(_DEFAULTS.get(key, ()), "default")
        elif from_file is not None and key.startswith("extend-"):
            more = f"{from_file.source}, {_COMMAND_LINE}"
            given[key] = Given((*from_file.value, *own), more)
        else:
            given[key] = Given(tuple(own) if isinstance(own, list) else own, _COMMAND_LINE)
    return Configuration(file.title, given)


def shown(options: argparse.Namespace) -> Iterator[str]:
    """Yield the settings, as lines of a TOML file that says where each comes from."""
    settings: Configuration = options.settings
    yield f"# {settings.title}"
    yield "[tool.theano-updates]"
    for key, given in settings.given.items():
        yield f"{key} = {_toml(key, given.value)}  # {given.source}"
    yield f"# rules: {', '.join(options.select)}"
    if "python" in options:
        yield f"# backend: that of {options.python or sys.executable}"


def _toml(key: str, value: Any) -> str:
    if key == "per-file-ignores":
        rows = (f"{json.dumps(pattern)} = {json.dumps(codes)}" for pattern, codes in value.rows)
        return f"{{{', '.join(rows)}}}"
    return json.dumps([FAMILY] if value is None else value)
