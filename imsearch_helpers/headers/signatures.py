"""The first bytes of a file that is no picture of ours come in; what it is goes out, in words for a person."""

import re

from .header import NOT_ACCEPTED

# How what is found under a picture's name begins, and what it is; the first that fits counts.
SIGNATURES = [
    (rb"\0+\Z", "nothing but zeros, as an unfinished download leaves them"),
    (rb"%PDF", "a PDF document"),
    (rb"version https://git-lfs", "a Git LFS pointer: the picture itself was not downloaded"),
    (rb"\0\x05\x16\x07", "an AppleDouble file: what macOS notes about a picture"),
    (rb"\xff\xd8\xff\xf7", "a JPEG-LS picture"),
    (rb"\x89PNG", "a PNG picture spoilt by a transfer as text"),
    (rb"PK", "a ZIP archive"),
    (rb"\x1f\x8b", "a gzip archive"),
    (rb".{8}CR\x02|.{4}ftypcrx|FUJIFILM|IIRO|IIU\0", "a camera's raw photo"),
    (rb"II\+\0|MM\0\+", "a BigTIFF picture"),
    (rb"II\xbc", "a JPEG XR picture"),
    (rb"8BPS", "a Photoshop document"),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (rb"\0\0\0\x0cJXL |\xff\x0a", "a JPEG XL picture"),
    (rb".{4}(ftyp|moov)|.{8}AVI |\x1aE\xdf\xa3", "a video"),
    (rb".{8}WAVE|OggS|ID3|fLaC", "a sound"),
    (rb"\0\0\x01\0", "an icon (ICO)"),
    (rb"\0\0\x02\0", "a mouse pointer (CUR)"),
    (rb"P[1-7][\s#]", "a PNM picture"),
    (rb"/\* XPM|#define \w+_width", "an X11 picture"),
    (rb"#\?RADIANCE|v/1\x01|SIMPLE  =", "a picture of measurements (HDR, EXR or FITS)"),
    (rb"qoif|\x0a[\0-\x05]\x01|AT&TFORM|FORM....ILBM|DDS |gimp xcf|%!PS|\x8aMNG", "a picture of another format"),
    (rb"(?i)<!doctype html|<html|<head|<body|<title", "an HTML page"),
    (rb"(?i)(<\?xml.*)?(<!--.*-->\s*)?(<!doctype svg.*)?<svg", "an SVG drawing"),
    (rb"(?i)<\?xml|<[a-z]+[ >]", "an XML document"),
    (rb"[{\[][\s\"{\[\]}\d]", "a JSON document"),
    (rb"#!", "a script"),
    (rb"[^\0-\x08\x0e-\x1a\x1c-\x1f\x7f]*\Z", "a text"),
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
    'a PDF document, not a JPEG, PNG, GIF, BMP, WebP, TIFF or AVIF picture'
    """
    if not start:
        return "the file is empty"
    text = start.removeprefix(b"\xef\xbb\xbf")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = start[2:].replace(b"\0", b"")  # UTF-16, of which plain letters are all that matters here
    for beginning, name in SIGNATURES:
        if re.match(beginning, text.lstrip(), re.DOTALL):
            return f"{name}, {NOT_ACCEPTED}"
    return f"{NOT_ACCEPTED}; it begins with the bytes {start[:6].hex(' ')}"
