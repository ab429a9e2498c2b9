"""Floor 1. Two vectors come in, a number goes out: how alike, how far. And the one rule by which results are ranked."""

import math

import numpy as np


def cosine_similarity(v1, v2):
    """The cosine of the angle between two vectors: their dot product over the product of their lengths.

    Parameters
    ----------
    v1, v2 : array_like, shape (n_dims,)
        Numbers of any type; computed in float64, so uint8 pixels do not wrap around.

    Returns
    -------
    float
        In [-1, 1]; 1.0 for the same direction, 0.0 for a right angle. A vector of zeros has no direction: 0.0.

    Raises
    ------
    ValueError
        When the shapes differ or are not those of vectors, or a number is NaN or infinite.

    Examples
    --------
    >>> cosine_similarity([1, 2, 3], [2, 4, 6])
    1.0
    >>> cosine_similarity([1, 0], [0, 1])
    0.0
    """
    return _cosine(*_two_vectors(v1, v2))


def euclidean_distance(v1, v2):
    """The length of the straight line between two points: the root of the summed squared differences.

    Parameters
    ----------
    v1, v2 : array_like, shape (n_dims,)
        Numbers of any type; computed in float64.

    Returns
    -------
    float
        0.0 for equal vectors, otherwise positive, in the vectors' own unit.

    Raises
    ------
    ValueError
        When the shapes differ or are not those of vectors, or a number is NaN or infinite.

    Examples
    --------
    >>> euclidean_distance([0, 0], [3, 4])
    5.0
    """
    return _distance(*_two_vectors(v1, v2))


def _two_vectors(v1, v2):
    v1, v2 = np.asarray(v1, dtype=np.float64), np.asarray(v2, dtype=np.float64)
    if v1.ndim != 1 or v1.shape != v2.shape:
        raise ValueError(f"v1 and v2 must be vectors of the same length, not of shapes {v1.shape} and {v2.shape}")
    return v1, v2


@np.errstate(all="ignore")  # squares that overflow are seen to
def _cosine(v1, v2):
    squared1, squared2 = _dot(v1, v1), _dot(v2, v2)
    if 1e-140 < squared1 < 1e140 and 1e-140 < squared2 < 1e140:
        return max(-1.0, min(1.0, _dot(v1, v2) / math.sqrt(squared1 * squared2)))
    # Squares this small or large may have lost their digits. Scaling a vector keeps its direction.
    _check_finite(v1, v2)
    largest1, largest2 = np.abs(v1).max(initial=0.0), np.abs(v2).max(initial=0.0)
    return _cosine(v1 / largest1, v2 / largest2) if largest1 and largest2 else 0.0


@np.errstate(all="ignore")
def _distance(v1, v2):
    difference = v1 - v2
    squared = _dot(difference, difference)
    if 1e-140 < squared < 1e140:
        return math.sqrt(squared)
    _check_finite(v1, v2)
    largest = float(np.abs(difference).max(initial=0.0))
    return largest if largest in (0.0, math.inf) else largest * _distance(v1 / largest, v2 / largest)


def _dot(v1, v2):
    # From 10,000 numbers on np.dot shares a single sum out over threads, and stalls where the cores are busy.
    return float(np.dot(v1, v2) if v1.size < 10_000 else np.einsum("i,i->", v1, v2))


def _check_finite(v1, v2):
    # Only where a sum came out strange: a NaN or an infinity always makes it so.
    if not (np.isfinite(v1).all() and np.isfinite(v2).all()):
        raise ValueError("v1 and v2 must hold finite numbers; at least one is NaN or infinite")


# A score is higher for the better match, so a distance counts with a minus. (0.0 minus it: -0.0 would look odd.)
METRICS = {"cosine": cosine_similarity, "euclidean": lambda v1, v2: 0.0 - euclidean_distance(v1, v2)}


def rank(matrix, rows, query, top_k, metric="cosine"):
    """The one ranking rule: score in float64, best first, ties in the order of the rows.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    rows : iterable of int
        The rows of `matrix` that are in the race.
    query : ndarray, shape (n_dims,), float32
    top_k : int
    metric : {"cosine", "euclidean"}

    Returns
    -------
    list of (int, float)
        At most `top_k` pairs of row and score.

    Examples
    --------
    >>> rank(np.float32([[0, 1], [2, 0], [5, 0]]), range(3), np.float32([1, 0]), top_k=2)
    [(1, 1.0), (2, 1.0)]
    """
    score, query = METRICS[metric], query.astype(np.float64)
    scored = [(int(row), score(matrix[row], query)) for row in rows]
    scored.sort(key=lambda pair: (-pair[1], pair[0]))
    return scored[:top_k]


