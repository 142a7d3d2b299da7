"""Read whatever the command line is given: Python 3, Python 2, or a notebook of either."""

from __future__ import annotations

from flake8_theano_updates.source.notebook import Notebook, parse_notebook
from flake8_theano_updates.source.python3 import Parsed
from flake8_theano_updates.source.versions import PythonVersion, parse

NOTEBOOK = ".ipynb"


def read(path: str, data: bytes, version: PythonVersion = "auto") -> Parsed | Notebook:
    """Decode and parse a file; what is called ``*.ipynb`` is a notebook.

    Raises:
        Unreadable: if it cannot be read.
    """
    if path.endswith(NOTEBOOK):
        return parse_notebook(path, data, version)
    return parse(path, data, version)
