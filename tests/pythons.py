"""Other Pythons of this machine; ``python tests/pythons.py 3.13`` prints where one is."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path


@functools.cache
def find(version: str) -> str | None:
    """Return a Python of this version ("2.7") that runs, from the PATH or from pyenv, or None."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [shutil.which(f"python{version}"), shutil.which(f"python{version[0]}")]
    candidates += map(str, sorted(pyenv.glob(f"versions/{version}*/bin/python{version}")))
    return next((one for one in candidates if one and _is(one, version)), None)


def _is(python: str, version: str) -> bool:
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    # The shims of pyenv are there for every Python that any of its versions has.
    answer = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == version


if __name__ == "__main__":
    sys.exit(
        print(found) if (found := find(sys.argv[1])) else f"there is no Python {sys.argv[1]} here"
    )
