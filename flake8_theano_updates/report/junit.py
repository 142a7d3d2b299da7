"""Findings as results of tests in JUnit's XML, which most CI servers show.

https://github.com/testmoapp/junitxml describes what they read.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report.levels import said
from flake8_theano_updates.report.text import place
from flake8_theano_updates.values import printable

_NAME = "flake8-theano-updates"


def report(findings: Sequence[Finding], verdicts: Sequence[Verdict] | None = None) -> str:
    """Write a suite for each file and a failed test for each finding; the refuted ones pass.

    Where nothing is found one test passes: some servers take a report without any as an error.
    """
    given = [None] * len(findings) if verdicts is None else verdicts
    whole = ElementTree.Element("testsuites", name=_NAME)
    together = list(zip(findings, given, strict=True))
    for path, ones in groupby(together, key=lambda one: one[0].path):
        suite = ElementTree.SubElement(whole, "testsuite", name=printable(path))
        for finding, verdict in ones:
            _add_case(suite, finding, verdict)
    if not together:
        suite = ElementTree.SubElement(whole, "testsuite", name=_NAME)
        ElementTree.SubElement(suite, "testcase", name="no findings", classname=_NAME)
    for suite in (*whole, whole):
        _count(suite)
    ElementTree.indent(whole)
    # In ASCII it is the same in any encoding that the output may have.
    written: bytes = ElementTree.tostring(whole, encoding="us-ascii", xml_declaration=True)
    return written.decode()


def _add_case(suite: ElementTree.Element, finding: Finding, verdict: Verdict | None) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=f"{finding.code} {finding.name} at {place(finding)}",
        classname=printable(finding.path),
        file=printable(finding.path),
        line=str(finding.line),
    )
    if verdict is None or verdict.status != "agrees":
        failure = ElementTree.SubElement(
            case, "failure", type=finding.code, message=printable(finding.message)
        )
        failure.text = f"{place(finding)}\n{printable(said(finding, verdict), chr(10))}"


def _count(suite: ElementTree.Element) -> None:
    suite.set("tests", str(sum(1 for _ in suite.iter("testcase"))))
    suite.set("failures", str(sum(1 for _ in suite.iter("failure"))))
    suite.set("errors", "0")
