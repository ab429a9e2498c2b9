"""Which bins and which pixels a score is made of: the shares by hand, and that they add up to the score."""

import numpy as np
import pytest

from imsearch_helpers import plots
from imsearch_helpers.similarity import cosine_similarity
from imsearch_helpers.vectors import image_to_histogram, image_to_root_histogram


def half_and_half(upper, lower):
    pixels = np.empty((8, 8, 3), dtype=np.uint8)
    pixels[:4], pixels[4:] = upper, lower
    return pixels


def test_shares_by_hand():
    # One bin a channel: each picture is (1/3, 1/3, 1/3), so every channel has a third of the cosine 1.
    black, white = half_and_half(0, 0), half_and_half(255, 255)
    assert np.allclose(plots.score_shares(black, white, bins=1), [[1 / 3]] * 3)
    # Two bins a channel: nothing in common, so nothing to share.
    assert np.allclose(plots.score_shares(black, white, bins=2), 0)


@pytest.mark.parametrize("vectorize", [image_to_histogram, image_to_root_histogram])
def test_shares_of_bins_and_of_pixels_add_up_to_the_score(vectorize):
    rng = np.random.default_rng(2)
    one, other = rng.integers(0, 256, (12, 9, 3), dtype=np.uint8), rng.integers(0, 256, (5, 20, 3), dtype=np.uint8)
    shares = plots.score_shares(one, other, vectorize)
    score = cosine_similarity(vectorize(one), vectorize(other))
    assert shares.shape == (3, 32)
    assert shares.sum() == pytest.approx(score)
    assert plots.pixel_shares(one, shares).shape == (12, 9)
    assert plots.pixel_shares(one, shares).sum() == pytest.approx(score)
    assert plots.pixel_shares(other, shares).sum() == pytest.approx(score)


def test_the_common_wall_lights_up_and_the_rest_stays_dark():
    red_on_grey = half_and_half((230, 230, 230), (255, 80, 80))
    blue_on_grey = half_and_half((230, 230, 230), (0, 0, 120))
    painted = plots.pixel_shares(red_on_grey, plots.score_shares(red_on_grey, blue_on_grey))
    assert painted[:4].min() > 10 * painted[4:].max()


def test_border_part_by_hand():
    assert plots.border_part(np.ones((10, 10))) == pytest.approx(1 - 36 / 100)
    only_the_middle = np.zeros((10, 10))
    only_the_middle[4:6, 4:6] = 1
    assert plots.border_part(only_the_middle) == 0.0
    assert plots.border_part(np.zeros((10, 10))) == 0.0
