r"""What IPython takes and Python does not: ``%magic``, ``!shell``, ``name?`` and their kin.

Only what begins a statement counts: ``% x`` on a line of its own may continue an
expression. So strings, comments and brackets are followed from the cell's first line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Cell magics whose body runs as Python in the notebook's own namespace.
_PYTHON_BODY = frozenset({"%%capture", "%%prun", "%%time", "%%timeit"})

# A cell of one line may leave the percent sign out.
_AUTOMAGIC = re.compile(
    r"(?:cat|cd|cp|ll|ls|load_ext|matplotlib|mkdir|mv|pip|pylab|reload_ext|rm|rmdir|run|timeit"
    r"|time|who|whos)[ \t]+[^=(\s][^\n]*"
)
_CELL_MAGIC = re.compile(r"\s*(%%\S*)[^\n]*")
_SUSPECT = re.compile(r"^[ \t]*[%!?,;/]|\?[ \t]*$|=[ \t]*[%!]", re.MULTILINE)
_MAGIC = re.compile(r"([ \t]*)(?:[%!?,;/]|[^#'\"\s][^#'\"\n]*\?[ \t]*$)", re.MULTILINE)
_ASSIGNED = re.compile(r"""[ \t]*(?:[^#'"\n=!<>]|'[^'\n]+'|"[^"\n]+")+=[ \t]*(?=[%!])""")
_TO_THE_END = re.compile(r"(?:[^\n]*\\\n)*[^\n]*")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''(?:\\.|[^\\])*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])*'"
    r"|#[^\n]*|\\\n|[\[({]|[\])}]|\n",
    re.DOTALL,
)


def without_magics(cell: str) -> str:
    r"""Return a code cell with ``pass`` or ``None`` where only IPython understands it.

    All lines, which end with ``\n``, stay where they are, and so does all that is Python. The
    body of a cell magic goes, except of those that run it as Python (``%%time``...).
    """
    if _AUTOMAGIC.fullmatch(cell.strip()):
        return "\n" * cell.count("\n")
    magic = _CELL_MAGIC.match(cell)
    while magic:
        if magic[1] not in _PYTHON_BODY:
            return "\n" * cell.count("\n")
        cell = "\n" * magic[0].count("\n") + cell[magic.end() :]
        magic = _CELL_MAGIC.match(cell)
    return "".join(_parts(cell)) if _SUSPECT.search(cell) else cell


def _parts(cell: str) -> Iterator[str]:
    position = 0
    depth = 0
    begins = True
    while position < len(cell):
        if begins:
            statement = _statement(cell, position)
            if statement:
                yield statement
                position = _end(cell, position)
        token = _TOKEN.search(cell, position)
        end = token.end() if token else len(cell)
        sign = token[0] if token else ""
        yield cell[position:end]
        position = end
        depth = max(depth + (sign in {"(", "[", "{"}) - (sign in {")", "]", "}"}), 0)
        begins = sign == "\n" and depth == 0


def _statement(cell: str, start: int) -> str | None:
    """Return what stands in for the statement that starts here, if it is no Python."""
    magic = _MAGIC.match(cell, start)
    assigned = _ASSIGNED.match(cell, start)
    if magic:
        python = f"{magic[1]}pass"
    elif assigned:
        python = f"{assigned[0]}None"
    else:
        return None
    return python + "\n" * cell.count("\n", start, _end(cell, start))


def _end(cell: str, start: int) -> int:
    end = _TO_THE_END.match(cell, start)
    return end.end() if end else len(cell)
