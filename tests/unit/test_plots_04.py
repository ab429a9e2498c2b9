"""The figures of notebook 04: who is like whom, and why this match."""

import numpy as np
import pytest

from imsearch_helpers import plots


@pytest.fixture
def picture():
    return np.random.default_rng(1).integers(0, 256, (8, 10, 3), dtype=np.uint8)


def half_and_half(upper, lower):
    pixels = np.empty((8, 8, 3), dtype=np.uint8)
    pixels[:4], pixels[4:] = upper, lower
    return pixels


def test_score_table_frames_each_rows_best_other(picture):
    scores = [[1.0, 0.2, 0.7], [0.2, 1.0, 0.4], [0.7, 0.4, 1.0]]
    figure = plots.show_scores([picture] * 3, scores, "who is like whom")
    framed = [axes for axes in figure.axes if axes.texts and axes.spines["top"].get_linewidth() == 3]
    assert [axes.texts[0].get_text() for axes in framed] == ["0.7000", "0.4000", "0.7000"]
    assert "row 2: 0.2000, 1.0000, 0.4000, best other: 3" in figure.alt
    assert figure.get_suptitle() == "who is like whom"


def test_score_table_finds_the_best_among_negative_scores_too(picture):
    figure = plots.show_scores([picture] * 2, [[0.0, -3.0], [-3.0, 0.0]], "distances")
    assert "row 1: 0.0000, -3.0000, best other: 2" in figure.alt


def test_explained_match_says_score_and_strongest_bars():
    # Grey above and another colour below: in each channel one bin of 1/6 in common, one of 1/6 of its own. Each vector
    # has the squared length 6/36, each common bin the share (1/36) / (6/36) = 1/6, and the three together 0.5.
    one, other = half_and_half((230, 230, 230), (255, 80, 80)), half_and_half((230, 230, 230), (0, 0, 120))
    figure = plots.explain_match(one, other)
    assert figure.axes[0].get_title() == "score 0.500; three of the 96 bars make 0.500 of it"
    assert "score of 0.500; the three highest of 96 bars add up to 0.500" in figure.alt
    assert figure.get_size_inches()[0] <= 9.4


def test_explained_match_says_which_part_lies_near_the_edge():
    # Of 8 x 8 pixels the outermost fifth is 2 on each side: of the grey half, 32 pixels, 24 lie there.
    one, other = half_and_half((230, 230, 230), (255, 80, 80)), half_and_half((230, 230, 230), (0, 0, 120))
    assert "outermost fifth on each side holds 75% of the score" in plots.explain_match(one, other).alt


def test_pictures_with_nothing_in_common_are_explained_without_a_warning():
    figure = plots.explain_match(half_and_half(0, 0), half_and_half(255, 255))
    assert plots.figure_html(figure).startswith("<img")
    assert "score of 0.000" in figure.alt
