"""Try the fixes of many findings at once: those that leave each other alone need one look.

A file with n findings is looked at a few times, not n times. Where the file after a group of
fixes is not as it should be, the group is halved until the fix that is to blame is alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from flake8_theano_updates.fixes.offered import (
    Kind,
    Look,
    Mended,
    Proposal,
    Source,
    added_findings,
    after_edits,
    key_of,
    proposals,
)
from flake8_theano_updates.fixes.reorder import with_comments
from flake8_theano_updates.fixes.statements import NoFixError, OtherCodeError
from flake8_theano_updates.fixes.text import Replacement, Text, merged, ordered
from flake8_theano_updates.model import Finding, Fix, GeneratorFault, OrderFault
from flake8_theano_updates.rules import ORDER

# Why a fix may not be made, or None; it is asked whether the fix is safe.
Obstacle = Callable[[bool], "str | None"]

# Fixes that get into each other's way one by one would take a look each.
MOST_LOOKS = 60

_NAMED = re.compile(r"(?:^|\n|; )[ \t]*(\w+)(?:\[[^\n]*?\])? = |\bfor (\w+) in \[")


@dataclass(eq=False)
class _Attempt:
    """A finding on its way through the fixes that it may have."""

    finding: Finding
    kind: Kind
    ways: Iterator[Proposal]
    reason: NoFixError

    def note(self, why: NoFixError) -> None:
        """Keep the first reason of a way that is for such code."""
        if isinstance(self.reason, OtherCodeError):
            self.reason = why

    def next(self, obstacle: Obstacle) -> Proposal | None:
        """Return the next fix that there may be, or None."""
        while True:
            try:
                proposal = next(self.ways, None)
            except NoFixError as error:
                self.note(error)
                return None
            if proposal is None:
                return None
            if isinstance(proposal.edits, NoFixError):
                self.note(proposal.edits)
                continue
            reason = obstacle(proposal.safe)
            if reason is None:
                return proposal
            self.reason = NoFixError(reason)


@dataclass(frozen=True, eq=False)
class Settled:
    """What came of some findings.

    Args:
        mended: fixes that were made together, in one file that they leave.
        refused: findings for which there is none, and why.
    """

    mended: tuple[Mended, ...] = ()
    refused: tuple[tuple[Finding, NoFixError], ...] = ()


def settled(
    source: Source,
    wanted: Sequence[tuple[Finding, Kind]],
    look: Look,
    obstacle: Obstacle,
    *,
    apart: bool,
) -> Iterator[Settled]:
    """Yield the first fix of each finding after which it is gone and no other is new.

    Args:
        source: the file; each group of fixes is made in it as it is.
        wanted: findings of it, each with the kind of its fix.
        obstacle: why a fix may not be made.
        apart: whether fixes of one update stay apart, for each to have a program of its own.
    """
    looks = _Looks(source, look)
    attempts = [
        _Attempt(finding, kind, proposals(source, finding, kind), _none(finding))
        for finding, kind in wanted
    ]
    while attempts:
        current = [(one, proposal) for one in attempts if (proposal := one.next(obstacle))]
        ongoing = {id(one) for one, _ in current}
        gone = tuple((one.finding, one.reason) for one in attempts if id(one) not in ongoing)
        if gone:
            yield Settled(refused=gone)
        attempts = []
        while current:
            group, current = _compatible(source.text, current, apart=apart)
            for made in _tried(looks, group):
                if made.mended:
                    yield Settled(mended=made.mended)
                attempts.extend(made.failed)


def _none(finding: Finding) -> NoFixError:
    return OtherCodeError(f"there is no such fix for {finding.code}")


@dataclass(eq=False)
class _Looks:
    """A file, and how often it may still be looked at after fixes."""

    source: Source
    look: Look
    left: int = MOST_LOOKS

    def after(self, edits: Sequence[Replacement]) -> Source:
        """Return the file after edits.

        Raises:
            NoFixError: if it would not parse, or was looked at too often.
        """
        if self.left <= 0:
            raise NoFixError("too many fixes of this file are in each other's way: mend some first")
        self.left -= 1
        return after_edits(self.source, edits, self.look)


Open = list[tuple[_Attempt, Proposal]]


def _compatible(text: Text, current: Open, *, apart: bool) -> tuple[Open, Open]:
    """Return the fixes that can be made at once, the first among them, and the others."""
    group = _Group(text, apart)
    rest: Open = []
    chosen: Open = []
    for one in current:
        (chosen if group.takes(one[1]) else rest).append(one)
    return chosen, rest


@dataclass(eq=False)
class _Group:
    """Fixes that leave each other alone."""

    text: Text
    apart: bool
    taken: dict[tuple[int, int, str], Replacement] = field(default_factory=dict)
    covered: list[tuple[int, int]] = field(default_factory=list)
    names: dict[tuple[int, str], str] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    readers: set[int] = field(default_factory=set)
    registered: set[int] = field(default_factory=set)
    chains: set[tuple[int, str]] = field(default_factory=set)

    def takes(self, proposal: Proposal) -> bool:
        """Take a fix into the group if it leaves the others alone."""
        assert not isinstance(proposal.edits, NoFixError)
        new = [one for one in proposal.edits if (one.start, one.end, one.new) not in self.taken]
        names = {
            (id(proposal.scope), name): one.new for one in proposal.edits for name in _names(one)
        }
        if any(self.names.get(key, text) != text for key, text in names.items()):
            return False
        if any(self._is_covered(one) for one in new):
            return False
        # A line that two fixes lengthen is broken where that of the second is made.
        lines = {self.text.line_start(one.start) for one in new if one.new[-1:] not in ("", "\n")}
        if self.apart and lines & self.lines:
            return False
        fault = proposal.finding.fault
        if isinstance(fault, OrderFault):
            reader, registered = (id(pair.target) for pair in fault.pairs)
            if self.apart and (
                reader in self.readers | self.registered or registered in self.readers
            ):
                return False
            self.readers.add(reader)
            self.registered.add(registered)
        if isinstance(fault, GeneratorFault):
            # A chain of draws is handed on one link at a time.
            chain = id(fault.collection.expression), fault.generator
            if self.apart and chain in self.chains:
                return False
            self.chains.add(chain)
        self.lines |= lines
        self.names.update(names)
        self.taken.update(((one.start, one.end, one.new), one) for one in new)
        for one in new:
            insort(self.covered, (one.start, one.end))
        return True

    def _is_covered(self, one: Replacement) -> bool:
        """Does another edit take some of these characters, or put something among them?"""
        # What is covered does not overlap: only a neighbour can.
        at = bisect_left(self.covered, (one.start, one.end))
        near = self.covered[max(at - 1, 0) : at + 2]
        return any(start < one.end and one.start < end for start, end in near)


def _names(one: Replacement) -> Iterator[str]:
    """Yield the names that an edit brings into the file."""
    if one.origin is None:
        for match in _NAMED.finditer(one.new):
            yield match[1] or match[2]


@dataclass(frozen=True, eq=False)
class _Made:
    mended: tuple[Mended, ...] = ()
    failed: tuple[_Attempt, ...] = ()


def _tried(looks: _Looks, group: Open) -> Iterator[_Made]:
    """Make fixes at once; where that does not do, in halves."""
    try:
        yield _Made(mended=_made(looks, [proposal for _, proposal in group]))
    except NoFixError as error:
        if len(group) == 1:
            group[0][0].reason = error
            yield _Made(failed=(group[0][0],))
            return
        half = len(group) // 2
        yield from _tried(looks, group[:half])
        yield from _tried(looks, group[half:])


def _made(looks: _Looks, group: Sequence[Proposal]) -> tuple[Mended, ...]:
    """Make fixes at once.

    Raises:
        NoFixError: if one of the findings would stay, or another come.
    """
    source = looks.source
    owners: dict[int, list[int]] = {}
    known: dict[tuple[int, int, str], Replacement] = {}
    for number, proposal in enumerate(group):
        assert not isinstance(proposal.edits, NoFixError)
        for one in proposal.edits:
            shared = known.setdefault((one.start, one.end, one.new), one)
            owners.setdefault(id(shared), []).append(number)
    edits = list(ordered(known.values()))
    after = looks.after(edits)
    added = added_findings(source, after, edits)
    targets = {one.finding.target: n for n, one in enumerate(group) if one.kind == "reorder"}
    # The same read, of a value that is now evidently the old one.
    meant = [one for one in added if one.code == "THU102" and one.target in targets]
    if meant:
        edits = _commented(edits, owners, after, meant, targets)
        after = looks.after(edits)
        added = added_findings(source, after, edits)
    if added:
        raise NoFixError(f"after the fix, line {added[0].line} would be {added[0].code}")
    _check_gone(source.findings, after.findings, [one.finding for one in group])
    whole = tuple(edits)
    own: list[list[Replacement]] = [[] for _ in group]
    for one in edits:
        for number in owners[id(one)]:
            own[number].append(one)
    return tuple(
        Mended(
            proposal.finding,
            Fix(proposal.kind, proposal.safe, tuple(map(source.text.edit, merged(mine)))),
            tuple(mine),
            after,
            source,
            whole,
        )
        for proposal, mine in zip(group, own, strict=True)
    )


def _commented(
    edits: list[Replacement],
    owners: dict[int, list[int]],
    after: Source,
    meant: Sequence[Finding],
    targets: dict[str | None, int],
) -> list[Replacement]:
    """Add the comments on old values that are meant, each to the fix that it belongs to."""
    for line in sorted({finding.line for finding in meant}, reverse=True):
        here = [finding for finding in meant if finding.line == line]
        before, edits = edits, with_comments(edits, after.text, here)
        if len(edits) == len(before):
            for old, new in zip(before, edits, strict=True):
                if new is not old:
                    owners[id(new)] = owners[id(old)]
        else:
            own = [targets[finding.target] for finding in here]
            owners.update((id(new), own) for new in edits if id(new) not in owners)
    return edits


def _check_gone(
    before: Sequence[Finding], after: Sequence[Finding], mended: Sequence[Finding]
) -> None:
    """Make sure that findings are gone."""
    there = Counter(map(key_of, before))
    there.subtract(map(key_of, mended))
    left = Counter(map(key_of, after))
    if any(left[key] > there[key] for key in set(map(key_of, mended))):
        raise NoFixError("the fix would not mend it")


def _no_obstacle(_safe: bool) -> str | None:
    return None


def fixes_of(source: Source, findings: Sequence[Finding], look: Look) -> dict[int, tuple[Fix, ...]]:
    """Return the fixes of findings, by the id of each, each for the file as it is."""
    found: dict[int, list[Fix]] = {id(finding): [] for finding in findings}
    kinds: tuple[Kind, ...] = ("new-value", "reorder", "rewrite")
    for kind in kinds:
        wanted = [(one, kind) for one in findings if (one.code in ORDER) != (kind == "rewrite")]
        for made in settled(source, wanted, look, _no_obstacle, apart=False):
            for one in made.mended:
                found[id(one.finding)].append(one.fix)
    return {one: tuple(fixes) for one, fixes in found.items()}
