import gc
import io
import os
import pickle
import struct
import threading
import tracemalloc
import unicodedata
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from imsearch_helpers import images
from imsearch_helpers.checks import printable
from imsearch_helpers.folders import find_images
from imsearch_helpers.headers import orientation_in
from imsearch_helpers.images import ImageError, load_image, read_image
from imsearch_helpers.vectors import image_to_vector_simple
from tests.unit.making import chunk, grey16, png, saved

STORED = np.random.default_rng(1).integers(0, 256, (3, 2, 3), dtype=np.uint8).repeat(16, axis=0).repeat(16, axis=1)
UPRIGHT = {  # EXIF 2.3, tag Orientation, written out by hand
    1: STORED,
    2: STORED[:, ::-1],
    3: STORED[::-1, ::-1],
    4: STORED[::-1],
    5: STORED.swapaxes(0, 1),
    6: STORED[::-1].swapaxes(0, 1),
    7: STORED[::-1, ::-1].swapaxes(0, 1),
    8: STORED[:, ::-1].swapaxes(0, 1),
}
SAVED = {"jpg": {"quality": 100, "subsampling": 0}, "png": {}, "webp": {"lossless": True}}
AWKWARD_NAMES = [
    "it's.png",
    'double"quote.png',
    "two\nlines.png",
    "back\\slash.png",
    "köttbullar 🍎.png",
    "<img src=x onerror=alert(1)>.png",
    "%d {0} ${HOME} #.png",
    "-rf.png",
    "a" * 200 + ".png",
]


def pixels(image, **options):
    return np.asarray(load_image(image, **options)).tolist()


def one_pixel(mode, colour, suffix="png", **options):
    file = io.BytesIO()
    Image.new(mode, (1, 1), colour).save(file, suffix, **options)
    return file.getvalue()


# Upright


@pytest.mark.parametrize("suffix", SAVED)
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_orientation_tag_is_applied(tmp_path, orientation, suffix):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"photo.{suffix}"
    Image.fromarray(STORED).save(path, exif=exif, **SAVED[suffix])
    found = np.asarray(load_image(path), dtype=int)
    assert found.shape == UPRIGHT[orientation].shape
    assert np.abs(found - UPRIGHT[orientation]).max() <= (4 if suffix == "jpg" else 0)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_orientation_agrees_with_pillow_and_is_not_applied_twice(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.fromarray(STORED).save(file, "png", exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(file)))
    once = load_image(file.getvalue())
    assert np.array_equal(once, expected) and np.array_equal(load_image(once), expected)


def test_nonsense_orientation_leaves_the_picture_as_it_is():
    exif = Image.Exif()
    exif[0x0112] = 99
    assert pixels(one_pixel("RGB", (1, 2, 3), exif=exif)) == [[[1, 2, 3]]]


# Transparency on white


@pytest.mark.parametrize(
    ("mode", "colour", "on_white"),
    [
        ("RGBA", (10, 20, 30, 255), [10, 20, 30]),
        ("RGBA", (10, 20, 30, 0), [255, 255, 255]),
        ("RGBA", (0, 100, 255, 51), [204, 224, 255]),  # a fifth of the colour, four fifths of white
        ("LA", (0, 51), [204, 204, 204]),
        ("LA", (7, 255), [7, 7, 7]),
    ],
)
@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_alpha_is_laid_on_white(mode, colour, on_white, suffix):
    options = {"lossless": True, "exact": True} if suffix == "webp" else {}
    assert np.abs(np.subtract(pixels(one_pixel(mode, colour, suffix, **options)), on_white)).max() <= 1


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (png(2, 1, 8, 3, [bytes([0, 1])], b"\0", bytes([1, 2, 3, 4, 5, 6])), [255, 4]),  # palette, one entry
        (png(2, 1, 8, 3, [bytes([0, 1])], b"\x33\xff", bytes(6)), [204, 0]),  # palette, an alpha for each entry
        (png(2, 1, 8, 0, [bytes([7, 9])], grey16(7)), [255, 9]),
        (png(2, 1, 4, 0, [b"\x1e"], grey16(1)), [255, 14 * 17]),
        (png(2, 1, 2, 0, [b"\x60"], grey16(1)), [255, 2 * 85]),
        (png(2, 1, 1, 0, [b"\x40"], grey16(0)), [255, 255]),
        (png(2, 1, 1, 0, [b"\x40"], grey16(1)), [0, 255]),
        (png(2, 1, 16, 0, [grey16(300, 257)], grey16(300)), [255, 1]),
        (png(2, 1, 8, 2, [bytes([7, 8, 9, 5, 6, 7])], grey16(7, 8, 9)), [255, 5]),
        (png(2, 1, 16, 2, [grey16(256, 512, 768, 1280, 0, 0)], grey16(256, 512, 768)), [255, 5]),
    ],
    ids=["P1", "Pn", "L8", "L4", "L2", "L1 black", "L1 white", "L16", "RGB8", "RGB16"],
)
def test_transparent_colour_of_a_png_is_laid_on_white(file, expected):
    assert [pixel[0] for pixel in pixels(file)[0]] == expected


