"""Floor 6. Results come in, a Figure with alt text goes out.

Every function returns a `Figure` of Matplotlib, changes no global style, and opens no window: show it with `show`, or
write it to a file with ``figure.savefig(path)``. As the last line of a notebook's cell it shows itself.
"""

import base64
import io
import math

import numpy as np
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.patches import FancyArrowPatch

from .images import ImageError, load_image, printable
from .vectors import image_to_histogram

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
    import html

    data = base64.b64encode(_png(fig)).decode("ascii")
    return f'<img class="imsearch-figure" alt="{html.escape(fig.alt)}" src="data:image/png;base64,{data}">'


def _bundle(fig, alt):
    data = base64.b64encode(_png(fig)).decode("ascii")
    return {"image/png": data, "text/plain": alt}, {"image/png": {"alt": alt}}


def _png(fig):
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=DPI, facecolor="white")
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
        picture = load_image(image, size=(256, 256)).copy()
    except ImageError as error:
        axes.text(0.5, 0.5, error.reason, ha="center", va="center", wrap=True, parse_math=False)
        return
    picture.thumbnail((512, 512))
    axes.imshow(np.asarray(picture))


def visualize_results(query, results, num_results=5, relevant=None):
    """The query, and then every result that was asked for, with its score.

    Parameters
    ----------
    query : str, Path, PIL.Image.Image or ndarray
    results : list of SearchResult
    num_results : int
        How many of them to draw; all if there are fewer.
    relevant : set of str, optional
        The paths of the right answers: then each result carries a tick or a cross.

    Returns
    -------
    Figure
        Write it to a file with its method ``savefig(path)``.
    """
    results = list(results)[:num_results]
    columns = min(6, len(results) + 1)
    rows = math.ceil((len(results) + 1) / columns)
    figure = new_figure(1.55 * columns, 1.95 * rows, _alt_of_results(results, relevant))
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
    """The whole course in one figure: picture, vector, angle, ranking.

    Parameters
    ----------
    query : str, Path, PIL.Image.Image or ndarray
    vector : ndarray, shape (n_dims,)
        The query's colour histogram: red, green and blue counts one after another.
    results : list of SearchResult
        Scored by cosine; four of them are drawn.

    Returns
    -------
    Figure
    """
    results = list(results)[:4]
    figure = new_figure(9.4, 3.4, "Four steps. A picture; its colours counted, as bars: the vector; arrows that start at "
                        "one point, the more alike two pictures are the smaller the angle between their arrows; "
                        "and the pictures ranked by that angle.")  # fmt: skip
    left, middle, angle, right = figure.subfigures(1, 4, width_ratios=[1.1, 1.6, 1.5, 2.1])
    for part, title in zip((left, middle, angle, right), ("1. a picture", "2. its vector", "3. angles", "4. a ranking")):
        part.suptitle(title, fontsize=12, fontweight="bold")
    show_picture(left.subplots(), query, "a grid of numbers")
    draw_histogram(middle.subplots(), vector)
    _draw_angles(angle.subplots(), results)
    for place, (panel, result) in enumerate(zip(right.subplots(2, 2).ravel(), results), start=1):
        show_picture(panel, result.path, f"{place}. cos = {result.score:.3f}")
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
        places = np.arange(i * bins, (i + 1) * bins)
        axes.bar(places, vector[places], width=1, color=colour, hatch=HATCHES[name])
    axes.set_xticks(np.arange(3) * bins + (bins - 1) / 2, list(CHANNELS))
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel(f"{bins} bins a channel, each from dark to bright")
    axes.set_ylabel("share of all counts")
    axes.spines[["top", "right"]].set_visible(False)


def _draw_angles(axes, results):
    angles = [math.degrees(math.acos(min(1.0, result.score))) for result in results]
    _arrow(axes, 0, "black", "query")
    for place, (degrees, colour) in enumerate(zip(angles, (BLUE, ORANGE, PURPLE, GREEN)), start=1):
        _arrow(axes, degrees, colour, f"{place}.: {degrees:.0f}°")
    axes.set(xlim=(-0.05, 1.35), ylim=(-0.12, 1.15), aspect="equal", xticks=[], yticks=[])
    axes.set_xlabel("a smaller angle: more alike")
    axes.spines[:].set_visible(False)


def _arrow(axes, degrees, colour, label):
    x, y = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    axes.add_patch(FancyArrowPatch((0, 0), (x, y), arrowstyle="-|>", mutation_scale=14, color=colour, linewidth=2))
    axes.text(1.05 * x, 1.05 * y, label, color=colour, va="center", fontsize=9)


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
    figure = new_figure(9.4, 3.1, "")
    bars, first, second = figure.subplots(1, 3, width_ratios=[1.7, 1, 1])
    draw_histogram(bars, shares.ravel())
    bars.set_ylabel("share of the score")
    bars.set_title(f"score {shares.sum():.3f} = the sum of these bars", fontsize=10)
    # A colour that is rare in one picture and common in the other gives a few pixels a lot; they may overflow the scale.
    brightest = max(np.percentile(pixel_shares(image, shares), 98) for image in (query, match))
    for panel, image, name in ((first, query, "query"), (second, match, "match")):
        painted = panel.imshow(pixel_shares(image, shares), cmap="magma", vmin=0, vmax=brightest)
        panel.set(xticks=[], yticks=[])
        panel.set_title(f"{name}: where it comes from", fontsize=10)
    scale = figure.colorbar(painted, ax=[first, second], shrink=0.8, ticks=[0, brightest])
    scale.ax.set_yticklabels(["nothing", "most"])
    outside = np.mean([border_part(pixel_shares(image, shares)) for image in (query, match)])
    figure.alt = (f"Left, bars: the share of each colour bin in the score of {shares.sum():.3f}. Right, both pictures "
                  f"painted by how much each pixel adds; the outermost fifth on each side, mostly background, holds "
                  f"{outside:.0%} of the score.")  # fmt: skip
    return figure


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
    return float(1 - painted[top : height - top, left : width - left].sum() / painted.sum())
