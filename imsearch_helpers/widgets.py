"""Floor 7. An engine comes in, sliders go out. Each widget is a plain function of its values and one line of wiring."""

import base64
import csv
import html
import io
import os
import tempfile
import traceback
import warnings
from collections import Counter
from functools import lru_cache
from pathlib import Path

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from PIL import ImageColor

from .ann import sizes_on_paper
from .checks import printable
from .engine import ImageSearchEngine
from .evaluation import compared, evaluate_search
from .images import ImageError, load_image_in_time
from .plots import BLUE, GREY, RED, damage_html, draw_effort, explain_match, figure_html, readings_html, show_scoreboard
from .plots.shared import file_name, table_in_words
from .text import search_by_text_and_image
from .vectors import METHODS

THUMBNAIL = 120  # pixels: a query and five results fit into one row of JupyterLab in a window of 1280
FOOLED = "fooled.csv"
WALL = (228, 228, 228)  # behind the products of data/
STYLE = f"""<style>
.imsearch-gallery {{display: flex; flex-wrap: wrap; gap: 8px; font-size: 13px; line-height: 1.4; padding: 6px 2px}}
.imsearch-gallery figure {{margin: 0; width: {THUMBNAIL + 8}px}}
.imsearch-gallery img {{width: {THUMBNAIL}px; height: {THUMBNAIL}px; object-fit: contain; border: 3px solid {GREY};
  background: white}}
.imsearch-gallery .imsearch-query-thumb {{border-color: black}}
.imsearch-gallery .imsearch-right {{border-color: {BLUE}}}
.imsearch-gallery .imsearch-wrong {{border: 3px dashed {RED}}}
.imsearch-gallery p {{margin: 0; width: {THUMBNAIL}px; height: {THUMBNAIL}px; border: 3px dashed {GREY}; text-align: center}}
.imsearch-gallery .imsearch-name {{color: {GREY}; font-size: 11px; overflow-wrap: anywhere}}
</style>"""

MAP_STYLE = f"""<style>
.imsearch-points {{position: relative; width: 720px; max-width: 100%; height: 480px; border: 1px solid {GREY};
  background: white; overflow: hidden}}
.imsearch-points img {{position: absolute; width: 26px; height: 26px}}
.imsearch-points img:hover {{transform: scale(3); z-index: 3}}
.imsearch-points .imsearch-picked {{outline: 3px solid {RED}; transform: scale(1.6); z-index: 2}}
</style>"""

BOARD_STYLE = """<style>
.imsearch-board {border-collapse: separate; border-spacing: 3px; font-size: 14px; color: black; background: white}
.imsearch-board caption {padding: 6px; color: black; background: white}
.imsearch-board td, .imsearch-board th {width: 110px; height: 38px; text-align: center; font-weight: normal}
.imsearch-board th:first-child {width: auto; text-align: right; padding-right: 6px}
.imsearch-board th, .imsearch-board caption {white-space: nowrap}
</style>"""


# JupyterLab gives this class to widgets whose kernel was restarted or shut down; nothing of ours runs any more by then.
DEAD = f"""<style>.imsearch-panel.jupyter-widgets-disconnected::before {{color: {RED}; font: bold 13px sans-serif; height: auto;
  content: "These sliders belong to a kernel that has ended: run this cell again."}}</style>"""


_BEGUN = {}  # folder -> the engine that `explore` began with, until it has read all


class Panel(ipywidgets.VBox):
    """A box of controls above what they change. In a stored page, where nothing can be moved, it says so.

    Parameters
    ----------
    controls : dict of str to ipywidgets.Widget
        Each gets the CSS class `imsearch-` and its name, the panel the class `imsearch-panel`.
    output : ipywidgets.HTML
    """

    def __init__(self, controls, output):
        for name, control in controls.items():
            control.add_class(f"imsearch-{name}")
        row = ipywidgets.HBox([*controls.values(), ipywidgets.HTML(DEAD)], layout={"flex_flow": "row wrap"})
        super().__init__([row, output])
        self.add_class("imsearch-panel")
        self.controls, self.output = controls, output

    def __repr__(self):
        return "(Sliders appear here when this cell is run in JupyterLab.)"

    def move(self, **values):
        """Move controls from Python, as a hand would.

        Parameters
        ----------
        **values
            A control's name -> its new value.

        Returns
        -------
        str
            What is shown then, as HTML.

        Raises
        ------
        ValueError
            When there is no control of that name.

        Examples
        --------
        >>> play(lambda n: f"<p>{n}</p>", n=slider("n", 0, 9, 3)).move(n=5)
        '<p>5</p>'
        """
        for name, value in values.items():
            if name not in self.controls:
                raise ValueError(f"controls must be among {', '.join(self.controls)}, not {name!r}")
            self.controls[name].value = value
        return self.output.value


