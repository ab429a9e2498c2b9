"""PNG: a row of chunks, each with a length, a kind of four letters, its content and a checksum."""

import re
import struct
import zlib

from .exif import orientation_and_repairs
from .header import BLOCK, MAX_BLOCKS, MAX_TEXT, NO_PIXELS, Header, Unreadable, damaged, unsupported

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END_OF_PNG = b"\0\0\0\0IEND\xaeB`\x82"
FOR_DECODER = (b"IHDR", b"PLTE", b"tRNS")  # besides the pixels
# Whose checksum must be right: of wrong pixels a decoder notices nearly all, but shows the rest.
NEEDED = {b"IHDR": "IHDR chunk", b"PLTE": "PLTE chunk", b"IDAT": "pixels"}
TEXTS = {b"tEXt": 0, b"zTXt": 2, b"iCCP": 2, b"iTXt": 4}  # how many zero bytes stand before what is packed, if it is
OLD_EXIF, XMP = b"Raw profile type exif", b"XML:com.adobe.xmp"
MAX_TEXTS = 100  # that are looked into
GREY, RGB, PALETTE = 0, 2, 3  # how colours are stored
LOST = b""  # in place of a kind: here stands no chunk, or not one of this length
FAR = 1 << 26  # bytes that are searched for pixels where the way is lost


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
    found, texts, pixels, repairs = _walk(file, length)
    if not pixels:
        raise damaged(NO_PIXELS)
    if b"CgBI" in found:
        raise unsupported("a PNG picture packed for iPhones, which no other program reads")
    width, height, bits, colours = struct.unpack_from(">IIBB", _content(file, *found[b"IHDR"]))
    if colours == PALETTE and b"PLTE" not in found:
        raise damaged("its palette is missing")
    if b"tRNS" in found and not _is_right(found, len(_content(file, *found[b"tRNS"])), colours):
        del found[b"tRNS"]
        repairs.append("broken tRNS chunk left out")
    orientation, exif_repairs = orientation_and_repairs(*_exif_and_xmp(file, found, texts, repairs))
    return Header(
        kind="PNG",
        size=(width, height),
        parts=(SIGNATURE, *(found[kind] for kind in FOR_DECODER if kind in found), *pixels, END_OF_PNG),
        orientation=orientation,
        repairs=tuple(dict.fromkeys([*repairs, *exif_repairs])),  # each once
        source_bytes=(2 if bits == 16 else 1) if colours in (GREY, PALETTE) else 4,
        is_rgb=colours == RGB and b"tRNS" not in found,
    )


def _is_right(found, length, colours):
    # Whether the transparent colours are as long as they must be, and stand where they must: behind the palette.
    if colours == PALETTE:
        return length <= 256 and found[b"PLTE"] < found[b"tRNS"]
    return {GREY: 2, RGB: 6}.get(colours, 1 << 30) <= length <= 256


def _content(file, start, stop):
    file.seek(start + 8)
    return file.read(min(stop - start - 12, MAX_TEXT))


# The walk over the chunks


def _walk(file, length):
    # Where the chunks are that are needed, where the texts are, parts with the pixels, repairs.
    found, texts, pixels, repairs, before = {}, [], [], [], None
    for kind, start, stop, is_right in _chunks(file, length):
        if kind == b"IEND":
            return found, texts, pixels, repairs
        if kind == LOST and pixels:
            break
        if kind == b"IDAT" and stop > length:  # the file ends in it: whether pixels are missing, decoding tells
            pixels += [struct.pack(">I4s", length - start - 8, kind), (start + 8, length), bytes(4)]
            break
        if kind == LOST:
            repairs.append("metadata of a wrong length left out")
        elif not is_right and kind in NEEDED:
            raise damaged(f"the checksum of its {NEEDED[kind]} is wrong")
        elif not is_right:
            repairs.append(f"{kind.decode()} chunk with a wrong checksum left out")
        elif kind == b"IDAT":
            repairs += ["pixels that lay apart put together"] * bool(pixels and before != kind)
            pixels.append((start, stop))
        elif pixels and kind in FOR_DECODER:
            repairs.append(f"{kind.decode()} chunk behind the pixels left out")
        elif kind in TEXTS:
            texts.append((start, stop, TEXTS[kind]))
        else:
            repairs += ["header that came late put first"] * (kind == b"IHDR" and before is not None)
            found.setdefault(kind, (start, stop))
        before = kind
    return found, texts, pixels, [*repairs, "missing end marker put in"]


def _chunks(file, length):
    # Kind, start, stop, whether the checksum is right. Where the way is lost, it goes on at what looks like pixels.
    position = len(SIGNATURE)
    for _ in range(MAX_BLOCKS):
        kind, stop = _chunk_at(file, position, length)
        is_right = kind != LOST and stop <= length and _checksum_is_right(file, position, stop)
        yield kind, position, stop, is_right
        # A wrong checksum may be a wrong length, which leads astray.
        if not is_right and (kind == LOST or _chunk_at(file, stop, length)[0] == LOST):
            file.seek(position + 8)
            place = file.read(FAR).find(b"IDAT")
            if place < 0:
                return
            stop = position + 4 + place
        position = stop
    raise Unreadable(f"it has more than {MAX_BLOCKS:,} chunks")


def _chunk_at(file, position, length):
    # Pixels may go beyond the end of the file.
    file.seek(position)
    size, kind = struct.unpack(">I4s", file.read(8).ljust(8, b"\0"))
    stop = position + 12 + size
    return kind if kind.isalpha() and (stop <= length or kind == b"IDAT") else LOST, stop


def _checksum_is_right(file, start, stop):
    file.seek(start + 4)
    value = 0
    for left in range(stop - start - 8, 0, -BLOCK):
        value = zlib.crc32(file.read(min(left, BLOCK)), value)
    return value == int.from_bytes(file.read(4), "big")


# Which way is up


def _exif_and_xmp(file, found, texts, repairs):
    # Either may stand in a text.
    notes = {}
    for start, stop, n_zeros in texts[:MAX_TEXTS]:
        content = _content(file, start, stop)
        text, keyword = _unfolded(content, n_zeros), content.partition(b"\0")[0]
        if len(text) == MAX_TEXT:
            repairs.append("over-long text left out")
        elif keyword in (OLD_EXIF, XMP):
            notes[keyword] = text
    exif = _content(file, *found.get(b"eXIf", (0, 12)))
    return exif or _from_hexadecimal(notes.get(OLD_EXIF, b"")), notes.get(XMP, b"")


def _unfolded(content, n_zeros):
    try:
        return zlib.decompressobj().decompress(content.split(b"\0", n_zeros)[-1], MAX_TEXT)
    except zlib.error:
        return content  # not packed


def _from_hexadecimal(text):
    # A blank line, the name, the length, then hexadecimal digits.
    digits = re.sub(rb"[^0-9a-fA-F]", b"", b"".join(text.split(b"\n")[3:])).decode()
    return bytes.fromhex(digits[: len(digits) // 2 * 2])
