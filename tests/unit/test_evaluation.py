import os
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, ndcg_score, precision_score, recall_score
from sklearn.metrics.pairwise import cosine_distances

from imsearch_helpers.evaluation import (
    average_precision,
    bootstrap_interval,
    checked_count,
    compared,
    diversity,
    evaluate_search,
    ndcg,
    random_baseline,
    reciprocal_rank,
)

items = st.integers(0, 15)


@pytest.mark.parametrize(
    ("truth", "predictions", "k", "precision", "recall"),
    [
        ("abcd", "axbyz", 5, 0.4, 0.5),
        ("ab", "ab", 5, 0.4, 1.0),  # fewer than k came back
        ("ab", "aaaaa", 5, 0.2, 0.5),  # a repeat is a miss
        ("ab", "xxab", 2, 0.0, 0.0),  # only the first k places count
        ("ab", "", 3, 0.0, 0.0),
        ("abcd", "abcdx", 5, 0.8, 1.0),  # four relevant: five places cannot all be hits
    ],
)
def test_counted_by_hand(truth, predictions, k, precision, recall):
    assert evaluate_search(set(truth), list(predictions), k) == (precision, recall)


def test_result_has_names_and_unpacks():
    quality = evaluate_search(["a"], ["a"], k=1)
    precision, recall = quality
    assert (quality.precision, quality.recall) == (precision, recall) == (1.0, 1.0)


@given(st.sets(items, min_size=1), st.lists(items, min_size=1, unique=True))
def test_agrees_with_scikit_learn(truth, predictions):
    relevant = [item in truth for item in range(16)]
    returned = [item in predictions for item in range(16)]
    expected = precision_score(relevant, returned), recall_score(relevant, returned)
    assert evaluate_search(truth, predictions, k=len(predictions)) == pytest.approx(expected)


@given(st.sets(items, min_size=1), st.lists(items))
def test_recall_never_falls_as_k_grows(truth, predictions):
    recalls = [evaluate_search(truth, predictions, k).recall for k in range(1, 20)]
    assert recalls == sorted(recalls)
    assert 0 <= recalls[0] and recalls[-1] <= 1


@given(st.sets(items, min_size=1), st.lists(items), st.integers(1, 20))
def test_repeats_in_the_truth_and_the_order_of_the_truth_do_not_count(truth, predictions, k):
    assert evaluate_search(sorted(truth) * 2, predictions, k) == evaluate_search(truth, predictions, k)


def test_nothing_relevant_is_refused():
    with pytest.raises(ValueError, match="ground_truth is empty"):
        evaluate_search([], ["a"])


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(k):
    with pytest.raises(ValueError, match=f"k must be at least 1, not {k}"):
        evaluate_search({"a"}, ["a"], k)


@pytest.mark.parametrize("k", [2.5, 2.0, "2", None])
def test_k_that_is_no_whole_number_is_refused(k):
    with pytest.raises(TypeError, match=f"k must be a whole number of at least 1, not {k!r}"):
        evaluate_search({"a"}, ["a"], k)


def test_whole_numbers_of_numpy_count():
    assert checked_count(np.int64(3), "k") == 3


def test_the_truth_and_the_predictions_may_be_any_iterable():
    assert evaluate_search(iter("ab"), iter("axb"), k=2) == (0.5, 0.5)
    assert average_precision(iter("ab"), iter("axb")) == pytest.approx(5 / 6)
    assert reciprocal_rank(iter("ab"), iter("xb")) == 0.5


# Measures of the whole ranking


@pytest.mark.parametrize(
    ("truth", "predictions", "expected"),
    [
        ("ab", "ab", 1.0),
        ("ab", "axb", (1 + 2 / 3) / 2),
        ("ab", "xxab", (1 / 3 + 2 / 4) / 2),
        ("abcd", "axb", (1 + 2 / 3) / 4),  # c and d were never found
        ("ab", "aab", (1 + 2 / 3) / 2),  # the repeat takes a place and is a miss
        ("ab", "xyz", 0.0),
        ("ab", "", 0.0),
    ],
)
def test_average_precision_by_hand(truth, predictions, expected):
    assert average_precision(truth, predictions) == pytest.approx(expected)


@pytest.mark.parametrize(("predictions", "expected"), [("axb", 1.0), ("xxb", 1 / 3), ("xyz", 0.0), ("", 0.0)])
def test_reciprocal_rank_by_hand(predictions, expected):
    assert reciprocal_rank("ab", predictions) == pytest.approx(expected)


