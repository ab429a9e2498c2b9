"""Write the course's own figures as SVG files, for slides.

    python data/make_slides.py FOLDER

draws each figure with the function that its lesson uses, and writes it to FOLDER, which is made if need be. SVG stays sharp at any size;
LibreOffice and PowerPoint take it as a picture. What a figure shows is in the file, in words, as its title and description.
"""

import argparse
import io
import re
from functools import cache
from html import escape
from pathlib import Path

import matplotlib
import numpy as np
from tqdm.auto import tqdm

from imsearch_helpers import (
    ImageSearchEngine,
    Products,
    data_dir,
    evaluate_search,
    image_to_histogram,
    image_to_root_histogram,
    image_to_vector_simple,
    load_image,
    plots,
)
from imsearch_helpers.judging import found_by_shot

PIXELS = [10, 60, 63, 64, 200, 200, 255, 130]
METHODS = ("pixels", "histogram", "root_histogram")
K = 20

products = cache(Products)


@cache
def _engine(method):
    return ImageSearchEngine(products().image_dir, method).index_images()


def _one(**values):
    return products().where(**{"shot": "studio", **values})[0].path


def search_process():
    """00: picture, vector, angle, ranking."""
    mug, pattern = {"category": "mug", "colour": "yellow"}, {"pattern": "plain"}
    teal, boot = _one(category="mug", colour="teal", **pattern), _one(category="boot", colour="black", shot="dim")
    others = [_one(**mug, **pattern, shot="turned"), teal, _one(**mug, **pattern, shot="scene"), boot]
    vectors = np.array([image_to_root_histogram(path) for path in others])
    query = _one(**mug, **pattern)
    ranking = ImageSearchEngine.from_vectors(others, vectors).search(image_to_root_histogram(query), top_k=len(others))
    return plots.show_search_process(query, image_to_root_histogram(query), ranking)


def flattening():
    """01: the rows one after another."""
    return plots.show_flatten_process()


def sizes():
    """01: what shrinking loses."""
    return plots.show_sizes(_one(category="mug", colour="black", pattern="striped"), [8, 32, 64])


def stored_values_and_light():
    """01: half the stored value is not half the light."""
    return plots.show_gamma(200)


def counting():
    """02: eight pixels in four bins."""
    return plots.show_counting(PIXELS, 4)


def three_channels():
    """02: a sunset and the sea, each with three histograms."""
    return plots.show_histogram_process()


def places_forgotten():
    """02: a picture rotated, flipped and shuffled."""
    picture = np.asarray(load_image(_one(category="mug", colour="red", pattern="plain")))
    shuffled = np.random.default_rng(0).permutation(picture.reshape(-1, 3)).reshape(picture.shape)
    pictures = {"the mug": picture, "rotated": np.rot90(picture), "flipped": picture[:, ::-1], "shuffled": shuffled}
    methods = {"pixels": image_to_vector_simple, "histogram": image_to_histogram}
    return plots.compare_pictures(pictures, methods, "Cosine similarity to the mug, changed in three ways")


def wall_lights_up():
    """02: why this match, by histogram."""
    return plots.explain_match(_one(product_id="mug_17", shot="moved"), _one(product_id="lamp_03"))


def square_root_mends_it():
    """02: why this match, by root histogram."""
    return plots.explain_match(_one(product_id="mug_17", shot="moved"), _one(product_id="mug_17"), image_to_root_histogram)


def arrows():
    """03: length, dot product and distance."""
    return plots.show_vector_arithmetic((4, 3), (6, 0))


def angles():
    """03: what an angle means."""
    return plots.show_angles({0: "the same direction", 45: "half way", 90: "a right angle", 180: "opposite"})


def three_colours():
    """03: the same mixture or close numbers."""
    return plots.show_colour_arrows({"sunset": (240, 140, 80), "dark sunset": (72, 42, 24), "blue sky": (130, 170, 220)})


def less_light():
    """03: cosine and distance while the light goes."""
    guitar = _one(category="guitar")
    dim = _one(product_id=products().of(guitar).product_id, shot="dim")
    studio = [product.path for product in products().where(shot="studio")]
    vectors = [image_to_vector_simple(path) for path in studio]
    [nearest] = ImageSearchEngine.from_vectors(studio, vectors, metric="euclidean").search(image_to_vector_simple(dim), top_k=1)
    return plots.show_light(guitar, nearest.path, 50)


def six_pictures():
    """04: all scores of six pictures."""
    mug, chair = ({"category": "mug", "colour": "pink", "pattern": "dotted"}, {"category": "chair", "colour": "blue", "pattern": "striped"})
    six = [_one(**product, shot=shot) for product in (mug, chair) for shot in ("studio", "turned", "moved")]
    vectors = np.array([image_to_histogram(path) for path in six], dtype=float)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return plots.show_scores(six, units @ units.T, "Framed: in each row the best picture apart from itself")


def odd_files():
    """06: as stored, as a naive reader sees it, as ours does."""
    messy = data_dir() / "messy"
    return plots.show_readings([messy / "turned_6.jpg", messy / "clear.png", messy / "page.jpg"])


def scoreboard():
    """02: which method finds which shot."""
    return plots.show_scoreboard({method.replace("_", " "): found_by_shot(_engine(method), products()) for method in METHODS})


def precision_and_recall():
    """07: what k does."""
    mug = _one(category="mug", colour="pink", pattern="dotted")
    truth = products().relevant(mug)
    found = [path for path, _ in _engine("root_histogram").search_fast(mug, K + 1) if path != mug][:K]
    precisions, recalls = zip(*(evaluate_search(truth, found, k) for k in range(1, K + 1)))
    return plots.draw_quality(precisions, recalls, len(truth), 5, "The first k results of the mug")


FIGURES = (
    search_process, flattening, sizes, stored_values_and_light, counting, three_channels, places_forgotten, wall_lights_up,
    square_root_mends_it, arrows, angles, three_colours, less_light, six_pictures, odd_files, scoreboard, precision_and_recall,
)  # fmt: skip


def file_name(draw):
    """The file's name: the lesson, and what is drawn.

    Examples
    --------
    >>> file_name(flattening)
    '01_flattening.svg'
    """
    return f"{draw.__doc__[:2]}_{draw.__name__}.svg"


def as_svg(figure, title):
    """A figure as SVG, with its alt text in it.

    Parameters
    ----------
    figure : Figure
        Of the course, with its attribute `alt`.
    title : str

    Returns
    -------
    str
        The same for the same figure: no date, and no random names in it.
    """
    file = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": title}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    words = f'role="img" aria-labelledby="title desc">\n <title id="title">{escape(title)}</title>\n <desc id="desc">{escape(figure.alt)}</desc>'
    return re.sub(r"(<svg [^>]*)>", lambda opening: f"{opening[1]} {words}", file.getvalue(), count=1)


def write(draw, folder):
    """Draw one figure and write it to a folder.

    Returns
    -------
    Path
    """
    path = Path(folder) / file_name(draw)
    lesson, title = draw.__doc__.rstrip(".").split(": ", 1)
    path.write_text(as_svg(draw(), f"{lesson}: {title}"), encoding="utf-8", newline="\n")
    return path


def main():
    """Write all figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where to write them")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for draw in tqdm(FIGURES, unit="figure"):
        write(draw, folder)
    print(f"{len(FIGURES)} figures in {folder}")


if __name__ == "__main__":
    main()
