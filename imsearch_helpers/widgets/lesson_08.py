"""Floor 9. The sliders of lesson 08: places in the plane come in; a map of pictures goes out."""

import html

import numpy as np

from ..plots import GREY, RED
from .cards import card, gallery, mark, thumbnail, words_of
from .panel import chooser, play, query_slider

MAP_STYLE = f"""<style>
.imsearch-points {{position: relative; width: 720px; max-width: 100%; height: 480px; border: 1px solid {GREY};
  background: white; overflow: hidden}}
.imsearch-points img {{position: absolute; width: 26px; height: 26px}}
.imsearch-points img:hover {{transform: scale(3); z-index: 3}}
.imsearch-points .imsearch-picked {{outline: 3px solid {RED}; transform: scale(1.6); z-index: 2}}
</style>"""


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

    panel = play(drawn, method=chooser("method", maps), picture=query_slider(products, picked, continuous=False))
    panel.controls["picture"].description = "picture"
    return panel.add_class("imsearch-map")


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
    cards = [card(products[picked].path, "imsearch-query-thumb", f"<b>picked</b><br>{words_of(products[picked])}")]
    for place, other in enumerate(others, start=1):
        said, style = mark(products[picked], other)
        cards.append(card(other.path, f"imsearch-thumb {style}", f"{place}. {said}"))
    label = html.escape(f"A map of {len(products)} pictures by {name}; picked: {products[picked].caption}", quote=True)
    return f'{MAP_STYLE}<div class="imsearch-points" role="img" aria-label="{label}">{"".join(points)}</div>{gallery(cards)}'


def _point(product, share, is_picked):
    x, y = 96 * share[0], 94 * (1 - share[1])  # in percent; the rest is the picture's own width and height
    mark = ' class="imsearch-picked"' if is_picked else ""
    said = html.escape(product.caption, quote=True)
    return f'<img{mark} alt="{said}" title="{said}" src="{thumbnail(product.path, 56) or ""}" style="left:{x:.1f}%;top:{y:.1f}%">'
