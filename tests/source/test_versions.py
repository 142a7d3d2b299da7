"""Telling Python 2 from Python 3, and notebooks from either."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

from flake8_theano_updates.source import python3
from flake8_theano_updates.source.notebook import Notebook
from flake8_theano_updates.source.python3 import Parsed, Unreadable
from flake8_theano_updates.source.reading import read
from flake8_theano_updates.source.versions import PythonVersion, parse

WITH_EXTRA = "the extra py2 is not installed"


def unreadable(data: bytes, version: PythonVersion = "auto") -> str:
    with pytest.raises(Unreadable) as caught:
        parse("a.py", data, version)
    return str(caught.value)


def test_python3_first() -> None:
    code = b"print('%s' % a, f'{b}')"
    assert parse("a.py", code).text == python3.parse("a.py", code).text


def test_python2_where_python3_refuses() -> None:
    pytest.importorskip("tree_sitter_python", reason=WITH_EXTRA)
    parsed = parse("a.py", b"print '\xc3\xa9', a")
    assert ast.unparse(parsed.tree) == "print('é', a)"


def test_the_version_that_is_asked_for() -> None:
    pytest.importorskip("tree_sitter_python", reason=WITH_EXTRA)
    strings = [
        node.value
        for version in ("2", "3", "auto")
        for node in ast.walk(parse("a.py", b"b'a'", version).tree)
        if isinstance(node, ast.Constant)
    ]
    assert strings == ["a", b"a", b"a"]
    assert "Python 2" in unreadable(b"print 1", "3")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        # Python 3 stops at the print, Python 2 at what is wrong.
        (b"print 1\nx = (\n", "a.py:2:5: syntax error, also as Python 2: "),
        (b"x = 1\ny = )\n", "a.py:2:5: syntax error: unmatched ')'"),
        (b"x = 1\n\0", "a.py:2:1: not text: it holds null bytes"),
        # What looks like Python 2 is not always.
        (b"x = `1 +`\n", "a.py:1:5: syntax error: invalid syntax"),
    ],
)
def test_the_parser_that_got_further_complains(data: bytes, complaint: str) -> None:
    pytest.importorskip("tree_sitter_python", reason=WITH_EXTRA)
    assert unreadable(data).startswith(complaint)


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert not done.stderr
    return done.stdout


def test_without_the_extra_says_why_and_what_to_install() -> None:
    said = run(
        "import sys; sys.modules['tree_sitter'] = None\n"
        "from flake8_theano_updates.source.reading import read\n"
        "try: read('a.py', b'x = 1\\nprint x')\n"
        "except Exception as error: print(error)\n"
    )
    assert said.startswith(
        "a.py:2:1: it looks like Python 2 (print statement); "
        'to read Python 2: pip install "flake8-theano-updates[py2]'
    )
    assert said.count("\n") == 1


def test_without_the_extra_no_other_error_is_called_python_2() -> None:
    said = run(
        "import sys; sys.modules['tree_sitter'] = None\n"
        "from flake8_theano_updates.source.reading import read\n"
        "try: read('a.py', b'x = )')\n"
        "except Exception as error: print(error)\n"
    )
    assert said == "a.py:1:5: syntax error: unmatched ')'\n"


@pytest.mark.parametrize(
    ("code", "needed", "name"),
    [
        ("try: pass\nexcept* E: pass", (3, 11), "except*"),
        ("type X = int", (3, 12), "a type statement"),
        ("def f[T](x: T): pass", (3, 12), "a list of type parameters"),
        ("x = f'{a['b']}'", (3, 12), "an f-string with its own quotes within"),
        ("x = t'{a}'", (3, 14), "a template string"),
    ],
)
@pytest.mark.parametrize("version", ["3", "auto"])
def test_what_a_newer_python_has_is_told(
    code: str, needed: tuple[int, int], name: str, version: PythonVersion
) -> None:
    own = sys.version_info[:2]
    if own >= needed:
        assert parse("a.py", code.encode(), version).python == 3
        return
    reason = f"; {name} needs Python 3.{needed[1]}, and 3.{own[1]} runs this"
    assert unreadable(code.encode(), version).endswith(reason)


def test_python3_needs_no_tree_sitter() -> None:
    notebook = {"nbformat": 4, "cells": [{"cell_type": "code", "source": "%pylab\na = 1"}]}
    said = run(
        "import sys\n"
        "from flake8_theano_updates.source.reading import read\n"
        "read('a.py', b'print(1)')\n"
        f"read('a.ipynb', {json.dumps(notebook).encode()!r})\n"
        "print('tree_sitter' in sys.modules)\n"
    )
    assert said == "False\n"


def test_notebooks_are_told_by_their_name() -> None:
    assert isinstance(read("a.ipynb", b'{"nbformat": 4, "cells": []}'), Notebook)
    assert isinstance(read("a.py", b'{"nbformat": 4, "cells": []}'), Parsed)
