"""Expressions of a program as data, and the lines that they become."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

# How strongly what is printed holds together; an operand that holds less is put in brackets.
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)
# What is longer gets a name and a line of its own; so does what is used again, from there on.
_LONGEST, _AGAIN = 64, 22
_COMMENTS = 70  # the column of comments
_OF_PYTHON_2 = frozenset({"print", "exec"})

Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Expression:
    """One expression of a program.

    Args:
        form: how it is printed, with ``{}`` for each of its parts.
        parts: the expressions that it is made of.
        holds: how strongly it holds together.
        needs: how strongly each of its parts must.
        name: what is defined by it and has a line of its own; None for what stands in others.
        line: where it is from, in the user's file.
        note: what else there is to say of it.
        shape: of its value, where that is known; of a shape itself what it says.
    """

    form: str
    parts: tuple[Expression, ...] = ()
    holds: int = ATOM
    needs: tuple[int, ...] = ()
    name: str | None = None
    line: int | None = None
    note: str = ""
    shape: Shape | None = None


@dataclass(frozen=True, eq=False)
class Variable(Expression):
    """A shared variable.

    Args:
        label: how the file writes it.
        identity: of what the file has there.
        from_zero: whether it starts at zero.
    """

    label: str = ""
    identity: Hashable = None
    from_zero: bool = False


def atom(text: str, shape: Shape | None = ()) -> Expression:
    """Return a name or a number."""
    return Expression(text, holds=SIGN if text.startswith("-") else ATOM, shape=shape)


def literal(number: float) -> Expression:
    """Return a number of the file."""
    text = repr(float(number) if isinstance(number, bool) else number)
    return atom(text.replace("inf", "numpy.inf").replace("nan", "numpy.nan"))


def call(
    function: str, *parts: Expression, options: str = "", shape: Shape | None = None
) -> Expression:
    """Return a call; ``options`` are keywords as they are printed."""
    inside = ", ".join([*["{}"] * len(parts), *([options] if options else [])])
    return Expression(f"{function}({inside})", parts, shape=shape or _widest(parts))


def display(parts: Sequence[Expression]) -> Expression:
    """Return a list."""
    inner = parts[0].shape
    shape = None if inner is None else (len(parts), *inner)
    return Expression("[{}]".format(", ".join(["{}"] * len(parts))), tuple(parts), shape=shape)


_INFIX = {
    "+": (SUM, SUM, SUM),
    "-": (SUM, SUM, PRODUCT),
    "*": (PRODUCT, PRODUCT, PRODUCT),
    **dict.fromkeys(("/", "//", "%"), (PRODUCT, PRODUCT, SIGN)),
    "**": (POWER, ATOM, SIGN),
}


def infix(operator: str, left: Expression, right: Expression) -> Expression:
    """Return an operation on two operands."""
    holds, *needs = _INFIX[operator]
    parts = left, right
    return Expression(f"{{}} {operator} {{}}", parts, holds, tuple(needs), shape=_widest(parts))


def negative(operand: Expression) -> Expression:
    """Return the operand with the other sign."""
    return Expression("-{}", (operand,), SIGN, (SIGN,), shape=operand.shape)


def compared(operator: str, left: Expression, right: Expression) -> Expression:
    """Return a comparison as a number."""
    return Expression(f"number({{}} {operator} {{}})", (left, right), ATOM, (SUM, SUM))


def after(expression: Expression, suffix: str) -> Expression:
    """Return an attribute, a method's call or an item of an expression."""
    return Expression(f"{{}}{suffix}", (expression,), ATOM, (ATOM,), shape=expression.shape)


def named(expression: Expression, name: str, line: int | None, note: str = "") -> Expression:
    """Return an expression that is printed on a line of its own."""
    return replace(expression, name=name, line=line, note=note)


def _widest(parts: Iterable[Expression]) -> Shape | None:
    """Return the shape of what is computed element by element."""
    shapes = [part.shape for part in parts]
    known = [shape for shape in shapes if shape is not None]
    return max(known, key=len) if known and len(known) == len(shapes) else None


@dataclass(frozen=True)
class Line:
    """One line of a program and where it is from."""

    code: str
    comment: str = ""

    def __str__(self) -> str:
        code = f"    {self.code}"
        return f"{code:<{_COMMENTS}}  # {self.comment}" if self.comment else code


class Printer:
    """Prints expressions, and before them the lines that they need.

    Args:
        reserved: names that mean something else in the program.
        place: how one speaks of a line of the user's file.
    """

    def __init__(self, reserved: Iterable[str], place: Callable[[int], str]) -> None:
        self.lines: list[Line] = []
        self.notes: list[tuple[str, str]] = []
        self.place = place
        self._taken = set(reserved)
        self._printed: dict[int, tuple[str, int]] = {}
        self._counts: dict[int, int] = {}

    def count(self, roots: Sequence[Expression]) -> None:
        """Note how often each expression is used: what is used again is printed once."""
        waiting = list(roots)
        while waiting:
            expression = waiting.pop()
            self._counts[id(expression)] = self._counts.get(id(expression), 0) + 1
            if self._counts[id(expression)] == 1:
                waiting.extend(reversed(expression.parts))

    def text(self, root: Expression) -> str:
        """Return how ``root`` is written, once the lines that it needs are there."""
        for one in self._in_order(root):
            code = self._code(one)
            again = self._counts.get(id(one), 0) > 1 and one.parts and len(code) > _AGAIN
            if one.name is not None or again or (len(code) > _LONGEST and one is not root):
                name = self._free(identifier(one.name or "value"))
                self.lines.append(Line(f"{name} = {code}", self.comment(one)))
                self.notes.append((name, one.note))
                self._printed[id(one)] = name, ATOM
            else:
                self._printed[id(one)] = code, one.holds
        return self._printed[id(root)][0]

    def _in_order(self, root: Expression) -> Iterator[Expression]:
        """Visit ``root`` after its parts, the first part first, each expression once."""
        entered: set[int] = set()
        waiting = [(root, False)]
        while waiting:
            expression, ready = waiting.pop()
            if ready:
                yield expression
            elif id(expression) not in self._printed and id(expression) not in entered:
                entered.add(id(expression))
                waiting.append((expression, True))
                waiting.extend((part, False) for part in reversed(expression.parts))

    def _code(self, expression: Expression) -> str:
        needs = expression.needs or (0,) * len(expression.parts)
        printed = (self._printed[id(part)] for part in expression.parts)
        parts = [
            f"({text})" if holds < need else text
            for (text, holds), need in zip(printed, needs, strict=True)
        ]
        return expression.form.format(*parts) if parts else expression.form

    def comment(self, expression: Expression) -> str:
        """Return where an expression is from, and what else there is to say of it."""
        where = self.place(expression.line) if expression.line else ""
        return ": ".join(part for part in (where, expression.note) if part)

    def _free(self, base: str) -> str:
        name, number = base, 2
        while name in self._taken:
            name, number = f"{base}_{number}", number + 1
        self._taken.add(name)
        return name


def identifier(text: str) -> str:
    """Return an identifier of ASCII letters for what the user calls a thing.

    ``self.accs[i]`` becomes ``accs_i``; what has no letters of these becomes ``value``.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    plain = re.sub(r"\bself\b", "", plain)
    plain = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")[:40].strip("_")
    if not plain or plain[0].isdigit():
        plain = f"value_{plain}".strip("_")
    return f"{plain}_" if keyword.iskeyword(plain) or plain in _OF_PYTHON_2 else plain
