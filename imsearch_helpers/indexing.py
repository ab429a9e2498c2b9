"""Floor 3. Paths and a method come in; vectors and reasons go out, in step: the one way from files to vectors."""

import contextlib
import functools
import itertools
import os
import pickle
import sys
import threading
import warnings
import weakref
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from . import __version__
from .checks import printable
from .images import ENOUGH_PIXELS, ImageError, read_image
from .nearest import row_lengths
from .reader_pool import ReaderPool
from .vectors import METHODS, is_shipped

IN_BROWSER = sys.platform == "emscripten"  # Python as Pyodide brings it: without threads, and without other processes
NOT_KILLED = "a browser has no processes that can be killed: pictures are read right here, and a slow one is waited for"
THREADS = "threads"
BAR = "{desc}: {percentage:3.0f}%|{bar:20}| {n_fmt}/{total_fmt} pictures, {remaining} left"
BATCH = 8  # pictures that a method's `batch` gets at once: enough to gain by
BATCH_PIXELS = 8_000_000  # and so many pixels are enough as well, because every thread holds a batch in memory
TIMES_SENT = 3  # a batch to workers, before it is done at home
PATIENCE = 300  # seconds without any answer from workers: more than the slowest batch can take
IDLE = 5  # seconds that a worker's own processes wait for its next batch
AHEAD = 256  # batches that are under way at most, so that the first answers of many can be seen soon
SHORTEST, LONGEST = 1e-15, 1e15  # vectors of lengths between these keep their precision in float32, squares included

_POOLS = weakref.WeakValueDictionary()  # that of this process, by its number: a forked one has none yet


class Outcome(NamedTuple):
    """What became of one picture.

    Attributes
    ----------
    vector : ndarray, shape (n_dims,), float32, or None
        None where there is none.
    reason : str
        Why there is none; else empty.
    repairs : tuple of str
        What was broken around the pixels.
    """

    vector: np.ndarray | None
    reason: str = ""
    repairs: tuple = ()


def read_all(paths, name, function, executor=None):
    """What becomes of every picture, in the order of the paths.

    Parameters
    ----------
    paths : list of str
    name, function : str, callable
        A method, as `method_named` gives it. A shipped one works where the picture is read, also in another process, which
        receives its name; one with a `batch`, or a reader's own, runs in this process, on pictures that another one has read.
    executor : ReaderPool, "threads" or concurrent.futures.Executor, optional
        If not given, a `ReaderPool` of its own, or threads, with a warning, where no process can be started. A browser has
        neither: there pictures are read right here, and a `ReaderPool` lends its budgets alone, with a warning. Threads of an
        executor read here. Any other executor is taken to have workers elsewhere, which may be lost: only `submit` and the
        `result` and `cancel` of its futures are used. A batch that does not come back is sent again twice, then read here,
        with a warning. A Dask `Client` stands for its `get_executor()`.

    Yields
    ------
    Outcome
        When the caller stops early, what has not begun does not begin.

    Raises
    ------
    TypeError
        When `executor` is none of these.
    FileNotFoundError
        When a worker does not see a picture as it is here.
    ImportError
        When a worker lacks this package, or has another version of it, or a package that the method needs.
    """
    executor = getattr(executor, "get_executor", lambda: executor)()
    shipped = is_shipped(name, function)
    if IN_BROWSER and (executor is None or isinstance(executor, ReaderPool)):
        if executor is not None:  # whoever made it counts on it
            warnings.warn(NOT_KILLED, stacklevel=2)
        yield from _one_by_one(paths, function, _within_budgets(executor))
    elif isinstance(executor, ReaderPool):
        yield from _through_pool(executor, paths, name, function, shipped)
    elif executor == THREADS:
        yield from _on_threads(paths, function)
    elif executor is not None and not hasattr(executor, "submit"):
        raise TypeError(f"executor must be a ReaderPool, {THREADS!r}, a concurrent.futures.Executor or None, not {executor!r}")
    elif isinstance(executor, ThreadPoolExecutor):
        yield from _in_order(executor, paths, _task_size(paths), outcomes_of, name if shipped else function, read_image)
    elif executor is not None and shipped:
        yield from _Workers(executor, name, function).outcomes(paths)
    else:
        with _started_pool(len(paths)) as pool:
            yield from read_all(paths, name, function, pool or THREADS)


def read_with_bar(paths, name, function, executor=None):
    """As `read_all`, with a bar that shows how far it is.

    Parameters
    ----------
    paths : list of str
    name, function : str, callable
    executor : ReaderPool, "threads" or concurrent.futures.Executor, optional
        All as for `read_all`.

    Yields
    ------
    (str, Outcome)
        A path and what became of it, in the order of the paths.
    """
    from tqdm import tqdm

    # On stdout, because a notebook paints stderr red and a grader takes it for a failure.
    bar = tqdm(total=len(paths), desc="Indexing", bar_format=BAR, file=sys.stdout)
    with bar, contextlib.closing(read_all(paths, name, function, executor)) as arriving:
        for path, outcome in zip(paths, arriving):
            yield path, outcome
            bar.update()


