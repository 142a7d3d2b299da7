"""What the command line says on standard error."""

from __future__ import annotations

import sys

from flake8_theano_updates.values import printable


def complain(line: str) -> None:
    """Say on one line what could not be done."""
    print(printable(f"theano-updates: {line}"), file=sys.stderr)
