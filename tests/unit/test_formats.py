"""What is peculiar to a format: cut JPEGs, layouts that are not read, chunks out of place; and TIFF, AVIF and HEIC."""

import importlib.util
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from imsearch_helpers import images
from imsearch_helpers.engine import ImageSearchEngine
from imsearch_helpers.images import ImageError, load_image, load_image_in_time, read_image
from imsearch_helpers.messy import RobustImageProcessor
from imsearch_helpers.reader_pool import ReaderPool
from imsearch_helpers.similarity import cosine_similarity
from imsearch_helpers.vectors import METHODS, installed_methods
from tests.unit.making import bmp, chunk, grey16, png, saved, tiff

AVIF = pytest.mark.skipif(not images._has_avif(), reason="this Pillow has no AVIF")
BLOBS = np.random.default_rng(3).integers(0, 256, (12, 16, 3), dtype=np.uint8)
PICTURE = Image.fromarray(BLOBS).resize((96, 72), Image.Resampling.BICUBIC)
WAYS = {  # to write a JPEG
    "baseline": {},
    "grey": {"grey": True},
    "progressive": {"progressive": True},
    "every two blocks": {"restart_marker_blocks": 2},
    "every row": {"restart_marker_rows": 1, "subsampling": 0},
}


def jpeg(grey=False, **options):
    return saved(PICTURE.convert("L") if grey else PICTURE, "jpeg", quality=80, **options)


def is_refused(content, reason):
    with pytest.raises(ImageError, match=reason):
        load_image(content)
    return True


def read(content):
    """As in a process that may be killed."""
    return np.asarray(read_image(content, killable=True).picture).tolist()


# JPEGs that end too soon


@pytest.mark.parametrize("way", WAYS)
def test_jpeg_cut_at_any_byte_is_refused_or_whole(way):
    whole = jpeg(**WAYS[way])
    expected = np.asarray(load_image(whole))
    start = whole.index(b"\xff\xda")
    for stop in range(start, len(whole), 7):
        try:
            assert np.array_equal(load_image(whole[:stop]), expected), stop
        except ImageError as error:
            assert error.reason.startswith("damaged or incomplete picture (")


