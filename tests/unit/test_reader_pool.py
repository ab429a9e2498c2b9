"""The processes that read pictures and can be killed."""

import os
import signal
import struct
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest
from PIL import Image

from imsearch_helpers import reader_pool
from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.folders import find_images
from imsearch_helpers.images import ImageError, load_image
from imsearch_helpers.reader_pool import ReaderPool
from imsearch_helpers.vectors import METHODS
from tests import REPOSITORY

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux enforces it")
SCRIPT = """
import sys, time
from imsearch_helpers import RobustImageProcessor
processor = RobustImageProcessor(method=lambda picture: print("begun", flush=True) or time.sleep(1))
processor.process_directory(sys.argv[1])
"""


@pytest.fixture
def pool():
    with ReaderPool(1) as pool:
        yield pool


def readers():
    """The processes that read for this one."""
    return [child for child in psutil.Process().children() if any("imsearch_helpers.reader" in word for word in child.cmdline())]


def slow_picture(path):
    """About a second of work for a decoder: 40 megapixels."""
    Image.new("L", (8000, 5000), 9).save(path, compress_level=1)
    return path


def very_slow_picture(path):
    """Several seconds of work: a run-length coded BMP in which each of nearly five million pixels is written on its own."""
    pixels = (b"\x01\x05" * 2200 + b"\0\0") * 2200 + b"\0\1"
    header = struct.pack("<2sIHHI", b"BM", 0, 0, 0, 1078) + struct.pack("<IiiHHIIiiII", 40, 2200, 2200, 1, 8, 1, 0, 0, 0, 256, 0)
    path.write_bytes(header + bytes(1024) + pixels)
    return path


def test_picture_is_the_one_that_the_function_gives(folder, pool):
    for path in find_images(folder):
        assert np.array_equal(pool.load_image(path), load_image(path))
        assert np.array_equal(pool.load_image(path, size=(1, 1)), load_image(path, size=(1, 1)))


def test_repairs_come_along(pool):
    assert "missing end marker" in pool.read_image(REPOSITORY / "data" / "messy" / "no_end.png").repairs[0]


def test_reason_comes_along_with_the_path_as_it_was_given(folder, pool, monkeypatch):
    monkeypatch.chdir(folder)
    with pytest.raises(ImageError, match="a text, not a JPEG") as caught:
        pool.load_image("notes.txt")
    assert caught.value.path == "notes.txt"


def test_current_folder_may_change_while_a_process_runs(folder, pool, monkeypatch):
    assert pool.load_image(folder / "b.png").size == (8, 6)
    monkeypatch.chdir(folder)
    assert pool.load_image("b.png").size == (8, 6)


@POSIX
def test_undecodable_name_is_read(tmp_path, pool):
    try:
        (tmp_path / os.fsdecode(b"a\xff\n.png")).write_bytes((REPOSITORY / "data" / "messy" / "one_bit.png").read_bytes())
    except OSError:
        pytest.skip("this file system has no such names")
    assert pool.load_image(os.path.join(tmp_path, os.fsdecode(b"a\xff\n.png"))).size == (8, 8)


def test_slow_picture_costs_itself_only(tmp_path, folder):
    slow_picture(tmp_path / "slow.png")
    with ReaderPool(1, timeout=0.1) as pool:
        pool.timeout = 20
        pool.load_image(folder / "b.png")
        pool.timeout = 0.1
        with pytest.raises(ImageError, match=r"slow\.png: it took longer than 0\.1 s"):
            pool.load_image(tmp_path / "slow.png")
        pool.timeout = 20
        assert pool.load_image(folder / "b.png").size == (8, 6)


@POSIX
def test_killed_process_costs_its_picture_only(tmp_path, folder, pool):
    slow_picture(tmp_path / "slow.png")
    pool.load_image(folder / "b.png")
    [reader] = readers()
    threading.Timer(0.05, reader.send_signal, [signal.SIGKILL]).start()
    with pytest.raises(ImageError, match=r"did not survive \(SIGKILL\)"):
        pool.load_image(tmp_path / "slow.png")
    assert pool.load_image(folder / "b.png").size == (8, 6)


