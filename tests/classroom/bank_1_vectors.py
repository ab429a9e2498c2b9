"""Answers to the tasks of assignment 1: from pictures to vectors."""

import numpy as np

from imsearch_helpers import image_to_histogram, image_to_root_histogram


def _number_by_number(vector, size):
    width, height = size
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    for place, number in enumerate(vector):
        channel, rest = divmod(place, width * height)
        picture[rest // width, rest % width, channel] = min(max(int(round(number * 255)), 0), 255)
    return picture


def _from_columns_of_a_table(vector, size):
    table = np.clip(np.asarray(vector).reshape(3, -1).T, 0, 1) * 255
    return (table + 0.5).astype(np.uint8).reshape(size[1], size[0], 3)


def _three_neighbours(vector, size):
    return np.rint(255 * np.clip(vector, 0, 1)).reshape(size[1], size[0], 3).astype(np.uint8)


def _swapped_sides(vector, size):
    return _number_by_number(vector, size[::-1])


def _cut_off(vector, size):
    planes = np.clip(vector * 255, 0, 255).astype(np.uint8).reshape(3, size[1], size[0])
    return np.moveaxis(planes, 0, -1)


def _wrapped(vector, size):
    levels = [int(round(float(number) * 255)) % 256 for number in vector]
    return np.moveaxis(np.array(levels).reshape(3, size[1], size[0]), 0, -1)


def _colours_first(vector, size):
    return np.rint(255 * np.clip(vector, 0, 1)).reshape(3, size[1], size[0])


def _planes_by_columns(vector, size):
    planes = np.array(vector).reshape(3, *size)  # (3, width, height)
    return np.rint(255 * np.clip(planes.T, 0, 1)).astype(np.uint8)


def _not_rounded(vector, size):
    return np.moveaxis(255 * np.clip(vector, 0, 1).reshape(3, size[1], size[0]), 0, -1)


def _blue_first(vector, size):
    return _number_by_number(vector, size)[:, :, ::-1]


def _prints_the_picture(vector, size):
    print(_number_by_number(vector, size))


def _scales_the_vector_itself(vector, size):
    vector *= 255
    return _number_by_number(vector / 255, size)


def _only_red(vector, size):
    return _number_by_number(vector, size)[:, :, 0]


def _with_add_at(picture, weights, bins):
    places = picture.astype(int) * bins // 256 + bins * np.arange(3)
    sums = np.zeros(3 * bins)
    np.add.at(sums, places, weights[:, :, None])
    return list(sums / sums.sum()) if weights.any() else [0] * len(sums)


def _with_numpy(picture, weights, bins):
    total = 3 * weights.sum()
    rows = [np.histogram(plane, bins, (0, 256), weights=weights)[0] for plane in picture.transpose(2, 0, 1)]
    return np.concatenate(rows) / (total or 1)


def _by_place(picture, weights, bins):
    sums = [0.0] * (3 * bins)
    for y in range(len(picture)):
        for x in range(len(picture[0])):
            for c in range(3):
                sums[int(picture[y, x, c]) * bins // 256 + c * bins] += weights[y, x]
    return np.array(sums)


def _all_alike(picture, weights, bins):
    return _with_numpy(picture, np.ones_like(weights), bins) if weights.any() else np.zeros(3 * bins)


def _all_alike_always(picture, weights, bins):
    return _with_numpy(picture, np.ones_like(weights), bins)


def _each_channel_one(picture, weights, bins):
    return _with_numpy(picture, weights, bins) * 3


def _zero_by_zero(picture, weights, bins):
    sums = _by_place(picture, weights, bins)
    return sums / sums.sum()


def _darkens_the_picture(picture, weights, bins):
    lit = picture * np.repeat(weights[:, :, None], 3, axis=2)
    sums = np.concatenate([np.histogram(lit[:, :, c], bins, (0, 256))[0] for c in range(3)])
    return sums / sums.sum() if sums.sum() else sums * 0.0


def _red_green_blue_in_turn(picture, weights, bins):
    return _with_numpy(picture, weights, bins).reshape(3, bins).T.ravel()


def _mean_weights(picture, weights, bins):
    return _by_place(picture, weights, bins) / (3 * weights.size)


def _bins_to_255(picture, weights, bins):
    channels = [np.histogram(picture[:, :, c], bins, (0, 255), weights=weights)[0] for c in range(3)]
    return np.concatenate(channels) / (3 * weights.sum() or 1)


def _shrinks_the_weights(picture, weights, bins):
    if weights.any():
        weights /= weights.sum()
    return _with_numpy(picture, weights, bins)


def _prints_the_shares(picture, weights, bins):
    print(_with_numpy(picture, weights, bins))


def _by_the_package(picture, weights, bins):
    return image_to_histogram(np.repeat(picture, 2, axis=0), bins)


def _squared_package(picture, weights, bins):
    return image_to_root_histogram(picture, bins) ** 2


def _in_uint8(picture, weights, bins):
    sums = np.zeros(3 * bins)
    for pixel, weight in zip(picture.reshape(-1, 3), weights.ravel()):
        for c in range(3):
            sums[(pixel[c] * np.uint8(bins)) // 256 + c * bins] += weight
    return sums / max(1e-9, sums.sum())


def _whole_weights(picture, weights, bins):
    sums = [0] * (3 * bins)
    for pixel, weight in zip(picture.reshape(-1, 3).tolist(), weights.ravel()):
        for c, value in enumerate(pixel):
            sums[c * bins + value * bins // 256] += int(weight)
    return [number / max(1, sum(sums)) for number in sums]


def _sums_of_whole_numbers(picture, weights, bins):
    sums = np.zeros(3 * bins, dtype=int)
    for pixel, weight in zip(picture.reshape(-1, 3).tolist(), weights.ravel()):
        for c, value in enumerate(pixel):
            sums[c * bins + value * bins // 256] += weight
    return sums / max(1, sums.sum())


def _with_arrays(picture, bins):
    pixels = picture.reshape(-1, 3).astype(np.int64)
    pixels = pixels[pixels.any(axis=1)]
    r, g = np.minimum(pixels[:, :2] * bins // pixels.sum(axis=1, keepdims=True), bins - 1).T
    shares = np.zeros(bins * bins)
    for box in r * bins + g:
        shares[box] += 1 / len(r)
    return shares


def _with_a_table(picture, bins):
    table = np.zeros((bins, bins))
    for row in picture.tolist():
        for red, green, blue in row:
            s = red + green + blue
            if s:
                table[min(int(red / s * bins), bins - 1), min(int(green / s * bins), bins - 1)] += 1
    return table.ravel() / table.sum() if table.any() else table.ravel()


def _black_in_box_0(picture, bins):
    counts = [0] * (bins * bins)
    for red, green, blue in picture.reshape(-1, 3).tolist():
        s = max(1, red + green + blue)
        counts[min(red * bins // s, bins - 1) * bins + min(green * bins // s, bins - 1)] += 1
    return np.array(counts) / sum(counts)


def _shares_of_all_pixels(picture, bins):
    return _with_arrays(picture, bins) * picture.any(axis=2).mean()


def _green_first(picture, bins):
    return _with_arrays(picture, bins).reshape(bins, bins).T.ravel()


def _without_the_darkest(picture, bins):
    dark = picture.sum(axis=2, keepdims=True) <= 1
    return _with_arrays(np.where(dark, 0, picture).astype(np.uint8), bins)


def _of_256(picture, bins):
    counts = [0] * (bins * bins)
    for red, green, blue in picture.reshape(-1, 3).tolist():
        if red + green + blue:
            counts[red * bins // 256 * bins + green * bins // 256] += 1
    return np.array(counts) / max(1, sum(counts))


def _of_the_largest(picture, bins):
    counts = [0] * (bins * bins)
    for pixel in picture.reshape(-1, 3).tolist():
        if max(pixel):
            r, g, _ = (min(value * bins // max(pixel), bins - 1) for value in pixel)
            counts[r * bins + g] += 1
    return np.array(counts) / max(1, sum(counts))


def _red_and_blue(picture, bins):
    return _with_arrays(picture[:, :, [0, 2, 1]], bins)


def _wrapping_sum(picture, bins):
    counts = np.zeros(bins * bins)
    for red, green, blue in picture.reshape(-1, 3):
        s = int(red + green + blue)
        if s:
            counts[min(int(red) * bins // s, bins - 1) * bins + min(int(green) * bins // s, bins - 1)] += 1
    return counts / max(1, counts.sum())


def _wrapping_products(picture, bins):
    counts = np.zeros(bins * bins)
    for pixel in picture.reshape(-1, 3):
        s = sum(pixel.tolist())
        if s:
            r, g = (min(int(value * bins) // s, bins - 1) for value in pixel[:2])
            counts[r * bins + g] += 1
    return counts / max(1, counts.sum())


def _wrapping_all(picture, bins):
    counts = np.zeros(bins * bins)
    for red, green, blue in picture.reshape(-1, 3):
        s = red + green + blue
        if s > 0:
            counts[min(red * bins // s, bins - 1) * bins + min(green * bins // s, bins - 1)] += 1
    return counts / max(1, counts.sum())


def _narrow_arrays(picture, bins):
    pixels = picture.reshape(-1, 3)[picture.reshape(-1, 3).any(axis=1)]
    r, g = np.minimum(pixels[:, :2] * bins // pixels.sum(axis=1)[:, None], bins - 1).T
    return np.bincount((r * bins + g).astype(int), minlength=bins**2) / max(1, len(pixels))


def _nothing_by_nothing(picture, bins):
    counts = np.zeros(bins * bins)
    for red, green, blue in picture.reshape(-1, 3).tolist():
        s = red + green + blue
        if s > 0:
            counts[min(red * bins // s, bins - 1) * bins + min(green * bins // s, bins - 1)] += 1
    return counts / counts.sum()


def _last_box_at_most(picture, bins):
    counts = np.zeros(bins * bins)
    for red, green, blue in picture.reshape(-1, 3).tolist():
        s = red + green + blue
        if s > 0:
            counts[min(red * bins // s * bins + green * bins // s, bins * bins - 1)] += 1
    return counts / max(1, counts.sum())


def _no_last_bin(picture, bins):
    r, g, b = picture.reshape(-1, 3).astype(int).T
    s = r + g + b
    box = (r * bins // np.maximum(s, 1) * bins + g * bins // np.maximum(s, 1))[s > 0]
    return np.bincount(box, minlength=bins**2) / max(1, len(box))


def _outside_the_list(picture, bins):
    counts = [0] * (bins * bins)
    for red, green, blue in picture.reshape(-1, 3).tolist():
        s = red + green + blue
        if s:
            counts[red * bins // s * bins + green * bins // s] += 1
    return np.array(counts) / max(1, sum(counts))


def _two_histograms(picture, bins):
    table = _with_arrays(picture, bins).reshape(bins, bins)
    return np.concatenate([table.sum(axis=1), table.sum(axis=0)]) / 2


def _paints_black_white(picture, bins):
    picture[picture.sum(axis=2) == 0] = 1
    return _with_arrays(picture, bins)


def _prints_the_boxes(picture, bins):
    print(_with_arrays(picture, bins))


def _package_of_chroma(picture, bins):
    return image_to_histogram(picture, bins)


def _by_taking_away(values, bins):
    left, borders = sorted(values), []
    for k in range(1, bins):
        borders.append(left[len(left) * k // bins])
    return np.array(borders)


def _by_partition(values, bins):
    places = [k * values.size // bins for k in range(1, bins)]
    return np.partition(values, places)[places].tolist()


def _as_they_come(values, bins):
    return [values[k * len(values) // bins] for k in range(1, bins)]


def _sorts_the_input(values, bins):
    values.sort()
    return [values[k * len(values) // bins] for k in range(1, bins)]


def _one_before(values, bins):
    return [sorted(values)[k * len(values) // bins - 1] for k in range(1, bins)]


def _equally_wide(values, bins):
    step = (max(values) - min(values)) / bins
    return [min(values) + k * step for k in range(1, bins)]


def _between(values, bins):
    return [np.percentile(values, 100 * k / bins) for k in range(1, bins)]


def _divides_first(values, bins):
    part = len(values) // bins
    return np.sort(values)[part : part * bins : part]


def _with_both_ends(values, bins):
    return [min(values), *_by_taking_away(values, bins), max(values)]


def _without_twins(values, bins):
    return np.unique(_by_taking_away(values, bins))


def _from_the_smallest(values, bins):
    return [sorted(values)[k * len(values) // bins] for k in range(bins)]


def _of_different_values(values, bins):
    left = sorted(set(values.tolist()))
    return [left[k * len(left) // bins] for k in range(1, bins)]


def _prints_the_borders(values, bins):
    print(_by_taking_away(values, bins))


def _upwards(qualities, tolerance):
    best = max(np.mean(precisions) for precisions in qualities.values())
    for bins in sorted(qualities):
        if np.mean(qualities[bins]) >= best - tolerance:
            return bins


def _by_sorting(qualities, tolerance):
    rows = sorted((bins, np.average(precisions)) for bins, precisions in qualities.items())
    limit = sorted(rows, key=lambda row: row[1])[-1][1] - tolerance
    return [bins for bins, mean in rows if mean >= limit][0]


def _the_best(qualities, tolerance):
    means = {bins: np.mean(qualities[bins]) for bins in sorted(qualities)}
    return max(means, key=means.get)


def _truly_above(qualities, tolerance):
    best = max(np.mean(precisions) for precisions in qualities.values())
    return min(bins for bins in qualities if np.mean(qualities[bins]) > best - tolerance)


def _largest(qualities, tolerance):
    best = max(np.mean(precisions) for precisions in qualities.values())
    return max(bins for bins in qualities if np.mean(qualities[bins]) >= best - tolerance)


def _first_of_the_dict(qualities, tolerance):
    best = max(np.mean(precisions) for precisions in qualities.values())
    for bins, precisions in qualities.items():
        if np.mean(precisions) >= best - tolerance:
            return bins


def _share_of_the_best(qualities, tolerance):
    best = max(np.mean(precisions) for precisions in qualities.values())
    return min(bins for bins in qualities if np.mean(qualities[bins]) >= best - best * tolerance)


def _best_query(qualities, tolerance):
    best = max(max(precisions) for precisions in qualities.values())
    return min(bins for bins in qualities if max(qualities[bins]) >= best - tolerance)


def _by_sums(qualities, tolerance):
    best = max(sum(precisions) for precisions in qualities.values())
    return min(bins for bins in qualities if sum(qualities[bins]) >= best - tolerance)


def _walks_down(qualities, tolerance):
    order = sorted(qualities)
    means = [np.mean(qualities[bins]) for bins in order]
    place = int(np.argmax(means))
    while place > 0 and means[place - 1] >= max(means) - tolerance:
        place -= 1
    return order[place]


def _smallest_of_all(qualities, tolerance):
    return min(qualities)


def _empties_the_dict(qualities, tolerance):
    best = max(np.mean(precisions) for precisions in qualities.values())
    while True:
        bins = min(qualities)
        if np.mean(qualities.pop(bins)) >= best - tolerance:
            return bins


def _prints_the_choice(qualities, tolerance):
    print(_upwards(qualities, tolerance))


def _the_quality(qualities, tolerance):
    return float(np.mean(qualities[_upwards(qualities, tolerance)]))


RIGHT = {
    "read_planes": [_number_by_number, _from_columns_of_a_table],
    "weighted_histogram": [_with_add_at, _with_numpy],
    "chroma_histogram": [_with_arrays, _with_a_table],
    "equal_edges": [_by_taking_away, _by_partition],
    "choose_bins": [_upwards, _by_sorting],
}

WRONG = {
    "read_planes": [
        (_three_neighbours, "three neighbours for one pixel"),
        (_swapped_sides, "The shape is"),
        (lambda vector, size: _number_by_number(vector, size[::-1]), "here they are swapped"),
        (_cut_off, "round first"),
        (_wrapped, "wrap around in uint8"),
        (_colours_first, "The shape is"),
        (_colours_first, "the three colours must come last"),
        (_planes_by_columns, "column by column"),
        (_not_rounded, "not whole yet"),
        (_blue_first, "Came:      array([[[  0, 128, 255],"),
        (_prints_the_picture, "prints, but returns nothing"),
        (_scales_the_vector_itself, "changed its input"),
        (_only_red, "The shape is"),
    ],
    "weighted_histogram": [
        (_all_alike_always, "every pixel counts as one here"),
        (_all_alike, "every pixel counts as one here"),
        (_by_place, "divide them by the sum of them all"),
        (_each_channel_one, "each channel has the sum 1"),
        (_zero_by_zero, "divides 0 by 0"),
        (_darkens_the_picture, "not its colour"),
        (_red_green_blue_in_turn, "all bins of red come first"),
        (_mean_weights, "not by the number of counts"),
        (_bins_to_255, "Expected:  array("),
        (_shrinks_the_weights, "changed its input"),
        (_prints_the_shares, "prints, but returns nothing"),
        (_by_the_package, "the package's own function"),
        (_squared_package, "the package's own function"),
        (_in_uint8, "OverflowError"),
        (_whole_weights, "need not be whole"),
        (_sums_of_whole_numbers, "also in the sums"),
    ],
    "chroma_histogram": [
        (_black_in_box_0, "leave them out"),
        (_shares_of_all_pixels, "without the black ones"),
        (_green_first, "the one that is multiplied by bins"),
        (_of_256, "not by 256"),
        (_without_the_darkest, "Expected:  array("),
        (_of_the_largest, "not by the largest"),
        (_red_and_blue, "not blue"),
        (_wrapping_sum, "wraps around at 256"),
        (_wrapping_products, "value * bins was taken in uint8"),
        (_narrow_arrays, "value * bins was taken in uint8"),
        (_wrapping_all, "all of this was taken in uint8"),
        (_nothing_by_nothing, "divides 0 by 0"),
        (_last_box_at_most, "each of the two bin numbers"),
        (_no_last_bin, "take bins - 1 there"),
        (_outside_the_list, "IndexError"),
        (_two_histograms, "The shape is (6,); it should be (9,)."),
        (_paints_black_white, "changed its input"),
        (_prints_the_boxes, "prints, but returns nothing"),
        (_package_of_chroma, "the package's own function"),
    ],
    "equal_edges": [
        (_as_they_come, "must be sorted first"),
        (_sorts_the_input, "changed its input"),
        (_one_before, "not one before it"),
        (_equally_wide, "equally wide"),
        (_between, "this lies between two"),
        (_divides_first, "drops the rest too early"),
        (_with_both_ends, "leave out the smallest and the largest"),
        (_without_twins, "may be a border twice"),
        (_from_the_smallest, "k begins at 1"),
        (_of_different_values, "as often as it occurs"),
        (_prints_the_borders, "prints, but returns nothing"),
    ],
    "choose_bins": [
        (_the_best, "a smaller number may be good enough"),
        (_truly_above, "exactly at the limit"),
        (_largest, "the largest number that is good enough"),
        (_first_of_the_dict, "the dict is in no order"),
        (_share_of_the_best, "not a share of it"),
        (_best_query, "not the best of them"),
        (_by_sums, "not their sums"),
        (_walks_down, "look at all"),
        (_smallest_of_all, "Expected:  16\nCame:      8"),
        (_empties_the_dict, "changed its input"),
        (_prints_the_choice, "prints, but returns nothing"),
        (_the_quality, "the number of bins is asked for"),
    ],
}
