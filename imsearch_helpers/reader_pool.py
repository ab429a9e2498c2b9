"""Floor 3. Paths come in; pictures or vectors go out, from processes that can be killed."""

import contextlib
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

from .checks import checked_count, checked_positive, printable
from .images import (
    BESIDE,
    MAX_BYTES,
    MAX_PIXELS,
    TIMEOUT,
    ImageError,
    Reading,
)
from .reader import send
from .rgb import rows_of_a_band

MEMORY_LIMIT = MAX_BYTES + BESIDE
BOOT = (
    "import sys; sys.path[:] = sys.argv[1:]; import imsearch_helpers; "
    "from imsearch_helpers.reader import serve; serve(imsearch_helpers)"
)
WATCH_EVERY = 0.02  # seconds
START_TIMEOUT = 60  # a process starts in a tenth of a second, but a machine may be very busy
LONGEST_LINE = 1 << 20  # bytes of an answer, without its numbers
MOST_NUMBERS = 10_000_000  # of a vector
CLOSED = "the readers were closed before it was its turn"


class ReaderPool:
    """Processes that read pictures and can be killed, each file within a time and each process within a memory limit.

    Decoders are written in C: while one is busy, nothing in the same process can stop it, and one that crashes takes
    everything with it. Here it takes its one file. A killed process is replaced when the next picture comes.

    Parameters
    ----------
    n_readers : int, optional
        Processes at most. If not given, as many as there are cores, and fewer where the free memory is less than that many
        times `memory_limit`. Each starts when it is first needed.
    timeout : float
        Seconds for one picture: for decoding it, and for its vector where that is made there.
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
    A process is a fresh Python that imports this package and nothing of the caller's, so it works from a notebook and
    from a script without ``if __name__ == "__main__"``, on every system alike. It ends when its input ends, also when the
    caller is killed.

    It is no pool of a library, for one reason: they unpickle what their workers answer, and unpickling runs code. A worker
    that has just parsed hostile bytes may be anybody's. So a process here answers in lines of JSON, and with numbers of
    which the caller knows how many there must be.

    Examples
    --------
    >>> with ReaderPool() as pool:
    ...     pool.load_image("no such file.jpg")
    Traceback (most recent call last):
    imsearch_helpers.images.ImageError: no such file.jpg: No such file or directory
    """

    def __init__(self, n_readers=None, timeout=TIMEOUT, memory_limit=MEMORY_LIMIT, max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES):
        self.timeout = checked_positive(timeout, "timeout")
        self._settings = {
            "max_pixels": checked_positive(max_pixels, "max_pixels"),
            "max_bytes": checked_positive(max_bytes, "max_bytes"),
            "memory_limit": None if memory_limit is None else int(checked_positive(memory_limit, "memory_limit")),
        }
        most = _affordable(self._settings["memory_limit"])
        self.n_readers = most if n_readers is None else checked_count(n_readers, "n_readers")
        self._idle = queue.LifoQueue()  # the last one used first, so that one caller at a time needs one process
        self._readers = [_Reader(self._settings) for _ in range(self.n_readers)]
        for reader in reversed(self._readers):
            self._idle.put(reader)
        self._watcher = None
        self._lock = threading.Lock()
        self._times_closed = 0
        weakref.finalize(self, _end_all, self._readers)

    @property
    def budgets(self):
        """What one picture may take: `timeout`, `max_pixels` and `max_bytes`, as a dict."""
        return {"timeout": self.timeout} | {name: self._settings[name] for name in ("max_pixels", "max_bytes")}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """End all processes, also busy ones: their pictures become an `ImageError`. The next picture starts new ones."""
        self._times_closed += 1
        _end_all(self._readers)

    def start(self, n_readers=None):
        """Start processes before there is a picture for them, all at once.

        Parameters
        ----------
        n_readers : int, optional
            How many; all if not given.

        Raises
        ------
        RuntimeError
            When no process can be started.
        """
        self._watch()
        for reader in self._readers[: n_readers]:
            reader.launch()
        self._readers[0].wait_until_ready()

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
        [answer] = self._answers([os.fspath(path)], {"size": size}, _receive_picture)
        if isinstance(answer, ImageError):
            raise answer
        return Reading(*answer)

    def read_vectors(self, paths, method):
        """The vectors of some pictures, computed where they are read. Can be called from several threads at once.

        Parameters
        ----------
        paths : list of str
        method : str
            A name in `METHODS`, as a fresh Python knows it.

        Returns
        -------
        list of (ndarray, tuple of str) or ImageError
            For each path its vector, of shape (n_dims,) and float32, and what was broken around the pixels; or why there is
            none.

        Raises
        ------
        RuntimeError
            When no process can be started, or the method fails; the message says on which picture and how.
        """
        return self._answers(paths, {"method": method}, _receive_vector)

    def _answers(self, paths, order, receive):
        self._watch()
        reader, closed_before = self._idle.get(), self._times_closed
        try:
            answers = []
            while len(answers) < len(paths) and self._times_closed == closed_before:
                answers += reader.answers(paths[len(answers) :], order, receive, self.timeout)
            return answers + [ImageError(path, CLOSED) for path in paths[len(answers) :]]
        finally:
            self._idle.put(reader)

    def _watch(self):
        with self._lock:
            if self._watcher is None:
                self._watcher = threading.Thread(target=_watch, args=(weakref.ref(self),), daemon=True)
                self._watcher.start()


