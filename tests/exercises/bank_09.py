"""Answers to the exercises of notebook 09."""

import numpy as np


def _curve_by_isin(found, truth):
    return {effort: np.mean([np.isin(true, some).mean() for some, true in zip(lists, truth)]) for effort, lists in found.items()}


def _curve_in_loops(found, truth):
    curve = {}
    for effort in found:
        total = 0
        for q in range(len(truth)):
            for row in truth[q]:
                if row in found[effort][q]:
                    total += 1 / len(truth[q])
        curve[effort] = total / len(truth)
    return curve


def _share(found, truth, of):
    return {e: float(np.mean([of(some, true) for some, true in zip(lists, truth)])) for e, lists in found.items()}


def _last_query_only(found, truth):
    for effort, lists in found.items():
        for some, true in zip(lists, truth):
            share = len(set(some) & set(true)) / len(true)
        found = {**found, effort: share}
    return found


def _pairs_one_by_one(vectors, cell_of, threshold):
    pairs = []
    for i, a in enumerate(vectors.astype(float)):
        for j, b in enumerate(vectors.astype(float)):
            if i < j and cell_of[i] == cell_of[j] and a @ b >= threshold * (a @ a * (b @ b)) ** 0.5:
                pairs.append((i, j))
    return pairs


def _dots(vectors, cell_of, threshold):
    n = len(vectors)
    return [(i, j) for i in range(n) for j in range(i + 1, n) if cell_of[i] == cell_of[j] and vectors[i] @ vectors[j] >= threshold]


def _other_order(vectors, cell_of, threshold):
    return [(j, i) for i, j in _pairs_one_by_one(vectors, cell_of, threshold)]


def _cells_ignored(vectors, cell_of, threshold):
    return _pairs_one_by_one(vectors, np.zeros(len(vectors)), threshold)


def _and_itself(vectors, cell_of, threshold):
    return sorted(_pairs_one_by_one(vectors, cell_of, threshold) + [(i, i) for i in range(len(vectors))])


def _twice(vectors, cell_of, threshold):
    pairs = _pairs_one_by_one(vectors, cell_of, threshold)
    return sorted(pairs + [(j, i) for i, j in pairs])


RIGHT = {
    "recall_curve": [_curve_by_isin, _curve_in_loops],
    "pq_bytes": [lambda n_images, n_dims, numbers_per_code: n_images * n_dims // numbers_per_code + 1024 * n_dims],
    "pairs_in_cells": [_pairs_one_by_one],
}

WRONG = {
    "recall_curve": [
        (lambda found, truth: _share(found, truth, lambda some, true: np.mean(np.array(some) == true)), "the place does not count"),
        (lambda found, truth: _share(found, truth, lambda some, true: len({*some} & {*true})), "recall is a share"),
        (lambda found, truth: _share(found, truth, lambda some, true: not {*some}.isdisjoint(true)), "one hit is not all"),
        (
            lambda found, truth: _share(found, truth, lambda some, true: len({*some} & {*true}) / max(1, len({*some} - {-1}))),
            "not by the number of rows that came back",
        ),
        (lambda found, truth: _share(found, truth, lambda some, true: len({*some} & {*true}) / len(some)), "the number of places"),
        (_last_query_only, "Came:"),
        (lambda found, truth: [len(lists) for lists in found.values()], "Came:      [2, 2]"),
    ],
    "pq_bytes": [
        (lambda n, d, m: n * d // m, "the codebooks are missing"),
        (lambda n, d, m: n * d // m + 1024 * m, "a codebook of its own"),
        (lambda n, d, m: n * d // m + 256 * d, "has 4 bytes"),
        (lambda n, d, m: n * d * 4, "the vectors themselves"),
        (lambda n, d, m: n * d + 1024 * d, "stands for several numbers"),
        (lambda n, d, m: n * (d // m + 1024 * d), "kept once"),
        (lambda n, d, m: print(n * d // m + 1024 * d), "prints, but returns nothing"),
    ],
    "pairs_in_cells": [
        (_cells_ignored, "only rows of the same cell"),
        (_twice, "each pair once"),
        (_and_itself, "no duplicate of itself"),
        (lambda vectors, cell_of, threshold: _pairs_one_by_one(vectors, cell_of, threshold + 1e-9), "the threshold itself is enough"),
        (lambda *case: sorted(_pairs_one_by_one(*case), key=lambda pair: case[1][pair[0]]), "the whole list is to be sorted"),
        (_dots, "divide each row by its length"),
        (_other_order, "Came:"),
    ],
}