@contextlib.contextmanager
def _started_pool(n_pictures):
    with ReaderPool() as pool:
        try:
            pool.start(n_pictures)
        except RuntimeError as error:
            warnings.warn(f"{error}. Pictures are read in this process, which gives none of them up", stacklevel=2)
            yield None
        else:
            yield pool


def _through_pool(pool, paths, name, function, shipped):
    with _threads(pool.n_readers) as threads:
        try:
            if shipped and not hasattr(function, "batch"):
                yield from _in_order(threads, paths, _task_size(paths), _outcomes_from_pool, name, pool)
            else:
                size = BATCH if hasattr(function, "batch") else 1
                yield from _in_order(threads, paths, size, outcomes_of, function, pool.read_image)
        except BaseException:  # a press of stop: nobody waits for what has begun
            pool.close()
            raise


def _outcomes_from_pool(paths, name, pool):
    answers = pool.read_vectors(paths, name)
    return [
        Outcome(None, answer.reason) if isinstance(answer, ImageError) else Outcome(returned_vector(answer[0]), "", answer[1])
        for answer in answers
    ]


def _on_threads(paths, function):
    if _can_start_a_thread():
        with _threads(os.cpu_count()) as threads:
            yield from _in_order(threads, paths, _task_size(paths), outcomes_of, function, read_image)
    else:  # as in a browser
        yield from _one_by_one(paths, function, read_image)


def _one_by_one(paths, function, read):
    for start in range(0, len(paths), BATCH):
        yield from outcomes_of(paths[start : start + BATCH], function, read)


def _within_budgets(pool):
    if pool is None:
        return read_image
    return functools.partial(read_image, **{name: pool.budgets[name] for name in ("max_pixels", "max_bytes")})


def _can_start_a_thread():
    try:
        threading.Thread(target=int).start()
    except RuntimeError:
        return False
    return True


