"""Floor 2. A matrix comes in; the scores of all its rows against all go out, block by block, or the pairs that are near."""

import math
from functools import partial

import numpy as np

from .arrays import relative_error, row_lengths, squared_lengths
from .similarity import metric_named

ROWS_AT_ONCE = 256  # that are compared with all others: a block of scores


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
