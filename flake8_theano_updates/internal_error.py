"""THU000: the finding that stands for an error of this program itself."""

from __future__ import annotations

import traceback
from pathlib import PurePath

from flake8_theano_updates.model import Finding
from flake8_theano_updates.rules import BY_CODE
from flake8_theano_updates.values import printable

CODE = "THU000"


def internal_error(path: str, error: Exception) -> Finding:
    """Make a finding on line 1 of the file whose check failed.

    Args:
        path: the file that was being checked.
        error: what was raised; the message says where.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    words = printable(" ".join(f"{type(error).__name__}: {error}".split()))
    return Finding(
        path=path,
        line=1,
        column=1,
        end_line=1,
        end_column=1,
        code=CODE,
        name=BY_CODE[CODE].name,
        message=f"internal error: {words}{place}; please report it",
    )
