"""A real Dask cluster, its scheduler and workers being processes of their own: they are killed or hang, and nothing is lost."""

import _thread
import contextlib
import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest
from PIL import Image

from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.similarity import cosine_similarity

pytest.importorskip("distributed", reason="needs Dask, which the extra `extensions` brings")

from imsearch_helpers.cluster import ClusterIndex, connect  # noqa: E402

DASK = "import sys; {}; sys.argv[0] = 'dask'; from dask.__main__ import main; main()"
STARTED = 200  # seconds, on a very busy machine
NO_PACKAGE = "sys.modules['imsearch_helpers'] = None"
OLDER = "from importlib import metadata as m; v = m.version; m.version = lambda name: '2020.1.0' if name == 'distributed' else v(name)"


class Cluster:
    """A scheduler that does not know our package, and workers; all listen on 127.0.0.1 and on any free port."""

    def __init__(self, folder):
        self.folder, self.processes, self.workers = folder, [], {}
        self.scheduler = self._start(NO_PACKAGE, "scheduler", "--port", "0", "--idle-timeout", "900 s", "--scheduler-file", str(folder / "where.json"))
        until(lambda: (folder / "where.json").exists() and (folder / "where.json").read_text(encoding="utf-8"))
        self.address = json.loads((folder / "where.json").read_text(encoding="utf-8"))["address"]

    def _start(self, before, *arguments):
        command = [sys.executable, "-c", DASK.format(before), *arguments, "--no-dashboard", "--host", "127.0.0.1"]
        with open(self.folder / "log", "ab") as log:
            self.processes.append(subprocess.Popen(command, cwd=self.folder, stderr=log, stdout=log))
        return self.processes[-1]

    def start_worker(self, name, before="pass"):
        place = ("--name", name, "--local-directory", str(self.folder))
        self.workers[name] = self._start(before, "worker", self.address, "--nthreads", "1", "--no-nanny", "--death-timeout", "300", *place)
        return self.workers[name]

    def alive(self):
        return {name: process for name, process in self.workers.items() if process.poll() is None}

    def settle(self, client):
        """Wait until the scheduler knows of every worker that was started, and of every one that was killed."""
        until(lambda: {worker["name"] for worker in client.scheduler_info()["workers"].values()} == set(self.alive()))

    def close(self):
        for process in self.processes:
            end(process)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def connection(cluster):
    for name in ("one", "two"):
        cluster.start_worker(name)
    with connect(cluster.address, timeout=STARTED) as client:
        yield client


@pytest.fixture
def client(cluster, connection):
    """Of a cluster with two workers, also after one was killed in the test before."""
    cluster.settle(connection)
    return connection


@pytest.fixture
def doomed(cluster, client):
    """One worker of two that will be killed in a test."""
    name, process = list(cluster.alive().items())[-1]
    yield process
    if process.poll() is not None:
        cluster.start_worker(f"after {name}")


def end(process):
    process.kill()
    process.wait()


def until(condition):
    latest = time.monotonic() + STARTED
    while not condition():
        assert time.monotonic() < latest
        time.sleep(0.05)


def random_pictures(folder, count):
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(count):
        Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(folder / f"{number:03}.png")
    return folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """320 pictures, which make 16 batches; one is broken, and one of a kind that is read only where it can be killed."""
    folder = random_pictures(tmp_path_factory.mktemp("many") / "pictures", 318)
    (folder / "000.jpg").write_bytes(b"\xff\xd8\xff")
    Image.new("RGB", (8, 8), "teal").save(folder / "x.tif")
    return folder


@pytest.fixture(scope="module")
def at_home(pictures):
    return ImageSearchEngine(pictures).index_images()


def same(engine, other):
    assert engine.image_paths == other.image_paths and engine.failed_images == other.failed_images
    return np.array_equal(engine.image_vectors, other.image_vectors)


# Indexing


def test_pictures_indexed_on_the_cluster_are_the_same(client, pictures, at_home, capsys):
    engine = ImageSearchEngine(pictures).index_images(client.get_executor())
    assert same(engine, at_home) and "320/320 pictures" in capsys.readouterr().out
    assert len(engine.failed_images) == 1 and engine.image_paths[-1].endswith("x.tif")


def test_a_client_stands_for_its_executor_and_paths_may_be_relative(client, tmp_path, monkeypatch, capsys):
    random_pictures(tmp_path / "few", 5)
    monkeypatch.chdir(tmp_path)
    engine = ImageSearchEngine("few").index_images(client)
    assert engine.image_paths[0] == os.path.join("few", "000.png")
    Image.new("RGB", (9, 9), "navy").save("few/new.png")
    engine.update(client)
    assert "Updated: 1 new, 0 changed, 0 gone, 5 as before" in capsys.readouterr().out