def play(function, **controls):
    """Show what a function returns for the values of some controls, again whenever one is moved.

    Parameters
    ----------
    function : callable
        Takes the controls' values under their names; returns a `plots.Figure`, or a string of HTML.
    **controls : ipywidgets.Widget

    Returns
    -------
    Panel
        The controls, then one HTML widget. An error at first is raised; one that comes when a control moves stands there.
    """
    output = ipywidgets.HTML()

    def update(change=None):
        shown = function(**{name: control.value for name, control in controls.items()})
        output.value = figure_html(shown) if isinstance(shown, Figure) else shown

    for control in controls.values():
        control.observe(_in_sight(update, output), names="value")
    update()
    return Panel(controls, output)


def _in_sight(work, output):
    """The same work for a button or a slider, whose errors nobody would see: they go into an HTML widget."""

    def seen(event):
        try:
            work(event)
        except Exception as error:
            said = "".join(traceback.format_exception_only(error))
            output.value = f'<pre style="color: {RED}; white-space: pre-wrap">{html.escape(said)}</pre>'

    return seen


def slider(description, low, high, value, step=1, continuous=False):
    """A slider with room for its label.

    Parameters
    ----------
    description : str
    low, high, value, step : int or float
        A whole-number slider if all are whole numbers.
    continuous : bool
        Update while it is dragged; for what is drawn in a few milliseconds.

    Returns
    -------
    ipywidgets.IntSlider or ipywidgets.FloatSlider
    """
    whole = all(isinstance(number, int) for number in (low, high, value, step))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    return kind(value, min=low, max=high, step=step, description=description, continuous_update=continuous,
                style={"description_width": "initial"}, layout={"width": "320px"})  # fmt: skip


def stops(description, values, value, continuous=False):
    """A slider that stands at some values only: choose many where the answers lie.

    Parameters
    ----------
    description : str
    values : iterable of int or float
        In the order from left to right.
    value : int or float
        One of them, where it stands at first.
    continuous : bool
        As for `slider`.

    Returns
    -------
    ipywidgets.SelectionSlider
    """
    return ipywidgets.SelectionSlider(options=list(values), value=value, description=description, continuous_update=continuous,
                                      style={"description_width": "initial"}, layout={"width": "480px"})  # fmt: skip


def chooser(description, options):
    """A list to choose one name from, with room for its label.

    Parameters
    ----------
    description : str
    options : iterable of str
        The first is chosen at first.

    Returns
    -------
    ipywidgets.Dropdown
    """
    return ipywidgets.Dropdown(
        options=list(options), description=description, style={"description_width": "initial"}, layout={"width": "auto"}
    )


def thumbnail(path, side=THUMBNAIL):
    """A picture file as a small JPEG in a data address, or None if it cannot be read.

    It is remembered for as long as the file stays as it is.

    Parameters
    ----------
    path : str
    side : int
        The most pixels each way.

    Returns
    -------
    str or None
    """
    try:
        status = os.stat(path)
        return _remembered(os.path.abspath(path), side, status.st_size, status.st_mtime_ns)
    except (ImageError, OSError, ValueError):
        return None


@lru_cache(maxsize=4096)
def _remembered(path, side, n_bytes, time):
    return _embedded(path, side)


