"""Functions and classes of the module, to be followed where they hand out pairs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from flake8_theano_updates.interpreter.names import SHARED
from flake8_theano_updates.model import Scope
from flake8_theano_updates.values import (
    Called,
    Environment,
    Term,
    Use,
    Value,
    dotted,
    original,
    written,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef
# Whether a function or class can hold anything to find, or to follow.
Worth = Callable[[ast.stmt], bool]


@dataclass(frozen=True)
class Guide:
    """What the interpreter is told about the file and its project.

    Args:
        worth: whether a function or class can hold anything to find.
        compilers: compile calls of the project's own, by dotted name: the keyword
            or the position (from 0) of their updates.
        python: the Python that the file is written in: in 2, zip makes a list.
    """

    worth: Worth
    compilers: Mapping[str, str | int]
    python: int = 3

    def updates_of(self, name: str) -> str | int | None:
        """Return where a call of ``name`` takes its updates, if it is one of these."""
        for compiler, place in self.compilers.items():
            if name == compiler or name.endswith("." + compiler) or compiler.endswith("." + name):
                return place
        return None


# A helper of a helper of a helper: deeper, readers lose track too.
_DEPTH = 4
# What a parameter is called with, seen from inside of the function.
_HANDED = Called(None, receiver=False, keywords=())
# Statements of helpers that one scope may follow, so that time stays linear.
_BUDGET = 3000


@dataclass(frozen=True, eq=False)
class Closure:
    """A function with the names that it sees, and the class that it is a method of."""

    node: Function | ast.Lambda
    environment: Environment
    owner: Class | None

    @property
    def is_method(self) -> bool:
        """Does a call through an instance pass the instance?"""
        if self.owner is None or isinstance(self.node, ast.Lambda):
            return False
        names = {getattr(decorator, "id", "") for decorator in self.node.decorator_list}
        return "staticmethod" not in names


@dataclass(frozen=True, eq=False)
class Class:
    """A class of the module with the names that its methods see.

    Args:
        attributes: what its body has bound.
    """

    node: ast.ClassDef
    environment: Environment
    attributes: Mapping[str, Value] = field(default_factory=dict)

    def method(self, name: str) -> Closure | None:
        """Return the method that an instance finds under ``name``, here or in a base."""
        for owner in self.lineage():
            for child in owner.node.body:
                if isinstance(child, Function) and child.name == name:
                    return Closure(child, owner.environment, owner)
        return None

    def lineage(self) -> Iterator[Class]:
        """Return this class and the bases of it that the module defines."""
        seen: set[int] = set()
        waiting: list[Class] = [self]
        while waiting:
            current = waiting.pop(0)
            if id(current.node) in seen:
                continue
            seen.add(id(current.node))
            yield current
            waiting.extend(current.bases())

    def bases(self) -> Iterator[Class]:
        """Return the direct bases that the module defines."""
        for base in self.node.bases:
            if isinstance(base, ast.Name):
                value = self.environment.get(base.id)
                if isinstance(value, Term) and isinstance(value.label, Class):
                    yield value.label


def hands_out_pairs(node: Function | ast.Lambda) -> bool:
    """May a call of this function add a pair to a collection, or return a part of one?"""
    parameters = {argument.arg for argument, _ in with_defaults(node.args)}
    for child in ast.walk(node):
        handed: ast.expr | None = None
        if isinstance(child, ast.Subscript) and isinstance(child.ctx, ast.Store):
            if isinstance(child.value, ast.Name) and child.value.id in parameters:
                return True
        if isinstance(child, (ast.Return, ast.Yield)):
            handed = child.value
        elif isinstance(child, ast.Lambda):
            handed = child.body
        elif isinstance(child, (ast.ListComp, ast.GeneratorExp)):
            handed = child.elt
        elif isinstance(child, ast.List):
            handed = child.elts[0] if child.elts else None
        elif isinstance(child, ast.Call) and child.args:
            handed = child.args[0]
        if isinstance(handed, ast.Call) and isinstance(child, (ast.Return, ast.Lambda)):
            if SHARED.search(ast.unparse(handed.func)):
                return True
        if isinstance(handed, (ast.Tuple, ast.List)) and len(handed.elts) == 2:
            if not isinstance(handed.elts[0], ast.Constant):
                return True
    return False


class Followed:
    """How deep and how far the interpreter has followed calls in one scope."""

    def __init__(self, worth: Worth) -> None:
        self._may_hold_updates = worth
        self._active: list[ast.AST] = []
        self._spent = 0
        self._worth: dict[ast.AST, bool] = {}
        self._open: list[int] = []
        self._calls: list[tuple[int, int]] = []
        self._names: list[Mapping[str, Value]] = []
        self._sites: list[ast.Call] = []

    def may_enter(self, closure: Closure) -> bool:
        """Is this call worth following, and is there room left?"""
        node = closure.node
        if len(self._active) >= _DEPTH or node in self._active or self._spent > _BUDGET:
            return False
        if node not in self._worth:
            told = not isinstance(node, ast.Lambda) and self._may_hold_updates(node)
            self._worth[node] = told or hands_out_pairs(node)
        return self._worth[node]

    def enter(
        self, closure: Closure, moment: int, names: Mapping[str, Value], site: ast.Call
    ) -> None:
        """The interpreter goes into the function, which binds ``names``, by the call ``site``."""
        self._sites.append(site)
        self._names.append(names)
        self._open.append(len(self._calls))
        self._calls.append((moment, moment))
        self._active.append(closure.node)
        end = closure.node.end_lineno or closure.node.lineno
        self._spent += end - closure.node.lineno + 1

    def leave(self, moment: int) -> None:
        """The interpreter comes out of the function."""
        self._active.pop()
        call = self._open.pop()
        self._calls[call] = self._calls[call][0], moment

    def calls_at(self, moment: int) -> frozenset[int]:
        """Return the calls that the program was in at that moment, by number."""
        return frozenset(
            call for call, (begun, ended) in enumerate(self._calls) if begun < moment < ended
        )

    def sites_at(self, moment: int) -> Mapping[int, ast.Call]:
        """Return where the calls stand that the program was in, the outer ones first."""
        return {call: self._sites[call] for call in sorted(self.calls_at(moment))}

    def names_at(self, moment: int) -> Mapping[str, Value] | None:
        """Return what the function binds that the program was in, or None outside of any."""
        calls = self.calls_at(moment)
        return self._names[max(calls)] if calls else None

    @property
    def inside(self) -> bool:
        """Is the interpreter inside a function that it followed?"""
        return bool(self._active)


def bind_arguments(
    closure: Closure, arguments: list[Use], keywords: dict[str, Use]
) -> dict[str, Value] | None:
    """Return what each parameter holds, or None where the call does not fit.

    A parameter is one more name of what it is given: what the function reads of it
    was read where the argument stands, unless the function uses it as a target.
    """
    parameters = closure.node.args
    named = [*parameters.posonlyargs, *parameters.args]
    if len(arguments) > len(named) and parameters.vararg is None:
        return None
    bound: dict[str, Value] = {}
    for parameter, use in zip(named, arguments, strict=False):
        bound[parameter.arg] = _renamed(parameter.arg, use)
    for parameter in [*named, *parameters.kwonlyargs]:
        if parameter.arg in keywords:
            bound[parameter.arg] = _renamed(parameter.arg, keywords[parameter.arg])
    for parameter, default in with_defaults(parameters):
        if parameter.arg not in bound:
            identity = ("default", id(parameter))
            bound[parameter.arg] = value_of(parameter.arg, default, identity)
    for extra in (parameters.vararg, parameters.kwarg):
        if extra is not None:
            bound[extra.arg] = Term("opaque", extra.arg, (), ("rest", id(extra)))
    return bound


def decided_by(
    closure: Closure, arguments: list[Use], keywords: Mapping[str, Use]
) -> dict[str, object]:
    """Return the parameters that are constants in a call: given so, or left to their default."""
    parameters = closure.node.args
    given = dict(zip([*parameters.posonlyargs, *parameters.args], arguments, strict=False))
    decided: dict[str, object] = {}
    for parameter, default in with_defaults(parameters):
        use = given[parameter] if parameter in given else keywords.get(parameter.arg)
        if use is not None:
            value = original(use.value)
            if isinstance(value, Term) and value.op == "const":
                decided[parameter.arg] = value.label
        elif isinstance(default, ast.Constant):
            decided[parameter.arg] = default.value
    return decided


def with_defaults(parameters: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Return the named parameters, each with its default or None."""
    positional = [*parameters.posonlyargs, *parameters.args]
    without = len(positional) - len(parameters.defaults)
    yield from zip(positional, [None] * without + list(parameters.defaults), strict=True)
    yield from zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True)


