"""The figures of notebook 01: what they draw, and the words that say it."""

import base64
import io
import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from imsearch_helpers import plots


@pytest.fixture
def stripes():
    """Dark and light bars, eight rows each, on 64 x 64 pixels."""
    rows = np.arange(64) // 8 % 2 * 200
    return np.repeat(rows[:, np.newaxis], 64, axis=1).astype(np.uint8)


@pytest.fixture
def flat_grey():
    return np.full((64, 64), 128, dtype=np.uint8)


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_flatten_process_shows_the_grid_the_bars_and_the_vector():
    figure = plots.show_flatten_process()
    grid, bars, vector = figure.axes
    assert [text.get_text() for text in grid.texts] == [str(value) for value in range(10, 170, 10)]
    heights = [bar.get_height() for bar in bars.patches]
    assert heights == list(range(10, 170, 10))
    assert [text.get_text() for text in vector.texts][:4] == ["0.04", "0.08", "0.12", "0.16"]
    assert "sixteen bars" in figure.alt


def test_flatten_process_names_each_row_beside_its_colour():
    assert {f"row {row}" for row in range(4)} <= set(texts(plots.show_flatten_process()))


def test_a_row_of_figures_for_each_size(stripes):
    figure = plots.show_sizes(stripes, [4, 16])
    assert len(figure.axes) == 6
    assert figure.axes[1].get_title() == "its vector: 16 numbers"
    assert "at 16 x 16 pixels 256 numbers" in figure.alt


def test_nothing_is_lost_at_the_pictures_own_size_or_in_a_flat_picture(stripes, flat_grey):
    assert "0.0 of 255 grey levels lost" in plots.show_sizes(stripes, [64]).alt
    assert "0.0 of 255 grey levels lost" in plots.show_sizes(flat_grey, [4]).alt


def test_stripes_finer_than_the_pixels_are_lost(stripes):
    # Four dark bars and four light ones of 200 become a grey of 100 almost everywhere: 100 levels off.
    lost = float(re.search(r"([\d.]+) of 255", plots.size_html(stripes, 4)).group(1))
    assert 90 < lost < 110


def test_large_and_oblong_pictures_are_shown_as_well():
    assert "4 x 4 pixels" in plots.size_html(Image.new("RGB", (900, 300), "red"), 4)


def bars_in(page):
    """The pixels of the second picture in `size_html`'s row: the vector as bars."""
    png = re.findall(r'src="data:image/png;base64,(.*?)"', page)[1]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))))


def test_bars_are_as_high_as_their_values():
    bars = bars_in(plots.size_html(np.uint8([[0, 255], [85, 170]]), 2))  # four bars, each 100 dots wide
    white = (bars == 255).all(axis=2).sum(axis=0)
    assert len(bars) == 170 and len(white) == 400  # a dot is 255 / 169 levels, and the lowest stands for 0
    assert white[::100].tolist() == white[99::100].tolist() == [169, 0, 113, 57]


def test_bars_narrower_than_a_dot_keep_the_lowest_and_the_highest():
    chequered = np.indices((64, 64)).sum(axis=0) % 2 * 255
    bars = bars_in(plots.size_html(chequered.astype(np.uint8), 64))  # ten neighbours, black and white, behind each dot
    assert (bars[:-1] == np.round(np.multiply(to_rgb(plots.SKY), 255))).all()
    assert (bars[-1] == np.round(np.multiply(to_rgb(plots.BLUE), 255))).all()


def test_a_picture_that_is_not_moved_is_equal_to_itself(stripes, flat_grey):
    figure = plots.show_shift(stripes, 0, flat_grey)
    assert "similarity is 1.000" in figure.alt
    assert figure.axes[3].lines[0].get_ydata()[0] == pytest.approx(1.0)


def test_stripes_moved_by_one_bar_have_nothing_in_common_and_by_two_all(stripes, flat_grey):
    similarities = plots.show_shift(stripes, 8, flat_grey).axes[3].lines[0].get_ydata()
    assert similarities[8] == pytest.approx(0.0)
    assert similarities[16] == pytest.approx(1.0)


def test_the_slider_says_which_of_the_two_is_nearer(stripes, flat_grey):
    # Half the pixels are bright: the cosine to a flat picture is 1 / sqrt(2).
    assert "similarity 0.707" in plots.shift_html(stripes, 1, flat_grey)
    assert "✓ nearer than" in plots.shift_html(stripes, 1, flat_grey)
    assert "✗ not nearer than" in plots.shift_html(stripes, 8, flat_grey)


def test_every_picture_beside_a_slider_has_alt_text(stripes, flat_grey):
    for page in (plots.size_html(stripes, 8), plots.shift_html(stripes, 8, flat_grey)):
        assert page.count("<img") == len(re.findall(r'alt="[^"]{8,}"', page))


def test_half_the_light_is_marked_where_the_standard_puts_it():
    # sRGB by hand: 200 / 255 = 0.7843; ((0.7843 + 0.055) / 1.055) ** 2.4 = 0.578 of the light; half of it is stored as 146.
    figure = plots.show_gamma(200)
    assert "200 is 58% of the light, 146 is half of that, and 100 is 13%" in figure.alt
    assert figure.axes[0].get_title() == "half the light takes 200 to 146"


def test_stored_values_turn_to_light_and_back():
    [curve, *_] = plots.show_gamma(255).axes[0].lines
    stored, light = curve.get_data()
    assert light[0] == 0 and light[255] == pytest.approx(100) and (np.diff(light) > 0).all()
    assert light[10] == pytest.approx(100 * 10 / 255 / 12.92)  # the straight part
    assert np.interp(50, light, stored) == pytest.approx(187.5, abs=0.1)  # half of white, well known as 188
