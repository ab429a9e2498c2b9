"""search_batch: what search_fast finds, for many queries at once."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imsearch_helpers import nearest
from imsearch_helpers.arrays import row_lengths
from imsearch_helpers.engine import QUERIES_AT_ONCE, ImageSearchEngine
from imsearch_helpers.similarity import rank

metrics = pytest.mark.parametrize("metric", ["cosine", "euclidean"])


def from_rows(rows, metric="cosine"):
    return ImageSearchEngine.from_vectors([f"{i:04}.png" for i in range(len(rows))], rows, metric=metric)


@st.composite
def crowded(draw):
    """A few small whole numbers: many ties, copies, scaled copies, rows of zeros; queries among them."""
    n_images, n_dims = draw(st.integers(1, 40)), draw(st.integers(1, 4))
    numbers = st.lists(st.integers(-1, 2), min_size=n_dims, max_size=n_dims)
    rows = draw(st.lists(numbers, min_size=n_images, max_size=n_images))
    queries = draw(st.lists(numbers, min_size=1, max_size=5))
    return np.array(rows) * 0.3, np.array(queries) * 0.3, draw(st.integers(1, n_images + 2))


@metrics
@given(case=crowded())
def test_the_same_as_one_by_one_also_where_scores_tie(metric, case):
    rows, queries, top_k = case
    engine = from_rows(rows, metric)
    one_by_one = [engine.search_fast(query, top_k) for query in queries]
    assert engine.search_batch(queries, top_k) == one_by_one == [engine.search(query, top_k) for query in queries]


@metrics
@pytest.mark.parametrize("top_k", [1, 5, 70, 2999, 3000])
def test_the_same_in_many_blocks_of_rows(metric, top_k):
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((3000, 24))
    rows[1::3] = rows[::3]  # copies
    matrix, queries = np.float32(rows), np.float32([*rng.standard_normal((6, 24)), rows[5], np.zeros(24)])
    blocks_of_100 = nearest.nominate_batch(matrix, row_lengths(matrix), queries, top_k, metric, scores_at_once=8 * 100)
    for query, nominees in zip(queries, blocks_of_100, strict=True):
        assert rank(matrix, nominees, query, top_k, metric) == rank(matrix, range(3000), query, top_k, metric)


@metrics
def test_the_same_where_all_rows_crowd_around_the_query(metric):
    rng = np.random.default_rng(1)
    rows = 1 + 1e-7 * rng.standard_normal((800, 16))  # closer than a float32 sum can tell
    engine = from_rows(rows, metric)
    assert engine.search_batch(rows[:3], 5) == [engine.search(row, 5) for row in rows[:3]]


def test_more_queries_than_are_answered_at_once():
    rng = np.random.default_rng(2)
    engine, queries = from_rows(rng.random((30, 3))), rng.random((QUERIES_AT_ONCE + 3, 3))
    found = engine.search_batch(queries, 2)
    assert found == [engine.search_fast(query, 2) for query in queries]


def test_pictures_paths_and_vectors_in_one_batch(engine):
    path = engine.image_paths[0]
    queries = [path, Image.open(path), engine.image_vectors[0], list(engine.image_vectors[0])]
    assert [results[0] for results in engine.search_batch(queries)] == [(path, 1.0)] * 4


@pytest.mark.parametrize("none", [[], (), np.empty((0, 96))])
def test_no_queries_no_results(engine, none):
    assert engine.search_batch(none) == []


def test_a_generator_of_queries_will_do(engine):
    found = engine.search_batch((path for path in engine.image_paths), 1)
    assert [results[0].path for results in found] == engine.image_paths


def test_memory_stays_bounded():
    rng = np.random.default_rng(3)
    rows, queries = rng.random((200_000, 8), dtype=np.float32), rng.random((64, 8), dtype=np.float32)
    lengths = row_lengths(rows)
    tracemalloc.start()
    try:
        nearest.nominate_batch(rows, lengths, queries, 5, scores_at_once=64_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000  # all scores at once would be 51 million bytes


class TestBadQueries:
    @pytest.mark.parametrize("single", ["picture.png", b"bytes", 5, None])
    def test_a_single_query_is_refused(self, engine, single):
        with pytest.raises(TypeError, match="queries must be a list of pictures or vectors, not a single one: "):
            engine.search_batch(single)

    def test_a_single_picture_or_path_is_refused(self, engine, folder):
        for single in (folder / "b.png", Image.open(folder / "b.png")):
            with pytest.raises(TypeError, match="not a single one"):
                engine.search_batch(single)

    def test_a_single_vector_is_refused(self, engine):
        with pytest.raises(TypeError, match="queries must be a list of pictures or vectors, not a single one"):
            engine.search_batch(engine.image_vectors[0])

    @pytest.mark.parametrize(("top_k", "error"), [(0, ValueError), (2.5, TypeError), ("3", TypeError)])
    def test_top_k_is_checked_also_without_queries(self, engine, top_k, error):
        for queries in ([], engine.image_paths):
            with pytest.raises(error, match="top_k must be"):
                engine.search_batch(queries, top_k)

    def test_a_vector_of_another_length(self, engine):
        with pytest.raises(ValueError, match="query has 3 numbers, but the indexed vectors have 96"):
            engine.search_batch([engine.image_vectors[0], [1, 2, 3]])

    def test_nothing_indexed_yet(self, folder):
        with pytest.raises(RuntimeError, match="nothing is indexed yet"):
            ImageSearchEngine(folder).search_batch([])