SKIPPED = [b"\xff\xe1\0\x10", b"\xff\xfe\0\x08abcdef", b"\xff\xfe\xff\xff", b"\xff\xdc\0\4\0\x48", b"\xff\xc4\0\x20", b"\xff\2\0\4ab",
           *(bytes([0xFF, 0xD0 + n]) for n in range(8)), b"\xff", b"\xff\xff\xff", b"\xff\1", b"\xff\xd8", b"\0" * 500]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_jpeg_cut_and_ending_in_what_a_decoder_skips_is_refused(way):
    whole = jpeg(**WAYS[way])
    for stop in (len(whole) // 2, len(whole) * 3 // 4):
        for end in (*SKIPPED, *(end + b"behind it more" for end in SKIPPED if end > b"\xff\xd0"), whole):
            assert is_refused(whole[:stop] + end, "damaged or incomplete picture"), end


def test_jpeg_cut_between_two_restart_markers_is_refused():
    whole = jpeg(restart_marker_rows=1)
    for number in range(4):  # of 5 rows of 16 pixels
        place = whole.index(bytes([0xFF, 0xD0 + number]), whole.index(b"\xff\xda"))
        assert is_refused(whole[:place], "ends before all of its pixels are there")
        assert is_refused(whole[: place + 2], "ends before all of its pixels are there")


def test_jpeg_without_any_data_is_refused_also_with_a_marker_in_their_place():
    whole = saved(Image.new("L", (8, 8), 40), "jpeg")
    start = whole.index(b"\xff\xda")
    headers = whole[: start + 2 + int.from_bytes(whole[start + 2 : start + 4], "big")]
    for end in (b"", b"\xff\xe1\0\x10", b"\xff\xd0"):
        assert is_refused(headers + end, "damaged or incomplete picture")


@pytest.mark.parametrize("way", WAYS)
def test_jpeg_with_other_data_in_place_of_its_end_marker_is_kept_to_the_last_pixel(way):
    whole = jpeg(**WAYS[way])
    expected = np.asarray(load_image(whole))
    video = b"\0\0\0\x18ftypmp42" + np.random.default_rng(0).integers(0, 256, 5000, dtype=np.uint8).tobytes()
    for end in (b"", b"\xff", b"\xff\xfe\0\x08abcdef", video, b"words " * 100, whole, bytes(50), b"\xff\xda"):
        picture, repairs = read_image(whole[:-2] + end)
        assert np.array_equal(picture, expected) and repairs == ("missing end marker put in",)
    assert read_image(whole + video).repairs == ()


# Whole, but of a layout that is not read


def patched(content, place, value):
    return content[:place] + bytes([value]) + content[place + 1 :]


FRAME = jpeg().index(b"\xff\xc0")


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        (patched(jpeg(), FRAME + 4, 12), "a JPEG picture of 3 channels of 12 bits"),
        (patched(jpeg(), FRAME + 1, 0xC3), "a JPEG picture of .* coded as C3"),
        (patched(jpeg(), FRAME + 1, 0xC5), "a JPEG picture of .* coded as C5"),
        (patched(jpeg(), FRAME + 9, 2), "a JPEG picture of 2 channels"),
        (jpeg()[: FRAME + 5] + b"\0\0" + jpeg()[FRAME + 7 :], "a JPEG picture whose height comes after its pixels"),
        (png(1, 1, 8, 0, [b"\1"]).replace(chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
            chunk(b"CgBI", b"\x50\0\x20\2") + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))), "a PNG picture packed for iPhones"),
        (bmp(4, 1, 16, bytes(8), 3, (0xF00, 0xF0, 0xF, 0xF000), 108), "a BMP picture of this layout .*bitfields"),
        (bmp(2, 1, 32, bytes(8), 3, (0x3FF00000, 0xFFC00, 0x3FF, 0), 108), "a BMP picture of this layout .*bitfields"),
        (bmp(4, 1, 2, bytes(4), palette=bytes(16)), r"a BMP picture of this layout .*depth \(2\)"),
        (bmp(1, 1, 64, bytes(8)), r"a BMP picture of this layout .*depth \(64\)"),
        (bmp(1, 1, 24, bytes(4), compression=4), r"a BMP picture of this layout .*compression \(4\)"),
        (bmp(1, 1, 24, bytes(4), size=48), "a BMP picture with a header of 48 bytes"),
        (b"BM" + bytes(12) + struct.pack("<IIIHH", 16, 1, 1, 1, 24) + bytes(4), "a BMP picture with a header of 16 bytes"),
    ],
)  # fmt: skip
def test_whole_file_of_another_layout_is_not_called_damaged(content, layout):
    assert is_refused(content, f"^<bytes>: not supported: {layout}")


@pytest.mark.parametrize(("size", "compression"), [(40, 6), (108, 6), (56, 3)])
def test_bmp_with_an_alpha_mask_is_laid_on_white(size, compression):
    masks, row = (0xFF0000, 0xFF00, 0xFF, 0xFF000000), bytes([10, 20, 30, 255, 10, 20, 30, 0])
    assert read(bmp(2, 1, 32, row, compression, masks, size)) == [[[30, 20, 10], [255, 255, 255]]]


def test_bmp_with_more_colours_than_a_pixel_can_name_is_read():
    palette = b"".join(bytes([number % 256, 7, 255 - number % 256, 0]) for number in range(300))
    assert read(bmp(4, 1, 8, bytes([0, 1, 254, 255]), palette=palette, n_colours=300))[0] == [
        [255, 7, 0], [254, 7, 1], [1, 7, 254], [0, 7, 255]]  # fmt: skip


def test_damaged_webp_is_told_in_our_words():
    content = bytearray(saved(PICTURE, "webp", lossless=True))
    content[30:80] = bytes(50)
    assert is_refused(bytes(content), r"damaged or incomplete picture \(its pixels cannot be decoded\)")


# PNG chunks out of place: OpenCV 5.0 and libvips 8.18 ignore them as well, or refuse the file


def png_of(*chunks):
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def header(width, height, colours):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0))


PALETTE, CLEAR = chunk(b"PLTE", bytes([200, 10, 20, 30, 40, 50])), chunk(b"tRNS", b"\0\0")
TWO = zlib.compress(bytes([0, 0, 1]))
INDEXED, COLOURS = chunk(b"IDAT", TWO), [[[200, 10, 20], [30, 40, 50]]]


