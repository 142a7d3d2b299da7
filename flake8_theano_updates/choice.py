"""Which rules are reported: chosen by the beginnings of their codes, as flake8 chooses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flake8_theano_updates.options import ALL, FAMILY
from flake8_theano_updates.rules import RULES


@dataclass(frozen=True)
class Choice:
    """Beginnings of codes, or ``ALL``; where two of them speak of one rule, the longer decides.

    Args:
        select: the rules to report; None takes those that are on by default, and ``enable``.
        extend_select: further ones.
        ignore: those not to report.
        enable: rules that are off by default and are to be computed all the same.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    enable: tuple[str, ...] = ()

    def codes(self) -> tuple[str, ...]:
        """Return the codes of the rules that are chosen."""
        on = {rule.code for rule in RULES if rule.default_on}
        on.update(turned_on(self.enable), turned_on(self._selected))
        return tuple(rule.code for rule in RULES if rule.code in on and self._takes(rule.code))

    def ignoring(self, more: Iterable[str]) -> Choice:
        """Return this choice with more that is not to be reported."""
        return replace(self, ignore=(*self.ignore, *more))

    @property
    def _selected(self) -> tuple[str, ...]:
        return (*(self.select or ()), *self.extend_select)

    def _takes(self, code: str) -> bool:
        """Decide as flake8's DecisionEngine does, were the rule on."""
        selected = _longest(self._selected, code)
        ignored = _longest(self.ignore, code)
        if selected is None:
            return self.select is None and ignored is None
        return ignored is None or selected > ignored


def off(codes: Iterable[str]) -> tuple[str, ...]:
    """Return those of the codes whose rules are off by default."""
    wanted = set(codes)
    return tuple(rule.code for rule in RULES if rule.code in wanted and not rule.default_on)


def turned_on(beginnings: Iterable[str]) -> tuple[str, ...]:
    """Return the rules, off by default, that are asked for by name.

    ``THU`` is what selects this plugin in flake8, and asks for none of them; ``THU9`` does.
    """
    asked = [one for one in beginnings if one == ALL or len(one) > len(FAMILY)]
    return off(rule.code for rule in RULES if _longest(asked, rule.code) is not None)


def _longest(beginnings: Iterable[str], code: str) -> int | None:
    """Return how much of a code the longest of its beginnings says; ALL says nothing of it."""
    said = [
        0 if one == ALL else len(one) for one in beginnings if one == ALL or code.startswith(one)
    ]
    return max(said, default=None)
