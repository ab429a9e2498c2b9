"""Figures about cosine and distance: what they say in words is what is true, and they are light enough for sliders."""

import math
import re

import numpy as np
import pytest
from PIL import Image

from imsearch_helpers import plots


@pytest.fixture
def picture():
    pixels = np.full((16, 16, 3), 120, dtype=np.uint8)
    pixels[4:12, 4:12] = 40
    return Image.fromarray(pixels)


@pytest.fixture
def other():
    pixels = np.full((16, 16, 3), 20, dtype=np.uint8)
    pixels[:8] = 60
    return Image.fromarray(pixels)


def size_of(figure):
    return tuple(round(side * plots.DPI) for side in figure.get_size_inches())


def test_vector_arithmetic_is_written_on_its_panels():
    figure = plots.show_vector_arithmetic((4, 3), (6, 0))
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["length of a: 5", "dot product: 4 · 6 = 24", "distance: 3.606"]
    assert "its length is 5" in figure.alt and "the dot product is 24" in figure.alt


@pytest.mark.parametrize(
    ("degrees", "cosine", "distance"),
    [(0, "1.00", "1.00"), (60, "0.50", "1.73"), (90, "0.00", "2.24"), (180, "-1.00", "3.00")],
)
def test_two_arrows_say_their_cosine_and_distance(degrees, cosine, distance):
    alt = plots.show_two_arrows(2, 1, degrees).alt
    assert f"cosine {cosine}," in alt and f"distance {distance}," in alt


def test_an_arrow_of_length_zero_has_no_angle():
    figure = plots.show_two_arrows(0, 2, 60)
    assert "no angle, distance 2.00, dot product 0.00" in figure.alt
    assert not [text for text in figure.axes[0].texts if "60" in text.get_text()]
    assert [text for text in plots.show_two_arrows(1, 2, 60).axes[0].texts if text.get_text() == "60°"]


@pytest.mark.parametrize(("length_a", "length_b", "degrees"), [(3, 2, 60), (4, 4, 180), (0, 4, 90), (0.1, 0.1, 90), (1, 4, 135), (0, 0, 0)])
def test_two_arrows_are_cropped_to_what_is_drawn_at_one_scale(length_a, length_b, degrees):
    figure = plots.show_two_arrows(length_a, length_b, degrees)
    axes = figure.axes[0]
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    x = length_b * math.cos(math.radians(degrees))
    assert left <= min(0, x) and right >= max(length_a, x) and high >= length_b * math.sin(math.radians(degrees))
    assert right - left <= max(length_a, x, 1.2) - min(0, x) + 1 and high - low < max(1, length_b * math.sin(math.radians(degrees))) + 1
    box = axes.get_position()
    width, height = figure.get_size_inches()
    assert box.width * width / (right - left) == pytest.approx(box.height * height / (high - low)) == pytest.approx(0.75)


def test_angles_carry_their_meaning():
    figure = plots.show_angles({0: "same", 90: "none"})
    assert [axes.get_xlabel() for axes in figure.axes] == ["same", "none"]
    assert "At 90 degrees, none: cosine 0.00, distance 2.50." in figure.alt


def test_colour_arrows_name_the_numbers():
    figure = plots.show_colour_arrows({"day": (200, 100, 50), "night": (20, 10, 5)})
    assert "day: red 200, green 100, blue 50" in figure.alt
    assert "right as they are red and as far up as they are green" in figure.alt
    assert size_of(figure)[0] <= 1000


def test_half_the_light_keeps_the_cosine_but_not_the_distance(picture, other):
    page = plots.light_html(picture, other, 50)
    # A quarter is darker: the length is 64 * sqrt(3/4 * (120/255)**2 + 1/4 * (40/255)**2), and half of it is lost.
    distance = float(re.search(r"full light: cosine 1\.000, distance ([\d.]+)", page).group(1))
    assert distance == pytest.approx(13.27, rel=1e-2)
    assert "By cosine: <b>✓ itself is nearer</b>" in page
    assert "By distance: <b>✗ the other is nearer</b>" in page


def test_without_light_cosine_is_level(picture, other):
    page = plots.light_html(picture, other, 0)
    assert "full light: cosine 0.000" in page and "another product: cosine 0.000" in page
    assert "By cosine: <b>= they are level</b>" in page


def test_the_figure_and_the_slider_say_the_same(picture, other):
    alt, html = plots.show_light(picture, other, 50).alt, plots.light_html(picture, other, 50)
    assert "by cosine 1.000 to itself" in alt
    assert "cosine 1.000" in html and "✗ the other is nearer" in html and html.count("alt=") == 3


def test_distributions_say_median_and_share_above():
    figure = plots.show_distributions({"few": np.array([0.1, 0.2, 0.3, 0.9]), "all": np.array([0.8, 0.9, 1.0])})
    assert "few: from 0.10 to 0.90, median 0.25, 25% above 0.7." in figure.alt
    assert "all: from 0.80 to 1.00, median 0.90, 100% above 0.7." in figure.alt
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == pytest.approx(1.0)


def test_half_the_light_is_three_quarters_of_the_stored_value(picture, other):
    by_light = plots.light_html(picture, other, 50, "light")
    assert "73 % of the stored values, 50 % of the light" in by_light  # 0.5 ** (1 / 2.2) = 0.730
    assert "50 % of the stored values, 22 % of the light" in plots.light_html(picture, other, 50)
    assert "full light: cosine 1.000" in by_light


def test_an_unknown_scale_is_named_with_the_known_ones(picture, other):
    with pytest.raises(ValueError, match="'stored value', 'light', got 'lux'"):
        plots.light_html(picture, other, 50, "lux")
