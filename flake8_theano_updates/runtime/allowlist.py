"""Refuse programs that hold anything but the building of updates on stand-ins.

What is verified is the part of a snippet that came from the user: its function ``build``,
which begins with imports. The rest is this package's own text.
"""

from __future__ import annotations

import ast
import string
import symtable
from collections import Counter
from collections.abc import Iterator

from flake8_theano_updates.interpreter.names import BACKENDS
from flake8_theano_updates.interpreter.values import dotted
from flake8_theano_updates.runtime.names import ATTRIBUTES, BUILTINS, KNOWN, is_module
from flake8_theano_updates.runtime.stand_ins import FIELD, StandIns

LARGEST = 10**9
LARGEST_EXPONENT = 64
LONGEST = 200  # characters of a text
MOST = 20_000  # nodes of a program

_MODULES = ("collections", "functools", "itertools", "numpy")
_SYNTAX = (
    ast.Module, ast.Import, ast.ImportFrom, ast.alias, ast.FunctionDef, ast.arguments, ast.arg,
    ast.Return, ast.Assign, ast.AugAssign, ast.For, ast.If, ast.Expr, ast.Pass, ast.Break,
    ast.Continue, ast.Yield, ast.YieldFrom, ast.ListComp, ast.SetComp, ast.GeneratorExp,
    ast.DictComp, ast.comprehension, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp,
    ast.Call, ast.keyword, ast.Lambda, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Subscript,
    ast.Slice, ast.Starred, ast.Attribute, ast.Name, ast.Constant, ast.NamedExpr,
    ast.boolop, ast.unaryop, ast.cmpop, ast.Add, ast.Sub, ast.Mult, ast.Div,
    ast.Mod, ast.Pow, ast.FloorDiv, ast.BitOr, ast.BitAnd, ast.MatMult,
)  # fmt: skip


class RefusedError(Exception):
    """The program holds something that is not on the list."""