def nominate(matrix, lengths, query, top_k, metric="cosine"):
    """The few rows that can be among the best `top_k`, found by one float32 matrix-vector product.

    Rounding makes such a product a little wrong, by how much depends on the processor and on a row's place in memory.
    So nobody is dropped who is within reach of the best: an error bound, not luck, makes `rank` of the nominees
    the same as `rank` of all rows.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    lengths : ndarray, shape (n_images,), float32
        The Euclidean lengths of the rows, from `row_lengths`.
    query : ndarray, shape (n_dims,), float32
    top_k : int
    metric : {"cosine", "euclidean"}

    Returns
    -------
    ndarray of int
        Row numbers in ascending order, at least ``min(top_k, n_images)`` of them.

    References
    ----------
    The error of a dot product of n terms, in any order of summation, is at most n * u * |a| * |b| to first order, with
    the unit roundoff u: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, section 3.1.
    """
    if top_k >= len(matrix):
        return np.arange(len(matrix))
    query_length = np.linalg.norm(query.astype(np.float64))
    if metric == "cosine" and query_length == 0:
        return np.arange(top_k)  # every score is 0.0, so the first rows are the best
    scores = _APPROXIMATE[metric](matrix, lengths, query, query_length)
    rows = _within_reach(scores, _error(np.float32, query.size, lengths, query_length, metric), top_k)
    return _fewer(matrix, rows, lengths, query, top_k, metric)


def _fewer(matrix, rows, lengths, query, top_k, metric):
    if rows.size <= top_k + 64:
        return rows
    scores = _score_in_float64(matrix, rows, query.astype(np.float64), metric)
    query_length = np.linalg.norm(query.astype(np.float64))
    return rows[_within_reach(scores, _error(np.float64, query.size, lengths, query_length, metric), top_k)]


