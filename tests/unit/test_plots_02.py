"""The figures of notebook 02: what they draw, and the words that say it."""

import numpy as np
import pytest

from imsearch_helpers import plots
from imsearch_helpers.vectors import image_to_histogram, image_to_vector_simple


@pytest.fixture
def red_and_blue():
    return np.uint8([[(200, 0, 0), (0, 0, 200)]] * 2)


@pytest.fixture
def magenta_and_black():
    return np.uint8([[(200, 0, 200), (0, 0, 0)]] * 2)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def mean_of_bars(axes):
    """The middle of the bars' mass, in bins from the left."""
    values = axes.patches[0].get_data().values
    return np.average(np.arange(len(values)), weights=values)


def test_histogram_process_shows_red_bright_in_the_sunset_and_blue_bright_in_the_sea():
    figure = plots.show_histogram_process()
    named = [axes for axes in figure.axes if "channel" in axes.get_title()]
    assert [axes.get_title() for axes in named] == ["red channel", "green channel", "blue channel"] * 2
    sunset, sea = [mean_of_bars(axes) for axes in named[:3]], [mean_of_bars(axes) for axes in named[3:]]
    assert sunset[0] > max(sunset[1:]) + 8 and sea[2] > max(sea[:2]) + 5
    assert "sunset" in figure.alt


def test_each_pixel_is_stacked_in_its_bin():
    row, stacks = plots.show_counting([0, 63, 64, 255], 4).axes
    assert texts(row) == texts(stacks) == ["0", "63", "64", "255"]
    assert [round(text.get_position()[0]) for text in stacks.texts] == [0, 0, 1, 3]
    assert [text.get_position()[1] for text in stacks.texts] == [0, 1, 0, 0]


def test_bins_that_do_not_divide_256_are_labelled_with_the_values_that_fall_into_them():
    stacks = plots.show_counting([85, 86, 170, 171], 3).axes[1]
    labels = ["bin 0\n0 to 85", "bin 1\n86 to 170", "bin 2\n171 to 255"]
    assert [label.get_text() for label in stacks.get_xticklabels()] == labels
    assert [text.get_position()[0] for text in stacks.texts] == [0, 1, 1, 2]


def test_histograms_share_one_scale_and_the_words_name_the_fullest_bins(red_and_blue):
    white = np.full((2, 2, 3), 255, dtype=np.uint8)
    figure = plots.show_histograms({"halves": red_and_blue, "white": white}, bins=4)
    assert len({axes.get_ylim() for axes in figure.axes if axes.get_xlabel()}) == 1
    assert "white: most counts of red in bin 3, of green in bin 3, of blue in bin 3" in figure.alt


def test_compared_pictures_stand_above_their_similarity_to_the_first(red_and_blue, magenta_and_black):
    methods = {"pixels": image_to_vector_simple, "histogram": image_to_histogram}
    figure = plots.compare_pictures({"a": red_and_blue, "b": magenta_and_black}, methods, "halves")
    table = figure.axes[-1]
    assert texts(table)[0] == texts(table)[2] == "1.000"
    assert texts(table)[3] == "1.000"  # the three channels cannot tell them
    assert float(texts(table)[1]) < 1
    assert "compared with the first (a)" in figure.alt


def test_the_scoreboard_writes_every_share_and_says_it():
    rows = {"pixels": {"dim": 1.0, "scene": 0.4}, "histogram": {"dim": 0.0, "scene": 0.052}}
    figure = plots.show_scoreboard(rows)
    [table] = figure.axes
    assert texts(table) == ["1.00", "0.40", "0.00", "0.05"]
    assert "pixels: dim 1.00, scene 0.40; histogram: dim 0.00, scene 0.05" in figure.alt


def test_the_columns_of_the_scoreboard_never_change_their_order():
    figure = plots.show_scoreboard({"a": {"turned": 0.1, "dim": 0.2, "scene": 0.3, "moved": 0.4}})
    [table] = figure.axes
    assert [label.get_text() for label in table.get_xticklabels()] == ["dim shot", "moved shot", "scene shot", "turned shot"]
    assert texts(table) == ["0.20", "0.40", "0.30", "0.10"]


def test_a_row_still_to_be_guessed_is_all_question_marks_and_its_numbers_are_nowhere():
    figure = plots.show_scoreboard({"pixels": {"dim": 1.0, "moved": 0.2}, "root": None})
    assert texts(figure.axes[0]) == ["1.00", "0.20", "?", "?"]
    assert figure.alt.endswith("pixels: dim 1.00, moved 0.20. root: still to be guessed.")


def test_a_shot_that_one_row_lacks_is_a_question_mark():
    figure = plots.show_scoreboard({"a": {"dim": 1.0, "moved": 0.2}, "b": {"moved": 0.3}})
    assert texts(figure.axes[0]) == ["1.00", "0.20", "?", "0.30"]
    assert "b: moved 0.30." in figure.alt and "nan" not in figure.alt


@pytest.mark.parametrize("rows", [{}, {"pixels": None}])
def test_a_scoreboard_without_a_known_row_is_refused(rows):
    with pytest.raises(ValueError, match="rows must hold at least one row that is known"):
        plots.show_scoreboard(rows)


def test_curves_over_bins_carry_their_names_at_the_end():
    figure = plots.show_bins({"plain": {4: 0.2, 8: 0.5}, "root": {4: 0.4, 8: 0.9}}, "more is better")
    assert texts(figure.axes[0]) == ["plain", "root"]
    assert "plain: 4 bins 0.20, 8 bins 0.50" in figure.alt


def test_a_darker_picture_keeps_its_pixels_direction_and_loses_its_bins(red_and_blue):
    figure = plots.show_change(red_and_blue, red_and_blue // 2, bins=8)
    pixels, histogram = (float(text) for text in texts(figure.axes[-1]))
    assert pixels > 0.99 > 0.9 > histogram
    assert "8 bins" in figure.alt
