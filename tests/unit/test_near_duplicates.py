"""near_duplicates: groups that hang together, against a brute force over all pairs."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.judging import near_duplicates
from imsearch_helpers.similarity import METRICS

metrics = pytest.mark.parametrize("metric", ["cosine", "euclidean"])


def from_rows(rows, metric="cosine"):
    return ImageSearchEngine.from_vectors([f"{i:03}.png" for i in range(len(rows))], rows, metric=metric)


def brute_force(engine, threshold):
    """Start with every picture alone; merge the groups of every near pair."""
    groups = [{path} for path in engine.image_paths]
    for (one, a), (other, b) in combinations(zip(engine.image_paths, engine.image_vectors), 2):
        if METRICS[engine.metric](a, b) >= threshold:
            merged = [group for group in groups if one in group or other in group]
            groups = [group for group in groups if group not in merged] + [set().union(*merged)]
    return sorted(sorted(group) for group in groups if len(group) > 1)


def test_chains_hang_together():
    angles = np.radians([0, 3, 6, 9, 50, 90, 91])
    engine = from_rows(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    assert near_duplicates(engine, np.cos(np.radians(4))) == [["000.png", "001.png", "002.png", "003.png"],
                                                              ["005.png", "006.png"]]  # fmt: skip
    assert near_duplicates(engine, np.cos(np.radians(2))) == [["005.png", "006.png"]]
    assert near_duplicates(engine, np.cos(np.radians(0.5))) == []


@metrics
@given(seed=st.integers(0, 999), n_images=st.integers(1, 40), crowded=st.booleans(), quantile=st.floats(0.5, 1))
def test_agrees_with_a_brute_force(metric, seed, n_images, crowded, quantile):
    rng = np.random.default_rng(seed)
    rows = rng.integers(-1, 2, (n_images, 3)) * 0.3 if crowded else rng.random((n_images, 3))
    engine = from_rows(rows, metric)
    score = METRICS[metric]
    pairs = [score(a, b) for a, b in combinations(engine.image_vectors, 2)] or [0.0]
    threshold = float(np.quantile(pairs, quantile, method="nearest"))  # exactly the score of a pair
    assert near_duplicates(engine, threshold) == brute_force(engine, threshold)


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
