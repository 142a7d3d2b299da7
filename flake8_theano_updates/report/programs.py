"""The programs of verdicts, as files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from flake8_theano_updates.model import Finding, Verdict

_LONGEST = 160  # bytes that a name has of the path


def programs(findings: Sequence[Finding], verdicts: Sequence[Verdict]) -> dict[str, bytes]:
    """Return the program of each finding that has one, by the name of its file.

    A name says where the finding stands, as ``train_14_13_THU101.py``, and does not
    depend on the other findings, but for those that stand at the same place.
    """
    files: dict[str, bytes] = {}
    taken: set[str] = set()
    for finding, verdict in zip(findings, verdicts, strict=True):
        stem = base = _stem(finding)
        number = 1
        # Some file systems take capitals and small letters for the same.
        while stem.lower() in taken:
            number += 1
            stem = f"{base}_{number}"
        taken.add(stem.lower())
        if verdict.snippet is not None:
            # A path may hold bytes that are no text.
            files[f"{stem}.py"] = verdict.snippet.encode(errors="backslashreplace")
    return files


def _stem(finding: Finding) -> str:
    path = PurePath(finding.path)
    steps = [*path.parent.parts, path.stem]
    words = "_".join(re.sub(r"\W+", "_", step).strip("_") for step in steps)
    cell = "" if finding.cell is None else f"cell{finding.cell}_"
    # The last bytes, as the file's own name is there.
    start = words.strip("_").encode()[-_LONGEST:].decode(errors="ignore")
    return f"{start}_{cell}{finding.line}_{finding.column}_{finding.code}"
