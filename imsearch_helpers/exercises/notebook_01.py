"""The exercises of notebook 01: flattening."""

import numpy as np

from ..vectors import image_to_vector_simple
from . import Exercise


def unflatten(vector, size):
    """Turn a flattened grey picture back into its rows.

    `vector` is an array with width * height numbers, written row by row.
    `size` is (width, height). Return an array of shape (height, width).
    """
    width, height = size
    return vector.reshape(height, width)


def _vectors(rng):
    sizes = [(3, 2), (2, 4), (5, 5), (int(rng.integers(2, 9)), int(rng.integers(9, 12)))]
    return [(rng.integers(0, 256, width * height), (width, height)) for width, height in sizes]


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
]
