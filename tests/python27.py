"""What Python 2.7 itself says about the names in a file, to compare with."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from flake8_theano_updates.source.python3 import Parsed

Names = set[tuple[int, int, str]]

# Names that Python 3 has where Python 2 has a statement.
_STATEMENTS = frozenset({"print", "exec"})

# Runs under Python 2.7: names as [line, column in bytes, name], or null for no Python 2.
# The name of `except E, e` is left out: Python 3 keeps no place of it.
_SCRIPT = """
import ast, json, sys
for path in sys.stdin.read().splitlines():
    try:
        tree = ast.parse(open(path, 'rb').read())
    except (SyntaxError, TypeError, ValueError):
        print(json.dumps(None))
        continue
    nodes = list(ast.walk(tree))
    caught = [node.name for node in nodes if isinstance(node, ast.ExceptHandler)]
    found = [node for node in nodes if isinstance(node, ast.Name) and node not in caught]
    print(json.dumps([[node.lineno, node.col_offset, node.id] for node in found]))
"""


def names(python27: str, paths: Iterable[Path]) -> list[list[tuple[int, int, str]] | None]:
    """Return the names of each file as Python 2.7 sees them, with columns in bytes.

    Args:
        python27: the interpreter.
        paths: the files; None in the answer where one is not Python 2.
    """
    given = "\n".join(map(str, paths))
    answer = subprocess.run(
        [python27, "-W", "ignore", "-c", _SCRIPT],
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = map(json.loads, answer.stdout.splitlines())
    return [row if row is None else [tuple(name) for name in row] for row in rows]


def in_characters(
    found: Iterable[tuple[int, int, str]], parsed: Parsed, latin1: bool = False
) -> Names:
    """Return names with columns in characters, without those that stand nowhere in the text.

    Python 2.7 puts a name `None` into `x[::]`, and reading Python 2 puts `repr` for
    backquotes.

    Args:
        found: names with columns in bytes.
        parsed: the file.
        latin1: whether the bytes are those of Latin-1, which Python 2.7 keeps as it is.
    """
    written = set()
    for line, column, name in found:
        text = parsed.lines[line - 1]
        start = column if latin1 else len(text.encode()[:column].decode())
        if text.startswith(name, start):
            written.add((line, start, name))
    return written


def own_names(parsed: Parsed) -> list[tuple[int, int, str]]:
    """Return the names of a tree of Python 3 that are names in Python 2, columns in bytes."""
    nodes = list(ast.walk(parsed.tree))
    # To Python 2 these are strings.
    starred = {
        id(one)
        for node in nodes
        if isinstance(node, ast.arguments)
        for one in (node.vararg, node.kwarg)
    }
    found = []
    for node in nodes:
        if isinstance(node, ast.Name):
            found.append((node.lineno, node.col_offset, node.id))
        elif isinstance(node, ast.arg) and id(node) not in starred:
            found.append((node.lineno, node.col_offset, node.arg))
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | None):
            found.append((node.lineno, node.col_offset, str(node.value)))
    return found


def disagreement(theirs: Names, ours: Names) -> Names:
    """Return the names that only one of the two Pythons has at their place."""
    return {name for name in theirs ^ ours if name in theirs or name[2] not in _STATEMENTS}
