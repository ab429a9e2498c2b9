"""Approximate indexes: worked out by hand, against the engine's exact search, and what bad input gets."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imsearch_helpers import ImageSearchEngine, build_faiss_index, search_faiss
from imsearch_helpers.ann import KINDS
from imsearch_helpers.checks import needed

faiss = pytest.importorskip("faiss", reason="needs faiss, of the extra `extensions`")
each_kind = pytest.mark.parametrize("kind", sorted(KINDS))


def rows(n_images=600, n_dims=12, seed=0):
    """Vectors around a few centres, of many lengths."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((8, n_dims))
    near = centres[rng.integers(8, size=n_images)] + 0.3 * rng.standard_normal((n_images, n_dims))
    return np.float32(near * rng.uniform(0.1, 10, (n_images, 1)))


def engine_of(matrix):
    return ImageSearchEngine.from_vectors([f"{row:06}" for row in range(len(matrix))], matrix)


def exact(matrix, query, k):
    return [int(path) for path, _ in engine_of(matrix).search_fast(query, k)]


def recall(index, matrix, queries, k=10):
    return np.mean([len(set(search_faiss(index, q, k)[0].tolist()) & set(exact(matrix, q, k))) / k for q in queries])


# By hand


def test_four_vectors_by_hand_the_best_first_by_cosine_whatever_their_lengths():
    index = build_faiss_index([[2, 0], [1, 1], [0, 3], [-5, 0]], "flat")
    indices, scores = search_faiss(index, [10, 0], 4)
    assert indices.tolist() == [0, 1, 2, 3]
    assert scores == pytest.approx([1, 2**-0.5, 0, -1])


def test_scores_fall_where_distances_of_the_tutorials_kind_rise():
    units = rows(50)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    by_distance = faiss.IndexFlatL2(12)
    by_distance.add(units)
    distances, ids = by_distance.search(units[:1], 50)
    indices, scores = search_faiss(build_faiss_index(units), units[0], 50)
    assert (np.diff(distances[0]) >= 0).all() and (np.diff(scores) <= 0).all()
    assert scores == pytest.approx(1 - distances[0] / 2, abs=1e-5)  # for vectors of length 1
    assert indices[:10].tolist() == ids[0, :10].tolist()


def test_one_cell_sees_one_side_only_and_all_cells_see_everything():
    matrix = [[1, 0.1], [1, -0.1], [0.1, 1], [-0.1, 1]]
    index = build_faiss_index(matrix, "ivf", n_lists=2, n_probe=1)
    indices, _ = search_faiss(index, [1, 0.9], 4)
    assert sorted(indices.tolist()) == [0, 1]  # the other side is not looked at, and not made up
    index.effort = 2
    assert sorted(search_faiss(index, [1, 0.9], 4)[0].tolist()) == [0, 1, 2, 3]


# Against the engine's exact search


def test_flat_is_exact():
    matrix, queries = rows(), rows(20, seed=1)
    assert recall(build_faiss_index(matrix, "flat"), matrix, queries) == 1


@pytest.mark.parametrize(("kind", "options"), [("ivf", {"n_lists": 9, "n_probe": 9}), ("hnsw", {"ef_search": 600})])
def test_with_all_its_effort_a_kind_is_as_good_as_exact(kind, options):
    matrix, queries = rows(), rows(20, seed=1)
    assert recall(build_faiss_index(matrix, kind, **options), matrix, queries) >= 0.99


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_more_effort_finds_more_and_compares_with_more(kind):
    matrix, queries = np.float32(np.random.default_rng(2).standard_normal((3000, 24))), rows(40, 24, seed=3)
    index = build_faiss_index(matrix, kind)
    index.effort = 1
    few, little = recall(index, matrix, queries), index.comparisons(queries)
    index.effort = 40
    assert recall(index, matrix, queries) > few and index.comparisons(queries) > little
    assert index.effort == 40


@each_kind
def test_the_engine_ranks_what_an_index_finds_by_its_own_scores(kind):
    matrix = rows()
    engine, plain = engine_of(matrix).use_index(build_faiss_index(matrix, kind)), engine_of(matrix)
    scores = dict(plain.search_fast(matrix[3], 600))
    found = engine.search_fast(matrix[3], 5)
    assert 1 <= len(found) <= 5 and all(scores[path] == score for path, score in found)
    assert engine.search_batch(matrix[3:4], 5) == [found]
    assert "candidates from FaissIndex" in repr(engine)


def test_through_the_engine_an_exact_index_changes_nothing():
    matrix = rows()
    engine = engine_of(matrix).use_index(build_faiss_index(matrix, "flat"))
    assert engine.search_batch(matrix[:9], 7) == engine_of(matrix).search_batch(matrix[:9], 7)


