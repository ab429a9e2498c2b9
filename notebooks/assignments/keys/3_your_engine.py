"""The key of assignment 3: your own engine, for the grader: cases for its checks, and the slips they recognise.

Most vectors here are rows of five whole numbers whose length is 4 or a multiple of it. Divided by their length they are
exact in binary, and so are sums of them: whatever the order in which somebody adds up, copies have equal scores.
"""

import numpy as np

from imsearch_helpers import cosine_similarity
from imsearch_helpers.arrays import row_lengths
from imsearch_helpers.exercises import Exercise
from imsearch_helpers.exercises.graded import solutions_of
from imsearch_helpers.scores import score_blocks
from imsearch_helpers.similarity import rank

SOLUTIONS = solutions_of(__file__)
build_index = SOLUTIONS["build_index"]
search_like_these = SOLUTIONS["search_like_these"]
search_fast_like_these = SOLUTIONS["search_fast_like_these"]
search_batch_like_these = SOLUTIONS["search_batch_like_these"]
like_but_not = SOLUTIONS["like_but_not"]

SEARCHES = (rank, score_blocks, row_lengths)  # every new engine calls row_lengths, score_table calls score_blocks
PATTERNS = ((4, 0, 0, 0, 0), (2, 2, 2, 2, 0), (3, 2, 1, 1, 1))  # all of length 4
SMALL = np.array([[1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)
WITH_A_COPY = np.array([[1, 0, 0], [0, 0.6, 0.8], [1, 0, 0]], dtype=np.float32)
GAP = 1e-3  # no two scores are nearer than this, but those of copies, which are equal


# Cases


def _collections(rng):
    cases = [({"b.jpg": np.array([3.0, 4.0]), "d.jpg": None, "c.jpg": np.zeros(2), "a.jpg": np.array([0.0, 2.0])},)]
    for n_images, n_dims, n_lost, n_black in [(3, 2, 1, 0), (4, 3, 1, 1), (3, 3, 0, 0), (1, 3, 2, 0)]:
        names = [f"{number}.jpg" for number in rng.choice(900, n_images + n_lost, replace=False) + 100]
        names[:2] = sorted(names[:2], reverse=True)  # so that they are never in order
        vectors = list(rng.integers(1, 10, (n_images, n_dims)) / (100 if n_lost == 0 else 1))  # some far shorter than 1
        if n_black:
            vectors[1] = np.zeros(n_dims)
        vectors[1:1] = [None] * n_lost
        cases.append((dict(zip(names, vectors)),))
    return cases


def _whole(rng, n, signs):
    """Rows of five whole numbers, each of length 4."""
    rows = np.array([rng.permutation(PATTERNS[i]) for i in rng.integers(0, len(PATTERNS), n)])
    return rows * rng.choice([-1, 1], rows.shape) if signs else rows


def _units(rng, n, signs=True):
    return (_whole(rng, n, signs) / 4).astype(np.float32)


def _examples(rng, n_queries, n_examples, signs=True):
    """Examples of various lengths, the first one of each query much longer than the last one, which is a quarter long."""
    times = rng.integers(1, 10, (n_queries, n_examples, 1)).astype(float)
    times[:, 0], times[:, -1] = 9, 1 / 16 if n_examples > 1 else 3
    whole = _whole(rng, n_queries * n_examples, signs).reshape(n_queries, n_examples, 5)
    return (whole * times).astype(float)


def _clear(scores, matrix):
    """Whether rows that differ have scores that differ, and row 0 is not the best: an order of 0, 1, 2 ... is wrong."""
    return _no_two_alike(scores, matrix) and scores.argmax() > 0


def _no_two_alike(scores, matrix):
    of_different_rows = np.sort(scores[np.unique(matrix, axis=0, return_index=True)[1]])
    return bool((np.diff(of_different_rows) > GAP).all())


def _drawn(rng, n_queries, n_examples, n_images, change=None, signs=True):
    """Queries and a matrix, drawn until all scores are clear."""
    while True:
        queries, matrix = _examples(rng, n_queries, n_examples, signs), _units(rng, n_images, signs)
        if change:
            change(rng, queries, matrix)
        # Also without any division by lengths: else the last digit would decide which slip it was.
        undivided = all(_no_two_alike(matrix @ examples.mean(axis=0), matrix) for examples in queries)
        if undivided and all(_clear(_scores(examples, matrix), matrix) for examples in queries):
            return queries, matrix


def _scores(examples, matrix):
    return matrix @ _unit(examples).mean(axis=0)


def _with_zeros_and_a_copy(rng, queries, matrix):
    queries[:, -1] = 0
    matrix[rng.integers(1, len(matrix) - 1)] = 0
    matrix[-1] = matrix[0]


def _with_an_example(rng, queries, matrix):
    matrix[rng.integers(len(matrix))] = _unit(queries[0])[0]


def _as_decimals(rng, queries, matrix):
    queries[:] = rng.uniform(0, 5, queries.shape).round(2)
    matrix[:] = _unit(rng.uniform(0, 1, matrix.shape))


def _of_four_kinds(rng, queries, matrix):
    matrix[:] = matrix[:4][rng.permutation(np.arange(len(matrix)) % 4)]


def _searches(rng, n_tied=20, top_tied=12):
    drawn = [
        (*_drawn(rng, 1, 2, 5, signs=False), 3),
        (*_drawn(rng, 1, 4, 5, _with_zeros_and_a_copy), 5),
        (*_drawn(rng, 1, 3, 4, _with_an_example), 9),
        (*_drawn(rng, 1, 3, 4, _as_decimals), 3),
        (*_drawn(rng, 1, 2, n_tied, _of_four_kinds), top_tied),  # in a long list, a sort that is not stable is found out
    ]
    return [
        (np.array([[3.0, 0.0, 4.0], [0.0, 2.0, 0.0]]), WITH_A_COPY.copy(), 2),
        *((queries[0], matrix, top_k) for queries, matrix, top_k in drawn),
    ]


def _searches_with_paths(rng):
    cases = []
    for examples, matrix, top_k in _searches(rng, n_tied=8, top_tied=6):
        numbers = np.sort(rng.choice(900, len(matrix), replace=False) + 100)
        paths = [f"{number}.jpg" for number in numbers] if cases else ["a.jpg", "b.jpg", "c.jpg"]
        cases.append((examples, paths, matrix, top_k))
    return cases


def _batches(rng):
    return [
        (np.array([[[2.0, 0.0], [0.0, 3.0], [0.0, 1.0]], [[3.0, 4.0], [0.0, 1.0], [0.0, 5.0]]]), SMALL.copy(), 2),
        _apart(lambda: (*_drawn(rng, 3, 2, 5, signs=False), 3), search_batch_like_these, *LONG_OR_LARGEST),
        (*_drawn(rng, 2, 4, 5, _with_zeros_and_a_copy), 5),
        (*_drawn(rng, 3, 1, 4), 2),
        (*_drawn(rng, 3, 3, 3), 9),
        (*_drawn(rng, 2, 3, 4, _as_decimals), 3),
        (*_drawn(rng, 2, 2, 40, _of_four_kinds), 12),
    ]


def _apart(draw, *functions):
    """A case in which all these functions give different answers."""
    while True:
        case = draw()
        if len({str(function(*case)) for function in functions}) == len(functions):
            return case


def _likes(rng):
    """The hand-made case, and cases in which some slips are sure to give another order."""
    hand_made = (np.array([6.0, 8.0]), np.array([[0.0, 2.0]]), SMALL.copy(), 1, 3)
    return [
        hand_made,
        _like(rng, 2, 6, 0.5, 6, matters=[*CHARGES, _disliked_not_divided, _nothing_divided, _weightless]),
        _like(rng, 0, 5, 1, 3),
        _like(rng, 3, 5, 1, 20, matters=[*CHARGES, _liked_not_divided, _nothing_divided, _divided_by_zero], zeros=True),
        _like(rng, 1, 5, 0.5, 4, matters=[_charged(_not_below_0), _charged(_turned)]),
        _like(rng, 2, 6, 0.25, 6, copies=True),
        _like(rng, 1, 40, 0.25, 12, change=_of_four_kinds),
    ]


def _like(rng, n_disliked, n_images, weight, top_k, matters=(), zeros=False, copies=False, change=None):
    def draw():
        while True:
            wishes, matrix = _examples(rng, 1, 1 + n_disliked)[0], _units(rng, n_images)
            if zeros:
                wishes[2], matrix[2] = 0, 0
            if copies:
                matrix[-1] = matrix[0]
            if change:
                change(rng, wishes, matrix)
            case = wishes[0], wishes[1:], matrix, weight, top_k
            if _clear(_like_scores(*case[:4], _largest), matrix):
                return case

    return _apart(draw, like_but_not, *matters)


# Slips


def _unit(vectors):
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def _rows_in(paths, vector_of):
    return np.array([vector_of[path] for path in paths], dtype=np.float32)


def _readable(vector_of):
    return [path for path, vector in vector_of.items() if vector is not None]


def _unsorted(vector_of):
    rows = _rows_in(_readable(vector_of), vector_of)
    return _readable(vector_of), _unit(rows), rows.nbytes


def _divided_by(norm):
    def slip(vector_of):
        paths = sorted(_readable(vector_of))
        rows = _rows_in(paths, vector_of)
        return paths, rows / norm(rows), rows.nbytes

    return slip


def _without_black(vector_of):
    return build_index({path: vector for path, vector in vector_of.items() if vector is not None and vector.any()})


def _only_the_paths_sorted(vector_of):
    rows = _rows_in(_readable(vector_of), vector_of)
    return sorted(_readable(vector_of)), _unit(rows), rows.nbytes


def _with_lost_paths(vector_of):
    return sorted(vector_of), *build_index(vector_of)[1:]


def _paths_as_an_array(vector_of):
    paths, *others = build_index(vector_of)
    return np.array(paths), *others


def _in_float64(vector_of):
    paths, matrix, n_bytes = build_index(vector_of)
    return paths, matrix, 2 * n_bytes


INDEX_SLIPS = {
    "the paths are in the order of the dict; sort them first, and make the rows in that order.": _unsorted,
    "the paths are sorted, but the rows are not: they are out of step.": _only_the_paths_sorted,
    "a path without a vector is in the list, so paths and rows are out of step.": _with_lost_paths,
    "the rows are not divided by their lengths.": _divided_by(lambda rows: np.float32(1)),
    "the columns were divided by their lengths; it should be the rows (axis=1).": _divided_by(
        lambda rows: np.linalg.norm(rows, axis=0)
    ),
    "each row has its own length; here all were divided by one.": _divided_by(np.linalg.norm),
    "each row was divided by the sum of its numbers; divide by its length, the root of the sum of their squares.": _divided_by(
        lambda rows: np.where(rows.any(axis=1, keepdims=True), rows.sum(axis=1, keepdims=True), 1)
    ),
    "a vector of zeros was divided by its length, 0; it should stay as it is.": _divided_by(
        lambda rows: np.linalg.norm(rows, axis=1, keepdims=True)
    ),
    "a vector of zeros belongs in the index too; only None is left out.": _without_black,
    "these are bytes of float64, eight a number; make the matrix float32.": _in_float64,
    "the paths are an array; give them back as a list.": _paths_as_an_array,
}


def _searching_by(wish):
    """A search like the solution's, but with another vector for all examples: examples -> (n_dims,)."""
    return _scoring(lambda examples, matrix: matrix @ wish(examples))


def _scoring(scores_of):
    def search(examples, matrix, top_k):
        scores = scores_of(examples, matrix)
        rows = np.argsort(-scores, kind="stable")[:top_k]
        return rows, scores[rows]

    return search


def _without_the_examples(examples, matrix, top_k):
    rows, scores = search_fast_like_these(examples, matrix, len(matrix))
    others = (_unit(examples) @ matrix[rows].T < 1 - 1e-6).all(axis=0)
    return rows[others][:top_k], scores[others][:top_k]


def _scores_not_in_order(examples, matrix, top_k):
    return search_fast_like_these(examples, matrix, top_k)[0], _scores(examples, matrix)[:top_k]


def _later_rows_first(examples, matrix, top_k):
    scores = _scores(examples, matrix)
    rows = np.argsort(scores, kind="stable")[::-1][:top_k]
    return rows, scores[rows]


def _worst_first(examples, matrix, top_k):
    scores = _scores(examples, matrix)
    rows = np.argsort(scores, kind="stable")[:top_k]
    return rows, scores[rows]


def _still_negative(examples, matrix, top_k):
    rows, scores = search_fast_like_these(examples, matrix, top_k)
    return rows, -scores


def _with_paths(search):
    def slip(examples, paths, matrix, top_k):
        return [(paths[row], float(score)) for row, score in zip(*search(examples, matrix, top_k))]

    return slip


def _score_and_path(sign):
    def slip(*case):
        return [(sign * score, path) for path, score in search_like_these(*case)]

    return slip


_largest_cosine = _scoring(lambda examples, matrix: (_unit(examples) @ matrix.T).max(axis=0))
_nothing_of_length_1 = _searching_by(lambda examples: examples.mean(axis=0))
ORDER_SLIPS = {
    "an example of all zeros has the length 0, and nothing may be divided by that.": _searching_by(
        lambda examples: (examples / np.linalg.norm(examples, axis=1, keepdims=True)).mean(axis=0)
    ),
    "this is the largest of the cosines; the score is their mean.": _largest_cosine,
    "of equal scores the first in the order of the index wins; here it is the last.": _later_rows_first,
    "the worst come first here; a sort begins with the smallest.": _worst_first,
}
SEARCH_SLIPS = ORDER_SLIPS | {
    "these are means of dot products: divide every example by its own length.": _nothing_of_length_1,
    "the mean was taken before each example was divided by its length: a long example counts for more.": _searching_by(
        lambda examples: _unit(examples.mean(axis=0))
    ),
    "the mean of unit vectors is shorter than 1, and so it must stay: do not divide it by its length again.": _searching_by(
        lambda examples: _unit(_unit(examples).mean(axis=0))
    ),
    "this is the sum of the cosines; the score is their mean.": _searching_by(lambda examples: _unit(examples).sum(axis=0)),
    "an example of all zeros has the cosine 0 with everything, and counts in the mean.": _searching_by(
        lambda examples: _unit(examples[examples.any(axis=1)]).mean(axis=0)
    ),
    "each example has its own length; here all were divided by one.": _searching_by(
        lambda examples: (examples / np.linalg.norm(examples)).mean(axis=0)
    ),
    "a picture that equals an example was left out; this search leaves out nothing.": _without_the_examples,
    "the scores are negative: the minus was for the sorting only.": _still_negative,
}
LOOP_SLIPS = {cause: _with_paths(search) for cause, search in SEARCH_SLIPS.items()} | {
    "each pair is (path, score), in this order.": _score_and_path(1),
    "these are the pairs as they were sorted; asked for are (path, score), the score without the minus.": _score_and_path(-1),
}
FAST_SLIPS = SEARCH_SLIPS | {
    "the scores are not in the order of the rows: row number and score belong together.": _scores_not_in_order,
}


def _one_by_one(search):
    def slip(queries, matrix, top_k):
        return np.array([search(examples, matrix, top_k)[0] for examples in queries])

    return slip


def _sorted_rows(scores, top_k):
    return np.argsort(-scores, axis=1, kind="stable")[:, :top_k]


def _first_queries_only(queries, matrix, top_k):
    return search_batch_like_these(queries, matrix, len(matrix))[:top_k]


def _a_row_a_picture(queries, matrix, top_k):
    return _sorted_rows(matrix @ _unit(queries).mean(axis=1).T, top_k)


def _lengths_over_examples(queries, matrix, top_k):
    lengths = np.linalg.norm(queries, axis=1, keepdims=True)
    wishes = (queries / np.where(lengths > 0, lengths, 1)).mean(axis=1)
    return _sorted_rows((wishes[:, None] * matrix).sum(axis=2), top_k)


def _sorted_down_the_columns(queries, matrix, top_k):
    scores = _unit(queries).mean(axis=1) @ matrix.T
    return np.argsort(-scores, axis=0, kind="stable")[:, :top_k]


def _mean_over_queries(queries, matrix, top_k):
    return _sorted_rows(_unit(queries).mean(axis=0) @ matrix.T, top_k)


LONG_OR_LARGEST = [_one_by_one(_nothing_of_length_1), _one_by_one(_largest_cosine)]
BATCH_SLIPS = {cause: _one_by_one(search) for cause, search in ORDER_SLIPS.items()} | {
    "the examples were not divided by their own lengths before the mean: a long one counts for more.": LONG_OR_LARGEST[0],
    "the lengths were taken over the examples (axis=1); each example has its own, over its numbers.": _lengths_over_examples,
    "the table of scores has a row for each picture; turn it round, so that it has a row for each query.": _a_row_a_picture,
    "[:top_k] keeps whole rows, so queries are lost; keep columns.": _first_queries_only,
    "scores are sorted down the columns; each query has its own order, along its row (axis=1).": _sorted_down_the_columns,
    "the mean was taken over the queries; each query has its own mean, over its examples.": _mean_over_queries,
}


def _largest(cosines):
    return cosines.max(axis=0)


def _mean(cosines):
    return cosines.mean(axis=0)


def _sum(cosines):
    return cosines.sum(axis=0)


def _first(cosines):
    return cosines[0]


def _turned(cosines):
    return -cosines.max(axis=0)


def _not_below_0(cosines):
    return np.maximum(cosines.max(axis=0), 0)


def _like_scores(liked, disliked, matrix, weight, charge):
    charges = charge(_unit(disliked) @ matrix.T) if len(disliked) else 0
    return matrix @ _unit(liked) - weight * charges


def _order(liked, disliked, matrix, weight, charge):
    return np.argsort(-_like_scores(liked, disliked, matrix, weight, charge), kind="stable")


def _charged(charge):
    def slip(liked, disliked, matrix, weight, top_k):
        return _order(liked, disliked, matrix, weight, charge)[:top_k]

    return slip


CHARGES = [_charged(charge) for charge in (_mean, _sum, _first, _turned)]


def _liked_not_divided(liked, disliked, matrix, weight, top_k):
    return like_but_not(liked, disliked, matrix, weight / np.linalg.norm(liked), top_k)


def _disliked_not_divided(liked, disliked, matrix, weight, top_k):
    charges = (disliked @ matrix.T).max(axis=0) if len(disliked) else 0
    return np.argsort(-(matrix @ _unit(liked) - weight * charges), kind="stable")[:top_k]


def _nothing_divided(liked, disliked, matrix, weight, top_k):
    charges = (disliked @ matrix.T).max(axis=0) if len(disliked) else 0
    return np.argsort(-(matrix @ liked - weight * charges), kind="stable")[:top_k]


def _weightless(liked, disliked, matrix, weight, top_k):
    return like_but_not(liked, disliked, matrix, 1, top_k)


def _divided_by_zero(liked, disliked, matrix, weight, top_k):
    known = np.linalg.norm(disliked, axis=1).all()
    return like_but_not(liked, disliked, matrix, weight, top_k) if known else np.arange(len(matrix))[:top_k]  # all are nan


def _worst_likes_first(liked, disliked, matrix, weight, top_k):
    return np.argsort(_like_scores(liked, disliked, matrix, weight, _largest), kind="stable")[:top_k]


def _rows_with_scores(liked, disliked, matrix, weight, top_k):
    scores = _like_scores(liked, disliked, matrix, weight, _largest)
    return [(int(row), float(scores[row])) for row in like_but_not(liked, disliked, matrix, weight, top_k)]


def _later_likes_first(liked, disliked, matrix, weight, top_k):
    return np.argsort(_like_scores(liked, disliked, matrix, weight, _largest), kind="stable")[::-1][:top_k]


LIKE_SLIPS = {
    "the disliked raise the score here; their cosine is a charge, so subtract it.": _charged(_turned),
    "the largest of the cosines with the disliked counts, not their mean.": _charged(_mean),
    "only the largest of the cosines with the disliked counts, not their sum.": _charged(_sum),
    "only the first of the disliked counts here; take the largest cosine over all of them.": _charged(_first),
    "a negative charge counts as well: it raises the score.": _charged(_not_below_0),
    "the liked vector was not divided by its length.": _liked_not_divided,
    "the disliked vectors were not divided by their lengths.": _disliked_not_divided,
    "neither the liked vector nor the disliked ones were divided by their lengths.": _nothing_divided,
    "a disliked vector of zeros was divided by its length, 0: then every score is nan.": _divided_by_zero,
    "the charge is the cosine times `weight`; the weight is missing.": _weightless,
    "of equal scores the smaller row number comes first.": _later_likes_first,
    "the worst come first here; a sort begins with the smallest.": _worst_likes_first,
    "asked for are row numbers alone, without their scores.": _rows_with_scores,
}


TASKS = [
    Exercise(
        solution=build_index,
        cases=_collections,
        slips=INDEX_SLIPS,
        forbidden=(row_lengths,),
        bought="An index made once, of unit vectors: from now on a cosine is a dot product.",
    ),
    Exercise(
        solution=search_like_these,
        cases=_searches_with_paths,
        slips=LOOP_SLIPS,
        forbidden=SEARCHES,
        bought="A search that can be read line by line. Keep it: it will judge the fast one.",
    ),
    Exercise(
        solution=search_fast_like_these,
        cases=_searches,
        slips=FAST_SLIPS,
        forbidden=(*SEARCHES, cosine_similarity),
        loop_free=True,
        bought="One product for any number of examples, and the same answer as the loop.",
    ),
    Exercise(
        solution=search_batch_like_these,
        cases=_batches,
        slips=BATCH_SLIPS,
        forbidden=(*SEARCHES, cosine_similarity),
        loop_free=True,
        bought="All queries are answered by one product, and the index is read once for all of them.",
    ),
    Exercise(
        solution=like_but_not,
        cases=_likes,
        slips=LIKE_SLIPS,
        forbidden=SEARCHES,
        bought="A query can now say what it does not want, and one number says how much that matters.",
    ),
]
