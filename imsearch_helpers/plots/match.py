"""Floor 8. Two pictures come in; out goes which bins, and which pixels, their score is made of. No drawing here."""

import numpy as np

from ..images import load_image
from ..vectors import image_to_histogram


def score_shares(query, match, vectorize=image_to_histogram, bins=32):
    """Which colours a cosine is made of: cosine is a sum over the bins, so each bin has its share.

    Parameters
    ----------
    query, match : str, Path, PIL.Image.Image or ndarray
    vectorize : callable
        `image_to_histogram` or `image_to_root_histogram`.
    bins : int

    Returns
    -------
    ndarray, shape (3, bins), float64
        The shares, channel by channel; they sum to the cosine similarity.
    """
    a, b = (vectorize(image, bins).astype(np.float64) for image in (query, match))
    return (a * b / (np.linalg.norm(a) * np.linalg.norm(b))).reshape(3, bins)


def pixel_shares(image, shares):
    """Hand each bin's share of a score to the pixels that were counted in it, to each pixel the same.

    Parameters
    ----------
    image : str, Path, PIL.Image.Image or ndarray
        One of the two pictures.
    shares : ndarray, shape (3, bins)
        From `score_shares`.

    Returns
    -------
    ndarray, shape (height, width), float64
        They sum to the score, as the bins' shares do.
    """
    pixels = np.asarray(load_image(image))
    painted = np.zeros(pixels.shape[:2])
    for values, share_of_bin in zip(np.moveaxis(pixels, 2, 0), shares):  # (height, width) and (bins,)
        bins = len(share_of_bin)
        bin_of_pixel = values.astype(int) * bins // 256
        counts = np.bincount(bin_of_pixel.ravel(), minlength=bins)
        painted += (share_of_bin / np.maximum(counts, 1))[bin_of_pixel]
    return painted


def border_part(painted):
    """Which part of a painted score lies within a fifth of the picture's sides from its edge, where the background is.

    Parameters
    ----------
    painted : ndarray, shape (height, width)
        From `pixel_shares`.

    Returns
    -------
    float
        From 0 to 1.
    """
    height, width = painted.shape
    top, left = round(height / 5), round(width / 5)
    middle, total = painted[top : height - top, left : width - left].sum(), painted.sum()
    return float(1 - middle / total) if total > 0 else 0.0
