"""Messy files side by side: what is said about each reader is what it does, and hostile words stay words."""

import io
import os
import shutil
import struct
import subprocess
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from imsearch_helpers import plots
from imsearch_helpers.plots import figure_html, lesson_06
from tests.unit.making import chunk


def words_of(path):
    return [seen.words for seen in plots.three_readings(path).values()]


@pytest.fixture
def plain(tmp_path):
    Image.new("RGB", (6, 4), "red").save(tmp_path / "plain.png")
    return tmp_path / "plain.png"


def test_a_sound_file_is_the_same_for_all(plain):
    assert words_of(plain) == ["RGB, 6 x 4", "✓ the same as ours", "kept"]


def test_a_turned_file_is_another_picture(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (6, 4), "red").save(tmp_path / "turned.png", exif=exif)
    assert words_of(tmp_path / "turned.png") == ["RGB, 6 x 4, orientation 6", "✗ another picture", "kept"]
    assert plots.three_readings(tmp_path / "turned.png")["as ours does"].picture.size == (4, 6)


def test_clear_pixels_are_stored_chequered_seen_black_and_laid_on_white(tmp_path):
    Image.new("RGBA", (24, 24), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    stored, naive, ours = plots.three_readings(tmp_path / "clear.png").values()
    assert stored.words == "RGB and alpha, 24 x 24, partly transparent"
    assert sorted(np.unique(np.asarray(stored.picture))) == [170, 230]
    assert naive.picture.getpixel((0, 0)) == (0, 0, 0) and ours.picture.getpixel((0, 0)) == (255, 255, 255)


def test_sixteen_bit_grey_is_scaled_as_stored_and_white_to_the_naive(tmp_path):
    Image.fromarray(np.full((4, 4), 257 * 100, dtype=np.uint16)).save(tmp_path / "deep.png")
    stored, naive, ours = plots.three_readings(tmp_path / "deep.png").values()
    assert [seen.picture.getpixel((0, 0))[0] for seen in (stored, naive, ours)] == [100, 255, 100]


def test_no_picture_is_shown_by_its_first_bytes_and_reasons_without_a_path(tmp_path):
    (tmp_path / "page.jpg").write_bytes(b"<!DOCTYPE html>\n\xff" + bytes(100))
    stored, naive, ours = words_of(tmp_path / "page.jpg")
    assert stored.startswith("117 bytes, beginning <!DOCTYPE html>···")
    assert naive == "✗ UnidentifiedImageError: cannot identify image file"
    assert ours.startswith("rejected: an HTML page")


def test_an_empty_file_begins_with_nothing(tmp_path):
    (tmp_path / "empty.jpg").touch()
    assert words_of(tmp_path / "empty.jpg")[0] == "0 bytes"


def test_what_only_the_naive_reader_takes_is_called_so(plain, tmp_path):
    Image.open(plain).save(tmp_path / "brush.jpg", "pcx")
    assert words_of(tmp_path / "brush.jpg")[1] == "✗ taken for a picture"


def test_a_tiff_is_read_as_well(plain, tmp_path):
    Image.open(plain).save(tmp_path / "scan.jpg", "tiff")
    assert words_of(tmp_path / "scan.jpg")[1:] == ["✓ the same as ours", "kept"]


def test_a_repair_is_named(plain):
    plain.write_bytes(plain.read_bytes()[:-12])  # the end marker of a PNG
    assert words_of(plain)[2] == "repaired: missing end marker put in"


def test_figure_has_a_row_for_each_file_and_says_it_all(plain, tmp_path):
    (tmp_path / "page.jpg").write_bytes(b"<html>")
    figure = plots.show_readings([plain, tmp_path / "page.jpg"])
    assert len(figure.axes) == 6 and figure.get_size_inches()[0] <= 10
    assert [axes.get_title() for axes in figure.axes[:3]] == [
        "as it is stored",
        "as a naive reader sees it",
        "as ours does",
    ]
    assert "plain.png: as it is stored: RGB, 6 x 4" in figure.alt and "rejected: an HTML page" in figure.alt
    assert str(tmp_path) not in figure.alt


def test_files_of_one_name_in_two_folders_both_have_their_row(plain, tmp_path):
    (tmp_path / "sub").mkdir()
    Image.new("RGB", (9, 9)).save(tmp_path / "sub" / "plain.png")
    figure = plots.show_readings([plain, tmp_path / "sub" / "plain.png"])
    assert all(axes.images for axes in figure.axes) and "6 x 4" in figure.alt and "9 x 9" in figure.alt


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_a_name_of_controls_or_of_a_script_that_the_font_lacks_is_drawn_without_a_warning(plain, tmp_path):
    paths = [shutil.copy(plain, tmp_path / name) for name in ("a\x1b[2Jb.png", "\u732b.png", "$x^$.png")]
    figure = plots.show_readings(paths)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO())
        assert figure_html(figure)
    assert "a\\x1b[2Jb.png" in figure.alt and "\u732b.png" in figure.alt


