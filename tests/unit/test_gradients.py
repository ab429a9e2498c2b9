"""The histogram of oriented gradients: by hand, against loops in plain Python, and what it does not mind."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsearch_helpers.collection import Products
from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.judging import found_by_shot
from imsearch_helpers.similarity import cosine_similarity
from imsearch_helpers.vectors import METHODS, image_to_gradients, image_to_vector_simple
from tests import REPOSITORY

ROWS, COLUMNS = np.mgrid[:64, :64]


def step(where):
    """Black, and white where it is true."""
    return np.where(where, 255, 0).astype(np.uint8)


def random_picture(seed):
    return np.random.default_rng(seed).integers(0, 256, (64, 64), dtype=np.uint8)


# By hand


@pytest.mark.parametrize(
    "picture, direction",
    [(step(COLUMNS >= 32), 0), (step(ROWS + COLUMNS >= 64), 2), (step(ROWS >= 32), 4), (step(ROWS >= COLUMNS), 6)],
    ids=["rightwards", "down to the right", "down", "down to the left"],
)
@pytest.mark.parametrize("turned_round", [False, True])
def test_directions_are_counted_clockwise_and_opposite_ones_as_one(picture, direction, turned_round):
    vector = image_to_gradients(255 - picture if turned_round else picture, cells=1)
    assert vector.argmax() == direction and vector[direction] > 0.9


def test_one_edge_in_one_cell_worked_out_by_hand():
    # The two columns beside the edge change by 1 each, over 64 rows: 128 in the first direction, and 128 / 128.1.
    vector = image_to_gradients(step(COLUMNS >= 32), cells=1, n_orientations=4)
    assert vector == pytest.approx([128 / 128.1, 0, 0, 0], abs=1e-6)


def test_cells_come_row_by_row():
    picture = step((ROWS < 32) & (COLUMNS >= 48))  # an upright edge in the cell at the top right, a level one below it
    strongest = image_to_gradients(picture, cells=2, n_orientations=2).reshape(4, 2) > 0.5
    assert strongest.tolist() == [[False, False], [True, False], [False, False], [False, True]]


def test_faint_edge_counts_less_than_a_strong_one_but_more_than_its_share():
    strong, faint = step(COLUMNS >= 36), step(COLUMNS >= 36) // 51  # 5 of 255
    by_strength = [image_to_gradients(picture, cells=8).max() for picture in (strong, faint)]
    assert by_strength == pytest.approx([16 / 16.1, (16 / 51) / (16 / 51 + 0.1)], abs=1e-6)


def test_picture_of_one_colour_has_no_directions():
    assert not image_to_gradients(np.full((5, 7, 3), 200, np.uint8)).any()


# Against loops


def slow_gradients(picture, cells, n_orientations):
    grey = [[value / 255 for value in row] for row in picture.tolist()]
    sums = np.zeros((cells, cells, n_orientations))
    for y in range(64):
        for x in range(64):
            across = grey[y][min(x + 1, 63)] - grey[y][max(x - 1, 0)]
            down = grey[min(y + 1, 63)][x] - grey[max(y - 1, 0)][x]
            degrees = math.degrees(math.atan2(down, across)) + 90 / n_orientations
            direction = int(degrees % 180 // (180 / n_orientations))
            sums[y * cells // 64, x * cells // 64, direction] += math.sqrt(across**2 + down**2)
    return [value / (math.sqrt(sum(v * v for v in cell)) + 0.1) for row in sums for cell in row for value in cell]


@pytest.mark.parametrize("cells, n_orientations", [(8, 8), (4, 4), (16, 12), (1, 1)])
def test_equals_loops_in_plain_python(cells, n_orientations):
    picture = random_picture(cells)
    vector = image_to_gradients(picture, cells, n_orientations)
    assert vector.dtype == np.float32
    assert vector == pytest.approx(slow_gradients(picture, cells, n_orientations), abs=1e-4)


def test_product_has_the_directions_that_loops_find():
    path = Products(REPOSITORY / "data").rows[0].path
    grey = np.rint(image_to_vector_simple(path).reshape(64, 64) * 255).astype(int)
    assert image_to_gradients(path) == pytest.approx(slow_gradients(grey, 8, 8), abs=1e-4)


# Properties


@given(st.integers(0, 10_000))
def test_each_cell_is_shorter_than_1_and_nothing_is_negative(seed):
    cells = image_to_gradients(random_picture(seed)).reshape(64, 8)
    assert cells.min() >= 0 and (np.linalg.norm(cells, axis=1) < 1).all()


def test_light_hardly_matters_and_another_picture_does():
    picture = random_picture(0)
    dim, other = image_to_gradients(picture // 2), image_to_gradients(random_picture(1))
    assert cosine_similarity(image_to_gradients(picture), dim) > 0.99
    assert cosine_similarity(image_to_gradients(picture), other) < 0.9


def test_finds_products_in_dim_light_and_in_a_scene_but_not_when_moved():
    products = Products(REPOSITORY / "data")
    vectors = [image_to_gradients(row.path) for row in products]
    found = found_by_shot(ImageSearchEngine.from_vectors([row.path for row in products], vectors), products)
    assert found["dim"] == 1 and found["scene"] > 0.9 and found["moved"] < 0.2


# Bad input


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"cells": 0}, "cells must be at least 1, not 0"),
        ({"cells": 7}, "cells must divide 64, the pixels each way, not 7"),
        ({"n_orientations": -1}, "n_orientations must be at least 1, not -1"),
    ],
)
def test_bad_number_is_named(settings, message):
    with pytest.raises(ValueError, match=message):
        image_to_gradients(random_picture(0), **settings)


@pytest.mark.parametrize("name", ["cells", "n_orientations"])
def test_number_that_is_not_whole_is_named(name):
    with pytest.raises(TypeError, match=f"{name} must be a whole number of at least 1, not 2.5"):
        image_to_gradients(random_picture(0), **{name: 2.5})


def test_method_is_in_the_dict_and_large_files_are_decoded_small():
    assert METHODS["gradients"] is image_to_gradients and image_to_gradients.load_size == (64, 64)
