"""The exercises of notebook 08: features that a network has learnt."""

import numpy as np

from ..similarity import cosine_similarity
from .equality import is_numeric
from .model import Exercise
from .words import short

SHOTS = ("dim", "moved", "scene", "turned")


def shot_that_gains_most(before, after):
    """Which shot does a new method help most, and by how much?

    `before` and `after` are dicts, shot -> array of hits: 1 for each query that was found, 0 for
    each that was not, of the type bool or uint8. Both have the same shots and the same queries, but
    not always in the same order of shots, and one shot may have more queries than another. A shot's
    gain is the share found after minus the share found before; it is negative where the new method
    does worse. Return (shot, gain) for the largest gain, also if all are negative; of shots that
    gain equally take the first in the alphabet.
    """
    gains = {shot: after[shot].mean() - before[shot].mean() for shot in sorted(before)}
    best = max(gains, key=gains.get)  # of equal ones max takes the first
    return best, gains[best]


def blend(scores_a, scores_b, weight):
    """Two methods' scores for one query, brought to one scale and added.

    `scores_a` and `scores_b` are arrays of floats: what the two methods say about the same
    candidates. From each array subtract its own mean, then divide by its own standard deviation
    (`.std()`); an array with the same number everywhere becomes all zeros. `weight`, from 0 to 1,
    is the share of the second method. Return the array (1 - weight) * first + weight * second.
    """

    def to_scale(scores):
        spread = scores.std()
        return (scores - scores.mean()) / (spread if spread > 0 else 1)

    return (1 - weight) * to_scale(scores_a) + weight * to_scale(scores_b)


def principal_components(vectors, n_components):
    """Each vector in fewer numbers: its places along the directions of the largest spread.

    `vectors` has the shape (n_images, n_dims), `n_components` is at most the smaller of the two.
    First subtract the mean vector from each. The directions are the first rows of the last array
    that `np.linalg.svd` returns; a place along a direction is the dot product with it. Return the
    places, shape (n_images, n_components), the direction of the largest spread first. A direction
    may point either way, so the sign of a whole column is free.
    """
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    return centred @ directions[:n_components].T  # (n_images, n_dims) @ (n_dims, n_components)


def nearest_class_mean(vectors, classes, query):
    """Name the class of a picture by its nearest class mean.

    `vectors` has the shape (n_images, n_dims), no number in it is negative and no vector is all
    zeros; `classes` is a list of n_images names. Divide each vector by its length, then take the
    mean of each class. Return the name of the class whose mean has the largest cosine similarity to
    the vector `query`; of equal ones the first in the alphabet.
    """
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    names = sorted(set(classes))
    means = [unit[np.array(classes) == name].mean(axis=0) for name in names]
    return names[int(np.argmax([cosine_similarity(mean, query) for mean in means]))]


def _hits(rng, dtype, n_queries, **found):
    """Shot -> hits, from how many of the queries were found; which ones is drawn."""
    return {shot: rng.permutation(np.arange(n_queries) < n_found).astype(dtype) for shot, n_found in found.items()}


def _two_methods(rng):
    a, b, c, d = rng.permutation(SHOTS).tolist()
    first, second, third, fourth = SHOTS
    others = rng.permutation(np.arange(4) < 2)
    few, many = int(rng.integers(3, 5)), int(rng.integers(36, 45))
    return [
        # a finds other pictures, but no more than before
        ({a: others, **_hits(rng, bool, 4, **{b: 1})}, {a: ~others, **_hits(rng, bool, 4, **{b: 2})}),
        (
            _hits(rng, np.uint8, 4, **{a: 1, b: 3, c: 3, d: 2}),
            _hits(rng, np.uint8, 4, **{d: 0, a: 3, b: 1, c: 4}),
        ),
        # a has fewer queries: two more hits are a larger share than b's nine
        (
            _hits(rng, bool, few, **{a: 0}) | _hits(rng, bool, many, **{b: 5}),
            _hits(rng, bool, few, **{a: 2}) | _hits(rng, bool, many, **{b: 14}),
        ),
        # three gain the same, in eighths, so that no last digit decides
        (
            _hits(rng, bool, 8, **{second: 1, fourth: 6, third: 3, first: 2}),
            _hits(rng, bool, 8, **{second: 4, fourth: 7, third: 6, first: 5}),
        ),
        # none gains
        (
            _hits(rng, np.uint8, 8, **{b: 7, c: 4, d: 8}),
            _hits(rng, np.uint8, 8, **{b: 2, c: int(rng.integers(2, 4)), d: 3}),
        ),
        # a is found four times as often, c gains all that was left, and b gains most
        (
            _hits(rng, np.uint8, 10, **{a: 1, b: 3, c: 9}),
            _hits(rng, np.uint8, 10, **{c: 10, a: 4, b: int(rng.integers(7, 10))}),
        ),
    ]


