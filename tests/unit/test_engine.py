import hashlib
import io
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import zipfile
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imsearch_helpers import folders, index_file, workers
from imsearch_helpers import vectors as methods
from imsearch_helpers.collection import Products
from imsearch_helpers.engine import ImageSearchEngine, SearchResult
from imsearch_helpers.images import ImageError
from imsearch_helpers.judging import found_by_shot
from imsearch_helpers.reader_pool import ReaderPool
from imsearch_helpers.similarity import METRICS
from imsearch_helpers.vectors import METHODS, image_to_histogram
from tests import REPOSITORY

SHIPPED_METHODS = ["pixels", "histogram", "root_histogram"]


def mean_colour(picture):
    return np.asarray(picture).mean(axis=(0, 1))


def from_rows(rows, metric="cosine"):
    return ImageSearchEngine.from_vectors([f"{i:04}.png" for i in range(len(rows))], rows, metric=metric)


def names(paths):
    return [Path(path).name for path in paths]


# Indexing


def test_vectors_and_paths_stay_together(folder, engine):
    assert names(engine.image_paths) == ["a.JPG", "b.png", "c.bmp", "d.webp", "f.jpeg", "e.gif"]
    assert engine.image_vectors.shape == (6, 96) and engine.image_vectors.dtype == np.float32
    for path, vector in zip(engine.image_paths, engine.image_vectors):
        assert np.array_equal(vector, image_to_histogram(path))


def test_unreadable_pictures_are_reported_and_nothing_shifts(folder):
    (folder / "aa.png").write_bytes(b"")
    (folder / "zz.png").write_text("hello", encoding="utf-8")
    engine = ImageSearchEngine(folder).index_images()
    reasons = [(str(folder / "aa.png"), "the file is empty"), (str(folder / "zz.png"), "a text, not a JPEG, PNG, GIF, BMP, WebP, TIFF or AVIF picture")]
    assert engine.failed_images == reasons
    for path, vector in zip(engine.image_paths, engine.image_vectors, strict=True):
        assert np.array_equal(vector, image_to_histogram(path))


def test_second_call_replaces_the_first(folder, engine):
    (folder / "a.JPG").unlink()
    (folder / "b.png").write_bytes(b"")
    engine.index_images()
    assert names(engine.image_paths) == ["c.bmp", "d.webp", "f.jpeg", "e.gif"]
    assert names(path for path, _ in engine.failed_images) == ["b.png"]
    assert len(engine.image_vectors) == 4


def test_index_images_returns_the_engine_and_shows_one_bar(folder, capsys):
    engine = ImageSearchEngine(folder)
    assert engine.index_images() is engine
    printed = capsys.readouterr()
    assert "100%" in printed.out and "6/6 pictures" in printed.out and printed.err == ""


