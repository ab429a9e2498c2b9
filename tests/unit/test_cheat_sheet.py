"""The cheat sheet: its code is run and compared with the package; its files are as the script makes them."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imsearch_helpers import (
    cosine_similarity,
    euclidean_distance,
    evaluate_search,
    image_to_histogram,
    image_to_vector_simple,
)
from imsearch_helpers.evaluation import average_precision
from tests import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "data"))
import make_cheat_sheet as sheet  # noqa: E402

CARDS = {card.title: card for card in sheet.CARDS}
A, B = np.random.default_rng(5).random((2, 12))


def mug():
    return Image.open(sheet.PRODUCTS / sheet.MUG).convert("RGB")


def run(title, **given):
    """What the code of a card leaves behind, run with what is given."""
    names = {"np": np, **given}
    exec(CARDS[title].code, names)
    return names


def test_flattening_is_the_pixel_vector():
    assert np.array_equal(run("Flattening", image=mug())["vector"], image_to_vector_simple(mug()))


def test_a_difference_of_pictures_keeps_its_sign():
    assert run("Leave uint8 first", picture=np.uint8([100]), other=np.uint8([200]))["difference"].tolist() == [-100]


def test_histogram_and_its_root():
    histogram = run("Histogram", picture=np.asarray(mug()))["histogram"]
    assert histogram == pytest.approx(image_to_histogram(mug()))
    assert run("Root histogram", histogram=histogram)["root"] ** 2 == pytest.approx(histogram)


def test_gradients_of_a_slope_that_rises_3_to_the_right_and_4_down():
    given = run("Gradients", grey=np.fromfunction(lambda y, x: 3 * x + 4 * y, (5, 5)))
    assert given["strength"] == pytest.approx(5)
    assert given["angle"] == pytest.approx(np.arctan2(4, 3))


def test_length_of_3_and_4():
    given = run("Length", v=np.array([3.0, 4.0]))
    assert given["length"] == 5
    assert given["unit"] == pytest.approx([0.6, 0.8])


def test_cosine_and_distance_are_those_of_the_package():
    assert run("Cosine similarity", a=A, b=B)["cosine"] == pytest.approx(cosine_similarity(A, B))
    assert run("Euclidean distance", a=A, b=B)["distance"] == pytest.approx(euclidean_distance(A, B))
    a, b = (run("Length", v=v)["unit"] for v in (A, B))
    assert euclidean_distance(a, b) ** 2 == pytest.approx(2 - 2 * cosine_similarity(a, b))


def test_cosine_of_centred_vectors_is_the_correlation():
    a, b = (run("Own mean", pixels=pixels)["centred"] for pixels in (A, B))
    assert cosine_similarity(a, b) == pytest.approx(np.corrcoef(A, B)[0, 1])


def test_search_puts_the_most_similar_first_and_copies_by_place():
    units = np.eye(3)[[0, 1, 1, 2]]
    assert run("Search", units=units, unit_query=np.array([0.6, 0.8, 0]), k=3)["best"].tolist() == [1, 2, 0]


def test_memory_of_a_thousand_times_250_numbers_is_a_megabyte():
    assert run("Memory", matrix=np.zeros((1000, 250), np.float32))["megabytes"] == 1


def test_measures_are_those_of_the_package_and_of_the_picture():
    ranking, relevant = list("abcde"), {"a", "c", "x", "y"}
    given = run("Precision and recall", ranking=ranking, relevant=relevant, k=5)
    assert (given["precision"], given["recall"]) == tuple(evaluate_search(relevant, ranking, k=5)) == (2 / 5, 2 / 4)
    given = run("Average precision", ranking=np.array(ranking), relevant=relevant)
    assert given["average_precision"] == pytest.approx(average_precision(relevant, ranking)) == pytest.approx((1 + 2 / 3) / 4)


def test_mixing_by_z_scores_knows_no_unit():
    z = run("Mixing two scores", scores=A, other_z=B, alpha=0.5)["mixed"]
    assert run("Mixing two scores", scores=7 * A + 3, other_z=B, alpha=0.5)["mixed"] == pytest.approx(z)


def test_principal_components_keep_the_spread_of_points_on_a_plane():
    plane = np.random.default_rng(1).random((20, 2)) @ np.random.default_rng(2).random((2, 6))
    few = run("Principal components", matrix=plane)["few"]
    assert few.shape == (20, 2)
    assert (few**2).sum() == pytest.approx(((plane - plane.mean(axis=0)) ** 2).sum())


def test_recall_of_nine_kept_of_ten():
    assert run("Fewer comparisons", found=[*range(9), 99], truth=range(10))["recall"] == 0.9


def test_every_card_has_been_run_above_and_stands_in_the_words():
    assert len(CARDS) == sheet.ROWS * sheet.COLUMNS
    tested = Path(__file__).read_text(encoding="utf-8")
    assert [title for title in CARDS if f'run("{title}"' not in tested] == []


def test_the_files_are_as_the_script_makes_them():
    assert (sheet.NOTEBOOKS / "cheat_sheet.md").read_text(encoding="utf-8") == sheet.as_markdown()
    assert (sheet.NOTEBOOKS / "cheat_sheet.pdf").read_bytes().startswith(b"%PDF")


def test_the_page_is_one_of_a4_and_nothing_reaches_out_of_its_card():
    page = sheet.draw_page()
    assert tuple(page.get_size_inches()) == sheet.SIZE
    renderer = page.canvas.get_renderer() if hasattr(page.canvas, "get_renderer") else None
    frames = [axes for axes in page.axes if len(axes.texts) == 4 and axes.texts[0].get_weight() == "bold"]
    assert len(frames) == len(CARDS)
    for axes in frames:
        box = axes.get_window_extent(renderer)
        title, formula, words, code = (text.get_window_extent(renderer) for text in axes.texts)
        assert box.x0 <= code.x0 and code.x1 <= box.x1 and code.y0 >= box.y0
        assert code.y1 < words.y0 and words.y1 < formula.y0 and formula.y1 < title.y0, axes.texts[0].get_text()
        picture = page.axes[page.axes.index(axes) + 1].get_position().x0 * page.bbox.width
        assert max(formula.x1, words.x1) <= picture + 0.1 * box.width, axes.texts[0].get_text()
