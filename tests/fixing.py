"""Fix a source as ``theano-updates fix`` does; run as a program, write the fixed fixtures anew.

    python tests/fixing.py

The fixed fixtures stand in ``tests/fixes/data/KIND/PATH.fixed``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from marks import FOLDER

from flake8_theano_updates.cli.noqa import not_silenced
from flake8_theano_updates.findings import check
from flake8_theano_updates.fixes.mend import Chain, mend
from flake8_theano_updates.fixes.offered import Kind, Source, source_of
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.model import Finding
from flake8_theano_updates.rules import ORDER
from flake8_theano_updates.source.python3 import parse_text

DATA = Path(__file__).resolve().parent / "fixes" / "data"
KINDS: tuple[Kind, ...] = ("new-value", "reorder", "rewrite")
_FOLDERS = {
    "new-value": ("THU101", "THU102", "."),
    "reorder": ("THU101",),
    "rewrite": (
        *("THU202", "THU203", "THU204", "THU206", "THU301", "THU303"),
        *("THU401", "THU402", "THU403", "off"),
    ),
}


def look(parts: Sequence[str]) -> Source:
    """Look at a file, with the rule on plain dicts and without what is silenced."""
    code = parse_text("x.py", "".join(parts))
    found = check(code.tree, code.lines, "x.py", enable=("THU903",))
    return source_of(code, not_silenced(found, "x.py", code.lines))


def fixed(source: str, kind: Kind) -> Chain:
    """Fix all findings of this kind, without proofs."""

    def choose(finding: Finding) -> Kind | NoFixError:
        if (finding.code in ORDER) != (kind != "rewrite"):
            return NoFixError("another kind")
        return kind

    return mend(look([source]), choose, look, lambda step: None)


def fixture_paths(kind: Kind) -> Iterator[Path]:
    """Yield the fixtures that have fixes of this kind."""
    for folder in _FOLDERS[kind]:
        pattern = "*.py" if folder == "." else f"{folder}/**/*.py"
        yield from sorted(FOLDER.glob(pattern))


def expected_path(kind: Kind, fixture: Path) -> Path:
    """Return where the fixed fixture stands."""
    return DATA / kind / f"{fixture.relative_to(FOLDER).as_posix()}.fixed"


def _regenerate() -> None:
    for kind in KINDS:
        for fixture in fixture_paths(kind):
            source = fixture.read_bytes().decode()
            chain = fixed(source, kind)
            place = expected_path(kind, fixture)
            if chain.steps:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(chain.last.text.whole.encode())
            else:
                place.unlink(missing_ok=True)


if __name__ == "__main__":
    _regenerate()
