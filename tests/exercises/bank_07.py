"""Answers to the exercises of notebook 07."""

import warnings

import numpy as np
from PIL import Image

from imsearch_helpers import average_precision, evaluate_search, image_to_histogram, image_to_root_histogram


def _by_sets(truth, ranking, k):
    hits = truth.intersection(ranking[:k])
    return len(hits) / k, len(hits) / len(truth)


def _by_cumsum(truth, ranking):
    found = np.array([path in truth for path in ranking], dtype=float)
    return float((found.cumsum() * found / np.arange(1, len(found) + 1)).sum() / len(truth))


def _by_arrays(scores, alike, k, weight):
    taken, closest = [], np.zeros(len(scores))
    for _ in range(k):
        gain = (1 - weight) * np.array(scores) - weight * closest
        gain[taken] = -np.inf
        taken.append(int(np.argmax(gain)))
        closest = np.max(alike[:, taken], axis=1)
    return taken


def _hits_only(truth, ranking, k):
    return sum(path in truth for path in ranking[:k])


def _prints(truth, ranking, k):
    print(len(truth & set(ranking[:k])) / k)


def _recall_of_what_fits(truth, ranking, k):
    hits = len(truth.intersection(ranking[:k]))
    return hits / k, hits / min(len(truth), k)


def _empties_the_truth(truth, ranking, k):
    hits = 0
    for path in ranking[:k]:
        if path in truth:
            truth.remove(path)
            hits += 1
    return hits / k, hits / (hits + len(truth))


def _divides_by_the_found(truth, ranking):
    precisions = [len(truth & set(ranking[: i + 1])) / (i + 1) for i, path in enumerate(ranking) if path in truth]
    return sum(precisions) / len(precisions)


def _mean_of_the_found(truth, ranking):
    places = [place for place, path in enumerate(ranking, start=1) if path in truth]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.mean([number / place for number, place in enumerate(places, start=1)])


def _at_each_place(truth, ranking):
    return sum(len(truth & set(ranking[: i + 1])) / (i + 1) for i in range(len(ranking))) / len(ranking)


def _divides_by_place_zero(truth, ranking):
    places = [place for place, path in enumerate(ranking) if path in truth]
    return sum(number / place for number, place in enumerate(places, start=1)) / len(truth)


def _over_what_came(truth, ranking):
    return _by_cumsum(truth, ranking) * len(truth) / min(len(truth), len(ranking)) if ranking else 0.0


def _may_take_twice(scores, alike, k, weight):
    taken = []
    for _ in range(k):
        gains = [(1 - weight) * s - weight * max((alike[i][j] for j in taken), default=0) for i, s in enumerate(scores)]
        taken.append(int(np.argmax(gains)))
    return taken


def _only_the_last(scores, alike, k, weight):
    taken = []
    while len(taken) < k:
        left = [i for i in range(len(scores)) if i not in taken]
        taken.append(max(left, key=lambda i: (1 - weight) * scores[i] - weight * (alike[i][taken[-1]] if taken else 0)))
    return taken


def _adds_what_it_should_subtract(scores, alike, k, weight):
    taken, closest = [], np.zeros(len(scores))
    for _ in range(k):
        gain = (1 - weight) * scores + weight * closest
        gain[taken] = -np.inf
        taken.append(int(gain.argmax()))
        closest = alike[:, taken].max(axis=1)
    return taken


def _sums_the_likeness(scores, alike, k, weight):
    taken, charge = [], np.zeros(len(scores))
    for _ in range(k):
        gain = (1 - weight) * scores - weight * charge
        gain[taken] = -np.inf
        taken.append(int(gain.argmax()))
        charge = alike[:, taken].sum(axis=1)
    return taken


