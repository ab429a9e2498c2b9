"""The key of assignment 2: near and far, for the grader: cases for its checks, and the slips they recognise."""

import numpy as np

from imsearch_helpers import cosine_similarity, euclidean_distance
from imsearch_helpers.exercises import Exercise
from imsearch_helpers.exercises.graded import solutions_of
from imsearch_helpers.exercises.model import telling

SOLUTIONS = solutions_of(__file__)
best_light, light_and_haze = SOLUTIONS["best_light"], SOLUTIONS["light_and_haze"]
distance_table, places_of = SOLUTIONS["distance_table"], SOLUTIONS["places_of"]


# Cases


def _weighted_pairs(rng):
    bright = rng.integers(90, 256, (2, 4)).astype(np.uint8)
    first, second = rng.integers(1, 9, (2, 5))
    return [
        (np.array([1, 4, 7]), np.array([1, 0, -2]), np.array([9, 1, 0])),
        (_distinct(rng, 3), _distinct(rng, 3), _distinct(rng, 3)),
        (bright[0], bright[1], rng.permutation(4) / 2 + 0.25),
        (
            first * np.array([0, 1, 0, 1, 0]),
            second,
            np.array([1, 0, 3, 0, 2]),
        ),  # nothing is left where the weights are not 0
        (-_distinct(rng, 5) / 2, _distinct(rng, 5) / 4, np.append(rng.permutation(4) + 1, 0)),
        (rng.random(6).round(2) + 0.1, rng.random(6).round(2), 2 * rng.random(6).round(2)),
        (_distinct(rng, 3) / 50, _distinct(rng, 3) / 50, _distinct(rng, 3) / 5),  # short, but not of length 0
    ]


def _distinct(rng, n_dims):
    return rng.permutation(9)[:n_dims] + 1


def _pairs_in_other_light(rng):
    n_dims = int(rng.integers(4, 7))
    once, bright = _distinct(rng, 4), rng.integers(90, 256, (2, 4)).astype(np.uint8)
    return [
        (np.array([2, 1]), np.array([3, 4])),
        (_distinct(rng, 3), 3 * _distinct(rng, 3)),
        (bright[0], bright[1]),
        (once, once * int(rng.integers(2, 9)) / 4),  # the same thing in other light
        (np.zeros(4), _distinct(rng, 4)),
        (_distinct(rng, 4), -2 * _distinct(rng, 4)),  # beyond a right angle
        ((rng.permutation(3) + 1) / 5, _distinct(rng, 3) / 5),  # shorter than 1, but not of length 0
        (rng.random(n_dims).round(2) + 0.1, rng.random(n_dims).round(2) / 2),
    ]


def _pairs_behind_haze(rng):
    once, bright = _distinct(rng, 4), rng.permutation(np.arange(90, 256, 5))[:8].astype(np.uint8)
    rising = np.sort(rng.integers(1, 20, 5)) + np.arange(5)
    return [
        (np.array([1, 2, 3]), np.array([4, 3, 8])),
        (once, once * int(rng.integers(2, 6)) / 2 + int(rng.integers(1, 9))),
        (bright[:4], bright[4:]),
        (np.full(4, int(rng.integers(1, 9))), _distinct(rng, 4)),
        (rising, 50 - 2 * rising + rng.permutation(5)),  # light where the other is dark
        (rng.random(6).round(2), rng.random(6).round(2) + 0.5),
    ]


def _tables(rng):
    few, whole = rng.integers(0, 9, (2, 3)), rng.integers(0, 9, (2, 4))
    one, other = _too_near_to_tell(rng)
    start, quarters = (
        4000 + int(rng.integers(9)),
        [0, *2 * rng.permutation(8)[:2] + 1],
    )  # so far from zero float32 cannot hold the squares of these
    far = np.array([[start + quarter / 4, 0] for quarter in quarters], dtype=np.float32)
    return [
        (np.array([[1, 2], [0, 0]]), np.array([[4, 6], [1, 2], [0, 5]])),
        (few, rng.integers(0, 9, (2, 3))),
        (rng.integers(90, 256, (2, 3)).astype(np.uint8), rng.integers(90, 256, (2, 3)).astype(np.uint8)),
        (whole, whole[::-1].copy()),  # each of the queries is there
        (np.array([[one, 0.0]]), np.array([[other, 0.0], rng.integers(1, 9, 2)])),
        (far[:1], far[1:]),
        (rng.random((3, 2)).round(2), rng.random((2, 2)).round(2)),
    ]


