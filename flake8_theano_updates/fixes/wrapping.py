"""Break one long line where its brackets allow it.

A line is broken after a comma or before an operator, at the weakest binding first, and in
either of two ways: what follows is aligned behind the opening bracket, or what is in the
brackets hangs on lines of its own. A value that stands in no brackets gets a pair.
"""

from __future__ import annotations

import itertools
import keyword
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from flake8_theano_updates.fixes.text import Replacement, Text, edited

Style = Literal["aligned", "hanging"]
# From where up to where, and what comes there.
Change = tuple[int, int, str]

_OPENING, _CLOSING = "([{", ")]}"
_SPACE = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT)
# From the weakest to the strongest; a comma is weaker than all of them.
_BINDING = (
    {"for"},
    {"if", "else"},
    {"or"},
    {"and"},
    {"in", "not", "is", "<", ">", "==", "!=", "<=", ">="},
    {"|"},
    {"^"},
    {"&"},
    {"+", "-"},
    {"*", "/", "//", "%", "@"},
)
_STRENGTH = {word: strength for strength, words in enumerate(_BINDING, 1) for word in words}
_ASSIGNS = {"=", "+=", "-=", "*=", "/=", "|="}
_VALUES = {"return", "yield"}


@dataclass
class _Token:
    """A word of the line.

    Args:
        start: where it stands in the text.
        around: the opening brackets around it, as numbers of tokens.
        strength: how strong what it begins is bound to what is before it, if it can be
            broken there.
    """

    text: str
    start: int
    around: tuple[int, ...] = ()
    strength: int | None = None

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def wrapped(text: Text, begin: int, line: int, limit: int, styles: Sequence[Style]) -> list[Change]:
    """Return what breaks a line, in the first style in which all of its parts are short.

    Args:
        begin: where its statement, or one before it, begins.
        line: its number, from 0.
        limit: how long a line may be.
        styles: in the order of preference.
    """
    tokens, first, last = _tokens(text, begin, line)
    if last <= first or text.whole[text.offset(line + 1, 0) : tokens[first].start].strip():
        return []
    was = text.place(tokens[last - 1].end)[1] - 1
    tries = [_Layout(text, tokens, first, last, limit, style) for style in styles]
    for one in tries:
        one.lay_out()
    best = min(tries, key=lambda one: (max(one.longest, limit), one.is_ragged))
    return best.changes() if best.longest < was else []


def _tokens(text: Text, begin: int, line: int) -> tuple[list[_Token], int, int]:
    """Return the tokens of a statement, and which of them stand in a line, if it is simple."""
    tokens: list[_Token] = []
    try:
        for kind, start, end in _words(text, begin):
            if kind == tokenize.NEWLINE:
                if text.place(start)[0] > line:
                    break
                tokens = []
            elif kind not in _SPACE and start < end:
                tokens.append(_Token(text.whole[start:end], start))
    except (tokenize.TokenError, SyntaxError):
        return [], 0, 0
    _find_breaks(tokens)
    inside = [n for n, one in enumerate(tokens) if text.place(one.start)[0] - 1 == line]
    if not inside or any("\n" in tokens[n].text or tokens[n].text == ";" for n in inside):
        return [], 0, 0
    return tokens, inside[0], inside[-1] + 1


def _words(text: Text, begin: int) -> Iterator[tuple[int, int, int]]:
    """Yield the kind of each token, and where it starts and ends; an f-string is one."""
    first_row, column = text.place(begin)
    rows = itertools.chain([text.lines[first_row - 1][column - 1 :]], text.lines[first_row:])
    inside = 0
    outer = 0
    for kind, _, *ends, _ in tokenize.generate_tokens(lambda: next(rows, "")):
        start, end = (
            text.offset(row + first_row - 1, 0) + at + (column - 1 if row == 1 else 0)
            for row, at in ends
        )
        name = tokenize.tok_name[kind]
        if name.endswith("STRING_START"):
            outer = outer if inside else start
            inside += 1
        elif name.endswith("STRING_END"):
            inside -= 1
            if not inside:
                yield tokenize.STRING, outer, end
        elif not inside:
            yield kind, start, end


