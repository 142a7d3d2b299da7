"""Functions of a module that only compute, so that a snippet can hold them as they are."""

from __future__ import annotations

import ast
from dataclasses import replace

from flake8_theano_updates.runtime.module import Module
from flake8_theano_updates.runtime.names import (
    BUILTINS,
    KNOWN,
    TENSOR_ATTRIBUTES,
    facade,
    is_module,
)
from flake8_theano_updates.runtime.statements import clean

_SYNTAX = (
    ast.Assign, ast.Return, ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call,
    ast.keyword, ast.Attribute, ast.Tuple, ast.List, ast.Subscript, ast.Slice, ast.IfExp,
    ast.operator, ast.unaryop, ast.cmpop, ast.expr_context,
)  # fmt: skip


def with_plain_functions(module: Module) -> Module:
    """Note the functions of a module that use nothing but their arguments and known names."""
    plain = {
        name: function
        for name, function in module.functions.items()
        if isinstance(function, ast.FunctionDef) and _is_plain(function, module)
    }
    return replace(module, plain=plain)


def _is_plain(function: ast.FunctionDef, module: Module) -> bool:
    arguments = function.args
    if function.decorator_list or arguments.vararg or arguments.kwarg:
        return False
    body = clean(function.body)
    if not body or not isinstance(body[-1], ast.Return) or body[-1].value is None:
        return False
    roots = [*body, *arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]
    nodes = [node for root in roots for node in ast.walk(root)]
    own = {argument.arg for argument in ast.walk(arguments) if isinstance(argument, ast.arg)}
    own |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return all(isinstance(node, _SYNTAX) and _is_known(node, own, module) for node in nodes)


def _is_known(node: ast.AST, own: set[str], module: Module) -> bool:
    if isinstance(node, ast.Name):
        full = module.full_name(node)
        return node.id in own or node.id in BUILTINS or (full is not None and _is_there(full))
    if isinstance(node, ast.Attribute):
        full = module.full_name(node)
        return _is_there(full) if full is not None else node.attr in TENSOR_ATTRIBUTES
    return True


def _is_there(full: str) -> bool:
    return full in KNOWN or is_module(full) or facade(full) is not None
