"""Floor 8. Colours, an axes and what it is to show come in; what the figures of several lessons are made of goes out.

Here live the figure that knows its alt text, and the parts: a picture, a frame, bars, an arrow, a table, rows of HTML.
"""

import base64
import html
import io
import sys
import warnings

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.patches import FancyArrowPatch
from PIL import Image, ImageShow

from ..checks import printable
from ..images import ImageError, load_image_in_time

# M. Okabe and K. Ito, Color Universal Design, 2008: told apart with every common kind of colour vision.
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#595959"
)  # fmt: skip
CHANNELS = {"red": RED, "green": GREEN, "blue": BLUE}
HATCHES = {"red": "", "green": "///", "blue": "..."}
BEHIND_WORDS = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # words stay readable on the lines they cover
DPI = 100


# Figures


class Figure(MatplotlibFigure):
    """A Matplotlib figure that knows its alt text and shows itself in a notebook.

    Attributes
    ----------
    alt : str
        What is to be seen, for those who do not see it.
    """

    alt = "A figure."

    def draw(self, renderer):
        """As Matplotlib's, but without a warning for each letter that its font lacks: file names have any, and `alt` has them all.

        Parameters
        ----------
        renderer : matplotlib.backend_bases.RendererBase
        """
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from")
            super().draw(renderer)

    def show(self):
        """Show it: below a notebook's cell, or from a script in the system's own viewer of pictures.

        Raises
        ------
        RuntimeError
            When there is no such viewer, as on a computer without a screen.
        """
        ipython = sys.modules.get("IPython")  # what is not even imported has no kernel
        if ipython and getattr(ipython.get_ipython(), "kernel", None):
            show(self)
        elif not ImageShow.show(_drawn(self)):
            raise RuntimeError("there is no program here that shows pictures: write the figure to a file with savefig(path)")

    def _repr_mimebundle_(self, include=None, exclude=None):
        return _data_and_metadata(self, self.alt)


def new_figure(width, height, alt, fixed=False):
    """An empty figure.

    Parameters
    ----------
    width, height : float
        In inches of 100 pixels; a notebook's cell is 9.5 wide on a small laptop.
    alt : str
    fixed : bool
        Whether the places of the axes are given by hand: such a figure is drawn up to three times as fast.

    Returns
    -------
    Figure
    """
    figure = Figure(figsize=(width, height), layout="none" if fixed else "constrained")
    figure.alt = alt
    return figure


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
    data, metadata = _data_and_metadata(fig, alt)
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
    narrow = 'style="max-width: 100%"'  # a cell of JupyterLab may be narrower than the figure
    png = _png_in_base64(_drawn(fig))
    return f'<img class="imsearch-figure" alt="{html.escape(fig.alt)}" src="data:image/png;base64,{png}" {narrow}>'


def _data_and_metadata(fig, alt):
    # 256 colours look the same here and halve the notebook's file; a slider has no time for choosing them.
    png = _png_in_base64(_drawn(fig).quantize(256, dither=Image.Dither.NONE))
    return {"image/png": png, "text/plain": alt}, {"image/png": {"alt": alt}}


def _drawn(fig):
    # What fig.savefig does, without its rehearsal, which would take a slider twice as long.
    fig.set_dpi(DPI)
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def _png_in_base64(picture, **options):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", **options)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


# Parts of a figure


