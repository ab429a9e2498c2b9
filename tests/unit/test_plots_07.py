"""The figures of notebook 07: what they say in words is what was put in."""

import numpy as np
import pytest

from imsearch_helpers import plots, widgets
from imsearch_helpers.collection import Products
from imsearch_helpers.engine import SearchResult


def test_table_of_measures_names_every_value():
    rows = {"pixels": {"dim": 1.0, "scene": 0.25}, "histogram": {"dim": 0.0, "scene": 0.5}}
    figure = plots.show_measures(rows, "Found")
    assert "pixels: dim 1.00, scene 0.25; histogram: dim 0.00, scene 0.50" in figure.alt
    assert [text.get_text() for text in figure.axes[0].texts] == ["1.00", "0.25", "0.00", "0.50"]


def test_quality_curve_marks_k_and_draws_the_ceiling():
    figure = plots.draw_quality([1, 0.5, 2 / 3], [0.5, 0.5, 1.0], n_relevant=2, k=3, title="Two relevant")
    assert "At k = 3: precision 0.67, recall 1.00" in figure.alt
    ceiling = figure.axes[0].lines[0]
    assert ceiling.get_ydata() == pytest.approx([1, 1, 2 / 3])


def test_intervals_are_drawn_from_low_to_high():
    figure = plots.show_intervals({"pixels": 0.2}, {"pixels": (0.1, 0.25)}, 0.01, "One")
    bar = figure.axes[0].collections[0].get_segments()[0]
    assert sorted(bar[:, 0]) == pytest.approx([0.1, 0.25])
    assert "pixels 0.200, interval 0.100 to 0.250" in figure.alt and "chance at 0.010" in figure.alt


def test_pair_scores_are_parted_by_the_threshold():
    figure = plots.draw_pair_scores(np.array([0.9999, 0.9995, 0.99, 0.98]), 0.999)
    assert "2 pairs lie within 0.0005 of 1, the next 0.0100 away. A line marks the threshold 0.999" in figure.alt
    assert [len(line.get_xdata()) for line in figure.axes[0].lines[:2]] == [2, 2]
    assert figure.axes[0].get_title() == "2 pairs lie within 0.0005 of 1, the next 0.0100 away"


@pytest.mark.parametrize(("scores", "title", "above"), [
    ([0.99, 0.98], "No pair lies above the threshold; the nearest is 0.0100 away from 1", 0),
    ([1.0, 0.9995], "2 pairs lie within 0.0005 of 1; no pair lies below the threshold", 2),
    ([1.0000001, 1.0, 0.9], "2 pairs lie within 0.0000 of 1, the next 0.1000 away", 2),
])  # fmt: skip
def test_pair_scores_are_drawn_where_there_is_no_gap_or_a_copy(scores, title, above):
    figure = plots.draw_pair_scores(scores, 0.999)
    assert figure.axes[0].get_title() == title
    drawn = [line.get_ydata() for line in figure.axes[0].lines[:2]]
    assert len(drawn[0]) == above and min(np.concatenate(drawn)) > 0  # a logarithmic axis would lose a 0


def test_no_scores_at_all_are_named():
    with pytest.raises(ValueError, match=r"^scores must be a list of at least one number \(two pictures make a pair\), not of shape \(0,\)$"):
        plots.draw_pair_scores([], 0.999)


def test_results_as_html_are_in_the_order_given():
    mugs = [product.path for product in Products().where(category="mug", shot="studio")[:3]]
    text = widgets.results_html(mugs[0], [SearchResult(mugs[2], 0.9), SearchResult(mugs[1], 0.95)], Products())
    assert text.index("0.900") < text.index("0.950") and text.count("same category") == 2
