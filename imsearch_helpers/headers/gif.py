"""GIF: a canvas, a palette, then blocks, each a row of pieces. A block may be a frame; only the first frame counts."""

import io
import struct

from .header import MAX_BLOCKS, Header, Unreadable, damaged

END = b";"  # put in whether it is there or not: without it the decoder waits for more of a frame that is whole


def read_gif(file, length):
    """The header of a GIF file.

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
        When there is no first frame.
    """
    file.seek(6)
    width, height, flags = struct.unpack("<HHBxx", file.read(7))
    if flags & 0x80:  # a palette
        file.seek(3 << ((flags & 7) + 1), io.SEEK_CUR)
    left, top, across, down = _first_frame(file)
    # Pillow makes the canvas larger where the frame does not fit, so that a small canvas may hide a large picture.
    size = max(width, left + across), max(height, top + down)
    return Header(kind="GIF", size=size, parts=((0, length), END), source_bytes=2)


def _first_frame(file):
    left = iter(range(MAX_BLOCKS, 0, -1))  # of blocks and pieces together
    for _ in left:
        kind = file.read(1)
        if kind == b",":
            return struct.unpack("<HHHH", file.read(8))
        if kind == b"!":
            file.seek(1, io.SEEK_CUR)
            while (size := file.read(1)) not in (b"", b"\0") and next(left, 0):
                file.seek(size[0], io.SEEK_CUR)
        elif kind in (b"", END):
            raise damaged("it has no frame")
    raise Unreadable(f"it has more than {MAX_BLOCKS:,} blocks before its first frame")
