import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imsearch_helpers.images import ImageError
from imsearch_helpers.vectors import (
    METHODS,
    image_to_histogram,
    image_to_root_histogram,
    image_to_vector_simple,
    principal_places,
)


def random_picture(seed, height=5, width=7):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


# Pixels


def test_grey_pixels_are_read_row_by_row():
    vector = image_to_vector_simple(np.uint8([[0, 51, 102], [153, 204, 255]]), size=(3, 2))
    assert vector == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert vector.dtype == np.float32


def test_size_is_width_then_height():
    left_is_white = np.zeros((8, 8), dtype=np.uint8)
    left_is_white[:, :4] = 255
    assert image_to_vector_simple(left_is_white, size=(2, 1)).round().tolist() == [1, 0]
    assert image_to_vector_simple(left_is_white, size=(1, 2)).shape == (2,)


def test_grey_is_the_weighted_sum_of_itu_r_601():
    colours = np.uint8([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]])
    assert image_to_vector_simple(colours, size=(3, 1)) == pytest.approx([0.299, 0.587, 0.114], abs=1 / 255)


@given(st.integers(0, 10_000), st.integers(1, 20), st.integers(1, 20))
def test_pixels_agree_with_pillow_and_lie_between_0_and_1(seed, width, height):
    picture = random_picture(seed)
    plain = Image.fromarray(picture).convert("L").resize((width, height))
    vector = image_to_vector_simple(picture, (width, height))
    assert np.array_equal(vector, np.asarray(plain).reshape(-1) / np.float32(255))
    assert vector.min() >= 0 and vector.max() <= 1


@pytest.mark.parametrize("size", [(0, 5), (-1, 2), (2.5, 2), "ab", 64, (1, 2, 3), None])
def test_bad_size_is_named(size):
    with pytest.raises(ValueError, match="size must be"):
        image_to_vector_simple(random_picture(0), size)


# Histograms


def test_eight_pixels_in_four_bins_counted_by_hand():
    red = np.uint8([0, 63, 64, 127, 128, 191, 192, 255])
    picture = np.stack([red, np.zeros(8, np.uint8), np.full(8, 255, np.uint8)], axis=1)[np.newaxis]
    expected = np.float32([2, 2, 2, 2, 8, 0, 0, 0, 0, 0, 0, 8]) / 24
    assert image_to_histogram(picture, bins=4) == pytest.approx(expected)


@pytest.mark.parametrize("bins", range(1, 257))
def test_histogram_equals_numpy_s_for_every_number_of_bins(bins):
    picture = np.arange(256, dtype=np.uint8).repeat(np.arange(256) % 5 + 1)  # every value, unevenly often
    picture = np.stack([picture, picture[::-1], np.roll(picture, 9) // 2], axis=1)[np.newaxis]
    counts = np.concatenate([np.histogram(picture[..., c], bins, (0, 256))[0] for c in range(3)])
    vector = image_to_histogram(picture, bins)
    assert np.array_equal(np.rint(vector * counts.sum()), counts)
    assert vector.shape == (3 * bins,) and vector.dtype == np.float32


@given(st.integers(0, 10_000), st.integers(1, 256))
def test_histogram_sums_to_one_and_the_root_s_squares_too(seed, bins):
    picture = random_picture(seed)
    assert image_to_histogram(picture, bins).sum(dtype=np.float64) == pytest.approx(1, abs=1e-6)
    root = image_to_root_histogram(picture, bins).astype(np.float64)
    assert root @ root == pytest.approx(1, abs=1e-6)


@given(st.integers(0, 10_000))
def test_histogram_does_not_mind_where_the_pixels_are(seed):
    picture = random_picture(seed)
    shuffled = np.random.default_rng(seed).permutation(picture.reshape(-1, 3)).reshape(7, 5, 3)
    assert np.array_equal(image_to_histogram(picture), image_to_histogram(shuffled))


def test_cosine_of_root_histograms_is_the_bhattacharyya_coefficient():
    one, other = random_picture(1), random_picture(2)
    expected = np.sqrt(image_to_histogram(one).astype(float) * image_to_histogram(other)).sum()
    assert image_to_root_histogram(one) @ image_to_root_histogram(other) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("bins", [0, 257, -1, 2.5, "8", None, True])
@pytest.mark.parametrize("function", [image_to_histogram, image_to_root_histogram])
def test_bad_number_of_bins_is_named(function, bins):
    with pytest.raises(ValueError, match=f"bins must be a whole number from 1 to 256, not {bins!r}"):
        function(random_picture(0), bins)


# All methods that need no more than NumPy and Pillow; test_deep.py tries the others

BY_HAND = [name for name, method in METHODS.items() if not hasattr(method, "batch")]


@pytest.mark.parametrize("method", BY_HAND)
def test_every_form_of_a_picture_gives_the_same_vector(method, tmp_path):
    picture = random_picture(3)
    Image.fromarray(picture).save(tmp_path / "p.png")
    expected = METHODS[method](picture)
    for form in (tmp_path / "p.png", str(tmp_path / "p.png"), Image.fromarray(picture)):
        assert np.array_equal(METHODS[method](form), expected)


@pytest.mark.parametrize("method", BY_HAND)
def test_unreadable_picture_is_an_image_error(method, tmp_path):
    (tmp_path / "text.png").write_text("hello", encoding="utf-8")
    with pytest.raises(ImageError, match="not a JPEG"):
        METHODS[method](tmp_path / "text.png")


@pytest.mark.parametrize("method", BY_HAND)
def test_picture_of_one_pixel_has_a_vector(method):
    assert METHODS[method](np.uint8([[200]])).any() == (method != "gradients")  # one colour, so no direction


# Vectors of whole collections


def test_principal_places_are_those_of_the_covariance_with_the_widest_first():
    vectors = np.random.default_rng(3).normal(size=(40, 5)) * [5, 1, 3, 1, 2] + 4
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    places = principal_places(vectors)
    assert places.var(axis=0) == pytest.approx(np.linalg.eigvalsh(np.cov(unit.T, bias=True))[::-1])
    assert places.mean(axis=0) == pytest.approx(0)
    assert places @ places.T == pytest.approx((unit - unit.mean(axis=0)) @ (unit - unit.mean(axis=0)).T)


def test_principal_places_of_few_pictures_and_of_a_black_one():
    assert principal_places([[1, 2, 3], [0, 0, 0]]).shape == (2, 2)
    assert abs(principal_places([[0, 2], [0, 0]]))[:, 0] == pytest.approx(0.5)  # length 1 and the black one: half either way
