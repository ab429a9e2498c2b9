"""Notebook 00 in a real browser: the sliders move, and other pictures appear."""

import statistics

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

NOTEBOOK = "00_start_here.ipynb"
THUMBNAILS = ".imsearch-explorer img.imsearch-thumb"

# From the key that was pressed to new thumbnails that are decoded and ready to be painted, in milliseconds.
WATCH = """thumbnails => {
    const look = () => [...document.querySelectorAll(thumbnails)];
    const before = look().map(image => image.src).join();
    window.changed = new Promise((resolve, reject) => window.addEventListener('keydown', () => {
        setTimeout(() => reject(new Error('no other thumbnails after 20 s')), 20000);
        const start = performance.now();
        const poll = async () => {
            const images = look();
            if (!images.length || images.map(image => image.src).join() === before) return setTimeout(poll, 1);
            await Promise.all(images.map(image => image.decode()));
            resolve(performance.now() - start);
        };
        poll();
    }, {capture: true, once: true}));
}"""


@pytest.fixture(scope="module")
def page(lab):
    page = lab.run(NOTEBOOK)
    page.wait_for_selector(THUMBNAILS)
    yield page
    page.close()


def press(page, slider, key):
    """Press a key on a slider's handle; returns the milliseconds until other thumbnails are there."""
    page.locator(f".imsearch-explorer .{slider} .noUi-handle").focus()
    page.evaluate(WATCH, THUMBNAILS)
    page.keyboard.press(key)
    return page.evaluate("window.changed")


def sources(page):
    return page.locator(THUMBNAILS).evaluate_all("images => images.map(image => image.src)")


def test_k_slider_by_keyboard_adds_one_thumbnail_and_takes_it_away(page):
    count = len(sources(page))
    press(page, "imsearch-k", "ArrowRight")
    assert len(sources(page)) == count + 1
    press(page, "imsearch-k", "ArrowLeft")
    assert len(sources(page)) == count


def test_another_query_shows_other_thumbnails(page):
    before = sources(page)
    press(page, "imsearch-query", "ArrowRight")
    after = sources(page)
    assert len(after) == len(before)
    assert after != before


def test_axe_finds_nothing_serious_in_what_is_ours(page):
    # ipywidgets gives the handles of its sliders no name that a screen reader could say; the rest is ours.
    rules = {"rules": {"aria-input-field-name": {"enabled": False}}}
    found = Axe().run(page, context=".imsearch-explorer", options=rules).response["violations"]
    told = [f"{one['id']}: {one['nodes'][0]['html'][-300:]}" for one in found if one["impact"] in ("serious", "critical")]
    assert not told


def test_time_from_key_to_thumbnails_is_reported(page, record_property):
    times = [press(page, "imsearch-k", key) for key in ["ArrowRight", "ArrowLeft"] * 10]
    record_property("explorer, key press to decoded thumbnails, median ms", round(statistics.median(times)))


def test_what_a_button_could_not_do_is_seen(page, lab):
    (lab.notebooks / "fooled.csv").mkdir()
    page.get_by_text("keep it").first.click()
    page.get_by_text("Error: ").first.wait_for()
    (lab.notebooks / "fooled.csv").rmdir()


def test_a_photo_of_more_than_ten_megabytes_can_be_uploaded(page, tmp_path):
    photo = tmp_path / "large.jpg"
    Image.effect_noise((4000, 3600), 90).convert("RGB").save(photo, quality=98)
    assert photo.stat().st_size > 11_000_000
    with page.expect_file_chooser() as chooser:
        page.locator(".imsearch-explorer .imsearch-upload").click()
    chooser.value.set_files(photo)
    page.get_by_text("your picture", exact=True).wait_for()
    assert sources(page)


RESTART = """async path => {
    const panel = [...jupyterapp.shell.widgets('main')].find(widget => widget.context?.path === path);
    await panel.sessionContext.session.kernel.restart();
}"""
WORDS = "getComputedStyle(document.querySelector('.imsearch-explorer'), '::before').content"


def test_after_a_restart_the_dead_sliders_say_what_to_do(page):  # the last test: nothing on the page works any more
    assert "run this cell again" not in page.evaluate(WORDS)
    page.evaluate(RESTART, f"notebooks/{NOTEBOOK}")
    page.wait_for_function(f"{WORDS}.includes('run this cell again')")
