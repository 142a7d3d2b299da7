"""An HTML page, read."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta"}


class Page(HTMLParser):
    """A page that was read: its elements, its text; each end tag must fit."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.texts.append((self.open[-1], data))

    @property
    def text(self) -> str:
        return "".join(data for tag, data in self.texts if tag != "style")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def plots(self) -> list[dict[str, str | None]]:
        return [attrs for attrs in self.all("div") if attrs.get("class") == "plot"]

    def lines(self, kind: str) -> list[str]:
        """Return the data of each line of that kind that is in a plot."""
        return [path["d"] or "" for path in self.strokes(kind) if "fill: none" in path["style"]]

    def strokes(self, kind: str, tag: str = "path") -> list[dict[str, str]]:
        """Return the elements in plots that have the colour of that kind."""
        colour = re.compile(rf"stroke: var\(--{kind}\)")
        return [attrs for attrs in self.all(tag) if colour.search(attrs.get("style") or "")]
