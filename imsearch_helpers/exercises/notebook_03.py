"""The exercises of notebook 03: cosine and Euclidean."""

import numpy as np

from ..similarity import cosine_similarity, euclidean_distance
from .model import Exercise


def cosine_from_sums(v1, v2):
    """The cosine of the angle between two vectors: dot product over lengths.

    `v1` and `v2` are arrays with the same number of numbers; they may be of the
    type uint8. Return one number, and 0.0 if one of the vectors is all zeros.
    """
    v1, v2 = v1.astype(float), v2.astype(float)  # uint8 would wrap around
    dot = (v1 * v2).sum()
    lengths = (v1**2).sum() ** 0.5 * (v2**2).sum() ** 0.5
    return dot / lengths if lengths > 0 else 0.0


def centred_cosine(v1, v2):
    """The cosine of two vectors, each minus its own mean (Pearson correlation).

    `v1` and `v2` are arrays with the same number of numbers. Return one number,
    and 0.0 if one of the vectors has the same number everywhere.
    """
    if v1.min() == v1.max() or v2.min() == v2.max():
        return 0.0  # their mean may be rounded: then what is left is not quite 0, but says nothing
    return cosine_similarity(v1 - v1.mean(), v2 - v2.mean())


def two_that_disagree(query):
    """Invent two vectors about which the metrics disagree.

    `query` is an array of at least two positive numbers. Return a pair (a, b) of
    arrays of the same shape: by cosine a is more similar to the query than b is;
    by Euclidean distance b is nearer to the query than a is.
    """
    a = 10 * query  # the same direction, far away
    b = query.astype(float)
    b[0] += 1  # a small step aside
    return a, b


def histogram_intersection(counts1, counts2):
    """What two histograms share: the sum over the bins of the smaller share.

    `counts1` and `counts2` are arrays of counts, one number a bin; the pictures
    may be of different sizes, so turn counts into shares first: divide each
    histogram by its own sum. Return one number from 0 to 1.
    """
    shares1, shares2 = counts1 / counts1.sum(), counts2 / counts2.sum()
    return np.minimum(shares1, shares2).sum()


def _pairs(rng):
    n_dims = int(rng.integers(5, 12))
    bright = rng.integers(90, 256, (2, 4)).astype(np.uint8)
    some = rng.integers(1, 6, 3)
    return [
        (rng.integers(1, 6, 3), rng.integers(1, 6, 3)),
        (-rng.integers(1, 10, n_dims) / 2, rng.integers(1, 10, n_dims) / 2),
        (bright[0], bright[1]),
        (rng.random(4).round(2), np.zeros(4)),
        (rng.integers(1, 9, 4) / 100, rng.integers(1, 9, 4) / 100),  # lengths far below 1, but no vectors of zeros
        (rng.integers(1, 9, 6) / 4, rng.integers(1, 9, 6) * 5.0),
        (np.append(some, -some.sum()), np.append(rng.integers(1, 6, 3), 6)),  # sums to 0, but is no vector of zeros; a dot product never 0
    ]


def _pairs_to_centre(rng):
    n_dims = int(rng.integers(6, 12))
    vector, times = rng.permutation(5) + rng.integers(1, 4), int(rng.integers(2, 5))
    return [
        (rng.permutation(4) + 1, rng.permutation(4) * 2 + 4),  # the largest of one is the smallest of the other
        (vector, (times + 1) * vector.min() - times * vector),  # the other way round
        (rng.random(n_dims).round(2) + 1, rng.random(n_dims).round(2)),
        (rng.permutation(4) + 0.5, np.full(4, float(rng.integers(1, 9)))),
        (np.full(3, 0.1), np.full(3, 0.7)),  # their means are rounded: what is left of both is not quite 0
        (rng.integers(0, 256, 8).astype(np.uint8), rng.integers(0, 256, 8).astype(np.uint8)),
    ]


def _queries(rng):
    return [(rng.integers(1, 20, n_dims),) for n_dims in (2, 3, 5, int(rng.integers(6, 12)))]


def _counts(rng):
    bins = int(rng.integers(6, 12))
    small = rng.integers(1, 9, 3)
    return [
        (small, rng.integers(1, 9, 3)),
        (small, small * int(rng.integers(2, 6))),
        (rng.integers(0, 30, bins) + 1, rng.integers(0, 200, bins) + 1),
        (np.array([0, 0, 5]), rng.integers(1, 9, 3)),
    ]


