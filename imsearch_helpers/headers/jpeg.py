"""JPEG: a row of segments, each with a marker, then the pixels in one scan or several. Metadata is left out."""

import re
import struct
from typing import NamedTuple

from .exif import orientation_and_repairs
from .header import BLOCK, MAX_BLOCKS, NO_PIXELS, NOT_ACCEPTED, Header, Unreadable, damaged, end_before_zeros

MAX_SCANS = 100  # a progressive JPEG has about ten passes over its pixels, and each costs time
MAX_PASSED = 1_500_000_000  # pixels times passes of a JPEG: some seconds of work

MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
SOI, EOI, SOS, TEM = 0xD8, 0xD9, 0xDA, 0x01
APP0, APP1, APP14, COM = 0xE0, 0xE1, 0xEE, 0xFE
JPEG_LS = 0xF7
SOF = {*range(0xC0, 0xD0), JPEG_LS} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
START_OF_JPEG, END_OF_JPEG = b"\xff\xd8", b"\xff\xd9"


def read_jpeg(file, length):
    """The header of a JPEG file.

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
        When the pixels do not begin, a whole pass over them is missing, or they are coded in a way that Pillow cannot
        read or that would take too long.
    """
    before = _before_pixels(file)
    frame = _frame_of(*before.frame)
    in_several_scans = frame.is_progressive or before.n_in_first_scan < len(frame.components)
    finished = _ends_with_marker(file, length)
    if in_several_scans or not finished:
        scans, finished = _scans(file, before.scan, frame.size)
        if frame.is_progressive and not finished and not _all_sent(scans, frame):
            raise damaged("some of its passes are missing")
    pixels = ((before.scan, length),) if finished else ((before.scan, end_before_zeros(file, length)), END_OF_JPEG)
    orientation, repairs = orientation_and_repairs(before.exif, before.xmp)
    return Header(
        kind="JPEG",
        size=frame.size,
        parts=(before.for_decoder, *pixels),
        orientation=orientation,
        repairs=repairs,
        source_bytes=1 if len(frame.components) == 1 else 4,
        held_bytes=_coefficient_bytes(frame) if in_several_scans else 0,
        is_rgb=len(frame.components) == 3,
        unfinished=not finished,
    )


# Segments


def _segments(file, position):
    # Marker, where it begins, content; after a scan's header come its pixels, in which no marker can be by chance.
    for _ in range(MAX_BLOCKS):
        marker, start = _next_marker(file, position)
        if marker is None:
            return
        position = start + 2
        if marker in (SOI, EOI, TEM):
            yield marker, start, b""
            continue
        file.seek(position)
        size = int.from_bytes(file.read(2), "big")
        body = file.read(max(0, size - 2))
        yield marker, start, body
        position += max(2, size)
    raise Unreadable(f"it has more than {MAX_BLOCKS:,} segments")


def _next_marker(file, position, size=256):
    while True:
        file.seek(position)
        block = file.read(size)
        if found := MARKER.search(block):
            return found[1][0], position + found.start()
        if len(block) < size:
            return None, None
        position, size = position + size - 1, BLOCK


# Before the pixels


class _BeforePixels(NamedTuple):
    for_decoder: bytes
    exif: bytes
    xmp: bytes
    frame: tuple  # marker and content of the segment that says how the picture is coded
    scan: int  # where the first scan begins
    n_in_first_scan: int  # components


def _before_pixels(file):
    for_decoder, exif, xmp, frame = [START_OF_JPEG], b"", b"", None
    for marker, start, body in _segments(file, 2):
        if marker == SOS:
            if frame is None:
                break
            return _BeforePixels(b"".join(for_decoder), exif, xmp, frame, start, body[0] if body else 0)
        if marker == APP1 and body.startswith(b"Exif\0\0"):
            exif += body[6:]
        elif marker == APP1 and body.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
            xmp = body
        elif _is_for_decoder(marker, body):
            for_decoder.append(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body)
        if marker in SOF:
            frame = marker, body
    raise damaged(NO_PIXELS)


def _is_for_decoder(marker, body):
    # JFIF and Adobe say how colours are stored. A short one of either is no use to a decoder and trips Pillow.
    if marker == APP0:
        return body.startswith(b"JFIF\0") and len(body) >= 14
    if marker == APP14:
        return body.startswith(b"Adobe") and len(body) >= 12
    return not (APP0 <= marker <= COM or marker in (SOI, EOI, TEM))


class _Frame(NamedTuple):
    size: tuple
    components: list  # of (identifier, samples across, samples down)
    is_progressive: bool


def _frame_of(marker, body):
    if len(body) < 6 or len(body) < 6 + 3 * body[5]:
        raise damaged(NO_PIXELS)
    bits, height, width, n_components = struct.unpack_from(">BHHB", body)
    if marker == JPEG_LS:
        raise Unreadable(f"a JPEG-LS picture, {NOT_ACCEPTED}")
    if bits != 8:
        raise Unreadable(f"a JPEG picture of {bits} bits a sample; only 8 can be read")
    if width * height > MAX_PASSED:
        raise Unreadable(f"{width} x {height} pixels are too many, even to be read small")
    components = [(body[place], *divmod(body[place + 1], 16)) for place in range(6, 6 + 3 * n_components, 3)]
    return _Frame((width, height), components, marker in PROGRESSIVE)


# The scans


def _ends_with_marker(file, length):
    file.seek(max(0, length - 2))
    return file.read(2) == END_OF_JPEG


def _scans(file, position, size):
    # The headers of all scans, and whether the end marker came.
    most = min(MAX_SCANS, MAX_PASSED // max(1, size[0] * size[1]))
    scans = []
    for marker, _, body in _segments(file, position):
        if marker == EOI:
            return scans, True
        if marker == SOS:
            scans.append(body)
            if len(scans) > max(1, most):
                passes = f"more than {most} passes over its pixels"
                raise Unreadable(f"a progressive JPEG of {passes}, made to keep a reader busy")
    return scans, False


def _all_sent(scans, frame):
    # A scan's header: its components, then first and last coefficient, then in the low half the bits still to come.
    bits_to_come = {}
    for body in scans:
        first, last, bits = body[1 + 2 * body[0] :][:3]
        names, sent = [body[1 + 2 * i] for i in range(body[0])], range(first, min(last, 63) + 1)
        bits_to_come |= {(name, coefficient): bits & 15 for name in names for coefficient in sent}
    wanted = [(name, coefficient) for name, _, _ in frame.components for coefficient in range(64)]
    return all(bits_to_come.get(pair) == 0 for pair in wanted)


def _coefficient_bytes(frame):
    # Several scans: the decoder keeps every coefficient, two bytes each, of every component at its own sampling.
    sampling = [(across, down) for _, across, down in frame.components]
    if len(sampling) == 1:
        sampling = [(1, 1)]  # alone it is not sampled, whatever it says
    widest, highest = (max([1, *(pair[axis] for pair in sampling)]) for axis in (0, 1))
    area = (frame.size[0] + 8 * widest) * (frame.size[1] + 8 * highest)
    return sum(2 * area * across * down // (widest * highest) for across, down in sampling)
