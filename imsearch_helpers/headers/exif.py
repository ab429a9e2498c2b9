"""The notes of a camera come in; which way is up goes out."""

import re
import struct

ORIENTATION_TAG = 0x0112
WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I"}  # the types that an orientation may have, as struct calls them


def orientation_and_repairs(exif, xmp):
    """Which way is up, by EXIF and XMP together: XMP, a second place for the same note, counts where EXIF is silent.

    Parameters
    ----------
    exif : bytes
        As for `orientation_in`; empty if there is none.
    xmp : bytes
        The text; empty if there is none.

    Returns
    -------
    orientation : int
        From 1 to 8; 1 also for what is missing or invalid.
    repairs : tuple of str
        As in `Header`.
    """
    orientation, broken = orientation_in(exif)
    if orientation is None and (found := re.search(rb'tiff:Orientation(?:="|>)([1-8])', xmp)):
        orientation = int(found[1])
    repairs = ("broken EXIF data left out",) if broken else ()
    return orientation if orientation in range(1, 9) else 1, repairs


def orientation_in(exif):
    """The orientation in an EXIF block, read without a parser that could warn, fail or run wild.

    Parameters
    ----------
    exif : bytes
        With or without the leading ``Exif\\0\\0``.

    Returns
    -------
    orientation : int or None
        The number as it stands there, valid or not.
    broken : bool
        The block ends before its entries do, or is no such block at all.

    References
    ----------
    TIFF 6.0, section 2: a header that names the byte order, then entries of 12 bytes; tag 0x0112 is the orientation.
    """
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None or len(exif) < 8:
        return None, bool(exif)
    (first,) = struct.unpack_from(order + "I", exif, 4)
    if first + 2 > len(exif):
        return None, True
    (count,) = struct.unpack_from(order + "H", exif, first)
    stop = first + 2 + 12 * count
    orientation = None
    for place in range(first + 2, min(stop, len(exif) - 11), 12):
        tag, kind = struct.unpack_from(order + "HH", exif, place)
        if tag == ORIENTATION_TAG and kind in WHOLE_NUMBERS:
            (orientation,) = struct.unpack_from(order + WHOLE_NUMBERS[kind], exif, place + 8)
    return orientation, stop > len(exif)
