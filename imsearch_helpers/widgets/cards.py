"""Floor 9. Pictures come in; a row of cards goes out as one piece of HTML: small pictures with words below them."""

import base64
import html
import io
import os
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..checks import printable
from ..images import ImageError, load_image_in_time
from ..plots import BLUE, GREY, RED

THUMBNAIL = 120  # pixels: a query and five results fit into one row of JupyterLab in a window of 1280
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
    label = f"<b>query</b><br>{words_of(products.of(query))}" if known else "<b>query</b>"
    name = seen_from(folder, query) if isinstance(query, str) else "your picture"
    cards = [_card(picture, "imsearch-query-thumb", label, name, query)]
    for place, (path, score) in enumerate(results, start=1):
        words = html.escape(said[place - 1]) if said else ""
        told, style = mark(products.of(query), products.of(path)) if known else (words, "")
        cards.append(card(path, f"imsearch-thumb {style}", f"{place}. <b>{score:.3f}</b><br>{told}", folder))
    return gallery(cards)


def gallery(cards):
    """Cards side by side.

    Parameters
    ----------
    cards : list of str
        As `card` makes them.

    Returns
    -------
    str
    """
    return f'{STYLE}<div class="imsearch-gallery">{"".join(cards)}</div>'


def query_vector(engine, query):
    """The vector of a query. That of an indexed path is looked up, which keeps a slider smooth; a changed or other picture is read.

    Parameters
    ----------
    engine : ImageSearchEngine
    query : str, Path, PIL.Image.Image or bytes

    Returns
    -------
    ndarray, shape (n_dims,), float32
    """
    known = isinstance(query, str) and not engine.has_changed(query)
    row = np.searchsorted(engine.image_paths, query) if known else len(engine.image_paths)
    if row < len(engine.image_paths) and engine.image_paths[row] == query:
        return engine.image_vectors[row]
    return engine.vector_of(query)


def words_of(product):
    """A product in a few words, as HTML.

    Parameters
    ----------
    product : Product

    Returns
    -------
    str
    """
    return html.escape(f"{product.colour} {product.category}, {product.shot}")


def mark(query, result):
    """Whether a result is right: in words, and the style of its card.

    Parameters
    ----------
    query, result : Product

    Returns
    -------
    (str, str)
        HTML, and the name of a CSS class, or nothing.
    """
    if result.file == query.file:
        return "the query itself", ""
    if result.product_id == query.product_id:
        return f'<span style="color:{BLUE}">✓ same product</span>', "imsearch-right"
    if result.category == query.category:
        return "≈ same category", ""
    return f'<span style="color:{RED}">✗ {html.escape(result.category)}</span>', "imsearch-wrong"


def seen_from(folder, path):
    """A file's name as seen from a folder; its last part alone where it lies elsewhere.

    Parameters
    ----------
    folder : str
    path : str

    Returns
    -------
    str
    """
    if folder and Path(path).is_relative_to(folder):
        return str(Path(path).relative_to(folder))
    return path.replace("\\", "/").rsplit("/", 1)[-1]  # both slashes, for an index from another computer


def card(path, style, label, folder=""):
    """A picture file as a card.

    Parameters
    ----------
    path : str
    style : str
        CSS classes.
    label : str
        HTML that stands below it.
    folder : str
        From where the name is seen.

    Returns
    -------
    str
    """
    return _card(thumbnail(path), style, label, seen_from(folder, path), path)


def _card(picture, style, label, name, path):
    name = html.escape(printable(name))
    instead = "(cannot be read)" if not isinstance(path, str) or os.path.exists(path) else "✗ gone: there is no such file"
    image = f'<img class="{style}" alt="{name}" src="{picture}">' if picture else f"<p>{instead}</p>"
    return f'<figure>{image}<figcaption>{label}<div class="imsearch-name">{name}</div></figcaption></figure>'
