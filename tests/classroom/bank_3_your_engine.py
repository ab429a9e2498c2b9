"""Answers to the tasks of assignment 3: your own engine."""

import math

import numpy as np

from imsearch_helpers import ImageSearchEngine, cosine_similarity, similarity
from imsearch_helpers.arrays import row_lengths

# Task 1


def _row_by_row(vector_of):
    paths, rows = [], []
    for path in sorted(vector_of):
        vector = vector_of[path]
        if vector is None:
            continue
        length = math.sqrt(sum(float(number) ** 2 for number in vector))
        paths.append(path)
        rows.append([float(number) / length if length else 0.0 for number in vector])
    matrix = np.array(rows).astype("float32")
    return paths, matrix, 4 * len(rows) * len(rows[0])


def _by_filling(vector_of):
    readable = {path: vector for path, vector in sorted(vector_of.items(), key=lambda item: item[0]) if vector is not None}
    matrix = np.stack(list(readable.values())).astype(np.float32)
    lengths = np.sqrt((matrix**2).sum(axis=1))
    matrix[lengths > 0] /= lengths[lengths > 0][:, None]
    return list(readable), matrix, matrix.nbytes


def _found(vector_of):
    return [path for path in vector_of if vector_of[path] is not None]


def _stacked(paths, vector_of):
    return np.stack([vector_of[path] for path in paths]).astype(np.float32)


def _safe(rows):
    lengths = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    return (rows / np.maximum(lengths, 1e-12)).astype(np.float32)


def _never_sorted(vector_of):
    matrix = _safe(_stacked(_found(vector_of), vector_of))
    return _found(vector_of), matrix, matrix.nbytes


def _paths_alone_sorted(vector_of):
    matrix = _safe(np.array([vector for vector in vector_of.values() if vector is not None]))
    return sorted(_found(vector_of)), matrix, matrix.nbytes


def _keeps_the_lost_paths(vector_of):
    paths = sorted(vector_of)
    matrix = _safe(np.array([vector_of[path] for path in paths if vector_of[path] is not None]))
    return paths, matrix, matrix.nbytes


def _zeros_for_lost(vector_of):
    n_dims = len(next(vector for vector in vector_of.values() if vector is not None))
    matrix = _safe(np.array([np.zeros(n_dims) if vector_of[path] is None else vector_of[path] for path in sorted(vector_of)]))
    return sorted(vector_of), matrix, matrix.nbytes


def _as_they_are(vector_of):
    matrix = _stacked(sorted(_found(vector_of)), vector_of)
    return sorted(_found(vector_of)), matrix, matrix.nbytes


def _by_columns(vector_of):
    matrix = _stacked(sorted(_found(vector_of)), vector_of)
    matrix = matrix / np.sqrt((matrix**2).sum(axis=0))
    return sorted(_found(vector_of)), matrix, matrix.nbytes


def _by_the_whole(vector_of):
    matrix = _stacked(sorted(_found(vector_of)), vector_of)
    return sorted(_found(vector_of)), matrix / np.sqrt((matrix**2).sum()), matrix.nbytes


def _nan_for_black(vector_of):
    matrix = _stacked(sorted(_found(vector_of)), vector_of)
    with np.errstate(invalid="ignore"):
        matrix = matrix / np.sqrt((matrix**2).sum(axis=1))[:, None]
    return sorted(_found(vector_of)), matrix, matrix.nbytes


def _drops_black(vector_of):
    paths = sorted(path for path in _found(vector_of) if np.abs(vector_of[path]).max() > 0)
    matrix = _safe(_stacked(paths, vector_of))
    return paths, matrix, matrix.nbytes


def _double(vector_of):
    paths = sorted(_found(vector_of))
    matrix = np.array([vector_of[path] / max(np.linalg.norm(vector_of[path]), 1e-12) for path in paths])
    return paths, matrix, matrix.nbytes


def _in_place(vector_of):
    for vector in vector_of.values():
        if vector is not None and vector.any():
            vector /= np.linalg.norm(vector)
    matrix = _stacked(sorted(_found(vector_of)), vector_of)
    return sorted(_found(vector_of)), matrix, matrix.nbytes


def _truth_of_an_array(vector_of):
    paths = sorted(path for path in vector_of if vector_of[path])
    matrix = _safe(_stacked(paths, vector_of))
    return paths, matrix, matrix.nbytes


