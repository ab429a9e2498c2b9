"""Floor 3. Vectors come in and live on the workers of a Dask cluster; what a search at home would find comes out.

Dask does the work; the extra `extensions` brings it, and it is imported only when a cluster is used. To index pictures on
one, give its client to `ImageSearchEngine.index_images`.

Whoever can reach a Dask scheduler can run programs on its workers. So the cluster that `connect` starts on this machine
answers to this machine only; one that spans several belongs in a closed network, or behind TLS (`security` of `connect`).
"""

import contextlib
import logging
import threading
import time
import warnings
from concurrent.futures import CancelledError, Future

import numpy as np

from .arrays import as_float32, checked_lengths, checked_matrix, relative_error, row_lengths
from .checks import checked_count, checked_positive, needed
from .indexes import BuiltOver
from .nearest import nominate_all
from .similarity import METRICS, rank

COSINE = METRICS["cosine"].from_dots
CHUNK = 1 << 28  # bytes of vectors in one piece, at most
SCORES_AT_ONCE = 1 << 26  # on all workers together: four bytes each, a few times over
QUERIES = 1 << 23  # bytes of them in one graph: from 10 MB on Dask warns
TRIES = 3  # of a search whose workers are lost
LOOK_EVERY = 1  # seconds
PATIENCE = 60  # seconds without an answer; that a connection is dead Dask notices after 30 (its `comm.timeouts.tcp`)
SLOWEST = 1_000_000  # bytes a second at which vectors travel
HEARD_FROM = 15  # seconds; a worker says that it lives at least every 5
HERE = {"threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}


def connect(address=None, timeout=10, **options):
    """A client of a Dask cluster that is ready to work.

    Parameters
    ----------
    address : str, optional
        Where a scheduler listens, such as ``"tcp://127.0.0.1:8786"``. If not given, a cluster is started on this machine,
        which only this machine can reach and which ends with the client: ``with connect(n_workers=2) as client:``.
    timeout : float
        Seconds to wait for the scheduler, and for a first worker.
    **options
        For `dask.distributed.Client`, and without an address for its `LocalCluster`: `n_workers`, `security` and others.

    Returns
    -------
    dask.distributed.Client
        For `ImageSearchEngine.index_images` and `ClusterIndex`.

    Raises
    ------
    ConnectionError
        When no scheduler answers, or it has no worker; the message says how to start one. When a worker is silent.
    ImportError
        When Dask is missing; the message says how to install it.
    RuntimeError
        When the scheduler or a worker has another version of Python or Dask.
    ValueError
        When `address` is no address, `timeout` not above 0, or Dask can do nothing with `options`.
    """
    distributed = needed("distributed", "a cluster")
    checked_positive(timeout, "timeout")
    with contextlib.ExitStack() as if_it_fails:
        try:
            client = _started(distributed, address, timeout, (HERE if address is None else {}) | options)
            if_it_fails.callback(client.close)
            client.wait_for_workers(1, timeout)
        except (RuntimeError, TypeError, ValueError) as error:
            raise ValueError(f"address must be like 'tcp://127.0.0.1:8786', or None, and not {address!r}, with options that Dask "
                             f"knows, and not {options}: {error}") from error  # fmt: skip
        except OSError as error:
            why = str(error) or "what listens there is silent"
            raise ConnectionError(f"no Dask scheduler with a worker answers at {address} ({why}); `dask scheduler` starts the one, "
                                  "`dask worker` with its address the other") from error  # fmt: skip
        _check_versions(_versions(client, timeout))
        if_it_fails.pop_all()
    return client


def _started(distributed, address, timeout, options):
    """A client, made in a thread that can be left: Dask waits for ever for a scheduler that takes a connection and says nothing."""

    class Client(distributed.Client):
        def start(self, **how):
            try:
                super().start(**how)
            except Exception:
                self.close()  # left to be collected later, it can keep the next one from starting
                raise

    made = Future()

    def make():
        try:
            made.set_result(Client(address, timeout=timeout, **options))
        except BaseException as error:
            made.set_exception(error)

    threading.Thread(target=make, daemon=True).start()
    try:
        return made.result(None if address is None else timeout + 1)
    except BaseException:
        made.add_done_callback(lambda late: late.exception() or late.result().close())
        raise


def _versions(client, timeout):
    try:
        return client.sync(client.get_versions, callback_timeout=timeout)
    except OSError as error:
        raise ConnectionError(f"not every worker of the Dask cluster has answered in {timeout:g} seconds{_silent(client)}") from error


def _silent(client):
    """Of which workers the scheduler has heard nothing, though it has of others; as the end of a message."""
    seen = {}
    with contextlib.suppress(OSError):
        workers = client.sync(client.scheduler.identity, callback_timeout=LOOK_EVERY)["workers"]
        seen = {address: worker["last_seen"] for address, worker in workers.items()}
    silent = [address for address, when in seen.items() if when < max(seen.values()) - HEARD_FROM]
    return f"; silent: {', '.join(silent)}" if silent else ""


def _check_versions(versions):
    def told(member):
        packages = member["packages"]
        return f"Python {'.'.join(packages['python'].split('.')[:2])} with Dask {packages['distributed']}"

    here = told(versions["client"])
    for place, member in {"the scheduler": versions["scheduler"], **versions["workers"]}.items():
        if told(member) != here:
            raise RuntimeError(f"{place} has {told(member)}, and this program has {here}: all must have the same")


class ClusterIndex(BuiltOver):
    """Vectors on the workers of a Dask cluster, searched exactly, for `ImageSearchEngine.use_index` or by themselves.

    They are a `dask.array` in chunks. A worker that is lost costs time: its chunks are sent again to those that are left.
    One whose machine falls silent (power, cable) Dask takes for lost after half a minute, one that hangs after five. A search
    that has no answer within a minute is done in this process, with a warning that names the silent workers, and so are later
    ones, after a second each, until the cluster answers again. To send vectors may take a second more for each MB.

    Parameters
    ----------
    client : dask.distributed.Client
        From `connect`.
    vectors : array_like, shape (n_images, n_dims)
        Kept here too, to send them again; not copied if they are contiguous float32 already.
    rows_per_chunk : int, optional
        If not given, each thread of the workers gets a chunk, or several where one would have more than 256 MB.

    Attributes
    ----------
    n_images, n_dims : int

    Raises
    ------
    TypeError
        When `client` is none.
    ConnectionError
        When the cluster does not answer, has no worker or does not take the vectors in time.
    ValueError
        When `vectors` are no matrix of finite numbers.
    """

    def __init__(self, client, vectors, rows_per_chunk=None):
        if not hasattr(client, "scatter"):
            raise TypeError(f"client must be a dask.distributed.Client, such as connect() gives, not {client!r}")
        self._matrix = checked_matrix(vectors)
        super().__init__(self._matrix)
        self._lengths = checked_lengths(self._matrix, "vectors")
        self._client = client
        most = min(CHUNK // (4 * self.n_dims), -(-self.n_images // self._n_threads()))
        size = max(1, most) if rows_per_chunk is None else checked_count(rows_per_chunk, "rows_per_chunk")
        self._parts = [self._matrix[start : start + size] for start in range(0, self.n_images, size)]
        self._chunks = [None] * len(self._parts)
        self._patience = PATIENCE
        try:
            self._place()
        except OSError as error:
            raise ConnectionError(f"the Dask cluster did not take the vectors in time{_silent(client)}") from error

    def __repr__(self):
        return f"<ClusterIndex: {self.n_images} vectors x {self.n_dims} numbers in {len(self._parts)} chunks>"

    def _n_threads(self):
        n_threads = 0
        with contextlib.suppress(OSError):
            if self._client.status == "running":
                n_threads = sum(self._client.sync(self._client.nthreads, callback_timeout=PATIENCE / 2).values())
        if not n_threads:
            raise ConnectionError("the Dask cluster does not answer, or has no worker left; connect to one and build the index "
                                  "again, or search here: engine.use_index(None)")  # fmt: skip
        return n_threads

    def _place(self):
        """Send the parts that are on no worker."""
        import dask.array as da

        chunks = list(self._chunks)
        lost = [n for n, chunk in enumerate(chunks) if chunk is None or chunk.status != "finished"]
        if not lost:
            return
        parts = [self._parts[n] for n in lost]
        latest = max(self._patience, LOOK_EVERY) + sum(part.nbytes for part in parts) / SLOWEST
        for n, chunk in zip(lost, self._client.sync(self._client.scatter, parts, hash=False, callback_timeout=latest)):
            chunks[n] = chunk
        arrays = [da.from_delayed(chunk, part.shape, part.dtype) for chunk, part in zip(chunks, self._parts)]
        self._vectors = da.concatenate(arrays)  # (n_images, n_dims)
        self._their_lengths = self._client.persist(da.linalg.norm(self._vectors, axis=1))  # (n_images,)
        self._chunks = chunks  # last: whoever is stopped before has placed nothing

    def rows_on_workers(self):
        """Where the vectors live.

        Returns
        -------
        dict
            Address of a worker -> how many rows it holds.

        Raises
        ------
        ConnectionError
            When the cluster does not answer.
        """
        self._n_threads()
        rows, where = {}, self._client.who_has(self._chunks)
        for chunk, part in zip(self._chunks, self._parts):
            for worker in where[chunk.key]:
                rows[worker] = rows.get(worker, 0) + len(part)
        return rows

    def search(self, queries, k):
        """Row numbers and cosines of the nearest vectors: those of `ImageSearchEngine.search_batch`, ties included.

        Parameters
        ----------
        queries : array_like, shape (n_queries, n_dims)
            Of any length.
        k : int

        Returns
        -------
        ids : ndarray, shape (n_queries, min(k, n_images)), int64
            Best first, equal ones in the order of the rows.
        scores : ndarray of the same shape, float64
            By `cosine_similarity`.

        Raises
        ------
        ConnectionError
            When the scheduler does not answer within a minute, has no worker, or loses them again and again.
        TypeError, ValueError
            When `queries` are no such matrix of finite numbers, or `k` is no whole number of at least 1.
        """
        nominees = self.nominate(queries, k)
        best = [rank(self._matrix, rows, query, k) for rows, query in zip(nominees, as_float32(queries))]
        pairs = np.array(best, dtype=np.float64).reshape(len(best), min(k, self.n_images), 2)
        return pairs[..., 0].astype(np.int64), pairs[..., 1]

    def nominate(self, queries, k):
        """For each query the rows that can be among its best `k`, as the workers nominate them.

        Parameters
        ----------
        queries : array_like, shape (n_queries, n_dims)
        k : int

        Returns
        -------
        list of ndarray of int
            Row numbers in ascending order, at least ``min(k, n_images)`` of them.

        Raises
        ------
        ConnectionError, TypeError, ValueError
            As `search`.
        """
        queries, k = as_float32(queries), min(checked_count(k, "k"), self.n_images)
        if queries.ndim != 2 or queries.shape[1] != self.n_dims:
            raise ValueError(f"queries must be of shape (n_queries, {self.n_dims}), not {queries.shape}")
        checked_lengths(queries, "queries")
        rows = np.arange(k)  # the best for a query of zeros; for others they drop out at the end
        directed = queries[queries.any(axis=1)]
        at_once = max(1, min(SCORES_AT_ONCE // self.n_images, QUERIES // (4 * self.n_dims)))
        for start in range(0, len(directed), at_once):
            rows = np.union1d(rows, self._nominees(directed[start : start + at_once], k))
        found = nominate_all(self._matrix[rows], self._lengths[rows], queries, k)
        return [rows[few] for few in found]

    def _nominees(self, queries, k):
        from distributed import KilledWorker

        latest = time.monotonic() + self._patience
        for _ in range(TRIES):
            self._n_threads()
            try:
                self._place()
                rows = np.flatnonzero(self._result(self._client.compute(self._within_reach(queries, k)), latest))
                self._patience = PATIENCE
                return rows
            except TimeoutError:
                return self._nominees_here(queries, k)
            except (CancelledError, OSError, KilledWorker) as error:
                lost = error
        raise ConnectionError(f"the Dask cluster lost workers in {TRIES} searches, one after another; the last: {lost}")

    def _result(self, future, latest):
        while self._n_threads() and all(chunk.status == "finished" for chunk in self._chunks):
            with contextlib.suppress(TimeoutError):
                return future.result(LOOK_EVERY)
            if time.monotonic() > latest:
                raise TimeoutError
        raise CancelledError("chunks were lost")  # of which Dask does not always tell the search that waits for them

    def _nominees_here(self, queries, k):
        self._patience = 0  # whoever is silent once is waited for no more
        warnings.warn(f"the Dask cluster has not answered in time{_silent(self._client)}; until it does, searches are done in this "
                      "process, which has all vectors", stacklevel=2)  # fmt: skip
        return np.unique(np.concatenate(nominate_all(self._matrix, self._lengths, queries, k)))

    def _within_reach(self, queries, k):
        import dask.array as da

        dots = queries @ self._vectors.T  # (n_queries, n_dims) @ (n_dims, n_images) -> (n_queries, n_images)
        cosines = COSINE.rough(dots, self._their_lengths, None)  # times the length of the query
        kth_best = da.topk(cosines, k, axis=1)[:, -1:]  # (n_queries, 1)
        error = COSINE.error(relative_error(queries), None, row_lengths(queries)[:, np.newaxis])
        return (cosines >= kth_best - 2 * error).any(axis=0)  # (n_images,): a byte a row is less than to look for the rows there
