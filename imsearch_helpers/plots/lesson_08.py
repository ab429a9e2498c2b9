"""Floor 8. The figures of lesson 08: filters, gradients and embeddings come in; what a network sees goes out."""

import numpy as np
from matplotlib.collections import LineCollection

from ..checks import printable
from ..images import load_image_in_time
from .shared import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, draw_arrow, frame, new_figure, show_picture

LINES = ((BLUE, "o-"), (ORANGE, "s--"), (GREEN, "^-."), (PURPLE, "D:"), ("black", "x-"))  # a marker beside each colour


# Gradients and filters


def show_gradients(pictures, gradients, titles):
    """Pictures above their gradients: in each cell a short line along the edge, darker where more of the cell runs so.

    Parameters
    ----------
    pictures : list of str, Path, PIL.Image.Image or ndarray
    gradients : list of ndarray, shape (cells * cells * n_orientations,)
        From `image_to_gradients`, with 8 directions.
    titles : list of str

    Returns
    -------
    Figure
    """
    alt = f"Pictures ({', '.join(titles)}), and below each a grid of short lines that follow the edges in it."
    figure = new_figure(2.6 * len(pictures), 5.6, alt)
    above, below = figure.subplots(2, len(pictures), squeeze=False)
    for panel, picture, title in zip(above, pictures, titles):
        show_picture(panel, picture, title)
    for panel, vector in zip(below, gradients):
        _draw_cells(panel, np.reshape(vector, (-1, 8)))
    return figure


def _draw_cells(axes, cells):
    side = int(len(cells) ** 0.5)
    angles = np.arange(8) * np.pi / 8 + np.pi / 2  # an edge stands at a right angle to the change of brightness
    half = 0.42 * np.stack([np.cos(angles), np.sin(angles)], axis=1)  # (8, 2)
    middles = np.stack(np.divmod(np.arange(len(cells)), side)[::-1], axis=1)  # (n_cells, 2), x before y
    ends = np.stack([middles[:, np.newaxis] - half, middles[:, np.newaxis] + half], axis=2).reshape(-1, 2, 2)
    axes.add_collection(LineCollection(ends, colors=[(0, 0, 0, a) for a in np.clip(cells.ravel(), 0, 1)], linewidths=2))
    axes.set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5), xticks=[], yticks=[], aspect="equal")
    frame(axes, GREY, 1)