def _embedded(image, side=THUMBNAIL):
    picture = load_image_in_time(image, size=(side, side)).copy()
    picture.thumbnail((side, side))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def gallery_html(engine, query, top_k, products=None, without_query=False):
    """The query and its results as one piece of HTML, thumbnails inside.

    Parameters
    ----------
    engine : ImageSearchEngine
    query : str, Path, PIL.Image.Image or bytes
        The vector of an indexed path is looked up unless its file has changed; any other picture is read.
    top_k : int
    products : Products, optional
        The truth: then each result says whether it shows the same product, or at least the same category.
    without_query : bool
        Leave the query itself out of its results.

    Returns
    -------
    str
        All text from file names is escaped; they are shown as seen from the engine's folder. What is gone, cannot be read or (where
        there are no products) has changed since it was indexed is said in words, and so is what the method lacks.
    """
    try:
        found = engine.search_fast(_query_vector(engine, query), top_k + bool(without_query))
        results = [result for result in found if not (without_query and compared(result.path) == compared(query))][:top_k]
        changed = ["changed since it was indexed" if engine._has_changed(result.path) else "" for result in results]
        return results_html(query, results, products, engine.image_dir, changed)
    except ImageError as error:
        return f"<p>This picture cannot be used: {html.escape(error.reason)}.</p>"
    except (ImportError, OSError, ValueError) as error:  # of the method; a widget that raises an error shows nothing at all
        return f"<p>This picture cannot be used with this engine: {html.escape(str(error))}.</p>"


def results_html(query, results, products=None, folder="", said=()):
    """A query and its results as one piece of HTML, drawn in a few milliseconds, for a slider that is dragged.

    Parameters
    ----------
    query : str, Path, PIL.Image.Image or bytes
    results : list of SearchResult
    products : Products, optional
        The truth about the pictures, as for `gallery_html`.
    folder : str
        From where the names are seen; the file's name alone if not given.
    said : sequence of str, optional
        What stands below the score of each result where no truth does.

    Returns
    -------
    str

    Raises
    ------
    ImageError
        When the query is no path and cannot be read.
    """
    picture = thumbnail(query) if isinstance(query, str) else _embedded(query)
    known = products is not None and isinstance(query, str)
    label = f"<b>query</b><br>{_words(products.of(query))}" if known else "<b>query</b>"
    name = _seen_from(folder, query) if isinstance(query, str) else "your picture"
    cards = [_card(picture, "imsearch-query-thumb", label, name, query)]
    for place, (path, score) in enumerate(results, start=1):
        words = html.escape(said[place - 1]) if said else ""
        mark, style = _mark(products.of(query), products.of(path)) if known else (words, "")
        label = f"{place}. <b>{score:.3f}</b><br>{mark}"
        cards.append(_card(thumbnail(path), f"imsearch-thumb {style}", label, _seen_from(folder, path), path))
    return f'{STYLE}<div class="imsearch-gallery">{"".join(cards)}</div>'


def _query_vector(engine, query):
    # A path of the collection is already in the index, and looking it up keeps the slider smooth.
    known = isinstance(query, str) and not engine._has_changed(query)
    row = np.searchsorted(engine.image_paths, query) if known else len(engine.image_paths)
    if row < len(engine.image_paths) and engine.image_paths[row] == query:
        return engine.image_vectors[row]
    return engine.vector_of(query)


def _words(product):
    return html.escape(f"{product.colour} {product.category}, {product.shot}")


def _mark(query, result):
    if result.file == query.file:
        return "the query itself", ""
    if result.product_id == query.product_id:
        return f'<span style="color:{BLUE}">✓ same product</span>', "imsearch-right"
    if result.category == query.category:
        return "≈ same category", ""
    return f'<span style="color:{RED}">✗ {html.escape(result.category)}</span>', "imsearch-wrong"


def _seen_from(folder, path):
    if folder and Path(path).is_relative_to(folder):
        return str(Path(path).relative_to(folder))
    return path.replace("\\", "/").rsplit("/", 1)[-1]  # both slashes, for an index from another computer


def _card(picture, style, label, name, path):
    name = html.escape(printable(name))
    instead = "(cannot be read)" if not isinstance(path, str) or os.path.exists(path) else "✗ gone: there is no such file"
    image = f'<img class="{style}" alt="{name}" src="{picture}">' if picture else f"<p>{instead}</p>"
    return f'<figure>{image}<figcaption>{label}<div class="imsearch-name">{name}</div></figcaption></figure>'


