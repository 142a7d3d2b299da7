"""The first screen, and what the README shows: commands that are run, on one example."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CALLS = 5


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True)


def _numbers(*, in_order: bool) -> list[float]:
    """Work out what becomes of w in examples/momentum.py: of w**2 the gradient is 2 * w."""
    w, velocity, found = 2.0, 0.0, []
    for _ in range(CALLS):
        new = 0.9 * velocity - 0.1 * 2 * w
        w += new if in_order else velocity
        velocity = new
        found.append(w)
    return found


@pytest.mark.longer
def test_the_demo_tells_one_story_on_one_screen() -> None:
    done = _run("tools/demo.py")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) <= 40
    rows = {line[:32].strip(): line[32:].split() for line in lines}
    shown = {
        "as written": _numbers(in_order=False),
        "as it was meant": _numbers(in_order=True),
        "the mended file, run": _numbers(in_order=True),
    }
    for words, numbers in shown.items():
        assert rows[words] == [f"{one:.4g}" for one in numbers]
    marked = lines.index("        |                        ^^^^^^^^")
    assert lines[marked - 1].endswith("updates.append((w, w + velocity))")
    assert "+updates.append((w, w + velocity_new))" in lines


@pytest.mark.longer
@pytest.mark.skipif(find_spec("theano") is None, reason="the README shows what Theano 1.0.5 says")
def test_the_readme_shows_what_is_printed() -> None:
    assert _run("tools/readme_examples.py", "--check").returncode == 0
