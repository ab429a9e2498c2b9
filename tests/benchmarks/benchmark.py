"""How fast the package is, beside the best of the other ways to do the same on the same data. Prints one table.

    python tests/benchmarks/benchmark.py           everything, within five minutes
    python tests/benchmarks/benchmark.py --quick   fewer rounds, and without the million vectors

All ways run in this one process and take turns, so that whatever else the machine does can hit any of them; a figure
compares the best round of one with the best round of the other. FAISS is measured on one thread and on all cores, and the
better of the two is the one to beat. Where other programs kept more than a fifth of a core busy meanwhile, a row says "busy"
and no verdict: run it again on an idle machine. Needs the extra `test`, and for the million vectors about 3 GB of memory.
"""

import argparse
import contextlib
import functools
import io
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil
from PIL import Image, ImageOps

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from imsearch_helpers.collection import Products  # noqa: E402
from imsearch_helpers.engine import ImageSearchEngine  # noqa: E402
from imsearch_helpers.folders import find_images  # noqa: E402
from imsearch_helpers.judging import evaluate_engine  # noqa: E402
from imsearch_helpers.vectors import image_to_histogram  # noqa: E402

N_CORES = os.cpu_count() or 1
N_DIMS = 96
TOP_K = 5
PAUSE = 0.03  # seconds: threads of a library spin for a while after its call, which would slow the next one
FAISS = {f"FAISS flat, {n} thread{'s' * (n > 1)}": n for n in sorted({1, N_CORES})}
BUSY = 0.2  # cores
HOG = "import os; parent = os.getppid()\nwhile os.getppid() == parent: sum(range(100_000))"  # ends with this process


class Turns(NamedTuple):
    """The seconds a call of every way in its best round, and how many cores other programs kept busy meanwhile."""

    best: dict
    others: float


class Row(NamedTuple):
    """One line of the table. `at_least` and `at_most` are what `value` should reach, if anything."""

    what: str
    ours: str
    other: str
    figure: str
    value: float
    others: float
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


def plain_picture(path):
    with Image.open(path) as picture:
        return ImageOps.exif_transpose(picture).convert("RGB")


def naive_search(matrix, query):
    rows = matrix.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    scores = rows @ (query / np.linalg.norm(query))
    return np.argsort(scores)[::-1][:TOP_K]


# Measuring


def take_turns(ways, rounds, calls=1, prepare=lambda name: None):
    """Time every way in every round, one after another.

    Parameters
    ----------
    ways : dict of str to callable
    rounds : int
    calls : int
        In a row, of which the mean counts. Before more than one there is one more that does not count: it wakes the way's
        threads and brings its data as near as it stays in use.
    prepare : callable
        Gets the name of a way before its turn.

    Returns
    -------
    Turns
    """
    seconds, watch = {name: [] for name in ways}, others_meanwhile()
    for _ in range(rounds):
        for name, way in ways.items():
            prepare(name)
            time.sleep(PAUSE)
            if calls > 1:
                way()
            start = time.perf_counter()
            for _ in range(calls):
                way()
            seconds[name].append((time.perf_counter() - start) / calls)
    return Turns({name: min(values) for name, values in seconds.items()}, watch())


def others_meanwhile():
    """Start a watch: a function that returns how many cores programs other than this one and its children kept busy since."""
    began, machine, own = time.monotonic(), _busy_seconds(), _own_seconds()
    return lambda: max(0.0, (_busy_seconds() - machine - (_own_seconds() - own)) / (time.monotonic() - began))


def _busy_seconds():
    times = psutil.cpu_times()
    return sum(getattr(times, name, 0) for name in ("user", "nice", "system", "irq", "softirq", "steal", "interrupt", "dpc"))


def _own_seconds():
    total, process = 0.0, psutil.Process()
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(one.cpu_times()[:4])  # user and system, its own and those of its children that have ended
    return total


@contextlib.contextmanager
def one_core_busy():
    with subprocess.Popen([sys.executable, "-c", HOG]) as hog:
        try:
            time.sleep(0.3)
            yield
        finally:
            hog.kill()


def times_faster(what, turns, ours, other, unit, at_least=None):
    ratio = turns.best[other] / turns.best[ours]
    figure = f"{ratio:.2f} x as fast"
    return Row(what, unit(turns.best[ours]), unit(turns.best[other]), figure, ratio, turns.others, at_least=at_least)


