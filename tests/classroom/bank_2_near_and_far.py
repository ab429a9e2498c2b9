"""Answers to the tasks of assignment 2: near and far."""

import math

import numpy as np

from imsearch_helpers import cosine_similarity, euclidean_distance

# Right answers


def _in_plain_python(v1, v2, weights):
    triples = [(float(w), float(x), float(y)) for w, x, y in zip(weights, v1, v2)]
    squared = sum(w * x * x for w, x, _ in triples) * sum(w * y * y for w, _, y in triples)
    return 0 if squared == 0 else sum(w * x * y for w, x, y in triples) / math.sqrt(squared)


def _roots_of_weights_first(v1, v2, weights):
    a, b = np.sqrt(weights) * v1, np.sqrt(weights) * v2
    if not a.any() or not b.any():
        return 0.0
    return np.dot(a / np.linalg.norm(a), b / np.linalg.norm(b))


def _light_by_pythagoras(v1, v2):
    v1, v2 = [float(x) for x in v1], [float(x) for x in v2]
    length = math.hypot(*v1)
    if length == 0:
        return 0, math.hypot(*v2)
    shadow = sum(x * y for x, y in zip(v1, v2)) / length
    return shadow / length, math.sqrt(max(0, math.hypot(*v2) ** 2 - shadow**2))


def _light_by_cosine(v1, v2):
    if not v1.any():
        return 0.0, euclidean_distance(v1, v2)
    factor = cosine_similarity(v1, v2) * np.linalg.norm(v2.astype(float)) / np.linalg.norm(v1.astype(float))
    return [factor, euclidean_distance(factor * v1, v2)]


def _haze_by_equations(v1, v2):
    columns = np.stack([v1.astype(float), np.ones(len(v1))], axis=1)
    if (v1 == v1[0]).all():
        return 0.0, v2.mean()
    return tuple(np.linalg.solve(columns.T @ columns, columns.T @ v2))


def _haze_by_covariance(v1, v2):
    spread = np.var(v1)
    factor = np.mean((v1 - np.mean(v1)) * v2) / spread if spread > 0 else 0.0
    return factor, np.mean(v2 - factor * v1)


def _all_differences(queries, vectors):
    differences = queries[:, np.newaxis].astype(float) - vectors[np.newaxis]
    return np.sqrt((differences**2).sum(axis=2))


def _one_product_of_longer_rows(queries, vectors):
    q, v = queries.astype(np.float64), vectors.astype(np.float64)
    q_squares, v_squares = np.sum(q * q, axis=1)[:, None], np.sum(v * v, axis=1)[:, None]
    longer_q = np.hstack([q, q_squares, np.ones_like(q_squares)])
    longer_v = np.hstack([-2 * v, np.ones_like(v_squares), v_squares])
    return np.abs(longer_q @ longer_v.T) ** 0.5


def _places_by_counting(scores, paths):
    everyone = list(zip(scores, paths))
    return [1 + sum(s > score or (s == score and p < path) for s, p in everyone) for score, path in everyone]


def _places_by_sorting_twice(scores, paths):
    order = np.lexsort((np.array(paths), -scores))
    places = np.empty(len(paths), dtype=int)
    places[order] = np.arange(1, len(paths) + 1)
    return places


RIGHT = {
    "weighted_cosine": [_in_plain_python, _roots_of_weights_first],
    "best_light": [_light_by_pythagoras, _light_by_cosine],
    "light_and_haze": [_haze_by_equations, _haze_by_covariance],
    "distance_table": [_all_differences, _one_product_of_longer_rows],
    "places_of": [_places_by_counting, _places_by_sorting_twice],
}

# Wrong answers


def _cosine(v1, v2):
    v1, v2 = [float(x) for x in v1], [float(y) for y in v2]
    lengths = math.hypot(*v1) * math.hypot(*v2)
    return sum(x * y for x, y in zip(v1, v2)) / lengths if lengths else 0.0


