"""Take pictures of a notebook from top to bottom, so that it can be looked at as a reader sees it.

    python tests/notebooks/screenshot.py notebooks/04_the_engine.ipynb DIR    in JupyterLab, after Run All
    python tests/notebooks/screenshot.py PAGE.html DIR                        the web page that execute.py wrote
    python tests/notebooks/screenshot.py notebooks/00_start_here.ipynb DIR --only .imsearch-explorer    one part

writes DIR/NAME_00.png, NAME_01.png ... with headless Chromium. Web pages are shown without the network, so their formulas
stay as they are typed. The third line made data/readme.png.
"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.browser.chromium import launch_chromium  # noqa: E402
from tests.browser.lab import running_lab  # noqa: E402

WIDTH = 1280
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
    options = parser.parse_args()
    of_kind = photograph_notebook if options.file.suffix == ".ipynb" else photograph_html
    with sync_playwright() as playwright:
        print(*of_kind(launch_chromium(playwright), options.file, options.folder, options.only), sep="\n")


if __name__ == "__main__":
    main()
