"""Make the short animated tour of the course: sliders that move, in a real JupyterLab, photographed by headless Chromium.

    python tests/notebooks/tour.py data/tour.webp

Each scene is a widget of a notebook and the keys that are pressed on it. It takes about two minutes.
"""

import argparse
import io
import sys
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.browser.chromium import launch_chromium  # noqa: E402
from tests.browser.lab import running_lab  # noqa: E402

SIZE = (800, 450)
BAND = 44  # pixels for a scene's words
FRAME, PAUSE = 450, 1400  # milliseconds
SETTLED = 600  # milliseconds from a key to a finished picture
MOST_BYTES = 2_000_000


class Scene(NamedTuple):
    """What is shown: the words above it, the notebook, its part, the slider in that part, and the keys that are pressed there."""

    words: str
    notebook: str
    part: str
    slider: int
    keys: str


SCENES = [
    Scene("00: search a thousand pictures", "00_start_here.ipynb", ".imsearch-explorer", 0, ">>>"),
    Scene("00: more results, each with its score", "00_start_here.ipynb", ".imsearch-explorer", 1, ">>>"),
    Scene("03: what an angle means", "03_cosine_and_euclidean.ipynb", ".jp-OutputArea-child:has(.noUi-handle)", 2, "^^^"),
]
KEYS = {">": "ArrowRight", "<": "ArrowLeft", "^": "PageUp"}


def photographs(page, scene):
    """A picture before the first key and one after each."""
    part = page.locator(scene.part).first
    part.scroll_into_view_if_needed()
    yield part.screenshot()
    for key in scene.keys:
        part.locator(".noUi-handle").nth(scene.slider).focus()
        page.keyboard.press(KEYS[key])
        page.wait_for_timeout(SETTLED)
        yield part.screenshot()


def framed(photograph, words):
    """A photograph below a scene's words, in the tour's size."""
    with Image.open(io.BytesIO(photograph)) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((SIZE[0], SIZE[1] - BAND), Image.Resampling.LANCZOS)
    frame = Image.new("RGB", SIZE, "white")
    frame.paste(picture, ((SIZE[0] - picture.width) // 2, BAND))
    ImageDraw.Draw(frame).text((16, 10), words, fill="#0b4f8a", font=ImageFont.load_default(22))
    return frame


def tour(chromium):
    """The frames, and for how many milliseconds each stands."""
    frames, times, pages = [], [], {}
    with running_lab(chromium) as lab:
        for scene in SCENES:
            page = pages.get(scene.notebook) or pages.setdefault(scene.notebook, lab.run(scene.notebook))
            page.wait_for_selector(scene.part)
            made = [framed(photograph, scene.words) for photograph in photographs(page, scene)]
            frames += made
            times += [PAUSE, *[FRAME] * (len(made) - 2), PAUSE]
    return frames, times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="an animated WebP")
    file = parser.parse_args().file
    with sync_playwright() as playwright:
        frames, times = tour(launch_chromium(playwright))
    frames[0].save(file, save_all=True, append_images=frames[1:], duration=times, loop=0, quality=80, method=6)
    size = file.stat().st_size
    print(f"{file}: {len(frames)} frames, {size:,} bytes")
    return int(size > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
