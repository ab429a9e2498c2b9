"""The processes that read pictures and can be killed."""

import os
import signal
import subprocess
import sys
import threading

import numpy as np
import psutil
import pytest
from PIL import Image

from imsearch_helpers import reader_pool
from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.images import ImageError, find_images, load_image
from imsearch_helpers.reader_pool import ReaderPool
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
    return [child for child in psutil.Process().children() if any("reader_pool" in word for word in child.cmdline())]


def slow_picture(path):
    """About a second of work for a decoder: 40 megapixels."""
    Image.new("L", (8000, 5000), 9).save(path, compress_level=1)
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
