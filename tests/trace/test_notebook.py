"""``%%thu_trace`` in IPython: beneath the cell stands a report, and all else is as without."""

from __future__ import annotations

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from commands import run_python

pytestmark = pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano")

SHELL = """\
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

shell = InteractiveShell.instance()
shell.run_line_magic("colors", "NoColor")
told = []
for cell in json.load(sys.stdin):
    with capture_output() as caught:
        done = shell.run_cell(cell, store_history=True)
    shown = [one.data["text/plain"] for one in caught.outputs]
    error = done.error_before_exec or done.error_in_exec
    names = sorted(name for name in shell.user_ns if not name.startswith("_"))
    told.append([caught.stdout, shown, repr(done.result), repr(error), names])
json.dump(told, sys.stdout)
"""
LOAD = "%load_ext flake8_theano_updates"
IMPORTS = "import numpy as np\nimport theano\nimport theano.tensor as T\n"
STATE = """\
from __future__ import annotations
w, v = theano.shared(np.array([1.0, -2.0])), theano.shared(np.array([0.5, 0.25]))
"""
STEP = """\
train = theano.function([], updates=[(v, 0.9 * v - T.grad(T.sum(w**2), w)), (w, w + v)])
print([train() for _ in range(2)])
w.get_value()"""
SAID = (
    "THU101 stale read: w uses old v; compute v_new = ..., register (v, v_new) and use v_new here"
)
ONE = "theano-updates: 1 function compiled: 1 finding"
NONE = "theano-updates: no function was compiled, nothing can be said"


