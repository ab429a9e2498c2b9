"""The exercises of notebook 10: text and picture."""

import re

import numpy as np

from ..text import reciprocal_rank_fusion, search_by_text, search_by_text_and_image
from .model import Exercise, telling

COLOURS, THINGS = ("red", "blue", "green", "orange"), ("mug", "boot", "lamp", "chair")


def fuse_ranks(rankings, k):
    """Reciprocal rank fusion: one ranking out of several, by places alone.

    `rankings` is a list of rankings, each a list of paths, best first, none of them twice. From
    each ranking that holds it, a path gains 1 / (k + its place); places count from 1. Return a
    list of pairs (path, sum of its gains), each path once, the largest sum first.
    """
    gains = {}
    for ranking in rankings:
        for place, path in enumerate(ranking, start=1):
            gains[path] = gains.get(path, 0) + 1 / (k + place)
    return sorted(gains.items(), key=lambda pair: pair[1], reverse=True)


def like_this_but(scores, captions, word, query):
    """Like this, but blue: of the pictures whose caption has a word, the most similar first.

    `scores[i]` says how similar picture number i is to picture number `query`, `captions[i]` is
    its caption. It must have `word`, which is in small letters, as a whole word; in the caption,
    capital letters count like small ones. Return the numbers of these pictures, the highest score
    first, without `query` itself.
    """
    has_word = [word in re.findall(r"\w+", caption.lower()) for caption in captions]
    fitting = [i for i in range(len(scores)) if has_word[i] and i != query]
    return sorted(fitting, key=lambda i: scores[i], reverse=True)


def _three_rankings(rng):
    # The gains of a case must differ clearly, or rounding would choose.
    cases = [([["a.jpg", "b.jpg", "c.jpg"], ["c.jpg", "a.jpg", "d.jpg"]], 60)]
    while len(cases) < 7:
        n_rankings, k = [(2, 60), (3, 1), (2, 5), (3, 60), (2, 1), (3, 10)][len(cases) - 1]
        names = [f"product_{number:03}.jpg" for number in rng.permutation(1000)[:9]]
        rankings = [list(rng.permutation(names)[: int(rng.integers(4, 8))]) for _ in range(n_rankings)]
        rankings = [[str(path) for path in ranking] for ranking in rankings]
        if _is_telling(rankings, k):
            cases.append((rankings, k))
    return cases


def _is_telling(rankings, k):
    """Whether no two paths gain the same, and every slip gives another answer."""
    right = fuse_ranks(rankings, k)
    clear = all(more - less > 1e-7 for (_, more), (_, less) in zip(right, right[1:]))
    return clear and all(slip(rankings, k) != right for slip in _RANK_SLIPS.values())


def _of_common_paths(rankings, k):
    return [(path, gain) for path, gain in fuse_ranks(rankings, k) if all(path in ranking for ranking in rankings)]


def _best_gain_only(rankings, k):
    best = {}
    for path, gain in (pair for ranking in rankings for pair in fuse_ranks([ranking], k)):
        best[path] = max(best.get(path, 0), gain)
    return sorted(best.items(), key=lambda pair: -pair[1])


_RANK_SLIPS = {
    "the largest sum comes first.": lambda rankings, k: fuse_ranks(rankings, k)[::-1],
    "places count from 1, not from 0.": lambda rankings, k: fuse_ranks(rankings, k - 1),
    "k belongs to the place: 1 / (k + place).": lambda rankings, k: fuse_ranks(rankings, 0),
    "a path that only one ranking holds belongs to the result too.": _of_common_paths,
    "this takes the largest gain alone; the gains from all rankings are added.": _best_gain_only,
}


def _captioned(rng):
    sizes, slips = (7, 7, 8, int(rng.integers(9, 14))), [*_CAPTION_SLIPS.values(), _without_first, _without_last]
    fits = [telling(lambda n=n: _captioned_case(rng, n), like_this_but, slips) for n in sizes]
    slips = [_best_left_out, *(slip for slip in slips if slip is not _with_the_query)]
    return fits + [telling(lambda: _captioned_case(rng, 8, fits=False), like_this_but, slips) for _ in range(2)]