def show_filters(rows):
    """Filters as small colour pictures: grey is 0, brighter is positive, darker is negative.

    Parameters
    ----------
    rows : dict of str to ndarray, shape (n_filters, 3, height, width)
        What stands above each group -> filters; twelve are drawn in a line.

    Returns
    -------
    Figure
    """
    said = "; ".join(f"{name}: {len(filters)} filters" for name, filters in rows.items())
    figure = new_figure(9.4, 2.05 * len(rows), f"Filters as small colour pictures, grey where they are 0. {said}.")
    for part, (name, filters) in zip(figure.subfigures(len(rows), 1, squeeze=False).ravel(), rows.items()):
        part.suptitle(name, fontsize=11)
        panels = part.subplots(-(-len(filters) // 12), 12, squeeze=False).ravel()
        for panel in panels:
            panel.set_axis_off()
        for panel, weights in zip(panels, filters):
            panel.imshow(_in_colours(weights))
    return figure


def _in_colours(weights):
    largest = np.abs(weights).max()  # each filter on its own scale
    return 0.5 + 0.5 * (weights / (largest if largest > 0 else 1)).transpose(1, 2, 0)  # (height, width, 3)


def show_activations(picture, filters, activations):
    """A picture, and what some filters answer to it: bright where a filter finds what it is made for.

    Parameters
    ----------
    picture : str, Path, PIL.Image.Image or ndarray
    filters : dict of str to ndarray, shape (3, height, width)
    activations : dict of str to ndarray, shape (n_rows, n_columns)
        At least 0; the same names.

    Returns
    -------
    Figure
    """
    said = ", ".join(f"{name} up to {answer.max():.1f}" for name, answer in activations.items())
    figure = new_figure(9.4, 3.4, f"A picture, and below their filters the answers of some: {said}.")
    grid = figure.subplots(2, len(filters) + 1, height_ratios=[1, 2.2])
    grid[0, 0].set_axis_off()
    show_picture(grid[1, 0], picture, "picture")
    for (upper, lower), (name, weights) in zip(grid[:, 1:].T, filters.items()):
        upper.imshow(_in_colours(weights))
        upper.set_title(name, fontsize=9)
        lower.imshow(activations[name], cmap="gray", vmin=0)
        lower.set_title(f"up to {activations[name].max():.1f}", fontsize=9)
        for panel in (upper, lower):
            panel.set(xticks=[], yticks=[])
    return figure


# Fewer numbers


def draw_directions(points, spreads, direction, labels):
    """A cloud of points with the direction in which it is widest; beside it the spread along every direction.

    Parameters
    ----------
    points : ndarray, shape (n_images, 2)
        Centred.
    spreads : ndarray, shape (n_angles,)
        The variance along directions of 0 up to 180 degrees, in equal steps.
    direction : ndarray, shape (2,)
        Of length 1.
    labels : (str, str)

    Returns
    -------
    Figure
    """
    angles = np.arange(len(spreads)) * 180 / len(spreads)
    best = angles[np.argmax(spreads)]
    alt = (
        f"Left a cloud of {len(points)} points with an arrow along its widest direction, at {best:.0f} degrees. Right a "
        f"curve of the spread along all directions, with its top at {best:.0f} degrees."
    )
    figure = new_figure(9.4, 3.6, alt)
    cloud, curve = figure.subplots(1, 2)
    cloud.plot(*points.T, ".", color=BLUE, markersize=3, alpha=0.6)
    draw_arrow(cloud, tuple(direction * 2 * spreads.max() ** 0.5), RED)
    cloud.set(xlabel=labels[0], ylabel=labels[1], aspect="equal")
    cloud.set_title("each point is a picture", fontsize=11)
    curve.plot(angles, spreads, color=BLUE)
    curve.plot(best, spreads.max(), "D", color=RED, markersize=9, fillstyle="none", markeredgewidth=2)
    curve.set(xlabel="direction in degrees", ylabel="variance along it", ylim=(0, None))
    curve.set_title(f"widest at {best:.0f} degrees", fontsize=11)
    for axes in (cloud, curve):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def show_components(components, shares):
    """Directions in the space of pixels as grey pictures: middle grey is 0, brighter is positive, darker is negative.

    Parameters
    ----------
    components : ndarray, shape (n_components, height, width)
        A direction and its opposite are as good: each is drawn so that its numbers add up to something positive.
    shares : sequence of float
        How much of the whole spread lies along each.

    Returns
    -------
    Figure
    """
    said = ", ".join(f"{share:.0%}" for share in shares)
    figure = new_figure(9.4, 2.4, f"{len(components)} principal components drawn as grey pictures; of the spread they hold {said}.")
    for place, (axes, part, share) in enumerate(zip(figure.subplots(1, len(components)), components, shares), start=1):
        axes.imshow(part * np.sign(part.sum()), cmap="gray", vmin=-np.abs(part).max(), vmax=np.abs(part).max())
        axes.set(xticks=[], yticks=[])
        axes.set_title(f"{place}: {share:.0%} of the spread", fontsize=10)
    return figure


def draw_lines(curves, xlabel, ylabel, title, marked=None, doubling=False):
    """Some measures over one quantity, each with a marker of its own.

    Parameters
    ----------
    curves : dict of str to dict of float to float
        Name -> quantity -> measure, from 0 to 1; at most five names.
    xlabel, ylabel, title : str
    marked : float, optional
        One quantity of all curves, marked by a line, with the measures there.
    doubling : bool
        Whether each step doubles the quantity: its axis is logarithmic then.

    Returns
    -------
    Figure
    """
    said = "; ".join(
        f"{name}: {', '.join(f'{value:.2f} at {at:g}' for at, value in curve.items())}" for name, curve in curves.items()
    )
    figure = new_figure(8.4, 3.6, f"Curves of {ylabel} over {xlabel}. {said}.")
    axes = figure.subplots()
    for (name, curve), (colour, look) in zip(curves.items(), LINES):
        at_mark = "" if marked is None else f": {curve[marked]:.3f}"
        axes.plot(list(curve), list(curve.values()), look, color=colour, markersize=5, label=name + at_mark)
    if marked is not None:
        axes.axvline(marked, color=RED, linewidth=1.5)
    if doubling:
        axes.set_xscale("log", base=2)
        axes.set_xticks(sorted({at for curve in curves.values() for at in curve}))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
    axes.set(xlabel=xlabel, ylabel=ylabel, ylim=(-0.03, 1.05))
    axes.set_title(title, fontsize=11)
    axes.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.01, 0.5))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


# Maps


def show_maps(maps, paths):
    """All pictures in the plane, once for each method: near is what the method takes for alike.

    Parameters
    ----------
    maps : dict of str to ndarray, shape (n_images, 2)
        What stands above each map -> places.
    paths : list of str

    Returns
    -------
    Figure
    """
    names = "; ".join(printable(name) for name in maps)
    figure = new_figure(9.8, 4.9 * -(-len(maps) // 2), f"{len(maps)} maps of {len(paths)} small pictures: {names}.")
    side = 30
    thumbnails = [np.asarray(load_image_in_time(path, size=(64, 64)).resize((side, side))) for path in paths]
    for axes, (name, places) in zip(figure.subplots(-(-len(maps) // 2), 2).ravel(), maps.items()):
        axes.imshow(_laid_out(thumbnails, places, 460 - side))
        axes.set(xticks=[], yticks=[])
        axes.set_title(name, fontsize=11)
        frame(axes, GREY, 1)
    return figure


def _laid_out(thumbnails, places, room):
    # One picture for all: hundreds of pictures in an axes would take seconds.
    low, high = places.min(axis=0), places.max(axis=0)
    x, up = np.rint(room * (places - low) / np.where(high > low, high - low, 1)).astype(int).T
    side = len(thumbnails[0])
    canvas = np.full((room + side, room + side, 3), 255, np.uint8)
    for thumbnail, column, row in zip(thumbnails, x, room - up):
        canvas[row : row + side, column : column + side] = thumbnail
    return canvas
