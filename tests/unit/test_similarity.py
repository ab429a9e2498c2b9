import math
import os
import threading

import numpy as np
import pytest
import sklearn.metrics.pairwise
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import distance

from imsearch_helpers import nearest
from imsearch_helpers.arrays import row_lengths
from imsearch_helpers.nearest import nominate
from imsearch_helpers.similarity import METRICS, cosine_similarity, euclidean_distance, rank

vectors = st.integers(1, 40).flatmap(
    lambda n: st.tuples(*[st.lists(st.floats(-1e6, 1e6), min_size=n, max_size=n).map(np.float64)] * 2)
)


# Two vectors, by hand


@pytest.mark.parametrize(
    ("v1", "v2", "cosine", "distance"),
    [
        ((1, 2, 3), (2, 4, 6), 1.0, 3.7416573867739413),  # the root of 14
        ((1, 0), (0, 1), 0.0, 1.4142135623730951),
        ((1, 0), (-2, 0), -1.0, 3.0),
        ((3, 4), (3, 4), 1.0, 0.0),
        ((1, 0), (1, 1), 0.7071067811865475, 1.0),
        ((1, 2, 3), (4, 5, 6), 0.9746318461970762, 5.196152422706632),  # 32 / root(14 * 77), root of 27
        ((0, 0), (3, 4), 0.0, 5.0),
        ((0, 0), (0, 0), 0.0, 0.0),
        ((), (), 0.0, 0.0),
    ],
)
def test_known_pairs(v1, v2, cosine, distance):
    assert cosine_similarity(v1, v2) == pytest.approx(cosine, abs=1e-15)
    assert euclidean_distance(v1, v2) == pytest.approx(distance, abs=1e-15)
    assert type(cosine_similarity(v1, v2)) is type(euclidean_distance(v1, v2)) is float


def test_uint8_does_not_wrap_around():
    v1, v2 = np.uint8([200, 100]), np.uint8([100, 200])
    assert cosine_similarity(v1, v1) == 1.0  # in uint8 the dot product would be 80
    assert cosine_similarity(v1, v2) == pytest.approx(0.8, abs=1e-15)
    assert euclidean_distance(v1, v2) == pytest.approx(141.4213562373095, abs=1e-12)


@pytest.mark.parametrize("scale1", [5e-324, 1e-300, 1e-160, 1e-75, 1.0, 1e75, 1e160, 1e300])
@pytest.mark.parametrize("scale2", [1e-300, 1e-75, 1.0, 1e75, 1e300])
def test_extreme_lengths_keep_their_angle(scale1, scale2):
    v1, v2 = np.float64([0, 1]) * scale1, np.float64([-4, 3]) * scale2
    assert cosine_similarity(v1, v2) == pytest.approx(0.6, abs=1e-15)
    assert cosine_similarity(v1, v1) == 1.0


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1.0, 1e170, 1e300])
def test_extreme_distances_keep_their_digits(scale):
    assert euclidean_distance([3 * scale, 0], [0, 4 * scale]) == pytest.approx(5 * scale, rel=1e-14, abs=0)


def test_distance_beyond_all_floats_is_infinite():
    assert euclidean_distance([1.7e308], [-1.7e308]) == math.inf


