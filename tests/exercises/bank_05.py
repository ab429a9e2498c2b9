"""Answers to the exercises of notebook 05."""

import numpy as np

from imsearch_helpers import cosine_similarity


def _scores_one_by_one(queries, vectors):
    table = np.zeros((len(queries), len(vectors)))
    for i, a in enumerate(queries.astype(float)):
        for j, b in enumerate(vectors.astype(float)):
            table[i, j] = (a * b).sum() / ((a * a).sum() * (b * b).sum()) ** 0.5
    return table


def _scores_by_einsum(queries, vectors):
    a, b = queries.astype(float), vectors.astype(float)
    return np.einsum("qd,nd->qn", a, b) / np.sqrt(np.einsum("qd,qd->q", a, a)[:, None] * np.einsum("nd,nd->n", b, b))


def _with_the_package(queries, vectors):
    table = _scores_by_einsum(queries, vectors)
    table[0, 0] = cosine_similarity(queries[0], vectors[0])
    return table


def _changes_its_input(queries, vectors):
    if queries.dtype == float:
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    return _scores_by_einsum(queries, vectors)


def _wrapping(queries, vectors):
    return (queries @ vectors.T) / np.outer(np.linalg.norm(queries, axis=1), np.linalg.norm(vectors, axis=1))


def _all_scores_at_the_end(read_rows, n_images, query, k, block):
    scores = np.concatenate([read_rows(s, min(s + block, n_images)) @ query for s in range(0, n_images, block)])
    return [int(row) for row in np.lexsort((np.arange(n_images), -scores))[:k]]


def _marks_with_zero(read_rows, n_images, query, k, block):
    scores = [s for start in range(0, n_images, block) for s in read_rows(start, min(start + block, n_images)) @ query]
    best = []
    while len(best) < k:
        best.append(scores.index(max(scores)))
        scores[best[-1]] = 0
    return best


def _last_of_equals(read_rows, n_images, query, k, block):
    pairs = []
    for start in range(0, n_images, block):
        pairs += [(s, start + i) for i, s in enumerate(read_rows(start, min(start + block, n_images)) @ query)]
    return [row for _, row in sorted(pairs, reverse=True)[:k]]


def _reads_everything(read_rows, n_images, query, k, block):
    return list(np.argsort(-(read_rows(0, n_images) @ query))[:k])


def _forgets_the_start(read_rows, n_images, query, k, block):
    pairs = []
    for start in range(0, n_images, block):
        pairs += [(-score, i) for i, score in enumerate(read_rows(start, min(start + block, n_images)) @ query)]
    return [row for _, row in sorted(pairs)[:k]]


def _drops_the_rest(read_rows, n_images, query, k, block):
    return _all_scores_at_the_end(read_rows, n_images - n_images % block, query, k, block)


def _ascending(read_rows, n_images, query, k, block):
    return _all_scores_at_the_end(read_rows, n_images, -query, k, block)


def _forgets_to_return(read_rows, n_images, query, k, block):
    sorted(read_rows(0, block) @ query)


def _prints_recall(vectors, copy, query, k):
    print(k)


def _found_of_k(vectors, copy, query, k):
    return len({*np.argsort(vectors @ query)[-k:]} & {*np.argsort(copy @ query)[-k:]})


def _share_in_place(vectors, copy, query, k):
    return (np.argsort(-(vectors @ query))[:k] == np.argsort(-(copy @ query))[:k]).sum() / k


RIGHT = {
    "batch_scores": [_scores_by_einsum],
    "best_in_blocks": [_all_scores_at_the_end],
    "recall_of_copy": [
        lambda vectors, copy, query, k: np.isin(
            np.argpartition(vectors @ query, -k)[-k:], np.argpartition(copy @ query, -k)[-k:]
        ).mean()
    ],
}

WRONG = {
    "batch_scores": [
        (lambda queries, vectors: queries.astype(float) @ vectors.astype(float).T, "divide by the lengths"),
        (_wrapping, "wrap around"),
        (lambda queries, vectors: queries @ vectors.T, "divide by the lengths"),
        (_scores_one_by_one, "It loops"),
        (
            lambda queries, vectors: queries @ (vectors.T / (np.linalg.norm(queries) * np.linalg.norm(vectors))),
            "each row needs its own",
        ),
        (lambda queries, vectors: _scores_by_einsum(vectors, queries), "turned round"),
        (
            lambda queries, vectors: (
                queries.astype(float) @ (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).T
            ),
            "queries need it too",
        ),
        (_with_the_package, "the package's own function"),
        (_changes_its_input, "changed its input"),
    ],
    "best_in_blocks": [
        (_reads_everything, "at a time"),
        (_forgets_the_start, "add the block's start"),
        (_drops_the_rest, "shorter block is missing"),
        (_ascending, "the largest are asked for"),
        (_marks_with_zero, "products can be negative"),
        (_last_of_equals, "the smaller row number"),
        (_forgets_to_return, "every way through"),
    ],
    "recall_of_copy": [
        (_share_in_place, "another place counts too"),
        (_found_of_k, "divided by k"),
        (_prints_recall, "prints, but returns nothing"),
        (
            lambda vectors, copy, query, k: (
                len(set(np.argsort(vectors @ query)[:k]) & set(np.argsort(copy @ query)[:k])) / k
            ),
            "the largest are asked for",
        ),
        (lambda vectors, copy, query, k: 1.0, "Came:      1"),
        (lambda vectors, copy, query, k: np.argsort(-(copy @ query))[:k], "The shape is"),
    ],
}
