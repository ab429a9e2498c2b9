"""Answers to the exercises of notebook 08."""

from collections import defaultdict

import numpy as np

from imsearch_helpers import cosine_similarity

# Which shot gains most


def _by_counting(before, after):
    best = None
    for shot in sorted(after):
        gain = (sum(map(int, after[shot])) - sum(map(int, before[shot]))) / len(after[shot])
        if best is None or gain > best[1]:
            best = shot, gain
    return best


def _by_sorting(before, after):
    pairs = [(np.mean(before[shot]) - np.mean(after[shot]), shot) for shot in before]
    loss, shot = min(pairs)
    return [shot, -loss]


def _signed(before, after):
    gains = {shot: np.mean(after[shot].astype(np.int8) - before[shot].astype(np.int8)) for shot in sorted(after)}
    return next((shot, gain) for shot, gain in gains.items() if gain == max(gains.values()))


def _found_and_lost(before, after):
    shots = np.array(sorted(before))
    gains = np.array([np.mean(~b.astype(bool) & a.astype(bool)) - np.mean(b.astype(bool) & ~a.astype(bool))
                      for b, a in ((before[shot], after[shot]) for shot in shots)])  # fmt: skip
    return shots[gains.argmax()], gains.max()


def _by_nonzero(before, after):
    gain_of = lambda shot: (np.count_nonzero(after[shot]) - np.count_nonzero(before[shot])) / before[shot].size  # noqa: E731
    shot = sorted(before, key=lambda name: (-gain_of(name), name))[0]
    return shot, gain_of(shot)


def _gains(before, after, measure):
    return {shot: measure(before[shot], after[shot]) for shot in sorted(before)}


def _largest(gains):
    best = max(gains, key=gains.get)
    return best, gains[best]


def _in_its_own_type(before, after):
    return _largest(_gains(before, after, lambda old, new: (new - old).mean()))


@np.errstate(over="ignore")
def _hits_as_they_come(before, after):
    return _largest({shot: after[shot].sum() - before[shot].sum() for shot in before})


def _bool_first(before, after):
    return _largest(_gains(before, after, lambda old, new: (new ^ old).mean()))


def _starts_at_zero(before, after):
    best, largest = None, 0
    for shot in sorted(before):
        gain = after[shot].mean() - before[shot].mean()
        if gain > largest:
            best, largest = shot, gain
    return best, largest


def _later_of_equals(before, after):
    best, largest = None, -2
    for shot in sorted(before):
        gain = after[shot].mean() - before[shot].mean()
        if gain >= largest:
            best, largest = shot, gain
    return best, largest


def _by_position(before, after):
    gains = [a.mean() - b.mean() for b, a in zip(before.values(), after.values())]
    return list(before)[int(np.argmax(gains))], max(gains)


def _order_of_the_dict(before, after):
    return _largest({shot: after[shot].mean() - before[shot].mean() for shot in before})


def _uint8_then_share(before, after):
    return _largest(_gains(before, after, lambda old, new: (new.view(np.uint8) - old.view(np.uint8)).mean()))


def _only_the_shot(before, after):
    return _largest(_gains(before, after, lambda old, new: new.mean() - old.mean()))[0]


def _takes_the_old_away(before, after):
    return _largest({shot: after[shot].mean() - before.pop(shot).mean() for shot in sorted(before)})


def _by_sums_of_uint8(before, after):
    with np.errstate(over="ignore"):
        return _largest(_gains(before, after, lambda old, new: (new.sum() - old.sum()) / len(new)))


# A blend


def _by_loop(scores_a, scores_b, weight):
    blended = [0.0] * len(scores_a)
    for scores, share in ((scores_a, 1 - weight), (scores_b, weight)):
        mean = sum(scores) / len(scores)
        spread = (sum((score - mean) ** 2 for score in scores) / len(scores)) ** 0.5
        for i, score in enumerate(scores):
            blended[i] += share * (score - mean) / spread if spread else 0.0
    return blended


