"""Take pictures of a notebook from top to bottom, so that it can be looked at as a reader sees it.

    python tests/notebooks/screenshot.py notebooks/04_the_engine.ipynb DIR    in JupyterLab, after Run All
    python tests/notebooks/screenshot.py PAGE.html DIR                        the web page that execute.py wrote
    python tests/notebooks/screenshot.py notebooks/00_start_here.ipynb DIR --only .imsearch-explorer    one part
    python tests/notebooks/screenshot.py notebooks/00_start_here.ipynb DIR --around .imsearch-explorer  JupyterLab with it in the middle

writes DIR/NAME_00.png, NAME_01.png ... with headless Chromium. Web pages are shown without the network, so their formulas
stay as they are typed. The last line made data/readme.png.
"""

import argparse
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.browser.chromium import launch_chromium  # noqa: E402
from tests.browser.lab import running_lab  # noqa: E402

WIDTH = 1280
WINDOW = {"width": 1200, "height": 690}
SLICE = 1600  # pixels
LONGEST = 30_000
NOTEBOOK_HEIGHT = """() => {
    const notebook = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer');
    return innerHeight - notebook.clientHeight + notebook.scrollHeight;
}"""


def photograph_page(page, folder, name):
    """Save the page in slices from top to bottom; returns their paths."""
    full = min(LONGEST, page.evaluate("document.documentElement.scrollHeight"))
    paths = []
    for number, top in enumerate(range(0, full, SLICE)):
        clip = {"x": 0, "y": top, "width": WIDTH, "height": min(SLICE, full - top)}
        paths.append(folder / f"{name}_{number:02d}.png")
        page.screenshot(path=paths[-1], clip=clip, full_page=True)
    return paths


def photograph_part(page, folder, name, selector):
    path = folder / f"{name}_part.png"
    page.locator(selector).first.screenshot(path=path)
    return [path]


def photograph(page, folder, name, selector):
    folder.mkdir(parents=True, exist_ok=True)
    return photograph_part(page, folder, name, selector) if selector else photograph_page(page, folder, name)


def photograph_window(chromium, path, folder, selector):
    """Run a notebook in JupyterLab and photograph its window, a part of the notebook in the middle."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_lab(chromium) as lab:
        page = lab.run(path.name)
        page.set_viewport_size(WINDOW)
        page.evaluate("jupyterapp.shell.collapseLeft()")
        page.locator(selector).first.evaluate("part => part.scrollIntoView({block: 'center'})")
        page.wait_for_timeout(1000)
        picture = folder / f"{path.stem}_window.png"
        page.screenshot(path=picture)
    Image.open(picture).convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE).save(picture, optimize=True)
    return [picture]


def photograph_notebook(chromium, path, folder, selector):
    """Run a notebook in JupyterLab and photograph it, or a part, in a window that is as high as the notebook."""
    with running_lab(chromium) as lab:
        page = lab.run(path.name)
        page.wait_for_timeout(1000)  # formulas and widgets are drawn after the cells have run
        page.set_viewport_size({"width": WIDTH, "height": min(LONGEST, page.evaluate(NOTEBOOK_HEIGHT))})
        page.wait_for_timeout(1000)
        return photograph(page, folder, path.stem, selector)


def photograph_html(chromium, path, folder, selector):
    page = chromium.new_page(viewport={"width": WIDTH, "height": SLICE})
    page.route("http*://**", lambda route: route.abort())
    page.goto(path.resolve().as_uri())
    return photograph(page, folder, path.stem, selector)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="a notebook of notebooks/, or a web page")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--only", metavar="SELECTOR", help="a CSS selector: photograph the first that fits, as NAME_part.png")
    parser.add_argument("--around", metavar="SELECTOR", help="a CSS selector: photograph JupyterLab's window with it, as NAME_window.png")
    options = parser.parse_args()
    of_kind = photograph_notebook if options.file.suffix == ".ipynb" else photograph_html
    with sync_playwright() as playwright:
        chromium, selector = launch_chromium(playwright), options.only
        if options.around:
            of_kind, selector = photograph_window, options.around
        print(*of_kind(chromium, options.file, options.folder, selector), sep="\n")


if __name__ == "__main__":
    main()