def test_transparent_gif_is_laid_on_white():
    picture = Image.new("P", (2, 1))
    picture.putpalette([1, 2, 3, 4, 5, 6])
    picture.putpixel((1, 0), 1)
    file = io.BytesIO()
    picture.save(file, "gif", transparency=0)
    assert pixels(file.getvalue()) == [[[255, 255, 255], [4, 5, 6]]]


def test_opened_picture_with_transparency_is_laid_on_white_too():
    assert pixels(Image.new("RGBA", (1, 1), (9, 9, 9, 0))) == [[[255, 255, 255]]]


# Other kinds of pixels


def test_16_bit_grey_is_scaled_not_clipped():
    file = png(5, 1, 16, 0, [grey16(0, 257, 32768, 65534, 65535)])
    assert [pixel[0] for pixel in pixels(file)[0]] == [0, 1, 128, 255, 255]


def test_dark_16_bit_grey_stays_dark():
    assert pixels(png(2, 1, 16, 0, [grey16(0, 200)])) == [[[0, 0, 0], [1, 1, 1]]]


@pytest.mark.parametrize(("mode", "value", "grey"), [("I", 200, 200), ("I", 65535, 255), ("F", 12.6, 13), ("1", 1, 255)])
def test_opened_grey_picture_of_any_depth(mode, value, grey):
    assert pixels(Image.new(mode, (1, 1), value)) == [[[grey] * 3]]


@pytest.mark.parametrize(("ink", "colour"), [((0, 255, 255, 0), (255, 0, 0)), ((0, 0, 0, 255), (0, 0, 0))])
def test_cmyk_jpeg_becomes_its_colour(ink, colour):
    assert np.abs(np.subtract(pixels(one_pixel("CMYK", ink, "jpeg")), colour)).max() <= 3


def test_animated_gif_gives_its_first_frame():
    frames = [Image.new("RGB", (3, 2), colour) for colour in ("red", "lime", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:])
    assert pixels(file.getvalue()) == [[[255, 0, 0]] * 3] * 2


@pytest.mark.parametrize("suffix", ["png", "bmp", "webp", "gif", "jpeg"])
def test_content_decides_not_the_name(tmp_path, suffix):
    (tmp_path / "photo.jpg").write_bytes(one_pixel("RGB", (255, 255, 255), suffix))
    assert pixels(tmp_path / "photo.jpg") == [[[255, 255, 255]]]


@pytest.mark.parametrize(
    ("suffix", "name"),
    [("ico", r"an icon \(ICO\)"), ("pdf", "a PDF document"), ("jpeg2000", "a JPEG 2000 picture"), ("ppm", "a PNM picture")],
)
def test_other_formats_are_refused_by_name_under_any_name(tmp_path, suffix, name):
    (tmp_path / "photo.jpg").write_bytes(one_pixel("RGB", (1, 2, 3), suffix))
    with pytest.raises(ImageError, match=rf"photo\.jpg: {name}, not a JPEG, PNG, GIF, BMP, WebP, TIFF or AVIF picture"):
        load_image(tmp_path / "photo.jpg")


