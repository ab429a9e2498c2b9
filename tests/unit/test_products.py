"""The collection: its counts, its balance, its files, and that the script still makes the same pictures."""
import csv
import hashlib
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

DATA = Path(__file__).resolve().parents[2] / "data"
with (DATA / "products.csv").open(encoding="utf-8", newline="") as table:
    ROWS = list(csv.DictReader(table))
PRODUCTS = {row["product_id"]: row for row in ROWS}
SHOTS = ["dim", "moved", "scene", "studio", "turned"]


@pytest.fixture(scope="module")
def maker():
    """The module data/make_products.py, imported as the script itself imports its neighbours."""
    sys.path.insert(0, str(DATA))
    import make_products
    yield make_products
    sys.path.remove(str(DATA))


# ---- counts and balance ------------------------------------------------------------------------------------------
def test_columns_are_named_as_documented():
    assert list(ROWS[0]) == ["file", "product_id", "category", "colour", "pattern", "shot", "caption", "split"]


def test_ten_categories_of_twenty_products_in_five_shots():
    assert Counter(Counter(product["category"] for product in PRODUCTS.values()).values()) == {20: 10}
    assert all(sorted(row["shot"] for row in ROWS if row["product_id"] == name) == SHOTS for name in PRODUCTS)


@pytest.mark.parametrize("column", ["colour", "pattern"])
def test_each_category_has_the_same_number_of_each(column):
    pairs = Counter((product["category"], product[column]) for product in PRODUCTS.values())
    values = {product[column] for product in PRODUCTS.values()}
    assert set(pairs.values()) == {20 // len(values)} and len(pairs) == 10 * len(values)


def test_each_colour_comes_equally_often_in_each_pattern():
    assert set(Counter((product["colour"], product["pattern"]) for product in PRODUCTS.values()).values()) == {4}


def test_products_of_one_category_and_colour_differ_in_pattern():
    looks = Counter((product["category"], product["colour"], product["pattern"]) for product in PRODUCTS.values())
    assert max(looks.values()) == 1


def test_all_shots_of_a_product_share_everything_but_file_and_shot():
    shared = ("category", "colour", "pattern", "caption", "split")
    assert all(row[column] == PRODUCTS[row["product_id"]][column] for row in ROWS for column in shared)


@pytest.mark.parametrize("column", ["category", "colour", "pattern"])
def test_five_products_of_each_category_are_held_out_and_balanced(column):
    held_out = Counter(product[column] for product in PRODUCTS.values() if product["split"] == "held_out")
    assert len(set(held_out.values())) == 1 and sum(held_out.values()) == 50
    assert {product["split"] for product in PRODUCTS.values()} == {"train", "held_out"}


# ---- the order of the files tells nothing ----------------------------------------------------------------------------
@pytest.mark.parametrize("column, share", [("category", 0.1), ("colour", 0.1), ("pattern", 0.2), ("shot", 0.2), ("product_id", 0.004)])
def test_neighbouring_files_agree_no_more_often_than_by_chance(column, share):
    agree = sum(a[column] == b[column] for a, b in pairwise(ROWS)) / 999
    assert abs(agree - share) < 4 * (share * (1 - share) / 999) ** 0.5 + 0.001      # four standard errors


@pytest.mark.parametrize("column", ["category", "colour", "pattern", "shot", "product_id", "split"])
def test_file_numbers_do_not_grow_with_any_column(column):
    _, group = np.unique([row[column] for row in ROWS], return_inverse=True)
    assert abs(np.corrcoef(group, np.arange(1000))[0, 1]) < 0.127      # four standard errors: 4 / sqrt(999)


# ---- the files ---------------------------------------------------------------------------------------------------------
def test_table_lists_exactly_the_files_in_order():
    files = [f"product_{number:03d}.jpg" for number in range(1000)]
    assert [row["file"] for row in ROWS] == files == sorted(path.name for path in (DATA / "products").iterdir())


def test_every_file_is_a_small_rgb_jpeg():
    for row in ROWS:
        with Image.open(DATA / "products" / row["file"]) as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (160, 160))


def test_all_pictures_together_stay_below_8_megabytes():
    assert sum(path.stat().st_size for path in (DATA / "products").iterdir()) < 8_000_000


def test_checksum_covers_table_and_pictures():
    parts = [DATA / "products.csv", *(DATA / "products" / row["file"] for row in ROWS)]
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    assert (DATA / "products.sha256").read_text(encoding="utf-8") == digest + "\n"


def test_captions_name_category_colour_and_pattern():
    for product in PRODUCTS.values():
        words = product["caption"].replace(",", "").split()
        assert product["category"] in words and product["colour"] in words and product["pattern"] in words
        assert (words[0] == "an") == (words[1][0] in "aeiou")


# ---- the script ------------------------------------------------------------------------------------------------------------
def test_script_still_plans_the_table(maker):
    planned = [row for row, _ in maker.make_rows(maker.plan())]
    assert planned == ROWS


def test_another_seed_gives_other_products_in_another_order(maker):
    rows = [row for row, _ in maker.make_rows(maker.plan(seed=1, per_category=10), seed=1)]
    assert len(rows) == 500
    assert sum(a["category"] == b["category"] for a, b in zip(rows, ROWS)) < 100
    assert len({row["caption"] for row in rows} - {row["caption"] for row in ROWS}) > 20


def test_rendering_twice_gives_identical_pixels_in_any_order(maker):
    product = maker.plan()[0]
    first = next(maker.render_pictures(product, ["moved"]))
    next(maker.render_pictures(maker.plan()[1], ["scene"]))
    again = next(maker.render_pictures(product, ["moved"]))
    assert first.tobytes() == again.tobytes()


@pytest.mark.parametrize("number", [0, 199, 398, 597, 796, 995])
def test_rendered_again_it_is_the_stored_picture(maker, number):
    """Mean difference below 3 of 255.

    Not zero, because JPEG is lossy (about 1 on these pictures), its decoders round differently, and NumPy's sine and
    power may differ in the last digit between machines, which moves an edge by a pixel here and there. Another view or
    another product differs by 10 and more.
    """
    row = ROWS[number]
    product = next(p for p in maker.plan() if p.product_id == row["product_id"])
    fresh = np.asarray(next(maker.render_pictures(product, [row["shot"]])), dtype=float)
    with Image.open(DATA / "products" / row["file"]) as stored:
        assert np.abs(fresh - np.asarray(stored)).mean() < 3


def test_folder_with_pictures_of_another_run_is_refused(maker, tmp_path):
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(SystemExit, match="holiday.jpg"):
        maker.prepare(tmp_path, {"product_000.jpg"})
