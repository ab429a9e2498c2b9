"""Floor 1. A path, bytes, a PIL image or an array comes in; one clean, upright RGB picture goes out, or an `ImageError`.

This is the only place that opens picture files. What a file is decides its content, never its name.
"""

import importlib
import importlib.util
import io
import os
import queue
import re
import stat
import threading
from typing import NamedTuple

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageChops,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
    features,
)

from .checks import checked_count, checked_positive, checked_size, printable
from .headers import SMALL, Unreadable, orientation_in, read_header, spliced
from .headers.exif import ORIENTATION_TAG
from .headers.header import NO_PIXELS, damaged, unsupported
from .rgb import UPRIGHT, on_white_outside, to_rgb, upright

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".avif", ".heic", ".heif"}
)
MAX_PIXELS = 50_000_000
ENOUGH_PIXELS = 3_000_000  # to count colours: what must remain of a JPEG that is decoded smaller because it is so large
MAX_BYTES = 355_000_000  # what a decoder may take
BESIDE = 45_000_000  # what Python, NumPy and Pillow take in a process that reads
TIMEOUT = 5
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


class Reading(NamedTuple):
    """A picture that was read, and what had to be repaired around its pixels (mostly nothing)."""

    picture: Image.Image
    repairs: tuple


def load_image(image, size=None, max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES):
    """Open a picture as clean, upright RGB.

    The first frame counts; EXIF orientation is applied, transparency is laid on white, 16-bit grey is scaled to 8 bits.

    Parameters
    ----------
    image : str, Path, bytes, PIL.Image.Image or ndarray
        A file's path or content (JPEG, PNG, GIF, BMP or WebP, whatever it is called), a picture, or a
        ``(height, width)`` or ``(height, width, 3)`` array of uint8. TIFF, AVIF and HEIC (with pillow-heif) are decoded
        only in a process that can be killed: those of a path, in one that is started for it.
    size : (int, int) or int, optional
        Width and height in pixels that the caller will shrink the picture to. One far larger than that comes smaller,
        still at least twice `size`. A JPEG is even decoded at 1/2, 1/4 or 1/8, which is several times faster.
        Or a number of pixels that are enough: a JPEG too large for the budgets is then decoded at 1/2, 1/4 or 1/8, as
        long as so many remain. If not given, the picture comes whole or not at all.
    max_pixels : int
        The most pixels that may be decoded. A picture in memory is decoded already.
    max_bytes : int
        The most memory that decoding may take, as estimated. Both are checked from the header, before any decoding.

    Returns
    -------
    PIL.Image.Image
        Mode RGB. It can be `image` itself where nothing had to be changed, so do not paint on it.

    Raises
    ------
    ImageError
        When there is no readable picture; it has the attributes `path` and `reason`.
    TypeError, ValueError
        When `image` is none of the above, or an array of another shape or type; when `size` or a budget cannot be.
    """
    return read_image_anywhere(image, size, TIMEOUT, max_pixels, max_bytes).picture


def read_image_anywhere(image, size=None, timeout=TIMEOUT, max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES):
    """As `read_image`, and a TIFF, AVIF or HEIC file in a process that is started for it and killed in time.

    Parameters
    ----------
    image : str, Path, bytes, PIL.Image.Image or ndarray
    size : (int, int) or int, optional
    timeout : float
        In seconds, for such a process only.
    max_pixels, max_bytes : int

    Returns
    -------
    Reading

    Raises
    ------
    ImageError, TypeError, ValueError
        As `load_image`.
    """
    try:
        return read_image(image, size, max_pixels, max_bytes)
    except ImageError as error:
        if not (isinstance(image, (str, os.PathLike)) and error.reason.endswith(ELSEWHERE)):
            raise
        refused = error
    # Through the package's door, because processes are of a higher floor.
    limits = timeout, max(MAX_BYTES, max_bytes) + BESIDE, max_pixels, max_bytes
    with importlib.import_module(__package__).ReaderPool(1, *limits) as pool:
        try:
            return pool.read_image(image, size)
        except RuntimeError:  # in a browser none can be started
            raise refused from None


