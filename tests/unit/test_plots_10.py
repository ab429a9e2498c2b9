"""The figures and the widget of notebook 10: what they say in words is what was put in."""

import numpy as np
import pytest

from imsearch_helpers import ImageSearchEngine, Products, caption_space, plots, widgets


def test_caption_vectors_name_every_number_but_zeros():
    figure = plots.show_caption_vectors(["a mug", "no"], ["mug", "red"], np.array([[0.25, 0], [0, 0]]), "Two")
    assert "a mug: mug 0.25; no: nothing. All others 0" in figure.alt
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.25", "0.00", "0.00", "0.00"]


def test_scales_are_drawn_from_lowest_to_highest_and_thick_within_one_deviation():
    figure = plots.show_scales({"as they are": {"word": np.array([0.0, 0.0, 3.0, 3.0])}}, "One")
    whole, thick = figure.axes[0].lines
    assert list(whole.get_xdata()) == [0, 3] and list(thick.get_xdata()) == [0, 3]
    assert "as they are, word: from 0.00 to 3.00, deviation 1.50" in figure.alt


def test_alpha_curves_name_every_share():
    figure = plots.draw_alpha({"colour": {0: 1.0, 1: 0.25}, "kind": {0: 0.125, 1: 1.0}}, "Two")
    assert "colour: 0 1.00, 1 0.25; kind: 0 0.12, 1 1.00" in figure.alt
    first, second = figure.axes[0].lines
    assert first.get_marker() != second.get_marker() and first.get_linestyle() != second.get_linestyle()


@pytest.fixture
def panel():
    products = Products()
    some = products.where(shot="studio")[:12]
    engine = ImageSearchEngine.from_vectors([one.path for one in some], np.eye(12) + 0.1)
    space = caption_space({one.path: one.caption for one in some})
    return widgets.explore_words(engine, space, products, engine.image_paths, some[0].colour, query=3)


def shown(panel):
    return panel.children[1].value


def moved(panel, control, value):
    panel.children[0].children[control].value = value
    return shown(panel)


def test_every_control_of_the_words_widget_changes_what_is_shown(panel):
    seen = [shown(panel), moved(panel, 1, 1.0), moved(panel, 2, 5), moved(panel, 1, 0.0), moved(panel, 0, "plain")]
    assert len(set(seen)) == 5


def test_without_words_the_picture_alone_is_searched(panel):
    assert moved(panel, 0, "  ") and "1. <b>1.000</b>" in shown(panel)


def test_unknown_words_are_named_and_stay_words(panel):
    assert "no caption has a word of" in moved(panel, 0, "zzz<b>") and "zzz<b>" not in shown(panel)
    assert "no caption has &#x27;zzz&#x27;" in moved(panel, 0, "plain zzz") and "<figure>" in shown(panel)
