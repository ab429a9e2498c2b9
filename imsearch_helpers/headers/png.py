"""PNG: a row of chunks, each with a length, a kind of four letters, its content and a checksum."""

import re
import struct
import zlib
from typing import NamedTuple

from .exif import orientation_and_repairs
from .header import BLOCK, MAX_BLOCKS, MAX_TEXT, NO_PIXELS, Header, Unreadable, damaged

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END_OF_PNG = b"\0\0\0\0IEND\xaeB`\x82"
FOR_DECODER = (b"IHDR", b"PLTE", b"tRNS")  # besides the pixels
TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")
GREY, RGB, PALETTE = 0, 2, 3  # how colours are stored


def read_png(file, length):
    """The header of a PNG file.

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
        When what the decoder needs is missing, or a checksum says that it is wrong.
    """
    found = _Found(file, length)
    for chunk in _chunks(file, length):
        found.add(chunk)
    width, height, bits, colours = _shape(found)
    kinds = [kind for kind in FOR_DECODER if kind in found.for_decoder]
    repairs = [*found.repairs, *_pixel_repairs(found, file, most_bytes=8 * (width + 8) * (height + 8))]
    if b"tRNS" in kinds and not _is_transparency(found.for_decoder[b"tRNS"], colours):
        kinds.remove(b"tRNS")
        repairs.append("broken tRNS chunk left out")
    orientation, exif_repairs = orientation_and_repairs(found.exif, found.xmp)
    before = SIGNATURE + b"".join(_chunk_of(kind, found.for_decoder[kind]) for kind in kinds)
    return Header(
        kind="PNG",
        size=(width, height),
        parts=(before, *found.pixels, *found.cut_pixels, END_OF_PNG),
        orientation=orientation,
        repairs=tuple(dict.fromkeys([*repairs, *exif_repairs])),  # each once
        source_bytes=(2 if bits == 16 else 1) if colours in (GREY, PALETTE) else 4,
        is_rgb=colours == RGB and b"tRNS" not in kinds,
    )


def _shape(found):
    if len(found.for_decoder.get(b"IHDR", b"")) < 13 or not (found.pixels or found.cut_pixels):
        raise damaged(NO_PIXELS)
    width, height, bits, colours = struct.unpack_from(">IIBB", found.for_decoder[b"IHDR"])
    if colours == PALETTE and b"PLTE" not in found.for_decoder:
        raise damaged("its palette is missing")
    return width, height, bits, colours


def _pixel_repairs(found, file, most_bytes):
    if not found.pixels_are_right:
        if not _unfolds(file, found.pixels, most_bytes):
            raise damaged("the checksum of its pixels is wrong")
        yield "wrong checksum over intact pixels ignored"
    if not found.ended:
        yield "missing end marker put in"


def _is_transparency(content, colours):
    return {GREY: 2, RGB: 6, PALETTE: 0}.get(colours, 0) <= len(content) <= 256


