"""Floor 1. Two vectors come in, a number goes out: how alike, how far. `METRICS` names the scores; one rule ranks by them."""

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

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


class FromDots(NamedTuple):
    """How a metric's scores follow from dot products and lengths, so that one matrix product can score a whole collection.

    Products are rounded, and a score that is close may be right or not. So it comes in two steps: rough numbers in the
    order of the scores, with a bound on their error, and the scores themselves.

    Attributes
    ----------
    rough : callable
        ``(dots, lengths, query_length)`` -> an array like `dots`, which it may overwrite: larger where the score is higher.
    error : callable
        ``(relative, longest, query_length)`` -> how far a rough number may be off when a dot product of two vectors may
        be off by `relative` times the product of their lengths. 0 where all of them are exact.
    score : callable
        ``(rough, longest, query_length)`` -> the scores, which rise with the rough numbers.
    """

    rough: Callable
    error: Callable
    score: Callable


@dataclass(frozen=True)
class Metric:
    """What makes two vectors alike: one entry of `METRICS`.

    Parameters
    ----------
    score : callable
        Takes two vectors, returns a finite float, higher for the better match, and the same the other way round. Calling the
        metric calls it, with float64 vectors: stored ones are float32, in which a sum could differ from one search to another.
    highest : float
        What no score is above.
    from_dots : FromDots, optional
        Without it every row is scored one by one: right, but slow.

    Raises
    ------
    TypeError
        When `score` is no function, or `from_dots` something else.

    Examples
    --------
    >>> manhattan = Metric(lambda v1, v2: -float(abs(v1 - v2).sum()), highest=0)
    >>> manhattan([1, 2], [3, 2])
    -2.0
    """

    score: Callable
    highest: float = math.inf
    from_dots: FromDots | None = None

    def __post_init__(self):
        if not callable(self.score):
            raise TypeError(f"score must be a function of two vectors, not {self.score!r}")
        if not isinstance(self.highest, numbers.Real) or math.isnan(self.highest):
            raise TypeError(f"highest must be a number, not {self.highest!r}")
        if not isinstance(self.from_dots, FromDots | None):
            raise TypeError(f"from_dots must be a FromDots or None, not {self.from_dots!r}")

    def __call__(self, v1, v2):
        score = self.score(np.asarray(v1, dtype=np.float64), np.asarray(v2, dtype=np.float64))
        if not isinstance(score, numbers.Real) or not math.isfinite(score):
            raise ValueError(f"a metric's score must return a finite number, not {score!r}")
        return float(score) + 0.0  # -0.0 would look odd


def _cosine_times_query_length(dots, lengths, query_length):
    dots /= np.where(lengths > 0, lengths, 1).astype(dots.dtype)  # a row of zeros has dot products 0, and keeps them
    return dots


def _cosine_from_rough(rough, longest, query_length):
    return rough / np.where(query_length > 0, query_length, 1)


def _negative_squared_distance(dots, lengths, query_length):
    dots *= 2  # |a - b|^2 = |a|^2 - 2 a.b + |b|^2
    dots -= np.square(lengths, dtype=dots.dtype)
    dots -= np.square(query_length, dtype=dots.dtype)
    return dots


def _negative_distance_from_rough(rough, longest, query_length):
    return -np.sqrt(np.where(rough < -1e-13 * longest**2, -rough, 0))  # what is nearer to 0 is rounding


# A new metric is one more line here, or METRICS["manhattan"] = Metric(...) anywhere; a bare function of two vectors will do.
METRICS = {
    "cosine": Metric(
        cosine_similarity,
        highest=1,
        from_dots=FromDots(
            rough=_cosine_times_query_length,
            error=lambda relative, longest, query_length: relative * query_length,
            score=_cosine_from_rough,
        ),
    ),
    "euclidean": Metric(
        lambda v1, v2: -euclidean_distance(v1, v2),
        highest=0,
        from_dots=FromDots(
            rough=_negative_squared_distance,
            error=lambda relative, longest, query_length: relative * (longest + query_length) ** 2,
            score=_negative_distance_from_rough,
        ),
    ),
}


def metric_named(name):
    """The metric of a name.

    Parameters
    ----------
    name : str

    Returns
    -------
    Metric

    Raises
    ------
    ValueError
        When `METRICS` has no such name; the message lists the known ones.
    TypeError
        When what stands there is neither a `Metric` nor a function.
    """
    if not isinstance(name, str) or name not in METRICS:
        raise ValueError(f"metric must be one of {', '.join(METRICS)}, not {name!r}")
    found = METRICS[name]
    if isinstance(found, Metric):
        return found
    if not callable(found):
        raise TypeError(f"METRICS[{name!r}] must be a Metric or a function of two vectors, not {found!r}")
    return Metric(found)


def rank(matrix, rows, query, top_k, metric="cosine"):
    """The one ranking rule: score in float64, best first, ties in the order of the rows.

    Parameters
    ----------
    matrix : ndarray, shape (n_images, n_dims), float32
    rows : iterable of int
        The rows of `matrix` that are in the race.
    query : ndarray, shape (n_dims,), float32
    top_k : int
    metric : str
        A name in `METRICS`.

    Returns
    -------
    list of (int, float)
        At most `top_k` pairs of row and score.

    Examples
    --------
    >>> rank(np.float32([[0, 1], [2, 0], [5, 0]]), range(3), np.float32([1, 0]), top_k=2)
    [(1, 1.0), (2, 1.0)]
    """
    score, query = metric_named(metric), query.astype(np.float64)
    scored = [(int(row), score(matrix[row], query)) for row in rows]
    scored.sort(key=lambda pair: (-pair[1], pair[0]))
    return scored[:top_k]
