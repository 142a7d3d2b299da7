"""What a fix of an order finding has to work with."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.fixes.text import Text
from flake8_theano_updates.fixes.tree import Tree
from flake8_theano_updates.model import Finding, OrderFault


@dataclass(frozen=True)
class Case:
    """One order finding in its file."""

    finding: Finding
    fault: OrderFault
    tree: Tree
    text: Text

    @property
    def variable(self) -> ast.expr:
        """The shared variable, as the first read writes it."""
        return self.fault.read_nodes[0]

    @property
    def value(self) -> ast.expr:
        """The new value of the variable."""
        return self.fault.registered.value

    def before(self, one: ast.AST, other: ast.AST) -> bool:
        """Does ``one`` end, in the file, before ``other`` begins?"""
        assert isinstance(one, (ast.expr, ast.stmt))
        assert isinstance(other, (ast.expr, ast.stmt))
        return self.text.span(one)[1] <= self.text.span(other)[0]


def case_of(finding: Finding, tree: Tree, text: Text) -> Case:
    """Return the case of an order finding.

    Raises:
        NoFixError: if nothing in this file can be edited for it.
    """
    fault = finding.fault
    if not isinstance(fault, OrderFault):
        raise NoFixError("it is not about the order of updates")
    nodes = [
        *fault.read_nodes,
        fault.registered.target,
        fault.registered.value,
        fault.reader.target,
    ]
    if any(node not in tree for node in nodes):
        raise NoFixError("one of the two updates is not spelled out in this file")
    if any(isinstance(getattr(read, "ctx", None), ast.Store) for read in fault.read_nodes):
        raise NoFixError("the read is part of an assignment in place")
    return Case(finding, fault, tree, text)