def verify(build: str, imports: int, made: StandIns, frame: frozenset[str]) -> None:
    """Check the part of a snippet that came from the user.

    Args:
        build: its function ``build``.
        imports: how many of its first statements are imports, or ``T = theano.tensor``.
        made: the stand-ins in it, whose attributes are the only ones besides those of
            tensors, arrays, lists and mappings.
        frame: the functions of the frame that it may call.

    Raises:
        RefusedError: it holds something that is not on the list.
    """
    try:
        tree = ast.parse(build)
        table = symtable.symtable(build, "build", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RefusedError(f"the cut is no program: {error}") from None
    for problem in _Check(tree, imports, table, made, frame).problems():
        raise RefusedError(f"refused: {problem}")


class _Check:
    def __init__(
        self,
        tree: ast.Module,
        imports: int,
        table: symtable.SymbolTable,
        made: StandIns,
        frame: frozenset[str],
    ) -> None:
        self._table = table
        (build,) = tree.body
        assert isinstance(build, ast.FunctionDef)
        self._renamings = [s for s in build.body[:imports] if isinstance(s, ast.Assign)]
        renamings = {id(node) for statement in self._renamings for node in ast.walk(statement)}
        # Python shares one Load and one Store among all names: they say nothing of a place.
        self._nodes = [
            node
            for node in ast.walk(tree)
            if id(node) not in renamings and not isinstance(node, ast.expr_context)
        ]
        self._imports = dict.fromkeys(BACKENDS, "theano") | {name: name for name in _MODULES}
        self._made = made
        # ``self.model = model`` is one more name of an object of ours, to read from it only.
        self._aliases = {
            chain
            for node in self._nodes
            if isinstance(node, ast.Assign) and dotted(node.value) in made.namespaces
            for chain in map(dotted, node.targets)
            if chain is not None
        }
        self._frame = frame
        self._attributes = made.attributes | {
            node.attr
            for node in self._nodes
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and dotted(node.value) in made.namespaces
        }
        self._inner = {id(node.value) for node in self._nodes if isinstance(node, ast.Attribute)}

    def problems(self) -> Iterator[str]:
        if len(self._nodes) > MOST:
            yield "it is too long"
        for node in self._nodes:
            if not isinstance(node, _SYNTAX):
                yield f"it holds {_article(type(node).__name__)}"
        for node in self._nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from self._import(node)
        for statement in self._renamings:
            yield from self._renaming(statement)
        for node in self._nodes:
            yield from self._node(node)
        yield from self._free()
        yield from self._rebound()

    def _node(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.FunctionDef(name=name) | ast.arg(arg=name) if "__" in name:
                yield f"it uses the name {name}"
            case ast.FunctionDef(name=name) | ast.arg(arg=name) if name in self._imports:
                yield f"it rebinds {name}"
            case ast.FunctionDef() if node.decorator_list:
                yield f"the function {node.name} is decorated"
            case ast.keyword() if "__" in (node.arg or ""):
                yield f"it uses the name {node.arg}"
            case ast.Constant():
                yield from self._constant(node.value)
            case ast.BinOp(op=ast.Pow(), right=right):
                yield from self._exponent(right)
            case ast.Name():
                yield from self._name(node)
            case ast.Attribute() if id(node) not in self._inner:
                yield from self._chain(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        for alias in node.names:
            inside = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            full = inside + alias.name
            if full not in KNOWN and not is_module(full):
                yield f"it imports {full}"
            bound = full if alias.asname else full.partition(".")[0]
            name = alias.asname or alias.name.partition(".")[0]
            self._imports[name] = full if isinstance(node, ast.ImportFrom) else bound

    def _renaming(self, statement: ast.Assign) -> Iterator[str]:
        """Check ``name = theano.tensor.sqr`` at the beginning of ``build``."""
        full = dotted(statement.value) or ""
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        if len(names) != 1 or full.partition(".")[0] != "theano" or "__" in names[0]:
            yield f"it holds {ast.unparse(statement)}"
        elif names[0] in self._imports:
            yield f"it rebinds {names[0]}"
        elif full not in KNOWN and not is_module(full):
            yield f"it uses {full}"
        else:
            self._imports[names[0]] = full

    def _constant(self, value: object) -> Iterator[str]:
        if isinstance(value, (str, bytes)):
            if len(value) > LONGEST or "__" in str(value):
                yield "it holds a text that could name something else"
        elif isinstance(value, int) and abs(value) > LARGEST:
            yield f"it holds a number above {LARGEST:,}"

    def _exponent(self, right: ast.expr) -> Iterator[str]:
        for node in ast.walk(right):
            if isinstance(node, ast.Constant) and isinstance(node.value, int):
                if abs(node.value) > LARGEST_EXPONENT:
                    yield f"it holds an exponent above {LARGEST_EXPONENT}"

    def _name(self, node: ast.Name) -> Iterator[str]:
        if "__" in node.id:
            yield f"it uses the name {node.id}"
        elif node.id in self._imports:
            if isinstance(node.ctx, ast.Store):
                yield f"it rebinds {node.id}"
            elif id(node) not in self._inner and self._imports[node.id] not in KNOWN:
                yield f"it hands on the module {node.id}"

    def _free(self) -> Iterator[str]:
        """Check the names that no function binds, by the rules of Python itself."""
        known = {*self._imports, *self._frame, *BUILTINS}
        waiting = self._table.get_children()
        while waiting:
            table = waiting.pop()
            waiting += table.get_children()
            for symbol in table.get_symbols():
                if symbol.is_global() and symbol.get_name() not in known:
                    yield f"it uses {symbol.get_name()}, which has no stand-in"

    def _chain(self, node: ast.Attribute) -> Iterator[str]:
        """Check ``a.b.c`` as a whole."""
        steps: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            steps.insert(0, base.attr)
            base = base.value
        if any("__" in step for step in steps):
            yield f"it uses the attribute {'.'.join(steps)}"
            return
        path = base.id if isinstance(base, ast.Name) else ""
        if steps[-1] == "format" and not _is_plain_text(node.value):
            yield "it formats by a text that could name something else"
        if path in self._imports:
            if not isinstance(node.ctx, ast.Load):
                yield f"it sets {path}.{'.'.join(steps)}"
            yield from self._import_chain(self._imports[path], steps)
            return
        reads = self._aliases if isinstance(node.ctx, ast.Load) else frozenset()
        while (path in self._made.namespaces or path in reads) and steps:
            step = steps.pop(0)
            path = f"{path}.{step}"
            if step not in self._attributes:
                yield f"it uses the attribute {path}"
        if isinstance(node.ctx, ast.Store) and steps:
            yield f"it sets the attribute {steps[-1]}"
        for step in steps:
            if step not in ATTRIBUTES and not step.startswith(FIELD):
                yield f"it uses the attribute {step}"

    def _import_chain(self, full: str, steps: list[str]) -> Iterator[str]:
        while steps and (full not in KNOWN or f"{full}.{steps[0]}" in KNOWN):
            full = f"{full}.{steps.pop(0)}"
        if full not in KNOWN:
            yield f"it uses {full}"
        for step in steps:
            if step not in ATTRIBUTES:
                yield f"it uses the attribute {step}"

    def _rebound(self) -> Iterator[str]:
        """Objects with attributes of their own must stay what they are."""
        stores: Counter[str] = Counter()
        loads: Counter[str] = Counter()
        for node in self._nodes:
            if isinstance(node, ast.FunctionDef):
                stores[node.name] += 1
            elif isinstance(node, (ast.Name, ast.Attribute)):
                chain = dotted(node)
                counter = loads if isinstance(node.ctx, ast.Load) else stores
                counter[chain or ""] += 1
        objects = self._made.namespaces | self._aliases
        for path in objects:
            if stores[path] > 1:
                yield f"it rebinds {path}"
        roots = {path.partition(".")[0] for path in objects}
        for node in self._nodes:
            if isinstance(node, (ast.FunctionDef, ast.Lambda)):
                names = [a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)]
                for name in roots.intersection(names):
                    if not self._is_method(node, names, name, loads):
                        yield f"it rebinds {name}"

    def _is_method(
        self, node: ast.FunctionDef | ast.Lambda, names: list[str], name: str, loads: Counter[str]
    ) -> bool:
        """Is a function only used as ``functools.partial(function, name)``?"""
        if isinstance(node, ast.Lambda) or names[0] != name or loads[node.name] != 1:
            return False
        return any(
            isinstance(call, ast.Call)
            and dotted(call.func) == "functools.partial"
            and [dotted(argument) for argument in call.args] == [node.name, name]
            for call in self._nodes
        )


def _is_plain_text(node: ast.expr) -> bool:
    """Is this a text whose fields are whole arguments, not what these hold?"""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    try:
        fields = list(string.Formatter().parse(node.value))
    except ValueError:
        return False
    return not any(
        set(".[").intersection(name or "") or "{" in (how or "") for _, name, how, _ in fields
    )


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name} statement or expression"
