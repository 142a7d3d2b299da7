"""Look at what the command line is given: from paths to findings and the text around them."""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from flake8_theano_updates.cli.cells import in_cell, place_in, spot_in
from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.files import STANDARD_INPUT, Place, reached
from flake8_theano_updates.cli.jobs import each, executor
from flake8_theano_updates.cli.noqa import not_silenced
from flake8_theano_updates.cli.statuses import INTERNAL, NOTHING, UNUSABLE
from flake8_theano_updates.findings import check
from flake8_theano_updates.internal_error import CODE as INTERNAL_CODE
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding, Origin, Sources
from flake8_theano_updates.source.notebook import Notebook
from flake8_theano_updates.source.python3 import Unreadable
from flake8_theano_updates.source.reading import Code, module_of, read


@dataclass(frozen=True)
class File:
    """One file that could be read.

    Args:
        path: where it is.
        data: its bytes.
        code: what it holds.
        found: what is found there and not silenced, selected or not; lines are those of the
            module that a notebook's cells make.
        wanted: which of these are selected, and stand where they are asked for.
        finds: finds what is there after a change.
        leads_out: whether it is a link, in a folder that is given, to what is not in there.
    """

    path: str
    data: bytes
    code: Code
    found: tuple[Finding, ...]
    wanted: tuple[Finding, ...]
    finds: Callable[[Code], tuple[Finding, ...]]
    leads_out: bool

    @property
    def shown_path(self) -> str:
        """The path as the user is told it."""
        return module_of(self.code).path

    def shown(self, finding: Finding) -> Finding:
        """Return a finding of the file with its place as users count: by cells in a notebook."""
        return in_cell(finding, self.code) if isinstance(self.code, Notebook) else finding


@dataclass(frozen=True)
class Looked:
    """What looking at one path gave.

    Args:
        place: where the file is; None for a path that leads to none.
        findings: what was found there and selected.
        sources: its lines, by the path in its findings and, in a notebook, the number of
            the cell.
        status: the exit status that this calls for, whatever the findings do.
        complaints: what is to be said of what cannot be read, or is left alone.
        texts: the lines on which findings stand, by their cell, or None, and number.
        file: the file, where it could be read and checked.
    """

    place: Place | None
    findings: tuple[Finding, ...] = ()
    sources: Sources = field(default_factory=dict)
    status: int = NOTHING
    complaints: tuple[str, ...] = ()
    texts: Mapping[tuple[int | None, int], str] = field(default_factory=dict)
    file: File | None = None


def look(
    paths: Iterable[str],
    options: argparse.Namespace,
    work: Callable[..., Looked] | None = None,
    jobs: int = 1,
) -> list[Looked]:
    """Look at each file that the paths (files, folders, or ``-``) stand for, once.

    Of what cannot be read it complains.

    Args:
        paths: what the user gave.
        options: those of the command line.
        work: what is done with a place and the options, `look_at` by default.
        jobs: how many processes do that; with more than one, or a cluster, `work` returns what
            can be handed from one to another.
    """
    places, complaints = reached(paths, options.stdin_display_name, options.excluding)
    seen = [Looked(None, status=UNUSABLE, complaints=(line,)) for line in complaints]
    words = None if vars(options).get("quiet") else "checking"
    dask = vars(options).get("dask")
    if dask is not None:
        places = [place.with_data() for place in places]
    with executor(min(jobs, len(places)), dask) as pool:
        seen += each(partial(work or look_at, options=options), places, pool, words)
    for one in seen:
        for line in one.complaints:
            complain(line)
    return seen


def look_at(place: Place, options: argparse.Namespace) -> Looked:
    """Look at one file."""
    path = place.path
    shown = options.stdin_display_name if path == STANDARD_INPUT else path
    try:
        data = place.read()
        code = read(shown, data, options.python_version)
    except Unreadable as error:
        return Looked(place, status=UNUSABLE, complaints=(str(error),))
    except OSError as error:
        why = f"{shown}: {error.strerror or error}"
        return Looked(place, status=UNUSABLE, complaints=(why,))
    finds = partial(_found, options)
    try:
        found = finds(code)
        failed = [one for one in found if one.code == INTERNAL_CODE]
        wanted = [one for one in found if one.code in options.select or one in failed]
        file = File(path, data, code, found, tuple(wanted), finds, place.leads_out)
        if vars(options).get("diff_base") is not None and path != STANDARD_INPUT:
            file = _changed(file, options.diff_base)
    except Exception as error:
        # One file that trips the checks must not hide what the others hold.
        return Looked(place, (internal_error(shown, error),), status=INTERNAL)
    sources: Sources = {(shown, None): module_of(code).lines}
    if isinstance(code, Notebook):
        sources = {(shown, c.number): tuple(io.StringIO(c.source)) for c in code.cells}
    status = INTERNAL if failed else NOTHING
    findings = tuple(map(file.shown, file.wanted))
    texts = {(f.cell, f.line): sources[shown, f.cell][f.line - 1] for f in findings}
    return Looked(place, findings, sources, status, texts=texts, file=file)


def _changed(file: File, base: str) -> File:
    """Leave out what stands in lines that are as they were."""
    # Imported here: few runs ask git.
    from flake8_theano_updates.cli.since import changed

    shown = [file.shown(one) for one in file.wanted]
    kept = set(map(id, changed(shown, file.path, file.code, base)))
    wanted = [one for one, seen in zip(file.wanted, shown, strict=True) if id(seen) in kept]
    return replace(file, wanted=tuple(wanted))


def light(looked: Looked) -> Looked:
    """Leave out what only `confirm`, `explain` and `fix` take, which is much to hand on."""
    bare = (replace(one, fault=None, origin=Origin()) for one in looked.findings)
    return replace(looked, findings=tuple(bare), sources={}, file=None)


def _found(options: argparse.Namespace, code: Code) -> tuple[Finding, ...]:
    """Return what is in a file, without what is silenced in it or ignored for it."""
    place, spot = "line {}".format, "{}".format
    if isinstance(code, Notebook):
        place, spot = partial(place_in, code), partial(spot_in, code)
    module = module_of(code)
    found = check(
        module.tree,
        module.lines,
        module.path,
        enable=options.enable,
        compilers=options.function,
        python=module.python,
        place=place,
        spot=spot,
    )
    # The process that does this may be in another folder.
    path = os.path.join(options.folder, module.path)
    ignored = set(options.select).difference(options.settings.codes_for(path))
    wanted = (one for one in found if one.code not in ignored or one.code == INTERNAL_CODE)
    return tuple(not_silenced(wanted, module.path, module.lines))


def with_fixes(looked: Looked) -> Looked:
    """Give findings their fixes, which takes time."""
    file = looked.file
    if not looked.findings or file is None:
        return looked
    # Imported here: `check` as text does without it, and starts sooner.
    from flake8_theano_updates.cli.opened import opened
    from flake8_theano_updates.fixes.together import fixes_of

    try:
        source, look_again = opened(file)
        fixes = fixes_of(source, file.wanted, look_again)
        fixed = [file.shown(replace(one, fixes=fixes[id(one)])) for one in file.wanted]
    except Exception as error:
        # What was found stays found, without its fixes.
        broken = internal_error(looked.findings[0].path, error)
        return replace(looked, findings=(broken, *looked.findings), status=INTERNAL)
    return replace(looked, findings=tuple(fixed))