@given(st.permutations(range(8)), st.sets(st.integers(0, 7), min_size=1))
def test_average_precision_agrees_with_scikit_learn(ranking, truth):
    relevant = [item in truth for item in ranking]
    assert average_precision(truth, ranking) == pytest.approx(average_precision_score(relevant, range(8, 0, -1)))


@pytest.mark.parametrize("measure", [average_precision, reciprocal_rank])
def test_measures_of_nothing_relevant_are_refused(measure):
    with pytest.raises(ValueError, match="ground_truth is empty"):
        measure(set(), ["a"])


@pytest.mark.parametrize(
    ("gains", "predictions", "k", "expected"),
    [
        ({"a": 3, "b": 1}, "ab", 2, 1.0),
        ({"a": 3, "b": 1}, "ba", 2, (1 + 3 / np.log2(3)) / (3 + 1 / np.log2(3))),
        ({"a": 3, "b": 1}, "b", 2, 1 / (3 + 1 / np.log2(3))),  # the ideal comes from the truth: a is missed
        ({"a": 3, "b": 1}, "aa", 2, 3 / (3 + 1 / np.log2(3))),  # a repeat gains nothing
        ({"a": 3, "b": 1}, "ba", 1, 1 / 3),  # only the first place counts
        ({"a": 1, "b": 0}, "bxa", 5, 1 / 2),  # the third place: log2(4)
        ({"a": 2}, "a", 10, 1.0),  # fewer items than k
        ({"a": 2}, "", 3, 0.0),
    ],
)
def test_ndcg_by_hand(gains, predictions, k, expected):
    assert ndcg(gains, predictions, k) == pytest.approx(expected)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=8).filter(any), st.integers(1, 10), st.randoms())
def test_ndcg_agrees_with_scikit_learn(gains, k, random):
    ranking = random.sample(range(len(gains)), len(gains))
    scores = [-ranking.index(item) for item in range(len(gains))]
    assert ndcg(dict(enumerate(gains)), ranking, k) == pytest.approx(ndcg_score([gains], [scores], k=k))


@pytest.mark.parametrize("gains", [{}, {"a": 0}, {"a": -1, "b": 2}, {"a": float("nan")}, {"a": float("inf")}])
def test_gains_without_a_best_ranking_are_refused(gains):
    with pytest.raises(ValueError, match="gains must be finite numbers of at least 0, and at least one must be positive"):
        ndcg(gains, ["a"])


@given(st.permutations(range(6)), st.sets(st.integers(0, 5), min_size=1))
def test_a_swap_for_the_better_never_lowers_a_measure(ranking, truth):
    better = sorted(ranking, key=lambda item: item not in truth)  # all hits first
    gains = dict.fromkeys(truth, 1)
    assert average_precision(truth, better) == 1.0 >= average_precision(truth, ranking)
    assert reciprocal_rank(truth, better) == 1.0 >= reciprocal_rank(truth, ranking)
    assert ndcg(gains, better, 6) == pytest.approx(1.0) and ndcg(gains, ranking, 6) <= 1 + 1e-12


# Diversity


def test_diversity_by_hand():
    assert diversity([[1, 0], [0, 1], [-1, 0]]) == pytest.approx((1 + 2 + 1) / 3)
    assert diversity([[3, 4], [6, 8]]) == pytest.approx(0)
    assert diversity([[0, 0], [1, 0]]) == 1.0  # a vector of zeros


@given(st.integers(2, 6), st.integers(1, 5), st.integers(0, 99))
def test_diversity_agrees_with_scikit_learn(n_results, n_dims, seed):
    vectors = np.random.default_rng(seed).standard_normal((n_results, n_dims))
    expected = cosine_distances(vectors)[np.triu_indices(n_results, k=1)].mean()
    assert diversity(vectors) == pytest.approx(expected)


@pytest.mark.parametrize("vectors", [[[1, 2]], [], [1, 2]])
def test_diversity_of_fewer_than_two_is_refused(vectors):
    with pytest.raises(ValueError, match="vectors must be a matrix of at least two rows"):
        diversity(vectors)


# What chance would reach, and how sure a mean is


@pytest.mark.parametrize("n_items", range(1, 6))
def test_random_baseline_is_the_mean_over_all_orders(n_items):
    orders = list(permutations(range(n_items)))
    for n_relevant in range(1, n_items + 1):
        truth = range(n_relevant)
        for k in range(1, n_items + 3):  # also above the number of items
            precision, recall = np.mean([evaluate_search(truth, order, k) for order in orders], axis=0)
            found = np.mean([average_precision(truth, order) for order in orders])
            assert random_baseline(n_items, n_relevant, k) == pytest.approx((precision, recall, found))