def _by_their_sums(vector_of):
    matrix = _stacked(sorted(_found(vector_of)), vector_of)
    sums = matrix.sum(axis=1)
    sums[sums == 0] = 1
    return sorted(_found(vector_of)), matrix / sums[:, None], matrix.nbytes


def _array_of_paths(vector_of):
    paths, matrix, n_bytes = _by_filling(vector_of)
    return np.asarray(paths), matrix, n_bytes


def _prints_the_index(vector_of):
    print(_by_filling(vector_of))


def _two_of_three(vector_of):
    return _by_filling(vector_of)[:2]


def _by_row_lengths(vector_of):
    paths = sorted(_found(vector_of))
    matrix = _stacked(paths, vector_of)
    lengths = row_lengths(matrix)
    matrix = matrix / np.where(lengths > 0, lengths, 1)[:, None]
    return paths, matrix, matrix.nbytes


# Task 2


def _with_a_table(examples, paths, matrix, top_k):
    scores = [np.mean([cosine_similarity(row, example) for example in examples]) for row in matrix]
    order = sorted(range(len(paths)), key=lambda i: (-scores[i], paths[i]))
    return [(paths[i], float(scores[i])) for i in order[:top_k]]


def _without_cosine_similarity(examples, paths, matrix, top_k):
    found = []
    for i in range(len(paths)):
        total = 0.0
        for example in examples:
            length = math.sqrt(float(np.dot(example, example)))
            if length > 0:
                total += float(np.dot(matrix[i].astype(float), example)) / length
        found.append((paths[i], total / len(examples)))
    found.sort(key=lambda pair: pair[0])
    found.sort(key=lambda pair: pair[1], reverse=True)  # a stable sort: paths stay in order, reverse or not
    return found[:top_k]


def _ranked(scores, paths, top_k):
    return sorted(zip(paths, map(float, scores)), key=lambda pair: (-pair[1], pair[0]))[:top_k]


def _mean_dot(examples, paths, matrix, top_k):
    return _ranked([np.mean([row @ example for example in examples]) for row in matrix], paths, top_k)


def _of_the_mean_example(examples, paths, matrix, top_k):
    centre = sum(examples) / len(examples)
    return _ranked([cosine_similarity(row, centre) for row in matrix], paths, top_k)


def _of_the_mean_direction(examples, paths, matrix, top_k):
    directions = [example / max(np.linalg.norm(example), 1e-12) for example in examples]
    return _ranked([cosine_similarity(row, sum(directions)) for row in matrix], paths, top_k)


def _cosines(row, examples):
    return [cosine_similarity(row, example) for example in examples]


def _total(examples, paths, matrix, top_k):
    return _ranked([sum(_cosines(row, examples)) for row in matrix], paths, top_k)


def _nearest_example(examples, paths, matrix, top_k):
    return _ranked([max(_cosines(row, examples)) for row in matrix], paths, top_k)


def _black_does_not_count(examples, paths, matrix, top_k):
    return _ranked([np.mean(_cosines(row, [e for e in examples if e.any()])) for row in matrix], paths, top_k)


def _black_divides(examples, paths, matrix, top_k):
    with np.errstate(invalid="ignore"):
        scores = [np.mean([row @ example / np.sqrt(example @ example) for example in examples]) for row in matrix]
    return [(paths[i], scores[i]) for i in np.argsort([-score for score in scores], kind="stable")[:top_k]]


def _hides_the_examples(examples, paths, matrix, top_k):
    return [pair for pair in _ranked([np.mean(_cosines(row, examples)) for row in matrix], paths, len(paths))
            if max(_cosines(matrix[paths.index(pair[0])], examples)) < 0.999999][:top_k]  # fmt: skip


def _reversed_ties(examples, paths, matrix, top_k):
    scored = [(float(np.mean(_cosines(row, examples))), path) for row, path in zip(matrix, paths)]
    return [(path, score) for score, path in sorted(scored, reverse=True)[:top_k]]


def _by_the_longest(examples, paths, matrix, top_k):
    whole = math.sqrt(sum(float(example @ example) for example in examples))
    return _ranked([sum(float(row @ example) for example in examples) / whole / len(examples) for row in matrix], paths, top_k)


def _without_the_minus(examples, paths, matrix, top_k):
    return sorted(_with_a_table(examples, paths, matrix, len(paths)), key=lambda pair: pair[1])[:top_k]


