"""One random change of a program: pure functions from a text to another one.

Each takes a program that parses and a source of random numbers; it returns the changed
text, or None where the program has no place for such a change. What it returns need not
parse, but the changes of the syntax tree mostly do.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random

Change = Callable[[str, Random], str | None]
_Block = list[ast.stmt]

_HOLE = "..."
# What statements are put into; the hole is where they stand afterwards.
AROUND_STATEMENTS = (
    "if flag:\n    ...",
    "if flag:\n    pass\nelse:\n    ...",
    "if flag == 0:\n    pass\nelif flag == 1:\n    ...",
    "for item in items:\n    ...",
    "for item in items:\n    ...\nelse:\n    pass",
    "for item in items:\n    if flag:\n        break\n    ...",
    "while flag:\n    ...",
    "try:\n    ...\nexcept Exception as error:\n    pass",
    "try:\n    pass\nexcept Exception:\n    ...",
    "try:\n    pass\nfinally:\n    ...",
    "with scope() as entered:\n    ...",
    "match flag:\n    case {'a': first, **rest}:\n        pass\n    case _:\n        ...",
    "match flag:\n    case [first, *rest] if first:\n        ...",
    "class Holder:\n    ...",
    "class Holder(Base):\n\n    def method(self, item):\n        ...",
    "def helper():\n    ...",
    "def helper(item=None, *, flag=0):\n    return ...",
    "async def helper():\n    ...",
    "async def helper():\n    async for item in items:\n        ...",
    "async def helper():\n    async with scope() as entered:\n        ...",
)
AROUND_EXPRESSIONS = (
    "lambda: ...",
    "(lambda item: ...)(flag)",
    "[... for item in items]",
    "(... for item in items if flag)",
    "{...: item for item in items}",
    "(item := ...)",
    "... if flag else item",
    "flag or ...",
    "not ...",
    "-...",
    "f'{...}'",
    "(..., ...)",
    "[*...]",
    "{**...}",
    "items[...]",
    "helper(...)",
    "helper(*..., flag=...)",
    "(yield ...)",
    "(yield from ...)",
    "(await ...)",
    "...[0]",
    "....T",
    "theano.shared(...)",
    "updates.append((item, ...))",
)
# The names in them, for which names of the program are taken.
_FREE = ("flag", "item", "items", "helper", "scope")


def delete(source: str, random: Random) -> str | None:
    """Leave a statement out."""
    tree, (block, at) = _place(source, random)
    block[at : at + 1] = [] if len(block) > 1 else [ast.Pass()]
    return _written(tree)


def duplicate(source: str, random: Random) -> str | None:
    """Let a statement stand in a second place too."""
    tree, (block, at) = _place(source, random)
    other = random.choice([block, random.choice(list(_blocks(tree)))])
    other.insert(random.randint(0, len(other)), deepcopy(block[at]))
    return _written(tree)


def swap(source: str, random: Random) -> str | None:
    """Exchange two statements of a block."""
    tree = ast.parse(source)
    block = random.choice(list(_blocks(tree)))
    if len(block) < 2:
        return None
    one, other = random.sample(range(len(block)), 2)
    block[one], block[other] = block[other], block[one]
    return _written(tree)


def nest(source: str, random: Random) -> str | None:
    """Put statements into a loop, a branch, a function..."""
    tree, (block, start) = _place(source, random)
    end = random.randint(start + 1, len(block))
    inner = block[start:end]
    around = _filled(random.choice(AROUND_STATEMENTS), tree, random)
    for place in _blocks(ast.Module([around], [])):
        for number, statement in enumerate(place):
            if _is_hole(statement):
                place[number : number + 1] = inner
                block[start:end] = [around]
                return _written(tree)
            if isinstance(statement, ast.Return):
                place[number : number + 1] = [*inner, ast.Return(_some_name(tree, random))]
                block[start:end] = [around]
                return _written(tree)
    return None


def rename(source: str, random: Random) -> str | None:
    """Let a name, in one place or in all, be another name of the program."""
    tree = ast.parse(source)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    if not names:
        return None
    old, new = random.choice(names), random.choice(names).id
    for node in names if random.random() < 0.3 else [old]:
        if node.id == old.id and node is not old:
            node.id = new
    old.id = new
    return _written(tree)


def nest_expression(source: str, random: Random) -> str | None:
    """Put an expression into a lambda, a comprehension, a call..."""
    tree = ast.parse(source)
    chosen = _expression(tree, random)
    if chosen is None:
        return None
    template = _filled(random.choice(AROUND_EXPRESSIONS), tree, random)
    assert isinstance(template, ast.Expr)
    around = _Replace(_is_hole, chosen).visit(template.value)
    return _written(_Replace(lambda node: node is chosen, around).visit(tree))


def exchange(source: str, random: Random) -> str | None:
    """Write one expression of the program in the place of another."""
    tree = ast.parse(source)
    one, other = _expression(tree, random), _expression(tree, random)
    if one is None or other is None:
        return None
    return _written(_Replace(lambda node: node is one, deepcopy(other)).visit(tree))


def change_tokens(source: str, random: Random) -> str | None:
    """Leave a token out, write it twice, or write another one there."""
    try:
        read = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    tokens = [token for token in read if token.string.strip()]
    if not tokens:
        return None
    starts = [0]
    for line in io.StringIO(source):
        starts.append(starts[-1] + len(line))
    token, other = random.choice(tokens), random.choice(tokens)
    start = starts[token.start[0] - 1] + token.start[1]
    end = starts[token.end[0] - 1] + token.end[1]
    text = random.choice(["", f"{token.string} {token.string}", other.string])
    return source[:start] + text + source[end:]


CHANGES: dict[str, Change] = {
    "delete": delete,
    "duplicate": duplicate,
    "swap": swap,
    "nest": nest,
    "rename": rename,
    "nest expression": nest_expression,
    "exchange": exchange,
    "tokens": change_tokens,
}


class _Replace(ast.NodeTransformer):
    """Put an expression where the first node is that is asked for."""

    def __init__(self, is_wanted: Callable[[ast.AST], bool], new: ast.AST) -> None:
        self._is_wanted = is_wanted
        self._new = new
        self._done = False

    def visit(self, node: ast.AST) -> ast.AST:
        if self._is_wanted(node):
            if not self._done:
                self._done = True
                return self._new
            return deepcopy(self._new)
        return self.generic_visit(node)


def _written(tree: ast.AST) -> str | None:
    try:
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    except (ValueError, RecursionError):
        return None  # such as a name where a text of an f-string has stood


def _blocks(tree: ast.AST) -> Iterator[_Block]:
    """Visit every list of statements."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block:
                yield block


def _place(source: str, random: Random) -> tuple[ast.Module, tuple[_Block, int]]:
    """Return the tree of a program, and a statement in it, all alike likely."""
    tree = ast.parse(source)
    tree.body = tree.body or [ast.Pass()]
    return tree, random.choice([(b, at) for b in _blocks(tree) for at in range(len(b))])


def _is_hole(node: ast.AST) -> bool:
    inner = node.value if isinstance(node, ast.Expr) else node
    return isinstance(inner, ast.Constant) and inner.value is ...


def _expression(tree: ast.AST, random: Random) -> ast.expr | None:
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.expr)
        and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
        and not isinstance(node, (ast.Slice, ast.FormattedValue, ast.Starred))
    ]
    return random.choice(found) if found else None


def _some_name(tree: ast.AST, random: Random) -> ast.Name:
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return ast.Name(random.choice(names or ["flag"]), ast.Load())


def _filled(template: str, tree: ast.AST, random: Random) -> ast.stmt:
    """Let names in a template be names of the program, mostly."""
    (node,) = ast.parse(template).body
    new = {name: _some_name(tree, random).id for name in _FREE if random.random() < 0.5}
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            child.id = new.get(child.id, child.id)
    return node