def bound_by(node: ast.stmt | ast.pattern) -> Iterator[str]:
    """Return the names and dotted names that a statement or a pattern may bind."""
    for child in ast.walk(node):
        names = [getattr(child, field, None) for field in ("asname", "name", "rest")]
        if not isinstance(getattr(child, "ctx", ast.Load()), ast.Load):
            names = [dotted(child)]
        yield from (name for name in names if isinstance(name, str))


def parameters_of(scope: Scope) -> Iterator[tuple[str, Value]]:
    """Return what a function's parameters hold where nothing is known of its calls."""
    if isinstance(scope, ast.Module):
        return
    for argument, default in with_defaults(scope.args):
        name = argument.arg
        yield name, value_of(name, default, ("parameter", name, id(scope)))
    for extra in (scope.args.vararg, scope.args.kwarg):
        if extra is not None:
            yield extra.arg, Term("name", extra.arg, (), ("parameter", extra.arg, id(scope)))


def value_of(name: str, default: ast.expr | None, identity: Hashable) -> Term:
    """Return a parameter that nothing is given for: its default where that is a number."""
    negative = isinstance(default, ast.UnaryOp) and isinstance(default.op, ast.USub)
    operand = default.operand if isinstance(default, ast.UnaryOp) and negative else default
    if default is not None and isinstance(operand, ast.Constant):
        if isinstance(operand.value, (int, float)):
            value = -operand.value if negative else operand.value
            constant = Term("const", value, (), ("const", written(value)))
            return Term("number", name, (Use(constant, default, 0, ()),), identity)
    return Term("name", name, (), identity)


def _renamed(name: str, use: Use) -> Value:
    value = original(use.value)
    if isinstance(value, Term) and value.op not in ("import", "const", "function", "class"):
        return Term("alias", name, (use,), value.identity, _HANDED)
    return value
