"""Configuration files: which is read, what it may say, and that all doors take it the same way."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from commands import run_here, run_json
from samples import STALE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# A momentum of the old velocity, a rate that is returned with its old value, and a compile call
# of the project's own.
SOURCE = """\
import theano
from mylib import compile

w, v = theano.shared(1.0), theano.shared(0.0)
step = theano.function([], [w], updates=[(v, 0.9 * v - w), (w, w + v)])
lag = compile([], steps=[(v, 0.9 * v - w), (w, w + v)])
"""
EVERY = [("THU101", 5), ("THU901", 5), ("THU101", 6)]
PLAIN = [("THU101", 5)]
OWN = [("THU101", 5), ("THU101", 6)]

TABLE = "[tool.theano-updates]\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "a.py").write_text(SOURCE)
    return tmp_path


def by_check(folder: Path, *options: str) -> list[tuple[str, int]]:
    found = run_json("check", "--no-fixes", *options, cwd=folder)
    return sorted(((one["code"], one["line"]) for one in found), key=lambda one: one[::-1])


def by_flake8(folder: Path, *options: str) -> list[tuple[str, int]]:
    done = run_here("flake8", "--extend-ignore=E,F,W", *options, cwd=folder)
    assert done.stderr == ""
    found = re.findall(r"^.*?:(\d+):\d+: (\w+)", done.stdout, re.MULTILINE)
    return sorted(((code, int(line)) for line, code in found), key=lambda one: one[::-1])


CONFIGURATIONS: dict[str, tuple[str, str, list[tuple[str, int]]]] = {
    "nothing": ("pyproject.toml", "[project]\nname = 'x'\n", PLAIN),
    "table": (
        "pyproject.toml",
        TABLE + 'enable = ["thu901"]\nfunction = ["mylib.compile:steps"]\n',
        EVERY,
    ),
    "selecting": ("pyproject.toml", TABLE + 'select = ["THU9"]\n', [("THU901", 5)]),
    "ignoring": (
        "pyproject.toml",
        TABLE + 'enable = ["ALL"]\nignore = ["THU1"]\n',
        [("THU901", 5)],
    ),
    "for a file": (
        "pyproject.toml",
        TABLE + 'enable = ["ALL"]\n[tool.theano-updates.per-file-ignores]\n"pkg/*" = ["THU101"]\n',
        [("THU901", 5)],
    ),
    "for another file": ("pyproject.toml", TABLE + 'per-file-ignores = {"b.py" = ["ALL"]}', PLAIN),
    "table of flake8": (
        "pyproject.toml",
        '[tool.flake8]\nthu-enable = ["THU9"]\nthu-function = ["mylib.compile:steps"]\n',
        EVERY,
    ),
    "setup.cfg": ("setup.cfg", "[flake8]\nthu-enable = THU901\nmax-line-length = 80\n", EVERY[:2]),
    "tox.ini": ("tox.ini", "[flake8]\nthu_function =\n    mylib.compile:steps,\n", OWN),
    ".flake8": (".flake8", "[flake8]\nextend-select = THU9\nextend-ignore = E501\n", EVERY[:2]),
    "selecting in flake8": ("setup.cfg", "[flake8]\nselect = E,THU901\n", [("THU901", 5)]),
    "ignoring in flake8": ("setup.cfg", "[flake8]\nignore = E,THU1\nthu-enable=ALL\n", EVERY[1:2]),
    "for a file in flake8": (
        "setup.cfg",
        "[flake8]\nthu-enable=THU9\nper-file-ignores =\n    pkg/*: E501,THU101\n    b.py: THU9\n",
        EVERY[1:2],
    ),
    "excluding in flake8": ("setup.cfg", "[flake8]\nextend-exclude = other, pkg/b.py\n", PLAIN),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_all_doors_take_a_file_the_same_way(project: Path, name: str) -> None:
    file, text, expected = CONFIGURATIONS[name]
    (project / file).write_text(text)
    assert by_check(project) == expected
    # Given on the command line, codes to ignore would replace those of the file.
    quiet = () if "ignore =" in text and file != "pyproject.toml" else ("--extend-ignore=E,F,W",)
    done = run_here("flake8", *quiet, cwd=project)
    told = re.findall(r"^.*?:(\d+):\d+: (THU\d+)", done.stdout, re.MULTILINE)
    assert sorted(((c, int(line)) for line, c in told), key=lambda one: one[::-1]) == expected
    mended = run_here("theano-updates", "fix", "--unsafe", "--no-prove", cwd=project)
    assert mended.stdout.count("+step") == (("THU101", 5) in expected)
    assert mended.stdout.count("+lag") == (("THU101", 6) in expected)


@pytest.mark.parametrize(
    ("per_file", "silent"),
    [
        ("*.py: THU101", True),
        ("*.py: THU101\n  a.py: THU901", True),  # as long as the other
        ("a.py: THU901\n  *.py: THU101", False),
        ("*.py: THU101\n  pkg/*: THU901", False),
        ("*.py: THU901\n  pkg/*: THU1", True),
        ("pkg/*: THU101\n  pkg/a.py: E501", False),
        ("pkg/*: E501\n  pkg/*: THU101", False),
        ("pkg/*: THU101\n  a.py: E501", True),
        ("*pkg*: THU101", True),
        ("**/a.py: THU101", True),
        ("**/pkg/a.py, pkg/b.py: THU101", False),
        ("a.py, b.py: E501, THU101", True),
    ],
)
def test_of_flake8s_patterns_for_files_the_longest_counts(
    project: Path, per_file: str, silent: bool
) -> None:
    (project / "setup.cfg").write_text(f"[flake8]\nper-file-ignores =\n  {per_file}\n")
    expected = [] if silent else PLAIN
    assert by_flake8(project) == expected
    assert by_check(project) == expected


def test_of_the_tables_patterns_for_files_all_count(project: Path) -> None:
    table = '[tool.theano-updates.per-file-ignores]\n"*.py" = ["THU101"]\n"pkg/*" = ["THU901"]\n'
    (project / "pyproject.toml").write_text(f'{TABLE}enable = ["THU901"]\n{table}')
    assert by_check(project) == by_flake8(project) == []


@pytest.mark.parametrize("key", ["exclude", "extend-exclude"])
@pytest.mark.parametrize("pattern", ["pkg", "pkg/*.py", "a.py"])
def test_excluded_files_are_passed_over_by_all(project: Path, key: str, pattern: str) -> None:
    (project / "b.py").write_text(STALE)
    (project / "pyproject.toml").write_text(f'{TABLE}{key} = ["{pattern}"]\n')
    assert by_check(project) == by_flake8(project) == [("THU101", 7)]
    # Patterns are those of the file's folder, wherever one stands.
    done = run_here("theano-updates", "check", "..", cwd=project / "pkg")
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["../b.py"]
    (project / "pyproject.toml").unlink()
    (project / "setup.cfg").write_text(f"[flake8]\n{key} = {pattern}\n")
    assert by_check(project) == by_flake8(project) == [("THU101", 7)]


def test_the_nearest_table_is_read(project: Path) -> None:
    (project / "pyproject.toml").write_text(TABLE + 'enable = ["THU901"]\n')
    (project / "pkg" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (project / "pkg" / "setup.cfg").write_text("[flake8]\nthu-function = mylib.compile:steps\n")
    # A pyproject.toml without the table does not hide one above, and the table comes first.
    assert by_check(project / "pkg") == by_flake8(project / "pkg") == EVERY[:2]
    (project / "pkg" / "pyproject.toml").write_text(TABLE)
    assert by_check(project / "pkg") == by_flake8(project / "pkg") == PLAIN


def test_flake8s_file_is_found_from_below(project: Path) -> None:
    (project / "setup.cfg").write_text("[flake8]\nthu-enable = THU901\n")
    assert by_check(project / "pkg") == EVERY[:2]


def test_the_command_line_comes_first(project: Path) -> None:
    (project / "pyproject.toml").write_text(
        TABLE
        + 'enable = ["THU901"]\nextend-exclude = ["b.py"]\nfunction = ["mylib.compile:steps"]\n'
    )
    (project / "b.py").write_text(STALE)
    (project / "c.py").write_text(STALE)
    assert by_check(project, "--enable", "THU902", "--extend-exclude", "c.py") == OWN
    assert by_flake8(project, "--thu-enable=THU902", "--extend-exclude=b.py,c.py") == OWN
    assert by_check(project, "--function", "other:x", "pkg/a.py") == EVERY[:2]
    assert by_check(project, "--isolated", "pkg") == PLAIN
    assert by_flake8(project, "--isolated", "pkg") == PLAIN


def test_a_file_can_be_named(project: Path) -> None:
    (project / "pyproject.toml").write_text(TABLE + 'select = ["THU2"]\n')
    (project / "own.toml").write_text(TABLE + 'enable = ["THU901"]\n')
    (project / "own.ini").write_text("[flake8]\nthu-function = mylib.compile:steps\n")
    assert by_check(project, "--config", "own.toml") == EVERY[:2]
    assert by_check(project, "--config", "own.ini") == OWN
    assert by_flake8(project, "--config", "own.ini") == OWN


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.toml", None, "a.toml: No such file or directory"),
        ("a.cfg", None, "a.cfg: No such file or directory"),
        ("a.toml", "[tool.other]\n", "--config: a.toml has no [tool.theano-updates]"),
        ("a.cfg", "[other]\n", "--config: a.cfg has no [flake8]"),
        ("a.cfg", "select = 1\n", "a.cfg: File contains no section headers."),
    ],
)
def test_a_named_file_has_to_be_one(
    project: Path, name: str, text: str | None, complaint: str
) -> None:
    if text is not None:
        (project / name).write_text(text)
    done = run_here("theano-updates", "check", "--config", name, cwd=project)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith(f"theano-updates: {complaint}")


KEYS = (
    "select, extend-select, ignore, enable, per-file-ignores, function, exclude, extend-exclude, "
    "python-version"
)
REFUSED = (
    "an interpreter is not taken from a file, as whoever writes the file would start programs on "
    "your machine; take the line out, and write --python=PATH on the command line or "
    "THEANO_UPDATES_PYTHON=PATH in the environment"
)
MISTAKES = [
    ('\nselct = ["THU1"]\n', f"pyproject.toml:3: there is no key 'selct'; the keys are {KEYS}"),
    ('select = ["THU99"]\n', "pyproject.toml:2: select: no rule's code begins with 'THU99' ("),
    ('select = "THU1"\n', "pyproject.toml:2: select: 'THU1' is no list of texts, such as "),
    ("ignore = [\n  1,\n]\n", "pyproject.toml:2: ignore: [1] is no list of texts"),
    ('function = ["a-b"]\n', "pyproject.toml:2: function: 'a-b': write the function as "),
    ('exclude = [""]\n', "pyproject.toml:2: exclude: an empty pattern means no file\n"),
    ("python-version = 2\n", 'pyproject.toml:2: python-version: 2 is none of "2", "3" and "'),
    ('per-file-ignores = ["a"]\n', "pyproject.toml:2: per-file-ignores: ['a'] is no table"),
    (
        '[tool.theano-updates.per-file-ignores]\n"a.py" = ["E1"]\n',
        "pyproject.toml:2: per-file-ignores: no rule's code begins with 'E1'; ",
    ),
    ("select = \n", "pyproject.toml:2: this is not TOML: Invalid value\n"),
    ('python = "./x"\n', f"python = ./x in pyproject.toml:2: {REFUSED}\n"),
    ('thu-python = "./x"\n', f"thu-python = ./x in pyproject.toml:2: {REFUSED}\n"),
]


@pytest.mark.parametrize(("text", "complaint"), MISTAKES)
def test_mistakes_are_told_with_their_place(project: Path, text: str, complaint: str) -> None:
    (project / "pyproject.toml").write_text(TABLE + text)
    done = run_here("theano-updates", "check", cwd=project)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith(f"theano-updates: {complaint}")
    if "not TOML" not in complaint:  # Flake8-pyproject has something to say of it, too
        done = run_here("flake8", cwd=project)
        assert (done.stderr, done.returncode) == ("", 1)
        assert f"flake8-theano-updates: {complaint.strip()}" in done.stdout


def test_it_has_to_be_a_table(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool]\ntheano-updates = 1\n")
    done = run_here("theano-updates", "check", cwd=project)
    assert done.stderr == (
        "theano-updates: pyproject.toml:2: tool.theano-updates has to be a table\n"
    )


OF_FLAKE8 = [
    ("thu-enable = THU999\n", "setup.cfg:2: enable: no rule's code begins with 'THU999' ("),
    ("\nextend_select =\n  THU999\n", "setup.cfg:3: extend-select: no rule's code begins with 'TH"),
    ("thu-enabel = THU9\n", "setup.cfg:2: there is no key 'thu-enabel'; the keys are thu-enable, "),
    ("thu-function = a-b\n", "setup.cfg:2: function: 'a-b': write the function as "),
    ("per-file-ignores = THU1\n", "setup.cfg:2: per-file-ignores: write PATTERN:CODES\n"),
    ("thu-python = ./x\n", f"thu-python = ./x in setup.cfg:2: {REFUSED}\n"),
]


@pytest.mark.parametrize(("text", "complaint"), OF_FLAKE8)
@pytest.mark.parametrize("verb", ["check", "fix"])
def test_mistakes_in_flake8s_files_are_told(
    project: Path, verb: str, text: str, complaint: str
) -> None:
    (project / "setup.cfg").write_text("[flake8]\n" + text)
    done = run_here("theano-updates", verb, cwd=project)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith(f"theano-updates: {complaint}")


def test_codes_of_other_plugins_are_none_of_ours(project: Path) -> None:
    (project / "setup.cfg").write_text("[flake8]\nselect = E,F,B9\nignore = B902,D1\n")
    assert by_check(project) == PLAIN


def test_files_of_others_may_be_broken(project: Path) -> None:
    (project / "pyproject.toml").write_text("[project\n")
    (project / "tox.ini").write_text("nothing\n")
    assert by_check(project) == PLAIN


def test_the_python_of_a_project(project: Path) -> None:
    pytest.importorskip("tree_sitter", reason="the py2 extra is not installed")
    (project / "pyproject.toml").write_text(TABLE + 'python-version = "2"\n')
    (project / "b.py").write_text("import theano\nprint 'x'\n")
    assert run_here("theano-updates", "check", "b.py", cwd=project).returncode == 0
    assert (
        run_here("theano-updates", "check", "--python-version=3", "b.py", cwd=project).returncode
        == 2
    )


def settings(folder: Path, *options: str, verb: str = "check") -> tuple[dict[str, Any], str]:
    """Return the settings that are shown, and their text."""
    done = run_here("theano-updates", verb, "--show-settings", *options, cwd=folder)
    assert (done.stderr, done.returncode) == ("", 0)
    return tomllib.loads(done.stdout)["tool"]["theano-updates"], done.stdout


def test_settings_are_shown_with_where_they_come_from(project: Path) -> None:
    text = TABLE + 'enable = ["THU901"]\nextend-exclude = ["x", "y/z"]\npython-version = "3"\n'
    (project / "pyproject.toml").write_text(text + 'per-file-ignores = {"a.py" = ["THU1"]}\n')
    shown, printed = settings(project / "pkg", "--select", "THU9", "--extend-exclude", "a/b")
    assert shown["select"] == ["THU9"]
    assert shown["per-file-ignores"] == {"a.py": ["THU1"]}
    here = os.path.realpath(project)
    assert shown["extend-exclude"] == ["x", f"{here}/y/z", f"{here}/pkg/a/b"]
    where = dict(re.findall(r"^([\w-]+) = .*  # (.+)$", printed, re.MULTILINE))
    assert where == {
        "select": "command line",
        "extend-select": "default",
        "ignore": "default",
        "enable": "../pyproject.toml:2",
        "per-file-ignores": "../pyproject.toml:5",
        "function": "default",
        "exclude": "default",
        "extend-exclude": "../pyproject.toml:3, command line",
        "python-version": "../pyproject.toml:4",
    }
    assert "# ../pyproject.toml, [tool.theano-updates]\n" in printed
    assert "# rules: THU901, THU902, THU903, THU904\n" in printed
    # They are a configuration that holds the same.
    (project / "pyproject.toml").write_text(printed)
    assert settings(project / "pkg")[0] == shown


def test_settings_of_flake8s_file_are_shown(project: Path) -> None:
    (project / "setup.cfg").write_text("[flake8]\nignore = THU1\nextend-ignore = E5,THU2\n")
    shown, printed = settings(project, "--python", sys.executable, verb="confirm")
    assert shown["ignore"] == ["THU1", "THU2"]
    assert "# setup.cfg, [flake8]\n" in printed
    assert "  # setup.cfg:2, setup.cfg:3\n" in printed
    assert f"# backend: that of {sys.executable}\n" in printed
    assert "# no configuration file is read (--isolated)\n" in settings(project, "--isolated")[1]