def explore(engines, products=None, queries=None, query=0, top_k=5, without_query=False):
    """The explorer: pick a query, move the number of results, choose an engine, upload a picture of your own.

    Parameters
    ----------
    engines : ImageSearchEngine, dict of str to ImageSearchEngine, or str or Path
        Several engines over the same pictures give a choice between them, under the dict's names. A folder of pictures is
        indexed first; when that is interrupted, the next call goes on from there.
    products : Products, optional
        The truth about the pictures, for ticks and crosses.
    queries : list of str or Path, optional
        The pictures the query slider goes through; all indexed ones if not given.
    query : int
        Where that slider stands at first.
    top_k : int
        Where the other slider stands at first.
    without_query : bool
        Whether the query is left out of its own results at first.

    Returns
    -------
    Panel

    Raises
    ------
    RuntimeError
        When an engine has nothing indexed yet.
    """
    if isinstance(engines, (str, os.PathLike)):
        engines = _indexed(os.path.abspath(os.path.expanduser(engines)), engines)
    engines = engines if isinstance(engines, dict) else {engines.method: engines}
    for engine in engines.values():
        engine._require_index()
    queries = [os.fspath(path) for path in queries or next(iter(engines.values())).image_paths]
    controls = {
        "query": _query_slider(queries, query, continuous=True),
        "engine": _method_picker(engines),
        "k": slider("k, how many results", 1, 20, top_k, continuous=True),
        "upload": ipywidgets.FileUpload(accept="image/*", description="your own picture", layout={"width": "auto"}),
        "without_query": ipywidgets.Checkbox(without_query, description="leave the query out", indent=False, layout={"width": "auto"}),
    }

    def gallery(engine, query, k, upload, without_query):
        chosen = bytes(upload[0]["content"]) if upload else queries[query]
        return gallery_html(engines[engine], chosen, k, products, without_query)

    panel = play(gallery, **controls)
    controls["query"].observe(lambda change: setattr(controls["upload"], "value", ()), names="value")
    fooled = _fooled_button(controls, queries, engines)
    panel.children = (*panel.children, fooled)
    panel.add_class("imsearch-explorer")
    return panel


def _indexed(place, folder):
    engine = _BEGUN.setdefault(place, ImageSearchEngine(folder)).index_images()
    del _BEGUN[place]
    return engine


def pick_colour(engines, products=None, colour="#2f62b8", area=30, top_k=5):
    """Search for a colour: pick one, and how much of the picture it shall take; the results follow.

    Parameters
    ----------
    engines : dict of str to ImageSearchEngine
    products : Products, optional
        The truth: then each result says which colour it has.
    colour : str
        A name or "#rrggbb": where the picker stands at first.
    area : int
        In per cent: where the slider stands at first.
    top_k : int

    Returns
    -------
    Panel
    """

    def found(colour, area, engine):
        card = card_of(colour, area)
        results = engines[engine].search_fast(card, top_k)
        return results_html(card, results, said=[products.of(path).colour for path, _ in results] if products else ())

    picker = ipywidgets.ColorPicker(value=colour, description="colour", layout={"width": "200px"})
    percent = slider("area, in %", 0, 100, area, continuous=True)
    panel = play(found, colour=picker, area=percent, engine=_method_picker(engines))
    panel.add_class("imsearch-pick-colour")
    return panel


def card_of(colour, area, wall=WALL):
    """A picture to search with: a wall, and below it a colour that takes a share of the picture.

    Parameters
    ----------
    colour : str
        A name or "#rrggbb".
    area : int
        The colour's share, from 0 to 100 per cent.
    wall : sequence of 3 int
        Red, green, blue, from 0 to 255.

    Returns
    -------
    ndarray, shape (100, 100, 3), uint8

    Raises
    ------
    ValueError
        When there is no such colour.

    Examples
    --------
    >>> card = card_of("red", 30)
    >>> card[69, 0].tolist(), card[70, 0].tolist()
    ([228, 228, 228], [255, 0, 0])
    """
    card = np.full((100, 100, 3), wall, dtype=np.uint8)
    card[100 - area :] = ImageColor.getrgb(colour)[:3]
    return card


