"""The exercises of notebook 05: time and memory."""

import numpy as np

from ..similarity import cosine_similarity
from .model import Exercise


def batch_scores(queries, vectors):
    """The cosine of every query with every vector, by one matrix product.

    `queries` has the shape (n_queries, n_dims), `vectors` the shape (n_images,
    n_dims); no row is all zeros. Return an array of shape (n_queries,
    n_images): row i holds the scores of query i.
    """
    units = queries / np.linalg.norm(queries, axis=1, keepdims=True)  # the few queries, each at length 1
    lengths = np.linalg.norm(vectors, axis=1)  # (n_images,): once for all queries
    return units @ vectors.T / lengths  # (n_queries, n_images); the large matrix is not copied


def best_in_blocks(read_rows, n_images, query, k, block):
    """The k rows that fit a query best, of a matrix too big to be read at once.

    Best are the largest dot products with `query`.

    `read_rows(start, stop)` returns the rows from start up to, but not
    including, stop; it refuses more than `block` rows at a time. Return a list
    of k row numbers, best first; the smaller number first where two are equal.
    """
    best = []
    for start in range(0, n_images, block):
        stop = min(start + block, n_images)
        scores = read_rows(start, stop) @ query
        best += [(-float(score), start + i) for i, score in enumerate(scores)]
        best = sorted(best)[:k]  # only k candidates go on to the next block
    return [row for _, row in best]


def recall_of_copy(vectors, copy, query, k):
    """Which share of the true best k rows a less exact copy still finds.

    The true best k are the rows of `vectors` with the largest dot products with
    `query`; the found ones are those of `copy`, which has the same shape.
    Return a number from 0 to 1; the order within the k does not matter.
    """
    true = np.argsort(-(vectors @ query))[:k]
    found = np.argsort(-(copy @ query))[:k]
    return len(set(true) & set(found)) / k


def _two_matrices(rng):
    sizes = [(2, 3, 2), (1, 4, 3), (3, 3, 5), (4, 2, int(rng.integers(6, 20)))]
    cases = [(rng.integers(1, 9, (q, d)) / 2, rng.integers(1, 9, (n, d)) / 2) for q, n, d in sizes]
    return [*cases, (rng.integers(1, 256, (2, 6)).astype(np.uint8), rng.integers(1, 256, (3, 6)).astype(np.uint8))]


class Rows:
    """A matrix that hands out a few rows at a time."""

    def __init__(self, matrix, block):
        self.matrix, self.block = matrix, block

    def __call__(self, start, stop):
        if stop - start > self.block:
            raise MemoryError(f"{stop - start} rows do not fit; at most {self.block} can be read at a time")
        return self.matrix[start:stop].copy()

    def __repr__(self):
        return f"<reads up to {self.block} of {len(self.matrix)} rows>"


