"""Expressions: from a node of the syntax tree to an abstract value."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import nullcontext

from flake8_theano_updates.interpreter.branches import either
from flake8_theano_updates.interpreter.calls import Calls
from flake8_theano_updates.interpreter.decisions import decision, outcome
from flake8_theano_updates.interpreter.evaluator import is_text
from flake8_theano_updates.interpreter.functions import Closure
from flake8_theano_updates.interpreter.lookups import KEYS, Lookups
from flake8_theano_updates.interpreter.names import (
    UPDATES,
    USUAL_IMPORTS,
)
from flake8_theano_updates.interpreter.state import State, identities
from flake8_theano_updates.values import (
    Container,
    Term,
    Use,
    Value,
    dotted,
    original,
    written,
)

COMPREHENSIONS = {
    ast.ListComp: "list",
    ast.SetComp: "list",
    ast.GeneratorExp: "generator",
    ast.DictComp: "mapping",
}
# Operands alone decide what these are made of.
OPERATIONS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.USub: "neg",
    ast.UAdd: "pos",
}


# What else can stand between or before operands, as it is written.
OPERATORS: dict[type[ast.AST], str] = {
    ast.Mod: "%",
    ast.FloorDiv: "//",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Invert: "~",
    ast.Not: "not",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}

Follow = Callable[[Closure, list[Use], dict[str, Use], ast.Call], Value | None]


class Expressions:
    """Evaluates expressions in a state.

    Args:
        state: where the program stands.
        follow: goes through the body of a function of the module; it returns
            what the function returns, or None if the call does not fit.
    """

    def __init__(self, state: State, follow: Follow) -> None:
        self.state = state
        self.go_into = follow
        self.lookups = Lookups(self)
        self.calls = Calls(self)
        self._evaluators: dict[type[ast.AST], Callable[..., Value]] = {
            ast.Name: self._name,
            ast.Attribute: self.lookups.attribute,
            ast.Subscript: self.lookups.subscript,
            ast.Constant: self._constant,
            ast.Tuple: self._display,
            ast.List: self._display,
            ast.Dict: self._dict,
            ast.BinOp: self._binary,
            ast.JoinedStr: self._formatted,
            ast.UnaryOp: self._unary,
            ast.Compare: self._compare,
            ast.Slice: self._slice,
            ast.IfExp: self._conditional,
            ast.BoolOp: self._boolean,
            ast.Call: self.calls.call,
            ast.NamedExpr: self._walrus,
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield_from,
            ast.Lambda: self._lambda,
            **dict.fromkeys(COMPREHENSIONS, self._comprehension),
        }

    def use(self, node: ast.expr) -> Use:
        """Evaluate ``node`` now."""
        evaluate = self._evaluators.get(type(node), self._operation)
        return self.state.use(evaluate(node), node)

    def uses(self, nodes: list[ast.expr]) -> tuple[Use, ...]:
        """Evaluate ``nodes`` from left to right."""
        return tuple(self.use(node) for node in nodes)

    def bind(self, target: ast.expr, use: Use, *, rename: bool = True) -> None:
        """Let ``target`` name what ``use`` took; ``rename`` where it is a plain assignment."""
        state = self.state
        if isinstance(target, (ast.Name, ast.Attribute)):
            name = dotted(target)
            if name is None:
                return
            value = use.value
            if isinstance(value, Container):
                value.names.append(name.rpartition(".")[2])
                value.expression = value.expression or target
                value.named = value.named or state.tick()
            elif rename and isinstance(use.node, (ast.Name, ast.Attribute, ast.Subscript)):
                if value.op not in ("import", "const"):
                    value = Term("alias", name, (use,), value.identity)
            if name.endswith(".default_update"):
                self._default_update(target, use)
            self._forget_attributes(name)
            state.environment.own[name] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, use, rename)
        elif isinstance(target, ast.Subscript):
            self.lookups.store(target, use)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, state.use(state.made("opaque", None, (use,)), target.value))

    def _default_update(self, target: ast.Name | ast.Attribute, use: Use) -> None:
        """``v.default_update = e`` is an update in every function that reads v."""
        assert isinstance(target, ast.Attribute)
        state = self.state
        if state.defaults is None:
            state.defaults = state.container("mapping", state.scope, 0)
            state.defaults.depth = 0
            state.defaults.compiled = True
        state.enter(state.defaults, use, self.use(target.value), state.begun)

    def _forget_attributes(self, name: str) -> None:
        """What is known of ``x.y`` ends when ``x`` names something else."""
        owner, _, attribute = name.rpartition(".")
        if attribute != name:
            self.state.with_attributes.add(owner)
        if name not in self.state.with_attributes:
            return
        environment = self.state.environment.own
        prefix = name + "."
        for key in [key for key in environment if key.startswith(prefix)]:
            del environment[key]

    def _unpack(self, target: ast.Tuple | ast.List, use: Use, rename: bool) -> None:
        value = original(use.value)
        if (
            isinstance(value, Container)
            and len(value.entries) == len(target.elts)
            and not value.rest
            and not any(entry.many or entry.key for entry in value.entries)
        ):
            for element, entry in zip(target.elts, value.entries, strict=True):
                self.bind(element, entry.value, rename=rename)
            return
        for index, element in enumerate(target.elts):
            part = Term("part", index, (use,), ("part", index, value.identity))
            self.bind(element, self.state.use(part, element), rename=False)

    def _name(self, node: ast.Name) -> Value:
        found = self.state.environment.get(node.id)
        if found is None and node.id in USUAL_IMPORTS:
            label = USUAL_IMPORTS[node.id]
            return Term("import", label, (), ("import", label))
        return Term("name", node.id, (), ("name", node.id)) if found is None else found

    def _constant(self, node: ast.Constant) -> Value:
        return Term("const", node.value, (), ("const", written(node.value)))

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        begun = self.state.tick()
        kind = "tuple" if isinstance(node, ast.Tuple) else "list"
        made = self.state.container(kind, node, begun)
        for element in node.elts:
            if isinstance(element, ast.Starred):
                self.state.join(made, self.use(element.value))
            else:
                self.state.enter(made, self.use(element), None, self.state.moment)
        made.ended = self.state.tick()
        return made

    def _dict(self, node: ast.Dict) -> Value:
        made = self.state.container("mapping", node, self.state.tick())
        for key, value in zip(node.keys, node.values, strict=True):
            begun = self.state.tick()
            if key is None:
                self.state.join(made, self.use(value))
            else:
                target = self.use(key)
                self.state.enter(made, self.use(value), target, begun)
        made.ended = self.state.tick()
        return made

    def _comprehension(self, node: ast.ListComp | ast.DictComp) -> Value:
        state = self.state
        made = state.container(COMPREHENSIONS[type(node)], node, state.tick())
        made.lazy = isinstance(node, ast.GeneratorExp)
        outer = state.environment
        if state.guide.python > 2 or not isinstance(node, ast.ListComp):
            state.environment = outer.inner()  # else its variables live on
        self._generate(node, node.generators, made)
        state.environment = outer
        made.ended = state.tick()
        return made

    def _generate(
        self,
        node: ast.ListComp | ast.DictComp,
        generators: list[ast.comprehension],
        made: Container,
    ) -> None:
        if not generators:
            begun = self.state.tick()
            if isinstance(node, ast.DictComp):
                key = self.use(node.key)
                self.state.enter(made, self.use(node.value), key, begun)
            else:
                self.state.enter(made, self.use(node.elt), None, begun)
            return
        first = generators[0]
        iterable = self.use(first.iter)
        for _ in self.turns(iterable, first.target):
            for condition in first.ifs:
                self.use(condition)
            self._generate(node, generators[1:], made)

    def turns(self, iterable: Use, target: ast.expr) -> Iterator[None]:
        """Bind ``target`` to one element after the other, each for the turns it stands for."""
        elements = self.state.elements(iterable)
        with self.state.unrolled(len(elements)):
            for use, many in elements:
                bound = frozenset(identities(use.value))
                with self.state.loop(use.value, bound) if many else nullcontext():
                    self.bind(target, self.state.use(use.value, iterable.node), rename=False)
                    yield

    def _binary(self, node: ast.BinOp) -> Value:
        """Evaluate a chain of operators from its left end: it may have thousands of terms."""
        chain = [node]
        while isinstance(inner := chain[-1].left, ast.BinOp):
            chain.append(inner)
        left = self.use(chain[-1].left)
        while len(chain) > 1:
            operation = chain.pop()
            value = self._combined(operation, left, self.use(operation.right))
            left = self.state.use(value, operation)
        return self._combined(node, left, self.use(node.right))

    def _combined(self, node: ast.BinOp, left: Use, right: Use) -> Value:
        if isinstance(left.value, Container) and isinstance(node.op, (ast.Add, ast.Mult)):
            return self._concatenated(node, left, right)
        if isinstance(right.value, Container) and isinstance(node.op, ast.Add):
            return self._concatenated(node, left, right)
        if any(is_text(side.value) for side in (left, right)):
            return self.text(left, right)
        return self.operated(node.op, left, right)

    def operated(self, operator: ast.operator | ast.unaryop, *operands: Use) -> Term:
        """Return what an operator makes of its operands."""
        if known := OPERATIONS.get(type(operator)):
            return self.state.made(known, None, operands)
        return self.state.made("operation", OPERATORS[type(operator)], operands)

    def _formatted(self, node: ast.JoinedStr) -> Value:
        parts = (p.value if isinstance(p, ast.FormattedValue) else p for p in node.values)
        return self.text(*self.uses(list(parts)))

    def text(self, *parts: Use) -> Term:
        """Put a text together; of the same parts it is the same key of a mapping."""
        values = [original(part.value) for part in parts]
        if all(isinstance(value, Term) and value.op in KEYS for value in values):
            return Term("text", None, parts, ("text", *(value.identity for value in values)))
        return self.state.made("text", None, parts)

    def _concatenated(self, node: ast.BinOp, left: Use, right: Use) -> Container:
        made = self.state.container("list", node, left.moment)
        self.state.join(made, left)
        if isinstance(node.op, ast.Add):
            self.state.join(made, right)
        parts = [use.value for use in (left, right) if isinstance(use.value, Container)]
        if all(any(map(UPDATES.search, part.names)) for part in parts):
            made.names += dict.fromkeys(name for part in parts for name in part.names)
        made.ended = self.state.tick()
        return made

    def _unary(self, node: ast.UnaryOp) -> Value:
        operand = self.use(node.operand)
        value = operand.value
        if isinstance(node.op, ast.USub) and isinstance(value, Term) and value.op == "const":
            if isinstance(value.label, (int, float)):
                return Term("const", -value.label, (), ("const", written(-value.label)))
        return self.operated(node.op, operand)

    def _compare(self, node: ast.Compare) -> Value:
        operands = self.uses([node.left, *node.comparators])
        return self.state.made(
            "operation", ("compare", *(OPERATORS[type(op)] for op in node.ops)), operands
        )

    def _slice(self, node: ast.Slice) -> Value:
        bounds = [node.lower, node.upper, node.step]
        given = self.uses([bound for bound in bounds if bound is not None])
        there = tuple(bound is not None for bound in bounds)
        return self.state.made("operation", ("slice", *there), given)

    def _conditional(self, node: ast.IfExp) -> Value:
        known = outcome(node.test, self.state.constants())
        if known is not None:
            return self.use(node.body if known else node.orelse).value
        decided = decision(node.test)
        self.use(node.test)
        with self.state.arm(decided.branch, decided.arm(holds=True), node):
            body = self.use(node.body)
        with self.state.arm(decided.branch, decided.arm(holds=False), node):
            orelse = self.use(node.orelse)
        return either(self.state, body, orelse, node)

    def _boolean(self, node: ast.BoolOp) -> Value:
        value = self.use(node.values[0])
        for operand in node.values[1:]:
            value = self.state.use(either(self.state, value, self.use(operand), node), node)
        return value.value

    def _walrus(self, node: ast.NamedExpr) -> Value:
        use = self.use(node.value)
        self.bind(node.target, use)
        return use.value

    def _yielded(self) -> Container | None:
        """Return what the function's yields fill; there is none outside of functions."""
        state = self.state
        if isinstance(state.generated, ast.Module):
            return None
        if state.generator is None:
            state.generator = state.container("generator", state.generated, 0)
            state.generator.depth = 0
            state.generator.lazy = True
            state.generator.names.append(getattr(state.generated, "name", ""))
        return state.generator

    def _yield(self, node: ast.Yield) -> Value:
        if node.value is not None:
            use = self.use(node.value)
            if (filled := self._yielded()) is not None:
                self.state.enter(filled, use, None, use.moment)
        return self.state.made("opaque", "yield")

    def _yield_from(self, node: ast.YieldFrom) -> Value:
        use = self.use(node.value)
        if (filled := self._yielded()) is not None:
            self.state.join(filled, use)
        return self.state.made("opaque", "yield")

    def _lambda(self, node: ast.Lambda) -> Value:
        closure = Closure(node, self.state.environment, None)
        return Term("function", closure, (), ("function", id(node)))

    def _operation(self, node: ast.expr) -> Value:
        """Anything else takes the values of all its parts."""
        parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return self.state.made("operation", type(node).__name__, self.uses(parts))
