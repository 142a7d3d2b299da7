"""Write what README.md shows of commands on examples/momentum.py, by running them.

A block of ``console`` in which each command is about that file is made anew; where its last line
is ``...``, as many lines as it has.

python tools/readme_examples.py          rewrites README.md
python tools/readme_examples.py --check  fails if that would change anything; needs Theano 1.0.5
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
EXAMPLE = "momentum.py"
BIN = Path(sys.executable).parent
BLOCK = re.compile(r"^```console\n(\$ .*?)^```$", re.MULTILINE | re.DOTALL)
CUT = "...\n"


def block(match: re.Match[str]) -> str:
    """Return a block with what its commands print now."""
    inside = match[1]
    commands = [line[2:] for line in inside.splitlines() if line.startswith("$ ")]
    if not all(EXAMPLE in command and "[" not in command for command in commands):
        return match[0]
    made = "".join(f"$ {command}\n{output(command)}" for command in commands)
    if inside.endswith(CUT):
        made = "".join(made.splitlines(keepends=True)[: len(inside.splitlines()) - 1]) + CUT
    return f"```console\n{made}```"


def output(command: str) -> str:
    """Return what a command prints in the folder of the example."""
    program, *arguments = command.split()
    done = subprocess.run(
        [str(BIN / program), *arguments],
        cwd=ROOT / "examples",
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return done.stdout


def main() -> int:
    """Rewrite the README, or say whether it is as it should be."""
    text = README.read_text(encoding="utf-8")
    made = BLOCK.sub(block, text)
    if "--check" in sys.argv[1:]:
        return 0 if made == text else 1
    README.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