def _two_rows_of_scores(rng):
    n = int(rng.integers(6, 10))
    cosines, distances = rng.uniform(0.9, 1, n).round(3), rng.uniform(5, 40, n).round(1)
    same = np.full(5, rng.integers(1, 8) / 8)  # eighths, so that their mean is exact
    return [
        (np.array([0.0, 1.0, 5.0]), np.array([40.0, 20.0, 0.0]) + 10 * rng.integers(1, 5), 0.5),
        (cosines, -distances, 0.25),  # one method by cosine, the other by Euclidean distance
        (cosines, -distances, 0.0),
        (rng.random(n).round(2), rng.uniform(-1, 1, n).round(2), 1.0),
        (rng.uniform(0, 3, 5).round(2), same, 0.75),
        (same, 100 * rng.random(5).round(2), 0.3),
    ]


def _spread(rng, *spreads, n_images, n_dims):
    """Vectors whose places along some directions, drawn at random, have these lengths; far from the origin."""
    places = rng.normal(size=(n_images, len(spreads)))
    places = np.linalg.qr(places - places.mean(axis=0))[0] * spreads
    directions = np.linalg.qr(rng.normal(size=(n_dims, len(spreads))))[0].T
    return (places @ directions + rng.uniform(3, 9, n_dims)).round(3)


def _vectors_to_shorten(rng):
    corner = rng.integers(1, 9, 2)
    on_a_line = np.array([[0, 0], [3, 4], [6, 8]]) * int(rng.integers(1, 4)) + corner
    return [
        (on_a_line.astype(float), 1),
        (_spread(rng, 9, 3, n_images=6, n_dims=2), 2),
        (_spread(rng, 12, 6, 3, 1, n_images=int(rng.integers(9, 13)), n_dims=4), 2),
        (_spread(rng, 10, 4, 2, n_images=5, n_dims=8), 3),  # fewer pictures than numbers
        (_spread(rng, 8, 4, 2, 1, 0.5, n_images=7, n_dims=5), 1),
    ]


def _arrow(degrees, length=1.0):
    return length * np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))])


def _arrows(rng, query, **classes):
    """Vectors in the plane by class, in any order; each is (degrees, length), or degrees alone: then any length will do."""
    rows = [(name, arrow) for name, arrows in classes.items() for arrow in arrows]
    rows = [rows[i] for i in rng.permutation(len(rows))]
    arrows = [_arrow(*arrow) if isinstance(arrow, tuple) else _arrow(arrow, rng.uniform(1, 3)) for _, arrow in rows]
    return np.round(arrows, 3), [name for name, _ in rows], np.round(query, 3)


