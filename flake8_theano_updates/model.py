"""The words of the project as small frozen dataclasses; nothing here computes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from flake8_theano_updates.values import Path, Term, Use, handed

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Registration:
    """One pair entering an update collection.

    Args:
        variable: takes the shared variable that is updated.
        new: takes its new value.
        path: the branches under which the pair enters.
        bound: identities of what changes from turn to turn of the loop that makes many of it.
    """

    variable: Use
    new: Use
    path: Path = ()
    bound: frozenset[Hashable] = frozenset()

    @property
    def target(self) -> ast.expr:
        """Where the variable is written."""
        return self.variable.node

    @property
    def value(self) -> ast.expr:
        """Where the new value is written."""
        return self.new.node

    @property
    def line(self) -> int:
        """The line, from 1, on which the pair stands."""
        return self.target.lineno

    @property
    def outermost(self) -> Use:
        """The variable as the outermost call writes it that hands it over, if any does."""
        return list(handed(self.variable))[-1]


@dataclass(frozen=True)
class UpdateCollection:
    """The pairs that one compiled function receives.

    Args:
        scope: the module or function whose statements build the collection.
        expression: what evaluates to the collection in that scope (a name such as
            ``updates`` or ``self.updates``, or the literal itself); the scope
            itself where its ``yield`` statements are the pairs.
        registrations: the pairs in the order of the collection.
        mapping: whether it is a mapping, which has one pair for each variable.
        one_shot: whether it can be walked through only once.
    """

    scope: Scope
    expression: ast.expr | ast.FunctionDef | ast.AsyncFunctionDef
    registrations: tuple[Registration, ...]
    mapping: bool = False
    one_shot: bool = False


@dataclass(frozen=True)
class OrderFault:
    """Why an order finding (THU101, THU102) was made.

    Args:
        reads: the reads that take the old value; the first is where the finding stands.
        reader: the pair whose new value takes those reads.
        registered: the pair that updates the variable that is read.
        collection: where both pairs stand.
        handed: ``reader`` and ``registered`` as the function of the read writes them: the same
            pairs, or what it hands to a function that makes a pair of it.
        apart: whether the new value is computed in another function than the read's.
        path: the branches that are taken for the fault to happen.
    """

    reads: tuple[Use, ...]
    reader: Registration
    registered: Registration
    collection: UpdateCollection
    handed: tuple[Registration, Registration]
    apart: bool = False
    path: Path = ()

    @property
    def pairs(self) -> tuple[Registration, ...]:
        """The two pairs that the finding speaks of."""
        return self.reader, self.registered

    @property
    def read_nodes(self) -> tuple[ast.expr, ...]:
        """Where the reads are written."""
        return tuple(read.node for read in self.reads)


@dataclass(frozen=True)
class PairFault:
    """Why a finding on lost or refused updates was made.

    Args:
        kind: what there is to show. "refused": the backend does not take the collection;
            "misplaced": nor does it as the third positional argument; "overwritten": a
            mapping keeps the last of several updates; "late": a pair comes after the
            compile call; "frozen": a number stands for a variable; "returned": an output
            is an updated variable; "dropped": the updates of a scan reach no function;
            "written": nothing, the pairs are as they should be.
        pairs: the pairs that the finding speaks of.
        collection: where they stand.
        reads: what takes the value of a shared variable: in "overwritten" the reads that
            would see the update before, in "frozen" what the number is taken of, in
            "refused" what a rebound name held before.
        path: the branches that are taken for it to happen.
        form: how the pairs are handed over: as they should be, as what can be walked
            through only once, or without a list around them.
    """

    kind: Literal[
        "refused", "misplaced", "overwritten", "late", "frozen", "returned", "dropped", "written"
    ]
    pairs: tuple[Registration, ...]
    collection: UpdateCollection
    reads: tuple[Use, ...] = ()
    path: Path = ()
    form: Literal["list", "zip", "map", "generator", "flat"] = "list"

    @property
    def bound(self) -> frozenset[Hashable]:
        """What changes from turn to turn where a pair is overwritten by itself."""
        alone = self.kind == "overwritten" and len(self.pairs) == 1
        return self.pairs[0].bound if alone else frozenset()


@dataclass(frozen=True, eq=False)
class Drawn:
    """One draw of a function.

    Args:
        name: what the file calls its numbers.
        call: the call as a value.
        node: where it is written.
        start: from which draw's next generator it starts, by its place among the draws of
            the function; None for the generator variable itself.
        right: the same as it should be.
        turns: whether it is made once, or in each turn of a loop: from the same state, or going
            on from the turn before.
    """

    name: str
    call: Term
    node: ast.Call
    start: int | None
    right: int | None
    turns: Literal["once", "same", "on"] = "once"


@dataclass(frozen=True, eq=False)
class GeneratorFault:
    """Why a finding on a random generator was made.

    Args:
        kind: "reused": two draws start from one generator; "kept": no update moves it on;
            "early": one does, not far enough; "written": nothing, the chain is as it should be.
        generator: what the file calls the generator.
        draws: what the function draws from it, in the order of the program.
        stored: whose next generator the function stores, by the place of the draw; None
            where it stores none.
        right: the same as it should be.
        stored_at: where that generator is written.
        told: the draws that the finding speaks of, by their places.
        collection: the compile call, or what else puts the draws together.
        path: the branches that are taken for it to happen.
    """

    kind: Literal["reused", "kept", "early", "written"]
    generator: str
    draws: tuple[Drawn, ...]
    stored: int | None
    right: int | None
    stored_at: ast.expr | None
    told: tuple[int, ...]
    collection: UpdateCollection
    path: Path = ()

    @property
    def pairs(self) -> tuple[Registration, ...]:
        """It is not about pairs."""
        return ()

    @property
    def reads(self) -> tuple[Use, ...]:
        """Nor about reads of variables."""
        return ()


Fault = OrderFault | PairFault | GeneratorFault


@dataclass(frozen=True)
class Edit:
    """Replace the text from (line, column) up to (end_line, end_column) by ``text``.

    Args:
        cell: the cell of a notebook whose lines are counted.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    cell: int | None = None


