"""Take pictures of a web page from top to bottom, so that a notebook can be looked at as a reader sees it.

    python tests/notebooks/screenshot.py PAGE.html DIR [--width 1280] [--height 1600]

writes DIR/PAGE_00.png, PAGE_01.png ... with headless Chromium.
"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.browser.chromium import launch_chromium  # noqa: E402


def photograph(page_file, folder, width, height):
    """Save slices of the page, each `height` pixels high; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.route("http*://**", lambda route: route.abort())  # nothing from the network, so no waiting for it
        page.goto(page_file.resolve().as_uri())
        full = page.evaluate("document.documentElement.scrollHeight")
        slices = []
        for number, top in enumerate(range(0, full, height)):
            clip = {"x": 0, "y": top, "width": width, "height": min(height, full - top)}
            slices.append(folder / f"{page_file.stem}_{number:02d}.png")
            page.screenshot(path=slices[-1], clip=clip, full_page=True)
        browser.close()
    return slices


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=1600)
    options = parser.parse_args()
    for path in photograph(options.page, options.folder, options.width, options.height):
        print(path)


if __name__ == "__main__":
    main()
