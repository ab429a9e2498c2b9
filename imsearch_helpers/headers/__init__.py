"""Floor 0. A file's bytes come in; what it is, how large, which way up, what is broken goes out. No pixel is decoded.

A picture file is a row of blocks: segments in a JPEG, chunks in a PNG. Walking over them costs next to nothing, and it
tells what the decoder would need before it gets a single byte. The decoder is then given the blocks that hold pixels,
and none of the metadata, so that nothing in a description, a colour profile or a thumbnail can fail, warn or unfold.

One file a format: `jpeg`, `png`, `gif`, `bmp`, `webp`, `tiff` and, for AVIF and HEIC, `boxes`. Each has one reader, a
function ``(file, length) -> Header``; it raises `Unreadable` where there is nothing to decode, and need not ask whether
a block is as long as it must be: what then fails, `read_header` turns into `Unreadable`. The readers share `header`
(what they return, how they refuse, their limits), `exif` (which way is up) and `splice` (the file that the decoder
gets). What is none of them is named by `signatures`.

It is the second belt: folders are read by processes that can be killed. What stands here keeps memory within bounds,
finds damage that a decoder would show as pixels, and gives reasons in words for a person.

A new format is one file with a reader, and one row in `READERS` below. What decodes it is named in `images`.
"""

import io
import re
import struct

from .bmp import read_bmp
from .boxes import read_boxes
from .exif import orientation_in
from .gif import read_gif
from .header import NO_PIXELS, Header, Unreadable, damaged
from .jpeg import read_jpeg
from .png import read_png
from .signatures import what_it_is
from .splice import SMALL, spliced
from .tiff import read_tiff
from .webp import read_webp

__all__ = ["READERS", "SMALL", "Header", "Unreadable", "orientation_in", "read_header", "spliced", "what_it_is"]

MAX_LENGTH = 500_000_000  # bytes of a file
READERS = [  # how a file of the format begins, and what reads it
    (rb"\xff\xd8\xff(?!\xf7)", read_jpeg),
    (rb"\x89PNG\r\n\x1a\n", read_png),
    (rb"GIF8[79]a", read_gif),
    (rb"BM.{12}[\x0c-\x7c]\0\0\0", read_bmp),
    (rb"RIFF....WEBP", read_webp),
    (rb"(?!.{8}CR\x02)(II\*\0|MM\0\*)", read_tiff),
    (rb".{4}ftyp(avi|he[iv]|mif1|msf1)", read_boxes),
]


def read_header(file):
    """Find out what a file is, and walk over its blocks.

    Parameters
    ----------
    file : file object
        Binary and seekable.

    Returns
    -------
    Header

    Raises
    ------
    Unreadable
        When it is none of these kinds, or too damaged to find the pixels.

    Examples
    --------
    >>> canvas, frame = bytes([3, 0, 2, 0, 0, 0, 0]), bytes([0, 0, 0, 0, 3, 0, 2, 0, 0])
    >>> header = read_header(io.BytesIO(b"GIF89a" + canvas + b"," + frame))
    >>> header.kind, header.size, header.repairs
    ('GIF', (3, 2), ())
    """
    length = file.seek(0, io.SEEK_END)
    if length > MAX_LENGTH:
        raise Unreadable(f"the file has {length / 1e6:,.0f} MB, more than a picture of any use")
    file.seek(0)
    start = file.read(512)
    for begins, read in READERS:
        if re.match(begins, start, re.DOTALL):
            try:
                return read(file, length)
            except (LookupError, struct.error) as error:  # a block is missing, or shorter than what must stand in it
                raise damaged(NO_PIXELS) from error
    raise Unreadable(what_it_is(start))
