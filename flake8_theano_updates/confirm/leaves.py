"""What expressions are made of in the end: variables, numbers and arrays."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from flake8_theano_updates.checks.leaves import names_a_number
from flake8_theano_updates.checks.reading import key_of_item
from flake8_theano_updates.confirm.expressions import (
    Expression,
    atom,
    call,
    infix,
    literal,
    named,
)
from flake8_theano_updates.confirm.numbers import Numbers
from flake8_theano_updates.confirm.plans import Translator
from flake8_theano_updates.confirm.starts import (
    SIDE,
    Starts,
    UnknownStartError,
    makes_variable,
    shape_of,
    shape_of_start,
    starts_at_zero,
    value_of_input,
)
from flake8_theano_updates.confirm.table import CONSTANTS, canonical
from flake8_theano_updates.values import Container, Term, Use, Value, original

# What makes a symbolic input: its type, and its dimensions.
_INPUT = re.compile(r"^([bwilfd]?)(scalar|vector|row|col|matrix|tensor3|tensor4)s?$")
_DIMENSIONS = {"scalar": 0, "vector": 1, "row": 2, "col": 2, "matrix": 2, "tensor3": 3}
_ID = 10**6  # what is larger is the address of an object
_WHOLE = ("b", "w", "i", "l")


@dataclass(frozen=True, eq=False)
class Variable:
    """A shared variable of a program.

    Args:
        label: how the file writes it.
        expression: what makes it.
        from_zero: whether it starts at zero.
    """

    label: str
    expression: Expression
    from_zero: bool


class Leaves:
    """Makes the leaves of one program, each once.

    Args:
        translator: what they are leaves of.
        shared: identities of what must be a shared variable, although nothing updates it.

    ``frozen`` is the expression that the finding's number is taken of, if it has one.
    """

    def __init__(self, translator: Translator, shared: Iterable[Hashable]) -> None:
        self._translator = translator
        self.shared = frozenset(shared)
        self._numbers = Numbers()
        self._starts = Starts(translator.leaf, translator.variable, translator.choose)
        self._leaves: dict[Hashable, Expression] = {}
        self.variables: dict[Hashable, Variable] = {}
        self.wanted: set[Hashable] = set()
        self.frozen: Expression | None = None
        self.shape: tuple[int, ...] = (SIDE, SIDE)

    def shape_of(self, use: Use) -> tuple[int, ...] | None:
        """Return the shape of a variable, where its making tells it."""
        given = value_of_input(use.value)
        if given is not None:
            return shape_of_start(given, self.shape_of)
        value = self._maker(self._translator.resolve(use).value)
        return None if value is None else shape_of(value, self.shape_of)

    def is_shared(self, value: Term) -> bool:
        """Must this be a shared variable, although nothing updates it?"""
        return value.identity in self.shared

    def variable(self, value: Term, use: Use) -> Expression:
        """Return a shared variable."""
        known = self.variables.get(value.identity)
        if known is None:
            if (value.identity, None) in self._leaves:
                self.wanted.add(value.identity)
            registration = self._translator.targets.get(value.identity)
            label = text_of(registration.variable if registration else use)
            known = self._made(value, label, use)
            self.variables[value.identity] = known
        return known.expression

    def _made(self, value: Term, label: str, use: Use) -> Variable:
        step = self._translator.step
        maker = self._maker(value)
        line = use.node.lineno
        start: Expression | None = None
        given = self._input_value(value)
        try:
            # While its start is written, a variable that needs itself has none.
            self.variables[value.identity] = Variable(label, atom("0.5"), False)
            if given is not None:
                start = self._starts.of_input(given)
            elif maker is not None:
                line = min((part.node.lineno for part in maker.uses), default=line)
                start = self._starts.of_maker(maker)
        except UnknownStartError:
            start = None
        zero = start is not None and starts_at_zero(start)
        note = "" if start is not None else "its start stands in"
        if start is None:
            shape = self.shape if step.arrays else ()
            start = self._numbers.array(_key(value, label), shape)
        elif not step.arrays:
            start = self._number_for(start, _key(value, label), zero)
        still = value.identity not in self._translator.targets
        lifted = zero and (step.nonzero == "all" or (step.nonzero == "still" and still))
        if lifted:
            start = infix("+", start, literal(self._numbers.number(_key(value, label))))
            note = "not from zero"
        made = named(call("theano.shared", start), label, line, note)
        return Variable(label, made, zero and not lifted)

    def _input_value(self, value: Term) -> Use | None:
        """Return what an input that is updated starts with, or None for any other variable."""
        registration = self._translator.targets.get(value.identity)
        return None if registration is None else value_of_input(registration.variable.value)

    def _number_for(self, start: Expression, key: str, zero: bool) -> Expression:
        """Return the number in the place of an array, as a literal start is one."""
        if not start.parts and _is_number(start.form):
            return start
        return atom("0.0") if zero else literal(self._numbers.number(key))

    def _maker(self, value: Value) -> Term | None:
        value = original(value)
        while isinstance(value, Term) and value.op == "either":
            value = original(self._translator.choose(value).value)
        return value if isinstance(value, Term) and makes_variable(value) else None

    def leaf(self, value: Term, use: Use) -> Expression:
        """Return the number or the array that stands for a value."""
        key = value.identity, self._translator.turn_of(value.identity)
        known = self._leaves.get(key)
        if known is None:
            known = self._leaves[key] = self._stand_in(value, use)
        return known

    def number(self, name: str, use: Use, note: str = "a number") -> Expression:
        """Return a number."""
        number = literal(self._numbers.number(self._key(use, name)))
        return named(number, name, use.node.lineno, note)

    def array(self, name: str, use: Use, note: str = "an array") -> Expression:
        """Return an array, or a number where there are no arrays."""
        if not self._translator.step.arrays or not self.shape:
            return self.number(name, use, note.replace("an array", "a number"))
        array = self._numbers.array(self._key(use, name), self.shape)
        return named(array, name, use.node.lineno, note)

    def _key(self, use: Use, name: str) -> str:
        return _key(self._translator.resolve(use).value, name)

    def _stand_in(self, value: Term, use: Use) -> Expression:
        text = text_of(use)
        if value.op == "number":
            default = original(value.uses[0].value)
            assert isinstance(default, Term)
            assert isinstance(default.label, (int, float))
            return named(literal(default.label), str(value.label), use.node.lineno, "its default")
        if value.op == "import":
            constant = CONSTANTS.get(canonical(str(value.label)))
            if constant is not None:
                return atom(constant)
        matched = _INPUT.match(str(value.label)) if value.op == "call" else None
        if matched:
            return self._input(*matched.groups(), text=text, use=use)
        if value.op in ("call", "static", "view", "opaque") and not _is_name(use):
            text = str(value.label)
        if value.op in ("text", "index", "function", "class", "const", "static"):
            return self.number(text, use)
        names = (text.rpartition(".")[2], key_of_item(value) or "")
        if any(map(names_a_number, names)):
            return self.number(text, use)
        return self.array(text, use)

    def _input(self, kind: str, dimensions: str, *, text: str, use: Use) -> Expression:
        text = text if _is_name(use) else dimensions
        if not self._translator.step.arrays or dimensions == "scalar":
            if kind in _WHOLE:
                return named(atom("1"), text, use.node.lineno, "an input")
            return self.number(text, use, "an input")
        shape = (SIDE,) * _DIMENSIONS.get(dimensions, 4)
        if kind in _WHOLE:
            ones = atom(f"numpy.ones({shape}, dtype='int64')")
            return named(ones, text, use.node.lineno, "an input")
        return named(self._numbers.array(text, shape), text, use.node.lineno, "an input")


# What identities are made of that stay the same when other lines of the file change.
_LASTING = frozenset(
    "elem inner part item attr name parameter number import const index default text call".split()
)


def _key(value: Value, name: str) -> str:
    """Return a text for a value that does not depend on which of its names is met first."""
    waiting: list[Hashable] = [value.identity]
    addresses: list[str] = []
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            if part and part[0] not in _LASTING:
                return name
            waiting.extend(part[1:])
        elif isinstance(part, int) and part > _ID:
            addresses.append(str(part))
    text = repr(value.identity)
    for address in addresses:
        text = text.replace(address, "")
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_name(use: Use) -> bool:
    return isinstance(use.node, (ast.Name, ast.Attribute, ast.Subscript))


def text_of(use: Use) -> str:
    """Return what the file calls a value."""
    if _is_name(use):
        return ast.unparse(use.node)
    value = original(use.value)
    if isinstance(value, Container) or value.label is None:
        return "value"
    return str(value.label)
