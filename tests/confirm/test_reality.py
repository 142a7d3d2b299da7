"""The reading of the fixtures against reality: what their functions do when they are run.

``confirm`` shows a finding by a program that it writes from what it has read. Here the function
that the finding is in is run as it stands, with real Theano, up to the moment at which it hands
over its updates. Both must start alike, update the same variables in the same order, and give
the same numbers, from these starts and from others. `reality` does this, and says what is not so.
"""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from commands import run_python
from marks import FOLDER, NO_VARIABLE, Mark, fixture_names, function_at, marks_of

from flake8_theano_updates import check
from flake8_theano_updates.confirm.programs import Program, program_of
from flake8_theano_updates.confirm.steps import STEPS
from flake8_theano_updates.model import Finding, OrderFault

pytestmark = [
    pytest.mark.longer,
    pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano"),
]

ORDER = ("THU101", "THU102")
OTHERS = ("THU202", "THU203", "THU206", "THU301")
MARKS = [mark for mark in marks_of(*fixture_names()) if mark[3] in (*ORDER, *OTHERS)]

# Where programs are altered, to see that it is noticed.
ALTERED = [("THU101/momentum.py", 87), ("question.py", 16)]
ALTERED_TOO = [
    ("THU101/keras.py", 33),
    ("THU101/mappings.py", 138),
    ("THU101/programs/momentum.py", 14),
    ("THU101/sequences.py", 163),
    ("THU101/sequences.py", 193),
    ("THU102/rmsprop.py", 12),
]

Job = dict[str, Any]


@functools.cache
def findings() -> dict[Mark, tuple[Finding, Job]]:
    """Return all findings that are looked at, with what is to be compared for each."""
    found = {}
    for name in fixture_names():
        source = (FOLDER / name).read_text(encoding="utf-8")
        for finding in check(ast.parse(source), source.splitlines(keepends=True), name):
            if finding.code in (*ORDER, *OTHERS):
                variable = finding.variable or NO_VARIABLE
                mark = (name, finding.line, finding.column, finding.code, variable)
                assert mark not in found
                found[mark] = finding, _job(finding, source)
    return found


def _job(finding: Finding, source: str) -> Job:
    assert finding.fault is not None
    program: Program = program_of(finding, finding.fault, STEPS[0], 3)
    return {
        "path": finding.path,
        "source": source,
        "function": _callable(finding, source),
        "text": program.text,
        "labels": dict(zip(program.names, program.labels, strict=True)),
        "line": finding.line,
        "variable": finding.variable,
    }


def _callable(finding: Finding, source: str) -> str:
    """Return the method, or the function of the module, that a finding is in."""
    outer, _, inner = function_at(finding.path, finding.line).partition(".")
    if not (outer and re.search(rf"^class {outer}\b", source, re.M)):
        return outer
    inner = inner.partition(".")[0]
    # The body of a class runs with the module.
    is_method = re.search(rf"^    def {inner}\b", source, re.M) if inner else None
    return f"{outer}.{inner}" if is_method else ""


def _with_others(text: str) -> Iterator[str]:
    """Yield a program with another number or another operator."""
    before, lines, after = _parted(text)
    for number, line in enumerate(lines):
        code, _, comment = line.partition(" # ")
        if "stands in" in comment or comment.endswith((": a number\n", ": an array\n")):
            continue  # the fixture is given what it says
        for new in (*_other_numbers(code), *_other_operators(code)):
            changed = new + line[len(code) :]
            yield "".join([before, *lines[:number], changed, *lines[number + 1 :], after])


def _with_pairs_exchanged(text: str) -> str:
    before, lines, after = _parted(text)
    first = lines.index("    updates = [\n") + 1
    lines[first : first + 2] = reversed(lines[first : first + 2])
    return "".join([before, *lines, after])


def _parted(text: str) -> tuple[str, list[str], str]:
    """Return what the lines of a program are that say what the updates are, and the rest of it."""
    start, end = text.index("def build("), text.index("    return updates")
    return text[:start], text[start:end].splitlines(keepends=True), text[end:]


def _other_numbers(code: str) -> Iterator[str]:
    for found in re.finditer(r"(?<![\w.])\d+(\.\d+)?(e-\d+)?(?![\w.])", code):
        yield f"{code[: found.start()]}{float(found[0]) + 1}{code[found.end() :]}"


