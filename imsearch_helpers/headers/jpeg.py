"""JPEG: a row of segments, each with a marker, then the pixels in one scan or several. Metadata is left out."""

import io
import re
import struct

from .exif import orientation_and_repairs
from .header import BLOCK, MAX_BLOCKS, NO_PIXELS, Header, Unreadable, damaged, end_before_zeros, unsupported

MAX_SCANS = 100  # passes over the pixels of a progressive JPEG; each costs time
USUAL_SCANS = 12  # that of any size may have
MAX_PASSED = 1_500_000_000  # pixels times passes of a JPEG: some seconds of work

MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")  # of a segment, or of the end
MARKER_OR_START = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")  # at which a decoder of pixels stops
RESTARTS = re.compile(rb"\xff\xdd\x00\x04(?!\x00\x00)")  # at which a decoder can go on after damage
FIRST_RESTART = 0xD0
RESTART_OR_SCAN = re.compile(rb"\xff([\xd0-\xd7\xda])")
NO_DATA = re.compile(rb"(\xff+[\xd0-\xd7]?)+\Z")
START_OF_JPEG, END_OF_JPEG = b"\xff\xd8", b"\xff\xd9"
EOI, SOS, APP0, APP1, APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xEE
SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
DECODED = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}  # not the lossless and the hierarchical ones
PROGRESSIVE = {0xC2, 0xCA}
BETWEEN = {0xC4, 0xCC, *range(0xDB, 0xDE), *range(APP0, APP0 + 16), 0xFE}  # what may stand between two scans
NOTHING = b"\x5a\xc3\x17\x9e" * 64, b"\xb4\x36\x7b\xe1" * 64  # to a decoder: more data, of no picture
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
    scans, stop, finished = _scans(file, start, size, components)
    tail = () if finished else (END_OF_JPEG,)
    if not finished:
        if not _all_sent(scans, components):
            raise damaged("some of its passes are missing")
        stop, following = _end_of_data(file, start, stop, bool(RESTARTS.search(before)))
    return Header(
        kind="JPEG",
        size=size,
        parts=(before, (start, stop), *tail),
        orientation=orientation,
        repairs=repairs,
        source_bytes=1 if len(components) == 1 else 4,
        held_bytes=_coefficient_bytes(size, components) if in_several_scans else 0,
        is_rgb=len(components) == 3,
        if_more=() if finished else tuple(nothing + bytes([0xFF, following]) + nothing for nothing in NOTHING),
    )


# Before the pixels


def _segments(file, position, markers=MARKER):
    # Marker, where it begins, content; after a scan's header come its pixels, in which no marker can be by chance.
    for _ in range(MAX_BLOCKS):
        marker, start = _next_marker(file, position, markers)
        if marker is None:
            return
        file.seek(start + 2)
        size = 0 if marker == EOI else max(2, int.from_bytes(file.read(2), "big"))
        yield marker, start, file.read(max(0, size - 2))
        position = start + 2 + size
    raise Unreadable(f"it has more than {MAX_BLOCKS:,} segments")


def _next_marker(file, position, markers):
    while True:
        file.seek(position)
        block = file.read(BLOCK)
        if found := markers.search(block):
            return found[1][0], position + found.start()
        if len(block) < BLOCK:
            return None, None
        position += BLOCK - 1


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
    bits, height, width, n_components = struct.unpack_from(">BHHB", body)
    if bits != 8 or n_components not in (1, 3, 4) or marker not in DECODED:
        coding = f"{n_components} channels of {bits} bits, coded as {marker:X}"
        raise unsupported(f"a JPEG picture of {coding}; it must be 1, 3 or 4 of 8 bits, coded as C0 to C2, C9 or CA")
    if width and not height:
        raise unsupported("a JPEG picture whose height comes after its pixels")
    if width * height > MAX_PASSED:
        raise Unreadable(f"{width} x {height} pixels are too many, even to be read small")
    components = [(body[place], *divmod(body[place + 1], 16)) for place in range(6, 6 + 3 * n_components, 3)]
    return (width, height), components, marker in PROGRESSIVE or first_scan[0] < n_components


# The scans


def _scans(file, position, size, components):
    # The headers of all scans, where the data end, and whether the end marker came. Behind the data may lie anything,
    # such as a video; markers in it are there by chance.
    most = max(USUAL_SCANS, min(MAX_SCANS, MAX_PASSED // max(1, size[0] * size[1])))
    names, scans, end, follows = {name for name, _, _ in components}, [], None, None
    for marker, start, body in _segments(file, position, MARKER_OR_START):
        is_scan = marker == SOS and body != b"" and len(body) == 4 + 2 * body[0] and names.issuperset(body[1 : -3 : 2])
        if marker == EOI and follows in (None, start):
            return scans, start + 2, True
        if not is_scan and marker not in BETWEEN:
            end = end or start
            break
        scans += [body] * is_scan
        if len(scans) > most:
            passes = f"more than {most} passes over its pixels"
            raise Unreadable(f"a progressive JPEG of {passes}, made to keep a reader busy")
        end, follows = (None, None) if is_scan else (end or start, start + 4 + len(body))
    return scans, end or end_before_zeros(file, file.seek(0, io.SEEK_END)), False


def _end_of_data(file, start, stop, has_restarts):
    # Without what a decoder skips, such as "go on here" where nothing follows or another number is due: else it would
    # look no further. And the marker that is due next, for which it waits where the data end between two of them.
    last = max(start, stop - BLOCK)
    file.seek(last)
    stop = last + len(NO_DATA.sub(b"", file.read(stop - last)))
    following = FIRST_RESTART
    for first in range(start, stop, BLOCK):
        file.seek(first)
        for found in RESTART_OR_SCAN.finditer(file.read(min(BLOCK + 1, stop - first))):
            if found[1][0] == SOS:
                following = FIRST_RESTART
            elif has_restarts and found[1][0] == following:
                following = FIRST_RESTART + (following + 1) % 8
            else:
                return first + found.start(), following
    return stop, following


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
