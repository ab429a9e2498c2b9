"""Floor 7. An engine and the truth come in; how good it is goes out."""

import numbers
import os
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from .arrays import of_length_1
from .checks import checked_count
from .collection import truth_column
from .engine import ImageSearchEngine
from .evaluation import RandomBaseline, bootstrap_interval, random_baseline
from .images import read_image
from .outcomes import outcomes_of, stacked
from .scores import score_blocks
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
    engine.require_index()
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
    engine.require_index()
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
    engine.require_index()
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
    engine.require_index()
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
        engine.require_index()
        if engine.metric != "cosine":
            raise ValueError(f"one and other must be engines by cosine, not {engine.metric!r}")
    if one.image_paths != other.image_paths:
        raise ValueError("one and other must be engines over the same pictures, in the same order")


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


def _hits_of_all(engine, labels):
    hits = []
    for start, scores in score_blocks(engine.image_vectors, engine.metric):
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
