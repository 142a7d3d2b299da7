"""Legacy code: which findings count, of those that are found."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from flake8_theano_updates.cli import baseline
from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.looking import Looked
from flake8_theano_updates.cli.since import NoRevisionError, base_of
from flake8_theano_updates.cli.write import CannotWriteError, put_report, try_report
from flake8_theano_updates.internal_error import CODE as INTERNAL_CODE
from flake8_theano_updates.model import Finding


class NothingToCompareError(Exception):
    """What findings are to be compared with is not there; the message says which and why."""


def prepare(options: argparse.Namespace) -> None:
    """Find out what findings are to be compared with, before all the work.

    Raises:
        NothingToCompareError: if it is not there.
    """
    try:
        if options.diff_base is not None:
            if options.dask is not None:
                raise NothingToCompareError(
                    "--diff-base asks git on this machine, which a cluster (--dask) cannot"
                )
            options.diff_base = base_of(options.diff_base, options.paths)
        if options.baseline is not None and options.write_baseline:
            try_report(options.baseline)
        elif options.baseline is not None:
            baseline.read(Path(options.baseline).read_bytes())
        elif options.write_baseline:
            raise NothingToCompareError("--write-baseline: name the file with --baseline FILE")
    except NoRevisionError as error:
        raise NothingToCompareError(f"--diff-base: {error}") from None
    except CannotWriteError as error:
        raise NothingToCompareError(f"--baseline: {error}") from None
    except OSError as error:
        hint = "; --write-baseline makes it" if isinstance(error, FileNotFoundError) else ""
        said = f"{options.baseline}: {error.strerror}{hint}"
        raise NothingToCompareError(f"--baseline: {said}") from None
    except baseline.BadBaselineError as error:
        raise NothingToCompareError(f"--baseline: {options.baseline}: {error}") from None


def narrowed(looked: Sequence[Looked], options: argparse.Namespace) -> list[Looked]:
    """Return what was seen without the findings that the baseline lists."""
    if options.baseline is None:
        return list(looked)
    file = Path(options.baseline)
    # An error of the checker itself is never accepted.
    every = [
        (finding, baseline.known(finding, one.texts[finding.cell, finding.line], file))
        for one in looked
        for finding in one.findings
        if finding.code != INTERNAL_CODE
    ]
    today = [known for _, known in every]
    if options.write_baseline:
        put_report(options.baseline, baseline.written(today))
        if not options.quiet:
            findings = "1 finding" if len(today) == 1 else f"{len(today)} findings"
            complain(f"{findings} written to {options.baseline}")
        return [_without(one, [finding for finding, _ in every]) for one in looked]
    compared = baseline.compared(today, baseline.read(file.read_bytes()), file.parent)
    there = [every[place][0] for place in range(len(every)) if place not in set(compared.new)]
    if not options.quiet:
        seen = {baseline.place_of(one.place.path, file) for one in looked if one.place}
        asked = options.diff_base is None
        gone = [one for one in compared.left if asked and one.path in seen]
        complain(_told(options.baseline, len(there), len(gone)))
    return [_without(one, there) for one in looked]


def _without(looked: Looked, findings: Sequence[Finding]) -> Looked:
    known = set(map(id, findings))
    return replace(looked, findings=tuple(f for f in looked.findings if id(f) not in known))


def _told(name: str, there: int, gone: int) -> str:
    words = f"{there} of the findings {'is' if there == 1 else 'are'} in {name}"
    if gone:
        words += f"; {gone} of it {'is' if gone == 1 else 'are'} gone (--write-baseline lists anew)"
    return words
