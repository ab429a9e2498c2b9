"""What it costs to share work out to other processes, as on other machines. Prints two tables.

    python tests/benchmarks/many_machines.py           some minutes
    python tests/benchmarks/many_machines.py --quick   fewer pictures and vectors

All ways take turns in one run. Time on the clock is that of the best round. CPU time is the mean of all rounds, of all processes together: on a
busy machine it says more. Needs the extra `test`.
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
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # every worker and this program alike: one worker, one core

from imsearch_helpers.cluster import ClusterIndex, connect  # noqa: E402
from imsearch_helpers.collection import Products  # noqa: E402
from imsearch_helpers.engine import ImageSearchEngine  # noqa: E402

N_DIMS = 96
TOP_K = 5


def measured(ways, rounds):
    """For every way the seconds of its best round, and the CPU seconds of a round."""
    best, cpu = dict.fromkeys(ways, float("inf")), dict.fromkeys(ways, 0)
    for _ in range(rounds):
        for name, way in ways.items():
            cpu_before, start = cpu_seconds(), time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - start)
            cpu[name] += (cpu_seconds() - cpu_before) / rounds
    return {name: (best[name], cpu[name]) for name in ways}


def cpu_seconds():
    """Of this process and all that it has started, those that have ended included."""
    total = 0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])  # its own, and that of its children that have ended
    return total


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
        found = measured(ways, rounds)
    print(f"\nindex {n_pictures:,} products by histogram, 2 workers; beside it, how many times what the process pool takes")
    seconds_of_pool, cpu_of_pool = found["process pool"]
    for name, (seconds, cpu) in found.items():
        ratios = f"{seconds / seconds_of_pool:6.2f} x {cpu:7.1f} s CPU {cpu / cpu_of_pool:6.2f} x"
        print(f"{name:32} {seconds:7.1f} s {ratios}", flush=True)


def search_table(counts, all_workers, rounds):
    print(f"\nbest {TOP_K} of vectors of {N_DIMS} numbers: milliseconds of one query, and of 64 at once (each)")
    print(f"{'vectors':>10} {'place':12} {'one':>9} {'its CPU':>9} {'of 64':>9} {'its CPU':>9}")
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
    found = measured(ways, rounds)
    place = f"{n_workers} worker{'s' * (n_workers > 1)}" if n_workers else "engine here"
    one, cpu_of_one, of_64, cpu_of_64 = (1000 * seconds for seconds in (*found["one"], *(each / 64 for each in found["64"])))
    print(f"{count:10,} {place:12} {one:9.1f} {cpu_of_one:9.1f} {of_64:9.2f} {cpu_of_64:9.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Measure what sharing out work costs.")
    parser.add_argument("--quick", action="store_true", help="fewer pictures and vectors")
    quick = parser.parse_args().quick
    if hasattr(os, "getloadavg"):
        print(f"{os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}")
    indexing_table(1_000 if quick else 10_000, 2)
    search_table((1_000, 10_000) if quick else (1_000, 10_000, 100_000, 1_000_000), (1, 2, 4), 5)


if __name__ == "__main__":
    main()