def test_a_method_with_batches_works_on_the_cluster(client, pictures, tmp_path):
    few = random_pictures(tmp_path / "few", 5)
    assert same(*(ImageSearchEngine(few, "small_network").index_images(executor) for executor in (client, None)))


def test_pictures_that_changed_but_not_in_size_are_read_again(client, tmp_path):
    executor = client.get_executor()
    for value in (10, 200):
        Image.new("RGB", (5, 5), (value, value, value)).save(tmp_path / "a.bmp")
        engine = ImageSearchEngine(tmp_path, "pixels").index_images(executor)
        assert engine.image_vectors.max() == np.float32(value / 255)


class AtTheThirdAnswer:
    """An executor that does something when its third answer is waited for, while the workers are busy with the next ones."""

    def __init__(self, client, action):
        self.executor, self.action, self.n_answers = client.get_executor(), action, 0

    def submit(self, *order):
        future = self.executor.submit(*order)
        really = future.result

        def result(timeout):
            self.n_answers += 1
            if self.n_answers == 3:
                self.action()
            return really(timeout)

        future.result = result
        return future


def test_a_worker_killed_while_indexing_costs_no_picture_and_no_process_is_left(cluster, client, doomed, pictures, at_home):
    workers, readers = [psutil.Process(process.pid) for process in cluster.alive().values()], []

    def kill():
        readers.extend(child for worker in workers for child in worker.children(recursive=True))
        end(doomed)

    executor = AtTheThirdAnswer(client, kill)
    assert same(ImageSearchEngine(pictures).index_images(executor), at_home) and executor.n_answers >= 16
    _, alive = psutil.wait_procs(readers, timeout=STARTED)  # also those of the worker that lives on, when no batch comes
    assert readers and not alive


def test_a_worker_without_the_package_is_a_clear_error(cluster, client, pictures):
    process = cluster.start_worker("bare", NO_PACKAGE)
    cluster.settle(client)
    with pytest.raises(ImportError, match="workers of ClientExecutor need this package .* install imsearch-helpers"):
        ImageSearchEngine(pictures).index_images(client.get_executor(workers="bare"))
    assert process.poll() is None  # it would end if Dask itself had to import what it was sent
    end(process)


# Searching


def engine_of(matrix):
    return ImageSearchEngine.from_vectors([f"{row:06}" for row in range(len(matrix))], matrix)


def crowded(seed):
    """Vectors among which many are equal, nearly equal, multiples of one another, tiny, huge or zero; and queries like them."""
    rng = np.random.default_rng(seed)
    few = rng.integers(-1, 3, (40, 4)).astype(np.float32)
    rows = few[rng.integers(0, 40, 300)] * rng.choice([1, 1, 3, 1e-10, 1e10], (300, 1)).astype(np.float32)
    rows[:100] *= 1 + rng.choice([0, 1e-7, 2e-7], (100, 4)).astype(np.float32)
    queries = np.concatenate([rows[:10], few[:5], np.zeros((1, 4)), rng.standard_normal((4, 4))]).astype(np.float32)
    return rows, queries


def test_nearest_of_three_by_hand(client):
    ids, scores = ClusterIndex(client, [[0, 3], [2, 2], [5, 0]]).search([[0, 2]], 2)
    assert ids.tolist() == [[0, 1]] and scores.tolist() == [[1.0, pytest.approx(0.5**0.5)]]


@pytest.mark.parametrize(("seed", "rows_per_chunk"), [(0, None), (1, 299), (2, 75)])
def test_the_same_as_the_engine_ties_included(client, monkeypatch, seed, rows_per_chunk):
    monkeypatch.setattr("imsearch_helpers.cluster.SCORES_AT_ONCE", 5000)  # so that the queries go in two passes
    matrix, queries = crowded(seed)
    index = ClusterIndex(client, matrix, rows_per_chunk)
    engine = engine_of(matrix).use_index(index)
    for k in (1, 7, 300):
        expected = engine_of(matrix).search_batch(queries, k)
        assert engine.search_batch(queries, k) == expected
    ids, scores = index.search(queries, 300)
    assert [[(f"{row:06}", score) for row, score in zip(*pair)] for pair in zip(ids, scores)] == expected


