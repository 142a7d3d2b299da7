"""The command line: exit statuses, what is said on standard error, and the formats."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from commands import PATIENCE, hear_interrupts, run, run_here, run_json, run_python
from samples import STALE

import flake8_theano_updates
from flake8_theano_updates.cli import looking
from flake8_theano_updates.cli import main as cli
from flake8_theano_updates.interpreter.statements import Interpreter
from flake8_theano_updates.rules import RULES

PAIR = "(param, param + velocity)"
STALE_LINE = 7
STALE_COLUMN = 32

FIELDS = {
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "code",
    "name",
    "message",
    "variable",
    "target",
    "registered_line",
    "update_line",
    "new_value",
    "collection",
    "collection_line",
    "fixes",
}


@pytest.fixture
def stale(tmp_path: Path) -> Path:
    (tmp_path / "stale.py").write_text(STALE)
    return tmp_path


def check(*arguments: str, cwd: Path, stdin: str | bytes | None = None):
    return run_here("theano-updates", "check", *arguments, cwd=cwd, stdin=stdin)


def one_line(text: str) -> str:
    assert text.count("\n") == 1, text
    return text.strip()


def test_nothing_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    done = check("a.py", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_empty_file_is_clean(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    done = check("a.py", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_finding_is_written_as_flake8_writes_it(stale: Path) -> None:
    done = check("stale.py", cwd=stale)
    assert (done.returncode, done.stderr) == (1, "")
    assert one_line(done.stdout).startswith(f"stale.py:{STALE_LINE}:{STALE_COLUMN}: THU101 ")
    plain = run_here("flake8", "--isolated", "--select=THU", "stale.py", cwd=stale)
    assert plain.stdout == done.stdout


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"def f(:\n", "bad.py:1:7: syntax error: invalid syntax"),
        (b"x = '\xe9'\n", "bad.py:1:6: not UTF-8 (no encoding declared)"),
        (b"\0", "bad.py:1:1: not text: it holds null bytes"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_is_checked(
    stale: Path, content: bytes, line: str
) -> None:
    (stale / "bad.py").write_bytes(content)
    done = check("bad.py", "stale.py", cwd=stale)
    assert done.returncode == 2
    assert one_line(done.stderr) == f"theano-updates: {line}"
    assert "THU101" in one_line(done.stdout)


def test_a_missing_path(stale: Path) -> None:
    done = check("gone.py", "stale.py", cwd=stale)
    assert done.returncode == 2
    assert one_line(done.stderr) == "theano-updates: gone.py: no such file or folder"
    assert "THU101" in done.stdout


def test_a_folder_without_python(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("x")
    done = check("notes", cwd=tmp_path)
    assert done.returncode == 2
    assert one_line(done.stderr) == "theano-updates: notes: no Python files in this folder"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(stale: Path) -> None:
    (stale / "stale.py").chmod(0)
    done = check("stale.py", cwd=stale)
    assert done.returncode == 2
    assert one_line(done.stderr) == "theano-updates: stale.py: Permission denied"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="other systems have no named pipes")
def test_what_may_never_end_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "stale.py").write_text(STALE)
    os.mkfifo(tmp_path / "folder" / "pipe.py")
    (tmp_path / "folder" / "device.py").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        before = os.getcwd()
        os.chdir(tmp_path)  # a socket's path is short
        listening.bind("folder/socket.py")
        os.chdir(before)
        done = check("folder", cwd=tmp_path)
        assert (one_line(done.stdout)[:20], done.stderr) == ("folder/stale.py:7:32", "")
        for name, kind in {
            "folder/pipe.py": "a named pipe",
            "folder/socket.py": "a socket",
            "folder/device.py": "a device",
            "/dev/zero": "a device",
        }.items():
            for verb in ("check", "confirm", "fix", "explain"):
                done = run_here("theano-updates", verb, name, cwd=tmp_path)
                assert done.stderr == (
                    f"theano-updates: {name}: {kind}, not a file (- reads standard input)\n"
                )
                assert done.returncode == 2


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_what_is_open_already_is_read(tmp_path: Path) -> None:
    (tmp_path / "stale.py").write_text(STALE)
    scripts = sysconfig.get_path("scripts")
    for given in ("<(cat stale.py)", "/dev/stdin < stale.py", "- < stale.py"):
        line = f"cat stale.py | {scripts}/theano-updates check {given}"
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.stderr, done.returncode) == ("", 1)
        assert ":7:32: THU101 " in one_line(done.stdout)


def test_folders_are_walked_in_order_without_the_hidden_ones(tmp_path: Path) -> None:
    for folder in ("b", "a", ".venv/lib", "__pycache__", "a/node_modules", ".git"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "m.py").write_text(STALE)
    (tmp_path / "a.py").write_text(STALE)
    (tmp_path / "a" / "notes.txt").write_text(STALE)
    done = check(".", cwd=tmp_path)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        "./a.py",
        "./a/m.py",
        "./b/m.py",
    ]


def test_a_file_is_checked_once(stale: Path) -> None:
    assert len(run_json("check", "stale.py", "stale.py", cwd=stale)) == 1


def test_standard_input(tmp_path: Path) -> None:
    done = check("-", cwd=tmp_path, stdin=STALE)
    assert done.returncode == 1
    assert one_line(done.stdout).startswith(f"stdin:{STALE_LINE}:{STALE_COLUMN}: THU101 ")
    # There is no file to explain: the rule is.
    assert done.stdout.endswith(" (theano-updates explain THU101)\n")
    named = check("--stdin-display-name", "x/y.py", "-", cwd=tmp_path, stdin=STALE)
    assert named.stdout == done.stdout.replace("stdin:", "x/y.py:", 1).replace(
        "explain THU101", f"explain x/y.py:{STALE_LINE}"
    )


def test_standard_input_that_does_not_parse(tmp_path: Path) -> None:
    done = check("-", cwd=tmp_path, stdin="x = (\n")
    assert done.returncode == 2
    assert one_line(done.stderr) == "theano-updates: stdin:1:5: syntax error: '(' was never closed"


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# noqa", True),
        ("# noqa: THU101", True),
        ("# NOQA:THU1", True),
        ("# noqa: E501,THU101 (on purpose)", True),
        ("# noqa: E501, THU101", True),
        ("# noqa: THU102", False),
        ("# noqa: E501", False),
        ("# not noqa at all", False),
        ("#noqa", False),
    ],
)
def test_noqa_means_what_it_means_to_flake8(stale: Path, comment: str, silent: bool) -> None:
    lines = STALE.splitlines()
    lines[STALE_LINE - 1] += f"  {comment}"
    (stale / "stale.py").write_text("\n".join(lines) + "\n")
    done = check("stale.py", cwd=stale)
    plain = run_here("flake8", "--isolated", "--select=THU", "stale.py", cwd=stale)
    assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
    assert done.returncode == (0 if silent else 1)


@pytest.mark.parametrize(
    ("code", "silent"),
    [
        ("# flake8: noqa\n" + STALE, True),
        (STALE.replace("import theano\n", "import theano  # flake8: noqa\n"), False),
        # In brackets, only the read's own line counts.
        (STALE.replace(PAIR, "(param,\nparam + velocity)  # noqa\n"), True),
        (STALE.replace(PAIR, "(param, param + velocity)\n  # noqa\n"), False),
    ],
)
def test_other_comments_mean_what_they_mean_to_flake8(
    tmp_path: Path, code: str, silent: bool
) -> None:
    (tmp_path / "a.py").write_text(code)
    done = check("a.py", cwd=tmp_path)
    plain = run_here("flake8", "--isolated", "--select=THU", "a.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
    assert (done.stdout == "") == silent


def test_select_takes_codes_and_beginnings(stale: Path) -> None:
    assert check("--select", "THU101", "stale.py", cwd=stale).returncode == 1
    assert check("--select", "thu1,THU102", "stale.py", cwd=stale).returncode == 1
    assert check("--select", "THU102", "stale.py", cwd=stale).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: VERB"),
        (["check", "--config", "a.toml", "--isolated", "."], "not allowed with argument"),
        (["chekc", "."], "invalid choice: 'chekc'; did you mean check? (choose from check, "),
        (
            ["check", "--ignore", "E501", "."],
            "no rule's code begins with 'E501'; they begin with THU, and the codes of other tools",
        ),
        (["check", "--select", "TUH101", "."], "begins with 'TUH101'; did you mean THU101? ("),
        (["check", "--formt", "json", "."], "there is no option --formt; did you mean --format?"),
        (["trace", "--calls=3", "a.py"], "there is no option --calls\n"),
        (["check", "--select", ",", "."], "no code is given"),
        (["check", "--function", "f:-", "."], "'-' is neither a keyword nor a position"),
        (["check", "--format", "xml", "."], "invalid choice: 'xml' (choose from text, "),
        (["confirm", "--calls", "0", "."], "'0' is no whole number from 1 on"),
        (["confirm", "--calls", "few", "."], "'few' is no whole number from 1 on"),
        (["confirm", "--jobs", "0", "."], "'0' is no whole number from 1 on"),
        (["confirm", "--timeout", "nan", "."], "'nan' is no number of seconds above 0"),
        (["confirm", "--timeout", "-1", "."], "'-1' is no number of seconds above 0"),
        (["confirm", "--timeout", "soon", "."], "'soon' is no number of seconds above 0"),
        (["confirm", "--save-snippets=", "."], "no path is given"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run_here("theano-updates", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    error, more = done.stderr.splitlines()
    program = " ".join(["theano-updates", *(one for one in arguments[:1] if one != "chekc")])
    assert error.startswith(f"{program}: error: ")
    assert said in f"{error}\n"
    assert more == f"{program} --help says more"
    assert done.stdout == ""


def test_json(stale: Path) -> None:
    (finding,) = run_json("check", "stale.py", cwd=stale)
    assert set(finding) == FIELDS
    assert finding["path"] == "stale.py"
    assert (finding["line"], finding["column"]) == (STALE_LINE, STALE_COLUMN)
    assert (finding["end_line"], finding["end_column"]) == (STALE_LINE, STALE_COLUMN + 8)
    assert (finding["code"], finding["name"]) == ("THU101", "stale-read")
    assert (finding["variable"], finding["target"]) == ("velocity", "param")
    assert (finding["registered_line"], finding["update_line"]) == (6, 7)


@pytest.mark.usefixtures("_lasting_workers")
@pytest.mark.parametrize("verb", ["check", "confirm"])
def test_json_without_fixes(stale: Path, verb: str) -> None:
    (with_them,) = run_json(verb, stale.name, cwd=stale.parent)
    (without,) = run_json(verb, "--no-fixes", stale.name, cwd=stale.parent)
    assert [one["kind"] for one in with_them["fixes"]] == ["new-value", "reorder"]
    assert without == {**with_them, "fixes": []}


def test_json_of_nothing_is_an_empty_array(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    assert run_json("check", "a.py", cwd=tmp_path) == []


def test_json_is_whole_even_if_a_file_cannot_be_read(stale: Path) -> None:
    done = check("--format=json", "gone.py", "stale.py", cwd=stale)
    assert done.returncode == 2
    assert len(json.loads(done.stdout)) == 1


def test_explain_lists_the_rules(tmp_path: Path) -> None:
    done = run_here("theano-updates", "explain", cwd=tmp_path)
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [rule.code for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_explain_says_what_a_rule_means(tmp_path: Path, rule) -> None:
    done = run_here("theano-updates", "explain", rule.code.lower(), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{rule.code} {rule.name} (")
    assert max(map(len, done.stdout.splitlines())) <= 100
    for line in (rule.bad + rule.good).strip().splitlines():
        assert line in done.stdout


def test_explain_of_an_unknown_code(tmp_path: Path) -> None:
    done = run_here("theano-updates", "explain", "THU999", cwd=tmp_path)
    assert done.returncode == 2
    assert one_line(done.stderr).startswith("theano-updates: explain: there is no rule 'THU999'")


@pytest.mark.parametrize("program", [["theano-updates"], ["-m", "flake8_theano_updates"]])
def test_version(tmp_path: Path, program: list[str]) -> None:
    go = run_python if program[0] == "-m" else run
    done = go(*program, "--version", cwd=tmp_path)
    assert done.stdout == f"theano-updates {flake8_theano_updates.__version__}\n"


def test_an_internal_error_is_a_finding_and_the_rest_is_checked(
    stale: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (stale / "other.py").write_text(STALE)
    real = looking.check

    def check_but_one(tree, lines, path, **options):
        if path == "other.py":
            raise ZeroDivisionError("one\ntwo")
        return real(tree, lines, path, **options)

    monkeypatch.chdir(stale)
    monkeypatch.setattr(looking, "check", check_but_one)
    assert cli.main(["check", "other.py", "stale.py"]) == 3
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("other.py:1:1: THU000 internal error")
    assert "ZeroDivisionError: one two at test_cli.py:" in first
    assert second.startswith("stale.py:7:32: THU101 ")


def test_an_internal_error_costs_one_function(
    stale: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> bool:
        raise ZeroDivisionError("one")

    monkeypatch.setattr(Interpreter, "_while", fails)
    function = "def f(updates):\n    while True:\n        pass\n"
    (stale / "stale.py").write_text(STALE + function)
    monkeypatch.chdir(stale)
    assert cli.main(["check", "--select", "THU201", "stale.py"]) == 3
    assert capsys.readouterr().out.startswith("stale.py:9:1: THU000 internal error: ")
    assert cli.main(["check", "--format", "json", "stale.py"]) == 3
    first, second = json.loads(capsys.readouterr().out)
    assert (first["code"], len(first["fixes"])) == ("THU101", 2)
    assert (second["code"], second["line"], second["fixes"]) == ("THU000", 9, [])
    assert cli.main(["explain", "stale.py:10"]) == 3
    assert "THU000" in capsys.readouterr().out
    assert cli.main(["fix", "--unsafe", "--no-prove", "--write", "stale.py"]) == 3
    told = capsys.readouterr().err
    assert "THU000 is not fixed" in told
    assert "stale.py: 1 fixed" in told


DEEP = "def f(updates):\n    deep = g" + ".f()[0].b" * 250 + "\n"


def test_what_is_too_deep_is_a_finding_that_can_be_accepted(
    stale: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (stale / "stale.py").write_text(STALE + DEEP)
    monkeypatch.chdir(stale)
    assert cli.main(["check", "stale.py"]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("stale.py:7:32: THU101 ")
    assert second == (
        "stale.py:9:1: THU001 line 10 nests too deeply to be followed; "
        "not checked: line 9 to line 10"
    )
    (stale / "stale.py").write_text("import theano\n" + DEEP.replace(":", ":  # noqa: THU001", 1))
    assert cli.main(["check", "stale.py"]) == 0


@pytest.mark.parametrize(
    "long",
    [
        "y = " + " + ".join(["x"] * 2000),
        "y = x" + ".sum()" * 700,
        "y = x" + ".f()[0].b" * 250,
        "if x == 0:\n    y = 1" + "".join(f"\nelif x == {n}:\n    y = 1" for n in range(1, 600)),
    ],
    ids=["sum", "methods", "deep", "elifs"],
)
def test_fixes_are_offered_beside_what_is_long(
    long: str, stale: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    function = "".join(f"    {line}\n" for line in long.split("\n"))
    (stale / "stale.py").write_text(f"{STALE}def f(updates, x):\n{function}")
    monkeypatch.chdir(stale)
    assert cli.main(["check", "--format", "json", "stale.py"]) == 1
    first, *_ = json.loads(capsys.readouterr().out)
    assert (first["code"], len(first["fixes"])) == ("THU101", 2)


def test_output_that_is_closed_early_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(STALE)
    script = Path(sysconfig.get_path("scripts")) / "theano-updates"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [script, "check", "a.py"], cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_ends_it_without_a_traceback(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "flake8_theano_updates", "check", "-"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hear_interrupts,
    ) as process:
        assert process.stdin is not None
        # More than a pipe holds: once it is written it is being read, and that never ends.
        process.stdin.write(b"#" * 2**20)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (130, b"")


def test_rules_that_are_off_are_computed_when_asked_for(tmp_path: Path) -> None:
    off = [rule for rule in RULES if not rule.default_on]
    for rule in off:
        (tmp_path / "a.py").write_text(rule.bad)
        assert rule.code not in check("a.py", cwd=tmp_path).stdout
        asked = check("--enable", rule.code, "a.py", cwd=tmp_path).stdout
        assert rule.code in asked
        plain = run_here(
            "flake8",
            "--isolated",
            "--select=THU",
            f"--thu-enable={rule.code}",
            "a.py",
            cwd=tmp_path,
        )
        assert plain.stdout == asked


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such names")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"red\x1b[31m\x07.py", r"red\x1b[31m\x07.py"),
        (b"two\nlines.py", r"two\nlines.py"),
        (b"no text\xff.py", r"no text\udcff.py"),
        ("right\u202eto left é.py".encode(), r"right\u202eto left é.py"),
    ],
)
def test_no_name_steers_the_terminal(tmp_path: Path, name: bytes, shown: str) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_text(STALE)
    assert one_line(check(".", cwd=tmp_path).stdout).startswith(f"./{shown}:7:32: THU101 ")
    diff = run_here("theano-updates", "fix", "--unsafe", "--no-prove", ".", cwd=tmp_path)
    assert diff.stdout.startswith(f"--- a/./{shown}\n+++ b/./{shown}\n")
    path.write_text("(")
    assert one_line(check(".", cwd=tmp_path).stderr).startswith(f"theano-updates: ./{shown}:1:")
    gone = check(f"{path.name}~", cwd=tmp_path)
    assert one_line(gone.stderr) == f"theano-updates: {shown}~: no such file or folder"


@pytest.mark.parametrize("verb", ["check", "explain"])
def test_no_line_steers_the_terminal_or_reads_backwards(tmp_path: Path, verb: str) -> None:
    (tmp_path / "a.py").write_text(
        "import theano\n"
        "updates = [(p['\u202ev'], p['\u202ev'] + g),  # \x1b[2J \u2066\n"
        "           (w, w + p['\u202ev'])]  # \x1b[2J \u2066\n"
        "f = theano.function([], [], updates=updates)\n"
        "g = theano.function([], [], updates=zip([w], [f'{w}\\n\x1b']))\n",
        encoding="utf-8",
    )
    done = run_here("theano-updates", verb, "a.py", cwd=tmp_path)
    assert all(one.isprintable() or one == "\n" for one in done.stdout)
    assert r"\u202ev" in done.stdout
    assert done.stdout.count("THU101") >= 1
    assert done.stdout.count("THU204") >= 1
    if verb == "check":
        assert done.stdout.count("\n") == 2
    else:
        mark = done.stdout.splitlines()
        line = next(n for n, one in enumerate(mark) if "^" in one)
        start, end = mark[line].index("^"), mark[line].rindex("^") + 1
        assert mark[line - 1][start:end] == r"p['\u202ev']"
        assert r"\x1b[2J \u2066" in mark[line - 1]


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such shell")
@pytest.mark.parametrize("verb", ["check", "confirm", "fix --unsafe --no-prove", "explain"])
@pytest.mark.parametrize(
    ("closed", "status", "complaint"),
    [
        ("stale.py >&-", 1, ""),
        ("gone.py 2>&-", 2, ""),
        ("- <&-", 2, "theano-updates: stdin: it is closed\n"),
        ("stale.py >/dev/full", 2, "theano-updates: standard output: No space left on device\n"),
    ],
)
def test_a_stream_that_is_closed_or_full(
    stale: Path, verb: str, closed: str, status: int, complaint: str
) -> None:
    if "full" in closed and not os.path.exists("/dev/full"):
        pytest.skip("this system has no full device")
    if verb == "confirm" and importlib.util.find_spec("theano") is None:
        pytest.skip("the extra theano is not installed")
    program = Path(sysconfig.get_path("scripts")) / "theano-updates"
    done = subprocess.run(
        f"{program} {verb} {closed}", shell=True, cwd=stale, capture_output=True, check=False
    )
    assert done.stderr.decode() == complaint
    assert done.returncode == status


def test_a_folder_that_cannot_be_read(
    stale: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Root may read every folder.
    real = os.scandir

    def scandir(path: str):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    (stale / "closed").mkdir()
    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.chdir(stale)
    for path, found in ((".", 1), ("closed", 0)):
        assert cli.main(["check", path]) == 2
        seen = capsys.readouterr()
        assert seen.out.count("THU101") == found
        assert one_line(seen.err).endswith("closed: Permission denied")