def test_array_and_bytes_and_picture_and_path_give_the_same(tmp_path):
    (tmp_path / "p.png").write_bytes(one_pixel("RGB", (1, 2, 3)))
    forms = [tmp_path / "p.png", str(tmp_path / "p.png"), one_pixel("RGB", (1, 2, 3)), np.uint8([[[1, 2, 3]]])]
    assert all(pixels(form) == [[[1, 2, 3]]] for form in [*forms, Image.new("RGB", (1, 1), (1, 2, 3))])


# What is no picture


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "the file is empty"), (b"hello", "not a JPEG"), (b"\xff\xd8\xff", "damaged"), (b"GIF89a", "damaged")],
)
def test_what_is_no_picture_is_reported_with_its_path(tmp_path, content, reason):
    (tmp_path / "text.jpg").write_bytes(content)
    with pytest.raises(ImageError, match=rf"text\.jpg: .*{reason}") as caught:
        load_image(tmp_path / "text.jpg")
    assert caught.value.path == str(tmp_path / "text.jpg")


@pytest.mark.parametrize("suffix", ["png", "jpeg", "gif", "bmp", "webp"])
def test_truncated_picture_is_reported_with_its_path(tmp_path, suffix):
    file = io.BytesIO()
    Image.fromarray(STORED).save(file, suffix)
    (tmp_path / "cut.png").write_bytes(file.getvalue()[: len(file.getvalue()) * 2 // 3])
    with pytest.raises(ImageError, match=r"cut\.png: damaged or incomplete picture"):
        load_image(tmp_path / "cut.png")


def test_reason_of_a_cut_png_is_a_sentence_of_ours():
    file = io.BytesIO()
    Image.fromarray(STORED).save(file, "png")
    with pytest.raises(ImageError) as caught:
        load_image(file.getvalue()[: len(file.getvalue()) * 2 // 3])
    assert caught.value.reason == "damaged or incomplete picture (some of its pixels are missing)"


def test_jpeg_ls_is_refused_by_its_name():
    frame = b"\xff\xf7\0\x0b\x08\0\x01\0\x01\x01\1\x11\0\xff\xda\0\x08\1\1\0\0\0\0"
    with pytest.raises(ImageError, match="a JPEG-LS picture, not a JPEG, PNG"):
        load_image(b"\xff\xd8" + frame + b"\0\xff\xd9")


def test_missing_file_says_so(tmp_path):
    with pytest.raises(ImageError, match=r"gone\.png: No such file"):
        load_image(tmp_path / "gone.png")


def test_directory_with_a_picture_s_name_is_no_picture(tmp_path):
    (tmp_path / "x.jpg").mkdir()
    with pytest.raises(ImageError, match=r"x\.jpg: (not a regular file|Permission denied)"):
        load_image(tmp_path / "x.jpg")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ImageError, match="not a regular file"):
        load_image(tmp_path / "pipe.jpg")


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="no such files here")
def test_file_that_the_system_shows_as_empty_is_not_read_on(tmp_path):  # /proc/kmsg is one, and would never end
    link(tmp_path / "link.png", "/proc/self/environ")
    with pytest.raises(ImageError, match=r"link\.png: the file is empty"):
        load_image(tmp_path / "link.png")


def test_reason_in_a_decoder_s_words_is_one_line():
    reason = images._reason_of(ValueError("Unsupported file-type:\n \x1b[2J no brands.\n"), "HEIC")
    assert reason == r"not supported: a HEIC picture of this layout (Unsupported file-type: \x1b[2J no brands.)"


def test_dangling_link_is_reported(tmp_path):
    link(tmp_path / "link.png", tmp_path / "gone.png")
    with pytest.raises(ImageError, match=r"link\.png: No such file"):
        load_image(tmp_path / "link.png")


def link(path, target):
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("no right to make links here")


def test_name_with_a_zero_byte_is_an_image_error():
    with pytest.raises(ImageError, match=r"a\\x00b\.png: no file can have this name"):
        load_image("a\0b.png")


@pytest.mark.parametrize("image", [None, 7, [1, 2], {"a": 1}])
def test_what_is_not_even_a_kind_of_picture_is_a_type_error(image):
    with pytest.raises(TypeError, match="image must be a path, bytes, a PIL image or a uint8 array"):
        load_image(image)


@pytest.mark.parametrize("array", [np.zeros((2, 2)), np.zeros((2, 2, 4), np.uint8), np.zeros((0, 3), np.uint8)])
def test_array_of_another_kind_is_a_value_error(array):
    with pytest.raises(ValueError, match=r"array must be uint8 of shape \(height, width\)"):
        load_image(array)


def test_picture_without_pixels_is_refused():
    with pytest.raises(ImageError, match="no pixels"):
        load_image(Image.new("RGB", (0, 5)))


def test_pixel_budget_is_checked_before_decoding():
    with pytest.raises(ImageError, match="100000 x 100000 pixels are more than max_pixels=50,000,000"):
        load_image(png(100_000, 100_000, 8, 0, []))


@pytest.mark.parametrize("kind", ["png", "webp", "gif"])
def test_budget_is_inclusive_and_holds_for_opened_pictures_until_they_are_decoded(kind):
    opened = Image.open(io.BytesIO(saved(Image.new("RGB", (5, 4)), kind)))
    with pytest.raises(ImageError, match="<picture>: 5 x 4 pixels"):
        load_image(opened, max_pixels=19)
    assert load_image(opened, max_pixels=20).size == (5, 4)
    assert load_image(opened, max_pixels=19).size == load_image(Image.new("RGB", (5, 4)), max_pixels=19).size == (5, 4)


def test_error_survives_the_way_from_another_process():
    error = pickle.loads(pickle.dumps(ImageError("a.png", "cut")))
    assert (error.path, error.reason, str(error)) == ("a.png", "cut", "a.png: cut")


@given(st.integers(0, 10_000), st.sampled_from(["png", "jpeg", "gif", "bmp", "webp"]))
def test_damaged_bytes_give_a_picture_or_an_image_error(seed, suffix):
    rng = np.random.default_rng(seed)
    file = io.BytesIO()
    Image.fromarray(STORED).save(file, suffix)
    damaged = bytearray(file.getvalue())
    for place in rng.integers(0, len(damaged), 5):
        damaged[place] = rng.integers(256)
    try:
        assert load_image(bytes(damaged)).mode == "RGB"
    except ImageError as error:
        assert error.reason


# Files and names


def test_file_is_closed_after_success_and_after_failure(tmp_path):
    (tmp_path / "good.png").write_bytes(one_pixel("RGB", (1, 2, 3)))
    (tmp_path / "cut.png").write_bytes(one_pixel("RGB", (1, 2, 3))[:40])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = load_image(tmp_path / "good.png")
        with pytest.raises(ImageError):
            load_image(tmp_path / "cut.png")
        gc.collect()
    for path in tmp_path.iterdir():
        path.unlink()  # which Windows refuses while a file is open
    assert kept.getpixel((0, 0)) == (1, 2, 3)


@pytest.mark.parametrize("name", AWKWARD_NAMES)
def test_awkward_name_is_found_opened_and_printed_on_one_line(tmp_path, name):
    try:
        (tmp_path / name).write_bytes(one_pixel("RGB", (1, 2, 3)))
    except OSError:
        pytest.skip("this file system has no such names")
    (path,) = find_images(tmp_path)
    assert pixels(path) == [[[1, 2, 3]]]
    assert all(c.isprintable() or unicodedata.category(c) == "Zs" or c in "\u200c\u200d" for c in printable(path))


def test_printable_shows_what_it_cannot_print_as_escapes():
    assert printable("a\nb\x1b[31m\udcff é🍎") == "a\\nb\\x1b[31m\\udcff é🍎"


# A bell, the C1 control that begins a command, marks and overrides of direction, what has no width, line and paragraph
# separators, a byte that is no UTF-8, a tag, and a code that means nothing.
@pytest.mark.parametrize("code", [0x07, 0x9B, 0x7F, 0x200E, 0x200F, 0x061C, 0x202E, 0x2066, 0x2069, 0x200B, 0x00AD, 0xFEFF, 0x2028, 0x2029,
                                  0xDCFF, 0xD800, 0xE0041, 0x0378, 0xFFFF])  # fmt: skip
def test_printable_escapes_what_could_run_reorder_or_hide(code):
    shown = printable(f"a{chr(code)}b")
    assert chr(code) not in shown and shown.encode("ascii").decode("unicode_escape") == f"a{chr(code)}b"


# A screenshot's name on a Mac (a narrow no-break space before PM), a no-break and an ideographic space; Persian, Hindi and a
# family with their joiners; a flag, accents in two ways of writing, and a heart with its variation selector.
@pytest.mark.parametrize("name", ["Screenshot 2024-05-01 at 3.04.05\u202fPM.png", "a\u00a0b\u3000c", "می\u200cخواهم", "क्\u200dष",
                                  "👨\u200d👩\u200d👧", "🇳🇿", "é e\u0301", "❤\ufe0f", "写真", "ภาพ"])  # fmt: skip
def test_a_printed_name_can_be_pasted_back(name):
    assert printable(name) == name


def test_find_images_takes_any_case_and_subfolders_sorted(folder):
    names = ["a.JPG", "b.png", "c.bmp", "d.webp", "sub/deeper/f.jpeg", "sub/e.gif"]
    assert find_images(folder) == [str(folder / name) for name in names]


def test_find_images_does_not_follow_links_to_folders(folder, tmp_path):
    link(folder / "again", folder)
    link(folder / "linked.png", folder / "b.png")
    assert len(find_images(folder)) == 6 + 1


def test_find_images_keeps_the_folder_as_it_was_given(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert find_images("pictures")[0] == os.path.join("pictures", "a.JPG")
    monkeypatch.chdir(folder)
    assert find_images(".")[0] == "a.JPG"


def test_find_images_of_no_folder(folder):
    for missing in ("", folder / "nothing"):
        with pytest.raises(FileNotFoundError, match="image_dir: there is no folder"):
            find_images(missing)
    with pytest.raises(NotADirectoryError, match="b.png' is a file; a folder of pictures is needed"):
        find_images(folder / "b.png")


# Decoding small


@pytest.fixture(scope="module")
def large_jpeg(tmp_path_factory):
    rng = np.random.default_rng(2)
    picture = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)).resize((1600, 1200), Image.BICUBIC)
    path = tmp_path_factory.mktemp("large") / "large.jpg"
    picture.save(path, quality=90)
    return path


def test_large_jpeg_is_decoded_small_only_when_a_size_is_given(large_jpeg):
    assert load_image(large_jpeg).size == (1600, 1200)
    assert load_image(large_jpeg, size=(64, 64)).size == (200, 150)
    assert load_image(large_jpeg, size=(10, 300)).size == (800, 600)


def test_pixels_of_a_jpeg_decoded_small_are_those_of_the_plain_way(large_jpeg):
    with Image.open(large_jpeg) as picture:
        plain = np.asarray(picture.convert("L").resize((64, 64)), dtype=np.float32).reshape(-1) / 255
    assert np.abs(image_to_vector_simple(large_jpeg) - plain).mean() < 0.01


# Broken around the pixels: kept, and said


def with_chunk(file, extra):
    return file[:33] + extra + file[33:]  # after the signature and the header


GOOD_PNG = one_pixel("RGB", (1, 2, 3))


@pytest.mark.parametrize(
    ("extra", "repair"),
    [
        (chunk(b"tEXt", b"a\0b", 0), "tEXt chunk with a wrong checksum left out"),
        (chunk(b"gAMA", b"", 7), "gAMA chunk with a wrong checksum left out"),
        (chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(5_000_000))), "over-long text left out"),
        (chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(5_000_000))), "over-long text left out"),
        (chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(5_000_000))), "over-long text left out"),
        (chunk(b"tEXt", b"a\0" + bytes(2_000_000)), "over-long text left out"),
        (b"\x7f\xff\xff\xfftEXta\0b1234", "metadata of a wrong length left out"),
        (struct.pack(">I", 9) + b"tEXta\0b1234", "metadata of a wrong length left out"),
        (chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff"), "broken EXIF data left out"),
        (chunk(b"tRNS", b"\1"), "broken tRNS chunk left out"),
    ],
)
def test_png_with_broken_metadata_is_repaired(extra, repair):
    picture, repairs = read_image(with_chunk(GOOD_PNG, extra))
    assert np.asarray(picture).tolist() == [[[1, 2, 3]]]
    assert repairs[0] in (repair, "tEXt chunk with a wrong checksum left out")