@pytest.mark.parametrize("function", [cosine_similarity, euclidean_distance])
def test_unequal_shapes_are_named(function):
    with pytest.raises(ValueError, match=r"not of shapes \(2,\) and \(3,\)"):
        function([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match=r"not of shapes \(2, 2\) and \(2, 2\)"):
        function(np.eye(2), np.eye(2))


@pytest.mark.parametrize("function", [cosine_similarity, euclidean_distance])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(function, bad):
    with pytest.raises(ValueError, match="NaN or infinite"):
        function([1.0, 2.0], [bad, 1.0])


# Two vectors, oracles and properties


@given(vectors)
def test_agrees_with_scikit_learn_and_scipy(pair):
    v1, v2 = pair
    oracle = sklearn.metrics.pairwise.cosine_similarity(v1[None] / (abs(v1).max() or 1), v2[None] / (abs(v2).max() or 1))
    assert cosine_similarity(v1, v2) == pytest.approx(oracle[0, 0], abs=1e-12)
    assert euclidean_distance(v1, v2) == pytest.approx(distance.euclidean(v1, v2), rel=1e-12)


@given(vectors)
def test_symmetric_and_within_bounds(pair):
    assert cosine_similarity(*pair) == cosine_similarity(*pair[::-1])
    assert -1 <= cosine_similarity(*pair) <= 1
    assert euclidean_distance(*pair) == euclidean_distance(*pair[::-1]) >= 0


@given(vectors, st.sampled_from([0.5, 2.0, 1024.0]))
def test_cosine_does_not_change_with_length(pair, factor):
    v1, v2 = pair
    assert cosine_similarity(v1 * factor, v2) == pytest.approx(cosine_similarity(v1, v2), abs=1e-12)


@given(vectors)
def test_after_normalising_distance_and_cosine_say_the_same(pair):
    v1, v2 = (v + 1e7 for v in pair)
    unit1, unit2 = v1 / np.linalg.norm(v1), v2 / np.linalg.norm(v2)
    assert euclidean_distance(unit1, unit2) ** 2 == pytest.approx(2 - 2 * cosine_similarity(v1, v2), abs=1e-12)


# Rankings


def test_rank_puts_equal_scores_in_the_order_of_the_rows():
    matrix = np.float32([[0, 1], [2, 0], [5, 0], [1, 1]])
    assert rank(matrix, [3, 2, 1, 0], np.float32([1, 0]), 3) == [(1, 1.0), (2, 1.0), (3, pytest.approx(0.5**0.5))]


def test_rank_by_distance_prefers_the_nearest():
    matrix = np.float32([[0, 0], [3, 4], [1, 0]])
    assert rank(matrix, range(3), np.float32([0, 0]), 9, "euclidean") == [(0, 0.0), (2, -1.0), (1, -5.0)]


def test_score_of_distance_zero_is_not_minus_zero():
    assert math.copysign(1, METRICS["euclidean"]([1], [1])) == 1


def test_row_lengths_are_summed_in_float64():
    matrix = np.full((9, 1_000_000), 0.1, dtype=np.float32)
    assert row_lengths(matrix, rows_per_block=4) == pytest.approx(np.full(9, 1000 * np.float64(np.float32(0.1))), rel=1e-7)


def collection(kind, rng, n, dims):
    """Vectors that make ranking hard, each in its own way."""
    random = rng.standard_normal((n, dims)).astype(np.float32)
    few = random[rng.integers(0, max(1, n // 20), n)]
    return {
        "random": random,
        "positive": np.abs(random),
        "copies": few,
        "scaled copies": few * (2.0 ** rng.integers(-8, 9, (n, 1))).astype(np.float32),
        "nearly equal": np.abs(random[:1]) + np.float32(1e-7) * random,
        "many zeros": random * (rng.random((n, 1)) < 0.3),
        "lengths far apart": random * (10.0 ** rng.integers(-10, 10, (n, 1))).astype(np.float32),
        "whole numbers": rng.integers(0, 3, (n, dims)).astype(np.float32),
    }[kind].astype(np.float32)


KINDS = ["random", "positive", "copies", "scaled copies", "nearly equal", "many zeros", "lengths far apart", "whole numbers"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("metric", METRICS)
@given(st.integers(0, 10_000), st.integers(1, 300), st.integers(1, 200), st.integers(1, 20))
def test_nominees_contain_all_winners(metric, kind, seed, n, dims, top_k):
    rng = np.random.default_rng(seed)
    matrix = collection(kind, rng, n, dims)
    query = matrix[rng.integers(n)] if seed % 3 else rng.standard_normal(dims).astype(np.float32) * (seed % 2)
    nominees = nominate(matrix, row_lengths(matrix), query, top_k, metric)
    assert list(nominees) == sorted(set(nominees)) and len(nominees) >= min(top_k, n)
    assert rank(matrix, nominees, query, top_k, metric) == rank(matrix, range(n), query, top_k, metric)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("metric", METRICS)
def test_nominees_contain_all_winners_among_long_vectors(metric, kind):
    rng = np.random.default_rng(3)
    matrix = collection(kind, rng, 60, 12_288)
    nominees = nominate(matrix, row_lengths(matrix), matrix[7], 5, metric)
    assert rank(matrix, nominees, matrix[7], 5, metric) == rank(matrix, range(60), matrix[7], 5, metric)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_among_random_vectors_only_a_few_are_nominated(metric):
    matrix = collection("random", np.random.default_rng(4), 20_000, 96)
    assert len(nominate(matrix, row_lengths(matrix), matrix[0], 5, metric)) < 100


@pytest.mark.parametrize("can_start", [True, False])
def test_rows_shared_out_over_threads_are_scored_as_by_one(monkeypatch, can_start):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    matrix = collection("random", np.random.default_rng(8), 3001, 20)
    alone = nominate(matrix, row_lengths(matrix), matrix[7], 3)
    monkeypatch.setattr(nearest, "PIECE", 7 * 20)
    monkeypatch.setattr(nearest, "WORTH_A_THREAD", 5)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    if not can_start:
        monkeypatch.setattr(threading.Thread, "start", refuse)
    assert np.array_equal(nominate(matrix, row_lengths(matrix), matrix[7], 3), alone)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_ranking_agrees_with_faiss(metric):
    faiss = pytest.importorskip("faiss")
    matrix = collection("random", np.random.default_rng(5), 500, 16)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(16) if metric == "cosine" else faiss.IndexFlatL2(16)
    index.add(matrix)
    _, expected = index.search(matrix[:1], 10)
    nominees = nominate(matrix, row_lengths(matrix), matrix[0], 10, metric)
    assert [row for row, _ in rank(matrix, nominees, matrix[0], 10, metric)] == expected[0].tolist()
