"""GIF: a canvas, a palette, then blocks, each a row of pieces. A block may be a frame; only the first frame counts."""

import io
import struct

from .header import MAX_BLOCKS, Header, Unreadable, damaged, end_before_zeros, read_exactly

END = b";"


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
        When there is no first frame, or one without pixels.
    """
    file.seek(6)
    width, height, flags = struct.unpack("<HHBxx", read_exactly(file, 7))
    if flags & 0x80:  # a palette
        file.seek(3 << ((flags & 7) + 1), io.SEEK_CUR)
    left, top, across, down = _first_frame(file)
    if across * down == 0:
        raise Unreadable("its first frame has no pixels")
    ended = _last_byte(file, length) == END
    return Header(
        kind="GIF",
        size=(max(width, left + across), max(height, top + down)),
        parts=((0, length),) if ended else ((0, length), END),
        repairs=() if ended else ("end marker put in at its very end",),
        source_bytes=2,
    )


def _last_byte(file, length):
    file.seek(max(0, end_before_zeros(file, length) - 1))
    return file.read(1)


def _first_frame(file):
    for _ in range(MAX_BLOCKS):
        kind = file.read(1)
        if kind == b",":
            return struct.unpack("<HHHH", read_exactly(file, 8))
        if kind == b"!":
            file.seek(1, io.SEEK_CUR)
            _skip_pieces(file)
        elif not kind or kind == END:
            raise damaged("it has no frame")
    raise _too_many()


def _skip_pieces(file):
    for _ in range(MAX_BLOCKS):
        size = file.read(1)
        if size in (b"", b"\0"):
            return
        file.seek(size[0], io.SEEK_CUR)
    raise _too_many()


def _too_many():
    return Unreadable(f"it has more than {MAX_BLOCKS:,} blocks before its first frame")
