"""Floor 7. An engine comes in, sliders go out. Each widget is a plain function of its values and one line of wiring."""

import base64
import csv
import html
import io
import os
import traceback
import warnings
from functools import lru_cache
from pathlib import Path

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from .ann import sizes_on_paper
from .checks import printable
from .engine import ImageSearchEngine
from .evaluation import compared
from .images import ImageError, load_image_in_time
from .plots import BLUE, GREY, RED, explain_match, figure_html, show_scoreboard
from .plots.shared import file_name
from .text import search_by_text_and_image
from .vectors import METHODS

THUMBNAIL = 120  # pixels: a query and five results fit into one row of JupyterLab in a window of 1280
FOOLED = "fooled.csv"
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


# JupyterLab gives this class to widgets whose kernel was restarted or shut down; nothing of ours runs any more by then.
DEAD = f"""<style>.imsearch-panel.jupyter-widgets-disconnected::before {{color: {RED}; font: bold 13px sans-serif; height: auto;
  content: "These sliders belong to a kernel that has ended: run this cell again."}}</style>"""


class Panel(ipywidgets.VBox):
    """A box of controls above what they change. In a stored page, where nothing can be moved, it says so."""

    def __repr__(self):
        return "(Sliders appear here when this cell is run in JupyterLab.)"


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
    row = ipywidgets.HBox([*controls.values(), ipywidgets.HTML(DEAD)], layout={"flex_flow": "row wrap"})
    panel = Panel([row, output])
    panel.add_class("imsearch-panel")
    return panel


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
        The vector of an indexed path is looked up; any other picture is read.
    top_k : int
    products : Products, optional
        The truth: then each result says whether it shows the same product, or at least the same category.
    without_query : bool
        Leave the query itself out of its results.

    Returns
    -------
    str
        All text from file names is escaped; they are shown as seen from the engine's folder. What is gone or cannot be read is
        said in words, and so is what the method lacks.
    """
    try:
        found = engine.search_fast(_query_vector(engine, query), top_k + bool(without_query))
        results = [result for result in found if not (without_query and compared(result.path) == compared(query))][:top_k]
        return results_html(query, results, products, engine.image_dir)
    except ImageError as error:
        return f"<p>This picture cannot be used: {html.escape(error.reason)}.</p>"
    except (ImportError, OSError, ValueError) as error:  # of the method; a widget that raises an error shows nothing at all
        return f"<p>This picture cannot be used with this engine: {html.escape(str(error))}.</p>"


def results_html(query, results, products=None, folder=""):
    """A query and its results as one piece of HTML, drawn in a few milliseconds, for a slider that is dragged.

    Parameters
    ----------
    query : str, Path, PIL.Image.Image or bytes
    results : list of SearchResult
    products : Products, optional
        The truth about the pictures, as for `gallery_html`.
    folder : str
        From where the names are seen; the file's name alone if not given.

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
        mark, style = _mark(products.of(query), products.of(path)) if known else ("", "")
        label = f"{place}. <b>{score:.3f}</b><br>{mark}"
        cards.append(_card(thumbnail(path), f"imsearch-thumb {style}", label, _seen_from(folder, path), path))
    return f'{STYLE}<div class="imsearch-gallery">{"".join(cards)}</div>'


def _query_vector(engine, query):
    # A path of the collection is already in the index, and looking it up keeps the slider smooth.
    row = np.searchsorted(engine.image_paths, query) if isinstance(query, str) else len(engine.image_paths)
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
        indexed first.
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
        engines = ImageSearchEngine(engines).index_images()
    engines = engines if isinstance(engines, dict) else {engines.method: engines}
    for engine in engines.values():
        engine._require_index()
    queries = [os.fspath(path) for path in queries or next(iter(engines.values())).image_paths]
    controls = {
        "query": _query_slider(queries, query, continuous=True),
        "engine": _method_picker(engines),
        "top_k": slider("k, how many results", 1, 20, top_k, continuous=True),
        "upload": ipywidgets.FileUpload(accept="image/*", description="your own picture", layout={"width": "auto"}),
        "without_query": ipywidgets.Checkbox(without_query, description="leave the query out", indent=False, layout={"width": "auto"}),
    }

    def gallery(engine, query, top_k, upload, without_query):
        chosen = bytes(upload[0]["content"]) if upload else queries[query]
        return gallery_html(engines[engine], chosen, top_k, products, without_query)

    panel = play(gallery, **controls)
    controls["query"].observe(lambda change: setattr(controls["upload"], "value", ()), names="value")
    fooled = _fooled_button(controls, queries, engines)
    panel.children = (*panel.children, fooled)
    for name, control in controls.items():
        control.add_class({"top_k": "imsearch-k"}.get(name, f"imsearch-{name}"))
    panel.add_class("imsearch-explorer")
    return panel


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
    panel.children[0].children[1].description = "picture"
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
    [(numbers,)] = database.rows("SELECT embedding::real[] FROM pictures WHERE path = %(path)s", path=query)
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
