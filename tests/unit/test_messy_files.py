"""Every row of data/messy.csv: the file is kept, repaired, rejected or left out as it says, and shows what it says."""

import csv
import warnings

import numpy as np
import pytest
from PIL import Image

from imsearch_helpers import ImageSearchEngine, RobustImageProcessor
from imsearch_helpers.folders import find_images
from imsearch_helpers.images import ImageError, load_image
from imsearch_helpers.reader_pool import ReaderPool
from tests import REPOSITORY

FOLDER = REPOSITORY / "data" / "messy"
with open(REPOSITORY / "data" / "messy.csv", encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def shows_its_corners(picture, row):
    seen = [picture.getpixel((picture.width * x // 8, picture.height // 8)) for x in (1, 7)]
    return np.abs(np.ravel(seen) - [int(value) for value in row["corners"].split()]).max() <= 6


def test_the_table_names_every_file_and_they_are_small():
    assert sorted(row["file"] for row in ROWS) == sorted(path.name for path in FOLDER.iterdir())
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_000_000
    assert {row["outcome"] for row in ROWS} == {"kept", "repaired", "rejected", "left out"}


@pytest.fixture(scope="module")
def pool():
    with ReaderPool(1) as pool:
        yield pool


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_file_is_read_as_its_row_says_and_without_a_warning(row, pool):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if row["outcome"] in ("rejected", "left out"):
            with pytest.raises(ImageError, match=row["reason"] if row["outcome"] == "rejected" else "AppleDouble"):
                load_image(FOLDER / row["file"])
        else:
            picture, repairs = pool.read_image(FOLDER / row["file"])
            assert row["reason"] in "; ".join(repairs) and bool(repairs) == (row["outcome"] == "repaired")
            assert shows_its_corners(picture, row) and np.array_equal(picture, load_image(FOLDER / row["file"]))


@pytest.mark.parametrize("row", [row for row in ROWS if row["file"].startswith("turned")], ids=lambda row: row["file"])
def test_corners_betray_a_picture_that_was_not_turned(row):
    stored = Image.open(FOLDER / row["file"]).convert("RGB")
    assert not shows_its_corners(stored, row)


def test_processor_s_report_agrees_with_the_table():
    processor = RobustImageProcessor()
    vectors, valid = processor.process_directory(FOLDER)
    wanted = {row["file"]: row for row in ROWS}
    found = {processor.report.name_of(row): row for row in processor.report.rows}
    assert found.keys() == wanted.keys() and len(vectors) == len(valid)
    for name, row in found.items():
        assert row.outcome == wanted[name]["outcome"] and wanted[name]["reason"] in row.reason


def test_engine_keeps_the_same_files():
    engine = ImageSearchEngine(FOLDER).index_images()
    rejected = {str(FOLDER / row["file"]) for row in ROWS if row["outcome"] == "rejected"}
    assert {path for path, _ in engine.failed_images} == rejected
    assert sorted([*engine.image_paths, *rejected]) == find_images(FOLDER)