def _classes(rng):
    a, b, c = rng.permutation(["bag", "chair", "lamp", "mug", "shoe"])[:3].tolist()
    first, second, third = sorted([a, b, c])
    turn, factor = rng.uniform(-0.5, 0.5), float(rng.integers(2, 9))
    clusters = np.repeat(np.eye(3, 6), 4, axis=0) * rng.uniform(1, 9, (12, 1)) + rng.uniform(0, 0.3, (12, 6))
    return [
        # a holds one long vector far away from b's; its mean is short, and nearest to the query
        _arrows(rng, _arrow(43 + turn, 2), **{a: [(10, 1), (80, 20)], b: [60, 64]}),
        # alike but for their lengths: a tie, in numbers that leave no last digit to decide
        (
            np.array([[2, 0], [0, 5], [5, 0], [factor, 0], [4, 0]], dtype=float),
            [second, "plate", third, first, second],
            np.array([factor, 1.0]),
        ),
        # a short query, which lies far from every mean
        _arrows(rng, _arrow(50 + turn, 0.05), **{a: [0, 40], b: [58, 62]}),
        # many of b: their sum is long
        _arrows(rng, _arrow(45 + turn, 1), **{a: [40], b: [66, 68, 70, 72, 74]}),
        # the middle one of three is not their mean
        _arrows(rng, _arrow(33 + turn, 3), **{a: [5, 10, 80], b: [50], c: [89, 88]}),
        # divided by their sums, vectors between the axes would be too short
        _arrows(rng, _arrow(34.5 + turn / 3, 1), **{a: [0, 45], b: [48.5]}),
        (clusters.round(2), np.repeat([a, b, c], 4).tolist(), clusters[:4].mean(axis=0).round(2)),
    ]


def _what_is_wrong_with_the_places(got, vectors, n_components):
    if not is_numeric(got):
        return "It should be an array of numbers."
    places, wanted = np.asarray(got, dtype=float), principal_components(vectors, n_components)
    if places.shape != wanted.shape:
        return f"The shape is {places.shape}; it should be {wanted.shape}: a row for each vector, n_components numbers in it."
    if not np.isfinite(places).all():
        return "It holds NaN or an infinity."
    almost = 1e-4 * np.abs(wanted).max()
    if np.abs(places.mean(axis=0)).max() > almost:
        return f"The mean of each column should be 0, not {short(places.mean(axis=0))}: subtract the mean vector first."
    for number, (column, right) in enumerate(zip(places.T, wanted.T)):
        if min(np.abs(column - right).max(), np.abs(column + right).max()) > almost:
            spreads = f"{column.std():.4g}, and along the right direction {right.std():.4g}"
            return f"Column {number} is not right, with either sign. Its standard deviation is {spreads}."
    return ""


def _gain_by(measure):
    """The shot that gains most and its gain, by another measure of gain."""

    def slip(before, after):
        gains = {shot: measure(before[shot], after[shot]) for shot in sorted(before)}
        return max(gains, key=gains.get), max(gains.values())

    return slip


@_gain_by
def _share_gained(before, after):
    return after.mean() - before.mean()


@np.errstate(all="ignore")
def _of_what_was_there(before, after):
    return np.float64(after.mean()) / before.mean() - 1


@np.errstate(all="ignore")
def _of_what_was_left(before, after):
    return (after.mean() - before.mean()) / (1 - before.mean())


def _last_of_equals(before, after):
    gain = _share_gained(before, after)[1]
    return max(shot for shot in before if after[shot].mean() - before[shot].mean() == gain), gain


def _first_in_the_dict(before, after):
    gains = {shot: after[shot].mean() - before[shot].mean() for shot in before}
    return max(gains, key=gains.get), max(gains.values())


def _side_by_side(before, after):
    gains = {shot: new.mean() - old.mean() for shot, old, new in zip(before, before.values(), after.values())}
    return max(gains, key=gains.get), max(gains.values())


def _from_zero(before, after):
    shot, gain = _share_gained(before, after)
    return (shot, gain) if gain > 0 else (None, 0)


@_gain_by
def _losses_wrap(before, after):
    return (after.astype(np.uint8) - before.astype(np.uint8)).mean()


@_gain_by
@np.errstate(over="ignore")
def _sums_wrap(before, after):
    return (after.sum() - before.sum()) / len(before)


@np.errstate(over="ignore")
def _numbers_of_hits(before, after):
    gains = {shot: after[shot].sum() - before[shot].sum() for shot in before}
    return max(gains, key=gains.get), max(gains.values())