@pytest.mark.parametrize(
    ("content", "expected", "repair"),
    [
        (png_of(header(2, 1, 3), PALETTE, INDEXED, CLEAR), COLOURS, "tRNS chunk behind the pixels left out"),
        (png_of(header(2, 1, 3), PALETTE, INDEXED, chunk(b"PLTE", bytes(6))), COLOURS, "PLTE chunk behind the pixels left out"),
        (png_of(header(2, 1, 3), CLEAR, PALETTE, INDEXED), COLOURS, "broken tRNS chunk left out"),
        (png_of(header(2, 1, 0), INDEXED, chunk(b"tRNS", b"\0\1")), [[[0] * 3, [1] * 3]], "tRNS chunk behind the pixels left out"),
        (png_of(header(2, 1, 0), chunk(b"IDAT", TWO[:4]), chunk(b"tEXt", b"a\0b"), chunk(b"IDAT", TWO[4:])),
         [[[0] * 3, [1] * 3]], "pixels that lay apart put together"),
        (png_of(chunk(b"tEXt", b"a\0b"), header(2, 1, 0), INDEXED), [[[0] * 3, [1] * 3]], "header that came late put first"),
    ],
)  # fmt: skip
def test_png_chunk_out_of_place_is_not_honoured_silently(content, expected, repair):
    picture, repairs = read_image(content)
    assert np.asarray(picture).tolist() == expected and repairs == (repair,)


def test_png_whose_palette_comes_behind_its_pixels_is_refused():
    assert is_refused(png_of(header(2, 1, 3), INDEXED, PALETTE), "its palette is missing")


def test_png_in_several_chunks_in_a_row_and_with_exif_behind_is_sound():
    exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    picture, repairs = read_image(png_of(header(2, 1, 0), chunk(b"IDAT", TWO[:4]), chunk(b"IDAT", TWO[4:]), chunk(b"eXIf", exif)))
    assert picture.size == (1, 2) and repairs == ()


# Animated WebP


@pytest.mark.parametrize("flags", [0x02, 0x12], ids=["no alpha flag", "alpha flag"])
@pytest.mark.parametrize("lossless", [True, False])
def test_animated_webp_whose_first_frame_is_smaller_is_white_around_it(flags, lossless):
    frame = saved(Image.new("RGB", (8, 8), (255, 0, 0)), "webp", lossless=lossless)[12:]
    three = lambda value: struct.pack("<I", value)[:3]  # noqa: E731
    frames = b"".join(
        b"ANMF" + struct.pack("<I", 16 + len(frame)) + three(left) + three(top) + three(7) + three(7) + three(100) + b"\0" + frame
        for left, top in ((2, 1), (0, 0))
    )
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes([flags, 0, 0, 0]) + three(15) + three(11)
    body = b"WEBP" + canvas + b"ANIM" + struct.pack("<IIH", 6, 0, 0) + frames
    found = np.asarray(load_image(b"RIFF" + struct.pack("<I", len(body)) + body)).astype(int)
    expected = np.full((12, 16, 3), 255)
    expected[2:10, 4:12] = (255, 0, 0)
    assert np.abs(found - expected).max() <= 3


