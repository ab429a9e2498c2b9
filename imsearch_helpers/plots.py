"""Floor 6. Results come in, a Figure with alt text goes out.

Every function returns a `Figure` of Matplotlib, changes no global style, and opens no window: show it with `show`, or
write it to a file with ``figure.savefig(path)``. As the last line of a notebook's cell it shows itself.
"""

import base64
import html
import io
import math
import textwrap
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.patches import FancyArrowPatch, Rectangle
from PIL import Image

from .images import ImageError, load_image, load_image_in_time, printable, read_image
from .similarity import cosine_similarity, euclidean_distance
from .vectors import image_to_histogram, image_to_vector_simple

# M. Okabe and K. Ito, Color Universal Design, 2008: told apart with every common kind of colour vision.
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#595959"
)  # fmt: skip
CHANNELS = {"red": RED, "green": GREEN, "blue": BLUE}
HATCHES = {"red": "", "green": "///", "blue": "..."}
DPI = 100


class Figure(MatplotlibFigure):
    """A Matplotlib figure that knows its alt text and shows itself in a notebook.

    Attributes
    ----------
    alt : str
        What is to be seen, for those who do not see it.
    """

    alt = "A figure."

    def _repr_mimebundle_(self, include=None, exclude=None):
        return _bundle(self, self.alt)


def show(fig, alt=None):
    """Display a figure once, with its alt text.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Closed, so that it is not displayed a second time at the end of the cell.
    alt : str, optional
        What is to be seen; the figure's own `alt` if not given.

    Raises
    ------
    ValueError
        When there is no alt text.
    """
    from IPython.display import display
    from matplotlib import pyplot

    alt = alt or getattr(fig, "alt", "")
    if not alt.strip():
        raise ValueError("alt must say in words what the figure shows")
    data, metadata = _bundle(fig, alt)
    pyplot.close(fig)
    display(data, metadata=metadata, raw=True)


def figure_html(fig):
    """A figure as an HTML image with its alt text, for widgets.

    Parameters
    ----------
    fig : Figure

    Returns
    -------
    str
    """
    data = base64.b64encode(_png(fig)).decode("ascii")
    narrow = 'style="max-width: 100%"'  # a cell of JupyterLab may be narrower than the figure
    return f'<img class="imsearch-figure" alt="{html.escape(fig.alt)}" src="data:image/png;base64,{data}" {narrow}>'


def _bundle(fig, alt):
    # 256 colours look the same here and halve the notebook's file; a slider has no time for choosing them.
    small = _drawn(fig).quantize(256, dither=Image.Dither.NONE)
    return {"image/png": base64.b64encode(_encoded(small)).decode("ascii"), "text/plain": alt}, {"image/png": {"alt": alt}}


def _png(fig):
    return _encoded(_drawn(fig))


