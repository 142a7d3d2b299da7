"""Statements and clauses that Python 3 spells differently than Python 2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from flake8_theano_updates.source.moved_targets import MovedTarget
from flake8_theano_updates.source.rewriting import Rewrite

if TYPE_CHECKING:
    from tree_sitter import Node

_PRINT = "print"
_EXEC = "exec"

# What may stand between `exec` and the expression that holds its `in`.
_AROUND_IN = frozenset({"expression_list", "conditional_expression", "boolean_operator"})


def statement_rewrites(code: bytes, nodes: Mapping[str, list[Node]]) -> Iterator[Rewrite]:
    """Yield what makes Python 3 of print, exec, raise, except and loops over ``1, 2``."""
    for node in nodes.get("print", ()):
        # `print >>f, x` is an expression of Python 3.
        if not any(child.type == "chevron" for child in node.children):
            yield from _as_call(code, node, _PRINT)
    for node in nodes.get("delete", ()):
        if code.startswith(_EXEC.encode(), node.start_byte):
            yield from _as_call(code, node, _EXEC)
            yield from _in_as_comma(node)
    for node in nodes.get("raise", ()):
        yield from _raise(node)
    for comma in nodes.get("except", ()):
        yield Rewrite(comma.start_byte, comma.end_byte, b" as ")
    yield from _loops(nodes.get("loop", ()))


def moved_targets(code: bytes, nodes: Mapping[str, list[Node]]) -> Iterator[MovedTarget]:
    """Yield the parameters in tuples, and what except clauses assign to besides names."""
    prefix = "_target"
    while prefix.encode() in code:
        prefix += "_"
    caught = (comma.next_named_sibling for comma in nodes.get("except", ()))
    targets = [node for node in caught if node is not None and node.type != "identifier"]
    for number, node in enumerate([*nodes.get("parameter", ()), *targets], start=1):
        row, column = node.start_point
        start = node.start_byte
        text = code[start : node.end_byte]
        touches = code[start - 1 : start].isalpha()
        yield MovedTarget(f"{prefix}{number}", text, start, row + 1, column, touches)


def _as_call(code: bytes, node: Node, word: str) -> Iterator[Rewrite]:
    start = node.start_byte + len(word)
    blank = code[start : start + 1] in {b" ", b"\t"}
    yield Rewrite(start, start + blank, b"(")
    yield Rewrite(node.end_byte, node.end_byte, b")")


def _in_as_comma(statement: Node) -> Iterator[Rewrite]:
    node = statement.named_children[0]
    while node.type in _AROUND_IN:
        node = node.named_children[0]
    if node.type == "comparison_operator":
        sign = next(child for child in node.children if not child.is_named)
        yield Rewrite(sign.start_byte, sign.end_byte, b" ,")


def _raise(arguments: Node) -> Iterator[Rewrite]:
    """Write ``raise E, m, traceback`` as ``raise E(m).with_traceback(traceback)``."""
    commas = [child for child in arguments.children if child.type == ","]
    for comma, text in zip(commas, (b"(", b").with_traceback("), strict=False):
        yield Rewrite(comma.start_byte, comma.end_byte, text)
    yield Rewrite(arguments.end_byte, arguments.end_byte, b")")


def _loops(commas: Iterable[Node]) -> Iterator[Rewrite]:
    """Mend what Python 3 refuses of ``[x for x in 1, 2]`` and ``f(x for x in y,)``."""
    seen = set()
    for comma in commas:
        clause = comma.parent
        if clause is None or clause.parent is None or clause.id in seen:
            continue
        seen.add(clause.id)
        if clause.parent.type == "generator_expression":
            yield Rewrite(comma.start_byte, comma.end_byte, b" ")
        else:
            start = clause.children_by_field_name("right")[0].start_byte
            yield Rewrite(start, start, b"(")
            yield Rewrite(clause.end_byte, clause.end_byte, b")")
