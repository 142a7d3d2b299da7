"""What docs/ci.md shows can be typed."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from flake8_theano_updates.cli.arguments import parsed

PROJECT = Path(__file__).resolve().parent.parent
PAGE = (PROJECT / "docs" / "ci.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"(?:\$|run:|-|\t) theano-updates (.*)|\ttheano-updates (.*)", PAGE)
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("command", [one or other for one, other in COMMANDS])
def test_commands_are_understood(command: str) -> None:
    parsed(shlex.split(command, comments=True))


def test_there_are_commands() -> None:
    assert len(COMMANDS) == 7


@pytest.mark.skipif(find_spec("yaml") is None, reason="needs PyYAML, which pre-commit brings")
@pytest.mark.parametrize("block", BLOCKS)
def test_blocks_are_yaml(block: str) -> None:
    import yaml

    assert isinstance(yaml.safe_load(block), dict)


def test_hooks_are_those_that_there_are() -> None:
    hooks = (PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(theano-updates[\w-]*)` \|", PAGE, re.MULTILINE)
    assert told == re.findall(r"^- id: (.*)", hooks, re.MULTILINE)
