"""What is a list in Python 2 only is one in the programs too."""

from __future__ import annotations

import ast

import pytest

from flake8_theano_updates.runtime.python2_lists import with_lists


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("d.iteritems", "d.items"),
        ("d.iterkeys", "d.keys"),
        ("d.itervalues", "d.values"),
        ("zip(a, b) + zip(c, d)", "list(zip(a, b)) + list(zip(c, d))"),
        ("ups + d.items()", "ups + list(d.items())"),
        ("map(f, a) + b", "list(map(f, a)) + b"),
        ("d.keys()[0]", "list(d.keys())[0]"),
        ("zip(a, b)", "zip(a, b)"),
        ("a - zip(b, c)", "a - zip(b, c)"),
        ("updates[w]", "updates[w]"),
    ],
)
def test_lists(before: str, after: str) -> None:
    assert ast.unparse(with_lists(ast.parse(before, mode="eval").body)) == after