def _minus_stays(examples, paths, matrix, top_k):
    return [(path, -score) for path, score in _without_cosine_similarity(examples, paths, matrix, top_k)]


def _turned_pairs(examples, paths, matrix, top_k):
    return [pair[::-1] for pair in _without_cosine_similarity(examples, paths, matrix, top_k)]


def _sorted_pairs(examples, paths, matrix, top_k):
    return sorted((-np.mean(_cosines(row, examples)), path) for path, row in zip(paths, matrix))[:top_k]


def _only_one_example(examples, paths, matrix, top_k):
    return _ranked([cosine_similarity(row, examples[0]) for row in matrix], paths, top_k)


def _never_cuts(examples, paths, matrix, top_k):
    return _with_a_table(examples, paths, matrix, len(paths))


def _prints_the_list(examples, paths, matrix, top_k):
    for path, score in _with_a_table(examples, paths, matrix, top_k):
        print(path, score)


def _shortens_the_examples(examples, paths, matrix, top_k):
    answer = _with_a_table(examples, paths, matrix, top_k)
    examples /= 2
    return answer


def _by_the_engine(examples, paths, matrix, top_k):
    engine = ImageSearchEngine.from_vectors(paths, matrix)
    found = [dict(engine.search(example.astype(np.float32), top_k=len(paths))) for example in examples]
    return _ranked([np.mean([scores[path] for scores in found]) for path in paths], paths, top_k)


# Task 3


def _mean_of_a_table(examples, matrix, top_k):
    squares = np.sqrt(np.sum(examples**2, axis=1))
    table = np.divide(examples @ matrix.T, squares[:, None], out=np.zeros((len(examples), len(matrix))), where=squares[:, None] > 0)
    scores = table.mean(axis=0)
    order = np.lexsort((np.arange(len(scores)), -scores))[:top_k]
    return order, scores[order]


def _helper(examples):
    return examples / (np.linalg.norm(examples, axis=1) + (np.abs(examples).max(axis=1) == 0)).reshape(-1, 1)


def _in_float64_throughout(examples, matrix, top_k):
    scores = _helper(examples.astype(np.float64)).sum(axis=0) / len(examples) @ matrix.astype(np.float64).T
    best = (-scores).argsort(kind="stable")[: min(top_k, len(scores))]
    return best.tolist(), scores[best].tolist()


def _in_float32_throughout(examples, matrix, top_k):
    scores = np.mean(matrix @ _helper(examples.astype(np.float32)).T, axis=1)
    best = np.argsort(-scores, kind="stable")[:top_k]
    return best, scores[best]


def _best(scores, top_k):
    best = np.argsort(-scores, kind="stable")[:top_k]
    return best, scores[best]


def _reversed_argsort(examples, matrix, top_k):
    scores = matrix @ _helper(examples).mean(axis=0)
    best = np.argsort(scores, kind="stable")[::-1][:top_k]
    return best, scores[best]


def _black_left_out(examples, matrix, top_k):
    return _best(matrix @ _helper(examples[np.abs(examples).sum(axis=1) > 0]).mean(axis=0), top_k)


def _nan_for_black_examples(examples, matrix, top_k):
    with np.errstate(invalid="ignore"):
        return _best(matrix @ (examples.T / np.linalg.norm(examples, axis=1)).T.mean(axis=0), top_k)


def _one_length(examples, matrix, top_k):
    centre = examples.mean(axis=0)
    return _best(matrix @ (centre / np.linalg.norm(centre)), top_k)


def _twice_divided(examples, matrix, top_k):
    centre = _helper(examples).sum(axis=0)
    return _best(matrix @ centre / np.linalg.norm(centre), top_k)


def _not_the_examples(examples, matrix, top_k):
    scores = matrix @ _helper(examples).mean(axis=0)
    new = (matrix @ _helper(examples).T).max(axis=1) < 0.999999
    best = np.argsort(-scores, kind="stable")
    best = best[new[best]][:top_k]
    return best, scores[best]


def _one_for_all(examples, matrix, top_k):
    return _best(matrix @ (examples / np.sqrt((examples**2).sum())).sum(axis=0) / len(examples), top_k)


def _smallest_first(examples, matrix, top_k):
    scores = matrix @ _helper(examples).mean(axis=0)
    return scores.argsort(kind="stable")[:top_k], np.sort(scores)[:top_k]


def _negated(examples, matrix, top_k):
    scores = -(matrix @ _helper(examples).mean(axis=0))
    best = np.argsort(scores, kind="stable")[:top_k]
    return best, scores[best]