def _too_near_to_tell(rng):
    """Two neighbouring numbers for which rounding makes the formula negative, in whatever order it is added up."""
    while True:
        one = float(rng.uniform(1, 1.4))
        other = float(np.nextafter(one, 2))
        if one * one + other * other - 2 * (one * other) < 0 and one * one - 2 * (one * other) + other * other < 0:
            return one, other


def _rankings(rng):
    in_a_round = np.roll(np.arange(5), int(rng.integers(1, 3)))  # so that the order of the rows is not their places
    # Ties in an order in which np.argsort leaves them as they come, whatever the processor.
    two_levels = rng.permutation([[1, 0, 1, 0, 1], [0, 1, 0, 1, 0]])[0]
    three_levels = rng.permutation([[2, 0, 1, 2, 0], [0, 2, 0, 2, 1], [2, 0, 2, 1, 0]])[0]
    return [
        (np.array([0.7, 0.9, 0.2, 0.9]), ["mug.jpg", "hat.jpg", "bag.jpg", "cup.jpg"]),
        (10 - in_a_round - rng.random(5).round(2) / 2, _paths(rng, 5)),
        (-rng.permutation(5) / 4 - 1, _paths(rng, 5)),
        (np.full(4, int(rng.integers(1, 9)) / 8), _unsorted_paths(rng, 4)),
        _where_paths_matter(rng, two_levels / 4 + 0.5),
        _where_paths_matter(rng, np.sort(-rng.permutation(9)[:3] / 2)[three_levels]),
    ]


def _where_paths_matter(rng, scores):
    return telling(lambda: (scores, _paths(rng, 5)), places_of, [_ties_as_they_come, _ties_from_the_last])


def _paths(rng, n_images):
    return [f"product_{number:03}.jpg" for number in rng.permutation(200)[:n_images]]


def _unsorted_paths(rng, n_images):
    """The first two in alphabetical order at the ends, so that neither the input's order nor its reverse is sorted."""
    first, second, *rest = sorted(_paths(rng, n_images))
    return [second, *rest, first]


# Slips. Few of them take care of 0/0, so that they fit an answer that does and one that does not; therefore the
# cause for 0/0 alone stands first in each task.


def _weights_in(in_dot, in_length1, in_length2):
    """The weighted cosine with each weight taken to a power; 1 is right."""

    @np.errstate(all="ignore")
    def slip(v1, v2, weights):
        v1, v2, weights = v1.astype(float), v2.astype(float), weights.astype(float)
        lengths = np.sqrt((weights**in_length1 * v1**2).sum() * (weights**in_length2 * v2**2).sum())
        return (weights**in_dot * v1 * v2).sum() / lengths

    return slip


def _cut_to_whole_numbers(v1, v2, weights):
    return SOLUTIONS["weighted_cosine"](np.trunc(v1), np.trunc(v2), weights)


def _over_the_sum_of_weights(v1, v2, weights):
    return _weights_in(1, 1, 1)(v1, v2, weights) / weights.sum()


@np.errstate(all="ignore")
def _forgot_the_root(v1, v2, weights):
    v1, v2 = v1.astype(float), v2.astype(float)
    return (weights * v1 * v2).sum() / ((weights * v1**2).sum() * (weights * v2**2).sum())


def _light_by(factor_of):
    """The pair for a factor found in another way."""

    @np.errstate(all="ignore")
    def slip(v1, v2):
        v1, v2 = v1.astype(float), v2.astype(float)
        factor = factor_of(v1, v2)
        return factor, np.linalg.norm(factor * v1 - v2)

    return slip


def _squared_rest(v1, v2):
    factor, rest = best_light(v1, v2)
    return factor, rest**2


