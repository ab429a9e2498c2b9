"""JPEG: a row of segments, each with a marker, then the pixels in one scan or several. Metadata is left out."""

import re
import struct

from .exif import orientation_and_repairs
from .header import MAX_BLOCKS, NO_PIXELS, Header, Unreadable, damaged, end_before_zeros

MAX_SCANS = 100  # a progressive JPEG has about ten passes over its pixels, and each costs time
MAX_PASSED = 1_500_000_000  # pixels times passes of a JPEG: some seconds of work
STEP = 4096  # bytes that are searched for the next marker at a time

MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")  # of a segment, or of the end
START_OF_JPEG, END_OF_JPEG = b"\xff\xd8", b"\xff\xd9"
EOI, SOS, APP0, APP1, APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xEE
SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
# JFIF and Adobe say how colours are stored. Pillow trips over a short one of either, as over a short profile.
OF_COLOURS = re.compile(rb"JFIF\0.{9}|Adobe.{7}", re.DOTALL)
EXIF, XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"


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
        When the pixels do not begin, a whole pass over them is missing, or they are coded in a way that would take too
        long.
    """
    before, orientation, repairs, (size, components, in_several_scans), start = _before_pixels(file)
    file.seek(max(0, length - 2))
    finished = file.read(2) == END_OF_JPEG
    if in_several_scans or not finished:
        scans, finished = _scans(file, start, size)
        if not finished and not _all_sent(scans, components):
            raise damaged("some of its passes are missing")
    return Header(
        kind="JPEG",
        size=size,
        parts=(before, (start, length)) if finished else (before, (start, end_before_zeros(file, length)), END_OF_JPEG),
        orientation=orientation,
        repairs=repairs,
        source_bytes=1 if len(components) == 1 else 4,
        held_bytes=_coefficient_bytes(size, components) if in_several_scans else 0,
        is_rgb=len(components) == 3,
        unfinished=not finished,
    )


# Before the pixels


def _segments(file, position):
    # Marker, where it begins, content; after a scan's header come its pixels, in which no marker can be by chance.
    for _ in range(MAX_BLOCKS):
        marker, start = _next_marker(file, position)
        if marker is None:
            return
        file.seek(start + 2)
        size = 0 if marker == EOI else max(2, int.from_bytes(file.read(2), "big"))
        yield marker, start, file.read(max(0, size - 2))
        position = start + 2 + size
    raise Unreadable(f"it has more than {MAX_BLOCKS:,} segments")


def _next_marker(file, position):
    while True:
        file.seek(position)
        block = file.read(STEP)
        if found := MARKER.search(block):
            return found[1][0], position + found.start()
        if len(block) < STEP:
            return None, None
        position += STEP - 1


def _before_pixels(file):
    # What the decoder needs of it, the orientation and repairs, the frame, and where the first scan begins.
    for_decoder, exif, xmp, frame = [START_OF_JPEG], b"", b"", (SOS, b"")
    for marker, start, body in _segments(file, 2):
        if marker == SOS:
            return b"".join(for_decoder), *orientation_and_repairs(exif, xmp), _frame(*frame, body), start
        if marker in SOF:
            frame = marker, body
        if (marker < APP0 and marker != EOI) or (marker in (APP0, APP14) and OF_COLOURS.match(body)):
            for_decoder.append(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body)
        elif marker == APP1 and body.startswith(EXIF):
            exif += body.removeprefix(EXIF)
        elif marker == APP1 and body.startswith(XMP):
            xmp = body
    raise damaged(NO_PIXELS)


def _frame(marker, body, first_scan):
    # Size, components as (identifier, samples across, samples down), whether they are sent in several scans.
    height, width, n_components = struct.unpack_from(">HHB", body, 1)
    if width * height > MAX_PASSED:
        raise Unreadable(f"{width} x {height} pixels are too many, even to be read small")
    components = [(body[place], *divmod(body[place + 1], 16)) for place in range(6, 6 + 3 * n_components, 3)]
    return (width, height), components, marker in PROGRESSIVE or first_scan[0] < n_components


# The scans


def _scans(file, position, size):
    # The headers of all scans, and whether the end marker came.
    most = max(1, min(MAX_SCANS, MAX_PASSED // max(1, size[0] * size[1])))
    scans = []
    for marker, _, body in _segments(file, position):
        if marker == EOI:
            return scans, True
        if marker == SOS:
            scans.append(body)
        if len(scans) > most:
            passes = f"more than {most} passes over its pixels"
            raise Unreadable(f"a progressive JPEG of {passes}, made to keep a reader busy")
    return scans, False


def _all_sent(scans, components):
    # A scan's header: its components, then first and last coefficient, then in the low half the bits still to come.
    bits_to_come = {}
    for body in scans:
        first, last, bits = struct.unpack_from("BBB", body, 1 + 2 * body[0])
        names, sent = [body[1 + 2 * i] for i in range(body[0])], range(first, min(last, 63) + 1)
        bits_to_come |= {(name, coefficient): bits & 15 for name in names for coefficient in sent}
    return all(bits_to_come.get((name, coefficient)) == 0 for name, _, _ in components for coefficient in range(64))


def _coefficient_bytes(size, components):
    # Several scans: the decoder keeps every coefficient, two bytes each, of every component at its own sampling.
    sampling = [(across, down) for _, across, down in components]
    if len(sampling) == 1:
        sampling = [(1, 1)]  # alone it is not sampled, whatever it says
    widest, highest = (max([1, *(pair[axis] for pair in sampling)]) for axis in (0, 1))
    area = (size[0] + 8 * widest) * (size[1] + 8 * highest)
    return sum(2 * area * across * down // (widest * highest) for across, down in sampling)
