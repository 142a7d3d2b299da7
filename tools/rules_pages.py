"""Write docs/rules, one page for each rule, from the rules themselves.

python tools/rules_pages.py          rewrites the pages
python tools/rules_pages.py --check  fails if that would change anything
"""

from __future__ import annotations

import sys
from pathlib import Path

from flake8_theano_updates.report.markdown import page
from flake8_theano_updates.rules import RULES

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rules"


def main() -> int:
    """Rewrite the pages, or say whether they are as they should be."""
    pages = {FOLDER / f"{rule.code}.md": page(rule) for rule in RULES}
    if "--check" in sys.argv[1:]:
        there = {file: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.md")}
        return 0 if there == pages else 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.glob("*.md"):
        file.unlink()
    for file, text in pages.items():
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
