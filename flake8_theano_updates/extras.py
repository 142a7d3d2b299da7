"""How to install what only some uses need."""

from __future__ import annotations

import json
from pathlib import Path

_NAME = "flake8-theano-updates"


def install(extra: str) -> str:
    """Return the command that installs an extra of this package, from where that came from.

    An installer writes down what it was given, but for a name that it found on an index
    (PEP 610).
    """
    # Imported here: only a message needs it.
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        written = distribution(_NAME).read_text("direct_url.json")
    except PackageNotFoundError:
        return _command(extra, Path(__file__).resolve().parents[1].as_uri())
    return _command(extra, _origin(json.loads(written)) if written else None)


def _command(extra: str, origin: str | None) -> str:
    return f'pip install "{_NAME}[{extra}]{f" @ {origin}" if origin else ""}"'


def _origin(written: dict[str, str | dict[str, str]]) -> str:
    url, vcs = written["url"], written.get("vcs_info")
    if isinstance(vcs, dict):
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    if folder := written.get("subdirectory"):
        url = f"{url}#subdirectory={folder}"
    return str(url)
