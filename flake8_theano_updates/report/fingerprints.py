"""What tells findings apart from one run to the next, though lines move."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable

from flake8_theano_updates.model import Finding


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """Tell findings of a file apart by what they say, and equal ones by their order.

    Those of two files may be equal: the path is no part of it, as files are renamed.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    marks = []
    for finding in findings:
        said = finding.code, finding.variable or "", finding.target or "", finding.new_value or ""
        key = (finding.path, *said)
        seen[key] += 1
        text = json.dumps([*said, seen[key]])
        marks.append(hashlib.sha256(text.encode()).hexdigest()[:32])
    return marks