def _other_operators(code: str) -> Iterator[str]:
    others = {" + ": " - ", " - ": " + ", " * ": " / ", " / ": " * ", " ** ": " * "}
    for found in re.finditer(r" (\+|-|\*\*?|/) ", code):
        yield f"{code[: found.start()]}{others[found[0]]}{code[found.end() :]}"


@functools.cache
def alterations(places: tuple[tuple[str, int], ...]) -> dict[tuple[str, int], list[Job]]:
    """Return the jobs with altered programs, by path and line of the finding."""
    found: dict[tuple[str, int], list[Job]] = {}
    for mark, (finding, job) in findings().items():
        if mark[:2] in places and mark[:2] not in found:
            assert isinstance(finding.fault, OrderFault)
            texts = [*_with_others(job["text"])]
            # The other function of the question has the other order.
            if not finding.fault.collection.mapping and mark[0] != "question.py":
                texts.append(_with_pairs_exchanged(job["text"]))
            found[mark[:2]] = [{**job, "text": text} for text in texts]
    return found


@pytest.fixture(scope="module")
def differences(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """Return what is different in reality, by the text of a job."""
    jobs = [job for _, job in findings().values()]
    jobs += [job for several in alterations(tuple(ALTERED)).values() for job in several]
    return _differences(jobs, tmp_path_factory.mktemp("reality"))


def _differences(jobs: list[Job], folder: Path) -> dict[str, str | None]:
    done = run_python(Path(__file__).with_name("reality.py"), cwd=folder, stdin=json.dumps(jobs))
    assert done.returncode == 0, done.stderr
    return dict(zip(map(json.dumps, jobs), json.loads(done.stdout), strict=True))


def _built(job: Job) -> str:
    return "".join(_parted(job["text"])[1])


def shown(mark: Mark) -> str:
    return "{}:{}:{}: {} {}".format(*mark)


def _is_silenced(mark: Mark) -> bool:
    lines = (FOLDER / mark[0]).read_text(encoding="utf-8").splitlines()
    return "# noqa" in lines[mark[1] - 1]


def test_all_findings_are_looked_at() -> None:
    assert {mark for mark in findings() if not _is_silenced(mark)} == set(MARKS)
    assert {mark[3] for mark in MARKS} == {*ORDER, *OTHERS}


@pytest.mark.parametrize("mark", MARKS, ids=shown)
def test_a_program_does_what_its_fixture_does(
    mark: Mark, differences: dict[str, str | None]
) -> None:
    _, job = findings()[mark]
    assert differences[json.dumps(job)] is None, _built(job)


def test_so_do_those_of_findings_that_are_silenced(differences: dict[str, str | None]) -> None:
    for mark in findings().keys() - set(MARKS):
        assert differences[json.dumps(findings()[mark][1])] is None, mark


def test_programs_have_both_pairs_of_a_finding_on_the_order() -> None:
    for mark, (finding, job) in findings().items():
        if mark[3] in ORDER:
            lines = set(
                map(int, re.findall(r"^        \(.*\),\s*# line (\d+)$", job["text"], re.M))
            )
            assert {finding.update_line, finding.registered_line} <= lines, shown(mark)


@pytest.mark.parametrize("place", ALTERED, ids="{0[0]}:{0[1]}".format)
def test_what_a_program_has_otherwise_is_seen(
    place: tuple[str, int], differences: dict[str, str | None]
) -> None:
    _all_seen(alterations(tuple(ALTERED))[place], differences)


@pytest.mark.longer
def test_so_is_what_others_have(tmp_path: Path) -> None:
    found = alterations(tuple(ALTERED_TOO))
    assert found.keys() == set(ALTERED_TOO)
    given = _differences([job for jobs in found.values() for job in jobs], tmp_path)
    for jobs in found.values():
        _all_seen(jobs, given)


def _all_seen(jobs: list[Job], differences: dict[str, str | None]) -> None:
    assert len(jobs) > 2
    unseen = [_built(job) for job in jobs if differences[json.dumps(job)] is None]
    assert not unseen, "\n".join(unseen)
