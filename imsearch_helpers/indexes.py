"""Floor 1. Whatever finds neighbours comes in; rows that can be relied on go out: what an index must be, and by what it knows its vectors."""

import zlib

import numpy as np

from .arrays import as_float32, of_length_1


class BuiltOver:
    """What every index keeps of the vectors that it was built over: how many they are, and how to know them again.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32

    Attributes
    ----------
    n_images, n_dims : int
    """

    def __init__(self, matrix):
        self.n_images, self.n_dims = matrix.shape
        self._checksum = zlib.crc32(matrix)

    def check(self, vectors):
        """Complain unless these are the vectors that the index was built over; `ImageSearchEngine.use_index` asks.

        Parameters
        ----------
        vectors : array_like, shape (n_images, n_dims)

        Raises
        ------
        ValueError
            When a number has changed, a row has come, gone or moved.
        """
        matrix = as_float32(vectors)
        if matrix.shape != (self.n_images, self.n_dims) or zlib.crc32(matrix) != self._checksum:
            raise ValueError(f"index: {self!r} was built over other vectors, or they have changed since; build it again")


def nominate_by_index(index, n_images, queries, top_k):
    """The rows that an index offers instead.

    Parameters
    ----------
    index : object
        With a method ``search(unit_queries, k) -> (ids, scores)``, as `ImageSearchEngine.use_index` describes it.
    n_images : int
        How many rows there are.
    queries : ndarray, shape (n_queries, n_dims), float32
        None of zeros.
    top_k : int

    Returns
    -------
    list of ndarray of int
        For each query its nominees, ascending; fewer than `top_k` where the index found fewer.

    Raises
    ------
    ValueError
        When what it returns are not row numbers, each once, a row for each query; the message names the index.
    """
    if not len(queries):
        return []
    if hasattr(index, "nominate"):
        return _nominees_of(index, n_images, queries, top_k)
    units = as_float32(of_length_1(queries.astype(np.float64)))
    found = index.search(units, min(top_k, n_images))
    said = f"{type(index).__name__}.search must return (ids, scores)"
    if not isinstance(found, tuple) or len(found) != 2:
        raise ValueError(f"{said}, not {type(found).__name__}")
    try:
        ids = np.asarray(found[0])
    except ValueError as error:  # rows of unequal lengths
        raise ValueError(f"{said}, ids being whole numbers with a row for each of {len(queries)} queries: {error}") from None
    if not ids.size:
        ids = np.empty((len(queries), 0), dtype=int)
    if ids.ndim != 2 or len(ids) != len(queries) or ids.dtype.kind not in "iu":
        raise ValueError(f"{said}, ids being whole numbers with a row for each of {len(queries)} queries, "
                         f"not {ids.dtype} of shape {ids.shape}")  # fmt: skip
    return [_checked_ids(row[row != -1], n_images, said) for row in ids]


def _nominees_of(index, n_images, queries, top_k):
    said = f"{type(index).__name__}.nominate must return an array of whole numbers for each query"
    rows = [np.asarray(ids) for ids in index.nominate(queries, min(top_k, n_images))]
    if len(rows) != len(queries) or any(ids.ndim != 1 or ids.dtype.kind not in "iu" for ids in rows):
        raise ValueError(said)
    return [_checked_ids(ids, n_images, said) for ids in rows]


def _checked_ids(ids, n_images, said):
    outside = ids[(ids < 0) | (ids >= n_images)]
    if outside.size:
        raise ValueError(f"{said}, ids being row numbers from 0 to {n_images - 1}, or -1 for none, not {outside[0]}")
    ids = np.sort(ids)
    if (ids[1:] == ids[:-1]).any():
        raise ValueError(f"{said}, each id once a query; {ids[1:][ids[1:] == ids[:-1]][0]} comes twice")
    return ids
