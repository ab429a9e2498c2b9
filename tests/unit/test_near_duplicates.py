"""near_duplicates: groups in which any two are near, against SciPy and a brute force; the largest file, black files, the table."""

import csv
import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance
from scipy.cluster.hierarchy import fcluster, linkage

from imsearch_helpers.collection import Products
from imsearch_helpers.duplicates import THRESHOLDS, closest_pairs, near_duplicates
from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.similarity import METRICS
from imsearch_helpers.vectors import METHODS

metrics = pytest.mark.parametrize("metric", ["cosine", "euclidean"])


def from_rows(rows, metric="cosine"):
    return ImageSearchEngine.from_vectors([f"{i:03}.png" for i in range(len(rows))], rows, metric=metric)


def near(engine, threshold):
    """Whether two of its paths belong together, by the metric and by nothing else."""
    vector_of, score = dict(zip(engine.image_paths, engine.image_vectors)), METRICS[engine.metric]
    equal = lambda one, other: np.array_equal(vector_of[one], vector_of[other])
    return lambda one, other: equal(one, other) or score(vector_of[one], vector_of[other]) >= threshold


def assert_complete(groups, engine, threshold):
    """Any two of a group are near, nobody is in two, and no two groups could be one."""
    is_near = near(engine, threshold)
    assert all(is_near(one, other) for group in groups for one, other in combinations(group, 2))
    grouped = [path for group in groups for path in group]
    assert len(grouped) == len(set(grouped)) and all(len(group) > 1 for group in groups)
    everybody = [*groups, *([path] for path in engine.image_paths if path not in grouped)]
    for group, other in combinations(everybody, 2):
        assert not all(is_near(one, another) for one in group for another in other)
    assert groups == sorted(map(sorted, groups))


# Which belong together


