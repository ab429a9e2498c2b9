"""Floor 2. A matrix and queries come in; the few rows that can be among the best k go out.

A matrix product scores a whole collection at once, a little wrong: by how much depends on the processor and on a row's place
in memory. So it only nominates: nobody is dropped who is within reach of the best. An error bound, not luck, makes
`similarity.rank` of the nominees the same as `rank` of all rows.

References
----------
The error of a dot product of n terms, in any order of summation, is at most n * u * |a| * |b| to first order, with the unit
roundoff u: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, section 3.1.
"""

import contextlib
import os
import threading
from collections import deque

import numpy as np

from .arrays import relative_error, squared_lengths
from .similarity import metric_named

PIECE = 3 << 19  # numbers of a matrix that are multiplied at a time: 6 MB
WORTH_A_THREAD = 10  # pieces: fewer are read before another thread is awake
FEW = 64  # nominees beyond the k best that `rank` may look at; among more, a product in float64 chooses first


def nominate_all(matrix, lengths, queries, top_k, metric="cosine"):
    """For each query the few rows that can be among its best `top_k`: by `nominate` for one, by `nominate_batch` for more.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    lengths : ndarray, shape (n_images,), float32
        The Euclidean lengths of the rows, from `row_lengths`.
    queries : ndarray, shape (n_queries, n_dims), float32
    top_k : int
    metric : str
        A name in `METRICS`.

    Returns
    -------
    list of ndarray of int
    """
    if len(queries) > 1:
        return nominate_batch(matrix, lengths, queries, top_k, metric)
    return [nominate(matrix, lengths, query, top_k, metric) for query in queries]


def nominate(matrix, lengths, query, top_k, metric="cosine"):
    """The few rows that can be among the best `top_k`, found by one float32 matrix-vector product on all cores.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    lengths : ndarray, shape (n_images,), float32
        The Euclidean lengths of the rows, from `row_lengths`.
    query : ndarray, shape (n_dims,), float32
    top_k : int
    metric : str
        A name in `METRICS`. All rows are nominated for one without `from_dots`.

    Returns
    -------
    ndarray of int
        Row numbers in ascending order, at least ``min(top_k, n_images)`` of them.
    """
    from_dots = metric_named(metric).from_dots
    if top_k >= len(matrix) or from_dots is None:
        return np.arange(len(matrix))
    query_length = _length(query)
    rough = from_dots.rough(_dots(matrix, query), lengths, query_length)
    error = from_dots.error(relative_error(query), float(lengths.max()), query_length)
    return _fewer(matrix, _within_reach(rough, error, top_k), query, top_k, from_dots)