def _without_keepdims(examples, matrix, top_k):
    return _best(matrix @ (examples / np.linalg.norm(examples, axis=1)).mean(axis=0), top_k)


def _first_scores(examples, matrix, top_k):
    scores = matrix @ _helper(examples).mean(axis=0)
    return np.argsort(-scores, kind="stable")[:top_k], scores[:top_k]


def _loops_over_rows(examples, matrix, top_k):
    scores = np.array([row @ _helper(examples).mean(axis=0) for row in matrix])
    return _best(scores, top_k)


def _hides_its_loop(examples, matrix, top_k):
    return _best(_scores_by_a_loop(examples, matrix), top_k)


def _scores_by_a_loop(examples, matrix):
    return np.array([np.mean(_cosines(row, examples)) for row in matrix])


def _maps(examples, matrix, top_k):
    scores = np.apply_along_axis(lambda row: np.mean(list(map(lambda one: cosine_similarity(row, one), examples))), 1, matrix)
    return _best(scores, top_k)


def _asks_cosine_similarity(examples, matrix, top_k):
    return _best(np.array([cosine_similarity(matrix[0], examples[0])]), top_k)


def _by_rank(examples, matrix, top_k):
    wish = _helper(examples).mean(axis=0)
    pairs = np.array(similarity.rank(matrix, range(len(matrix)), wish, top_k))
    return pairs[:, 0], pairs[:, 1] * np.linalg.norm(wish)


def _examples_in_place(examples, matrix, top_k):
    examples /= (np.linalg.norm(examples, axis=1) + (np.abs(examples).max(axis=1) == 0)).reshape(-1, 1)
    return _best(matrix @ examples.mean(axis=0), top_k)


def _prints_rows(examples, matrix, top_k):
    print(_mean_of_a_table(examples, matrix, top_k))


# Task 4


def _einsum(queries, matrix, top_k):
    lengths = np.sqrt((queries**2).sum(axis=2))
    lengths = lengths + (lengths == 0)
    scores = np.einsum("qed,nd->qn", queries / lengths[:, :, None], matrix) / queries.shape[1]
    return np.argsort(-scores, axis=1, kind="stable")[:, :top_k]


def _by_reshape(queries, matrix, top_k):
    n_queries, n_examples, n_dims = queries.shape
    flat = _helper(queries.reshape(-1, n_dims))
    scores = (flat @ matrix.T).reshape(n_queries, n_examples, -1).mean(axis=1)
    return (-scores).argsort(kind="stable")[..., :top_k].tolist()


def _flat_units(queries):
    return _helper(queries.reshape(-1, queries.shape[2])).reshape(queries.shape)


def _ordered(scores, top_k):
    return np.argsort(-scores, axis=1, kind="stable")[:, :top_k]


def _down_the_columns(queries, matrix, top_k):
    return np.argsort(-(_flat_units(queries).mean(axis=1) @ matrix.T), axis=0, kind="stable")[:, :top_k]


def _over_all_queries(queries, matrix, top_k):
    return _ordered(_flat_units(queries).mean(axis=0) @ matrix.T, top_k)


def _raw_batch(queries, matrix, top_k):
    return _ordered(queries.mean(axis=1) @ matrix.T, top_k)


def _centres(queries, matrix, top_k):
    return _ordered(_helper(queries.sum(axis=1)) @ matrix.T, top_k)


def _nan_in_a_batch(queries, matrix, top_k):
    with np.errstate(invalid="ignore"):
        units = queries / np.sqrt((queries**2).sum(axis=2))[..., None]
    return _ordered(units.mean(axis=1) @ matrix.T, top_k)


def _largest_in_a_batch(queries, matrix, top_k):
    return _ordered((_flat_units(queries) @ matrix.T).max(axis=1), top_k)


def _backwards_batch(queries, matrix, top_k):
    return np.argsort(_flat_units(queries).mean(axis=1) @ matrix.T, axis=1, kind="stable")[:, ::-1][:, :top_k]


def _first_queries(queries, matrix, top_k):
    return _ordered(_flat_units(queries).mean(axis=1) @ matrix.T, len(matrix))[:top_k]


def _across_examples(queries, matrix, top_k):
    lengths = np.sqrt((queries**2).sum(axis=1))
    units = queries / (lengths + (lengths == 0))[:, None, :]
    return _ordered(units.mean(axis=1) @ matrix.T, top_k)