def _find_breaks(tokens: Sequence[_Token]) -> None:
    """Note of each token what is around it and whether a line may begin with it."""
    around: list[int] = []
    # Where names are bound that no line break should part.
    binding: set[tuple[int, ...]] = set()
    for number, one in enumerate(tokens):
        if one.text in _CLOSING and around:
            around.pop()
        one.around = tuple(around)
        before = tokens[number - 1].text if number else "("
        if before in ("lambda", "for"):
            binding.add(one.around)
        elif before in (":", "in"):
            binding.discard(one.around)
        if one.around not in binding and one.text not in _CLOSING:
            if before == ",":
                one.strength = 0
            elif not _begins_operand(before) and before not in ("not", "is"):
                one.strength = _STRENGTH.get(one.text)
        if one.text in _OPENING:
            around.append(number)


def _begins_operand(before: str) -> bool:
    """Does an operand, not an operator, follow on this?"""
    ends = before.isidentifier() and not keyword.iskeyword(before)
    ends = ends or before in ("None", "True", "False") or before[-1:] in ")]}\"'"
    return not (ends or before[:1].isdigit() or (before[:1] == "." and before[1:].isdigit()))


@dataclass
class _Layout:
    """A way to break a line."""

    text: Text
    tokens: list[_Token]
    first: int
    last: int
    limit: int
    style: Style
    # The column of each token, and the tokens that begin a line.
    columns: dict[int, int] = field(default_factory=dict)
    breaks: set[int] = field(default_factory=set)
    brackets: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        start = self.text.line_start(self.tokens[self.first].start)
        self.lead = self.text.whole[start : self.tokens[self.first].start]
        self.unit = 1 if "\t" in self.lead else 4
        for number, one in enumerate(self.tokens):
            self.columns[number] = self.text.place(one.start)[1] - 1

    def lay_out(self) -> None:
        """Break the line."""
        self._segment(self.first, self.last, len(self.lead), 0)

    @property
    def longest(self) -> int:
        """How long the longest of the lines is."""
        start = self.text.line_start(self.tokens[self.first].start)
        end = self.tokens[self.last - 1].end
        changes = [Replacement(*one) for one in self.changes()]
        inside = [Replacement(one.start - start, one.end - start, one.new) for one in changes]
        return max(map(len, edited(self.text.whole[start:end], inside).split("\n")))

    @property
    def is_ragged(self) -> bool:
        """Are there many short lines far to the right?"""
        return self.style == "aligned" and len(self.breaks) > 2

    def changes(self) -> list[Change]:
        """Return the line breaks, and the pair of brackets if there is a new one."""
        opening, closing = self.brackets or (-1, -1)
        found: list[Change] = []
        for number in range(self.first, self.last):
            start = self.tokens[number].start
            bracket = "(" if number == opening else ""
            if number in self.breaks:
                # A new bracket stays on the line that is broken.
                begin = start if bracket else self.tokens[number - 1].end
                found.append((begin, start, f"{bracket}\n{self._space(self.columns[number])}"))
            elif bracket:
                found.append((start, start, bracket))
        if closing >= 0:
            end = self.tokens[closing - 1].end
            line = f"\n{self._space(len(self.lead))}" if self.style == "hanging" else ""
            found.append((end, end, f"{line})"))
        return found

    def _space(self, width: int) -> str:
        filler = "\t" if self.unit == 1 and self.style == "hanging" else " "
        return self.lead[:width] + filler * (width - len(self.lead))

    def _right(self, number: int) -> int:
        return self.columns[number] + len(self.tokens[number].text)

    def _place(self, first: int, last: int, column: int) -> None:
        shift = column - self.columns[first]
        for number in range(first, last):
            self.columns[number] += shift

    def _segment(self, first: int, last: int, column: int, behind: int) -> None:
        """Break the tokens ``first:last``, which begin a line, where they have to be.

        Args:
            behind: how many characters come after them on the last line.
        """
        self._place(first, last, column)
        if last <= first or self._right(last - 1) + behind <= self.limit:
            return
        outer = min(len(self.tokens[n].around) for n in range(first, last))
        value = self._value(first, last)
        if self.style == "hanging":
            self._hang(first, last, outer, value, behind)
        else:
            self._align(first, last, value, behind)

    def _value(self, first: int, last: int) -> int | None:
        """Return where a value begins that needs brackets to be broken, if there is one."""
        whole = first == self.first == 0 and last == self.last == len(self.tokens)
        if not whole or self.brackets is not None:
            return None
        plain = [n for n in range(last) if not self.tokens[n].around]
        words = [self.tokens[n].text for n in plain]
        if {";", "lambda", ":"} & set(words):
            return None
        begins = [n + 1 for n in plain if self.tokens[n].text in _ASSIGNS]
        if not begins:
            if words[0] not in _VALUES:
                return None
            begins = [1]
        inside = [n for n in plain if n > begins[-1] and self.tokens[n].strength is not None]
        return begins[-1] if inside else None

    def _breaks(self, first: int, last: int, depth: int) -> list[int]:
        """Return where the tokens could be broken at this depth, at the weakest binding."""
        at = [
            n
            for n in range(first + 1, last)
            if len(self.tokens[n].around) == depth and self.tokens[n].strength is not None
        ]
        weakest = min((self.tokens[n].strength or 0 for n in at), default=0)
        return [n for n in at if self.tokens[n].strength == weakest]

    def _align(self, first: int, last: int, value: int | None, behind: int) -> None:
        if value is not None:
            self.brackets = (value, last)
            self._place(value, last, self.columns[value] + 1)
            self._align_at(first, last, self._breaks(value, last, 0), value, behind + 1)
            return
        for depth in sorted({len(self.tokens[n].around) for n in range(first, last)} - {0}):
            at = self._breaks(first, last, depth)
            if at:
                self._align_at(first, last, at, None, behind)
                return

    def _align_at(
        self, first: int, last: int, at: list[int], value: int | None, behind: int
    ) -> None:
        fitting = [n for n in at if self._right(n - 1) <= self.limit]
        place = fitting[-1] if fitting else at[0]
        self._segment(first, place, self.columns[first], 0)
        around = self.tokens[place].around
        align = self.columns[around[-1] + 1 if around else value or 0]
        self.breaks.add(place)
        self._segment_of(place, last, align, value, behind)

    def _segment_of(
        self, first: int, last: int, column: int, value: int | None, behind: int
    ) -> None:
        """Break the rest; of a value in new brackets there may be more to break."""
        self._place(first, last, column)
        more = self._breaks(first, last, 0) if value is not None else []
        if more and self._right(last - 1) + behind > self.limit:
            self._align_at(first, last, more, value, behind)
        else:
            self._segment(first, last, column, behind)

    def _hang(self, first: int, last: int, outer: int, value: int | None, behind: int) -> None:
        column = self.columns[first]
        if value is not None:
            self.brackets = (value, last)
            self.breaks.add(value)
            self._body(value, last, column + self.unit, 0)
            return
        at = self._breaks(first, last, outer) if outer or self.brackets else []
        if at:
            self._body(first, last, column, outer, behind)
            return
        pairs = list(self._pairs(first, last))
        if not pairs:
            return
        opening, closing = pairs[-1]
        self.breaks |= {opening + 1, closing}
        self._body(opening + 1, closing, column + self.unit, len(self.tokens[opening].around) + 1)
        self._segment(closing, last, column, behind)

    def _body(self, first: int, last: int, column: int, depth: int, behind: int = 0) -> None:
        """Put what is in brackets on one line, or each of its parts."""
        self._place(first, last, column)
        at = self._breaks(first, last, depth)
        if self._right(last - 1) + behind <= self.limit:
            return
        if not at:
            self._segment(first, last, column, behind)
            return
        self.breaks |= set(at)
        begins = [first, *at, last]
        for start, end in itertools.pairwise(begins):
            self._segment(start, end, column, behind if end == last else 0)

    def _pairs(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Yield the outermost brackets that are opened and closed here and are not empty."""
        number = first
        while number < last:
            if self.tokens[number].text in _OPENING:
                depth = len(self.tokens[number].around)
                closing = next(
                    (
                        n
                        for n in range(number + 1, last)
                        if self.tokens[n].text in _CLOSING and len(self.tokens[n].around) == depth
                    ),
                    None,
                )
                if closing is None:
                    return
                if closing > number + 1:
                    yield number, closing
                number = closing
            number += 1
