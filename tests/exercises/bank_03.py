"""Answers to the exercises of notebook 03."""

import math

import numpy as np


def _in_plain_python(v1, v2):
    v1, v2 = [float(x) for x in v1], [float(x) for x in v2]
    squared = sum(x * x for x in v1) * sum(y * y for y in v2)
    return 0.0 if squared == 0 else sum(x * y for x, y in zip(v1, v2)) / math.sqrt(squared)


def _unit_vectors_first(v1, v2):
    if not v1.any() or not v2.any():
        return 0
    v1, v2 = v1 / np.linalg.norm(v1), v2 / np.linalg.norm(v2)
    return np.float32(v1 @ v2)


def _correlation(v1, v2):
    if np.ptp(v1) == 0 or np.ptp(v2) == 0:
        return 0.0
    return float(np.corrcoef(v1, v2)[0, 1])


def _covariance_over_deviations(v1, v2):
    spread = 0 if min(len({*v1}), len({*v2})) == 1 else np.std(v1) * np.std(v2)
    return np.mean((v1 - np.mean(v1)) * (v2 - np.mean(v2))) / spread if spread else 0.0


def _far_and_turned(query):
    turned = query.astype(float)[::-1] + np.arange(len(query)) * 0.5 + 0.25
    return [1000.0 * query, query + 0.01 * turned]


def _half_and_nudged(query):
    b = query.astype(float)
    b[-1] *= 1.02
    return query / 3, b


def _with_a_loop(counts1, counts2):
    total = 0
    for i in range(len(counts1)):
        total += min(counts1[i] / sum(counts1), counts2[i] / sum(counts2))
    return total


RIGHT = {
    "cosine_from_sums": [_in_plain_python, _unit_vectors_first],
    "centred_cosine": [_correlation, _covariance_over_deviations],
    "two_that_disagree": [_far_and_turned, _half_and_nudged],
    "histogram_intersection": [
        _with_a_loop,
        lambda counts1, counts2: 1 - abs(counts1 / counts1.sum() - counts2 / counts2.sum()).sum() / 2,
    ],
}


