"""Floor 5. Vectors come in and live on the workers of a Dask cluster; what comes out is what a search at home would find.

Dask does the work; the extra `extensions` brings it. To index on a cluster, give its client to `index_images`.

Whoever can reach a Dask scheduler can run code on its workers. So a cluster of this machine's own answers this machine only;
where a cluster spans several, keep it in a closed network or behind TLS (``security=`` of `connect`).
"""

import contextlib
import math
import platform
import zlib

import numpy as np

from .checks import checked_count, checked_positive, needed
from .indexing import as_float32, checked_lengths
from .nearest import nominate_all, relative_error, row_lengths
from .similarity import METRICS, rank

COSINE = METRICS["cosine"].from_dots
CHUNK = 1 << 28  # bytes of vectors in one message to a worker, at most
SCORES_AT_ONCE = 1 << 25  # that one worker holds: four bytes each, a few times over
TIMES_SENT = 3  # the vectors of workers that are lost
START = "start a scheduler with `dask scheduler`, and workers with `dask worker ADDRESS`"


def connect(address=None, timeout=10, **options):
    """A client of a Dask cluster that is ready to work.

    Parameters
    ----------
    address : str, optional
        Where a scheduler listens, as ``"tcp://127.0.0.1:8786"``. If not given, a cluster is started on this machine, which
        only this machine can reach, and which ends with the client: ``with connect(n_workers=2) as client:``.
    timeout : float
        Seconds to wait for a scheduler and for a first worker.
    **options
        For `dask.distributed.Client`, and without an address for its `LocalCluster`: `n_workers`, `security` and others.

    Returns
    -------
    dask.distributed.Client
        For `ClusterIndex` and `ImageSearchEngine.index_images`.

    Raises
    ------
    ConnectionError
        When no scheduler answers, or it has no worker; the message says how to start one.
    ImportError
        When Dask is missing here.
    RuntimeError
        When scheduler or workers have another version of Python or of Dask.
    ValueError
        When `address` is none.
    """
    distributed, checked_positive(timeout, "timeout")
