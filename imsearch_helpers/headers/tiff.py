"""TIFF: a table of tags for each page, and pixels anywhere. The first page counts, and the tags that its pixels need."""

import struct

from .header import NO_PIXELS, NOT_ACCEPTED, Header, Unreadable, damaged, unsupported

WIDTH, HEIGHT, BITS, COMPRESSION, COLOURS, ORIENTATION, SAMPLES, ROWS = 256, 257, 258, 259, 262, 274, 277, 278
PLANAR, TILE_WIDTH, TILE_HEIGHT = 284, 322, 323
# By which a camera's raw photo is known, whose first page is a small one.
REDUCED, DNG_VERSION, OF_A_SENSOR = 254, 50706, 32803
# What pixels need besides: order of bits, places, predictor, palette, extra channels; of fax, of JPEG, of YCbCr.
FOR_DECODER = {WIDTH, HEIGHT, BITS, COMPRESSION, COLOURS, SAMPLES, ROWS, PLANAR, TILE_WIDTH, TILE_HEIGHT} | {
    266, 273, 279, 292, 293, 317, 320, 324, 325, 332, 338, 339, 347, 529, 530, 531, 532,
}  # fmt: skip
NO_TAG = 65_000  # in place of a tag that the decoder need not see, such as what a camera notes: it has no meaning
WHITE_IS_ZERO, RGB, YCBCR = 0, 2, 6
SEPARATE = 2  # each channel for itself
# Not packed; fax, LZW, JPEG, deflate, PackBits, deflate by its old number, LZMA, Zstandard.
PACKED_BY = {None, 1, 2, 3, 4, 5, 7, 8, 32773, 32946, 34925, 50000}
WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I"}  # the types of a tag's values that are numbers, as struct calls them


def read_tiff(file, length):
    """The header of a TIFF file's first page.

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
        When it has no size, is a camera's raw photo, or of a layout that its decoder gets wrong.

    References
    ----------
    TIFF 6.0, section 2: the header names the byte order and where the first table is; a tag takes 12 bytes of it.
    """
    file.seek(0)
    order = "<" if file.read(2) == b"II" else ">"
    place, entries = _table(file, order)
    tags = {struct.unpack(order + "H", entry[:2])[0]: entry for entry in reversed(entries)}  # one that stands twice counts first
    found = {tag: _first_number(file, order, entry) for tag, entry in tags.items()}
    number = {tag: value for tag, value in found.items() if value is not None}
    if number.get(REDUCED, 0) & 1 or DNG_VERSION in tags or number.get(COLOURS) == OF_A_SENSOR:
        raise Unreadable(f"a camera's raw photo, {NOT_ACCEPTED}")
    if not number.keys() >= {WIDTH, HEIGHT}:
        raise damaged("it does not say how large it is")
    _check_layout(number)
    nothing = struct.pack(order + "HHI4x", NO_TAG, 1, 1)
    needed = [entry if entry in map(tags.get, FOR_DECODER) else nothing for entry in entries]
    stop = place + 12 * len(entries)
    return Header(
        kind="TIFF",
        size=(number[WIDTH], number[HEIGHT]),
        parts=((0, place), b"".join(needed), bytes(4), (min(stop + 4, length), length)),  # and no other page
        orientation=number.get(ORIENTATION) if number.get(ORIENTATION) in range(1, 9) else 1,
        source_bytes=_pixel_bytes(number),
        held_bytes=0 if number.get(COMPRESSION, 1) == 1 else 2 * length + _strip_bytes(number),
        is_rgb=number.get(COLOURS) in (RGB, YCBCR) and number.get(SAMPLES) == 3,
    )


def _check_layout(number):
    if number.get(COMPRESSION) not in PACKED_BY:
        raise unsupported(f"a TIFF picture packed by method {number[COMPRESSION]}")
    if number.get(BITS, 1) > 8 and (number.get(PLANAR) == SEPARATE or number.get(COLOURS) == WHITE_IS_ZERO):
        layout = "with each channel for itself" if number.get(PLANAR) == SEPARATE else "in which white is 0"
        raise unsupported(f"a TIFF picture of {number[BITS]} bits {layout}")


def _table(file, order):
    # Where its entries begin, and they.
    file.seek(4)
    (place,) = struct.unpack(order + "I", file.read(4))
    file.seek(place)
    (count,) = struct.unpack(order + "H", file.read(2))
    content = file.read(12 * count)
    if len(content) < 12 * count:
        raise damaged(NO_PIXELS)
    return place + 2, [content[i : i + 12] for i in range(0, len(content), 12)]


def _first_number(file, order, entry):
    kind, count, place = struct.unpack(order + "2xHII", entry)
    letter = WHOLE_NUMBERS.get(kind)
    if letter is None or not count:
        return None
    value = entry[8:]
    if count * struct.calcsize(letter) > 4:
        file.seek(place)
        value = file.read(4).ljust(4, b"\0")
    return struct.unpack_from(order + letter, value)[0]


def _pixel_bytes(number):
    if number.get(SAMPLES, 1) > 1 or number.get(COLOURS) in (RGB, YCBCR):
        return 4
    return {16: 2, 32: 8}.get(number.get(BITS), 1)  # of 32 bits NumPy makes a copy, to find out what is white


def _strip_bytes(number):
    # The decoder unpacks a strip or a tile at a time; it may be the whole picture, or say that it is larger.
    width = number.get(TILE_WIDTH, number[WIDTH])
    n_rows = number.get(TILE_HEIGHT, min(number.get(ROWS, number[HEIGHT]), number[HEIGHT]))
    as_rgba = 4 * (number.get(COLOURS) == YCBCR)
    return width * n_rows * (as_rgba + number.get(SAMPLES, 1) * number.get(BITS, 1) // 8)
