"""How a cut uses the names that it does not define: what their stand-ins have to be."""

from __future__ import annotations

import ast
import itertools
from collections import ChainMap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flake8_theano_updates.interpreter.values import dotted
from flake8_theano_updates.model import Fault
from flake8_theano_updates.runtime.cut import Cut
from flake8_theano_updates.runtime.module import Function, Module
from flake8_theano_updates.runtime.names import (
    BUILTINS,
    GRADIENTS,
    KNOWN,
    MAKERS,
    MAPPING_ATTRIBUTES,
    SYMBOLIC,
    TENSOR_ATTRIBUTES,
    facade,
    is_module,
)
from flake8_theano_updates.runtime.parts import calls_in, parts_of_text, shapes, variables
from flake8_theano_updates.runtime.statements import MUTATORS

# A place is how a free name is reached into: ("self", ".params", "[]") is an element of
# self.params, "()" what a call returns, "#1" a part of a pair, "k" and "v" of a mapping.
Place = tuple[str, ...]
# A value is a place, several of them (a tuple), a list, a mapping, or what the cut computes (None).
Value: TypeAlias = "Place | list[Value] | Elements | Items | None"
Environment: TypeAlias = "ChainMap[str, Value]"

ZIPS = frozenset({"zip", "izip", "builtins.zip", "itertools.izip"})
PASSED_ON = frozenset({"list", "tuple", "iter", "reversed", "sorted", "set"})
PAIRS = frozenset(
    f"keras_{name}" for name in ("update", "update_add", "update_sub", "moving_average_update")
)
DEPTH = 4
MANY = 2  # elements in a list of stand-ins, and on each side of an array
LONGEST = 16  # where an index asks for more


@dataclass(frozen=True)
class Items:
    """A mapping that the cut makes: what its keys and its values are."""

    key: Value
    value: Value


@dataclass(frozen=True)
class Elements:
    """A list that the cut spells out: each element serves as all the others do."""

    values: tuple[Value, ...]


