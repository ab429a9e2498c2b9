"""WebP: a RIFF container, a row of chunks. The first frame's pixels are kept, with what says how to read them."""

import struct

from .exif import orientation_and_repairs
from .header import MAX_BLOCKS, MAX_TEXT, NO_PIXELS, Header, damaged
from .splice import length_of

FOR_DECODER = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")
ALPHA = 0x10  # the flag that says that pixels may be transparent


def read_webp(file, length):
    """The header of a WebP file.

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
        When pixels are missing.
    """
    file.seek(4)
    end = 8 + int.from_bytes(file.read(4), "little")
    chunks = _first_chunks(file, length, end)
    width, height = _size_in(file, chunks)
    orientation, repairs = orientation_and_repairs(_note(file, chunks, b"EXIF"), _note(file, chunks, b"XMP "))
    kept = [chunks[kind] for kind in chunks if kind in FOR_DECODER]
    parts = [part for start, stop in kept for part in ((start, stop), b"\0" * ((stop - start) % 2))]
    if b"ANMF" in chunks and b"VP8X" in chunks:
        parts[:1] = _with_alpha(file, *chunks[b"VP8X"])
    n_bytes = sum(map(length_of, parts))
    return Header(
        kind="WebP",
        size=(width, height),
        parts=(b"RIFF" + struct.pack("<I", n_bytes + 4) + b"WEBP", *parts),
        orientation=orientation,
        repairs=repairs if end <= length + length % 2 else ("missing end left out", *repairs),
        held_bytes=8 * width * height + 2 * n_bytes,  # two canvases of four bytes a pixel, and the content twice
    )


def _first_chunks(file, length, end):
    # Kind -> where the first chunk of it starts and stops; of an animation that is the first frame.
    chunks, position = {}, 12
    for _ in range(MAX_BLOCKS):
        file.seek(position)
        kind, size = struct.unpack("<4sI", file.read(8).ljust(8, b"\0"))
        stop = position + 8 + size
        if position >= end or stop > length:
            break
        chunks.setdefault(kind, (position, stop))
        position = stop + size % 2
    if not chunks.keys() & {b"VP8 ", b"VP8L", b"ANMF"}:
        raise damaged("some of its pixels are missing")
    return chunks


def _with_alpha(file, start, stop):
    # Around a frame that is smaller than the picture there is nothing, and without alpha nothing would be black.
    file.seek(start + 8)
    return (start, start + 8), bytes([file.read(1)[0] | ALPHA]), (start + 9, stop)


def _note(file, chunks, kind):
    start, stop = chunks.get(kind, (0, 8))
    file.seek(start + 8)
    return file.read(min(stop - start - 8, MAX_TEXT))


def _size_in(file, chunks):
    kind = next(kind for kind in chunks if kind in FOR_DECODER)
    file.seek(chunks[kind][0] + 8)
    start = file.read(10)
    if kind == b"VP8X":
        return int.from_bytes(start[4:7], "little") + 1, int.from_bytes(start[7:10], "little") + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<6xHH", start)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = int.from_bytes(start[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise damaged(NO_PIXELS)
