"""Floor 8. The figure of lesson 00: a query and its results come in; the whole course in one figure goes out."""

import math

from .shared import BEHIND_WORDS, BLUE, GREEN, GREY, PURPLE, RED, draw_arrow, draw_histogram, new_figure, show_picture


def show_search_process(query, vector, results):
    """The whole course in one figure: picture, vector, angles, ranking.

    Parameters
    ----------
    query : str, Path, PIL.Image.Image or ndarray
    vector : ndarray, shape (n_dims,)
        The query's colour histogram: red, green and blue bins one after another. Of 30 to 60 numbers, bars can be
        told apart.
    results : list of SearchResult
        Scored by cosine, best first; the first four are drawn. Choose some whose angles lie 10 degrees apart and more.

    Returns
    -------
    Figure
    """
    results = list(results)[:4]
    degrees = [math.degrees(math.acos(min(1.0, result.score))) for result in results]
    figure = new_figure(9.4, 3.5, _alt_of_search_process(degrees), fixed=True)
    for left, title in ((0.09, "1. a picture"), (0.315, "2. its vector"), (0.57, "3. angles"), (0.87, "4. a ranking")):
        figure.text(left, 0.93, title, ha="center", fontsize=12, fontweight="bold")
    show_picture(figure.add_axes([0.01, 0.26, 0.16, 0.43]), query)
    figure.text(0.09, 0.14, "a grid of numbers", ha="center", fontsize=9)
    bars = figure.add_axes([0.22, 0.26, 0.19, 0.43])
    draw_histogram(bars, vector)
    bars.set(xlabel="", ylabel="", yticks=[])
    figure.text(0.315, 0.14, f"{len(vector)} numbers, drawn as bars", ha="center", fontsize=9)
    _draw_angles(figure.add_axes([0.44, 0.1, 0.3, 0.8]), query, results, degrees)
    figure.text(0.59, 0.05, "a smaller angle: more alike", ha="center", fontsize=9)
    for i, result in enumerate(results):
        panel = figure.add_axes([0.765 + 0.12 * (i % 2), 0.5 - 0.43 * (i // 2), 0.11, 0.3])
        show_picture(panel, result.path, f"{i + 1}. cos {result.score:.3f}")
    for left in (0.18, 0.42, 0.74):
        figure.text(left, 0.47, "→", ha="center", va="center", fontsize=20, color=GREY)
    return figure


def _alt_of_search_process(degrees):
    return (
        "Four steps from left to right. A picture; its vector, drawn as bars; an arrow for each of "
        f"{len(degrees)} other pictures, at angles of {', '.join(f'{angle:.0f}' for angle in degrees)} degrees "
        "from the query's arrow (the angles between the others are not to scale); and the same pictures ranked, the "
        "smallest angle first."
    )


def _draw_angles(axes, query, results, degrees):
    _draw_arrow_to_picture(axes, 0, "black", "", query)
    for result, angle, colour in zip(results, degrees, (BLUE, GREEN, RED, PURPLE)):
        _draw_arrow_to_picture(axes, angle, colour, f"{angle:.0f}°", result.path)
    top = 1.2 * math.sin(math.radians(max(degrees)))
    axes.set(xlim=(-0.05, 1.42), ylim=(-0.28, max(0.6, top) + 0.2), aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.patch.set_visible(False)


def _draw_arrow_to_picture(axes, degrees, colour, label, image):
    x, y = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    draw_arrow(axes, (x, y), colour, head=14, linewidth=2)
    axes.text(0.8 * x, 0.8 * y, label, fontsize=9, ha="center", va="center", bbox=BEHIND_WORDS)
    below = 0.0 if label else 0.1  # the query makes room for the first result
    place = [1.2 * x - 0.15, 1.2 * y - 0.15 - below, 0.3, 0.3]
    show_picture(axes.inset_axes(place, transform=axes.transData), image)