def _affordable(memory_limit):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if memory_limit is None:
        return cores
    return max(1, min(cores, _free_memory() // memory_limit))


def _free_memory():
    with contextlib.suppress(OSError, LookupError, ValueError):  # Linux alone tells; elsewhere the cores decide
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        return 1024 * int(text.split("MemAvailable:")[1].split()[0])
    return sys.maxsize


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
    # One process and the conversation with it: a line of JSON there; an empty one back when the method is loaded, and for each picture a
    # line and numbers.

    def __init__(self, settings):
        self._settings = settings
        self._process = None
        self._is_ready = False
        self._lock = threading.Lock()  # so that the watcher never kills after the answer is there
        self._deadline = float("inf")
        self._late = False

    def answers(self, paths, order, receive, timeout):
        """What comes back for each path, up to the first that the process does not survive: an error, and the last."""
        if self._late or self._process is None or self._process.poll() is not None:
            self.end()
            self.launch()
        self.wait_until_ready()
        process, answers = self._process, []
        try:
            self._set_deadline(START_TIMEOUT)
            send(process.stdin, {"paths": [os.path.join(os.getcwd(), path) for path in paths], **order})
            _line_from(process.stdout)  # the method is loaded: that NumPy takes long to start is not the first picture's fault
            self._set_deadline(timeout)
            for path in paths:
                answers.append(self._answer(process.stdout, path, receive, timeout))
                self._set_deadline(timeout)
        except (OSError, EOFError, ValueError, TypeError, LookupError, AttributeError):  # no answer, or none of ours
            answers.append(ImageError(paths[len(answers)], self._why_it_ended(process, timeout)))
        except BaseException:  # a press of stop: the answer would still come, and be taken for the next one's
            self.end()
            raise
        finally:
            self._set_deadline(None)
        return answers

    def _answer(self, stream, path, receive, timeout):
        answer = json.loads(_line_from(stream))
        if "fault" in answer:
            raise RuntimeError(f"the method failed on {printable(path)}: {answer['fault']}")
        if "reason" in answer:
            return ImageError(path, str(answer["reason"]))
        # From here on each block has the time anew: handing over a large picture takes long on a busy machine.
        received = receive(answer, lambda size: self._exactly(stream, size, timeout), self._settings)
        return received, tuple(map(str, answer["repairs"]))

    def _exactly(self, stream, size, timeout):
        self._set_deadline(timeout)
        content = stream.read(size)
        if len(content) < size:
            raise EOFError
        return content

    def launch(self):
        if self._process is not None:
            return
        places = [str(Path(__file__).resolve().parent.parent), *map(os.path.abspath, sys.path)]
        settings = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # threads cost memory, and do nothing here
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", BOOT, *places],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=settings,
                pipesize=1 << 18,  # room for most small pictures whole, so that the two sides wait less for each other
            )  # fmt: skip
        except OSError as error:
            raise RuntimeError(f"a process that reads pictures cannot be started: {error}") from error
        self._late, self._is_ready, self._process = False, False, process

    def wait_until_ready(self):
        if self._is_ready:
            return
        process = self._process
        self._set_deadline(START_TIMEOUT)
        try:
            send(process.stdin, self._settings)
            self._is_ready = bool(process.stdout.readline())
        except OSError:
            pass
        finally:
            self._set_deadline(None)
        if not self._is_ready:
            raise RuntimeError(f"a process that reads pictures cannot be started; it ended with {process.wait()}")

    def _set_deadline(self, seconds):
        with self._lock:
            self._deadline = float("inf") if seconds is None else time.monotonic() + seconds

    def kill_if_late(self):
        process = self._process  # once: another thread may end it at any time
        with self._lock:
            if time.monotonic() > self._deadline and process is not None:
                self._late = True
                process.kill()

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


def _line_from(stream):
    line = stream.readline(LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise EOFError
    return line


def _receive_picture(answer, exactly, settings):
    width, height = answer["width"], answer["height"]
    if not 0 < width * height <= settings["max_pixels"]:
        raise ValueError("no picture that was asked for")
    picture, n_rows = Image.new("RGB", (width, height)), rows_of_a_band(width)
    for top in range(0, height, n_rows):  # band by band, so that no second copy of a large picture is held
        size = width, min(n_rows, height - top)
        picture.paste(Image.frombytes("RGB", size, exactly(3 * size[0] * size[1])), (0, top))
    return picture


def _receive_vector(answer, exactly, settings):
    import numpy as np  # only here: a process that only reads pictures starts in half the time

    if not 0 < answer["n_dims"] <= MOST_NUMBERS:
        raise ValueError("no vector of any use")
    return np.frombuffer(exactly(4 * answer["n_dims"]), dtype=np.float32)


def _name_of_end(code):
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"it ended with {code}"
