"""The colour picker of notebook 04 in a real browser: another colour or a larger area, and other pictures appear."""

import pytest

# A few pictures: the notebook itself computes for half a minute first.
CELL = """
from imsearch_helpers import ImageSearchEngine, Products, image_to_histogram, widgets
products = Products()
paths = [product.path for product in products.where(shot="studio", category="mug")]
engine = ImageSearchEngine.from_vectors(paths, [image_to_histogram(path) for path in paths])
widgets.pick_colour({"histogram": engine}, products, colour="#2f62b8", area=30)
"""
RESULT = ".imsearch-pick-colour img.imsearch-thumb"


@pytest.fixture(scope="module")
def page(lab):
    page = lab.run_cells("colours.ipynb", [CELL])
    page.wait_for_selector(RESULT)
    yield page
    page.close()


def result(page, words):
    return page.locator(".imsearch-pick-colour figure", has=page.locator("img.imsearch-thumb")).first.get_by_text(words)


def test_a_blue_card_finds_a_blue_mug_and_another_colour_another_one(page):
    result(page, "blue").wait_for()
    page.locator(".imsearch-pick-colour input[type=color]").fill("#c8312f")
    result(page, "red").wait_for()


def test_a_larger_area_is_another_query(page):
    query = page.locator(".imsearch-pick-colour img.imsearch-query-thumb")
    before = query.get_attribute("src")
    page.locator(".imsearch-pick-colour .noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => document.querySelector('.imsearch-pick-colour img.imsearch-query-thumb').src !== before", arg=before)