def _drawn(fig):
    # What fig.savefig does, without its rehearsal, which would take a slider twice as long.
    fig.set_dpi(DPI)
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def _encoded(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def new_figure(width, height, alt):
    """An empty figure.

    Parameters
    ----------
    width, height : float
        In inches of 100 pixels; a notebook's cell is 9.5 wide on a small laptop.
    alt : str

    Returns
    -------
    Figure
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.alt = alt
    return figure


def show_picture(axes, image, title=""):
    """Draw one picture into an axes, without ticks; what cannot be read is said in words.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    image : str, Path, PIL.Image.Image or ndarray
    title : str
    """
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title, fontsize=10, parse_math=False)
    try:
        picture = load_image_in_time(image, size=(256, 256)).copy()
    except ImageError as error:
        axes.text(0.5, 0.5, error.reason, ha="center", va="center", wrap=True, parse_math=False)
        return
    picture.thumbnail((512, 512))
    axes.imshow(np.asarray(picture))


def visualize_results(query, results, num_results=5, relevant=None, title=""):
    """The query, and then every result that was asked for, with its score.

    Parameters
    ----------
    query : str, Path, PIL.Image.Image or ndarray
    results : list of SearchResult
    num_results : int
        How many of them to draw; all if there are fewer.
    relevant : set of str, optional
        The paths of the right answers: then each result carries a tick or a cross.
    title : str
        What there is to see, above it all.

    Returns
    -------
    Figure
        Write it to a file with its method ``savefig(path)``.
    """
    results = list(results)[:num_results]
    columns = min(6, len(results) + 1)
    rows = math.ceil((len(results) + 1) / columns)
    figure = new_figure(1.55 * columns, 1.95 * rows + 0.3 * bool(title), _alt_of_results(results, relevant))
    figure.suptitle(title, fontsize=11, parse_math=False)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    show_picture(axes[0], query, "query")
    axes[0].patch.set_visible(False)
    _frame(axes[0], "black", 3)
    for place, (result, panel) in enumerate(zip(results, axes[1:]), start=1):
        mark = "" if relevant is None else ("✓ " if result.path in relevant else "✗ ")
        show_picture(panel, result.path, f"{mark}{place}. score {result.score:.3f}")
        _frame(panel, GREY if relevant is None else (BLUE if mark == "✓ " else RED), 1 if relevant is None else 3)
    for panel in axes[len(results) + 1 :]:
        panel.set_axis_off()
    return figure


def _frame(axes, colour, width):
    for spine in axes.spines.values():
        spine.set(color=colour, linewidth=width)


def _alt_of_results(results, relevant):
    text = "A query picture and its results, best first: " + ", ".join(
        f"{printable(path).replace(chr(92), '/').rsplit('/', 1)[-1]} with score {score:.3f}" for path, score in results
    )
    if relevant is not None:
        right = sum(result.path in relevant for result in results)
        text += f". {right} of these {len(results)} are right"
    return text + "."


def show_search_process(query, vector, results):
    """The whole course in one figure: picture, vector, angles, ranking.

    Parameters
    ----------
    query : str, Path, PIL.Image.Image or ndarray
    vector : ndarray, shape (n_dims,)
        The query's colour histogram: red, green and blue bins one after another. Of 30 to 60 numbers, bars can be told apart.
    results : list of SearchResult
        Scored by cosine, best first; the first four are drawn. Choose some whose angles lie 10 degrees apart and more.

    Returns
    -------
    Figure
    """
    results = list(results)[:4]
    angles = [math.degrees(math.acos(min(1.0, result.score))) for result in results]
    figure = new_figure(9.4, 3.5, "Four steps from left to right. A picture; its vector, drawn as bars; an arrow for each of "
                        f"{len(results)} other pictures, at angles of {', '.join(f'{angle:.0f}' for angle in angles)} degrees "
                        "from the query's arrow; and the same pictures ranked, the smallest angle first.")  # fmt: skip
    figure.set_layout_engine("none")
    for left, title in ((0.09, "1. a picture"), (0.315, "2. its vector"), (0.57, "3. angles"), (0.87, "4. a ranking")):
        figure.text(left, 0.93, title, ha="center", fontsize=12, fontweight="bold")
    show_picture(figure.add_axes([0.01, 0.26, 0.16, 0.43]), query)
    figure.text(0.09, 0.14, "a grid of numbers", ha="center", fontsize=9)
    bars = figure.add_axes([0.22, 0.26, 0.19, 0.43])
    draw_histogram(bars, vector)
    bars.set(xlabel="", ylabel="", yticks=[])
    figure.text(0.315, 0.14, f"{len(vector)} numbers, drawn as bars", ha="center", fontsize=9)
    _draw_angles(figure.add_axes([0.44, 0.1, 0.3, 0.8]), query, results, angles)
    figure.text(0.59, 0.05, "a smaller angle: more alike", ha="center", fontsize=9)
    for place, result in enumerate(results):
        panel = figure.add_axes([0.765 + 0.12 * (place % 2), 0.5 - 0.43 * (place // 2), 0.11, 0.3])
        show_picture(panel, result.path, f"{place + 1}. cos {result.score:.3f}")
    for left in (0.18, 0.42, 0.74):
        figure.text(left, 0.47, "→", ha="center", va="center", fontsize=20, color=GREY)
    return figure


def draw_histogram(axes, vector):
    """Draw a colour histogram: three groups of bars, told apart by colour and by hatching.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    vector : ndarray, shape (3 * bins,)
    """
    bins = len(vector) // 3
    for i, (name, colour) in enumerate(CHANNELS.items()):
        part = slice(i * bins, (i + 1) * bins)
        # One shape for all bars of a channel: a hundred separate bars would take too long beside a slider.
        edges = np.arange(i * bins, (i + 1) * bins + 1) - 0.5
        axes.stairs(vector[part], edges, fill=True, facecolor=colour, edgecolor="black", linewidth=0, hatch=HATCHES[name])
    axes.set_xlim(-1, 3 * bins)
    axes.set_ylim(bottom=0)
    axes.set_xticks(np.arange(3) * bins + (bins - 1) / 2, list(CHANNELS))
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel(f"{bins} bins a channel, each from dark to bright")
    axes.set_ylabel("share of all counts")
    axes.spines[["top", "right"]].set_visible(False)


def _draw_angles(axes, query, results, angles):
    _arrow(axes, 0, "black", "", query)
    for result, degrees, colour in zip(results, angles, (BLUE, GREEN, RED, PURPLE)):
        _arrow(axes, degrees, colour, f"{degrees:.0f}°", result.path)
    top = 1.2 * math.sin(math.radians(max(angles)))
    axes.set(xlim=(-0.05, 1.42), ylim=(-0.28, max(0.6, top) + 0.2), aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.patch.set_visible(False)


def _arrow(axes, degrees, colour, label, image):
    x, y = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    axes.add_patch(FancyArrowPatch((0, 0), (x, y), arrowstyle="-|>", mutation_scale=14, color=colour, linewidth=2,
                                   shrinkA=0, shrinkB=0))  # fmt: skip
    axes.text(0.8 * x, 0.8 * y, label, fontsize=9, ha="center", va="center",
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
    below = 0.0 if label else 0.1  # the query makes room for the first result
    show_picture(axes.inset_axes([1.2 * x - 0.15, 1.2 * y - 0.15 - below, 0.3, 0.3], transform=axes.transData), image)


def score_shares(query, match, vectorize=image_to_histogram, bins=32):
    """Which colours a cosine is made of: cosine is a sum over the bins, so each bin has its share.

    Parameters
    ----------
    query, match : str, Path, PIL.Image.Image or ndarray
    vectorize : callable
        `image_to_histogram` or `image_to_root_histogram`.
    bins : int

    Returns
    -------
    ndarray, shape (3, bins), float64
        The shares, channel by channel; they sum to the cosine similarity.
    """
    a, b = (vectorize(image, bins).astype(np.float64) for image in (query, match))
    return (a * b / (np.linalg.norm(a) * np.linalg.norm(b))).reshape(3, bins)


def pixel_shares(image, shares):
    """Hand each bin's share of a score to the pixels that were counted in it, to each pixel the same.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
        One of the two pictures.
    shares : ndarray, shape (3, bins)
        From `score_shares`.

    Returns
    -------
    ndarray, shape (height, width), float64
        They sum to the score, as the bins' shares do.
    """
    pixels = np.asarray(load_image(image))
    painted = np.zeros(pixels.shape[:2])
    for channel, share in enumerate(shares):
        bin_of_pixel = pixels[:, :, channel].astype(int) * len(share) // 256
        counts = np.bincount(bin_of_pixel.ravel(), minlength=len(share))
        painted += (share / np.maximum(counts, 1))[bin_of_pixel]
    return painted


def explain_match(query, match, vectorize=image_to_histogram, bins=32):
    """Why two pictures match: the share of each colour in the score, as bars, and painted on both pictures.

    Parameters
    ----------
    query, match : str, Path, PIL.Image.Image or ndarray
    vectorize : callable
        `image_to_histogram` or `image_to_root_histogram`.
    bins : int

    Returns
    -------
    Figure
    """
    shares = score_shares(query, match, vectorize, bins)
    strongest = np.sort(shares, axis=None)[-3:].sum()
    figure = new_figure(9.4, 3.2, f"Left, bars: the share of each colour bin in the score of {shares.sum():.3f}; the three "
                        f"highest of {shares.size} bars add up to {strongest:.3f}. ")  # fmt: skip
    figure.set_layout_engine("none")  # a fixed layout is drawn three times as fast
    bars = figure.add_axes([0.07, 0.17, 0.38, 0.7])
    draw_histogram(bars, shares.ravel())
    bars.set_ylabel("share of the score")
    bars.locator_params(axis="y", nbins=4)
    bars.set_title(f"score {shares.sum():.3f}; three of the {shares.size} bars make {strongest:.3f} of it", fontsize=10)
    painted = [pixel_shares(image, shares) for image in (query, match)]
    _paint(figure, painted)
    wall = np.mean([border_part(pixels) for pixels in painted])
    figure.alt += ("Right, both pictures painted by how much each pixel adds; the outermost fifth on each side, mostly "
                   f"background, holds {wall:.0%} of the score.")  # fmt: skip
    return figure


def _paint(figure, painted):
    # One axes for everything, because each further one takes as long to draw as all that is in it.
    axes = figure.add_axes([0.48, 0.02, 0.515, 0.9])
    axes.set_axis_off()
    # A colour that is rare in one picture and common in the other gives a few pixels a lot; they may overflow the scale.
    brightest = max(np.percentile(pixels, 98) for pixels in painted)
    left = 0.0
    for name, pixels in zip(("query", "match"), painted):
        right = left + pixels.shape[1] / pixels.shape[0]
        axes.imshow(pixels, cmap="magma", vmin=0, vmax=brightest, extent=(left, right, 0, 1))
        axes.text((left + right) / 2, 1.04, f"the {name}, painted", ha="center", fontsize=10)
        left = right + 0.08
    middle = (left - 0.08) / 2
    axes.imshow(np.linspace(0, 1, 128)[None], cmap="magma", extent=(middle - 0.4, middle + 0.4, -0.14, -0.08))
    axes.text(middle - 0.43, -0.11, "adds nothing", ha="right", va="center", fontsize=9)
    axes.text(middle + 0.43, -0.11, "adds most", ha="left", va="center", fontsize=9)
    axes.set(xlim=(0, 2 * middle), ylim=(-0.2, 1.12), aspect="equal")


def border_part(painted, border=0.2):
    """Which part of a painted score lies near the picture's edge, where the background is.

    Parameters
    ----------
    painted : ndarray, shape (height, width)
        From `pixel_shares`.
    border : float
        The width of the rim, as a part of each side.

    Returns
    -------
    float
        From 0 to 1.
    """
    height, width = painted.shape
    top, left = round(border * height), round(border * width)
    middle, total = painted[top : height - top, left : width - left].sum(), painted.sum()
    return float(1 - middle / total) if total > 0 else 0.0


def show_pictures(pictures, titles, alt, columns=6):
    """Pictures side by side; where they have few pixels, each pixel is a sharp square.

    Parameters
    ----------
    pictures : list of str, Path, PIL.Image.Image or ndarray
    titles : list of str
        One for each.
    alt : str
    columns : int
        How many in a row.

    Returns
    -------
    Figure
    """
    columns = min(columns, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    side = min(2.2, 9.4 / columns)
    figure = new_figure(side * columns, (side + 0.35) * rows, alt)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel, picture, title in zip(panels, pictures, titles):
        show_picture(panel, picture, title)
    for panel in panels[len(pictures) :]:
        panel.set_axis_off()
    return figure


def show_scores(images, scores, title):
    """A table of scores, every picture against every picture: each row's best but itself is framed.

    Parameters
    ----------
    images : list of str, Path, PIL.Image.Image or ndarray
    scores : array_like, shape (n_images, n_images)
    title : str

    Returns
    -------
    Figure
    """
    scores = np.asarray(scores, dtype=float)
    n_images = len(images)
    others = np.where(np.eye(n_images, dtype=bool), -np.inf, scores)
    best = others.argmax(axis=1)
    figure = new_figure(0.85 * (n_images + 1), 0.85 * (n_images + 1) + 0.4, _alt_of_scores(scores, best))
    figure.suptitle(title, fontsize=11)
    panels = figure.subplots(n_images + 1, n_images + 1)
    panels[0, 0].set_axis_off()
    for i, image in enumerate(images):
        show_picture(panels[0, i + 1], image)
        show_picture(panels[i + 1, 0], image)
    for (row, column), score in np.ndenumerate(scores):
        _draw_score(panels[row + 1, column + 1], score, itself=row == column, best=column == best[row])
    return figure


def _draw_score(axes, score, itself, best):
    axes.set(xticks=[], yticks=[], facecolor="#DDDDDD" if itself else "white")
    axes.text(0.5, 0.5, f"{score:.3f}", transform=axes.transAxes, ha="center", va="center", fontsize=11,
              fontweight="bold" if best else "normal", color=GREY if itself else "black")  # fmt: skip
    _frame(axes, BLUE if best else "#CCCCCC", 3 if best else 1)


def _alt_of_scores(scores, best):
    rows = "; ".join(
        f"row {i}: {', '.join(f'{score:.3f}' for score in row)}, best other: {best[i - 1] + 1}"
        for i, row in enumerate(scores, start=1)
    )
    return f"A table of scores, {len(scores)} pictures against the same {len(scores)}. {rows}."


def draw_times(curves, xlabel, title, ylabel="milliseconds a query"):
    """Curves on two logarithmic axes, named where there are several; what was calculated, not measured, is dashed.

    Parameters
    ----------
    curves : dict of str to (list of number, list of number)
        Name -> places and values. A name with "extrapolated" in it is drawn dashed and without markers.
    xlabel, title, ylabel : str

    Returns
    -------
    Figure
    """
    ends = (f"{name}: from {values[0]:.3g} at {places[0]:,} to {values[-1]:.3g} at {places[-1]:,}"
            for name, (places, values) in curves.items())  # fmt: skip
    figure = new_figure(7, 3.6, f"{title}. {ylabel} against {xlabel}, both axes logarithmic. {'; '.join(ends)}.")
    axes = figure.subplots()
    looks = zip((RED, RED, BLUE, GREEN) if len(curves) > 1 else (BLUE,), "os^D")
    for (name, (places, values)), (colour, marker) in zip(curves.items(), looks):
        calculated = "extrapolated" in name
        axes.plot(places, values, "--" if calculated else "-", color=colour, marker="" if calculated else marker)
        place, offset, side = (-1, (0, 9), "right") if calculated else (0, (6, -16), "left")
        label = name if len(curves) > 1 else ""  # a single curve is named by the axis
        end = (places[place], values[place])
        axes.annotate(label, end, offset, textcoords="offset points", ha=side, color=colour)
    axes.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel, title=title)
    heights = [value for _, values in curves.values() for value in values]
    axes.set_ylim(10 ** math.floor(math.log10(min(heights) / 2)), 10 ** math.ceil(math.log10(max(heights) * 2)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,g}")
        axis.set_minor_formatter("")  # otherwise short axes are full of "6 x 10^2"
    axes.margins(x=0.08)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def draw_cost(n_bytes, bandwidth, measured):
    """What one query costs: the time that memory needs to deliver the matrix, and the time that was measured.

    Parameters
    ----------
    n_bytes : int
        The matrix's size.
    bandwidth : float
        In gigabytes per second.
    measured : float
        In milliseconds.

    Returns
    -------
    Figure
    """
    reading = n_bytes / (bandwidth * 1e6)
    size = f"{n_bytes / 1e6:.1f} MB"
    alt = f"Two bars for a matrix of {size}: reading it from memory {reading:.3f} ms, measured {measured:.3f} ms."
    figure = new_figure(6, 1.9, alt)
    figure.set_layout_engine("none")  # a fixed layout is drawn faster
    axes = figure.add_axes([0.28, 0.27, 0.7, 0.57])
    bars = axes.barh(["measured", "reading from memory"], [measured, reading], color=[BLUE, ORANGE], hatch=["", "//"])
    axes.bar_label(bars, [f" {value:.3f} ms" for value in (measured, reading)])
    axes.set(xlabel="milliseconds a query", title=f"{size}: {measured / reading:.1f} times the time of reading it")
    axes.margins(x=0.2)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


# Notebook 01: flattening

ROW_COLOURS = (BLUE, ORANGE, GREEN, PURPLE)


def show_flatten_process():
    """How a picture becomes a vector, shown on sixteen pixels: the grid, a bar for each pixel, the vector.

    Returns
    -------
    Figure
    """
    grid = np.arange(10, 170, 10, dtype=np.uint8).reshape(4, 4)
    figure = new_figure(9.4, 3.9, "Left, a grid of four rows and four columns with the values 10, 20, 30 and so on to 160 "
                        "written in. Middle, sixteen bars of these heights, the four of row 0 first, then row 1, row 2 and "
                        "row 3. Right, the vector: the same sixteen numbers in one column, divided by 255, "
                        "from 0.04 to 0.63.")  # fmt: skip
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
    for (row, column), value in np.ndenumerate(grid):
        axes.text(column, row, text.format(value * scale), ha="center", va="center", color="white" if value < 120 else "black",
                  fontsize=14 if len(grid) == 4 else 8)  # fmt: skip
    rows_each = len(grid) // 4
    for row, colour in enumerate(ROW_COLOURS):
        frame = ((-0.46, row * rows_each - 0.46), grid.shape[1] - 0.08, rows_each - 0.08)
        axes.add_patch(Rectangle(*frame, fill=False, edgecolor=colour, linewidth=3))
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
    figure.alt = "The picture in grey, shrunk, its vector as bars, and what is lost on enlarging it again: " + "; ".join(
        f"at {size} x {size} pixels {size * size:,} numbers, {levels:.1f} of 255 grey levels lost on average"
        for size, levels in zip(sizes, lost)
    ) + "."  # fmt: skip
    return figure


def _draw_size(panels, grey, size):
    small, difference = _shrink_and_enlarge(grey, size)
    lowest, highest = _envelope(small.reshape(-1), most=400)  # (size, size) -> (size * size,)
    edges = np.linspace(0, small.size, len(lowest) + 1)
    panels[0].imshow(small, cmap="gray", vmin=0, vmax=255)
    panels[0].set_title(f"{size} x {size} pixels", fontsize=10)
    panels[1].stairs(highest, edges, fill=True, color=SKY)
    panels[1].stairs(lowest, edges, fill=True, color=BLUE)
    panels[1].set(xlabel="place in the vector", ylabel="grey value", ylim=(0, 255), xlim=(0, small.size))
    panels[1].set_title(f"its vector: {small.size:,} numbers", fontsize=10)
    panels[2].imshow(255 - difference, cmap="gray", vmin=0, vmax=255)
    panels[2].set_title(f"lost (dark): {difference.mean():.1f} levels", fontsize=10)
    for panel in panels[[0, 2]]:
        panel.set(xticks=[], yticks=[])
    return difference.mean()


def _small_grey(image):
    grey = load_image(image, size=(256, 256)).convert("L")
    grey.thumbnail((256, 256))
    return grey


def _shrink_and_enlarge(grey, size):
    """The shrunk pixels, and by how many grey levels the picture changes when they are enlarged again."""
    small = grey.resize((size, size))
    again = small.resize(grey.size)
    return np.asarray(small), np.abs(np.asarray(again, dtype=float) - np.asarray(grey, dtype=float))


def _envelope(vector, most):
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
    return _row_html(
        _picture_html(small, f"{size} x {size} pixels"),
        _picture_html(_bars(small.reshape(-1)), f"its vector: {small.size:,} bars, from 0 (black) to 255 (white)", width=400),
        _picture_html(255 - difference, f"lost (dark): {difference.mean():.1f} of 255 grey levels"),
    )


def _bars(vector, width=400, height=170):
    """Bars as a picture: blue up to the lowest value of the numbers behind a column of it, sky blue up to the highest."""
    columns = np.arange(width) * min(width, len(vector)) // width
    lowest, highest = (values[columns] for values in _envelope(vector, most=width))  # each (width,)
    levels = np.linspace(255, 0, height)[:, np.newaxis]  # (height, 1), the picture's first row is its top
    colours = np.array([to_rgb("white"), to_rgb(SKY), to_rgb(BLUE)]) * 255
    return colours[(levels <= highest).astype(int) + (levels <= lowest)]  # (height, width, 3)


def _row_html(*figures):
    return f'<div style="display: flex; flex-wrap: wrap; gap: 14px; padding: 6px 2px">{"".join(figures)}</div>'


def _picture_html(pixels, caption, width=170, height=170):
    buffer = io.BytesIO()
    Image.fromarray(np.uint8(pixels)).save(buffer, "PNG", compress_level=1)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return (
        f'<figure style="margin: 0; width: {width}px; font-size: 13px; line-height: 1.4">'
        f'<img style="width: {width}px; height: {height}px; image-rendering: pixelated; border: 1px solid {GREY}"'
        f' alt="{caption}" src="data:image/png;base64,{data}"><figcaption>{caption}</figcaption></figure>'
    )


def show_shift(image, steps, other, most_steps=16):
    """A picture of 64 x 64 grey pixels, the same moved down, where they differ, and how similar their vectors are.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
    steps : int
        By how many pixels it is moved; what leaves at the bottom comes in at the top.
    other : str, Path, PIL.Image.Image or ndarray
        A picture of something else, whose similarity is drawn for comparison.
    most_steps : int
        The end of the curve.

    Returns
    -------
    Figure
    """
    similarities = [_moved_down(image, step)[2] for step in range(most_steps + 1)]
    to_other = cosine_similarity(image_to_vector_simple(image), image_to_vector_simple(other))
    figure = new_figure(9.4, 2.7, f"The picture, the picture moved down by {steps} of 64 pixels, and where they differ. Their "
                        f"similarity is {similarities[steps]:.3f}; to another picture it is {to_other:.3f}. A curve shows the "
                        f"similarity for 0 to {most_steps} pixels.")  # fmt: skip
    panels = figure.subplots(1, 4, width_ratios=[1, 1, 1, 1.75])
    before, after, _ = _moved_down(image, steps)
    shown = {"the picture": before, f"moved down by {steps}": after, "where they differ": 255 - np.abs(after - before)}
    for panel, (title, pixels) in zip(panels, shown.items()):
        panel.imshow(pixels, cmap="gray", vmin=0, vmax=255)
        panel.set(xticks=[], yticks=[])
        panel.set_title(title, fontsize=10)
    _draw_similarity_by_steps(panels[3], similarities, steps, to_other)
    return figure


def _moved_down(image, steps):
    """A picture of 64 x 64 grey values from 0 to 255, the same moved down, and the similarity of their vectors."""
    vector = image_to_vector_simple(image)
    moved = np.roll(vector, 64 * steps)  # 64 places on is one row down
    return 255 * vector.reshape(64, 64), 255 * moved.reshape(64, 64), cosine_similarity(vector, moved)


def _draw_similarity_by_steps(axes, similarities, steps, to_other):
    axes.plot(similarities, color=BLUE, marker=".", label="to itself, moved")
    axes.plot(steps, similarities[steps], color=RED, marker="D", markersize=8)
    axes.axhline(to_other, color=GREY, linestyle="--", label="to another product")
    axes.set(xlabel="moved down by (pixels)", ylabel="similarity (cosine)")
    axes.set_title(f"similarity {similarities[steps]:.3f}", fontsize=10)
    axes.legend(fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)


# Notebook 02: histograms


def show_histogram_process():
    """How colours become bars: a mostly red picture and a mostly blue one, each above the bars of its three channels.

    Returns
    -------
    Figure
    """
    figure = new_figure(9.4, 4.4, "Left a sunset, right the sea, each above three small histograms. In the sunset the bars of the "
                        "red channel stand at the bright end, those of green and blue at the dark end. In the "
                        "sea the bars of the red channel stand at the dark end, those of green between, those of blue at the bright end.")  # fmt: skip
    figure.suptitle("The dominant colour's bars stand furthest to the right", fontsize=12)
    for part, picture, title in zip(
        figure.subfigures(1, 2), (_sunset(), _sea()), ("mostly red: a sunset", "mostly blue: the sea")
    ):
        above, below = part.subfigures(2, 1, height_ratios=[1.25, 1])
        show_picture(above.subplots(), picture, title)
        _draw_channels(below.subplots(1, 3, sharey=True), picture)
    return figure


def _draw_channels(panels, picture, bins=32):
    for panel, values, (name, colour) in zip(panels, np.moveaxis(picture, 2, 0), CHANNELS.items()):
        counts = np.histogram(values, bins, (0, 256))[0]
        panel.stairs(counts / counts.sum(), fill=True, facecolor=colour, edgecolor="black", linewidth=0, hatch=HATCHES[name])
        panel.set(ylim=(0, 0.4), xlabel="dark → bright")
        panel.set_title(f"{name} channel", fontsize=10)
        panel.set_xticks([0, bins], [0, 255])
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


def _alt_of_histograms(pictures, vectors, bins):
    parts = []
    for title, vector in zip(pictures, vectors):
        fullest = (f"{name} in bin {part.argmax()}" for name, part in zip(CHANNELS, vector.reshape(3, bins)))
        parts.append(f"{title}: most counts of {', of '.join(fullest)}")
    return f"Pictures above their histograms, bins 0 (dark) to {bins - 1} (bright). {'; '.join(parts)}."


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
    figure = new_figure(7.6, 3.6, f"A row of {len(values)} grey squares with their values: {', '.join(map(str, values))}. Below, "
                        f"the same squares stacked in {bins} bins; the stacks are {', '.join(map(str, heights))} high.")  # fmt: skip
    above, below = figure.subplots(2, 1, height_ratios=[1, max(heights)])
    _draw_squares(above, values, range(len(values)), [0] * len(values))
    above.set_title(f"{len(values)} pixels", fontsize=11)
    above.set(xlim=(-0.6, len(values) - 0.4), ylim=(-0.5, 0.5), xticks=[], yticks=[])
    above.spines[:].set_visible(False)
    _draw_squares(below, values, bin_of, [bin_of[:i].count(place) for i, place in enumerate(bin_of)])
    below.set_title("the histogram: in each bin as many as belong there", fontsize=11)
    edges = [-(-256 * place // bins) for place in range(bins + 1)]
    below.set_xticks(range(bins), [f"bin {i}\n{edges[i]} to {edges[i + 1] - 1}" for i in range(bins)])
    below.set(xlim=(-0.6, bins - 0.4), ylim=(-0.5, max(heights) - 0.4), ylabel="count")
    below.set_yticks(np.arange(max(heights)), np.arange(1, max(heights) + 1))
    below.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_squares(axes, values, across, up):
    for value, x, y in zip(values, across, up):
        axes.add_patch(Rectangle((x - 0.3, y - 0.46), 0.6, 0.92, facecolor=str(value / 255), edgecolor="black"))
        axes.text(x, y, value, ha="center", va="center", color="white" if value < 120 else "black")


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
    vectors = {name: [method(picture) for picture in pictures.values()] for name, method in methods.items()}
    table = {name: [cosine_similarity(row[0], vector) for vector in row] for name, row in vectors.items()}
    rows = "; ".join(f"by {name} {', '.join(f'{score:.3f}' for score in row[1:])}" for name, row in table.items())
    names = ", ".join(list(pictures)[1:])
    figure = new_figure(9.4, 2.4 + 0.34 * len(methods), f"Pictures ({names}) compared with the first ({next(iter(pictures))}). "
                        f"Cosine similarity: {rows}.")  # fmt: skip
    figure.suptitle(title, fontsize=12)
    figure.set_layout_engine("none")
    grid = figure.add_gridspec(2, len(pictures), height_ratios=[1.6, 0.34 * len(methods)], left=0.16,
                               right=0.16 + 0.165 * min(5, len(pictures)), bottom=0.02,
                               top=1 - 0.62 / figure.get_figheight(), wspace=0.06, hspace=0.06)  # fmt: skip
    for place, (name, picture) in enumerate(pictures.items()):
        show_picture(figure.add_subplot(grid[0, place]), picture, name)
    _draw_table(figure.add_subplot(grid[1, :]), np.array(list(table.values())), list(table), [""] * len(pictures), "{:.3f}")
    return figure


def show_scoreboard(rows, title="The scoreboard: how often the product's own studio picture is found first"):
    """The scoreboard: a table method x shot with the shares written in, darker for more.

    Parameters
    ----------
    rows : dict of str to dict of str to float
        Method -> shot -> share from 0 to 1, as `found_by_shot` gives it.
    title : str

    Returns
    -------
    Figure
    """
    shots = list(next(iter(rows.values())))
    table = np.array([[row[shot] for shot in shots] for row in rows.values()])
    said = "; ".join(f"{name}: {', '.join(f'{shot} {share:.2f}' for shot, share in row.items())}" for name, row in rows.items())
    figure = new_figure(7.6, 1.1 + 0.5 * len(rows), f"A table, share of pictures found, by method and shot. {said}.")
    axes = figure.subplots()
    _draw_table(axes, table, list(rows), [f"{shot} shot" for shot in shots], "{:.2f}")
    axes.set_title(title, fontsize=11, pad=10)
    return figure


def _draw_table(axes, table, rows, columns, text):
    axes.imshow(table, cmap="Blues", vmin=0, vmax=1.6, aspect="auto")  # up to 1.6: the darkest blue stays readable under black
    for (row, column), value in np.ndenumerate(table):
        axes.text(column, row, text.format(value), ha="center", va="center", fontsize=11)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xticks(range(len(columns)), columns)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(1, len(columns)) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, len(rows)) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=3)
    axes.tick_params(which="minor", length=0)
    axes.spines[:].set_visible(False)


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
    said = "; ".join(f"{name}: {', '.join(f'{bins} bins {share:.2f}' for bins, share in c.items())}" for name, c in curves.items())
    figure = new_figure(7.6, 3.4, f"Curves of the share of pictures found. {said}.")
    axes = figure.subplots()
    for (name, curve), colour, look in zip(curves.items(), (BLUE, BLUE, RED, RED), ("o-", "o--", "s-", "s--")):
        axes.plot(list(curve), list(curve.values()), look, color=colour)
        axes.annotate(name, (max(curve), curve[max(curve)]), (8, 0), textcoords="offset points", color=colour, va="center")
    axes.set_xscale("log", base=2)
    axes.set_xticks(list(curve), list(curve))
    axes.set_xlim(right=max(curve) * 6)
    axes.set(ylim=(0, 1), xlabel="bins a channel", ylabel="share found first", title=title)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def show_change(picture, changed, bins=32):
    """A changed picture, its histogram over the outline of the original's, and how similar both kinds of vector still are.

    Parameters
    ----------
    picture, changed : str, Path, PIL.Image.Image or ndarray
    bins : int

    Returns
    -------
    Figure
    """
    before, after = image_to_histogram(picture, bins), image_to_histogram(changed, bins)
    pixels = cosine_similarity(image_to_vector_simple(picture), image_to_vector_simple(changed))
    histogram = cosine_similarity(before, after)
    figure = new_figure(8.4, 2.7, f"The changed picture; its histogram of {bins} bins over the outline of the original's; two bars: "
                        f"similarity to the original {pixels:.3f} by pixels, {histogram:.3f} by histogram.")  # fmt: skip
    figure.set_layout_engine("none")
    show_picture(figure.add_axes([0.01, 0.17, 0.2, 0.7]), changed, "the changed picture")
    bars = figure.add_axes([0.3, 0.22, 0.36, 0.65])
    draw_histogram(bars, after)
    bars.stairs(before, np.arange(3 * bins + 1) - 0.5, color="black", linewidth=1)
    bars.set(ylim=(0, 1.1 * max(before.max(), after.max())), yticks=[], ylabel="share of all counts")
    bars.set_title("its histogram (black line: the original's)", fontsize=10)
    _draw_similarities(figure.add_axes([0.77, 0.22, 0.2, 0.65]), {"pixels": pixels, "histogram": histogram})
    return figure


def _draw_similarities(axes, similarities):
    bars = axes.bar(list(similarities), list(similarities.values()), color=[SKY, ORANGE], hatch=["", "//"], edgecolor="black")
    axes.bar_label(bars, fmt="%.3f")
    axes.set(ylim=(0, 1.15), yticks=[])
    axes.tick_params(length=0)
    axes.set_title("similarity to the original", fontsize=10)
    axes.spines[["left", "top", "right"]].set_visible(False)


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
    before, after, similarity = _moved_down(image, steps)
    picture = image_to_vector_simple(other)
    to_other = cosine_similarity(before.reshape(-1), picture)
    verdict = "✓ nearer than" if similarity > to_other else "✗ not nearer than"
    return _row_html(
        _picture_html(before, "the picture"),
        _picture_html(after, f"moved down by {steps}: similarity {similarity:.3f}, {verdict} the other product"),
        _picture_html(255 - np.abs(after - before), "where they differ (dark)"),
        _picture_html(255 * picture.reshape(64, 64), f"the other product: similarity {to_other:.3f}"),
    )


def _draw_vector(axes, tip, colour, label, start=(0, 0), style="-|>", **line):
    axes.add_patch(FancyArrowPatch(start, tip, arrowstyle=style, mutation_scale=16, shrinkA=0, shrinkB=0, color=colour,
                                   linewidth=2.5, **line))  # fmt: skip
    if label:
        axes.annotate(label, tip, (0, 7), textcoords="offset points", color=colour, fontweight="bold", ha="center")


def _draw_gap(axes, first, second, label):
    axes.plot(*zip(first, second), color=RED, linestyle="--", linewidth=2)
    middle = (np.asarray(first) + second) / 2
    axes.annotate(label, middle, (9, 0), textcoords="offset points", color=RED, va="center")


def show_vector_arithmetic(a, b):
    """Two vectors of two numbers as arrows: their lengths, their dot product and the distance between them.

    Parameters
    ----------
    a, b : sequence of 2 float
        `a` points up and to the right; `b` lies along the first axis, so that a's shadow on it is easy to see.

    Returns
    -------
    Figure
    """
    length, base, gap = math.hypot(*a), b[0], math.dist(a, b)
    figure = new_figure(9.4, 3.0, f"Three drawings of the arrows a, to ({a[0]}, {a[1]}), and b, to ({b[0]}, {b[1]}). First: a is the long side of "
                        f"a right triangle with the sides {a[0]} and {a[1]}; its length is {length:g}. Second: light from above casts a's "
                        f"shadow on b; the shadow is {a[0]} long and b {base}, so the dot product is {a[0] * base}. "
                        f"Third: a dashed line joins the two tips; it is {gap:.3f} long, the distance.")  # fmt: skip
    panels = figure.subplots(1, 3)
    titles = (f"length of a: {length:g}", f"dot product: {a[0]} · {base} = {a[0] * base}", f"distance: {gap:.3f}")
    for axes, title in zip(panels, titles):
        axes.set(xlim=(-0.4, base + 0.8), ylim=(-1.1, a[1] + 0.9), aspect="equal", xlabel="first number", title=title)
        axes.set(xticks=range(base + 1), yticks=range(a[1] + 1))
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("second number")
    _draw_legs(panels[0], a)
    _draw_shadow(panels[1], a, b)
    _draw_gap(panels[2], a, b, "")
    for axes in panels:
        _draw_vector(axes, a, BLUE, "a")
    for axes in panels[1:]:
        _draw_vector(axes, b, GREEN, "b")
    return figure


def _draw_legs(axes, a):
    axes.plot([0, a[0], a[0]], [0, 0, a[1]], color=GREY, linestyle="--", linewidth=2)
    axes.text(a[0] / 2, -0.3, f"{a[0]}", ha="center", va="top", color=GREY, fontsize=12)
    axes.text(a[0] + 0.2, a[1] / 2, f"{a[1]}", va="center", color=GREY, fontsize=12)
    axes.text(a[0] / 2 - 0.35, a[1] / 2 + 0.35, f"{math.hypot(*a):g}", ha="center", color=BLUE, fontsize=12)


def _draw_shadow(axes, a, b):
    axes.plot([a[0], a[0]], [a[1], 0], color=GREY, linestyle=":", linewidth=2)
    axes.plot([0, a[0]], [0, 0], color=ORANGE, linewidth=9, solid_capstyle="butt")
    axes.text(a[0] / 2, -0.3, f"a's shadow on b: {a[0]}", ha="center", va="top", fontsize=10)


def show_two_arrows(length_a, length_b, degrees):
    """Two arrows from one point, and in the title what cosine, distance and dot product say of them.

    Parameters
    ----------
    length_a, length_b : float
        From 0 to 4.
    degrees : float
        The angle between them, from 0 to 180.

    Returns
    -------
    Figure
    """
    figure = new_figure(6.2, 3.8, "")
    figure.set_layout_engine("none")
    axes = figure.add_axes([0.04, 0.05, 0.92, 0.8])
    said = _draw_two_arrows(axes, length_a, length_b, degrees)
    axes.set(xlim=(-4.6, 4.6), ylim=(-0.6, 4.6))
    axes.set_title("   ".join(said), fontsize=12)
    figure.alt = (f"Two arrows, {length_a:g} and {length_b:g} long, {degrees:g} degrees apart; a dashed line joins their tips. "
                  f"{', '.join(said)}.")  # fmt: skip
    return figure


def _draw_two_arrows(axes, length_a, length_b, degrees):
    """Draw them into axes of their own; return cosine, distance and dot product in words."""
    turned = math.radians(degrees)
    a, b = (length_a, 0), (length_b * math.cos(turned), length_b * math.sin(turned))
    _draw_gap(axes, a, b, "")
    if length_a and length_b and degrees:
        _draw_angle(axes, turned)
    _draw_vector(axes, a, BLUE, "a")
    _draw_vector(axes, b, GREEN, "b")
    axes.set(aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    dot = round(a[0] * b[0] + a[1] * b[1], 9)
    cosine = f"cosine {dot / (length_a * length_b) + 0.0:.2f}" if length_a and length_b else "no angle"
    return cosine, f"distance {math.dist(a, b):.2f}", f"dot product {dot + 0.0:.2f}"


def _draw_angle(axes, turned):
    around = np.linspace(0, turned, 60)
    axes.plot(0.7 * np.cos(around), 0.7 * np.sin(around), color=GREY)
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # the label stays readable on the dashed line
    axes.text(0.85 * math.cos(turned / 2), 0.85 * math.sin(turned / 2), f"{math.degrees(turned):g}°", color=GREY, va="center",
              ha="right" if turned > math.pi / 2 else "left", bbox=behind)  # fmt: skip


def show_angles(meanings):
    """Pairs of arrows of the same two lengths at several angles: the cosine falls from 1 to -1, the distance grows.

    Parameters
    ----------
    meanings : dict of float to str
        Angle in degrees -> what it means, in a few words.

    Returns
    -------
    Figure
    """
    figure = new_figure(9.4, 2.3, "")
    panels = figure.subplots(1, len(meanings))
    said = [_draw_two_arrows(axes, 2, 1.5, degrees) for axes, degrees in zip(panels, meanings)]
    for axes, (cosine, distance, _), (degrees, meaning) in zip(panels, said, meanings.items()):
        axes.set(xlim=(-2, 2.5), ylim=(-0.4, 2), xlabel=meaning)
        axes.set_title(f"{degrees:g}°: {cosine}\n{distance}", fontsize=11)
    figure.alt = "Pairs of arrows, 2 and 1.5 long. " + " ".join(
        f"At {degrees:g} degrees, {meaning}: {cosine}, {distance}."
        for (degrees, meaning), (cosine, distance, _) in zip(meanings.items(), said)
    )
    return figure


def show_colour_arrows(colours):
    """Colours as patches with their three numbers, and as arrows, seen in two of the numbers: red and blue.

    Parameters
    ----------
    colours : dict of str to sequence of 3 int
        Name -> red, green, blue, from 0 to 255.

    Returns
    -------
    Figure
    """
    figure = new_figure(9.4, 3.4, "")
    left, right = figure.subfigures(1, 2, width_ratios=[1.55, 1])
    for (name, colour), axes in zip(colours.items(), left.subplots(1, len(colours))):
        show_picture(axes, np.full((8, 8, 3), colour, dtype=np.uint8), name)
        axes.set_xlabel("{}, {}, {}".format(*colour))
    axes = right.subplots()
    ends = {name: (colour[0], colour[2]) for name, colour in colours.items()}
    for (name, end), style in zip(ends.items(), ("-", "--", ":")):
        _draw_vector(axes, end, np.divide(colours[name], 255), "", linestyle=style, zorder=2)
        axes.annotate(name, end, (8, -11), textcoords="offset points", fontsize=9)
    axes.set(xlim=(0, 330), ylim=(0, 270), xlabel="red, from 0 to 255", ylabel="blue, from 0 to 255")
    axes.set_title("a darker colour is a shorter arrow", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    numbers = "; ".join(f"{name}: red {red}, green {green}, blue {blue}" for name, (red, green, blue) in colours.items())
    figure.alt = f"Colours as patches: {numbers}. Beside them their arrows by red and blue: the darker one is a shorter arrow in the same direction."
    return figure


def show_light(picture, other, percent):
    """A product in more or less light: cosine and distance to itself in full light, and to another product.

    Parameters
    ----------
    picture, other : str, Path, PIL.Image.Image or ndarray
    percent : float
        How much light, from 0 to 200; 100 leaves the picture as it is, more makes bright places white.

    Returns
    -------
    Figure
    """
    figure = new_figure(9.4, 3.0, "")
    pictures, curves = figure.subfigures(1, 2, width_ratios=[1.1, 1])
    titles = (f"the query: {percent:g} % light", "itself in full light", "another product")
    images = (_in_light(picture, percent), picture, other)
    for axes, image, title in zip(pictures.subplots(1, 3), images, titles):
        show_picture(axes, image, title)
    scores = _scores_in_light(picture, other, percent)
    lights = {light: _scores_in_light(picture, other, light) for light in range(10, 201, 10)}
    for axes, (name, score) in zip(curves.subplots(1, 2), scores.items()):
        _draw_over_light(axes, name, score, {light: scores[name] for light, scores in lights.items()}, percent)
    said = "; ".join(f"by {name} {score.itself:.3f} to itself and {score.other:.3f} to the other" for name, score in scores.items())
    figure.alt = (f"A product picture with {percent:g} % of its light, itself in full light, and another product. Beside them curves over "
                  f"the light from 10 to 200 %: cosine and distance to both. At {percent:g} %: {said}.")  # fmt: skip
    return figure


class LightScores(NamedTuple):
    """How a picture in other light compares with itself in full light, and with another product."""

    itself: float
    other: float
    nearer: str


def _scores_in_light(picture, other, percent):
    lit, itself, another = map(image_to_vector_simple, (_in_light(picture, percent), picture, other))
    scores = {}
    for name, metric, sign in (("cosine", cosine_similarity, 1), ("distance", euclidean_distance, -1)):
        to_itself, to_other = metric(lit, itself), metric(lit, another)
        lead = sign * (to_itself - to_other)
        nearer = "✓ itself is nearer" if lead > 0 else ("✗ the other is nearer" if lead < 0 else "= they are level")
        scores[name] = LightScores(to_itself, to_other, nearer)
    return scores


def _in_light(image, percent):
    pixels = np.asarray(load_image(image)) * (percent / 100)
    return np.clip(pixels, 0, 255).round().astype(np.uint8)


def _draw_over_light(axes, name, score, curves, percent):
    axes.plot(list(curves), [point.itself for point in curves.values()], color=BLUE, linewidth=2, label="to itself")
    axes.plot(list(curves), [point.other for point in curves.values()], color=ORANGE, linewidth=2, linestyle="--", label="to the other")
    axes.plot([percent] * 2, [score.itself, score.other], "o", color="black", markersize=5)
    axes.axvline(percent, color=GREY, linewidth=1, linestyle=":")
    axes.set_title(f"{name}\n{score.nearer}", fontsize=10)
    axes.set(xlabel="light, in %", xticks=[0, 50, 100, 150, 200])
    axes.legend(fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def light_html(picture, other, percent):
    """The pictures and numbers of `show_light` as HTML, drawn in a few milliseconds, for a slider that is dragged.

    Parameters
    ----------
    picture, other : str, Path, PIL.Image.Image or ndarray
    percent : float

    Returns
    -------
    str
    """
    scores = _scores_in_light(picture, other, percent)
    to_itself, to_other = (", ".join(f"{name} {score[place]:.3f}" for name, score in scores.items()) for place in (0, 1))
    verdicts = "".join(f"<br>By {name}: <b>{score.nearer}</b>" for name, score in scores.items())
    return _row_html(
        _picture_html(_in_light(picture, percent), f"the query at {percent:g} % light"),
        _picture_html(np.asarray(load_image(picture)), f"itself in full light: {to_itself}"),
        _picture_html(np.asarray(load_image(other)), f"another product: {to_other}"),
    ) + f'<div style="font-size: 14px; line-height: 1.5">{verdicts[4:]}</div>'  # fmt: skip


def show_distributions(cosines, mark=0.7):
    """How the cosines of many pairs are spread, a row for each kind of vector.

    Parameters
    ----------
    cosines : dict of str to ndarray
        Name -> the cosines of pairs of vectors, from -1 to 1.
    mark : float
        A score to look at: what lies above it is hatched, and its share is written beside it.

    Returns
    -------
    Figure
    """
    figure = new_figure(9.4, 0.7 + 1.25 * len(cosines), "")
    panels = figure.subplots(len(cosines), 1, sharex=True, squeeze=False)[:, 0]
    said = [_draw_distribution(axes, name, values, mark) for axes, (name, values) in zip(panels, cosines.items())]
    panels[-1].set(xlim=(-1, 1.02), xlabel="cosine similarity of two pictures")
    figure.supylabel("share of the pairs", fontsize=10)
    figure.suptitle("The same pictures, the same metric: what a score means depends on the vectors", fontsize=12)
    figure.alt = f"Distributions of cosines over pairs of pictures, one below the other. {' '.join(said)}"
    return figure


def _draw_distribution(axes, name, values, mark):
    edges = np.linspace(-1, 1, 101)
    shares = np.histogram(np.clip(values, -1, 1), edges)[0] / len(values)
    above = edges[:-1] >= mark - 1e-9
    axes.bar(edges[:-1][~above], shares[~above], 0.02, align="edge", color=SKY)
    axes.bar(edges[:-1][above], shares[above], 0.02, align="edge", color=ORANGE, hatch="//", edgecolor="black", linewidth=0.3)
    middle, share = np.median(values), np.mean(values > mark)
    axes.axvline(middle, color="black", linewidth=2)
    axes.set_title(f"{name}: median {middle:.2f}, above {mark:g} (hatched): {share:.0%} of the pairs", fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    return f"{name}: from {np.min(values):.2f} to {np.max(values):.2f}, median {middle:.2f}, {share:.0%} above {mark:g}."


# Messy files (notebook 06)

MODES = {"1": "1 bit", "L": "grey", "LA": "grey and alpha", "I;16": "grey of 16 bits", "P": "palette", "RGBA": "RGB and alpha"}
SEEN_SIDE = 160  # pixels of the square that a picture is shown in
OUTCOMES = {"right": (BLUE, ""), "wrong picture": (RED, "xx"), "good one refused": (ORANGE, "//"), "bad one taken": (PURPLE, "..")}


class Seen(NamedTuple):
    """What one reader makes of a file: the words below it, and the picture, or None where there is none."""

    words: str
    picture: Image.Image | None


def show_readings(paths):
    """Files as they are stored, as a naive reader sees them, and as `load_image` does: a row for each.

    The naive reader is ``Image.open(path).convert("RGB")``. What is transparent is stored as a chequered ground here.

    Parameters
    ----------
    paths : list of str or Path
        Regular files.

    Returns
    -------
    Figure
    """
    readings = {Path(path).name: _readings(path) for path in paths}
    figure = new_figure(9.4, 0.3 + 1.9 * len(paths), " ".join(_alt_of_readings(name, seen) for name, seen in readings.items()))
    rows = figure.subplots(len(paths), 3, squeeze=False)
    for panels, (name, seen) in zip(rows, readings.items()):
        for panel, one, before in zip(panels, seen.values(), (name, "", "")):
            _draw_seen(panel, one, before)
    for panel, reader in zip(rows[0], seen):
        panel.set_title(reader, fontsize=11)
    return figure


def readings_html(path):
    """The same for one file as HTML, escaped, for a widget.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    str
    """
    figures = []
    for reader, (words, picture) in _readings(path).items():
        caption = f"{reader}: {html.escape(words)}"
        figures.append(_picture_html(_in_square(picture), caption, SEEN_SIDE, SEEN_SIDE))
    return _row_html(*figures)


def _readings(path):
    stored, naive, ours = _as_stored(path), _as_naive(path), _as_ours(path)
    if naive.picture and not ours.picture:
        naive = naive._replace(words="✗ taken for a picture")
    elif naive.picture:
        same = naive.picture.tobytes() == ours.picture.tobytes() and naive.picture.size == ours.picture.size
        naive = naive._replace(words="✓ the same as ours" if same else "✗ another picture")
    return {"as it is stored": stored, "as a naive reader sees it": naive, "as ours does": ours}


def _as_stored(path):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(path)
            picture.load()
            turn = picture.getexif().get(0x0112, 1)  # the tag called orientation
    except Exception:  # a naive reader's troubles are the topic here
        return Seen(_first_bytes(path), None)
    words = [MODES.get(picture.mode, picture.mode), f"{picture.width} x {picture.height}"]
    words += ["partly transparent"] * picture.has_transparency_data + [f"orientation {turn}"] * (turn != 1)
    return Seen(", ".join(words), _on_chequered_ground(picture))


def _first_bytes(path):
    with open(path, "rb") as file:
        start = file.read(48)
    text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in start)
    return f"{Path(path).stat().st_size:,} bytes" + (f", beginning {text}" if text else "")


def _on_chequered_ground(picture):
    if picture.mode == "I;16":
        return Image.fromarray(np.uint8(np.asarray(picture) // 257)).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    across, down = np.indices(picture.size[::-1])
    step = max(1, max(picture.size) // 12)
    ground = Image.fromarray(np.uint8(170 + 60 * ((across // step + down // step) % 2))).convert("RGBA")
    return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")


def _as_naive(path):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Seen("", Image.open(path).convert("RGB"))
    except Exception as error:
        return Seen(f"✗ {type(error).__name__}: {str(error).split(chr(39))[0].strip()}", None)  # without the file's path


def _as_ours(path):
    try:
        picture, repairs = read_image(path)
    except ImageError as error:
        return Seen(f"rejected: {error.reason}", None)
    return Seen("repaired: " + "; ".join(repairs) if repairs else "kept", picture)


def _in_square(picture):
    """A picture with a thin dark line around it on a white square; small ones get large, sharp pixels. None is light grey."""
    square = Image.new("RGB", (SEEN_SIDE, SEEN_SIDE), "white" if picture else "#EEEEEE")
    if picture is None:
        return np.asarray(square)
    scale = (SEEN_SIDE - 2) / max(picture.size)
    size = [max(1, round(side * scale)) for side in picture.size]
    left, top = ((SEEN_SIDE - side) // 2 for side in size)
    square.paste(GREY, (left - 1, top - 1, left + size[0] + 1, top + size[1] + 1))
    square.paste(picture.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX), (left, top))
    return np.asarray(square)


def _draw_seen(axes, seen, name):
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.imshow(_in_square(seen.picture))
    below = [name] if seen.picture is None else [name, seen.words]
    axes.set_xlabel(textwrap.fill(": ".join(filter(None, below)), 46), fontsize=9, parse_math=False)
    if seen.picture is None:
        words = textwrap.fill(seen.words, 25)
        axes.text(SEEN_SIDE / 2, SEEN_SIDE / 2, words, fontsize=8, ha="center", va="center", parse_math=False)


def _alt_of_readings(name, seen):
    return f"{name}: " + "; ".join(f"{reader}: {one.words}" for reader, one in seen.items()) + "."


def show_readers(counts, title):
    """What several readers make of the same files, a bar for each reader.

    Parameters
    ----------
    counts : dict of str to dict
        Reader -> outcome -> number of files; the outcomes are the keys of `OUTCOMES`.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(9.4, 1.0 + 0.42 * len(counts), "Bars. " + " ".join(
        f"{name}: " + ", ".join(f"{outcome} {found[outcome]}" for outcome in OUTCOMES if found[outcome]) + "."
        for name, found in counts.items()))  # fmt: skip
    axes = figure.subplots()
    left = np.zeros(len(counts))
    for outcome, (colour, hatch) in OUTCOMES.items():
        widths = np.array([found[outcome] for found in counts.values()])
        axes.barh(range(len(counts)), widths, left=left, color=colour, hatch=hatch, edgecolor="white", label=outcome)
        for row in np.flatnonzero(widths):
            axes.text(left[row] + widths[row] / 2, row, widths[row], ha="center", va="center", fontweight="bold",
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip
        left += widths
    axes.set_yticks(range(len(counts)), list(counts))
    axes.set(xlabel="files", xlim=(0, left.max()))
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, fontsize=12)
    figure.legend(loc="outside lower center", ncols=len(OUTCOMES), frameon=False, fontsize=9)
    return figure


# Notebook 07: is it any good?


def show_measures(rows, title):
    """A table of measures from 0 to 1, a row for each method, darker for more.

    Parameters
    ----------
    rows : dict of str to dict of str to float
        Method -> name of the measure -> value; the same measures in each row.
    title : str

    Returns
    -------
    Figure
    """
    names = list(next(iter(rows.values())))
    said = "; ".join(f"{row}: {', '.join(f'{name} {value:.2f}' for name, value in values.items())}" for row, values in rows.items())
    figure = new_figure(9.4, 1.2 + 0.42 * len(rows), f"A table of measures. {said}.")
    axes = figure.subplots()
    _draw_table(axes, np.array([list(values.values()) for values in rows.values()]), list(rows), names, "{:.2f}")
    axes.tick_params(labelsize=9)
    axes.set_title(title, fontsize=11, pad=10)
    return figure


def draw_quality(precisions, recalls, n_relevant, k, title):
    """Precision and recall of the first 1, 2, 3 ... results, and the highest precision there can be; one k is marked.

    Parameters
    ----------
    precisions, recalls : list of float
        For k = 1, 2, 3 ...
    n_relevant : int
        How many relevant pictures there are.
    k : int
        The one to mark.
    title : str

    Returns
    -------
    Figure
    """
    places = np.arange(1, len(precisions) + 1)
    figure = new_figure(7, 3.3, f"Two curves over k from 1 to {len(places)}. Precision goes from {precisions[0]:.2f} to "
                        f"{precisions[-1]:.2f}, recall from {recalls[0]:.2f} to {recalls[-1]:.2f} without ever falling. At k = {k}: "
                        f"precision {precisions[k - 1]:.2f}, recall {recalls[k - 1]:.2f}.")  # fmt: skip
    figure.set_layout_engine("none")  # places fixed by hand: a quarter less time for the slider
    axes = figure.subplots(gridspec_kw={"left": 0.08, "right": 0.98, "bottom": 0.15, "top": 0.91})
    axes.plot(places, np.minimum(1, n_relevant / places), ":", color=GREY, label="highest precision possible")
    axes.plot(places, recalls, "s-", color=ORANGE, markersize=4, label="recall")
    axes.plot(places, precisions, "o-", color=BLUE, markersize=4, label="precision")
    axes.axvline(k, color="black", linewidth=1)
    axes.text(k + 0.2, 1.03, f"k = {k}: precision {precisions[k - 1]:.2f}, recall {recalls[k - 1]:.2f}",
              ha="left" if k <= len(places) / 2 else "right", fontsize=9)  # fmt: skip
    axes.set(xlabel="k, how many results are looked at", ylabel="from 0 to 1", ylim=(-0.03, 1.12))
    axes.set_title(title, fontsize=11)
    axes.set_xticks([1, *range(5, len(places) + 1, 5)])
    axes.legend(fontsize=8, loc="upper right", bbox_to_anchor=(1, 0.95))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def show_intervals(means, intervals, chance, title):
    """Means as dots with their intervals as bars, beside what chance would reach.

    Parameters
    ----------
    means : dict of str to float
        Method -> mean over the queries.
    intervals : dict of str to (float, float)
    chance : float
    title : str

    Returns
    -------
    Figure
    """
    said = "; ".join(f"{name} {mean:.3f}, interval {intervals[name][0]:.3f} to {intervals[name][1]:.3f}" for name, mean in means.items())
    figure = new_figure(8.2, 1.2 + 0.42 * len(means), f"Means as dots with intervals: {said}. A dashed line marks chance at {chance:.3f}.")
    axes = figure.subplots()
    for row, (name, mean) in enumerate(means.items()):
        low, high = intervals[name]
        axes.errorbar(mean, row, xerr=[[mean - low], [high - mean]], fmt="o", color=BLUE, capsize=5, linewidth=2)
        axes.text(mean, row - 0.22, f"{mean:.3f}", ha="center", va="bottom", fontsize=9)
    axes.axvline(chance, color=RED, linestyle="--", linewidth=1.5)
    axes.text(chance, -0.62, f" chance: {chance:.3f}", color=RED, fontsize=9, va="center")
    axes.set_yticks(range(len(means)), list(means))
    axes.set(xlim=(-0.005, None), ylim=(len(means) - 0.5, -0.9), xlabel="mean precision@5, with a 95 % interval")
    axes.set_title(title, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def draw_pair_scores(scores, threshold):
    """The scores of the most similar pairs, best first, and the threshold: the gap between copies and other pairs.

    Parameters
    ----------
    scores : ndarray, shape (n_pairs,)
        Best first, all below 1.
    threshold : float

    Returns
    -------
    Figure
    """
    above = int(np.sum(scores >= threshold))
    figure = new_figure(7, 3.2, f"The {len(scores)} most similar pairs, best first, by how far their score is from 1, on a logarithmic axis. "
                        f"The first {above} lie within {1 - scores[above - 1]:.4f} of 1; then there is a gap: the next is {1 - scores[above]:.4f} away. "
                        f"The threshold {threshold} runs through the gap.")  # fmt: skip
    axes = figure.subplots()
    places = np.arange(1, len(scores) + 1)
    axes.plot(places[:above], 1 - scores[:above], "o", color=BLUE, markersize=4, label=f"{above} pairs above the threshold")
    axes.plot(places[above:], 1 - scores[above:], "x", color=RED, markersize=5, label="pairs below it")
    axes.axhline(1 - threshold, color="black", linestyle="--", linewidth=1)
    axes.text(len(scores), 1 - threshold, f"threshold {threshold}", ha="right", va="bottom", fontsize=9)
    axes.set(yscale="log", xlabel="pairs of pictures, the most similar first", ylabel="1 - score")
    axes.set_title("A gap parts the near-duplicates from all other pairs", fontsize=11)
    axes.invert_yaxis()
    axes.legend(fontsize=9, loc="lower left")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def draw_tradeoff(points, marked, title):
    """Relevance against variety, a point for each diversity weight, one of them marked.

    Parameters
    ----------
    points : dict of float to (float, float)
        Weight -> variety and relevance.
    marked : float
        One of the weights.
    title : str

    Returns
    -------
    Figure
    """
    said = "; ".join(f"weight {weight:g}: variety {variety:.2f}, relevance {relevance:.2f}" for weight, (variety, relevance) in points.items())
    figure = new_figure(6.4, 3.5, f"Relevance against variety, a point for each weight. {said}. Marked: weight {marked:g}.")
    axes = figure.subplots()
    axes.plot(*zip(*points.values()), "o-", color=BLUE)
    axes.plot(*points[marked], "D", color=RED, markersize=11, fillstyle="none", markeredgewidth=2)
    for weight, (variety, relevance) in points.items():
        axes.annotate(f"{weight:g}", (variety, relevance), (6, 4), textcoords="offset points", fontsize=9)
    axes.set(xlabel="variety: different products among the five", ylabel="relevance: share of the query's colour")
    axes.set_title(title, fontsize=11)
    axes.margins(0.1)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def show_gallery(rows, title, side=0.85):
    """Small pictures in rows, each with a word above it; a tick or a cross in that word colours the frame.

    Parameters
    ----------
    rows : dict of str to list of (str, str)
        What stands left of the row -> the pictures' paths and the words above them; as many in each row.
    title : str
    side : float
        Of a picture, in inches.

    Returns
    -------
    Figure
    """
    said = "; ".join(f"{name}: {', '.join(words for _, words in cells)}" for name, cells in rows.items())
    columns = max(map(len, rows.values()))
    figure = new_figure(1.3 + (side + 0.12) * columns, 0.35 + (side + 0.3) * len(rows), f"{title}. Pictures in rows. {said}.")
    figure.suptitle(title, fontsize=11, parse_math=False)
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for panels, (name, cells) in zip(grid, rows.items()):
        panels[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10)
        for panel, (path, words) in zip(panels, cells):
            show_picture(panel, path, words)
            panel.title.set_fontsize(9)
            _frame(panel, BLUE if "✓" in words else RED if "✗" in words else GREY, 3 if "✓" in words or "✗" in words else 1)
    return figure
