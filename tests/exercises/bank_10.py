"""Answers to the exercises of notebook 10."""

import re
from collections import defaultdict

import numpy as np

from imsearch_helpers import SearchResult, reciprocal_rank_fusion


def _gains(rankings, k, start=1):
    gains = defaultdict(float)
    for ranking in rankings:
        for place, path in enumerate(ranking, start):
            gains[path] += 1 / (k + place)
    return gains


def _by_index(rankings, k):
    paths = {path for ranking in rankings for path in ranking}
    gain = {path: sum(1 / (k + 1 + ranking.index(path)) for ranking in rankings if path in ranking) for path in paths}
    return [[path, gain[path]] for path in sorted(paths, key=lambda path: -gain[path])]


def _as_results(rankings, k):
    gains = _gains(rankings, k)
    return tuple(SearchResult(path, np.float64(gains[path])) for path in sorted(gains, key=gains.get, reverse=True))


def _ranked(gains):
    return sorted(gains.items(), key=lambda pair: -pair[1])


def _first_ranking_only(rankings, k):
    return _ranked(_gains(rankings[:1], k))


def _one_after_another(rankings, k):
    gains = _gains(rankings, k)
    return [(path, gains[path]) for path in dict.fromkeys(path for ranking in rankings for path in ranking)]


def _a_place_of_its_own_for_the_missing(rankings, k):
    gains = _gains(rankings, k)
    for path in gains:
        gains[path] += sum(1 / (k + len(ranking) + 1) for ranking in rankings if path not in ranking)
    return _ranked(gains)


def _overwrites(rankings, k):
    return _ranked({path: 1 / (k + place) for ranking in rankings for place, path in enumerate(ranking, start=1)})


def _best_gain(rankings, k):
    best = {}
    for ranking in rankings:
        for place, path in enumerate(ranking, start=1):
            best[path] = max(best.get(path, 0), 1 / (k + place))
    return _ranked(best)


def _mean_of_gains(rankings, k):
    return _ranked({path: gain / sum(path in one for one in rankings) for path, gain in _gains(rankings, k).items()})


def _packaged(rankings, k):
    return reciprocal_rank_fusion(*[[SearchResult(path, -i) for i, path in enumerate(one)] for one in rankings], k=k)


def _by_mask(scores, captions, word, query):
    fits = np.array([re.search(rf"\b{word}\b", caption, re.I) is not None for caption in captions])
    fits[query] = False
    order = np.argsort(-np.asarray(scores))
    return order[fits[order]]


def _by_split(scores, captions, word, query):
    pairs = [(-scores[i], i) for i, caption in enumerate(captions) if word in caption.lower().replace(",", " ").split()]
    return [i for _, i in sorted(pairs) if i != query]


def _split_with_commas(scores, captions, word, query):
    captions = [caption.replace(" mug, ", " ").replace(f"{word} ", f"{word}, ") for caption in captions]
    return [i for i in np.argsort(-scores) if word in captions[i].lower().split() and i != query]


def _letters(scores, captions, word, query):
    return [i for i in np.argsort(-scores) if word in captions[i].lower() and i != query]


def _small_only(scores, captions, word, query):
    return [i for i in np.argsort(-scores) if re.search(rf"\b{word}\b", captions[i]) and i != query]


def _itself(scores, captions, word, query):
    return [i for i in np.argsort(-scores) if re.search(rf"\b{word}\b", captions[i], re.I)]


def _captions_not_numbers(scores, captions, word, query):
    return [captions[i] for i in _by_split(scores, captions, word, query)]


RIGHT = {
    "fuse_ranks": [_by_index, _as_results, lambda rankings, k: _ranked(_gains(rankings, k))],
    "like_this_but": [_by_mask, _by_split, lambda *case: tuple(_by_split(*case))],
}

WRONG = {
    "fuse_ranks": [
        (lambda rankings, k: _by_index(rankings, k)[::-1], "largest sum comes first"),
        (lambda rankings, k: _ranked(_gains(rankings, k, start=0)), "places count from 1"),
        (lambda rankings, k: _ranked(_gains(rankings, 0)), "k belongs to the place"),
        (lambda rankings, k: [pair for pair in _by_index(rankings, k) if all(pair[0] in one for one in rankings)], "only one ranking holds"),
        (_best_gain, "takes the largest gain alone"),
        (_mean_of_gains, "Expected"),
        (lambda rankings, k: [path for path, _ in _by_index(rankings, k)], "Expected"),
        (_first_ranking_only, "Expected"),
        (_one_after_another, "Expected"),
        (_overwrites, "Expected"),
        (_a_place_of_its_own_for_the_missing, "Expected"),
        (_packaged, "the package's own function"),
    ],
    "like_this_but": [
        (_letters, "inside a longer word"),
        (_small_only, "count like small ones"),
        (lambda scores, captions, word, query: [i for i in np.argsort(-scores) if word in captions[i] and i != query], "whole words, and in small"),
        (_itself, "no find"),
        (lambda *case: _itself(*case)[1:], "by its number"),
        (lambda *case: _by_split(*case)[::-1], "highest score comes first"),
        (lambda *case: sorted(_by_split(*case)), "in the order of their scores"),
        (lambda scores, captions, word, query: [i for i in np.argsort(-scores) if i != query], "must have the word"),
        (_split_with_commas, "Expected"),
        (_captions_not_numbers, "Expected"),
    ],
}
