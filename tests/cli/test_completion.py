"""What a shell completes."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import run_here, run_python

from flake8_theano_updates.cli.completion import SHELLS

needs_shtab = pytest.mark.skipif(
    find_spec("shtab") is None, reason="the extra completion is not installed"
)


@needs_shtab
@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["con"], ["confirm"]),
        (["check", "--bas"], ["--baseline"]),
        (["check", "--format", "sa"], ["sarif"]),
        (["confirm", "--save-snippets", "fo"], ["folder"]),
        (["check", "--baseline", "o"], ["old.json"]),
    ],
)
def test_bash_completes(tmp_path: Path, words: list[str], completed: list[str]) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "old.json").touch()
    done = run_here("theano-updates", "--print-completion", "bash", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    script = (
        f"{done.stdout}\n"
        f"COMP_WORDS=(theano-updates {' '.join(words)}); COMP_CWORD={len(words)}\n"
        "function=$(complete -p theano-updates | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n"
        f"$function theano-updates {words[-1]} {(['theano-updates', *words])[-2]}\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    shell = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert shell.stdout.split() == completed, shell.stderr


@needs_shtab
@pytest.mark.parametrize("shell", SHELLS)
def test_there_is_a_script_for_each_shell(tmp_path: Path, shell: str) -> None:
    done = run_here("theano-updates", "--print-completion", shell, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(word in done.stdout for word in ("confirm", "save-snippets", "sarif"))


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['shtab'] = None\n"
        "from flake8_theano_updates.cli.main import main\n"
        "main(['--print-completion', 'bash'])\n"
    )
    done = run_python("-c", script, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    first, _ = done.stderr.splitlines()
    assert first.startswith("theano-updates: error: --print-completion needs shtab: pip install ")
    assert "[completion" in first


def test_shtab_is_loaded_for_a_script_only(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    script = (
        "import sys\n"
        "from flake8_theano_updates.cli.main import main\n"
        "main(['check', 'a.py']); print('shtab' in sys.modules)\n"
    )
    assert run_python("-c", script, cwd=tmp_path).stdout == "False\n"
