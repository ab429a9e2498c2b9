"""Floor 0. A file's bytes come in; what it is, how large, which way up and what is broken goes out. No pixel is decoded.

A picture file is a row of blocks: segments in a JPEG, chunks in a PNG. Walking over them costs next to nothing, and it
tells what the decoder would need before it gets a single byte. The decoder is then given the blocks that hold pixels,
and none of the metadata, so that nothing in a description, a colour profile or a thumbnail can fail, warn or unfold.
"""

import io
import re
import struct
import zlib

MAX_LENGTH = 500_000_000  # bytes of a file
MAX_BLOCKS = 100_000  # more segments or chunks than this are an attack on the reader's patience
MAX_SCANS = 100  # a progressive JPEG has about ten passes over its pixels, and each costs time
MAX_PASSED = 1_500_000_000  # pixels times passes of a JPEG: some seconds of work
MAX_TEXT = 1 << 20  # bytes that a text in a picture may unfold to
MAX_RUN_LENGTH = 10_000_000  # pixels of a run-length coded BMP, which Pillow unpacks in Python, byte by byte
BLOCK = 1 << 16
SMALL = 1 << 20  # bytes that may be copied together without a thought

# The bytes at which a kind of file can be recognised: where they stand, what they are, what the file is.
SIGNATURES = [
    (0, b"%PDF", "a PDF document"),
    (0, b"version https://git-lfs", "a Git LFS pointer: the picture itself was not downloaded"),
    (0, b"\x00\x05\x16\x07", "an AppleDouble file: what macOS notes about a picture"),
    (0, b"\x00\x05\x16\x00", "an AppleSingle file"),
    (0, b"\x89PNG", "a PNG picture spoilt by a transfer as text"),
    (0, b"\x8aMNG", "an MNG animation"),
    (0, b"\x8bJNG", "a JNG picture"),
    (0, b"PK", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (0, b"7z\xbc\xaf", "a 7z archive"),
    (0, b"Rar!", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"MSCF", "a cabinet archive"),
    (8, b"CR\x02", "a Canon raw photo"),
    (0, b"FUJIFILM", "a Fujifilm raw photo"),
    (0, b"IIRO", "an Olympus raw photo"),
    (0, b"IIU\x00", "a Panasonic raw photo"),
    (0, b"II*\x00", "a TIFF picture"),
    (0, b"MM\x00*", "a TIFF picture"),
    (0, b"II+\x00", "a TIFF picture"),
    (0, b"MM\x00+", "a TIFF picture"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"gimp xcf", "a GIMP document"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"II\xbc", "a JPEG XR picture"),
    (4, b"ftypavi", "an AVIF picture"),
    (4, b"ftyphe", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIC picture"),
    (4, b"ftypmsf1", "a HEIC picture"),
    (4, b"ftypcrx", "a Canon raw photo"),
    (4, b"ftyp", "a video"),
    (4, b"moov", "a video"),
    (8, b"AVI ", "a video"),
    (8, b"WAVE", "a sound"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (0, b"OggS", "a sound"),
    (0, b"ID3", "a sound"),
    (0, b"fLaC", "a sound"),
    (0, b"RIFF", "a RIFF container"),
    (0, b"\x00\x00\x01\x00", "an icon (ICO)"),
    (0, b"\x00\x00\x02\x00\x00\x00", "a TGA picture"),
    (0, b"\x00\x00\x0a\x00\x00\x00", "a TGA picture"),
    (0, b"\x00\x00\x02\x00", "a mouse pointer (CUR)"),
    (0, b"icns", "an icon (ICNS)"),
    (0, b"DDS ", "a DDS texture"),
    (0, b"BLP", "a BLP texture"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (0, b"\xd7\xcd\xc6\x9a", "a WMF drawing"),
    (40, b" EMF", "an EMF drawing"),
    (0, b"SIMPLE  =", "a FITS picture"),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (0, b"#?RADIANCE", "a Radiance picture"),
    (0, b"qoif", "a QOI picture"),
    (0, b"\x01\xda", "an SGI picture"),
    (0, b"\x59\xa6\x6a\x95", "a Sun raster picture"),
    (0, b"\x0a\x05\x01", "a PCX picture"),
    (0, b"/* XPM", "an XPM picture"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"\xcf\xfa\xed\xfe", "a program"),
    (0, b"SQLite format 3", "a database"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"\xd0\xcf\x11\xe0", "an Office document"),
    (0, b"\x00\x00\x00\x01Bud1", "a folder's .DS_Store"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "a Windows shortcut"),
    (0, b"bplist", "a property list"),
    (0, b"wOF", "a font"),
]
# The same for texts, lower case, after what may stand before: spaces and a byte order mark.
TEXTS = [
    (rb"<!doctype html|<html|<head|<body|<title", "an HTML page"),
    (rb"(<\?xml.*)?(<!--.*-->\s*)?(<!doctype svg.*)?<svg", "an SVG drawing"),
    (rb"<\?xml|<[a-z]+[ >]", "an XML document"),
    (rb"[{\[][\s\"{\[\]}\d]", "a JSON document"),
    (rb"data:image/", "a picture written as a data: address"),
    (rb"#!", "a script"),
    (rb"-----begin", "a key or certificate"),
    (rb"p[1-7f][\s#]", "a netpbm picture"),
    (rb"#define \w+width", "an XBM picture"),
]
ACCEPTED = "not a JPEG, PNG, GIF, BMP or WebP picture"


class Unreadable(ValueError):
    """A file is not a picture that can be read; the text says why, in words for a person."""


class Header:
    """What is known of a picture before it is decoded.

    Attributes
    ----------
    kind : str
        "JPEG", "PNG", "GIF", "BMP" or "WebP".
    size : (int, int)
        Width and height in pixels, as stored.
    parts : list of (bytes or (int, int))
        What the decoder is to read: bytes, or where in the file they start and stop.
    orientation : int
        The EXIF orientation, 1 to 8; 1 is upright, and stands for all that is missing or invalid.
    repairs : list of str
        What was broken around the pixels and has been left out or put right.
    source_bytes : int
        Bytes a pixel that the decoded picture takes in Pillow.
    held_bytes : int
        Bytes that the decoder holds besides, whatever size it decodes to.
    is_rgb : bool
        Decoded it is plain RGB, so that nothing has to be converted.
    unfinished : bool
        A JPEG without end marker: only decoding tells whether pixels are missing.
    """

    def __init__(self, kind, size, parts, repairs=(), source_bytes=4, held_bytes=0, is_rgb=False):
        self.kind, self.size, self.parts = kind, size, parts
        self.orientation, self.repairs = 1, list(repairs)
        self.source_bytes, self.held_bytes, self.is_rgb = source_bytes, held_bytes, is_rgb
        self.unfinished = False


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
        When it is none of the five kinds, or too damaged to find the pixels.
    """
    length = file.seek(0, io.SEEK_END)
    if length > MAX_LENGTH:
        raise Unreadable(f"the file has {length / 1e6:,.0f} MB, more than a picture of any use")
    file.seek(0)
    start = file.read(512)
    for read, begins in READERS:
        if re.match(begins, start, re.DOTALL):
            return read(file, length)
    raise Unreadable(what_it_is(start))


def what_it_is(start):
    """The reason why a file is refused, by the name of what it is.

    Parameters
    ----------
    start : bytes
        Its first 512 bytes.

    Returns
    -------
    str

    Examples
    --------
    >>> what_it_is(b"%PDF-1.7")
    'a PDF document, not a JPEG, PNG, GIF, BMP or WebP picture'
    """
    if not start:
        return "the file is empty"
    if not start.strip(b"\0"):
        return f"nothing but zeros, as an unfinished download leaves them, {ACCEPTED}"
    for offset, signature, name in SIGNATURES:
        if start[offset:].startswith(signature):
            return f"{name}, {ACCEPTED}"
    name = _what_text(start)
    return f"{name}, {ACCEPTED}" if name else f"{ACCEPTED}; it begins with the bytes {start[:6].hex(' ')}"


def _what_text(start):
    text = start.removeprefix(b"\xef\xbb\xbf")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = text[2:].replace(b"\0", b"")  # UTF-16, of which plain letters are all that matters here
    text = text.strip().lower()
    for pattern, name in TEXTS:
        if re.match(pattern, text, re.DOTALL):
            return name
    return "" if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", text) else "a text"


# Which way up


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
        Something in the block points outside it.

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
    broken, orientation = first + 2 + 12 * count > len(exif), None
    for place in range(first + 2, min(first + 2 + 12 * count, len(exif) - 11), 12):
        tag, kind, n_values = struct.unpack_from(order + "HHI", exif, place)
        n_bytes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}.get(kind, 0) * n_values
        if n_bytes > 4 and struct.unpack_from(order + "I", exif, place + 8)[0] + n_bytes > len(exif):
            broken = True
        if tag == 0x0112 and kind in (1, 3, 4):
            (orientation,) = struct.unpack_from(order + {1: "B", 3: "H", 4: "I"}[kind], exif, place + 8)
    return orientation, broken


def _turn(header, exif, xmp):
    # XMP, a second place for the same note, counts where EXIF is silent.
    orientation, broken = orientation_in(exif)
    if broken:
        header.repairs.append("broken EXIF data left out")
    if orientation is None and (found := re.search(rb'tiff:Orientation(?:="|>)([1-8])', xmp)):
        orientation = int(found[1])
    header.orientation = orientation if orientation in range(1, 9) else 1
    header.repairs = list(dict.fromkeys(header.repairs))  # each once
    return header


# JPEG

MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
SOI, EOI, SOS, TEM = 0xD8, 0xD9, 0xDA, 0x01
END_OF_JPEG = b"\xff\xd9"
JPEG_LS = 0xF7
SOF = {*range(0xC0, 0xD0), JPEG_LS} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}


def _read_jpeg(file, length):
    before, exif, xmp = [b"\xff\xd8"], b"", b""
    frame, scan = None, None
    for marker, start, body in _segments(file, 2):
        if marker == SOS:
            scan = start
            break
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            exif += body[6:]
        elif marker == 0xE1 and body.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
            xmp = body
        elif _needed(marker, body):
            before.append(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body)
        if marker in SOF:
            frame = marker, body
    if frame is None or scan is None or len(frame[1]) < 6 or len(frame[1]) < 6 + 3 * frame[1][5]:
        raise Unreadable("damaged or incomplete picture (it ends before its pixels begin)")
    header = _jpeg_header(*frame)
    _look_at_scans(header, file, length, scan, frame, in_first=body[0] if body else 0)
    header.parts[:0] = [b"".join(before)]
    return _turn(header, exif, xmp)


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


def _needed(marker, body):
    # JFIF and Adobe say how colours are stored. A short one of either is no use to a decoder and trips Pillow.
    if marker == 0xE0:
        return body.startswith(b"JFIF\0") and len(body) >= 14
    if marker == 0xEE:
        return body.startswith(b"Adobe") and len(body) >= 12
    return not (0xE0 <= marker <= 0xFE or marker in (SOI, EOI, TEM))


def _jpeg_header(marker, frame):
    bits, height, width, n_components = struct.unpack_from(">BHHB", frame)
    if marker == JPEG_LS:
        raise Unreadable(f"a JPEG-LS picture, {ACCEPTED}")
    if bits != 8:
        raise Unreadable(f"a JPEG picture of {bits} bits a sample; only 8 can be read")
    if width * height > MAX_PASSED:
        raise Unreadable(f"{width} x {height} pixels are too many, even to be read small")
    return Header("JPEG", (width, height), [], source_bytes=1 if n_components == 1 else 4, is_rgb=n_components == 3)


def _look_at_scans(header, file, length, scan, frame, in_first):
    marker, body = frame
    several = marker in PROGRESSIVE or in_first < body[5]
    file.seek(max(0, length - 2))
    finished, sent = file.read(2) == END_OF_JPEG, []
    if several or not finished:
        sent, finished = _scans(file, scan, min(MAX_SCANS, MAX_PASSED // max(1, header.size[0] * header.size[1])))
    if several:
        header.held_bytes = _coefficient_bytes(header.size, body)
    stop = length
    if not finished:
        stop = _without_zeros(file, length)
        if marker in PROGRESSIVE and not _all_sent(sent, body):
            raise Unreadable("damaged or incomplete picture (some of its passes are missing)")
        header.unfinished = True
    header.parts = [(scan, stop)] + [END_OF_JPEG] * (not finished)


def _scans(file, position, most):
    sent = []
    for marker, _, body in _segments(file, position):
        if marker == EOI:
            return sent, True
        if marker == SOS:
            sent.append(body)
            if len(sent) > max(1, most):
                raise Unreadable(f"a progressive JPEG of more than {most} passes over its pixels, made to keep a reader busy")
    return sent, False


def _all_sent(scans, frame):
    # A scan's header: its components, then first and last coefficient, then in the low half the bits still to come.
    left = {}
    for body in scans:
        first, last, bits = body[1 + 2 * body[0] :][:3]
        left |= {(body[1 + 2 * i], k): bits & 15 for i in range(body[0]) for k in range(first, min(last, 63) + 1)}
    return all(left.get((frame[6 + 3 * i], k)) == 0 for i in range(frame[5]) for k in range(64))


def _coefficient_bytes(size, frame):
    # Several scans: the decoder keeps every coefficient, two bytes each, of every component at its own sampling.
    sampling = [divmod(frame[7 + 3 * i], 16) for i in range(frame[5])]
    widest, highest = (max(1, *(pair[axis] for pair in sampling)) if len(sampling) > 1 else 1 for axis in (0, 1))
    area = (size[0] + 8 * widest) * (size[1] + 8 * highest)
    if len(sampling) == 1:
        return 2 * area
    return sum(2 * area * across * down // (widest * highest) for across, down in sampling)


def _without_zeros(file, length):
    # An unfinished download may have been given its full length, filled with zeros, in advance.
    while length > 0:
        start = max(0, length - BLOCK)
        file.seek(start)
        kept = file.read(length - start).rstrip(b"\0")
        if kept:
            return start + len(kept)
        length = start
    return 0


# PNG

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
END_OF_PNG = b"\0\0\0\0IEND\xaeB`\x82"
TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")


class _Png:
    # What the walk over the chunks has found so far.

    def __init__(self):
        self.kept = {}  # kind -> content, of IHDR, PLTE and tRNS
        self.pixels = []  # where each IDAT starts and stops
        self.cut = []  # parts of a last IDAT that the file ends in
        self.exif, self.xmp, self.repairs = b"", b"", []
        self.room = 4 * MAX_TEXT  # what all texts together may unfold to
        self.right = True  # all checksums of pixels
        self.ended = False


def _read_png(file, length):
    found = _walk_png(file, length)
    if len(found.kept.get(b"IHDR", b"")) < 13 or not (found.pixels or found.cut):
        raise Unreadable("damaged or incomplete picture (it ends before its pixels begin)")
    width, height, bits, colours = struct.unpack_from(">IIBB", found.kept[b"IHDR"])
    if colours == 3 and b"PLTE" not in found.kept:
        raise Unreadable("damaged or incomplete picture (its palette is missing)")
    if not found.right:
        if not _unfolds(file, found.pixels, 8 * (width + 8) * (height + 8)):
            raise Unreadable("damaged or incomplete picture (the checksum of its pixels is wrong)")
        found.repairs.append("wrong checksum over intact pixels ignored")
    if not found.ended:
        found.repairs.append("missing end marker put in")
    _check_transparency(found, colours)
    start = PNG_SIGNATURE + b"".join(_chunk(kind, found.kept[kind]) for kind in KEPT if kind in found.kept)
    header = Header("PNG", (width, height), [start, *found.pixels, *found.cut, END_OF_PNG], repairs=found.repairs)
    header.source_bytes = (2 if bits == 16 else 1) if colours in (0, 3) else 4
    header.is_rgb = colours == 2 and b"tRNS" not in found.kept
    return _turn(header, found.exif, found.xmp)


KEPT = (b"IHDR", b"PLTE", b"tRNS")


def _walk_png(file, length):
    found, position = _Png(), 8
    for _ in range(MAX_BLOCKS):
        file.seek(position)
        start = file.read(8)
        if len(start) < 8:
            return found
        size, kind = struct.unpack(">I4s", start)
        stop = position + 12 + size
        if kind == b"IDAT" and stop > length:
            found.cut = [struct.pack(">I4s", length - position - 8, kind), (position + 8, length), bytes(4)]
            return found
        if stop > length or not kind.isalpha():
            position = _next_pixels(file, position, length)
            if found.pixels or position is None:
                return found
            found.repairs.append("metadata of a wrong length left out")
            continue
        if kind == b"IEND":
            found.ended = True
            return found
        right = _take_chunk(found, file, kind, position, size)
        # A wrong checksum may be a wrong length, which leads astray.
        position = stop if right or _is_chunk(file, stop, length) else _next_pixels(file, position, length)
        if position is None:
            return found
    raise Unreadable(f"it has more than {MAX_BLOCKS:,} chunks")


def _is_chunk(file, position, length):
    file.seek(position)
    size, kind = struct.unpack(">I4s", file.read(8).ljust(8, b"\0"))
    return kind.isalpha() and position + 12 + size <= length


def _next_pixels(file, position, length):
    # Where the walk lost its way, the next thing that looks like pixels is where it goes on.
    file.seek(position + 4)
    place = file.read(min(length, 1 << 26)).find(b"IDAT")
    return None if place < 4 else position + place


def _take_chunk(found, file, kind, position, size):
    right = _checksum_is_right(file, position, size)
    if kind == b"IDAT":
        found.pixels.append((position, position + 12 + size))
        found.right &= right
    elif kind == b"CgBI":
        raise Unreadable("a PNG picture in the private form of iPhone apps")
    elif not right and kind in (b"IHDR", b"PLTE"):
        raise Unreadable(f"damaged or incomplete picture (the checksum of its {kind.decode()} chunk is wrong)")
    elif not right:
        found.repairs.append(f"{_printable_kind(kind)} chunk with a wrong checksum left out")
    elif kind in KEPT or kind == b"eXIf" or kind in TEXT_CHUNKS:
        file.seek(position + 8)
        content = file.read(min(size, MAX_TEXT + 1))
        if kind in KEPT:
            found.kept.setdefault(kind, content)
        elif kind == b"eXIf":
            found.exif = content
        else:
            _take_text(found, kind, content)
    return right


def _printable_kind(kind):
    return kind.decode("ascii") if kind.isascii() else "unknown"


def _checksum_is_right(file, position, size):
    file.seek(position + 4)
    value, left = 0, size + 4
    while left > 0:
        block = file.read(min(left, BLOCK))
        value, left = zlib.crc32(block, value), left - len(block)
    return value == int.from_bytes(file.read(4), "big")


def _take_text(found, kind, content):
    keyword, _, text = content.partition(b"\0")
    packed = {b"zTXt": text[1:], b"iCCP": text[1:]}.get(kind)
    if kind == b"iTXt":
        packed = text[2:].split(b"\0", 2)[-1] if text[:1] == b"\1" else None
    if packed is not None and found.room > 0:
        try:
            text = zlib.decompressobj().decompress(packed, MAX_TEXT + 1)
        except zlib.error:
            found.repairs.append(f"broken {kind.decode()} chunk left out")
            return
    found.room -= len(text)
    if len(text) > MAX_TEXT or len(content) > MAX_TEXT or found.room <= 0:
        found.repairs.append("over-long text left out")
    elif keyword == b"XML:com.adobe.xmp":
        found.xmp = text
    elif keyword == b"Raw profile type exif" and not found.exif:
        # A blank line, the name, the length, then hexadecimal digits.
        digits = re.sub(rb"[^0-9a-fA-F]", b"", b"".join(text.split(b"\n")[3:])).decode()
        found.exif = bytes.fromhex(digits[: len(digits) // 2 * 2])


def _check_transparency(found, colours):
    content = found.kept.get(b"tRNS")
    if content is not None and not {0: 2, 2: 6, 3: 0}.get(colours, 0) <= len(content) <= 256:
        del found.kept[b"tRNS"]
        found.repairs.append("broken tRNS chunk left out")


def _unfolds(file, pixels, most):
    # The stream has a checksum of its own: where that is right, only the note about it was wrong.
    stream = zlib.decompressobj()
    try:
        for start, stop in pixels:
            file.seek(start + 8)
            left = stop - start - 12
            while left > 0 and not stream.eof:
                block = file.read(min(left, BLOCK))
                left -= len(block) or left
                while block and not stream.eof:
                    most -= len(stream.decompress(block, MAX_TEXT))
                    block = stream.unconsumed_tail
                    if most < 0:
                        return False
    except zlib.error:
        return False
    return stream.eof


def _chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# GIF


def _read_gif(file, length):
    file.seek(6)
    width, height, flags = struct.unpack("<HHBxx", _exactly(file, 7))
    if flags & 0x80:
        file.seek(3 << ((flags & 7) + 1), io.SEEK_CUR)
    x, y, across, down = _first_frame(file)
    if across * down == 0:
        raise Unreadable("its first frame has no pixels")
    header = Header("GIF", (max(width, x + across), max(height, y + down)), [(0, length)], source_bytes=2)
    file.seek(max(0, _without_zeros(file, length) - 1))
    if file.read(1) != b";":
        header.repairs.append("end marker put in at its very end")
        header.parts.append(b";")
    return header


def _first_frame(file):
    for _ in range(MAX_BLOCKS):
        kind = file.read(1)
        if kind == b",":
            return struct.unpack("<HHHH", _exactly(file, 8))
        if kind == b"!":
            file.seek(1, io.SEEK_CUR)
            _skip_blocks(file)
        elif not kind or kind == b";":
            raise Unreadable("damaged or incomplete picture (it has no frame)")
    raise Unreadable(f"it has more than {MAX_BLOCKS:,} blocks before its first frame")


def _skip_blocks(file):
    for _ in range(MAX_BLOCKS):
        size = file.read(1)
        if size in (b"", b"\0"):
            return
        file.seek(size[0], io.SEEK_CUR)
    raise Unreadable(f"it has more than {MAX_BLOCKS:,} blocks before its first frame")


def _exactly(file, size):
    content = file.read(size)
    if len(content) < size:
        raise Unreadable("damaged or incomplete picture (it ends before its pixels begin)")
    return content


# BMP


def _read_bmp(file, length):
    file.seek(14)
    (size,) = struct.unpack("<I", _exactly(file, 4))
    if size == 12:
        width, height, _, bits = struct.unpack("<HHHH", _exactly(file, 8))
        compression = 0
    else:
        width, height, _, bits, compression = struct.unpack("<iiHHI", _exactly(file, 16))
    pixels = abs(width) * abs(height)
    if compression in (1, 2) and max(pixels, length) > MAX_RUN_LENGTH:
        raise Unreadable(f"a run-length coded BMP picture of more than {MAX_RUN_LENGTH:,} pixels or bytes")
    source_bytes = 4 if bits > 8 else 3 if compression else 1
    return Header("BMP", (abs(width), abs(height)), [(0, length)], source_bytes=source_bytes, is_rgb=bits in (16, 24))


# WebP

WEBP_PIXELS = (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")


def _read_webp(file, length):
    file.seek(4)
    (declared,) = struct.unpack("<I", file.read(4))
    size, parts, seen, notes = None, [], set(), {b"EXIF": b"", b"XMP ": b""}
    for kind, position, stop, start in _webp_chunks(file, min(length, declared + 8)):
        if stop > length and kind in WEBP_PIXELS and kind not in seen:
            raise Unreadable("damaged or incomplete picture (some of its pixels are missing)")
        if stop > length:
            break
        if kind == b"VP8X":
            size = size or _webp_canvas(start)
            parts.append(struct.pack("<4sIB", kind, 10, start[8] & 0x12) + start[9:18])  # keeps: alpha, animated
        elif kind in WEBP_PIXELS and not (kind == b"ANMF" and kind in seen):  # of an animation only the first frame
            size = size or _webp_size(start)
            parts += [(position, stop), b"\0" * ((stop - position) % 2)]
        elif kind in notes:
            file.seek(position + 8)
            notes[kind] = file.read(min(stop - position - 8, MAX_TEXT))
        seen.add(kind)
    if size is None or not seen & {b"VP8 ", b"VP8L", b"ANMF"}:
        raise Unreadable("damaged or incomplete picture (it ends before its pixels begin)")
    total = sum(len(part) if isinstance(part, bytes) else part[1] - part[0] for part in parts)
    held = 8 * size[0] * size[1] + 2 * total  # two canvases of four bytes a pixel, and the content twice
    header = Header("WebP", size, [b"RIFF" + struct.pack("<I", total + 4) + b"WEBP", *parts], held_bytes=held)
    header.repairs = ["missing end left out"] * (declared + 8 > length + length % 2)
    return _turn(header, *notes.values())


def _webp_chunks(file, length):
    # Kind, where the chunk starts and stops, and its first 18 bytes, in which all sizes stand.
    position = 12
    for _ in range(MAX_BLOCKS):
        file.seek(position)
        start = file.read(18)
        if len(start) < 8 or position >= length:
            return
        kind, size = struct.unpack("<4sI", start[:8])
        yield kind, position, position + 8 + size, start
        position += 8 + size + size % 2


def _webp_canvas(start):
    if len(start) < 18:
        raise Unreadable("damaged or incomplete picture (it ends before its pixels begin)")
    return int.from_bytes(start[12:15], "little") + 1, int.from_bytes(start[15:18], "little") + 1


def _webp_size(start):
    if start[:4] == b"VP8 " and len(start) == 18:
        width, height = struct.unpack("<HH", start[14:18])
        return width & 0x3FFF, height & 0x3FFF
    if start[:4] == b"VP8L" and len(start) >= 13:
        bits = int.from_bytes(start[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise Unreadable("damaged or incomplete picture (it ends before its pixels begin)")


READERS = [
    (_read_jpeg, rb"\xff\xd8\xff"),
    (_read_png, rb"\x89PNG\r\n\x1a\n"),
    (_read_gif, rb"GIF8[79]a"),
    (_read_bmp, rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0"),
    (_read_webp, rb"RIFF....WEBP"),
]


def spliced(file, parts):
    """Parts of a file and bytes of our own as one file object.

    Parameters
    ----------
    file : file object
    parts : list of (bytes or (int, int))
        As in `Header`.

    Returns
    -------
    file object
        In memory if they are small together.
    """
    if sum(len(part) if isinstance(part, bytes) else part[1] - part[0] for part in parts) > SMALL:
        return io.BufferedReader(Spliced(file, parts), BLOCK)
    return io.BytesIO(b"".join(part if isinstance(part, bytes) else _content(file, *part) for part in parts))


def _content(file, start, stop):
    file.seek(start)
    return file.read(stop - start)


class Spliced(io.RawIOBase):
    """Parts of a file and bytes of our own, read as if they were one file, without copying them together.

    Parameters
    ----------
    file : file object
    parts : list of (bytes or (int, int))
        As in `Header`.
    """

    def __init__(self, file, parts):
        self._file, self._parts, self._position = file, [], 0
        self._length = 0
        for part in parts:
            size = len(part) if isinstance(part, bytes) else part[1] - part[0]
            self._parts.append((self._length, self._length + size, part))
            self._length += size

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self._position

    def seek(self, offset, whence=io.SEEK_SET):
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer):
        for start, stop, part in self._parts:
            if start <= self._position < stop:
                size = min(len(buffer), stop - self._position)
                content = self._content(part, self._position - start, size)
                buffer[: len(content)] = content
                self._position += len(content)
                return len(content)
        return 0

    def _content(self, part, offset, size):
        if isinstance(part, bytes):
            return part[offset : offset + size]
        self._file.seek(part[0] + offset)
        return self._file.read(size)
