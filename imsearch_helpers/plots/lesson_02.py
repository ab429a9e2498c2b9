"""Floor 8. The figures of lesson 02: pictures come in; their histograms, and what these can and cannot tell, go out."""

import numpy as np
from matplotlib.patches import Rectangle

from ..similarity import cosine_similarity
from ..vectors import image_to_histogram, image_to_vector_simple
from .shared import (
    BLUE,
    CHANNELS,
    GREY,
    ORANGE,
    RED,
    SKY,
    draw_channel,
    draw_histogram,
    draw_table,
    ink_on,
    new_figure,
    show_picture,
    table_in_words,
)

# From colours to bars


def show_histogram_process():
    """How colours become bars: a mostly red picture and a mostly blue one, each above the bars of its three channels.

    Returns
    -------
    Figure
    """
    alt = (
        "Left a sunset, right the sea, each above three small histograms. In the sunset the "
        "bars of the red channel stand at the bright end, those of green and blue at the dark end. In "
        "the sea the bars of the red channel stand at the dark end, those of green between, those of "
        "blue at the bright end."
    )
    figure = new_figure(9.4, 4.4, alt)
    figure.suptitle("Two pictures, and the bars of their three channels", fontsize=12)
    shown = {"mostly red: a sunset": _sunset(), "mostly blue: the sea": _sea()}
    for part, (title, picture) in zip(figure.subfigures(1, 2), shown.items()):
        above, below = part.subfigures(2, 1, height_ratios=[1.25, 1])
        show_picture(above.subplots(), picture, title)
        _draw_channels(below.subplots(1, 3, sharey=True), picture)
    return figure


def _draw_channels(panels, picture):
    shares = 3 * image_to_histogram(picture).reshape(3, -1)  # of a channel's counts, not of all
    for panel, name, shares_of_channel in zip(panels, CHANNELS, shares):
        draw_channel(panel, name, shares_of_channel, first_place=0.5)
        panel.set(ylim=(0, 0.4), xlabel="dark → bright")
        panel.set_title(f"{name} channel", fontsize=10)
        panel.set_xticks([0, shares.shape[1]], [0, 255])
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("share of pixels")


def _sunset():
    """A red sky with a yellow sun: (96, 144, 3) uint8."""
    rows, columns = np.mgrid[0:96, 0:144]
    picture = _fade((165, 20, 100), (255, 150, 20), rows / 80)
    picture[(rows - 62) ** 2 + (columns - 72) ** 2 < 18**2] = (255, 225, 120)
    picture[rows > 80] = (120, 20, 40)
    return picture


def _sea():
    """A pale sky over blue water with a sail: (96, 144, 3) uint8."""
    rows, columns = np.mgrid[0:96, 0:144]
    picture = _fade((60, 130, 225), (150, 200, 250), rows / 40)
    water = _fade((25, 85, 190), (5, 35, 110), (rows - 40) / 55)
    picture[rows >= 40] = water[rows >= 40]
    picture[(rows > 22) & (rows < 52) & (np.abs(columns - 100) < (rows - 22) / 3)] = (245, 245, 240)
    return picture


def _fade(first, second, part):
    part = np.clip(part, 0, 1)[:, :, np.newaxis]
    return ((1 - part) * np.array(first) + part * np.array(second)).astype(np.uint8)  # (height, width, 3)


