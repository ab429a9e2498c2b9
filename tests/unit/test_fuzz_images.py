"""Good files, damaged at random: only a picture or an `ImageError` comes out, soon, and every file is accounted for.

More by hand: IMSEARCH_FUZZ=10000 python -m pytest -n0 -s tests/unit/test_fuzz_images.py
"""

import os
import time
import warnings

import numpy as np
import pytest
from PIL import Image

from imsearch_helpers import images
from imsearch_helpers.images import ImageError, load_image, read_image
from imsearch_helpers.messy import RobustImageProcessor
from imsearch_helpers.reader_pool import ReaderPool
from tests.unit.making import saved

COUNT = int(os.environ.get("IMSEARCH_FUZZ", "1500"))
SLOWEST = 5  # seconds


def good_files():
    rng = np.random.default_rng(3)
    picture = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize((96, 72), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = 6
    clear = picture.copy()
    clear.putalpha(120)
    return [
        saved(picture, "jpeg", exif=exif),
        saved(picture, "jpeg", progressive=True),
        saved(picture.convert("CMYK"), "jpeg"),
        saved(picture, "png", exif=exif),
        saved(clear, "png"),
        saved(picture.quantize(16), "png", transparency=bytes(range(16))),
        saved(picture, "gif", save_all=True, append_images=[picture.rotate(90)]),
        saved(picture, "webp", exif=exif),
        saved(clear, "webp", lossless=True),
        saved(picture, "webp", save_all=True, append_images=[picture.rotate(180)]),
        saved(picture, "bmp"),
        saved(picture.quantize(16), "bmp"),
        *(saved(picture, "tiff", compression=name) for name in ("raw", "tiff_lzw", "jpeg")),
        saved(picture.quantize(16), "tiff", compression="tiff_adobe_deflate"),
        *(saved(one, "avif", exif=exif) for one in (picture, clear) if images._has_avif()),
    ]


FILES = good_files()


def mutated(seed):
    """One of the good files with bytes or bits changed, a piece cut out, moved or replaced, or cut off."""
    rng = np.random.default_rng(seed)
    content = bytearray(FILES[rng.integers(len(FILES))])
    # Half of the damage goes to the first hundred bytes, where the headers are.
    limit = len(content) if rng.random() < 0.5 else min(100, len(content))
    for _ in range(rng.integers(1, 4)):
        place, size = int(rng.integers(limit)), int(rng.integers(1, 40))
        way = rng.integers(6)
        if way == 0:
            content[place % len(content)] ^= 1 << int(rng.integers(8))
        elif way == 1:
            content[place % len(content)] = int(rng.choice([0, 1, 127, 128, 255, int(rng.integers(256))]))
        elif way == 2:
            del content[place : place + size]
        elif way == 3:
            content[place:place] = content[(start := int(rng.integers(len(content) + 1))) : start + size]
        elif way == 4:
            other = FILES[rng.integers(len(FILES))]
            content[place : place + size] = other[place : place + size]
        else:
            del content[max(20, int(rng.integers(len(content) + 1))) :]
        content = content or bytearray(b"\0")
    return bytes(content)


def outcome(read, content):
    start = time.perf_counter()
    try:
        assert read(content).mode == "RGB"
        result = "kept"
    except ImageError as error:
        assert error.reason
        result = "rejected"
    assert time.perf_counter() - start < SLOWEST
    return result


def test_damaged_bytes_give_a_picture_or_an_image_error_and_no_warning(record_property):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcomes = [outcome(load_image, mutated(seed)) for seed in range(COUNT)]
    record_property("damaged files kept, of all", f"{outcomes.count('kept')} of {COUNT}")
    assert 0 < outcomes.count("kept") < COUNT


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    for seed in range(COUNT // 5):
        (folder / f"{seed:05}.{['jpg', 'png', 'gif', 'webp', 'bmp', 'tif', 'avif'][seed % 7]}").write_bytes(mutated(seed))
    return folder


def test_every_damaged_file_is_in_exactly_one_list(damaged):
    processor = RobustImageProcessor(target_size=(8, 8))
    vectors, valid = processor.process_directory(damaged)
    failed = [path for path, _ in processor.failed_images]
    assert len(vectors) == len(valid)
    assert sorted(valid + failed) == sorted(map(str, damaged.iterdir()))
    assert valid == sorted(valid) and failed == sorted(failed)


def test_worker_reads_damaged_files_as_this_process_does(damaged):
    paths = sorted(damaged.iterdir())[:100]
    here = lambda path: read_image(path, killable=True).picture  # noqa: E731
    with ReaderPool(1) as pool:
        assert [outcome(pool.load_image, path) for path in paths] == [outcome(here, path) for path in paths]