def test_sound_metadata_is_no_repair():
    extra = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"hello")) + chunk(b"tIME", bytes(7)) + chunk(b"vpAg", b"")
    assert read_image(with_chunk(GOOD_PNG, extra)).repairs == ()


def test_text_that_nobody_reads_may_be_broken():
    extra = chunk(b"zTXt", b"a\0\0not compressed") + chunk(b"iTXt", b"") + chunk(b"iCCP", b"no zero")
    assert read_image(with_chunk(GOOD_PNG, extra)).repairs == ()


@pytest.mark.parametrize("cut", [12, 13, 16])
def test_png_without_its_end_is_repaired_while_all_pixels_are_there(cut):
    picture, repairs = read_image(GOOD_PNG[:-cut])
    assert np.asarray(picture).tolist() == [[[1, 2, 3]]] and repairs == ("missing end marker put in",)


@pytest.mark.parametrize("place", [-17, -13], ids=["in the pixels", "in the checksum"])
def test_png_whose_pixels_and_their_checksum_disagree_is_refused(place):
    file = bytearray(GOOD_PNG)
    file[place] ^= 1
    with pytest.raises(ImageError, match="the checksum of its pixels is wrong"):
        load_image(bytes(file))


@pytest.mark.parametrize("cut", [1, 2])
def test_gif_without_its_end_is_read_while_all_pixels_are_there(cut):
    file = save_gif(Image.effect_noise((20, 10), 50))
    assert np.array_equal(load_image(file[:-cut]), load_image(file))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 1}])