def _captioned_case(rng, n, fits=True):
    """A case in which the query's own caption has the word, or, as of a red mug that shall be blue, has not."""
    word, *others = rng.permutation(COLOURS).tolist()
    colours = [word if fits else others[0], word.capitalize(), word, *rng.choice([*others, word], n - 3)]  # the first is the query
    captions = [f"a {colour} {rng.choice(THINGS)}, plain" for colour in colours]
    captions[-1] = f"a mug, {word}ish"  # has the word's letters, and not the word
    captions[1] = f"{word.capitalize()} {rng.choice(THINGS)}"
    scores = rng.permutation(90)[:n] / 100
    scores[0] = 1.0
    if not fits:
        scores[2] = 0.95  # the best find is written small: whoever leaves it out does not look like one who misses capitals
    order = rng.permutation(n)
    return scores[order], [str(captions[i]) for i in order], word, int(np.flatnonzero(order == 0)[0])


def _letters_in(scores, captions, word, query):
    fitting = [i for i, caption in enumerate(captions) if word in caption.lower() and i != query]
    return sorted(fitting, key=lambda i: -scores[i])


def _small_letters_only(scores, captions, word, query):
    return like_this_but(scores, [re.sub(r"\b[A-Z]\w*", "", caption) for caption in captions], word, query)


def _with_the_query(scores, captions, word, query):
    return like_this_but(scores, captions, word, None)


def _best_left_out(scores, captions, word, query):
    return _with_the_query(scores, captions, word, query)[1:]


def _letters_as_they_are(scores, captions, word, query):
    fitting = [i for i, caption in enumerate(captions) if word in caption and i != query]
    return sorted(fitting, key=lambda i: -scores[i])


def _without_first(*case):
    return [i for i in like_this_but(*case) if i > 0]


def _without_last(scores, *case):
    return [i for i in like_this_but(scores, *case) if i < len(scores) - 1]


_CAPTION_SLIPS = {
    "the word's letters are inside a longer word: compare whole words.": _letters_in,
    "capital letters in a caption count like small ones.": _small_letters_only,
    "compare whole words, and in small letters: cut caption.lower() into its words.": _letters_as_they_are,
    "the query itself is no find: leave it out.": _with_the_query,
    "the highest score comes first.": lambda *case: like_this_but(*case)[::-1],
    "the pictures that fit must be put in the order of their scores.": lambda *case: sorted(like_this_but(*case)),
    "the caption must have the word.": lambda scores, captions, word, query: [
        int(i) for i in np.argsort(-scores) if i != query
    ],
}

EXERCISES = [
    Exercise(
        solution=like_this_but,
        cases=_captioned,
        hints=(
            "First keep the numbers of the pictures that fit, then sort them by their scores.",
            "`word in caption` finds the letters inside a longer word too. Cut the caption into words first, without its commas.",
            '`re.findall(r"\\w+", caption.lower())` are the words of a caption in small letters.',
        ),
        explanation="Here the word is a *must*, not a weight: what lacks it is out, however similar. A filter needs no common scale, and "
        "finds nothing where the captions say it in another word.",
        bought="Shops work like this: boxes to tick decide what is shown, similarity decides in what order.",
        slips=_CAPTION_SLIPS | {"the best that fits need not be the query, which may lack the word: leave it out by its number.": _best_left_out},
        forbidden=(search_by_text, search_by_text_and_image),
    ),
    Exercise(
        solution=fuse_ranks,
        cases=_three_rankings,
        hints=(
            "Keep a dict from path to the sum of its gains, and go through all rankings.",
            "`enumerate(ranking, start=1)` gives the places; `gains[path] = gains.get(path, 0) + ...` adds to what may not be there yet.",
            "`gains.items()` are the pairs; `sorted(..., key=lambda pair: pair[1], reverse=True)` puts the largest sum first.",
        ),
        explanation="Only places count, so no scale has to be mended. The gains fall slowly with a large k: then a path high in two "
        "rankings beats one that is first in a single ranking.",
        bought="Rankings can be joined even where their scores are secret, as those of two search engines on the web.",
        slips=_RANK_SLIPS,
        forbidden=(reciprocal_rank_fusion,),
    ),
]
