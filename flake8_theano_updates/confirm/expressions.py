"""Expressions of a program as data, and the lines that they become."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

# How strongly what is printed holds together; an operand that holds less is put in brackets.
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)
# What is longer gets a name and a line of its own.
_LONGEST = 64
_COMMENTS = 70  # the column of comments


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
    """

    form: str
    parts: tuple[Expression, ...] = ()
    holds: int = ATOM
    needs: tuple[int, ...] = ()
    name: str | None = None
    line: int | None = None
    note: str = ""


def atom(text: str) -> Expression:
    """Return a name or a number."""
    return Expression(text, holds=SIGN if text.startswith("-") else ATOM)


def literal(number: float) -> Expression:
    """Return a number of the file."""
    if isinstance(number, bool):
        number = float(number)
    text = repr(number)
    if text.lstrip("-") in ("inf", "nan"):
        text = text.replace("inf", "numpy.inf").replace("nan", "numpy.nan")
    return atom(text)


def call(function: str, *parts: Expression, options: str = "") -> Expression:
    """Return a call; ``options`` are keywords as they are printed."""
    inside = ", ".join([*["{}"] * len(parts), *([options] if options else [])])
    return Expression(f"{function}({inside})", parts)


_INFIX = {
    "+": (SUM, SUM, SUM),
    "-": (SUM, SUM, PRODUCT),
    "*": (PRODUCT, PRODUCT, PRODUCT),
    "/": (PRODUCT, PRODUCT, SIGN),
    "//": (PRODUCT, PRODUCT, SIGN),
    "%": (PRODUCT, PRODUCT, SIGN),
    "**": (POWER, ATOM, SIGN),
}


def infix(operator: str, left: Expression, right: Expression) -> Expression:
    """Return an operation on two operands."""
    holds, *needs = _INFIX[operator]
    return Expression(f"{{}} {operator} {{}}", (left, right), holds, tuple(needs))


def negative(operand: Expression) -> Expression:
    """Return the operand with the other sign."""
    return Expression("-{}", (operand,), SIGN, (SIGN,))


def compared(operator: str, left: Expression, right: Expression) -> Expression:
    """Return a comparison as a number."""
    return Expression(f"number({{}} {operator} {{}})", (left, right), ATOM, (SUM, SUM))


def after(expression: Expression, suffix: str) -> Expression:
    """Return an attribute, a method's call or an item of an expression."""
    return Expression(f"{{}}{suffix}", (expression,), ATOM, (ATOM,))


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
        for expression in _in_order(root, self._printed):
            code = self._code(expression)
            again = self._counts.get(id(expression), 0) > 1 and bool(expression.parts)
            named = expression.name is not None or (again and len(code) > len("read()") + 16)
            if named or (len(code) > _LONGEST and expression is not root):
                name = self.free(expression.name or "value")
                self.lines.append(Line(f"{name} = {code}", self.comment(expression)))
                self.notes.append((name, expression.note))
                self._printed[id(expression)] = name, ATOM
            else:
                self._printed[id(expression)] = code, expression.holds
        return self._printed[id(root)][0]

    def _code(self, expression: Expression) -> str:
        parts = []
        needs = expression.needs or (0,) * len(expression.parts)
        for part, need in zip(expression.parts, needs, strict=True):
            text, holds = self._printed[id(part)]
            parts.append(f"({text})" if holds < need else text)
        return expression.form.format(*parts) if parts else expression.form

    def comment(self, expression: Expression) -> str:
        """Return where an expression is from, and what else there is to say of it."""
        where = self.place(expression.line) if expression.line else ""
        return ": ".join(part for part in (where, expression.note) if part)

    def free(self, wanted: str) -> str:
        """Return an identifier like ``wanted`` that nothing in the program has yet."""
        name = base = identifier(wanted)
        number = 2
        while name in self._taken:
            name = f"{base}_{number}"
            number += 1
        self._taken.add(name)
        return name


def _in_order(root: Expression, done: dict[int, tuple[str, int]]) -> Iterator[Expression]:
    """Visit ``root`` after its parts, the first part first, each expression once."""
    entered: set[int] = set()
    waiting = [(root, False)]
    while waiting:
        expression, ready = waiting.pop()
        if id(expression) in done:
            continue
        if ready:
            yield expression
        elif id(expression) not in entered:
            entered.add(id(expression))
            waiting.append((expression, True))
            waiting.extend((part, False) for part in reversed(expression.parts))


def identifier(text: str) -> str:
    """Return an identifier of ASCII letters for what the user calls a thing.

    ``self.accs[i]`` becomes ``accs_i``; what has no letters of these becomes ``value``.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    plain = re.sub(r"\bself\b", "", plain)
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", plain).strip("_")
    plain = re.sub(r"__+", "_", plain)[:40].strip("_")
    if not plain or plain[0].isdigit():
        plain = f"value_{plain}".strip("_")
    return f"{plain}_" if keyword.iskeyword(plain) or plain in _OF_PYTHON_2 else plain


_OF_PYTHON_2 = frozenset({"print", "exec"})


def named(expression: Expression, name: str, line: int | None, note: str = "") -> Expression:
    """Return an expression that is printed on a line of its own."""
    return replace(expression, name=name, line=line, note=note)
