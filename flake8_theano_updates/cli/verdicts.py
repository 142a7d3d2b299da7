"""Ask the backend about findings of many files, in this process, in several or on a cluster."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from flake8_theano_updates.cli.files import Place
from flake8_theano_updates.cli.jobs import each, executor
from flake8_theano_updates.cli.looking import Looked, look_at
from flake8_theano_updates.cli.progress import progress
from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.confirm.engine import WORTH_A_WORKER, jobs_for
from flake8_theano_updates.internal_error import NOT_CHECKED
from flake8_theano_updates.model import Finding, Verdict

_UNCHECKED = Verdict("unresolved", "it was not checked, so there is nothing to compile")
_CHANGED = Verdict("unresolved", "its file has changed since it was checked")


@dataclass(frozen=True)
class _Part:
    """Findings of one file.

    Args:
        place: where it is.
        kept: all of the file that count.
        asked: those of them that the backend is asked about.
    """

    place: Place
    kept: tuple[Finding, ...]
    asked: tuple[Finding, ...]


@dataclass(frozen=True)
class _Batch:
    """What one process is asked about."""

    parts: tuple[_Part, ...]

    def __len__(self) -> int:
        return sum(len(part.asked) for part in self.parts)


@dataclass(frozen=True)
class _Answer:
    """What became of a batch.

    Args:
        verdicts: one for each finding.
        missing: why there are none, where there is no backend.
    """

    verdicts: tuple[Verdict, ...]
    missing: str | None


def verdicts_on(
    looked: Sequence[Looked], options: argparse.Namespace
) -> tuple[list[Verdict], str | None]:
    """Return a verdict on each finding, and why there is none, where there is no backend.

    Raises:
        BrokenExecutor: if one of several processes was killed.
        BadOption: if the cluster that is to be asked is not there, or fails.
    """
    batches = _batches(looked, options)
    words = None if options.quiet else "confirming"
    if len(batches) == 1 and options.dask is None:
        with progress(sys.stderr if words else None, words or "", len(batches[0])) as told:
            answers = [_answered(batches[0], options, told)]
    elif batches:
        with executor(len(batches), options.dask) as pool:
            answers = each(partial(_answered, options=options), batches, pool, words, len)
    else:
        answers = []
    given = (verdict for one in answers for verdict in one.verdicts)
    every = [finding for one in looked for finding in one.findings]
    verdicts = [_UNCHECKED if one.code in NOT_CHECKED else next(given) for one in every]
    return verdicts, next((one.missing for one in answers if one.missing), None)


def _batches(looked: Sequence[Looked], options: argparse.Namespace) -> list[_Batch]:
    """Share findings out: equally among jobs; on a cluster so that each batch is worth a worker.

    Each batch starts the backend anew.
    """
    kept = [_bare(one.findings) for one in looked]
    every = [(number, finding) for number, found in enumerate(kept) for finding in found]
    jobs = min(options.jobs or jobs_for(len(every)), max(1, len(every)))
    size = WORTH_A_WORKER if options.dask else max(1, -(-len(every) // jobs))
    batches = []
    for start in range(0, len(every), size):
        parts = []
        for number, found in groupby(every[start : start + size], lambda one: one[0]):
            place = looked[number].place
            assert place is not None
            parts.append(_Part(place, kept[number], tuple(finding for _, finding in found)))
        batches.append(_Batch(tuple(parts)))
    return batches


def _bare(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return those for which there is something to run, as they are found anew."""
    return tuple(replace(one, fixes=()) for one in findings if one.code not in NOT_CHECKED)


def _answered(
    batch: _Batch, options: argparse.Namespace, told: Callable[[int, int], None] | None = None
) -> _Answer:
    """Look at files anew, as the values behind findings are not handed on, and ask the backend."""
    kept: list[Finding] = []
    asked: list[Finding | None] = []
    for part in batch.parts:
        again = {one: one for one in look_at(part.place, options).findings}
        kept += [again[one] for one in part.kept if one in again]
        asked += [again.get(one) for one in part.asked]
    there = [one for one in asked if one is not None]
    given = confirm(
        there,
        calls=options.calls,
        python=options.python,
        timeout=options.timeout,
        jobs=1,
        progress=told,
        among=kept,
    )
    missing = (
        verdict.reason
        for finding, verdict in zip(there, given, strict=True)
        if finding.fault and verdict.backend is None
    )
    remaining = iter(given)
    verdicts = tuple(_CHANGED if one is None else next(remaining) for one in asked)
    return _Answer(verdicts, next(missing, None))