def test_html_of_a_hostile_file_is_escaped(tmp_path):
    (tmp_path / "page.jpg").write_bytes(b'"><script>alert(1)</script>')
    shown = plots.readings_html(tmp_path / "page.jpg")
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    assert shown.count("<img ") == 3


@pytest.mark.parametrize("size", [(1, 1), (4000, 8), (8, 4000), (300, 200)])
def test_any_shape_fits_into_the_square(tmp_path, size):
    Image.new("RGB", size, "red").save(tmp_path / "red.png")
    pixels = plots.show_readings([tmp_path / "red.png"]).axes[0].images[0].get_array()
    assert pixels.shape == (plots.SEEN_SIDE, plots.SEEN_SIDE, 3)
    assert (pixels == (255, 0, 0)).all(axis=-1).any()


def test_a_bomb_is_not_unfolded(tmp_path):
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + header + bytes(4))
    assert [seen.picture for seen in plots.three_readings(tmp_path / "bomb.png").values()] == [None] * 3


def test_the_naive_reader_starts_no_program(tmp_path, monkeypatch):
    Image.new("RGB", (3, 2)).save(tmp_path / "drawing.eps")
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("Ghostscript was called"))
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", "gs")
    assert [seen.picture for seen in plots.three_readings(tmp_path / "drawing.eps").values()] == [None] * 3


def test_the_naive_reader_is_given_no_more_pixels_than_ours(tmp_path):
    Image.new("1", (10_000, 5_001)).save(tmp_path / "large.png")
    stored, naive, ours = plots.three_readings(tmp_path / "large.png").values()
    assert stored.picture is naive.picture is ours.picture is None and "more than 50,000,000 pixels" in naive.words


def test_a_png_with_a_palette_and_no_colours_in_it_is_said_in_words(tmp_path):
    header, pixels = struct.pack(">IIBBBBB", 1, 1, 8, 3, 0, 0, 0), zlib.compress(bytes(2))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    (tmp_path / "bare.png").write_bytes(b"\x89PNG\r\n\x1a\n" + parts)
    stored, naive, ours = plots.three_readings(tmp_path / "bare.png").values()
    assert stored.words.startswith("67 bytes, beginning ·PNG") and "palette is missing" in ours.words


@pytest.mark.parametrize("late", [b"tRNS", b"PLTE"])
def test_a_palette_that_pillow_stumbles_over_is_shown_as_bytes(tmp_path, late):
    # Pillow opens both, and then raises an AssertionError or a ValueError when it is asked about transparency.
    palette = chunk(b"PLTE", bytes(range(6))) + chunk(b"tRNS", bytes(300))
    start = b"\x89PNG\r\n\x1a\n" + (palette if late == b"PLTE" else b"")
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 3, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0\1")) + chunk(b"IEND", b"")
    (tmp_path / "odd.png").write_bytes(start + header + (palette if late == b"tRNS" else b"") + pixels)
    stored = plots.three_readings(tmp_path / "odd.png")["as it is stored"]
    assert stored.picture is None and "bytes, beginning ·PNG" in stored.words


