"""Hold every program of real code against what a program may be made of.

    python benchmarks/program_grammar.py PATH...

Paths are files and folders as `theano-updates check` takes them; nothing of them is run, and no
program either. What a program holds beside what it may is printed, with the place of its finding.
"""

from __future__ import annotations

import sys
from pathlib import Path

from flake8_theano_updates.cli.arguments import parser
from flake8_theano_updates.cli.looking import look
from flake8_theano_updates.confirm.programs import program_of
from flake8_theano_updates.confirm.steps import STEPS
from flake8_theano_updates.report.text import place

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from program_grammar import offences


def main(paths: list[str]) -> int:
    """Print the offences and how many programs there were; return 1 if there are offences."""
    options = parser().parse_args(["check", "--enable", "THU9", *paths])
    programs = offending = 0
    for looked in look(options.paths, options):
        for finding in looked.findings:
            for step in STEPS if finding.fault is not None else ():
                programs += 1
                found = offences(program_of(finding, finding.fault, step, 5).text)
                offending += bool(found)
                for one in found:
                    print(f"{place(finding)}: {finding.code}: {one}")
    print(f"{programs} programs, {offending} of them with what no program may hold")
    return int(offending > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
