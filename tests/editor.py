"""An editor: it speaks the language server protocol with a real ``pylsp``, over its pipes."""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from commands import PATIENCE

SOURCE = "theano-updates"
Object = dict[str, Any]


class Editor:
    """One session with the server, in a folder.

    Args:
        folder: the root of the project.
        settings: what stands below ``pylsp.plugins.theano_updates``.
        capabilities: what the editor says that it can do.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, Any] | None = None,
        capabilities: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pylsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # What it should not take for the project's root.
            cwd=folder.parent,
        )
        self._received: queue.Queue[Object] = queue.Queue()
        self._ids = itertools.count(1)
        self._versions = itertools.count(1)
        threading.Thread(target=self._receive, daemon=True).start()
        plugins = {"theano_updates": dict(settings or {})}
        given = {
            "processId": None,
            "rootUri": folder.as_uri(),
            "capabilities": dict(capabilities or {}),
            "initializationOptions": {"pylsp": {"plugins": plugins}},
        }
        self.capabilities = self.request("initialize", given)["capabilities"]
        self._notify("initialized", {})

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str) -> list[Object]:
        """Open a file, saved or not, and return what is found in it."""
        about = {"uri": self.uri(name), "languageId": "python", "version": next(self._versions)}
        self._notify("textDocument/didOpen", {"textDocument": {**about, "text": text}})
        return self._published(name, about["version"])

    def change(self, name: str, text: str) -> list[Object]:
        """Give a file another text, and return what is found in it."""
        about = {"uri": self.uri(name), "version": next(self._versions)}
        given = {"textDocument": about, "contentChanges": [{"text": text}]}
        self._notify("textDocument/didChange", given)
        return self._published(name, about["version"])

    def configure(self, **settings: Any) -> None:
        plugins = {"theano_updates": settings}
        given = {"settings": {"pylsp": {"plugins": plugins}}}
        self._notify("workspace/didChangeConfiguration", given)

    def open_notebook(self, name: str, cells: Mapping[str, str]) -> dict[str, list[Object]]:
        """Open a notebook, and return what is found in each cell, by its URI."""
        book = {
            "uri": self.uri(name),
            "notebookType": "jupyter-notebook",
            "version": 1,
            "cells": [{"kind": 2, "document": uri} for uri in cells],
        }
        texts = [
            {"uri": uri, "languageId": "python", "version": 1, "text": text}
            for uri, text in cells.items()
        ]
        given = {"notebookDocument": book, "cellTextDocuments": texts}
        self._notify("notebookDocument/didOpen", given)
        return {uri: self._diagnostics(uri) for uri in cells}

    def hover(self, uri: str, line: int, character: int) -> Object:
        place = {"line": line, "character": character}
        return self.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})

    def actions(self, uri: str, place: Object, **context: Any) -> list[Object]:
        """Return what the server offers to do about a range."""
        about = {"textDocument": {"uri": uri}, "range": place}
        return self.request("textDocument/codeAction", about | {"context": context})

    def request(self, method: str, given: Object) -> Any:
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": given})
        answer = self._next(lambda one: one.get("id") == number and "method" not in one)
        assert "error" not in answer, answer
        return answer["result"]

    def end(self) -> None:
        self.request("shutdown", {})
        self._notify("exit", {})
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._process.communicate()

    def _published(self, name: str, version: int) -> list[Object]:
        return self._diagnostics(self.uri(name), version)

    def _diagnostics(self, uri: str, version: int | None = None) -> list[Object]:
        """Wait for what is found in a text, and return what is this project's."""
        told = self._next(
            lambda one: (
                one.get("method") == "textDocument/publishDiagnostics"
                and one["params"]["uri"] == uri
                and one["params"].get("version") == version
            )
        )
        return [one for one in told["params"]["diagnostics"] if one.get("source") == SOURCE]

    def _next(self, wanted: Any) -> Object:
        while True:
            message = self._received.get(timeout=PATIENCE)
            if wanted(message):
                return message

    def _notify(self, method: str, given: Object) -> None:
        self._send({"method": method, "params": given})

    def _send(self, message: Object) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        while header := pipe.readline():
            length = int(header.split(b":")[1])
            while pipe.readline().strip():
                pass
            self._received.put(json.loads(pipe.read(length)))


@contextlib.contextmanager
def editing(folder: Path, **given: Any) -> Iterator[Editor]:
    editor = Editor(folder, **given)
    try:
        yield editor
    finally:
        editor.end()


def at(text: str, place: Object) -> str:
    """Return what stands in a range of a text."""
    start, end = (_offset(text, place[key]) for key in ("start", "end"))
    return text.encode("utf-16-le")[start:end].decode("utf-16-le")


def applied(text: str, edits: list[Object]) -> str:
    """Return a text after edits, which must not overlap."""
    whole = text.encode("utf-16-le")
    spans = [
        (*(_offset(text, edit["range"][key]) for key in ("start", "end")), edit["newText"])
        for edit in edits
    ]
    for start, end, new in sorted(spans, key=lambda one: one[:2], reverse=True):
        whole = whole[:start] + new.encode("utf-16-le") + whole[end:]
    return whole.decode("utf-16-le")


def _offset(text: str, place: Object) -> int:
    """Return a place as an offset in the bytes of UTF-16."""
    lines = text.split("\n")
    before = "".join(f"{line}\n" for line in lines[: place["line"]])
    assert place["line"] < len(lines)
    assert place["character"] <= len(lines[place["line"]].encode("utf-16-le")) // 2
    return len(before.encode("utf-16-le")) + 2 * place["character"]
