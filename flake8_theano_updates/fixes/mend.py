"""Mend one file: one finding after the other, each in the file that the last one left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flake8_theano_updates.fixes.offered import Kind, Look, Mended, Source
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.fixes.text import moved
from flake8_theano_updates.fixes.together import Obstacle, settled
from flake8_theano_updates.model import Finding

# What to do about a finding, or why nothing is to be done.
Choice = Callable[[Finding], "Kind | NoFixError"]
# A finding by its code, variable, target, and place in the text.
Key = tuple[str, str | None, str | None, int]


@dataclass(frozen=True)
class Refusal:
    """A finding that stays, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True)
class Step:
    """One fix.

    Args:
        origin: its finding as it was in the file before all fixes.
        mended: the fix, and the file after it.
    """

    origin: Finding
    mended: Mended


@dataclass(frozen=True)
class Chain:
    """The fixes of a file in their order, what stays, and the file before and after them."""

    steps: tuple[Step, ...]
    refusals: tuple[Refusal, ...]
    first: Source
    last: Source


def mend(first: Source, choose: Choice, look: Look, obstacle: Obstacle) -> Chain:
    """Mend the findings of a file; ``choose`` is asked of each as it was in the file at first."""
    source = first
    steps: list[Step] = []
    origins = {_key(first, finding): finding for finding in first.findings}
    skipped: dict[Key, str] = {}
    while made := _next(source, choose, look, origins, skipped, obstacle):
        steps += [Step(origins.get(_key(source, one.finding), one.finding), one) for one in made]
        origins = {_after(key, made[0]): finding for key, finding in origins.items()}
        skipped = {_after(key, made[0]): reason for key, reason in skipped.items()}
        source = made[0].source
    refusals = [
        Refusal(origins.get(key, finding), skipped[key])
        for finding in source.findings
        if (key := _key(source, finding)) in skipped
    ]
    return Chain(tuple(steps), tuple(refusals), first, source)


def _key(source: Source, finding: Finding) -> Key:
    return finding.code, finding.variable, finding.target, source.start(finding)


def _after(key: Key, step: Mended) -> Key:
    """Return the key of the same finding after fixes that were made at once."""
    return (*key[:3], moved(key[3], step.together))


def _next(
    source: Source,
    choose: Choice,
    look: Look,
    origins: Mapping[Key, Finding],
    skipped: dict[Key, str],
    obstacle: Obstacle,
) -> tuple[Mended, ...]:
    """Return fixes that are made at once; note of others why they are not."""
    wanted: list[tuple[Finding, Kind]] = []
    for finding in source.findings:
        key = _key(source, finding)
        if key in skipped:
            continue
        kind = choose(origins.get(key, finding))
        if isinstance(kind, NoFixError):
            skipped[key] = str(kind)
        else:
            wanted.append((finding, kind))
    for made in settled(source, wanted, look, obstacle, apart=True):
        if made.mended:
            return made.mended
        skipped.update((_key(source, finding), str(why)) for finding, why in made.refused)
    return ()