def show_counting(values, bins):
    """A few grey pixels, and the same pixels stacked up in the bins they belong to.

    Parameters
    ----------
    values : sequence of int
        From 0 to 255.
    bins : int

    Returns
    -------
    Figure
    """
    bin_of = [value * bins // 256 for value in values]
    heights = [bin_of.count(place) for place in range(bins)]
    alt = (
        f"A row of {len(values)} grey squares with their values: {', '.join(map(str, values))}. Below, the same "
        f"squares stacked in {bins} bins; the stacks are {', '.join(map(str, heights))} high."
    )
    figure = new_figure(7.6, 3.6, alt)
    above, below = figure.subplots(2, 1, height_ratios=[1, max(heights)])
    _draw_squares(above, values, range(len(values)), [0] * len(values))
    above.set_title(f"{len(values)} pixels", fontsize=11)
    above.set(xlim=(-0.6, len(values) - 0.4), ylim=(-0.5, 0.5), xticks=[], yticks=[])
    above.spines[:].set_visible(False)
    _draw_squares(below, values, bin_of, [bin_of[:i].count(place) for i, place in enumerate(bin_of)])
    below.set_title("the histogram: in each bin as many as belong there", fontsize=11)
    _label_bins(below, bins, max(heights))
    return figure


def _draw_squares(axes, values, across, up):
    for value, x, y in zip(values, across, up):
        axes.add_patch(Rectangle((x - 0.3, y - 0.46), 0.6, 0.92, facecolor=str(value / 255), edgecolor="black"))
        axes.text(x, y, value, ha="center", va="center", color=ink_on(value))


def _label_bins(axes, bins, highest):
    first_values = [-(-256 * place // bins) for place in range(bins + 1)]  # the smallest that falls into each bin
    axes.set_xticks(range(bins), [f"bin {i}\n{first_values[i]} to {first_values[i + 1] - 1}" for i in range(bins)])
    axes.set(xlim=(-0.6, bins - 0.4), ylim=(-0.5, highest - 0.4), ylabel="count")
    axes.set_yticks(np.arange(highest), np.arange(1, highest + 1))
    axes.spines[["top", "right"]].set_visible(False)


def show_histograms(pictures, bins=32):
    """Pictures side by side, each above its colour histogram; all histograms on one scale.

    Parameters
    ----------
    pictures : dict of str to (str, Path, PIL.Image.Image or ndarray)
        Title -> picture.
    bins : int

    Returns
    -------
    Figure
    """
    vectors = [image_to_histogram(picture, bins) for picture in pictures.values()]
    figure = new_figure(9.4, 4.6, _alt_of_histograms(pictures, vectors, bins))
    panels = figure.subplots(2, len(pictures), squeeze=False, height_ratios=[1, 1.15])
    for (title, picture), vector, (above, below) in zip(pictures.items(), vectors, panels.T):
        show_picture(above, picture, title)
        draw_histogram(below, vector)
        below.set_ylim(0, 1.08 * max(map(max, vectors)))
        for border in (bins, 2 * bins):
            below.axvline(border - 0.5, color=GREY, linewidth=0.8, linestyle=":")
    return figure


def _alt_of_histograms(titles, vectors, bins):
    parts = []
    for title, vector in zip(titles, vectors):
        fullest = (f"{name} in bin {part.argmax()}" for name, part in zip(CHANNELS, vector.reshape(3, bins)))
        parts.append(f"{title}: most counts of {', of '.join(fullest)}")
    return f"Pictures above their histograms, bins 0 (dark) to {bins - 1} (bright). {'; '.join(parts)}."


# What they can and cannot tell


def compare_pictures(pictures, methods, title):
    """Pictures in a row, and below each how similar its vectors are to those of the first, method by method.

    Parameters
    ----------
    pictures : dict of str to (str, Path, PIL.Image.Image or ndarray)
        Title -> picture; the first is the one that the others are compared with.
    methods : dict of str to callable
        Name -> function picture -> vector.
    title : str

    Returns
    -------
    Figure
    """
    scores = {name: _similarities_to_first(pictures.values(), method) for name, method in methods.items()}
    figure = new_figure(9.4, 2.4 + 0.34 * len(methods), _alt_of_comparison(list(pictures), scores), fixed=True)
    figure.suptitle(title, fontsize=12)
    grid = figure.add_gridspec(2, len(pictures), height_ratios=[1.6, 0.34 * len(methods)], left=0.16,
                               right=0.16 + 0.165 * min(5, len(pictures)), bottom=0.02,
                               top=1 - 0.62 / figure.get_figheight(), wspace=0.06, hspace=0.06)  # fmt: skip
    for place, (name, picture) in enumerate(pictures.items()):
        show_picture(figure.add_subplot(grid[0, place]), picture, name)
    draw_table(figure.add_subplot(grid[1, :]), scores, [""] * len(pictures), digits=3)
    return figure


def _similarities_to_first(pictures, vectorize):
    vectors = [vectorize(picture) for picture in pictures]
    return [cosine_similarity(vectors[0], vector) for vector in vectors]


def _alt_of_comparison(titles, scores):
    rows = "; ".join(f"by {name} {', '.join(f'{score:.3f}' for score in row[1:])}" for name, row in scores.items())
    return f"Pictures ({', '.join(titles[1:])}) compared with the first ({titles[0]}). Cosine similarity: {rows}."


def show_change(picture, changed, bins=32):
    """A changed picture, its histogram over the outline of the original's, and how similar the vectors still are.

    Parameters
    ----------
    picture, changed : str, Path, PIL.Image.Image or ndarray
    bins : int

    Returns
    -------
    Figure
    """
    before, after = image_to_histogram(picture, bins), image_to_histogram(changed, bins)
    by_pixels = cosine_similarity(image_to_vector_simple(picture), image_to_vector_simple(changed))
    by_histogram = cosine_similarity(before, after)
    alt = (
        f"The changed picture; its histogram of {bins} bins over the outline of the "
        f"original's; two bars: similarity to the original {by_pixels:.3f} by pixels, "
        f"{by_histogram:.3f} by histogram."
    )
    figure = new_figure(8.4, 2.7, alt, fixed=True)
    show_picture(figure.add_axes([0.01, 0.17, 0.2, 0.7]), changed, "the changed picture")
    bars = figure.add_axes([0.3, 0.22, 0.36, 0.65])
    draw_histogram(bars, after)
    bars.stairs(before, np.arange(3 * bins + 1) - 0.5, color="black", linewidth=1)
    bars.set(ylim=(0, 1.1 * max(before.max(), after.max())), yticks=[], ylabel="share of all counts")
    bars.set_title("its histogram (black line: the original's)", fontsize=10)
    _draw_similarities(figure.add_axes([0.77, 0.22, 0.2, 0.65]), {"pixels": by_pixels, "histogram": by_histogram})
    return figure


def _draw_similarities(axes, similarities):
    colours, hatches = [SKY, ORANGE], ["", "//"]
    bars = axes.bar(list(similarities), list(similarities.values()), color=colours, hatch=hatches, edgecolor="black")
    axes.bar_label(bars, fmt="%.3f")
    axes.set(ylim=(0, 1.15), yticks=[])
    axes.tick_params(length=0)
    axes.set_title("similarity to the original", fontsize=10)
    axes.spines[["left", "top", "right"]].set_visible(False)


# How often they find


def show_scoreboard(rows, title="The scoreboard: how often the product's own studio picture is found first"):
    """The scoreboard: a table method x shot with the shares written in, darker for more.

    Parameters
    ----------
    rows : dict of str to (dict of str to float, or None)
        Method -> shot -> share from 0 to 1, as `found_by_shot` gives it. None for a row that is still to be guessed: it is
        drawn with question marks, as is a shot that a row does not have.
    title : str

    Returns
    -------
    Figure
        The columns always stand in the order of the alphabet: dim, moved, scene, turned.

    Raises
    ------
    ValueError
        When no row is known.
    """
    known = {method: row for method, row in rows.items() if row}
    if not known:
        raise ValueError(f"rows must hold at least one row that is known, such as {{'pixels': {{'dim': 1.0}}}}, but it is {rows!r}")
    shots = sorted({shot for row in known.values() for shot in row})
    shares = {method: [(row or {}).get(shot, np.nan) for shot in shots] for method, row in rows.items()}
    figure = new_figure(7.6, 1.1 + 0.5 * len(rows), _alt_of_scoreboard(shares, shots))
    axes = figure.subplots()
    draw_table(axes, shares, [f"{shot} shot" for shot in shots])
    axes.set_title(title, fontsize=11, pad=10)
    return figure


def _alt_of_scoreboard(shares, shots):
    known = {name: {shot: value for shot, value in zip(shots, row) if value == value} for name, row in shares.items()}
    hidden = "".join(f" {name}: still to be guessed." for name, row in known.items() if not row)
    seen = table_in_words({name: row for name, row in known.items() if row})
    return f"A table, share of pictures found, by method and shot. {seen}.{hidden}"


def show_bins(curves, title):
    """How many pictures are found, for several numbers of bins.

    Parameters
    ----------
    curves : dict of str to dict of int to float
        Name -> number of bins -> share from 0 to 1.
    title : str

    Returns
    -------
    Figure
    """
    rows = {name: {f"{bins} bins": share for bins, share in curve.items()} for name, curve in curves.items()}
    figure = new_figure(7.6, 3.4, f"Curves of the share of pictures found. {table_in_words(rows)}.")
    axes = figure.subplots()
    for (name, curve), colour, look in zip(curves.items(), (BLUE, BLUE, RED, RED), ("o-", "o--", "s-", "s--")):
        axes.plot(list(curve), list(curve.values()), look, color=colour)
        end = (max(curve), curve[max(curve)])
        axes.annotate(name, end, (8, 0), textcoords="offset points", color=colour, va="center")
    axes.set_xscale("log", base=2)
    axes.set_xticks(list(curve), list(curve))
    axes.set_xlim(right=max(curve) * 6)
    axes.set(ylim=(0, 1), xlabel="bins a channel", ylabel="share found first", title=title)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
