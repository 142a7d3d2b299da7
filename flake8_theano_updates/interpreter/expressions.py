"""Expressions: from a node of the syntax tree to an abstract value."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterator
from contextlib import nullcontext
from dataclasses import replace

from flake8_theano_updates.interpreter.calls import Calls
from flake8_theano_updates.interpreter.evaluator import is_text
from flake8_theano_updates.interpreter.functions import Class, Closure, outcome
from flake8_theano_updates.interpreter.names import (
    SHARED,
    STATIC_ATTRIBUTES,
    UPDATES,
    USUAL_IMPORTS,
    VIEWS,
)
from flake8_theano_updates.interpreter.state import State, identities
from flake8_theano_updates.values import (
    Container,
    Entry,
    Equals,
    Path,
    Term,
    Use,
    Value,
    dotted,
    meet,
    original,
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
# What stands for one key in a mapping as long as it is the same object.
_KEYS = frozenset({"const", "name", "elem", "attr", "call", "index", "text"})

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
        self.calls = Calls(self)
        self._evaluators: dict[type[ast.AST], Callable[..., Value]] = {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
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
            self._store(target, use)
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

    def _store(self, target: ast.Subscript, use: Use) -> None:
        value = original(self.use(target.value).value)
        # A mapping from elsewhere becomes known.
        known = isinstance(value, Container)
        container = value if known else self.adopt(target.value, "mapping", value)
        if isinstance(container, Container) and container.kind == "mapping":
            self.state.enter(container, use, self.use(target.slice), self.state.begun)

    def adopt(self, node: ast.expr, kind: str, value: Value) -> Container | None:
        """Make a container of what ``node`` names, now that the code treats it as one."""
        name = dotted(node)
        if name is None or (isinstance(value, Term) and value.op == "import"):
            return None
        state = self.state
        container = state.container(kind, node, state.tick())
        container.depth = 0
        container.rest.append(state.use(value, node))
        container.names.append(name.rpartition(".")[2])
        container.expression = node
        state.environment.own[name] = container
        return container

    def _name(self, node: ast.Name) -> Value:
        found = self.state.environment.get(node.id)
        if found is None and node.id in USUAL_IMPORTS:
            label = USUAL_IMPORTS[node.id]
            return Term("import", label, (), ("import", label))
        return Term("name", node.id, (), ("name", node.id)) if found is None else found

    def _attribute(self, node: ast.Attribute) -> Value:
        name = dotted(node)
        known = self.state.environment.get(name) if name is not None else None
        if known is not None:
            return known
        base = self.use(node.value)
        value = original(base.value)
        if isinstance(value, Term) and value.op == "import":
            return Term(
                "import", f"{value.label}.{node.attr}", (), ("import", value.label, node.attr)
            )
        if (kept := self._of_class(node, value)) is not None:
            return kept
        if node.attr in STATIC_ATTRIBUTES:
            return self.state.made("static", node.attr, (base,))
        if node.attr in VIEWS:
            return self.state.made("view", node.attr, (base,))
        return Term("attr", node.attr, (base,), ("attr", node.attr, value.identity))

    def _of_class(self, node: ast.Attribute, value: Value) -> Value | None:
        """Return what the body of a class has bound, asked for by its name or as ``cls.x``."""
        owner = value.label if isinstance(value, Term) else None
        if isinstance(node.value, ast.Name) and node.value.id == "cls":
            owner = self.state.owner
        if not isinstance(owner, Class):
            return None
        return next(
            (one.attributes[node.attr] for one in owner.lineage() if node.attr in one.attributes),
            None,
        )

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.use(node.value)
        index = self.use(node.slice)
        value = original(base.value)
        key = original(index.value)
        if isinstance(value, Container):
            found = self.lookup(value, key)
            if found is not None:
                return found
            if value.kind == "mapping" and (kept := _variable_of_each(value, key)) is not None:
                return kept
            if value.kind == "mapping":
                return self.state.made("registered", None, (index,))
        if isinstance(node.slice, ast.Slice):
            whole = node.slice.lower is None and node.slice.upper is None
            if isinstance(value, Container):
                return value if whole else self.state.made("opaque", "slice", (base,))
            return self.state.made("view" if whole else "slice", "[:]", (base, index))
        if isinstance(key, Term) and key.op == "elem" and key.identity == ("elem", ("index",)):
            return self.state.element(base)
        if isinstance(key, Term) and key.op in _KEYS:
            if key.op == "index":
                return self.state.element(base)
            return Term("item", None, (base, index), ("item", value.identity, key.identity))
        return self.state.made("item", None, (base, index))

    def lookup(self, container: Container, key: Value) -> Value | None:
        """Return what stands under ``key``, or None where that is not known."""
        container.looked_at.append((self.state.tick(), key.identity))
        if container.kind == "mapping":
            for entry in reversed(container.entries):
                if entry.key is not None and original(entry.key.value).identity == key.identity:
                    if meet(entry.path, self.state.path):
                        return entry.value.value
            return None
        if isinstance(key, Term) and key.op == "const" and isinstance(key.label, int):
            if container.rest or any(entry.many for entry in container.entries):
                return None
            if -len(container.entries) <= key.label < len(container.entries):
                return container.entries[key.label].value.value
        return None

    def _constant(self, node: ast.Constant) -> Value:
        return Term("const", node.value, (), ("const", _written(node.value)))

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
        left = self.use(node.left)
        right = self.use(node.right)
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
        if all(isinstance(value, Term) and value.op in _KEYS for value in values):
            return Term("text", None, parts, ("text", *(value.identity for value in values)))
        return self.state.made("text", None, parts)

    def _concatenated(self, node: ast.BinOp, left: Use, right: Use) -> Container:
        made = self.state.container("list", node, left.moment)
        self.state.join(made, left)
        if isinstance(node.op, ast.Add):
            self.state.join(made, right)
        parts = [use.value for use in (left, right) if isinstance(use.value, Container)]
        if all(any(map(UPDATES.search, part.names)) for part in parts):
            made.names += [name for part in parts for name in part.names]
        made.ended = self.state.tick()
        return made

    def _unary(self, node: ast.UnaryOp) -> Value:
        operand = self.use(node.operand)
        value = operand.value
        if isinstance(node.op, ast.USub) and isinstance(value, Term) and value.op == "const":
            if isinstance(value.label, (int, float)):
                return Term("const", -value.label, (), ("const", _written(-value.label)))
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
        branch = decision(node.test)
        self.use(node.test)
        with self.state.arm(branch, "body", node):
            body = self.use(node.body)
        with self.state.arm(branch, "orelse", node):
            orelse = self.use(node.orelse)
        return self.either(body, orelse, node)

    def _boolean(self, node: ast.BoolOp) -> Value:
        value = self.use(node.values[0])
        for operand in node.values[1:]:
            value = self.state.use(self.either(value, self.use(operand), node), node)
        return value.value

    def either(self, first: Use, second: Use, node: ast.AST, name: str | None = None) -> Value:
        """Return what is one of two values, whichever arm the program took.

        Containers are joined by their entries, and an entry that stands in both
        stays one: a program with 40 branches must not double its list 40 times.

        Args:
            name: what both arms have bound, where a name meets again after a branch.
        """
        one, other = first.value, second.value
        if one is other:
            return one
        if isinstance(one, Container) and isinstance(other, Container):
            return self._joined(one, first.path, other, second.path, node)
        if isinstance(one, Container) or isinstance(other, Container):
            return one if isinstance(one, Container) else other
        if original(one) is original(other):
            return one
        return self.state.made("either", name, (first, second))

    def _joined(
        self, one: Container, path: Path, other: Container, other_path: Path, node: ast.AST
    ) -> Container:
        if not other.entries and not other.rest:
            return one
        if not one.entries and not one.rest:
            return other
        made = self.state.container(one.kind, node, min(one.begun, other.begun))
        made.depth = min(one.depth, other.depth)
        made.entries = _entries_of_both(one.entries, path, other.entries, other_path)
        made.rest = one.rest + [use for use in other.rest if use not in one.rest]
        made.names = one.names + other.names
        made.expression = one.expression or other.expression
        made.compiled = one.compiled or other.compiled
        made.looked_at = one.looked_at + other.looked_at
        made.ended = self.state.tick()
        return made

    def _walrus(self, node: ast.NamedExpr) -> Value:
        use = self.use(node.value)
        self.bind(node.target, use)
        return use.value

    def _yielded(self) -> Container:
        state = self.state
        if state.generator is None:
            state.generator = state.container("generator", state.generated, 0)
            state.generator.depth = 0
            state.generator.lazy = True
            state.generator.names.append(getattr(state.generated, "name", ""))
        return state.generator

    def _yield(self, node: ast.Yield) -> Value:
        if node.value is not None:
            use = self.use(node.value)
            self.state.enter(self._yielded(), use, None, use.moment)
        return self.state.made("opaque", "yield")

    def _yield_from(self, node: ast.YieldFrom) -> Value:
        self.state.join(self._yielded(), self.use(node.value))
        return self.state.made("opaque", "yield")

    def _lambda(self, node: ast.Lambda) -> Value:
        closure = Closure(node, self.state.environment, None)
        return Term("function", closure, (), ("function", id(node)))

    def _operation(self, node: ast.expr) -> Value:
        """Anything else takes the values of all its parts."""
        parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return self.state.made("operation", type(node).__name__, self.uses(parts))


def _entries_of_both(
    one: list[Entry], path: Path, other: list[Entry], other_path: Path
) -> list[Entry]:
    """Join what two arms have in a container: what only one has is there on its path only."""
    in_one = {id(entry.value): entry for entry in one}
    in_other = {id(entry.value): entry for entry in other}
    joined = []
    for entry in one:
        twin = in_other.get(id(entry.value))
        if twin is None:
            joined.append(_on(path, entry))
        else:
            common = tuple(arm for arm in entry.path if arm in twin.path)
            joined.append(entry if common == entry.path else replace(entry, path=common))
    joined += [_on(other_path, entry) for entry in other if id(entry.value) not in in_one]
    return joined


def _on(path: Path, entry: Entry) -> Entry:
    added = tuple(arm for arm in path if arm not in entry.path)
    return replace(entry, path=added + entry.path) if added else entry


def _variable_of_each(mapping: Container, key: Value) -> Value | None:
    """Return the variable that a mapping was made with for each key, whichever loop asks for it."""
    entry = mapping.entries[0] if len(mapping.entries) == 1 and not mapping.rest else None
    if entry is None or not entry.many or not isinstance(key, Term) or key.op != "elem":
        return None
    value = original(entry.value.value)
    made = isinstance(value, Term) and value.op == "call" and SHARED.search(str(value.label))
    return value if made else None


def _written(value: object) -> str:
    """Write a constant; of long numbers Python only writes the hexadecimal digits."""
    return hex(value) if isinstance(value, int) and value.bit_length() > 64 else repr(value)


def decision(test: ast.expr) -> Hashable:
    """Return what is equal for tests that decide alike: two tests of one flag."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = test.left, test.comparators[0]
        if isinstance(right, ast.Constant) and (name := dotted(left)) is not None:
            if isinstance(test.ops[0], ast.Eq):
                return Equals(name, _written(right.value))
            return (type(test.ops[0]), name, _written(right.value))
    return dotted(test) or test
