"""Floor 5. An engine and the truth come in; how good it is goes out. And what is nearly the same, for which nobody knows a truth."""

import itertools
import math
import numbers
import os
import sys
from collections import Counter, defaultdict
from typing import NamedTuple

import numpy as np

from . import nearest
from .checks import checked_count
from .collection import truth_column
from .engine import ImageSearchEngine
from .evaluation import RandomBaseline, bootstrap_interval, random_baseline
from .images import read_image
from .indexing import outcomes_of, stacked
from .output import write_table
from .similarity import cosine_similarity, metric_named
from .vectors import method_named, of_length_1


def found_by_shot(engine, products):
    """The scoreboard's row: for each shot, how often the product's own studio picture wins among all studio pictures.

    Parameters
    ----------
    engine : ImageSearchEngine
        Over all pictures of `products`.
    products : Products

    Returns
    -------
    dict of str to float
        Shot -> share of its pictures, from 0 to 1, whose best studio picture is of the same product.
    """
    engine._require_index()
    vector_of = dict(zip(map(os.path.basename, engine.image_paths), engine.image_vectors))
    studio = [product.file for product in products.where(shot="studio")]
    candidates = ImageSearchEngine.from_vectors(studio, [vector_of[file] for file in studio], metric=engine.metric)
    hits = {}
    for query in products:
        if query.shot != "studio":
            [best] = candidates.search_fast(vector_of[query.file], top_k=1)
            hits.setdefault(query.shot, []).append(products.of(best.path).product_id == query.product_id)
    return {shot: sum(found) / len(found) for shot, found in sorted(hits.items())}


class Evaluation(NamedTuple):
    """How good a search is, over all pictures as queries, each left out of its own results."""

    precision: float  # mean of precision@k
    interval: tuple  # where that mean lies with a confidence of 95 %, by the bootstrap over queries
    recall: float  # mean of recall@k
    average_precision: float  # mean average precision
    baseline: RandomBaseline  # the same measures for a random order, exactly
    by_category: dict  # category -> mean precision@k of the queries of that category
    by_shot: dict  # shot -> the same by shot
    precisions: dict  # path -> precision@k of that query
    average_precisions: dict  # path -> average precision of that query


def evaluate_engine(engine, products, by="product", k=5):
    """Search with every picture of the collection and compare with the truth.

    Parameters
    ----------
    engine : ImageSearchEngine
        Over pictures of `products`, at least two.
    products : Products
    by : {"product", "category", "colour"}
        What makes a result right.
    k : int
        How many results count for precision and recall.

    Returns
    -------
    Evaluation
        Queries to which nothing is relevant are left out.

    Raises
    ------
    ValueError
        When `by` is unknown, `k` is below 1, or no query has anything relevant.
    RuntimeError
        When nothing is indexed yet.
    """
    k = checked_count(k, "k")
    engine._require_index()
    rows = [products.of(path) for path in engine.image_paths]
    column = truth_column(by)
    labels = np.unique([getattr(row, column) for row in rows], return_inverse=True)[1]
    hits = _hits_of_all(engine, labels)  # (n_images, n_images - 1), best first
    counts = hits.sum(axis=1)
    asked = [row for row, count in zip(rows, counts) if count]
    hits, counts = hits[counts > 0], counts[counts > 0]
    if not asked:
        raise ValueError(f"by={by!r}: no picture has another one that is relevant to it")
    found = hits[:, :k].sum(axis=1)
    precision_so_far = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    average_precisions = (precision_so_far * hits).sum(axis=1) / counts
    baselines = {count: random_baseline(hits.shape[1], count, k) for count in set(counts.tolist())}
    return Evaluation(
        precision=float(np.mean(found / k)),
        interval=bootstrap_interval(found / k),
        recall=float(np.mean(found / counts)),
        average_precision=float(np.mean(average_precisions)),
        baseline=RandomBaseline(*np.mean([baselines[count] for count in counts.tolist()], axis=0).tolist()),
        by_category=_mean_by([row.category for row in asked], found / k),
        by_shot=_mean_by([row.shot for row in asked], found / k),
        precisions=dict(zip([row.path for row in asked], (found / k).tolist())),
        average_precisions=dict(zip([row.path for row in asked], average_precisions.tolist())),
    )


