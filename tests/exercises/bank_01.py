"""Answers to the exercises of notebook 01."""

import numpy as np

RIGHT = {"unflatten": [lambda vector, size: np.array([vector[i * size[0] : (i + 1) * size[0]] for i in range(size[1])])]}


def _changes_its_input(vector, size):
    vector[0] = 7
    return vector.reshape(size[1], size[0])


WRONG = {
    "unflatten": [
        (lambda vector, size: vector.reshape(size), "height comes first"),
        (lambda vector, size: vector.reshape(size).T, "columns first"),
        (lambda vector, size: print(vector), "prints, but returns nothing"),
        (_changes_its_input, "changed its input"),
    ]
}
