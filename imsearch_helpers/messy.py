"""Floor 4. A folder of anything comes in; vectors, the paths they belong to, and a report of what failed and why go out."""

import csv
import html
import numbers
import os
from functools import partial
from typing import NamedTuple

import numpy as np

from .checks import checked_size, no_formula, printable
from .images import MAX_BYTES, MAX_PIXELS, TIMEOUT, ImageError, find_images
from .indexing import Outcome, read_all, returned_vector, stacked
from .reader_pool import MEMORY_LIMIT, ReaderPool
from .vectors import image_to_vector_simple, is_shipped, method_named

KEPT, REPAIRED, REJECTED = "kept", "repaired", "rejected"
MARKS = {KEPT: "✓", REPAIRED: "≈", REJECTED: "✗"}
MOST_ROWS = 100  # of a report's table on the screen; the CSV has them all


class ReportRow(NamedTuple):
    """What became of one file: `outcome` is "kept", "repaired" or "rejected"; `reason` is empty for a kept one."""

    path: str
    outcome: str
    reason: str


class ImportReport:
    """A table of what became of every file; a notebook shows it as one.

    Parameters
    ----------
    rows : iterable of ReportRow
    folder : str
        Names are shown as seen from there.

    Attributes
    ----------
    rows : list of ReportRow
    """

    def __init__(self, rows, folder=""):
        self.rows = list(rows)
        self.folder = folder

    def where(self, outcome):
        """The rows with one outcome.

        Parameters
        ----------
        outcome : {"kept", "repaired", "rejected"}

        Returns
        -------
        list of ReportRow
        """
        return [row for row in self.rows if row.outcome == outcome]

    def __str__(self):
        counts = ", ".join(f"{len(self.where(outcome))} {outcome}" for outcome in MARKS)
        return f"{len(self.rows)} files: {counts}"

    def name_of(self, row):
        """A file's name as seen from the folder, safe to print: one line, no control characters.

        Parameters
        ----------
        row : ReportRow

        Returns
        -------
        str
        """
        return printable(os.path.relpath(row.path, self.folder) if self.folder else row.path)

    def to_csv(self, path):
        """Write the whole table, in UTF-8. A spreadsheet takes nothing in it for a formula.

        Parameters
        ----------
        path : str or Path
        """
        with open(path, "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["file", "outcome", "reason"])
            table.writerows([no_formula(printable(text)) for text in (self.name_of(row), *row[1:])] for row in self.rows)

    def _repr_html_(self):
        shown = self.rows if len(self.rows) <= MOST_ROWS else [row for row in self.rows if row.outcome != KEPT]
        lines = [_html_line(self.name_of(row), row) for row in shown[:MOST_ROWS]]
        rest = len(self.rows) - len(lines)
        more = f"<p>{rest:,} more rows are in the file that to_csv writes.</p>" if rest else ""
        head = _html_row("th", ("file", "outcome", "reason"))
        return f"<p>{html.escape(str(self))}</p><table>{head}{''.join(lines)}</table>{more}"


def _html_line(name, row):
    return _html_row("td", (name, f"{MARKS[row.outcome]} {row.outcome}", printable(row.reason)))


def _html_row(tag, cells):
    return "<tr>" + "".join(f'<{tag} style="text-align: left">{html.escape(cell)}</{tag}>' for cell in cells) + "</tr>"


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
        self._rows, self._folder = {}, ""

    def _grey(self):
        if self.target_size == image_to_vector_simple.load_size:
            return image_to_vector_simple
        grey = partial(image_to_vector_simple, size=self.target_size)
        grey.load_size = self.target_size
        return grey

    @property
    def report(self):
        return ImportReport(self._rows.values(), self._folder)

    @property
    def failed_images(self):
        return [(row.path, row.reason) for row in self._rows.values() if row.outcome == REJECTED]

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

        Parameters
        ----------
        directory : str or Path

        Returns
        -------
        vectors : ndarray, shape (n_images, n_dims), float32
            ``vectors[i]`` belongs to ``valid_paths[i]``; of shape (0, 0) when nothing could be read.
        valid_paths : list of str
            Sorted. Every file that `find_images` finds is either here or in `failed_images`.

        Raises
        ------
        FileNotFoundError, NotADirectoryError
            When there is no such folder.
        """
        paths = find_images(directory)
        self._rows, self._folder = {}, os.fspath(directory)
        try:
            outcomes = _of_one_length(list(read_all(paths, self._method, self._function, self._pool)))
        finally:
            self.close()
        self._rows = {path: _row(path, outcome) for path, outcome in zip(paths, outcomes)}
        if not any(outcome.vector is not None for outcome in outcomes):
            return np.empty((0, 0), dtype=np.float32), []
        valid_paths, vectors, _ = stacked(paths, outcomes, "")
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
    n_dims = next((outcome.vector.size for outcome in outcomes if outcome.vector is not None), None)
    return [
        outcome if outcome.vector is None or outcome.vector.size == n_dims
        else Outcome(None, f"method returned {outcome.vector.size} numbers, and {n_dims} for the pictures before")
        for outcome in outcomes
    ]  # fmt: skip


def _row(path, outcome):
    if outcome.vector is None:
        return ReportRow(path, REJECTED, outcome.reason)
    return ReportRow(path, REPAIRED if outcome.repairs else KEPT, "; ".join(outcome.repairs))
