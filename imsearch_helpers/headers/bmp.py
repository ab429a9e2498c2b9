"""BMP: one fixed header, then the pixels. There is nothing to walk over."""

import struct

from .header import Header, Unreadable, read_exactly

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
    return Header(
        kind="BMP",
        size=(width, height),
        parts=((0, length),),
        source_bytes=4 if bits > 8 else 3 if compression else 1,
        is_rgb=bits in (16, 24),
    )


def _shape(file):
    # A size below zero says that the rows run the other way.
    file.seek(14)
    (size,) = struct.unpack("<I", read_exactly(file, 4))
    if size == 12:  # of OS/2
        width, height, _, bits = struct.unpack("<HHHH", read_exactly(file, 8))
        return width, height, bits, 0
    width, height, _, bits, compression = struct.unpack("<iiHHI", read_exactly(file, 16))
    return abs(width), abs(height), bits, compression