class Usage:
    """What is known of each place; ``fields`` are the attributes of what a list holds, as nodes.

    Args:
        cut: the statements to read.
        fault: says which nodes are targets and reads.
        module: says which names are imported.

    Attributes:
        longest: how many elements its lists need for all the indexes that it reads.
    """

    def __init__(self, cut: Cut, fault: Fault, module: Module) -> None:
        self.facts: dict[Place, set[str]] = {}
        self.defaults: dict[Place, ast.expr] = {}
        self.partners: dict[Place, Place] = {}
        self.keys: dict[Place, Place] = {}
        self.fields: set[int] = set()
        self.longest = MANY
        self._module = module
        self._targets = {id(pair.target) for pair in fault.collection.registrations}
        self._targets |= {id(pair.target) for pair in fault.pairs}
        self._reads = {id(node) for read in fault.reads for node in variables(read)}
        self._helpers: dict[str, Function | ast.Lambda] = dict(cut.helpers)
        self._result = dotted(cut.result) if cut.result is not None else None
        self._ignored = cut.ignored
        self._following: list[str] = []
        self._twins: list[tuple[Place, Place]] = []
        env: Environment = ChainMap({})
        self._body(cut.statements, env)
        if cut.result is not None:
            self._pairs(cut.result, env)
            self._value(cut.result, env)
        for one, other in self._twins:
            for place in [p for p in self.facts if p[: len(one)] == one]:
                self._note((*other, *place[len(one) :]), *self.facts[place])
        for place in [p for p in self.facts if self.has(p, "target")]:
            # `zip(shareds, values)`: the elements are the targets.
            element = (*place, "[]")
            if self.has(place, "iterated") and element in self.facts:
                self.facts[place].discard("target")
                self.facts[element].add("target")

    def has(self, place: Place, *facts: str) -> bool:
        """Is one of ``facts`` known of ``place``?"""
        return not self.facts.get(place, set()).isdisjoint(facts)

    def names(self, place: Place) -> list[str]:
        """Return the names by which the cut calls what stands at ``place``."""
        found = [fact[5:] for fact in self.facts.get(place, ()) if fact.startswith("name:")]
        plain = [part.lstrip(".") for part in place if part[0] not in "[(#"][-1:]
        return plain + sorted(found)

    def children(self, place: Place) -> list[Place]:
        """Return the places directly inside ``place``, by name.

        Not in the order of their first use, which a fix may change: the same stand-ins must
        stand in the program before and after it.
        """
        size = len(place)
        return sorted(p for p in self.facts if len(p) == size + 1 and p[:size] == place)

    def _note(self, value: Value, *facts: str) -> None:
        if isinstance(value, tuple):
            for end in range(1, len(value) + 1):
                self.facts.setdefault(value[:end], set())
            self.facts[value].update(facts)
        elif isinstance(value, Elements):
            for element in value.values:
                self._note(element, *facts)

    def _inside(self, value: Value, step: str) -> Value:
        if not isinstance(value, tuple):
            return None
        place = (*value, step)
        self._note(place)
        return place

    def _body(self, body: Iterable[ast.stmt], env: Environment) -> None:
        for statement in body:
            self._statement(statement, env)

    def _statement(self, statement: ast.stmt, env: Environment) -> None:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as function):
                env[name] = None
                self._helpers[name] = function
            case ast.Assign():
                value = self._value(statement.value, env)
                for target in statement.targets:
                    self._bind(target, value, env)
            case ast.AnnAssign(value=ast.expr()):
                assert statement.value is not None
                self._bind(statement.target, self._value(statement.value, env), env)
            case ast.AugAssign():
                if dotted(statement.target) == self._result:
                    self._pairs(statement.value, env)
                self._value(statement.value, env)
                self._value(statement.target, env)
                self._bind(statement.target, None, env)
            case ast.For():
                self._loop(statement.target, statement.iter, env)
                self._body(statement.body, env)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                env[statement.name] = None
                self._helpers[statement.name] = statement
            case ast.Expr() | ast.Return():
                if statement.value is not None:
                    self._value(statement.value, env)
            case _:
                for inner in ast.iter_child_nodes(statement):
                    if isinstance(inner, ast.expr):
                        self._value(inner, env)

    def _bind(self, target: ast.expr, value: Value, env: Environment) -> None:
        match target:
            case ast.Name():
                env[target.id] = value
                if isinstance(value, tuple):
                    self._note(value, f"name:{target.id}")
            case ast.Attribute():
                chain = dotted(target)
                if chain is not None:
                    env[chain] = value
                    base = self._value(target.value, env)
                    self._note(base, "namespace")
            case ast.Subscript():
                base = self._value(target.value, env)
                self._note(base, "stored")
                self._value(target.slice, env)
            case ast.Tuple() | ast.List():
                for position, element in enumerate(target.elts):
                    self._bind(element, self._part(value, position), env)
            case ast.Starred():
                self._bind(target.value, None, env)

    def _part(self, value: Value, position: int) -> Value:
        if isinstance(value, Elements):
            value = list(value.values)
        if isinstance(value, list):
            return value[position] if position < len(value) else None
        return self._inside(value, f"#{position}")

    def _loop(self, target: ast.expr, over: ast.expr, env: Environment) -> None:
        element = self._element(over, env)
        self._bind(target, element, env)

    def _element(self, over: ast.expr, env: Environment) -> Value:
        """Return an element of what a loop goes over."""
        if isinstance(over, ast.BinOp) and isinstance(over.op, ast.Add):
            first, second = self._element(over.left, env), self._element(over.right, env)
            if isinstance(first, tuple) and isinstance(second, tuple):
                self._twins.append((first, second))
            return first
        if isinstance(over, ast.Call):
            name = self._called(over, env)
            if name in ZIPS:
                parts = [self._element(argument, env) for argument in over.args]
                places = [part for part in parts if isinstance(part, tuple)]
                for part, other in itertools.permutations(places, 2):
                    self.partners.setdefault(part, other)
                return parts
            if name == "enumerate" and over.args:
                return [None, self._element(over.args[0], env)]
            if name in PASSED_ON and len(over.args) == 1:
                return self._element(over.args[0], env)
            if isinstance(over.func, ast.Attribute) and over.func.attr in MAPPING_ATTRIBUTES:
                base = self._value(over.func.value, env)
                if isinstance(base, tuple):
                    self._note(base, "mapping")
                    base = Items(self._inside(base, "k"), self._inside(base, "v"))
                if isinstance(base, Items):
                    attribute = over.func.attr.removeprefix("iter")
                    both: Value = [base.key, base.value]
                    return {"items": both, "keys": base.key, "values": base.value}[attribute]
        value = self._value(over, env)
        if isinstance(value, Items):
            return value.key
        if isinstance(value, list):
            return value[0] if value else None
        if isinstance(value, Elements):
            return self._any_of(value)
        self._note(value, "iterated")
        return self._inside(value, "[]")

    def _any_of(self, elements: Elements) -> Value:
        """Return one element; what becomes known of it is true of the others too."""
        places = [value for value in elements.values if isinstance(value, tuple)]
        self._twins.extend((places[0], other) for other in places[1:])
        return places[0] if places else None

    def _called(self, call: ast.Call, env: Environment) -> str | None:
        """Return the full name of what is called, or its plain name if Python's own."""
        full = self._module.full_name(call.func)
        root = (dotted(call.func) or "").partition(".")[0]
        if root in env:
            return None
        if full is not None:
            return full
        if isinstance(call.func, ast.Name) and call.func.id in BUILTINS:
            return call.func.id
        return None

    def _value(self, node: ast.expr, env: Environment) -> Value:
        if id(node) in self._ignored:
            return None
        value = self._plain_value(node, env)
        if id(node) in self._targets:
            self._note(value, "target")
        if id(node) in self._reads:
            self._note(value, "read")
        return value

    def _plain_value(self, node: ast.expr, env: Environment) -> Value:
        match node:
            case ast.Name():
                return self._name(node, env)
            case ast.Attribute():
                return self._attribute(node, env)
            case ast.Call():
                return self._call(node, env)
            case ast.Subscript():
                return self._subscript(node, env)
            case ast.Tuple():
                return [self._value(element, env) for element in node.elts]
            case ast.List():
                return Elements(tuple(self._value(element, env) for element in node.elts))
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
                inner = self._comprehended(node.generators, env)
                element = self._value(node.elt, inner)
                if isinstance(element, tuple) and element[-1] == "[]":
                    return element[:-1]
                return None
            case ast.DictComp():
                inner = self._comprehended(node.generators, env)
                return Items(self._value(node.key, inner), self._value(node.value, inner))
            case ast.Lambda():
                names: dict[str, Value] = dict.fromkeys(a.arg for a in node.args.args)
                self._value(node.body, env.new_child(names))
                return None
            case ast.NamedExpr():
                value = self._value(node.value, env)
                self._bind(node.target, value, env)
                return value
            case ast.Starred():
                return self._value(node.value, env)
            case ast.IfExp():
                self._value(node.test, env)
                first = self._value(node.body, env)
                self._value(node.orelse, env)
                return first if isinstance(first, tuple) else None
            case ast.BoolOp(op=ast.Or()):
                self._note(self._value(node.values[0], env), "or")
            case ast.BinOp() | ast.JoinedStr() if parts := parts_of_text(node):
                for part in parts:
                    self._note(self._value(part, env), "text")
                return None
            case ast.BinOp():
                if isinstance(node.op, ast.Add):
                    for one, other in ((node.left, node.right), (node.right, node.left)):
                        if isinstance(other, (ast.List, ast.ListComp)):
                            self._pairs(one, env)
        for inner_node in ast.iter_child_nodes(node):
            if isinstance(inner_node, ast.expr):
                self._note(self._value(inner_node, env), "operand")
        return None

    def _comprehended(
        self, generators: Sequence[ast.comprehension], env: Environment
    ) -> Environment:
        inner = env.new_child()
        for generator in generators:
            self._loop(generator.target, generator.iter, inner)
            for test in generator.ifs:
                self._value(test, inner)
        return inner

    def _name(self, node: ast.Name, env: Environment) -> Value:
        if node.id in env:
            return env[node.id]
        full = self._module.full_name(node)
        if node.id in self._helpers or node.id in BUILTINS:
            return None
        if full is not None and (_is_known(full) or is_module(full) or _is_of_python(full)):
            return None
        self._note((node.id,))
        return (node.id,)

    def _attribute(self, node: ast.Attribute, env: Environment) -> Value:
        chain = dotted(node)
        if chain is not None:
            if chain in env:
                return env[chain]
            if chain in self._helpers:
                return None
            root = chain.partition(".")[0]
            full = self._module.full_name(node)
            if root not in env and full is not None:
                if full in KNOWN or full in SYMBOLIC or facade(full) is not None:
                    return None
                if _is_root(full):
                    self._note((flattened(chain),))
                    return (flattened(chain),)
        base = self._value(node.value, env)
        of_self = isinstance(base, tuple) and base[-1] in ("self", "cls")
        if node.attr in TENSOR_ATTRIBUTES and not of_self:
            self._note(base, "tensor", f"uses:{node.attr}")
            return None
        if isinstance(base, tuple) and is_element(base):
            self.fields.add(id(node))
        return self._inside(base, f".{node.attr}")

    def _subscript(self, node: ast.Subscript, env: Environment) -> Value:
        base = self._value(node.value, env)
        self._value(node.slice, env)
        if isinstance(base, (list, Elements)):
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
                return self._part(base, node.slice.value)
            return self._any_of(base) if isinstance(base, Elements) else None
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return self._inside(base, f"[{node.slice.value!r}]")
        if isinstance(node.slice, (ast.Slice, ast.Tuple)):
            self._note(base, "sliced")
            return None
        key = self._value(node.slice, env)
        if isinstance(key, tuple):
            self._note(base, "mapping")
            if isinstance(base, tuple):
                self.keys.setdefault(base, key)
            return self._inside(base, "v")
        if parts_of_text(node.slice):
            self._note(base, "named")
            return self._inside(base, "v")
        self._note(base, "indexed")
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            self.longest = min(max(self.longest, node.slice.value + 1), LONGEST)
        return self._inside(base, "[]")

    def _call(self, node: ast.Call, env: Environment) -> Value:
        name = self._called(node, env)
        if name in GRADIENTS:
            return self._gradient(node, env)
        chain = dotted(node.func)
        if chain in self._helpers and chain is not None and chain not in self._following:
            return self._followed(chain, node, env)
        if name in ("dict", "collections.OrderedDict") and len(node.args) == 1:
            return self._mapping(node.args[0], env)
        if isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS and name is None:
            base = self._value(node.func.value, env)
            self._note(base, "stored" if node.func.attr == "update" else "grown")
            for argument in node.args:
                if node.func.attr in ("extend", "update"):
                    self._pairs(argument, env)
                self._value(argument, env)
            return None
        if isinstance(node.func, ast.Attribute) and node.func.attr in MAPPING_ATTRIBUTES:
            if isinstance(self._value(node.func.value, env), tuple):
                element = self._element(node, env)
                self._note(element)
                return element[:-1] if isinstance(element, tuple) and element[-1] == "[]" else None
        if default := self._looked_up(node, env):
            return default
        if name in PASSED_ON and len(node.args) == 1:
            return self._value(node.args[0], env)
        if name in ("len", "range", "xrange"):
            for argument in node.args:
                self._note(self._value(argument, env), *(["iterated"] if name == "len" else []))
            return None
        if name in ("map", "filter") and len(node.args) > 1:
            self._mapped(node, env)
            return None
        if name in (*ZIPS, "enumerate"):
            return self._element(node, env) and None
        values = [self._value(argument, env) for argument in node.args]
        for keyword in node.keywords:
            values.append(self._value(keyword.value, env))
            if keyword.arg == "dtype":
                self._note(values[-1], "dtype")
        method = node.func.attr if isinstance(node.func, ast.Attribute) else None
        if method in ("astype", "cast") and values:
            self._note(values[-1], "dtype")
        for value in values:
            self._note(value, "argument")
        for shape in shapes(node, name):
            for variable in variables(shape):
                self._note(self._value(variable, env), "size")
        if name in MAKERS and node.args:
            for call in calls_in(node.args[0]):
                self._note(self._value(call, env), "array")
        if name is not None and _is_known(name):
            for value in values:
                self._note(value, "operand")
            if facade(name) in PAIRS and values:
                self._note(values[0], "target")
            return None
        base = self._value(node.func, env)
        self._note(base, "called")
        return self._inside(base, "()")

    def _mapped(self, node: ast.Call, env: Environment) -> None:
        """Read ``map(function, ...)``; what makes pairs is given, or makes, their targets."""
        function, *others = node.args
        elements = [self._element(other, env) for other in others]
        pair: Value = elements[0]
        if isinstance(function, ast.Lambda):
            names = (argument.arg for argument in function.args.args)
            inner = env.new_child(dict(zip(names, elements, strict=False)))
            pair = self._value(function.body, inner)
        elif dotted(function) not in ("list", "tuple"):
            self._value(function, env)
            return
        if isinstance(pair, (list, tuple)):
            self._note(self._part(pair, 0), "target")
            self._part(pair, 1)

    def _mapping(self, given: ast.expr, env: Environment) -> Value:
        """Return what ``dict(given)`` is; a copy is as good as the mapping itself."""
        if isinstance(given, (ast.Name, ast.Attribute)):
            value = self._value(given, env)
            self._note(value, "pairs")
            return value
        if isinstance(given, ast.DictComp):
            return self._value(given, env)
        element = self._element(given, env)
        if isinstance(element, list) and len(element) == 2:
            return Items(element[0], element[1])
        return None

    def _gradient(self, node: ast.Call, env: Environment) -> Value:
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        cost = node.args[0] if node.args else given.get("cost")
        wrt = node.args[1] if len(node.args) > 1 else given.get("wrt")
        if cost is not None:
            self._note(self._value(cost, env), "cost")
        if wrt is not None:
            value = self._value(wrt, env)
            self._note(value, "wrt")
        return None

    def _looked_up(self, node: ast.Call, env: Environment) -> Value:
        """``kwargs.get("momentum", 0.9)``: the default is known."""
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop") and node.args:
            key = node.args[0]
            base = self._value(node.func.value, env)
            if isinstance(key, ast.Constant) and isinstance(base, tuple):
                place = self._inside(base, f"[{key.value!r}]")
                if len(node.args) > 1 and isinstance(place, tuple):
                    self.defaults[place] = node.args[1]
                return place
        return None

    def _followed(self, name: str, call: ast.Call, env: Environment) -> Value:
        """Read a helper's body with the arguments of a call."""
        function = self._helpers[name]
        parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        inner = env.new_child()
        if name.startswith("self."):
            inner["self"] = (
                self._value(call.func.value, env) if isinstance(call.func, ast.Attribute) else None
            )
            parameters = parameters[1:]
        for parameter in parameters:
            inner[parameter] = None
        for parameter, argument in zip(parameters, call.args, strict=False):
            inner[parameter] = self._value(argument, env)
        for keyword in call.keywords:
            if keyword.arg is not None:
                inner[keyword.arg] = self._value(keyword.value, env)
        self._following.append(name)
        if len(self._following) <= DEPTH:
            if isinstance(function, ast.Lambda):
                self._value(function.body, inner)
            else:
                self._body(function.body, inner)
        self._following.pop()
        return None

    def _pairs(self, node: ast.expr, env: Environment) -> None:
        """Note that what ``node`` holds only adds pairs to the collection."""
        if isinstance(node, ast.Call) and self._called(node, env) in PASSED_ON and node.args:
            self._pairs(node.args[0], env)
        elif isinstance(node, ast.BinOp):
            self._pairs(node.left, env)
            self._pairs(node.right, env)
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Call)):
            chain = dotted(node.func) if isinstance(node, ast.Call) else None
            if chain is None or chain not in self._helpers:
                self._note(self._value(node, env), "pairs")


def is_element(place: Place) -> bool:
    """Is this what a list, a tuple or a mapping holds?"""
    return len(place) > 1 and (place[-1][0] in "[#" or place[-1] in ("k", "v"))


def flattened(chain: str) -> str:
    """Make one name of ``np.random.randn``, which a snippet does not use as such."""
    return chain.replace(".", "_")


def _is_known(name: str) -> bool:
    return name in KNOWN or name in BUILTINS or name in SYMBOLIC or facade(name) is not None


def _is_of_python(full: str) -> bool:
    return full.partition(".")[0] in ("collections", "itertools", "functools", "builtins")


def _is_root(full: str) -> bool:
    return full.partition(".")[0] in ("theano", "numpy") or _is_of_python(full)