@given(seed=st.integers(0, 10**6), n_images=st.integers(1, 40), n_dims=st.integers(1, 5), top_k=st.integers(1, 50))
@settings(max_examples=60, deadline=None)
def test_flat_finds_the_highest_cosines_of_anything(seed, n_images, n_dims, top_k):
    rng = np.random.default_rng(seed)
    matrix, query = rng.integers(-2, 3, (n_images, n_dims)), rng.integers(1, 4, n_dims)  # zeros and copies among them
    _, scores = search_faiss(build_faiss_index(matrix), query, top_k)
    assert scores == pytest.approx([score for _, score in engine_of(matrix).search(query, top_k)], abs=1e-6)


# What a kind costs and how it is made


def test_codes_take_an_eighth_of_the_memory_and_a_codebook():
    matrix = rows(600, 96)
    flat, codes = (build_faiss_index(matrix, kind).n_bytes for kind in ("flat", "pq"))
    codebook = 256 * 96 * 4
    assert 600 * 96 * 4 <= flat < 600 * 96 * 4 + 1000
    assert 600 * 48 + codebook <= codes < 600 * 48 + codebook + 1000


def test_a_number_that_codes_do_not_divide_is_filled_up_with_zeros():
    matrix = rows(400, 7)
    index = build_faiss_index(matrix, "pq")
    assert (index.raw.d, index.n_dims) == (8, 7)
    assert recall(index, matrix, matrix[:20]) > 0.8


def test_cells_and_probes_follow_the_number_of_vectors():
    index = build_faiss_index(rows(625), "ivf")
    assert (index.raw.nlist, index.effort) == (25, 5)
    assert build_faiss_index(rows(625), "ivf", n_lists=4, n_probe=9).effort == 4
    assert build_faiss_index([[1, 2]], "ivf").raw.nlist == 1


def test_training_leaves_the_number_of_threads_as_it_was():
    before = faiss.omp_get_max_threads()
    build_faiss_index(rows(), "pq")
    assert faiss.omp_get_max_threads() == before


@pytest.mark.parametrize(("n_queries", "n_threads"), [(1, 1), (2, 3)])
def test_one_query_is_searched_by_one_thread_and_the_number_is_left_as_it_was(n_queries, n_threads):
    class Raw:
        d = 12

        def search(self, queries, k):
            self.n_threads = faiss.omp_get_max_threads()
            return np.zeros((len(queries), k)), np.zeros((len(queries), k), dtype=int)

    index = build_faiss_index(rows(), "flat")
    index.raw, before = Raw(), faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(3)
    try:
        index.search(np.ones((n_queries, 12)), 1)
        assert (index.raw.n_threads, faiss.omp_get_max_threads()) == (n_threads, 3)
    finally:
        faiss.omp_set_num_threads(before)


@each_kind
def test_equal_vectors_and_rows_of_zeros_do_no_harm(kind):
    matrix = np.concatenate([np.zeros((2, 4)), np.ones((400, 4))])
    indices, scores = search_faiss(build_faiss_index(matrix, kind), [1, 1, 1, 1], 3)
    assert len(set(indices.tolist())) == len(indices) >= 1
    assert scores == pytest.approx([1] * len(indices), abs=1e-4) and indices.min() >= 2


# Bad input


@each_kind
def test_k_larger_than_the_index_gives_all_that_it_finds_each_once(kind):
    matrix = rows(300)
    indices, scores = search_faiss(build_faiss_index(matrix, kind), matrix[0], 1000)
    assert 1 <= len(indices) == len(scores) <= 300 and len(set(indices.tolist())) == len(indices)
    assert indices.min() >= 0
    if kind in ("flat", "pq"):
        assert len(indices) == 300


@each_kind
def test_a_query_of_another_length_is_named_with_both_lengths(kind):
    index = build_faiss_index(rows(300), kind)
    for ask in (lambda: search_faiss(index, [1, 2, 3], 5), lambda: index.search(np.ones((1, 3), np.float32), 5)):
        with pytest.raises(ValueError, match="a query has 3 numbers, but the indexed vectors have 12"):
            ask()


@pytest.mark.parametrize(("change", "n_images"), [("a number", 300), ("a row more", 301), ("another order", 300)])
def test_vectors_that_changed_since_are_refused_by_the_engine(change, n_images):
    matrix = rows(301)[:300].copy()
    index = build_faiss_index(matrix, "flat")
    index.check(matrix)
    other = rows(301)[:n_images].copy()
    if change == "a number":
        other[7, 3] += 1e-3
    if change == "another order":
        other = other[::-1]
    with pytest.raises(ValueError, match="built over other vectors, or they have changed since; build it again"):
        engine_of(other).use_index(index)


def test_an_index_that_was_refused_is_not_used():
    matrix = rows(300)
    engine = engine_of(matrix)
    with pytest.raises(ValueError):
        engine.use_index(build_faiss_index(matrix[::-1]))
    assert engine.search_fast(matrix[0], 3) == engine.search(matrix[0], 3)


