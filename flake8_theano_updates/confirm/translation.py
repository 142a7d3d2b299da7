"""From the interpreter's values to the expressions of a program: one reading of the code."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from flake8_theano_updates.confirm.expressions import (
    Expression,
    Shape,
    Variable,
    after,
    atom,
    call,
    compared,
    display,
    infix,
    literal,
    named,
    negative,
)
from flake8_theano_updates.confirm.functions import call_of, of_table, operated, unknown
from flake8_theano_updates.confirm.gradients import Gradients
from flake8_theano_updates.confirm.leaves import Leaves
from flake8_theano_updates.confirm.reading import (
    is_writable,
    makes_variable,
    operand_of,
    subscript,
)
from flake8_theano_updates.confirm.steps import Step
from flake8_theano_updates.confirm.translator import Place, UnknownStartError
from flake8_theano_updates.model import Fault, PairFault, Registration
from flake8_theano_updates.values import (
    Container,
    Path,
    Term,
    Use,
    by_key,
    joined,
    meet,
    operands,
    original,
)

_ARITHMETIC = frozenset({"+", "-", "*", "/", "**"})
_COMPUTED = _ARITHMETIC | {"neg", "operation"}
# What has a value of its own only as a variable.
_NAMES = frozenset("name attr elem part item import opaque registered".split())
_LITERALS = frozenset("number const text function class index".split())
# What is deeper is a leaf.
_DEEPEST = 100


class Translation:
    """Translates the new values of a finding's pairs; see `Translator`.

    Args:
        fault: what there is to show.
        targets: the pair of each variable that the collection updates, by its identity.
        step: how faithful the program is to be.
        shared: identities of what must be a shared variable, although nothing updates it.
        shape: of the arrays that stand in.
    """

    def __init__(
        self,
        fault: Fault,
        targets: dict[Hashable, Registration],
        step: Step,
        shared: frozenset[Hashable],
        shape: Shape,
    ) -> None:
        self.fault = fault
        self.targets = targets
        self.step = step
        self.numeric = False
        self.path: Path = fault.path
        self.turn: int | None = None
        self.leaves = Leaves(self, shared, shape)
        self.gradients = Gradients(self)
        self._nodes = {id(read.node) for read in fault.reads}
        self._frozen = isinstance(fault, PairFault) and fault.kind == "frozen"
        self._marking: set[Hashable] = set()
        self._done: dict[tuple[int, bool, int | None, bool], Expression] = {}
        self._depth = 0
        self._chosen: dict[int, Use] = {}
        self._without_read: set[int] = set()
        self._marking.update(self.resolve(read).value.identity for read in fault.reads)

    @contextmanager
    def as_numbers(self) -> Iterator[None]:
        """Translate initial values inside."""
        before, self.numeric = self.numeric, True
        try:
            yield
        finally:
            self.numeric = before

    # From uses to what they take.

    def resolve(self, use: Use, marked: bool = False) -> Place:
        """Follow renamings, elements of known lists and arms to what is computed."""
        while True:
            marked = marked or id(use.node) in self._nodes
            value = use.value
            if isinstance(value, Container):
                return Place(value, use, marked and not self._frozen)
            if value.op == "alias":
                use = value.uses[0]
            elif value.op == "either" and value.identity not in self.targets:
                use = self.choose(value)
            elif value.op == "elem" and (entry := self._entry(value)) is not None:
                use = entry
            else:
                marked = marked and value.identity in self._marking
                return Place(value, use, marked and not self._frozen)

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
        if element.identity in self.targets:
            return None
        source = original(element.uses[0].value)
        while isinstance(source, Term) and source.op == "either":
            source = original(self.choose(source).value)
        if not isinstance(source, Container):
            return None
        groups = [group for group in by_key(source) if meet(self.path, group[0].path)]
        if not groups:
            return None
        group = groups[(self.turn_of(element.identity) or 0) % len(groups)]
        return group[0].key or group[0].value

    def choose(self, either: Term) -> Use:
        """Return the arm of a value on which the fault happens, else one that meets its path."""
        if id(either) not in self._chosen:
            arms = list(_arms(either))
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
            if id(current.value) not in seen and id(current.value) not in self._without_read:
                seen.add(id(current.value))
                waiting.extend(operands(current.value))
        self._without_read |= seen
        return False

    # What stands on its own.

    def variable(self, use: Use) -> Variable | None:
        """Return the shared variable that ``use`` takes, or None for anything else."""
        place = self.resolve(use)
        value = place.value
        if isinstance(value, Container):
            return None
        shared = value.identity in self.targets or value.identity in self.leaves.shared
        return self.leaves.variable(value, place.use) if shared or makes_variable(value) else None

    def shared(self, use: Use) -> Variable:
        """Return the shared variable that ``use`` must take."""
        place = self.resolve(use)
        value = place.value
        if isinstance(value, Container):
            value = Term("name", "value", (), value.identity)
        return self.leaves.variable(value, place.use)

    def leaf(self, use: Use) -> Expression:
        """Return what stands for a value that nothing computes."""
        value = self.resolve(use).value
        if isinstance(value, Container):
            return self.leaves.number("value", use)
        if self.numeric and value.op not in _NAMES - {"opaque", "registered"} | {"number"}:
            raise UnknownStartError
        return self.leaves.leaf(value, self.resolve(use).use)

    def array(self, name: str, use: Use, note: str) -> Expression:
        """Return an array of numbers, or a number where there are no arrays."""
        return self.leaves.array(name, use, note)

    # From values to expressions.

    def expression(self, use: Use, marked: bool = False) -> Expression:
        """Translate what ``use`` takes."""
        place = self.resolve(use, marked)
        key = id(place.value), place.marked, self.turn, self.numeric
        if key not in self._done:
            self._done[key] = atom("0.5")  # for a value that holds itself
            self._depth += 1
            try:
                made = self.leaf(use) if self._depth > _DEEPEST else self._made(place)
            except UnknownStartError:
                del self._done[key]
                raise
            finally:
                self._depth -= 1
            self._done[key] = _on_its_line(place.use, made, with_name=not self.numeric)
        return self._done[key]

    def _made(self, place: Place) -> Expression:
        value = place.value
        if isinstance(value, Container):
            return self._display(value, place.marked)
        variable = self.variable(place.use)
        if variable is not None and self.numeric:
            return after(variable, ".get_value()")
        if variable is not None:
            return Expression("read({})", (variable,)) if place.marked else variable
        match value.op:
            case "const" if is_writable(value.label):
                return literal(value.label)
            case "+" | "-" | "*" | "/" | "**":
                return self._arithmetic(value)
            case "neg":
                return negative(self.expression(value.uses[0]))
            case "pos":
                return self.expression(value.uses[0])
            case "average":
                rest = [] if len(value.uses) > 2 else [atom("0.9")]
                return call("average", *map(self.expression, value.uses), *rest)
            case "operation":
                return self._operation(value, place)
            case "view":
                return self._view(value)
            case "static":
                return self._static(value, place)
            case "item" | "slice" | "elem" | "part":
                return self._part(value, place)
            case "grad":
                return self.gradients.whole(value) or self.leaf(place.use)
            case "registered":
                pair = self.targets.get(self.resolve(value.uses[0]).value.identity)
                return self.leaf(place.use) if pair is None else self.expression(pair.new)
            case "call":
                return call_of(self, value, place)
        return self.leaf(place.use)

    def _display(self, container: Container, marked: bool) -> Expression:
        uses = [entry.value for entry in container.entries if meet(self.path, entry.path)]
        if self.numeric and (not uses or container.rest):
            raise UnknownStartError
        if self.numeric:
            uses = uses if len(uses) <= 10 else uses[:2]
        return display([self.expression(use, marked) for use in uses] or [atom("0.5")])

    def _arithmetic(self, value: Term) -> Expression:
        """Translate an operation; of a long sum, one term after the other."""
        chain = [value]
        while True:
            left = chain[-1].uses[0]
            inner = left.value
            if isinstance(left.node, ast.Name) or not isinstance(inner, Term):
                break
            if inner.op not in _ARITHMETIC or inner.identity in self.targets:
                break
            chain.append(inner)
        made = self.expression(chain[-1].uses[0])
        for one in reversed(chain):
            made = infix(one.op, made, self.expression(one.uses[1]))
        return made

    def _operation(self, value: Term, place: Place) -> Expression:
        label = value.label
        if isinstance(label, tuple) and label[0] == "compare" and len(label) == 2:
            operator = str(label[1])
            if operator in ("<", "<=", ">", ">="):
                return compared(operator, *map(self.expression, value.uses))
            function = {"==": "eq", "!=": "neq"}.get(operator)
            if function is not None:
                return of_table(self, function, value.uses)
        if label == "@":
            return of_table(self, "dot", value.uses)
        if label in ("%", "//", "&", "|", "^", "~", "not"):
            return operated(str(label), [self.expression(use) for use in value.uses])
        return unknown(self, value, place)

    def _view(self, value: Term) -> Expression:
        operand = operand_of(value)
        assert operand is not None
        inner = self.expression(operand)
        if value.label in ("T", "transpose") and self.step.arrays:
            return after(inner, ".T") if self.numeric else call("transposed", inner)
        return inner

    def _static(self, value: Term, place: Place) -> Expression:
        operand = operand_of(value)
        if operand is None:
            return self.leaf(place.use)
        if value.label in ("get_value", "eval", "container"):
            return self.expression(operand) if self.numeric else self._number_of(operand)
        if value.label in ("zeros_like", "ones_like"):
            if self.numeric:
                return call(f"numpy.{value.label}", self.expression(operand))
            if not self.step.arrays:
                return literal(float(value.label == "ones_like"))
            return call(str(value.label), self.expression(operand))
        if value.label == "shape" and self.step.arrays and not self.numeric:
            return call("theano.tensor.shape", self.expression(operand))
        if value.label in ("shape", "size", "len", "int_shape", "count_params"):
            return atom("2.0")
        return self.leaf(place.use)

    def _number_of(self, operand: Use) -> Expression:
        """Return a number that is taken of an expression now, and not in each call."""
        inner = self.resolve(operand).value
        computed = not isinstance(inner, Container) and inner.op in _COMPUTED
        live = self.expression(operand) if computed else self.shared(operand)
        number = after(live, ".eval()" if computed else ".get_value()")
        if self._frozen and any(operand.node is read.node for read in self.fault.reads):
            self.leaves.frozen = live
            return Expression("read({}, {})", (number, live))
        return number

    def _part(self, value: Term, place: Place) -> Expression:
        """Translate an element of something, by an index or in a loop."""
        gradient = self.gradients.of_item(value)
        if gradient is not None:
            return gradient
        if (value.op, value.label) == ("elem", "index"):
            return atom(str(1 if self.turn is None else self.turn))
        if value.op not in ("item", "slice") or self.numeric:
            return self.leaf(place.use)
        base = value.uses[0]
        inner = self.resolve(base).value
        if isinstance(inner, Container) or inner.op in _LITERALS:
            return self.leaf(place.use)
        if inner.op in _NAMES and self.variable(base) is None:
            return self.leaf(place.use)
        suffix = subscript(value.uses[1]) if len(value.uses) > 1 and self.step.arrays else None
        suffix = None if suffix == "[]" else suffix  # x[()] is all of x
        whole = self.expression(base)
        return whole if suffix is None else after(whole, suffix)


def _on_its_line(use: Use, made: Expression, *, with_name: bool) -> Expression:
    """Note where it is from; what has a name in the file has a line of its own."""
    if made.line is not None or not made.parts or made.name or made.form.startswith("read("):
        return made
    inside = (part.node for part in operands(use.value))
    lines = [node.lineno for node in inside if hasattr(node, "lineno")]
    line = min(lines, default=use.node.lineno)
    if isinstance(use.node, ast.Name) and with_name:
        return named(made, use.node.id, line, made.note)
    return replace(made, line=line)


def _arms(either: Term) -> Iterator[tuple[Use, Path]]:
    """Return what a value that is one of several may be, each with the branches to it."""
    waiting: list[tuple[Use, Path]] = [(use, use.path) for use in reversed(either.uses)]
    while waiting:
        use, way = waiting.pop()
        if isinstance(value := original(use.value), Term) and value.op == "either":
            waiting.extend((inner, joined(way, inner.path)) for inner in reversed(value.uses))
        else:
            yield use, way


def _empty(use: Use) -> bool:
    """Is this None, as what has not been given is?"""
    value = original(use.value)
    return isinstance(value, Term) and value.op == "const" and value.label is None
