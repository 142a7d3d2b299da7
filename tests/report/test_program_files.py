"""The names of the files that hold the programs of verdicts."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from samples import CONFIRMED, FINDING

from flake8_theano_updates.report.programs import programs


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("train.py", "train"),
        ("src/my model/train-2.py", "src_my_model_train_2"),
        ("./../lib/train.py", "lib_train"),
        (os.path.abspath(os.sep + "home/me/train.py"), "home_me_train"),
        ("stdin", "stdin"),
        ("größe.py", "größe"),
        ("a\nb'\".py", "a_b"),
        ("", ""),
        (f"{'a' * 300}/train.py", "a" * 154 + "_train"),
        (f"{'ä' * 300}.py", "ä" * 80),
        (os.fsdecode(b"b\xff.py"), "b"),
    ],
)
def test_a_name_says_where_the_finding_stands(path: str, name: str) -> None:
    (file,) = programs([replace(FINDING, path=path)], [CONFIRMED])
    assert file == f"{name}_7_32_THU101.py"
    assert len(os.fsencode(file)) < 255


def test_names_differ_also_where_capitals_do_not() -> None:
    paths = ["a/b.py", "a_b.py", "A/B.py", "c.py"]
    findings = [replace(FINDING, path=path) for path in paths]
    verdicts = [replace(CONFIRMED, snippet=path) for path in paths]
    assert programs(findings, verdicts) == {
        "a_b_7_32_THU101.py": b"a/b.py",
        "a_b_7_32_THU101_2.py": b"a_b.py",
        "A_B_7_32_THU101_3.py": b"A/B.py",
        "c_7_32_THU101.py": b"c.py",
    }


def test_a_finding_without_a_program_has_no_file_but_keeps_its_name() -> None:
    bare = replace(CONFIRMED, snippet=None)
    assert programs([FINDING], [bare]) == {}
    assert list(programs([FINDING, FINDING], [bare, CONFIRMED])) == ["a_7_32_THU101_2.py"]


def test_bytes_of_a_path_that_are_no_text_are_escaped() -> None:
    odd = replace(CONFIRMED, snippet='"""b\udcff.py"""\n')
    assert list(programs([FINDING], [odd]).values()) == [b'"""b\\udcff.py"""\n']
