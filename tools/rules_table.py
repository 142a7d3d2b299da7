"""Write the table of rules in README.md from the rules themselves.

python tools/rules_table.py          rewrites README.md
python tools/rules_table.py --check  fails if that would change anything
"""

from __future__ import annotations

import sys
from pathlib import Path

from flake8_theano_updates.rules import RULES

README = Path(__file__).resolve().parent.parent / "README.md"
START = "<!-- made by tools/rules_table.py -->\n"
END = "<!-- end of what it made -->\n"


def table() -> str:
    """Return the rows of the table in Markdown."""
    rows = ["| code | name | what | on |", "| --- | --- | --- | --- |"]
    for rule in RULES:
        state = "yes" if rule.default_on else "`--enable`"
        rows.append(f"| {rule.code} | {rule.name} | {rule.summary} | {state} |")
    return "\n".join(rows) + "\n"


def with_table(text: str) -> str:
    """Return the text of the README with the table in its place."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table()}\n{END}{after}"


def main() -> int:
    """Rewrite the README, or say whether it is as it should be."""
    text = README.read_text(encoding="utf-8")
    if "--check" in sys.argv[1:]:
        return 0 if text == with_table(text) else 1
    README.write_text(with_table(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
