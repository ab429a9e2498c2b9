"""Floor 7. An engine comes in; what is nearly the same goes out: groups of pictures, or the closest pairs. Nothing is ever deleted."""

import itertools
import math
import numbers
import os
import sys
from collections import Counter, defaultdict
from typing import NamedTuple

import numpy as np

from .checks import checked_count
from .output import write_table
from .scores import ROWS_AT_ONCE, near_pairs, score_blocks
from .similarity import cosine_similarity, metric_named

# The lowest of those tried at which there was at most one wrong pair for ten planted copies that were found, among 100 photos and
# the 1,000 product photos. The histogram has none: perhaps too many pictures share a background.
THRESHOLDS = {"pixels": 0.999, "histogram": 0.9995, "root_histogram": 0.998, "gradients": 0.95, "deep": 0.95, "small_network": 0.98}
HEADS = ["group", "file", "score", "bytes", "largest"]


class DuplicateGroup(list):
    """The paths of pictures that are the same or nearly so, sorted; a list of str that knows more.

    Attributes
    ----------
    sizes : list of int
        Each file's size in bytes; -1 where it is gone by now.
    largest : str
        The path of the largest file; the first one of equals.
    scores : list of float
        Each picture's score against the largest file's; its own is the highest of all.
    """

    def __init__(self, paths, vectors, metric):
        super().__init__(paths)
        self.sizes = [os.path.getsize(path) if os.path.isfile(path) else -1 for path in paths]
        best = self.sizes.index(max(self.sizes))
        self.largest = paths[best]
        self.scores = [_score(vector, vectors[best], metric) for vector in vectors]


class Duplicates(list):
    """What `near_duplicates` found: a list of `DuplicateGroup`. Nothing is ever deleted."""

    def to_csv(self, path):
        """Write a table with a row for each picture: group, file, score against the largest, bytes, and which is the largest.

        Parameters
        ----------
        path : str or Path
            Such a table that is there already is replaced, but no other file. A spreadsheet takes nothing in it for a formula.

        Raises
        ------
        OSError
            When it cannot be written; then there is no file, or the old one.
        """
        rows = (
            (number, name, round(score, 6), size, "largest" if name == group.largest else "")
            for number, group in enumerate(self, start=1)
            for name, score, size in zip(group, group.scores, group.sizes)
        )
        write_table(path, HEADS, rows)


def near_duplicates(engine, threshold=None):
    """Groups of pictures that are the same or nearly so.

    Equal vectors always belong together, those of two black pictures too, which have no direction. Otherwise any two
    pictures of a group score at least `threshold`, so no chain of small steps leads from one picture to quite another one
    (complete linkage: the groups that are nearest to one another are joined first).

    Parameters
    ----------
    engine : ImageSearchEngine
        Best with the method "pixels". Of 60 planted copies (20 saved again, 20 made smaller, 20 made brighter) among 1,100
        pictures it found 56 at its default threshold, and put no two different things together; "small_network" 59, "gradients" 49,
        "deep" 34, "root_histogram" 21, with 1 to 4 wrong pairs each, and "histogram" 5, with 39.
    threshold : float, optional
        The lowest score of two pictures that are put together. If not given and the metric is cosine, that of the engine's
        method in `THRESHOLDS`, and 0.999 for any other method. Which one is good depends on the pictures, too: look at some pairs.

    Returns
    -------
    Duplicates
        A list of lists of str: the paths of each group of two or more, sorted; the groups by their first paths. Each
        group also knows its largest file and its scores.

    Raises
    ------
    ValueError
        When `threshold` is above every possible score, which for "cosine" is 1, for "euclidean" 0; or not given, and the
        metric is not "cosine".
    RuntimeError
        When nothing is indexed yet.

    Examples
    --------
    >>> from imsearch_helpers import ImageSearchEngine
    >>> engine = ImageSearchEngine.from_vectors(["a.png", "b.png", "c.png"], [[1, 0], [0, 1], [50, 1]])
    >>> near_duplicates(engine, threshold=0.99)
    [['a.png', 'c.png']]
    """
    threshold, metric = checked_threshold(threshold, engine), metric_named(engine.metric)
    engine.require_index()
    copies = defaultdict(list)
    for row, vector in enumerate(engine.image_vectors):
        copies[(vector + 0).tobytes()].append(row)  # + 0, because -0.0 is 0.0 in other bytes
    copies = list(copies.values())  # in the order of their first rows
    groups = _joined(_near_pairs(engine.image_vectors[[rows[0] for rows in copies]], threshold, engine.metric), len(copies))
    groups = [sorted(row for one in group for row in copies[one]) for group in groups]
    return Duplicates(
        DuplicateGroup([engine.image_paths[row] for row in group], engine.image_vectors[group], metric)
        for group in sorted(groups)
        if len(group) > 1
    )