# TIFF: its pixels as they were written by hand


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (tiff(2, 1, 8, 1, b"\x07\xc8"), [7, 200]),
        (tiff(2, 1, 8, 1, b"\x07\xc8", ">"), [7, 200]),
        (tiff(2, 1, 8, 0, b"\x07\xc8"), [248, 55]),
        (tiff(8, 1, 1, 1, b"\x81"), [255, 0, 0, 0, 0, 0, 0, 255]),
        (tiff(2, 1, 16, 1, struct.pack("<HH", 257 * 9, 65535)), [9, 255]),
        (tiff(2, 1, 16, 1, grey16(257 * 9, 65535), ">"), [9, 255]),
        (tiff(2, 1, 32, 1, struct.pack("<ff", 0.5, 1), tag339=(3, 3)), [128, 255]),
        (tiff(2, 1, 8, 3, b"\1\0", tag320=(3, *[0, 9 * 256] + [0] * 254 + [0] * 512)), [9, 0]),
        (tiff(1, 1, 8, 2, bytes([7, 8, 9]), tag258=(3, 8, 8, 8), tag277=(3, 3)), [7]),
        (tiff(1, 1, 8, 2, struct.pack("<HHH", 7 * 257, 0, 0), tag258=(3, 16, 16, 16), tag277=(3, 3)), [7]),
        (tiff(1, 1, 8, 2, bytes([0, 0, 0, 0]), tag258=(3, 8, 8, 8, 8), tag277=(3, 4), tag338=(3, 2)), [255]),
        (tiff(1, 1, 8, 5, bytes([0, 0, 0, 55]), tag258=(3, 8, 8, 8, 8), tag277=(3, 4)), [200]),
    ],
    ids=["grey", "big-endian", "white is 0", "1 bit", "16 bits", "16 bits, big-endian", "floats", "palette", "RGB", "RGB of 16 bits", "clear", "CMYK"],
)  # fmt: skip
def test_tiff_of_any_kind_of_pixels(content, expected):
    assert [pixel[0] for pixel in read(content)[0]] == expected


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "raw"])
def test_packed_tiff_is_read_and_only_its_first_page(compression):
    content = saved(PICTURE, "tiff", compression=compression, save_all=True, append_images=[PICTURE.rotate(180)])
    assert np.array_equal(read(content), PICTURE)


def test_tiff_whose_tag_stands_twice_is_read_by_the_first():
    content = saved(PICTURE, "tiff", compression="tiff_adobe_deflate")
    (table,) = struct.unpack_from("<I", content, 4)
    entries = [content[place : place + 12] for place in range(table + 2, table + 110, 12)]
    twice = b"".join([*entries, struct.pack("<HHII", 259, 3, 1, 1)])  # at last: not packed
    moved = content[:4] + struct.pack("<I", len(content)) + content[8:] + struct.pack("<H", len(twice) // 12) + twice + bytes(4)
    assert np.array_equal(read(moved), PICTURE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiff_is_turned_once(orientation):
    content = tiff(2, 1, 8, 1, b"\1\2", tag274=(3, orientation))
    upright = {1: [[1, 2]], 2: [[2, 1]], 3: [[2, 1]], 4: [[1, 2]], 5: [[1], [2]], 6: [[1], [2]], 7: [[2], [1]], 8: [[2], [1]]}
    assert np.asarray(read(content))[..., 0].tolist() == upright[orientation]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (tiff(2, 1, 8, 1, b"\1\2", tag254=(4, 1)), "a camera's raw photo"),
        (tiff(2, 1, 8, 1, b"\1\2", tag50706=(1, 1, 4, 0, 0)), "a camera's raw photo"),
        (tiff(2, 1, 8, 1, b"\1\2", tag259=(3, 34712)), "not supported: a TIFF picture packed by method 34712"),
        (tiff(2, 1, 16, 0, bytes(4)), "not supported: a TIFF picture of 16 bits in which white is 0"),
        (tiff(2, 1, 64, 1, bytes(16), tag339=(3, 3)), r"not supported: a TIFF picture of this layout \(unknown pixel mode\)"),
        (saved(PICTURE, "tiff")[:9000], r"damaged or incomplete picture \(some of its pixels are missing\)"),
        (tiff(100_000, 100_000, 8, 1, b"\1"), "100000 x 100000 pixels are more than max_pixels"),
        (tiff(10, 10, 8, 1, b"\1", tag259=(3, 5), tag322=(4, 60_000), tag323=(4, 60_000)), "more than max_bytes"),
        (tiff(10, 10, 8, 1, b"\1", tag256=(2, 1)), "it does not say how large it is"),
        (b"II*\0\xff\xff\0\0", "it ends before its pixels begin"),
        (tiff(2, 1, 8, 1, b"\1\2")[:-20], "it ends before its pixels begin"),
    ],
)
def test_tiff_that_cannot_be_read_says_why(content, reason):
    with pytest.raises(ImageError, match=reason):
        read(content)


# AVIF, HEIC, and where they are decoded


@AVIF
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_avif_is_read_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    turns = {1: 0, 3: 2, 6: 3, 8: 1}[orientation]  # quarters to the left
    found = np.asarray(read(saved(PICTURE, "avif", quality=100, subsampling="4:4:4", exif=exif))).astype(int)
    assert np.abs(found - np.rot90(np.asarray(PICTURE).astype(int), turns)).mean() < 2


