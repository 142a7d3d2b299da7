"""What a run compiled that could not be looked at, and why, in words."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flake8_theano_updates.trace.recorded import Run

# What Theano 1.0.5 asks NumPy about BLAS, which NumPy 1.22 and newer no longer tell.
_NOT_TOLD = "blas_opt_info"
_FLAGS = "THEANO_FLAGS"
_NOTHING_ASKED = "blas.ldflags="


def left_out(run: Run) -> Iterator[str]:
    """Yield what could not be seen of a run, a line each."""
    for name, why in run.broken:
        yield f"{name} could not be imported: {_cure(why)}{_line(why)}"
    if run.missed:
        first = _line(run.missed[0])
        other = "" if len(run.missed) == 1 else ", for the first"
        yield f"{counted(len(run.missed))} could not be looked at{other}: {first}"
    if run.error is not None:
        yield f"not all functions could be looked at: {_line(run.error)}"


def _cure(why: str) -> str:
    """Return what the user can do about an error that is known."""
    if _NOT_TOLD not in why:
        return ""
    flags = ",".join(filter(None, (os.environ.get(_FLAGS), _NOTHING_ASKED)))
    return f"put {_FLAGS}={flags} into the environment, as NumPy no longer tells what it asks: "


def counted(functions: int) -> str:
    """Say how many functions there are."""
    return "1 function" if functions == 1 else f"{functions} functions"


def _line(error: str) -> str:
    return " ".join(error.split())
