"""The exercises of notebook 04: the engine."""

import numpy as np
from PIL import Image

from ..engine import SearchResult
from ..vectors import image_to_root_histogram
from .model import Exercise


def leave_out(query, results, top_k):
    """Take the query out of its own results.

    `query` is a path, `results` a list of (path, score), best first. It may
    hold the query at any place, or not at all. Return a list of the best
    `top_k` results that are not the query, in their order.
    """
    others = [(path, score) for path, score in results if path != query]
    return others[:top_k]


def middle_histogram(picture):
    """The root histogram of the middle of a picture.

    np.asarray(picture) is an array of shape (height, width, 3). Leave out
    height // 4 rows at the top and as many at the bottom, width // 4 columns at
    the left and as many at the right. Return image_to_root_histogram(...) of
    the rest.
    """
    pixels = np.asarray(picture)
    height, width = pixels.shape[:2]
    top, left = height // 4, width // 4
    return image_to_root_histogram(pixels[top : height - top, left : width - left])


def colour_card(colour, wall):
    """A picture of 8 x 8 pixels, in two colours.

    The upper 5 rows have the colour of the wall, the lower 3 the colour to
    search for. `colour` and `wall` are (red, green, blue), each from 0 to 255.
    Return an array of shape (8, 8, 3) and dtype uint8.
    """
    card = np.zeros((8, 8, 3), dtype=np.uint8)
    card[:5] = wall
    card[5:] = colour
    return card


def _rankings(rng):
    cases = []
    for place in (0, 1, 3, None):
        names = [f"{number}.jpg" for number in rng.choice(1000, 6, replace=False)]
        ranking = names[1:]
        if place is not None:
            ranking.insert(place, names[0])
        scores = np.sort(rng.uniform(0.5, 0.99, len(ranking)).round(2))[::-1].tolist()
        scores[: (place or 0) + 1] = [1.0] * ((place or 0) + 1)  # copies of the query score 1 as well
        cases.append((names[0], list(map(SearchResult, ranking, scores)), 3))
    cases.append((*cases[0][:2], 10))
    return cases