@AVIF
def test_avif_with_transparency_is_laid_on_white_and_broken_exif_in_it_does_no_harm():
    clear = Image.new("RGBA", (16, 16), (200, 0, 0, 0))
    assert np.min(read(saved(clear, "avif", quality=100))) >= 253
    exif = b"MM\0*\0\0\0\x08\0\1\1\x31\0\2\0\0\0\4abc\0\0\0\0\0"
    content = saved(PICTURE, "avif", exif=b"Exif\0\0" + exif)
    assert content.count(exif[:12]) == 1
    assert np.array_equal(read(content.replace(exif[:12], b"no such notes"[:12])), read(content))


@AVIF
def test_avif_is_budgeted_by_the_size_in_its_header():
    with pytest.raises(ImageError, match="96 x 72 pixels are more than max_pixels=6,911"):
        read_image(saved(PICTURE, "avif"), max_pixels=6911, killable=True)


@pytest.fixture
def others(tmp_path):
    """One file of each format that is decoded only where it can do no harm, and a PNG."""
    PICTURE.save(tmp_path / "a.png")
    PICTURE.save(tmp_path / "b.tif")
    if images._has_avif():
        PICTURE.save(tmp_path / "c.avif", quality=100)
    return tmp_path


def test_processes_read_them_and_threads_name_them(others):
    engine, on_threads = (ImageSearchEngine(others).index_images(executor) for executor in (None, "threads"))
    assert engine.failed_images == [] and [path[-5:] for path in on_threads.image_paths] == ["a.png"]
    for path, reason in on_threads.failed_images:
        kind = "a TIFF" if path.endswith("tif") else "an AVIF"
        assert reason == f"{kind} picture, which is decoded only from a file and in a process that can be killed"
    assert len(on_threads.failed_images) == len(engine.image_paths) - 1


def test_one_of_a_path_is_read_in_a_process_of_its_own_so_that_it_can_be_a_query(others):
    assert np.array_equal(load_image(others / "b.tif"), PICTURE)
    engine = ImageSearchEngine(others, "pixels").index_images()
    assert engine.search(others / "b.tif", top_k=1)[0].path == str(others / "a.png")  # the same pixels
    with pytest.raises(ImageError, match="a TIFF picture, which is decoded only from a file"):
        load_image((others / "b.tif").read_bytes())


def test_raised_budgets_and_time_hold_in_that_process_too(others, monkeypatch):
    made = []

    class Pool(ReaderPool):
        def __init__(self, *limits):
            super().__init__(*limits)
            made.append(self)

    monkeypatch.setattr("imsearch_helpers.ReaderPool", Pool, raising=False)
    load_image_in_time(others / "b.tif", timeout=50, max_pixels=60_000_000, max_bytes=1_000_000_000)
    load_image(others / "b.tif", max_bytes=1_000_000)
    assert [pool.budgets for pool in made] == [
        {"timeout": 50, "max_pixels": 60_000_000, "max_bytes": 1_000_000_000},
        {"timeout": 5, "max_pixels": 50_000_000, "max_bytes": 1_000_000}]  # fmt: skip
    assert [pool._settings["memory_limit"] for pool in made] == [1_045_000_000, 400_000_000]


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x34meta\0\0\0\0\0\0\0\x28iprp\0\0\0\x20ipco\0\0\0\x14ispe\0\0\0\0\0\0\0\x40\0\0\0\x30\0\0\0\x04"


@pytest.mark.skipif(importlib.util.find_spec("pillow_heif") is not None, reason="here HEIC is read")
def test_heic_is_named_with_the_remedy_where_nothing_reads_it(tmp_path):
    (tmp_path / "phone.heic").write_bytes(HEIC)
    processor = RobustImageProcessor()
    assert processor.process_image(tmp_path / "phone.heic") is None
    assert processor.failed_images[0][1] == "a HEIC picture: export it as JPEG, or install pillow-heif (the extra heic)"


