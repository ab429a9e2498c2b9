"""How fast and how true the vector database is, beside plain COPY and beside comparing everything. Prints a few lines.

    python tests/benchmarks/benchmark_database.py             100,000 vectors, some minutes
    python tests/benchmarks/benchmark_database.py 20000       fewer

Loads take turns in one run, and the best of three counts; read them as ratios. Vectors lie around 500 centres (as those of
pictures do), or anywhere, which is harder for a graph. The truth is computed by NumPy.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from imsearch_helpers.database import VectorDatabase  # noqa: E402

N_DIMS, TOP_K, N_QUERIES, ROUNDS = 96, 5, 100, 3
FILTERS = {  # name -> what only rows with these values pass
    "none": {},
    "1 in 10, not 1 in 5": {"only": {"category": "mug"}, "but_not": {"colour": "blue"}},
    "half": {"only": {"half": "yes"}},
    "1 in 1,000": {"only": {"rare": "yes"}},
}


def vectors(n_images, spread, rng):
    centres = rng.standard_normal((500, N_DIMS))
    return np.float32(spread * rng.standard_normal((n_images, N_DIMS)) + (spread < 1) * centres[rng.integers(500, size=n_images)])


def texts(n_images, rng):
    pick = lambda share, yes, no: np.where(rng.random(n_images) < share, yes, no).tolist()
    return {"category": pick(0.1, "mug", "boot"), "colour": pick(0.2, "blue", "red"), "half": pick(0.5, "yes", "no"),
            "rare": pick(0.001, "yes", "no")}  # fmt: skip


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def plain_copy(database, lines, columns):
    """The same table, from lines that are ready, by PostgreSQL's own text format."""
    further = "".join(f", {name} text NOT NULL" for name in columns)
    database.rows("DROP TABLE IF EXISTS plain")
    database.rows(f"CREATE TABLE plain (id bigint PRIMARY KEY, path text NOT NULL UNIQUE, embedding vector({N_DIMS}) NOT NULL{further})")

    def copy():
        with database._connection.cursor().copy("COPY plain FROM STDIN") as stream:
            stream.write(lines)

    return seconds(copy)


def passes(columns, only=None, but_not=None):
    kept = np.ones(len(columns["half"]), bool)
    for wanted, sign in ((only, True), (but_not, False)):
        for name, value in (wanted or {}).items():
            kept &= (np.array(columns[name]) == value) == sign
    return kept


def nearest(units, query, kept):
    rows = np.flatnonzero(kept)
    return set(rows[np.argsort(units[rows] @ -query)[:TOP_K]].tolist())


def measure(database, n_images, spread, rng):
    matrix, columns, paths = vectors(n_images, spread, rng), texts(n_images, rng), [f"{row:07}.jpg" for row in range(n_images)]
    rows = zip(range(n_images), paths, matrix.tolist(), *columns.values())
    lines = "".join("\t".join(map(str, row)).replace(", ", ",") + "\n" for row in rows).encode()
    load = lambda: database.load(paths, matrix, columns, index=False)
    plain, ours = np.min([(plain_copy(database, lines, columns), seconds(load)) for _ in range(ROUNDS)], axis=0)
    graph = seconds(lambda: database.load(paths, matrix, columns)) - ours
    print(f"load: {ours:.2f} s, plain COPY {plain:.2f} s: {ours / plain:.2f} of it;  graph: {graph:.0f} s", flush=True)
    units = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    queries = units[rng.integers(n_images, size=N_QUERIES)] + np.float32(0.05) * rng.standard_normal((N_QUERIES, N_DIMS), np.float32)
    for name, wanted in FILTERS.items():
        truths = [nearest(units, query, passes(columns, **wanted)) for query in queries]
        for ef_search in (40, 100, 200, 400):
            database.tune(ef_search=ef_search)
            found = []
            took = seconds(lambda: found.extend(database.find(query, TOP_K, **wanted) for query in queries))  # noqa: B023
            recall = np.mean([len(truth & {int(path[:7]) for path, _ in results}) / TOP_K for truth, results in zip(truths, found)])
            plan = database.explain(queries[0], TOP_K, **wanted)
            way = "graph" if "embedding_idx" in plan else "all that pass"
            print(f"{name:20} ef_search {ef_search:3}  recall@5 {recall:.3f}  {1000 * took / N_QUERIES:6.1f} ms  {way}", flush=True)
        print(plan.replace(plan[plan.find("'[") : plan.find("]'") + 2], "query") + "\n", flush=True)


if __name__ == "__main__":
    n_images = int(sys.argv[1]) if sys.argv[1:] else 100_000
    for what, spread in (("around 500 centres", 0.5), ("anywhere", 1.0)):
        print(f"{n_images} x {N_DIMS}, {what}")
        with tempfile.TemporaryDirectory() as folder, VectorDatabase(folder) as database:
            measure(database, n_images, spread, np.random.default_rng(0))