def _by_matrix(scores_a, scores_b, weight):
    both = np.stack([scores_a, scores_b])
    both = both - both.mean(axis=1, keepdims=True)
    spreads = both.std(axis=1, keepdims=True)
    return np.array([1 - weight, weight]) @ np.divide(both, spreads, out=np.zeros_like(both), where=spreads > 0)


def _nan_to_zero(scores_a, scores_b, weight):
    with np.errstate(all="ignore"):
        a, b = (np.nan_to_num((scores - scores.mean()) / scores.std()) for scores in (scores_a, scores_b))
    return a + weight * (b - a)


def _a_little_more(scores_a, scores_b, weight):
    a, b = ((scores - scores.mean()) / (scores.std() + 1e-12) for scores in (scores_a, scores_b))
    return np.average([a, b], axis=0, weights=[1 - weight, weight])


def _by_length(scores_a, scores_b, weight):
    def scaled(scores):
        rest = scores - scores.mean()
        return rest * np.sqrt(len(rest)) / np.linalg.norm(rest) if rest.any() else rest

    return (1 - weight) * scaled(scores_a) + weight * scaled(scores_b)


def _blended(scale):
    def answer(scores_a, scores_b, weight):
        with np.errstate(all="ignore"):
            return (1 - weight) * scale(scores_a) + weight * scale(scores_b)

    return answer


def _changes_the_scores(scores_a, scores_b, weight):
    for scores in (scores_a, scores_b):
        scores -= scores.mean()
        scores /= scores.std() or 1
    return (1 - weight) * scores_a + weight * scores_b


def _scaled(scores):
    return (scores - scores.mean()) / (scores.std() or 1)


# Principal components


def _by_u(vectors, n_components):
    u, spreads, _ = np.linalg.svd(vectors - vectors.mean(axis=0))
    return u[:, :n_components] * spreads[:n_components]


def _by_covariance(vectors, n_components):
    values, directions = np.linalg.eigh(np.cov(vectors.T))  # smallest first
    return (vectors - vectors.mean(axis=0)) @ directions[:, ::-1][:, :n_components]


def _other_sign(vectors, n_components):
    centred = vectors - vectors.mean(axis=0)
    directions = np.linalg.svd(centred.T, full_matrices=False)[0]
    signs = (-1.0) ** np.arange(n_components)
    return (directions[:, :n_components].T @ centred.T).T * signs


def _in_float32(vectors, n_components):
    centred = (vectors - vectors.mean(axis=0)).astype(np.float32)
    return np.einsum("id,kd->ik", centred, np.linalg.svd(centred, full_matrices=False)[2][:n_components]).tolist()


def _by_power(vectors, n_components):
    rest, columns = vectors - vectors.mean(axis=0), []
    for _ in range(n_components):
        direction = np.ones(rest.shape[1]) + np.arange(rest.shape[1]) / 7
        for _ in range(300):
            direction = rest.T @ (rest @ direction)
            direction /= np.linalg.norm(direction)
        columns.append(rest @ direction)
        rest = rest - np.outer(columns[-1], direction)
    return np.column_stack(columns)


def _along(vectors, centred, n_components):
    return centred @ np.linalg.svd(vectors, full_matrices=False)[2][:n_components].T


def _not_centred(vectors, n_components):
    return _along(vectors, vectors, n_components)


def _centred_too_late(vectors, n_components):
    return _along(vectors, vectors - vectors.mean(axis=0), n_components)


def _centred_for_the_directions_only(vectors, n_components):
    return _along(vectors - vectors.mean(axis=0), vectors, n_components)


def _directions(vectors, n_components):
    return np.linalg.svd(vectors - vectors.mean(axis=0))[2][:n_components]


def _length_1(vectors, n_components):
    return np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)[0][:, :n_components]


def _smallest_first(vectors, n_components):
    _, directions = np.linalg.eigh(np.cov(vectors.T))
    return (vectors - vectors.mean(axis=0)) @ directions[:, :n_components]


def _columns_for_directions(vectors, n_components):
    centred = vectors - vectors.mean(axis=0)
    return centred @ np.linalg.svd(centred)[2][:, :n_components]


def _standardised(vectors, n_components):
    scaled = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
    return _along(scaled, scaled, n_components)