def test_process_killed_while_idle_costs_nothing(folder, pool):
    pool.load_image(folder / "b.png")
    [reader] = readers()
    reader.kill()
    reader.wait(10)
    assert pool.load_image(folder / "b.png").size == (8, 6)


@LINUX
def test_machine_that_allows_less_memory_than_the_limit_reads_too():
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_DATA, (390_000_000, 390_000_000))\n"
        "from imsearch_helpers.reader_pool import ReaderPool\n"
        "with ReaderPool(1, memory_limit=400_000_000) as pool: print(pool.load_image('data/messy/turned_6.jpg').size)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert ended.stdout == "(48, 32)\n", ended.stderr


@LINUX
def test_memory_limit_is_enforced(tmp_path):
    path = slow_picture(tmp_path / "large.png")
    with ReaderPool(1, timeout=20, memory_limit=100_000_000) as pool, pytest.raises(ImageError):
        pool.load_image(path)
    with ReaderPool(1, timeout=20) as pool:
        assert pool.load_image(path).size == (8000, 5000)


@LINUX
def test_memory_of_a_process_stays_below_400_megabytes_at_the_budget(tmp_path):
    Image.new("RGBA", (8000, 5100)).save(tmp_path / "large.png", compress_level=1)
    with ReaderPool(1, timeout=60) as pool:
        pool.load_image(tmp_path / "large.png")
        [reader] = readers()
        status = open(f"/proc/{reader.pid}/status", encoding="ascii").read()
    assert int(status.split("VmHWM:")[1].split()[0]) < 400_000


def test_close_ends_every_process(folder):
    pool = ReaderPool(2)
    pool.load_image(folder / "b.png")
    assert readers()
    pool.close()
    assert not readers()


def test_pool_that_is_forgotten_ends_its_processes(folder):
    pool = ReaderPool(1)
    pool.load_image(folder / "b.png")
    [reader] = readers()
    del pool
    reader.wait(10)  # raises where it goes on


def test_process_that_cannot_start_is_said_so(folder, monkeypatch):
    monkeypatch.setattr(reader_pool, "BOOT", "raise SystemExit(3)")
    with ReaderPool(1) as pool, pytest.raises(RuntimeError, match="cannot be started; it ended with 3"):
        pool.load_image(folder / "b.png")


def test_works_from_a_script_without_main_guard(folder, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nfrom imsearch_helpers import ReaderPool\n"
        "print(ReaderPool(1).load_image(sys.argv[1]).size)\n", encoding="utf-8",
    )  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, script, folder / "b.png"], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("(8, 6)\n", "")


@LINUX
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_or_killed_run_leaves_no_processes(folder, how):
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    run = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, folder], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    run.stdout.readline()
    children = psutil.Process(run.pid).children()
    run.send_signal(how)
    _, said = run.communicate(timeout=30)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert children and not alive
    assert how != signal.SIGINT or b"KeyboardInterrupt" in said


def test_engine_indexes_through_a_pool_as_without(folder):
    plain = ImageSearchEngine(folder, "pixels").index_images()
    with ReaderPool(2) as pool:
        through = ImageSearchEngine(folder, "pixels").index_images(pool)
    assert np.array_equal(plain.image_vectors, through.image_vectors) and plain.image_paths == through.image_paths


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if not hasattr(method, "batch")])
def test_vectors_made_in_the_processes_are_those_made_here(folder, pool, method):
    paths = find_images(folder)
    for path, (vector, repairs) in zip(paths, pool.read_vectors(paths, method), strict=True):
        assert vector.dtype == np.float32 and np.array_equal(vector, METHODS[method](path)) and repairs == ()


def test_repairs_and_reasons_come_along_with_vectors(pool):
    messy = REPOSITORY / "data" / "messy"
    paths = [str(messy / name) for name in ("no_end.png", "empty.jpg", "one_bit.png")]
    (_, repairs), error, (vector, none) = pool.read_vectors(paths, "pixels")
    assert "missing end marker" in repairs[0] and none == () and vector.shape == (4096,)
    assert isinstance(error, ImageError) and (error.path, error.reason) == (paths[1], "the file is empty")