def class_precisions(engine, classes, k=5):
    """For pictures of which only the class is known: how many of a picture's k best are of its own class.

    Parameters
    ----------
    engine : ImageSearchEngine
    classes : sequence of str, one for each of ``engine.image_paths``
        For example the names of the folders that the pictures lie in.
    k : int

    Returns
    -------
    ndarray, shape (n_images,)
        Shares from 0 to 1, in the engine's order; each picture is left out of its own results. One that is alone in its
        class has 0.

    Raises
    ------
    ValueError
        When there is not one class for each picture, or `k` is below 1.
    RuntimeError
        When nothing is indexed yet.

    Examples
    --------
    >>> engine = ImageSearchEngine.from_vectors(["a", "b", "c"], [[1, 0], [2, 1], [0, 1]])
    >>> class_precisions(engine, ["shoe", "shoe", "hat"], k=1)
    array([1., 1., 0.])
    """
    k = checked_count(k, "k")
    engine._require_index()
    if len(classes) != len(engine.image_paths):
        raise ValueError(f"classes must be one for each of the {len(engine.image_paths)} pictures, not {len(classes)}")
    labels = np.unique(np.asarray(classes), return_inverse=True)[1]
    return _hits_of_all(engine, labels)[:, :k].sum(axis=1) / k


def shared_by_mistakes(engine, products, k=4):
    """What a method goes by: how much its wrong results have in common with their queries.

    Parameters
    ----------
    engine : ImageSearchEngine
        Over pictures of `products`.
    products : Products
    k : int
        How many results of each query are looked at; the query itself is left out.

    Returns
    -------
    dict of str to float
        For "category", "colour" and "shot" the share of the results of another product that have the query's, from 0 to 1.

    Raises
    ------
    ValueError
        When `k` is below 1, or no result is wrong.
    RuntimeError
        When nothing is indexed yet.
    """
    k = checked_count(k, "k")
    engine._require_index()
    rows = [products.of(path) for path in engine.image_paths]

    def same(column):
        labels = np.unique([getattr(row, column) for row in rows], return_inverse=True)[1]
        return _hits_of_all(engine, labels)[:, :k]

    wrong = ~same("product_id")
    if not wrong.any():
        raise ValueError(f"engine: none of the first {k} results is wrong, so there is nothing to compare")
    return {column: float(same(column)[wrong].mean()) for column in ("category", "colour", "shot")}


def blended(one, other, weight):
    """An engine whose scores are a mean of two others': two methods at once.

    Parameters
    ----------
    one, other : ImageSearchEngine
        Over the same pictures, by cosine.
    weight : float
        Of the second, from 0 to 1; the first has the rest.

    Returns
    -------
    ImageSearchEngine
        Its cosines are ``(1 - weight)`` times those of `one` plus `weight` times those of `other`: vectors of length 1,
        times the roots of the weights, one behind the other, have just that as their dot products.

    Raises
    ------
    ValueError
        When `weight` is not from 0 to 1, or the engines are over different pictures or not both by cosine.
    RuntimeError
        When one of them has nothing indexed yet.

    Examples
    --------
    >>> one = ImageSearchEngine.from_vectors(["a", "b"], [[2, 0], [0, 1]])
    >>> other = ImageSearchEngine.from_vectors(["a", "b"], [[1, 1], [3, 3]])
    >>> engine = blended(one, other, 0.25)  # of a and b: 0.75 * 0 + 0.25 * 1
    >>> round(engine.search_fast(engine.image_vectors[0], 2)[1].score, 2)
    0.25
    """
    if not isinstance(weight, numbers.Real) or not 0 <= weight <= 1:
        raise ValueError(f"weight must be a number from 0 to 1, not {weight!r}")
    _require_same_pictures(one, other)
    parts = [(1 - weight) ** 0.5 * of_length_1(one.image_vectors), weight**0.5 * of_length_1(other.image_vectors)]
    return ImageSearchEngine.from_vectors(one.image_paths, np.hstack(parts))


