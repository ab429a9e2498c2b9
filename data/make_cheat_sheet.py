"""Draw the cheat sheet: each formula of the course, its code and its picture side by side, on one page to print.

    python data/make_cheat_sheet.py

writes `notebooks/cheat_sheet.pdf` (A4), `notebooks/cheat_sheet.png` and `notebooks/cheat_sheet.md` (the page and its words). A test runs each
piece of code and compares what it gives with the package.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from imsearch_helpers.plots.shared import BLUE, CHANNELS, GREEN, GREY, ORANGE, RED, draw_arrow, draw_channel, frame

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
PRODUCTS = Path(__file__).resolve().parent / "products"
TITLE = "Image search from scratch: the cheat sheet"
SIZE = 8.27, 11.69  # A4 in inches
COLUMNS, ROWS = 2, 8
TOP, LEFT, BETWEEN = 0.955, 0.035, 0.02  # shares of the page
MUG = "product_405.jpg"


class Card(NamedTuple):
    """One formula: its notebook, its name, what it says, as mathematics and as code, and who draws its picture."""

    notebook: str
    title: str
    formula: str
    words: str
    code: str
    draw: object


# The pictures


def _bare(axes):
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def _mug():
    return Image.open(PRODUCTS / MUG).convert("RGB")


def draw_flattening(axes):
    """A grid of four by four and its rows one after another."""
    grid = np.arange(16).reshape(4, 4)
    axes.imshow(grid, cmap="gray", extent=(5, 11, 3, 9))
    axes.imshow(grid.reshape(1, -1), cmap="gray", extent=(0, 16, 0, 1.4))
    axes.annotate("", (8, 1.5), (8, 3), arrowprops={"arrowstyle": "->", "color": GREY})
    axes.set(xlim=(-0.3, 16.3), ylim=(-0.3, 9.3))
    _bare(axes)


def draw_wrapping(axes):
    """200 + 100 on a line that ends at 255."""
    axes.plot([0, 255], [0, 0], color=GREY, linewidth=1)
    arrow = {"arrowstyle": "->", "connectionstyle": "arc3,rad=-0.5", "color": RED}
    axes.annotate("", (44, 0), (200, 0), arrowprops={**arrow, "connectionstyle": "arc3,rad=0.5"})
    for value in (0, 44, 200, 255):
        axes.plot(value, 0, "o", color=BLUE, markersize=3)
        axes.text(value, -0.25, str(value), ha="center", va="top", fontsize=6)
    axes.text(122, 0.75, "+ 100", ha="center", fontsize=6, color=RED)
    axes.set(xlim=(-25, 280), ylim=(-0.8, 1.1))
    _bare(axes)


def _shares(bins=8):
    picture = np.asarray(_mug())
    return [np.histogram(picture[:, :, channel], bins, (0, 256))[0] / picture[:, :, channel].size / 3 for channel in range(3)]


def _draw_channels(axes, channels):
    for number, (name, shares) in enumerate(zip(CHANNELS, channels)):
        draw_channel(axes, name, shares, first_place=number * len(shares))
    axes.set_ylim(bottom=0)
    _bare(axes)


def draw_histogram(axes):
    """The mug's red, green and blue counts."""
    _draw_channels(axes, _shares())


def draw_root_histogram(axes):
    """The same counts after the square root: the wall's bars no longer tower over the rest."""
    _draw_channels(axes, [np.sqrt(shares) for shares in _shares()])


def draw_gradients(axes):
    """The mug in grey, with an arrow in each cell along its mean gradient."""
    grey = np.asarray(_mug().convert("L").resize((64, 64)), dtype=float)
    down, right = np.gradient(grey)
    cells = [table.reshape(8, 8, 8, 8).mean(axis=(1, 3)) for table in (right, down)]
    axes.imshow(grey, cmap="gray", alpha=0.5)
    middles = np.arange(8) * 8 + 3.5
    axes.quiver(middles, middles, *cells, color=RED, angles="xy", scale=120, width=0.012)
    _bare(axes)


def _arrows(axes, tips, low=(-0.4, -0.4), high=(4.6, 3.6)):
    for tip, colour in zip(tips, (BLUE, RED, GREEN)):
        draw_arrow(axes, tip, colour, head=8, linewidth=1.5)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    _bare(axes)


