"""The figures of notebook 08: what they draw is what was put in."""

import numpy as np
import pytest

from imsearch_helpers import image_to_gradients, plots


def picture(left, right):
    """64 x 64 pixels, one grey on the left half and another on the right."""
    return np.uint8([[left, right]]).repeat(32, axis=1).repeat(64, axis=0)


def test_an_upright_edge_is_drawn_as_an_upright_line():
    edge = picture(0, 255)
    figure = plots.show_gradients([edge], [image_to_gradients(edge)], ["an edge"])
    [lines] = figure.axes[1].collections
    darkest = np.argmax(lines.get_colors()[:, 3])
    (x0, y0), (x1, y1) = lines.get_segments()[darkest]
    assert x0 == pytest.approx(x1) and abs(y1 - y0) == pytest.approx(0.84)
    assert 3 <= x0 <= 4 and "an edge" in figure.alt  # the middle of eight cells


def test_gradients_draw_a_line_for_each_direction_of_each_cell():
    figure = plots.show_gradients([picture(0, 9)] * 2, [np.ones(16 * 8)] * 2, ["one", "other"])
    assert [len(axes.collections[0].get_segments()) for axes in figure.axes[2:]] == [128, 128]


def test_a_filter_is_drawn_grey_where_it_is_0_and_bright_where_it_is_positive():
    weights = np.zeros((2, 3, 2, 2))
    weights[0, 0, 0, 1], weights[0, 2, 1, 0] = 4, -2
    figure = plots.show_filters({"before": weights, "after": weights[1:] + 1})
    drawn = figure.axes[0].images[0].get_array()
    assert drawn[0, 0].tolist() == [0.5, 0.5, 0.5] and drawn[0, 1].tolist() == [1, 0.5, 0.5]
    assert drawn[1, 0].tolist() == [0.5, 0.5, 0.25]
    assert "before: 2 filters; after: 1 filters" in figure.alt


def test_a_filter_of_zeros_can_be_drawn():
    figure = plots.show_filters({"nothing": np.zeros((1, 3, 5, 5))})
    assert np.all(figure.axes[0].images[0].get_array() == 0.5)


def test_activations_stand_below_their_filters():
    answers = {"filter 3": np.eye(4) * 2, "filter 5": np.eye(4)}
    figure = plots.show_activations(picture(0, 9), dict.fromkeys(answers, np.ones((3, 2, 2))), answers)
    assert "filter 3 up to 2.0, filter 5 up to 1.0" in figure.alt
    assert [axes.get_title() for axes in figure.axes] == ["", "filter 3", "filter 5", "picture", "up to 2.0", "up to 1.0"]
    assert np.array_equal(figure.axes[4].images[0].get_array(), np.eye(4) * 2)


def test_widest_direction_is_marked_at_the_top_of_the_curve():
    points = np.array([[2.0, 2.0], [-2.0, -2.0], [0.5, -0.5], [-0.5, 0.5]])
    angles = np.radians(np.arange(180))
    spreads = np.array([(points @ (np.cos(angle), np.sin(angle))).var() for angle in angles])
    figure = plots.draw_directions(points, spreads, np.array([0.5, 0.5]) ** 0.5, ("x", "y"))
    assert "at 45 degrees" in figure.alt and "4 points" in figure.alt
    assert figure.axes[1].get_title() == "widest at 45 degrees"
    assert figure.axes[1].lines[1].get_xydata().tolist() == [[45, pytest.approx(4)]]  # (8 + 8) / 4 by hand


def test_a_component_is_drawn_with_a_positive_sum_around_middle_grey():
    part = np.array([[0.0, -3.0], [1.0, 0.0]])
    figure = plots.show_components(np.stack([part, -part]), [0.75, 0.25])
    first, second = (axes.images[0] for axes in figure.axes)
    assert np.array_equal(first.get_array(), -part) and np.array_equal(second.get_array(), -part)
    assert first.get_clim() == (-3, 3) and "75%, 25%" in figure.alt


def test_curves_are_named_with_their_values_and_one_place_is_marked():
    curves = {"product": {0.0: 0.25, 0.5: 0.125, 1.0: 0.5}, "dim": {0.0: 1.0, 0.5: 0.75, 1.0: 0.0}}
    figure = plots.draw_lines(curves, "weight", "share", "Blend", marked=0.5)
    assert "product: 0.25 at 0, 0.12 at 0.5, 0.50 at 1; dim: 1.00 at 0" in figure.alt
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["product: 0.125", "dim: 0.750"]
    assert figure.axes[0].lines[-1].get_xdata() == [0.5, 0.5]


def test_a_doubled_quantity_has_equal_steps():
    figure = plots.draw_lines({"pixels": {1: 0.1, 2: 0.2, 4: 0.4}}, "numbers", "share", "Fewer", doubling=True)
    assert figure.axes[0].get_xscale() == "log" and len({line.get_marker() for line in figure.axes[0].lines}) == 1


def test_maps_put_a_picture_where_its_place_is():
    paths = [picture(0, 0), picture(200, 200)]
    figure = plots.show_maps({"pixels": np.array([[0.0, 0.0], [2.0, 1.0]])}, paths)
    canvas = figure.axes[0].images[0].get_array()
    assert np.all(canvas[-1, 0] == 0) and np.all(canvas[0, -1] == 200)  # low left, high right
    assert np.all(canvas[0, 0] == 255) and "1 maps of 2 small pictures: pixels" in figure.alt


def test_a_map_of_pictures_in_one_place_can_be_drawn():
    figure = plots.show_maps({"pixels": np.zeros((2, 2))}, [picture(0, 0), picture(9, 9)])
    assert figure.axes[0].images[0].get_array().min() == 9  # the second lies on the first