class Pair(NamedTuple):
    """Two pictures and how alike they are."""

    score: float
    one: str
    other: str


def closest_pairs(engine, count=400):
    """The most similar pairs of pictures of a collection: where to look for a gap between copies and all else.

    Parameters
    ----------
    engine : ImageSearchEngine
    count : int
        How many pairs at most.

    Returns
    -------
    list of Pair
        The highest score first; of scores that are equal to the last digit, those that come first in the engine's order.

    Raises
    ------
    ValueError
        When `count` is below 1.
    RuntimeError
        When nothing is indexed yet.

    Examples
    --------
    >>> from imsearch_helpers import ImageSearchEngine
    >>> engine = ImageSearchEngine.from_vectors(["a", "b", "c"], [[1, 0], [0, 1], [5, 0]])
    >>> [(one, other) for score, one, other in closest_pairs(engine, 2)]
    [('a', 'c'), ('a', 'b')]
    """
    count = checked_count(count, "count")
    engine.require_index()
    best = np.empty((0, 3))  # score, row, row; never much more than `count` of them, however large the collection
    for start, scores in score_blocks(engine.image_vectors, engine.metric):
        later = np.arange(len(engine.image_paths)) > np.arange(start, start + len(scores))[:, np.newaxis]  # each pair once
        lowest = best[-1, 0] if len(best) == count else -np.inf
        rows, others = np.nonzero(later & (scores > lowest))  # an equal one comes later, so it would not get in
        best = np.concatenate([best, np.column_stack([scores[rows, others], start + rows, others])])
        best = best[np.argsort(-best[:, 0], kind="stable")[:count]]  # stable: ties in the order of the rows
    names = engine.image_paths
    return [Pair(float(score), names[int(row)], names[int(other)]) for score, row, other in best]


def checked_threshold(threshold, engine):
    """The threshold that `near_duplicates` goes by, or a clear error.

    Parameters
    ----------
    threshold : float or None
    engine : ImageSearchEngine

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As `near_duplicates`.
    """
    metric = metric_named(engine.metric)
    if threshold is None and metric.score is cosine_similarity:
        return THRESHOLDS.get(engine.method, 0.999)
    if not isinstance(threshold, numbers.Real) or not threshold <= metric.highest:
        raise ValueError(f"threshold must be a score of {engine.metric!r}, at most {metric.highest}, not {threshold!r}")
    return threshold


def _score(one, other, metric):
    return metric.highest if np.array_equal(one, other) and math.isfinite(metric.highest) else metric(one, other)


def _near_pairs(vectors, threshold, name):
    from tqdm import tqdm

    # On stdout as all our bars, and only where it takes long.
    n_blocks = math.ceil(len(vectors) / ROWS_AT_ONCE)
    bar = tqdm(near_pairs(vectors, threshold, name), "Comparing", n_blocks, file=sys.stdout, delay=2, unit=" blocks")
    return np.concatenate(list(bar))


def _joined(pairs, n_rows):
    """Complete linkage: two groups are joined as soon as all pairs between them are near, the nearest ones first."""
    groups, group_of = {row: [row] for row in range(n_rows)}, list(range(n_rows))
    near = defaultdict(Counter)  # group -> other group -> how many pairs between them are near, so far
    rows = pairs[np.lexsort((pairs[:, 2], pairs[:, 1], -pairs[:, 0])), 1:].astype(int)
    for one, other in itertools.chain.from_iterable(part.tolist() for part in np.array_split(rows, 1 + len(rows) // 10_000)):
        one, other = group_of[one], group_of[other]
        near[one][other] += 1
        near[other][one] += 1
        if near[one][other] == len(groups[one]) * len(groups[other]):
            for row in groups[other]:
                group_of[row] = one
            groups[one] += groups.pop(other)
            del near[one][other]
            for third, count in near.pop(other).items():
                if third != one:
                    del near[third][other]
                    near[one][third] += count
                    near[third][one] += count
    return groups.values()