def _a_row_for_each_component(vectors, n_components):
    return _by_u(vectors, n_components).T


def _first_columns(vectors, n_components):
    return (vectors - vectors.mean(axis=0))[:, :n_components]


def _centred_in_rows(vectors, n_components):
    centred = vectors - vectors.mean(axis=1, keepdims=True)
    return _along(centred, centred, n_components)


# Nearest class mean


def _by_sums(vectors, classes, query):
    sums = defaultdict(float)  # a sum points where the mean points
    for vector, name in zip(vectors, classes):
        sums[name] = sums[name] + vector / np.linalg.norm(vector)
    return min(sums, key=lambda name: (-cosine_similarity(sums[name], query), name))


def _by_product(vectors, classes, query):
    names, rows = np.unique(classes, return_inverse=True)
    member = (rows[:, np.newaxis] == np.arange(len(names))).astype(float)
    means = member.T @ (vectors / np.sqrt((vectors**2).sum(axis=1, keepdims=True))) / member.sum(axis=0)[:, np.newaxis]
    return names[(means @ query / np.linalg.norm(means, axis=1)).argmax()]


def _by_distance_of_unit_vectors(vectors, classes, query):
    best = None, np.inf
    for name in sorted(set(classes)):
        mean = np.mean(
            [vectors[i] / np.linalg.norm(vectors[i]) for i in range(len(classes)) if classes[i] == name], axis=0
        )
        distance = np.linalg.norm(mean / np.linalg.norm(mean) - query / np.linalg.norm(query))
        if distance < best[1]:
            best = name, distance
    return best[0]


def _by_angle(vectors, classes, query):
    def angle(name):
        mean = sum(v / (v @ v) ** 0.5 for v, other in zip(vectors, classes) if other == name)
        return np.arccos(np.clip(mean @ query / (mean @ mean * (query @ query)) ** 0.5, -1, 1))

    return sorted(set(classes), key=lambda name: (round(angle(name), 9), name))[0]


def _from_the_end(vectors, classes, query):
    found, highest = "", -2.0
    for name in sorted(set(classes), reverse=True):
        rows = [i for i, other in enumerate(classes) if other == name]
        score = cosine_similarity(
            np.mean(vectors[rows] / np.linalg.norm(vectors[rows], axis=1)[:, None], axis=0), query
        )
        if score >= highest:
            found, highest = name, score
    return found


def _class_of(score, mean=np.mean, unit=True, names=lambda classes: sorted(set(classes))):
    def answer(vectors, classes, query):
        rows = vectors / np.linalg.norm(vectors, axis=1)[:, np.newaxis] if unit else vectors
        best, highest = None, -np.inf
        for name in names(classes):
            value = score(mean(rows[[other == name for other in classes]], axis=0), query)
            if value > highest:
                best, highest = name, value
        return best

    return answer


def _majority_of_three(vectors, classes, query):
    scores = vectors @ query / np.linalg.norm(vectors, axis=1)
    nearest = [classes[i] for i in np.argsort(-scores, kind="stable")[:3]]
    return max(sorted(set(nearest)), key=nearest.count)


def _nearest_vector(vectors, classes, query):
    return classes[int((vectors @ query / np.linalg.norm(vectors, axis=1)).argmax())]


def _number_of_the_class(vectors, classes, query):
    names = sorted(set(classes))
    return names.index(_by_sums(vectors, classes, query))


def _sum_for_length(vectors, classes, query):
    return _class_of(cosine_similarity, unit=False)(vectors / vectors.sum(axis=1, keepdims=True), classes, query)


RIGHT = {
    "shot_that_gains_most": [_by_counting, _by_sorting, _signed, _found_and_lost, _by_nonzero],
    "blend": [_by_loop, _by_matrix, _nan_to_zero, _a_little_more, _by_length],
    "principal_components": [_by_u, _by_covariance, _other_sign, _in_float32, _by_power],
    "nearest_class_mean": [_by_sums, _by_product, _by_distance_of_unit_vectors, _by_angle, _from_the_end],
}

