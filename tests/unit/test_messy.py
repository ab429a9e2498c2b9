import csv
import os
import socket

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imsearch_helpers import indexing
from imsearch_helpers.folders import find_images
from imsearch_helpers.messy import ImportReport, ReportRow, RobustImageProcessor
from imsearch_helpers.reader_pool import ReaderPool
from imsearch_helpers.vectors import image_to_histogram, image_to_vector_simple
from tests import REPOSITORY

MESSY = REPOSITORY / "data" / "messy"
NASTY = ["=1+1.png", "-1.png", "@x.png", "two\nlines.png", "<b>bold.png", 'quo"te,.png', "tab\t.png", "\x1b[31mred.png",
         "\u202egnp.exe.png", "a" * 251 + ".png"]  # fmt: skip


@pytest.fixture(scope="module")
def processor():
    return RobustImageProcessor(target_size=(4, 3))


def test_vector_is_the_grey_pixels_row_by_row(folder, processor):
    vector = processor.process_image(folder / "b.png")
    assert vector.dtype == np.float32 and np.array_equal(vector, image_to_vector_simple(folder / "b.png", (4, 3)))


def test_unreadable_picture_is_none_and_in_the_list_once(folder):
    processor = RobustImageProcessor()
    for _ in range(2):
        assert processor.process_image(folder / "notes.txt") is None
    assert processor.failed_images == [(str(folder / "notes.txt"), "a text, not a JPEG, PNG, GIF, BMP, WebP, TIFF or AVIF picture")]


def test_directory_gives_vectors_and_paths_in_step(folder):
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    processor = RobustImageProcessor(target_size=(4, 3))
    vectors, valid = processor.process_directory(folder)
    assert vectors.shape == (6, 12) and [path for path, _ in processor.failed_images] == [str(folder / "broken.jpg")]
    for path, vector in zip(valid, vectors, strict=True):
        assert np.array_equal(vector, image_to_vector_simple(path, (4, 3)))


def test_second_folder_replaces_the_first(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "x.jpg").write_bytes(b"")
    processor = RobustImageProcessor()
    processor.process_directory(folder)
    vectors, valid = processor.process_directory(tmp_path / "empty")
    assert vectors.shape == (0, 0) and valid == [] and len(processor.report.rows) == 1


def test_folder_that_is_missing_is_said_so(tmp_path, processor):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        processor.process_directory(tmp_path / "gone")


@pytest.mark.parametrize("method", ["histogram", image_to_histogram])
def test_method_by_name_or_function(folder, method):
    assert np.array_equal(RobustImageProcessor(method=method).process_image(folder / "b.png"), image_to_histogram(folder / "b.png"))


def test_unknown_method_lists_the_known():
    with pytest.raises(ValueError, match="method must be one of pixels, histogram"):
        RobustImageProcessor(method="magic")


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        (lambda picture: 1 / 0, "method failed on it (ZeroDivisionError: division by zero)"),
        (lambda picture: [np.nan], "method did not return a vector of finite numbers"),
        (lambda picture: [[1]], "method did not return a vector of finite numbers"),
    ],
)
def test_method_that_fails_costs_its_picture_only(folder, method, reason):
    processor = RobustImageProcessor(method=method)
    assert processor.process_image(folder / "b.png") is None
    assert processor.failed_images[0][1] == reason


def test_vector_of_another_length_is_rejected(tmp_path):
    for name, width in (("a.png", 2), ("b.png", 3), ("c.png", 2)):
        Image.new("RGB", (width, 1)).save(tmp_path / name)
    processor = RobustImageProcessor(method=lambda picture: np.ones(picture.width))
    vectors, valid = processor.process_directory(tmp_path)
    assert vectors.shape == (2, 2) and [os.path.basename(path) for path in valid] == ["a.png", "c.png"]
    assert processor.failed_images[0][1] == "method returned 3 numbers, and 2 for the pictures before"


def test_long_picture_is_cropped_around_its_centre_only_when_asked(tmp_path):
    pixels = np.zeros((10, 100), np.uint8)
    pixels[:, 35:65] = 255
    Image.fromarray(pixels).save(tmp_path / "long.png")
    assert RobustImageProcessor((1, 1), max_ratio=3).process_image(tmp_path / "long.png") == pytest.approx(1)
    assert RobustImageProcessor((1, 1)).process_image(tmp_path / "long.png") == pytest.approx(0.3, abs=0.1)


@pytest.mark.parametrize(("size", "cropped"), [((30, 10), (30, 10)), ((31, 10), (30, 10)), ((7, 90), (7, 21)), ((1, 50), (1, 3))])
def test_crop_rule(tmp_path, size, cropped):
    Image.new("RGB", size).save(tmp_path / "p.png")
    assert tuple(RobustImageProcessor(max_ratio=3, method=lambda picture: picture.size).process_image(tmp_path / "p.png")) == cropped


