"""Each rule's own examples: the bad one is reported by it, the good one by none."""

from __future__ import annotations

import ast

import pytest

from flake8_theano_updates.findings import check
from flake8_theano_updates.rules import RULES, Rule

_WITH_EXAMPLES = [rule for rule in RULES if rule.bad]


def _codes(source: str, rule: Rule) -> list[str]:
    tree = ast.parse(source)
    found = check(tree, source.splitlines(keepends=True), "example.py", enable=[rule.code])
    return [finding.code for finding in found]


@pytest.mark.parametrize("rule", _WITH_EXAMPLES, ids=lambda rule: rule.code)
def test_the_bad_example_is_reported_by_its_rule_alone(rule: Rule) -> None:
    assert set(_codes(rule.bad, rule)) == {rule.code}


@pytest.mark.parametrize("rule", _WITH_EXAMPLES, ids=lambda rule: rule.code)
def test_the_good_example_is_silent(rule: Rule) -> None:
    assert _codes(rule.good, rule) == []


def test_only_what_could_not_be_checked_has_no_example() -> None:
    assert [rule.code for rule in RULES if not rule.bad] == ["THU001", "THU000"]


def test_rules_that_are_on_are_those_below_900() -> None:
    assert all(rule.default_on == (rule.code < "THU900") for rule in RULES)