def _weights_in_the_sum_only(v1, v2, weights):
    v1, v2 = v1.astype(float), v2.astype(float)
    return sum(v1 * v2 * weights) / (np.linalg.norm(v1) * np.linalg.norm(v2))


def _weights_in_the_lengths_only(v1, v2, weights):
    v1, v2 = v1.astype(float), v2.astype(float)
    squares = sum(v1 * v1 * weights) * sum(v2 * v2 * weights)
    return v1 @ v2 / squares**0.5 if squares else 0.0


def _weights_without_root(v1, v2, weights):
    v1, v2 = v1.astype(float), v2.astype(float)
    squares = sum(v1 * v1 * weights) * sum(v2 * v2 * weights)
    return sum(v1 * v2 * weights) / squares if squares else 0.0


def _weighted_or_nan(v1, v2, weights):
    v1, v2 = v1 * np.sqrt(weights), v2 * np.sqrt(weights)
    return v1 @ v2 / (np.linalg.norm(v1) * np.linalg.norm(v2))


def _weighted_in_bytes(v1, v2, weights):
    squares = (v1**2 * weights).sum() * (v2**2 * weights).sum()
    return (v1 * v2 * weights).sum() / np.sqrt(squares) if squares > 0 else 0.0


def _whole_numbers_only(v1, v2, weights):
    triples = [(w, int(x), int(y)) for w, x, y in zip(weights, v1, v2)]
    squared = sum(w * x * x for w, x, _ in triples) * sum(w * y * y for w, _, y in triples)
    return sum(w * x * y for w, x, y in triples) / squared**0.5 if squared > 0 else 0.0


def _weights_the_vectors_in_place(v1, v2, weights):
    v1[:] = v1 * (weights > 0)
    return _in_plain_python(v1, v2, weights)


def _zero_only_for_zeros(v1, v2, weights):
    if not v1.any() or not v2.any():
        return 0.0
    return _weighted_or_nan(v1, v2, weights)


def _light(of_dot, before=False, squared=False):
    def answer(v1, v2):
        a, b = np.array(v1, dtype=float), np.array(v2, dtype=float)
        factor = of_dot(a, b) if a.any() else 0.0
        rest = np.linalg.norm((1 if before else factor) * a - b)
        return factor, rest**2 if squared else rest

    return answer


def _least_squares(a, b):
    return np.dot(a, b) / np.dot(a, a)


def _light_or_nan(v1, v2):
    factor = np.dot(v1.astype(float), v2) / np.dot(v1.astype(float), v1)
    return factor, np.sqrt(np.sum((factor * v1 - v2) ** 2))


