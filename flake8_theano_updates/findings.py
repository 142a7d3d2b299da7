"""From the syntax tree of a file to its findings: what every door calls."""

from __future__ import annotations

import ast
from collections.abc import Collection as Codes
from collections.abc import Iterator, Sequence

from flake8_theano_updates.checks.collections import Pair, collections_of, text_of
from flake8_theano_updates.checks.order import (
    Suspicion,
    arms_of,
    message_of,
    order_suspicions,
)
from flake8_theano_updates.interpreter.names import is_theano_code, may_hold_updates
from flake8_theano_updates.interpreter.scopes import Worth, interpret
from flake8_theano_updates.model import Finding, OrderFault, Registration, UpdateCollection
from flake8_theano_updates.rules import BY_CODE


def check(
    tree: ast.Module, lines: Sequence[str], path: str, enable: Codes[str] = ()
) -> list[Finding]:
    """Return the findings of one file, sorted by place.

    Args:
        tree: the file's syntax tree.
        lines: its lines, with or without their ends.
        path: its name, for the findings only.
        enable: codes that are off by default and wanted.
    """
    text = "\n".join(lines).lower()
    if not is_theano_code(text):
        return []
    found: dict[tuple[str, int, int, str | None], Finding] = {}
    for scope in interpret(tree, _worth(text)):
        for collection in collections_of(scope):
            for suspicion in order_suspicions(collection):
                finding = _order_finding(suspicion, lines, path)
                place = (finding.code, finding.line, finding.column, finding.variable)
                found.setdefault(place, finding)
    return sorted(found.values(), key=lambda f: (f.line, f.column, f.code))


def _worth(text: str) -> Worth:
    """Return whether a function or class of a file may hold a finding, by its text alone."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)

    def worth(node: ast.stmt) -> bool:
        end = min(node.end_lineno or node.lineno, len(starts) - 1)
        return may_hold_updates(text[starts[node.lineno - 1] : starts[end]])

    return worth


def _order_finding(suspicion: Suspicion, lines: Sequence[str], path: str) -> Finding:
    rule = BY_CODE["THU101" if suspicion.stale else "THU102"]
    read = suspicion.reads[0].node
    registered = _registration(suspicion.registered)
    reader = _registration(suspicion.reader)
    new_value = _new_value(suspicion)
    return Finding(
        path=path,
        line=read.lineno,
        column=character(lines, read.lineno, read.col_offset) + 1,
        end_line=read.end_lineno or read.lineno,
        end_column=character(lines, read.end_lineno or read.lineno, read.end_col_offset or 0) + 1,
        code=rule.code,
        name=rule.name,
        message=message_of(suspicion, new_value, registered.line),
        variable=text_of(suspicion.reads[0]),
        target=text_of(suspicion.reader.target),
        registered_line=registered.line,
        update_line=reader.line,
        new_value=new_value,
        fault=_fault(suspicion, reader, registered),
    )


def character(lines: Sequence[str], line: int, offset: int) -> int:
    """Turn a syntax tree's column in UTF-8 bytes into one in characters, both from 0."""
    text = lines[line - 1] if line <= len(lines) else ""
    if text.isascii():
        return offset
    return len(text.encode()[:offset].decode(errors="replace"))


def _registration(pair: Pair) -> Registration:
    return Registration(pair.target.node, pair.value.node, pair.target.node.lineno)


def _new_value(suspicion: Suspicion) -> str | None:
    """Return the name that holds the new value, if it has one."""
    value = suspicion.registered.value.node
    if isinstance(value, (ast.Name, ast.Attribute)):
        return ast.unparse(value)
    container = suspicion.collection.container
    if suspicion.stale and suspicion.registered.entry.key is not None and container.expression:
        if container.kind == "mapping" and isinstance(container.expression, (ast.Name, ast.Attribute)):
            return f"{ast.unparse(container.expression)}[{text_of(suspicion.registered.target)}]"
    return None


def _fault(suspicion: Suspicion, reader: Registration, registered: Registration) -> OrderFault:
    collection = suspicion.collection
    container = collection.container
    node = container.node
    expression = container.expression
    if expression is None:
        assert isinstance(node, (ast.expr, ast.FunctionDef, ast.AsyncFunctionDef))
        whole: ast.expr | ast.FunctionDef | ast.AsyncFunctionDef = node
    else:
        whole = expression
    return OrderFault(
        reads=tuple(_nodes(suspicion)),
        reader=reader,
        registered=registered,
        collection=UpdateCollection(
            scope=collection.scope.node,
            expression=whole,
            statement=container.last if isinstance(whole, ast.expr) else None,
            registrations=tuple(_registration(pair) for pair in collection.pairs),
        ),
        arms=arms_of(suspicion),
    )


def _nodes(suspicion: Suspicion) -> Iterator[ast.expr]:
    for read in suspicion.reads:
        yield read.node