@dataclass(frozen=True)
class Fix:
    """One way to mend a finding; ``safe`` means that the numbers stay what they are."""

    kind: Literal["new-value", "reorder", "rewrite"]
    safe: bool
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Origin:
    """What the program of a finding must know of the file that it stands in.

    Args:
        backends: the backends that the file imports, in their order.
        place: how one speaks of a line of the syntax tree: "line 7", "cell 2, line 1".
    """

    backends: tuple[str, ...] = ()
    place: Callable[[int], str] = "line {}".format


Status = Literal["confirmed", "agrees", "raises", "unresolved"]


@dataclass(frozen=True)
class Verdict:
    """What the backend computed for one finding.

    Args:
        status: confirmed (as compiled and with the new value differ), agrees (no
            difference found in finite numbers), raises (the backend's own error) or
            unresolved.
        reason: one sentence on the status.
        backend: name of the package that compiled, or None where none did.
        backend_version: its version.
        python: version of the interpreter that ran it.
        names: the variables, in the order of the values in each row below.
        as_compiled: row k holds the variables' values after k calls (k = 0: the
            start), each a number or a nested list.
        reversed: the same with the list of updates reversed; for order findings only.
        with_new_value: the same after the fix *use the new value*; for lost, frozen and
            returned values, what was meant instead of what was written.
        first_difference: the first k at which ``as_compiled`` and
            ``with_new_value`` part, or None.
        snippet: the program that was run.
        stand_ins: what the program holds in the place of what is not known or not needed,
            a phrase each; the first says how much of the file is in it.
        instead_of: the backend that the file imports, where another one compiled.
        refused: the backend's error over a list that updates a variable twice; the
            numbers are then those of a list with one update for each variable.
    """

    status: Status
    reason: str
    backend: str | None = None
    backend_version: str | None = None
    python: str | None = None
    names: tuple[str, ...] = ()
    as_compiled: tuple[tuple[object, ...], ...] = ()
    reversed: tuple[tuple[object, ...], ...] = ()
    with_new_value: tuple[tuple[object, ...], ...] = ()
    first_difference: int | None = None
    snippet: str | None = None
    stand_ins: tuple[str, ...] = ()
    instead_of: str | None = None
    refused: str | None = None


@dataclass(frozen=True)
class Finding:
    """One report: where it stands, what it says, and what the user may do.

    Lines and columns count from 1, columns in characters; the end is exclusive.

    Args:
        variable: the shared variable that is read, as written.
        target: the shared variable whose update reads it, as written.
        registered_line: where ``variable`` was registered.
        update_line: where the pair of ``target`` stands.
        new_value: the name that holds the new value of ``variable``, or None.
        cell: in a notebook, the code cell in which lines count, from 1.
        cell_id: that cell's id, where the notebook has one.
        registered_cell: the cell of ``registered_line``, and
        update_cell: that of ``update_line``.
        collection: the name of the list or mapping of updates, where it has one.
        collection_line: where that is made, or handed over.
        collection_cell: the cell of ``collection_line``.
        fault: the values behind the finding, for ``confirm`` and ``fix``, and
        origin: what these must know of the file; neither is part of any output.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    name: str
    message: str
    variable: str | None = None
    target: str | None = None
    registered_line: int | None = None
    update_line: int | None = None
    new_value: str | None = None
    fixes: tuple[Fix, ...] = ()
    cell: int | None = None
    cell_id: str | None = None
    registered_cell: int | None = None
    update_cell: int | None = None
    collection: str | None = None
    collection_line: int | None = None
    collection_cell: int | None = None
    fault: Fault | None = field(default=None, compare=False, repr=False)
    origin: Origin = field(default=Origin(), compare=False, repr=False)


# The lines in which a finding's lines count, by its path and, in a notebook, its cell.
Sources = Mapping[tuple[str, int | None], Sequence[str]]
