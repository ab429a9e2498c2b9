"""evaluate_engine: all queries at once, against one query after another; and a case counted by hand."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsearch_helpers.collection import Products
from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.evaluation import average_precision, bootstrap_interval, evaluate_search, random_baseline
from imsearch_helpers.judging import (
    blended,
    class_precisions,
    evaluate_engine,
    found_by_shot,
    found_by_weight,
    shared_by_mistakes,
)

COLUMNS = "file", "product_id", "category", "colour", "pattern", "shot", "caption", "split"
metrics = pytest.mark.parametrize("metric", ["cosine", "euclidean"])


def made_products(folder, rows):
    """A collection without pictures: (product_id, category, shot) for each file."""
    with open(folder / "products.csv", "w", encoding="utf-8", newline="") as file:
        lines = [[f"{i:03}.jpg", p, c, "red", "plain", s, "", "train"] for i, (p, c, s) in enumerate(rows)]
        csv.writer(file).writerows([COLUMNS, *lines])
    return Products(folder)


def engine_of(products, vectors, metric="cosine"):
    return ImageSearchEngine.from_vectors([row.path for row in products], vectors, metric=metric)


@pytest.fixture
def four(tmp_path):
    """Two products of two pictures each, along a quarter of a circle; the third lies nearer to the other product."""
    rows = [("a", "mug", "studio"), ("a", "mug", "dim"), ("b", "cup", "studio"), ("b", "cup", "dim")]
    products = made_products(tmp_path, rows)
    angles = np.radians([0, 10, 25, 60])
    return products, engine_of(products, np.stack([np.cos(angles), np.sin(angles)], axis=1))


def test_counted_by_hand(four):
    products, engine = four
    # Rankings: 0 -> 1 2 3; 1 -> 0 2 3; 2 -> 1 0 3; 3 -> 2 1 0. Right: 1, 0, 3, 2.
    result = evaluate_engine(engine, products, k=1)
    assert [result.precisions[path] for path in engine.image_paths] == [1, 1, 0, 1]
    assert (result.precision, result.recall) == (0.75, 0.75)
    assert result.average_precision == pytest.approx((1 + 1 + 1 / 3 + 1) / 4)
    assert result.by_category == {"cup": 0.5, "mug": 1.0}
    assert result.by_shot == {"dim": 1.0, "studio": 0.5}
    assert result.baseline == pytest.approx(random_baseline(3, 1, 1))
    assert result.interval == bootstrap_interval([1, 1, 0, 1])


def test_k_above_the_number_of_pictures(four):
    products, engine = four
    result = evaluate_engine(engine, products, k=10)
    assert (result.precision, result.recall) == pytest.approx((0.1, 1.0))
    assert result.baseline == pytest.approx(random_baseline(3, 1, 10))


@metrics
@pytest.mark.parametrize("by", ["product", "category"])
@given(seed=st.integers(0, 999), n_images=st.integers(4, 40), k=st.integers(1, 45), crowded=st.booleans())
def test_the_same_as_one_query_after_another(tmp_path_factory, metric, by, seed, n_images, k, crowded):
    rng = np.random.default_rng(seed)
    labels = [(str(p), str(p % 3), "studio") for p in rng.integers(0, 6, n_images)]
    labels[0] = ("alone", "alone too", "studio")  # a query to which nothing is relevant
    labels[1] = labels[2]
    products = made_products(tmp_path_factory.mktemp("made"), labels)
    vectors = rng.integers(0, 3, (n_images, 3)) * 0.3 if crowded else rng.random((n_images, 3))
    engine = engine_of(products, vectors, metric)
    result, expected = evaluate_engine(engine, products, by, k), {}
    for path, vector in zip(engine.image_paths, engine.image_vectors):
        ranking = [other for other, _ in engine.search_fast(vector, n_images) if other != path]
        truth = products.relevant(path, by)
        if truth:
            found = *evaluate_search(truth, ranking, k), average_precision(truth, ranking)
            expected[path] = found, random_baseline(n_images - 1, len(truth), k)
    measured, baselines = (np.mean([pair[i] for pair in expected.values()], axis=0) for i in (0, 1))
    assert result.precisions == pytest.approx({path: found[0] for path, (found, _) in expected.items()})
    assert result.average_precisions == pytest.approx({path: found[2] for path, (found, _) in expected.items()})
    assert (result.precision, result.recall, result.average_precision) == pytest.approx(tuple(measured))
    assert result.baseline == pytest.approx(tuple(baselines))


def test_the_whole_collection_against_one_query_after_another():
    products = Products()
    engine = engine_of(products, np.random.default_rng(0).random((1000, 8)))
    result = evaluate_engine(engine, products, "category", 5)
    for path, vector in list(zip(engine.image_paths, engine.image_vectors))[::50]:
        ranking = [other for other, _ in engine.search_fast(vector, 6) if other != path][:5]
        assert result.precisions[path] == evaluate_search(products.relevant(path, "category"), ranking).precision
    assert len(result.precisions) == 1000 and set(result.by_shot) == {"studio", "dim", "turned", "moved", "scene"}
    low, high = result.interval
    assert low < result.precision < high and abs(result.precision - 99 / 999) < 0.02  # random vectors: chance
    assert result.baseline.precision == pytest.approx(99 / 999)


def test_a_part_of_the_collection_can_be_evaluated():
    products = Products()
    studio = [row.path for row in products.where(shot="studio")]
    engine = ImageSearchEngine.from_vectors(studio, np.random.default_rng(0).random((200, 8)))
    assert evaluate_engine(engine, products, "category").baseline.precision == pytest.approx(19 / 199)


def test_nothing_relevant_to_any_query_is_refused():
    products = Products()
    studio = [row.path for row in products.where(shot="studio")]
    engine = ImageSearchEngine.from_vectors(studio, np.eye(200))
    with pytest.raises(ValueError, match="by='product': no picture has another one that is relevant"):
        evaluate_engine(engine, products)


def test_bad_values_are_refused(four):
    products, engine = four
    with pytest.raises(ValueError, match="by must be one of product, category, colour, not 'shape'"):
        evaluate_engine(engine, products, by="shape")
    with pytest.raises(ValueError, match="k must be at least 1, not 0"):
        evaluate_engine(engine, products, k=0)
    with pytest.raises(RuntimeError, match="nothing is indexed yet"):
        evaluate_engine(ImageSearchEngine(products.image_dir), products)
    with pytest.raises(KeyError, match="is not one of the 4 product pictures"):
        evaluate_engine(ImageSearchEngine.from_vectors(["x.jpg", "y.jpg"], np.eye(2)), products)


# Only the classes are known


def test_class_precisions_by_hand():
    engine = ImageSearchEngine.from_vectors(["a", "b", "c", "d"], [[0, 0], [1, 0], [3, 0], [7, 0]], metric="euclidean")
    assert class_precisions(engine, ["shoe", "hat", "shoe", "hat"], k=2).tolist() == [0.5, 0, 0.5, 0.5]


@metrics
def test_class_precisions_are_those_of_the_evaluation(tmp_path, metric):
    rng = np.random.default_rng(3)
    products = made_products(tmp_path, [(f"p{i // 2}", f"c{i % 3}", "dim") for i in range(12)])
    engine = engine_of(products, rng.normal(size=(12, 4)), metric)
    expected = list(evaluate_engine(engine, products, "category", k=3).precisions.values())
    assert class_precisions(engine, [row.category for row in products], k=3).tolist() == expected


def test_a_picture_alone_in_its_class_finds_none_of_it():
    engine = ImageSearchEngine.from_vectors(["a", "b", "c"], np.eye(3))
    assert class_precisions(engine, ["shoe", "hat", "bag"], k=2).tolist() == [0, 0, 0]


def test_classes_that_do_not_fit_and_an_impossible_k_are_named():
    engine = ImageSearchEngine.from_vectors(["a", "b"], np.eye(2))
    with pytest.raises(ValueError, match="classes must be one for each of the 2 pictures, not 3"):
        class_precisions(engine, ["shoe"] * 3)
    with pytest.raises(ValueError, match="k must be"):
        class_precisions(engine, ["shoe"] * 2, k=0)


# What mistakes share


def test_shared_by_mistakes_counted_by_hand(four):
    products, engine = four  # at 0, 10, 25 and 60 degrees: mug studio, mug dim, cup studio, cup dim
    # k=1: the first two find each other, the third finds the second (another category, another shot), the fourth the third
    assert shared_by_mistakes(engine, products, k=1) == {"category": 0, "colour": 1, "shot": 0}


def test_mistakes_of_the_same_shot_are_counted(tmp_path):
    rows = [("a", "mug", "studio"), ("b", "mug", "studio"), ("c", "cup", "dim")]
    products = made_products(tmp_path, rows)
    engine = engine_of(products, [[1, 0], [5, 1], [1, 1]])  # the first two find each other, the third finds the second
    assert shared_by_mistakes(engine, products, k=1) == {"category": 2 / 3, "colour": 1, "shot": 2 / 3}


@metrics
def test_mistakes_are_those_of_one_query_after_another(tmp_path, metric):
    rng = np.random.default_rng(5)
    rows = list(zip(rng.choice(list("abc"), 12), rng.choice(["mug", "cup"], 12), rng.choice(["studio", "dim"], 12)))
    products = made_products(tmp_path, rows)
    engine, wrong = engine_of(products, rng.normal(size=(12, 3)), metric), []
    for path, vector in zip(engine.image_paths, engine.image_vectors):
        found = [result.path for result in engine.search_fast(vector, 12) if result.path != path][:4]
        pairs = [(products.of(path), products.of(other)) for other in found]
        wrong += [pair for pair in pairs if pair[0].product_id != pair[1].product_id]
    expected = {name: np.mean([getattr(a, name) == getattr(b, name) for a, b in wrong]) for name in ("category", "colour", "shot")}
    assert shared_by_mistakes(engine, products) == pytest.approx(expected)


def test_mistakes_that_are_not_there_are_refused(tmp_path):
    products = made_products(tmp_path, [("a", "mug", "studio"), ("a", "mug", "dim")])
    with pytest.raises(ValueError, match="none of the first 4 results is wrong"):
        shared_by_mistakes(engine_of(products, [[1, 0], [0, 1]]), products)
    with pytest.raises(ValueError, match="k must be"):
        shared_by_mistakes(engine_of(products, [[1, 0], [0, 1]]), products, k=0)


# Two engines at once


@pytest.mark.parametrize("weight", [0, 0.25, 0.5, 1])
def test_a_blend_scores_the_mean_of_both_cosines(weight):
    rng = np.random.default_rng(8)
    paths, vectors = list("abcdef"), [rng.normal(size=(6, n_dims)) for n_dims in (3, 5)]
    vectors[0][2] = 0  # a black picture: its cosines are 0
    engine = blended(*(ImageSearchEngine.from_vectors(paths, one) for one in vectors), weight)
    a, b = ([one @ one[0] / np.maximum(1e-9, np.linalg.norm(one, axis=1) * np.linalg.norm(one[0]))][0] for one in vectors)
    expected = (1 - weight) * a + weight * b
    found = {result.path: result.score for result in engine.search_fast(engine.image_vectors[0], 6)}
    assert [found[path] for path in "abdef"] == pytest.approx(expected[[0, 1, 3, 4, 5]], abs=1e-5)


def test_engines_that_cannot_be_blended_are_refused():
    one, other = (ImageSearchEngine.from_vectors(paths, np.eye(2)) for paths in ("ab", "ac"))
    far = ImageSearchEngine.from_vectors("ab", np.eye(2), metric="euclidean")
    for arguments, message in [((one, one, 1.5), "weight must be"), ((one, one, "half"), "weight must be"),
                               ((one, other, 0.5), "same pictures"), ((one, far, 0.5), "by cosine")]:  # fmt: skip
        with pytest.raises(ValueError, match=message):
            blended(*arguments)


# Mixtures of two methods


def test_a_mixture_trades_one_shot_for_another(tmp_path):
    rows = [("a", "mug", "studio"), ("b", "cup", "studio"), ("a", "mug", "dim"), ("b", "cup", "moved")]
    products = made_products(tmp_path, rows)
    one = engine_of(products, [[1, 0], [0, 1], [1, 0], [1, 0]])  # finds the dim mug, takes the moved cup for the mug
    other = engine_of(products, [[1, 0], [0, 1], [3, 4], [0, 1]])  # 0.6 to the mug, 0.8 to the cup
    # dim: 1 - w + 0.6 w against 0.8 w, right below 1 / 1.2; moved: 1 - w against w, right above 1 / 2.
    assert found_by_weight(one, other, products, steps=4) == {
        0.0: {"dim": 1.0, "moved": 0.0}, 0.25: {"dim": 1.0, "moved": 0.0}, 0.5: {"dim": 1.0, "moved": 0.0},
        0.75: {"dim": 1.0, "moved": 1.0}, 1.0: {"dim": 0.0, "moved": 1.0},
    }  # fmt: skip


def test_each_mixture_is_what_an_engine_of_that_weight_finds():
    products, rng = Products(), np.random.default_rng(0)
    one, other = (engine_of(products, rng.random((1000, 3)) ** 3) for _ in range(2))
    rows = found_by_weight(one, other, products, steps=5)
    assert list(rows) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert rows[0.0] == found_by_shot(one, products) and rows[1.0] == found_by_shot(other, products)
    assert rows[0.4] == pytest.approx(found_by_shot(blended(one, other, 0.4), products), abs=0.005)  # a near-tie may turn


def test_what_cannot_be_mixed_is_named(four):
    products, engine = four
    with pytest.raises(ValueError, match="^steps must be"):
        found_by_weight(engine, engine, products, steps=0)
    with pytest.raises(ValueError, match="over the same pictures"):
        found_by_weight(engine, ImageSearchEngine.from_vectors(["x"], [[1, 2]]), products)
