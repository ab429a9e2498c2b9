"""Floor 2. A matrix and queries come in; the few rows that can be among the best k go out. Or all scores, block by block.

A matrix product scores a whole collection at once, a little wrong: by how much depends on the processor and on a row's place
in memory. So it only nominates: nobody is dropped who is within reach of the best. An error bound, not luck, makes
`similarity.rank` of the nominees the same as `rank` of all rows.

References
----------
The error of a dot product of n terms, in any order of summation, is at most n * u * |a| * |b| to first order, with the unit
roundoff u: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, section 3.1.
"""

import contextlib
import math
import os
import threading
from collections import deque
from functools import partial

import numpy as np

from .arrays import row_lengths, squared_lengths
from .similarity import metric_named

PIECE = 3 << 19  # numbers of a matrix that are multiplied at a time: 6 MB
WORTH_A_THREAD = 10  # pieces: fewer are read before another thread is awake
ROWS_AT_ONCE = 256  # that are compared with all others: a block of scores
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
    units = queries / np.array([[_length(query)] for query in queries])
    found = index.search(np.ascontiguousarray(units, dtype=np.float32), min(top_k, n_images))
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


def score_blocks(matrix, metric="cosine"):
    """The scores of all rows against all rows, in float64, some rows at a time.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    metric : str
        A name in `METRICS`.

    Yields
    ------
    (int, ndarray of shape (up to `ROWS_AT_ONCE`, n_images), float64)
        The number of the first row, and the scores. They are those of the ranking rule up to rounding: a matrix product
        adds up equal rows in different orders, so the last digits are dropped, and copies have equal scores here too. What
        differs by less than 1e-12 of the highest score of a block is not told apart.
    """
    for start, rough, score in _rough_blocks(matrix, metric_named(metric)):
        yield start, _rounded(score(rough))


def near_pairs(matrix, threshold, metric="cosine"):
    """The pairs of rows whose score is at least `threshold`, by the ranking rule.

    The matrix product nominates them, and decides where there can be no doubt.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    threshold : float
    metric : str
        A name in `METRICS`.

    Yields
    ------
    ndarray, shape (n_pairs, 3), float64
        For each `ROWS_AT_ONCE` rows: the score, up to rounding as in `score_blocks`, and two row numbers, the lower one first.
    """
    metric = metric_named(metric)
    relative, longest = relative_error(matrix, np.float64), float(row_lengths(matrix).max())
    error = 0 if metric.from_dots is None else metric.from_dots.error(relative, longest, longest)
    for start, rough, score in _rough_blocks(matrix, metric):
        rows, others = np.nonzero(np.triu(score(rough + error) >= threshold, start + 1))
        scores, in_doubt = score(rough)[rows, others], score(rough - error)[rows, others] < threshold
        pairs = zip(matrix[others[in_doubt]], matrix[start + rows[in_doubt]])
        scores[in_doubt] = [metric(other, row) for other, row in pairs]
        is_near = scores >= threshold
        yield np.column_stack([_rounded(scores), start + rows, others])[is_near]


def _rough_blocks(matrix, metric):
    """Number of the first row, rough numbers of all rows against some, and what turns them into scores, block by block."""
    vectors = matrix.astype(np.float64)
    lengths = np.sqrt(squared_lengths(vectors))
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        queries, query_lengths = vectors[start : start + ROWS_AT_ONCE], lengths[start : start + ROWS_AT_ONCE, np.newaxis]
        if metric.from_dots is None:
            yield start, np.array([[metric(row, query) for row in vectors] for query in queries]), lambda scores: scores
        else:
            rough = metric.from_dots.rough(queries @ vectors.T, lengths, query_lengths)
            yield start, rough, partial(metric.from_dots.score, longest=lengths.max(), query_length=query_lengths)


def _rounded(scores):
    largest = float(np.abs(scores).max(initial=0))
    return scores.round(12 - math.ceil(math.log10(largest)) if largest else 12)


def score_table(matrix, metric="cosine"):
    """The scores of all rows against all rows at once.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    metric : str
        A name in `METRICS`.

    Returns
    -------
    ndarray, shape (n_images, n_images), float64
    """
    return np.concatenate([np.empty((0, len(matrix))), *(scores for _, scores in score_blocks(matrix, metric))])


def _length(query):
    return float(np.linalg.norm(query.astype(np.float64)))


def relative_error(vectors, dtype=np.float32):
    """How far a dot product may be off by rounding, as a share of the product of the two lengths.

    Parameters
    ----------
    vectors : ndarray, shape (..., n_dims)
    dtype : data-type
        In which it is computed.

    Returns
    -------
    float
    """
    # Half of this covers the dot product (n_dims terms), the rest the few roundings before and after it.
    return (vectors.shape[-1] + 16) * np.finfo(dtype).eps


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