def explain_matches(engines, queries, query=0, places=20):
    """Why this match: pick a query and a place in its ranking, and see which colours the score is made of.

    Parameters
    ----------
    engines : dict of str to ImageSearchEngine
        Of the methods "histogram" and "root_histogram": a pixel of a picture belongs to a bin of these.
    queries : list of str
        Indexed pictures.
    query : int
        Where the query slider stands at first.
    places : int
        How far down the ranking one can go; the query itself does not count.

    Returns
    -------
    Panel
    """

    def explained(engine, query, place):
        path, engine = queries[query], engines[engine]
        found = engine.search_fast(_query_vector(engine, path), place + 1)
        match = [result.path for result in found if result.path != path][place - 1]
        cards = [_card(thumbnail(path), "imsearch-query-thumb", "<b>query</b>", _seen_from(engine.image_dir, path), path),
                 _card(thumbnail(match), "imsearch-thumb", f"place {place}", _seen_from(engine.image_dir, match), match)]  # fmt: skip
        figure = explain_match(path, match, METHODS[engine.method])
        return f'{STYLE}<div class="imsearch-gallery">{"".join(cards)}</div>{figure_html(figure)}'

    panel = play(
        explained,
        query=_query_slider(queries, query, continuous=False),
        engine=_method_picker(engines),
        place=slider("place in the ranking", 1, places, 1),
    )
    panel.add_class("imsearch-why")
    return panel


def guess_row(name, row, known=None):
    """A row of the scoreboard, hidden until it has been guessed: a slider for each shot, and a button that shows the row.

    Parameters
    ----------
    name : str
        Of the method.
    row : dict of str to float
        Shot -> share from 0 to 1, as `found_by_shot` gives it.
    known : dict of str to dict of str to float, optional
        The rows above it, which are seen from the beginning.

    Returns
    -------
    Panel
        All of it can be worked from the keyboard: Tab goes from slider to slider, the arrows move one, Space presses the button.
        While the row is shown the guess stays as it is; the button then says "guess again" and hides the row.
    """

    known = dict(known or {})  # a copy: the caller's may get more rows while this one is still hidden

    def board(show, **guess):
        return guessed_row(name, row, guess, show, known)

    guesses = {shot: slider(shot, 0.0, 1.0, 0.5, step=0.05) for shot in sorted(row)}
    button = ipywidgets.ToggleButton(False, description="show it", layout={"width": "auto"})

    def lock(change):
        button.description = "guess again" if change["new"] else "show it"
        for guess in guesses.values():
            guess.disabled = change["new"]

    button.observe(lock, names="value")
    panel = play(board, **guesses, show=button)
    panel.add_class("imsearch-guess")
    return panel


def guessed_row(name, row, guess, show, known=None):
    """The scoreboard with a guess, and below it the row that was guessed, or question marks.

    Parameters
    ----------
    name : str
    row, guess : dict of str to float
        Of the same shots.
    show : bool
        Whether the row is seen.
    known : dict of str to dict of str to float, optional
        The rows above.

    Returns
    -------
    Figure
        Its title says, once the row is shown, by how much the guess is off.
    """
    off = np.mean([abs(guess[shot] - share) for shot, share in row.items()])
    title = f"The guess is off by {off:.2f} on average" if show else "Move the sliders to your guess, then press the button"
    return show_scoreboard({**(known or {}), "my guess": guess, name: row if show else None}, title)


def explore_readings(folder, files, file):
    """Three readings of a file, as `plots.show_readings` draws them: pick one of a folder, or upload one of your own.

    Parameters
    ----------
    folder : str or Path
    files : list of str
        Names in that folder.
    file : str
        The one that is picked at first.

    Returns
    -------
    Panel
    """
    picker = chooser("file", files)
    picker.value = file
    upload = ipywidgets.FileUpload(description="a file of your own", layout={"width": "auto"})
    picker.observe(lambda change: setattr(upload, "value", ()), names="value")

    def readings(file, upload):
        return _readings_of_content(upload[0]["content"]) if upload else readings_html(Path(folder, file))

    panel = play(readings, file=picker, upload=upload)
    panel.add_class("imsearch-readings")
    return panel


def _readings_of_content(content):
    with tempfile.TemporaryDirectory() as folder:  # a TIFF is decoded only from a file
        path = Path(folder, "upload")
        path.write_bytes(content)
        return readings_html(path)