@pytest.fixture(autouse=True)
def _flags(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flags = f"cxx=,blas.ldflags=,mode=FAST_COMPILE,linker=py,base_compiledir={tmp_path}/compiled"
    monkeypatch.setenv("THEANO_FLAGS", flags)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as kernels do


def told(cells: list[str], folder: Path) -> list[list[Any]]:
    (folder / "shell.py").write_text(SHELL)
    # The extension is loaded before its magic is seen; what is loaded twice is there once.
    done = run_python(
        "-W", "ignore", "shell.py", cwd=folder, stdin=json.dumps([LOAD, LOAD, *cells])
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)[2:]


def reports(cells: list[str], folder: Path) -> list[list[str]]:
    """Return the reports beneath the cells, which else do what they do without the magic."""
    watched, plain = told(cells, folder), told([_without(one) for one in cells], folder)
    found = []
    for (out, shown, *rest), (plain_out, plain_shown, *plain_rest) in zip(
        watched, plain, strict=True
    ):
        assert (out.replace("# %%thu_trace", "# plain"), rest) == (plain_out, plain_rest)
        assert shown[: len(plain_shown)] == plain_shown
        found.append(shown[len(plain_shown) :])
    return found


def _without(cell: str) -> str:
    first, _, rest = cell.partition("\n")
    return f"# plain\n{rest}" if first.startswith("%%thu_trace") else cell


def test_a_cell_that_builds_and_compiles(tmp_path: Path) -> None:
    cells = [IMPORTS, f"%%thu_trace\n{STATE}{STEP}", STEP, "%%thu_trace\n1 + 1"]
    assert reports(cells, tmp_path) == [
        [],
        [f"Cell In[4]:4:85: {SAID} (theano-updates explain THU101)\n{ONE}"],
        [],
        [NONE],
    ]


@pytest.mark.longer
def test_a_backend_that_the_cell_imports_and_helpers_of_other_cells(tmp_path: Path) -> None:
    helper = "def both():\n    return [(v, 0.9 * v - T.grad(T.sum(w**2), w)), (w, w + v)]"
    cells = [
        helper,
        f"%%thu_trace\n{IMPORTS}w, v = theano.shared(1.0), theano.shared(0.5)",
        "%%thu_trace --first-calls 1\ntrain = theano.function([], updates=both())\ntrain()",
    ]
    (_, (first,), (second,)) = reports(cells, tmp_path)
    assert first == NONE
    lines = [line.strip() for line in second.splitlines()]
    assert lines[0] == f"Cell In[3]:2:60: {SAID} (theano-updates explain THU101)"
    assert " ".join(lines[1:3]) == (
        "confirmed by theano 1.0.5: after 1 call w is 1.5; with the new v it would be -0.55, "
        "relative 137 %"
    )
    assert lines[-1] == ONE


def test_the_cure_of_an_import_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without flags Theano 1.0.5 asks NumPy what that no longer tells."""
    monkeypatch.setenv("THEANO_FLAGS", f"base_compiledir={tmp_path}/compiled")
    monkeypatch.setenv("THEANORC", os.devnull)
    _, (said,), _, error, _ = told(["%%thu_trace\nimport theano"], tmp_path)[0]
    assert error.startswith("AttributeError(")
    none, cure = said.splitlines()
    assert none == NONE
    assert cure.startswith("theano-updates: theano could not be imported: put THEANO_FLAGS=")


def test_errors_are_those_of_the_cell(tmp_path: Path) -> None:
    cells = [
        f"%%thu_trace\n{IMPORTS}\n{STATE.splitlines()[1]}\nraise ValueError('here')",
        "%%thu_trace\nwhat is this",
        "%%thu_trace\nawait missing()",
    ]
    assert reports(cells, tmp_path) == [[NONE]] * 3


@pytest.mark.longer
def test_a_call_after_the_cell_is_not_seen(tmp_path: Path) -> None:
    cells = [IMPORTS, f"%%thu_trace --first-calls 3\n{STATE}{STEP.splitlines()[0]}", "train()"]
    _, (said,), later = reports(cells, tmp_path)
    assert "unresolved: the function was not called" in said
    assert later == []


@pytest.mark.longer
def test_what_was_built_before_is_told(tmp_path: Path) -> None:
    cells = [
        IMPORTS + STATE.splitlines()[1],
        "new = w + v",
        "%%thu_trace\nf = theano.function([], new)",
    ]
    _, _, (said,) = reports(cells, tmp_path)
    assert said == (
        "theano-updates: 1 function compiled: nothing found\n"
        "theano-updates: some of what they compute was written in cells without %%thu_trace, where "
        "nothing is seen: put it on those that write the updates and take the gradients too"
    )


@pytest.mark.longer
def test_the_functions_of_a_cell_are_told_apart(tmp_path: Path) -> None:
    draw = "theano.function([], theano.tensor.raw_random.normal(rng)[1])"
    cells = [
        IMPORTS,
        f"%%thu_trace\nrng = theano.shared(np.random.RandomState(1))\nearlier = {draw}\nearlier()",
        f"%%thu_trace\nonce = {draw}\ntwice = {draw}\nearlier(), once(), twice(), twice()",
    ]
    (_, first, (second,)) = reports(cells, tmp_path)
    assert first == ["theano-updates: 1 function compiled: nothing found"]
    said, count = second.splitlines()
    # Which number a cell gets is the kernel's matter.
    assert re.match(r"Cell In\[\d+\]:3:9: THU402 generator not updated: ", said)
    assert count == "theano-updates: 2 functions compiled: 1 finding"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%%thu_trace --nothing\nx = 1", "unrecognized arguments: --nothing"),
        ("%%thu_trace --select=THU7\nx = 1", "argument --select: "),
        ("%%thu_trace\n%%time\nx = 1", "its only magic"),
        ("if True:\n    get_ipython().run_cell_magic('thu_trace', '', 'x = 1')", "its only magic"),
    ],
)
def test_a_wrong_use_is_refused_and_runs_nothing(cell: str, said: str, tmp_path: Path) -> None:
    (_, shown, _, error, names) = told([cell], tmp_path)[0]
    assert error.startswith("UsageError(")
    assert said in error
    assert "x" not in names
    assert shown == []


def test_below_another_magic_it_says_that_it_does_nothing(tmp_path: Path) -> None:
    _, shown, result, error, _ = told(["%%time\n%%thu_trace\n1 + 1"], tmp_path)[0]
    assert (result, error) == ("2", "None")
    assert shown == [
        "theano-updates: %%thu_trace has to be the first line of a cell, and its only magic; "
        "nothing is watched"
    ]


LEFT = """\
import sys
from theano.compile import function_module, pfunc
from theano.compile.sharedvalue import SharedVariable
kinds = (theano.Apply, SharedVariable, function_module.FunctionMaker, theano.gradient, pfunc)
state = [
    *({name: value for name, value in vars(one).items() if callable(value)} for one in kinds),
    list(sys.meta_path),
    {name: list(calls) for name, calls in get_ipython().events.callbacks.items()},
]
"""


@pytest.mark.longer
def test_nothing_stays_patched(tmp_path: Path) -> None:
    look = LEFT.replace("state", "before")
    watched = f"%%thu_trace --first-calls 9\n{STATE.splitlines()[1]}\n{STEP}"
    after = f"{LEFT}train.fn.__class__.__module__, state == before"
    rows = told([IMPORTS + look, watched, after], tmp_path)
    assert [row[3] for row in rows] == ["None"] * 3
    assert rows[2][2] == "('theano.gof.vm', True)"


def test_it_can_be_taken_away(tmp_path: Path) -> None:
    cells = ["%unload_ext flake8_theano_updates", "%%thu_trace\nx = 1"]
    row = told(cells, tmp_path)[1]
    assert "x" not in row[4]
    assert row[1] == []
