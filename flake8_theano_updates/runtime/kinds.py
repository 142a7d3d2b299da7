"""What the program for each kind of finding asks, and which text of the frame it needs."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_theano_updates.model import Fault, OrderFault

_COMMON = (
    "is_symbolic listed Refused collect marker pairs_of wake labels trajectory plain_mode values "
    "first_difference alike tell print_rows "
)
_LOST = "unmarked rightly outcome "


@dataclass(frozen=True)
class Kind:
    """One kind of program.

    Args:
        question: what it asks.
        frame: the functions of the frame that it cannot do without.
        run: the one of them that is to be its ``run``.
        mark: what ``build`` calls on a pair of the finding besides reads and targets:
            "keep" on a pair's value, "compiled" before the pair enters.
    """

    question: str
    frame: frozenset[str]
    run: str
    mark: str | None = None


def kind_of(fault: Fault) -> Kind:
    """Return what the program for a finding is like."""
    return ORDER if isinstance(fault, OrderFault) else _PAIRS[fault.kind]


def _pairs(question: str, run: str, more: str, mark: str | None = None) -> Kind:
    frame = frozenset(f"{_COMMON}{_LOST}{run} {more}".split())
    return Kind(question, frame, run, mark)


ORDER = Kind(
    "Do the updates as written compute what they do with the new value?",
    frozenset(f"{_COMMON} with_new_values together depends run".split()),
    "run",
)
_PAIRS = {
    "refused": _pairs(
        "Does the backend take the updates as they are written?", "refused", "handed_over mended"
    ),
    "misplaced": _pairs(
        "Does the backend take the updates as the third positional argument?",
        "misplaced",
        "handed_over mended",
    ),
    "overwritten": _pairs("Is an update lost?", "overwritten", "", "keep"),
    "late": _pairs("Is the update that comes late a part of the function?", "late", "", "compiled"),
    "frozen": _pairs("Does the number follow what it is taken of?", "frozen", "moving"),
    "returned": _pairs("Which value does the function return?", "returned", "called"),
}
