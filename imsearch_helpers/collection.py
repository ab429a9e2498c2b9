"""Floor 1. The shipped collection: 1,000 product pictures that we rendered, the truth about each, and stored vectors."""

import csv
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np


def data_dir():
    """The folder with the course's data.

    Looked for in this order: the variable ``IMSEARCH_DATA``, ``data/`` beside the package, ``data/`` in the current
    folder or in one above it.

    Returns
    -------
    Path
        As short as it can be from the current folder, so that paths below it print well.

    Raises
    ------
    FileNotFoundError
        When it is in none of these places; the message says what to do.
    """
    named = os.environ.get("IMSEARCH_DATA")
    here = Path.cwd()
    places = [Path(named)] if named else [
        folder / "data" for folder in (Path(__file__).resolve().parent.parent, here, *here.parents)
    ]
    for place in places:
        if (place / "products.csv").is_file():
            return _seen_from(here, place)
    raise FileNotFoundError(
        f"no folder with products.csv in {' or '.join(map(str, places))}. Open the notebooks inside a copy of the "
        "course's repository, or set the variable IMSEARCH_DATA to its data folder"
    )


def _seen_from(here, place):
    try:
        relative = Path(os.path.relpath(place, here))
    except ValueError:  # another drive
        return place
    return relative if len(relative.parts) <= len(place.parts) else place


class Product(NamedTuple):
    """One picture of one product: a row of ``products.csv`` with the picture's path in front."""

    path: str
    file: str
    product_id: str
    category: str
    colour: str
    pattern: str
    shot: str
    caption: str
    split: str


RELEVANCE = {"product": "product_id", "category": "category", "colour": "colour"}


def truth_column(by):
    """The column of ``products.csv`` in which two pictures must agree to be relevant to each other.

    Parameters
    ----------
    by : {"product", "category", "colour"}

    Returns
    -------
    str

    Raises
    ------
    ValueError
        When `by` is unknown.
    """
    if by not in RELEVANCE:
        raise ValueError(f"by must be one of {', '.join(RELEVANCE)}, not {by!r}")
    return RELEVANCE[by]


class Products:
    """The collection: its pictures in order, and the truth about what is relevant to what.

    Parameters
    ----------
    folder : str or Path, optional
        A folder with ``products.csv`` and ``products/``; `data_dir()` if not given.

    Attributes
    ----------
    image_dir : str
        The folder of the pictures, for an engine.
    rows : list of Product
        Sorted by path, like an engine's `image_paths`.
    """

    def __init__(self, folder=None):
        folder = data_dir() if folder is None else Path(folder)
        self.image_dir = str(folder / "products")
        with open(folder / "products.csv", encoding="utf-8", newline="") as file:
            self.rows = sorted(Product(str(folder / "products" / row["file"]), **row) for row in csv.DictReader(file))
        self._by_file = {row.file: row for row in self.rows}

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        return iter(self.rows)

    def of(self, path):
        """What is known about one picture.

        Parameters
        ----------
        path : str or Path
            Its file name counts, so any way to write the path will do.

        Returns
        -------
        Product

        Raises
        ------
        KeyError
            When no picture of the collection has that name.
        """
        try:
            return self._by_file[Path(path).name]
        except KeyError:
            raise KeyError(f"path: {str(path)!r} is not one of the {len(self)} product pictures") from None

    def where(self, **values):
        """The pictures with the given values, for example ``where(category="mug", shot="studio")``.

        Parameters
        ----------
        **values : str
            Column of ``products.csv`` and the value it must have.

        Returns
        -------
        list of Product
            In the collection's order.

        Raises
        ------
        ValueError
            When there is no such column; the message lists the known ones.
        """
        unknown = set(values) - set(Product._fields)
        if unknown:
            raise ValueError(f"there is no column {sorted(unknown)[0]!r}; known are {', '.join(Product._fields)}")
        return [row for row in self.rows if all(getattr(row, column) == value for column, value in values.items())]

    def relevant(self, path, by="product"):
        """The paths of all other pictures that are relevant to one picture.

        Parameters
        ----------
        path : str or Path
        by : {"product", "category", "colour"}
            What must be the same: 4 others show the same product, 99 others the same category.

        Returns
        -------
        set of str
            Never with the picture itself, which would be no find.

        Raises
        ------
        ValueError
            When `by` is unknown.
        KeyError
            When the picture is not one of the collection.
        """
        column = truth_column(by)
        query = self.of(path)
        same = self.where(**{column: getattr(query, column)})
        return {row.path for row in same if row.file != query.file}


STORED = {  # of products_deep.npz -> what a lesson calls it, so that nobody takes it for computed here
    "vectors": "EfficientNet-Lite0 (stored)",
    "small_network": "small network (stored)",
    "small_network_untrained": "untrained (stored)",
}


def stored_vectors(products):
    """What three networks made of the product pictures, for where no network can be run.

    Parameters
    ----------
    products : Products

    Returns
    -------
    dict of str to ndarray, shape (n_images, 96), float32
        In the order of `products`. Each name ends with "(stored)". EfficientNet-Lite0's 1,280 numbers are reduced to 96 by
        PCA, and all are rounded to two bytes, so scores differ a little from those computed from the pictures;
        ``data/vectors/README.md`` says by how much.

    Raises
    ------
    FileNotFoundError, KeyError
        When the file is missing, or a picture of `products` is not in it.
    """
    with np.load(_stored(Path(products.image_dir).parent, "products_deep.npz")) as file:
        row_of = {name: row for row, name in enumerate(file["files"].tolist())}
        missing = [product.file for product in products if product.file not in row_of]
        if missing:
            raise KeyError(f"products: nothing is stored about {missing[0]!r}")
        rows = [row_of[product.file] for product in products]
        return {name: file[key][rows].astype(np.float32) for key, name in STORED.items()}


def stored_photos():
    """What every method made of 100 real clothing photos, which are not in the repository.

    Returns
    -------
    classes : ndarray of str, shape (100,)
        Ten photos of each of ten classes.
    vectors : dict of str to ndarray, shape (100, n_dims), float32
        Method -> vectors, by its name in `METHODS`, and "pixels_own_mean". Pixels are turned in space: angles and
        distances are the same.

    Raises
    ------
    FileNotFoundError
        When the file is missing.

    References
    ----------
    A. Grigorev and contributors, Clothing dataset (small), CC0 1.0.
    """
    with np.load(_stored(data_dir(), "photos.npz")) as file:
        names = [name for name in file.files if name not in ("about", "classes")]
        return file["classes"], {name: file[name].astype(np.float32) for name in names}


def _stored(folder, name):
    path = folder / "vectors" / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is part of the course, and it is not there; get the course's files again")
    return path