def load_image_in_time(image, size=None, timeout=TIMEOUT, **budgets):
    """As `load_image`, but nobody waits longer than `timeout`: for queries, uploads and thumbnails, one at a time.

    What has not finished by then goes on behind the scenes until the budgets or the disk end it; to have it killed, read
    through a `ReaderPool`.

    Parameters
    ----------
    image : str, Path, bytes, PIL.Image.Image or ndarray
    size : (int, int), optional
    timeout : float
        In seconds; finite and above 0.
    **budgets : int
        `max_pixels` and `max_bytes`, as in `load_image`.

    Returns
    -------
    PIL.Image.Image

    Raises
    ------
    ImageError, TypeError, ValueError
        As `load_image`; ImageError also when it takes longer, ValueError also when `timeout` is no such number.
    """
    checked_positive(timeout, "timeout")
    if not isinstance(image, (str, os.PathLike, bytes, bytearray)):
        return load_image(image, size, **budgets)
    answers = queue.SimpleQueue()
    try:
        threading.Thread(target=_answer_in_thread, args=(answers, image, size, timeout, budgets), daemon=True).start()
    except RuntimeError:  # in a browser there are no threads, and nobody else to wait
        return load_image(image, size, **budgets)
    try:
        picture, error = answers.get(timeout=timeout)
    except queue.Empty:
        path = "<bytes>" if isinstance(image, (bytes, bytearray)) else os.fspath(image)
        raise ImageError(path, f"it took longer than {timeout:g} s") from None
    if error is not None:
        raise error
    return picture


def _answer_in_thread(answers, image, size, timeout, budgets):
    try:
        answers.put((read_image_anywhere(image, size, timeout, **budgets).picture, None))
    except Exception as error:
        answers.put((None, error))


def read_image(image, size=None, max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES, killable=False):
    """As `load_image`, and also what was broken around the pixels, such as metadata or the end marker.

    Parameters
    ----------
    image : str, Path, bytes, PIL.Image.Image or ndarray
    size : (int, int) or int, optional
    max_pixels, max_bytes : int
    killable : bool
        This process may be killed at any time, so that it may decode TIFF, AVIF and HEIC as well. Else they are refused.

    Returns
    -------
    Reading
        ``(picture, repairs)``; `repairs` is a tuple of str, empty for a sound file.

    Raises
    ------
    ImageError, TypeError, ValueError
        As `load_image`.
    """
    if size is not None:
        size = checked_count(size, "size") if isinstance(size, int) else checked_size(size)
    checked_positive(max_pixels, "max_pixels")
    checked_positive(max_bytes, "max_bytes")
    if isinstance(image, Image.Image):
        return Reading(_clean_picture(image, max_pixels), ())
    if isinstance(image, (bytes, bytearray)):
        return _read(io.BytesIO(image), "<bytes>", size, max_pixels, max_bytes, killable)
    if isinstance(image, (str, os.PathLike)):
        with _open_regular_file(image) as file:
            return _read(file, os.fspath(image), size, max_pixels, max_bytes, killable)
    return Reading(_from_array(image), ())


def _from_array(pixels):
    import numpy as np  # here and below only where it is used: a process that reads pictures starts in half the time

    if not isinstance(pixels, np.ndarray):
        raise TypeError(f"image must be a path, bytes, a PIL image or a uint8 array, not {type(pixels).__name__}")
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
    except OSError as error:
        raise ImageError(os.fspath(path), error.strerror or str(error)) from error
    except ValueError as error:  # it holds a zero byte, or a letter that this system cannot write
        raise ImageError(os.fspath(path), "no file can have this name") from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise ImageError(os.fspath(path), "not a regular file")
    return open(descriptor, "rb", buffering=0 if status.st_size <= SMALL else -1)


def _in_memory(file):
    # Of a small file, which most are, everything is read at once: looking around in it is then several times as fast.
    # No more than its length: what a system shows as an empty file, such as /proc/kmsg, could keep us waiting for more.
    length = file.seek(0, io.SEEK_END)
    if length > SMALL:
        return file
    file.seek(0)
    return io.BytesIO(file.read(length))