@pytest.mark.parametrize("method", SHIPPED_METHODS)
def test_threads_and_other_processes_give_the_same(folder, method):
    (folder / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    expected = ImageSearchEngine(folder, method).index_images(ThreadPoolExecutor(1))
    for executor in (ThreadPoolExecutor(3), SPAWNED()):
        engine = ImageSearchEngine(folder, method).index_images(executor)
        assert engine.image_paths == expected.image_paths and engine.failed_images == expected.failed_images
        assert np.array_equal(engine.image_vectors, expected.image_vectors)


class _Spawned:
    """Processes that begin empty, as on Windows and macOS: started once, since each takes a moment."""

    executor = None

    def __call__(self):
        self.executor = self.executor or ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        return self.executor


SPAWNED = _Spawned()


@pytest.fixture(scope="module", autouse=True)
def end_spawned():
    yield
    if SPAWNED.executor:
        SPAWNED.executor.shutdown()


class Elsewhere(Executor):
    """Another machine that keeps what it was sent."""

    def __init__(self):
        self.received = []

    def submit(self, function, *arguments):
        self.received.append(pickle.loads(pickle.dumps(arguments)))
        future = Future()
        future.set_result(function(*arguments))
        return future


def test_other_processes_receive_names_only(folder):
    elsewhere = Elsewhere()
    ImageSearchEngine(folder, "pixels").index_images(elsewhere)
    assert all(b"pixels" in order and b"image_to" not in order for order, in elsewhere.received) and elsewhere.received


class Losing(Elsewhere):
    """Workers that are lost: some orders come back as an error, others never."""

    def __init__(self, *losses):
        super().__init__()
        self.losses, self.n_sent, self.sent = list(losses), 0, []

    def submit(self, function, *arguments):
        self.n_sent += 1
        loss = self.losses.pop(0) if self.losses else None
        future = super().submit(function, *arguments) if loss is None else Future()
        if isinstance(loss, BaseException):
            future.set_exception(loss)
        self.sent.append(future)
        return future


def test_a_batch_on_a_lost_worker_is_sent_again_twice(folder, engine):
    losing = Losing(None, OSError("gone"), None, None, None, None, OSError("gone"))  # six pictures are six batches
    assert same(ImageSearchEngine(folder).index_images(losing), engine) and losing.n_sent == 8


def test_a_batch_that_is_lost_three_times_is_read_here_with_one_warning(folder, engine):
    losing = Losing(*[CancelledError()] * 6, *[RuntimeError("gone")] * 12)
    with pytest.warns(UserWarning, match=r"Losing did not do a batch of pictures \(RuntimeError: gone\), so it is read in this process") as warned:
        assert same(ImageSearchEngine(folder).index_images(losing), engine)
    assert losing.n_sent == 18 and len(warned) == 1


def test_workers_that_never_answer_are_not_waited_for_again(folder, engine, monkeypatch):
    monkeypatch.setattr(workers, "PATIENCE", 0.2)
    losing = Losing("silent", "silent", None, "silent")
    with pytest.warns(UserWarning, match="TimeoutError"):
        assert same(ImageSearchEngine(folder).index_images(losing), engine)
    assert losing.n_sent == 6 and [future.cancelled() for future in losing.sent] == [True, True, False, True, False, False]


class Hides(Elsewhere):
    """A worker that sees another folder in the place of ours, or none."""

    def __init__(self, folder, shown=None):
        super().__init__()
        self.folder, self.shown, self.aside = folder, shown, folder.with_name("aside")

    def submit(self, *order):
        self.folder.rename(self.aside)
        if self.shown:
            self.shown.rename(self.folder)
        try:
            return super().submit(*order)
        finally:
            if self.shown:
                self.folder.rename(self.shown)
            self.aside.rename(self.folder)


def test_a_worker_that_does_not_see_the_folder_is_a_clear_error(folder):
    with pytest.raises(FileNotFoundError, match="a worker of Hides does not see .*a.JPG.*all must see the folder of pictures as it is here"):
        ImageSearchEngine(folder).index_images(Hides(folder))


def test_a_worker_that_sees_another_picture_by_that_name_is_a_clear_error(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "others")
    Image.new("RGB", (30, 20)).save(tmp_path / "others" / "c.bmp")
    with pytest.raises(FileNotFoundError, match="does not see .*c.bmp, or another file by that name"):
        ImageSearchEngine(folder).index_images(Hides(folder, tmp_path / "others"))


class Meanwhile(Elsewhere):
    """An executor that does something to the folder after the files were looked at and before a worker reads them."""

    def __init__(self, action):
        super().__init__()
        self.action = action

    def submit(self, *order):
        self.action()
        return super().submit(*order)


def test_pictures_that_go_or_change_before_a_worker_comes_to_them_are_no_error(folder):
    def change():
        (folder / "a.JPG").unlink(missing_ok=True)
        Image.new("RGB", (30, 20), "navy").save(folder / "b.png")

    engine = ImageSearchEngine(folder, "pixels").index_images(Meanwhile(change))
    assert [(Path(path).name, reason) for path, reason in engine.failed_images] == [("a.JPG", "No such file or directory")]
    assert np.allclose(engine.image_vectors[names(engine.image_paths).index("b.png")], 14 / 255, atol=0.01)


def test_a_worker_with_another_version_of_the_package_is_a_clear_error(folder, monkeypatch):
    other = Meanwhile(lambda: monkeypatch.setattr(workers, "__version__", "0.0.1"))
    with pytest.raises(ImportError, match="this worker has imsearch_helpers 0.0.1; install"):
        ImageSearchEngine(folder).index_images(other)


def test_a_method_s_fault_on_a_worker_is_raised_here(folder, monkeypatch):
    def faulty(pool, paths, method):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(workers.ReaderPool, "read_vectors", faulty)
    with pytest.raises(ZeroDivisionError) as caught:
        ImageSearchEngine(folder).index_images(Elsewhere())
    assert caught.value.__notes__ == ["on a worker of Elsewhere"]


def test_stopping_keeps_what_workers_have_read_and_takes_the_rest_back(folder, engine, capsys):
    losing, interrupted = Losing(None, None, None, KeyboardInterrupt(), "silent", "silent"), ImageSearchEngine(folder)
    with pytest.raises(KeyboardInterrupt):
        interrupted.index_images(losing)
    assert len(interrupted.image_paths) == 3 and "Stopped: 3 of 6" in capsys.readouterr().out
    assert [future.cancelled() for future in losing.sent[4:]] == [True, True]
    assert same(interrupted.index_images(Elsewhere()), engine)



@pytest.mark.skipif(os.name == "nt", reason="no signals here that kill")
def test_a_killed_process_of_a_pool_costs_no_picture(folder, engine):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        os.kill(pool.submit(os.getpid).result(), 9)
        with pytest.warns(UserWarning, match="ProcessPoolExecutor did not .*BrokenProcessPool"):
            assert same(ImageSearchEngine(folder).index_images(pool), engine)


@pytest.mark.parametrize("method", [mean_colour, lambda picture: [1, 2], "mine"])
def test_own_function_runs_here_whatever_the_executor(folder, method, monkeypatch):
    monkeypatch.setitem(METHODS, "mine", mean_colour)  # another process would not know of it
    elsewhere = Elsewhere()
    engine = ImageSearchEngine(folder, method).index_images(elsewhere)
    assert elsewhere.received == [] and len(engine.image_vectors) == 6


def test_function_of_the_package_is_known_by_its_name():
    assert ImageSearchEngine("x", image_to_histogram).method == "histogram"


def test_own_function_s_vectors_are_used(folder):
    engine = ImageSearchEngine(folder, mean_colour).index_images()
    assert engine.image_vectors.shape == (6, 3) and engine.method == "mean_colour"
    assert engine.search(folder / "c.bmp", 1)[0].path == str(folder / "c.bmp")


def test_fault_of_an_own_function_is_raised_with_the_picture_s_path(folder):
    def faulty(picture):
        return 1 / 0

    with pytest.raises(ZeroDivisionError) as caught:
        ImageSearchEngine(folder, faulty).index_images()
    assert "while faulty was at" in caught.value.__notes__[0] and "a.JPG" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("returned", "reason"),
    [([[1, 2]], "must be a vector"), ([], "must be a vector"), (None, "vector"), ("abc", "of numbers"), ([np.nan], "finite")],
)
def test_own_function_that_returns_no_vector(folder, returned, reason):
    with pytest.raises(ValueError, match=f"the vector that method returned .*{reason}"):
        ImageSearchEngine(folder, lambda picture: returned).index_images()


def test_in_a_browser_the_first_bar_does_not_complain_that_there_are_no_threads(folder):
    program = (
        "import sys; sys.path.insert(0, 'tests/site'); import PIL.Image; import emulated; emulated.become_a_browser()\n"
        "from imsearch_helpers.engine import ImageSearchEngine; print(ImageSearchEngine(sys.argv[1]).index_images())"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder)], cwd=REPOSITORY, capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1].startswith("<ImageSearchEngine: 6 pictures") and done.stderr == ""


def test_own_function_that_returns_unequal_lengths(folder):
    lengths = iter(range(1, 10))
    method = lambda picture: np.ones(next(lengths))  # noqa: E731
    with pytest.raises(ValueError, match="must return as many numbers for every picture, not 1 for .* and 2 for"):
        ImageSearchEngine(folder, method).index_images(ThreadPoolExecutor(1))


def test_stopping_leaves_no_pending_work(folder):
    many_pictures(folder, 200)
    seen, stopped = [], threading.Event()

    def method(picture):
        seen.append(picture)
        if len(seen) > 1:
            stopped.wait()
        raise KeyboardInterrupt

    executor = ThreadPoolExecutor(1)
    with pytest.raises(KeyboardInterrupt):
        ImageSearchEngine(folder, method).index_images(executor)
    stopped.set()
    executor.submit(list).result()  # comes behind everything that was pending
    assert len(seen) <= 2


# A method's batch


class Batched:
    """The mean colour, of several pictures at once; remembers how many came at a time."""

    def __init__(self):
        self.sizes = []

    def __call__(self, picture):
        return self.batch([picture])[0]

    def batch(self, pictures):
        self.sizes.append(len(pictures))
        return np.stack([mean_colour(picture) for picture in pictures])


