"""What all readers share: the `Header` they return, how they refuse a file, their limits, and where it ends."""

from typing import NamedTuple

MAX_BLOCKS = 100_000  # more segments or chunks than this are an attack on the reader's patience
MAX_TEXT = 1 << 20  # bytes that a text in a picture must stay below, unfolded
BLOCK = 1 << 16  # bytes that are looked at together
NOT_ACCEPTED = "not a JPEG, PNG, GIF, BMP, WebP, TIFF or AVIF picture"
NO_PIXELS = "it ends before its pixels begin"


class Unreadable(ValueError):
    """A file is not a picture that can be read; the text says why, in words for a person."""


def damaged(why):
    """The error for a file that is a picture of a kind that we read, but broken.

    Parameters
    ----------
    why : str or Exception
        In words for a person; may be empty.

    Returns
    -------
    Unreadable
        To be raised.
    """
    return Unreadable(f"damaged or incomplete picture ({why})" if str(why) else "damaged or incomplete picture")


def unsupported(what):
    """The error for a file that may well be whole, but is of a layout that is not read here.

    Parameters
    ----------
    what : str
        The layout, in words for a person.

    Returns
    -------
    Unreadable
        To be raised.

    Examples
    --------
    >>> print(unsupported("a BMP picture of 2 bits"))
    not supported: a BMP picture of 2 bits
    """
    return Unreadable(f"not supported: {what}")


class Header(NamedTuple):
    """What is known of a picture before it is decoded.

    Attributes
    ----------
    kind : str
        "JPEG", "PNG", "GIF", "BMP", "WebP", "TIFF", "AVIF" or "HEIC".
    size : (int, int)
        Width and height in pixels, as stored.
    parts : tuple of (bytes or (int, int))
        What the decoder is to read: bytes, or where in the file they start and stop.
    orientation : int
        The EXIF orientation, 1 to 8; 1 is upright, and stands for all that is missing or invalid.
    repairs : tuple of str
        What was broken around the pixels and has been left out or put right.
    source_bytes : int
        Bytes a pixel that the decoded picture takes in Pillow.
    held_bytes : int
        Bytes that the decoder holds besides, whatever size it decodes to.
    is_rgb : bool
        Decoded it is plain RGB, so that nothing has to be converted.
    if_more : tuple of bytes
        Of a JPEG without end marker, of which only decoding tells whether pixels are missing: put before the last part,
        one of these changes the picture if they are. Else empty.
    """

    kind: str
    size: tuple
    parts: tuple
    orientation: int = 1
    repairs: tuple = ()
    source_bytes: int = 4
    held_bytes: int = 0
    is_rgb: bool = False
    if_more: tuple = ()


def end_before_zeros(file, length):
    """Where a file's content ends if the zeros at its end are none of it.

    An unfinished download may have been given its full length, filled with zeros, in advance.

    Parameters
    ----------
    file : file object
    length : int
        Of the file, in bytes.

    Returns
    -------
    int
        From 0 to `length`.
    """
    while length > 0:
        start = max(0, length - BLOCK)
        file.seek(start)
        if content := file.read(length - start).rstrip(b"\0"):
            return start + len(content)
        length = start
    return 0
