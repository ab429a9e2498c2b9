"""Floor 5. An engine and the truth come in; how good it is goes out. And what is nearly the same, for which nobody knows a truth."""

import numbers
import os
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from . import nearest
from .checks import checked_count
from .collection import truth_column
from .engine import ImageSearchEngine
from .evaluation import RandomBaseline, bootstrap_interval, random_baseline
from .images import read_image
from .indexing import outcomes_of, stacked
from .similarity import metric_named
from .vectors import method_named


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
    baselines = {count: random_baseline(hits.shape[1], count, k) for count in set(counts.tolist())}
    return Evaluation(
        precision=float(np.mean(found / k)),
        interval=bootstrap_interval(found / k),
        recall=float(np.mean(found / counts)),
        average_precision=float(np.mean((precision_so_far * hits).sum(axis=1) / counts)),
        baseline=RandomBaseline(*np.mean([baselines[count] for count in counts.tolist()], axis=0).tolist()),
        by_category=_mean_by([row.category for row in asked], found / k),
        by_shot=_mean_by([row.shot for row in asked], found / k),
        precisions=dict(zip([row.path for row in asked], (found / k).tolist())),
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
    paths = [row.path for row in rows]
    name, function = method_named(method)
    paths, vectors, failed = stacked(paths, outcomes_of(paths, function, read_image), name)
    if failed:
        raise ValueError("rows must be pictures that can be read; {}: {}".format(*failed[0]))
    return evaluate_engine(ImageSearchEngine.from_vectors(paths, vectors), products)


def near_duplicates(engine, threshold=0.999):
    """Groups of pictures that are the same or nearly so.

    Parameters
    ----------
    engine : ImageSearchEngine
    threshold : float
        Two pictures whose score is at least this are put together, and so is what hangs together through others. What is
        a good value depends on the method: look at the scores of some pairs first.

    Returns
    -------
    list of list of str
        The paths of each group of two or more, sorted; the groups by their first paths.

    Raises
    ------
    ValueError
        When `threshold` is above every possible score, which for "cosine" is 1, for "euclidean" 0.
    RuntimeError
        When nothing is indexed yet.
    """
    highest = metric_named(engine.metric).highest
    if not isinstance(threshold, numbers.Real) or not threshold <= highest:
        raise ValueError(f"threshold must be a score of {engine.metric!r}, at most {highest}, not {threshold!r}")
    engine._require_index()
    group_of = list(range(len(engine.image_paths)))
    for one, other in _near_pairs(engine, threshold):
        if _root(group_of, one) != _root(group_of, other):
            _join(group_of, one, other)
    groups = defaultdict(list)
    for row, path in enumerate(engine.image_paths):
        groups[_root(group_of, row)].append(path)
    return [group for group in groups.values() if len(group) > 1]


def _near_pairs(engine, threshold):
    # The matrix product nominates, the ranking rule decides.
    vectors, metric = engine.image_vectors, metric_named(engine.metric)
    for one, other in nearest.nominate_pairs(vectors, threshold, engine.metric):
        if metric(vectors[other], vectors[one]) >= threshold:
            yield one, other


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


def _root(group_of, row):
    while group_of[row] != row:
        group_of[row] = row = group_of[group_of[row]]  # the way gets shorter as it is walked
    return row


def _join(group_of, one, other):
    one, other = sorted((_root(group_of, one), _root(group_of, other)))
    group_of[other] = one