def _blocked(rng):
    cases = []
    for n_images, k, block in [(6, 2, 3), (7, 3, 3), (10, 4, 2), (int(rng.integers(11, 30)), 5, 4)]:
        matrix = rng.integers(0, 10, (n_images, 3))
        matrix[n_images // 2] = matrix[0]  # so that there is a tie to break
        cases.append((Rows(matrix, block), n_images, rng.integers(1, 6, 3), k, block))
    return cases


def _copies(rng):
    cases = []
    for n_images, n_dims, k in [(5, 2, 2), (12, 3, 4), (30, 4, 5), (40, 6, 8)]:
        vectors = rng.random((n_images, n_dims)).round(3)
        cases.append((vectors, (vectors + rng.normal(0, 0.2, vectors.shape)).round(3), rng.random(n_dims).round(3), k))
    return cases


def _without_lengths(queries, vectors):
    return queries.astype(float) @ vectors.astype(float).T


def _with_wrapping(queries, vectors):
    lengths = np.outer(np.linalg.norm(queries, axis=1), np.linalg.norm(vectors, axis=1))
    return queries @ vectors.T / lengths


def _only_vectors_normalised(queries, vectors):
    return queries.astype(float) @ (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).T


def _normalised_down_the_columns(queries, vectors):
    return (queries / np.linalg.norm(queries, axis=0)) @ (vectors / np.linalg.norm(vectors, axis=0)).T


def _one_length_for_all(queries, vectors):
    return (queries / np.linalg.norm(queries)) @ (vectors / np.linalg.norm(vectors)).T


def _row_numbers_within_the_block(read_rows, n_images, query, k, block):
    best = []
    for start in range(0, n_images, block):
        scores = read_rows(start, min(start + block, n_images)) @ query
        best = sorted(best + [(-score, i) for i, score in enumerate(scores)])[:k]
    return [row for _, row in best]


def _without_the_last_block(read_rows, n_images, query, k, block):
    return best_in_blocks(read_rows, n_images // block * block, query, k, block)


def _worst_first(read_rows, n_images, query, k, block):
    return best_in_blocks(read_rows, n_images, -query, k, block)


def _place_by_place(vectors, copy, query, k):
    return float(np.mean(np.argsort(-(vectors @ query))[:k] == np.argsort(-(copy @ query))[:k]))


def _how_many(vectors, copy, query, k):
    return recall_of_copy(vectors, copy, query, k) * k


def _smallest(vectors, copy, query, k):
    return recall_of_copy(-vectors, -copy, query, k)


EXERCISES = [
    Exercise(
        solution=batch_scores,
        cases=_two_matrices,
        hints=(
            "A cosine is a dot product divided by both lengths. All dot products at once are one product of two matrices.",
            "`np.linalg.norm(matrix, axis=1)` gives the length of each row; with `keepdims=True` they stand in a column, by "
            "which the matrix can be divided.",
            "Bring the few queries to length 1. `queries @ vectors.T` has a row for each query and a column for each vector: "
            "dividing it by the vectors' lengths divides each column by its own.",
        ),
        explanation="Dividing the table by the vectors' lengths gives the same as dividing the vectors first, but no large "
        "matrix is copied, neither normalised nor as float64. The lengths are computed once for all queries of this call; "
        "an engine, which is asked again and again, keeps them.",
        bought="One call answers all queries.",
        slips={
            "these are dot products; divide by the lengths of both vectors.": _without_lengths,
            "uint8 numbers wrap around in products; turn them into float first.": _with_wrapping,
            "only the vectors were brought to length 1; the queries need it too.": _only_vectors_normalised,
            "axis=0 takes the length of each column; a vector is a row, so axis=1.": _normalised_down_the_columns,
            "without axis=1, np.linalg.norm is one length for the whole matrix; each row needs its own.": _one_length_for_all,
            "the result is turned round: row i must belong to query i.": lambda queries, vectors: batch_scores(
                vectors, queries
            ),
        },
        forbidden=(cosine_similarity,),
    ),
    Exercise(
        solution=best_in_blocks,
        cases=_blocked,
        hints=(
            "Go through the starts 0, block, 2 * block, ... and keep the best k seen so far.",
            "Put pairs (-score, row number) into one list, sort it, and keep the first k before the next block.",
            "The row number is the block's start plus the place inside the block; the last block may be shorter.",
        ),
        explanation="The best k of everything are among the best k so far and the new block, so nothing else need be kept.",
        bought="A collection larger than the memory can be searched, with the same result.",
        slips={
            "these are places inside a block; add the block's start.": _row_numbers_within_the_block,
            "the last, shorter block is missing.": _without_the_last_block,
            "these are the smallest products; the largest are asked for.": _worst_first,
        },
    ),
    Exercise(
        solution=recall_of_copy,
        cases=_copies,
        hints=(
            "`np.argsort(-scores)[:k]` are the rows of the k largest scores.",
            "Do that with both matrices and count the rows that both lists hold; divide by k.",
        ),
        explanation="Recall asks how much of the truth was found, so the order inside the k is left aside: sets compare.",
        bought="Now the price of a smaller number type can be told in the same unit as any other shortcut: recall.",
        slips={
            "places are compared one by one; a row that is found at another place counts too.": _place_by_place,
            "this is how many were found; a share is that divided by k.": _how_many,
            "these are the smallest products; the largest are asked for.": _smallest,
        },
    ),
]
