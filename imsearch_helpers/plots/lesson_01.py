"""Floor 8. The figures of lesson 01: pictures come in; how they become vectors, and what is lost then, goes out."""

from typing import NamedTuple

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from ..images import load_image
from ..similarity import cosine_similarity
from ..vectors import image_to_vector_simple
from .shared import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, ink_on, new_figure, picture_html, row_html

ROW_COLOURS = (BLUE, ORANGE, GREEN, PURPLE)
MOST_STEPS = 16  # by which a picture is moved: the end of the curve


# From a grid to a vector


def show_flatten_process():
    """How a picture becomes a vector, shown on sixteen pixels: the grid, a bar for each pixel, the vector.

    Returns
    -------
    Figure
    """
    grid = np.arange(10, 170, 10, dtype=np.uint8).reshape(4, 4)
    alt = (
        "Left, a grid of four rows and four columns with the values 10, 20, 30 and so on to "
        "160 written in. Middle, sixteen bars of these heights, the four of row 0 first, then row 1, "
        "row 2 and row 3. Right, the vector: the same sixteen numbers in one column, divided by 255, "
        "from 0.04 to 0.63."
    )
    figure = new_figure(9.4, 3.9, alt)
    picture, bars, vector = figure.subplots(1, 3, width_ratios=[1.15, 1.9, 0.6])
    _draw_numbered_grid(picture, grid)
    picture.set_title("1. a picture: 4 rows", fontsize=11)
    picture.set_yticks(range(4), [f"row {row}" for row in range(4)])
    _draw_bars_by_row(bars, grid)
    bars.set_title("2. row after row: 16 bars", fontsize=11)
    _draw_numbered_grid(vector, grid.reshape(16, 1), "{:.2f}", 1 / 255, aspect="auto")
    vector.set_title("3. the vector", fontsize=11)
    vector.set_yticks(range(16), range(16), fontsize=8)
    vector.set(xlabel="value / 255", ylabel="place in the vector")
    return figure


def _draw_numbered_grid(axes, grid, text="{:.0f}", scale=1.0, aspect="equal"):
    """Pixels with their values written in; a frame in one colour around the pixels of each row of the 4 x 4 picture."""
    axes.imshow(grid, cmap="gray", vmin=0, vmax=255, aspect=aspect)
    size = 14 if len(grid) == 4 else 8
    for (row, column), value in np.ndenumerate(grid):
        words = text.format(value * scale)
        axes.text(column, row, words, ha="center", va="center", color=ink_on(value), fontsize=size)
    rows_each = len(grid) // 4
    for row, colour in enumerate(ROW_COLOURS):
        corner, width, height = (-0.46, row * rows_each - 0.46), grid.shape[1] - 0.08, rows_each - 0.08
        axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=colour, linewidth=3))
    axes.set_xticks([])
    axes.spines[:].set_visible(False)


def _draw_bars_by_row(axes, grid):
    width = grid.shape[1]
    for row, (values, colour) in enumerate(zip(grid, ROW_COLOURS)):
        places = np.arange(row * width, (row + 1) * width)
        axes.bar(places, values, color=colour, width=0.85)
        axes.text(places.mean(), values.max() + 8, f"row {row}", ha="center", color="black")
    axes.set(xlabel="place in the vector", ylabel="grey value (0 black, 255 white)", ylim=(0, 255))
    axes.set_xticks(range(grid.size))
    axes.spines[["top", "right"]].set_visible(False)


# Shrinking


def show_sizes(image, sizes):
    """A picture shrunk to several sizes: what is left, its vector as bars, and what is lost, a row for each size.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
        Brought to at most 256 pixels first.
    sizes : list of int
        Width and height to shrink to.

    Returns
    -------
    Figure
    """
    grey = _small_grey(image)
    figure = new_figure(9.4, 2.6 * len(sizes), "")
    rows = figure.subplots(len(sizes), 3, squeeze=False, width_ratios=[1, 2.1, 1])
    lost = [_draw_size(panels, grey, size) for size, panels in zip(sizes, rows)]
    said = "; ".join(
        f"at {size} x {size} pixels {size * size:,} numbers, {levels:.1f} of 255 grey levels lost on average"
        for size, levels in zip(sizes, lost)
    )
    figure.alt = f"The picture in grey, shrunk, its vector as bars, and what is lost on enlarging it again: {said}."
    return figure