def explore_damage(path, percent=50):
    """A slider that changes one byte of a picture: as a JPEG and as a PNG, each as it is decoded then.

    Parameters
    ----------
    path : str or Path
        A small JPEG.
    percent : int
        Where in the pixels' data the byte lies at first, as in `plots.damaged_twins`.

    Returns
    -------
    Panel
    """
    place = slider("place of the byte, in %", 0, 100, percent, continuous=True)
    panel = play(lambda percent: damage_html(path, percent), percent=place)
    panel.add_class("imsearch-damage")
    return panel


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

    panel = play(counted, k=slider("k, how many results", 1, len(results), k, continuous=True))
    panel.add_class("imsearch-counted")
    return panel


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

    def board(weight):
        return mixture_html(names, rows, weight)

    control = slider(f"weight of {names[1]}", 0.0, 1.0, weight, step=1 / (len(rows) - 1))
    control.layout.width = "480px"  # its label is long, and a step must be wide enough for the mouse
    panel = play(board, weight=control)
    panel.add_class("imsearch-mixture")
    return panel


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
    return f'{BOARD_STYLE}<table class="imsearch-board" aria-label="{label}"><caption>{title}</caption><tr><td></td>{heads}</tr>{lines}</table>'


def _mixture(names, rows, weight):
    weight = min(rows, key=lambda known: abs(known - weight))
    mixed = rows[weight]
    worst = min(mixed, key=mixed.get)
    title = f"Weight {weight:.2f}: the worst shot is {worst} with {mixed[worst]:.2f}, the mean {np.mean(list(mixed.values())):.2f}"
    return {names[0]: rows[0.0], names[1]: rows[1.0], f"mixed, {weight:.2f}": mixed}, title


def _cells(row):
    # As dark as in the figures: white for 0; black digits can be read on the blue of 1.
    return "".join(f'<td style="background: rgba(0, 114, 178, {0.75 * row[shot]:.3f})">{row[shot]:.2f}</td>' for shot in sorted(row))


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

    def drawn(kind, place):
        return draw_effort(rows, kind, place)

    most = max(Counter(row["kind"] for row in rows if row["kind"] in ("ivf", "hnsw")).values())
    panel = play(drawn, kind=chooser("kind", ["ivf", "hnsw"]), place=slider("effort, from low to high", 0, most - 1, 0))
    panel.add_class("imsearch-effort")
    return panel


def explore_map(maps, products, picked=0):
    """A map of pictures: choose a method, point at a picture to see it larger, or go through all with the slider.

    Parameters
    ----------
    maps : dict of str to ndarray, shape (n_images, 2)
        Name of the method -> places.
    products : list of Product
        What the places belong to.
    picked : int
        Where the slider stands at first.

    Returns
    -------
    Panel
    """

    def drawn(method, picture):
        return map_html(maps[method], products, picture, method)

    panel = play(drawn, method=_method_picker(maps), picture=_query_slider(products, picked, continuous=False))
    panel.controls["picture"].description = "picture"
    panel.add_class("imsearch-map")
    return panel


def map_html(places, products, picked, name):
    """Small pictures in the plane as one piece of HTML; one is picked, and grows where the mouse or a finger is.

    Parameters
    ----------
    places : ndarray, shape (n_images, 2)
    products : list of Product
    picked : int
        Which one is framed, shown large below, and followed by the five nearest on the map.
    name : str
        Of the method.

    Returns
    -------
    str
    """
    low, high = places.min(axis=0), places.max(axis=0)
    shares = (places - low) / np.where(high > low, high - low, 1)  # from 0 to 1 each way, y upwards
    points = [_point(product, share, row == picked) for row, (product, share) in enumerate(zip(products, shares))]
    nearest = np.argsort(((places - places[picked]) ** 2).sum(axis=1), kind="stable")
    others = [products[row] for row in nearest if row != picked][:5]
    path, words = products[picked].path, f"<b>picked</b><br>{_words(products[picked])}"
    cards = [_card(thumbnail(path), "imsearch-query-thumb", words, file_name(path), path)]
    for place, other in enumerate(others, start=1):
        said, style = _mark(products[picked], other)
        cards.append(_card(thumbnail(other.path), f"imsearch-thumb {style}", f"{place}. {said}", file_name(other.path), other.path))
    label = html.escape(f"A map of {len(products)} pictures by {name}; picked: {products[picked].caption}", quote=True)
    return (
        f'{STYLE}{MAP_STYLE}<div class="imsearch-points" role="img" aria-label="{label}">{"".join(points)}</div>'
        f'<div class="imsearch-gallery">{"".join(cards)}</div>'
    )


