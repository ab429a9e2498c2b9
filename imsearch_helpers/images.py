"""Floor 1. A path, bytes, a PIL image or an array comes in; one clean, upright RGB picture goes out, or an `ImageError`.

This is the only place that opens picture files. What a file is decides its content, never its name.
"""

import io
import os
import stat
from pathlib import Path

import numpy as np
from PIL import BmpImagePlugin, GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".webp"})
MAX_PIXELS = 50_000_000

ORIENTATION_TAG = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# How Pillow brings a PNG's samples of 2, 4 and 16 bits to 8, by the names it gives them.
TO_8_BITS = {"L;2": lambda grey: grey * 85, "L;4": lambda grey: grey * 17, "RGB;16B": lambda rgb: tuple(c >> 8 for c in rgb)}


class ImageError(ValueError):
    """A picture could not be read.

    Parameters
    ----------
    path : str
        The file, or a word such as ``"<bytes>"`` where there is none.
    reason : str
        Why not, in words for a person.
    """

    def __init__(self, path, reason):
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self):
        return f"{printable(self.path)}: {self.reason}"


def printable(name):
    """A file's name as one safe line: control characters and undecodable bytes are shown as escapes.

    Parameters
    ----------
    name : str or Path

    Returns
    -------
    str

    Examples
    --------
    >>> printable("two\\nlines.png")
    'two\\\\nlines.png'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(name))


def find_images(folder):
    """All files below a folder whose suffix is a picture's, in any case; links to folders are not followed.

    Parameters
    ----------
    folder : str or Path

    Returns
    -------
    list of str
        Sorted paths, each beginning with `folder` as it was given.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        When there is no such folder.
    """
    folder = os.fspath(folder)
    if not os.path.exists(folder):
        raise FileNotFoundError(f"image_dir: there is no folder {printable(folder)!r}")
    if not os.path.isdir(folder):
        raise NotADirectoryError(f"image_dir: {printable(folder)!r} is a file; a folder of pictures is needed")
    found = (os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)
    return sorted(str(Path(path)) for path in found if os.path.splitext(path)[1].lower() in SUFFIXES)


def load_image(image, size=None, max_pixels=MAX_PIXELS):
    """Open a picture as clean, upright RGB.

    The first frame counts; EXIF orientation is applied, transparency is laid on white, 16-bit grey is scaled to 8 bits.

    Parameters
    ----------
    image : str, Path, bytes, PIL.Image.Image or ndarray
        A file's path or content (JPEG, PNG, GIF, BMP or WebP, whatever it is called), a picture, or a
        ``(height, width)`` or ``(height, width, 3)`` array of uint8.
    size : (int, int), optional
        Width and height in pixels that the caller will shrink the picture to. A JPEG far larger than that is decoded
        at 1/2, 1/4 or 1/8 of its size, still at least twice `size`, which is several times faster.
    max_pixels : int
        The most pixels that may be decoded; checked from the header, before any pixel is.

    Returns
    -------
    PIL.Image.Image
        Mode RGB. It can be `image` itself where nothing had to be changed, so do not paint on it.

    Raises
    ------
    ImageError
        When there is no readable picture; it has the attributes `path` and `reason`.
    TypeError, ValueError
        When `image` is none of the above, or an array of another shape or type.
    """
    if isinstance(image, Image.Image):
        return _clean_picture(image, max_pixels)
    if isinstance(image, np.ndarray):
        return _from_array(image)
    if isinstance(image, (bytes, bytearray)):
        return _decode(io.BytesIO(image), "<bytes>", size, max_pixels)
    if isinstance(image, (str, os.PathLike)):
        with _open_regular_file(image) as file:
            return _decode(file, os.fspath(image), size, max_pixels)
    raise TypeError(f"image must be a path, bytes, a PIL image or a uint8 array, not {type(image).__name__}")


def _from_array(pixels):
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)) or not pixels.size:
        raise ValueError(
            "image: an array must be uint8 of shape (height, width) or (height, width, 3), "
            f"not {pixels.dtype} of shape {pixels.shape}"
        )
    return Image.fromarray(pixels).convert("RGB")


def _open_regular_file(path):
    # Opened without blocking, and only then looked at: a check before opening could be true of another file by now,
    # and opening a pipe would wait for a writer for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise ImageError(os.fspath(path), getattr(error, "strerror", None) or str(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ImageError(os.fspath(path), "not a regular file")
    return os.fdopen(descriptor, "rb")


def _decode(file, path, size, max_pixels):
    try:
        with _plugin_for(file, path)(file) as picture:
            if size is not None:
                # Twice the size in both directions, so that shrinking still averages; a square serves turned pictures.
                picture.draft(None, (2 * max(size), 2 * max(size)))
            _check_budget(picture, path, max_pixels)
            _bring_transparent_colour_to_8_bits(picture)
            picture.load()
            clean = _clean(picture)
    except ImageError:
        raise
    except Exception as error:  # on a damaged file decoders raise anything: OSError, struct.error, IndexError, ...
        raise ImageError(path, f"damaged or incomplete picture ({error or type(error).__name__})") from error
    clean.info = {}  # what the file said about orientation and transparency is done and must not be done again
    return clean


def _plugin_for(file, path):
    # Image.open would offer the file to dozens of decoders; these five are the ones that a collection needs.
    start = file.read(12)
    file.seek(0)
    if start.startswith(b"\xff\xd8\xff"):
        return JpegImagePlugin.JpegImageFile
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImagePlugin.PngImageFile
    if start.startswith((b"GIF87a", b"GIF89a")):
        return GifImagePlugin.GifImageFile
    if start.startswith(b"BM"):
        return BmpImagePlugin.BmpImageFile
    if start.startswith(b"RIFF") and start[8:] == b"WEBP":
        return WebPImagePlugin.WebPImageFile
    raise ImageError(path, "not a JPEG, PNG, GIF, BMP or WebP picture" if start else "the file is empty")


def _bring_transparent_colour_to_8_bits(picture):
    # Pillow converts the pixels, but leaves the one colour that means "transparent" as the file has it.
    convert = TO_8_BITS.get(picture.tile[0][3]) if picture.tile else None
    if convert and "transparency" in picture.info:
        picture.info["transparency"] = convert(picture.info["transparency"])


def _check_budget(picture, path, max_pixels):
    width, height = picture.size
    if width * height == 0:
        raise ImageError(path, "it has no pixels")
    if width * height > max_pixels:
        raise ImageError(path, f"{width} x {height} pixels are more than max_pixels={max_pixels:,}")


def _clean_picture(picture, max_pixels):
    path = getattr(picture, "filename", "") or "<picture>"
    _check_budget(picture, path, max_pixels)
    try:
        picture.load()
        clean = _clean(picture)
    except Exception as error:  # a picture that was opened but not yet read can be as damaged as any file
        raise ImageError(path, f"damaged or incomplete picture ({error or type(error).__name__})") from error
    if clean is not picture:
        clean.info = {}
    return clean


def _clean(picture):
    turn = UPRIGHT.get(_orientation(picture))
    if turn is not None:
        picture = picture.transpose(turn)
    if picture.mode == "RGB" and "transparency" not in picture.info:
        return picture
    if picture.mode.startswith("I") or picture.mode == "F":
        return _from_deep_grey(picture)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return picture.convert("RGB")


def _orientation(picture):
    try:
        return picture.getexif().get(ORIENTATION_TAG)
    except Exception:  # a damaged EXIF block says nothing about the pixels, so they stay as they are stored
        return None


def _from_deep_grey(picture):
    values = np.asarray(picture).astype(np.float64)
    if picture.mode.startswith("I;16") or values.max() > 255:
        values = values / 257  # 0 ... 65535 to 0 ... 255; a plain convert would clip it to white
    grey = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    transparent = picture.info.get("transparency")
    if transparent is not None:
        grey[np.asarray(picture) == transparent] = 255
    return Image.fromarray(grey).convert("RGB")