def test_a_file_that_cannot_be_opened_is_said_in_words(tmp_path):
    assert words_of(tmp_path / "gone.jpg")[0].startswith("not to be opened: ")


def test_readings_of_no_file_are_refused():
    with pytest.raises(ValueError, match="paths is empty"):
        plots.show_readings([])


# One byte changed


@pytest.fixture
def stripes(tmp_path):
    """A JPEG of 64 x 64 pixels: eight rows of blocks, each of them of another grey, with noise."""
    noise = np.random.default_rng(0).integers(0, 60, (64, 64, 3))
    pixels = np.uint8(noise + np.repeat(np.arange(8) * 20, 8)[:, None, None])
    Image.fromarray(pixels).save(tmp_path / "stripes.jpg", quality=90, subsampling=0)
    return tmp_path / "stripes.jpg"


def n_wrong(seen):
    return int(seen.words.removeprefix("kept: ").split(" of 4,096")[0].replace(",", ""))


def test_one_byte_of_the_png_is_noticed_wherever_it_lies(stripes):
    for percent in (0, 1, 50, 99, 100):
        seen = plots.damaged_twins(stripes, percent)["PNG"]
        assert seen.picture is None and seen.words.startswith("rejected: damaged or incomplete picture")


def test_damage_to_a_jpeg_is_decoded_and_counted_and_leaves_the_rows_above_as_they_were(stripes):
    good = np.asarray(Image.open(stripes)).astype(int)
    for percent in (20, 50, 80):
        seen = plots.damaged_twins(stripes, percent)["JPEG"]
        off = np.abs(np.asarray(seen.picture) - good).max(axis=-1)
        assert n_wrong(seen) == np.count_nonzero(off > plots.VISIBLE)
        assert not off[: int(64 * (percent - 10) / 100)].any() and off.any()


def test_the_file_itself_stays_as_it_is(stripes):
    before = stripes.read_bytes()
    plots.damaged_twins(stripes, 50)
    assert stripes.read_bytes() == before


def test_the_bytes_between_header_and_end_are_the_pixels_data(stripes, monkeypatch):
    seen = []
    monkeypatch.setattr(lesson_06, "_as_ours", lambda content: seen.append(content) or plots.Seen("", None))
    for percent in (0, 100):
        plots.damaged_twins(stripes, percent)
    jpeg = stripes.read_bytes()
    places = [next(i for i, (a, b) in enumerate(zip(content, jpeg)) if a != b) for content in seen[::2]]
    assert jpeg[places[0] - 14 : places[0] - 10] == b"\xff\xda\0\x0c"  # the header of a scan of three channels: 2 + 12 bytes
    assert jpeg[places[1] + 1 :] == b"\xff\xd9"
    assert [len(content) for content in seen[::2]] == [len(jpeg)] * 2


def test_figure_of_damage_has_two_rows_and_says_it_all(stripes):
    figure = plots.show_damage(stripes, [10, 50, 90])
    assert len(figure.axes) == 6 and figure.get_size_inches()[0] <= 10
    assert "byte at 50 %: JPEG: kept: " in figure.alt and figure.alt.count("PNG: rejected") == 3


def test_html_of_damage_shows_both_and_their_words(stripes):
    shown = plots.damage_html(stripes, 50)
    assert shown.count("<img ") == 2 and all(seen.words in shown for seen in plots.damaged_twins(stripes, 50).values())


def test_bars_of_readers_count_every_file():
    counts = {
        "naive": {"right": 3, "wrong picture": 2, "good one refused": 0, "bad one taken": 1},
        "ours": {"right": 6, "wrong picture": 0, "good one refused": 0, "bad one taken": 0},
    }
    figure = plots.show_readers(counts, "All right in the end")
    assert figure.axes[0].get_xlim() == (0, 6)
    assert [text.get_text() for text in figure.axes[0].texts] == ["3", "6", "2", "1"]
    assert "naive: right 3, wrong picture 2, bad one taken 1. ours: right 6." in figure.alt
