"""The first bytes of a file that is no picture of ours come in; what it is goes out, in words for a person."""

import re

from .header import NOT_ACCEPTED

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
        return f"nothing but zeros, as an unfinished download leaves them, {NOT_ACCEPTED}"
    for offset, signature, name in SIGNATURES:
        if start[offset:].startswith(signature):
            return f"{name}, {NOT_ACCEPTED}"
    name = _name_of_text(start)
    return f"{name}, {NOT_ACCEPTED}" if name else f"{NOT_ACCEPTED}; it begins with the bytes {start[:6].hex(' ')}"


def _name_of_text(start):
    text = start.removeprefix(b"\xef\xbb\xbf")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = text[2:].replace(b"\0", b"")  # UTF-16, of which plain letters are all that matters here
    text = text.strip().lower()
    for pattern, name in TEXTS:
        if re.match(pattern, text, re.DOTALL):
            return name
    return "" if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", text) else "a text"