def share_of_time(what, turns, ours, other, unit, at_most=None):
    ratio = turns.best[ours] / turns.best[other]
    figure = f"{ratio:.2f} of its time"
    return Row(what, unit(turns.best[ours]), unit(turns.best[other]), figure, ratio, turns.others, at_most=at_most)


def seconds_more(what, turns, ours, other, at_most=None):
    more = turns.best[ours] - turns.best[other]
    figure = f"{milliseconds(more)} more"
    mine, its = milliseconds(turns.best[ours]), milliseconds(turns.best[other])
    return Row(what, mine, its, figure, more, turns.others, at_most=at_most)


def milliseconds(seconds):
    value = seconds * 1000
    return f"{value:.3f} ms" if abs(value) < 1 else f"{value:,.1f} ms"


# Importing


def import_rows(rounds):
    def python(code):
        return lambda: subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)

    base = "import numpy, PIL.Image"
    heavy = "import sys; assert not {'matplotlib', 'ipywidgets', 'tqdm'} & set(sys.modules)"
    ways = {
        "NumPy and Pillow": python(base),
        "import imsearch_helpers": python(f"{base}, imsearch_helpers; {heavy}"),
        "from imsearch_helpers import ImageSearchEngine": python(
            f"{base}; from imsearch_helpers import ImageSearchEngine; {heavy}"
        ),
    }
    turns = take_turns(ways, rounds)
    base, *ours = ways
    return [seconds_more(f"{name} : {base}", turns, name, base, at_most=0.1) for name in ours]


# Indexing


def index(folder, method, executor=None):
    with contextlib.redirect_stdout(io.StringIO()):  # the bar stays unseen
        return ImageSearchEngine(folder, method).index_images(executor)