def show_picture(axes, image, title=""):
    """Draw one picture into an axes, without ticks; what is gone or cannot be read is said in words.

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


def file_name(path):
    """The last part of a path, for words about a picture.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    str
        One safe line. On every computer both slashes end a folder's name.

    Examples
    --------
    >>> file_name("pictures/cat.png") == file_name("pictures\\\\cat.png") == "cat.png"
    True
    """
    return printable(str(path).replace("\\", "/").rsplit("/", 1)[-1])  # in this order: an escape has a backslash, too


def frame(axes, colour, width):
    """Colour the frame of an axes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    colour : str
    width : float
        In points.
    """
    for spine in axes.spines.values():
        spine.set(color=colour, linewidth=width)


def frame_as_marked(axes, words):
    """A thick frame around what is marked as right or as wrong, a thin grey one around anything else.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    words : str
        With a tick, with a cross, or without both.
    """
    if "✓" in words:
        frame(axes, BLUE, 3)
    elif "✗" in words:
        frame(axes, RED, 3)
    else:
        frame(axes, GREY, 1)


def draw_histogram(axes, vector):
    """Draw a colour histogram: three groups of bars, told apart by colour and by hatching.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    vector : ndarray, shape (3 * bins,)
    """
    bins = len(vector) // 3
    for i, (name, shares) in enumerate(zip(CHANNELS, np.reshape(vector, (3, bins)))):
        draw_channel(axes, name, shares, first_place=i * bins)
    axes.set_xlim(-1, 3 * bins)
    axes.set_ylim(bottom=0)
    axes.set_xticks(np.arange(3) * bins + (bins - 1) / 2, list(CHANNELS))
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel(f"{bins} bins a channel, each from dark to bright")
    axes.set_ylabel("share of all counts")
    axes.spines[["top", "right"]].set_visible(False)


def draw_channel(axes, name, shares, first_place=0):
    """Draw the bars of one channel in its colour and its hatching.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    name : {"red", "green", "blue"}
    shares : ndarray, shape (bins,)
        The heights of the bars, from dark to bright.
    first_place : int
        Where the middle of the first bar stands; each has a width of 1.
    """
    # One shape for all bars of a channel: a hundred separate bars would take too long beside a slider.
    edges = np.arange(first_place, first_place + len(shares) + 1) - 0.5
    axes.stairs(shares, edges, fill=True, facecolor=CHANNELS[name], edgecolor="black", linewidth=0, hatch=HATCHES[name])


def draw_arrow(axes, tip, colour, head=16, **line):
    """Draw an arrow from the origin to exactly its tip.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    tip : (float, float)
    colour : str or sequence of 3 float
    head : float
        The size of its head.
    **line
        What else `FancyArrowPatch` takes, such as ``linestyle``.
    """
    look = {"linewidth": 2.5, "arrowstyle": "-|>", "mutation_scale": head, "shrinkA": 0, "shrinkB": 0} | line
    axes.add_patch(FancyArrowPatch((0, 0), tip, color=colour, **look))


def ink_on(grey):
    """The colour of words that can be read on a grey ground.

    Parameters
    ----------
    grey : int
        From 0, black, to 255, white.

    Returns
    -------
    str
    """
    return "white" if grey < 120 else "black"


def draw_table(axes, rows, columns, digits=2):
    """Draw a table with its numbers written in, darker for more.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    rows : dict of str to list of float
        What stands left of the row -> its numbers, from 0 to 1; not a number where it is not known: drawn as "?" on grey.
    columns : list of str
        What stands above each column.
    digits : int
        How many of each number are written after the point.
    """
    table = np.array(list(rows.values()), dtype=float)
    axes.set_facecolor("0.9")  # seen where a number is missing
    # The scale ends at 1.6, so that the darkest blue stays readable under black.
    axes.imshow(table, cmap="Blues", vmin=0, vmax=1.6, aspect="auto")
    for (row, column), value in np.ndenumerate(table):
        words = "?" if np.isnan(value) else f"{value:.{digits}f}"
        axes.text(column, row, words, ha="center", va="center", fontsize=11)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_xticks(range(len(columns)), columns)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(1, len(columns)) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, len(rows)) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=3)
    axes.tick_params(which="minor", length=0)
    axes.spines[:].set_visible(False)


def table_in_words(rows):
    """A table for an alt text.

    Parameters
    ----------
    rows : dict of str to dict of str to float
        Name of the row -> name of the column -> number.

    Returns
    -------
    str

    Examples
    --------
    >>> table_in_words({"pixels": {"dim": 1, "scene": 0.4}, "histogram": {"dim": 0, "scene": 0.05}})
    'pixels: dim 1.00, scene 0.40; histogram: dim 0.00, scene 0.05'
    """
    return "; ".join(
        f"{name}: {', '.join(f'{column} {value:.2f}' for column, value in row.items())}" for name, row in rows.items()
    )


# Figures as HTML, drawn in a few milliseconds


def row_html(*figures):
    """Pictures side by side, as many as fit into the window.

    Parameters
    ----------
    *figures : str
        From `picture_html`.

    Returns
    -------
    str
    """
    return f'<div style="display: flex; flex-wrap: wrap; gap: 14px; padding: 6px 2px">{"".join(figures)}</div>'


def picture_html(pixels, caption, width=170, height=170):
    """Pixels as an HTML figure; each of a few pixels is a sharp square.

    Parameters
    ----------
    pixels : array_like, shape (n_rows, n_columns) or (n_rows, n_columns, 3)
        From 0 to 255.
    caption : str
        HTML, so what comes from a file is escaped before. It is the alt text too.
    width, height : int
        In pixels of the window.

    Returns
    -------
    str
    """
    png = _png_in_base64(Image.fromarray(np.uint8(pixels)), compress_level=1)
    return (
        f'<figure style="margin: 0; width: {width}px; font-size: 13px; line-height: 1.4">'
        f'<img style="width: {width}px; height: {height}px; image-rendering: pixelated; border: 1px solid {GREY}"'
        f' alt="{caption}" src="data:image/png;base64,{png}"><figcaption>{caption}</figcaption></figure>'
    )