def test_random_baseline_of_the_collection():
    precision, recall, found = random_baseline(999, 4, k=5)
    assert (precision, recall) == pytest.approx((4 / 999, 5 / 999))
    assert 0.004 < found < 0.02


@pytest.mark.parametrize(
    ("numbers", "words"),
    [((0, 1, 1), "n_items must be at least 1"), ((5, 6, 1), "n_relevant must be at most n_items=5, not 6"),
     ((5, 0, 1), "n_relevant must be at least 1"), ((5, 1, 0), "k must be at least 1")],
)  # fmt: skip
def test_impossible_numbers_are_refused(numbers, words):
    with pytest.raises(ValueError, match=words):
        random_baseline(*numbers)


def test_bootstrap_of_equal_values_has_no_width():
    assert bootstrap_interval([0.5] * 9) == (0.5, 0.5)


def test_bootstrap_is_as_wide_as_the_normal_approximation():
    values = np.random.default_rng(1).random(400)
    low, high = bootstrap_interval(values)
    error = values.std() / np.sqrt(values.size)
    assert (low, high) == pytest.approx((values.mean() - 1.96 * error, values.mean() + 1.96 * error), abs=0.15 * error)
    assert bootstrap_interval(values) == (low, high)  # the same seed, the same interval


def test_more_confidence_is_wider_and_more_queries_are_narrower():
    few = np.random.default_rng(2).random(50)
    widths = [np.ptp(bootstrap_interval(values, c)) for values, c in ((few, 0.8), (few, 0.99), (np.tile(few, 9), 0.8))]
    assert widths[2] < widths[0] < widths[1]


@pytest.mark.parametrize(("values", "confidence"), [([], 0.9), ([[1.0]], 0.9), ([1.0], 0), ([1.0], 1), ([1.0], 95)])
def test_no_values_and_no_confidence_are_refused(values, confidence):
    with pytest.raises(ValueError, match="values must be a list of numbers|confidence must lie between 0 and 1"):
        bootstrap_interval(values, confidence)


# What is compared


class Found(NamedTuple):
    path: str
    score: float


@pytest.mark.parametrize("measure", [evaluate_search, average_precision, reciprocal_rank])
def test_results_are_taken_as_they_are(measure):
    names = ["photos/a.png", "photos/x.png", "photos/b.png"]
    expected = measure({"photos/a.png", "photos/b.png"}, names)
    for scores in ([0.9, 0.8, 0.7], np.float32([0.9, 0.8, 0.7])):
        assert measure({"photos/a.png", "photos/b.png"}, [Found(*pair) for pair in zip(names, scores)]) == expected
        assert measure({"photos/a.png", "photos/b.png"}, list(zip(names, scores))) == expected
        assert measure(list(zip(names, scores))[::2], names) == expected


@pytest.mark.parametrize("form", [str, Path, os.path.abspath, lambda name: os.path.join(".", name), lambda name: Path(name).absolute()])
@pytest.mark.parametrize("measure", [evaluate_search, average_precision, reciprocal_rank])
def test_paths_are_compared_as_paths_whatever_their_form(measure, form):
    names = ["x.png", "photos/a.png", "photos/b.png"]
    expected = measure({"photos/a.png", "photos/b.png"}, names)
    assert measure({form("photos/a.png"), form("photos/b.png")}, names) == expected
    assert measure({"photos/a.png", "photos/b.png"}, map(form, names)) == expected


def test_gains_of_paths_are_compared_as_paths():
    gains = {"photos/a.png": 2, "b.png": 1}
    expected = ndcg(gains, ["b.png", "photos/a.png"])
    assert 0 < expected < 1
    assert ndcg(gains, [(Path("b.png"), 0.9), (os.path.abspath("photos/a.png"), 0.8)]) == expected


def test_one_file_twice_in_two_forms_is_a_repeat():
    assert evaluate_search({"a.png", "b.png"}, ["a.png", Path("a.png"), os.path.abspath("a.png")], k=3) == (1 / 3, 1 / 2)


@pytest.mark.parametrize("labels", [("mug", "Mug"), (1, 2), (("mug", 1), ("mug", 2)), (frozenset({1}), frozenset({2})), (None, 0), ("", " ")])
def test_what_is_no_path_is_compared_as_it_is(labels):
    one, other = labels
    assert compared(one) == one and compared(other) == other
    assert evaluate_search({one}, [other, one], k=2) == (0.5, 1)


def test_paths_of_different_folders_differ():
    assert evaluate_search({"photos/a.png"}, ["a.png", "other/a.png", "photos/sub/a.png"], k=3) == (0, 0)