def make_photos(folder, count, size, noise, quality, products):
    """JPEGs of another size with the detail and the weight of photos: enlarged products with a sensor's noise."""
    rng = np.random.default_rng(0)
    for number, path in enumerate(rng.choice([product.path for product in products], count)):
        pixels = np.asarray(Image.open(path).convert("RGB").resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
        pixels = pixels + noise * rng.standard_normal(pixels.shape, dtype=np.float32)
        picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        picture.save(Path(folder) / f"photo_{number:03}.jpg", quality=quality)


def described(paths, name):
    kilobytes = sum(os.path.getsize(path) for path in paths) / len(paths) / 1000
    return f"index {len(paths):,} {name} ({kilobytes:,.0f} kB each)"


def histogram_turns(folder, rounds):
    """All ways to the histograms of a folder's pictures. Threads are started before, processes are not."""
    paths = find_images(folder)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
        ways = {
            "1 thread": lambda: index(folder, "histogram", one),
            "naive way": lambda: np.stack([naive_histogram(path) for path in paths]),
            "2 threads": lambda: index(folder, "histogram", two),
            "bare decode": lambda: [bare_decode(path) for path in paths],
            "killable processes": lambda: index(folder, "histogram"),
        }
        assert np.array_equal(ways["2 threads"]().image_vectors, ways["naive way"]())
        return take_turns(ways, rounds)


def products_rows(products, rounds):
    paths = find_images(products.image_dir)
    turns, what = histogram_turns(products.image_dir, rounds), described(paths, "products") + ", histogram, "

    def each(seconds):
        return milliseconds(seconds / len(paths))

    return [
        times_faster(what + "1 thread : naive way", turns, "1 thread", "naive way", each, at_least=2.5),
        times_faster(what + "1 thread : bare decode", turns, "1 thread", "bare decode", each, at_least=0.5),
        times_faster(what + "2 threads : 1 thread", turns, "2 threads", "1 thread", each, at_least=1.5),
        seconds_more(what + "killable processes : 2 threads", turns, "killable processes", "2 threads", at_most=0.3),
    ]


def few_rows(products, rounds, count=100):
    """Few pictures, for which processes are hardly worth their start."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as two:
        for product in list(products)[:count]:
            shutil.copy(product.path, folder)
        what = described(find_images(folder), "products") + ", histogram, "
        ways = {
            "killable processes": lambda: index(folder, "histogram"),
            "2 threads": lambda: index(folder, "histogram", two),
        }
        turns = take_turns(ways, rounds)
    return [seconds_more(what + "killable processes : 2 threads", turns, *ways, at_most=0.3)]


def photos_rows(products, rounds, count):
    with tempfile.TemporaryDirectory() as folder:
        make_photos(folder, count, (640, 640), noise=7, quality=85, products=products)
        what = described(find_images(folder), "photos of 640 px") + ", histogram, "
        turns = histogram_turns(folder, rounds)

    def each(seconds):
        return milliseconds(seconds / count)

    return [
        times_faster(what + "1 thread : naive way", turns, "1 thread", "naive way", each, at_least=5),
        times_faster(what + "1 thread : bare decode", turns, "1 thread", "bare decode", each, at_least=0.7),
        times_faster(what + "2 threads : 1 thread", turns, "2 threads", "1 thread", each, at_least=1.6),
        share_of_time(what + "killable processes : 2 threads", turns, "killable processes", "2 threads", each, at_most=1.15),
    ]


def robust_rows(products, rounds):
    """What it costs in one process to be safe on good files."""
    ways = {
        "robust": lambda: [image_to_histogram(product.path) for product in products],
        "open, turn, convert": lambda: [image_to_histogram(plain_picture(product.path)) for product in products],
    }
    what = f"{len(products):,} products, histogram, robust : open, turn, convert"
    return [share_of_time(what, take_turns(ways, rounds), *ways, lambda s: milliseconds(s / len(products)), at_most=1.15)]


def large_rows(products, rounds, count=6):
    """Pixels of 12-megapixel pictures; also how far reading them small moves the vectors."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as one:
        make_photos(folder, count, (4000, 3000), noise=4, quality=90, products=products)
        paths = find_images(folder)
        ways = {
            "pixels": lambda: index(folder, "pixels", one).image_vectors,
            "open, convert, resize": lambda: np.stack([naive_pixels(path) for path in paths]),
            "histogram": lambda: index(folder, "histogram", one),
            "bare decode": lambda: [bare_decode(path) for path in paths],
        }
        what = described(paths, "photos of 12 megapixels") + ", "
        difference = np.abs(ways["pixels"]() - ways["open, convert, resize"]()).mean()
        turns = take_turns(ways, rounds)

    def each(seconds):
        return milliseconds(seconds / count)

    pixels, histogram = what + "pixels, 1 thread : open, convert, resize", what + "histogram, 1 thread : bare decode"
    return [
        times_faster(pixels, turns, "pixels", "open, convert, resize", each, at_least=4),
        Row("    mean difference of the vectors", "", "", f"{difference:.4f}", difference, 0, at_most=0.01),
        times_faster(histogram, turns, "histogram", "bare decode", each, at_least=0.7),
    ]


# Searching


def random_vectors(count, rng, histograms=None):
    return rng.standard_normal((count, N_DIMS), dtype=np.float32)


def histogram_vectors(count, rng, histograms):
    """Vectors distributed like the products' histograms: mixtures of two of them, each number wobbling by a third."""
    vectors = np.empty((count, N_DIMS), dtype=np.float32)
    for start in range(0, count, 50_000):
        block = vectors[start : start + 50_000]
        first, second = histograms[rng.integers(len(histograms), size=(2, len(block)))]
        share = rng.random((len(block), 1), dtype=np.float32)
        block[:] = (share * first + (1 - share) * second) * np.exp(0.3 * random_vectors(len(block), rng))
        block /= block.sum(axis=1, keepdims=True)
    return vectors


def engine_over(vectors):
    return ImageSearchEngine.from_vectors([f"{number:07}.jpg" for number in range(len(vectors))], vectors)


def rows_of(results):
    return [int(result.path[:7]) for result in results]


def faiss_flat(matrix):
    import faiss

    flat = faiss.IndexFlatIP(N_DIMS)
    flat.add(matrix / np.linalg.norm(matrix, axis=1, keepdims=True))
    return flat


def set_faiss_threads(name):
    import faiss

    faiss.omp_set_num_threads(FAISS.get(name, 1))


def query_ways(engine):
    """Name -> a function of one query, each prepared as its manual says."""
    matrix, flat = engine.image_vectors, faiss_flat(engine.image_vectors)
    ways = {"ours": lambda query: rows_of(engine.search_fast(query, TOP_K))}
    ways |= dict.fromkeys(FAISS, lambda query: flat.search((query / np.linalg.norm(query))[np.newaxis], TOP_K)[1][0])
    if len(matrix) == 1000:
        ways["loop"] = lambda query: rows_of(engine.search(query, TOP_K))
    if len(matrix) == 100_000:
        ways["scikit-learn"] = scikit_learn_search(matrix)
        ways["naive matrix"] = functools.partial(naive_search, matrix)
    return ways


def scikit_learn_search(matrix):
    from sklearn.neighbors import NearestNeighbors

    neighbours = NearestNeighbors(n_neighbors=TOP_K, algorithm="brute", metric="cosine").fit(matrix)
    return lambda query: neighbours.kneighbors(query[np.newaxis])[1][0]


def check_agreement(ways, queries):
    for query in queries:
        found = {name: set(map(int, way(query))) for name, way in ways.items()}
        assert all(len(rows & found["ours"]) >= TOP_K - 1 for rows in found.values()), found  # they round differently


def over(way, queries):
    """A call without arguments that takes the next query each time, again from the first after the last."""
    endless = iter(lambda: None, 0)  # never ends
    turn = (query for _ in endless for query in queries)
    return lambda: way(next(turn))


def query_turns(ways, queries, rounds, count):
    turns = {name: over(way, queries) for name, way in ways.items()}
    return take_turns(turns, rounds, calls=max(2, min(200, 1_000_000 // count)), prepare=set_faiss_threads)


def faiss_rows(what, turns, at_most):
    """One row for each number of its threads; only the better one is to be beaten."""
    best = min(FAISS, key=turns.best.get)
    return [
        share_of_time(f"{what} : {name} (best)", turns, "ours", name, milliseconds, at_most)
        if name == best
        else share_of_time(f"{what} : {name}", turns, "ours", name, milliseconds)
        for name in FAISS
    ]


def query_rows(kind, make, count, histograms, rounds, at_most):
    rng = np.random.default_rng(1)
    engine, queries = engine_over(make(count, rng, histograms)), make(50, rng, histograms)
    ways = query_ways(engine)
    check_agreement(ways, queries[:5])
    what = f"search {count:,} {kind} vectors"
    turns = query_turns(ways, queries, rounds, count)
    if count == 1000:
        best = min(FAISS, key=turns.best.get)
        yield seconds_more(f"{what}, fixed cost : {best} (best)", turns, "ours", best)
    else:
        yield from faiss_rows(what, turns, at_most)
    for name in ("loop", "scikit-learn", "naive matrix"):
        if name in ways:
            yield times_faster(f"{what} : {name}", turns, "ours", name, milliseconds, 12 if name == "naive matrix" else None)
    if kind == "random" and count > 1000:
        yield from resource_rows(engine, queries[0], turns)
        ways = {name: way for name, way in ways.items() if name == "ours" or name in FAISS}
        with one_core_busy():
            turns = query_turns(ways, queries, rounds, count)
        yield from faiss_rows(f"{what}, 1 core busy", turns, 1.1)


def resource_rows(engine, query, turns):
    size = engine.image_vectors.nbytes
    memory = peak_memory(lambda: engine.search_fast(query, TOP_K)) / size
    watch, rate, limit = others_meanwhile(), size / turns.best["ours"], bandwidth(engine.image_vectors)
    figure = f"{rate / limit:.2f} of it"
    return [
        Row("    extra memory at the peak", "", "", f"{memory:.3f} of the matrix", memory, 0, at_most=0.25),
        Row("    bandwidth", f"{rate / 1e9:.1f} GB/s", f"{limit / 1e9:.1f} GB/s", figure, 0, max(watch(), turns.others)),
    ]


def peak_memory(function):
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bandwidth(matrix):
    """Bytes a second at which all cores together can read the matrix: the fastest of a few simple ways."""
    parts = np.array_split(matrix.reshape(-1), N_CORES)
    with ThreadPoolExecutor(N_CORES) as threads:
        ways = {f: lambda f=f: list(threads.map(f, parts)) for f in (np.sum, np.max, lambda part: np.dot(part, part))}
        return matrix.nbytes / min(take_turns(ways, rounds=5, calls=2).best.values())


# Many queries, varied results, and how good a search is


def batch_rows(count, rounds, n_queries=256):
    """Many queries at once, beside FAISS flat, which gets them at once too."""
    rng = np.random.default_rng(2)
    engine, queries = engine_over(random_vectors(count, rng)), random_vectors(n_queries, rng)
    flat = faiss_flat(engine.image_vectors)
    ways = {"ours": lambda: [rows_of(found) for found in engine.search_batch(queries, TOP_K)]}
    units = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    ways |= dict.fromkeys(FAISS, lambda: flat.search(units, TOP_K)[1].tolist())
    turns = take_turns(ways, rounds, prepare=set_faiss_threads)
    same = sum(set(a) == set(b) for a, b in zip(ways["ours"](), ways[min(FAISS, key=turns.best.get)]()))
    assert same >= 0.95 * n_queries, same  # they round differently
    return faiss_rows(f"search_batch, {n_queries} queries over {count:,} random vectors", turns, 0.4)


def diverse_rows(count, rounds):
    """A varied ranking beside the plain one."""
    rng = np.random.default_rng(3)
    engine, queries = engine_over(random_vectors(count, rng)), random_vectors(50, rng)
    ways = {
        "search_diverse": over(lambda query: engine.search_diverse(query, TOP_K), queries),
        "search_fast": over(lambda query: engine.search_fast(query, TOP_K), queries),
    }
    turns = take_turns(ways, rounds, calls=10)
    return [share_of_time(f"search_diverse, {count:,} random vectors : search_fast", turns, *ways, milliseconds, at_most=3)]


def evaluation_rows(products, histograms, rounds):
    """All pictures as queries, beside one search_fast after another without any counting."""
    engine = ImageSearchEngine.from_vectors([product.path for product in products], histograms)
    ways = {
        "all at once": lambda: evaluate_engine(engine, products),
        "one by one": lambda: [engine.search_fast(vector, len(products)) for vector in engine.image_vectors],
    }
    turns = take_turns(ways, rounds)
    ours, other = turns.best.values()
    what = f"evaluate_engine, {len(products):,} queries : search_fast one by one"
    return [Row(what, milliseconds(ours), milliseconds(other), f"{ours:.2f} s", ours, turns.others, at_most=1)]


# The table


def print_line(what, ours, other, figure, wanted, others, verdict):
    print(f"{what:84} {ours:>11} {other:>11} {figure:>19}  {wanted:13} {others:>6}  {verdict}".rstrip(), flush=True)


def print_row(row):
    wanted, reached = "", True
    if row.at_least is not None:
        wanted, reached = f"at least {row.at_least}", row.value >= row.at_least
    elif row.at_most is not None:
        wanted, reached = f"at most {row.at_most}", row.value <= row.at_most
    verdict = "busy" if row.others > BUSY else "" if not wanted else "reached" if reached else "MISSED"
    print_line(*row[:4], wanted, f"{row.others:.2f}", verdict)


def measure(quick):
    """The rows of the table, as they are measured."""
    products = Products()
    rounds = 2 if quick else 3
    yield from import_rows(2 * rounds)
    yield from products_rows(products, rounds)
    yield from few_rows(products, rounds)
    yield from robust_rows(products, rounds)
    yield from photos_rows(products, rounds, 100 if quick else 500)
    yield from large_rows(products, rounds)
    histograms = np.stack([image_to_histogram(product.path) for product in products])
    yield from evaluation_rows(products, histograms, rounds)
    for count, at_most in ((1_000, None), (100_000, 0.75), (1_000_000, 0.9)):
        for kind, make in (("random", random_vectors), ("histogram-like", histogram_vectors)):
            if not (quick and count == 1_000_000):
                yield from query_rows(kind, make, count, histograms, 4 * rounds, at_most)
    yield from diverse_rows(100_000, rounds)
    if not quick:
        yield from batch_rows(1_000_000, 2)


def processor():
    """Its make, as far as the system tells."""
    with contextlib.suppress(OSError, ValueError, LookupError):  # no such file, or other lines in it, as on ARM
        facts = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines())
        facts = {name.strip(): value.strip() for name, value in facts.items()}
        return f"{facts['model name']} (family {facts['cpu family']}, model {facts['model']})"
    return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description="Measure the package's speed beside other ways.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, without the million vectors")
    options, start = parser.parse_args(), time.monotonic()
    print(f"{processor()}, {N_CORES} cores, {platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    print_line("what : beside what", "ours", "the other", "figure", "wanted", "others", "verdict")
    for row in measure(options.quick):
        print_row(row)
    print(f"others: cores that other programs kept busy meanwhile. All of it took {(time.monotonic() - start) / 60:.1f} minutes.")


if __name__ == "__main__":
    main()
