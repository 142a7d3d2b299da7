"""From the interpreter's values to the expressions of a program: one reading of the code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace

from flake8_theano_updates.confirm.calls import Calls
from flake8_theano_updates.confirm.expressions import (
    Expression,
    after,
    atom,
    call,
    compared,
    infix,
    literal,
    named,
    negative,
)
from flake8_theano_updates.confirm.gradients import Gradients
from flake8_theano_updates.confirm.leaves import Leaves
from flake8_theano_updates.confirm.plans import Place, Plan, whole
from flake8_theano_updates.confirm.starts import given, makes_variable
from flake8_theano_updates.confirm.steps import Step
from flake8_theano_updates.model import Fault, PairFault, Registration
from flake8_theano_updates.values import (
    Container,
    Path,
    Term,
    Use,
    Value,
    by_key,
    meet,
    operands,
    original,
)

_COMPUTED = frozenset({"+", "-", "*", "/", "**", "neg", "operation"})


class Translation:
    """Translates the new values of a finding's pairs.

    Args:
        fault: what there is to show.
        targets: the pair of each variable that the collection updates, by its identity.
        step: how faithful the program is to be.
        shared: identities of what must be a shared variable, although nothing updates it.
    """

    def __init__(
        self,
        fault: Fault,
        targets: dict[Hashable, Registration],
        step: Step,
        shared: frozenset[Hashable],
    ) -> None:
        self.fault = fault
        self.targets = targets
        self.step = step
        self.path: Path = fault.path
        self.turn: int | None = None
        self.leaves = Leaves(self, shared)
        self.gradients = Gradients(self)
        self.calls = Calls(self, self.leaves)
        self._nodes = {id(read.node) for read in fault.reads}
        self._frozen = isinstance(fault, PairFault) and fault.kind == "frozen"
        self._marking: set[Hashable] = set()
        self._done: dict[tuple[int, bool, int | None], Expression] = {}
        self._chosen: dict[int, Use] = {}
        self._holds: dict[int, bool] = {}
        self._marking.update(self.identity(read) for read in fault.reads)

    # From uses to expressions.

    def expression(self, use: Use, marked: bool = False) -> Expression:
        """Translate what ``use`` takes, without recursion."""
        place = self.resolve(use, marked)
        waiting: list[tuple[Place, Plan | None]] = [(place, None)]
        entered: set[tuple[int, bool, int | None]] = set()
        while waiting:
            current, plan = waiting.pop()
            key = self._key(current)
            if key in self._done:
                continue
            if plan is None:
                if key in entered:
                    continue
                entered.add(key)
                plan = self._plan(current)
                waiting.append((current, plan))
                for inner in plan.uses:
                    waiting.append((self.resolve(inner, current.marked), None))
                continue
            parts = [
                self._done.get(self._key(self.resolve(inner, current.marked))) or atom("0.5")
                for inner in plan.uses
            ]
            self._done[key] = self._on_its_line(current.use, plan.combine(parts))
        return self._done[self._key(place)]

    def _key(self, place: Place) -> tuple[int, bool, int | None]:
        return id(place.value), place.marked, self.turn

    def resolve(self, use: Use, marked: bool = False) -> Place:
        """Follow renamings, elements of known lists and arms to what is computed."""
        while True:
            marked = marked or id(use.node) in self._nodes
            value = use.value
            if isinstance(value, Container):
                return Place(value, use, marked and not self._frozen)
            if value.op == "alias":
                use = value.uses[0]
                continue
            if value.identity in self.targets:
                break
            if value.op == "either":
                use = self.choose(value)
                continue
            if value.op == "elem" and (entry := self._entry(value)) is not None:
                use = entry
                continue
            break
        marked = marked and value.identity in self._marking
        return Place(value, use, marked and not self._frozen)

    def identity(self, use: Use) -> Hashable:
        """Return what is equal for uses that take the same object."""
        return self.resolve(use).value.identity

    def turn_of(self, identity: Hashable) -> int | None:
        """Return the turn of the loop in which this is one of many, None where it is the same."""
        bound = self.fault.bound if isinstance(self.fault, PairFault) else frozenset()
        waiting = [identity] if self.turn is not None else []
        while waiting:
            part = waiting.pop()
            if part in bound:
                return self.turn
            if isinstance(part, tuple):
                waiting.extend(part[1:])
        return None

    def _entry(self, element: Term) -> Use | None:
        """Return the element of a known list that stands for all of them."""
        source = original(element.uses[0].value)
        while isinstance(source, Term) and source.op == "either":
            source = original(self.choose(source).value)
        if not isinstance(source, Container):
            return None
        groups = [group for group in by_key(source) if meet(self.path, group[0].path)]
        if not groups:
            return None
        bound = isinstance(self.fault, PairFault) and element.identity in self.fault.bound
        group = groups[(self.turn or 0) % len(groups) if bound else 0]
        return group[0].key or group[0].value

    def choose(self, either: Term) -> Use:
        """Return the arm of a value on which the fault happens, else one that meets its path."""
        if id(either) not in self._chosen:
            arms = list(_arms(either, ()))
            meeting = [(use, path) for use, path in arms if meet(self.path, path)] or arms
            use, path = min(meeting, key=lambda arm: (not self._holds_read(arm[0]), _empty(arm[0])))
            if meet(self.path, path):
                self.path = (*self.path, *path)
            self._chosen[id(either)] = use
        return self._chosen[id(either)]

    def _holds_read(self, use: Use) -> bool:
        """Does a read of the finding flow into what ``use`` takes?"""
        seen: set[int] = set()
        waiting = [use]
        while waiting:
            current = waiting.pop()
            if id(current.node) in self._nodes:
                return True
            if id(current.value) not in seen:
                seen.add(id(current.value))
                if self._holds.get(id(current.value), True):
                    waiting.extend(operands(current.value))
        self._holds.update(dict.fromkeys(seen, False))
        return False

    def _on_its_line(self, use: Use, made: Expression) -> Expression:
        """Let what has a name in the file have a line of its own in the program."""
        computed = made.parts and made.name is None and not made.form.startswith("read(")
        if made.line is None and computed:
            line = min((part.lineno for part in _nodes_of(use)), default=use.node.lineno)
            name = use.node.id if isinstance(use.node, ast.Name) else None
            return named(made, name, line, made.note) if name else replace(made, line=line)
        return made

    # Variables, and what stands on its own.

    def variable(self, use: Use) -> Expression | None:
        """Return the shared variable that ``use`` takes, or None for anything else."""
        place = self.resolve(use)
        value = place.value
        if isinstance(value, Container):
            return None
        if value.identity in self.targets or makes_variable(value) or self.leaves.is_shared(value):
            return self.leaves.variable(value, place.use)
        return None

    def shared(self, use: Use) -> Expression:
        """Return the shared variable that something known to be one is."""
        place = self.resolve(use)
        if isinstance(place.value, Container):
            return self.leaves.number("value", use)
        return self.leaves.variable(place.value, place.use)

    def leaf(self, use: Use) -> Expression:
        """Return what stands for a value that nothing computes."""
        place = self.resolve(use)
        if isinstance(place.value, Container):
            return self.leaves.number("value", use)
        return self.variable(use) or self.leaves.leaf(place.value, place.use)

    def read(self, variable: Expression) -> Expression:
        """Mark a read of the finding."""
        return Expression("read({})", (variable,))

    # One kind of value after the other.

    def _plan(self, place: Place) -> Plan:
        value = place.value
        if isinstance(value, Container):
            return self._display(value)
        variable = self.variable(place.use)
        if variable is not None:
            return whole(self.read(variable) if place.marked else variable)
        known = {
            "const": self._constant,
            "neg": self._sign,
            "pos": self._sign,
            "operation": self._operation,
            "average": self._average,
            "view": self._view,
            "static": self._static,
            "item": self._item,
            "slice": self._item,
            "elem": self._element,
            "part": self._element,
            "grad": self._gradient,
            "registered": self._registered,
            "call": self._call,
        }.get(value.op)
        if value.op in ("+", "-", "*", "/", "**"):
            return Plan(value.uses, lambda parts: infix(value.op, *parts))
        return self._leaf(place) if known is None else known(value, place)

    def _leaf(self, place: Place) -> Plan:
        return whole(self.leaf(place.use))

    def _display(self, container: Container) -> Plan:
        uses = [entry.value for entry in container.entries if meet(self.path, entry.path)]
        if not uses:
            return whole(atom("0.5"))

        def combine(parts: Sequence[Expression]) -> Expression:
            return Expression("[{}]".format(", ".join(["{}"] * len(parts))), tuple(parts))

        return Plan(uses, combine)

    def _constant(self, value: Term, place: Place) -> Plan:
        if isinstance(value.label, (int, float)) and abs(value.label) < 2**53:
            return whole(literal(value.label))
        return self._leaf(place)

    def _sign(self, value: Term, place: Place) -> Plan:
        return Plan(value.uses, lambda parts: negative(parts[0]) if value.op == "neg" else parts[0])

    def _average(self, value: Term, place: Place) -> Plan:
        rest = [] if len(value.uses) > 2 else [atom("0.9")]
        return Plan(value.uses, lambda parts: call("average", *parts, *rest))

    def _operation(self, value: Term, place: Place) -> Plan:
        label = value.label
        if isinstance(label, tuple) and label[0] == "compare" and len(label) == 2:
            operator = str(label[1])
            if operator in ("<", "<=", ">", ">="):
                return Plan(value.uses, lambda parts: compared(operator, *parts))
            function = {"==": "eq", "!=": "neq"}.get(operator)
            if function is not None:
                return Plan(
                    value.uses, lambda p: call("number", call(f"theano.tensor.{function}", *p))
                )
        if label in ("%", "//"):
            return Plan(value.uses, lambda parts: infix(str(label), *parts))
        if label == "@":
            return self.calls.of_table("dot", value.uses)
        masks: dict[object, Callable[[Sequence[Expression]], Expression]] = {
            "&": lambda parts: infix("*", *parts),
            "|": lambda parts: call("theano.tensor.maximum", *parts),
            "^": lambda parts: call("abs", infix("-", *parts)),
            "~": lambda parts: infix("-", atom("1"), parts[0]),
            "not": lambda parts: infix("-", atom("1"), parts[0]),
        }
        if label in masks:
            return Plan(value.uses, masks[label])
        return self.calls.unknown(value, place)

    def _view(self, value: Term, place: Place) -> Plan:
        arguments, _, receiver = given(value)
        inner = receiver or arguments[0]
        if value.label in ("T", "transpose") and self.step.arrays:
            return Plan([inner], lambda parts: call("transposed", *parts))
        return Plan([inner], lambda parts: parts[0])

    def _static(self, value: Term, place: Place) -> Plan:
        arguments, _, receiver = given(value)
        operand = receiver or (arguments[0] if arguments else None)
        if operand is None:
            return self._leaf(place)
        if value.label in ("get_value", "eval", "container"):
            return self._frozen_number(operand)
        if value.label in ("zeros_like", "ones_like"):
            if not self.step.arrays:
                return whole(atom("0.0" if value.label == "zeros_like" else "1.0"))
            return Plan([operand], lambda p: call(str(value.label), *p))
        if value.label == "shape" and self.step.arrays:
            return Plan([operand], lambda parts: call("theano.tensor.shape", *parts))
        if value.label in ("shape", "size", "len", "int_shape", "count_params"):
            return whole(atom("2.0"))
        return self._leaf(place)

    def _frozen_number(self, operand: Use) -> Plan:
        """Return the plan of a number that is taken of an expression now, and not in each call."""
        marked = self._frozen and any(operand.node is read.node for read in self.fault.reads)
        inner = self.resolve(operand).value
        computed = not isinstance(inner, Container) and inner.op in _COMPUTED
        if not computed:
            variable = self.shared(operand)

        def combine(parts: Sequence[Expression]) -> Expression:
            live = parts[0] if computed else variable
            number = after(live, ".eval()" if computed else ".get_value()")
            if not marked:
                return number
            self.leaves.frozen = live
            return Expression("read({}, {})", (number, live))

        return Plan([operand] if computed else [], combine)

    def _item(self, value: Term, place: Place) -> Plan:
        base, index = (*value.uses, None, None)[:2]
        if base is None:
            return self._leaf(place)
        gradient = self.gradients.of_item(value)
        if gradient is not None:
            return gradient
        inner = self.resolve(base).value
        if not self._is_computed(inner, base):
            return self._leaf(place)
        if isinstance(inner, Container):
            return self._leaf(place)
        suffix = None if index is None or not self.step.arrays else _subscript(index)
        if suffix is None:
            return Plan([base], lambda parts: parts[0])
        return Plan([base], lambda parts: after(parts[0], suffix))

    def _is_computed(self, value: Value, use: Use) -> bool:
        """Is this more than a name that nothing is known of?"""
        if isinstance(value, Container):
            return True
        if value.op in ("name", "attr", "elem", "part", "item", "import", "opaque", "registered"):
            return self.variable(use) is not None
        return value.op not in ("number", "const", "text", "function", "class", "index")

    def _element(self, value: Term, place: Place) -> Plan:
        gradient = self.gradients.of_item(value)
        if gradient is not None:
            return gradient
        if (value.op, value.label) == ("elem", "index"):
            return whole(atom(str(1 if self.turn is None else self.turn)))
        return self._leaf(place)

    def _gradient(self, value: Term, place: Place) -> Plan:
        return self.gradients.whole(value) or self._leaf(place)

    def _registered(self, value: Term, place: Place) -> Plan:
        pair = self.targets.get(self.identity(value.uses[0]))
        if pair is None:
            return self._leaf(place)
        return Plan([pair.new], lambda parts: parts[0])

    def _call(self, value: Term, place: Place) -> Plan:
        return self.calls.plan(value, place)


def _nodes_of(use: Use) -> Iterator[ast.expr]:
    for inner in operands(use.value):
        if hasattr(inner.node, "lineno"):
            yield inner.node


def _arms(either: Term, path: Path) -> Iterator[tuple[Use, Path]]:
    """Return what a value that is one of several may be, each with the branches to it."""
    waiting = [(use, (*path, *use.path)) for use in reversed(either.uses)]
    while waiting:
        use, way = waiting.pop()
        value = original(use.value)
        if isinstance(value, Term) and value.op == "either":
            waiting.extend((inner, (*way, *inner.path)) for inner in reversed(value.uses))
        else:
            yield use, way


def _empty(use: Use) -> bool:
    """Is this None, as what has not been given is?"""
    value = original(use.value)
    return isinstance(value, Term) and value.op == "const" and value.label is None


def _subscript(index: Use) -> str | None:
    """Write an index of literals, or return None for any other."""
    value = original(index.value)
    if isinstance(value, Container):
        parts = [_subscript(entry.value) for entry in value.entries]
        if any(part is None for part in parts):
            return None
        return "[{}]".format(", ".join(str(part)[1:-1] for part in parts))
    if value.op == "const" and (value.label is None or isinstance(value.label, int)):
        return f"[{value.label}]"
    if value.op == "operation" and isinstance(value.label, tuple) and value.label[0] == "slice":
        bounds = iter(value.uses)
        texts = []
        for there in value.label[1:]:
            bound = original(next(bounds).value) if there else None
            if bound is None:
                texts.append("")
            elif isinstance(bound, Term) and bound.op == "const" and isinstance(bound.label, int):
                texts.append(str(bound.label))
            else:
                return None
        return "[{}]".format(":".join(texts if texts[2] else texts[:2]))
    return None