def _point(product, share, is_picked):
    x, y = 96 * share[0], 94 * (1 - share[1])  # in percent; the rest is the picture's own width and height
    mark = ' class="imsearch-picked"' if is_picked else ""
    said = html.escape(product.caption, quote=True)
    return f'<img{mark} alt="{said}" title="{said}" src="{thumbnail(product.path, 56) or ""}" style="left:{x:.1f}%;top:{y:.1f}%">'


def words_and_picture_html(engine, space, products, words, query, alpha, top_k=5):
    """The results for words and a picture as one piece of HTML; without words those for the picture alone.

    Parameters
    ----------
    engine : ImageSearchEngine
    space : TextSpace
    products : Products
    words : str
    query : str
        An indexed path.
    alpha : float
        The picture's weight, from 0 to 1.
    top_k : int

    Returns
    -------
    str
        What is wrong with the words, and which of them count for nothing, is said in it.
    """
    picture = _query_vector(engine, query)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            found = search_by_text_and_image(words.strip() or None, picture, alpha, top_k, engine=engine, space=space)
        except ValueError as error:
            return f"<p>{html.escape(str(error))}</p>"
    notes = "".join(f"<p>{html.escape(str(note.message))}</p>" for note in said)
    return notes + results_html(query, found, products)


def explore_words(engine, space, products, queries, words="", query=0, alpha=0.5):
    """Words and a picture together: type some, pick a picture, move the picture's weight.

    Parameters
    ----------
    engine : ImageSearchEngine
        By what pictures are compared.
    space : TextSpace
        By what words and pictures are compared.
    products : Products
    queries : list of str
        Indexed pictures, for the query slider.
    words : str
    query : int
    alpha : float
        Where the controls stand at first.

    Returns
    -------
    Panel
    """

    def page(words, query, alpha):
        return words_and_picture_html(engine, space, products, words, queries[query], alpha)

    style = {"description_width": "initial"}
    box = ipywidgets.Text(words, description="words, then Enter", continuous_update=False, style=style)
    panel = play(
        page,
        words=box,
        alpha=slider("alpha", 0.0, 1.0, alpha, 0.1, continuous=True),
        query=_query_slider(queries, query, continuous=True),
    )
    panel.add_class("imsearch-words")
    return panel


ANY = "(any)"


def database_html(database, products, query, only=ANY, but_not=ANY, top_k=5):
    """The results of one SQL statement as one piece of HTML, below them the statement, and how the database went about it.

    Parameters
    ----------
    database : VectorDatabase
        Of pictures with a category and a colour.
    products : Products
    query : str
        A path in its table.
    only, but_not : str
        The category that results have, and the colour that none of them has; "(any)" for no such condition.
    top_k : int

    Returns
    -------
    str
    """
    [(numbers,)] = database.rows(f"SELECT embedding::real[] FROM {database._table} WHERE path = %(path)s", path=query)
    conditions = {"only": {} if only == ANY else {"category": only}, "but_not": {} if but_not == ANY else {"colour": but_not}}
    asked = (np.float32(numbers), top_k, conditions["only"], conditions["but_not"])
    statement, _ = database.statement(*asked)
    scans = [line.split("(actual")[0].strip(" ->") for line in database.explain(*asked).splitlines() if " Scan" in line]
    said = html.escape("\n".join([statement, "", "how it was done: " + "; ".join(scans)]))
    return results_html(query, database.find(*asked), products) + f"<pre>{said}</pre>"


def explore_database(database, products, queries, query=0):
    """A search with a filter in a database: pick a picture, say what results must be and must not be, and read the SQL.

    Parameters
    ----------
    database : VectorDatabase
        Of pictures with a category and a colour.
    products : Products
    queries : list of str
        Paths in its table, for the query slider.
    query : int
        Where it stands at first.

    Returns
    -------
    Panel
    """

    def page(query, only, but_not):
        return database_html(database, products, queries[query], only, but_not)

    categories, colours = (sorted({getattr(one, column) for one in products}) for column in ("category", "colour"))
    panel = play(
        page,
        query=_query_slider(queries, query, continuous=False),
        only=chooser("only this category", [ANY, *categories]),
        but_not=chooser("but not this colour", [ANY, *colours]),
    )
    panel.add_class("imsearch-database")
    return panel