def _read(file, path, size, max_pixels, max_bytes, killable):
    kind = ""
    try:
        file = _in_memory(file)
        header = read_header(file)
        kind = header.kind
        _check_decoder(header, killable)
        scale = _scale(header, size, max_pixels, max_bytes)
        _check_budget(header, path, scale, max_pixels, max_bytes)
        clean = upright(*_rgb_and_orientation(header, file, scale))
    except ImageError:
        raise
    except Unreadable as error:
        raise ImageError(path, str(error)) from error
    except MemoryError as error:
        raise ImageError(path, "there is not enough memory to decode it") from error
    except Exception as error:  # on a damaged file decoders raise anything: OSError, struct.error, IndexError, ...
        raise ImageError(path, _reason_of(error, kind)) from error
    clean.info = {}  # what the file said about orientation and transparency is done and must not be done again
    return Reading(_reduced(clean, size), (*header.repairs, *["missing end marker put in"] * bool(header.if_more)))


def _reason_of(error, kind=""):
    # Pillow's words are for programmers; what a person needs of them is whether the file is broken.
    if "truncated" in str(error).lower():
        return str(damaged("some of its pixels are missing"))
    if NOT_SUPPORTED.search(str(error)):
        said = " ".join(str(error).split())  # a decoder's words may have a line break at their end
        return str(unsupported(f"a {kind} picture of this layout ({printable(said):.200})".replace("  ", " ")))
    return str(damaged("its pixels cannot be decoded"))


# Budgets


