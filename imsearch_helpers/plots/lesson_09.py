"""Floor 8. The figures of lesson 09: cells, walks, codes and measured searches come in; what each finds and costs goes out."""

import numpy as np

from .shared import BEHIND_WORDS, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, new_figure

# The lesson's points in the plane, in groups: lower left, lower right, upper left, upper right.
GROUPS = (
    ((2.2, 0.9), (3.1, 3.2), (0.7, 1.7), (3.5, 2.0), (2.0, 2.1)),
    ((5.5, 0.8), (7.2, 2.7), (9.3, 2.3), (7.3, 1.5), (6.3, 3.4)),
    ((3.2, 5.4), (2.3, 5.9), (3.8, 6.7), (4.3, 8.2), (4.9, 7.4)),
    ((5.8, 6.9), (7.2, 8.5), (6.8, 7.3), (5.9, 8.8), (6.4, 7.9)),
)
LOOKS = {"flat": (GREY, "s"), "ivf": (BLUE, "o"), "hnsw": (RED, "^"), "pq": (PURPLE, "D")}


def points_in_groups():
    """The lesson's points in the plane.

    Returns
    -------
    ndarray, shape (4, 5, 2)
        Four groups of five points, numbers from 0 to 10.

    Examples
    --------
    >>> points_in_groups()[0, 0].tolist()
    [2.2, 0.9]
    """
    return np.array(GROUPS)


def draw_cells(points, centres, query, searches):
    """Points in the plane, the cells of their centres, and what each of some searches looks at and finds.

    Parameters
    ----------
    points : ndarray, shape (n_points, 2)
    centres : ndarray, shape (n_cells, 2)
    query : ndarray, shape (2,), or None
        Drawn as a cross, if there is one.
    searches : dict of str to (sequence of int, int or None)
        Title -> the cells that it looks into, shaded; the row that it finds, ringed. A panel each.

    Returns
    -------
    Figure
    """
    said = "; ".join(f"{title}: looks into {len(cells)} cells" for title, (cells, _) in searches.items())
    figure = new_figure(4.3 * len(searches), 4.1, f"{len(points)} points in {len(centres)} cells of the plane. {said}.")
    for axes, (title, (cells, found)) in zip(figure.subplots(1, len(searches), squeeze=False)[0], searches.items()):
        _draw_ground(axes, centres, cells)
        axes.plot(*points.T, "o", color=GREY, markersize=6)
        axes.plot(*centres.T, "P", color=ORANGE, markersize=10, markeredgecolor="black", label="centre of a cell")
        if query is not None:
            axes.plot(*query, "X", color="black", markersize=11, label="query")
        if found is not None:
            axes.plot(*points[found], "o", color=RED, markersize=14, fillstyle="none", markeredgewidth=2.5, label="found")
        axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=3, frameon=False)
        _finish_plane(axes, title)
    return figure


def _draw_ground(axes, centres, cells):
    """The borders between cells, and a ground of blue for those that are looked into."""
    side = np.linspace(0, 10, 201)
    places = np.stack(np.meshgrid(side, side), axis=-1)  # (201, 201, 2)
    nearest = np.linalg.norm(places[:, :, np.newaxis] - centres, axis=-1).argmin(axis=-1)
    looked = np.isin(nearest, cells)
    axes.contourf(side, side, looked, levels=[0.5, 1.5], colors=[SKY], alpha=0.35)
    for cell in range(len(centres)):
        axes.contour(side, side, nearest == cell, levels=[0.5], colors="black", linewidths=0.8)


def _finish_plane(axes, title):
    axes.set(xlim=(0, 10), ylim=(0, 10), aspect="equal", xticks=[], yticks=[])
    axes.set_title(title, fontsize=10)


