"""Floor 9. The sliders of lesson 09: measured rows come in; recall against effort goes out."""

from collections import Counter
from functools import partial

from ..plots import draw_effort
from .panel import chooser, play, slider


def explore_effort(rows):
    """Recall against comparisons: choose a kind of index and its effort.

    Parameters
    ----------
    rows : list of dict
        As `plots.draw_effort` takes them.

    Returns
    -------
    Panel
    """
    most = max(Counter(row["kind"] for row in rows if row["kind"] in ("ivf", "hnsw")).values())
    controls = {"kind": chooser("kind", ["ivf", "hnsw"]), "place": slider("effort, from low to high", 0, most - 1, 0)}
    return play(partial(draw_effort, rows), **controls).add_class("imsearch-effort")
