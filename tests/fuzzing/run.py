"""Go through many programs and gather what must not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from fuzzing.programs import Program
from fuzzing.workers import Worker, with_hash_seed

MOST_SECONDS = 5.0
MOST_MEGABYTES = 500.0
# For all layouts and fixes of one program.
_MOST_SECONDS_EXAMINED = 60.0


@dataclass
class Report:
    """What a run has seen.

    Args:
        programs: how many were checked, and how many of them were
        of_grammar: made from the grammar alone,
        examined: laid out otherwise, and mended,
        hashed: checked under each hash seed.
        codes: the findings.
        troubles: what must not be, each kind with its programs.
        slowest: seconds of the slowest check, and its program.
        biggest: megabytes of the process when it had most, and the program of that time.
    """

    programs: int = 0
    of_grammar: int = 0
    examined: int = 0
    hashed: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    troubles: dict[str, list[Program]] = field(default_factory=dict)
    slowest: tuple[float, Program | None] = (0.0, None)
    biggest: tuple[float, Program | None] = (0.0, None)


def run(
    programs: Iterable[Program],
    *,
    examine_one_in: int,
    hash_one_in: int,
    hash_seeds: int,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Check programs; look at some of them in other layouts, or under other hash seeds.

    Args:
        programs: all of them.
        examine_one_in: of so many, one is laid out otherwise, and mended.
        hash_one_in: of so many, one is checked under each hash seed.
        hash_seeds: how many hash seeds there are.
        progress: told after each program.
    """
    report = Report()
    hashed: list[Program] = []
    with Worker() as worker:
        for program in programs:
            seen = worker.ask("check", program.source, MOST_SECONDS)
            troubles = [*seen.troubles]
            if seen.megabytes > MOST_MEGABYTES:
                troubles.append(f"more than {MOST_MEGABYTES:g} MB")
            report.programs += 1
            report.of_grammar += program.origin == "grammar"
            report.codes.update(seen.codes)
            report.slowest = max(report.slowest, (seen.seconds, program), key=lambda one: one[0])
            report.biggest = max(report.biggest, (seen.megabytes, program), key=lambda one: one[0])
            if not troubles and program.number % examine_one_in == 0:
                report.examined += 1
                again = worker.ask("examine", program.source, _MOST_SECONDS_EXAMINED)
                troubles += again.troubles
            if not troubles and program.number % hash_one_in == 0:
                hashed.append(program)
            for trouble in troubles:
                report.troubles.setdefault(trouble, []).append(program)
            progress(report)
    report.hashed = len(hashed)
    sources = [program.source for program in hashed]
    found = [with_hash_seed(seed, sources) for seed in range(hash_seeds)]
    for program, *each in zip(hashed, *found, strict=True):
        if any(one != each[0] for one in each):
            report.troubles.setdefault("other findings under another hash seed", []).append(program)
    return report