def _draw_size(panels, grey, size):
    """Draw one row of `show_sizes`; return how many grey levels are lost on average."""
    small, difference = _shrink_and_enlarge(grey, size)
    lowest, highest = _lowest_and_highest(small.reshape(-1), most=400)  # (size, size) -> (size * size,)
    edges = np.linspace(0, small.size, len(lowest) + 1)
    left, middle, right = panels
    _draw_grey(left, small, f"{size} x {size} pixels")
    middle.stairs(highest, edges, fill=True, color=SKY)
    middle.stairs(lowest, edges, fill=True, color=BLUE)
    middle.set(xlabel="place in the vector", ylabel="grey value", ylim=(0, 255), xlim=(0, small.size))
    middle.set_title(f"its vector: {small.size:,} numbers", fontsize=10)
    _draw_grey(right, 255 - difference, f"lost (dark): {difference.mean():.1f} levels")
    return difference.mean()


def _draw_grey(axes, pixels, title):
    axes.imshow(pixels, cmap="gray", vmin=0, vmax=255)
    axes.set(xticks=[], yticks=[])
    axes.set_title(title, fontsize=10)


def _small_grey(image):
    grey = load_image(image, size=(256, 256)).convert("L")
    grey.thumbnail((256, 256))
    return grey


def _shrink_and_enlarge(grey, size):
    """The shrunk pixels, and by how many grey levels the picture changes when they are enlarged again."""
    small = grey.resize((size, size))
    again = small.resize(grey.size)
    return np.asarray(small), np.abs(np.asarray(again, dtype=float) - np.asarray(grey, dtype=float))


def _lowest_and_highest(vector, most):
    """The lowest and the highest value of neighbours: at most `most` groups, for bars too narrow to be drawn singly."""
    groups = np.array_split(vector, min(most, len(vector)))
    return np.array([group.min() for group in groups]), np.array([group.max() for group in groups])


def size_html(image, size):
    """One row of `show_sizes` as HTML, drawn in a few milliseconds, for a slider that is dragged.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
    size : int

    Returns
    -------
    str
    """
    small, difference = _shrink_and_enlarge(_small_grey(image), size)
    bars, words = _bars_as_pixels(small.reshape(-1)), f"its vector: {small.size:,} bars, from 0 (black) to 255 (white)"
    return row_html(
        picture_html(small, f"{size} x {size} pixels"),
        picture_html(bars, words, width=400),
        picture_html(255 - difference, f"lost (dark): {difference.mean():.1f} of 255 grey levels"),
    )


def _bars_as_pixels(vector, width=400, height=170):
    """In each column blue up to the lowest value of the numbers behind it, and sky blue up to the highest."""
    columns = np.arange(width) * min(width, len(vector)) // width
    lowest, highest = (values[columns] for values in _lowest_and_highest(vector, most=width))  # each (width,)
    levels = np.linspace(255, 0, height)[:, np.newaxis]  # (height, 1), the picture's first row is its top
    colours = np.array([to_rgb("white"), to_rgb(SKY), to_rgb(BLUE)]) * 255
    return colours[(levels <= highest).astype(int) + (levels <= lowest)]  # (height, width, 3)


# Light


def show_gamma(value):
    """Stored values are not light: the curve of sRGB, a value in full and in half the light, and two rows of greys.

    Parameters
    ----------
    value : int
        A stored value, from 1 to 255, to be marked on the curve, with half of it and with half of its light.

    Returns
    -------
    Figure

    References
    ----------
    The curve is that of IEC 61966-2-1 (sRGB).
    """
    light, half_value = _light_of(value), value / 2
    half_light = _stored_of(light / 2)
    alt = (
        f"A curve of the light against the stored value, flat at first and then steeper. Marked: {value} is "
        f"{light:.0%} of the light, {half_light:.0f} is half of that, and {half_value:.0f} is {_light_of(half_value):.0%}. "
        "Beside it two rows of greys: with equal steps of the stored value, and, jumping from black to a middle grey at once, "
        "with equal steps of light."
    )
    figure = new_figure(9.4, 3.1, alt)
    curve, greys = figure.subplots(1, 2, width_ratios=[1.3, 1])
    stored = np.arange(256)
    curve.plot(stored, 100 * _light_of(stored), color=BLUE, linewidth=2)
    _mark_on_curve(curve, value, "the pixel", BLUE, "o")
    _mark_on_curve(curve, half_light, "half the light", ORANGE, "s")
    _mark_on_curve(curve, half_value, "half the stored value", RED, "D")
    curve.set(xlabel="stored value", ylabel="light, in %", xlim=(0, 260), ylim=(0, 105))
    curve.set_title(f"half the light takes {value} to {half_light:.0f}", fontsize=11)
    curve.legend(fontsize=9)
    curve.spines[["top", "right"]].set_visible(False)
    _draw_two_rows_of_greys(greys)
    return figure