def test_nothing_but_copies_come_in_the_order_of_their_rows(client):
    ids, scores = ClusterIndex(client, np.ones((90, 3)), 30).search([[1, 2, 3], [0, 0, 0]], 4)
    assert ids.tolist() == [[0, 1, 2, 3]] * 2 and scores[1].tolist() == [0] * 4
    assert set(scores[0]) == {cosine_similarity([1, 1, 1], [1, 2, 3])}


def test_the_vectors_are_spread_over_the_workers(client):
    index = ClusterIndex(client, np.ones((10, 2)))
    assert sorted(index.rows_on_workers().values()) == [5, 5] and "10 vectors x 2 numbers in 2 chunks" in repr(index)
    assert set(index.rows_on_workers()) == set(client.nthreads())


def test_a_worker_killed_while_searching_changes_no_result(client, doomed, monkeypatch):
    matrix, queries = crowded(7)
    engine = engine_of(matrix)
    expected = engine.search_batch(queries, 5)
    engine.use_index(ClusterIndex(client, matrix, 50))
    compute = client.compute
    monkeypatch.setattr(client, "compute", lambda graph: (compute(graph), end(doomed))[0])
    assert engine.search_batch(queries, 5) == expected  # the worker dies when the search has just been sent
    assert engine.search_batch(queries, 5) == expected and doomed.poll() is not None


@contextlib.contextmanager
def hanging(process):
    """It does nothing for a while; its system still answers in its name, so that no connection breaks."""
    process = psutil.Process(process.pid)
    process.suspend()
    try:
        yield
    finally:
        process.resume()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("imsearch_helpers.cluster.PATIENCE", 6)
    monkeypatch.setattr("imsearch_helpers.cluster.HEARD_FROM", 3)


def test_what_a_worker_that_hangs_does_not_answer_is_searched_here_until_it_does(client, doomed, impatient):
    matrix, queries = crowded(8)
    expected = engine_of(matrix).search_batch(queries, 5)
    index = ClusterIndex(client, matrix, 50)
    engine = engine_of(matrix).use_index(index)
    [address] = [worker for worker, pid in client.run(os.getpid).items() if pid == doomed.pid]
    with hanging(doomed):
        for _ in range(2):
            with pytest.warns(UserWarning, match=f"has not answered in time; silent: {address}; until it does, .* in this process"):
                assert engine.search_batch(queries, 5) == expected
        assert index._patience == 0
    until(lambda: client.run(os.getpid)[address] == doomed.pid)
    index._patience = STARTED
    assert engine.search_batch(queries, 5) == expected and index._patience == 6
    assert sum(index.rows_on_workers().values()) >= 300


def test_a_search_that_waits_for_a_worker_that_hangs_can_be_interrupted(client, doomed, monkeypatch):
    index = ClusterIndex(client, np.eye(3), 1)
    compute, pressed = client.compute, threading.Timer(1, _thread.interrupt_main)
    with hanging(doomed), pytest.raises(KeyboardInterrupt), monkeypatch.context() as patch:
        patch.setattr(client, "compute", lambda graph: (compute(graph), pressed.start())[0])
        index.search(np.eye(3), 1)
    assert index.search(np.eye(3), 1)[0].tolist() == [[0], [1], [2]]


def test_neither_an_index_nor_a_client_waits_for_a_worker_that_hangs(cluster, client, doomed, impatient):
    with hanging(doomed):
        with pytest.raises(ConnectionError, match="did not take the vectors in time; silent: tcp://127"):
            ClusterIndex(client, np.eye(3), 1)
        with pytest.raises(ConnectionError, match="not every worker of the Dask cluster has answered in 2 seconds; silent: tcp://127"):
            connect(cluster.address, timeout=2)


def test_a_scheduler_that_hangs_is_a_clear_error(cluster, client, impatient):
    index = ClusterIndex(client, np.eye(3))
    with hanging(cluster.scheduler):
        for asked in (lambda: index.search(np.eye(3), 1), index.rows_on_workers, lambda: ClusterIndex(client, np.eye(3))):
            with pytest.raises(ConnectionError, match=r"does not answer, .* search here: engine.use_index\(None\)"):
                asked()
    assert index.search(np.eye(3), 1)[0].tolist() == [[0], [1], [2]]


def loops():
    """The threads of this process's clients, one for each."""
    return {thread for thread in threading.enumerate() if thread.name == "IO loop"}