def _distance_before(v1, v2):
    return best_light(v1, v2)[0], euclidean_distance(v1, v2)


def _haze_by(factor_of):
    """The pair for a factor found in another way, with the offset that is best for it."""

    @np.errstate(all="ignore")
    def slip(v1, v2):
        v1, v2 = v1.astype(float), v2.astype(float)
        factor = factor_of(v1, v2)
        return factor, v2.mean() - factor * v1.mean()

    return slip


@np.errstate(all="ignore")
def _haze_without_care(v1, v2):
    own1, own2 = v1 - v1.mean(), v2 - v2.mean()
    factor = own1 @ own2 / (own1 @ own1)
    return factor, v2.mean() - factor * v1.mean()


def _offset_from_v2_to_v1(v1, v2):
    factor = light_and_haze(v1, v2)[0]
    return factor, v1.mean() - factor * v2.mean()


def _means_only(v1, v2):
    return light_and_haze(v1, v2)[0], v2.mean() - v1.mean()


def _offset_turned_round(v1, v2):
    factor, offset = light_and_haze(v1, v2)
    return factor, -offset


def _table_from(rule):
    """A table made of the rows' sums of squares, one query a row, and of the dot products."""

    @np.errstate(all="ignore")
    def slip(queries, vectors):
        queries, vectors = queries.astype(float), vectors.astype(float)
        return rule((queries**2).sum(axis=1, keepdims=True), (vectors**2).sum(axis=1), queries @ vectors.T)

    return slip


@np.errstate(all="ignore")
def _at_length_1(queries, vectors):
    q, v = (
        rows.astype(float) / np.linalg.norm(rows.astype(float), axis=1)[:, np.newaxis] for rows in (queries, vectors)
    )
    return np.sqrt(np.maximum(2 - 2 * np.nan_to_num(q) @ np.nan_to_num(v).T, 0))


def _as_they_come(queries, vectors):
    squared = (queries**2).sum(axis=1, keepdims=True) + (vectors**2).sum(axis=1) - 2 * queries @ vectors.T
    return np.sqrt(np.maximum(squared, 0))


def _one_sum_for_all(queries, vectors):
    queries, vectors = queries.astype(float), vectors.astype(float)
    return np.sqrt(np.maximum((queries**2).sum() + (vectors**2).sum() - 2 * queries @ vectors.T, 0))


def _rows_best_first(scores, paths):
    return sorted(range(len(paths)), key=lambda i: (-scores[i], paths[i]))


def _rows_as_argsort_lists_them(first, backwards=False):
    """The rows, best first, where the paths decide nothing; `first` is the number of the first row."""

    def slip(scores, paths):
        rows = np.argsort(scores, kind="stable")[::-1] if backwards else np.argsort(-scores, kind="stable")
        return (rows + first).tolist()

    return slip


def _ties_backwards(scores, paths):
    ranking = sorted(zip(scores, paths), reverse=True)
    return [ranking.index(pair) + 1 for pair in zip(scores, paths)]


def _ties_as_they_come(scores, paths):
    return (np.argsort(np.argsort(-scores, kind="stable")) + 1).tolist()


def _ties_from_the_last(scores, paths):
    return (np.argsort(np.argsort(scores, kind="stable")[::-1]) + 1).tolist()


def _shared_places(scores, paths):
    return [1 + sum(other > score for other in scores) for score in scores]