WRONG = {
    "shot_that_gains_most": [
        (_in_its_own_type, "numpy boolean subtract"),
        (_uint8_then_share, "0 - 1 is 255"),
        (_bool_first, "every query about which the two differ"),
        (_starts_at_zero, "the one that loses least"),
        (_later_of_equals, "not the last"),
        (_order_of_the_dict, "not the first in the dict"),
        (_by_position, "look each up by its name"),
        (lambda b, a: _largest(_gains(b, a, lambda old, new: int(new.sum()) - int(old.sum()))), "numbers of hits"),
        (_hits_as_they_come, "numbers of hits"),
        (lambda b, a: _largest(_gains(b, a, lambda old, new: abs(new.mean() - old.mean()))), "keep the sign"),
        (lambda b, a: _largest(_gains(b, a, lambda old, new: old.mean() - new.mean())), "after minus before"),
        (lambda b, a: _largest(_gains(b, a, lambda old, new: new.mean())), "before must be subtracted"),
        (lambda b, a: _largest(_gains(b, a, lambda old, new: new.mean() / max(old.mean(), 1e-9) - 1)), "Expected:  ("),
        (_only_the_shot, "It should be 2 values"),
        (_takes_the_old_away, "changed its input"),
        (_by_sums_of_uint8, "becomes a huge number"),
    ],
    "blend": [
        (lambda a, b, weight: _by_loop(b, a, weight), "here it is that of the first"),
        (_blended(lambda scores: scores), "bring each array to scale first"),
        (_blended(lambda scores: scores - scores.mean()), "not divided by"),
        (_blended(lambda scores: (scores - scores.mean()) / scores.std()), "0/0 is no number"),
        (_blended(lambda scores: (scores - scores.min()) / (scores.max() - scores.min() or 1)), "from 0 to 1"),
        (_blended(lambda scores: (scores - scores.mean()) / (scores.std(ddof=1) or 1)), "divides by n - 1"),
        (_blended(lambda scores: scores / (np.linalg.norm(scores) or 1)), "Expected:  array("),
        (lambda a, b, weight: _scaled((1 - weight) * a + weight * b), "added first"),
        (lambda a, b, weight: _scaled(a) + weight * _scaled(b), "1 - weight, not 1"),
        (_changes_the_scores, "changed its input"),
        (lambda a, b, weight: sum(_by_matrix(a, b, weight)), "it should be ("),
    ],
    "principal_components": [
        (_not_centred, "the mean vector was not subtracted."),
        (_centred_too_late, "is not right, with either sign"),
        (_centred_for_the_directions_only, "not subtracted before the dot products"),
        (_directions, "these are the directions"),
        (_length_1, "multiply each by its number"),
        (_smallest_first, "is not right, with either sign"),
        (_columns_for_directions, "not its columns"),
        (_standardised, "only subtract the mean"),
        (_a_row_for_each_component, "a row for each vector"),
        (_first_columns, "is not right, with either sign"),
        (_centred_in_rows, "axis=0"),
        (lambda vectors, n_components: _by_u(vectors, n_components) * np.nan, "NaN or an infinity"),
        (lambda vectors, n_components: "two numbers", "should be an array of numbers"),
    ],
    "nearest_class_mean": [
        (_class_of(cosine_similarity, unit=False), "a long one outweighs the others"),
        (_class_of(np.dot), "the mean's length must be divided by"),
        (_class_of(np.dot, np.sum), "in which a large class wins"),
        (_class_of(lambda mean, query: -np.linalg.norm(mean - query)), "Euclidean distance to the mean"),
        (_class_of(cosine_similarity, names=lambda classes: sorted(set(classes), reverse=True)), "not the last"),
        (_class_of(cosine_similarity, names=lambda classes: list(dict.fromkeys(classes))), "not the first in the list"),
        (_class_of(cosine_similarity, np.median), "this is the median"),
        (_class_of(lambda mean, query: -cosine_similarity(mean, query)), "the class farthest away"),
        (_nearest_vector, "the nearest single vector"),
        (_majority_of_three, "Expected:  '"),
        (_sum_for_length, "was divided by its sum"),
        (_number_of_the_class, "Expected:  '"),
    ],
}
