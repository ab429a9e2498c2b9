"""Floor 1. A ranking and the truth come in; numbers that say how good the ranking is go out."""

import math
import os
from typing import NamedTuple

import numpy as np

from .arrays import of_length_1
from .checks import checked_count

N_RESAMPLES = 2000


class SearchQuality(NamedTuple):
    """Precision and recall of the first k results, each from 0 to 1."""

    precision: float
    recall: float


def compared(item):
    """What an item of a ranking or of the truth is compared by: a path by where it leads, anything else by itself.

    Parameters
    ----------
    item : hashable
        A search result, or a pair of a path and a float, counts as its path. A path is a `Path`, or a str with a slash or
        a suffix in it; relative and absolute ones are the same where they lead to the same place from the current folder.

    Returns
    -------
    hashable

    Examples
    --------
    >>> compared("photos/./cat.png") == compared(("photos/cat.png", 0.9))
    True
    >>> compared(7)
    7
    """
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], (float, np.floating)):
        item = item[0]  # a result with its score
    is_path = isinstance(item, os.PathLike) or (isinstance(item, str) and (os.path.basename(item) != item or "." in item))
    return os.path.normcase(os.path.abspath(item)) if is_path else item


def evaluate_search(ground_truth, predictions, k=5):
    """Precision and recall among the first `k` predictions.

    Parameters
    ----------
    ground_truth : iterable of hashable
        Everything that is relevant to the query, in any order.
    predictions : sequence of hashable
        What the search returned, best first. Only the first `k` places count; a repeat is a miss. Both are compared as
        `compared` says: results can be handed over as they are, and paths as str or Path, relative or absolute.
    k : int
        At least 1.

    Returns
    -------
    SearchQuality
        A named tuple ``(precision, recall)``. Precision is hits / k, also when fewer than k came back; recall is
        hits / number of relevant items.

    Raises
    ------
    ValueError
        When `k` is below 1, or nothing is relevant.
    TypeError
        When `k` is not a whole number.

    Examples
    --------
    >>> evaluate_search({"a", "b", "c", "d"}, ["a", "x", "b", "y", "z"], k=5)
    SearchQuality(precision=0.4, recall=0.5)
    """
    k = checked_count(k, "k")
    relevant = set(map(compared, ground_truth))
    hits = _hits(relevant, predictions)[:k]
    return SearchQuality(sum(hits) / k, sum(hits) / len(relevant))


def _hits(relevant, predictions):
    """For each place whether it holds something relevant that stood at no place before."""
    if not relevant:
        raise ValueError("ground_truth is empty; a measure of the relevant items needs at least one")
    missing = set(relevant)
    hits = []
    for prediction in map(compared, predictions):
        hits.append(prediction in missing)
        missing.discard(prediction)  # found once is found; a repeat is a miss
    return hits


def average_precision(ground_truth, predictions):
    """The mean, over the relevant items, of the precision at the place where each was found.

    Parameters
    ----------
    ground_truth : iterable of hashable
        Everything that is relevant to the query.
    predictions : sequence of hashable
        The ranking, best first. What is relevant and not in it counts as precision 0; a repeat is a miss. Both are compared
        as `compared` says.

    Returns
    -------
    float
        From 0 to 1; 1.0 when all relevant items come first. Its mean over many queries is called mean average precision.

    Raises
    ------
    ValueError
        When nothing is relevant.

    References
    ----------
    C. D. Manning, P. Raghavan and H. Schuetze, Introduction to Information Retrieval, Cambridge 2008, section 8.4.

    Examples
    --------
    >>> round(average_precision({"a", "b"}, ["a", "x", "b"]), 3)
    0.833
    """
    relevant = set(map(compared, ground_truth))
    hits = _hits(relevant, predictions)
    found = [sum(hits[:place]) / place for place, hit in enumerate(hits, start=1) if hit]
    return sum(found) / len(relevant)


def reciprocal_rank(ground_truth, predictions):
    """One over the place of the first relevant item: 1.0 for the first place, 0.5 for the second, 0.0 if there is none.

    Parameters
    ----------
    ground_truth : iterable of hashable
    predictions : sequence of hashable
        The ranking, best first. Both are compared as `compared` says.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When nothing is relevant.

    Examples
    --------
    >>> reciprocal_rank({"a", "b"}, ["x", "b", "a"])
    0.5
    """
    hits = _hits(set(map(compared, ground_truth)), predictions)
    return 1 / (hits.index(True) + 1) if True in hits else 0.0


