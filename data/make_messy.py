"""Makes data/messy/ and data/messy.csv: small files as real folders hold them, sideways, transparent, cut, disguised, hostile.

    python data/make_messy.py

Most show the same four fields: red and green above, blue and yellow below. The table says which colours a reader must
see in the two upper corners; one alone would not betray a picture mirrored along its diagonal. The seed is fixed;
another version of Pillow may write other bytes.
"""

import csv
import gzip
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).resolve().parent / "messy"
RED, GREEN, BLUE, YELLOW, WHITE = (220, 40, 40), (40, 160, 60), (40, 70, 200), (240, 200, 40), (255, 255, 255)
WIDTH, HEIGHT = 48, 32
STORED_AS = {  # orientation -> what a camera does to the upright picture before it stores it
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_90],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_270],
}
ROWS = []


def add(file, content, what, outcome, reason="", corner=None, right=GREEN):
    """One file, and its row of the table; `corner` and `right` are the colours that a reader must see above."""
    (FOLDER / file).write_bytes(content)
    ROWS.append([file, what, outcome, reason, "" if corner is None else " ".join(map(str, (*corner, *right)))])


def fields(corner=RED):
    picture = Image.new("RGB", (WIDTH, HEIGHT), YELLOW)
    picture.paste(corner, (0, 0, WIDTH // 2, HEIGHT // 2))
    picture.paste(GREEN, (WIDTH // 2, 0, WIDTH, HEIGHT // 2))
    picture.paste(BLUE, (0, HEIGHT // 2, WIDTH // 2, HEIGHT))
    return picture


def saved(picture, kind, **options):
    file = io.BytesIO()
    if kind == "jpeg":
        options = {"quality": 95, "subsampling": 0} | options
    picture.save(file, kind, **options)
    return file.getvalue()


def exif(orientation, order="<"):
    """An EXIF block with nothing but the orientation, in either byte order."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return b"Exif\0\0" + mark + struct.pack(order + "IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def sideways(orientation, kind, order="<", **options):
    picture = fields()
    for turn in STORED_AS.get(orientation, []):
        picture = picture.transpose(turn)
    return saved(picture, kind, exif=exif(orientation, order), **options)


def chunk(kind, content, checksum=None):
    checksum = zlib.crc32(kind + content) if checksum is None else checksum
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width, height, bits, colours, rows, *more):
    """A PNG written by hand, for kinds of pixels that Pillow does not write."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + pixels + chunk(b"IEND", b"")


def with_chunk(content, extra):
    """The extra chunk goes after the header, which takes the first 33 bytes."""
    return content[:33] + extra + content[33:]


def add_sideways():
    for orientation in (3, 6, 8):
        add(f"turned_{orientation}.jpg", sideways(orientation, "jpeg"), f"JPEG, orientation {orientation}", "kept", corner=RED)
    add("turned_7.png", sideways(7, "png", ">"), "PNG, orientation 7, big-endian", "kept", corner=RED)
    add("turned_5.webp", sideways(5, "webp", lossless=True), "WebP, orientation 5", "kept", corner=RED)
    add("orientation_99.jpg", sideways(99, "jpeg"), "JPEG, an orientation that does not exist", "kept", corner=RED)


def add_transparent():
    clear = fields().convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, WIDTH // 2, HEIGHT // 2))
    add("clear.png", saved(clear, "png"), "PNG, RGBA with a clear black corner", "kept", corner=WHITE)
    add("clear.webp", saved(clear, "webp", lossless=True), "WebP with a clear corner", "kept", corner=WHITE)
    half = fields().convert("RGBA")
    half.paste((0, 0, 0, 128), (0, 0, WIDTH // 2, HEIGHT // 2))
    add("half_clear.png", saved(half, "png"), "PNG, a half transparent black corner", "kept", corner=(127, 127, 127))
    palette = fields().quantize(4)
    index = palette.getpixel((0, 0))
    add("clear.gif", saved(palette, "gif", transparency=index), "GIF, one colour transparent", "kept", corner=WHITE)
    alphas = bytes(128 if i == index else 255 for i in range(4))
    add("palette_alpha.png", saved(palette, "png", transparency=alphas), "PNG, a palette with a half transparent red", "kept",
        corner=tuple(round((c * 128 + 255 * 127) / 255) for c in RED))  # fmt: skip
    add("grey_trns.png", png(8, 8, 8, 0, [bytes([7] * 4 + [200] * 4)] * 8, chunk(b"tRNS", b"\0\x07")),
        "PNG, grey with one transparent grey", "kept", corner=WHITE, right=(200, 200, 200))  # fmt: skip
    grey = Image.merge("LA", (Image.new("L", (8, 8), 0), Image.new("L", (8, 8), 51)))
    add("grey_alpha.png", saved(grey, "png"), "PNG, grey and alpha", "kept", corner=(204,) * 3, right=(204,) * 3)


def add_depths():
    add("one_bit.png", saved(Image.new("1", (8, 8), 1), "png"), "PNG of 1 bit", "kept", corner=WHITE, right=WHITE)
    row = struct.pack(">8H", *[128 * 257] * 8)
    add("sixteen_bit.png", png(8, 8, 16, 0, [row] * 8), "PNG, grey of 16 bits", "kept", corner=(128,) * 3, right=(128,) * 3)
    row = struct.pack(">8H", *[c * 257 for c in (*RED, 255)] * 2)
    add("sixteen_bit_rgba.png", png(2, 8, 16, 6, [row] * 8), "PNG, RGBA of 16 bits", "kept", corner=RED, right=RED)
    cmyk = fields().convert("CMYK")
    add("cmyk.jpg", saved(cmyk, "jpeg"), "JPEG, CMYK as Adobe stores it, upside down", "kept", corner=RED)
    add("grey.jpg", saved(fields((90, 90, 90)).convert("L"), "jpeg"), "JPEG, grey", "kept", corner=(90,) * 3, right=(113,) * 3)


def add_disguised():
    add("really_png.jpg", saved(fields(), "png"), "PNG named .jpg", "kept", corner=RED)
    add("SHOUTING.JPEG", saved(fields(), "jpeg"), "a suffix in capital letters", "kept", corner=RED)
    tiny = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
    add("pixel.gif", tiny, "a whole GIF of 35 bytes", "kept", corner=WHITE, right=WHITE)
    add("page.jpg", b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "an error page", "rejected", "an HTML page")
    add("answer.jpg", json.dumps({"error": "not found"}).encode(), "a server's answer", "rejected", "a JSON document")
    add("drawing.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG", "rejected", "an SVG drawing")
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
    add("pointer.jpg", pointer, "Git LFS pointer", "rejected", "a Git LFS pointer")
    add("._photo.jpg", b"\0\x05\x16\x07\0\x02\0\0Mac OS X        " + bytes(56), "macOS sidecar", "left out", "hidden")
    add("zeros.jpg", bytes(4096), "an unfinished download", "rejected", "nothing but zeros")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("photo.jpg"), b"")
    add("photos.jpg", archive.getvalue(), "ZIP archive", "rejected", "a ZIP archive")
    add("packed.png", gzip.compress(b"photo", mtime=0), "gzip archive", "rejected", "a gzip archive")
    add("scan.jpg", saved(fields(), "tiff"), "TIFF named .jpg", "kept", corner=RED)
    add("paper.jpg", b"%PDF-1.4\n%%EOF\n", "PDF", "rejected", "a PDF document")
    add("phone.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC", "rejected", "a HEIC picture")
    add("empty.jpg", b"", "nothing", "rejected", "the file is empty")


def add_repaired():
    good = saved(fields(), "png")
    add("bad_text_checksum.png", with_chunk(good, chunk(b"tEXt", b"Comment\0hello", 0)), "PNG, wrong checksum of a text",
        "repaired", "tEXt chunk with a wrong checksum", RED)  # fmt: skip
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(30_000_000), 9))
    add("text_bomb.png", with_chunk(good, bomb), "PNG, a text that unfolds to 30 MB", "repaired", "over-long text", RED)
    add("no_end.png", good[:-12], "PNG, its end marker is missing", "repaired", "missing end marker", RED)
    add("no_end.jpg", saved(fields(), "jpeg")[:-2], "JPEG, its end marker is missing", "repaired", "missing end marker", RED)
    broken = b"Exif\0\0II*\0\xff\xff\xff\x7f"
    add("broken_exif.jpg", saved(fields(), "jpeg", exif=broken), "JPEG, EXIF data that point nowhere", "repaired", "broken EXIF", RED)


def add_damaged_and_hostile(rng):
    noise = Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    jpeg, whole = saved(noise, "jpeg"), saved(noise, "png")
    add("half.jpg", jpeg[: len(jpeg) // 2], "half of a JPEG", "rejected", "damaged or incomplete")
    add("half_zeros.jpg", jpeg[: len(jpeg) // 2] + bytes(3000), "half of a JPEG, then zeros", "rejected", "damaged or incomplete")
    add("half.png", whole[: len(whole) // 2], "half of a PNG", "rejected", "damaged or incomplete")
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    add("flipped_byte.png", bytes(flipped), "PNG, one byte of its pixels changed", "rejected", "checksum of its pixels")
    add("bomb.png", png(60_000, 60_000, 8, 2, [b""]), "PNG of 3,600 megapixels in 66 bytes", "rejected", "more than max_pixels")
    add("scans.jpg", many_scans(2000), "progressive JPEG of 2,000 passes", "rejected", "passes over its pixels")
    frame = b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0"
    start = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0"
    add("frames.gif", start + frame * 3000 + b";", "GIF of 3,000 frames", "kept", corner=WHITE, right=WHITE)
    long = Image.new("RGB", (4000, 8), RED)
    add("banner.png", saved(long, "png"), "PNG of 4000 x 8", "kept", corner=RED, right=RED)


def many_scans(count):
    """The last pass over a small grey picture, again and again."""
    content = saved(Image.new("L", (16, 16), 100), "jpeg", progressive=True)
    last, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    return content[:end] + content[last:end] * count + content[end:]


def main():
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    add_sideways()
    add_transparent()
    add_depths()
    add_disguised()
    add_repaired()
    add_damaged_and_hostile(np.random.default_rng(6))
    with open(FOLDER.parent / "messy.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["file", "what", "outcome", "reason", "corners"])
        table.writerows(sorted(ROWS))


if __name__ == "__main__":
    main()