def _forgot_the_root(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    lengths = (v1**2).sum() * (v2**2).sum()
    return (v1 * v2).sum() / lengths if lengths > 0 else 0.0


def _multiplied_by_a_length(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    return (v1 @ v2) / np.linalg.norm(v1) * np.linalg.norm(v2)


def _sums_for_lengths(v1, v2):
    return 0.0 if v1.sum() == 0 or v2.sum() == 0 else cosine_similarity(v1, v2)


def _added_the_lengths(v1, v2):
    lengths = np.linalg.norm(v1) + np.linalg.norm(v2)
    return (v1.astype(float) * v2).sum() / lengths if v1.any() and v2.any() else 0.0


def _one_length_only(v1, v2):
    lengths = np.linalg.norm(v1)
    return (v1.astype(float) * v2).sum() / lengths if lengths > 0 else 0.0


@np.errstate(all="ignore")
def _without_care_for_zero(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    return (v1 @ v2) / (np.linalg.norm(v1) * np.linalg.norm(v2))


def _wraps_in(dot, length, careful):
    """The formula in the numbers' own type; `careful` people still see to vectors of zeros."""

    @np.errstate(all="ignore")
    def wrapping(v1, v2):
        lengths = length(v1) * length(v2)
        return 0.0 if careful and lengths == 0 else dot(v1, v2) / lengths

    return wrapping


def _uint8_slips():
    dots = {"@": lambda v1, v2: v1 @ v2, "the products": lambda v1, v2: (v1 * v2).sum()}
    lengths = {
        "": np.linalg.norm,
        " and the squares": lambda v: np.sqrt((v**2).sum()),
        " and @ in the lengths": lambda v: np.sqrt(v @ v),
    }
    return {
        f"uint8 wraps around at 256, here in {dot}{length}: turn the vectors into floats first"
        + ("." if careful else ", and mind the vector of zeros: its length is 0, and 0/0 is no number."): _wraps_in(
            dots[dot], lengths[length], careful
        )
        for dot in dots
        for length in lengths
        for careful in (True, False)
    }


@np.errstate(all="ignore")
def _correlation_without_care(v1, v2):
    v1, v2 = v1 - v1.mean(), v2 - v2.mean()
    return v1 @ v2 / (np.linalg.norm(v1) * np.linalg.norm(v2))


def _what_is_wrong_with_the_pair(pair, query):
    if not isinstance(pair, (tuple, list)) and np.ndim(pair) != 2 or len(pair) != 2:
        return "Return two vectors: return a, b"
    try:
        a, b = (np.asarray(vector, dtype=float) for vector in pair)
        cosines, distances = zip(*[(cosine_similarity(v, query), euclidean_distance(v, query)) for v in (a, b)])
    except (TypeError, ValueError) as error:
        return f"The two metrics cannot be computed for it: {error}"
    by_angle, by_distance = _angle(b, query) - _angle(a, query), distances[0] - distances[1]
    measured = f"cosine: a {cosines[0]:.9g}, b {cosines[1]:.9g}; distance: a {distances[0]:.4g}, b {distances[1]:.4g}."
    if abs(by_angle) <= 1e-12:
        return f"By cosine a and b are level. Only one of them should point where the query points.\n{measured}"
    if abs(by_distance) <= 1e-12 * max(distances):
        return f"Both are equally far away. Move a farther out along its own direction.\n{measured}"
    if by_angle > 0 and by_distance > 0:
        return ""
    if by_angle < 0 and by_distance < 0:
        return f"They disagree, but the other way round: swap a and b.\n{measured}"
    return f"Both metrics prefer the same one. Let a point where the query points, but lie farther away.\n{measured}"


def _angle(v1, v2):
    """The angle in radians; of a small one the cosine, near 1, keeps half the digits only."""
    if not v1.any():
        return np.pi / 2  # whose cosine is 0, as a vector of zeros has it
    return 2 * np.arcsin(min(1, np.linalg.norm(v1 / np.linalg.norm(v1) - v2 / np.linalg.norm(v2)) / 2))


EXERCISES = [
    Exercise(
        solution=cosine_from_sums,
        cases=_pairs,
        hints=(
            "Three sums are all it takes: of the products, of the squares of `v1`, of the squares of `v2`. "
            "A length is the square root of a sum of squares; `** 0.5` is a square root.",
            "First turn both vectors into floats with `.astype(float)`, otherwise uint8 wraps around. "
            "Then `dot = (v1 * v2).sum()` and `length1 = (v1 ** 2).sum() ** 0.5`.",
            "Divide `dot` by the product of both lengths. Before you divide, look whether that product is 0; "
            "if it is, return 0.0.",
        ),
        explanation="The dot product is *shadow times length*. Dividing by both lengths leaves what does not depend on "
        "either of them: the cosine of the angle. The first line is there for uint8, the last for vectors of zeros.",
        bought="Now you own the number by which our engine ranks: one line of sums.",
        slips={
            "this divides by the squared lengths; a length is the square root of the sum of squares.": _forgot_the_root,
            "this is the dot product alone; divide it by both lengths.": lambda v1, v2: (v1.astype(float) * v2).sum(),
            "the two lengths were added; multiply them.": _added_the_lengths,
            "only one of the two lengths was divided by.": _one_length_only,
            "a / b * c divides by b and multiplies by c: put brackets around the product of the lengths.": _multiplied_by_a_length,
            "the sign was lost; beyond a right angle the cosine is negative.": lambda v1, v2: abs(cosine_similarity(v1, v2)),
            "a vector whose numbers cancel in the sum is not a vector of zeros: look at its length instead.": _sums_for_lengths,
            "this is the Euclidean distance, not the cosine.": lambda v1, v2: (
                ((v1.astype(float) - v2) ** 2).sum() ** 0.5
            ),
            "a vector of zeros has the length 0, and 0/0 is no number: return 0.0 there.": _without_care_for_zero,
            "the cosine was subtracted from 1; that makes a dissimilarity of it.": lambda v1, v2: (
                1 - cosine_similarity(v1, v2)
            ),
            **_uint8_slips(),
        },
        forbidden=(cosine_similarity,),
    ),
    Exercise(
        solution=centred_cosine,
        cases=_pairs_to_centre,
        hints=(
            "`v1.mean()` is the mean of the numbers in `v1`. What is left when you subtract it from each of them?",
            "Each vector loses its *own* mean. What remains of the two goes into `cosine_similarity`, which you may use here.",
            "Equal numbers come first: `v1.min() == v1.max()`. The mean of three times 0.1 is rounded to "
            "0.10000000000000002, so what is left is not 0, and its angle is an accident of rounding.",
        ),
        explanation="What is left of each vector says how far each number lies above or below its picture's mean. "
        "Less light multiplies all of that by the same number; a number added everywhere, which is nearly what haze does, goes "
        "with the mean. The angle stays the same both times. Whether all numbers are equal is asked of the numbers "
        "themselves, since the "
        "mean may be rounded.",
        bought="You have built the Pearson correlation, which statistics knows well, out of an angle.",
        slips={
            "this is the plain cosine; the means are still in.": cosine_similarity,
            "the mean of equal numbers may be rounded; what is then left is not quite 0, and its angle means nothing. Ask the numbers "
            "themselves whether they are equal.": lambda v1, v2: cosine_similarity(v1 - v1.mean(), v2 - v2.mean()),
            "the mean of both vectors together was subtracted; each should lose its own.": lambda v1, v2: (
                cosine_similarity(v1 - np.mean([v1, v2]), v2 - np.mean([v1, v2]))
            ),
            "the sign was lost; where one is light and the other dark, it is negative.": lambda v1, v2: abs(
                cosine_similarity(v1 - v1.mean(), v2 - v2.mean())
            ),
            "only the first vector lost its mean.": lambda v1, v2: cosine_similarity(v1 - v1.mean(), v2),
            "v1's mean was subtracted from both; each should lose its own.": lambda v1, v2: cosine_similarity(
                v1 - v1.mean(), v2 - v1.mean()
            ),
            "a vector that is the same everywhere has nothing left, and 0/0 is no number: return 0.0 there.": (
                _correlation_without_care
            ),
        },
    ),
    Exercise(
        solution=two_that_disagree,
        cases=_queries,
        hints=(
            "Draw it with arrows. One answer points exactly where the query points; what may it do that cosine does not see?",
            "`a` can be the query times a large number. `b` should stay close to the query's tip and point a little "
            "elsewhere: change one of its numbers.",
        ),
        explanation="Cosine sees directions only, so a long vector in the query's direction is a perfect match. Distance "
        "sees tips only, so a small step aside is a near neighbour.",
        bought="Whenever two rankings surprise you, look for such a triple: same direction but far, or near but turned.",
        slips={},
        judge=_what_is_wrong_with_the_pair,
    ),
    Exercise(
        solution=histogram_intersection,
        cases=_counts,
        hints=(
            "Divide each histogram by its own sum. Then both sum to 1, however large the pictures are.",
            "`np.minimum(x, y)` takes the smaller number place by place. Sum what it gives.",
        ),
        explanation="Lay one histogram over the other: what both cover is the intersection. Shares are needed, because in "
        "counts the smaller number of a bin is mostly the smaller picture's, whatever its colours. M. J. Swain and "
        "D. H. Ballard used it to find things by "
        "colour (*Color indexing*, International Journal of Computer Vision, 1991).",
        bought="A third way to compare histograms, and its number can be read: the share of colour in common.",
        slips={
            "these are counts; divide each histogram by its own sum first.": lambda counts1, counts2: np.minimum(
                counts1, counts2
            ).sum(),
            "that is the larger of each pair, which is the union; take the smaller.": lambda counts1, counts2: (
                np.maximum(counts1 / counts1.sum(), counts2 / counts2.sum()).sum()
            ),
            "each histogram is divided by its own sum, before the smaller is taken; this divides the counts in common "
            "by the first one's sum.": lambda counts1, counts2: np.minimum(counts1, counts2).sum() / counts1.sum(),
            "each histogram was divided by its length, as for a cosine; here it is divided by its sum.": (
                lambda counts1, counts2: np.minimum(
                    counts1 / np.linalg.norm(counts1), counts2 / np.linalg.norm(counts2)
                ).sum()
            ),
            "the shares of a bin were multiplied, as in a dot product; take the smaller of the two.": lambda counts1, counts2: (
                (counts1 / counts1.sum() * (counts2 / counts2.sum())).sum()
            ),
            "this is the mean of what is in common; sum it.": lambda counts1, counts2: (
                np.minimum(counts1 / counts1.sum(), counts2 / counts2.sum()).mean()
            ),
            "this gives one number for each bin; sum them.": lambda counts1, counts2: np.minimum(
                counts1 / counts1.sum(), counts2 / counts2.sum()
            ),
        },
    ),
]
