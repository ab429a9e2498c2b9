"""Floor 0. A decoded picture of any mode comes in, as it was stored; upright RGB on white goes out."""

import itertools

from PIL import Image

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
BAND = 1 << 18  # pixels that are converted at a time


def upright(picture, orientation):
    """A picture turned as its EXIF orientation says.

    Parameters
    ----------
    picture : PIL.Image.Image
    orientation : int or None
        From 1 to 8; anything else stands for 1, which is upright.

    Returns
    -------
    PIL.Image.Image
    """
    turn = UPRIGHT.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def to_rgb(picture):
    """A picture of any mode as RGB: transparency is laid on white, deep grey is scaled to 8 bits.

    Parameters
    ----------
    picture : PIL.Image.Image
        Decoded.

    Returns
    -------
    PIL.Image.Image
        The picture itself where there is nothing to do.

    Examples
    --------
    >>> to_rgb(Image.new("I;16", (1, 1), 0x8000)).getpixel((0, 0))
    (128, 128, 128)
    """
    if picture.mode == "RGB" and "transparency" not in picture.info:
        return picture
    white = _white_of(picture)
    parts = (_band_to_rgb(band, white) for band in bands(picture))
    first = next(parts)
    if first.height == picture.height:
        return first
    rgb, top = Image.new("RGB", picture.size), 0
    for part in itertools.chain([first], parts):
        rgb.paste(part, (0, top))
        top += part.height
    return rgb


def bands(picture):
    """A picture's rows, some at a time, so that what is done to them never takes a second copy of a large picture.

    Parameters
    ----------
    picture : PIL.Image.Image

    Yields
    ------
    PIL.Image.Image
        From the top down, each but the last of `rows_of_a_band` rows; the picture itself where it is small.
    """
    rows = rows_of_a_band(picture.width)
    if rows >= picture.height:
        yield picture
        return
    for top in range(0, picture.height, rows):
        yield picture.crop((0, top, picture.width, min(picture.height, top + rows)))


def rows_of_a_band(width):
    """How many rows a band has in a picture of this width.

    Parameters
    ----------
    width : int

    Returns
    -------
    int
        At least 1.
    """
    return max(1, BAND // width)


def _band_to_rgb(picture, white):
    if white is not None:
        return _from_deep_grey(picture, white)
    if picture.mode == "LAB":
        return _from_lab(picture)
    if picture.mode in ("RGBa", "La"):
        picture = picture.convert({"RGBa": "RGBA", "La": "LA"}[picture.mode])
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return picture.convert("RGB")


def _white_of(picture):
    # The value that means white in a grey picture of more than 8 bits; a plain convert would clip at 255.
    if picture.mode.startswith("I;16"):
        return 65535
    if picture.mode not in ("I", "F"):
        return None
    import numpy as np

    values = np.asarray(picture)
    largest = float(np.nanmax(values, initial=0, where=np.isfinite(values)))
    steps = [255, 65535] if picture.mode == "I" else [1, 255, 65535]
    return next((step for step in steps if largest <= step), largest)


def _from_deep_grey(picture, white):
    import numpy as np

    values = np.asarray(picture)
    scaled = np.nan_to_num(values.astype(np.float64) * (255 / white), posinf=255, neginf=0)
    grey = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    transparent = picture.info.get("transparency")
    if transparent is not None:
        grey[values == transparent] = 255
    return Image.fromarray(grey).convert("RGB")


def _from_lab(picture):
    from PIL import ImageCms

    return ImageCms.profileToProfile(picture, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB")


def on_white_outside(picture, box):
    """White around a box: a GIF's first frame may be smaller than the picture, around it there is nothing, and nothing is white here.

    Parameters
    ----------
    picture : PIL.Image.Image
        RGB.
    box : (int, int, int, int) or None
        Left, top, right and bottom; None for all of it.

    Returns
    -------
    PIL.Image.Image
    """
    if box is None or box == (0, 0, *picture.size):
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture.crop(box), box[:2])
    return white
