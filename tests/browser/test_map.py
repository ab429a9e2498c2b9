"""The map of notebook 08 in a real browser: a key picks another picture, another method moves them all, the mouse makes them grow."""

import pytest

# A few pictures and places made up: the notebook itself computes for a minute first.
CELL = """
import numpy as np
from imsearch_helpers import Products, widgets
some = Products().where(shot="studio")[:8]
places = np.random.default_rng(0).normal(size=(8, 2))
widgets.explore_map({"pixels": places, "deep": -places}, some, picked=2)
"""
POINTS = ".imsearch-map .imsearch-points"
PICKED = f"{POINTS} img.imsearch-picked"


@pytest.fixture(scope="module")
def page(lab):
    page = lab.run_cells("map.ipynb", [CELL])
    page.wait_for_selector(PICKED)
    yield page
    page.close()


def test_arrow_key_on_the_slider_picks_the_next_picture(page):
    alts = page.locator(f"{POINTS} img").evaluate_all("images => images.map(image => image.alt)")
    page.locator(".imsearch-map .noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"{POINTS} img:nth-child(4).imsearch-picked")
    assert page.locator(PICKED).get_attribute("alt") == alts[3] != alts[2]


def test_another_method_moves_the_pictures_to_the_other_map(page):
    before = page.locator(PICKED).bounding_box()
    page.locator(".imsearch-map select").select_option("deep")
    page.wait_for_selector(f"{POINTS}[aria-label*=' by deep;']")
    assert page.locator(PICKED).bounding_box() != before


def test_a_picture_grows_under_the_mouse(page):
    small = page.locator(f"{POINTS} img").first
    before = small.bounding_box()["width"]
    small.hover(force=True)
    assert small.bounding_box()["width"] > 2 * before