def test_what_changes_after_building_is_not_seen():
    matrix = rows(300)
    index = build_faiss_index(matrix)
    before = search_faiss(index, matrix[0].copy(), 3)[0].tolist()
    query = matrix[0].copy()
    matrix[:] = 1
    assert search_faiss(index, query, 3)[0].tolist() == before


def test_too_few_vectors_to_train_codes_with():
    with pytest.raises(ValueError, match="vectors must be at least 256 for kind 'pq', to train its codes with, not 255"):
        build_faiss_index(rows(255), "pq")
    assert build_faiss_index(rows(256), "pq").n_images == 256


def test_more_cells_than_vectors():
    with pytest.raises(ValueError, match="n_lists must be at most the number of vectors, 5, not 6"):
        build_faiss_index(rows(5), "ivf", n_lists=6)


@pytest.mark.parametrize("kind", ["IVF", "annoy", None, ""])
def test_an_unknown_kind_lists_the_known_ones(kind):
    with pytest.raises(ValueError, match="kind must be one of flat, ivf, hnsw, pq, not "):
        build_faiss_index(rows(5), kind)


@pytest.mark.parametrize(("kind", "options", "said"), [
    ("flat", {"n_lists": 3}, "n_lists is no option of kind 'flat', which takes none"),
    ("hnsw", {"n_probe": 3}, "n_probe is no option of kind 'hnsw', which takes n_links, ef_search"),
    ("ivf", {"n_lists": 2.5}, "n_lists must be a whole number of at least 1, not 2.5"),
])  # fmt: skip
def test_an_option_of_another_kind_or_type(kind, options, said):
    with pytest.raises(TypeError, match=said):
        build_faiss_index(rows(300), kind, **options)


@pytest.mark.parametrize("vectors", [[1, 2, 3], np.empty((0, 4)), np.empty((4, 0)), np.ones((2, 2, 2)), [[1, np.nan]], [[1, np.inf]]])
def test_what_is_no_matrix_of_finite_numbers(vectors):
    with pytest.raises(ValueError, match="vectors must"):
        build_faiss_index(vectors)


@pytest.mark.parametrize("query", [[0, 0], [np.nan, 1], [[1, 2]], "ab", []])
def test_a_query_that_is_no_vector_with_a_direction(query):
    with pytest.raises(ValueError, match="query_vector must"):
        search_faiss(build_faiss_index([[1, 2], [2, 1]]), query, 1)


@pytest.mark.parametrize(("top_k", "error"), [(0, ValueError), (2.5, TypeError), (True, TypeError)])
def test_a_top_k_that_is_no_count(top_k, error):
    with pytest.raises(error, match="top_k must be"):
        search_faiss(build_faiss_index([[1, 2], [2, 1]]), [1, 1], top_k)


def test_a_raw_index_whose_scores_would_be_distances_is_refused():
    with pytest.raises(TypeError, match="index must come from build_faiss_index, whose scores are cosines, not IndexFlatL2"):
        search_faiss(faiss.IndexFlatL2(2), [1, 1], 1)


@pytest.mark.parametrize("kind", ["flat", "pq"])
def test_effort_of_a_kind_that_looks_at_everything(kind):
    index = build_faiss_index(rows(300), kind)
    assert index.effort is None and index.comparisons(rows(3)) == 300
    with pytest.raises(ValueError, match=f"effort cannot be set for kind '{kind}'"):
        index.effort = 5


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_an_effort_that_is_no_count(kind):
    with pytest.raises(ValueError, match="effort must be at least 1, not 0"):
        build_faiss_index(rows(300), kind).effort = 0


def test_an_index_is_not_stored(tmp_path):
    matrix = rows(300)
    with pytest.raises(TypeError, match="an index is not stored: keep the vectors, and build it anew"):
        pickle.dumps(build_faiss_index(matrix))
    engine_of(matrix).use_index(build_faiss_index(matrix)).save(tmp_path / "index")
    loaded = ImageSearchEngine.load(tmp_path / "index")
    assert "candidates" not in repr(loaded)
    loaded.use_index(build_faiss_index(loaded.image_vectors, "ivf"))


# FAISS itself


def test_without_faiss_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(ImportError, match=r"approximate search needs faiss, which cannot be imported .* -e \"\.\[extensions\]\""):
        build_faiss_index([[1, 2]])
    with pytest.raises(ImportError, match=r"needs faiss.*\[deep\]"):
        needed("faiss", "this", "deep")


def test_faiss_is_imported_only_when_used_and_brings_no_torch():
    code = """
import sys
from imsearch_helpers import build_faiss_index
assert "faiss" not in sys.modules
build_faiss_index([[1, 2]])
assert "faiss" in sys.modules and "torch" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