@np.errstate(all="ignore")
def _shadow_or_nan(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    shadow = np.dot(v1, v2) / np.linalg.norm(v1)
    return shadow, np.linalg.norm(shadow * v1 - v2)


def _light_in_bytes(v1, v2):
    factor = v1 @ v2 / (v1 @ v1) if v1.any() else 0.0
    return factor, np.linalg.norm(factor * v1 - v2)


def _light_in_place(v1, v2):
    factor, rest = _light(_least_squares)(v1, v2)
    v1[:] = (v1 * factor).astype(v1.dtype)
    return factor, rest


def _light_by_trying(v1, v2):
    v1, v2 = v1.astype(float), v2.astype(float)
    if not v1.any():
        return 0.0, np.linalg.norm(v2)
    factors = np.arange(-2000, 2000) / 100
    rests = [np.linalg.norm(factor * v1 - v2) for factor in factors]
    return factors[int(np.argmin(rests))], min(rests)


def _line(v1, v2):
    return _haze_by_covariance(v1, v2)


def _haze(of_spread):
    def answer(v1, v2):
        a, b = np.array(v1, dtype=float), np.array(v2, dtype=float)
        factor = 0.0 if a.max() == a.min() else of_spread(a, b)
        return factor, np.mean(b - factor * a)

    return answer


def _haze_or_nan(v1, v2):
    factor = np.cov(v1, v2, bias=True)[0, 1] / np.var(v1)
    return factor, np.mean(v2) - factor * np.mean(v1)


def _haze_of_the_vectors_as_they_are(v1, v2):
    factor, _ = _light(_least_squares)(v1, v2)
    return factor, np.mean(v2) - factor * np.mean(v1)


@np.errstate(all="ignore")
def _spreads_or_nan(v1, v2):
    factor = np.std(v2) / np.std(v1)
    return factor, np.mean(v2) - factor * np.mean(v1)


def _offset_the_other_way(v1, v2):
    factor, _ = _line(v1, v2)
    return factor, np.mean(v1) - factor * np.mean(v2)


def _haze_in_place(v1, v2):
    factor, offset = _line(v1, v2)
    v2[:] = v2[::-1].copy()
    return factor, offset


def _haze_prints(v1, v2):
    print(_line(v1, v2))


def _squares(rows):
    return np.einsum("ij,ij->i", rows, rows)


def _distances(rule):
    def answer(queries, vectors):
        q, v = np.array(queries, dtype=float), np.array(vectors, dtype=float)
        with np.errstate(all="ignore"):
            return rule(_squares(q)[:, None], _squares(v)[None], np.dot(q, v.T))

    return answer


def _cosines_to_distances(queries, vectors):
    q, v = queries.astype(float), vectors.astype(float)
    lengths = np.outer(np.sqrt(_squares(q)), np.sqrt(_squares(v)))
    cosines = q @ v.T / np.where(lengths > 0, lengths, 1)
    return _root(2 - 2 * cosines)


def _root(squared):
    return np.sqrt(np.clip(squared, 0, None))


def _in_their_own_type(queries, vectors):
    squared = (queries**2).sum(axis=1, keepdims=True) + (vectors**2).sum(axis=1) - 2 * queries @ vectors.T
    return np.sqrt(np.maximum(squared, 0))


def _bytes_only_in_floats(queries, vectors):
    if queries.dtype == np.uint8:
        queries, vectors = queries.astype(float), vectors.astype(float)
    return _in_their_own_type(queries, vectors)


def _axis_0(queries, vectors):
    q, v = queries.astype(float), vectors.astype(float)
    return _root((q**2).sum(axis=0) + (v**2).sum(axis=0) - 2 * q @ v.T)


def _total_sums(queries, vectors):
    q, v = queries.astype(float), vectors.astype(float)
    return _root((q**2).sum() + (v**2).sum() - 2 * q @ v.T)


def _sums_not_in_a_column(queries, vectors):
    q, v = queries.astype(float), vectors.astype(float)
    return _root((q**2).sum(axis=1) + (v**2).sum(axis=1) - 2 * q @ v.T)


def _sums_both_in_columns(queries, vectors):
    q, v = queries.astype(float), vectors.astype(float)
    return _root((q**2).sum(axis=1, keepdims=True) + (v**2).sum(axis=1, keepdims=True) - 2 * q @ v.T)


def _with_a_loop(queries, vectors):
    return np.array([np.linalg.norm(vectors.astype(float) - query, axis=1) for query in queries])


def _vectorized(queries, vectors):
    return np.vectorize(math.dist, signature="(d),(d)->()")(queries[:, None].astype(float), vectors[None].astype(float))


def _by_the_package(queries, vectors):
    table = _all_differences(queries, vectors)
    table[0, 0] = euclidean_distance(queries[0], vectors[0])
    return table


def _table_in_place(queries, vectors):
    table = _all_differences(queries, vectors)
    queries[:] = 0
    return table


def _sorted_rows(scores, paths):
    return [row for _, _, row in sorted((-score, path, row) for row, (score, path) in enumerate(zip(scores, paths)))]


def _places_with_ties_backwards(scores, paths):
    everyone = list(zip(scores, paths))
    return [1 + sum(other > one for other in everyone) for one in everyone]


def _places_with_ties_in_order(scores, paths):
    places = [0] * len(paths)
    for place, row in enumerate(sorted(range(len(paths)), key=lambda row: -scores[row]), start=1):
        places[row] = place
    return places


def _places_by_sorting_the_paths(scores, paths):
    places = _places_by_counting(scores, paths)
    paths.sort()
    return places


WRONG = {
    "weighted_cosine": [
        (lambda v1, v2, weights: _in_plain_python(v1, v2, weights) if np.linalg.norm(v1) > 1 else 0.0, "Came:      0"),
        (lambda v1, v2, weights: _cosine(v1, v2), "the weights are not in it"),
        (_weights_in_the_sum_only, "they belong in both lengths"),
        (_weights_in_the_lengths_only, "they belong in the dot product"),
        (lambda v1, v2, weights: _cosine(v1 * weights, v2 * weights), "each weight counts twice"),
        (lambda v1, v2, weights: _cosine(v1 * weights, v2), "the weights changed v1 only"),
        (_weights_without_root, "the root is missing"),
        (
            lambda v1, v2, weights: _in_plain_python(v1, v2, weights) / np.sum(weights),
            "the two lengths are enough",
        ),
        (_weighted_or_nan, "0/0 is no number"),
        (_zero_only_for_zeros, "0/0 is no number"),
        (_weighted_in_bytes, "uint8, which wrap around at 256"),
        (_whole_numbers_only, "cuts off what stands behind the point"),
        (_weights_the_vectors_in_place, "changed its input"),
        (lambda v1, v2, weights: print(_in_plain_python(v1, v2, weights)), "prints, but returns nothing"),
        (
            lambda v1, v2, weights: cosine_similarity(np.sqrt(weights) * v1, np.sqrt(weights) * v2),
            "the package's own function",
        ),
    ],
    "best_light": [
        (lambda v1, v2: _light(_least_squares)(v1, v2) if v1.max() > 1 else (0.0, np.linalg.norm(v2)), "Came:      (0,"),
        (_light(lambda a, b: np.dot(a, b) / math.hypot(*a)), "the shadow's length"),
        (_light(_cosine), "that is the cosine"),
        (_light(lambda a, b: math.hypot(*b) / math.hypot(*a)), "both equally long"),
        (_light(lambda a, b: b.mean() / a.mean()), "both sums (or means) equal"),
        (_light(lambda a, b: np.mean(b / a)), "a mean of quotients"),
        (_light(lambda a, b: np.dot(a, b) / np.dot(b, b)), "v1's shadow on v2"),
        (_light(_least_squares, squared=True), "the distance is still squared"),
        (_light(_least_squares, before=True), "the one before v1 was multiplied"),
        (_light(lambda a, b: abs(_least_squares(a, b))), "the sign was lost"),
        (_light(lambda a, b: max(_least_squares(a, b), 0)), "it was held at 0"),
        (lambda v1, v2: tuple(reversed(_light(_least_squares)(v1, v2))), "the factor comes first"),
        (_light_or_nan, "0/0 is no number"),
        (_shadow_or_nan, "the shadow's length"),
        (_light_in_bytes, "uint8, which wrap around at 256"),
        (_light_in_place, "changed its input"),
        (_light_by_trying, "this one has two digits"),
        (lambda v1, v2: _light(_least_squares)(v1, v2)[0], "It should be 2 values"),
        (lambda v1, v2: print(_light(_least_squares)(v1, v2)), "prints, but returns nothing"),
    ],
    "light_and_haze": [
        (_haze_of_the_vectors_as_they_are, "take out their means first"),
        (_haze(_least_squares), "take out their means first"),
        (_haze(lambda a, b: np.dot(a, b - b.mean()) / np.dot(a, a)), "v1 should lose its own as well"),
        (_spreads_or_nan, "both standard deviations equal"),
        (_haze(lambda a, b: np.std(b) / np.std(a)), "both standard deviations equal"),
        (_haze(lambda a, b: (b.max() - b.min()) / (a.max() - a.min())), "from the smallest to the largest"),
        (lambda v1, v2: (_line(v1, v2)[0], np.mean(v2) - np.mean(v1)), "*factor times* v1"),
        (lambda v1, v2: (_line(v1, v2)[0], -_line(v1, v2)[1]), "the sign of the offset"),
        (_offset_the_other_way, "in the offset v1 and v2"),
        (lambda v1, v2: _line(v2, v1), "not v2 to v1"),
        (lambda v1, v2: (_line(v1, v2)[1], _line(v1, v2)[0]), "the factor comes first"),
        (_haze_or_nan, "0/0 is no number"),
        (_haze_in_place, "changed its input"),
        (_haze_prints, "prints, but returns nothing"),
        (lambda v1, v2: _line(v1, v2)[0], "It should be 2 values"),
    ],
    "distance_table": [
        (_distances(lambda q, v, dot: np.clip(q + v - 2 * dot, 0, None)), "the root is missing"),
        (_distances(lambda q, v, dot: (q + v - 2 * dot) ** 0.5), "lift it to 0"),
        (_distances(lambda q, v, dot: _root(2 - 2 * dot / (q**0.5 * v**0.5))), "2 - 2 · cosine holds"),
        (_cosines_to_distances, "rows of any other length"),
        (_distances(lambda q, v, dot: _root(2 - 2 * dot)), "2 - 2 · dot product holds"),
        (_distances(lambda q, v, dot: _root(q - dot + v)), "counts twice"),
        (_distances(lambda q, v, dot: _root(q + v + 2 * dot)), "is subtracted in"),
        (_distances(lambda q, v, dot: _root(q**0.5 + v**0.5 - 2 * dot)), "these are the lengths"),
        (_distances(lambda q, v, dot: dot), "these are dot products"),
        (_in_their_own_type, "float32 lacks digits"),
        (_bytes_only_in_floats, "float32 lacks digits"),
        (lambda queries, vectors: _all_differences(vectors, queries), "turned round"),
        (_axis_0, "ValueError"),
        (_total_sums, "one sum for the whole matrix"),
        (_sums_not_in_a_column, "ValueError"),
        (_sums_both_in_columns, "ValueError"),
        (_with_a_loop, "It loops"),
        (_vectorized, "It loops"),
        (_by_the_package, "the package's own function"),
        (_table_in_place, "changed its input"),
        (lambda queries, vectors: print(_all_differences(queries, vectors)), "prints, but returns nothing"),
    ],
    "places_of": [
        (
            lambda scores, paths: [row + 1 for row in _sorted_rows(scores, paths)],
            "best first; asked is the place of each row",
        ),
        (_sorted_rows, "best first, and from 0"),
        (lambda scores, paths: np.argsort(-scores) + 1, "np.argsort lists the rows, best first"),
        (lambda scores, paths: np.argsort(-scores), "np.argsort lists the rows, from 0"),
        (lambda scores, paths: np.argsort(scores)[::-1] + 1, "turned round, lists the rows, best first"),
        (lambda scores, paths: list(np.argsort(scores)[::-1]), "turned round, lists the rows, from 0"),
        (lambda scores, paths: np.argsort(np.argsort(-scores)) + 1, "not the order of the input"),
        (lambda scores, paths: np.argsort(np.argsort(scores)[::-1]) + 1, "not the reverse order"),
        (lambda scores, paths: [paths[row] for row in _sorted_rows(scores, paths)], "these are the paths"),
        (lambda scores, paths: _places_by_sorting_twice(scores, paths) - 1, "places count from 1"),
        (lambda scores, paths: _places_by_counting(-scores, paths), "here the lowest has place 1"),
        (_places_with_ties_backwards, "here it is worse"),
        (_places_with_ties_in_order, "not the order of the input"),
        (lambda scores, paths: [1 + int((scores > score).sum()) for score in scores], "each place is given once"),
        (lambda scores, paths: np.arange(len(paths)) + 1, "in the order of the ranking"),
        (_places_by_sorting_the_paths, "changed its input"),
        (lambda scores, paths: print(_places_by_counting(scores, paths)), "prints, but returns nothing"),
    ],
}
