"""The widgets of notebooks 07 and 11 in a real browser: an arrow key changes what is shown."""

import pytest

# Results and rows made up: the notebook itself computes for a minute first.
CELLS = """
from imsearch_helpers import Products, SearchResult, widgets
products = Products()
mug, *others = products.where(category="mug")[:9]
widgets.explore_k(mug.path, [SearchResult(other.path, 0.5) for other in others], products, k=3)
---
rows = {step / 20: {"dim": step / 20, "moved": 1 - step / 20} for step in range(21)}
widgets.explore_mixture(("root_histogram", "own-mean pixels"), rows, 0.5)
---
import tempfile
from imsearch_helpers import VectorDatabase, image_to_root_histogram
folder = tempfile.TemporaryDirectory()
few = list(products)[::10]
paths = [one.path for one in few]
columns = {name: [getattr(one, name) for one in few] for name in ("category", "colour")}
database = VectorDatabase(folder.name).load(paths, [image_to_root_histogram(path) for path in paths], columns)
widgets.explore_database(database, products, paths)
---
widgets.explore_sizes()
""".split("---\n")


@pytest.fixture(scope="module")
def page(lab):
    page = lab.run_cells("play.ipynb", CELLS)
    page.wait_for_selector(".imsearch-mixture table")
    yield page
    page.close()


def press(page, widget, key):
    page.locator(f"{widget} .noUi-handle").focus()
    page.keyboard.press(key)


def test_a_higher_k_adds_a_thumbnail_and_counts_it(page):
    thumbnails = page.locator(".imsearch-counted img.imsearch-thumb")
    assert thumbnails.count() == 3
    press(page, ".imsearch-counted", "ArrowRight")
    page.get_by_text("of 4 shown").wait_for()
    assert thumbnails.count() == 4


def test_another_weight_is_another_row_of_the_scoreboard(page):
    assert "mixed, 0.50: dim 0.50, moved 0.50" in page.locator(".imsearch-mixture table").get_attribute("aria-label")
    press(page, ".imsearch-mixture", "ArrowRight")
    page.wait_for_selector(".imsearch-mixture table[aria-label*='mixed, 0.55: dim 0.55, moved 0.45']")


def test_a_filter_is_seen_in_the_statement_and_by_an_arrow_key_another_query(page):
    panel = page.locator(".imsearch-database")
    assert "WHERE" not in panel.locator("pre").inner_text()
    panel.locator("select").first.select_option("mug")
    panel.get_by_text("WHERE").wait_for()
    before = panel.locator("img").first.get_attribute("src")
    press(page, ".imsearch-database", "ArrowRight")
    page.wait_for_function("before => document.querySelector('.imsearch-database img').src !== before", arg=before)


def test_ten_times_as_many_pictures_need_ten_times_the_memory(page):
    panel = page.locator(".imsearch-sizes")
    assert "384 GB" in panel.locator("table").inner_text()
    press(page, ".imsearch-sizes", "ArrowRight")
    panel.get_by_text("3,840 GB").first.wait_for()
