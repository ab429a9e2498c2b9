"""What a vector must be before it is stored or compared, and by what an index knows its vectors again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsearch_helpers.arrays import (
    LONGEST,
    SHORTEST,
    as_float32,
    checked_direction,
    checked_lengths,
    checked_matrix,
    checked_vector,
    of_length_1,
    row_lengths,
)
from imsearch_helpers.indexes import BuiltOver


def test_contiguous_float32_is_not_copied_and_anything_else_becomes_it():
    matrix = np.ones((2, 3), np.float32)
    assert as_float32(matrix) is matrix
    turned = as_float32(matrix.T)
    assert turned.flags["C_CONTIGUOUS"] and turned.dtype == as_float32([1, 2]).dtype == np.float32


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("abc", "query must be a vector of numbers, not str"),
        ([], r"query must be a vector, of shape \(n_dims,\), not of shape \(0,\)"),
        ([[1, 2]], r"query must be a vector, of shape \(n_dims,\), not of shape \(1, 2\)"),
        (5.0, r"query must be a vector, of shape \(n_dims,\), not of shape \(\)"),
        ([1, np.nan], "query must hold finite numbers of ordinary size; a length of nan"),
        ([1, np.inf], "a length of inf is out of range"),
        ([1e39], "a length of inf is out of range"),
        ([3e15, 4e15], r"a length of 5e\+15 is out of range"),
        ([1e-16], "a length of 1e-16 is out of range"),
    ],
)
def test_what_is_no_vector_is_said_by_its_name(values, message):
    with pytest.raises(ValueError, match=message):
        checked_vector(values, "query")


@pytest.mark.parametrize("values", [[0.0, 0.0], [0.9e15], [1.1e-15], [3, 4], (True, False)])
def test_ordinary_numbers_and_zeros_come_back(values):
    assert checked_vector(values, "query").tolist() == np.float32(values).tolist()


def test_zeros_are_a_vector_but_no_direction():
    assert checked_direction([0, 1e-3], "query").tolist() == [0, np.float32(1e-3)]
    with pytest.raises(ValueError, match="^query must have a direction, and is all zeros$"):
        checked_direction([0, 0], "query")


@pytest.mark.parametrize("values", [[1, 2], np.empty((0, 3)), np.empty((3, 0)), np.ones((1, 1, 1))])
def test_what_is_no_matrix_is_said_with_its_shape(values):
    with pytest.raises(ValueError, match=rf"not of shape \({', '.join(map(str, np.shape(values)))},?\)$"):
        checked_matrix(values)


def test_lengths_by_hand_and_the_first_row_out_of_range_is_named():
    matrix = np.float32([[3, 4], [0, 0], [0, 2]])
    assert checked_lengths(matrix, "vectors").tolist() == row_lengths(matrix, rows_per_block=2).tolist() == [5, 0, 2]
    with pytest.raises(ValueError, match="^vectors must .* a length of 2e-16 is out of range"):
        checked_lengths(np.float32([[3, 4], [0, 2e-16], [np.nan, 0]]), "vectors")
    assert checked_lengths(np.float32([[SHORTEST * 1.01], [LONGEST * 0.99]]), "vectors").size == 2


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=1, max_size=5))
def test_divided_by_its_length_a_vector_points_where_it_did(rows):
    rows = np.array(rows)
    lengths = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    assert np.allclose(of_length_1(rows) * lengths, rows)
    assert np.allclose(np.linalg.norm(of_length_1(rows), axis=1), lengths[:, 0] > 0)


@pytest.mark.parametrize(
    "other",
    [
        [[1, 2], [3, 4.0001]],  # a number
        [[3, 4], [1, 2]],  # the order
        [[1, 2]],  # a row less
        [[1, 2, 3, 4]],  # the same numbers in another shape
        [[1, 2], [3, 4], [0, 0]],
    ],
)
def test_an_index_knows_its_vectors_from_others(other):
    index = BuiltOver(np.float32([[1, 2], [3, 4]]))
    assert (index.n_images, index.n_dims) == (2, 2)
    index.check([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="^index: .* was built over other vectors, or they have changed since; build it again$"):
        index.check(other)