def sizes_html(power, n_dims, bytes_per_number, gigabytes):
    """What three ways to search would need, as an HTML table.

    Parameters
    ----------
    power : int
        Ten to the power of it pictures.
    n_dims, bytes_per_number, gigabytes : str
        Whole numbers, for `sizes_on_paper`.

    Returns
    -------
    str
    """
    sizes = sizes_on_paper(10**power, int(n_dims), int(bytes_per_number), int(gigabytes))
    heads = ("", "memory", "disk", "machines", "time of a query")
    rows = [(name, f"{size.memory:,.3g} GB" if size.memory < 1000 else f"{size.memory:,.0f} GB",
             f"{size.disk:,.3g} GB" if size.disk < 1000 else f"{size.disk:,.0f} GB", f"{size.machines:,}",
             f"{size.milliseconds:,.2f} ms" if size.milliseconds < 10 else f"{size.milliseconds:,.0f} ms")
            for name, size in sizes.items()]  # fmt: skip
    cells = ["".join(f'<td style="padding: 2px 14px; text-align: right">{cell}</td>' for cell in row) for row in [heads, *rows]]
    return f"<p><b>{10**power:,}</b> pictures</p><table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def explore_sizes():
    """The calculator: choose how many pictures, how long their vectors, and how much memory a machine has.

    Returns
    -------
    Panel
    """
    panel = play(
        sizes_html,
        power=slider("pictures: 10 to the power of", 4, 10, 9, continuous=True),
        n_dims=chooser("dimensions", ["96", "512", "1280"]),
        bytes_per_number=chooser("bytes a number", ["4", "2", "1"]),
        gigabytes=chooser("GB a machine", ["64", "16", "256"]),
    )
    panel.add_class("imsearch-sizes")
    return panel


def _query_slider(queries, query, continuous):
    # A thousand queries need a long slider: on a short one the mouse would skip most of them.
    control = slider("query", 0, len(queries) - 1, query, continuous=continuous)
    control.layout.width = "98%"  # nothing fits beside it, in a window of any width
    return control


def _method_picker(engines):
    return chooser("method", engines)


def _fooled_button(controls, queries, engines):
    button = ipywidgets.Button(description="this query fools it: keep it", layout={"width": "auto"})
    said = ipywidgets.HTML()

    def keep(_):
        if controls["upload"].value:
            said.value = "Only pictures of the collection are kept. Move the query slider to one."
            return
        engine = controls["engine"].value
        name = _seen_from(engines[engine].image_dir, queries[controls["query"].value])
        _append_row(FOOLED, ["query", "method"], [name, engine])
        said.value = f"Kept: {html.escape(printable(name))} by {html.escape(engine)}, in {FOOLED}."

    button.on_click(_in_sight(keep, said))
    controls["query"].observe(lambda change: setattr(said, "value", ""), names="value")
    return ipywidgets.HBox([button, said])


def _append_row(path, heads, row):
    new = not Path(path).exists()
    with open(path, "a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads] * new + [row])


def kept_queries(engines, path=FOOLED):
    """What the explorer's button kept: the queries that fooled a method, to be gone through again.

    Parameters
    ----------
    engines : dict of str to ImageSearchEngine
        Under the names by which the button kept them.
    path : str or Path

    Returns
    -------
    list of (str, str)
        Indexed path and name of the engine, each pair once, as kept; none where there is no such file.

    Warns
    -----
    UserWarning
        For rows that name a picture or a method that is not in `engines`: they are left out.
    """
    if not Path(path).exists():
        return []
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(dict.fromkeys(tuple(row) for row in csv.reader(file) if row))[1:]  # each once
    path_of = {(_seen_from(engine.image_dir, one), name): one for name, engine in engines.items() for one in engine.image_paths}
    strange = [row for row in rows if row not in path_of]
    if strange:
        first = ", ".join(map(repr, strange[0]))
        warnings.warn(f"{path}: left out {len(strange)} of {len(rows)} rows: no such picture or method, such as {first}", stacklevel=2)
    return [(path_of[row], row[1]) for row in rows if row in path_of]
