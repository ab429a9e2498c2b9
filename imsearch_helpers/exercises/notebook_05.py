"""The exercises of notebook 05: time and memory."""

import numpy as np

from ..similarity import cosine_similarity
from .model import Exercise, telling


def batch_scores(queries, vectors):
    """The cosine of every query with every vector, by one matrix product.

    `queries` has the shape (n_queries, n_dims), `vectors` the shape (n_images,
    n_dims); they may be of the type uint8, and no row is all zeros. Return an
    array of shape (n_queries, n_images): row i holds the scores of query i.
    Use no loop and no comprehension.
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
    for n_images, k, block, shift in [(6, 2, 3, 0), (7, 3, 3, -20), (10, 4, 2, -5), (4 * int(rng.integers(3, 8)) + 1, 5, 4, -9)]:
        matrix = rng.integers(0, 8, (n_images, 3))
        matrix[0] = matrix[n_images // 2] = 8  # a tie to break, between two blocks
        matrix[-1] = 9  # the best row is the last one, in two cases alone in its block
        cases.append((Rows(matrix + shift, block), n_images, rng.integers(1, 6, 3), k, block))
    return cases


def _copies(rng):
    def draw(n_images, n_dims, k):
        vectors = rng.random((n_images, n_dims)).round(3)
        return vectors, (vectors + rng.normal(0, 0.2, vectors.shape)).round(3), rng.random(n_dims).round(3), k

    slips = [_place_by_place, _how_many, _smallest]
    first = telling(lambda: draw(5, 2, 2), recall_of_copy, slips)
    slips += [_with_other_k(*more) for more in [(1, 0), (-1, 0), (0, 1), (0, -1)]]  # never all at once where k is 2
    sizes = [(12, 3, 4), (30, 4, 5), (40, 6, 8)]
    return [first, *(telling(lambda size=size: draw(*size), recall_of_copy, slips) for size in sizes)]


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


def _marks_with_zero(read_rows, n_images, query, k, block):
    scores = np.concatenate([read_rows(start, min(start + block, n_images)) @ query for start in range(0, n_images, block)])
    best = []
    for _ in range(k):
        best.append(int(scores.argmax()))
        scores[best[-1]] = 0
    return best


def _larger_number_first(read_rows, n_images, query, k, block):
    scores = np.concatenate([read_rows(start, min(start + block, n_images)) @ query for start in range(0, n_images, block)])
    return np.argsort(scores, kind="stable")[::-1][:k]


def _with_other_k(more_true, more_found):
    def slip(vectors, copy, query, k):
        true, found = np.argsort(-(vectors @ query)), np.argsort(-(copy @ query))
        return len(set(true[: k + more_true]) & set(found[: k + more_found])) / k

    return slip


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
        loop_free=True,
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
            "products can be negative: a row that was taken and marked with 0 is then the best again.": _marks_with_zero,
            "of equal products the smaller row number comes first.": _larger_number_first,
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
