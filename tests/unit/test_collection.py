import copy
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from imsearch_helpers import collection
from imsearch_helpers.collection import Product, Products, data_dir, stored_photos, stored_vectors
from imsearch_helpers.images import find_images
from tests import REPOSITORY

HEADER = "file,product_id,category,colour,pattern,shot,caption,split\n"
ROWS = [
    "product_002.jpg,mug_01,mug,red,plain,dim,a red mug,train",
    "product_000.jpg,mug_01,mug,red,plain,studio,a red mug,train",
    "product_001.jpg,mug_02,mug,blue,dots,studio,\"a mug, blue\",test",
    "product_003.jpg,chair_01,chair,red,plain,studio,ein roter Stühl,train",
]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "course" / "data"
    (folder / "products").mkdir(parents=True)
    (folder / "products.csv").write_text(HEADER + "\n".join(ROWS) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def products(data):
    return Products(data)


def file_names(rows):
    return [Path(getattr(row, "path", row)).name for row in rows]


# Where the data is


def test_variable_names_the_folder_before_all_others(data, monkeypatch):
    monkeypatch.setenv("IMSEARCH_DATA", str(data))
    assert data_dir().resolve() == data.resolve()
    assert Products().image_dir == str(data_dir() / "products")


def test_variable_that_names_no_collection_is_an_error_not_a_detour(tmp_path, monkeypatch):
    monkeypatch.setenv("IMSEARCH_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="set the variable IMSEARCH_DATA to its data folder"):
        data_dir()


def test_folder_beside_the_package_comes_before_the_current_one(data, monkeypatch):
    monkeypatch.delenv("IMSEARCH_DATA", raising=False)
    monkeypatch.chdir(data.parent)
    assert data_dir().resolve() == REPOSITORY / "data"


@pytest.mark.parametrize("below", [".", "notebooks", "notebooks/deeper"])
def test_folder_in_the_current_one_or_above_is_found_last(data, monkeypatch, below):
    monkeypatch.delenv("IMSEARCH_DATA", raising=False)
    monkeypatch.setattr(collection, "__file__", str(data.parent / "elsewhere" / "package" / "collection.py"))
    (data.parent / below).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(data.parent / below)
    assert data_dir() == Path(*[".."] * len(Path(below).parts), "data")


# The truth about each picture


def test_rows_are_sorted_by_path_with_all_columns(products, data):
    assert file_names(products) == [f"product_00{i}.jpg" for i in range(4)]
    path = str(data / "products" / "product_001.jpg")
    expected = Product(path, "product_001.jpg", "mug_02", "mug", "blue", "dots", "studio", "a mug, blue", "test")
    assert products.rows[1] == expected and len(products) == 4


def test_a_picture_is_known_by_its_file_name(products, data):
    assert products.of("elsewhere/product_003.jpg") == products.of(Path("product_003.jpg")) == products.rows[3]
    assert products.rows[3].caption == "ein roter Stühl"


def test_unknown_picture_is_named(products):
    with pytest.raises(KeyError, match="'cat.jpg' is not one of the 4 product pictures"):
        products.of("cat.jpg")


def test_where_takes_several_columns(products):
    assert file_names(products.where(category="mug", colour="red")) == ["product_000.jpg", "product_002.jpg"]
    assert products.where(category="boot") == []
    with pytest.raises(ValueError, match="no column 'color'; known are path, file, product_id"):
        products.where(color="red")


@pytest.mark.parametrize(("by", "others"), [("product", [2]), ("category", [1, 2]), ("colour", [2, 3])])
def test_relevant_leaves_the_query_out(products, by, others):
    relevant = products.relevant("product_000.jpg", by)
    assert sorted(file_names(relevant)) == [f"product_00{i}.jpg" for i in others]


def test_relevant_by_what_is_unknown(products):
    with pytest.raises(ValueError, match="by must be one of product, category, colour, not 'shape'"):
        products.relevant("product_000.jpg", by="shape")


# The shipped one


@pytest.fixture(scope="module")
def shipped():
    if not (REPOSITORY / "data" / "products.csv").is_file():
        pytest.skip("data/products.csv is not there yet")
    return Products(REPOSITORY / "data")


def test_shipped_paths_are_those_that_an_engine_finds(shipped):
    assert [row.path for row in shipped] == find_images(shipped.image_dir)
    assert len(shipped) == 1000


def test_shipped_query_has_4_relevant_by_product_and_99_by_category(shipped):
    for row in shipped.rows[::97]:
        assert len(shipped.relevant(row.path)) == 4
        assert len(shipped.relevant(row.path, "category")) == 99


# What is stored


def test_stored_vectors_are_marked_and_in_the_order_of_the_products(shipped):
    stored = stored_vectors(shipped)
    assert all(name.endswith("(stored)") for name in stored) and len(stored) == 3
    assert {(matrix.shape, matrix.dtype.name) for matrix in stored.values()} == {((1000, 96), "float32")}
    with np.load(REPOSITORY / "data" / "vectors" / "products_deep.npz") as file:
        row = file["files"].tolist().index(shipped.rows[7].file)
        assert np.array_equal(stored["small network (stored)"][7], file["small_network"][row].astype(np.float32))


def test_stored_vectors_of_another_order_follow_it(shipped):
    fewer = copy.copy(shipped)
    fewer.rows = shipped.rows[10:0:-3]
    assert np.array_equal(stored_vectors(fewer)["untrained (stored)"], stored_vectors(shipped)["untrained (stored)"][10:0:-3])


def test_a_picture_about_which_nothing_is_stored_is_named(shipped):
    other = copy.copy(shipped)
    other.rows = [shipped.rows[0]._replace(file="mine.jpg")]
    with pytest.raises(KeyError, match="nothing is stored about 'mine.jpg'"):
        stored_vectors(other)


def test_missing_vectors_are_named_with_the_remedy(products):
    with pytest.raises(FileNotFoundError, match=r"products_deep\.npz is part of the course.*get the course's files again"):
        stored_vectors(products)


def test_stored_photos_are_ten_of_each_of_ten_classes():
    classes, vectors = stored_photos()
    assert sorted(Counter(classes.tolist()).values()) == [10] * 10
    assert {"pixels", "gradients", "deep", "small_network"} < set(vectors)
    assert all(len(matrix) == 100 and matrix.dtype == np.float32 for matrix in vectors.values())