def test_slow_picture_in_a_row_costs_itself_only(tmp_path, folder):
    slow = very_slow_picture(tmp_path / "slow.bmp")
    with ReaderPool(1, timeout=1) as pool:
        answers = pool.read_vectors([str(folder / "b.png"), str(slow), str(folder / "c.bmp")], "histogram")
    assert [isinstance(answer, ImageError) for answer in answers] == [False, True, False]
    assert answers[1].reason == "it took longer than 1 s"
    assert np.array_equal(answers[0][0], METHODS["histogram"](folder / "b.png"))


@POSIX
def test_process_killed_in_a_row_costs_one_picture_only(tmp_path, folder, pool):
    slow = very_slow_picture(tmp_path / "slow.bmp")
    pool.load_image(folder / "b.png")
    [reader] = readers()
    threading.Timer(0.05, reader.send_signal, [signal.SIGKILL]).start()
    first, second = pool.read_vectors([str(slow), str(folder / "b.png")], "histogram")
    assert first.reason == "the process that read it did not survive (SIGKILL)" and np.array_equal(second[0], METHODS["histogram"](folder / "b.png"))


def test_closing_ends_a_row_that_has_begun(tmp_path, folder):
    slow = very_slow_picture(tmp_path / "slow.bmp")
    with ReaderPool(1) as pool:
        pool.load_image(folder / "b.png")
        threading.Timer(0.05, pool.close).start()
        first, second = pool.read_vectors([str(slow), str(folder / "b.png")], "histogram")
        assert "did not survive" in first.reason and second.reason == "the readers were closed before it was its turn"
        assert not readers()


@pytest.mark.parametrize("answer", [
    "", "\n", "[]\n", "{}\n", "nonsense\n", '{"n_dims": 999999, "repairs": []}\n', '{"n_dims": -1, "repairs": []}\n',
    '{"n_dims": 1e99, "repairs": []}\n', '{"n_dims": "x", "repairs": []}\n', '{"n_dims": 1}\nABCD', "x" * 1000,
    '{"width": 100000, "height": 100000, "repairs": []}\n', '{"width": -1, "height": -1, "repairs": []}\n',
])  # fmt: skip
def test_whatever_a_process_answers_it_is_an_error_of_that_picture(monkeypatch, folder, answer):
    lies = f"import sys; sys.stdin.readline(); print('{{}}', flush=True); sys.stdin.readline(); sys.stdout.write({answer!r} * 2000)"
    monkeypatch.setattr(reader_pool, "BOOT", lies)
    with ReaderPool(1) as pool:
        [error] = pool.read_vectors([str(folder / "b.png")], "histogram")
        assert isinstance(error, ImageError) and "did not survive" in error.reason
        with pytest.raises(ImageError, match="did not survive"):
            pool.load_image(folder / "b.png")


def test_large_picture_arrives_whole(tmp_path, pool):
    picture = Image.effect_noise((3000, 1100), 80).convert("RGB")  # several bands
    picture.save(tmp_path / "p.png", compress_level=1)
    assert np.array_equal(pool.load_image(tmp_path / "p.png"), picture)


def test_as_many_readers_as_cores_and_memory_allow(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(64)), raising=False)
    assert ReaderPool(memory_limit=None).n_readers == 64
    assert ReaderPool(3, memory_limit=10**15).n_readers == 3
    if sys.platform.startswith("linux"):
        assert ReaderPool(memory_limit=10**15).n_readers == 1
        assert ReaderPool(memory_limit=4 * 10**8).n_readers <= psutil.virtual_memory().total // (4 * 10**8)