def _adds_the_lengths(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    return v1 @ v2 / (np.linalg.norm(v1) + np.linalg.norm(v2)) if v1.any() and v2.any() else 0.0


def _zero_by_hand(v1, v2):
    if not v1.any() or not v2.any():
        return 0.0
    return (v1 * v2).sum() / (np.sqrt((v1**2).sum()) * np.sqrt((v2**2).sum()))


def _naive(v1, v2):
    with np.errstate(all="ignore"):
        return np.dot(v1, v2) / (np.linalg.norm(v1) * np.linalg.norm(v2))


def _floats_but_no_zero(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    with np.errstate(all="ignore"):
        return np.dot(v1, v2) / (np.sqrt(np.dot(v1, v1)) * np.sqrt(np.dot(v2, v2)))


def _divides_by_zero(v1, v2):
    v1, v2 = v1.astype(float).tolist(), v2.astype(float).tolist()
    return sum(x * y for x, y in zip(v1, v2)) / (math.hypot(*v1) * math.hypot(*v2))


def _forgets_to_return(v1, v2):
    _in_plain_python(v1, v2)


def _as_in_the_lesson(v1, v2):
    dot = sum(x * y for x, y in zip(v1, v2))
    length1 = sum(x * x for x in v1) ** 0.5
    length2 = sum(y * y for y in v2) ** 0.5
    return dot / (length1 * length2)


def _one_root_for_both(v1, v2):
    squares = sum(v1**2) * sum(v2**2)
    return sum(v1 * v2) / math.sqrt(squares) if squares else 0.0


def _no_brackets(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    return (v1 @ v2) / math.hypot(*v1) * math.hypot(*v2)


def _looks_at_the_sums(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    return 0.0 if sum(v1) == 0 or sum(v2) == 0 else _in_plain_python(v1, v2)


def _no_root(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    squares = sum(v1**2) * sum(v2**2)
    return sum(v1 * v2) / squares if squares else 0.0


def _centres_in_place(v1, v2):
    v1[:] = v1 - v1.mean()
    return _correlation(v1, v2)


def _subtracts_in_place(v1, v2):
    v1 -= v1.mean()
    v2 -= v2.mean()
    return _cosine(v1, v2)


def _correlation_or_nan(v1, v2):
    with np.errstate(all="ignore"):
        return np.corrcoef(v1, v2)[0, 1]


def _cosine(v1, v2):
    v1, v2 = np.asarray(v1, dtype=float), np.asarray(v2, dtype=float)
    lengths = np.linalg.norm(v1) * np.linalg.norm(v2)
    return v1 @ v2 / lengths if lengths > 0 else 0.0


def _nudges_the_query_itself(query):
    a = query * 10
    query[0] += 1
    return a, query


def _thin_wrapper(v1, v2):
    from imsearch_helpers import cosine_similarity

    return cosine_similarity(v1, v2)


WRONG = {
    "cosine_from_sums": [
        (_no_root, "square root of the sum of squares"),
        (lambda v1, v2: sum(v1.astype(float) * v2), "divide it by both lengths"),
        (_adds_the_lengths, "lengths were added"),
        (_naive, "uint8 wraps around"),
        (_zero_by_hand, "uint8 wraps around"),
        (_floats_but_no_zero, "0/0 is no number"),
        (_divides_by_zero, "ZeroDivisionError"),
        (lambda v1, v2: np.linalg.norm(v1.astype(float) - v2), "this is the Euclidean distance"),
        (lambda v1, v2: print(_in_plain_python(v1, v2)), "prints, but returns nothing"),
        (_forgets_to_return, "Does every way through the function end in a return?"),
        (_thin_wrapper, "build your own"),
        (lambda v1, v2: v1.astype(float) * v2, "The shape is"),
        (_as_in_the_lesson, "uint8"),
        (_one_root_for_both, "uint8, which wrap around at 256"),
        (_no_brackets, "put brackets around"),
        (_looks_at_the_sums, "is not a vector of zeros"),
        (lambda v1, v2: _in_plain_python(v1, v2) if np.linalg.norm(v1) * np.linalg.norm(v2) > 0.1 else 0.0, "Came:      0"),
        (lambda v1, v2: abs(_in_plain_python(v1, v2)), "the sign was lost"),
    ],
    "centred_cosine": [
        (_cosine, "the means are still in"),
        (lambda v1, v2: _cosine(v1 - np.mean([v1, v2]), v2 - np.mean([v1, v2])), "each should lose its own"),
        (lambda v1, v2: _cosine(v1 - v1.mean(), v2 - v1.mean()), "v1's mean was subtracted from both"),
        (_correlation_or_nan, "0/0 is no number"),
        (lambda v1, v2: _cosine(v1 - v1.mean(), v2 - v2.mean()), "may be rounded"),
        (lambda v1, v2: np.corrcoef(v1, v2)[0, 1] if v1.std() > 0 and v2.std() > 0 else 0.0, "may be rounded"),
        (lambda v1, v2: abs(_correlation(v1, v2)), "the sign was lost"),
        (_centres_in_place, "changed its input"),
        (_subtracts_in_place, "at the line\n    v1 -= v1.mean()"),
        (lambda v1, v2: np.corrcoef(v1, v2), "The shape is (2, 2)"),
    ],
    "two_that_disagree": [
        (lambda query: (query + np.eye(len(query))[0], 10 * query), "swap a and b"),
        (lambda query: 10 * query, "return a, b"),
        (lambda query: (2 * query, 3 * query), "By cosine a and b are level"),
        (lambda query: (query, query[::-1] + np.arange(len(query))), "prefer the same one"),
        (lambda query: (10 * query, query[:1]), "cannot be computed"),
        (_nudges_the_query_itself, "changed its input"),
    ],
    "histogram_intersection": [
        (lambda counts1, counts2: np.minimum(counts1, counts2).sum(), "divide each histogram by its own sum"),
        (lambda counts1, counts2: np.maximum(counts1 / sum(counts1), counts2 / sum(counts2)).sum(), "take the smaller"),
        (lambda counts1, counts2: np.minimum(counts1 / sum(counts1), counts2 / sum(counts2)), "sum them"),
        (lambda counts1, counts2: counts1 / sum(counts1) @ (counts2 / sum(counts2)), "as in a dot product"),
        (lambda counts1, counts2: np.mean(np.minimum(counts1 / sum(counts1), counts2 / sum(counts2))), "the mean of what"),
        (
            lambda counts1, counts2: np.minimum(counts1, counts2).sum() / counts1.sum(),
            "in common by the first one's sum",
        ),
        (lambda counts1, counts2: min(counts1 / counts1.sum(), counts2 / counts2.sum()), "ValueError"),
    ],
}
