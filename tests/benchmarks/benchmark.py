"""How fast the package is, beside the other ways to do the same on the same data. Prints one table.

    python tests/benchmarks/benchmark.py             everything, some minutes
    python tests/benchmarks/benchmark.py --quick     without the million vectors
    python tests/benchmarks/benchmark.py --million   only the million vectors

The ways take turns, so that whatever else the machine does hits all of them; a figure is the median of the ratios of
the rounds. Each number of threads gets a fresh process, because the libraries read it when they are loaded. Needs the
extra `test`, and for the million vectors about 3 GB of memory.
"""

import argparse
import contextlib
import io
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from imsearch_helpers.collection import Products  # noqa: E402
from imsearch_helpers.engine import ImageSearchEngine  # noqa: E402
from imsearch_helpers.images import find_images  # noqa: E402
from imsearch_helpers.judging import evaluate_engine  # noqa: E402
from imsearch_helpers.reader_pool import ReaderPool  # noqa: E402
from imsearch_helpers.vectors import image_to_histogram  # noqa: E402

THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
N_DIMS = 96
TOP_K = 5


class Row(NamedTuple):
    """One line of the table. `at_least` and `at_most` are what the figure should reach, if anything."""

    what: str
    ours: str
    other: str
    figure: str
    value: float
    at_least: float | None = None
    at_most: float | None = None


# The other ways


def naive_histogram(path, bins=32):
    pixels = np.array(Image.open(path).convert("RGB"))
    counts = np.concatenate([np.histogram(pixels[:, :, c], bins, (0, 256))[0] for c in range(3)])
    return (counts / counts.sum()).astype(np.float32)


def naive_pixels(path, size=(64, 64)):
    grey = Image.open(path).convert("RGB").resize(size).convert("L")
    return np.asarray(grey, dtype=np.float32).reshape(-1) / 255


def bare_decode(path):
    Image.open(path).load()


def naive_search(matrix, query):
    rows = matrix.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    scores = rows @ (query / np.linalg.norm(query))
    return np.argsort(scores)[::-1][:TOP_K]


# Measuring


def take_turns(ways, rounds, calls=1):
    """Seconds a call of every way in every round: name -> array of shape (rounds,)."""
    seconds = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            way()  # not timed: wakes the way's threads and brings its data as near as it stays in use
            start = time.perf_counter()
            for _ in range(calls):
                way()
            seconds[name].append((time.perf_counter() - start) / calls)
    return {name: np.array(values) for name, values in seconds.items()}


def in_fresh_process(threads, function, *args):
    """Call a function of this file where NumPy and the other libraries were loaded for so many threads."""
    before = {name: os.environ.get(name) for name in THREAD_SETTINGS}
    os.environ.update(dict.fromkeys(THREAD_SETTINGS, str(threads)))
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            return process.submit(function, *args).result()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def times_faster(what, ours, other, unit, at_least=None):
    ratio = median(other / ours)
    return Row(what, unit(ours), unit(other), f"{ratio:.2f} x as fast", ratio, at_least=at_least)


def share_of_time(what, ours, other, unit, at_most=None):
    ratio = median(ours / other)
    return Row(what, unit(ours), unit(other), f"{ratio:.2f} of its time", ratio, at_most=at_most)


def milliseconds(seconds):
    value = median(seconds) * 1000
    return f"{value:.3f} ms" if value < 1 else f"{value:.1f} ms"


# Indexing


def index(folder, method, workers):
    engine = ImageSearchEngine(folder, method)
    with contextlib.redirect_stdout(io.StringIO()), ThreadPoolExecutor(workers) as threads:  # the bar stays unseen
        return engine.index_images(threads)


