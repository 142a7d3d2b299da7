"""Hand work to a cluster of dask.distributed, which other machines may be part of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.extras import install
from flake8_theano_updates.options import BadOption

CONNECT = 5.0  # seconds


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Give what works on a cluster; its workers need this package, and no file of this machine.

    Args:
        address: that of the scheduler, such as ``tcp://10.0.0.5:8786``.

    Raises:
        BadOption: if there is no such cluster, or it fails.
    """
    try:
        import dask
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise BadOption(f"--dask needs dask.distributed: {install('dask')} ({error})") from None
    try:
        asyncio.run(_try(address))
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadOption(f"--dask {address}: no scheduler of dask answers: {reason}") from None
    # What is lost on the way is told in one line, below.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    # Files are what there is to send.
    settings = {"distributed.admin.large-graph-warning-threshold": "1 TB"}
    with (
        dask.config.set(settings),
        Client(address, timeout=CONNECT, set_as_default=False) as client,
    ):
        if not client.nthreads():
            complain(f"--dask {address}: there is no worker yet; the work waits for one")
        try:
            yield client.get_executor(pure=False)
        except KilledWorker:
            reason = "a worker was ended before its work was done, again and again"
            raise BadOption(f"--dask {address}: {reason}") from None
        except (OSError, ImportError, RuntimeError, asyncio.CancelledError) as error:
            reason = " ".join(f"{error.__cause__ or error}".split())
            need = "does it have this package, in this version?"
            raise BadOption(f"--dask {address}: the cluster fails ({need}): {reason}") from None


async def _try(address: str) -> None:
    """Speak with the scheduler, as a client that fails takes long to end."""
    from distributed.comm.core import connect
    from distributed.security import Security

    own = Security().get_connection_args("client")
    comm = await connect(address, timeout=CONNECT, **own)
    await comm.close()