@POSIX
def test_by_default_a_picture_that_kills_its_reader_costs_itself_only(folder):
    slow_picture(folder / "slow.png")

    def kill_the_slow_one():
        at_it = lambda reader: any("slow.png" in file.path for file in reader.open_files())  # noqa: E731
        while not (found := [reader for reader in readers() if at_it(reader)]):
            time.sleep(0.01)
        found[0].kill()

    threading.Thread(target=kill_the_slow_one, daemon=True).start()
    engine = ImageSearchEngine(folder).index_images()
    assert len(engine.image_paths) == 6 and not readers()
    assert engine.failed_images == [(str(folder / "slow.png"), "the process that read it did not survive (SIGKILL)")]


def test_where_no_process_can_start_threads_do_it_and_say_so(folder, monkeypatch):
    plain = ImageSearchEngine(folder).index_images("threads")
    monkeypatch.setattr(reader_pool, "BOOT", "raise SystemExit(3)")
    with pytest.warns(UserWarning, match="cannot be started; it ended with 3. Pictures are read in this process, which gives none"):
        engine = ImageSearchEngine(folder).index_images()
    assert np.array_equal(engine.image_vectors, plain.image_vectors)


def test_where_not_even_threads_can_start_one_picture_is_read_after_another(folder, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    plain = ImageSearchEngine(folder).index_images("threads")
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.warns(UserWarning, match="can't start new thread. Pictures are read in this process"):
        engine = ImageSearchEngine(folder).index_images()
    assert np.array_equal(engine.image_vectors, plain.image_vectors)


def test_function_of_one_s_own_runs_here(folder):
    seen = []

    def method(picture):
        seen.append(os.getpid())
        return [picture.width, 1]

    with ReaderPool(2) as pool:
        engine = ImageSearchEngine(folder, method).index_images(pool)
    assert set(seen) == {os.getpid()} and engine.image_vectors.tolist() == [[8, 1]] * 6


def test_picture_of_an_interrupted_call_is_not_taken_for_the_next(folder, pool, monkeypatch):
    def stop(*anything):
        raise KeyboardInterrupt

    pool.load_image(folder / "b.png")
    with monkeypatch.context() as context:
        context.setattr(reader_pool.json, "loads", stop)
        with pytest.raises(KeyboardInterrupt):
            pool.load_image(folder / "c.bmp")
    assert np.array_equal(pool.load_image(folder / "d.webp"), load_image(folder / "d.webp"))


def test_path_must_be_a_path(pool):
    with pytest.raises(TypeError, match="path must be a path, not bytes"):
        pool.load_image(b"x")


@pytest.mark.parametrize(("setting", "said"), [
    ({"n_readers": 0}, "n_readers must be at least 1, not 0"),
    ({"n_readers": 1.5}, r"n_readers must be a whole number of at least 1, not 1\.5"),
    ({"n_readers": "2"}, "n_readers must be a whole number of at least 1, not '2'"),
    ({"timeout": float("inf")}, "timeout must be a finite number above 0, not inf"),
    ({"timeout": float("nan")}, "timeout must be a finite number above 0, not nan"),
    ({"timeout": None}, "timeout must be a finite number above 0, not None"),
    ({"max_pixels": -1}, "max_pixels must be a finite number above 0, not -1"),
    ({"max_bytes": "1"}, "max_bytes must be a finite number above 0, not '1'"),
    ({"memory_limit": 0}, "memory_limit must be a finite number above 0, not 0"),
])  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_by_its_name_and_value(setting, said):
    with pytest.raises((TypeError, ValueError), match=f"^{said}$"):
        ReaderPool(**setting)


def test_time_that_a_method_takes_to_load_is_not_the_first_picture_s(folder, monkeypatch):
    slow_to_load = """
import sys, time
sys.path[:] = sys.argv[1:]
from types import SimpleNamespace
from imsearch_helpers.reader import serve

class Methods(dict):
    def __getitem__(self, name):
        import numpy
        time.sleep(1.5)
        return super().__getitem__(name)

serve(SimpleNamespace(METHODS=Methods(pixels=lambda picture: [1.0])))
"""
    monkeypatch.setattr(reader_pool, "BOOT", slow_to_load)
    with ReaderPool(1, timeout=1) as pool:
        ((vector, _),) = pool.read_vectors([str(folder / "b.png")], "pixels")
    assert vector == [1.0]
