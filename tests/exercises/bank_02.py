"""Answers to the exercises of notebook 02."""

import colorsys

import numpy as np

from imsearch_helpers import image_to_histogram


def _count_by_comparing(picture, channel, bins):
    which = picture[:, :, channel].astype(int) * bins // 256
    return np.array([np.mean(which == place) for place in range(bins)])


def _count_with_uint8(picture, channel, bins):
    counts = [0] * bins
    for value in picture[:, :, channel].ravel():
        counts[value * bins // 256] += 1
    return [count / sum(counts) for count in counts]


def _count_with_divisor_255(picture, channel, bins):
    counts = [0] * bins
    for value in picture[:, :, channel].ravel().tolist():
        counts[value * bins // 255] += 1
    return [count / sum(counts) for count in counts]


def _count_in_place(picture, channel, bins):
    picture //= 256 // bins
    return np.bincount(picture[:, :, channel].ravel(), minlength=bins) / picture[:, :, 0].size


def _count_off_by_one(picture, channel, bins):
    counts = [0] * bins
    for value in picture[:, :, channel].ravel().tolist():
        counts[value * bins // 256 - 1] += 1
    return [count / sum(counts) for count in counts]


def _joint_by_histogramdd(picture, bins, end=256):
    counts, _ = np.histogramdd(picture.reshape(-1, 3), bins=bins, range=[(0, end)] * 3)
    return counts.ravel() / counts.sum()


def _joint_by_whole_widths(picture, bins):
    r, g, b = np.moveaxis(picture.astype(int) // (256 // bins), 2, 0)
    return np.bincount(((r * bins + g) * bins + b).ravel(), minlength=bins**3) / r.size


def _joint_by_loop(picture, bins):
    shares = [0] * bins**3
    for r, g, b in picture.reshape(-1, 3).tolist():
        shares[(r * bins // 256 * bins + g * bins // 256) * bins + b * bins // 256] += 1 / picture[:, :, 0].size
    return shares


def _joint_as_a_cube(picture, bins):
    return np.histogramdd(picture.reshape(-1, 3), bins=bins, range=[(0, 256)] * 3)[0] / picture[:, :, 0].size


def _joint_of(picture, bins, box):
    r, g, b = np.moveaxis(picture.astype(int) * bins // 256, 2, 0)
    return np.bincount(box(r, g, b).ravel(), minlength=bins**3) / r.size


def _box_of(picture, bins):
    return [(r * bins // 256 * bins + g * bins // 256) * bins + b * bins // 256 for r, g, b in picture.reshape(-1, 3).tolist()]


def _joint_marking_boxes(picture, bins):
    counts = np.zeros(bins**3)
    counts[_box_of(picture, bins)] += 1
    return counts / picture[:, :, 0].size


def _shares(counts):
    return counts / counts.sum()


def _joint_blue_first(picture, bins):
    return _joint_by_histogramdd(picture[:, :, ::-1], bins)


def _joint_in_uint8(picture, bins):
    # A width that is right for 2, 4, 8 bins, but arithmetic that stays in uint8.
    r, g, b = np.moveaxis((picture.astype(int) * bins // 256).astype(np.uint8), 2, 0)
    return np.bincount(((r * bins + g) * bins + b).ravel(), minlength=bins**3) / r.size


def _joint_without_minlength(picture, bins):
    r, g, b = np.moveaxis(picture.astype(int) * bins // 256, 2, 0)
    return np.bincount(((r * bins + g) * bins + b).ravel()) / r.size


def _channels_apart(picture, bins):
    counts = [np.histogram(picture[:, :, channel], bins, (0, 256))[0] for channel in range(3)]
    return np.concatenate(counts) / np.sum(counts)


def _hue_by_formula(picture, bins):
    r, g, b = np.moveaxis(picture.astype(float), 2, 0)
    high, low = picture.max(axis=2).astype(float), picture.min(axis=2).astype(float)
    spread = np.where(high > low, high - low, 1)
    sector = np.where(high == r, (g - b) / spread % 6, np.where(high == g, (b - r) / spread + 2, (r - g) / spread + 4))
    coloured = high - low >= 0.2 * np.maximum(high, 1)
    counts = np.bincount((sector[coloured] / 6 * bins).astype(int), minlength=bins)
    return counts / max(1, counts.sum())


def _hue(picture, bins, place=0, least=0.2, divide=True, order=slice(None), print_it=False, limited=1):
    counts = [0] * bins
    for pixel in (picture / 255).reshape(-1, 3):
        hsv = colorsys.rgb_to_hsv(*pixel[order])
        if hsv[limited] >= least:
            counts[min(int(hsv[place] * bins), bins - 1)] += 1
    total = max(1, sum(counts)) if divide else 1
    return print(counts) if print_it else [count / total for count in counts]


def _hue_without_guard(picture, bins):
    counts = _hue(picture, bins, divide=False)
    return [count / sum(counts) for count in counts]


def _grid_by_split(picture, rows, columns, bins):
    tiles = [tile for strip in np.vsplit(picture, rows) for tile in np.hsplit(strip, columns)]
    return np.concatenate([_channels_apart(tile, bins) for tile in tiles]) / len(tiles)


def _grid_tile_by_tile(picture, rows, columns, bins):
    return _grid_by_split(picture, rows, columns, bins) * rows * columns


def _grid_columns_first(picture, rows, columns, bins):
    tiles = [tile for strip in np.hsplit(picture, columns) for tile in np.vsplit(strip, rows)]
    return np.concatenate([_channels_apart(tile, bins) for tile in tiles]) / len(tiles)


def _grid_without_range(picture, rows, columns, bins):
    tiles = [tile for strip in np.vsplit(picture, rows) for tile in np.hsplit(strip, columns)]
    counts = np.concatenate([np.histogram(tile[:, :, channel], bins)[0] for tile in tiles for channel in range(3)])
    return counts / counts.sum()


def _grid_to_255(picture, rows, columns, bins):
    tiles = [tile for strip in np.vsplit(picture, rows) for tile in np.hsplit(strip, columns)]
    counts = [np.histogram(tile[:, :, channel], bins, (0, 255))[0] for tile in tiles for channel in range(3)]
    return np.concatenate(counts) / np.sum(counts)


def _grid_channels_outside(picture, rows, columns, bins):
    tiles = [tile for strip in np.vsplit(picture, rows) for tile in np.hsplit(strip, columns)]
    counts = [np.histogram(tile[:, :, channel], bins, (0, 256))[0] for channel in range(3) for tile in tiles]
    return np.concatenate(counts) / np.sum(counts)


def _grid_of_lists(picture, rows, columns, bins):
    tiles = [tile for strip in np.vsplit(picture, rows) for tile in np.hsplit(strip, columns)]
    return [_channels_apart(tile, bins) / len(tiles) for tile in tiles]


RIGHT = {
    "count_channel": [
        _count_by_comparing,
        lambda picture, channel, bins: np.histogram(picture[:, :, channel], bins, (0, 256))[0] / picture[:, :, 0].size,
    ],
    "joint_histogram": [_joint_by_histogramdd, _joint_by_loop],
    "hue_histogram": [_hue_by_formula, _hue],
    "grid_of_histograms": [_grid_by_split],
}

WRONG = {
    "count_channel": [
        (_count_with_uint8, "Convert before you compute: int(value)"),
        (_count_with_divisor_255, "IndexError"),
        (_count_in_place, "changed its input"),
        (_count_off_by_one, "Expected:  ["),
        (lambda picture, channel, bins: np.histogram(picture[:, :, channel], bins, (0, 256))[0], "these are the counts"),
        (lambda picture, channel, bins: np.histogram(picture[:, :, channel], bins)[0] / picture[:, :, 0].size, "own smallest"),
        (lambda picture, channel, bins: np.histogram(picture[:, :, channel], bins, (0, 255))[0] / picture[:, :, 0].size, "too narrow"),
        (lambda picture, channel, bins: np.histogram(picture[:, :, channel], bins, (0, 256))[0] / picture.size, "three times"),
        (lambda picture, channel, bins: np.histogram(picture[:, :, 2 - channel], bins, (0, 256))[0] / picture[:, :, 0].size, "0 is red"),
        (lambda picture, channel, bins: np.bincount(picture[:, :, channel].ravel() * np.uint8(bins % 256) >> 8, minlength=bins)
         / picture[:, :, 0].size, "int(value) first"),
        (lambda picture, channel, bins: np.histogram(picture[:, :, channel], bins, (0, 256))[0] / len(picture), "number of rows"),
        (lambda picture, channel, bins: np.histogram(picture[channel], bins, (0, 256))[0] / picture[channel].size, "a row of the picture"),
        (lambda picture, channel, bins: print(picture), "prints, but returns nothing"),
        (lambda picture, channel, bins: image_to_histogram(picture, bins)[channel * bins : (channel + 1) * bins] * 3, "build your own"),
    ],
    "joint_histogram": [
        (_channels_apart, "three separate histograms"),
        (_joint_blue_first, "red is the first digit"),
        (_joint_in_uint8, "wrap around"),
        (_joint_without_minlength, "minlength"),
        (_joint_as_a_cube, ".ravel() makes one row"),
        (_joint_marking_boxes, "however many pixels are in it"),
        (lambda picture, bins: _shares(_joint_marking_boxes(picture, bins)), "the same share, as if each held one pixel"),
        (lambda picture, bins: np.unique(_box_of(picture, bins), return_counts=True)[1] / picture[:, :, 0].size, "the empty boxes are missing"),
        (lambda picture, bins: _joint_of(picture, bins, lambda r, g, b: r * bins + g * bins + b), "have the same place value"),
        (lambda picture, bins: _joint_of(picture, bins, lambda r, g, b: r + g + b), "are added up"),
        (lambda picture, bins: _joint_of(picture, bins, lambda r, g, b: r * bins + g)[: bins**2], "blue is missing"),
        (lambda picture, bins: np.histogramdd(picture.reshape(-1, 3), bins, [(0, 256)] * 3), "gives a pair"),
        (lambda picture, bins: np.histogramdd(picture.reshape(-1, 3), bins, [(0, 256)] * 3, density=True)[0].ravel(), "a density is asked"),
        (lambda picture, bins: _shares(np.histogramdd(picture.reshape(-1, 3), bins=bins)[0].ravel()), "the picture's own smallest"),
        (lambda picture, bins: np.bincount(_box_of(picture, bins), minlength=bins**3) / len(picture), "the number of rows"),
        (lambda picture, bins: _joint_by_histogramdd(picture, bins) * picture[:, :, 0].size, "these are counts"),
        (lambda picture, bins: _joint_by_histogramdd(picture, bins) / 3, "three times"),
        (lambda picture, bins: _joint_by_histogramdd(picture, bins, 255), "too narrow"),
        (_joint_by_whole_widths, "a bin's width only"),
        (lambda picture, bins: print(bins), "prints, but returns nothing"),
    ],
    "hue_histogram": [
        (lambda picture, bins: _hue(picture, bins, least=0), "nearly grey"),
        (lambda picture, bins: _hue(picture, bins, least=0.1), "Expected:  array("),
        (lambda picture, bins: _hue(picture, bins, least=0.3), "Expected:  array("),
        (lambda picture, bins: _hue(picture, bins, limited=2), "about saturation"),
        (lambda picture, bins: _hue(picture, bins, place=1), "counts the saturation"),
        (lambda picture, bins: _hue(picture, bins, place=2), "the brightness"),
        (lambda picture, bins: _hue(picture, bins, order=slice(None, None, -1)), "changed places"),
        (lambda picture, bins: _hue(picture, bins, divide=False), "these are counts"),
        (lambda picture, bins: np.array(_hue(picture, bins, divide=False)) / picture[:, :, 0].size, "not by that of all"),
        (_hue_without_guard, "ZeroDivisionError"),
        (lambda picture, bins: _hue(picture, bins, print_it=True), "prints, but returns nothing"),
    ],
    "grid_of_histograms": [
        (_grid_tile_by_tile, "Divide once, at the end"),
        (_grid_columns_first, "go row by row"),
        (_grid_without_range, "own smallest"),
        (_grid_to_255, "too narrow"),
        (_grid_channels_outside, "stay together"),
        (_grid_of_lists, "The shape is"),
        (lambda picture, rows, columns, bins: _grid_by_split(picture, columns, rows, bins), "changed places"),
        (lambda picture, rows, columns, bins: _grid_by_split(picture, rows, columns, bins) * picture.size, "these are counts"),
        (lambda picture, rows, columns, bins: _channels_apart(picture, bins), "the place is lost"),
        (lambda picture, rows, columns, bins: image_to_histogram(picture, bins), "build your own"),
    ],
}  # fmt: skip