def test_a_chain_of_small_steps_is_cut_where_its_ends_are_far_from_one_another():
    angles = np.radians([0, 2, 5, 7, 50, 90, 91])
    engine = from_rows(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    assert near_duplicates(engine, np.cos(np.radians(4))) == [["000.png", "001.png"], ["002.png", "003.png"], ["005.png", "006.png"]]
    assert near_duplicates(engine, np.cos(np.radians(8)))[0] == ["000.png", "001.png", "002.png", "003.png"]
    assert near_duplicates(engine, np.cos(np.radians(1.5))) == [["005.png", "006.png"]]
    assert near_duplicates(engine, np.cos(np.radians(0.5))) == []


@metrics
@given(seed=st.integers(0, 999), n_images=st.integers(1, 40), crowded=st.booleans(), quantile=st.floats(0.5, 1))
def test_any_two_of_a_group_are_near_and_no_two_groups_could_be_one(metric, seed, n_images, crowded, quantile):
    rng = np.random.default_rng(seed)
    rows = rng.integers(-1, 2, (n_images, 3)) * 0.3 if crowded else rng.random((n_images, 3))
    engine = from_rows(rows, metric)
    pairs = [METRICS[metric](a, b) for a, b in combinations(engine.image_vectors, 2)] or [0.0]
    threshold = float(np.quantile(pairs, quantile, method="nearest"))  # exactly the score of a pair
    assert_complete(near_duplicates(engine, threshold), engine, threshold)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("distance", [0.1, 0.3, 0.6])
def test_groups_are_those_of_scipy_s_complete_linkage(seed, distance):
    engine = from_rows(np.random.default_rng(seed).random((60, 2)), "euclidean")
    labels = fcluster(linkage(engine.image_vectors.astype(float), "complete"), distance, "distance")
    expected = [[path for path, label in zip(engine.image_paths, labels) if label == one] for one in dict.fromkeys(labels)]
    assert near_duplicates(engine, -distance) == [group for group in expected if len(group) > 1]


@metrics
def test_black_pictures_are_duplicates_of_one_another_and_of_nothing_else(metric):
    engine = from_rows([[0.0, 0.0], [1.0, 0.0], [-0.0, 0.0], [0.0, 1.0], [0.0, -0.0]], metric)
    [group] = near_duplicates(engine, METRICS[metric].highest)
    assert group == ["000.png", "002.png", "004.png"] and group.scores == [METRICS[metric].highest] * 3


def test_a_thousand_copies_are_one_group_at_once():
    engine = from_rows(np.repeat([[1.0, 2.0], [2.0, 1.0]], 1000, axis=0))
    assert list(map(len, near_duplicates(engine))) == [1000, 1000]


@metrics
@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_exact_copies_are_found_at_the_highest_threshold(metric, scale):
    rng = np.random.default_rng(0)
    rows = rng.random((600, 96)) * scale  # more than one block
    rows[599] = rows[300] = rows[7]
    assert near_duplicates(from_rows(rows, metric), {"cosine": 1, "euclidean": 0}[metric]) == [["007.png", "300.png", "599.png"]]


def test_a_resaved_copy_in_a_folder_is_found(folder):
    picture = Image.open(folder / "b.png").resize((80, 60), Image.Resampling.NEAREST)
    picture.save(folder / "original.png")
    picture.save(folder / "sub" / "copy.jpg", quality=98)
    engine = ImageSearchEngine(folder, "pixels").index_images()
    groups = [[path.replace("\\", "/").rsplit("/", 1)[-1] for path in group] for group in near_duplicates(engine, 0.99)]
    assert len(groups) == 1 and {"original.png", "copy.jpg"} <= set(groups[0])


@pytest.mark.parametrize(("metric", "threshold"), [("cosine", 1.1), ("euclidean", 0.999), ("cosine", float("nan"))])
def test_a_threshold_that_nothing_reaches_is_refused(metric, threshold):
    with pytest.raises(ValueError, match=f"threshold must be a score of {metric!r}, at most [01], not {threshold}"):
        near_duplicates(from_rows(np.eye(3), metric), threshold)


def test_nothing_indexed_yet(folder):
    with pytest.raises(RuntimeError, match="nothing is indexed yet"):
        near_duplicates(ImageSearchEngine(folder))


def test_another_metric_than_cosine_needs_a_threshold():
    with pytest.raises(ValueError, match="threshold must be a score of 'euclidean', at most 0, not None"):
        near_duplicates(from_rows(np.eye(3), "euclidean"))


# The default


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """100 studio pictures, and 30 copies: ten saved again, ten made smaller, ten made brighter."""
    folder = tmp_path_factory.mktemp("planted")
    for number, product in enumerate(Products().where(shot="studio")[::2]):
        shutil.copy(product.path, folder)
        picture, copy = Image.open(product.path), folder / f"copy_{product.file}"
        if number < 10:
            picture.save(copy, quality=60)
        elif number < 20:
            picture.resize((picture.width // 2, picture.height // 2)).save(copy, quality=85)
        elif number < 30:
            ImageEnhance.Brightness(picture).enhance(1.2).save(copy, quality=90)
    return folder


# Of the 30 copies; what is missed lies below the threshold, so that nothing wrong comes with it.
@pytest.mark.parametrize(("method", "at_least"), [("pixels", 28), ("small_network", 18), ("gradients", 12)])
def test_default_threshold_finds_planted_copies_and_puts_nothing_else_together(planted, method, at_least):
    if method == "small_network":
        pytest.importorskip("onnxruntime")
    groups = near_duplicates(ImageSearchEngine(planted, method).index_images())
    names = [[Path(path).name.removeprefix("copy_") for path in group] for group in groups]
    assert all(len(set(group)) == 1 for group in names) and len(groups) >= at_least


def test_every_default_is_for_a_method_that_there_is():
    assert set(THRESHOLDS) <= set(METHODS)


# What a group knows


@pytest.fixture
def three(tmp_path):
    """The same picture three times, the second file the largest, and another one."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8))
    for name, quality in (("a.jpg", 80), ("b.jpg", 98), ("=c.jpg", 70)):
        noise.save(tmp_path / name, quality=quality)
    Image.new("RGB", (60, 40), "black").save(tmp_path / "other.png")
    return ImageSearchEngine(tmp_path, "pixels").index_images()


def test_the_largest_file_is_marked_and_the_scores_are_against_it(three, tmp_path):
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    [group] = near_duplicates(three, 0.9)
    a, b, c = (str(tmp_path / name) for name in ("a.jpg", "b.jpg", "=c.jpg"))
    assert group == [c, a, b] and group.largest == b and group.scores[2] == 1
    assert group.scores[:2] == [METRICS["cosine"](*three.image_vectors[[row, 2]]) for row in (0, 1)]
    assert group.sizes == [len(before[Path(path)]) for path in group]
    assert before == {path: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_file_that_is_gone_is_never_the_largest(three, tmp_path):
    (tmp_path / "b.jpg").unlink()
    [group] = near_duplicates(three, 0.9)
    assert Path(group.largest).name == "a.jpg" and group.sizes[2] == -1


def test_table_has_a_row_for_each_picture_and_no_formula(three, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    three = ImageSearchEngine.from_vectors([Path(path).name for path in three.image_paths], three.image_vectors)
    near_duplicates(three, 0.9).to_csv("table.csv")
    with open("table.csv", encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["group", "file", "score", "bytes", "largest"]
    assert [row[1] for row in rows] == ["'=c.jpg", "a.jpg", "b.jpg"] and [row[4] for row in rows] == ["", "", "largest"]
    assert float(rows[2][2]) == 1 and int(rows[2][3]) == (tmp_path / "b.jpg").stat().st_size


# The closest pairs


@metrics
def test_the_closest_pairs_are_those_of_a_table_of_all_pairs(metric, monkeypatch):
    monkeypatch.setattr("imsearch_helpers.scores.ROWS_AT_ONCE", 4)  # several blocks, the last one not full
    rng = np.random.default_rng(3)
    rows = rng.integers(1, 4, size=(30, 2))  # few directions, many ties
    engine, score = from_rows(rows, metric), METRICS[metric]
    own = {(f"{i:03}.png", f"{j:03}.png"): score(rows[i], rows[j]) for i, j in combinations(range(30), 2)}
    for count in (1, 7, 100, 435, 1000):
        found = closest_pairs(engine, count)
        assert len({pair[1:] for pair in found}) == len(found) == min(count, 435)  # no pair twice
        assert [pair.score for pair in found] == pytest.approx([own[pair[1:]] for pair in found], abs=1e-6)
        assert [pair.score for pair in found] == pytest.approx(sorted(own.values(), reverse=True)[:count], abs=1e-6)


def test_of_equal_pairs_the_first_come_first():
    assert [pair[1:] for pair in closest_pairs(from_rows([[1, 0], [1, 0], [1, 0]]), 2)] == [("000.png", "001.png"), ("000.png", "002.png")]


def test_one_picture_alone_makes_no_pair():
    assert closest_pairs(from_rows([[1, 2]])) == []


def test_no_pair_at_all_cannot_be_asked_for():
    with pytest.raises(ValueError, match="^count must be"):
        closest_pairs(from_rows([[1, 2], [2, 1]]), 0)
