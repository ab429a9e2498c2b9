"""Floor 3. Paths and a method come in; vectors and reasons go out, in step: what becomes of each picture."""

from typing import NamedTuple

import numpy as np

from .arrays import checked_vector
from .checks import printable
from .images import ENOUGH_PIXELS, ImageError
from .vectors import METHODS

BATCH = 8  # pictures that a method's `batch` gets at once: enough to gain by
BATCH_PIXELS = 8_000_000  # and so many pixels are enough as well, because every thread holds a batch in memory


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


def outcomes_from_pool(paths, name, pool):
    """As `outcomes_of`, with the vectors computed where the pictures are read.

    Parameters
    ----------
    paths : list of str
    name : str
        A shipped method's, in `METHODS`; one without a `batch`.
    pool : ReaderPool

    Returns
    -------
    list of Outcome

    Raises
    ------
    RuntimeError
        When no process can be started, or the method fails.
    """
    answers = pool.read_vectors(paths, name)
    return [
        Outcome(None, answer.reason) if isinstance(answer, ImageError) else Outcome(returned_vector(answer[0]), "", answer[1])
        for answer in answers
    ]


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
