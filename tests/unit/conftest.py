"""What several unit tests share: a small folder of pictures, and hypothesis that tries the same cases every time."""

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image

from imsearch_helpers.engine import ImageSearchEngine

settings.register_profile("course", derandomize=True, database=None, deadline=None, max_examples=40)
settings.load_profile("course")


@pytest.fixture
def folder(tmp_path):
    """Six pictures of random colours, two of them in subfolders, and a file that is no picture."""
    rng = np.random.default_rng(0)
    pictures = tmp_path / "pictures"
    for name in ("b.png", "a.JPG", "c.bmp", "d.webp", "sub/e.gif", "sub/deeper/f.jpeg"):
        (pictures / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)).save(pictures / name)
    (pictures / "notes.txt").write_text("no picture", encoding="utf-8")
    return pictures


@pytest.fixture
def engine(folder):
    return ImageSearchEngine(folder).index_images()
