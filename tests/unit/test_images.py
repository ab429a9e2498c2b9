import gc
import io
import os
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from imsearch_helpers.images import ImageError, find_images, load_image, printable
from imsearch_helpers.vectors import image_to_vector_simple
from tests.unit.making import grey16, png

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
    [("tiff", "a TIFF picture"), ("ppm", "a netpbm picture"), ("ico", r"an icon \(ICO\)"), ("pcx", "a PCX picture"),
     ("tga", "a TGA picture"), ("pdf", "a PDF document"), ("jpeg2000", "a JPEG 2000 picture"), ("dds", "a DDS texture")],
)  # fmt: skip
def test_other_formats_are_refused_by_name_under_any_name(tmp_path, suffix, name):
    (tmp_path / "photo.jpg").write_bytes(one_pixel("RGB", (1, 2, 3), suffix))
    with pytest.raises(ImageError, match=rf"photo\.jpg: {name}, not a JPEG, PNG, GIF, BMP or WebP picture"):
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
    with pytest.raises(ImageError, match=r"a\\x00b\.png: embedded null"):
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


def test_budget_is_inclusive_and_holds_for_opened_pictures():
    assert load_image(Image.new("RGB", (5, 4)), max_pixels=20).size == (5, 4)
    with pytest.raises(ImageError, match="<picture>: 5 x 4 pixels"):
        load_image(Image.new("RGB", (5, 4)), max_pixels=19)


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
    assert printable(path).isprintable()


def test_printable_shows_what_it_cannot_print_as_escapes():
    assert printable("a\nb\x1b[31m\udcff é🍎") == "a\\nb\\x1b[31m\\udcff é🍎"


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
