"""Answers to the exercises of notebook 01."""

import numpy as np


def _mean_difference_by_loops(a, b):
    total = 0
    for x, y in zip(a.reshape(-1), b.reshape(-1)):
        total += abs(int(x) - int(y))
    return total / a.size


def _colour_pixels_by_loops(pixels):
    height, width, _ = pixels.shape
    return [float(value) / 255 for row in range(height) for column in range(width) for value in pixels[row, column]]


RIGHT = {
    "unflatten": [
        lambda vector, size: np.array([vector[i * size[0] : (i + 1) * size[0]] for i in range(size[1])]),
        lambda vector, size: vector.reshape(-1, size[0]),
    ],
    "mean_difference": [
        _mean_difference_by_loops,
        lambda a, b: float(np.mean(np.abs(np.subtract(a, b, dtype=np.int64)))),
        lambda a, b: np.mean(np.maximum(a, b) - np.minimum(a, b)),
    ],
    "flatten_by_columns": [
        lambda grid: [grid[row, column] for column in range(grid.shape[1]) for row in range(grid.shape[0])],
        lambda grid: grid.flatten(order="F"),
        lambda grid: np.concatenate(list(grid.T)),
    ],
    "colour_pixels": [
        _colour_pixels_by_loops,
        lambda pixels: pixels.astype(np.float32).ravel() / 255,
    ],
}


def _changes_its_input(vector, size):
    vector[0] = 7
    return vector.reshape(size[1], size[0])


def _divides_in_place(pixels):
    pixels //= 2
    return pixels.reshape(-1) / 127.5


WRONG = {
    "unflatten": [
        (lambda vector, size: vector.reshape(size), "height comes first"),
        (lambda vector, size: vector.reshape(size).T, "columns first"),
        (lambda vector, size: vector, "it should be"),
        (lambda vector, size: vector.reshape(size[1] - 1, size[0]), "ValueError"),
        (lambda vector, size: print(vector), "prints, but returns nothing"),
        (_changes_its_input, "changed its input"),
    ],
    "mean_difference": [
        (lambda a, b: np.abs(a - b).mean(), "100 - 200 is 156"),
        (lambda a, b: np.abs((a - b).astype(float)).mean(), "Convert before you subtract"),
        (lambda a, b: (a.astype(float) - b).mean(), "cancel each other"),
        (lambda a, b: abs(a.astype(float).mean() - b.astype(float).mean()), "from each difference"),
        (lambda a, b: np.abs(a.astype(float) - b).sum(), "divides it by the number"),
        (lambda a, b: np.abs(a.astype(float) - b).sum() / len(a), "counts the rows only"),
        (lambda a, b: ((a.astype(float) - b) ** 2).mean(), "mean of the squares"),
        (lambda a, b: np.abs(a.astype(float) - b), "it should be one number."),
        (lambda a, b: print(np.abs(a.astype(float) - b).mean()), "prints, but returns nothing"),
    ],
    "flatten_by_columns": [
        (lambda grid: grid.reshape(-1), "outer loop must go over the columns"),
        (lambda grid: grid.T, "one flat vector is wanted"),
        (
            lambda grid: [grid[row, column] for column in range(grid.shape[1] - 1) for row in range(grid.shape[0])],
            "last column is missing",
        ),
        (lambda grid: np.rot90(grid).reshape(-1), "rightmost column"),
        (lambda grid: np.rot90(grid, -1).reshape(-1), "begin at the top"),
        (
            lambda grid: [grid[column, row] for column in range(grid.shape[1]) for row in range(grid.shape[0])],
            "IndexError",
        ),
        (lambda grid: print(grid.T.reshape(-1)), "prints, but returns nothing"),
    ],
    "colour_pixels": [
        (lambda pixels: pixels.reshape(-1), "divide by 255"),
        (lambda pixels: pixels.reshape(-1) // 255, "divide with /"),
        (lambda pixels: pixels.transpose(2, 0, 1).reshape(-1) / 255, "one channel after another"),
        (lambda pixels: pixels.mean(axis=2).reshape(-1) / 255, "averaged"),
        (lambda pixels: pixels[..., 0].reshape(-1) / 255, "only the first channel"),
        (lambda pixels: pixels.reshape(-1) / 256, "not by 256"),
        (lambda pixels: pixels / 255, "The shape is"),
        (_divides_in_place, "changed its input"),
    ],
}