def ndcg(gains, predictions, k=5):
    """Normalised discounted cumulative gain: graded relevance, worth less the later it comes, against the best ranking.

    Parameters
    ----------
    gains : dict of hashable to float
        How relevant each item is, at least 0; what is missing has gain 0. The ideal ranking comes from here, so that
        a search is not rewarded for leaving out what it did not find.
    predictions : sequence of hashable
        The ranking, best first; a repeat gains nothing. Both are compared as `compared` says.
    k : int
        How many places count; at least 1.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        When no gain is positive, or one is negative or not finite.

    Notes
    -----
    The gain at place i (from 1) is divided by log2(i + 1), and enters as it is, not as 2**gain - 1.

    References
    ----------
    K. Jarvelin and J. Kekalainen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20(4), 2002.

    Examples
    --------
    >>> ndcg({"a": 2, "b": 1}, ["a", "b"], k=2)
    1.0
    """
    k = checked_count(k, "k")
    if not all(math.isfinite(gain) and gain >= 0 for gain in gains.values()) or not any(gains.values()):
        raise ValueError("gains must be finite numbers of at least 0, and at least one must be positive")
    gains = {compared(item): gain for item, gain in gains.items()}
    seen = {}
    for place, prediction in enumerate(predictions[:k], start=1):
        seen.setdefault(compared(prediction), place)
    found = sum(gains.get(item, 0) / math.log2(place + 1) for item, place in seen.items())
    ideal = sorted(gains.values(), reverse=True)[:k]
    return found / sum(gain / math.log2(place + 1) for place, gain in enumerate(ideal, start=1))


def diversity(vectors):
    """How different results are from one another: the mean of 1 - cosine over all pairs.

    Parameters
    ----------
    vectors : array_like, shape (n_results, n_dims)
        At least two; a vector of zeros counts as at a right angle to all others.

    Returns
    -------
    float
        0.0 when all point the same way; 1.0 when all are at right angles.

    Raises
    ------
    ValueError
        When there are fewer than two vectors.

    Examples
    --------
    >>> diversity([[1, 0], [2, 0], [0, 1]])
    0.6666666666666666
    """
    vectors = np.asarray(vectors, dtype=np.float64)
    if vectors.ndim != 2 or len(vectors) < 2:
        raise ValueError(f"vectors must be a matrix of at least two rows, not of shape {vectors.shape}")
    unit = of_length_1(vectors)
    pairs = np.triu_indices(len(unit), k=1)
    return float(np.mean(1 - (unit @ unit.T)[pairs]))


class RandomBaseline(NamedTuple):
    """What shuffling would reach on average, exactly."""

    precision: float
    recall: float
    average_precision: float


def random_baseline(n_items, n_relevant, k=5):
    """The expected quality of a random order: what a search must beat to be worth anything.

    Parameters
    ----------
    n_items : int
        How many items there are to rank, the query not among them.
    n_relevant : int
        How many of them are relevant.
    k : int

    Returns
    -------
    RandomBaseline
        Named tuple ``(precision, recall, average_precision)`` of expected values.

    Raises
    ------
    ValueError
        When a number is below 1, or more are relevant than there are.

    Notes
    -----
    Each place is relevant with probability R/N. Given that place i is, each of the i - 1 places before it is relevant with
    probability (R-1)/(N-1), so the precision there is (1 + (i-1)(R-1)/(N-1)) / i on average; averaging over the places gives
    the expected average precision (H_N + (N - H_N)(R-1)/(N-1)) / N, where H_N = 1 + 1/2 + ... + 1/N.

    Examples
    --------
    >>> random_baseline(4, 1, k=2)
    RandomBaseline(precision=0.25, recall=0.5, average_precision=0.5208333333333333)
    """
    n_items, n_relevant, k = (
        checked_count(value, name) for value, name in ((n_items, "n_items"), (n_relevant, "n_relevant"), (k, "k"))
    )
    if n_relevant > n_items:
        raise ValueError(f"n_relevant must be at most n_items={n_items}, not {n_relevant}")
    drawn = min(k, n_items)
    harmonic = sum(1 / i for i in range(1, n_items + 1))
    others = (n_relevant - 1) / (n_items - 1) if n_items > 1 else 0.0
    return RandomBaseline(
        precision=drawn * n_relevant / n_items / k,
        recall=drawn / n_items,
        average_precision=(harmonic + (n_items - harmonic) * others) / n_items,
    )


def bootstrap_interval(values, confidence=0.95):
    """How far the mean of some values might lie elsewhere, had other queries been drawn.

    Parameters
    ----------
    values : array_like, shape (n_queries,)
        One number for each query.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    (float, float)
        The percentile interval: of 2,000 sets drawn from `values` with replacement, the middle part of their means.

    Raises
    ------
    ValueError
        When there are no values, or `confidence` is not between 0 and 1.

    References
    ----------
    B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall 1993, chapter 13.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"values must be a list of numbers with at least one, not of shape {values.shape}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence!r}")
    rng = np.random.default_rng(0)  # the same values, the same interval
    means = [rng.choice(values, values.size).mean() for _ in range(N_RESAMPLES)]
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
