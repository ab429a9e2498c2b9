"""BMP: one fixed header, then the pixels. There is nothing to walk over."""

import struct

from .header import Header, Unreadable, unsupported

MAX_RUN_LENGTH = 10_000_000  # pixels of a run-length coded BMP, which Pillow unpacks in Python, byte by byte
HEADER_SIZES = (12, 40, 52, 56, 64, 108, 124)
RUN_LENGTH_CODED = (1, 2)
BY_MASKS, BY_MASKS_WITH_ALPHA = 3, 6


def read_bmp(file, length):
    """The header of a BMP file.

    Parameters
    ----------
    file : file object
        Binary and seekable.
    length : int
        Of the file, in bytes.

    Returns
    -------
    Header

    Raises
    ------
    Unreadable
        When the file ends in its header, or would take too long to unpack.
    """
    (width, height, bits, compression), parts = _shape(file), ((0, length),)
    if compression in RUN_LENGTH_CODED and max(width * height, length) > MAX_RUN_LENGTH:
        raise Unreadable(f"a run-length coded BMP picture of more than {MAX_RUN_LENGTH:,} pixels or bytes")
    if compression == BY_MASKS_WITH_ALPHA:  # Pillow knows it by the other name, with the fourth mask in the header
        file.seek(14)
        size = max(56, int.from_bytes(file.read(4), "little"))
        parts = (0, 14), struct.pack("<I", size), (18, 30), struct.pack("<I", BY_MASKS), (34, length)
    elif bits <= 8 and _n_colours(file) > 256:  # more than a pixel can name
        parts = (0, 46), struct.pack("<I", 256), (50, length)
    n_bytes = 4 if bits > 8 else 3 if compression else 1
    return Header("BMP", (width, height), parts, source_bytes=n_bytes, is_rgb=bits in (16, 24))


def _shape(file):
    # A size below zero says that the rows run the other way.
    file.seek(14)
    (size,) = struct.unpack("<I", file.read(4))
    if size not in HEADER_SIZES:
        raise unsupported(f"a BMP picture with a header of {size} bytes")
    if size == 12:  # of OS/2
        width, height, _, bits = struct.unpack("<HHHH", file.read(8))
        return width, height, bits, 0
    width, height, _, bits, compression = struct.unpack("<iiHHI", file.read(16))
    return abs(width), abs(height), bits, compression


def _n_colours(file):
    file.seek(14)
    size, n_colours = struct.unpack("<I28xI", file.read(36))
    return n_colours if size >= 40 else 0
