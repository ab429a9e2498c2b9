"""search_diverse: maximal marginal relevance, against the formula written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.evaluation import diversity
from imsearch_helpers.similarity import METRICS

metrics = pytest.mark.parametrize("metric", ["cosine", "euclidean"])


def from_rows(rows, metric="cosine"):
    return ImageSearchEngine.from_vectors([f"{i:04}.png" for i in range(len(rows))], rows, metric=metric)


def written_out(engine, query, top_k, weight):
    """The formula, candidate by candidate, in plain loops."""
    score, row_of = METRICS[engine.metric], dict(zip(engine.image_paths, engine.image_vectors))
    candidates, taken = engine.search(query, max(100, 10 * top_k)), []
    while candidates and len(taken) < top_k:
        gains = []
        for path, to_query in candidates:
            to_taken = max((score(row_of[path], row_of[other]) for other, _ in taken), default=0.0)
            gains.append(round((1 - weight) * to_query - weight * to_taken, 9))  # equal gains: the better match
        taken.append(candidates.pop(gains.index(max(gains))))
    return taken


def test_by_hand():
    engine = from_rows([[1, 0.1], [1, 0.1], [1, -0.6]])  # twice the same, and one to the other side
    names = [path for path, _ in engine.search_diverse([1, 0], 2, diversity_weight=0.5)]
    assert names == ["0000.png", "0002.png"]
    assert [path for path, _ in engine.search_diverse([1, 0], 2, diversity_weight=0)] == ["0000.png", "0001.png"]


@metrics
@given(st.integers(0, 999), st.integers(1, 150), st.integers(1, 12), st.sampled_from([0.1, 0.3, 0.5, 0.9]))
def test_agrees_with_the_formula(metric, seed, n_images, top_k, weight):
    rng = np.random.default_rng(seed)
    engine, query = from_rows(rng.random((n_images, 5)), metric), rng.random(5)
    assert engine.search_diverse(query, top_k, weight) == written_out(engine, query, top_k, weight)


@metrics
@given(st.integers(0, 999), st.integers(1, 150), st.integers(1, 160))
def test_weight_zero_is_search_fast_also_with_copies(metric, seed, n_images, top_k):
    rows = np.random.default_rng(seed).integers(-1, 2, (n_images, 3)) * 0.3
    engine = from_rows(rows, metric)
    assert engine.search_diverse(rows[0], top_k, 0) == engine.search_fast(rows[0], top_k)


@metrics
def test_weight_one_begins_with_the_best_match_and_goes_on_with_the_most_unlike(metric):
    rng = np.random.default_rng(4)
    engine, query = from_rows(rng.random((80, 5)), metric), rng.random(5)
    found = engine.search_diverse(query, 80, 1)
    assert found[0] == engine.search_fast(query, 1)[0]
    assert found[1] == engine.search_fast(engine.image_vectors[int(found[0].path[:4])], 80)[-1]._replace(score=found[1].score)
    assert sorted(found) == sorted(engine.search_fast(query, 80))  # all come in the end


def test_scores_are_those_of_search():
    rng = np.random.default_rng(5)
    engine, query = from_rows(rng.random((200, 5))), rng.random(5)
    assert set(engine.search_diverse(query, 20, 0.7)) <= set(engine.search(query, 200))


def test_only_the_best_candidates_take_part():
    rng = np.random.default_rng(6)
    engine, query = from_rows(rng.random((500, 5))), rng.random(5)
    best_100, best_150 = (set(engine.search(query, n)) for n in (100, 150))
    assert set(engine.search_diverse(query, 5, 1)) <= best_100
    assert set(engine.search_diverse(query, 15, 1)) <= best_150


def test_more_weight_gives_more_variety_and_less_relevance_on_average():
    rng = np.random.default_rng(7)
    engine = from_rows(rng.random((300, 8)))
    variety, relevance = [], []
    for weight in (0, 0.3, 0.6, 1):
        results = [engine.search_diverse(query, 5, weight) for query in rng.random((20, 8))]
        rows = [[engine.image_vectors[int(path[:4])] for path, _ in found] for found in results]
        variety.append(np.mean([diversity(vectors) for vectors in rows]))
        relevance.append(np.mean([[score for _, score in found] for found in results]))
    assert variety == sorted(variety) and relevance == sorted(relevance, reverse=True)


@pytest.mark.parametrize("weight", [-0.01, 1.01, float("nan"), "0.5", None])
def test_weights_outside_are_refused(engine, weight):
    with pytest.raises(ValueError, match="diversity_weight must be a number from 0 to 1, not"):
        engine.search_diverse(engine.image_paths[0], 3, weight)


def test_errors_are_those_of_search(engine, folder):
    with pytest.raises(ValueError, match="top_k must be at least 1, not 0"):
        engine.search_diverse(engine.image_paths[0], 0)
    with pytest.raises(RuntimeError, match="nothing is indexed yet"):
        ImageSearchEngine(folder).search_diverse(folder / "b.png")
