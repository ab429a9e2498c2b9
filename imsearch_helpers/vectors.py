"""Floor 2. A picture comes in, a vector goes out. `METHODS` names the ways to do it."""

import numpy as np
from PIL import Image

from .checks import checked_bins, checked_size
from .images import load_image


def image_to_vector_simple(image, size=(64, 64)):
    """Flatten a picture: shrink it, make it grey, and write its rows one after another.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
        Anything that `load_image` opens.
    size : (int, int)
        Width and height in pixels to shrink to; the proportions are not kept.

    Returns
    -------
    ndarray, shape (width * height,), float32
        0.0 is black, 1.0 is white; row by row from the top, each row from the left.

    Raises
    ------
    ImageError
        When the picture cannot be read.
    ValueError
        When `size` is not two whole numbers of at least 1.

    Examples
    --------
    >>> image_to_vector_simple(np.uint8([[0, 255], [255, 0]]), size=(2, 2))
    array([0., 1., 1., 0.], dtype=float32)
    """
    width, height = checked_size(size)
    picture = load_image(image, size=(width, height))
    grey = picture.convert("L").resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(grey, dtype=np.float32).reshape(-1) / 255  # (height, width) -> (width * height,)


def image_to_histogram(image, bins=32):
    """Count the colours: how many pixels have how much red, then green, then blue. Where they are does not matter.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
        Anything that `load_image` opens; every pixel of it is counted.
    bins : int
        From 1 to 256: into how many equal ranges the values 0 ... 255 are sorted, for each channel.

    Returns
    -------
    ndarray, shape (3 * bins,), float32
        The shares of all counts, red first, then green, then blue; they sum to 1.

    Raises
    ------
    ImageError
        When the picture cannot be read.
    ValueError
        When `bins` is not a whole number from 1 to 256.

    Notes
    -----
    The counts equal ``numpy.histogram(channel, bins, (0, 256))`` for each channel, several times faster: Pillow counts
    all 256 values in one pass, and value ``v`` belongs to bin ``v * bins // 256``.

    Examples
    --------
    >>> image_to_histogram(np.uint8([[[255, 0, 0], [255, 0, 0]]]), bins=2).round(2)
    array([0.  , 0.33, 0.33, 0.  , 0.33, 0.  ], dtype=float32)
    """
    bins = checked_bins(bins)
    counts = np.fromiter(load_image(image).histogram(), dtype=np.int64).reshape(3, 256)  # channels x values
    first_values = -(-256 * np.arange(bins) // bins)  # the smallest value v with v * bins // 256 == bin
    folded = np.add.reduceat(counts, first_values, axis=1).reshape(-1)  # (3, bins) -> (3 * bins,)
    return (folded / folded.sum()).astype(np.float32)


def image_to_root_histogram(image, bins=32):
    """The square root of `image_to_histogram`, so that a large plain background no longer drowns the rest.

    The cosine of two such vectors is the Bhattacharyya coefficient of the histograms divided by nothing at all: each
    has length 1, because the shares sum to 1. Their Euclidean distance is, up to a constant, the Hellinger distance.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
    bins : int
        From 1 to 256.

    Returns
    -------
    ndarray, shape (3 * bins,), float32
        Its squares sum to 1.

    References
    ----------
    R. Arandjelovic and A. Zisserman, Three things everyone should know to improve object retrieval, CVPR 2012: the
    same root for SIFT histograms.

    Examples
    --------
    >>> vector = image_to_root_histogram(np.uint8([[[255, 0, 0]]]), bins=1)
    >>> round(float(vector @ vector), 6)
    1.0
    """
    return np.sqrt(image_to_histogram(image, bins))


# A method that shrinks its picture says to what size, so that large files can be decoded small.
image_to_vector_simple.load_size = (64, 64)

# A new method is one more line here; its function may live in any module of the package.
METHODS = {
    "pixels": image_to_vector_simple,
    "histogram": image_to_histogram,
    "root_histogram": image_to_root_histogram,
}
SHIPPED = dict(METHODS)


def is_shipped(name, function):
    """Whether another process finds the same function under the same name, whatever a reader has put into `METHODS` here.

    Parameters
    ----------
    name : str
    function : callable

    Returns
    -------
    bool
    """
    return SHIPPED.get(name) is METHODS.get(name) is function


def method_named(method):
    """The name and the function of a method.

    Parameters
    ----------
    method : str or callable
        A name in `METHODS`, or any function from a picture to a vector.

    Returns
    -------
    (str, callable)
        A function of the reader's own has the name it was given by ``def``.

    Raises
    ------
    ValueError
        When it is neither; the message lists the known names. Or when its `load_size` is no size.
    """
    if getattr(method, "load_size", None) is not None:
        checked_size(method.load_size, "load_size")
    for name, function in METHODS.items():
        if method is function or (isinstance(method, str) and method == name):
            return name, function
    if callable(method):
        return getattr(method, "__name__", type(method).__name__), method
    raise ValueError(f"method must be one of {', '.join(METHODS)}, or a function, not {method!r}")
