import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_score, recall_score

from imsearch_helpers.evaluation import checked_count, evaluate_search

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
