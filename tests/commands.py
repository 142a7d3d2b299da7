"""Run the installed programs as a user does, away from the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SCRIPTS = Path(sysconfig.get_path("scripts"))


def run(
    program: str, *arguments: object, cwd: Path, stdin: str | bytes | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a console script of this environment."""
    return _finished([str(_SCRIPTS / program), *map(str, arguments)], cwd, stdin)


def run_python(
    *arguments: object, cwd: Path, stdin: str | bytes | None = None
) -> subprocess.CompletedProcess[str]:
    """Run this environment's Python."""
    return _finished([sys.executable, *map(str, arguments)], cwd, stdin)


def run_json(*arguments: object, cwd: Path) -> list[dict[str, Any]]:
    """Run ``theano-updates`` and return the array that it prints."""
    done = run("theano-updates", *arguments, "--format", "json", cwd=cwd)
    assert done.stderr == ""
    return json.loads(done.stdout, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(f"not strict JSON: {constant}")


def _finished(
    command: Sequence[str], cwd: Path, stdin: str | bytes | None
) -> subprocess.CompletedProcess[str]:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(command, cwd=cwd, input=data, capture_output=True, check=False)
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )
