"""What python-lsp-server (pylsp) calls.

It calls the hook of each plugin in turn, and what one of them raises costs all plugins their
answers. https://github.com/python-lsp/python-lsp-server/blob/develop/pylsp/hookspecs.py
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from pylsp import hookimpl

from flake8_theano_updates.options import BadOption

NAME = "theano_updates"
# Settings of the editor, and the keys of a configuration file in whose place they stand.
SETTINGS = {
    "select": "select",
    "extendSelect": "extend-select",
    "ignore": "ignore",
    "enable": "enable",
    "function": "function",
}

_T = TypeVar("_T")
_Object = dict[str, Any]

_log = logging.getLogger(__name__)


@hookimpl
def pylsp_settings() -> _Object:
    """Return the settings that there are, as they are by default."""
    return {"plugins": {NAME: {"enabled": True, **dict.fromkeys(SETTINGS)}}}


@hookimpl
def pylsp_lint(config: Any, workspace: Any, document: Any) -> list[_Object]:
    """Return the diagnostics of a document, or of the joined cells of a notebook."""

    def work() -> list[_Object]:
        # Imported here and below: to start an editor must not take longer.
        from flake8_theano_updates.lsp.answers import bad_configuration, diagnostics

        try:
            return diagnostics(_seen(config, workspace, document))
        except BadOption as error:
            return bad_configuration(document.source, error)

    return _tried(work, [])


@hookimpl(tryfirst=True)
def pylsp_hover(config: Any, workspace: Any, document: Any, position: _Object) -> _Object | None:
    """Explain the findings at a position; where there are none, other plugins are asked."""

    def work() -> _Object | None:
        from flake8_theano_updates.lsp.answers import hover

        capabilities = config.capabilities.get("textDocument", {}).get("hover", {})
        formats = capabilities.get("contentFormat", ["markdown"])
        return hover(_seen(config, workspace, document), document.uri, position, formats)

    return _tried(work, None)


@hookimpl
def pylsp_code_actions(
    config: Any,
    workspace: Any,
    document: Any,
    range: _Object,  # noqa: A002
    context: _Object | None,
) -> list[_Object]:
    """Return what mends or silences the findings that a range touches."""
    wanted = (context or {}).get("only")
    if wanted is not None and not {"", "quickfix"}.intersection(wanted):
        return []

    def work() -> list[_Object]:
        from flake8_theano_updates.lsp.answers import actions

        return actions(_seen(config, workspace, document), document.uri, range)

    return _tried(work, [])


def _seen(config: Any, workspace: Any, document: Any) -> Any:
    from flake8_theano_updates.lsp.seeing import see

    given = config.plugin_settings(NAME, document_path=document.path)
    return see(workspace, document, {SETTINGS[key]: given.get(key) for key in SETTINGS})


def _tried(work: Callable[[], _T], nothing: _T) -> _T:
    try:
        return work()
    except BadOption:  # which pylsp_lint tells
        return nothing
    except Exception:
        _log.exception("flake8-theano-updates failed; please report it")
        return nothing