def draw_length(axes):
    """An arrow of the length 5, and its direction at length 1."""
    axes.plot([4, 4, 0], [3, 0, 0], ":", color=GREY, linewidth=1)
    _arrows(axes, [(4, 3), (0.8, 0.6)], high=(5.2, 3.6))
    axes.text(1.7, 1.75, "5", fontsize=7, color=BLUE)
    axes.text(0.9, 0.15, "1", fontsize=7, color=RED)
    axes.text(4.15, 1.3, "3", fontsize=7)
    axes.text(2, -0.55, "4", fontsize=7)
    axes.set_ylim(bottom=-0.6)


def draw_cosine(axes):
    """Two arrows and the angle between them."""
    angles = np.linspace(np.arctan2(1, 4), np.arctan2(3, 2), 20)
    axes.plot(1.3 * np.cos(angles), 1.3 * np.sin(angles), color=ORANGE, linewidth=1.5)
    axes.text(1.35, 0.95, "angle", fontsize=6)
    _arrows(axes, [(4, 1), (2, 3)])


def draw_distance(axes):
    """Two arrows and the straight line between their tips."""
    axes.plot([4, 2], [1, 3], "--", color=ORANGE, linewidth=1.5)
    axes.text(3.1, 2.2, "distance", fontsize=6)
    _arrows(axes, [(4, 1), (2, 3)], high=(5.4, 3.6))


def draw_centring(axes):
    """A row of values before and after its mean is taken off."""
    values = np.array([5, 6, 8, 7, 5, 9.0])
    places = np.arange(len(values))
    axes.bar(places, values, color=BLUE, width=0.7)
    axes.axhline(values.mean(), color=RED, linestyle="--", linewidth=1)
    axes.bar(places + 7.5, values - values.mean(), color=BLUE, width=0.7)
    axes.plot([7, 13], [0, 0], color=RED, linestyle="--", linewidth=1)
    _bare(axes)


def draw_search(axes):
    """A matrix, a vector and the scores, the best one framed."""
    numbers = np.random.default_rng(3).random((5, 4))
    query = numbers[2] * 0.9
    for table, left in ((numbers, 0), (query[:, None], 5), ((numbers @ query)[:, None], 7.5)):
        axes.imshow(table, cmap="Blues", extent=(left, left + table.shape[1], 0, len(table)), vmin=0, vmax=1.6)
    for x, words in ((4.5, "·"), (6.75, "=")):
        axes.text(x, 2.5, words, ha="center", va="center", fontsize=9)
    best = len(numbers) - 1 - int(np.argmax(numbers @ query))
    axes.plot([7.5, 8.5, 8.5, 7.5, 7.5], [best, best, best + 1, best + 1, best], color=RED, linewidth=1.5)
    axes.set(xlim=(-0.2, 8.8), ylim=(-0.2, 5.2))
    _bare(axes)


def draw_memory(axes):
    """Bars: megabytes of a million pictures by numbers a picture."""
    sizes = [96, 512, 1280]
    axes.barh(range(3), sizes, color=BLUE)
    for place, size in enumerate(sizes):
        axes.text(size + 30, place, f"{size * 4 / 1000:.1f} GB", va="center", fontsize=6)
    axes.set_xlim(0, 2200)
    axes.set_yticks(range(3), [f"{size:,}" for size in sizes], fontsize=6)
    axes.text(2200, 0, "a million\npictures", fontsize=6, ha="right", va="center")
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)


def _ticks(axes, marks, below):
    for place, (mark, words) in enumerate(zip(marks, below)):
        colour = BLUE if mark == "✓" else RED
        axes.add_patch(Rectangle((place - 0.42, 0.08), 0.84, 0.84, fill=False, edgecolor=colour, linewidth=1.5))
        axes.text(place, 0.47, mark, ha="center", va="center", fontsize=10, color=colour)
        axes.text(place, -0.35, words, ha="center", va="center", fontsize=6)
    axes.set(xlim=(-0.6, len(marks) - 0.4), ylim=(-0.7, 1.3), aspect="equal")
    _bare(axes)


def draw_precision(axes):
    """Five results with ticks and crosses."""
    _ticks(axes, "✓✗✓✗✗", ["1", "2", "3", "4", "5"])
    axes.text(2, 1.15, "2 of 5; 2 of the 4 there are", ha="center", fontsize=6)


def draw_average_precision(axes):
    """The same five results: at each tick the precision up to there."""
    _ticks(axes, "✓✗✓✗✗", ["1/1", "", "2/3", "", ""])
    axes.text(2, 1.15, "(1/1 + 2/3 + 0 + 0) / 4", ha="center", fontsize=6)