def test_a_scheduler_that_hangs_when_it_is_called_is_a_clear_error_and_its_late_answer_starts_nothing(cluster, client):
    before = loops()
    with hanging(cluster.scheduler):
        with pytest.raises(ConnectionError, match="answers at tcp://127.* is silent"):
            connect(cluster.address, timeout=0.5)
        assert len(loops()) == len(before) + 1
    until(lambda: loops() == before)
    assert client.submit(sum, [1, 2]).result() == 3


def test_a_cluster_that_is_not_as_it_should_be_is_a_clear_error(tmp_path):
    with contextlib.closing(Cluster(tmp_path)) as cluster:
        with pytest.raises(ConnectionError, match="no Dask scheduler with a worker answers .*`dask worker` with its address"):
            connect(cluster.address, timeout=0.5)
        cluster.start_worker("older", OLDER)
        with pytest.raises(RuntimeError, match=r"127.* has Python 3.* with Dask 2020\.1\.0, and this program has Python 3"):
            connect(cluster.address, timeout=STARTED)
        end(cluster.processes[-1])
        only = cluster.start_worker("only")
        with connect(cluster.address, timeout=STARTED) as client:
            cluster.settle(client)
            index = ClusterIndex(client, np.eye(3))
            end(only)
            with pytest.raises(ConnectionError, match=r"has no worker left.*search here: engine.use_index\(None\)"):
                index.search(np.eye(3), 1)
            end(cluster.scheduler)
            until(lambda: client.status != "running")
            with pytest.raises(ConnectionError, match="does not answer"):
                index.search(np.eye(3), 1)
        with pytest.raises(ConnectionError, match=f"answers at {cluster.address} .*`dask scheduler` starts the one"):
            connect(cluster.address, timeout=0.5)


@pytest.mark.parametrize("address", ["127.0.0.1", "nothing://here:1", 5])
def test_what_is_no_address_is_a_clear_error(address):
    before = loops()
    with pytest.raises(ValueError, match=f"address must be like .*, and not {address!r}"):
        connect(address)
    assert loops() == before  # a half-made client would keep its own, and might block the next client


def test_an_option_that_dask_does_not_know_is_a_clear_error():
    with pytest.raises(ValueError, match="options that Dask knows, and not {'n_workers': 'x'}"):
        connect(n_workers="x")


def test_a_cluster_of_this_machine_s_own_is_not_reached_from_outside_and_ends_with_its_client():
    me = psutil.Process()
    before = {process.pid for process in me.children(recursive=True)}
    with connect(n_workers=1, timeout=STARTED) as client:
        started = [process for process in me.children(recursive=True) if process.pid not in before]
        listening = [c.laddr.ip for process in [me, *started] for c in process.net_connections("inet") if c.status == "LISTEN"]
        assert started and set(listening) == {"127.0.0.1"}
        assert ClusterIndex(client, [[1, 0], [0, 1]]).search([[0, 1]], 1)[0].tolist() == [[1]]
        started = [process for process in started if "resource_tracker" not in str(process.cmdline())]  # Python's own: ends with us
    _, alive = psutil.wait_procs(started, timeout=STARTED)
    assert not alive


# Bad input


def test_what_is_no_client_is_refused():
    with pytest.raises(TypeError, match=r"client must be a dask.distributed.Client, such as connect\(\) gives, not 'tcp://host:8786'"):
        ClusterIndex("tcp://host:8786", np.eye(2))


def test_what_is_no_matrix_is_refused(client):
    for vectors in ([1, 2], [], [[]], [[np.nan, 1]], [[1e30, 1]]):
        with pytest.raises(ValueError, match="vectors must"):
            ClusterIndex(client, vectors)


def test_bad_queries_are_refused_and_none_have_no_results(client):
    index = ClusterIndex(client, np.eye(2))
    for queries, k, error, said in [
        ([1, 2], 1, ValueError, r"queries must be of shape \(n_queries, 2\), not \(2,\)"),
        ([[1, 2, 3]], 1, ValueError, r"not \(1, 3\)"),
        ([[np.inf, 2]], 1, ValueError, "queries must hold finite numbers"),
        ([[1, 2]], 0, ValueError, "k must be at least 1"),
        ([[1, 2]], 1.5, TypeError, "k must be a whole number"),
    ]:
        with pytest.raises(error, match=said):
            index.search(queries, k)
    ids, scores = index.search(np.empty((0, 2)), 5)
    assert ids.shape == scores.shape == (0, 2)
    with pytest.raises(ValueError, match="was built over other vectors"):
        engine_of(np.eye(2)[::-1]).use_index(index)