def _pictures_by_queries(queries, matrix, top_k):
    return _ordered(matrix @ _flat_units(queries).mean(axis=1).T, top_k)


def _smallest_in_a_batch(queries, matrix, top_k):
    return np.argsort(_flat_units(queries).mean(axis=1) @ matrix.T, axis=1, kind="stable")[:, :top_k]


def _one_length_in_a_batch(queries, matrix, top_k):
    return _ordered((queries / np.sqrt((queries**2).sum())).mean(axis=1) @ matrix.T, top_k)


def _query_after_query(queries, matrix, top_k):
    return np.array([_mean_of_a_table(examples, matrix, top_k)[0] for examples in queries])


def _scores_only(queries, matrix, top_k):
    return np.sort(_flat_units(queries).mean(axis=1) @ matrix.T, axis=1)[:, ::-1][:, :top_k]


def _queries_in_place(queries, matrix, top_k):
    queries[:] = _flat_units(queries)
    return _ordered(queries.mean(axis=1) @ matrix.T, top_k)


def _prints_the_batch(queries, matrix, top_k):
    print(_einsum(queries, matrix, top_k))


def _batch_by_the_engine(queries, matrix, top_k):
    engine = ImageSearchEngine.from_vectors(np.arange(len(matrix)).astype(str).tolist(), matrix)
    found = engine.search_batch(_flat_units(queries).mean(axis=1), top_k)
    return np.array(found)[:, :, 0].astype(int)


# Task 5


def _row_after_row(liked, disliked, matrix, weight, top_k):
    scores = []
    for row in matrix:
        charge = max((cosine_similarity(row, one) for one in disliked), default=0.0)
        scores.append(cosine_similarity(row, liked) - weight * charge)
    return sorted(range(len(scores)), key=lambda i: -scores[i])[:top_k]


def _two_products(liked, disliked, matrix, weight, top_k):
    scores = (matrix @ _helper(liked[None]).T)[:, 0]
    if disliked.shape[0] > 0:
        scores = scores - weight * np.max(matrix @ _helper(disliked).T, axis=1)
    return np.argsort(-scores, kind="stable")[:top_k]


def _by_charge(charge):
    def wrong(liked, disliked, matrix, weight, top_k):
        charges = charge(matrix @ _helper(disliked).T) if len(disliked) else 0
        return np.argsort(-((matrix @ _helper(liked[None]).T)[:, 0] - weight * charges), kind="stable")[:top_k]

    return wrong


def _adds_the_charge(liked, disliked, matrix, weight, top_k):
    return _two_products(liked, disliked, matrix, -weight, top_k)


def _raw_liked(liked, disliked, matrix, weight, top_k):
    charges = (matrix @ _helper(disliked).T).max(axis=1) if len(disliked) else 0
    return np.argsort(-(matrix @ liked - weight * charges), kind="stable")[:top_k]


def _raw_disliked(liked, disliked, matrix, weight, top_k):
    charges = (matrix @ disliked.T).max(axis=1) if len(disliked) else 0
    return np.argsort(-((matrix @ _helper(liked[None]).T)[:, 0] - weight * charges), kind="stable")[:top_k]


def _last_of_equals(liked, disliked, matrix, weight, top_k):
    rows = _two_products(liked, disliked, matrix[::-1], weight, len(matrix))
    return [len(matrix) - 1 - row for row in rows][:top_k]


def _fails_without_dislikes(liked, disliked, matrix, weight, top_k):
    scores = (matrix @ _helper(liked[None]).T)[:, 0] - weight * (matrix @ _helper(disliked).T).max(axis=1)
    return np.argsort(-scores, kind="stable")[:top_k]


def _nan_for_black_dislikes(liked, disliked, matrix, weight, top_k):
    with np.errstate(invalid="ignore"):
        charges = (matrix @ disliked.T / np.linalg.norm(disliked, axis=1)).max(axis=1) if len(disliked) else 0
    return np.argsort(-((matrix @ _helper(liked[None]).T)[:, 0] - weight * charges), kind="stable")[:top_k]


def _raw_both(liked, disliked, matrix, weight, top_k):
    charges = [max((float(row @ one) for one in disliked), default=0) for row in matrix]
    return np.argsort(-(matrix @ liked - weight * np.array(charges)), kind="stable")[:top_k]