def draw_z_scores(axes):
    """Two sets of scores of different height and width, before and after their z-scores."""
    rng = np.random.default_rng(1)
    for colour, scores, level in ((BLUE, rng.normal(0.9, 0.03, 30), 0), (ORANGE, rng.normal(0.3, 0.15, 30), 1)):
        z = (scores - scores.mean()) / scores.std()
        axes.plot(scores * 5 - 2.5, np.full(30, 4 + level), "|", color=colour, markersize=5)
        axes.plot(z, np.full(30, 0.5 + level), "|", color=colour, markersize=5)
    axes.text(0, 5.7, "scores", fontsize=6, ha="center")
    axes.text(0, 2.3, "z-scores", fontsize=6, ha="center")
    axes.set(xlim=(-3.2, 3.2), ylim=(-0.2, 6.6))
    _bare(axes)


def draw_components(axes):
    """A cloud of points and the direction along which it spreads most."""
    rng = np.random.default_rng(0)
    points = rng.standard_normal((60, 2)) @ [[1.8, 1.0], [0.0, 0.45]]
    axes.plot(*points.T, ".", color=BLUE, markersize=2.5)
    first = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0]
    axes.plot(*np.outer([-4, 4], first).T, color=RED, linewidth=1.5)
    axes.set_aspect("equal")
    _bare(axes)


def draw_cells(axes):
    """Points in four cells; only the cells nearest to the query are opened."""
    rng = np.random.default_rng(4)
    centres = np.array([[-1, 1], [1, 1], [-1, -1], [1, -1.0]])
    points = rng.uniform(-2, 2, (60, 2))
    cell = np.argmin(((points[:, None] - centres) ** 2).sum(axis=2), axis=1)
    opened = np.isin(cell, [1, 3])
    axes.plot(*points[~opened].T, "x", color=GREY, markersize=2.5)
    axes.plot(*points[opened].T, ".", color=BLUE, markersize=3.5)
    axes.plot(0.5, 0.3, "*", color=RED, markersize=8)
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_aspect("equal")
    _bare(axes)


CARDS = (
    Card("01", "Flattening", r"$v_{y \cdot w + x} = g_{y,x}\ /\ 255$", "The rows of a grey picture, one after another.",
         'grey = np.asarray(image.convert("L").resize((64, 64)))\nvector = grey.reshape(-1) / np.float32(255)', draw_flattening),
    Card("01", "Leave uint8 first", r"$200 + 100 \rightarrow 44$", "Above 255 it goes on from 0.",
         "difference = picture.astype(float) - other", draw_wrapping),
    Card("02", "Histogram", r"$h_b = \mathrm{count}_b\ /\ \mathrm{all\ counts}$", "What colours, no matter where.",
         "counts = [np.histogram(picture[:, :, c], 32, (0, 256))[0]\n          for c in range(3)]\nhistogram = np.concatenate(counts) / picture.size", draw_histogram),
    Card("02", "Root histogram", r"$r_b = \sqrt{h_b}$", "A large wall weighs less.",
         "root = np.sqrt(histogram)", draw_root_histogram),
    Card("03", "Length", r"$|v| = \sqrt{v_1^2 + v_2^2 + \dots}$", "Divided by it, only the direction is left.",
         "length = np.linalg.norm(v)\nunit = v / length", draw_length),
    Card("03", "Cosine similarity", r"$\cos = \frac{a \cdot b}{|a|\,|b|}$", "Directions alone: a factor is forgiven.",
         "cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))", draw_cosine),
    Card("03", "Euclidean distance", r"$|a-b|^2 = 2 - 2\cos$ at length 1", "From tip to tip; at length 1 it ranks like cosine.",
         "distance = np.linalg.norm(a - b)", draw_distance),
    Card("03", "Own mean", r"$\cos(a - \bar a,\ b - \bar b)$", "Scores spread; haze is forgiven too.",
         "centred = pixels - pixels.mean()", draw_centring),
    Card("04", "Search", r"$s = M\,q$, then sort", "One product for all pictures of length 1.",
         "scores = units @ unit_query\nbest = np.argsort(-scores, kind=\"stable\")[:k]", draw_search),
    Card("05", "Memory", r"pictures $\times$ numbers $\times$ bytes", "float32 takes 4 bytes a number.",
         "megabytes = matrix.nbytes / 1e6", draw_memory),
    Card("07", "Precision and recall", r"$P = \frac{\mathrm{hits}}{k}$,  $R = \frac{\mathrm{hits}}{\mathrm{relevant}}$", "The same hits, two denominators.",
         "hits = len(set(ranking[:k]) & relevant)\nprecision, recall = hits / k, hits / len(relevant)", draw_precision),
    Card("07", "Average precision", r"$\mathrm{AP} = \frac{1}{R}\sum_{\mathrm{hits}} P@\mathrm{place}$", "The order counts.",
         "hit = np.isin(ranking, list(relevant))\nat = np.cumsum(hit) / np.arange(1, len(hit) + 1)\naverage_precision = at[hit].sum() / len(relevant)", draw_average_precision),
    Card("07", "Mixing two scores", r"$z = (s - \bar s)\ /\ \sigma_s$", "Bring both to one scale, then add.",
         "z = (scores - scores.mean()) / scores.std()\nmixed = alpha * z + (1 - alpha) * other_z", draw_z_scores),
    Card("07", "Gradients", r"$|g| = \sqrt{g_x^2 + g_y^2}$", "How much brightness changes, and which way.",
         "g_y, g_x = np.gradient(grey)\nstrength = np.hypot(g_x, g_y)\nangle = np.arctan2(g_y, g_x) % np.pi", draw_gradients),
    Card("08", "Principal components", r"$X - \bar X = U\,S\,V^{T}$", "The directions of largest spread.",
         "middle = matrix.mean(axis=0)\nV = np.linalg.svd(matrix - middle, full_matrices=False)[2]\nfew = (matrix - middle) @ V[:2].T", draw_components),
    Card("09", "Fewer comparisons", r"$\mathrm{recall@10} = \frac{\mathrm{kept}}{10}$", "Open the nearest cells only; measure what is lost.",
         "recall = len(set(found[:10]) & set(truth[:10])) / 10", draw_cells),
)  # fmt: skip