def many_pictures(folder, n):
    for i in range(n):
        shutil.copy(folder / "b.png", folder / f"more{i:04}.png")


def test_batch_gives_what_one_by_one_gives_and_skips_the_unreadable(folder):
    many_pictures(folder, 400)
    (folder / "more0003.png").write_bytes(b"")
    method = Batched()
    engine, expected = (ImageSearchEngine(folder, m).index_images() for m in (method, mean_colour))
    assert sum(method.sizes) == 405 and 1 < max(method.sizes) <= 8
    assert engine.image_paths == expected.image_paths and engine.failed_images == expected.failed_images
    assert np.array_equal(engine.image_vectors, expected.image_vectors)


def test_batch_is_not_called_for_nothing(folder):
    for path in folder.rglob("*.*"):
        path.write_bytes(b"")
    method = Batched()
    with pytest.raises(ValueError, match="none of 6 pictures can be read"):
        ImageSearchEngine(folder, method).index_images()
    assert method.sizes == []


def test_batch_with_rows_missing_is_named(folder):
    method = Batched()
    method.batch = lambda pictures: []
    with pytest.raises(ValueError, match="batch must return a row for each of 6 pictures, not 0"):
        ImageSearchEngine(folder, method).index_images()


def test_large_pictures_come_in_smaller_batches(folder):
    for path in folder.rglob("*.*"):
        Image.new("RGB", (3000, 1500)).save(path, "PNG")  # two of them are more than 8 million pixels
    method = Batched()
    engine = ImageSearchEngine(folder, method).index_images()
    assert method.sizes == [2, 2, 2] and len(engine.image_paths) == 6


def test_failing_batch_names_its_pictures(folder):
    method = Batched()
    method.batch = lambda pictures: 1 / 0
    with pytest.raises(ZeroDivisionError) as caught:
        ImageSearchEngine(folder, method).index_images()
    assert "at once: " in caught.value.__notes__[0] and str(folder / "b.png") in caught.value.__notes__[0]


def test_batched_engine_takes_a_picture_as_query(folder):
    engine = ImageSearchEngine(folder, Batched()).index_images()
    assert engine.search_fast(folder / "c.bmp", 1)[0].path == str(folder / "c.bmp")


# Bad folders, methods and metrics


def test_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="image_dir: there is no folder .*nothing"):
        ImageSearchEngine(tmp_path / "nothing").index_images()


def test_a_file_instead_of_a_folder(folder):
    with pytest.raises(NotADirectoryError, match="is a file; a folder of pictures is needed"):
        ImageSearchEngine(folder / "b.png").index_images()


def test_folder_without_pictures(tmp_path):
    with pytest.raises(ValueError, match="there are no pictures in"):
        ImageSearchEngine(tmp_path).index_images()


def test_folder_without_a_readable_picture(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"none of 1 pictures can be read; the first: .*a\.png: the file is empty"):
        ImageSearchEngine(tmp_path).index_images()


@pytest.mark.parametrize("method", ["nothing", None, 7, ["histogram"]])
def test_unknown_method_lists_the_known(method):
    with pytest.raises(ValueError, match="method must be one of pixels, histogram, root_histogram.* or a function"):
        ImageSearchEngine("x", method)


def test_unknown_metric_lists_the_known():
    with pytest.raises(ValueError, match="metric must be one of cosine, euclidean.* not 'no such metric'"):
        ImageSearchEngine("x", metric="no such metric")


# Vectors from elsewhere


def test_from_vectors_sorts_by_path():
    engine = ImageSearchEngine.from_vectors(["b", "a"], [[1, 2], [3, 4]])
    assert engine.image_paths == ["a", "b"] and engine.image_vectors.tolist() == [[3, 4], [1, 2]]


def test_from_vectors_keeps_one_matrix_only():
    matrix = np.ones((3, 2), dtype=np.float32)
    assert ImageSearchEngine.from_vectors("abc", matrix).image_vectors is matrix


@pytest.mark.parametrize(
    ("paths", "rows", "reason"),
    [
        (["a"], [[1], [2]], r"one row a path, not \(2, 1\) for 1 paths"),
        (["a"], [1.0], "must be a matrix"),
        ([], np.empty((0, 3)), "must be a matrix"),
        (["a"], [[]], "must be a matrix"),
        (["a", "a"], [[1], [2]], "comes twice"),
        (["a"], [[np.nan]], "finite numbers"),
        (["a"], [[1e300]], "finite numbers"),
    ],
)
def test_from_vectors_refuses_what_does_not_match(paths, rows, reason):
    with pytest.raises(ValueError, match=reason):
        ImageSearchEngine.from_vectors(paths, rows)


def test_engine_from_vectors_has_no_folder_to_index():
    with pytest.raises(FileNotFoundError, match="there is no folder ''"):
        from_rows([[1, 2]]).index_images()


# Searching


def test_three_vectors_ranked_by_hand():
    engine = from_rows([[1, 0], [1, 1], [0, 1]])
    assert engine.search([0, 2]) == [("0002.png", 1.0), ("0001.png", pytest.approx(0.5**0.5)), ("0000.png", 0.0)]


def test_euclidean_score_is_minus_the_distance():
    engine = from_rows([[0, 0], [3, 4], [1, 0]], "euclidean")
    assert engine.search_fast([0, 0]) == [("0000.png", 0.0), ("0002.png", -1.0), ("0001.png", -5.0)]


def test_results_unpack_and_have_names():
    (result,) = from_rows([[1, 2]]).search_fast([1, 2])
    path, score = result
    assert isinstance(result, SearchResult) and (path, score) == (result.path, result.score) == ("0000.png", 1.0)


def test_zero_vector_scores_zero():
    engine = from_rows([[0, 0], [1, 0], [-1, 0]])
    assert engine.search_fast([1, 0]) == [("0001.png", 1.0), ("0000.png", 0.0), ("0002.png", -1.0)]
    assert engine.search_fast([0, 0]) == [("0000.png", 0.0), ("0001.png", 0.0), ("0002.png", 0.0)]


def test_query_can_be_a_path_a_picture_an_array_or_a_vector(folder, engine):
    path = folder / "c.bmp"
    picture = Image.open(path)
    expected = engine.search_fast(path)
    assert expected[0] == (str(path), 1.0)
    for query in (str(path), picture, np.asarray(picture), image_to_histogram(path), list(image_to_histogram(path))):
        assert engine.search_fast(query) == engine.search(query) == expected


