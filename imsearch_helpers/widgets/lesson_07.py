"""Floor 9. The sliders of lesson 07: results or methods come in; what is counted of k of them, or of two mixed, goes out."""

import html
from functools import partial

import numpy as np

from ..evaluation import evaluate_search
from ..plots import show_scoreboard
from ..plots.shared import table_in_words
from .cards import results_html
from .panel import play, slider

BOARD_STYLE = """<style>
.imsearch-board {border-collapse: separate; border-spacing: 3px; font-size: 14px; color: black; background: white}
.imsearch-board caption {padding: 6px; color: black; background: white}
.imsearch-board td, .imsearch-board th {width: 110px; height: 38px; text-align: center; font-weight: normal}
.imsearch-board th:first-child {width: auto; text-align: right; padding-right: 6px}
.imsearch-board th, .imsearch-board caption {white-space: nowrap}
</style>"""


def explore_k(query, results, products, k=5):
    """What k does: the first k results with ticks and crosses, and what is counted of them.

    Parameters
    ----------
    query : str
        An indexed path.
    results : list of SearchResult
        Best first, without the query itself; k goes up to their number.
    products : Products
        The truth.
    k : int
        Where the slider stands at first.

    Returns
    -------
    Panel
    """

    def counted(k):
        return counted_html(query, results[:k], products)

    return play(counted, k=slider("k, how many results", 1, len(results), k, continuous=True)).add_class("imsearch-counted")


def counted_html(query, results, products):
    """Results with ticks and crosses, below what is counted of them, as one piece of HTML.

    Parameters
    ----------
    query : str
    results : list of SearchResult
        At least one.
    products : Products

    Returns
    -------
    str
    """
    truth = products.relevant(query)
    hits, quality = sum(result.path in truth for result in results), evaluate_search(truth, [one.path for one in results], len(results))
    said = (
        f"precision {hits} of {len(results)} shown = <b>{quality.precision:.2f}</b>, "
        f"recall {hits} of {len(truth)} relevant = <b>{quality.recall:.2f}</b>"
    )
    return f"<p>{said}</p>{results_html(query, results, products)}"


def explore_mixture(names, rows, weight=0.5):
    """Two methods mixed: move the weight of the second, and the scoreboard follows.

    Parameters
    ----------
    names : (str, str)
        Of the methods.
    rows : dict of float to dict of str to float
        Weight -> row, as `found_by_weight` gives them: 0, 1, and what lies between in equal steps.
    weight : float
        Where the slider stands at first.

    Returns
    -------
    Panel
    """
    control = slider(f"weight of {names[1]}", 0.0, 1.0, weight, step=1 / (len(rows) - 1))
    control.layout.width = "480px"  # its label is long, and a step must be wide enough for the mouse
    return play(partial(mixture_html, names, rows), weight=control).add_class("imsearch-mixture")


def mixture_board(names, rows, weight):
    """The scoreboard of two methods and of one mixture, whose worst shot stands in the title.

    Parameters
    ----------
    names : (str, str)
    rows : dict of float to dict of str to float
    weight : float
        Of the second; the nearest weight in `rows` is shown.

    Returns
    -------
    Figure
    """
    return show_scoreboard(*_mixture(names, rows, weight))


def mixture_html(names, rows, weight):
    """What `mixture_board` draws, as a table in HTML: written in a millisecond, for a slider.

    Parameters
    ----------
    names : (str, str)
    rows : dict of float to dict of str to float
    weight : float

    Returns
    -------
    str
    """
    table, title = _mixture(names, rows, weight)
    heads = "".join(f"<th>{html.escape(shot)} shot</th>" for shot in sorted(rows[0.0]))
    lines = "".join(f"<tr><th>{html.escape(name)}</th>{_cells(row)}</tr>" for name, row in table.items())
    label = html.escape(f"{title}. {table_in_words(table)}.", quote=True)
    return f'{BOARD_STYLE}<table class="imsearch-board" aria-label="{label}"><caption>{html.escape(title)}</caption><tr><td></td>{heads}</tr>{lines}</table>'


def _mixture(names, rows, weight):
    weight = min(rows, key=lambda known: abs(known - weight))
    mixed = rows[weight]
    worst = min(mixed, key=mixed.get)
    title = f"Weight {weight:.2f}: the worst shot is {worst} with {mixed[worst]:.2f}, the mean {np.mean(list(mixed.values())):.2f}"
    return {names[0]: rows[0.0], names[1]: rows[1.0], f"mixed, {weight:.2f}": mixed}, title


def _cells(row):
    # As dark as in the figures: white for 0; black digits can be read on the blue of 1.
    return "".join(f'<td style="background: rgba(0, 114, 178, {0.75 * row[shot]:.3f})">{row[shot]:.2f}</td>' for shot in sorted(row))