def test_jpeg_without_end_marker_is_repaired_only_while_all_pixels_are_there(options):
    file = io.BytesIO()
    Image.fromarray(STORED).save(file, "jpeg", **options)
    picture, repairs = read_image(file.getvalue()[:-2])
    assert np.array_equal(picture, load_image(file.getvalue())) and repairs == ("missing end marker put in",)
    for damaged in (file.getvalue()[:-40], file.getvalue()[:-40] + bytes(500)):
        with pytest.raises(ImageError, match="damaged or incomplete picture"):
            load_image(damaged)


@pytest.mark.parametrize(
    "segment",
    [b"\xff\xe0\0\x07JFIF\0", b"\xff\xee\0\x07Adobe", b"\xff\xe2\0\x0eICC_PROFILE\0", b"\xff\xed\0\x1cPhotoshop 3.0\x008BIM\x03\xed\xff12345"],
)
def test_jpeg_with_short_metadata_that_trips_pillow_is_kept(segment):
    file = one_pixel("RGB", (100, 100, 100), "jpeg")
    assert np.abs(np.subtract(pixels(file[:2] + segment + file[2:]), 100)).max() <= 1


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(30), b"Exif\0\0XX", b"\0"])
def test_broken_exif_neither_turns_nor_warns(exif):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pixels(one_pixel("RGB", (100, 100, 100), "jpeg", exif=exif)) == [[[100, 100, 100]]]


