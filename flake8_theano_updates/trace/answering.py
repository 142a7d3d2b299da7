"""A socket by which the watcher asks what is to be computed beside the calls of a function."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flake8_theano_updates.trace.recorded import Function, function_of

Answer = Callable[[Function], object]
# Systems that have no such sockets, as Windows, cannot be asked.
POSSIBLE = hasattr(socketserver, "UnixStreamServer")


@contextmanager
def answering(path: Path, answer: Answer) -> Iterator[None]:
    """Answer each connection's one line, a function as the watcher writes it, with one of JSON.

    Args:
        path: of the socket, in a folder that no other user can reach.
        answer: returns what is answered; where it fails nothing is, and its error is kept from
            the program.
    """

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                answered = answer(function_of(json.loads(self.rfile.readline())))
            except Exception as error:
                answered = {"failed": f"{type(error).__name__}: {error}"}
            self.wfile.write(json.dumps(answered).encode("ascii") + b"\n")

    with socketserver.UnixStreamServer(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