def _dots(matrix, query):
    """A dot product a row, piece by piece: (n_images, n_dims) . (n_dims,) -> (n_images,)."""
    # `matrix @ query` is no faster on idle cores, and stalls on busy ones: its threads get equal shares and wait for the last.
    dots = np.empty(len(matrix), dtype=np.float32)
    size = max(1, PIECE // matrix.shape[1])
    starts = range(0, len(matrix), size)
    n_threads = max(1, min(_n_cores(), len(starts) // WORTH_A_THREAD))
    left = deque([*starts, *[None] * n_threads])

    def work():
        for start in iter(left.popleft, None):  # whoever is free takes the next piece
            rows = slice(start, start + size)
            np.vecdot(matrix[rows], query, out=dots[rows])  # (size, n_dims) . (n_dims,) -> (size,)

    _on_threads(work, n_threads)
    return dots


def _on_threads(work, n_threads):
    helpers = []
    with contextlib.suppress(RuntimeError):  # where no thread can be started, as in a browser, this one does it alone
        for _ in range(n_threads - 1):
            helper = threading.Thread(target=work)
            helper.start()
            helpers.append(helper)
    work()
    for helper in helpers:
        helper.join()


def _n_cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def nominate_batch(matrix, lengths, queries, top_k, metric="cosine", scores_at_once=1 << 20):
    """What `nominate` does, for many queries by one matrix product a block of rows: each block is read once for all.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    lengths : ndarray, shape (n_images,), float32
    queries : ndarray, shape (n_queries, n_dims), float32
    top_k : int
    metric : str
        A name in `METRICS`.
    scores_at_once : int
        How many scores a block may have, which bounds the memory: four bytes each.

    Returns
    -------
    list of ndarray of int
        For each query its nominees, ascending.
    """
    from_dots = metric_named(metric).from_dots
    if top_k >= len(matrix) or from_dots is None:
        return [np.arange(len(matrix)) for _ in queries]
    query_lengths = np.array([_length(query) for query in queries])[:, np.newaxis]  # (n_queries, 1)
    reach = np.broadcast_to(2 * from_dots.error(relative_error(queries), float(lengths.max()), query_lengths), (len(queries), 1)).ravel()
    best = np.full((len(queries), top_k), -np.inf, dtype=np.float32)  # the best rough numbers so far, ascending
    nominees = [[] for _ in queries]
    block = max(top_k, scores_at_once // len(queries))
    for start in range(0, len(matrix), block):
        rows = slice(start, start + block)
        dots = queries @ matrix[rows].T  # (n_queries, n_dims) @ (n_dims, block) -> (n_queries, block)
        rough = from_dots.rough(dots, lengths[rows], query_lengths)
        for q in np.flatnonzero(rough.max(axis=1) >= best[:, 0] - reach):
            floor = float(best[q, 0]) if start else _lower_bound(rough[q], top_k)
            near = np.flatnonzero(rough[q] >= floor - float(reach[q]))
            best[q] = np.sort(np.concatenate([best[q], rough[q, near]]))[-top_k:]
            nominees[q].append((start + near, rough[q, near]))
    # What was nominated early, when the best were not yet known, is out of reach by now.
    floors = best[:, 0] - reach
    rows = [np.concatenate([r[s >= floor] for r, s in found]) for found, floor in zip(nominees, floors)]
    return [_fewer(matrix, r, query, top_k, from_dots) for r, query in zip(rows, queries)]


def _length(query):
    return float(np.linalg.norm(query.astype(np.float64)))


def _fewer(matrix, rows, query, top_k, from_dots):
    if rows.size <= top_k + FEW:
        return rows
    query = query.astype(np.float64)
    rough, lengths = _rough_in_float64(matrix, rows, query, from_dots)
    error = from_dots.error(relative_error(query, np.float64), float(lengths.max()), _length(query))
    return rows[_within_reach(rough, error, top_k)]


def _rough_in_float64(matrix, rows, query, from_dots, rows_per_block=1024):
    rough, lengths = np.empty(rows.size), np.empty(rows.size)
    for start in range(0, rows.size, rows_per_block):
        part = slice(start, start + rows_per_block)
        block = matrix[rows[part]].astype(np.float64)
        lengths[part] = np.sqrt(squared_lengths(block))
        rough[part] = from_dots.rough(block @ query, lengths[part], _length(query))
    return rough, lengths


def _within_reach(rough, error, top_k):
    rows = np.flatnonzero(rough >= _lower_bound(rough, top_k) - 2 * error)
    rough = rough[rows]
    place = rough.size - top_k
    kth_best = float(np.partition(rough, place)[place])
    if error == 0:  # then equal numbers are equal scores, for which the first rows win
        return np.sort(rows[np.argsort(-rough, kind="stable")[:top_k]])
    return rows[rough >= kth_best - 2 * error]


def _lower_bound(rough, top_k, group=64):
    # Not above the k-th best: that of the groups' best ones, so few that sorting them costs nothing.
    n_groups = rough.size // group
    if n_groups < top_k:
        return -np.inf
    best = rough[: group * n_groups].reshape(group, n_groups).max(axis=0)  # a group is a column: (n_groups,)
    return float(np.partition(best, n_groups - top_k)[n_groups - top_k])
