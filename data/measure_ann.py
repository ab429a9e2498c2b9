"""Measure every kind of index over 1,000,000 made-up vectors and write `ann_million.json`, which notebook 09 draws.

    python data/measure_ann.py

The vectors: once made from the products' root histograms (`made_up`), once structureless (`structureless`), 96 numbers each. The
queries are made in the same way and are not among them. Times are of one query at a time: in each round every way has its turn, and the best
round counts. Needs the extra `extensions`, 4 GB of memory and up to an hour; `--size 20000` takes a minute. It prints a table.
"""

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from imsearch_helpers.ann import build_faiss_index, search_faiss  # noqa: E402  (the path comes first)
from imsearch_helpers.collection import Products  # noqa: E402
from imsearch_helpers.engine import ImageSearchEngine  # noqa: E402

N_DIMS, N_QUERIES, K, ROUNDS = 96, 200, 10, 7
EFFORTS = {"flat": [None], "ivf": [1, 2, 4, 8, 16, 32, 64, 128], "hnsw": [10, 16, 32, 64, 128, 256, 512], "pq": [None]}
MADE = (
    "products: a product's root histogram plus half the difference of two others, all three drawn at random; "
    "structureless: 96 independent normal numbers"
)


def made_up(vectors, n_images, rng):
    """A product's vector plus half of what parts two others: (n_images, n_dims)."""
    one, other, third = rng.integers(len(vectors), size=(3, n_images))
    return vectors[one] + (vectors[other] - vectors[third]) / np.float32(2)


def structureless(vectors, n_images, rng):
    """Independent normal numbers, as many a row as `vectors` have: (n_images, n_dims)."""
    return rng.standard_normal((n_images, vectors.shape[1]), dtype=np.float32)


def processor():
    """What the system calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        said = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return f"{said['model name']} (family {said['cpu family']}, model {said['model']})"
    except (OSError, KeyError):
        return platform.processor() or platform.machine()


def mean_ms(search, queries):
    """How long a search takes, in milliseconds, the mean over some queries one after another."""
    start = time.perf_counter()
    for query in queries:
        search(query)
    return 1000 * (time.perf_counter() - start) / len(queries)


def recall(ids, truth):
    """The share of the true nearest that were found."""
    return float(np.mean([len(set(found) & set(true)) / K for found, true in zip(ids.tolist(), truth.tolist())]))


class Bench:
    """One collection, its queries and the truth; measures one kind of index after another."""

    def __init__(self, vectors, queries):
        paths = [f"{row:07}" for row in range(len(vectors))]
        self.vectors, self.queries = vectors, queries
        self.units = queries / np.linalg.norm(queries, axis=1, keepdims=True)
        self.exact, self.fast = (ImageSearchEngine.from_vectors(paths, vectors) for _ in range(2))
        found = self.exact.search_batch(queries, K)
        self.truth = np.array([[int(path) for path, _ in results] for results in found])
        self.exact_ms = []

    def rows_of(self, kind):
        """The measured rows of one kind, a row for each effort."""
        import faiss

        start = time.perf_counter()
        index = build_faiss_index(self.vectors, kind)
        row = {"kind": kind, "build_s": round(time.perf_counter() - start, 1), "bytes": index.n_bytes}
        default = index.effort
        self.fast.use_index(index)
        faiss.omp_set_num_threads(1)  # one query at a time needs no second one, and waits for it on a busy machine
        rows = [self._found(index, effort) for effort in EFFORTS[kind]]
        self._time(index, rows)
        faiss.omp_set_num_threads(os.cpu_count())
        exact_ms = self.exact_ms[-1]
        return [row | one | {"default": one["effort"] == default, "exact_ms": exact_ms} for one in rows]

    def _found(self, index, effort):
        if effort is not None:
            index.effort = effort
        ids, _ = index.search(self.units, K)
        return {"effort": effort, "recall": round(recall(ids, self.truth), 4),
                "comparisons": round(index.comparisons(self.units, K), 1), "ms": np.inf, "engine_ms": np.inf}  # fmt: skip

    def _time(self, index, rows):
        exact = np.inf
        for _ in range(ROUNDS):
            exact = min(exact, mean_ms(lambda query: self.exact.search_fast(query, K), self.queries[:10]))
            for row in rows:
                some = self.queries[: 10 if row["effort"] is None else 100]
                if row["effort"] is not None:
                    index.effort = row["effort"]
                row["ms"] = min(row["ms"], mean_ms(lambda query: search_faiss(index, query, K), some))
                row["engine_ms"] = min(row["engine_ms"], mean_ms(lambda query: self.fast.search_fast(query, K), some))
        self.exact_ms.append(round(exact, 3))
        for row in rows:
            row["ms"], row["engine_ms"] = round(row["ms"], 4), round(row["engine_ms"], 4)


def machine():
    """What the times depend on."""
    import faiss

    return {"processor": processor(), "cores": os.cpu_count(), "python": platform.python_version(),
            "numpy": np.__version__, "faiss": faiss.__version__,
            "threads": f"engine {os.cpu_count()}, FAISS 1 to search and {os.cpu_count()} to build"}  # fmt: skip


def main():
    """Make the vectors, measure, print a row at a time, and write after each kind what there is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1_000_000, help="how many vectors")
    parser.add_argument("--out", type=Path, default=HERE / "ann_million.json", metavar="FILE")
    options = parser.parse_args()
    ours = ImageSearchEngine(Products(HERE).image_dir, "root_histogram").index_images().image_vectors
    result = {"n_images": options.size, "n_dims": N_DIMS, "made": MADE, "machine": machine(), "sets": {}}
    for name, make in (("products", made_up), ("structureless", structureless)):
        rng = np.random.default_rng(0)
        bench = Bench(make(ours, options.size, rng), make(ours, N_QUERIES, rng))
        rows = []
        for kind in ("flat", "pq", "ivf", "hnsw"):
            rows += bench.rows_of(kind)
            result["sets"][name] = {"exact_ms": min(bench.exact_ms), "exact_bytes": bench.vectors.nbytes, "rows": rows}
            options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
            for row in rows:
                if row["kind"] == kind:
                    print(name, row, flush=True)


if __name__ == "__main__":
    main()
