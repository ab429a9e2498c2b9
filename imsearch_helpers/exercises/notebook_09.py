"""The exercises of notebook 09: must we look at every vector?"""

import numpy as np

from .model import Exercise


def recall_curve(found, truth):
    """The recall of a search at several efforts, so that it can be drawn against time or
    comparisons.

    `truth` holds, for each query, a list of row numbers: its true nearest. `found` is a dict:
    effort -> what the search found with it, a list of row numbers for each query in the same
    order, with -1 in each place where it found nothing. The recall of one query is the share of
    its true nearest that were found, in any place. Return a dict: effort -> the mean of the
    recalls of all queries.
    """
    return {
        effort: sum(len(set(some) & set(true)) / len(true) for some, true in zip(lists, truth)) / len(truth)
        for effort, lists in found.items()
    }


def pq_bytes(n_images, n_dims, numbers_per_code):
    """How many bytes product quantisation needs for a collection.

    Every `numbers_per_code` numbers of a vector become a code of one byte; `n_dims` is a multiple
    of it. Each code has a codebook of its own, of 256 centres with `numbers_per_code` float32
    numbers each. The codebooks are kept once for all images. Return the bytes of all codes and
    all codebooks together, a whole number.
    """
    n_codes = n_dims // numbers_per_code
    return n_images * n_codes + n_codes * 256 * numbers_per_code * 4


def pairs_in_cells(vectors, cell_of, threshold):
    """Near-duplicates without comparing all with all: only vectors of the same cell are compared.

    `vectors` has the shape (n, n_dims), no row is all zeros; `cell_of` holds a cell's number for
    each row. Return a sorted list of pairs (i, j), i before j, of rows that are in one cell and
    whose cosine is at least `threshold`.
    """
    units = np.asarray(vectors, dtype=float) / np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = []
    for cell in set(np.asarray(cell_of).tolist()):
        rows = np.flatnonzero(np.asarray(cell_of) == cell)
        scores = units[rows] @ units[rows].T
        pairs += [(int(rows[a]), int(rows[b])) for a, b in np.argwhere(scores >= threshold) if a < b]
    return sorted(pairs)


def _searches(rng):
    cases = [({1: [[3, -1], [7, 8]], 2: [[4, 3], [9, 8]]}, [[3, 4], [8, 9]])]
    a, b, c, d = rng.permutation(30)[:4].tolist()
    cases.append(({1: [[a, c, d], [b, -1, -1]]}, [[a, b], [b, d]]))  # more places than there are true nearest
    for n_queries, k in [(3, 4), (5, 2), (4, 10), (int(rng.integers(2, 7)), 5)]:
        truth = [rng.permutation(30)[:k].tolist() for _ in range(n_queries)]
        found = {}
        for effort in (1, 4, 16):
            lists = [rng.permutation([*true, *range(100, 100 + k)])[:k] for true in truth]
            found[effort] = [np.where(rng.random(k) < 0.2, -1, some).tolist() for some in lists]
        cases.append((found, truth))
    return cases


def _collections(rng):
    cases = [(1_000_000, 96, 2), (1_000, 8, 4)]
    for numbers_per_code in (2, 4, 8):
        cases.append((int(rng.integers(1_000, 90_000)), numbers_per_code * int(rng.integers(3, 40)), numbers_per_code))
    return cases