def _chunk_of(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# The walk over the chunks


class _Chunk(NamedTuple):
    kind: bytes
    start: int
    stop: int  # beyond the file's end for pixels that are cut off
    checksum_is_right: bool


LOST = b""  # in place of a kind: here stands no chunk, or not one of this length


def _chunks(file, length):
    # One after another. Where the walk loses its way, the next thing that looks like pixels is where it goes on.
    position, pixels_began = len(SIGNATURE), False
    for _ in range(MAX_BLOCKS):
        chunk = _chunk_at(file, position, length)
        if chunk is None or (chunk.kind == LOST and pixels_began):
            return
        yield chunk
        if chunk.kind == b"IEND" or (chunk.kind != LOST and chunk.stop > length):
            return
        pixels_began |= chunk.kind == b"IDAT"
        # A wrong checksum may be a wrong length, which leads astray.
        leads_on = chunk.checksum_is_right or (chunk.kind != LOST and _is_chunk(file, chunk.stop, length))
        position = chunk.stop if leads_on else _next_pixels(file, position, length)
        if position is None:
            return
    raise Unreadable(f"it has more than {MAX_BLOCKS:,} chunks")


def _chunk_at(file, position, length):
    file.seek(position)
    start = file.read(8)
    if len(start) < 8:
        return None
    size, kind = struct.unpack(">I4s", start)
    stop = position + 12 + size
    if not kind.isalpha() or (stop > length and kind != b"IDAT"):
        return _Chunk(LOST, position, stop, False)
    return _Chunk(kind, position, stop, stop <= length and _checksum_is_right(file, position, size))


def _is_chunk(file, position, length):
    file.seek(position)
    size, kind = struct.unpack(">I4s", file.read(8).ljust(8, b"\0"))
    return kind.isalpha() and position + 12 + size <= length


def _next_pixels(file, position, length):
    file.seek(position + 4)
    place = file.read(min(length, 1 << 26)).find(b"IDAT")
    return None if place < 4 else position + place


def _checksum_is_right(file, position, size):
    file.seek(position + 4)
    value, left = 0, size + 4
    while left > 0:
        block = file.read(min(left, BLOCK))
        value, left = zlib.crc32(block, value), left - len(block)
    return value == int.from_bytes(file.read(4), "big")


# What is in the chunks


class _Found:
    # What the chunks say, added one after another.

    def __init__(self, file, length):
        self._file, self._length = file, length
        self._room = 4 * MAX_TEXT  # what all texts together may unfold to
        self.for_decoder = {}  # kind -> content
        self.pixels = []  # where each IDAT starts and stops
        self.pixels_are_right = True
        self.cut_pixels = ()  # parts of a last IDAT that the file ends in
        self.exif, self.xmp, self.repairs = b"", b"", []
        self.ended = False

    def add(self, chunk):
        if chunk.kind == LOST:
            self.repairs.append("metadata of a wrong length left out")
        elif chunk.kind == b"IEND":
            self.ended = True
        elif chunk.kind == b"IDAT":
            self._add_pixels(chunk)
        elif chunk.kind == b"CgBI":
            raise Unreadable("a PNG picture in the private form of iPhone apps")
        elif chunk.checksum_is_right:
            self._add_content(chunk)
        elif chunk.kind in (b"IHDR", b"PLTE"):
            raise damaged(f"the checksum of its {chunk.kind.decode()} chunk is wrong")
        else:
            self.repairs.append(f"{chunk.kind.decode()} chunk with a wrong checksum left out")

    def _add_pixels(self, chunk):
        if chunk.stop > self._length:
            start = struct.pack(">I4s", self._length - chunk.start - 8, chunk.kind)
            self.cut_pixels = (start, (chunk.start + 8, self._length), bytes(4))
        else:
            self.pixels.append((chunk.start, chunk.stop))
            self.pixels_are_right &= chunk.checksum_is_right

    def _add_content(self, chunk):
        if chunk.kind not in (*FOR_DECODER, b"eXIf", *TEXTS):
            return
        self._file.seek(chunk.start + 8)
        content = self._file.read(min(chunk.stop - chunk.start - 12, MAX_TEXT + 1))
        if chunk.kind in FOR_DECODER:
            self.for_decoder.setdefault(chunk.kind, content)
        elif chunk.kind == b"eXIf":
            self.exif = content
        else:
            self._add_text(chunk.kind, content)

    def _add_text(self, kind, content):
        try:
            keyword, text = _keyword_and_text(kind, content, may_unfold=self._room > 0)
        except zlib.error:
            self.repairs.append(f"broken {kind.decode()} chunk left out")
            return
        self._room -= len(text)
        if len(text) > MAX_TEXT or len(content) > MAX_TEXT or self._room <= 0:
            self.repairs.append("over-long text left out")
        elif keyword == b"XML:com.adobe.xmp":
            self.xmp = text
        elif keyword == b"Raw profile type exif" and not self.exif:
            self.exif = _from_hexadecimal(text)


def _keyword_and_text(kind, content, may_unfold):
    keyword, _, text = content.partition(b"\0")
    packed = text[1:] if kind in (b"zTXt", b"iCCP") else None
    if kind == b"iTXt" and text[:1] == b"\1":
        packed = text[2:].split(b"\0", 2)[-1]  # after its language, twice
    if packed is not None and may_unfold:
        text = zlib.decompressobj().decompress(packed, MAX_TEXT + 1)
    return keyword, text


def _from_hexadecimal(text):
    # A blank line, the name, the length, then hexadecimal digits.
    digits = re.sub(rb"[^0-9a-fA-F]", b"", b"".join(text.split(b"\n")[3:])).decode()
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


# The pixels' own checksum


def _unfolds(file, pixels, most_bytes):
    # The stream has a checksum of its own: where that is right, only the note about it was wrong.
    stream = zlib.decompressobj()
    try:
        for block in _content_of(file, pixels):
            while block and not stream.eof:
                most_bytes -= len(stream.decompress(block, MAX_TEXT))
                block = stream.unconsumed_tail
                if most_bytes < 0:
                    return False
            if stream.eof:
                return True
    except zlib.error:
        pass
    return False


def _content_of(file, pixels):
    for start, stop in pixels:
        file.seek(start + 8)
        left = stop - start - 12
        while left > 0:
            block = file.read(min(left, BLOCK))
            left -= len(block) or left
            yield block
