"""Programs add to the names of stand-ins, which have none."""

from __future__ import annotations

import ast

import pytest

from flake8_theano_updates.runtime.labels import with_labels


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'acc_' + p.name", "'acc_' + str(p.name)"),
        ("p.name + '_acc'", "str(p.name) + '_acc'"),
        ("'a' + 'b' + p.name", "'a' + 'b' + str(p.name)"),
        ("p.name + q.name", "p.name + q.name"),
        ("'%s_acc' % p.name", "'%s_acc' % p.name"),
        ("p.value + '_acc'", "p.value + '_acc'"),
    ],
)
def test_labels(before: str, after: str) -> None:
    assert ast.unparse(with_labels(ast.parse(before, mode="eval").body)) == after
