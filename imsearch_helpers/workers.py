"""Floor 4. Paths go out to threads, to other processes or to other machines; what becomes of each comes back in their order."""

import contextlib
import itertools
import os
import pickle
import threading
import warnings
import weakref
from collections import deque
from concurrent.futures import Future

from . import __version__
from .checks import printable
from .outcomes import outcomes_from_pool, outcomes_of
from .reader_pool import ReaderPool
from .vectors import METHODS

TIMES_SENT = 3  # a batch to workers, before it is done at home
PATIENCE = 300  # seconds without any answer from workers: more than the slowest batch can take
IDLE = 5  # seconds that a worker's own processes wait for its next batch
AHEAD = 256  # batches that are under way at most, so that the first answers of many can be seen soon

_POOLS = weakref.WeakValueDictionary()  # that of this process, by its number: a forked one has none yet


def in_order(executor, paths, size, work, *arguments):
    """Share paths out among an executor's threads.

    Parameters
    ----------
    executor : concurrent.futures.ThreadPoolExecutor
    paths : list of str
    size : int
        How many of them a task has.
    work : callable
        ``(paths, *arguments)`` -> a list with what became of each.
    *arguments

    Yields
    ------
    Outcome
        Or whatever `work` gives, in the order of the paths. When the caller stops early, what has not begun does not begin.
    """
    sent = _sent_ahead(_parts(paths, size), lambda part: executor.submit(work, part, *arguments), len(paths))
    with contextlib.closing(sent):
        for _, future in sent:
            yield from future.result()


def _parts(paths, size):
    return [paths[i : i + size] for i in range(0, len(paths), size)]


def _sent_ahead(parts, send, n_ahead):
    """Each part with its future, while up to `n_ahead` more are under way; what has not begun when it is closed does not begin."""
    sent = deque()
    try:
        for part in itertools.chain(parts, [None]):
            if part:
                sent.append((part, send(part)))
            while sent and (len(sent) > n_ahead or not part):
                yield sent[0]
                sent.popleft()
    finally:
        for _, future in sent:
            future.cancel()


class Workers:
    """Workers in other processes or on other machines, which may be lost: a batch on one that is costs time, not pictures.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Only `submit` and the `result` and `cancel` of its futures are used.
    name : str
        A shipped method's, in `METHODS`.
    read_here : callable
        A list of paths -> what becomes of each, in this process: for a batch that does not come back, which is said in a warning.
    """

    def __init__(self, executor, name, read_here):
        self._executor, self._kind, self._name, self._read_here = executor, type(executor).__name__, name, read_here
        self._patience, self._has_warned = PATIENCE, False

    def outcomes(self, paths):
        """What becomes of every picture, in the order of the paths.

        Parameters
        ----------
        paths : list of str

        Yields
        ------
        Outcome

        Raises
        ------
        FileNotFoundError
            When a worker does not see a picture as it is here.
        ImportError
            When a worker lacks this package, or has another version of it, or a package that the method needs.
        """
        parts = _parts(paths, max(1, min(50, len(paths) // 16)))  # not fewer: to send a batch may take 10 ms
        batches = ([(os.path.abspath(path), _size_of(path)) for path in part] for part in parts)
        with contextlib.closing(_sent_ahead(batches, self._send, AHEAD)) as sent:
            for batch, future in sent:
                answer = self._answer(batch, future)
                yield from self._read_here([path for path, _ in batch]) if answer is None else self._completed(batch, answer)

    def _send(self, batch):
        try:
            # Dask takes a call like an earlier one for done, even if files have changed; what `loads` ignores makes each another.
            return self._executor.submit(pickle.loads, pickle.dumps(_Order(batch, self._name, __version__)) + os.urandom(16))
        except Exception as error:  # as from a pool that is broken
            unsent = Future()
            unsent.set_exception(error)
            return unsent

    def _answer(self, batch, future):
        """What a worker says of a batch, or None: it was lost again and again."""
        for attempt in range(TIMES_SENT):
            future = self._send(batch) if attempt else future
            try:
                answer = future.result(self._patience)
            except TimeoutError as error:
                lost, self._patience = error, 0  # whatever is still to come must be there by now
                break
            except (ImportError, AttributeError) as error:
                raise ImportError(f"the workers of {self._kind} need this package as it is here, and cannot import it ({error}); "
                                  "install imsearch-helpers where they run") from error  # fmt: skip
            except Exception as error:
                lost = error
            else:
                self._patience = PATIENCE
                return self._checked(answer)
            finally:
                future.cancel()
        if not self._has_warned:
            self._has_warned = True
            why = f"{type(lost).__name__}: {lost}".rstrip(": ")
            warnings.warn(f"{self._kind} did not do a batch of pictures ({why}), so it is read in this process, "
                          "as is any other that does not come back", stacklevel=2)  # fmt: skip

    def _checked(self, answer):
        if isinstance(answer, Exception):
            answer.add_note(f"on a worker of {self._kind}")
            raise answer
        return answer

    def _completed(self, batch, answer):
        for (path, size), outcome in zip(batch, answer):
            if outcome is not None:
                yield outcome
            elif size == _size_of(path):
                raise FileNotFoundError(f"a worker of {self._kind} does not see {printable(path)}, or another file by that name: "
                                        "all must see the folder of pictures as it is here, under the same path")  # fmt: skip
            else:  # it has changed just now
                yield from self._read_here([path])


class _Order:
    # A call that `pickle.loads` makes. Workers know that function; a Dask worker that cannot import what it is sent would end.

    def __init__(self, *arguments):
        self._arguments = arguments

    def __reduce__(self):
        return outcomes_on_worker, self._arguments


def outcomes_on_worker(files, name, version):
    """What becomes of some pictures, on a worker: they are read in processes of its own, which can be killed.

    Parameters
    ----------
    files : list of (str, int or None)
        Absolute paths, and how many bytes each file has, None where there is none.
    name : str
        A method's, in `METHODS`.
    version : str
        Of this package, where the vectors go to: another one may compute others.

    Returns
    -------
    list of (Outcome or None), or Exception
        None for a file of another size than that, which is another file. An error is returned, not raised, so that one that is
        raised is known to be the way's and not the method's.
    """
    if version != __version__:
        return ImportError(f"this worker has imsearch_helpers {__version__}; install {version}, which is where the vectors go to")
    try:
        there = [path for path, size in files if _size_of(path) == size]
        found = dict(zip(there, _outcomes_from_own_pool(there, name)))
        return [found.get(path) for path, _ in files]
    except Exception as error:
        return error


def _outcomes_from_own_pool(paths, name):
    function = METHODS[name]
    pool = _POOLS.get(os.getpid()) or ReaderPool()
    _POOLS[os.getpid()] = pool
    keep = threading.Timer(IDLE, id, [pool])  # for the next batch; without one the pool is collected, and its processes end
    keep.daemon = True
    keep.start()
    if hasattr(function, "batch"):
        return outcomes_of(paths, function, pool.read_image)
    return outcomes_from_pool(paths, name, pool)


def _size_of(path):
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return None
