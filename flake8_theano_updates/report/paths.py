"""Paths as reports for other programs write them."""

from __future__ import annotations

import os
from pathlib import Path


def below(path: str, root: Path | None = None) -> str | None:
    """Return a path relative to a folder that it is in, with ``/``; None where it is not in it.

    Args:
        path: the path, relative to the folder or absolute.
        root: the folder, which is the current one by default.
    """
    start = root or Path.cwd()
    relative = os.path.relpath(os.path.normpath(start / path), start)
    return None if relative.split(os.sep)[0] == os.pardir else relative.replace(os.sep, "/")