@pytest.mark.parametrize("search", ["search", "search_fast"])
class TestBadQueries:
    @pytest.mark.parametrize("top_k", [0, -1])
    def test_top_k_below_one(self, engine, search, top_k):
        with pytest.raises(ValueError, match=f"top_k must be at least 1, not {top_k}"):
            getattr(engine, search)(engine.image_paths[0], top_k)

    @pytest.mark.parametrize("top_k", [2.5, "3", None])
    def test_top_k_that_is_no_whole_number(self, engine, search, top_k):
        with pytest.raises(TypeError, match=f"top_k must be a whole number of at least 1, not {top_k!r}"):
            getattr(engine, search)(engine.image_paths[0], top_k)

    def test_top_k_above_the_number_of_pictures_gives_all(self, engine, search):
        assert len(getattr(engine, search)(engine.image_paths[0], 1000)) == 6

    def test_query_that_cannot_be_read(self, engine, search, folder):
        with pytest.raises(ImageError, match=r"notes\.txt: a text, not a JPEG"):
            getattr(engine, search)(folder / "notes.txt")

    def test_query_that_is_missing(self, engine, search):
        with pytest.raises(ImageError, match=r"gone\.png: No such file"):
            getattr(engine, search)("gone.png")

    def test_query_of_another_length(self, engine, search):
        with pytest.raises(ValueError, match="query has 3 numbers, but the indexed vectors have 96"):
            getattr(engine, search)([1, 2, 3])

    @pytest.mark.parametrize("query", [[np.nan] * 96, [1e300] * 96, ["x"] * 96])
    def test_query_of_numbers_that_are_none(self, engine, search, query):
        with pytest.raises(ValueError, match="query must (hold finite numbers|be a vector of numbers)"):
            getattr(engine, search)(query)

    def test_nothing_indexed_yet(self, search):
        with pytest.raises(RuntimeError, match=r"nothing is indexed yet: call index_images\(\) first"):
            getattr(ImageSearchEngine("x"), search)([1, 2])


# The loop and the matrix agree


def brute_force(engine, query, top_k):
    """Ranks by the one rule, written down once more: float64, best first, ties by path."""
    query = np.float32(query).astype(float)
    scored = []
    for path, vector in zip(engine.image_paths, engine.image_vectors.astype(float)):
        lengths = np.linalg.norm(vector) * np.linalg.norm(query)
        cosine = vector @ query / lengths if lengths else 0.0
        scored.append((-cosine if engine.metric == "cosine" else np.linalg.norm(vector - query), path))
    return [-score for score, _ in sorted(scored)[:top_k]]