@contextlib.contextmanager
def _threads(n_threads):
    threads = ThreadPoolExecutor(n_threads)
    try:
        yield threads
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _task_size(paths):
    return max(1, min(50, len(paths) // 64))  # pictures a task: few tasks cost little, many share out evenly


def _in_order(executor, paths, size, work, *arguments):
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


def outcomes_of(paths, method, read):
    """What becomes of some pictures. Runs in another thread, process or machine: what goes in and out can be sent.

    Parameters
    ----------
    paths : list of str
    method : str or callable
        A name in `METHODS`, or a function.
    read : callable
        ``(path, size)`` -> `Reading`: `read_image`, or that of a `ReaderPool`.

    Returns
    -------
    list of Outcome

    Raises
    ------
    Exception
        Whatever the method raises but an `ImageError`, with a note that names the picture.
    """
    function = METHODS[method] if isinstance(method, str) else method
    if not hasattr(function, "batch"):
        return [_outcome_of(path, function, read) for path in paths]
    outcomes, opened = [], []
    for path in paths:
        opened.append((path, _reading_or_reason(path, function, read)))
        if len(opened) == BATCH or sum(_n_pixels(found) for _, found in opened) > BATCH_PIXELS:
            outcomes += _outcomes_of_batch(opened, function)
            opened = []
    return outcomes + _outcomes_of_batch(opened, function)


def _outcome_of(path, function, read):
    try:
        picture, repairs = _opened(path, function, read)
        return Outcome(returned_vector(function(picture)), "", repairs)
    except ImageError as error:
        return Outcome(None, error.reason)
    except Exception as error:
        error.add_note(f"while {getattr(function, '__name__', 'the method')} was at {printable(path)}")
        raise


def _outcomes_of_batch(opened, function):
    try:
        rows = iter(_rows_of_batch([found.picture for _, found in opened if not isinstance(found, str)], function))
        return [
            Outcome(None, found) if isinstance(found, str) else Outcome(returned_vector(next(rows)), "", found.repairs)
            for _, found in opened
        ]
    except Exception as error:
        names = ", ".join(printable(path) for path, found in opened if not isinstance(found, str))
        error.add_note(f"while {getattr(function, '__name__', 'the method')} had these pictures at once: {names}")
        raise


def _rows_of_batch(pictures, function):
    rows = function.batch(pictures) if pictures else []
    if len(rows) != len(pictures):
        raise ValueError(f"method's batch must return a row for each of {len(pictures)} pictures, not {len(rows)}")
    return rows


def _n_pixels(found):
    return 0 if isinstance(found, str) else found.picture.width * found.picture.height


def _reading_or_reason(path, function, read):
    try:
        return _opened(path, function, read)
    except ImageError as error:
        return error.reason


def _opened(path, function, read):
    return read(path, size=getattr(function, "load_size", None) or ENOUGH_PIXELS)


# On workers, in other processes or on other machines


class _Workers:
    # They may be lost: a batch on one that is costs time, not pictures.

    def __init__(self, executor, name, function):
        self._executor, self._kind, self._name, self._function = executor, type(executor).__name__, name, function
        self._patience, self._home = PATIENCE, None

    def outcomes(self, paths):
        parts = _parts(paths, max(1, min(50, len(paths) // 16)))  # not fewer: to send a batch may take 10 ms
        batches = ([(os.path.abspath(path), _size_of(path)) for path in part] for part in parts)
        with contextlib.ExitStack() as self._until_done:
            sent = self._until_done.enter_context(contextlib.closing(_sent_ahead(batches, self._send, AHEAD)))
            for batch, future in sent:
                answer = self._answer(batch, future)
                yield from self._read_here(batch) if answer is None else self._completed(batch, answer)

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
        if self._home is None:
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
                yield from self._read_here([(path, size)])

    def _read_here(self, batch):
        if self._home is None:
            self._home = self._until_done.enter_context(_started_pool(len(batch))) or THREADS
        yield from read_all([path for path, _ in batch], self._name, self._function, self._home)


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
    return _outcomes_from_pool(paths, name, pool)


def _size_of(path):
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return None


def stacked(paths, outcomes, name):
    """The vectors as a matrix, and what could not be read; nothing shifts.

    Parameters
    ----------
    paths : list of str
    outcomes : list of Outcome
        One for each path.
    name : str
        The method's, for messages.

    Returns
    -------
    paths : list of str
        Of the pictures that became vectors.
    matrix : ndarray, shape (n_images, n_dims), float32
        ``matrix[i]`` belongs to ``paths[i]``.
    failed : list of (str, str)
        Path and reason of every other picture.

    Raises
    ------
    ValueError
        When no picture became a vector, or vectors differ in length.
    """
    failed = [(path, outcome.reason) for path, outcome in zip(paths, outcomes) if outcome.vector is None]
    kept = [(path, outcome.vector) for path, outcome in zip(paths, outcomes) if outcome.vector is not None]
    if not kept:
        path, reason = failed[0]
        raise ValueError(f"none of {len(paths)} pictures can be read; the first: {printable(path)}: {reason}")
    first, like = kept[0]
    for path, vector in kept:
        if vector.size != like.size:
            raise ValueError(
                f"method {name!r} must return as many numbers for every picture, not "
                f"{like.size} for {printable(first)} and {vector.size} for {printable(path)}"
            )
    return [path for path, _ in kept], np.stack([vector for _, vector in kept]), failed


# What a vector must be


@np.errstate(over="ignore")  # a number too large becomes infinite here and is refused by its length
def as_float32(values):
    """Numbers as a contiguous float32 array; not copied if they are so already.

    Parameters
    ----------
    values : array_like

    Returns
    -------
    ndarray, float32
    """
    return np.ascontiguousarray(values, dtype=np.float32)


def returned_vector(values):
    """What a method returned, as a vector that can be stored.

    Parameters
    ----------
    values : array_like, shape (n_dims,)

    Returns
    -------
    ndarray, shape (n_dims,), float32

    Raises
    ------
    ValueError
        As `checked_vector`.
    """
    return checked_vector(values, "the vector that method returned")


@np.errstate(over="ignore")  # as above
def checked_vector(values, name):
    """Numbers as a vector that can be stored and compared, or a clear error.

    Parameters
    ----------
    values : array_like, shape (n_dims,)
    name : str
        What it is, for the message.

    Returns
    -------
    ndarray, shape (n_dims,), float32

    Raises
    ------
    ValueError
        When it is no vector, or holds numbers that are not finite or of no ordinary size.
    """
    try:
        vector = as_float32(values)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a vector of numbers, not {type(values).__name__}") from None
    if np.ndim(values) != 1 or not vector.size:
        raise ValueError(f"{name} must be a vector, of shape (n_dims,), not of shape {np.shape(values)}")
    if not 1e-29 < np.vecdot(vector, vector) < 1e29:  # nearly always within, and then nothing else need be looked at
        checked_lengths(row_lengths(vector[np.newaxis]), name)
    return vector


def checked_lengths(lengths, name):
    """The lengths of vectors, or a clear error: squares of numbers far from 1 would leave the range of float32.

    Parameters
    ----------
    lengths : ndarray, shape (n_images,), float32
    name : str
        What the vectors are, for the message.

    Returns
    -------
    ndarray, shape (n_images,), float32

    Raises
    ------
    ValueError
        When one is neither 0 nor from 1e-15 to 1e15. No picture's vector comes near these bounds.
    """
    fine = (lengths == 0) | ((lengths >= SHORTEST) & (lengths <= LONGEST))
    if not fine.all():
        worst = float(lengths[~fine][0])
        raise ValueError(f"{name} must hold finite numbers of ordinary size; a length of {worst:g} is out of range")
    return lengths
