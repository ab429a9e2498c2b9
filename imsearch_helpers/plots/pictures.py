"""Floor 8. Pictures or results come in; a figure with rows of pictures goes out. Nearly every lesson shows some."""

import math

from ..checks import checked_count, renamed
from ..evaluation import compared
from .shared import file_name, frame, frame_as_marked, new_figure, show_picture


@renamed(query_path="query")
def visualize_results(query, results, num_results=5, relevant=None, title=""):
    """The query, and then every result that was asked for, with its score.

    Parameters
    ----------
    query : str, Path, PIL.Image.Image or ndarray
    results : list of SearchResult, or of pairs ``(path, score)``
    num_results : int
        How many of them to draw; all if there are fewer.
    relevant : set of str or Path, optional
        The paths of the right answers: then each result carries a tick or a cross.
    title : str
        What there is to see, above it all.

    Returns
    -------
    Figure
        As the last line of a notebook's cell it shows itself. A script shows it with ``.show()``, or writes it to a file
        with ``.savefig(path)``. What is gone by now, or cannot be read, is said in words.
    """
    results = list(results)[:num_results]
    right = None if relevant is None else set(map(compared, relevant))
    marks = ["" if right is None else "✓ " if compared(path) in right else "✗ " for path, _ in results]
    columns = min(6, len(results) + 1)
    rows = math.ceil((len(results) + 1) / columns)
    figure = new_figure(1.55 * columns, 1.95 * rows + 0.3 * bool(title), _alt_of_results(results, marks))
    figure.suptitle(title, fontsize=11, parse_math=False)
    first, *others = _panels(figure, rows, columns, used=len(results) + 1)
    show_picture(first, query, "query")
    first.patch.set_visible(False)
    frame(first, "black", 3)
    for place, ((path, score), mark, panel) in enumerate(zip(results, marks, others), start=1):
        show_picture(panel, path, f"{mark}{place}. score {score:.3f}")
        frame_as_marked(panel, mark)
    return figure


def _alt_of_results(results, marks):
    found = ", ".join(f"{file_name(path)} with score {score:.3f}" for path, score in results)
    text = f"A query picture and its results, best first: {found}"
    if any(marks):
        text += f". {marks.count('✓ ')} of these {len(results)} are right"
    return text + "."


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
    for panel, picture, title in zip(_panels(figure, rows, columns, used=len(pictures)), pictures, titles):
        show_picture(panel, picture, title)
    return figure


def _panels(figure, rows, columns, used):
    """The first axes of a grid, row by row; the others stay empty."""
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels[used:]:
        panel.set_axis_off()
    return panels[:used]


def show_gallery(rows, title, side=0.85):
    """Small pictures in rows, each with a word above it; a tick or a cross in that word colours the frame.

    Parameters
    ----------
    rows : dict of str to list of (str, str)
        What stands left of the row -> the pictures' paths and the words above them.
    title : str
    side : float
        Of a picture, in inches.

    Returns
    -------
    Figure
    """
    said = "; ".join(f"{name}: {', '.join(words for _, words in cells)}" for name, cells in rows.items())
    columns = max(map(len, rows.values()))
    width, height = 1.3 + (side + 0.12) * columns, 0.35 + (side + 0.3) * len(rows)
    figure = new_figure(width, height, f"{title}. Pictures in rows. {said}.")
    figure.suptitle(title, fontsize=11, parse_math=False)
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for panels, (name, cells) in zip(grid, rows.items()):
        panels[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10, parse_math=False)
        for panel, (path, words) in zip(panels, cells):
            show_picture(panel, path, words)
            panel.title.set_fontsize(9)
            frame_as_marked(panel, words)
        for panel in panels[len(cells) :]:
            panel.set_axis_off()
    return figure


def show_duplicates(groups, most=20):
    """Groups of near-duplicates, the largest file of each first and ticked, the others with their scores against it.

    Parameters
    ----------
    groups : Duplicates
        From `near_duplicates`, at least one.
    most : int
        How many groups to draw; the title says how many there are. Of each at most eight pictures are drawn.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        When there is no group, or `most` is below 1.
    """
    most = checked_count(most, "most")
    if not groups:
        raise ValueError("groups is empty: there are no near-duplicates to draw")
    rows = {}
    for number, group in enumerate(groups[:most], start=1):
        others = sorted((name != group.largest, -score, name) for name, score in zip(group, group.scores))
        cells = [(name, f"{-score:.4f}" if smaller else "✓ largest") for smaller, score, name in others[:8]]
        rows[f"group {number}\n{len(group)} pictures"] = cells
    return show_gallery(rows, f"Near-duplicates: {len(rows)} of {len(groups)} groups")