def _blend_by(scale):
    """The blend by another way to bring scores to one scale; a division by zero gives what it gives."""

    @np.errstate(all="ignore")
    def slip(scores_a, scores_b, weight):
        return (1 - weight) * scale(scores_a) + weight * scale(scores_b)

    return slip


def _to_scale(scores):
    return (scores - scores.mean()) / (scores.std() or 1)


def _from_0_to_1(scores):
    return (scores - scores.min()) / (np.ptp(scores) or 1)


def _places_of(centred):
    """Places along the directions of what is taken for centred."""

    def slip(vectors, n_components):
        shifted = centred(vectors)
        return shifted @ np.linalg.svd(shifted, full_matrices=False)[2][:n_components].T

    return slip


def _svd(vectors):
    return np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)


def _class_by(score, mean=lambda unit: unit.mean(axis=0), unit=lambda v: v / np.linalg.norm(v, axis=1, keepdims=True)):
    """The class that another score, mean or unit prefers."""

    def slip(vectors, classes, query):
        names, rows = sorted(set(classes)), unit(vectors)
        return max(names, key=lambda name: score(mean(rows[np.array(classes) == name]), query))

    return slip


def _of_the_nearest_vector(vectors, classes, query):
    return classes[int(np.argmax([cosine_similarity(vector, query) for vector in vectors]))]


def _equals_by(choose):
    """The right class, but among equal ones another."""

    def slip(vectors, classes, query):
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        scores = {name: cosine_similarity(unit[np.array(classes) == name].mean(axis=0), query) for name in classes}
        return choose([name for name in scores if scores[name] == max(scores.values())])

    return slip


