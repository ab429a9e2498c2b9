"""Floor 9. The sliders of lesson 11: a database or sizes come in; what a filter finds, or what a search would need, goes out."""

import html
import math
from typing import NamedTuple

from ..ann import N_LINKS
from ..checks import checked_count, checked_positive
from .cards import results_html
from .panel import chooser, play, query_slider, slider

ANY = "(any)"
AT_A_MILLION = {"exact": 41.8, "pq": 81.3, "hnsw": 0.81}  # milliseconds, 96 dimensions: data/ann_million.json


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
    return play(
        page,
        query=query_slider(queries, query, continuous=False),
        only=chooser("only this category", [ANY, *categories]),
        but_not=chooser("but not this colour", [ANY, *colours]),
    ).add_class("imsearch-database")


def database_html(database, products, query, only=ANY, but_not=ANY):
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

    Returns
    -------
    str
    """
    wanted, unwanted = {} if only == ANY else {"category": only}, {} if but_not == ANY else {"colour": but_not}
    asked = database.vector_of(query), 5, wanted, unwanted
    statement, _ = database.statement(*asked)
    scans = [line.split("(actual")[0].strip(" ->") for line in database.explain(*asked).splitlines() if " Scan" in line]
    said = html.escape("\n".join([statement, "", "how it was done: " + "; ".join(scans)]))
    return results_html(query, database.find(*asked), products) + f"<pre>{said}</pre>"


def explore_sizes():
    """The calculator: choose how many pictures, how long their vectors, and how much memory a machine has.

    Returns
    -------
    Panel
    """
    return play(
        sizes_html,
        power=slider("pictures: 10 to the power of", 4, 10, 9, continuous=True),
        n_dims=chooser("dimensions", ["96", "512", "1280"]),
        bytes_per_number=chooser("bytes a number", ["4", "2", "1"]),
        gigabytes=chooser("GB a machine", ["64", "16", "256"]),
    ).add_class("imsearch-sizes")


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


class Sizes(NamedTuple):
    """What a way to search a collection needs.

    Attributes
    ----------
    memory, disk : float
        In gigabytes, all machines together.
    machines : int
        Enough for the memory.
    milliseconds : float
        For a query by one processor core of each machine, all of them at the same time; the network is not in it.
    """

    memory: float
    disk: float
    machines: int
    milliseconds: float


def sizes_on_paper(n_images, n_dims=96, bytes_per_number=4, gigabytes=64, measured=None):
    """How much memory, disk and time three ways to search would take: an estimate, from formulas and one measured line.

    - "exact" keeps all numbers in memory and reads all of them.
    - "IVF-PQ", codes in the cells of an inverted file, keeps a byte for two numbers and eight bytes for an id; the full vectors stay
      on the disk. It looks into as many cells as `build_faiss_index` does: the fourth root of n_images of as many as the square root.
    - "HNSW" keeps the vectors and 8 bytes for each of 16 links; the time of its walk grows with the logarithm of n_images.

    Parameters
    ----------
    n_images, n_dims : int
    bytes_per_number : int
        4 for float32, 2 for half of it, 1 for whole numbers of 8 bits.
    gigabytes : float
        Of memory that a machine has for it.
    measured : dict of str to float, optional
        Milliseconds a query at 1,000,000 vectors of 96 float32: "exact", "pq" (all codes) and "hnsw". Ours, if not given.

    Returns
    -------
    dict of str to Sizes

    Raises
    ------
    TypeError, ValueError
        When a count is no whole number of at least 1, or `gigabytes` not above 0.

    References
    ----------
    H. Jégou, M. Douze and C. Schmid, Product quantization for nearest neighbor search, TPAMI 2011 (a look-up a code); the wiki
    of FAISS, Guidelines to choose an index (4 d + 8 M bytes a vector of a graph); Y. Malkov and D. Yashunin, TPAMI 2020
    (the logarithm).

    Examples
    --------
    >>> exact = sizes_on_paper(1_000_000)["exact"]
    >>> exact.memory, exact.machines, round(exact.milliseconds)
    (0.384, 1, 42)
    """
    counts = {"n_images": n_images, "n_dims": n_dims, "bytes_per_number": bytes_per_number}
    n_images, n_dims, bytes_per_number = (checked_count(value, name) for name, value in counts.items())
    checked_positive(gigabytes, "gigabytes")
    times = measured or AT_A_MILLION
    full, code = n_dims * bytes_per_number, math.ceil(n_dims / 2)  # bytes a vector
    wider = n_dims / 96

    def sizes(bytes_each, time_of):
        memory = n_images * bytes_each / 1e9
        machines = math.ceil(memory / gigabytes)
        return Sizes(memory, n_images * full / 1e9, machines, time_of(n_images / machines))

    def all_bytes(n):
        return times["exact"] * n / 1e6 * full / 384

    def codes_in_cells(n):
        return times["pq"] * n**0.75 / 1e6 * wider + all_bytes(n**0.5)  # and the centres of the cells

    def walk(n):
        return times["hnsw"] * max(1, math.log(n)) / math.log(1e6) * full / 384

    return {
        "exact": sizes(full, all_bytes),
        "IVF-PQ": sizes(code + 8, codes_in_cells),
        "HNSW": sizes(full + 8 * N_LINKS, walk),
    }
