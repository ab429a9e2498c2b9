"""The key of assignment 1: from pictures to vectors, for the grader: cases for its checks, and the slips they
recognise."""

import numpy as np

from imsearch_helpers.exercises import Exercise
from imsearch_helpers.exercises.graded import solutions_of
from imsearch_helpers.exercises.notebook_02 import at_the_borders
from imsearch_helpers.vectors import image_to_histogram, image_to_root_histogram

SOLUTIONS = solutions_of(__file__)
PACKAGE = (image_to_histogram, image_to_root_histogram)


def _planes_and_sizes(rng):
    sizes = [(3, 2), (2, 4), (1, 3), (4, 4), (5, 3)]
    cases = [(np.array([1.0, 0.0, 0.501, 0.499, -0.1, 1.1]), (2, 1))]
    return cases + [(_planes(rng, 3 * width * height), (width, height)) for width, height in sizes]


def _planes(rng, n):
    """Near whole 255ths, some too small and some too large, never halfway between two; three digits, as a check shows."""
    levels = rng.integers(0, 256, n)
    levels[rng.permutation(n)[:4]] = [*rng.integers(-60, -10, 2), *rng.integers(266, 320, 2)]
    return ((levels + rng.choice([-0.3, -0.2, 0.0, 0.2, 0.3], n)) / 255).round(3)


def _stacked(vector, size):
    width, height = size
    return np.stack(list(vector.reshape(3, height, width)), axis=2) * 255


def _pixel_by_pixel(vector, size):
    width, height = size
    return _as_bytes(vector.reshape(height, width, 3) * 255)


def _as_bytes(values):
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def _size_as_shape(vector, size):
    return _as_bytes(np.stack(list(vector.reshape(3, *size)), axis=2) * 255)


def _columns_first(vector, size):
    return _as_bytes(vector.reshape(3, *size).transpose(2, 1, 0) * 255)


def _colours_first(vector, size):
    width, height = size
    return _as_bytes(vector.reshape(3, height, width) * 255)


def _weighted(rng):
    two = np.array([[(200, 0, 0), (0, 0, 0)]], dtype=np.uint8)
    dark = rng.integers(0, 90, (4, 3, 3), dtype=np.uint8)
    return [
        (two, np.array([[3.0, 1.0]]), 2),
        (_pixels(rng, 2, 3), rng.integers(0, 9, (2, 3)) / 4 + 0.25, 4),
        (_pixels(rng, 2, 2), rng.integers(1, 30, (2, 2)) * np.eye(2), 3),
        (dark, rng.integers(1, 6, (4, 3)) / 2, 5),
        (_pixels(rng, 2, 4), np.zeros((2, 4)), 4),
        (_pixels(rng, 4, 4), rng.integers(1, 30, (4, 4)) * rng.integers(0, 2, (4, 4)) + np.eye(4), 8),
        (at_the_borders(rng, 5), rng.integers(1, 9, (2, 4)) / 4, 5),
    ]


def _pixels(rng, height, width):
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def _sums(picture, weights, bins):
    channels = [np.histogram(picture[:, :, c], bins, (0, 256), weights=weights)[0] for c in range(3)]
    return np.concatenate(channels).astype(float)


def _divided(sums, total=None):
    total = sums.sum() if total is None else total
    return sums / total if total > 0 else sums


def _weighted_colours(picture, weights, bins):
    lit = picture * weights[:, :, None]
    return _divided(np.concatenate([np.histogram(lit[:, :, c], bins, (0, 256))[0] for c in range(3)]))