def _blocks(rng):
    """Pictures whose middle has other colours than their rim."""
    pictures = []
    for height, width in ((8, 8), (12, 8), (9, 14)):
        pixels = rng.integers(0, 128, (height, width, 3)).astype(np.uint8)
        pixels[height // 4 : height - height // 4, width // 4 : width - width // 4] += 128
        pictures.append((Image.fromarray(pixels),))
    return pictures


def _colours(rng):
    return [tuple(tuple(rng.integers(0, 256, 3).tolist()) for _ in range(2)) for _ in range(3)]


def _judge_card(card, colour, wall):
    if np.shape(card) != (8, 8, 3):
        return f"The shape is {np.shape(card)}; it should be (8, 8, 3): rows, columns, channels."
    if np.asarray(card).dtype != np.uint8:
        return f"The dtype is {np.asarray(card).dtype}; pictures need uint8. Pass dtype=np.uint8 where you make the array."
    if np.array_equal(card, colour_card(wall, colour)[::-1]):
        return "Five rows have the colour, three the wall; it should be the other way round."
    if np.array_equal(card, np.swapaxes(colour_card(colour, wall), 0, 1)):
        return "Wall and colour stand side by side. The first index of an array counts the rows."
    if np.array_equal(card, colour_card(colour, wall)[::-1]):
        return "The wall is below; it belongs in the upper rows, which come first."
    wrong = int((np.asarray(card) != colour_card(colour, wall)).any(axis=(1, 2)).sum())
    return f"{wrong} of the 8 rows have the wrong colour: rows 0 to 4 should be {wall}, rows 5 to 7 {colour}." if wrong else ""


def _cut(picture, top, bottom, left, right):
    """The rest without these parts of the height and the width, each rounded down to whole pixels."""
    pixels = np.asarray(picture)
    height, width = pixels.shape[:2]
    rows = slice(int(top * height), height - int(bottom * height))
    return image_to_root_histogram(pixels[rows, int(left * width) : width - int(right * width)])


def _swapped(picture):
    pixels = np.asarray(picture)
    width, height = pixels.shape[:2]
    return image_to_root_histogram(pixels[height // 4 : height - height // 4, width // 4 : width - width // 4])


def _swapped_from_the_end(picture):
    pixels = np.asarray(picture)
    width, height = pixels.shape[:2]
    return image_to_root_histogram(pixels[height // 4 : -(height // 4), width // 4 : -(width // 4)])


def _rounded_up(picture):
    pixels = np.asarray(picture)
    height, width = pixels.shape[:2]
    return image_to_root_histogram(pixels[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4])


EXERCISES = [
    Exercise(
        solution=leave_out,
        cases=_rankings,
        hints=(
            "Two steps: first a list without the query, then its first `top_k` items.",
            "A list of pairs can be filtered: `[(path, score) for path, score in results if ...]`. What must be true of `path`?",
            "Cut only at the end: `others[:top_k]`. If you cut first, one result too few may be left.",
        ),
        explanation="The path decides, not the place and not the score: a copy of the picture scores 1 too, and is a true find. "
        "To have `top_k` others, ask the engine for `top_k + 1` results.",
        bought="Now an engine can be judged by pictures of its own collection, without flattering itself.",
        slips={
            "the query is not always in first place. Leave it out by its path.": lambda query, results, top_k: (
                results[1 : top_k + 1]
            ),
            "the ranking was cut before the query was taken out, so one result can be missing.": lambda query, results, top_k: [
                result for result in results[:top_k] if result[0] != query
            ],
            "a score of 1 does not make a result the query: a copy of it scores 1 as well. Compare the paths.": (
                lambda query, results, top_k: [result for result in results if result[1] < 1][:top_k]
            ),
            "the list is not cut: return the first top_k only.": lambda query, results, top_k: [
                result for result in results if result[0] != query
            ],
            "only the paths are here; each result is a pair (path, score).": lambda query, results, top_k: [
                path for path, _ in results if path != query
            ][:top_k],
            "the query is still there: a result is a pair, so compare its path with the query, not the whole pair.": (
                lambda query, results, top_k: results[:top_k]
            ),
            "this is what was to be left out.": lambda query, results, top_k: [
                result for result in results if result[0] == query
            ],
        },
    ),
    Exercise(
        solution=middle_histogram,
        cases=_blocks,
        hints=(
            "`pixels[a:b, c:d]` is a piece of an array: rows a to b - 1, columns c to d - 1.",
            "The rows to keep begin at `height // 4` and end before `height - height // 4`. The same with the width for columns.",
        ),
        explanation="`image_to_root_histogram` takes arrays as well as paths, so the piece can be passed on as it is.",
        bought="You have told the engine where to look; most of the wall, no matter which, takes no part any more.",
        slips={
            "the first index of an array counts rows, so it goes with the height; width and height are swapped.": _swapped,
            "width and height are swapped: the shape of an array begins with the height.": _swapped_from_the_end,
            "this is the whole picture.": lambda picture: image_to_root_histogram(picture),
            "only the top and the left were cut off.": lambda picture: _cut(picture, 0.25, 0, 0.25, 0),
            "only rows were cut off, no columns.": lambda picture: _cut(picture, 0.25, 0.25, 0, 0),
            "at the bottom or the right one row or column too many was cut off: 9 // 4 is 2, but 3 * 9 // 4 is 6, and -9 // 4 is "
            "-3. Stop at height - height // 4.": _rounded_up,
            "this is the histogram without the square root.": lambda picture: middle_histogram(picture) ** 2,
        },
    ),
    Exercise(
        solution=colour_card,
        cases=_colours,
        hints=(
            "`np.zeros((8, 8, 3), dtype=np.uint8)` is a black picture of the right size.",
            "`card[:5] = wall` gives the first five rows one colour: NumPy writes the three numbers into every pixel of them.",
        ),
        explanation="A colour is three numbers, and NumPy repeats them for every pixel of the rows that are written to. With the "
        "wall in it the card's histogram resembles that of a product's photo, which is mostly wall too.",
        bought="A query need not be a photo: whatever can be turned into a vector can be searched for.",
        slips={},
        judge=_judge_card,
    ),
]
