"""What it costs to share work out to other processes, as on other machines. Prints two tables.

    python tests/benchmarks/many_machines.py           some minutes
    python tests/benchmarks/many_machines.py --quick   fewer pictures and vectors

All ways take turns in one run, and a figure compares the best round of one with the best of another. Needs the extra `test`.
"""

import argparse
import contextlib
import io
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # every worker and this program alike: one worker, one core

from imsearch_helpers.cluster import ClusterIndex, connect  # noqa: E402
from imsearch_helpers.collection import Products  # noqa: E402
from imsearch_helpers.engine import ImageSearchEngine  # noqa: E402

N_DIMS = 96
TOP_K = 5


def best_seconds(ways, rounds):
    """The seconds of every way in its best round."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def copies_of_products(folder, count):
    contents = [Path(product.path).read_bytes() for product in Products()]
    for number in range(count):
        Path(folder, f"{number:06}.jpg").write_bytes(contents[number % len(contents)])


def index(folder, executor):
    with contextlib.redirect_stdout(io.StringIO()):  # the bar stays unseen
        return ImageSearchEngine(folder, "histogram").index_images(executor)


def indexing_table(n_pictures, rounds):
    """Each executor with two workers, all started before; the same vectors from each."""
    with (
        tempfile.TemporaryDirectory() as folder,
        connect(n_workers=2, timeout=60) as client,
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes,
        ThreadPoolExecutor(2) as threads,
    ):
        ways = {"process pool": processes, "Dask": client, "killable processes (default)": None, "threads": threads}
        ways = {name: lambda executor=executor: index(folder, executor).image_vectors for name, executor in ways.items()}
        copies_of_products(folder, 64)
        vectors = [way() for way in ways.values()]  # after it every worker has the package
        assert all(np.array_equal(vectors[0], other) for other in vectors)
        copies_of_products(folder, n_pictures)
        best = best_seconds(ways, rounds)
    print(f"\nindex {n_pictures:,} products by histogram, 2 workers")
    for name, seconds in best.items():
        print(f"{name:32} {seconds:7.1f} s {seconds / best['process pool']:6.2f} x the process pool", flush=True)


def search_table(counts, all_workers, rounds):
    print(f"\nbest {TOP_K} of vectors of {N_DIMS} numbers: milliseconds of one query, and of 64 at once (each)")
    print(f"{'vectors':>10} {'place':12} {'one':>9} {'of 64':>9}")
    for n_workers in (0, *all_workers):  # 0: the engine here
        with connect(n_workers=n_workers, timeout=60) if n_workers else contextlib.nullcontext() as client:
            for count in counts:
                print_search_line(count, n_workers, client, rounds)


def print_search_line(count, n_workers, client, rounds):
    rng = np.random.default_rng(0)
    engine = ImageSearchEngine.from_vectors(list(map("{:07}".format, range(count))), rng.random((count, N_DIMS), np.float32))
    queries = rng.random((64, N_DIMS), np.float32)
    expected = engine.search_batch(queries, TOP_K)
    if client:
        engine.use_index(ClusterIndex(client, engine.image_vectors))
    assert engine.search_batch(queries, TOP_K) == expected
    ways = {"one": lambda: engine.search_fast(queries[0], TOP_K), "64": lambda: engine.search_batch(queries, TOP_K)}
    best = best_seconds(ways, rounds)
    place = f"{n_workers} worker{'s' * (n_workers > 1)}" if n_workers else "engine here"
    print(f"{count:10,} {place:12} {1000 * best['one']:9.1f} {1000 * best['64'] / 64:9.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Measure what sharing out work costs.")
    parser.add_argument("--quick", action="store_true", help="fewer pictures and vectors")
    quick = parser.parse_args().quick
    indexing_table(1_000 if quick else 10_000, 2)
    search_table((1_000, 10_000) if quick else (1_000, 10_000, 100_000, 1_000_000), (1, 2, 4), 5)


if __name__ == "__main__":
    main()
