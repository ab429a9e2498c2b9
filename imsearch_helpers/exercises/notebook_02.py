"""The exercises of notebook 02: histograms."""

import colorsys

import numpy as np

from ..vectors import image_to_histogram, image_to_root_histogram
from .model import Exercise

PACKAGE = (image_to_histogram, image_to_root_histogram)


def count_channel(picture, channel, bins):
    """Count one channel of a picture into bins and return the shares.

    `picture` is a uint8 array of shape (height, width, 3); `channel` is 0 for
    red, 1 for green, 2 for blue. Return `bins` numbers that sum to 1: which
    share of the pixels has its value in bin 0, in bin 1, and so on. A value
    belongs to bin number value * bins // 256.
    """
    counts = [0] * bins
    for value in picture[:, :, channel].ravel():
        counts[int(value) * bins // 256] += 1
    return [count / sum(counts) for count in counts]


def _pictures_and_channels(rng):
    small = rng.integers(0, 256, (2, 2, 3), dtype=np.uint8)
    small[0, 0] = (0, 128, 255)
    small[1, 1] = (255, 10, 90)
    wide = rng.integers(0, 256, (3, 5, 3), dtype=np.uint8)
    dark = rng.integers(0, 90, (4, 3, 3), dtype=np.uint8)
    return [(small, 0, 4), (wide, 1, 8), (dark, 2, 4), (at_the_borders(rng, 5), 2, 5), (wide, 0, 256)]


def at_the_borders(rng, bins):
    """A picture with the last value of each bin and the first of the next in every channel: a border a little off shows.

    Parameters
    ----------
    rng : numpy.random.Generator
        Puts them in any order.
    bins : int
        From 2.

    Returns
    -------
    ndarray of shape (2, bins - 1, 3), dtype uint8
    """
    firsts = -(-256 * np.arange(1, bins) // bins)  # rounded up
    values = np.concatenate([firsts - 1, firsts])
    return np.stack([rng.permutation(values) for _ in range(3)], axis=1).reshape(2, -1, 3).astype(np.uint8)


def _counts_of_channel(picture, channel, bins, limits=(0, 256)):
    return np.histogram(picture[:, :, channel], bins, limits)[0]


def _with_wrapped_products(picture, channel, bins):
    wrapped = picture[:, :, channel].astype(int) * bins % 256  # uint8 keeps only the remainder of a division by 256
    return np.bincount((wrapped // 256).ravel(), minlength=bins) / wrapped.size


def joint_histogram(picture, bins):
    """Count the combinations of red, green and blue and return the shares.

    `picture` is a uint8 array of shape (height, width, 3). Each pixel has three
    bin numbers: r, g and b, each is its value * bins // 256. They lead to one
    of bins * bins * bins boxes: number (r * bins + g) * bins + b. Return an
    array of bins * bins * bins numbers that sum to 1: the share of the pixels
    in each box.
    """
    r, g, b = (picture[:, :, channel].astype(int) * bins // 256 for channel in range(3))
    box = (r * bins + g) * bins + b  # (height, width)
    return np.bincount(box.ravel(), minlength=bins**3) / box.size


def _pictures_and_bins(rng):
    small = rng.integers(0, 256, (2, 2, 3), dtype=np.uint8)
    dark = rng.integers(0, 128, (3, 4, 3), dtype=np.uint8)
    bright = rng.integers(140, 256, (4, 5, 3), dtype=np.uint8)
    bright[0, 0] = 255
    return [(small, 2), (dark, 2), (bright, 3), (bright, 8), (at_the_borders(rng, 5), 5)]


def _bin_numbers(picture, bins):
    return [picture[:, :, channel].astype(int) * bins // 256 for channel in range(3)]


def _shares_of_boxes(box, bins):
    return np.bincount(box.ravel(), minlength=bins**3) / box.size


def _blue_first(picture, bins):
    r, g, b = _bin_numbers(picture, bins)
    return _shares_of_boxes((b * bins + g) * bins + r, bins)


def _wrapped_boxes(picture, bins):
    r, g, b = (part.astype(np.uint8) for part in _bin_numbers(picture, bins))
    return _shares_of_boxes((r * np.uint8(bins) + g) * np.uint8(bins) + b, bins)


def _three_channels(picture, bins):
    counts = [np.histogram(picture[:, :, channel], bins, (0, 256))[0] for channel in range(3)]
    return np.concatenate(counts) / picture.size


def _bins_to_255(picture, bins):
    counts, _ = np.histogramdd(picture.reshape(-1, 3), bins, [(0, 255)] * 3)
    return counts.ravel() / picture[:, :, 0].size


def _whole_widths(picture, bins):
    r, g, b = np.moveaxis(picture.astype(int) // (256 // bins), 2, 0)
    return _shares_of_boxes((r * bins + g) * bins + b, bins)


def _boxes_by(picture, bins, place_values):
    return _shares_of_boxes(sum(value * number for value, number in zip(place_values, _bin_numbers(picture, bins))), bins)


def _cut_short(picture, bins):
    return np.bincount(_boxes(picture, bins).ravel()) / picture[:, :, 0].size


def _boxes(picture, bins):
    r, g, b = _bin_numbers(picture, bins)
    return (r * bins + g) * bins + b


def hue_histogram(picture, bins):
    """Count the hues of a picture and return the shares.

    Pixels that are nearly grey have no hue and do not count.

    `picture` is a uint8 array of shape (height, width, 3). For each pixel,
    colorsys.rgb_to_hsv(red, green, blue), given the values divided by 255,
    returns hue, saturation and value, each from 0 to 1. Leave out the pixels
    whose saturation is below 0.2; a hue belongs to bin number int(hue * bins).
    Return `bins` numbers: the shares of the pixels that were counted, which sum
    to 1, or zeros where none was.
    """
    counts = np.zeros(bins)
    for red, green, blue in picture.reshape(-1, 3) / 255:
        hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
        if saturation >= 0.2:
            counts[int(hue * bins)] += 1
    return counts / max(1, counts.sum())


def _hues_and_bins(rng):
    bins = int(rng.integers(7, 20))
    grey = np.full((2, 2, 3), rng.integers(20, 230), dtype=np.uint8)
    half_grey = _colours(rng, 4, 3)
    half_grey[:2] = half_grey[:2].max(axis=2, keepdims=True)
    return [(_colours(rng, 1, 2), 6), (_colours(rng, 3, 4), bins), (half_grey, bins), (grey, 4), (_near_the_limit(rng), 7)]


def _near_the_limit(rng):
    """Saturations of 0.19 and 0.21, a dark strong colour and a bright pale one. (At 0.2 itself rounding would decide.)"""
    first = int(rng.integers(3))
    return np.array([[np.roll((100, 90, 81), first), np.roll((100, 90, 79), first + 1)],
                     [np.roll((40, 22, 8), first + 2), np.roll((250, 240, 230), first + 1)]], dtype=np.uint8)  # fmt: skip


def _colours(rng, height, width):
    """Strong colours whose hues keep away from the borders of all bins up to 20."""
    colours = []
    while len(colours) < height * width:
        colour = rng.integers(0, 256, 3, dtype=np.uint8)
        hue, saturation, _ = colorsys.rgb_to_hsv(*(colour / 255))
        steps = hue * np.arange(1, 21)
        if saturation > 0.4 and np.abs(steps - np.rint(steps)).min() > 1e-4:
            colours.append(colour)
    return np.array(colours).reshape(height, width, 3)


def _hues(picture, bins, place=0, least=0.2, order=(0, 1, 2), whole=False, limited=1):
    counts = np.zeros(bins)
    for pixel in picture.reshape(-1, 3) / 255:
        hsv = colorsys.rgb_to_hsv(*pixel[list(order)])
        if hsv[limited] >= least:
            counts[min(int(hsv[place] * bins), bins - 1)] += 1
    return counts / (picture[:, :, 0].size if whole else max(1, counts.sum()))


def grid_of_histograms(picture, rows, columns, bins):
    """Cut a picture into tiles and join the tiles' colour histograms.

    `picture` is a uint8 array of shape (height, width, 3); its height is a
    multiple of `rows`, its width of `columns`. The tiles come row by row, each
    row from the left; within a tile come the `bins` counts of red, of green, of
    blue. Return an array of rows * columns * 3 * bins numbers: all counts,
    divided by their sum.
    """
    height, width = picture.shape[0] // rows, picture.shape[1] // columns
    counts = []
    for top in range(0, rows * height, height):
        for left in range(0, columns * width, width):
            tile = picture[top : top + height, left : left + width]
            counts += [np.histogram(tile[:, :, channel], bins, (0, 256))[0] for channel in range(3)]
    return np.concatenate(counts) / np.sum(counts)


def _pictures_and_grids(rng):
    pixels = lambda height, width: rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    small = pixels(2, 2)
    small[0, 0], small[1, 1] = (0, 128, 255), (255, 0, 127)
    drawn = [(small, 1, 2, 2), (pixels(6, 12), 2, 3, 2), (pixels(12, 6), 3, 2, 4), (pixels(5, 5), 1, 1, 8)]
    return [*drawn, (at_the_borders(rng, 5), 1, 2, 5)]


def _columns_first(picture, rows, columns, bins):
    tiles = [tile for strip in np.split(picture, columns, axis=1) for tile in np.split(strip, rows, axis=0)]
    return np.concatenate([_three_channels(tile, bins) for tile in tiles]) / len(tiles)


def _tiles(picture, rows, columns):
    return [tile for strip in np.split(picture, rows, axis=0) for tile in np.split(strip, columns, axis=1)]


def _counts_of_tiles(picture, rows, columns, bins, limits=(0, 256)):
    counts = [[np.histogram(tile[:, :, c], bins, limits)[0] for c in range(3)] for tile in _tiles(picture, rows, columns)]
    return np.array(counts) / picture.size  # (tiles, 3, bins)


EXERCISES = [
    Exercise(
        solution=count_channel,
        cases=_pictures_and_channels,
        hints=(
            "The loop is the one that counted the eight pixels. What is new: where the values come from, and the division at "
            "the end.",
            "`picture[:, :, channel].ravel()` gives the channel's values one after another. They are uint8, in which 200 * 4 "
            "does not fit: write `int(value)` before you multiply.",
            "Start with `counts = [0] * bins`, add 1 to `counts[int(value) * bins // 256]` for each value, and return each "
            "count divided by the number of pixels.",
        ),
        explanation="Eight pixels or a million, the loop is the same. `int(value)` leaves the world of uint8, where 200 * 4 "
        "would be 32. Dividing by the number of pixels makes pictures of different sizes comparable.",
        bought="You have built the part of which a colour histogram is made: three of these, one after another, and a "
        "division by 3.",
        slips={
            "these are the counts. Divide each by the number of pixels, so that they sum to 1.": _counts_of_channel,
            "it divides by picture.size, which counts every pixel three times, once a channel.": lambda picture, channel, bins: (
                _counts_of_channel(picture, channel, bins) / picture.size
            ),
            "len(picture) is the number of rows; divide by the number of pixels, which is the sum of the counts.": (
                lambda picture, channel, bins: _counts_of_channel(picture, channel, bins) / len(picture)
            ),
            "picture[channel] is a row of the picture; a channel is picture[:, :, channel].": lambda picture, channel, bins: (
                np.histogram(picture[channel], bins, (0, 256))[0] / picture[channel].size
            ),
            "the channels are counted from the other end: 0 is red, 1 green, 2 blue.": lambda picture, channel, bins: (
                _counts_of_channel(picture, 2 - channel, bins) / picture[:, :, 0].size
            ),
            "uint8 cannot hold value * bins and keeps only a remainder. Write int(value) first.": _with_wrapped_products,
            "without range=(0, 256) the bins stretch from the picture's own smallest to its largest value.": (
                lambda picture, channel, bins: _counts_of_channel(picture, channel, bins, None) / picture[:, :, 0].size
            ),
            "the bins end at 255. They must end at 256, or they are a little too narrow.": lambda picture, channel, bins: (
                _counts_of_channel(picture, channel, bins, (0, 255)) / picture[:, :, 0].size
            ),
        },
        forbidden=PACKAGE,
    ),
    Exercise(
        solution=joint_histogram,
        cases=_pictures_and_bins,
        hints=(
            "First three arrays of bin numbers, one a channel, as whole numbers that do not wrap around: `.astype(int)`.",
            "`box = (r * bins + g) * bins + b` works on whole arrays. Then count how often each box number occurs.",
            "`np.bincount(box.ravel(), minlength=bins**3)` counts them; `minlength` keeps the empty boxes at the end. Divide by "
            "the number of pixels, `box.size`.",
        ),
        explanation="A box number is a number with three digits, red, green and blue, in the number system with `bins` digits. "
        "Every combination has its own, so red + blue and magenta + black can no longer be confused.",
        bought="Now combinations count, not channels. Put it into an engine as a method and compare with the scoreboard.",
        slips={
            "these are three separate histograms. Here each pixel counts once, in the box of its combination.": _three_channels,
            "the boxes are numbered from blue; red is the first digit: (r * bins + g) * bins + b.": _blue_first,
            "these are counts. Divide by the number of pixels.": lambda picture, bins: joint_histogram(picture, bins)
            * picture[:, :, 0].size,
            "the bins end at 255. They must end at 256, or they are a little too narrow.": _bins_to_255,
            "256 // bins is a bin's width only where nothing is left over: write value * bins // 256.": _whole_widths,
            "box numbers above 255 do not fit into uint8 and wrap around. Use .astype(int) first.": _wrapped_boxes,
            "the empty boxes at the end are missing: give bincount minlength=bins**3.": _cut_short,
            "it divides by picture.size, which counts every pixel three times.": lambda picture, bins: joint_histogram(
                picture, bins
            )
            / 3,
            "len(picture) is the number of rows; divide by the number of pixels, box.size.": lambda picture, bins: joint_histogram(
                picture, bins
            )
            * picture.shape[1],
            "this is a cube of boxes; .ravel() makes one row of them.": lambda picture, bins: joint_histogram(picture, bins).reshape(
                (bins,) * 3
            ),
            "`counts[box] += 1` on a whole array adds 1 to a box, however many pixels are in it. np.bincount counts them all.": (
                lambda picture, bins: (joint_histogram(picture, bins) > 0) / picture[:, :, 0].size
            ),
            "all boxes in use have the same share, as if each held one pixel: np.bincount counts them all, `counts[box] += 1` does not.": (
                lambda picture, bins: (joint_histogram(picture, bins) > 0) / np.count_nonzero(joint_histogram(picture, bins))
            ),
            "the empty boxes are missing. Every box has its place, also where its share is 0.": lambda picture, bins: (
                joint_histogram(picture, bins)[joint_histogram(picture, bins) > 0]
            ),
            "r and g have the same place value; red counts bins * bins: (r * bins + g) * bins + b.": lambda picture, bins: _boxes_by(
                picture, bins, (bins, bins, 1)
            ),
            "the three bin numbers are added up, and many combinations have the same sum: (r * bins + g) * bins + b.": (
                lambda picture, bins: _boxes_by(picture, bins, (1, 1, 1))
            ),
            "blue is missing: three numbers make a box, (r * bins + g) * bins + b.": lambda picture, bins: (
                joint_histogram(picture, bins).reshape(bins**2, bins).sum(axis=1)
            ),
            "np.histogramdd gives a pair, the counts and the borders: take the counts.": lambda picture, bins: np.histogramdd(
                picture.reshape(-1, 3), bins, [(0, 256)] * 3
            ),
            "a density is asked of np.histogramdd; asked are shares: the counts, divided by the number of pixels.": (
                lambda picture, bins: joint_histogram(picture, bins) * (bins / 256) ** 3
            ),
            "without range=[(0, 256)] * 3 the bins stretch from the picture's own smallest to its largest value.": (
                lambda picture, bins: np.histogramdd(picture.reshape(-1, 3), bins)[0].ravel() / picture[:, :, 0].size
            ),
        },
        forbidden=PACKAGE,
    ),
    Exercise(
        solution=hue_histogram,
        cases=_hues_and_bins,
        hints=(
            "`picture.reshape(-1, 3) / 255` gives one row of red, green and blue for each pixel, ready for `colorsys`.",
            "`hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)`; add 1 only `if saturation >= 0.2`.",
            "Keep the counts in `np.zeros(bins)`; at the end divide by their sum, but by 1 where the sum is 0.",
        ),
        explanation="A dim shot has about half the stored red, green and blue. Hue asks in which proportion they stand, and that stays. "
        "Grey has equal parts of all three, which is no hue, so the grey wall is left out, and with it the background that drowned "
        "the colours.",
        bought="Hue does not move when the light falls. Put it into an engine as a method and look at the dim shot.",
        slips={
            "nearly grey pixels are counted too. Leave out saturations below 0.2.": lambda picture, bins: _hues(
                picture, bins, least=0
            ),
            "the limit is about saturation, the second of the three numbers; a dark pixel has a hue, too.": lambda picture, bins: (
                _hues(picture, bins, limited=2)
            ),
            "this counts the saturation; hue is the first of the three numbers.": lambda picture, bins: _hues(
                picture, bins, place=1
            ),
            "this counts the value, which is the brightness; hue is the first of the three numbers.": lambda picture, bins: (
                _hues(picture, bins, place=2)
            ),
            "red and blue have changed places on their way into rgb_to_hsv.": lambda picture, bins: _hues(
                picture, bins, order=(2, 1, 0)
            ),
            "divide by the number of pixels that were counted, not by that of all pixels.": lambda picture, bins: _hues(
                picture, bins, whole=True
            ),
            "these are counts. Divide them by their sum.": lambda picture, bins: np.rint(
                _hues(picture, bins, whole=True) * picture[:, :, 0].size
            ),
        },
        forbidden=PACKAGE,
    ),
    Exercise(
        solution=grid_of_histograms,
        cases=_pictures_and_grids,
        hints=(
            "A tile is a part of the array: `picture[top : top + height, left : left + width]`, where `height` is "
            "`picture.shape[0] // rows`.",
            "Two loops, the outer one over the rows of tiles, the inner one over the columns; in it the three channels.",
            "Collect every `np.histogram(tile[:, :, channel], bins, (0, 256))[0]` in a list, join it with `np.concatenate`, and "
            "divide by the sum of everything.",
        ),
        explanation="Each tile forgets where its pixels are, but the tile's own place is remembered by its place in the vector. "
        "One tile is the plain histogram; as many tiles as pixels would be nearly the pixels again.",
        bought="You can now choose how much place a histogram remembers, from one tile to many.",
        slips={
            "the tiles come column by column; go row by row.": _columns_first,
            "these are counts. Divide by the sum of all of them.": lambda picture, rows, columns, bins: grid_of_histograms(
                picture, rows, columns, bins
            )
            * picture.size,
            "each tile is divided by its own sum, so the whole sums to the number of tiles. Divide once, at the end.": (
                lambda picture, rows, columns, bins: grid_of_histograms(picture, rows, columns, bins) * rows * columns
            ),
            "without range=(0, 256) the bins stretch from each tile's own smallest to its largest value.": (
                lambda picture, rows, columns, bins: _counts_of_tiles(picture, rows, columns, bins, None).reshape(-1)
            ),
            "the bins end at 255. They must end at 256, or they are a little too narrow.": lambda picture, rows, columns, bins: (
                _counts_of_tiles(picture, rows, columns, bins, (0, 255)).reshape(-1)
            ),
            "this takes all tiles for red, then all for green; the three channels of a tile stay together.": (
                lambda picture, rows, columns, bins: _counts_of_tiles(picture, rows, columns, bins).swapaxes(0, 1).reshape(-1)
            ),
            "rows and columns have changed places.": lambda picture, rows, columns, bins: grid_of_histograms(
                picture, columns, rows, bins
            ),
            "all tiles are added up, so the place is lost. Write them one after another.": (
                lambda picture, rows, columns, bins: _three_channels(picture, bins)
            ),
        },
        forbidden=PACKAGE,
    ),
]
