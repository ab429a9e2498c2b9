"""Floor 9. The explorer of lesson 00: engines come in; queries, results and a button that keeps what fooled a method go out."""

import csv
import html
import os
import warnings
from pathlib import Path

import ipywidgets

from ..checks import printable
from ..engine import ImageSearchEngine
from ..evaluation import compared
from ..images import ImageError
from ..output import table_cell
from .cards import query_vector, results_html, seen_from
from .panel import chooser, in_sight, play, query_slider, slider, upload_button

FOOLED = "fooled.csv"

_BEGUN = {}  # folder -> the engine that `explore` began with, until it has read all


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
        engine.require_index()
    queries = [os.fspath(path) for path in queries or next(iter(engines.values())).image_paths]
    controls = {
        "query": query_slider(queries, query, continuous=True),
        "engine": chooser("method", engines),
        "k": slider("k, how many results", 1, 20, top_k, continuous=True),
        "upload": upload_button("your own picture", "image/*"),
        "without_query": ipywidgets.Checkbox(without_query, description="leave the query out", indent=False, layout={"width": "auto"}),
    }

    def gallery(engine, query, k, upload, without_query):
        chosen = bytes(upload[0]["content"]) if upload else queries[query]
        return gallery_html(engines[engine], chosen, k, products, without_query)

    panel = play(gallery, **controls)
    controls["query"].observe(lambda change: setattr(controls["upload"], "value", ()), names="value")
    panel.children = (*panel.children, _fooled_button(controls, queries, engines))
    return panel.add_class("imsearch-explorer")


def _indexed(place, folder):
    engine = _BEGUN.setdefault(place, ImageSearchEngine(folder)).index_images()
    del _BEGUN[place]
    return engine


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
        found = engine.search_fast(query_vector(engine, query), top_k + bool(without_query))
        results = [result for result in found if not (without_query and compared(result.path) == compared(query))][:top_k]
        changed = ["changed since it was indexed" if engine.has_changed(result.path) else "" for result in results]
        return results_html(query, results, products, engine.image_dir, changed)
    except ImageError as error:
        return f"<p>This picture cannot be used: {html.escape(error.reason)}.</p>"
    except (ImportError, OSError, ValueError) as error:  # of the method; a widget that raises an error shows nothing at all
        return f"<p>This picture cannot be used with this engine: {html.escape(str(error))}.</p>"


def _fooled_button(controls, queries, engines):
    button = ipywidgets.Button(description="this query fools it: keep it", layout={"width": "auto"})
    said = ipywidgets.HTML()

    def keep(_):
        if controls["upload"].value:
            said.value = "Only pictures of the collection are kept. Move the query slider to one."
            return
        engine = controls["engine"].value
        name = seen_from(engines[engine].image_dir, queries[controls["query"].value])
        _append_row(FOOLED, ["query", "method"], [name, engine])
        said.value = f"Kept: {html.escape(printable(name))} by {html.escape(engine)}, in {FOOLED}."

    button.on_click(in_sight(keep, said))
    controls["query"].observe(lambda change: setattr(said, "value", ""), names="value")
    return ipywidgets.HBox([button, said])


def _append_row(path, heads, row):
    new = not Path(path).exists()
    with open(path, "a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads] * new + [map(table_cell, row)])


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
    known = {
        (table_cell(seen_from(engine.image_dir, one)), table_cell(name)): (one, name)
        for name, engine in engines.items()
        for one in engine.image_paths
    }
    strange = [row for row in rows if row not in known]
    if strange:
        first = ", ".join(map(repr, strange[0]))
        warnings.warn(f"{path}: left out {len(strange)} of {len(rows)} rows: no such picture or method, such as {first}", stacklevel=2)
    return [known[row] for row in rows if row in known]