def nominate_batch(matrix, lengths, queries, top_k, metric="cosine", scores_at_once=1 << 20):
    """What `nominate` does, for many queries by one matrix product a block of rows: each block is read once for all.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    lengths : ndarray, shape (n_images,), float32
    queries : ndarray, shape (n_queries, n_dims), float32
    top_k : int
    metric : {"cosine", "euclidean"}
    scores_at_once : int
        How many scores a block may have, which bounds the memory: four bytes each.

    Returns
    -------
    list of ndarray of int
        For each query its nominees, ascending.
    """
    if top_k >= len(matrix):
        return [np.arange(len(matrix)) for _ in queries]
    block = max(top_k, scores_at_once // len(queries))
    query_lengths = np.linalg.norm(queries.astype(np.float64), axis=1)
    reach = np.array([2 * _error(np.float32, queries.shape[1], lengths, length, metric) for length in query_lengths])
    best = np.full((len(queries), top_k), -np.inf, dtype=np.float32)  # the best scores so far, ascending
    nominees = [[] for _ in queries]
    for start in range(0, len(matrix), block):
        rows = slice(start, start + block)
        scores = _batch_scores(matrix[rows], lengths[rows], queries, query_lengths, metric)  # (n_queries, block)
        for q in np.flatnonzero(scores.max(axis=1) >= best[:, 0] - reach):
            floor = float(best[q, 0]) if start else _lower_bound(scores[q], top_k)
            near = np.flatnonzero(scores[q] >= floor - float(reach[q]))
            best[q] = np.sort(np.concatenate([best[q], scores[q, near]]))[-top_k:]
            nominees[q].append((start + near, scores[q, near]))
    # What was nominated early, when the best were not yet known, is out of reach by now.
    floors = best[:, 0] - reach
    rows = [np.concatenate([r[s >= floor] for r, s in found]) for found, floor in zip(nominees, floors)]
    return [
        _fewer(matrix, r, lengths, query, top_k, metric) if metric == "euclidean" or query.any() else np.arange(top_k)
        for r, query in zip(rows, queries)
    ]


def _batch_scores(block, lengths, queries, query_lengths, metric):
    if metric == "cosine":
        scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        directions = queries / np.where(query_lengths > 0, query_lengths, 1)[:, np.newaxis]
        return directions.astype(np.float32) @ (block * scale[:, np.newaxis]).T  # (n_queries, n_dims) @ (n_dims, block)
    scores = (2 * queries) @ block.T
    scores -= lengths * lengths
    return scores - np.square(query_lengths).astype(np.float32)[:, np.newaxis]


def score_blocks(matrix, metric="cosine", rows_at_once=256):
    """The scores of all rows against all rows, in float64, some rows at a time.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    metric : {"cosine", "euclidean"}
    rows_at_once : int

    Yields
    ------
    (int, ndarray of shape (up to rows_at_once, n_images), float64)
        The number of the first row, and the scores. They are those of the ranking rule up to rounding: a matrix product
        adds up equal rows in different orders, so the last digits are dropped, and copies have equal scores here too.
    """
    vectors = matrix.astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    units = lengths[:, np.newaxis] if metric == "cosine" else lengths.max(keepdims=True)
    vectors /= np.where(units > 0, units, 1)
    squares = np.einsum("ij,ij->i", vectors, vectors)
    for start in range(0, len(vectors), rows_at_once):
        rows = slice(start, start + rows_at_once)
        scores = vectors[rows] @ vectors.T
        if metric == "euclidean":
            squared = squares[rows, np.newaxis] + squares - 2 * scores
            scores = -np.sqrt(np.where(squared > 1e-13, squared, 0)) * units  # what is below is rounding
        yield start, scores.round(12)


def score_table(matrix, metric="cosine"):
    """The scores of all rows against all rows at once.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    metric : {"cosine", "euclidean"}

    Returns
    -------
    ndarray, shape (n_images, n_images), float64
    """
    return np.concatenate([scores for _, scores in score_blocks(matrix, metric)])


def row_lengths(matrix, rows_per_block=4096):
    """Euclidean length of each row, summed in float64.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    rows_per_block : int
        How many rows to hold in float64 at a time.

    Returns
    -------
    ndarray, shape (n_images,), float32
    """
    squares = np.empty(len(matrix))
    for start in range(0, len(matrix), rows_per_block):
        block = matrix[start : start + rows_per_block].astype(np.float64)
        squares[start : start + len(block)] = np.einsum("ij,ij->i", block, block)
    return np.sqrt(squares).astype(np.float32)


def _approximate_cosine(matrix, lengths, query, query_length):
    # One matrix-vector product, (n_images, n_dims) . (n_dims,) -> (n_images,): a dot product a row reads the matrix as
    # fast as one core can. `matrix @ query` took half as long again on one thread, and stalls on busy cores.
    scores = np.vecdot(matrix, (query / query_length).astype(np.float32))
    return np.divide(scores, lengths, out=scores, where=lengths > 0)


def _approximate_minus_squared_distance(matrix, lengths, query, query_length):
    scores = np.vecdot(matrix, 2 * query)  # |a - b|^2 = |a|^2 - 2 a.b + |b|^2
    scores -= lengths * lengths
    scores -= np.float32(query_length**2)
    return scores


_APPROXIMATE = {"cosine": _approximate_cosine, "euclidean": _approximate_minus_squared_distance}


def _score_in_float64(matrix, rows, query, metric, rows_per_block=1024):
    scores = []
    for start in range(0, rows.size, rows_per_block):
        block = matrix[rows[start : start + rows_per_block]].astype(np.float64)
        if metric == "cosine":
            lengths = np.sqrt(np.einsum("ij,ij->i", block, block)) * np.linalg.norm(query)
            scores.append(np.divide(block @ query, lengths, out=np.zeros(len(block)), where=lengths > 0))
        else:
            scores.append(-np.square(block - query).sum(axis=1))
    return np.concatenate(scores)


def _error(dtype, n_dims, lengths, query_length, metric):
    # Half of this covers the dot product (n_dims terms), the rest the few roundings before and after it.
    relative = (n_dims + 16) * np.finfo(dtype).eps
    return relative if metric == "cosine" else relative * float(lengths.max() + query_length) ** 2


def _within_reach(scores, error, top_k):
    rows = np.flatnonzero(scores >= _lower_bound(scores, top_k) - 2 * error)
    scores = scores[rows]
    place = scores.size - top_k
    kth_best = float(np.partition(scores, place)[place])
    return rows[scores >= kth_best - 2 * error]


def _lower_bound(scores, top_k, group=64):
    # Not above the k-th best score: that of the groups' best ones, so few that sorting them costs nothing.
    n_groups = scores.size // group
    if n_groups < top_k:
        return -np.inf
    best = scores[: group * n_groups].reshape(group, n_groups).max(axis=0)  # a group is a column: (n_groups,)
    return float(np.partition(best, n_groups - top_k)[n_groups - top_k])
