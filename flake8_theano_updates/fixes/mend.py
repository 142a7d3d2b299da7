"""Mend one file: one finding after the other, each in the file that the last one left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flake8_theano_updates.fixes.offered import Kind, Look, Mended, Source, mended
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.fixes.text import moved
from flake8_theano_updates.model import Finding

# What to do about a finding, or why nothing is to be done.
Choice = Callable[[Finding], "Kind | NoFixError"]
# Why a fix may not be made, or None.
Obstacle = Callable[[Mended], "str | None"]
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
    while step := _next(source, choose, look, origins, skipped, obstacle):
        origin = origins.get(_key(source, step.finding), step.finding)
        steps.append(Step(origin, step))
        origins = {_after(key, step): finding for key, finding in origins.items()}
        skipped = {_after(key, step): reason for key, reason in skipped.items()}
        source = step.source
    refusals = [
        Refusal(origins.get(key, finding), skipped[key])
        for finding in source.findings
        if (key := _key(source, finding)) in skipped
    ]
    return Chain(tuple(steps), tuple(refusals), first, source)


def _key(source: Source, finding: Finding) -> Key:
    start = source.text.offset(finding.line, 0) + finding.column - 1
    return finding.code, finding.variable, finding.target, start


def _after(key: Key, step: Mended) -> Key:
    """Return the key of the same finding after a fix."""
    return (*key[:3], moved(key[3], step.replacements))


def _next(
    source: Source,
    choose: Choice,
    look: Look,
    origins: Mapping[Key, Finding],
    skipped: dict[Key, str],
    obstacle: Obstacle,
) -> Mended | None:
    """Return a fix that mends its own finding only; another one if there is none such.

    A fix may silence a finding that it does not mend: what was a plain mistake looks
    meant once its neighbour is right. So that one goes first.
    """
    other: Mended | None = None
    for finding in source.findings:
        key = _key(source, finding)
        if key in skipped:
            continue
        try:
            kind = choose(origins.get(key, finding))
            if isinstance(kind, NoFixError):
                raise kind
            step = mended(source, finding, kind, look)
            reason = obstacle(step)
            if reason is not None:
                raise NoFixError(reason)
        except NoFixError as error:
            skipped[key] = str(error)
            continue
        if len(step.source.findings) == len(source.findings) - 1:
            return step
        other = other or step
    return other