def draw_walk(points, links, query, walk, n_columns=3):
    """A walk on a graph of neighbours, a panel for each step: where it stands, whom it asks, where it goes.

    Parameters
    ----------
    points : ndarray, shape (n_points, 2)
    links : dict of int to set of int
        Point -> its neighbours.
    query : ndarray, shape (2,)
    walk : list of int
        The points in the order in which they are stood on.
    n_columns : int

    Returns
    -------
    Figure
    """
    n_rows = -(-len(walk) // n_columns)
    alt = f"A walk over {len(walk)} of {len(points)} linked points towards a query, a panel each: {walk}."
    side = 9.4 / n_columns  # as wide as a cell of JupyterLab
    figure = new_figure(side * n_columns, side * n_rows, alt)
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for axes in panels[len(walk) :]:
        axes.set_axis_off()
    for step, (axes, here) in enumerate(zip(panels, walk)):
        far = np.linalg.norm(points[here] - query)
        _draw_links(axes, points, links)
        asked = points[sorted(links[here])]
        axes.plot(*asked.T, "o", color=SKY, markersize=9, markeredgecolor="black")
        axes.plot(*points[walk[: step + 1]].T, "-", color=RED, linewidth=2.5)
        axes.plot(*points[here], "s", color=RED, markersize=10)
        axes.plot(*query, "X", color="black", markersize=11)
        _finish_plane(axes, f"{step}: stands on {here}, {far:.1f} away")
    return figure


def _draw_links(axes, points, links):
    for one, others in links.items():
        for other in others:
            axes.plot(*points[[one, other]].T, "-", color=GREY, linewidth=0.6, alpha=0.6)
    axes.plot(*points.T, "o", color=GREY, markersize=4)
    for row, (x, y) in enumerate(points):
        axes.annotate(str(row), (x, y), (4, 3), textcoords="offset points", fontsize=7)


def draw_codebooks(pairs, codebooks, codes):
    """Pairs of numbers as points, each among the centres of its own codebook; a line to the one that stands for it.

    Parameters
    ----------
    pairs : ndarray, shape (n_pairs, 2)
    codebooks : ndarray, shape (n_pairs, n_centres, 2)
    codes : list of int
        For each pair the number of its centre.

    Returns
    -------
    Figure
    """
    said = "; ".join(f"pair {number} goes to centre {code}" for number, code in enumerate(codes))
    figure = new_figure(4 * len(pairs), 3.5, f"Pairs of numbers and the centres of their codebooks: {said}.")
    for number, axes in enumerate(figure.subplots(1, len(pairs), squeeze=False)[0]):
        axes.plot(*codebooks[number].T, "P", color=ORANGE, markersize=12, markeredgecolor="black", label="centre")
        for code, (x, y) in enumerate(codebooks[number]):
            axes.annotate(str(code), (x, y), (9, 4), textcoords="offset points", fontsize=11)
        axes.plot(*np.stack([pairs[number], codebooks[number, codes[number]]]).T, "-", color=RED, linewidth=2)
        axes.plot(*pairs[number], "o", color=BLUE, markersize=9, label="the vector's pair")
        axes.set(xlim=(-0.1, 1.1), ylim=(-0.1, 1.1), aspect="equal", xlabel="first number", ylabel="second number")
        axes.set_title(f"pair {number}: code {codes[number]}", fontsize=10)
    figure.axes[0].legend(fontsize=9, loc="center")  # one for all panels
    return figure


def draw_frontier(rows, exact_ms, title):
    """Recall against time of every measured search, a curve for each kind, and the engine's exact search.

    Parameters
    ----------
    rows : list of dict
        With `kind`, `effort`, `recall`, `ms` and `bytes`.
    exact_ms : float
        The engine's own time for a query, in milliseconds.
    title : str

    Returns
    -------
    Figure
    """
    kinds = {kind: [row for row in rows if row["kind"] == kind] for kind in LOOKS}
    kinds = {kind: some for kind, some in kinds.items() if some}
    said = "; ".join(
        f"{kind}: recall {some[0]['recall']:.2f} in {some[0]['ms']:.3g} ms to {some[-1]['recall']:.2f} in {some[-1]['ms']:.3g} ms"
        for kind, some in kinds.items()
    )
    figure = new_figure(7.6, 4.1, f"Recall against milliseconds a query. {said}; the engine, exact: {exact_ms:.3g} ms.")
    axes = figure.subplots()
    for kind, some in kinds.items():
        colour, marker = LOOKS[kind]
        label = f"{kind}, {some[0]['bytes'] / 1e6:,.0f} MB"
        axes.plot([row["ms"] for row in some], [row["recall"] for row in some], f"-{marker}", color=colour, label=label)
    axes.plot(exact_ms, 1, "*", color=GREEN, markersize=16, markeredgecolor="black", label="the engine, exact")
    axes.set(xscale="log", ylim=(-0.03, 1.06), xlabel="milliseconds a query, one at a time", ylabel="recall@10")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_title(title, fontsize=11)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def draw_effort(rows, kind, place):
    """Recall against the number of comparisons of the kinds that have an effort, one setting of one of them marked.

    Parameters
    ----------
    rows : list of dict
        With `kind`, `effort`, `comparisons` and `recall`, the lowest effort of a kind first.
    kind : {"ivf", "hnsw"}
    place : int
        Which of the kind's efforts is marked, from 0; the highest, if it has not so many.

    Returns
    -------
    Figure
    """
    curves = {name: [row for row in rows if row["kind"] == name] for name in ("ivf", "hnsw")}
    marked = curves[kind][min(place, len(curves[kind]) - 1)]
    comparisons, recall = marked["comparisons"], marked["recall"]
    title = f"{kind}, effort {marked['effort']}: recall {recall:.2f} with {comparisons:,.0f} comparisons"
    figure = new_figure(7, 3.5, f"Recall against comparisons a query, a curve for {' and '.join(curves)}. {title}.", fixed=True)
    axes = figure.subplots(gridspec_kw={"left": 0.09, "right": 0.98, "bottom": 0.15, "top": 0.9})
    for name, curve in curves.items():
        colour, marker = LOOKS[name]
        places = [row["comparisons"] for row in curve], [row["recall"] for row in curve]
        axes.plot(*places, f"-{marker}", color=colour, markersize=5, label=name)
    axes.plot(comparisons, recall, "o", color="black", markersize=14, fillstyle="none", markeredgewidth=2)
    axes.axhline(recall, color="black", linewidth=0.6)
    axes.set(xscale="log", ylim=(-0.03, 1.06), xlabel="comparisons a query", ylabel="recall@10")
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.set_title(title, fontsize=11)
    axes.legend(fontsize=9, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def draw_crowding(dimensions, ratios, ours):
    """How far the nearest is, as a share of the farthest, for random vectors of more and more numbers, and for our own.

    Parameters
    ----------
    dimensions : list of int
    ratios : list of float
        Nearest over farthest, for each dimension.
    ours : (int, float)
        The same of our vectors: their numbers, and the ratio.

    Returns
    -------
    Figure
    """
    ends = f"from {ratios[0]:.2f} at {dimensions[0]} to {ratios[-1]:.2f} at {dimensions[-1]:,}"
    alt = f"The nearest as a share of the farthest, for random vectors: {ends}. Our vectors of {ours[0]} numbers: {ours[1]:.2f}."
    figure = new_figure(7, 3.3, alt)
    axes = figure.subplots()
    axes.plot(dimensions, ratios, "o-", color=GREY, label="random numbers")
    axes.plot(*ours, "*", color=BLUE, markersize=15, label="made from the products")
    axes.annotate(f"{ours[1]:.2f}", ours, (10, -4), textcoords="offset points", color=BLUE, bbox=BEHIND_WORDS)
    axes.set(xscale="log", ylim=(0, 1), xlabel="numbers a vector", ylabel="nearest / farthest")
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.set_title(f"Random numbers: the nearest is {ratios[0]:.2f} to {ratios[-1]:.2f} of the farthest", fontsize=11)
    axes.legend(fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
