"""The door of editors: a plugin for python-lsp-server."""
