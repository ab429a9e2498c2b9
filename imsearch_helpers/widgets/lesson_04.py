"""Floor 9. The sliders of lesson 04: a colour comes in; what an engine finds by it goes out."""

import ipywidgets
import numpy as np
from PIL import ImageColor

from .cards import results_html
from .panel import chooser, play, slider

WALL = (228, 228, 228)  # behind the products of data/


def pick_colour(engines, products=None, colour="#2f62b8", area=30):
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

    Returns
    -------
    Panel
    """

    def found(colour, area, engine):
        card = card_of(colour, area)
        results = engines[engine].search_fast(card)
        return results_html(card, results, said=[products.of(path).colour for path, _ in results] if products else ())

    picker = ipywidgets.ColorPicker(value=colour, description="colour", layout={"width": "200px"})
    percent = slider("area, in %", 0, 100, area, continuous=True)
    return play(found, colour=picker, area=percent, engine=chooser("method", engines)).add_class("imsearch-pick-colour")


def card_of(colour, area):
    """A picture to search with: a wall as behind the products, and below it a colour that takes a share of the picture.

    Parameters
    ----------
    colour : str
        A name or "#rrggbb".
    area : int
        The colour's share, from 0 to 100 per cent.

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
    card = np.full((100, 100, 3), WALL, dtype=np.uint8)
    card[100 - area :] = ImageColor.getrgb(colour)[:3]
    return card
