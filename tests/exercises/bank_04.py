"""Answers to the exercises of notebook 04."""

import numpy as np

from imsearch_helpers import image_to_histogram, image_to_root_histogram


def _counting_loop(query, results, top_k):
    kept = []
    for result in results:
        if result[0] != query and len(kept) < top_k:
            kept.append(result)
    return kept


def _removes_in_place(query, results, top_k):
    for result in results:
        if result[0] == query:
            results.remove(result)
    return results[:top_k]


def _middle_by_picture(picture):
    pixels = np.asarray(picture)
    rows, columns, _ = pixels.shape
    without_rows = pixels[rows // 4 :][: rows - 2 * (rows // 4)]
    return image_to_histogram(without_rows[:, columns // 4 : columns - columns // 4]) ** 0.5


def _swapped(picture):
    pixels = np.asarray(picture)
    width, height = pixels.shape[:2]
    return image_to_root_histogram(pixels[height // 4 : -(height // 4), width // 4 : -(width // 4)])


def _swapped_to_the_end(picture):
    pixels = np.asarray(picture)
    width, height = pixels.shape[:2]
    top, left = height // 4, width // 4
    return image_to_root_histogram(pixels[top : height - top, left : width - left])


def _top_left(picture):
    pixels = np.asarray(picture)
    return image_to_root_histogram(pixels[pixels.shape[0] // 4 :, pixels.shape[1] // 4 :])


def _only_rows(picture):
    pixels = np.asarray(picture)
    return image_to_root_histogram(pixels[pixels.shape[0] // 4 : -(pixels.shape[0] // 4)])


def _negative_stop(picture):
    pixels = np.asarray(picture)
    height, width, _ = pixels.shape
    return image_to_root_histogram(pixels[height // 4 : -height // 4, width // 4 : -width // 4])


def _without_root(picture):
    return _middle_by_picture(picture) ** 2


def _card_by_stacking(colour, wall):
    return np.stack([np.full((8, 3), wall)] * 5 + [np.full((8, 3), colour)] * 3).astype(np.uint8)


def _card_by_lists(colour, wall):
    return np.array([[wall if row < 5 else colour for _ in range(8)] for row in range(8)], dtype=np.uint8)


RIGHT = {
    "leave_out": [_counting_loop, lambda query, results, top_k: [r for r in results if r.path != query][:top_k]],
    "middle_histogram": [_middle_by_picture],
    "colour_card": [_card_by_stacking, _card_by_lists],
}

WRONG = {
    "leave_out": [
        (lambda query, results, top_k: results[1 : top_k + 1], "not always in first place"),
        (lambda query, results, top_k: [r for r in results[:top_k] if r[0] != query], "cut before"),
        (lambda query, results, top_k: [r for r in results if r[1] < 1][:top_k], "a copy of it scores 1"),
        (lambda query, results, top_k: [r for r in results if r[0] != query], "not cut"),
        (lambda query, results, top_k: [r[0] for r in results if r[0] != query][:top_k], "only the paths"),
        (lambda query, results, top_k: [r for r in results if r[0] == query], "to be left out"),
        (lambda query, results, top_k: [r for r in results if r != query][:top_k], "compare its path with the query"),
        (lambda query, results, top_k: print(_counting_loop(query, results, top_k)), "prints, but returns nothing"),
        (_removes_in_place, "changed its input"),
    ],
    "middle_histogram": [
        (_swapped, "begins with the height"),
        (_swapped_to_the_end, "width and height are swapped"),
        (lambda picture: image_to_root_histogram(picture), "the whole picture"),
        (_top_left, "only the top and the left"),
        (_only_rows, "no columns"),
        (_without_root, "without the square root"),
        (_negative_stop, "-9 // 4 is -3"),
        (lambda picture: image_to_root_histogram(picture[2:-2]), "TypeError"),
        (lambda picture: np.asarray(picture)[2:-2, 2:-2], "The shape is"),
    ],
    "colour_card": [
        (lambda colour, wall: np.swapaxes(_card_by_lists(colour, wall), 0, 1), "side by side"),
        (lambda colour, wall: _card_by_lists(colour, wall)[::-1], "The wall is below"),
        (lambda colour, wall: _card_by_lists(wall, colour)[::-1], "Five rows have the colour"),
        (lambda colour, wall: _card_by_lists(wall, colour), "8 of the 8 rows"),
        (lambda colour, wall: _card_by_lists(colour, wall).astype(float), "float64"),
        (lambda colour, wall: np.array([wall] * 5 + [colour] * 3, dtype=np.uint8), "The shape is (8, 3)"),
        (lambda colour, wall: print(wall), "prints, but returns nothing"),
    ],
}