def test_heic_is_read_where_pillow_heif_is(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.from_pillow(PICTURE).save(tmp_path / "phone.heic", quality=95)
    grey = [np.asarray(picture.convert("L")).astype(int) for picture in (PICTURE, load_image(tmp_path / "phone.heic"))]
    assert np.abs(grey[0] - grey[1]).mean() < 4


# Large JPEGs of phones, and budgets


def photo(width, height):
    """A picture of soft shapes with some noise, by the method of adding what repeats every 64 pixels."""
    rng = np.random.default_rng(0)
    shapes = Image.fromarray(rng.integers(30, 220, (9, 12, 3), dtype=np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    noise = Image.fromarray(np.tile(rng.normal(128, 8, (64, 64)).clip(0, 255).astype(np.uint8), (-(-height // 64), -(-width // 64))))
    noise = noise.crop((0, 0, width, height)).convert("RGB")
    return images.ImageChops.add(shapes, noise, offset=-128)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"mode": "L"}])
def test_jpeg_too_large_for_the_budget_is_read_at_the_largest_scale_that_fits(options):
    picture = photo(4000, 3008).convert(options.pop("mode", "RGB"))
    content = saved(picture, "jpeg", **options)
    whole, small = (load_image(content, images.ENOUGH_PIXELS, max_pixels=most) for most in (12_100_000, 12_000_000))
    assert whole.size == picture.size and small.size == (2000, 1504)
    assert cosine_similarity(METHODS["histogram"](whole), METHODS["histogram"](small)) > 0.98
    assert cosine_similarity(METHODS["gradients"](whole), METHODS["gradients"](small)) > 0.99


def test_jpeg_of_which_too_little_would_remain_is_refused():
    content = saved(Image.new("L", (3999, 3000)), "jpeg")  # half of both is one row of pixels too few
    with pytest.raises(ImageError, match="3999 x 3000 pixels are more than max_pixels=11,000,000"):
        load_image(content, images.ENOUGH_PIXELS + 1, max_pixels=11_000_000)
    with pytest.raises(ImageError, match="more than max_pixels"):
        load_image(content, max_pixels=11_000_000)


@pytest.fixture(scope="module")
def phone(tmp_path_factory):
    """A folder with a photo of 50.8 megapixels on its side."""
    folder = tmp_path_factory.mktemp("phone")
    exif = Image.Exif()
    exif[0x0112] = 6
    photo(8200, 6200).save(folder / "large.jpg", quality=60, exif=exif)
    return folder


@pytest.mark.parametrize("method", [*installed_methods(), lambda picture: [picture.width, picture.height]])
def test_photo_of_a_phone_is_indexed_and_found_by_every_method(phone, method):
    with ReaderPool(1, timeout=60) as pool:
        engine = ImageSearchEngine(phone, method).index_images(pool)
    assert engine.failed_images == []
    assert engine.search(phone / "large.jpg", top_k=1)[0].score == pytest.approx(1, abs=1e-6)
    assert method in METHODS or engine.image_vectors.tolist() == [[3100, 4100]]


def test_progressive_jpeg_is_refused_by_the_coefficients_that_do_not_fit():
    content = bytearray(saved(Image.new("RGB", (64, 64)), "jpeg", progressive=True, subsampling=0))
    place = content.index(b"\xff\xc2")
    content[place + 5 : place + 9] = struct.pack(">HH", 9000, 12000)
    with pytest.raises(ImageError, match="decoding it, a JPEG in several passes, would take about 676 MB, more than max_bytes"):
        load_image(bytes(content), images.ENOUGH_PIXELS)


def test_budget_that_is_raised_holds_everywhere(tmp_path):
    """A PNG of 50.4 megapixels, which the default budget refuses."""
    path = tmp_path / "large.png"
    Image.new("L", (7100, 7100), 77).save(path, compress_level=1)
    processor = RobustImageProcessor(method="histogram", max_pixels=51_000_000, timeout=60)
    assert processor.process_image(path) is not None, processor.failed_images
    processor.close()
    with ReaderPool(1, timeout=60, max_pixels=51_000_000) as pool:
        engine = ImageSearchEngine(tmp_path, "root_histogram").index_images(pool)
        picture = pool.load_image(path)
    assert engine.search(path)[0].score == engine.search(picture)[0].score == pytest.approx(1)
    with pytest.raises(ImageError, match="more than max_pixels=50,000,000"):
        ImageSearchEngine.from_vectors(["a"], engine.image_vectors, "root_histogram").search(path)