def hard_rows(seed):
    """Vectors with copies, scaled copies, near copies and zeros among them."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((rng.integers(1, 400), rng.integers(1, 60))).astype(np.float32)
    for _ in range(seed % 4):
        rows[rng.integers(0, len(rows), len(rows) // 2)] = rows[rng.integers(len(rows))]
    rows *= rng.choice([0, 0.25, 1, 1, 2], (len(rows), 1)).astype(np.float32)
    rows[rng.random(len(rows)) < 0.2] += np.float32(1e-7)
    return rows


@pytest.mark.parametrize("metric", METRICS)
@given(st.integers(0, 10_000), st.integers(1, 30))
def test_search_fast_equals_search_on_hard_vectors(metric, seed, top_k):
    engine = from_rows(hard_rows(seed), metric)
    query = engine.image_vectors[seed % len(engine.image_vectors)]
    results = engine.search(query, top_k)
    assert engine.search_fast(query, top_k) == results
    assert [result.score for result in results] == pytest.approx(brute_force(engine, query, top_k), abs=1e-7)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("method", SHIPPED_METHODS)
def test_search_fast_equals_search_on_a_folder_full_of_copies(folder, method, metric):
    many_pictures(folder, 60)
    engine = ImageSearchEngine(folder, method, metric).index_images()
    for top_k in (1, 5, 61, 66, 70):
        for query in (folder / "b.png", folder / "c.bmp", np.zeros((4, 4), np.uint8)):
            assert engine.search_fast(query, top_k) == engine.search(query, top_k)


def test_equal_scores_come_in_the_order_of_their_paths(folder):
    many_pictures(folder, 30)
    engine = ImageSearchEngine(folder).index_images()
    expected = ["b.png", *(f"more{i:04}.png" for i in range(9))]
    assert names(path for path, _ in engine.search_fast(folder / "b.png", 10)) == expected


@pytest.mark.parametrize("metric", METRICS)
def test_agrees_with_scikit_learn(metric):
    neighbours = pytest.importorskip("sklearn.neighbors")
    rows = np.random.default_rng(6).random((300, 24), dtype=np.float32)
    oracle = neighbours.NearestNeighbors(metric=metric, algorithm="brute").fit(rows.astype(float))
    distances, indices = oracle.kneighbors(rows[:1].astype(float), 7)
    results = from_rows(rows, metric).search_fast(rows[0], 7)
    assert [int(path[:4]) for path, _ in results] == indices[0].tolist()
    scores = 1 - distances[0] if metric == "cosine" else -distances[0]
    assert [score for _, score in results] == pytest.approx(scores.tolist(), abs=1e-7)


# The scoreboard's row


def test_found_by_shot_counted_by_hand(tmp_path):
    rows = ["0.jpg,one,studio", "1.jpg,two,studio", "2.jpg,one,dim", "3.jpg,two,dim", "4.jpg,two,turned"]
    lines = [f"{file},{product},mug,red,plain,{shot},a mug,train" for file, product, shot in (r.split(",") for r in rows)]
    header = "file,product_id,category,colour,pattern,shot,caption,split"
    (tmp_path / "products.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    products = Products(tmp_path)
    vectors = [[1, 0], [0, 1], [3, 1], [2, 1], [1, 2]]  # product two's dim picture is nearer to product one's studio shot
    engine = ImageSearchEngine.from_vectors([product.path for product in products], vectors)
    assert found_by_shot(engine, products) == {"dim": 0.5, "turned": 1.0}


# Keeping an index


def same(one, other):
    assert (one.image_paths, one.failed_images) == (other.image_paths, other.failed_images)
    assert (one.method, one.metric, one.image_dir) == (other.method, other.metric, other.image_dir)
    return np.array_equal(one.image_vectors, other.image_vectors)


@pytest.fixture
def saved(engine, tmp_path):
    engine.save(tmp_path / "index")
    return tmp_path / "index"


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("method", SHIPPED_METHODS)
def test_what_is_stored_comes_back_the_same(folder, tmp_path, method, metric):
    (folder / "z.png").write_bytes(b"")
    engine = ImageSearchEngine(folder, method, metric).index_images()
    engine.save(tmp_path / "index.any")
    loaded = ImageSearchEngine.load(tmp_path / "index.any")
    assert same(engine, loaded) and not loaded.stale_paths()
    assert loaded.search_fast(folder / "c.bmp") == engine.search_fast(folder / "c.bmp")


def test_saved_exactly_at_the_path_and_nothing_beside_it(saved):
    assert sorted(names(saved.parent.iterdir())) == ["index", "pictures"]


def test_saving_again_replaces_the_old_index(saved, folder):
    again = ImageSearchEngine(folder, "pixels").index_images()
    again.save(saved)
    assert ImageSearchEngine.load(saved).method == "pixels"


def test_saving_before_indexing_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="nothing is indexed yet"):
        ImageSearchEngine("x").save(tmp_path / "index")


@pytest.mark.parametrize("fault", [OSError("disk full"), KeyboardInterrupt()])
def test_interrupted_save_leaves_the_old_file_and_nothing_else(saved, engine, monkeypatch, fault):
    before = saved.read_bytes()

    def fail(*arguments, **options):
        raise fault

    monkeypatch.setattr(np.lib.format, "write_array", fail)
    with pytest.raises(type(fault)):
        engine.save(saved)
    assert saved.read_bytes() == before and sorted(names(saved.parent.iterdir())) == ["index", "pictures"]


def test_save_over_a_folder_leaves_nothing_behind(engine, tmp_path):
    (tmp_path / "index").mkdir()
    with pytest.raises(OSError):
        engine.save(tmp_path / "index")
    assert sorted(names(tmp_path.iterdir())) == ["index", "pictures"]


def test_awkward_names_come_back_the_same(tmp_path):
    paths = sorted(["it's.png", "two\nlines.png", "🍎.png", "\udcff.png", "<img src=x onerror=alert(1)>.png", "https://x//y"])
    ImageSearchEngine.from_vectors(paths, np.eye(6)).save(tmp_path / ("🍎" * 60))
    assert ImageSearchEngine.load(tmp_path / ("🍎" * 60)).image_paths == paths


def test_relative_paths_open_after_the_current_folder_changed(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    ImageSearchEngine("pictures").index_images().save("index")
    assert ImageSearchEngine.load("index").image_paths[0] == os.path.join("pictures", "a.JPG")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    loaded = ImageSearchEngine.load(Path("..", "index"))
    assert loaded.image_paths[0] == os.path.join("..", "pictures", "a.JPG")
    assert not loaded.stale_paths() and loaded.search_fast(loaded.image_paths[3], 1)[0] == (loaded.image_paths[3], 1.0)


@pytest.mark.parametrize("relative", [True, False])
def test_index_and_pictures_moved_together_still_belong_together(tmp_path, folder, monkeypatch, relative):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").mkdir()
    folder.rename(tmp_path / "old" / "pictures")
    ImageSearchEngine(Path("old" if relative else tmp_path / "old", "pictures")).index_images().save("old/index")
    (tmp_path / "old").rename(tmp_path / "new")
    loaded = ImageSearchEngine.load("new/index")
    assert loaded.image_paths[0] == os.path.join("new", "pictures", "a.JPG")
    assert not loaded.stale_paths() and loaded.image_dir == os.path.join("new", "pictures")


def test_index_moved_alone_keeps_the_paths_it_had(saved, engine):
    (saved.parent / "away" / "far").mkdir(parents=True)
    shutil.move(saved, saved.parent / "away" / "far" / "index")
    assert same(engine, ImageSearchEngine.load(saved.parent / "away" / "far" / "index"))


def test_names_from_elsewhere_are_sorted_also_after_a_move(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    engine = ImageSearchEngine.from_vectors([os.path.abspath("z.png"), "a.png"], [[1], [2]])
    engine.save("index")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    loaded = ImageSearchEngine.load(tmp_path / "index")
    assert loaded.image_paths == sorted(loaded.image_paths)
    assert dict(zip(names(loaded.image_paths), loaded.image_vectors.ravel())) == {"a.png": 2, "z.png": 1}


def test_index_of_an_own_function_asks_for_it(folder, tmp_path):
    ImageSearchEngine(folder, mean_colour).index_images().save(tmp_path / "index")
    with pytest.raises(ValueError, match="was made by the function 'mean_colour'.*pass it as method="):
        ImageSearchEngine.load(tmp_path / "index")
    loaded = ImageSearchEngine.load(tmp_path / "index", method=mean_colour)
    assert loaded.search_fast(folder / "c.bmp", 1)[0].score == 1.0


def test_own_function_called_like_ours_is_not_taken_for_ours(folder, tmp_path):
    def histogram(picture):
        return mean_colour(picture)

    ImageSearchEngine(folder, histogram).index_images().save(tmp_path / "index")
    with pytest.raises(ValueError, match="made by the function 'histogram'"):
        ImageSearchEngine.load(tmp_path / "index")


def test_another_method_than_the_index_was_made_by_is_refused(saved):
    with pytest.raises(ValueError, match="method must be 'histogram', by which .* was made, not 'pixels'"):
        ImageSearchEngine.load(saved, method="pixels")
    assert ImageSearchEngine.load(saved, method=methods.image_to_histogram).method == "histogram"


# Unusable index files


def refused(path, reason, content=None):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=f"is not a usable index: .*{reason}"):
        ImageSearchEngine.load(path)
    return True


def rewritten(saved, header=None, vectors=None, compression=zipfile.ZIP_STORED):
    """The index with other parts in it, every checksum right."""
    with zipfile.ZipFile(saved) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if header is not None:
        parts["header.json"] = json.dumps(json.loads(parts["header.json"]) | header).encode()
    parts["vectors.npy"] = parts["vectors.npy"] if vectors is None else vectors
    with zipfile.ZipFile(saved, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return saved


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def test_missing_index_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        ImageSearchEngine.load(tmp_path / "nothing")


def test_index_cut_anywhere_is_refused(saved):
    whole = saved.read_bytes()
    cuts = [*range(0, 120), *range(120, len(whole) - 200, 97), *range(len(whole) - 200, len(whole))]
    assert all(refused(saved, "the file is empty" if cut == 0 else "it is cut", whole[:cut]) for cut in cuts)


def test_one_changed_byte_is_refused_or_does_no_harm(saved, engine):
    whole = saved.read_bytes()
    for place in [*range(0, len(whole), 31), *range(len(whole) - 250, len(whole))]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        saved.write_bytes(damaged)
        try:
            assert same(engine, ImageSearchEngine.load(saved)), place
        except ValueError as error:
            assert "is not a usable index" in str(error)


def test_changed_vectors_are_noticed_by_their_checksum(saved, engine):
    whole = saved.read_bytes()
    place = whole.index(engine.image_vectors.tobytes()) + 1000
    refused(saved, "it is cut, damaged", whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])


class Danger:
    def __reduce__(self):
        return os.mkdir, ("executed",)


def test_pickle_is_refused_and_not_executed(tmp_path, monkeypatch, saved):
    monkeypatch.chdir(tmp_path)
    refused(tmp_path / "pickled", "another kind of file", pickle.dumps(Danger()))
    refused(rewritten(saved, vectors=npy(np.array([[Danger()]] * 6), allow_pickle=True)), "its vectors are object")
    assert not (tmp_path / "executed").exists()


def test_another_version_is_named(saved):
    refused(rewritten(saved, {"format": "imsearch index 99"}), "its format is 'imsearch index 99'; this version reads")


def test_another_zip_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.ones(3))
    refused(tmp_path / "other.npz", "another kind of file")


def test_compressed_parts_are_refused_before_they_unfold(saved):
    bomb = npy(np.zeros((6, 2_000_000), dtype=np.float32))
    refused(rewritten(saved, vectors=bomb, compression=zipfile.ZIP_DEFLATED), "would unfold to more than it is")


def test_declared_size_that_lies_is_refused(saved):
    whole = saved.read_bytes()
    place = whole.rindex(b"PK\x01\x02", 0, whole.rindex(b"vectors.npy"))  # the directory's entry for the vectors
    lie = (2**31).to_bytes(4, "little")
    refused(saved, "would unfold to more than it is", whole[: place + 20] + lie + lie + whole[place + 28 :])


@pytest.mark.parametrize("shape", ["(6, 97)", "(6000000000, 96)", "(-6, -96)", "(576,)", "(6, 96, 1)", "(0, 96)", "6", "x"])
def test_declared_shape_that_lies_is_refused(saved, shape):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    content = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + text.encode() + bytes(6 * 96 * 4)
    refused(rewritten(saved, vectors=content), "")


@pytest.mark.parametrize(
    "array",
    [np.zeros((6, 96)), np.zeros((6, 96), ">f4"), np.zeros((96, 6), "f4").T, np.zeros((6, 96), "i4"), np.zeros((6, 0), "f4")],
)
def test_vectors_of_another_type_are_refused(saved, array):
    refused(rewritten(saved, vectors=npy(array)), "its vectors are .*, not a float32 matrix")


def test_number_of_paths_must_be_that_of_the_vectors(saved):
    refused(rewritten(saved, vectors=npy(np.zeros((5, 96), "f4"))), "6 paths but 5 vectors")


@pytest.mark.parametrize(
    "header",
    [
        {"metric": ["cosine"]},
        {"method": 7},
        {"paths": "abcdef"},
        {"paths": [1] * 6},
        {"failed": [["a"]]},
        {"left_out": [["a", "b", "c"]]},
        {"stamps": [["a", 5]]},
        {"stamps": [["a", [1, "b", 2]]]},
        {"others": [".txt"]},
        {"others": {".txt": "many"}},
        {"exclude": None},
        {"named": None},
        {"image_dir": None},
        {"budgets": {"timeout": -1}},
        {"budgets": [5]},
    ],
)
def test_damaged_header_is_refused(saved, header):
    refused(rewritten(saved, header), "its header is damaged")


def test_unknown_metric_is_refused_by_its_name(saved):
    refused(rewritten(saved, {"metric": "no such metric"}), "no such metric")


def test_header_nested_too_deep_is_refused(saved):
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("header.json", "[" * 100_000)
        archive.writestr("vectors.npy", b"")
    refused(saved, "")


def test_vectors_that_are_no_numbers_are_refused(saved):
    with pytest.raises(ValueError, match="finite numbers"):
        ImageSearchEngine.load(rewritten(saved, vectors=npy(np.full((6, 96), np.nan, "f4"))))


# Stale


def test_changed_removed_mended_and_new_pictures_are_stale(folder, tmp_path):
    (folder / "broken.png").write_bytes(b"")
    ImageSearchEngine(folder).index_images().save(tmp_path / "index")
    (folder / "a.JPG").unlink()
    shutil.copy(folder / "c.bmp", folder / "b.png")
    shutil.copy(folder / "c.bmp", folder / "broken.png")
    shutil.copy(folder / "c.bmp", folder / "new.png")
    changed, gone, new = ImageSearchEngine.load(tmp_path / "index").stale_paths()
    assert (names(changed), names(gone), names(new)) == (["b.png", "broken.png"], ["a.JPG"], ["new.png"])


def test_picture_of_the_same_size_with_other_ends_is_stale(folder, engine):
    content = (folder / "b.png").read_bytes()
    (folder / "b.png").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(folder / "b.png", (1, 1))
    assert names(engine.stale_paths().changed) == ["b.png"]


def test_picture_of_which_only_the_time_differs_is_not_stale(folder, engine):
    assert not engine.stale_paths()
    os.utime(folder / "b.png", (1, 1))
    assert not engine.stale_paths()


def test_picture_that_changed_while_it_was_read_is_stale(folder):
    def meddling(picture):
        (folder / "b.png").write_bytes(b"something else")
        return [1.0]

    assert names(ImageSearchEngine(folder, meddling).index_images().stale_paths().changed) == ["b.png"]


def test_all_are_gone_when_the_folder_is(folder, engine):
    shutil.rmtree(folder)
    assert engine.stale_paths() == ([], engine.image_paths, [])


def test_vectors_from_elsewhere_are_never_stale():
    assert not from_rows([[1, 2]]).stale_paths()


def test_repr_says_what_is_indexed(engine):
    assert repr(engine) == "<ImageSearchEngine: 6 pictures x 96 numbers, histogram, cosine>"


# Bringing an index up to date


def counting(read=None):
    """A method that notes how many pictures it was given."""

    def method(picture):
        method.n_read += 1
        return np.asarray(picture, dtype=np.float32).mean(axis=(0, 1))

    method.n_read = 0
    return method


def test_update_reads_only_what_is_new_or_changed_and_drops_what_is_gone(folder, capsys):
    engine = ImageSearchEngine(folder, counting()).index_images()
    read_at_first = engine._function.n_read
    (folder / "a.JPG").unlink()
    shutil.copy(folder / "c.bmp", folder / "b.png")
    shutil.copy(folder / "c.bmp", folder / "new.png")
    engine.update()
    assert engine._function.n_read == read_at_first + 2
    assert "Updated: 1 new, 1 changed, 1 gone, 4 as before" in capsys.readouterr().out
    assert same(engine, ImageSearchEngine(folder, engine._function).index_images()) and not engine.stale_paths()


def test_update_of_what_did_not_change_reads_nothing_even_when_it_was_copied(folder, tmp_path):
    engine = ImageSearchEngine(folder, counting()).index_images()
    for path in engine.image_paths:
        os.utime(path, (1, 1))
    n_read = engine._function.n_read
    assert same(engine.update(), engine) and engine._function.n_read == n_read


def test_update_without_an_index_is_a_first_one(folder):
    assert same(ImageSearchEngine(folder).update(), ImageSearchEngine(folder).index_images())


def test_update_of_a_folder_that_became_empty_keeps_the_index(folder, engine):
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(ValueError, match="there are no pictures in"):
        engine.update()
    assert len(engine.image_paths) == 6


def test_pictures_in_a_folder_that_cannot_be_opened_for_now_stay(folder, engine, monkeypatch):
    really = os.scandir

    def scandir(place):
        if os.path.basename(place) == "sub":
            raise PermissionError(13, "Permission denied", place)
        return really(place)

    monkeypatch.setattr(os, "scandir", scandir)
    paths = engine.image_paths
    assert engine.update().image_paths == paths and not engine.stale_paths().gone
    assert [reason for _, reason in engine._listing.left_out] == ["folder that cannot be opened: Permission denied"]


def test_excluded_later_is_dropped_by_the_next_update(folder, engine):
    engine.exclude = ["sub"]
    assert not any("sub" in Path(path).parts for path in engine.update().image_paths)


def interrupted_after(n_pictures):
    method = counting()

    def interrupting(picture):
        if method.n_read == n_pictures:
            method.n_read += 1
            raise KeyboardInterrupt
        return method(picture)

    return interrupting, method


@pytest.mark.parametrize("go_on", ["index_images", "update"])
def test_interrupted_indexing_keeps_what_was_read_and_goes_on(folder, capsys, go_on):
    interrupting, method = interrupted_after(3)
    engine = ImageSearchEngine(folder, interrupting)
    with pytest.raises(KeyboardInterrupt), ThreadPoolExecutor(1) as thread:
        engine.index_images(thread)
    kept = len(engine.image_paths)
    assert 1 <= kept <= 3 and f"Stopped: {kept} of 6 pictures are read" in capsys.readouterr().out
    assert engine.search_fast(engine.image_paths[0], 1)[0].path == engine.image_paths[0]
    n_read = method.n_read
    getattr(engine, go_on)(ThreadPoolExecutor(1))
    assert method.n_read == n_read + 6 - kept
    assert same(engine, ImageSearchEngine(folder, interrupting).index_images())


def test_what_changes_while_indexing_is_interrupted_is_not_kept_as_it_was(folder):
    interrupting, _ = interrupted_after(3)
    engine = ImageSearchEngine(folder, interrupting)
    with pytest.raises(KeyboardInterrupt), ThreadPoolExecutor(1) as thread:
        engine.index_images(thread)
    gone, changed, *_ = engine.image_paths
    os.remove(gone)
    Image.new("RGB", (9, 9), "lime").save(changed, "png")
    engine.index_images()
    assert gone not in engine.image_paths and not engine.stale_paths()
    assert engine.image_vectors[engine.image_paths.index(changed)].tolist() == [0, 255, 0]


@pytest.mark.parametrize("given_as", ["{}", "./{}", "{}/", "{}//"])
def test_pictures_in_a_folder_that_cannot_be_opened_stay_however_the_folder_was_written(folder, monkeypatch, given_as):
    monkeypatch.chdir(folder.parent)
    engine, really = ImageSearchEngine(given_as.format(folder.name)).index_images(), os.scandir
    monkeypatch.setattr(os, "scandir", lambda place: really("none" if os.path.basename(place) == "sub" else place))
    paths = engine.image_paths
    assert engine.update().image_paths == paths and not engine.stale_paths()


def test_what_could_not_be_read_is_tried_again_by_the_next_update(folder):
    Image.new("RGB", (9, 9)).save(folder / "x.tif")
    engine = ImageSearchEngine(folder).index_images("threads")  # which read no TIFF
    assert names(path for path, _ in engine.failed_images) == ["x.tif"]
    assert engine.update().failed_images == [] and "x.tif" in names(engine.image_paths)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipe_among_pictures_is_never_waited_for(folder):
    os.mkfifo(folder / "pipe.jpg")
    engine = ImageSearchEngine(folder).index_images()
    assert ("pipe.jpg", "not a regular file") in [(Path(path).name, reason) for path, reason in engine.failed_images]
    assert not engine.stale_paths() and len(engine.update().failed_images) == 1


def test_index_after_a_finished_one_begins_anew(folder):
    engine = ImageSearchEngine(folder, counting()).index_images()
    n_read = engine._function.n_read
    assert engine.index_images()._function.n_read == 2 * n_read


def test_interruption_before_the_first_picture_leaves_the_engine_as_it_was(folder):
    interrupting, _ = interrupted_after(0)
    engine = ImageSearchEngine(folder, interrupting)
    with pytest.raises(KeyboardInterrupt):
        engine.index_images(ThreadPoolExecutor(1))
    assert engine.image_paths == []


def test_report_and_exclude_come_back_with_the_index(folder, tmp_path):
    (folder / "broken.png").write_bytes(b"")
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"")
    engine = ImageSearchEngine(folder, exclude=["b.png"]).index_images()
    engine.save(tmp_path / "index")
    loaded = ImageSearchEngine.load(tmp_path / "index")
    assert str(loaded.report) == str(engine.report) and loaded.report.rows == engine.report.rows
    assert loaded.exclude == ["b.png"] and not loaded.stale_paths()


def test_raised_budgets_come_back_with_the_index(folder, tmp_path):
    with ReaderPool(1, timeout=9, max_pixels=300_000_000) as pool:
        ImageSearchEngine(folder).index_images(pool).save(tmp_path / "index")
        assert ImageSearchEngine.load(tmp_path / "index")._budgets == pool.budgets


def test_index_of_before_there_were_reports_still_loads(saved):
    with zipfile.ZipFile(saved) as archive:
        header = json.loads(archive.read("header.json"))
    for name in ("repaired", "left_out", "others", "exclude", "separator", "budgets"):
        del header[name]
    header["stamps"] = [(path, stamp[:2]) for path, stamp in header["stamps"]]
    with zipfile.ZipFile(saved) as archive:
        vectors = archive.read("vectors.npy")
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("header.json", json.dumps(header))
        archive.writestr("vectors.npy", vectors)
    loaded = ImageSearchEngine.load(saved)
    assert len(loaded.image_paths) == 6 and not loaded.stale_paths()
    os.utime(loaded.image_paths[0], (1, 1))
    assert loaded.stale_paths().changed == loaded.image_paths[:1]  # without a checksum the time decides


def changed(saved, vectors=None, **header):
    """An index with something else in its header, or other vectors."""
    with zipfile.ZipFile(saved) as archive:
        known, old = json.loads(archive.read("header.json")), archive.read("vectors.npy")
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("header.json", json.dumps(known | header))
        archive.writestr("vectors.npy", old if vectors is None else vectors(old))
    return known


@pytest.mark.parametrize("kind", ["paths", "failed", "repaired", "left_out", "stamps"])
@pytest.mark.parametrize("way", ["{0}/../x.png", "{0}2/x.png", "/x.png", "../x.png", "x.png", "{0}"])
def test_index_that_names_a_picture_outside_its_folder_is_refused(saved, kind, way):
    known = changed(saved)
    path = way.format(known["image_dir"])
    item = {"paths": path, "stamps": [path, None]}.get(kind, [path, "why"])
    changed(saved, **{kind: [item, *known[kind][1:]]})
    with pytest.raises(ValueError, match=f"{saved.name} is not a usable index: '.*' in it lies outside of its folder"):
        ImageSearchEngine.load(saved)


@pytest.mark.parametrize(
    ("folder", "below", "outside"),
    [
        (".", "sub/..a.png", ["/a.png", "../a.png", "sub/../../a.png"]),
        ("..", "../a.png", ["a.png", "../../a.png"]),
        ("./pics//", "pics/sub/a.png", ["pics2/a.png", "pics", "pics/../a.png", "/pics/a.png"]),
        ("/pics/..", "/pics/../a.png", ["/pics/a.png"]),
        ("/", "/a.png", ["a.png", "/../a.png"]),
        ("", "../a.png", []),  # of an engine from vectors
    ],
)
def test_index_keeps_to_its_folder_however_that_was_written(folder, below, outside):
    index_file._check_places(folder, {below}, PurePosixPath)
    for path in outside:
        with pytest.raises(ValueError, match="outside of its folder"):
            index_file._check_places(folder, {path}, PurePosixPath)


def test_index_under_windows_keeps_to_its_folder():
    index_file._check_places("C:/pics", {"C:\\pics\\a.png"}, PureWindowsPath)
    index_file._check_places(".", {"a.png"}, PureWindowsPath)
    for folder, path in [("C:/pics", "D:\\pics\\a.png"), (".", "D:a.png"), (".", "\\\\host\\a.png"), ("pics", "pics\\..\\a.png")]:
        with pytest.raises(ValueError, match="outside of its folder"):
            index_file._check_places(folder, {path}, PureWindowsPath)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"others": ["a"]}, "its header is damaged"),
        ({"others": {"a": "b"}}, "its header is damaged"),
        ({"format": ["x"] * 1000}, "its format is .{80}; this version reads"),
    ],
)
def test_index_with_a_strange_header_is_refused_in_few_words(saved, header, why):
    changed(saved, **header)
    with pytest.raises(ValueError, match=f"^.*{saved.name} is not a usable index: .*{why}"):
        ImageSearchEngine.load(saved)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_index_that_is_a_folder_or_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ValueError, match=f"{path.name} is not a usable index: it is no regular file"):
            ImageSearchEngine.load(path)


def test_index_whose_vectors_or_paths_cannot_be_is_named_by_its_error(saved):
    known = changed(saved, vectors=lambda content: content[:-4] + np.float32(np.nan).tobytes())
    with pytest.raises(ValueError, match=f"{saved.name} is not a usable index: vectors must hold finite numbers"):
        ImageSearchEngine.load(saved)
    changed(saved, paths=[known["paths"][0]] * len(known["paths"]))
    with pytest.raises(ValueError, match=f"{saved.name} is not a usable index: paths must differ"):
        ImageSearchEngine.load(saved)


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="no such files here")
def test_file_that_the_system_shows_as_empty_is_known_by_nothing_in_it():  # /proc/kmsg is one, and would never end
    with pytest.raises(ValueError, match="environ is not a usable index: the file is empty"):
        ImageSearchEngine.load("/proc/self/environ")
    assert folders.stamp("/proc/self/environ")[2] == hashlib.blake2b(b"", digest_size=16).hexdigest()


@pytest.mark.skipif(os.name == "nt", reason="here a backslash is a separator anyway")
def test_index_saved_under_windows_finds_its_pictures(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    relative = os.path.relpath(folder, tmp_path)
    ImageSearchEngine(relative).index_images().save("index")
    as_windows = lambda text: text.replace("/", "\\")  # noqa: E731
    with zipfile.ZipFile("index") as archive:
        header, vectors = json.loads(archive.read("header.json")), archive.read("vectors.npy")
    header |= {"separator": "\\", "image_dir": as_windows(header["image_dir"]), "from_here": as_windows(header["from_here"])}
    header["paths"] = [as_windows(path) for path in header["paths"]]
    header["stamps"] = [(as_windows(path), stamp) for path, stamp in header["stamps"]]
    with zipfile.ZipFile("index", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("header.json", json.dumps(header))
        archive.writestr("vectors.npy", vectors)
    loaded = ImageSearchEngine.load("index")
    assert all(map(os.path.isfile, loaded.image_paths)) and not loaded.stale_paths()


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_backslash_in_a_name_stays_where_the_index_was_saved_here(folder, tmp_path):
    shutil.copy(folder / "c.bmp", folder / "two\\halves.bmp")
    ImageSearchEngine(folder).index_images().save(tmp_path / "index")
    assert str(folder / "two\\halves.bmp") in ImageSearchEngine.load(tmp_path / "index").image_paths


def test_save_never_takes_the_place_of_a_picture(folder, engine):
    before = (folder / "b.png").read_bytes()
    with pytest.raises(FileExistsError, match="none of ours"):
        engine.save(folder / "b.png")
    assert (folder / "b.png").read_bytes() == before
