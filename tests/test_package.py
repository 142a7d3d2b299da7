"""The package as it is installed and described."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from commands import run_python

import flake8_theano_updates
from flake8_theano_updates.rules import RULES

PROJECT = Path(__file__).resolve().parent.parent


def test_the_suite_runs_against_the_installed_package() -> None:
    package = Path(flake8_theano_updates.__file__).resolve().parent
    assert package != PROJECT / "flake8_theano_updates"
    assert package == Path(distribution("flake8-theano-updates").locate_file(package.name))


def test_types_are_shipped() -> None:
    assert (Path(flake8_theano_updates.__file__).parent / "py.typed").exists()


def test_versions_agree() -> None:
    version = flake8_theano_updates.__version__
    assert distribution("flake8-theano-updates").version == version
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)[0]
    assert newest == version


def test_flake8_editors_and_the_shell_find_it() -> None:
    found = distribution("flake8-theano-updates").entry_points
    points = {(point.group, point.name): point.value for point in found}
    assert points == {
        ("flake8.extension", "THU"): "flake8_theano_updates.plugin:Plugin",
        ("pylsp", "theano_updates"): "flake8_theano_updates.lsp.hooks",
        ("console_scripts", "theano-updates"): "flake8_theano_updates.cli.main:main",
    }


def test_the_readme_has_the_rules_as_they_are() -> None:
    done = run_python(PROJECT / "tools" / "rules_table.py", "--check", cwd=PROJECT / "tests")
    assert done.returncode == 0, "run tools/rules_table.py"


def test_the_pages_have_the_rules_as_they_are() -> None:
    done = run_python(PROJECT / "tools" / "rules_pages.py", "--check", cwd=PROJECT / "tests")
    assert done.returncode == 0, "run tools/rules_pages.py"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_changelog_tells_of_each_rule(rule) -> None:
    assert rule.code in (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_folders_of_fixtures_are_rules() -> None:
    folders = {path.name for path in (PROJECT / "fixtures").glob("THU*")}
    assert {"THU101", "THU102"} <= folders <= {rule.code for rule in RULES}
