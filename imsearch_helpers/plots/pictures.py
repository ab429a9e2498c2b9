"""Floor 6. Pictures or results come in; a figure with rows of pictures goes out. Nearly every lesson shows some."""

import math

from .shared import file_name, frame, frame_as_marked, new_figure, show_picture


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
    first, *others = _panels(figure, rows, columns, used=len(results) + 1)
    show_picture(first, query, "query")
    first.patch.set_visible(False)
    frame(first, "black", 3)
    for place, (result, panel) in enumerate(zip(results, others), start=1):
        mark = "" if relevant is None else ("✓ " if result.path in relevant else "✗ ")
        show_picture(panel, result.path, f"{mark}{place}. score {result.score:.3f}")
        frame_as_marked(panel, mark)
    return figure


def _alt_of_results(results, relevant):
    found = ", ".join(f"{file_name(path)} with score {score:.3f}" for path, score in results)
    text = f"A query picture and its results, best first: {found}"
    if relevant is not None:
        right = sum(result.path in relevant for result in results)
        text += f". {right} of these {len(results)} are right"
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
    width, height = 1.3 + (side + 0.12) * columns, 0.35 + (side + 0.3) * len(rows)
    figure = new_figure(width, height, f"{title}. Pictures in rows. {said}.")
    figure.suptitle(title, fontsize=11, parse_math=False)
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for panels, (name, cells) in zip(grid, rows.items()):
        panels[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10)
        for panel, (path, words) in zip(panels, cells):
            show_picture(panel, path, words)
            panel.title.set_fontsize(9)
            frame_as_marked(panel, words)
    return figure