def make_photos(folder, count, size, noise, quality, products):
    """JPEGs of another size with the detail and the weight of photos: enlarged products with a sensor's noise."""
    rng = np.random.default_rng(0)
    for number, path in enumerate(rng.choice([product.path for product in products], count)):
        pixels = np.asarray(Image.open(path).convert("RGB").resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
        pixels = pixels + rng.normal(0, noise, pixels.shape).astype(np.float32)
        picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        picture.save(Path(folder) / f"photo_{number:03}.jpg", quality=quality)


def indexing_rows(folder, name, rounds, faster_than_naive, of_bare_decode):
    """Histograms of a folder's pictures, by one worker and by two."""
    paths = find_images(folder)
    seconds = take_turns(
        {
            "one": lambda: index(folder, "histogram", 1),
            "naive": lambda: np.stack([naive_histogram(path) for path in paths]),
            "two": lambda: index(folder, "histogram", 2),
            "bare": lambda: [bare_decode(path) for path in paths],
        },
        rounds,
    )
    assert np.array_equal(index(folder, "histogram", 1).image_vectors, [naive_histogram(path) for path in paths])

    def each(values):
        return milliseconds(values / len(paths))

    kilobytes = sum(os.path.getsize(path) for path in paths) / len(paths) / 1000
    what = f"index {len(paths):,} {name} ({kilobytes:.0f} kB each), histogram, "
    one, two = seconds["one"], seconds["two"]
    return [
        times_faster(what + "1 worker : naive way", one, seconds["naive"], each, at_least=faster_than_naive),
        times_faster(what + "1 worker : bare decode", one, seconds["bare"], each, at_least=of_bare_decode),
        times_faster(what + "2 workers : 1 worker", two, one, each, at_least=1.6),
    ]


def large_rows(folder, rounds):
    """Pixels of 12-megapixel pictures; also how far reading them small moves the vectors."""
    paths = find_images(folder)
    seconds = take_turns(
        {
            "ours": lambda: index(folder, "pixels", 1),
            "naive": lambda: np.stack([naive_pixels(path) for path in paths]),
            "histogram": lambda: index(folder, "histogram", 1),
            "bare": lambda: [bare_decode(path) for path in paths],
        },
        rounds,
    )
    difference = np.abs(index(folder, "pixels", 1).image_vectors - [naive_pixels(path) for path in paths]).mean()

    def each(values):
        return milliseconds(values / len(paths))

    megabytes = sum(os.path.getsize(path) for path in paths) / len(paths) / 1e6
    what = f"index {len(paths)} photos of 12 megapixels ({megabytes:.1f} MB each), "
    pixels, histogram = what + "pixels, 1 worker : open, convert, resize", what + "histogram, 1 worker : bare decode"
    return [
        times_faster(pixels, seconds["ours"], seconds["naive"], each, at_least=4),
        Row("    mean difference of the vectors", "", "", f"{difference:.4f}", difference, at_most=0.01),
        times_faster(histogram, seconds["histogram"], seconds["bare"], each, at_least=0.7),
    ]


def plain_picture(path):
    with Image.open(path) as picture:
        return ImageOps.exif_transpose(picture).convert("RGB")


def through_pool(folder):
    with ReaderPool(2) as pool, contextlib.redirect_stdout(io.StringIO()):
        return ImageSearchEngine(folder).index_images(pool)


def robust_rows(folder, rounds):
    """What it costs to be safe on good files: in this process, and with two processes that can be killed, start included."""
    paths = find_images(folder)
    seconds = take_turns(
        {
            "robust": lambda: [image_to_histogram(path) for path in paths],
            "plain": lambda: [image_to_histogram(plain_picture(path)) for path in paths],
            "pool": lambda: through_pool(folder),
            "threads": lambda: index(folder, "histogram", 2),
        },
        rounds,
    )

    def each(values):
        return milliseconds(values / len(paths))

    what = f"{len(paths):,} products, histogram, "
    return [
        share_of_time(what + "robust : open, turn, convert", seconds["robust"], seconds["plain"], each, at_most=1.15),
        share_of_time(what + "2 killable processes : 2 threads", seconds["pool"], seconds["threads"], each, at_most=1.6),
    ]


def all_indexing_rows(products, rounds):
    rows = indexing_rows(products.image_dir, "products", rounds, 2.5, 0.5)
    rows += robust_rows(products.image_dir, rounds)
    with tempfile.TemporaryDirectory() as folder:
        make_photos(folder, 100, (640, 640), noise=7, quality=85, products=products)
        rows += indexing_rows(folder, "photos of 640 px", rounds, 5, 0.7)
    with tempfile.TemporaryDirectory() as folder:
        make_photos(folder, 6, (4000, 3000), noise=4, quality=90, products=products)
        rows += large_rows(folder, rounds)
    return rows


# Searching


def noise_vectors(count, rng):
    return rng.standard_normal((count, N_DIMS), dtype=np.float32)


def histogram_vectors(count, rng, histograms):
    """Vectors distributed like the products' histograms: mixtures of two of them, each number wobbling by a third."""
    vectors = np.empty((count, N_DIMS), dtype=np.float32)
    for start in range(0, count, 50_000):
        block = vectors[start : start + 50_000]
        first, second = histograms[rng.integers(len(histograms), size=(2, len(block)))]
        share = rng.random((len(block), 1), dtype=np.float32)
        block[:] = (share * first + (1 - share) * second) * np.exp(0.3 * noise_vectors(len(block), rng))
        block /= block.sum(axis=1, keepdims=True)
    return vectors


def other_searches(matrix):
    """Name -> a function of the query, each prepared as its manual says."""
    import faiss
    from sklearn.neighbors import NearestNeighbors

    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    flat = faiss.IndexFlatIP(N_DIMS)
    flat.add(unit)
    neighbours = NearestNeighbors(n_neighbors=TOP_K, algorithm="brute", metric="cosine").fit(matrix)
    return {
        "FAISS flat": lambda query: flat.search((query / np.linalg.norm(query))[np.newaxis], TOP_K)[1][0],
        "scikit-learn": lambda query: neighbours.kneighbors(query[np.newaxis])[1][0],
        "naive matrix": lambda query: naive_search(matrix, query),
    }


def bandwidth(matrix, threads, rounds=5):
    """Bytes a second at which this many threads can read the matrix: the fastest of a few simple ways."""
    parts = np.array_split(matrix.reshape(-1), threads)
    with ThreadPoolExecutor(threads) as pool:
        ways = {f: lambda f=f: list(pool.map(f, parts)) for f in (np.sum, np.max, lambda part: np.dot(part, part))}
        seconds = take_turns(ways, rounds)
    return matrix.nbytes / min(values.min() for values in seconds.values())


def peak_memory(function):
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def searching_rows(kind, count, threads, rounds, histograms):
    rng = np.random.default_rng(1)
    make = noise_vectors if kind == "random" else lambda n, rng: histogram_vectors(n, rng, histograms)
    engine = ImageSearchEngine.from_vectors([f"{number:07}.jpg" for number in range(count)], make(count, rng))
    queries = make(50, rng)
    searches = {"ours": lambda query: [int(path[:7]) for path, _ in engine.search_fast(query, TOP_K)]}
    searches |= other_searches(engine.image_vectors)
    if count <= 1000:
        searches["loop"] = lambda query: [int(path[:7]) for path, _ in engine.search(query, TOP_K)]
    _check_agreement(searches, queries[:5])
    turns = {name: _over(search, queries) for name, search in searches.items()}
    seconds = take_turns(turns, rounds, calls=max(1, 200_000 // count))
    what = f"search {count:,} {kind} vectors, {threads} thread{'s' * (threads > 1)}"
    rows = _comparisons(what, seconds, count, threads)
    if kind == "random" and count >= 100_000:
        memory = peak_memory(lambda: engine.search_fast(queries[0], TOP_K)) / engine.image_vectors.nbytes
        rate, limit = engine.image_vectors.nbytes / median(seconds["ours"]), bandwidth(engine.image_vectors, threads)
        rows.append(Row("    extra memory at the peak", "", "", f"{memory:.3f} of the matrix", memory, at_most=0.25))
        rows.append(
            Row("    bandwidth", f"{rate / 1e9:.1f} GB/s", f"{limit / 1e9:.1f} GB/s", f"{rate / limit:.2f} of it", 0)
        )
    return rows


def _over(search, queries):
    endless = iter(lambda: None, 0)  # never ends
    turn = (query for _ in endless for query in queries)
    return lambda: search(next(turn))


def _check_agreement(searches, queries):
    for query in queries:
        found = {name: set(map(int, search(query))) for name, search in searches.items()}
        assert all(len(rows & found["ours"]) >= TOP_K - 1 for rows in found.values()), found  # they round differently


def _comparisons(what, seconds, count, threads):
    ours = seconds["ours"]
    faiss_target = (1.3 if threads == 1 else 0.7) if count >= 100_000 else None
    rows = [share_of_time(f"{what} : FAISS flat", ours, seconds["FAISS flat"], milliseconds, faiss_target)]
    for name in list(seconds)[2:]:
        target = 12 if name == "naive matrix" and count == 100_000 else None
        rows.append(times_faster(f"{what} : {name}", ours, seconds[name], milliseconds, target))
    return rows


# Many queries, varied results, and how good a search is


def batch_rows(count, threads, rounds, n_queries=256):
    """Many queries at once, beside FAISS flat, which gets them at once too, and beside one after another."""
    import faiss

    rng = np.random.default_rng(2)
    engine = ImageSearchEngine.from_vectors([f"{number:07}.jpg" for number in range(count)], noise_vectors(count, rng))
    queries = noise_vectors(n_queries, rng)
    flat = faiss.IndexFlatIP(N_DIMS)
    flat.add(engine.image_vectors / np.linalg.norm(engine.image_vectors, axis=1, keepdims=True))
    ways = {
        "ours": lambda: [[int(path[:7]) for path, _ in found] for found in engine.search_batch(queries, TOP_K)],
        "FAISS flat": lambda: flat.search(queries / np.linalg.norm(queries, axis=1, keepdims=True), TOP_K)[1].tolist(),
    }
    same = sum(set(a) == set(b) for a, b in zip(ways["ours"](), ways["FAISS flat"]()))
    assert same >= 0.95 * n_queries, same  # they round differently
    seconds = take_turns(ways, rounds)
    what = f"search_batch, {n_queries} queries over {count:,} random vectors, {threads} threads : FAISS flat"
    return [share_of_time(what, seconds["ours"], seconds["FAISS flat"], milliseconds, at_most=0.4)]


def diverse_rows(count, threads, rounds):
    """A varied ranking beside the plain one."""
    rng = np.random.default_rng(3)
    engine = ImageSearchEngine.from_vectors([f"{number:07}.jpg" for number in range(count)], noise_vectors(count, rng))
    queries = noise_vectors(50, rng)
    ways = {
        "diverse": _over(lambda query: engine.search_diverse(query, TOP_K), queries),
        "fast": _over(lambda query: engine.search_fast(query, TOP_K), queries),
    }
    seconds = take_turns(ways, rounds, calls=10)
    what = f"search_diverse, {count:,} random vectors, {threads} threads : search_fast"
    return [share_of_time(what, seconds["diverse"], seconds["fast"], milliseconds, at_most=3)]


def evaluation_rows(products, histograms, threads, rounds):
    """All pictures as queries, beside one search_fast after another without any counting."""
    engine = ImageSearchEngine.from_vectors([product.path for product in products], histograms)
    ways = {
        "all at once": lambda: evaluate_engine(engine, products),
        "one by one": lambda: [engine.search_fast(vector, len(products)) for vector in engine.image_vectors],
    }
    seconds = take_turns(ways, rounds)
    ours, other = seconds["all at once"], seconds["one by one"]
    what = f"evaluate_engine, {len(products):,} queries, {threads} threads : search_fast one by one"
    return [Row(what, milliseconds(ours), milliseconds(other), f"{median(ours):.2f} s", median(ours), at_most=1)]


# Importing


def import_rows(rounds):
    def python(code):
        return lambda: subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)

    base = "import numpy, PIL.Image"
    heavy = "import sys; assert not {'matplotlib', 'ipywidgets', 'tqdm'} & set(sys.modules)"
    ways = {
        "base": python(base),
        "package": python(f"{base}, imsearch_helpers; {heavy}"),
        "engine": python(f"{base}; from imsearch_helpers import ImageSearchEngine; {heavy}"),
    }
    seconds = take_turns(ways, rounds)
    rows = []
    for name, target in (("package", 0.1), ("engine", None)):
        more = median(seconds[name] - seconds["base"])
        what = {"package": "import imsearch_helpers", "engine": "from imsearch_helpers import ImageSearchEngine"}[name]
        ours, other = milliseconds(seconds[name]), milliseconds(seconds["base"])
        rows.append(Row(f"{what} : NumPy and Pillow", ours, other, f"{more:.3f} s more", more, at_most=target))
    return rows


# The table


def print_line(what, ours, other, figure, wanted="", verdict=""):
    print(f"{what:84} {ours:>10} {other:>10} {figure:>20}  {wanted:13} {verdict}".rstrip(), flush=True)


def print_row(row):
    if row.at_least is not None:
        wanted, reached = f"at least {row.at_least}", row.value >= row.at_least
    elif row.at_most is not None:
        wanted, reached = f"at most {row.at_most}", row.value <= row.at_most
    else:
        wanted, reached = "", None
    print_line(*row[:4], wanted, {True: "reached", False: "MISSED", None: ""}[reached])


def measure(quick, million):
    """The rows of the table, as they are measured."""
    products = Products()
    rounds = 5 if quick else 9
    if not million:
        yield from import_rows(rounds)
        yield from in_fresh_process(1, all_indexing_rows, products, rounds)
    histograms = np.stack([image_to_histogram(product.path) for product in products])
    for count in [1_000_000] if million else [1_000, 100_000] if quick else [1_000, 100_000, 1_000_000]:
        for threads in (2, 1):
            for kind in ("random", "histogram-like"):
                yield from in_fresh_process(threads, searching_rows, kind, count, threads, rounds, histograms)
    if not million:
        yield from in_fresh_process(2, evaluation_rows, products, histograms, 2, 3)
        yield from in_fresh_process(2, diverse_rows, 100_000, 2, rounds)
    if not quick:
        yield from in_fresh_process(2, batch_rows, 1_000_000, 2, 5)


def main():
    parser = argparse.ArgumentParser(description="Measure the package's speed beside other ways.")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--quick", action="store_true", help="fewer rounds, without the million vectors")
    only.add_argument("--million", action="store_true", help="only the searches among a million vectors")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}")
    if hasattr(os, "getloadavg"):  # figures with more threads than idle cores say little
        print(f"{os.getloadavg()[0]:.1f} programs were running in the last minute; the fewer, the better the figures")
    print_line("what : beside what", "ours", "the other", "figure", "wanted")
    for row in measure(options.quick, options.million):
        print_row(row)


if __name__ == "__main__":
    main()
