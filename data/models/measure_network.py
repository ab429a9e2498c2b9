"""Measure the small network beside the methods by hand, on products it never saw and on photos, and print the tables.

    python data/models/measure_network.py                         the shipped collection
    python data/models/measure_network.py --data exam             another one by make_products.py, all of it unseen
    python data/models/measure_network.py --photos FOLDER         and a folder of photos, named class_number.jpg

Needs the extra `extensions`, not torch.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from measure_methods import by_cosine, found_first  # noqa: E402  (the path comes first; this adds the course's folder)

from imsearch_helpers.collection import Products  # noqa: E402
from imsearch_helpers.evaluation import bootstrap_interval  # noqa: E402
from imsearch_helpers.images import find_images  # noqa: E402
from imsearch_helpers.vectors import METHODS, image_to_vector_deep  # noqa: E402

SHOTS = ("dim", "turned", "moved", "scene")
BY_HAND = ("pixels", "pixels - own mean", "histogram", "root_histogram", "gradients")
NETWORKS = ("small_network_untrained", "small_network")


# ---- from paths to scores -------------------------------------------------------------------------------------------
def all_scores(paths):
    """Name of a method -> the cosines of all pairs, (n_images, n_images)."""
    by_hand = {name: function for name, function in METHODS.items() if name in BY_HAND}
    vectors = {name: np.stack([function(path) for path in paths]) for name, function in by_hand.items()}
    vectors["pixels - own mean"] = vectors["pixels"] - vectors["pixels"].mean(axis=1, keepdims=True)
    vectors |= {name: np.stack([image_to_vector_deep(path, HERE / f"{name}.onnx") for path in paths]) for name in NETWORKS}
    return {name: by_cosine(vectors[name]) for name in (*BY_HAND, *NETWORKS) if name in vectors}


# ---- from scores to measures ----------------------------------------------------------------------------------------
def precisions(scores, truth, k):
    """Precision@k of each picture as a query that leaves itself out, (n_images,)."""
    scores = scores.copy()
    np.fill_diagonal(scores, -np.inf)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]  # (n_images, k)
    return (truth[best] == truth[:, np.newaxis]).mean(axis=1)


def margins(all_precisions, queries):
    """The network's precision minus that of the best method by hand on these queries: (its name, mean, interval)."""
    by_hand = [name for name in all_precisions if name not in NETWORKS]
    best = max(by_hand, key=lambda name: all_precisions[name][queries].mean())
    differences = all_precisions["small_network"][queries] - all_precisions[best][queries]
    return best, differences.mean(), bootstrap_interval(differences)


# ---- the tables -----------------------------------------------------------------------------------------------------
def print_table(title, heads, lines):
    """In Markdown: one line a method, numbers with two digits."""
    print(f"\n{title}\n\n| method | {' | '.join(heads)} |\n|---|{'---:|' * len(heads)}")
    for name, numbers in lines:
        print(f"| {name} | {' | '.join(f'{number:.2f}' for number in numbers)} |")


def print_margins(rows):
    """In Markdown: queries -> (name, mean, interval) of `margins`."""
    print("\nThe network minus the best method by hand\n")
    print("| queries | best by hand | margin | 95 % from | to |\n|---|---|---:|---:|---:|")
    for queries, (best, mean, (low, high)) in rows.items():
        print(f"| {queries} | {best} | {mean:+.2f} | {low:+.2f} | {high:+.2f} |")


def measure_products(folder):
    """The products that training never saw as queries, among themselves and among all."""
    rows = Products(folder).rows
    table = {column: np.array([getattr(row, column) for row in rows]) for column in rows[0]._fields}
    held_out = np.flatnonzero((table["split"] == "held_out") | (folder.resolve() != HERE.parent))
    scores = all_scores([row.path for row in rows])
    among_all = {name: precisions(matrix, table["product_id"], 4) for name, matrix in scores.items()}
    lines = [(name, summary(matrix, table, held_out)) for name, matrix in scores.items()]
    heads = [f"product@4 [{len(held_out)}]", f"product@4 [{len(rows)}]", f"category@5 [{len(rows)}]"]
    print_table("Unseen products as queries [among so many pictures]", heads, lines)
    queries = {shot: held_out[table["shot"][held_out] == shot] for shot in (*SHOTS, "studio")}
    lines = [(name, [found_first(matrix, table, queries[shot]) for shot in SHOTS]) for name, matrix in scores.items()]
    print_table("Their own studio picture first among all studio pictures", SHOTS, lines)
    lines = [(name, [values[of].mean() for of in queries.values()]) for name, values in among_all.items()]
    print_table("product@4 among all, by the query's shot", queries, lines)
    print_margins({shot: margins(among_all, of) for shot, of in queries.items()})


def summary(scores, table, held_out):
    """product@4 among the held-out pictures, the same among all, and category@5 among all."""
    alone = precisions(scores[np.ix_(held_out, held_out)], table["product_id"][held_out], 4)
    among_all = (precisions(scores, table[column], k)[held_out] for column, k in (("product_id", 4), ("category", 5)))
    return [alone.mean(), *(values.mean() for values in among_all)]


def measure_photos(folder):
    """Photos whose names begin with their class: how many of the five best are of the query's class."""
    paths = find_images(folder)
    classes = np.array([Path(path).stem.rsplit("_", 1)[0] for path in paths])
    measured = {name: precisions(matrix, classes, 5) for name, matrix in all_scores(paths).items()}
    lines = [(name, [values.mean(), *bootstrap_interval(values)]) for name, values in measured.items()]
    print_table(f"{len(paths)} photos of {len(set(classes))} classes", ["class@5", "95 % from", "to"], lines)
    print_margins({"all": margins(measured, np.arange(len(paths)))})


def main():
    """Measure on the products, and on photos if there are any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parent, metavar="FOLDER", help="of make_products.py")
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="photos named class_number.jpg")
    options = parser.parse_args()
    measure_products(options.data)
    if options.photos:
        measure_photos(options.photos)


if __name__ == "__main__":
    main()
