"""What is left of an order finding after its fix, for the backend to compare."""

from __future__ import annotations

import ast
import dataclasses

from flake8_theano_updates.fixes.counterparts import Counterparts
from flake8_theano_updates.fixes.offered import Mended, Source
from flake8_theano_updates.model import OrderFault


def after_fix(source: Source, step: Mended, fault: OrderFault) -> tuple[ast.Module, OrderFault]:
    """Return the file after a fix and the finding's fault in it: the same pairs.

    The backend's program wants the reads marked. Where they are gone, the new value
    gets nothing added, and that nothing is a read: ``(acc_new + 0 * acc)``.

    Raises:
        NotFoundError: if a part of the fault has no counterpart.
    """
    spans = [source.text.span(read) for read in fault.read_nodes]
    marked = {} if step.fix.safe else dict.fromkeys(spans)
    replacements = []
    for one in step.replacements:
        if (one.start, one.end) in marked:
            marker = f"({one.new} + 0 * "
            old = source.text.whole[one.start : one.end]
            replacements.append(dataclasses.replace(one, new=f"{marker}{old})"))
            marked[one.start, one.end] = len(marker)
        else:
            replacements.append(one)
    there = Counterparts(source, replacements)
    return there.root, OrderFault(
        reads=tuple(there.read(span, marked.get(span)) for span in spans),
        reader=there.registration(fault.reader),
        registered=there.registration(fault.registered),
        collection=there.collection(fault),
        arms=there.arms(fault),
    )