# The page


def draw_page():
    """All cards on one page.

    Returns
    -------
    Figure
    """
    page = Figure(figsize=SIZE)
    page.text(LEFT, 0.972, TITLE, fontsize=13, weight="bold")
    page.text(1 - LEFT, 0.972, "in brackets: the notebook", fontsize=7, ha="right", color=GREY)
    width, height = (1 - 2 * LEFT - BETWEEN) / COLUMNS, (TOP - 0.015) / ROWS
    for number, card in enumerate(CARDS):
        row, column = divmod(number, COLUMNS)
        _draw_card(page, card, LEFT + column * (width + BETWEEN), TOP - (row + 1) * height, width, height)
    return page


def _draw_card(page, card, left, bottom, width, height):
    frame_of = page.add_axes((left, bottom + 0.004, width, height - 0.008))
    frame_of.set_xticks([])
    frame_of.set_yticks([])
    frame(frame_of, "0.75", 0.8)
    place = dict(transform=frame_of.transAxes, va="top")
    frame_of.text(0.02, 0.95, f"{card.title}  [{card.notebook}]", fontsize=8.5, weight="bold", color=BLUE, **place)
    frame_of.text(0.02, 0.74, card.formula, fontsize=10, **place)
    frame_of.text(0.02, 0.46, card.words, fontsize=6.8, **place)
    frame_of.text(0.02, 0.05, card.code, fontsize=6.2, family="monospace", linespacing=1.15, **place | {"va": "bottom"})
    card.draw(page.add_axes((left + 0.66 * width, bottom + 0.37 * height, 0.32 * width, 0.56 * height)))


def as_markdown():
    """The same page in words, for reading aloud, searching and copying.

    Returns
    -------
    str
    """
    head = (
        "# Cheat sheet\n\n"
        "Each formula of the course, its code and its picture. To print: [cheat_sheet.pdf](../notebooks/cheat_sheet.pdf), one page. "
        "The words are explained in the [glossary](glossary.md).\n\n"
        "![The page: sixteen cards, each with a formula, its code and a small picture; the same in words below](../notebooks/cheat_sheet.png)\n"
    )
    return head + "".join(
        f"\n## {card.title} ({card.notebook})\n\n{card.formula}\n\n{card.words}\n\n```python\n{card.code}\n```\n" for card in CARDS
    )


def main():
    """Write the three files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=NOTEBOOKS, help="the folder to write to")
    folder = parser.parse_args().out
    page = draw_page()
    page.savefig(folder / "cheat_sheet.pdf", metadata={"Title": TITLE, "CreationDate": None})
    page.set_dpi(150)
    canvas = FigureCanvasAgg(page)
    canvas.draw()
    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    drawn.save(folder / "cheat_sheet.png", optimize=True)
    (folder / "cheat_sheet.md").write_text(as_markdown(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