@pytest.mark.parametrize("kind", ["BYTE", "SHORT", "LONG"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation_of_any_type_and_byte_order(kind, order):
    code, letter = {"BYTE": (1, "B"), "SHORT": (3, "H"), "LONG": (4, "I")}[kind]
    value = struct.pack(order + letter, 6).ljust(4, b"\0")
    block = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IHHHI", 8, 1, 0x0112, code, 1) + value
    assert orientation_in(b"Exif\0\0" + block) == (6, False) == orientation_in(block)


def test_orientation_in_xmp_and_in_old_png_texts_counts_where_exif_is_silent():
    xmp = b"<x tiff:Orientation=\"6\"/>"
    plain = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    packed = chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0en\0XMP\0" + zlib.compress(xmp))
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    profile = f"\nexif\n      {len(exif)}\n{exif.hex()}\n".encode()
    old = chunk(b"tEXt", b"Raw profile type exif\0" + profile)
    old_packed = chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile))
    file = png(2, 1, 8, 0, [bytes([1, 2])])
    for extra in (plain, packed, old, old_packed):
        assert load_image(with_chunk(file, extra)).size == (1, 2)


def test_animated_webp_and_png_cut_after_the_first_frame_give_it():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "webp", save_all=True, append_images=frames[1:], lossless=True)
    picture, repairs = read_image(file.getvalue()[:-6])
    assert picture.getpixel((0, 0)) == (255, 0, 0) and repairs


