"""AVIF and HEIC: boxes in boxes, each with a length and a kind of four letters. One says how large the picture is."""

import re
import struct

from .header import MAX_BLOCKS, Header

WAY = {b"meta": 4, b"iprp": 0, b"ipco": 0}  # the boxes to go into, and how many bytes stand before what is in them
SIZE = b"ispe"
MOST_BYTES = 1 << 20  # of a file's start, where all that it holds is listed
# What a camera noted; by the standard, which way is up stands elsewhere.
EXIF = re.compile(rb"(?<=infe.{8})Exif", re.DOTALL)
PIXEL_BYTES = 6  # what a decoder of either holds for a pixel, besides what it hands over; measured: up to 6.3


def read_boxes(file, length):
    """The header of an AVIF or HEIC file, of size (0, 0) if no box tells it. Which way is up, its decoder tells.

    Parameters
    ----------
    file : file object
        Binary and seekable.
    length : int
        Of the file, in bytes.

    Returns
    -------
    Header
    """
    file.seek(0)
    (end,) = struct.unpack(">I4x", file.read(8))
    brands = file.read(min(end, 512) - 8)
    kind = "AVIF" if b"avi" in brands else "HEIC"
    sizes = [(0, 0), *(_size_in(file, start) for start in _starts_of_sizes(file, 0, length))]
    width, height = max(sizes, key=lambda size: size[0] * size[1])  # the others are of tiles and previews
    n_bytes = 2 * length + PIXEL_BYTES * width * height
    return Header(kind, (width, height), _without_exif(file, length), held_bytes=n_bytes)


def _without_exif(file, length):
    file.seek(0)
    parts, start = [], 0
    for found in EXIF.finditer(file.read(MOST_BYTES)):
        parts += [(start, found.start()), b"none"]
        start = found.end()
    return *parts, (start, length)


def _starts_of_sizes(file, start, stop):
    for _ in range(MAX_BLOCKS):
        file.seek(start)
        head = file.read(16)
        if start + 8 > stop or len(head) < 8:
            return
        size, kind = struct.unpack(">I4s", head[:8])
        n_before = 16 if size == 1 else 8
        size = {0: stop - start, 1: int.from_bytes(head[8:], "big")}.get(size, size)
        if size < n_before:
            return
        if kind == SIZE:
            yield start + n_before + 4
        elif kind in WAY:
            yield from _starts_of_sizes(file, start + n_before + WAY[kind], min(stop, start + size))
        start += size


def _size_in(file, start):
    file.seek(start)
    return struct.unpack(">II", file.read(8))