def _light_of(stored):
    """sRGB: stored values from 0 to 255 -> light from 0 to 1."""
    share = np.asarray(stored) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _stored_of(light):
    """sRGB: light from 0 to 1 -> stored values from 0 to 255, not rounded."""
    light = np.asarray(light)
    return 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def _mark_on_curve(axes, stored, words, colour, marker):
    light = 100 * _light_of(stored)
    axes.plot([stored, stored, 0], [0, light, light], color=colour, linewidth=1, linestyle=":")
    axes.plot(stored, light, marker, color=colour, markersize=8, label=f"{words}: {stored:.0f}, {light:.0f} % light")


def _draw_two_rows_of_greys(axes, steps=9):
    shares = np.linspace(0, 1, steps)
    axes.imshow([255 * shares, _stored_of(shares)], cmap="gray", vmin=0, vmax=255, aspect="auto")
    axes.axhline(0.5, color="white", linewidth=8)
    axes.set(xticks=range(0, steps, 2), yticks=[0, 1], yticklabels=["of stored\nvalue", "of light"])
    axes.set_xticklabels([f"{100 * share:.0f} %" for share in shares[::2]])
    axes.set_title("equal steps", fontsize=11)


# Moving


def show_shift(image, steps, other):
    """A picture of 64 x 64 grey pixels, the same moved down, where they differ, and how similar their vectors are.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
    steps : int
        By how many pixels it is moved, at most 16, where the curve ends; what leaves at the bottom comes in at the top.
    other : str, Path, PIL.Image.Image or ndarray
        A picture of something else, whose similarity is drawn for comparison.

    Returns
    -------
    Figure
    """
    similarities = [_moved_down(image, step).similarity for step in range(MOST_STEPS + 1)]
    to_other = cosine_similarity(image_to_vector_simple(image), image_to_vector_simple(other))
    alt = (
        f"The picture, the picture moved down by {steps} of 64 pixels, and where they "
        f"differ. Their similarity is {similarities[steps]:.3f}; to another picture it is {to_other:.3f}. "
        f"A curve shows the similarity for 0 to {MOST_STEPS} pixels."
    )
    figure = new_figure(9.4, 2.7, alt)
    panels = figure.subplots(1, 4, width_ratios=[1, 1, 1, 1.75])
    titles = ("the picture", f"moved down by {steps}", "where they differ")
    for panel, title, pixels in zip(panels, titles, _moved_down(image, steps)):
        _draw_grey(panel, pixels, title)
    _draw_similarity_by_steps(panels[3], similarities, steps, to_other)
    return figure


class _Moved(NamedTuple):
    """A picture before and after it is moved, where both differ (dark), and how similar their vectors are."""

    before: np.ndarray  # (64, 64), from 0 to 255, as the next two
    after: np.ndarray
    differing: np.ndarray
    similarity: float


def _moved_down(image, steps):
    vector = image_to_vector_simple(image)
    moved = np.roll(vector, 64 * steps)  # 64 places on is one row down
    before, after = (255 * values.reshape(64, 64) for values in (vector, moved))  # (64 * 64,) -> (64, 64)
    return _Moved(before, after, 255 - np.abs(after - before), cosine_similarity(vector, moved))


def _draw_similarity_by_steps(axes, similarities, steps, to_other):
    axes.plot(similarities, color=BLUE, marker=".", label="to itself, moved")
    axes.plot(steps, similarities[steps], color=RED, marker="D", markersize=8)
    axes.axhline(to_other, color=GREY, linestyle="--", label="to another product")
    axes.set(xlabel="moved down by (pixels)", ylabel="similarity (cosine)")
    axes.set_title(f"similarity {similarities[steps]:.3f}", fontsize=10)
    axes.legend(fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def shift_html(image, steps, other):
    """The pictures of `show_shift` as HTML, drawn in a few milliseconds, for a slider that is dragged.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
    steps : int
    other : str, Path, PIL.Image.Image or ndarray

    Returns
    -------
    str
    """
    before, after, differing, similarity = _moved_down(image, steps)
    vector = image_to_vector_simple(other)
    to_other = cosine_similarity(before.reshape(-1), vector)
    verdict = "✓ nearer than" if similarity > to_other else "✗ not nearer than"
    return row_html(
        picture_html(before, "the picture"),
        picture_html(after, f"moved down by {steps}: similarity {similarity:.3f}, {verdict} the other product"),
        picture_html(differing, "where they differ (dark)"),
        picture_html(255 * vector.reshape(64, 64), f"the other product: similarity {to_other:.3f}"),
    )
