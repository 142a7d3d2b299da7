"""Run programs by Theano; a program of its own, for Theano has to be set up.

Standard input is a JSON array of sources that leave a function ``step`` and variables ``v``
and ``w``; standard output is one with the values of the two after each call, or with the
error.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Any

CALLS = 3


def _trajectory(source: str) -> object:
    space: dict[str, Any] = {}
    try:
        exec(compile(source, "program", "exec"), space)
        rows = []
        for _ in range(CALLS):
            space["step"]()
            rows.append([float(space[name].get_value()) for name in "vw"])
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return rows


def main() -> None:
    """Answer one array with another."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["THEANO_FLAGS"] = (
            "cxx=,blas.ldflags=,device=cpu,floatX=float64,mode=FAST_COMPILE,optimizer=None,"
            f"linker=py,base_compiledir={folder}"
        )
        answers = [_trajectory(source) for source in json.load(sys.stdin)]
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
