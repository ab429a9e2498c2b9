"""Make a collection for the course from pictures of your own: a folder whose subfolders are the labels.

    python data/make_collection.py FOLDER --out COLLECTION

copies the pictures to COLLECTION/products and writes COLLECTION/products.csv beside them, so that `Products("COLLECTION")` opens it and
`evaluate_engine` knows what is right. In FOLDER, `mug/IMG_1.jpg` has the label mug; `mug/blue one/IMG_1.jpg` also says which thing it
shows. Nothing in FOLDER is changed.
"""

import argparse
import csv
import shutil
from collections import Counter
from pathlib import Path

import numpy as np

from imsearch_helpers import RobustImageProcessor
from imsearch_helpers.collection import Product

HELD_OUT = 4  # of so many things (or pictures of a label) one is held out
SEED = 0
UNKNOWN = "unknown"


def rows_of(paths, folder):
    """What is known about each picture from where it lies.

    Parameters
    ----------
    paths : list of str or Path
        Below subfolders of `folder`.
    folder : str or Path

    Returns
    -------
    list of (str or Path, Product)
        In an order that tells nothing, and under new names, so that neither a name nor a tie gives the label away.
        Whole things are held out where there are any, else pictures of each label.

    Examples
    --------
    >>> [(path, product)] = rows_of(["f/mug/blue one/IMG_1.jpg"], "f")
    >>> path, product.file, product.category, product.product_id
    ('f/mug/blue one/IMG_1.jpg', 'photo_000.jpg', 'mug', 'mug/blue one')
    """
    shuffled = [sorted(paths)[place] for place in np.random.default_rng(SEED).permutation(len(paths))]
    held_out, rows = _held_out(shuffled, folder), []
    for number, path in enumerate(shuffled):
        label, thing = _label(path, folder), _thing(path, folder)
        name = f"photo_{number:03}{Path(path).suffix.lower()}"
        split = "held_out" if path in held_out else "train"
        rows.append((path, Product(name, name, thing, label, UNKNOWN, UNKNOWN, "photo", label, split)))
    return rows


def _label(path, folder):
    return Path(path).relative_to(folder).parts[0]


def _thing(path, folder):
    return Path(path).relative_to(folder).parent.as_posix()


def _held_out(paths, folder):
    """One of four: of each label's things, or of its pictures if the label has no things."""
    groups = {}
    for path in paths:
        label, thing = _label(path, folder), _thing(path, folder)
        groups.setdefault(label, {}).setdefault(path if thing == label else thing, []).append(path)
    return {path for group in groups.values() for some in list(group.values())[HELD_OUT - 1 :: HELD_OUT] for path in some}


def make(folder, out):
    """Make the collection.

    Parameters
    ----------
    folder : str or Path
    out : str or Path
        A new folder.

    Returns
    -------
    list of Product

    Raises
    ------
    ValueError
        When `out` exists, or `folder` has fewer than two labels.
    """
    folder, out = Path(folder), Path(out)
    if out.exists():
        raise ValueError(f"out must be a new folder, and {out} exists")
    processor = RobustImageProcessor()
    readable = [Path(path) for path in processor.process_directory(folder)[1]]
    rows = rows_of([path for path in readable if path.parent != folder], folder)
    if len({row.category for _, row in rows}) < 2:
        raise ValueError(f"folder must have pictures in at least two subfolders, which are the labels, and {folder} has not")
    (out / "products").mkdir(parents=True)
    for path, row in rows:
        shutil.copyfile(path, out / "products" / row.file)
    with open(out / "products.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([Product._fields[1:], *(row[1:] for _, row in rows)])
    _tell(processor.failed_images, [path for path in readable if path.parent == folder], [row for _, row in rows])
    return [row for _, row in rows]


def _tell(failed, loose, rows):
    for path, reason in failed:
        print(f"left out: {path}: {reason}")
    for path in loose:
        print(f"left out: {path}: it lies in no subfolder, so it has no label")
    for label, count in sorted(Counter(row.category for row in rows).items()):
        print(f"{count:5} {label}" + (", too few to find another one" if count < 2 else ""))
    things = Counter(row.product_id for row in rows)
    print(f"{len(rows)} pictures, {len(things)} things or labels, {sum(row.split == 'held_out' for row in rows)} pictures held out")


def main():
    """Make a collection as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="a new folder for the collection")
    options = parser.parse_args()
    try:
        make(options.folder, options.out)
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
