"""What a snippet may take from the rest of the module: imports, functions, constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flake8_theano_updates.interpreter.names import BACKENDS
from flake8_theano_updates.interpreter.values import dotted
from flake8_theano_updates.model import Scope

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Names that modules without a visible import (a star import, a notebook's cell) use for these.
USUAL = {
    "theano": "theano",
    "T": "theano.tensor",
    "TT": "theano.tensor",
    "tensor": "theano.tensor",
    "np": "numpy",
    "numpy": "numpy",
    "OrderedDict": "collections.OrderedDict",
}
MADE_FOR = {"lasagne": "theano", "pylearn2": "theano", "pymc3": "theano", "pymc": "pytensor"}
SAME = {
    "aesara": "theano",
    "pytensor": "theano",
    "six.moves": "builtins",
    "future_builtins": "builtins",
}


@dataclass(frozen=True)
class Module:
    """A module's tree and what can be looked up in it.

    Args:
        tree: the whole tree.
        imports: what each imported name stands for, as ``theano.tensor.grad``.
        functions: the module's own functions by name.
        classes: its classes by name.
        backends: the backends that it imports, in their order.
        plain: those of its functions that only compute.
    """

    tree: ast.Module
    imports: Mapping[str, str]
    functions: Mapping[str, Function]
    classes: Mapping[str, ast.ClassDef]
    backends: tuple[str, ...]
    plain: Mapping[str, Function] = field(default_factory=dict)

    def full_name(self, node: ast.AST) -> str | None:
        """Return ``theano.tensor.sqrt`` for ``T.sqrt``, or None if it is not imported."""
        chain = dotted(node)
        if chain is None:
            return None
        root, _, rest = chain.partition(".")
        whole = self.imports.get(root)
        if whole is None:
            return None
        return canonical(f"{whole}.{rest}" if rest else whole)

    def owner(self, scope: Scope) -> ast.ClassDef | None:
        """Return the class whose method ``scope`` is."""
        for name in self.classes:
            if any(statement is scope for statement in self.classes[name].body):
                return self.classes[name]
        return None

    def lineage(self, owner: ast.ClassDef | None) -> Iterator[ast.ClassDef]:
        """Yield a class and those of its bases that stand in this module."""
        seen: set[str] = set()
        waiting = [owner] if owner else []
        while waiting:
            one = waiting.pop(0)
            if one.name in seen:
                continue
            seen.add(one.name)
            yield one
            waiting.extend(
                self.classes[base.id]
                for base in one.bases
                if isinstance(base, ast.Name) and base.id in self.classes
            )

    def methods(self, owner: ast.ClassDef | None, name: str) -> Iterator[Function]:
        """Yield the methods called ``name`` of a class and its bases, the nearest first."""
        for one in self.lineage(owner):
            for statement in one.body:
                if isinstance(statement, Function) and statement.name == name:
                    yield statement


def look_up(tree: ast.Module) -> Module:
    """Index a module."""
    imports: dict[str, str] = {}
    backends: dict[str, None] = {}
    bound: set[str] = set()
    functions: dict[str, Function] = {}
    classes: dict[str, ast.ClassDef] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                imports[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                package = "." * node.level + (node.module or "")
                imports[alias.asname or alias.name] = f"{package}.{alias.name}"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.ClassDef):
            classes.setdefault(node.name, node)
        backends.update(dict.fromkeys(_backends(node)))
    for statement in tree.body:
        if isinstance(statement, Function):
            functions[statement.name] = statement
    for name, whole in USUAL.items():
        if name not in bound and name not in functions:
            imports.setdefault(name, whole)
    return Module(tree, imports, functions, classes, tuple(backends))


def _backends(node: ast.AST) -> Iterator[str]:
    """Yield the backends that a statement imports; a library speaks for the one it is made for."""
    modules: list[str] = []
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        modules = [node.module]
    for module in modules:
        root = module.partition(".")[0]
        root = MADE_FOR.get(root, root)
        if root in BACKENDS:
            yield root


def canonical(full: str) -> str:
    """Let the backends' names, and old places of what they use, be Theano's."""
    if full.endswith(".OrderedDict"):
        return "collections.OrderedDict"
    inside = full.lstrip(".")
    if inside != full and inside.partition(".")[0] == "backend":
        return f"keras.{inside}"  # as Keras' own modules import it
    for old, new in SAME.items():
        if full == old or full.startswith(old + "."):
            return new + full[len(old) :]
    return full
