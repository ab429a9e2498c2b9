"""The exercises of notebook 01: flattening."""

import numpy as np

from ..vectors import image_to_vector_simple
from .model import Exercise


def unflatten(vector, size):
    """Turn a flattened grey picture back into its rows.

    `vector` is an array with width * height numbers, written row by row.
    `size` is (width, height). Return an array of shape (height, width).
    """
    width, height = size
    return vector.reshape(height, width)


def mean_difference(a, b):
    """By how many grey levels two pictures differ, on average over their pixels.

    `a` and `b` are uint8 arrays of the same shape. Signs do not count: 10 too
    dark is as bad as 10 too bright. Return one number.
    """
    return np.abs(a.astype(float) - b.astype(float)).mean()


def flatten_by_columns(grid):
    """Flatten a picture column by column, the leftmost first, each from the top.

    `grid` is an array of shape (height, width). Return a vector of
    height * width numbers. (Plain Python lists are fine too.)
    """
    return grid.T.reshape(-1)


def colour_pixels(pixels):
    """Turn a colour picture into a vector and keep its three channels.

    `pixels` is a uint8 array of shape (height, width, 3). Go row by row, pixel
    by pixel; each pixel gives red, green, blue. Return height * width * 3
    numbers from 0 to 1.
    """
    return pixels.reshape(-1) / 255


def _vectors(rng):
    sizes = [(3, 2), (2, 4), (5, 5), (int(rng.integers(2, 9)), int(rng.integers(9, 12)))]
    return [(rng.integers(0, 256, width * height), (width, height)) for width, height in sizes]


def _pairs_of_pictures(rng):
    # In each pair some pixels are darker and some brighter, so a forgotten sign and a wrap-around both show.
    darker_and_brighter = np.tile([-40, 60], 3).reshape(2, 3) + rng.integers(-20, 20, (2, 3))
    first = rng.integers(70, 160, (2, 3))
    small = (first.astype(np.uint8), (first + darker_and_brighter).astype(np.uint8))
    return [small, *((_pixels(rng, 6, 5), _pixels(rng, 6, 5)) for _ in range(2))]


def _grids(rng):
    return [(_pixels(rng, 2, 3),), (_pixels(rng, 4, 2),), (_pixels(rng, 3, 3),), (_pixels(rng, 7, 9),)]


def _colour_pictures(rng):
    return [(_pixels(rng, 1, 2, 3),), (_pixels(rng, 2, 2, 3),), (_pixels(rng, 3, 5, 3),)]


def _pixels(rng, *shape):
    return rng.integers(0, 256, shape, dtype=np.uint8)


EXERCISES = [
    Exercise(
        solution=unflatten,
        cases=_vectors,
        hints=(
            "An array's method `reshape` keeps the order of the numbers and cuts them into rows.",
            "The shape of an array is (rows, columns), which is (height, width); `size` is the other way round.",
        ),
        explanation="Row-by-row order is what `reshape` assumes, so cutting the vector after every `width` numbers is all.",
        bought="What was flattened is not lost: with the size, every pixel is back in its place.",
        slips={
            "reshape takes (rows, columns), so the height comes first; size is (width, height).": lambda vector, size: (
                vector.reshape(size)
            ),
            "this reads the columns first; the vector was written row by row.": lambda vector, size: vector.reshape(
                size
            ).T,
        },
        forbidden=(image_to_vector_simple,),
    ),
    Exercise(
        solution=mean_difference,
        cases=_pairs_of_pictures,
        hints=(
            "In uint8, 100 - 200 is 156. What did the lesson do before it calculated?",
            "`a.astype(float)` first, for both; then the difference; then its size without the sign; then the mean.",
            "`np.abs(x)` takes the signs away, `x.mean()` is the average over all pixels.",
        ),
        explanation="The numbers leave uint8 before anything is subtracted, so a negative difference can exist. "
        "`np.abs` then drops the sign, and `mean` averages over all pixels.",
        bought="You can compare two pictures pixel by pixel and trust the number.",
        slips={
            "the difference was taken in uint8, where 100 - 200 is 156. Convert before you subtract.": lambda a, b: (
                np.abs(a - b).mean()
            ),
            "darker and brighter pixels cancel each other. Take the signs away before the mean.": lambda a, b: (
                a.astype(float) - b
            ).mean(),
            "this takes the sign away from the mean; take it away from each difference.": lambda a, b: abs(
                (a.astype(float) - b).mean()
            ),
            "this is the sum; the mean divides it by the number of pixels.": lambda a, b: np.abs(a.astype(float) - b).sum(),
            "len(a) counts the rows only; a.size counts the pixels.": lambda a, b: np.abs(a.astype(float) - b).sum() / len(a),
            "this is the mean of the squares; here the differences themselves count.": lambda a, b: (
                (a.astype(float) - b) ** 2
            ).mean(),
        },
    ),
    Exercise(
        solution=flatten_by_columns,
        cases=_grids,
        hints=(
            "`grid[row, column]` picks one number. Two loops will do; which of the two must be the outer one?",
            "The outer loop goes over the columns: `range(grid.shape[1])`. Or turn the grid first: `grid.T` swaps "
            "rows and columns.",
        ),
        explanation="`grid.T`, the transpose, makes the columns into rows; read row by row, it gives the columns in turn.",
        bought="Any order is as good as another, as long as it is the same for all pictures.",
        slips={
            "this goes row by row; the outer loop must go over the columns.": lambda grid: grid.reshape(-1),
            "these are the columns, but still as a grid: one flat vector is wanted.": lambda grid: grid.T,
            "the last column is missing: range(n) ends at n - 1 by itself.": lambda grid: grid[:, :-1].T.reshape(-1),
            "this begins with the rightmost column.": lambda grid: grid[:, ::-1].T.reshape(-1),
            "each column is read from the bottom; begin at the top.": lambda grid: grid[::-1].T.reshape(-1),
        },
    ),
    Exercise(
        solution=colour_pixels,
        cases=_colour_pictures,
        hints=(
            "The three dimensions already come in the wanted order: row, then column, then channel.",
            "`reshape(-1)` flattens three dimensions as well as two. Then bring 0 ... 255 to 0 ... 1.",
        ),
        explanation="The last dimension, the channel, changes fastest in `reshape`, so each pixel's three numbers stay "
        "together. The division gives floats, so nothing wraps around.",
        bought="This vector can tell a red mug from a green one of the same grey, for three times the memory.",
        slips={
            "the numbers still go from 0 to 255: divide by 255.": lambda pixels: pixels.reshape(-1),
            "// cuts off everything behind the point; divide with /.": lambda pixels: pixels.reshape(-1) // 255,
            "this writes one channel after another; here each pixel's three numbers stay together.": lambda pixels: (
                pixels.transpose(2, 0, 1).reshape(-1) / 255
            ),
            "the three channels were averaged, so the colour is gone.": lambda pixels: pixels.mean(axis=2).reshape(-1) / 255,
            "white, 255, must become 1: divide by 255, not by 256.": lambda pixels: pixels.reshape(-1) / 256,
            "only the first channel, red, is there.": lambda pixels: pixels[:, :, 0].reshape(-1) / 255,
        },
    ),
]
