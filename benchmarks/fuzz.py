"""Programs that nobody wrote: fixtures with random changes, and what Python's grammar allows.

None may be an internal error (THU000), take more than 5 s or 500 MB, have other findings
under another hash seed, with CRLF, tabs, blank lines, comments or other names of locals, or make
the fixes fail. What is not so is printed, each kind with the number of its first program.

    python benchmarks/fuzz.py [--seed 0] [--programs 50000]
    python benchmarks/fuzz.py --seed 0 --show 1234    prints program 1234
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from fuzzing.programs import mutant, programs
from fuzzing.run import Report, run

HASH_SEEDS = 20


def main() -> None:
    """Run, and print the table; the exit status is 1 where something must not be."""
    options = _options()
    if options.show is not None:
        program = mutant(options.seed, options.show)
        print(f"# {program.origin}\n{program.source}", end="")
        return
    begun = time.perf_counter()
    report = run(
        programs(options.seed, options.programs, options.grammar),
        examine_one_in=options.examine_one_in,
        hash_one_in=options.hash_one_in,
        hash_seeds=HASH_SEEDS,
        progress=_progress,
    )
    _table(report, options, time.perf_counter() - begun)
    sys.exit(1 if report.troubles else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check programs that nobody wrote.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--programs", type=int, default=50_000)
    parser.add_argument("--grammar", type=int, default=500, help="how many are of the grammar")
    parser.add_argument("--examine-one-in", type=int, default=25, help="other layouts, fixes")
    parser.add_argument("--hash-one-in", type=int, default=100, help="20 hash seeds")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="print a changed fixture")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write what is in trouble")
    return parser.parse_args()


def _progress(report: Report) -> None:
    if report.programs % 1000 == 0:
        kinds = len(report.troubles)
        print(f"{report.programs} programs, {kinds} kinds of trouble", file=sys.stderr, flush=True)


def _table(report: Report, options: argparse.Namespace, seconds: float) -> None:
    found = sum(report.codes.values())
    rows = [
        ("seed", options.seed),
        ("programs", report.programs),
        ("of the grammar", report.of_grammar),
        ("in other layouts, and mended", report.examined),
        (f"under {HASH_SEEDS} hash seeds", report.hashed),
        ("findings", found),
        ("slowest", f"{report.slowest[0]:.2f} s{_which(report.slowest[1])}"),
        ("biggest", f"{report.biggest[0]:.0f} MB{_which(report.biggest[1])}"),
        ("all of it", f"{seconds:.0f} s"),
    ]
    for name, value in rows:
        print(f"{name:<30} {value}")
    for code, count in sorted(report.codes.items()):
        print(f"  {code:<28} {count}")
    print(f"{'in trouble':<30} {sum(map(len, report.troubles.values()))}")
    for trouble, cases in sorted(report.troubles.items(), key=lambda one: -len(one[1])):
        print(f"  {len(cases):>6}  {trouble}{_which(cases[0])}")
        if options.save is not None:
            options.save.mkdir(parents=True, exist_ok=True)
            for case in cases[:20]:
                text = f"# {trouble}\n# {case.origin}\n{case.source}"
                (options.save / f"{case.number}.py").write_bytes(text.encode())


def _which(program: object) -> str:
    number = getattr(program, "number", None)
    return "" if number is None else f" (program {number})"


if __name__ == "__main__":
    main()
