"""Floor 1. A ranking and the truth come in; numbers that say how good the ranking is go out."""

import operator
from typing import NamedTuple


class SearchQuality(NamedTuple):
    """Precision and recall of the first k results, each from 0 to 1."""

    precision: float
    recall: float


def evaluate_search(ground_truth, predictions, k=5):
    """Precision and recall among the first `k` predictions.

    Parameters
    ----------
    ground_truth : iterable of hashable
        Everything that is relevant to the query, in any order.
    predictions : sequence of hashable
        What the search returned, best first. Only the first `k` places count; a repeat is a miss.
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
    relevant = set(ground_truth)
    if not relevant:
        raise ValueError("ground_truth is empty; recall is a share of the relevant items and needs at least one")
    hits = len(relevant & set(predictions[:k]))
    return SearchQuality(hits / k, hits / len(relevant))


def checked_count(value, name):
    """`value` as an int, or a clear error: TypeError if it is no whole number, ValueError if it is below 1.

    Parameters
    ----------
    value : int
    name : str
        The parameter's name, for the message.

    Returns
    -------
    int
    """
    try:
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number of at least 1, not {value!r}") from None
    if count < 1:
        raise ValueError(f"{name} must be at least 1, not {value!r}")
    return count
