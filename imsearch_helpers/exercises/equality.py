"""Two answers come in; out comes whether they are the same, whatever types they have."""

import numpy as np


def same(one, other):
    """Whether two answers are equal: numbers up to rounding, arrays and lists item by item.

    Parameters
    ----------
    one, other : object

    Returns
    -------
    bool

    Examples
    --------
    >>> same([0.1 + 0.2, "a"], (0.3, "a"))
    True
    """
    one, other = _as_it_is(one), _as_it_is(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if is_numeric(one) and is_numeric(other):
        one, other = np.asarray(one), np.asarray(other)
        if one.size == other.size == 0 and one.ndim and other.ndim:
            return len(one) == len(other)  # no pairs at all, as a list or as an array of two columns
        return one.shape == other.shape and np.allclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True)
    if isinstance(one, str) and isinstance(other, str):
        return str.__str__(one) == str.__str__(other)  # NumPy has its own type for text
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return type(one).__eq__ is object.__eq__ or bool(one == other)  # an engine knows no equality, and a copy will do


def _as_it_is(value):
    """A container without what a class of the learner's own may say about it."""
    for kind in (list, tuple):
        if isinstance(value, kind):
            return kind.__getitem__(value, slice(None))
    return dict.copy(value) if isinstance(value, dict) else value


def is_numeric(value):
    """Whether an answer is a number, or an array or a list of numbers.

    Parameters
    ----------
    value : object

    Returns
    -------
    bool
    """
    try:
        return np.asarray(value).dtype.kind in "buif"
    except (TypeError, ValueError, MemoryError):
        return False
