"""Floor 3. A folder of anything comes in; vectors, the paths they belong to, and a report of what failed and why go out."""

import csv
import html
import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from .images import MAX_BYTES, MAX_PIXELS, MEMORY_LIMIT, TIMEOUT, ImageError, ReaderPool, find_images, printable
from .vectors import METHODS, checked_size, image_to_vector_simple

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
            table.writerows([_no_formula(text) for text in (self.name_of(row), *row[1:])] for row in self.rows)

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


def _no_formula(text):
    # A spreadsheet computes what begins like this, and a formula may fetch or send; an apostrophe makes it a text.
    text = printable(text)
    return "'" + text if text.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) else text


class RobustImageProcessor:
    """Turns the pictures of any folder into vectors; what cannot be read is reported and costs nothing else.

    Pictures are read in processes that can be killed (`ReaderPool`); `method` runs here, so it can be a function of
    your own.

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
        centre: 3 is a good value. If not given nothing is cropped, and a panorama is squeezed.

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
        if max_ratio is not None and not max_ratio >= 1:
            raise ValueError(f"max_ratio must be at least 1, or None, not {max_ratio!r}")
        self.target_size = checked_size(target_size)
        self.max_ratio = max_ratio
        self._function, self._load_size = self._method(method)
        self._pool = ReaderPool(None, timeout, memory_limit, max_pixels, max_bytes)
        self._rows, self._folder = {}, ""

    def _method(self, method):
        if method is None:
            return lambda picture: image_to_vector_simple(picture, self.target_size), self.target_size
        if not callable(method) and method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, or a function, not {method!r}")
        function = method if callable(method) else METHODS[method]
        return function, getattr(function, "load_size", None)

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
        vector, self._rows[path] = self._process(path)
        return vector

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
            outcomes = self._process_all(paths)
        finally:
            self.close()
        return self._keep(outcomes)

    def _process_all(self, paths):
        with ThreadPoolExecutor(2 * self._pool.n_readers) as threads:  # while some wait for a picture, others compute
            try:
                return list(threads.map(self._process, paths))
            finally:  # after a press of stop nobody waits for what has begun, and nothing else begins
                threads.shutdown(wait=False, cancel_futures=True)
                self.close()

    def _keep(self, outcomes):
        vectors, n_dims = [], None
        for vector, row in outcomes:
            if vector is not None and n_dims not in (None, vector.size):
                vector, row = None, row._replace(
                    outcome=REJECTED, reason=f"method returned {vector.size} numbers, and {n_dims} for the pictures before"
                )
            if vector is not None:
                n_dims = vector.size
                vectors.append(vector)
            self._rows[row.path] = row
        valid_paths = [row.path for row in self._rows.values() if row.outcome != REJECTED]
        return np.stack(vectors) if vectors else np.empty((0, 0), dtype=np.float32), valid_paths

    def _process(self, path):
        try:
            picture, repairs = self._pool.read_image(path, self._load_size)
            vector = self._vector(picture, path)
        except ImageError as error:
            return None, ReportRow(path, REJECTED, error.reason)
        return vector, ReportRow(path, REPAIRED if repairs else KEPT, "; ".join(repairs))

    def _vector(self, picture, path):
        try:
            vector = np.ascontiguousarray(self._function(self._cropped(picture)), dtype=np.float32)
        except Exception as error:  # a method may fail on one picture, and a folder's work is not to be lost by it
            raise ImageError(path, f"method failed on it ({type(error).__name__}: {error})") from error
        if vector.ndim != 1 or not vector.size or not np.isfinite(vector).all():
            raise ImageError(path, "method did not return a vector of finite numbers")
        return vector

    def _cropped(self, picture):
        width, height = picture.size
        if self.max_ratio is None or max(width, height) <= self.max_ratio * min(width, height):
            return picture
        longest = max(1, round(self.max_ratio * min(width, height)))
        new_width, new_height = min(width, longest), min(height, longest)
        left, top = (width - new_width) // 2, (height - new_height) // 2
        return picture.crop((left, top, left + new_width, top + new_height))

    def close(self):
        """End the processes that read. The next picture starts new ones; they also end with this object."""
        self._pool.close()

