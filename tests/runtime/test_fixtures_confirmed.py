"""Every order finding in the fixtures is confirmed: the checker and the backend agree."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

from flake8_theano_updates import check
from flake8_theano_updates.runtime import confirm

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("theano") is None, reason="the extra theano is not installed"
)


def test_each_order_finding_is_confirmed() -> None:
    findings = []
    trees = {}
    for path in sorted(FIXTURES.glob("THU10[12]/**/*.py")):
        text = path.read_text(encoding="utf-8")
        trees[str(path)] = ast.parse(text)
        findings += check(trees[str(path)], text.splitlines(), str(path))
    assert len(findings) > 50
    for finding, verdict in zip(findings, confirm(findings, trees), strict=True):
        where = f"{finding.path}:{finding.line}: {verdict.reason}\n{verdict.snippet}"
        assert verdict.status == "confirmed", where
        # As text: NaN is not equal to itself.
        assert repr(verdict.reversed) == repr(verdict.as_compiled), where
        assert verdict.as_compiled[0] == verdict.with_new_value[0], where
        assert verdict.first_difference in range(1, 6), where
