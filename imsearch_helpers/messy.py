"""Floor 6. A folder of anything comes in; vectors, the paths they belong to, and a report of what failed and why go out."""

import numbers
import os
from functools import partial

import numpy as np

from .checks import checked_size, renamed
from .folders import KEPT, LEFT_OUT, REJECTED, REPAIRED, ImportReport, ReportRow, list_folder
from .images import MAX_BYTES, MAX_PIXELS, TIMEOUT, ImageError
from .indexing import read_all, read_with_bar
from .outcomes import Outcome, returned_vector, stacked
from .reader_pool import MEMORY_LIMIT, ReaderPool
from .vectors import image_to_vector_simple, is_shipped, method_named


class RobustImageProcessor:
    """Turns the pictures of any folder into vectors; what cannot be read is reported and costs nothing else.

    Pictures are read in processes that can be killed (`ReaderPool`). A method of the package runs there as well; a network,
    or a function of your own, runs here.

    Parameters
    ----------
    target_size : (int, int)
        Width and height that the pictures are shrunk to, for the default method.
    max_pixels, max_bytes : int
        What decoding one picture may take, as in `load_image`.
    timeout : float
        Seconds for reading one picture.
    memory_limit : int or None
        Bytes for one reading process, where the system can enforce it.
    method : str or callable, optional
        A name in `METHODS`, or a function from a picture to a vector. If not given, grey pixels at `target_size`.
    max_ratio : float, optional
        Pictures longer than so many times their width (or the other way round) are cropped to that, around their
        centre, and then every method runs here: 3 is a good value. If not given nothing is cropped, and a panorama is squeezed.

    Attributes
    ----------
    failed_images : list of (str, str)
        Path and reason of what could not be read.
    report : ImportReport
        Every file of the last folder, or the pictures processed one by one since.

    Raises
    ------
    ValueError
        When a setting is out of range or `method` is unknown; the message names it.

    Examples
    --------
    >>> processor = RobustImageProcessor()
    >>> processor.process_image("no such file.jpg") is None
    True
    >>> processor.failed_images
    [('no such file.jpg', 'No such file or directory')]
    """

    def __init__(self, target_size=(64, 64), max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES, timeout=TIMEOUT,
                 memory_limit=MEMORY_LIMIT, method=None, max_ratio=None):  # fmt: skip
        if max_ratio is not None and not (isinstance(max_ratio, numbers.Real) and max_ratio >= 1):
            raise ValueError(f"max_ratio must be at least 1, or None, not {max_ratio!r}")
        self.target_size = checked_size(target_size, "target_size")
        self.max_ratio = max_ratio
        self._method, function = method_named(self._grey() if method is None else method)
        as_it_is = is_shipped(self._method, function) and max_ratio is None  # ours fail on no picture that could be read
        self._function = function if as_it_is else _forgiving(function, max_ratio)
        self._pool = ReaderPool(None, timeout, memory_limit, max_pixels, max_bytes)
        self._rows, self._folder, self._others = {}, "", {}

    def _grey(self):
        if self.target_size == image_to_vector_simple.load_size:
            return image_to_vector_simple
        grey = partial(image_to_vector_simple, size=self.target_size)
        grey.load_size = self.target_size
        return grey

    @property
    def report(self):
        return ImportReport(self._rows.values(), self._folder, self._others)

    @property
    def failed_images(self):
        return [(row.path, row.reason) for row in self._rows.values() if row.outcome == REJECTED]

    @renamed(image_path="path")
    def process_image(self, path):
        """The vector of one picture.

        Parameters
        ----------
        path : str or Path

        Returns
        -------
        ndarray, shape (n_dims,), float32, or None
            None when it could not be read; why not is then in `failed_images`.
        """
        path = os.fspath(path)
        [outcome] = read_all([path], self._method, self._function, self._pool)
        self._rows[path] = _row(path, outcome)
        return outcome.vector

    def process_directory(self, directory):
        """The vectors of all pictures below a folder. It replaces what `failed_images` and `report` held.

        It shows a bar and ends with a line that counts what became of the files. When it is interrupted, `report` has what was
        done.

        Parameters
        ----------
        directory : str or Path

        Returns
        -------
        vectors : ndarray, shape (n_images, n_dims), float32
            ``vectors[i]`` belongs to ``valid_paths[i]``; of shape (0, 0) when nothing could be read.
        valid_paths : list of str
            Sorted. Every picture that is found is either here or in `failed_images`; `report` has what was left out as well.

        Raises
        ------
        FileNotFoundError, NotADirectoryError
            When there is no such folder.
        """
        listing = list_folder(directory)
        left_out = {path: ReportRow(path, LEFT_OUT, reason) for path, reason in listing.left_out}
        self._rows, self._folder, self._others = {}, os.path.expanduser(os.fspath(directory)), listing.others
        outcomes = {}
        try:
            for path, outcome in read_with_bar(listing.pictures, self._method, self._function, self._pool):
                outcomes[path] = outcome
        finally:  # also when it is interrupted
            self.close()
            outcomes = _of_one_length(outcomes)
            self._rows = dict(sorted((left_out | {path: _row(path, outcome) for path, outcome in outcomes.items()}).items()))
        print(self.report)
        if not any(outcome.vector is not None for outcome in outcomes.values()):
            return np.empty((0, 0), dtype=np.float32), []
        valid_paths, vectors, _ = stacked(list(outcomes), list(outcomes.values()), "")
        return vectors, valid_paths

    def close(self):
        """End the processes that read. The next picture starts new ones; they also end with this object."""
        self._pool.close()


def _forgiving(function, max_ratio):
    """A method that is given cropped pictures, and whose failure is a picture's own: a folder's work is not lost by it."""

    def vectorize(picture):
        try:
            values = function(_cropped(picture, max_ratio))
        except Exception as error:
            raise ImageError("", f"method failed on it ({type(error).__name__}: {error})") from error
        try:
            return returned_vector(values)
        except ValueError as error:
            raise ImageError("", "method did not return a vector of finite numbers") from error

    vectorize.load_size = getattr(function, "load_size", None)
    return vectorize


def _cropped(picture, max_ratio):
    width, height = picture.size
    if max_ratio is None or max(width, height) <= max_ratio * min(width, height):
        return picture
    longest = max(1, round(max_ratio * min(width, height)))
    new_width, new_height = min(width, longest), min(height, longest)
    left, top = (width - new_width) // 2, (height - new_height) // 2
    return picture.crop((left, top, left + new_width, top + new_height))


def _of_one_length(outcomes):
    n_dims = next((outcome.vector.size for outcome in outcomes.values() if outcome.vector is not None), None)
    return {
        path: outcome if outcome.vector is None or outcome.vector.size == n_dims
        else Outcome(None, f"method returned {outcome.vector.size} numbers, and {n_dims} for the pictures before")
        for path, outcome in outcomes.items()
    }  # fmt: skip


def _row(path, outcome):
    if outcome.vector is None:
        return ReportRow(path, REJECTED, outcome.reason)
    return ReportRow(path, REPAIRED if outcome.repairs else KEPT, "; ".join(outcome.repairs))
