"""Floor 9. The sliders of lesson 10: words and a picture come in; what they find together goes out."""

import html
import warnings

import ipywidgets

from ..text import search_by_text_and_image
from .cards import query_vector, results_html
from .panel import play, query_slider, slider


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
    return play(
        page,
        words=box,
        alpha=slider("alpha", 0.0, 1.0, alpha, 0.1, continuous=True),
        query=query_slider(queries, query, continuous=True),
    ).add_class("imsearch-words")


def words_and_picture_html(engine, space, products, words, query, alpha):
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

    Returns
    -------
    str
        What is wrong with the words, and which of them count for nothing, is said in it.
    """
    picture = query_vector(engine, query)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            found = search_by_text_and_image(words.strip() or None, picture, alpha, engine=engine, space=space)
        except ValueError as error:
            return f"<p>{html.escape(str(error))}</p>"
    notes = "".join(f"<p>{html.escape(str(note.message))}</p>" for note in said)
    return notes + results_html(query, found, products)