def _cells(rng):
    a, b, c, d = (int(length) for length in rng.permutation(9)[:4] + 1)
    cases = [
        (np.array([[1, 0], [2, 0], [0, 1], [3, 0]]), np.array([0, 0, 1, 1]), 0.99),
        (np.array([[a, 0], [0, b], [0, c], [d, 0]]), np.array([1, 0, 0, 1]), 1.0),  # a cosine of exactly 1; cell 1 comes first
    ]
    for n, n_cells in [(6, 2), (10, 3), (16, 4)]:
        vectors = rng.integers(1, 9, (n, 3))
        copies = rng.integers(n, size=n // 2)
        vectors = np.concatenate([vectors, vectors[copies] * 3])
        cases.append((vectors, rng.integers(n_cells, size=len(vectors)), 0.9973))
    return cases


def _in_place(found, truth):
    return {effort: float(np.mean([np.equal(some, true).mean() for some, true in zip(lists, truth)])) for effort, lists in found.items()}


def _precision(found, truth):
    return {
        effort: float(np.mean([len(set(some) & set(true)) / max(1, sum(row != -1 for row in some)) for some, true in zip(lists, truth)]))
        for effort, lists in found.items()
    }


def _over_the_places(found, truth):
    return {
        effort: float(np.mean([len(set(some) & set(true)) / len(some) for some, true in zip(lists, truth)])) for effort, lists in found.items()
    }


def _count(found, truth):
    return {
        effort: float(np.mean([len(set(some) & set(true)) for some, true in zip(lists, truth)])) for effort, lists in found.items()
    }


def _any_hit(found, truth):
    return {
        effort: float(np.mean([bool(set(some) & set(true)) for some, true in zip(lists, truth)])) for effort, lists in found.items()
    }


def _codes_alone(n_images, n_dims, numbers_per_code):
    return n_images * (n_dims // numbers_per_code)


def _all_pairs(vectors, cell_of, threshold):
    return pairs_in_cells(vectors, np.zeros(len(vectors), dtype=int), threshold)


def _both_ways(vectors, cell_of, threshold):
    pairs = pairs_in_cells(vectors, cell_of, threshold)
    return sorted([*pairs, *((j, i) for i, j in pairs)])


def _with_itself(vectors, cell_of, threshold):
    return sorted([*pairs_in_cells(vectors, cell_of, threshold), *((i, i) for i in range(len(vectors)))])


def _above_the_threshold(vectors, cell_of, threshold):
    return pairs_in_cells(vectors, cell_of, threshold + 1e-12)


def _dot_products(vectors, cell_of, threshold):
    rows, columns = np.nonzero((vectors @ vectors.T >= threshold) & (cell_of[:, np.newaxis] == cell_of))
    return [(int(i), int(j)) for i, j in zip(rows, columns) if i < j]


def _cell_by_cell(vectors, cell_of, threshold):
    return sorted(pairs_in_cells(vectors, cell_of, threshold), key=lambda pair: cell_of[pair[0]])


def _numbers_in_the_cell(vectors, cell_of, threshold):
    place = {row: int(np.sum(cell_of[:row] == cell_of[row])) for row in range(len(vectors))}
    return sorted((place[i], place[j]) for i, j in pairs_in_cells(vectors, cell_of, threshold))


EXERCISES = [
    Exercise(
        solution=recall_curve,
        cases=_searches,
        hints=(
            "Begin with one query: how many of its true nearest are among what was found? `set(a) & set(b)` holds what both have.",
            "Divide by the number of true nearest, `len(true)`. A -1 is never among them, so it need not be taken out.",
            "`zip(found[effort], truth)` walks over the queries; take the mean, and do it for each effort in `found`.",
        ),
        explanation="Recall asks for the share of what is right that was found, so it divides by the number of true nearest, and places "
        "do not count. The mean over the queries is one point of the curve.",
        bought="With this and a clock, or a count of comparisons, you can draw the curve of any index and pick your point on it.",
        slips={
            "the place does not count: what was found in another place was found too.": _in_place,
            "divide by the number of true nearest, not by the number of rows that came back.": _precision,
            "divide by the number of true nearest, not by the number of places.": _over_the_places,
            "this is a count; recall is a share, so divide by the number of true nearest.": _count,
            "one hit is not all of them: take the share of the true nearest that were found.": _any_hit,
        },
    ),
    Exercise(
        solution=pq_bytes,
        cases=_collections,
        hints=(
            "How many codes has one vector? Each is one byte, for every image.",
            "Then the codebooks, once for all: as many as a vector has codes, each with 256 centres.",
            "A centre has `numbers_per_code` numbers of 4 bytes.",
        ),
        explanation="The codes grow with the collection, the codebooks do not: for a million images they weigh nothing, for a thousand "
        "they can weigh more than the codes.",
        bought="You can say before building an index whether it fits.",
        slips={
            "the codebooks are missing: 256 centres for each code.": _codes_alone,
            "each code has a codebook of its own: as many codebooks as a vector has codes.": lambda n, d, m: n * (d // m) + 256 * m * 4,
            "a float32 number has 4 bytes.": lambda n, d, m: n * (d // m) + d * 256,
            "the codebooks are kept once, not for every image.": lambda n, d, m: n * (d // m + d * 256 * 4),
            "a byte stands for several numbers, not for one.": lambda n, d, m: n * d + d * 256 * 4,
            "these are the vectors themselves, 4 bytes a number.": lambda n, d, m: n * d * 4,
        },
    ),
    Exercise(
        solution=pairs_in_cells,
        cases=_cells,
        hints=(
            "For each cell take its rows: `rows = np.flatnonzero(cell_of == cell)`. Then compare these with one another only.",
            "With rows of length 1, `units[rows] @ units[rows].T` holds all cosines of the cell.",
            "`np.argwhere(scores >= threshold)` gives places within the cell: `rows[a]` is the row's own number. Keep a < b.",
        ),
        explanation="With c cells of equal size the number of comparisons falls to a c-th. The price is the border: near-duplicates in "
        "two cells are missed. Measure how many: it need not grow with the number of cells.",
        bought="A million pictures have half a trillion pairs; in a thousand cells it is half a billion.",
        slips={
            "only rows of the same cell are compared.": _all_pairs,
            "each pair once: i before j.": _both_ways,
            "a row is no duplicate of itself.": _with_itself,
            "at least the threshold means that the threshold itself is enough: >=.": _above_the_threshold,
            "these are dot products; for a cosine divide each row by its length first.": _dot_products,
            "the pairs come cell by cell; the whole list is to be sorted.": _cell_by_cell,
            "these are places within a cell; `rows[place]` is the row's own number.": _numbers_in_the_cell,
        },
    ),
]
