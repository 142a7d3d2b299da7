"""Reports for CI servers: by what reads them, or else by what their documentation says."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import run_here
from junitparser import Failure, JUnitXml
from marks import FOLDER, marks
from samples import CONFIRMED, FINDING

from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.report.formats import FORMATS, in_format

REFUTED = replace(CONFIRMED, status="agrees")
# Of the documentation of Code Quality: what an issue must have.
ISSUE = {
    "type": "object",
    "required": ["description", "check_name", "fingerprint", "severity", "location"],
    "properties": {
        "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
        "location": {
            "type": "object",
            "required": ["path", "lines"],
            "properties": {
                "path": {"type": "string", "pattern": "^(?!\\./)"},
                "lines": {
                    "type": "object",
                    "required": ["begin"],
                    "properties": {"begin": {"type": "integer", "minimum": 1}},
                },
            },
        },
    },
}


def _checked(form: str, *paths: str, cwd: Path = FOLDER) -> str:
    done = run_here("theano-updates", "check", "--format", form, *paths, cwd=cwd)
    assert done.stderr == ""
    return done.stdout


def _places() -> list[tuple[str, int]]:
    """Return the files and lines of the marks of two files."""
    return [
        (name, line) for name in ("question.py", "THU101/adam.py") for _, line, *_ in marks(name)
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_every_finding_is_in_every_format_in_one_order(form: str) -> None:
    text = _checked(form, "THU101/adam.py")
    lines = sorted(line for _, line, *_ in marks("THU101/adam.py"))
    patterns = {
        "json": r'^    "line": (\d+)',
        "sarif": r'"region": \{\s+"startLine": (\d+),\s+"startColumn": \d+,\s+"endLine": \d+,\s+'
        r'"endColumn": \d+\s+\}\s+\}\s+\}\s+\],\s+"partial',
        "github": r",line=(\d+),",
        "gitlab": r'"begin": (\d+)',
        "junit": r'line="(\d+)"',
        "grouped": r"^    (\d+):",
    }
    found = re.findall(patterns.get(form, r"adam\.py:(\d+):\d+: THU"), text, re.MULTILINE)
    assert list(map(int, found)) == lines


def test_a_server_reads_the_results_of_tests() -> None:
    read = JUnitXml.fromstring(_checked("junit", "question.py", "THU101/adam.py").encode())
    cases = [(case.classname, int(case._elem.get("line"))) for suite in read for case in suite]
    assert sorted(cases) == sorted(_places())
    assert read.failures == read.tests == len(cases)
    failures = [result for suite in read for case in suite for result in case.result]
    assert all(isinstance(one, Failure) and one.type.startswith("THU1") for one in failures)


def test_what_is_refuted_is_a_test_that_passes() -> None:
    text = in_format("junit", [FINDING, FINDING], [CONFIRMED, REFUTED])
    (suite,) = JUnitXml.fromstring(text.encode())
    confirmed, refuted = suite
    assert refuted.is_passed
    assert not confirmed.is_passed
    assert "becomes" in confirmed.result[0].text
    (suite,) = JUnitXml.fromstring(in_format("junit", []).encode())
    assert [case.is_passed for case in suite] == [True]


def test_any_name_is_xml() -> None:
    odd = replace(FINDING, path="a\x00\x1b<&>\udcff.py", message="\x0b\ud800 ]]>")
    (suite,) = JUnitXml.fromstring(in_format("junit", [odd]).encode())
    assert suite.name == "a\\x00\\x1b<&>\\udcff.py"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="jsonschema is installed from 3.11 on")
def test_an_issue_of_code_quality_has_what_it_must_have(tmp_path: Path) -> None:
    from jsonschema import Draft4Validator

    for name in ("a.py", "b.py"):
        (tmp_path / name).write_bytes((FOLDER / "question.py").read_bytes())
    issues: list[dict[str, Any]] = json.loads(_checked("gitlab", "./a.py", "b.py", cwd=tmp_path))
    for issue in issues:
        Draft4Validator(ISSUE).validate(issue)
    assert [issue["location"]["path"] for issue in issues] == ["a.py", "a.py", "b.py", "b.py"]
    assert len({issue["fingerprint"] for issue in issues}) == 4
    (issue,) = json.loads(in_format("gitlab", [FINDING, FINDING], [CONFIRMED, REFUTED]))
    assert issue["severity"] == "critical"
    assert json.loads(in_format("gitlab", [])) == []


def _command(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as the runner does."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert match is not None

    def plain(text: str, codes: str) -> str:
        return re.sub(f"%({codes})", lambda one: chr(int(one[1], 16)), text)

    given = dict(one.split("=", 1) for one in match[2].split(","))
    values = {name: plain(value, "25|0D|0A|3A|2C") for name, value in given.items()}
    return match[1], values, plain(match[3], "25|0D|0A")


def test_commands_of_a_workflow_are_read_back() -> None:
    odd = replace(FINDING, path="50%, a:b.py", message="first: 100 %, all\nsecond")
    (line,) = in_format("github", [odd]).splitlines()
    command, values, message = _command(line)
    assert command == "warning"
    assert (values["file"], message) == (odd.path, odd.message)
    assert values["title"] == f"{FINDING.code} {FINDING.name}"
    assert int(values["endColumn"]) == FINDING.end_column - 1  # the last column, not the next
    lines = in_format("github", [FINDING, FINDING], [CONFIRMED, REFUTED]).splitlines()
    assert [_command(one)[0] for one in lines] == ["error"]
    assert _command(in_format("github", [internal_error("a.py", ValueError())]))[0] == "error"
    within = replace(FINDING, cell=3)
    command, values, message = _command(in_format("github", [within]))
    assert "line" not in values
    assert message.startswith(f"cell 3, line {FINDING.line}: ")


def test_findings_of_one_list_stand_together() -> None:
    of_lists = [
        replace(FINDING, line=line, collection="updates", collection_line=made)
        for line, made in ((10, 5), (11, 6), (12, 5))
    ]
    text = in_format("grouped", [*of_lists, replace(FINDING, path="b.py", line=3)])
    heads = [line.split("  THU")[0].strip() for line in text.splitlines()]
    column = FINDING.column
    assert heads == [
        f"{FINDING.path}:",
        "updates (line 5)",
        f"10:{column}",
        f"12:{column}",
        "updates (line 6)",
        f"11:{column}",
        "",
        "b.py:",
        f"3:{column}",
    ]


def test_concise_says_what_is_the_case() -> None:
    text = _checked("concise", "question.py")
    assert text.splitlines() == [
        "question.py:16:28: THU101 stale read: param uses old param_update",
        "question.py:16:28: THU102 lagged read: param uses old param_update",
    ]