def _scale(header, size, max_pixels, max_bytes):
    # For a width and height: twice as many in both directions, so that shrinking still averages; a square serves turned
    # pictures. For a number of pixels: the first scale that fits, as long as so many remain.
    if header.kind != "JPEG" or size is None:
        return 1
    if isinstance(size, int):
        scales = [scale for scale in SCALES if scale == 1 or _n_pixels(header, scale) >= size]
        return next((scale for scale in scales if _fits(header, scale, max_pixels, max_bytes)), scales[-1])
    return max(scale for scale in SCALES if scale == 1 or scale <= min(header.size) // (2 * max(size)))


def _fits(header, scale, max_pixels, max_bytes):
    n_pixels = _n_pixels(header, scale)
    return n_pixels <= max_pixels and _decoder_bytes(header, n_pixels) <= max_bytes


def _n_pixels(header, scale):
    return -(-header.size[0] // scale) * -(-header.size[1] // scale)


def _check_budget(header, path, scale, max_pixels, max_bytes):
    _check_pixels(*(-(-side // scale) for side in header.size), path, max_pixels)
    n_bytes = _decoder_bytes(header, _n_pixels(header, scale))
    if n_bytes > max_bytes:
        amount = f"{n_bytes / 1e6:,.0f} MB" if n_bytes >= 1e6 else f"{n_bytes / 1e3:,.1f} kB"
        it = "it, a JPEG in several passes," if header.kind == "JPEG" and header.held_bytes else "it"
        raise ImageError(path, f"decoding {it} would take about {amount}, more than max_bytes={max_bytes:,}")


def _check_pixels(width, height, path, max_pixels):
    if width * height == 0:
        raise ImageError(path, "it has no pixels")
    if width * height > max_pixels:
        raise ImageError(path, f"{width} x {height} pixels are more than max_pixels={max_pixels:,}")


def _decoder_bytes(header, n_pixels):
    # Pillow keeps RGB in four bytes. Converting and turning each make a copy, and at most two are alive at a time.
    converted, turned = 4 * (not header.is_rgb), 4 * (header.orientation in UPRIGHT or header.kind == "AVIF")
    n_copies = 2 if header.if_more else 1
    afterwards = n_pixels * max(n_copies * header.source_bytes + converted, 4 + turned)
    if header.kind in ("JPEG", "TIFF"):  # what their decoders hold is free again by then
        return max(header.held_bytes + n_pixels * n_copies * header.source_bytes, afterwards)
    return header.held_bytes + afterwards


# Decoding


class _Jpeg(JpegImagePlugin.JpegImageFile):
    def _read_dpi_from_exif(self):
        pass  # it would parse EXIF data, and warn


PLUGINS = {
    "JPEG": _Jpeg,
    "PNG": PngImagePlugin.PngImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
}


# Formats with so much to them that they are decoded in a process that can be killed only, and where the decoder is.
KILLABLE_PLUGINS = {
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "HEIC": ("pillow_heif", "HeifImageFile"),
}
ELSEWHERE = "which is decoded only from a file and in a process that can be killed"
NOT_SUPPORTED = re.compile("(?i)unsupported|cannot handle|unknown (pixel mode|data organization)|not available")
SCALES = (1, 2, 4, 8)  # 1 / scale of its width and height is what a JPEG can be decoded at


def _check_decoder(header, killable):
    name = f"{'an' if header.kind == 'AVIF' else 'a'} {header.kind} picture"
    if header.kind == "HEIC" and not importlib.util.find_spec("pillow_heif"):
        raise Unreadable(f"{name}: export it as JPEG, or install pillow-heif (the extra heic)")
    if header.kind == "AVIF" and not _has_avif():
        raise Unreadable(f"{name}, which this version of Pillow does not decode: export it as JPEG, or update Pillow")
    if header.kind in ("AVIF", "HEIC") and not all(header.size):
        raise Unreadable(f"{name}, damaged or incomplete ({NO_PIXELS})")
    if header.kind in KILLABLE_PLUGINS and not killable:
        raise Unreadable(f"{name}, {ELSEWHERE}")


def _has_avif():
    return "avif" in features.modules and features.check("avif")


def _plugin(kind):
    if kind in PLUGINS:
        return PLUGINS[kind]
    module, name = KILLABLE_PLUGINS[kind]
    module = importlib.import_module(module)
    # One thread each: more take memory, and other processes are at the same work.
    if kind == "AVIF":
        module.DEFAULT_MAX_THREADS = 1
    elif kind == "HEIC":
        module.options.DECODE_THREADS = 1
    return getattr(module, name)


def _rgb_and_orientation(header, file, scale):
    picture = _decoded(header, file, header.parts, scale)
    if header.if_more:
        _check_complete(picture, header, file, scale)
    if header.kind == "BMP" and picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (0, 0):
        picture = picture.convert("RGB")  # an unused channel, not a picture of nothing
    orientation = orientation_in(picture.info.get("exif", b""))[0] if header.kind == "AVIF" else header.orientation
    frame = picture.tile_box if header.kind == "GIF" else None
    return on_white_outside(to_rgb(picture), frame), orientation


def _decoded(header, file, parts, scale):
    source = spliced(file, parts)
    # Image.open would offer the file to dozens of decoders; these are the ones that a collection needs.
    picture = _plugin(header.kind)(source)
    if picture.width * picture.height > header.size[0] * header.size[1]:
        raise damaged("it is larger than it says")
    if scale > 1:
        picture.draft(None, (picture.width // scale, picture.height // scale))
    _bring_transparent_colour_to_8_bits(picture)
    if header.kind == "GIF":
        picture.tile_box = picture.tile[0][1]
    picture.load()
    return picture


def _check_complete(picture, header, file, scale):
    # Without its end marker a file may lack pixels too. If it does not, what comes after them changes none.
    *parts, end = header.parts
    for more in header.if_more:
        other = _decoded(header, file, [*parts, more, end], scale)
        if ImageChops.difference(picture, other).getbbox() is not None:
            raise damaged("it ends before all of its pixels are there")


def _bring_transparent_colour_to_8_bits(picture):
    # Pillow converts the pixels, but leaves the one colour that means "transparent" as the file has it.
    convert = TO_8_BITS.get(picture.tile[0][3]) if picture.tile else None
    if convert and "transparency" in picture.info:
        picture.info["transparency"] = convert(picture.info["transparency"])


# A picture that is in memory already


def _clean_picture(picture, max_pixels):
    path = getattr(picture, "filename", "") or "<picture>"
    is_decoded = getattr(picture, "_im", None) is not None
    _check_pixels(*picture.size, path, float("inf") if is_decoded else max_pixels)
    try:
        picture.load()
        clean = upright(to_rgb(picture), _orientation(picture))
    except Exception as error:  # a picture that was opened but not yet read can be as damaged as any file
        raise ImageError(path, _reason_of(error)) from error
    if clean is not picture:
        clean.info = {}
    return clean


def _orientation(picture):
    try:
        exif = picture.info.get("exif")
        return orientation_in(exif)[0] if isinstance(exif, bytes) else picture.getexif().get(ORIENTATION_TAG)
    except Exception:  # a damaged EXIF block says nothing about the pixels, so they stay as they are stored
        return None


def _reduced(picture, size):
    factor = 1 if size is None or isinstance(size, int) else min(picture.size) // (2 * max(size))
    return picture if factor < 2 else picture.reduce(factor)