EXERCISES = [
    Exercise(
        solution=shot_that_gains_most,
        cases=_two_methods,
        hints=(
            "For one shot: which share of its queries was found before, and which share after? Do that for every shot, then look for the largest difference.",
            "`before[shot].mean()` is the share found, because True counts as 1. Take the means first and subtract then: hits of the type uint8 have no "
            "number below 0, and NumPy does not subtract bool from bool.",
            "`gains = {shot: after[shot].mean() - before[shot].mean() for shot in sorted(before)}`; then `max(gains, key=gains.get)` is the shot, "
            "the first one where several are equal.",
        ),
        explanation="The mean of hits is the share found, and shares of different numbers of queries can be compared. Looking a shot up by its "
        "name keeps the two methods in step; going through the names in order settles who is first among equals.",
        bought="You can say where a new method helps, not only that it does. Which shot is it for the network, and what does that shot change in the picture?",
        slips={
            "of shots that gain equally the first in the alphabet is asked for, not the last.": _last_of_equals,
            "of shots that gain equally the first in the alphabet is asked for, not the first in the dict.": _first_in_the_dict,
            "where no shot gains, the one that loses least is asked for; begin with the first shot, not with a gain of 0.": _from_zero,
            "the shots need not stand in the same order in both dicts: look each up by its name.": _side_by_side,
            "uint8 has no number below 0, so that 0 - 1 is 255: take the two means first, then subtract.": _losses_wrap,
            "the sum of uint8 numbers has no sign, and 1 - 3 becomes a huge number: take the two means first, then subtract.": _sums_wrap,
            "these are numbers of hits; divide by the number of the shot's queries, which differ.": _gain_by(
                lambda old, new: int(new.sum()) - int(old.sum())
            ),
            "these are numbers of hits, and one shot may have more queries than another; take the two means, then subtract.": _numbers_of_hits,
            "a loss is no gain: keep the sign.": _gain_by(lambda old, new: abs(new.mean() - old.mean())),
            "it is the wrong way round: after minus before.": _gain_by(lambda old, new: old.mean() - new.mean()),
            "this counts every query about which the two differ; what is lost must be subtracted.": _gain_by(
                lambda old, new: (old != new).mean()
            ),
            "this counts what was newly found; what was lost must be subtracted.": _gain_by(
                lambda old, new: ((new == 1) & (old == 0)).mean()
            ),
            "this is the share found after; what was found before must be subtracted.": _gain_by(
                lambda old, new: new.mean()
            ),
            "the share found before was divided by; only subtract it.": _gain_by(_of_what_was_there),
            "it was divided by what was left to gain; only subtract.": _gain_by(_of_what_was_left),
            "this gain is in percent; a share goes from 0 to 1.": _gain_by(
                lambda old, new: 100 * (new.mean() - old.mean())
            ),
        },
    ),
    Exercise(
        solution=blend,
        cases=_two_rows_of_scores,
        hints=(
            "Write a small function that brings one array to scale, and use it twice.",
            "`(scores - scores.mean()) / scores.std()`: afterwards the mean is 0 and the standard deviation 1. What if `scores.std()` is 0?",
            "Where the standard deviation is 0 all scores equal their mean, so nothing is left after subtracting: return these zeros undivided.",
        ),
        explanation="Cosines may differ by hundredths and distances by tens; added as they are, the distances decide alone. After the change of scale "
        "both speak equally loudly, and only the weight decides. Scores that are all the same prefer nobody, and so add nothing.",
        bought="Two methods that make different mistakes may now help each other. Which weight is best, and on which shots, can be measured.",
        slips={
            "weight is the share of the second method; here it is that of the first.": lambda a, b, weight: blend(
                a, b, 1 - weight
            ),
            "these are the scores as they were; bring each array to scale first.": _blend_by(lambda scores: scores),
            "the mean was subtracted, but the standard deviation not divided by.": _blend_by(
                lambda scores: scores - scores.mean()
            ),
            "it was divided by the standard deviation, but the mean not subtracted.": _blend_by(
                lambda scores: scores / (scores.std() or 1)
            ),
            "it was divided by the variance; the standard deviation is its square root.": _blend_by(
                lambda scores: (scores - scores.mean()) / (scores.var() or 1)
            ),
            "it was divided by the length; the standard deviation is the length over the root of the number of scores.": _blend_by(
                lambda scores: (scores - scores.mean()) / (np.linalg.norm(scores - scores.mean()) or 1)
            ),
            "this standard deviation divides by n - 1 inside; `.std()` divides by n.": _blend_by(
                lambda scores: (scores - scores.mean()) / (scores.std(ddof=1) or 1)
            ),
            "this scale goes from 0 to 1; here the mean should be 0 and the standard deviation 1.": _blend_by(
                _from_0_to_1
            ),
            "each array has its own mean and its own standard deviation; these are of both together.": lambda a, b, weight: (
                ((1 - weight) * (a - np.mean([a, b])) + weight * (b - np.mean([a, b]))) / np.std([a, b])
            ),
            "the scores were added first and brought to scale then; it is the other way round.": lambda a, b, weight: (
                _to_scale((1 - weight) * a + weight * b)
            ),
            "the first method's share is 1 - weight, not 1.": lambda a, b, weight: _to_scale(a) + weight * _to_scale(b),
            "where all scores are the same the standard deviation is 0, and 0/0 is no number: return zeros there.": _blend_by(
                lambda scores: (scores - scores.mean()) / scores.std()
            ),
        },
    ),
    Exercise(
        solution=principal_components,
        cases=_vectors_to_shorten,
        hints=(
            "Three steps: subtract the mean vector; ask `np.linalg.svd` for the directions; take dot products with the first of them.",
            "`vectors.mean(axis=0)` is the mean vector. `np.linalg.svd(centred, full_matrices=False)` returns three arrays; each *row* of the last is one "
            "direction, the one of the largest spread first.",
            "`directions[:n_components]` are the rows you need. All dot products at once: `centred @ directions[:n_components].T`.",
        ),
        explanation="The first direction is the one along which the vectors spread most, the second the same among all at right angles to the first, and so "
        "on. Without subtracting the mean the first direction would mostly point from the origin to the middle of all vectors.",
        bought="A picture in a few numbers of which each says as much as it can. Two of them make a map; some dozens make an index a tenth of the size.",
        slips={
            "the mean vector was not subtracted.": _places_of(lambda vectors: vectors),
            "the mean was taken along each vector; the mean vector is that over all vectors, axis=0.": _places_of(
                lambda vectors: vectors - vectors.mean(axis=1, keepdims=True)
            ),
            "one number was subtracted from all; each column has its own mean: axis=0.": _places_of(
                lambda vectors: vectors - vectors.mean()
            ),
            "each column was divided by its standard deviation as well; only subtract the mean.": _places_of(
                lambda vectors: (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
            ),
            "the directions are right, but the mean vector was not subtracted before the dot products.": lambda vectors, n: (
                vectors @ _svd(vectors)[2][:n].T
            ),
            "these are the directions; the dot products of the centred vectors with them are asked for.": lambda vectors, n: (
                _svd(vectors)[2][:n]
            ),
            "these are vectors again, of n_dims numbers; the n_components places are asked for.": lambda vectors, n: (
                principal_components(vectors, n) @ _svd(vectors)[2][:n]
            ),
            "the directions are the rows of the last array, not its columns.": lambda vectors, n: (
                (vectors - vectors.mean(axis=0)) @ np.linalg.svd(vectors - vectors.mean(axis=0))[2][:, :n]
            ),
            "these are the directions of the smallest spread; the largest comes first.": lambda vectors, n: (
                (vectors - vectors.mean(axis=0)) @ _svd(vectors)[2][::-1][:n].T
            ),
            "svd's first array has columns of length 1: multiply each by its number in the second array.": lambda vectors, n: (
                _svd(vectors)[0][:, :n]
            ),
            "rows and columns are swapped: a row for each vector.": lambda vectors, n: (
                principal_components(vectors, n).T
            ),
        },
        judge=_what_is_wrong_with_the_places,
    ),
    Exercise(
        solution=nearest_class_mean,
        cases=_classes,
        hints=(
            "Three steps: every vector to length 1; a mean for each name; the cosine of each mean with the query.",
            "`np.linalg.norm(vectors, axis=1, keepdims=True)` holds the lengths, one a row. `vectors[np.array(classes) == name]` are the rows of one class.",
            "Go through `sorted(set(classes))` and keep the name with the largest cosine; with `>` instead of `>=` the first of equal ones stays. "
            "You may use `cosine_similarity`.",
        ),
        explanation="With length 1 every picture has the same say in its class's mean. The mean of vectors that differ among themselves is short, "
        "and the cosine does not mind: it sees the direction alone.",
        bought="A classifier without training: a few pictures of each class, and the network's vectors do the rest.",
        slips={
            "of equal classes the first in the alphabet is asked for, not the last.": _equals_by(max),
            "of equal classes the first in the alphabet is asked for, not the first in the list.": _equals_by(
                lambda names: names[0]
            ),
            "this is the median of each class, not its mean.": _class_by(
                cosine_similarity, mean=lambda unit: np.median(unit, axis=0)
            ),
            "each vector was divided by its sum; its length is the root of the sum of squares.": _class_by(
                cosine_similarity, unit=lambda vectors: vectors / vectors.sum(axis=1, keepdims=True)
            ),
            "divide each vector by its length before the mean: a long one outweighs the others.": _class_by(
                cosine_similarity, unit=lambda vectors: vectors
            ),
            "this is the dot product with the mean; the mean's length must be divided by, too.": _class_by(
                lambda mean, query: mean @ query
            ),
            "this is the dot product with the sum, in which a large class wins; the cosine of the mean is asked for.": _class_by(
                lambda mean, query: mean @ query, mean=lambda unit: unit.sum(axis=0)
            ),
            "this is the Euclidean distance to the mean; the largest cosine is asked for.": _class_by(
                lambda mean, query: -np.linalg.norm(mean - query)
            ),
            "this is the class of the nearest single vector; the nearest mean is asked for.": _of_the_nearest_vector,
            "this is the class farthest away; the largest cosine is the nearest.": _class_by(
                lambda mean, query: -cosine_similarity(mean, query)
            ),
        },
    ),
]
