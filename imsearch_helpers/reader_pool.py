"""Floor 2. Paths come in, pictures go out, read by processes that can be killed."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

from PIL import Image

from .checks import checked_count, checked_positive
from .images import MAX_BYTES, MAX_PIXELS, TIMEOUT, ImageError, Reading, bands, read_image

MEMORY_LIMIT = 400_000_000
BOOT = "import sys; sys.path[:] = sys.argv[1:]; from imsearch_helpers.reader_pool import _serve; _serve()"
WATCH_EVERY = 0.02  # seconds
START_TIMEOUT = 60  # a process starts in a tenth of a second, but a machine may be very busy


class ReaderPool:
    """Processes that read pictures and can be killed, each file within a time and each process within a memory limit.

    Decoders are written in C: while one is busy, nothing in the same process can stop it, and one that crashes takes
    everything with it. Here it takes its one file. A killed process is replaced when the next picture comes.

    Parameters
    ----------
    n_readers : int, optional
        Processes at most; as many as there are cores if not given. Each starts when it is first needed.
    timeout : float
        Seconds for one picture.
    memory_limit : int or None
        Bytes for one process. Enforced by Linux; macOS and Windows have no such limit, and there `max_bytes` must do.
    max_pixels, max_bytes : int
        As in `load_image`.

    Raises
    ------
    TypeError, ValueError
        When `n_readers` is not a whole number of at least 1, or another of these not a finite number above 0.

    Notes
    -----
    A process is a fresh Python that imports this module and nothing of the caller's, so it works from a notebook and
    from a script without ``if __name__ == "__main__"``, on every system alike. It receives a path and returns the
    picture's bytes; nothing is pickled. It ends when its input ends, also when the caller is killed.

    Examples
    --------
    >>> with ReaderPool() as pool:
    ...     pool.load_image("no such file.jpg")
    Traceback (most recent call last):
    imsearch_helpers.images.ImageError: no such file.jpg: No such file or directory
    """

    def __init__(self, n_readers=None, timeout=TIMEOUT, memory_limit=MEMORY_LIMIT, max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES):
        self.n_readers = os.cpu_count() or 1 if n_readers is None else checked_count(n_readers, "n_readers")
        self.timeout = checked_positive(timeout, "timeout")
        self._settings = {
            "max_pixels": checked_positive(max_pixels, "max_pixels"),
            "max_bytes": checked_positive(max_bytes, "max_bytes"),
            "memory_limit": None if memory_limit is None else int(checked_positive(memory_limit, "memory_limit")),
        }
        self._idle = queue.LifoQueue()  # the last one used first, so that one caller at a time needs one process
        self._readers = [_Reader(self._settings) for _ in range(self.n_readers)]
        for reader in self._readers:
            self._idle.put(reader)
        self._watcher = None
        self._lock = threading.Lock()
        weakref.finalize(self, _end_all, self._readers)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """End all processes, also busy ones: their pictures become an `ImageError`. The next picture starts new ones."""
        _end_all(self._readers)

    def load_image(self, path, size=None):
        """As the function `load_image`, for a path. Can be called from several threads at once.

        Parameters
        ----------
        path : str or Path
        size : (int, int), optional

        Returns
        -------
        PIL.Image.Image

        Raises
        ------
        ImageError
            Also when it took too long, or the process did not survive it.
        RuntimeError
            When no process can be started.
        """
        return self.read_image(path, size).picture

    def read_image(self, path, size=None):
        """As the function `read_image`, for a path. Can be called from several threads at once.

        Parameters
        ----------
        path : str or Path
        size : (int, int), optional

        Returns
        -------
        Reading

        Raises
        ------
        ImageError, RuntimeError
            As the method `load_image`.
        """
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"path must be a path, not {type(path).__name__}")
        with self._lock:
            if self._watcher is None:
                self._watcher = threading.Thread(target=_watch, args=(weakref.ref(self),), daemon=True)
                self._watcher.start()
        reader = self._idle.get()
        try:
            return reader.read(os.fspath(path), size, self.timeout)
        finally:
            self._idle.put(reader)


def _watch(pool):
    # One thread looks after all readers; it ends when the pool is gone.
    while (alive := pool()) is not None:
        for reader in alive._readers:
            reader.kill_if_late()
        del alive
        time.sleep(WATCH_EVERY)


def _end_all(readers):
    for reader in readers:
        reader.end()


class _Reader:
    # One process and the conversation with it: a line of JSON there, a line of JSON and the pixels back.

    def __init__(self, settings):
        self._settings = settings
        self._process = None
        self._lock = threading.Lock()  # so that the watcher never kills after the answer is there
        self._deadline = float("inf")
        self._late = False

    def read(self, path, size, timeout):
        if self._late or self._process is None or self._process.poll() is not None:
            self._start()
        process = self._process
        self._set_deadline(time.monotonic() + timeout)
        try:
            return self._ask(process, path, size)
        except ImageError:
            raise
        except (OSError, ValueError, EOFError) as error:
            raise ImageError(path, self._why_it_ended(process, timeout)) from error
        except BaseException:  # a press of stop: the answer would still come, and be taken for the next one's
            self.end()
            raise
        finally:
            self._set_deadline(float("inf"))

    def _start(self):
        self.end()
        places = [str(Path(__file__).resolve().parent.parent), *map(os.path.abspath, sys.path)]
        settings = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # threads cost memory, and do nothing here
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", BOOT, *places],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=settings,
            pipesize=1 << 18,  # room for most small pictures whole, so that the two sides wait less for each other
        )  # fmt: skip
        self._late, self._process = False, process
        self._set_deadline(time.monotonic() + START_TIMEOUT)
        try:
            _send(process.stdin, self._settings)
            ready = process.stdout.readline()
        except OSError:
            ready = b""
        if not ready:
            raise RuntimeError(f"a process that reads pictures cannot be started; it ended with {process.wait()}")

    def _ask(self, process, path, size):
        _send(process.stdin, {"path": os.path.join(os.getcwd(), path), "size": size})
        line = process.stdout.readline()
        if not line:
            raise EOFError
        answer = json.loads(line)
        if "reason" in answer:
            raise ImageError(path, answer["reason"])
        size = answer["width"], answer["height"]
        pixels = process.stdout.read(3 * size[0] * size[1])
        if len(pixels) < 3 * size[0] * size[1]:
            raise EOFError
        return Reading(Image.frombytes("RGB", size, pixels), tuple(answer["repairs"]))

    def _set_deadline(self, deadline):
        with self._lock:
            self._deadline = deadline

    def kill_if_late(self):
        with self._lock:
            if time.monotonic() > self._deadline and self._process is not None:
                self._late = True
                self._process.kill()

    def _why_it_ended(self, process, timeout):
        process.kill()
        ended = process.wait()
        if self._late:
            return f"it took longer than {timeout:g} s"
        return f"the process that read it did not survive ({_name_of_end(ended)})"

    def end(self):
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            process.stdout.close()
            try:
                process.stdin.close()
            except OSError:  # an unsent rest, which nobody wants any more
                pass


def _name_of_end(code):
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"it ended with {code}"


def _send(stream, message):
    stream.write(json.dumps(message).encode("ascii") + b"\n")
    stream.flush()


def _serve():
    # The other end: runs in the process that may be killed, until its input ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a press of stop is for the caller, who then ends us
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    settings = json.loads(orders.readline())
    _limit_memory(settings.pop("memory_limit"))
    _send(answers, {})
    for line in orders:
        _answer(answers, **json.loads(line), **settings)


def _limit_memory(n_bytes):
    try:
        import resource
    except ImportError:  # Windows
        return
    if n_bytes is not None:
        _, given = resource.getrlimit(resource.RLIMIT_DATA)  # a shared machine may allow less, and no process may raise that
        lower = n_bytes if given == resource.RLIM_INFINITY else min(n_bytes, given)
        resource.setrlimit(resource.RLIMIT_DATA, (lower, lower))


def _answer(answers, path, size, max_pixels, max_bytes):
    try:
        picture, repairs = read_image(path, size, max_pixels, max_bytes)
    except ImageError as error:
        _send(answers, {"reason": error.reason})
        return
    _send(answers, {"width": picture.width, "height": picture.height, "repairs": repairs})
    for band in bands(picture):
        answers.write(band.tobytes())
    answers.flush()
