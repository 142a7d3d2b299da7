"""Findings that others of their list hide: mended alone, both programs compute NaN."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from flake8_theano_updates.confirm.reasons import parting
from flake8_theano_updates.model import Finding, OrderFault, Verdict
from flake8_theano_updates.report.elements import first_difference
from flake8_theano_updates.values import Use


def is_hidden(finding: Finding, verdict: Verdict) -> bool:
    """Did both programs run, and part only in numbers that are not finite, or nowhere?"""
    if verdict.status == "confirmed":
        seen = first_difference(finding, verdict)
        return seen is not None and not any(map(math.isfinite, seen[1:]))
    return verdict.status == "unresolved" and bool(verdict.with_new_value)


def reads_beside(finding: Finding, company: Iterable[Finding]) -> tuple[Use, ...]:
    """Return the reads of the other findings on order among those of its list."""
    return tuple(
        read
        for other in company
        if other is not finding and isinstance(other.fault, OrderFault)
        for read in other.fault.reads
    )


def revealed(
    finding: Finding,
    fault: OrderFault,
    beside: tuple[Use, ...],
    run: Callable[[OrderFault], Verdict],
) -> Verdict | None:
    """Mend the other findings of the list too: does this one make a difference then?

    Args:
        beside: the reads of the other findings.
        run: returns the verdict on other reads of the same list.

    Returns:
        None where it makes none, or where that cannot be seen.
    """
    without = run(replace(fault, reads=beside))
    whole = run(replace(fault, reads=(*fault.reads, *beside)))
    if whole.first_difference is None or without.names != whole.names:
        return None
    compared = replace(whole, as_compiled=without.with_new_value)
    for call in range(min(len(compared.as_compiled), len(compared.with_new_value))):
        seen = first_difference(finding, replace(compared, first_difference=call))
        if seen is not None and not math.isclose(seen[1], seen[2], rel_tol=1e-9):
            words = parting(finding, fault, replace(compared, first_difference=call), "")
            reason = f"with the other findings of its list mended, {words}"
            return replace(whole, status="confirmed", reason=reason)
    return None