# More kinds of pixels


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("rest", [0, 5, 11])
def test_cmyk_jpeg_without_adobe_s_mark_or_with_a_part_of_it_shows_what_all_programs_show(rest, options):
    file = one_pixel("CMYK", (0, 255, 255, 0), "jpeg", **options)
    at = file.index(b"\xff\xee")  # the mark has 12 bytes
    mark = b"\xff\xee" + struct.pack(">H", 2 + rest) + file[at + 4 : at + 4 + rest] if rest else b""
    # OpenCV 5.0, libvips 8.18, ImageMagick and browsers show red as well.
    assert np.abs(np.subtract(pixels(file[:at] + mark + file[at + 16 :]), (255, 0, 0))).max() <= 3


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (Image.new("F", (1, 1), 0.5), 128),
        (Image.new("F", (1, 1), float("nan")), 0),
        (Image.new("F", (1, 1), -3), 0),
        (Image.new("I", (1, 1), 70_000), 255),
        (Image.new("I;16", (1, 1), 257 * 9), 9),
        (Image.new("LAB", (1, 1), (255, 128, 128)), 255),
        (Image.new("YCbCr", (1, 1), (77, 128, 128)), 77),
        (Image.new("HSV", (1, 1), (0, 0, 66)), 66),
        (Image.new("RGBa", (1, 1), (0, 0, 0, 0)), 255),
        (Image.new("La", (1, 1), (0, 0)), 255),
        (Image.new("RGBX", (1, 1), (5, 5, 5, 0)), 5),
        (Image.new("PA", (1, 1), (0, 0)), 255),
    ],
    ids=lambda value: getattr(value, "mode", ""),
)
def test_opened_picture_of_any_mode(picture, expected):
    assert np.abs(np.subtract(pixels(picture), expected)).max() <= 1


def test_gif_whose_first_frame_is_smaller_is_white_around_it():
    picture = Image.new("P", (2, 2))
    picture.putpalette([9, 9, 9] * 2)
    file = bytearray(save_gif(picture))
    file[6:10] = struct.pack("<HH", 3, 2)
    assert [pixel[0] for pixel in pixels(bytes(file))[0]] == [9, 9, 255]


def save_gif(picture):
    file = io.BytesIO()
    picture.save(file, "gif")
    return file.getvalue()


def test_bmp_whose_alpha_is_unused_is_not_a_picture_of_nothing():
    file = bytearray(one_pixel("RGBA", (10, 20, 30, 0), "bmp"))
    assert pixels(bytes(file)) == [[[10, 20, 30]]]


# Budgets


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (png(8000, 6200, 8, 6, [b""]), r"about 397 MB, more than max_bytes=355,000,000"),
        (b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\0;", "65535 x 65535 pixels"),
        (b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, 90_000, 90_000, 1, 24, 0), "90000 x 90000 pixels"),
        (b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, 5000, 5000, 1, 8, 1), "run-length coded BMP"),
        (b"RIFF\x20\0\0\0WEBPVP8L\x14\0\0\0\x2f\xff\xff\xff\x0f" + bytes(16), "16384 x 16384 pixels"),
        (b"\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0\xff\xd9", "65535 x 65535 pixels"),
    ],
    ids=["png", "gif", "bmp", "run-length bmp", "webp", "jpeg"],
)
def test_bomb_is_refused_from_its_header(image, reason):
    tracemalloc.start()
    try:
        with pytest.raises(ImageError, match=reason):
            load_image(image)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_reason_tells_a_small_amount_in_kilobytes():
    with pytest.raises(ImageError, match=r"about 5\.1 kB, more than max_bytes=5,000"):
        load_image(png(32, 40, 8, 2, [b""]), max_bytes=5000)


def test_progressive_jpeg_is_budgeted_by_its_coefficients():
    file = io.BytesIO()
    Image.new("RGB", (400, 300)).save(file, "jpeg", progressive=True, subsampling=0)
    with pytest.raises(ImageError, match="more than max_bytes"):
        load_image(file.getvalue(), size=(10, 10), max_bytes=2 * 3 * 400 * 300)
    assert load_image(file.getvalue(), size=(10, 10), max_bytes=900_000).size == (50, 38)


