"""Findings made by hand, so that these tests rest on nothing but a syntax tree."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

from flake8_theano_updates.model import (
    Finding,
    OrderFault,
    Registration,
    UpdateCollection,
    Verdict,
)
from flake8_theano_updates.runtime import confirm

PATH = "program.py"


def verdict_on(source: str, **how: str) -> Verdict:
    """Confirm the one fault in ``source``; see ``made``."""
    finding, tree = made(source, **how)
    (verdict,) = confirm([finding], {PATH: tree})
    return verdict


def made(
    source: str,
    *,
    read: str,
    reader: str,
    registered: str,
    scope: str = "",
    updates: str = "updates",
    arms: str = "",
) -> tuple[Finding, ast.Module]:
    """Build a finding.

    Args:
        source: the program; the line of the fault's reads ends in ``# read``.
        read: the text of the nodes on that line that are the reads.
        reader: the text of the target whose update takes them.
        registered: the text of the target that is read.
        scope: the name of the function; the module by default.
        updates: the text of what holds the updates; "yield" for a generator.
        arms: tests of the branches that are taken, separated by "; ".
    """
    source = textwrap.dedent(source)
    tree = ast.parse(source)
    line = next(n for n, text in enumerate(source.splitlines(), 1) if text.endswith("# read"))
    found = [node for node in ast.walk(tree) if getattr(node, "name", None) == scope]
    node = found[0] if scope else tree
    assert isinstance(node, (ast.Module, ast.FunctionDef))
    pairs = sorted(_pairs(node), key=lambda pair: (pair.value.lineno, pair.value.col_offset))
    reads = [
        inner
        for inner in ast.walk(node)
        if isinstance(inner, ast.expr) and inner.lineno == line and ast.unparse(inner) == read
        if not any(inner is pair.target for pair in pairs)
    ]
    assert reads, "no read"
    by_target = {ast.unparse(pair.target): pair for pair in reversed(pairs)}
    expression, statement = (node, None) if updates == "yield" else _holder(node, updates)
    taken = [
        (branch, "body")
        for branch in ast.walk(node)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) in arms.split("; ")
    ]
    fault = OrderFault(
        tuple(reads),
        by_target[reader],
        by_target[registered],
        UpdateCollection(node, expression, statement, tuple(pairs)),
        tuple(taken),
    )
    finding = Finding(PATH, line, 1, line, 2, "THU101", "stale-read", "...", fault=fault)
    return finding, tree


def _pairs(scope: ast.AST) -> Iterator[Registration]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.ctx, ast.Load):
            target, value = node.elts
            if isinstance(value, (ast.BinOp, ast.Call)) or ast.unparse(value).endswith("_new"):
                yield Registration(target, value, node.lineno)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None:
                    yield Registration(key, value, key.lineno)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            yield Registration(node.targets[0].slice, node.value, node.lineno)


def _holder(scope: ast.Module | ast.FunctionDef, text: str) -> tuple[ast.expr, ast.stmt]:
    """Return the last expression in ``scope`` that reads ``text`` and its statement."""
    for statement in reversed(scope.body):
        for node in ast.walk(statement):
            if isinstance(node, ast.expr) and ast.unparse(node) == text:
                return node, statement
    raise AssertionError(f"no {text}")
