"""Measure the methods on the shots of the collection and print the tables.

For each shot: the share of queries whose own studio shot ranks first among all studio shots. Over everything: precision
and recall by the truth of products.csv, each query leaving itself out. Run from the repository's main folder:
`python data/measure_methods.py`. The two networks are measured where the extra `extensions` is installed.
"""
import argparse
import csv
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from imsearch_helpers.engine import ImageSearchEngine  # noqa: E402  (the path comes first)
from imsearch_helpers.vectors import installed_methods  # noqa: E402

TRUTHS = (("product_id", 4), ("category", 5), ("colour", 5))
SHOTS = ("dim", "turned", "moved", "scene")


def read_table(folder):
    """products.csv as a dict of columns, each an array of n_images strings."""
    with (folder / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def unit(vectors):
    """Rows scaled to length 1, float64."""
    vectors = vectors.astype(np.float64)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def by_cosine(vectors):
    return unit(vectors) @ unit(vectors).T      # (n_images, n_images)


def by_euclidean(vectors):
    vectors = vectors.astype(np.float64)
    squares = (vectors ** 2).sum(axis=1)
    return -(squares[:, None] + squares - 2 * vectors @ vectors.T)      # minus the squared distance ranks alike


def vectors_by(method, folder, files):
    """What a method makes of the files of a folder, in their order, (n_images, n_dims)."""
    engine = ImageSearchEngine(folder, method).index_images()
    row_of = {Path(path).name: row for row, path in enumerate(engine.image_paths)}
    return engine.image_vectors[[row_of[file] for file in files]]


def all_scores(folder, files):
    """(name, scores (n_images, n_images)) for each method, one at a time."""
    pixels = vectors_by("pixels", folder / "products", files)
    yield "pixels, cosine", by_cosine(pixels)
    yield "pixels, Euclidean", by_euclidean(pixels)
    yield "pixels - own mean, cosine", by_cosine(pixels - pixels.mean(axis=1, keepdims=True))
    yield "pixels - collection's mean, cosine", by_cosine(pixels - pixels.mean(axis=0))
    for name in installed_methods()[1:]:
        yield f"{name.replace('_', ' ')}, cosine", by_cosine(vectors_by(name, folder / "products", files))


def found_first(scores, table, queries):
    """Share of the queries whose own studio shot is the best of all studio shots."""
    studio = np.flatnonzero(table["shot"] == "studio")
    best = studio[scores[np.ix_(queries, studio)].argmax(axis=1)]
    return (table["product_id"][best] == table["product_id"][queries]).mean()


def mean_precision(scores, truth, k):
    """Mean precision@k over all pictures as queries, each leaving itself out."""
    scores = scores.copy()
    np.fill_diagonal(scores, -np.inf)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return (truth[best] == truth[:, None]).mean()


def print_table(title, heads, lines):
    """Plain text: one line a method, one column a head, numbers with two digits."""
    print(f"\n{title}\n{'':36s}" + "".join(f"{head:>12s}" for head in heads))
    for name, numbers in lines:
        print(f"{name:36s}" + "".join(f"{number:12.2f}" for number in numbers))


def main():
    """Measure every method and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE, help="folder with products/ and products.csv")
    folder = parser.parse_args().data
    table = read_table(folder)
    categories = sorted(set(table["category"]))
    queries = {shot: np.flatnonzero(table["shot"] == shot) for shot in SHOTS}
    by_shot, by_truth, by_category = [], [], {shot: [] for shot in SHOTS}
    for name, scores in all_scores(folder, table["file"]):
        by_shot.append((name, [found_first(scores, table, queries[shot]) for shot in SHOTS]))
        by_truth.append((name, [mean_precision(scores, table[column], k) for column, k in TRUTHS]))
        for shot in SHOTS:
            of = table["category"][queries[shot]]
            by_category[shot].append((name, [found_first(scores, table, queries[shot][of == c]) for c in categories]))
    print_table("Share of queries whose own studio shot ranks first among all studio shots", SHOTS, by_shot)
    heads = [f"{column.split('_')[0]}@{k}" for column, k in TRUTHS]
    print_table("Mean precision@k over all pictures as queries, each leaving itself out", heads, by_truth)
    print("(a product has 4 other shots, so its precision@4 is also its recall@4)")
    for shot in SHOTS:
        print_table(f"As the first table, by category: {shot}", categories, by_category[shot])


if __name__ == "__main__":
    main()