def _any_charge_whole(liked, disliked, matrix, weight, top_k):
    return _two_products(liked, disliked, matrix, 1.0, top_k)


def _smallest_likes_first(liked, disliked, matrix, weight, top_k):
    return _two_products(-liked, disliked, matrix, -weight, top_k)


def _pairs_of_rows(liked, disliked, matrix, weight, top_k):
    scores = (matrix @ _helper(liked[None]).T)[:, 0]
    if len(disliked):
        scores = scores - weight * (matrix @ _helper(disliked).T).max(axis=1)
    return [(row, scores[row]) for row in np.argsort(-scores, kind="stable")[:top_k]]


def _asks_an_array(liked, disliked, matrix, weight, top_k):
    return _two_products(liked, disliked if disliked else disliked[:0], matrix, weight, top_k)


def _liked_in_place(liked, disliked, matrix, weight, top_k):
    liked /= np.linalg.norm(liked)
    return _two_products(liked, disliked, matrix, weight, top_k)


def _prints_likes(liked, disliked, matrix, weight, top_k):
    print(_two_products(liked, disliked, matrix, weight, top_k))


def _likes_by_the_engine(liked, disliked, matrix, weight, top_k):
    engine = ImageSearchEngine.from_vectors([f"{row:04}" for row in range(len(matrix))], matrix)
    scores = {path: score for path, score in engine.search(liked, len(matrix))}
    return _by_charge(lambda cosines: cosines.max(axis=1))(liked, disliked, matrix, weight, top_k) if scores else []


RIGHT = {
    "build_index": [_row_by_row, _by_filling],
    "search_like_these": [_with_a_table, _without_cosine_similarity],
    "search_fast_like_these": [_mean_of_a_table, _in_float64_throughout, _in_float32_throughout],
    "search_batch_like_these": [_einsum, _by_reshape],
    "like_but_not": [_row_after_row, _two_products],
}

def _in_any_order_among_equals(queries, matrix, top_k):
    scores = _helper(queries.reshape(-1, queries.shape[2])).reshape(queries.shape).mean(axis=1) @ matrix.T
    return np.argsort(-scores)[:, :top_k]


def _likes_in_any_order_among_equals(liked, disliked, matrix, weight, top_k):
    charges = (matrix @ _helper(disliked).T).max(axis=1) if len(disliked) else 0
    return np.argsort(-((matrix @ _helper(liked[None]).T)[:, 0] - weight * charges))[:top_k]


def _short_ones_as_they_are(vector_of):
    paths = sorted(path for path in vector_of if vector_of[path] is not None)
    matrix = np.array([vector_of[path] for path in paths], dtype=np.float32)
    matrix = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1)
    return paths, matrix, matrix.nbytes


