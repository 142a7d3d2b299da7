"""The text of the frame, function by function, for programs to take what they need of it."""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Iterable
from pathlib import Path

_FRAMES = tuple(
    Path(__file__).with_name(name) for name in ("frame.py", "frame_pairs.py", "frame_generators.py")
)

# What a program's own names must not hide.
_OF_PROGRAMS = "theano numpy read updates build run CALLS FORM KEPT LATE NAMES name os warnings"


def needed(names: Iterable[str]) -> list[str]:
    """Return the text of the functions that ``names`` are, and of those that they call.

    Args:
        names: names in a program; those that are no functions of the frame count for nothing.
    """
    functions = _functions()
    found: set[str] = set()
    waiting = [name for name in names if name in functions]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_called(name) - found)
    return [text for name, text in functions.items() if name in found]


@functools.cache
def reserved() -> frozenset[str]:
    """Return the names that mean something in every program."""
    return frozenset([*_functions(), *_OF_PROGRAMS.split(), *dir(builtins), "xrange", "unicode"])


@functools.cache
def _functions() -> dict[str, str]:
    """Return the source of each function and class of the frame, by name."""
    found = {}
    for path in _FRAMES:
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                segment = ast.get_source_segment(text, node)
                assert segment is not None
                found[node.name] = segment
    return found


@functools.cache
def _called(name: str) -> frozenset[str]:
    functions = _functions()
    return names_read(functions[name]) & functions.keys()


def names_read(text: str) -> frozenset[str]:
    """Return the names that a text takes from outside of its functions."""
    names = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return frozenset(node.id for node in names if node.id not in stored)
