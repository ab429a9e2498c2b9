"""WebP: a RIFF container, a row of chunks. The first frame's pixels are kept, with what says how to read them."""

import struct

from .exif import orientation_and_repairs
from .header import MAX_BLOCKS, MAX_TEXT, NO_PIXELS, Header, damaged
from .splice import length_of

PIXELS = (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")
ALPHA_AND_ANIMATED = 0x12  # of the flags in VP8X; the others announce metadata


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
    (declared,) = struct.unpack("<I", file.read(4))
    (width, height), parts, exif, xmp = _walk(file, length, declared + 8)
    orientation, repairs = orientation_and_repairs(exif, xmp)
    if declared + 8 > length + length % 2:
        repairs = ("missing end left out", *repairs)
    n_bytes = sum(map(length_of, parts))
    return Header(
        kind="WebP",
        size=(width, height),
        parts=(b"RIFF" + struct.pack("<I", n_bytes + 4) + b"WEBP", *parts),
        orientation=orientation,
        repairs=repairs,
        held_bytes=8 * width * height + 2 * n_bytes,  # two canvases of four bytes a pixel, and the content twice
    )


def _walk(file, length, end):
    # The picture's size, the parts for the decoder, EXIF and XMP.
    size, parts, seen, notes = None, [], set(), {b"EXIF": b"", b"XMP ": b""}
    for kind, position, stop, start in _chunks(file, min(length, end)):
        if stop > length and kind in PIXELS and kind not in seen:
            raise damaged("some of its pixels are missing")
        if stop > length:
            break
        if kind in notes:
            file.seek(position + 8)
            notes[kind] = file.read(min(stop - position - 8, MAX_TEXT))
        elif kind == b"VP8X" or (kind in PIXELS and not (kind == b"ANMF" and kind in seen)):  # the first frame alone
            size = size or _size_in(start)
            parts += _parts_of(kind, position, stop, start)
        seen.add(kind)
    if size is None or not seen & {b"VP8 ", b"VP8L", b"ANMF"}:
        raise damaged(NO_PIXELS)
    return size, parts, notes[b"EXIF"], notes[b"XMP "]


def _chunks(file, end):
    # Kind, where the chunk starts and stops, and its first 18 bytes, in which all sizes stand.
    position = 12
    for _ in range(MAX_BLOCKS):
        file.seek(position)
        start = file.read(18)
        if len(start) < 8 or position >= end:
            return
        kind, size = struct.unpack("<4sI", start[:8])
        yield kind, position, position + 8 + size, start
        position += 8 + size + size % 2


def _parts_of(kind, position, stop, start):
    if kind == b"VP8X":
        return [struct.pack("<4sIB", kind, 10, start[8] & ALPHA_AND_ANIMATED) + start[9:18]]
    return [(position, stop), b"\0" * ((stop - position) % 2)]


def _size_in(start):
    if start[:4] == b"VP8X" and len(start) == 18:
        return int.from_bytes(start[12:15], "little") + 1, int.from_bytes(start[15:18], "little") + 1
    if start[:4] == b"VP8 " and len(start) == 18:
        width, height = struct.unpack("<HH", start[14:18])
        return width & 0x3FFF, height & 0x3FFF
    if start[:4] == b"VP8L" and len(start) >= 13:
        bits = int.from_bytes(start[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise damaged(NO_PIXELS)