def test_extreme_shapes_are_read(tmp_path, processor):
    for name, size in (("wide.png", (10_000, 20)), ("line.png", (1, 3000)), ("dot.png", (1, 1))):
        Image.new("RGB", size, (255, 255, 255)).save(tmp_path / name)
        assert processor.process_image(tmp_path / name).tolist() == [1.0] * 12


def test_budgets_are_handed_on(tmp_path):
    Image.new("RGB", (50, 40)).save(tmp_path / "p.png")
    for budget in ({"max_pixels": 1999}, {"max_bytes": 7999}):
        processor = RobustImageProcessor(**budget)
        assert processor.process_image(tmp_path / "p.png") is None
        assert "more than max_" in processor.failed_images[0][1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_regular_file_is_reported_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "gone.jpg")
    (tmp_path / "circle.jpg").symlink_to(tmp_path / "circle.jpg")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "device.jpg").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(tmp_path)  # the name of a socket must be short
        try:
            listener.bind("socket.jpg")
        finally:
            os.chdir(here)
        processor = RobustImageProcessor()
        _, valid = processor.process_directory(tmp_path)
    assert valid == [] and [os.path.basename(path) for path, _ in processor.failed_images] == [
        "circle.jpg", "dangling.jpg", "device.jpg", "pipe.jpg", "socket.jpg"]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from([path.name for path in sorted(MESSY.iterdir())]), st.booleans()), min_size=1, max_size=6))
def test_every_path_is_in_exactly_one_list(tmp_path_factory, picks):
    folder = tmp_path_factory.mktemp("folder")
    for place, (name, below) in enumerate(picks):
        target = folder / ("sub" if below else "") / f"{place}{name}"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((MESSY / name).read_bytes())
    processor = RobustImageProcessor((2, 2))
    vectors, valid = processor.process_directory(folder)
    failed = [path for path, _ in processor.failed_images]
    assert len(vectors) == len(valid) and sorted(valid + failed) == find_images(folder)
    assert [row.path for row in processor.report.rows] == find_images(folder)


# The report


@pytest.fixture
def nasty_folder(tmp_path):
    for name in NASTY:
        try:
            (tmp_path / name).write_bytes(b"")
        except OSError:
            continue
    if not list(tmp_path.iterdir()):
        pytest.skip("this file system has no such names")
    return tmp_path


def test_csv_is_safe_and_has_a_row_for_every_file(nasty_folder, tmp_path_factory):
    processor = RobustImageProcessor()
    processor.process_directory(nasty_folder)
    path = tmp_path_factory.mktemp("report") / "report.csv"
    processor.report.to_csv(path)
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["file", "outcome", "reason"] and len(rows) == len(list(nasty_folder.iterdir()))
    for name, outcome, reason in rows:
        assert name.isprintable() and name[0] not in "=+-@" and (outcome, reason) == ("rejected", "the file is empty")


def test_html_is_escaped(nasty_folder):
    processor = RobustImageProcessor()
    processor.process_directory(nasty_folder)
    shown = processor.report._repr_html_()
    assert "<b>" not in shown and "&lt;b&gt;" in shown and "\x1b" not in shown and "\u202e" not in shown


def test_formula_in_a_csv_becomes_a_text(tmp_path):
    ImportReport([ReportRow("=1+1", "rejected", " @SUM(A1)")]).to_csv(tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_text(encoding="utf-8").splitlines()[1] == "'=1+1,rejected,' @SUM(A1)"


def test_long_report_shows_what_was_not_kept_and_says_what_it_leaves_out():
    rows = [ReportRow(f"{number:03}.jpg", "kept", "") for number in range(150)] + [ReportRow("x.jpg", "repaired", "end")]
    report = ImportReport(rows)
    assert str(report) == "151 files: 150 kept, 1 repaired, 0 rejected"
    assert "x.jpg" in report._repr_html_() and "000.jpg" not in report._repr_html_()
    assert "150 more rows" in report._repr_html_() and len(report.where("kept")) == 150


@pytest.mark.parametrize(
    ("setting", "value"),
    [("target_size", (0, 1)), ("timeout", -1), ("timeout", "5"), ("memory_limit", 0), ("max_pixels", 0), ("max_bytes", None), ("max_ratio", "a"), ("max_ratio", 0.5)],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(setting, value):
    with pytest.raises(ValueError, match=f"^{setting} must be"):
        RobustImageProcessor(**{setting: value})


def test_in_a_browser_pictures_are_read_here_within_the_budgets_and_a_warning_says_so(folder, monkeypatch):
    expected = RobustImageProcessor().process_directory(folder)
    monkeypatch.setattr(indexing, "IN_BROWSER", True)
    monkeypatch.setattr(ReaderPool, "_watch", lambda pool: pytest.fail("a process would be started"))
    with pytest.warns(UserWarning, match="no processes that can be killed"):
        vectors, paths = RobustImageProcessor().process_directory(folder)
    assert paths == expected[1] and np.array_equal(vectors, expected[0])
    small = RobustImageProcessor(max_pixels=1)
    with pytest.warns(UserWarning):
        assert small.process_image(paths[0]) is None
    assert "pixels" in small.failed_images[0][1]
