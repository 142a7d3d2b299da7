"""From the documents of an editor to what is found in them."""

from __future__ import annotations

import argparse
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pylsp.uris import to_fs_path
from pylsp.workspace import Cell, Notebook

from flake8_theano_updates.cli.files import Place
from flake8_theano_updates.cli.looking import File, look_at
from flake8_theano_updates.interpreter.names import is_theano_code
from flake8_theano_updates.lsp.settings import options_for
from flake8_theano_updates.model import Finding, Sources
from flake8_theano_updates.patterns import excludes
from flake8_theano_updates.source.encoding import declared_encoding
from flake8_theano_updates.source.reading import NOTEBOOK


@dataclass(frozen=True)
class Page:
    """One text of the editor: a file, or a cell of a notebook.

    Args:
        uri: what the editor calls it.
        text: what stands there, saved or not.
        first: the line, from 0, at which it begins in what the editor's lines count in.
    """

    uri: str
    text: str
    first: int = 0


@dataclass(frozen=True)
class Seen:
    """What is found in a document.

    Args:
        pages: its texts: that of a file by None, those of a notebook's cells by their numbers.
        findings: what is selected and not silenced, by lines of pages.
        sources: the lines of the pages.
        file: what was read, where it could be; its wanted findings are ``findings``.
    """

    pages: Mapping[int | None, Page]
    findings: tuple[Finding, ...] = ()
    sources: Sources = field(default_factory=dict)
    file: File | None = None

    def page(self, cell: int | None) -> Page:
        """Return a text by its cell; where nothing of a notebook could be checked, its first."""
        return self.pages.get(cell) or next(iter(self.pages.values()))


def see(workspace: Any, document: Any, given: Mapping[str, object]) -> Seen:
    """Look at a document as ``theano-updates check`` would at the file, were it saved.

    Args:
        workspace: pylsp's folder of the project.
        document: pylsp's file or cell, or the joined cells that it gives to linters.
        given: the editor's settings.

    Raises:
        BadOption: if the settings or a configuration file hold what means nothing.
    """
    notebook = _notebook_of(workspace, document)
    if notebook is None:
        pages: dict[int | None, Page] = {None: Page(document.uri, document.source)}
        path = document.path
        data = _encoded(document.source)
    else:
        joined = not isinstance(document, Cell)
        pages = {
            number: Page(uri, cell["source"], cell["line_start"] if joined else 0)
            for number, (uri, cell) in enumerate(notebook.cell_data().items(), 1)
        }
        path = to_fs_path(notebook.uri).removesuffix(NOTEBOOK) + NOTEBOOK
        cells = [{"cell_type": "code", "source": page.text} for page in pages.values()]
        data = json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}).encode()
    folder = workspace.root_path or os.path.dirname(path)
    options = options_for(folder, given)
    if data is None or not _concerns(pages, path, folder, options):
        return Seen(pages)
    looked = look_at(Place(path, is_named=True, data=data), options)
    return Seen(pages, looked.findings, looked.sources, looked.file)


def _concerns(
    pages: Mapping[int | None, Page], path: str, folder: str, options: argparse.Namespace
) -> bool:
    """May anything be found in a file, and does its project want that?"""
    lines = [line for page in pages.values() for line in io.StringIO(page.text)]
    return is_theano_code(lines, options.function) and not excludes(
        path, options.settings.patterns, folder
    )


def _notebook_of(workspace: Any, document: Any) -> Any:
    """Return the notebook that a cell is from, or whose joined cells a document is, if any."""
    if isinstance(document, Cell):
        return workspace.get_maybe_document(document.notebook_uri)
    if not urlsplit(document.uri).scheme:
        # That is how pylsp names the text that it joins.
        for one in list(workspace.documents.values()):
            if isinstance(one, Notebook):
                cells = one.cell_data().values()
                if "\n".join(cell["source"] for cell in cells) == document.source:
                    return one
    return None


def _encoded(text: str) -> bytes | None:
    """Return a text as the bytes of its file, if it can be saved as it declares."""
    try:
        return text.encode(declared_encoding(text.encode()) or "utf-8")
    except (LookupError, UnicodeError):
        return None