def _chroma_cases(rng):
    first = np.array([[(200, 100, 100), (100, 50, 50)], [(90, 0, 0), (0, 0, 0)]], dtype=np.uint8)
    bright = _colours(rng, 2, 3)
    mixed = _colours(rng, 4, 3)
    mixed[0, :2] = 0  # black
    mixed[1, 0] = (0, 1, 0)  # pure colours, one of them as dark as can be
    mixed[1, 1] = (0, 0, rng.integers(1, 256))
    mixed[2, 0] = (rng.integers(1, 256), 0, 0)
    black = np.zeros((int(rng.integers(1, 4)), int(rng.integers(1, 5)), 3), dtype=np.uint8)
    n_black = int(rng.integers(2, 7))
    return [
        (first, 3),
        (bright, 5),
        (bright // 2, 5),  # half the stored value
        (mixed, 4),
        (_colours(rng, 3, 4), int(rng.integers(6, 8))),
        (black, n_black),
    ]


def _colours(rng, height, width):
    """Even numbers, so that half of them is whole; no border of up to 7 bins, where the rounding of floats decides."""
    colours = []
    while len(colours) < height * width:
        colour = 2 * rng.integers(0, 128, 3)
        s = int(colour.sum())
        if s > 300 and all(value * bins % s for value in colour[:2].tolist() for bins in range(2, 8)):
            colours.append(colour.astype(np.uint8))
    return np.array(colours).reshape(height, width, 3)


def _boxes(picture, bins, divisor=None, channels=(0, 1), counted=None, of_all=False, cap=True, kind=int):
    """Chroma with one thing changed; `kind` is the type of value * bins."""
    pixels = picture.reshape(-1, 3).astype(int)
    divisor = pixels.sum(axis=1) if divisor is None else divisor
    counted = pixels.sum(axis=1) > 0 if counted is None else counted
    products = (pixels * bins).astype(kind).astype(int)
    one, two = (products[counted, channel] // np.maximum(divisor[counted], 1) for channel in channels)
    if cap:
        one, two = np.minimum(one, bins - 1), np.minimum(two, bins - 1)
    counts = np.bincount(one * bins + two, minlength=bins * bins)
    return counts / max(1, len(pixels) if of_all else counts.sum())


def _sum_in_uint8(picture, bins, kind=int):
    red, green, blue = (picture[:, :, c].reshape(-1) for c in range(3))
    narrow = (red + green + blue).astype(int)
    return _boxes(picture, bins, divisor=narrow, counted=narrow > 0, kind=kind)


def _box_capped(picture, bins):
    pixels = picture.reshape(-1, 3).astype(int)
    red, green, _ = pixels[pixels.any(axis=1)].T * bins // pixels[pixels.any(axis=1)].sum(axis=1)
    counts = np.bincount(np.minimum(red * bins + green, bins * bins - 1), minlength=bins * bins)
    return counts / max(1, counts.sum())


def _zero_by_zero(picture, bins):
    return _boxes(picture, bins) / picture.any()


def _values_and_bins(rng):
    cases = [(np.array([50, 10, 40, 20, 30, 70, 60]), 3)]
    for n, bins in [(7, 4), (11, 4), (5, 5), (17, 6)]:
        cases.append((rng.permutation(np.cumsum(rng.integers(3, 14, n))), bins))
    often = np.concatenate([np.full(8, rng.integers(100, 120)), rng.integers(0, 90, 3), rng.integers(130, 256, 3)])
    return [*cases, (rng.permutation(often), 5)]


def _at(values, places):
    in_order = np.sort(values)
    return [in_order[place] for place in places]


def _qualities(rng):
    """Quarters, in lists of 4 or 8: their means and the tolerances are exact in floats, also at the limit."""
    example = {
        64: [0.5, 0.5, 0.75, 0.25],
        16: [0.75, 0.5, 0.5, 0.25],
        8: [0.5, 0.25, 0.5, 0.25],
        32: [1.0, 0.5, 0.25, 0.5],
    }
    best = int(rng.integers(10, 13))  # in sixteenths
    return [
        (example, 0.0625),
        (_table(rng, {1: best - 3, 2: best - 2, 3: best - 1, 4: best, 5: best - 2}), 0.125),  # the limit itself
        (_table(rng, {1: best - 5, 2: best - 1, 3: best - 4, 4: best - 3, 5: best}), 0.1),  # good, bad, good
        (_table(rng, {1: best - 2, 2: best, 3: best - 1, 4: best}, peak=1), 0.01),  # two are the best
        (
            _table(rng, {1: best - 2, 2: best - 1, 3: best, 4: best - 4}, longer=4),
            0.07,
        ),  # the worst has the largest sum
        (_table(rng, {1: best - 3, 2: best - 5, 3: best, 4: best - 4}), 0.5),  # everything is good enough
    ]


def _table(rng, sixteenths, longer=None, peak=None):
    """A dict in no order, whose bins grow with the keys given; one list may be longer, one may hold a 1.0."""
    numbers = np.sort(rng.choice(np.arange(4, 100), len(sixteenths), replace=False)).tolist()
    rows = [
        (numbers[key - 1], _precisions(rng, total, 8 if key == longer else 4, key == peak))
        for key, total in sixteenths.items()
    ]
    order = rng.permutation(len(rows))
    while order[0] in (0, 1, len(rows) - 1):  # the first in the dict is neither the answer nor the largest
        order = rng.permutation(len(rows))
    return {rows[place][0]: rows[place][1] for place in order}


def _precisions(rng, sixteenths, n, with_peak):
    """n quarters with a mean of so many sixteenths."""
    quarters = [0] * n
    if with_peak:
        quarters[int(rng.integers(n))] = 4
    while sum(quarters) < sixteenths * n // 4:
        free = [place for place in range(n) if quarters[place] < 4]
        quarters[int(rng.choice(free))] += 1
    return [quarter / 4 for quarter in quarters]


def _good(qualities, tolerance, summary=np.mean, limit=None):
    values = {bins: float(summary(precisions)) for bins, precisions in qualities.items()}
    best = max(values.values())
    least = best - tolerance if limit is None else limit(best, tolerance)
    return [bins for bins in values if values[bins] >= least]


def _best(qualities, tolerance):
    return max(sorted(qualities), key=lambda bins: np.mean(qualities[bins]))


def _above_the_limit(qualities, tolerance):
    least = max(map(np.mean, qualities.values())) - tolerance
    return min(bins for bins, precisions in qualities.items() if np.mean(precisions) > least)


def _down_from_the_best(qualities, tolerance):
    good, chosen = _good(qualities, tolerance), _best(qualities, tolerance)
    for bins in sorted(qualities, reverse=True):
        if bins < chosen:
            if bins not in good:
                break
            chosen = bins
    return chosen


def _shares_of_numbers(values, bins):
    return list(np.quantile(values, np.arange(1, bins) / bins))


TASKS = [
    Exercise(
        solution=SOLUTIONS["read_planes"],
        cases=_planes_and_sizes,
        bought="Whatever you calculate with vectors of pixels, you can now look at it.",
        slips={
            "the numbers come plane by plane, reds first; this takes three neighbours for one pixel.": _pixel_by_pixel,
            "size is (width, height), a plane has height rows of width numbers; here they are swapped.": _size_as_shape,
            "the shape is right, but each plane was read column by column; it is written row by row.": _columns_first,
            "the three colours must come last: (height, width, 3), not (3, height, width).": _colours_first,
            "astype cuts off what stands behind the point: round first.": lambda vector, size: np.clip(
                _stacked(vector, size), 0, 255
            ).astype(np.uint8),
            "numbers outside 0 to 255 wrap around in uint8: clip them before the type changes.": lambda vector, size: (
                np.round(_stacked(vector, size)).astype(int).astype(np.uint8)
            ),
            "the numbers are not whole yet: round them to the nearest.": lambda vector, size: np.clip(
                _stacked(vector, size), 0, 255
            ),
        },
    ),
    Exercise(
        solution=SOLUTIONS["weighted_histogram"],
        cases=_weighted,
        bought="A histogram can now look where the product is.",
        slips={
            "every pixel counts as one here; it should count as much as its weight.": lambda picture, weights, bins: (
                _divided(_sums(picture, np.ones(weights.shape), bins))
            ),
            "these are the sums; divide them by the sum of them all.": _sums,
            "each channel has the sum 1 here; divide by the sum of all three.": lambda picture, weights, bins: _divided(
                _sums(picture, weights, bins), weights.sum()
            ),
            "divide by the sum of what was counted, not by the number of counts.": lambda picture, weights, bins: (
                _sums(picture, weights, bins) / picture.size
            ),
            "all bins of red come first, then those of green, then those of blue.": lambda picture, weights, bins: (
                _divided(_sums(picture, weights, bins)).reshape(3, bins).T.reshape(-1)
            ),
            "where all weights are 0 this divides 0 by 0; the answer is zeros.": lambda picture, weights, bins: (
                _sums(picture, weights, bins) / _sums(picture, weights, bins).sum()
            ),
            "a weight multiplies the count of a pixel, not its colour.": _weighted_colours,
            "weights need not be whole numbers: keep what stands behind the point, also in the sums.": (
                lambda picture, weights, bins: _divided(_sums(picture, weights.astype(int), bins))
            ),
        },
        forbidden=PACKAGE,
    ),
    Exercise(
        solution=SOLUTIONS["chroma_histogram"],
        cases=_chroma_cases,
        bought="Half the stored value, and the vector stays nearly the same.",
        slips={
            "black pixels have no proportions: leave them out.": lambda picture, bins: _boxes(
                picture, bins, counted=np.full(picture[:, :, 0].size, True)
            ),
            "the shares are of the pixels that were counted, without the black ones.": lambda picture, bins: _boxes(
                picture, bins, of_all=True
            ),
            "the bin number of red is the one that is multiplied by bins.": lambda picture, bins: _boxes(
                picture, bins, channels=(1, 0)
            ),
            "divide by the sum of the pixel's own colours, not by 256.": lambda picture, bins: _boxes(
                picture, bins, divisor=np.full(picture[:, :, 0].size, 256)
            ),
            "divide by the sum of red, green and blue, not by the largest of them.": lambda picture, bins: _boxes(
                picture, bins, divisor=picture.reshape(-1, 3).max(axis=1).astype(int)
            ),
            "red and green are asked for, not blue.": lambda picture, bins: _boxes(picture, bins, channels=(0, 2)),
            "the sum was taken in uint8, where it wraps around at 256. Convert before you add.": _sum_in_uint8,
            "value * bins was taken in uint8, where it wraps around at 256. Convert before.": lambda picture, bins: (
                _boxes(picture, bins, kind=np.uint8)
            ),
            "all of this was taken in uint8, where it wraps around at 256: whole numbers of Python first.": (
                lambda picture, bins: _sum_in_uint8(picture, bins, kind=np.uint8)
            ),
            "where all pixels are black this divides 0 by 0; the answer is zeros.": _zero_by_zero,
            "each of the two bin numbers is at most bins - 1, not only the box number at the end.": _box_capped,
            "a pure colour gives bin number bins, which does not exist: take bins - 1 there.": lambda picture, bins: (
                _boxes(picture, bins, cap=False)
            ),
        },
        forbidden=PACKAGE,
    ),
    Exercise(
        solution=SOLUTIONS["equal_edges"],
        cases=_values_and_bins,
        bought="The borders now stand close together where the values do.",
        slips={
            "the values must be sorted first.": lambda values, bins: [
                values[k * len(values) // bins] for k in range(1, bins)
            ],
            "these bins are equally wide; they should be equally full.": lambda values, bins: list(
                np.linspace(values.min(), values.max(), bins + 1)[1:-1]
            ),
            "a border is one of the values, at place k * n // bins; this lies between two.": _shares_of_numbers,
            "places count from 0, so the border is at place k * n // bins, not one before it.": lambda values, bins: (
                _at(values, [k * len(values) // bins - 1 for k in range(1, bins)])
            ),
            "k * n // bins multiplies first; k * (n // bins) drops the rest too early.": lambda values, bins: _at(
                values, [k * (len(values) // bins) for k in range(1, bins)]
            ),
            "only borders between two bins count: leave out the smallest and the largest value.": lambda values, bins: (
                _at(values, [0, *(k * len(values) // bins for k in range(1, bins)), -1])
            ),
            "k begins at 1: the smallest value is no border.": lambda values, bins: _at(
                values, [k * len(values) // bins for k in range(bins)]
            ),
            "each value counts as often as it occurs: np.unique and set keep it only once.": lambda values, bins: [
                np.unique(values)[k * len(np.unique(values)) // bins] for k in range(1, bins)
            ],
            "a value that occurs often may be a border twice: keep it.": lambda values, bins: sorted(
                set(_at(values, [k * len(values) // bins for k in range(1, bins)]))
            ),
        },
    ),
    Exercise(
        solution=SOLUTIONS["choose_bins"],
        cases=_qualities,
        bought="You pay for as many bins as you need, and know what the rest would have brought.",
        slips={
            "below a number that is not good enough a smaller one may be: look at all.": _down_from_the_best,
            "this is a quality; the number of bins is asked for.": lambda qualities, tolerance: np.mean(
                qualities[min(_good(qualities, tolerance))]
            ),
            "this is the best one; a smaller number may be good enough.": _best,
            "what lies exactly at the limit is good enough, too: at least, not more than.": _above_the_limit,
            "this is the largest number that is good enough; the smallest is asked for.": lambda qualities, tolerance: (
                max(_good(qualities, tolerance))
            ),
            "the dict is in no order; this is the first in it that is good enough.": lambda qualities, tolerance: _good(
                qualities, tolerance
            )[0],
            "the tolerance is subtracted from the best quality, not a share of it.": lambda qualities, tolerance: min(
                _good(qualities, tolerance, limit=lambda best, tolerance: best * (1 - tolerance))
            ),
            "the quality is the mean of all queries, not the best of them.": lambda qualities, tolerance: min(
                _good(qualities, tolerance, summary=max)
            ),
            "the lists may differ in length: take their means, not their sums.": lambda qualities, tolerance: min(
                _good(qualities, tolerance, summary=sum)
            ),
        },
    ),
]
