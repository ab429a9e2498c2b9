"""The widgets of notebook 06 in a real browser: the arrow keys damage another byte, and a file of one's own is read three times."""

import pytest

# The two widgets alone: the notebook itself reads slow files first.
CELLS = [
    """
from imsearch_helpers import Products, data_dir, widgets
widgets.explore_damage(Products().where(category="mug", shot="studio")[0].path, percent=30)
""",
    'widgets.explore_readings(data_dir() / "messy", ["turned_6.jpg", "page.jpg"], "turned_6.jpg")',
]
DAMAGED = ".imsearch-damage figure"
READ = ".imsearch-readings figcaption"


@pytest.fixture(scope="module")
def page(lab):
    page = lab.run_cells("messy.ipynb", CELLS)
    page.wait_for_selector(READ)
    yield page
    page.close()


def test_arrow_key_damages_the_next_byte_of_the_jpeg(page):
    before = page.locator(f"{DAMAGED} img").evaluate_all("images => images.map(image => image.src)")
    page.locator(".imsearch-damage .noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([selector, src]) => document.querySelector(selector).src !== src", arg=[f"{DAMAGED} img", before[0]])
    after = page.locator(f"{DAMAGED} img").evaluate_all("images => images.map(image => image.src)")
    assert len(after) == len(before) == 2 and after[1] == before[1]  # the PNG is refused before and after
    assert "PNG: rejected" in page.locator(DAMAGED).last.inner_text()


def test_another_file_is_picked_and_read(page):
    page.locator(".imsearch-readings select").select_option("page.jpg")
    page.get_by_text("as ours does: rejected: an HTML page").wait_for()


def test_an_uploaded_file_is_read_three_times(page, tmp_path):
    (tmp_path / "mine.jpg").write_bytes(b"%PDF-1.7 and more")
    with page.expect_file_chooser() as chooser:
        page.locator(".imsearch-readings").get_by_text("a file of your own").click()
    chooser.value.set_files(tmp_path / "mine.jpg")
    page.get_by_text("as ours does: rejected: a PDF document").wait_for()
    assert page.locator(READ).count() == 3
