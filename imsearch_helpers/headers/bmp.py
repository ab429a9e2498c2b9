"""BMP: one fixed header, then the pixels. There is nothing to walk over."""

import struct

from .header import Header, Unreadable

MAX_RUN_LENGTH = 10_000_000  # pixels of a run-length coded BMP, which Pillow unpacks in Python, byte by byte
RUN_LENGTH_CODED = (1, 2)


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
    width, height, bits, compression = _shape(file)
    if compression in RUN_LENGTH_CODED and max(width * height, length) > MAX_RUN_LENGTH:
        raise Unreadable(f"a run-length coded BMP picture of more than {MAX_RUN_LENGTH:,} pixels or bytes")
    n_bytes = 4 if bits > 8 else 3 if compression else 1
    return Header("BMP", (width, height), ((0, length),), source_bytes=n_bytes, is_rgb=bits in (16, 24))


def _shape(file):
    # A size below zero says that the rows run the other way.
    file.seek(14)
    if file.read(4) == b"\x0c\0\0\0":  # of OS/2
        width, height, _, bits = struct.unpack("<HHHH", file.read(8))
        return width, height, bits, 0
    width, height, _, bits, compression = struct.unpack("<iiHHI", file.read(16))
    return abs(width), abs(height), bits, compression