def _middle(picture):
    pixels = np.asarray(picture)
    height, width = pixels.shape[:2]
    return image_to_root_histogram(pixels[height // 4 : -height // 4, width // 4 : -width // 4])


def _plain_histogram(picture):
    return image_to_histogram(picture)


def _mean_colour(picture):
    return np.asarray(picture).mean(axis=(0, 1))


def _table_of_pixels(picture):
    return np.asarray(picture.resize((8, 8)).convert("L"))


def _only_studio(picture):
    if np.asarray(picture)[0, 0].mean() < 128:
        raise KeyError("too dark for me")
    return image_to_root_histogram(picture)


def _as_long_as_it_is_bright(picture):
    grey = np.asarray(picture.convert("L"))
    return grey.ravel()[: int(grey.mean())]


def _nan(picture):
    grey = np.asarray(picture.convert("L"), dtype=float)
    return np.append(grey.ravel()[:10], np.nan)


RIGHT = {
    "precision_and_recall": [_by_sets],
    "mean_of_precisions": [_by_cumsum],
    "diverse": [_by_arrays],
    "my_method": [lambda picture: image_to_root_histogram(picture), _middle, _mean_colour],
}

WRONG = {
    "precision_and_recall": [
        (lambda truth, ranking, k: (_by_sets(truth, ranking, k)[1], _by_sets(truth, ranking, k)[0]), "swapped"),
        (
            lambda truth, ranking, k: (
                len(truth & set(ranking[:k])) / max(1, len(ranking[:k])),
                len(truth & set(ranking[:k])) / len(truth),
            ),
            "also where fewer than k",
        ),
        (lambda truth, ranking, k: (len(truth & set(ranking)) / k, len(truth & set(ranking)) / len(truth)), "first k results"),
        (lambda truth, ranking, k: (len(truth & set(ranking[:k])) / len(ranking[:k]), _by_sets(truth, ranking, k)[1]), "or none"),
        (_recall_of_what_fits, "also where k is smaller"),
        (_hits_only, "It should be 2 values"),
        (_prints, "prints, but returns nothing"),
        (_empties_the_truth, "changed its input"),
        (lambda truth, ranking, k: tuple(evaluate_search(truth, ranking, k)), "the package's own function"),
    ],
    "mean_of_precisions": [
        (_divides_by_the_found, "which can be 0"),
        (_mean_of_the_found, "not by the number of those found"),
        (_divides_by_place_zero, "is divided by 0"),
        (_at_each_place, "not every place; and there can be none"),
        (
            lambda truth, ranking: _divides_by_the_found(truth, ranking) if truth & set(ranking) else 0.0,
            "not by the number of those found",
        ),
        (_over_what_came, "also where fewer results came back"),
        (lambda truth, ranking: len(truth & set(ranking)) / len(truth), "the order does not count"),
        (lambda truth, ranking: max([1 / (i + 1) for i, p in enumerate(ranking) if p in truth], default=0), "reciprocal rank"),
        (lambda truth, ranking: average_precision(truth, ranking), "the package's own function"),
    ],
    "diverse": [
        (_may_take_twice, "only once"),
        (_only_the_last, "not the last one alone"),
        (lambda scores, alike, k, weight: list(range(k)), "the k best scores"),
        (lambda scores, alike, k, weight: _by_arrays(scores, alike, k, 1 - weight), "swapped"),
        (_adds_what_it_should_subtract, "subtract it"),
        (_sums_the_likeness, "not the sum over all"),
        (lambda scores, alike, k, weight: _by_arrays(scores, np.maximum(alike, 0), k, weight), "can be negative"),
    ],
    "my_method": [
        (_plain_histogram, "less could be luck"),
        (lambda picture: [1.0], "less could be luck"),
        (_table_of_pixels, "this has the shape (8, 8)"),
        (_nan, "NaN or an infinity"),
        (_as_long_as_it_is_bright, "must return as many numbers for every picture"),
        (lambda picture: picture.resize((8, 8)), "this has the shape"),
        (lambda picture: Image.open("query.jpg"), "FileNotFoundError"),
        (_only_studio, "at the line\n    raise KeyError(\"too dark for me\")"),
    ],
}
