"""What every check returns: a rule, a place and what the message speaks of."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from flake8_theano_updates.checks.collections import text_of
from flake8_theano_updates.model import Fault
from flake8_theano_updates.values import Use


@dataclass(frozen=True, eq=False)
class Suspicion:
    """One possible finding.

    Args:
        variable: the variable that is read, as written.
        target: the variable that is updated, as written.
        registered_line: the line that the message points to.
        update_line: the line on which the pair stands.
        new_value: the name of the new value of ``variable``, if it has one.
        words: what else the rule's message speaks of.
        fault: the nodes behind it, where a program can show what it says.
    """

    code: str
    node: ast.expr
    variable: str | None = None
    target: str | None = None
    registered_line: int | None = None
    update_line: int | None = None
    new_value: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


def at_target(
    code: str, target: Use, fault: Fault, registered_line: int | None = None, **words: str
) -> Suspicion:
    """Return a finding on a pair, which stands at the pair's target."""
    name, line = text_of(target), target.node.lineno
    return Suspicion(code, target.node, name, name, registered_line, line, words=words, fault=fault)