def found_by_weight(one, other, products, steps=20):
    """The scoreboard's row for each mixture of two methods, all at once, for a slider.

    Parameters
    ----------
    one, other : ImageSearchEngine
        Over all pictures of `products`, in the same order, by cosine.
    products : Products
    steps : int
        How many steps lead from weight 0 to weight 1.

    Returns
    -------
    dict of float to dict of str to float
        Weight of `other` -> what `found_by_shot` gives for `blended(one, other, weight)`.

    Raises
    ------
    ValueError
        When `steps` is below 1, or the engines are over different pictures or not both by cosine.
    RuntimeError
        When one of them has nothing indexed yet.
    """
    steps = checked_count(steps, "steps")
    _require_same_pictures(one, other)
    studio = [product for product in products if product.shot == "studio"]
    photos = [product for product in products if product.shot != "studio"]
    first, second = (_cosines_between(engine, photos, studio) for engine in (one, other))  # (n_photos, n_studio)
    shots, ids = (np.array([getattr(photo, column) for photo in photos]) for column in ("shot", "product_id"))
    in_shop, rows = np.array([product.product_id for product in studio]), {}
    for weight in np.arange(steps + 1) / steps:
        hits = in_shop[((1 - weight) * first + weight * second).argmax(axis=1)] == ids
        rows[float(weight)] = {str(shot): float(hits[shots == shot].mean()) for shot in np.unique(shots)}
    return rows


def _cosines_between(engine, rows, columns):
    vector_of = dict(zip(map(os.path.basename, engine.image_paths), of_length_1(engine.image_vectors)))
    one, other = (np.array([vector_of[product.file] for product in some], dtype=float) for some in (rows, columns))
    return one @ other.T


def _require_same_pictures(one, other):
    for engine in (one, other):
        engine._require_index()
        if engine.metric != "cosine":
            raise ValueError(f"one and other must be engines by cosine, not {engine.metric!r}")
    if one.image_paths != other.image_paths:
        raise ValueError("one and other must be engines over the same pictures, in the same order")


def evaluate_method(method, products, rows):
    """How well a method finds the same product again among some pictures, each the query once.

    Parameters
    ----------
    method : callable
        Takes an RGB `PIL.Image.Image`, returns a vector.
    products : Products
    rows : list of Product
        The pictures to search with and among.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        When a picture cannot be read, or the vectors are not all of the same length.
    """
    return evaluate_engine(engine_over(method, rows), products)


def engine_over(method, rows):
    """An engine over some of the products' pictures, by a method that need not be known to the package.

    Parameters
    ----------
    method : callable
        Takes an RGB `PIL.Image.Image`, returns a vector.
    rows : list of Product

    Returns
    -------
    ImageSearchEngine
        Its pictures stand in the order of their paths, as in any engine.

    Raises
    ------
    ValueError
        When a picture cannot be read, or the vectors are not all of the same length.
    """
    paths = [row.path for row in rows]
    name, function = method_named(method)
    paths, vectors, failed = stacked(paths, outcomes_of(paths, function, read_image), name)
    if failed:
        raise ValueError("rows must be pictures that can be read; {}: {}".format(*failed[0]))
    return ImageSearchEngine.from_vectors(paths, vectors)


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
    >>> engine = ImageSearchEngine.from_vectors(["a.png", "b.png", "c.png"], [[1, 0], [0, 1], [50, 1]])
    >>> near_duplicates(engine, threshold=0.99)
    [['a.png', 'c.png']]
    """
    threshold, metric = checked_threshold(threshold, engine), metric_named(engine.metric)
    engine._require_index()
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
    >>> engine = ImageSearchEngine.from_vectors(["a", "b", "c"], [[1, 0], [0, 1], [5, 0]])
    >>> [(one, other) for score, one, other in closest_pairs(engine, 2)]
    [('a', 'c'), ('a', 'b')]
    """
    count = checked_count(count, "count")
    engine._require_index()
    best = np.empty((0, 3))  # score, row, row; never much more than `count` of them, however large the collection
    for start, scores in nearest.score_blocks(engine.image_vectors, engine.metric):
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
    n_blocks = math.ceil(len(vectors) / nearest.ROWS_AT_ONCE)
    bar = tqdm(nearest.near_pairs(vectors, threshold, name), "Comparing", n_blocks, file=sys.stdout, delay=2, unit=" blocks")
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


def _hits_of_all(engine, labels):
    hits = []
    for start, scores in nearest.score_blocks(engine.image_vectors, engine.metric):
        queries = np.arange(start, start + len(scores))
        scores[np.arange(len(scores)), queries] = -np.inf  # a query must not find itself: last, and cut off
        order = np.argsort(-scores, axis=1, kind="stable")[:, :-1]  # stable: ties in the order of the paths
        hits.append(labels[order] == labels[queries, np.newaxis])
    return np.concatenate(hits)


def _mean_by(names, values):
    groups = defaultdict(list)
    for name, value in zip(names, values.tolist()):
        groups[name].append(value)
    return {name: sum(group) / len(group) for name, group in sorted(groups.items())}
