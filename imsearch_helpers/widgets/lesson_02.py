"""Floor 9. The sliders of lesson 02: an engine comes in; which colours a score is made of goes out."""

from ..plots import explain_match, figure_html
from ..vectors import METHODS
from .cards import card, gallery, query_vector
from .panel import chooser, play, query_slider, slider


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
        ranking = engine.search_fast(query_vector(engine, path), place + 1)
        match = [result.path for result in ranking if result.path != path][place - 1]
        asked = card(path, "imsearch-query-thumb", "<b>query</b>", engine.image_dir)
        found = card(match, "imsearch-thumb", f"place {place}", engine.image_dir)
        return gallery([asked, found]) + figure_html(explain_match(path, match, METHODS[engine.method]))

    return play(
        explained,
        query=query_slider(queries, query, continuous=False),
        engine=chooser("method", engines),
        place=slider("place in the ranking", 1, places, 1),
    ).add_class("imsearch-why")