def test_many_chunks_and_segments_and_blocks_end_in_an_error():
    many = 100_001
    for image in (
        GOOD_PNG[:33] + chunk(b"tEXt", b"") * many + GOOD_PNG[33:],
        b"\xff\xd8\xff" + b"\xff\xfe\0\2" * many,
        b"GIF89a\1\0\1\0\0\0\0" + b"!\xfe\1a\0" * many,
    ):
        with pytest.raises(ImageError, match="more than 100,000"):
            load_image(image)


def test_many_small_bombs_are_as_harmless_as_one():
    one = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 20), 9))
    assert read_image(with_chunk(GOOD_PNG, one * 2000)).repairs == ("over-long text left out",)


def test_large_picture_of_any_kind_is_reduced_to_at_least_twice_the_size():
    file = io.BytesIO()
    Image.new("RGB", (1000, 700), (7, 8, 9)).save(file, "png")
    small = load_image(file.getvalue(), size=(64, 64))
    assert small.size == (200, 140) and small.getpixel((0, 0)) == (7, 8, 9)


# By name


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"\n  <HTML><body>", "an HTML page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><note/>', "an XML document"),
        (b'<?xml version="1.0"?>\n<!-- a -->\n<svg>', "an SVG drawing"),
        (b'{"error": 404}', "a JSON document"),
        ('{"a": 1}'.encode("utf-16"), "a JSON document"),
        (b"[1, 2]", "a JSON document"),
        (b"PK\3\4", "a ZIP archive"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (b"\0\5\x16\7\0\2\0\0", "an AppleDouble file"),
        (bytes(300), "nothing but zeros"),
        (b"\0\0\0\x1cftypavif", "an AVIF picture, (damaged or incomplete|which this version of Pillow does not decode)"),
        (b"\0\0\0\x1cftypheic", "a HEIC picture(: export it as JPEG|, damaged or incomplete)"),
        (b"II+\0\x08\0\0\0", "a BigTIFF picture"),
        (b"P6 2 1 255 \1\2\3\4\5\6", "a PNM picture"),
        (b"P3\n1 1\n255\n1 2 3\n", "a PNM picture"),
        (b"/* XPM */\nstatic char *a[] = {", "an X11 picture"),
        (b"#define a_width 8\n", "an X11 picture"),
        (b"\0\0\0\x1cftypisom", "a video"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a sound"),
        (b"8BPS\0\1", "a Photoshop document"),
        (b"\x89PNG\n\x1a\n", "a PNG picture spoilt by a transfer as text"),
        (b"BMW is a car", "a text"),
        ("café".encode(), "a text"),
        (b"\x01\x02\x03\x04", "not a JPEG, PNG, GIF, BMP, WebP, TIFF or AVIF picture; it begins with the bytes 01 02 03 04"),
    ],
)
def test_other_things_are_refused_by_name(start, name):
    with pytest.raises(ImageError, match=f"^<bytes>: {name}"):
        load_image(start)


def test_a_query_that_takes_too_long_is_given_up(monkeypatch, tmp_path):
    path = tmp_path / "slow.png"
    Image.new("RGB", (4, 4)).save(path)
    finish = threading.Event()
    monkeypatch.setattr(images, "read_image_anywhere", lambda image, size, timeout: finish.wait(60))
    with pytest.raises(ImageError, match="it took longer than 0.05 s"):
        images.load_image_in_time(path, timeout=0.05)
    finish.set()


@pytest.mark.parametrize("kind", [str, Path.read_bytes, Image.open, lambda path: np.asarray(Image.open(path))])
def test_in_time_gives_the_same_picture(tmp_path, kind):
    path = tmp_path / "a.png"
    Image.effect_noise((20, 10), 50).convert("RGB").save(path)
    in_time, plain = images.load_image_in_time(kind(path), size=(4, 4)), images.load_image(kind(path), size=(4, 4))
    assert np.array_equal(in_time, plain)


def test_in_time_names_what_is_wrong_with_a_file(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"no picture")
    with pytest.raises(ImageError, match="not a JPEG"):
        images.load_image_in_time(path)