TASKS = [
    Exercise(
        solution=SOLUTIONS["weighted_cosine"],
        cases=_weighted_pairs,
        slips={
            "a weighted length can be 0, and 0/0 is no number: return 0.0 there, also where no vector is all zeros.": (
                _weights_in(1, 1, 1)
            ),
            "this is the plain cosine; the weights are not in it.": _weights_in(0, 0, 0),
            "do not divide by the sum of the weights; the two lengths are enough.": _over_the_sum_of_weights,
            "the weights are in the dot product only; they belong in both lengths as well.": _weights_in(1, 0, 0),
            "the weights are in the lengths only; they belong in the dot product as well.": _weights_in(0, 1, 1),
            "each weight counts twice: a product of two weighted numbers holds its square.": _weights_in(2, 2, 2),
            "the weights changed v1 only; each square has its weight once.": _weights_in(1, 2, 0),
            "a length is the square root of the sum of weighted squares; the root is missing.": _forgot_the_root,
            "int(...) cuts off what stands behind the point; float(...) keeps it.": _cut_to_whole_numbers,
        },
        forbidden=(cosine_similarity,),
        bought="Now a search can be told where to look.",
    ),
    Exercise(
        solution=best_light,
        cases=_pairs_in_other_light,
        slips={
            "a vector of zeros has the length 0, and 0/0 is no number: there the factor is 0.0.": _light_by(
                lambda v1, v2: v1 @ v2 / (v1 @ v1)
            ),
            "that is the shadow's length; how many times as long as v1 is the shadow?": _light_by(
                lambda v1, v2: v1 @ v2 / np.linalg.norm(v1)
            ),
            "that is the cosine, which does not depend on the lengths; the factor does.": _light_by(cosine_similarity),
            "that factor makes both equally long; nearest is the point where the shadow ends.": _light_by(
                lambda v1, v2: np.linalg.norm(v2) / np.linalg.norm(v1)
            ),
            "the two are exchanged: this is v1's shadow on v2; v1 is the one that is multiplied.": _light_by(
                lambda v1, v2: v1 @ v2 / (v2 @ v2)
            ),
            "the best factor can be any number, this one has two digits behind the point: compute it.": _light_by(
                lambda v1, v2: np.round(v1 @ v2 / (v1 @ v1), 2)
            ),
            "the factor is right; the distance is still squared.": _squared_rest,
            "that factor makes both sums (or means) equal; nearest is the point where the shadow ends.": _light_by(
                lambda v1, v2: v2.sum() / v1.sum()
            ),
            "that is a mean of quotients; nearest is the point where the shadow ends.": _light_by(
                lambda v1, v2: np.mean(v2 / v1)
            ),
            "beyond a right angle the factor is negative; it was held at 0.": _light_by(
                lambda v1, v2: max(0.0, v1 @ v2) / (v1 @ v1)
            ),
            "the factor is right; the distance is the one before v1 was multiplied.": _distance_before,
            "beyond a right angle the factor is negative; the sign was lost.": _light_by(
                lambda v1, v2: abs(v1 @ v2) / (v1 @ v1)
            ),
            "the two answers are exchanged: the factor comes first.": lambda v1, v2: best_light(v1, v2)[::-1],
        },
        bought="You measure distance after the best change of light, and it tells you what cosine is.",
    ),
    Exercise(
        solution=light_and_haze,
        cases=_pairs_behind_haze,
        slips={
            "a vector minus its mean can be all zeros, and 0/0 is no number: the factor is 0.0.": _haze_without_care,
            "the factor is that of the vectors as they are: take out their means first.": _haze_by(
                lambda v1, v2: best_light(v1, v2)[0]
            ),
            "only v2 lost its mean; v1 should lose its own as well.": _haze_by(
                lambda v1, v2: v1 @ (v2 - v2.mean()) / (v1 @ v1)
            ),
            "that factor makes both standard deviations equal; nearest is another one.": _haze_by(
                lambda v1, v2: v2.std() / v1.std()
            ),
            "that factor stretches v1 from the smallest to the largest number of v2; nearest is another one.": _haze_by(
                lambda v1, v2: np.ptp(v2) / np.ptp(v1)
            ),
            "the factor is right; the offset is the mean of v2 minus the mean of *factor times* v1.": _means_only,
            "the factor is right; the sign of the offset is turned round.": _offset_turned_round,
            "the factor is right; in the offset v1 and v2 are exchanged.": _offset_from_v2_to_v1,
            "the two are exchanged: factor and offset should bring v1 to v2, not v2 to v1.": lambda v1, v2: (
                light_and_haze(v2, v1)
            ),
            "the two answers are exchanged: the factor comes first.": lambda v1, v2: light_and_haze(v1, v2)[::-1],
        },
        bought="Two numbers take light and haze away; what then remains is what centred cosine measures.",
    ),
    Exercise(
        solution=distance_table,
        cases=_tables,
        slips={
            "these are squared distances; the root is missing.": _table_from(
                lambda q, v, dot: np.maximum(q + v - 2 * dot, 0)
            ),
            "rounding leaves a square just below 0, and its root is nan: lift it to 0 first.": _table_from(
                lambda q, v, dot: np.sqrt(q + v - 2 * dot)
            ),
            "2 - 2 · cosine holds for length 1; here two sums of squares come first.": _table_from(
                lambda q, v, dot: np.sqrt(np.maximum(2 - 2 * dot / np.sqrt(q * v), 0))
            ),
            "2 - 2 · cosine holds for length 1; rows of any other length, also all zeros, need two sums of squares.": (
                _at_length_1
            ),
            "2 - 2 · dot product holds for length 1; here two sums of squares take the place of the first 2.": _table_from(
                lambda q, v, dot: np.sqrt(np.maximum(2 - 2 * dot, 0))
            ),
            "the dot product counts twice in x² + y² - 2xy.": _table_from(
                lambda q, v, dot: np.sqrt(np.maximum(q + v - dot, 0))
            ),
            "the dot product is subtracted in x² + y² - 2xy, not added.": _table_from(
                lambda q, v, dot: np.sqrt(np.maximum(q + v + 2 * dot, 0))
            ),
            "x² + y² needs the sums of squares; these are the lengths, which are the roots of those.": _table_from(
                lambda q, v, dot: np.sqrt(np.maximum(np.sqrt(q) + np.sqrt(v) - 2 * dot, 0))
            ),
            "these are dot products; they are only one part of x² + y² - 2xy.": _table_from(lambda q, v, dot: dot),
            "uint8 wraps around, float32 lacks digits: begin with float64.": _as_they_come,
            "the result is turned round: row i must belong to query i.": lambda queries, vectors: distance_table(
                vectors, queries
            ),
            "without axis=1 there is one sum for the whole matrix; each row needs its own.": _one_sum_for_all,
        },
        forbidden=(euclidean_distance, cosine_similarity),
        loop_free=True,
        bought="All distances at the speed of a matrix product.",
    ),
    Exercise(
        solution=places_of,
        cases=_rankings,
        slips={
            "these are the rows, best first; asked is the place of each row.": lambda scores, paths: [
                row + 1 for row in _rows_best_first(scores, paths)
            ],
            "these are the rows, best first, and from 0; asked is the place of each row.": _rows_best_first,
            "np.argsort lists the rows, best first; asked is the place of each row (and the path decides a tie).": (
                _rows_as_argsort_lists_them(1)
            ),
            "np.argsort lists the rows, from 0; asked is the place of each row (and the path decides a tie).": (
                _rows_as_argsort_lists_them(0)
            ),
            "np.argsort, turned round, lists the rows, best first; asked is the place of each row.": (
                _rows_as_argsort_lists_them(1, backwards=True)
            ),
            "np.argsort, turned round, lists the rows, from 0; asked is the place of each row.": (
                _rows_as_argsort_lists_them(0, backwards=True)
            ),
            "these are the paths, best first; asked are their places.": lambda scores, paths: [
                paths[row] for row in _rows_best_first(scores, paths)
            ],
            "places count from 1.": lambda scores, paths: [place - 1 for place in places_of(scores, paths)],
            "a higher score is better; here the lowest has place 1.": lambda scores, paths: places_of(-scores, paths),
            "of equal scores the one with the path that comes first in the alphabet is better; here it is worse.": (
                _ties_backwards
            ),
            "of equal scores the path decides, not the order of the input.": _ties_as_they_come,
            "of equal scores the path decides, not the reverse order of the input.": _ties_from_the_last,
            "each place is given once; of equal scores the path decides.": _shared_places,
            "1, 2, 3 ... are the places in the order of the ranking; asked is the order of the input.": (
                lambda scores, paths: list(range(1, len(paths) + 1))
            ),
        },
        bought="With places, any two rankings can be compared, whatever their scores mean.",
    ),
]
