"""Make `vectors/photos.npz`: what every method makes of 100 real clothing photos, without the photos.

    python data/make_photo_vectors.py FOLDER

FOLDER holds the photos and `labels.csv` (file, class): here 10 of each of ten classes, from the clothing dataset, CC0
(see `vectors/README.md`). Any such folder will do; `--out` writes elsewhere. Needs the extra `extensions`. It prints a
table.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
from measure_methods import by_cosine, mean_precision, print_table, vectors_by  # puts the course's folder on the path

from imsearch_helpers.vectors import METHODS

HERE = Path(__file__).resolve().parent
HALF = ("gradients", "deep")  # of so many numbers that two bytes each must do; the table stays the same
ABOUT = (
    "The vectors of 100 real clothing photos by every method, and the photos' classes. 'pixels' and 'pixels_own_mean' "
    "are turned in space: lengths, distances and angles are those of the grey pixels, but no picture can be seen in them."
)


def turned(vectors):
    """The same lengths and angles in as few numbers as there are vectors: (n, n_dims) -> (n, n)."""
    left, lengths, _ = np.linalg.svd(vectors.astype(np.float64), full_matrices=False)
    return left * lengths


def by_every_method(folder, files):
    """Method -> vectors of the files in that order, (n_images, n_dims)."""
    vectors = {name: vectors_by(name, folder, files) for name in METHODS}
    pixels = vectors.pop("pixels")
    own_mean = pixels - pixels.mean(axis=1, keepdims=True)
    return {"pixels": turned(pixels), "pixels_own_mean": turned(own_mean), **vectors}


def main():
    """Read the options, compute, write, and print how often the five best are of the query's class."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="photos and labels.csv")
    parser.add_argument("--out", type=Path, default=HERE / "vectors" / "photos.npz", metavar="FILE")
    options = parser.parse_args()
    with (options.folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    classes = np.array([row["class"] for row in rows])
    vectors = by_every_method(options.folder, [row["file"] for row in rows])
    kept = {name: matrix.astype(np.float16 if name in HALF else np.float32) for name, matrix in vectors.items()}
    np.savez_compressed(options.out, about=ABOUT, classes=classes, **kept)
    measured = {name: [mean_precision(by_cosine(v[name]), classes, 5) for v in (vectors, kept)] for name in kept}
    print_table("Mean precision@5 by class, each photo leaving itself out", ("computed", "as kept"), measured.items())


if __name__ == "__main__":
    main()