WRONG = {
    "build_index": [
        (lambda vector_of: _short_ones_as_they_are(vector_of), "Expected:"),
        (_never_sorted, "the paths are in the order of the dict"),
        (_paths_alone_sorted, "the paths are sorted, but the rows are not"),
        (_keeps_the_lost_paths, "a path without a vector is in the list"),
        (_zeros_for_lost, "Came:      (['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'], "),
        (_as_they_are, "the rows are not divided"),
        (_by_columns, "it should be the rows (axis=1)"),
        (_by_the_whole, "each row has its own length"),
        (_nan_for_black, "a vector of zeros was divided by its length"),
        (_drops_black, "only None is left out"),
        (_double, "make the matrix float32"),
        (_by_their_sums, "by the sum of its numbers"),
        (_array_of_paths, "give them back as a list"),
        (_in_place, "It changed its input"),
        (_truth_of_an_array, "ValueError"),
        (_prints_the_index, "It prints, but returns nothing"),
        (_two_of_three, "It should be 3 values"),
        (_by_row_lengths, "the package's own function"),
    ],
    "search_like_these": [
        (_mean_dot, "these are means of dot products"),
        (_of_the_mean_example, "a long example counts for more"),
        (_of_the_mean_direction, "the mean of unit vectors is shorter than 1"),
        (_total, "this is the sum of the cosines"),
        (_nearest_example, "this is the largest of the cosines"),
        (_black_does_not_count, "has the cosine 0 with everything"),
        (_black_divides, "nothing may be divided by that"),
        (_hides_the_examples, "this search leaves out nothing"),
        (_reversed_ties, "of equal scores the first"),
        (_by_the_longest, "each example has its own length"),
        (_without_the_minus, "the worst come first"),
        (_minus_stays, "the minus was for the sorting only"),
        (_turned_pairs, "each pair is (path, score)"),
        (_sorted_pairs, "the pairs as they were sorted"),
        (_only_one_example, "Came:      [('b.jpg', 0.64), ('a.jpg', 0.6)]"),
        (_never_cuts, "Came:      [('b.jpg', 0.62), ('a.jpg', 0.3), ('c.jpg', 0.3)]"),
        (_prints_the_list, "It prints, but returns nothing"),
        (_shortens_the_examples, "It changed its input"),
        (_by_the_engine, "the package's own function"),
    ],
    "search_fast_like_these": [
        (lambda examples, matrix, top_k: _best(matrix @ examples.mean(axis=0), top_k), "these are means of dot products"),
        (_one_length, "a long example counts for more"),
        (_twice_divided, "the mean of unit vectors is shorter than 1"),
        (lambda examples, matrix, top_k: _best(matrix @ _helper(examples).sum(axis=0), top_k), "this is the sum of the cosines"),
        (lambda examples, matrix, top_k: _best((matrix @ _helper(examples).T).max(axis=1), top_k), "this is the largest"),
        (_black_left_out, "has the cosine 0 with everything"),
        (_nan_for_black_examples, "nothing may be divided by that"),
        (_not_the_examples, "this search leaves out nothing"),
        (_reversed_argsort, "of equal scores the first"),
        (_one_for_all, "each example has its own length"),
        (_smallest_first, "the worst come first"),
        (_negated, "the minus was for the sorting only"),
        (_without_keepdims, "ValueError"),
        (_first_scores, "row number and score belong together"),
        (lambda examples, matrix, top_k: _mean_of_a_table(examples, matrix, top_k)[0], "should be"),  # of top_k 2: of shape (2, 2)
        (_loops_over_rows, "It loops"),
        (_hides_its_loop, "It loops"),
        (_maps, "It loops"),
        (_asks_cosine_similarity, "the package's own function"),
        (_by_rank, "the package's own function"),
        (_examples_in_place, "It changed its input"),
        (_prints_rows, "It prints, but returns nothing"),
    ],
    "search_batch_like_these": [
        (_in_any_order_among_equals, "Expected:"),
        (_down_the_columns, "along its row (axis=1)"),
        (_over_all_queries, "the mean was taken over the queries"),
        (_raw_batch, "a long one counts for more"),
        (_centres, "a long one counts for more"),
        (_nan_in_a_batch, "nothing may be divided by that"),
        (_largest_in_a_batch, "this is the largest of the cosines"),
        (_backwards_batch, "of equal scores the first"),
        (_first_queries, "so queries are lost"),
        (_across_examples, "over its numbers"),
        (_pictures_by_queries, "a row for each query"),
        (_smallest_in_a_batch, "the worst come first"),
        (_one_length_in_a_batch, "a long one counts for more"),
        (_query_after_query, "It loops"),
        (_scores_only, "Came:      array([[0.733, 0.667],"),
        (_queries_in_place, "It changed its input"),
        (_prints_the_batch, "It prints, but returns nothing"),
        (_batch_by_the_engine, "the package's own function"),
    ],
    "like_but_not": [
        (_likes_in_any_order_among_equals, "Expected:"),
        (_adds_the_charge, "so subtract it"),
        (_by_charge(lambda cosines: cosines.mean(axis=1)), "not their mean"),
        (_by_charge(lambda cosines: cosines.sum(axis=1)), "not their sum"),
        (_by_charge(lambda cosines: cosines[:, 0]), "only the first of the disliked counts here"),
        (_by_charge(lambda cosines: cosines.max(axis=1).clip(min=0)), "a negative charge counts as well"),
        (_raw_liked, "the liked vector was not divided"),
        (_raw_disliked, "the disliked vectors were not divided"),
        (_last_of_equals, "the smaller row number comes first"),
        (_fails_without_dislikes, "ValueError"),
        (_nan_for_black_dislikes, "then every score is nan"),
        (_raw_both, "neither the liked vector nor"),
        (_any_charge_whole, "the weight is missing"),
        (_smallest_likes_first, "the worst come first"),
        (_pairs_of_rows, "row numbers alone"),
        (_asks_an_array, "ValueError"),
        (_liked_in_place, "It changed its input"),
        (_prints_likes, "It prints, but returns nothing"),
        (_likes_by_the_engine, "the package's own function"),
    ],
}
