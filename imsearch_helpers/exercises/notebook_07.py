"""The exercises of notebook 07: is it any good?"""

from functools import cache

import numpy as np

from ..collection import Products
from ..evaluation import average_precision, evaluate_search
from ..images import load_image
from ..judging import engine_over
from ..scores import score_table
from ..vectors import METHODS
from .model import Exercise, telling

MARGIN = 0.02  # by how much the histogram must be beaten: less could be luck


def precision_and_recall(truth, ranking, k):
    """Precision and recall of the first k results.

    `truth` is a set of paths, everything that is relevant; `ranking` is a list
    of paths, best first, none of them twice. It may hold fewer than k paths.
    Precision divides by k, recall by the number of relevant paths. Return
    (precision, recall).
    """
    hits = sum(path in truth for path in ranking[:k])
    return hits / k, hits / len(truth)


def mean_of_precisions(truth, ranking):
    """Average precision: the mean precision at the places of the relevant.

    `truth` is a set of paths, `ranking` a list of paths, best first, none of
    them twice. For each relevant path in the ranking take the precision up to
    and including its place; a relevant path that is not in the ranking counts
    as 0. Return the mean over all relevant paths.
    """
    hits, total = 0, 0.0
    for place, path in enumerate(ranking, start=1):
        if path in truth:
            hits += 1
            total += hits / place
    return total / len(truth)


def diverse(scores, alike, k, weight):
    """Maximal marginal relevance: like the query, but not like one another.

    `scores` holds each candidate's similarity to the query, `alike` every
    candidate's similarity to every other, of shape (n, n). Until k are taken,
    take the candidate, among those not taken yet, with the largest
    (1 - weight) * its score - weight * (its largest similarity to a candidate
    taken before; 0 if none was taken yet). Return the list of the candidates'
    numbers in the order in which they were taken.
    """
    taken = []
    while len(taken) < k:
        gains = {}
        for i in range(len(scores)):
            if i not in taken:
                closest = max((alike[i][j] for j in taken), default=0)
                gains[i] = (1 - weight) * scores[i] - weight * closest
        taken.append(max(gains, key=gains.get))
    return taken


def my_method(picture):
    """A vector that finds the same product better than the histogram does.

    `picture` is an RGB picture (PIL.Image.Image) of any size. Return a vector,
    as many numbers for every picture; what is in it is up to you. You may use
    everything in imsearch_helpers and all you can compute with NumPy and
    Pillow.
    """
    hue, saturation, _ = (channel.ravel() for channel in np.moveaxis(np.asarray(picture.convert("HSV")), 2, 0))
    counts = np.bincount(hue // 11, weights=saturation.astype(float) ** 2, minlength=24)
    return np.sqrt(counts)


def _paths(numbers):
    return [f"product_{number:03}.jpg" for number in numbers]


def _rankings(rng):
    cases = [({"a.jpg", "b.jpg"}, ["a.jpg", "x.jpg", "b.jpg"]), ({"a.jpg", "b.jpg", "c.jpg"}, ["x.jpg", "b.jpg", "y.jpg", "a.jpg"])]
    for n_relevant, n_found in [(4, 5), (2, 8), (6, 12), (3, 7)]:
        numbers = rng.permutation(20)
        cases.append((set(_paths(rng.permutation(20)[:n_relevant])), _paths(numbers[:n_found])))
    numbers = rng.permutation(20)
    few = (set(_paths(numbers[:4])), _paths([numbers[1], numbers[9]]))  # a hit, but fewer results than are relevant
    return [*cases, few, ({"a.jpg", "b.jpg"}, [])]


def _rankings_and_k(rng):
    ks = [1, 3, 5, 5, int(rng.integers(1, 9)), 10, 5, 5]  # the first asks for fewer than are relevant, the last two for more than came back
    return [(truth, ranking, k) for (truth, ranking), k in zip(_rankings(rng), ks)]


def _candidates(rng):
    """Where no two gains are nearly equal: no tie rule is asked for, and rounding must not choose."""

    def draw(n, k, weight, lowest=0):
        vectors = rng.uniform(lowest, 1, (n, 3)) ** 3
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        scores = np.sort(rng.uniform(0.5, 1, n))[::-1]
        return scores.round(3), (vectors @ vectors.T).round(3), k, weight

    plain = [telling(lambda size=size: draw(*size), diverse, [_with_a_tie]) for size in [(3, 2, 0.5), (6, 3, 0.0)]]
    slips = (_without_minus, _with_the_mean, _with_the_sum, _with_the_last, _never_below_zero, _without_the_last, _where_mean_is_sum, _with_a_tie)
    sizes = [(7, 5, 0.5, -1), (8, 5, 0.9, -1), (int(rng.integers(9, 15)), 6, 0.4, -1)]
    return [*plain, *(telling(lambda size=size: draw(*size), diverse, slips) for size in sizes)]


def _some_pictures(rng):
    paths = [product.path for product in Products().where(split="train")]
    return [(load_image(path),) for path in rng.choice(paths, 3)]


def _no_vector(got, picture):
    try:
        vector = np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        return f"A picture must become a vector, a row of numbers, not {type(got).__name__}."
    if vector.ndim != 1 or not vector.size:
        return f"A picture must become a vector, a row of numbers; this has the shape {vector.shape}."
    return "" if np.isfinite(vector).all() else "The vector holds NaN or an infinity. Was something divided by zero?"


def held_out_score(method):
    """How well a method finds held-out products in a shop: their 200 photos, each searched among the 200 studio pictures.

    Parameters
    ----------
    method : callable
        Takes an RGB `PIL.Image.Image`, returns a vector.

    Returns
    -------
    float
        Mean average precision. One studio picture is right, so each photo counts 1 / the place of that one; a tie counts
        against the method.

    Raises
    ------
    ValueError
        When the vectors are not all of the same length.
    """
    products = Products()
    shop = products.where(shot="studio")
    photos = [product for product in products.where(split="held_out") if product.shot != "studio"]
    engine = engine_over(method, shop + photos)
    row_of = {path: row for row, path in enumerate(engine.image_paths)}
    rows, columns = ([row_of[one.path] for one in some] for some in (photos, shop))
    scores = score_table(engine.image_vectors)[np.ix_(rows, columns)]  # (n_photos, n_studio)
    right = np.array([[one.product_id == photo.product_id for one in shop] for photo in photos])
    return float(np.mean(1 / (scores >= scores[right][:, np.newaxis]).sum(axis=1)))


@cache
def _score_of(name):
    return held_out_score(METHODS[name])


def _beat_the_histogram(function):
    score, to_beat = held_out_score(function), _score_of("histogram")
    words = (
        f"Mean average precision of the 200 held-out photos among 200 studio pictures: yours {score:.3f}, histogram {to_beat:.3f}, "
        f"root histogram {_score_of('root_histogram'):.3f}."
    )
    won = score >= to_beat + MARGIN
    return won, words if won else f"{words} At least {to_beat + MARGIN:.3f} is asked for: less could be luck."


def _divided_by_what_came(truth, ranking, k):
    hits = sum(path in truth for path in ranking[:k])
    return hits / max(1, len(ranking[:k])), hits / len(truth)


def _divided_by_nothing(truth, ranking, k):
    hits = sum(path in truth for path in ranking[:k])
    return hits / len(ranking[:k]), hits / len(truth)  # stops where nothing came


def _recall_over_k(truth, ranking, k):
    hits = sum(path in truth for path in ranking[:k])
    return hits / k, hits / k


def _recall_of_what_fits(truth, ranking, k):
    hits = sum(path in truth for path in ranking[:k])
    return hits / k, hits / min(k, len(truth))


def _whole_ranking(truth, ranking, k):
    hits = sum(path in truth for path in ranking)
    return hits / k, hits / len(truth)


def _over_the_found(truth, ranking):
    found = sum(path in truth for path in ranking)
    return mean_of_precisions(truth, ranking) * len(truth) / max(1, found)


def _over_the_found_or_none(truth, ranking):
    return mean_of_precisions(truth, ranking) * len(truth) / sum(path in truth for path in ranking)


def _over_what_came_back(truth, ranking):
    return mean_of_precisions(truth, ranking) * len(truth) / max(1, min(len(truth), len(ranking)))


def _at_every_place(truth, ranking):
    hits = np.cumsum([path in truth for path in ranking])
    return float(np.mean(hits / np.arange(1, len(ranking) + 1))) if ranking else 0.0


def _at_every_place_or_none(truth, ranking):
    return _at_every_place(truth, ranking) * len(ranking) / len(ranking)


def _counted_from_zero(truth, ranking):
    hits = np.cumsum([path in truth for path in ranking])
    return float(sum(hits[place] / max(1, place) for place in range(len(ranking)) if ranking[place] in truth)) / len(truth)


def _divided_by_place_zero(truth, ranking):
    hits = [path in truth for path in ranking]
    return sum(sum(hits[: place + 1]) / place for place, hit in enumerate(hits) if hit) / len(truth)


def _may_take_twice(scores, alike, k, weight):
    taken = []
    while len(taken) < k:
        gains = [(1 - weight) * scores[i] - weight * max(alike[i][taken], default=0) for i in range(len(scores))]
        taken.append(int(np.argmax(gains)))
    return taken


def _with_the_mean(scores, alike, k, weight):
    taken = []
    while len(taken) < k:
        left = [i for i in range(len(scores)) if i not in taken]
        gains = [(1 - weight) * scores[i] - weight * (np.mean(alike[i][taken]) if taken else 0) for i in left]
        taken.append(left[int(np.argmax(gains))])
    return taken


def _with_the_sum(scores, alike, k, weight):
    taken = []
    while len(taken) < k:
        left = [i for i in range(len(scores)) if i not in taken]
        gains = [(1 - weight) * scores[i] - weight * sum(alike[i][taken]) for i in left]
        taken.append(left[int(np.argmax(gains))])
    return taken


def _with_the_last(scores, alike, k, weight):
    taken = []
    while len(taken) < k:
        left = [i for i in range(len(scores)) if i not in taken]
        taken.append(max(left, key=lambda i: (1 - weight) * scores[i] - weight * (alike[i][taken[-1]] if taken else 0)))
    return taken


def _never_below_zero(scores, alike, k, weight):
    return diverse(scores, np.maximum(alike, 0), k, weight)


def _without_the_last(scores, alike, k, weight):
    return diverse(scores[:-1], alike[:-1, :-1], k, weight)


def _where_mean_is_sum(*case):
    return diverse(*case) if _with_the_mean(*case) == _with_the_sum(*case) else None  # one slip must not look like another


def _with_a_tie(scores, alike, k, weight):
    """The right answer where the best gain is nearly reached twice, so that such a case is not used."""
    taken = diverse(scores, alike, k, weight)
    for n, best in enumerate(taken):
        left = [i for i in range(len(scores)) if i not in taken[:n]]
        gains = {i: (1 - weight) * scores[i] - weight * max(alike[i][taken[:n]], default=0) for i in left}
        if any(gains[best] - gain < 1e-6 for i, gain in gains.items() if i != best):
            return taken
    return None


def _without_minus(scores, alike, k, weight):
    taken = []
    while len(taken) < k:
        left = [i for i in range(len(scores)) if i not in taken]
        gains = [(1 - weight) * scores[i] + weight * (max(alike[i][taken]) if taken else 0) for i in left]
        taken.append(left[int(np.argmax(gains))])
    return taken


EXERCISES = [
    Exercise(
        solution=precision_and_recall,
        cases=_rankings_and_k,
        hints=(
            "Both need the same count: how many of the first k results are relevant?",
            "`ranking[:k]` are the first k, or fewer if there are not as many; `path in truth` is True or False, and True counts as 1 in a sum.",
            "`hits = sum(path in truth for path in ranking[:k])`. What does each of the two measures divide it by?",
        ),
        explanation="One count, two questions. Divided by k it says how much of what was shown is right; divided by the number "
        "of relevant paths it says how much of what is right was shown.",
        bought="With these two numbers any ranking can be judged, by whatever method it was made.",
        slips={
            "precision divides by k, also where fewer than k results came back.": _divided_by_what_came,
            "precision divides by k, also where fewer than k results came back, or none.": _divided_by_nothing,
            "recall divides by the number of relevant paths, also where k is smaller.": _recall_of_what_fits,
            "recall divides by the number of relevant paths, not by k.": _recall_over_k,
            "only the first k results count.": _whole_ranking,
            "the two are swapped: precision comes first.": lambda *case: precision_and_recall(*case)[::-1],
        },
        forbidden=(evaluate_search, average_precision),
    ),
    Exercise(
        solution=mean_of_precisions,
        cases=_rankings,
        hints=(
            "Walk down the ranking and count the hits. At each hit, hits so far / place is one of the precisions to average.",
            "`enumerate(ranking, start=1)` gives the places 1, 2, 3 ... and the paths.",
            "Divide the sum by `len(truth)`: what was never found then counts as 0.",
        ),
        explanation="Each relevant path gives the precision at its place, so an early find counts more than a late one, and a "
        "path that is missing counts as nothing. No k has to be chosen.",
        bought="One number for a whole ranking, in which the order counts. Its mean over all queries is a usual yardstick for a search.",
        slips={
            "divide by the number of relevant paths, not by the number of those found.": _over_the_found,
            "divide by the number of relevant paths, not by the number of those found, which can be 0.": _over_the_found_or_none,
            "divide by the number of relevant paths, also where fewer results came back.": _over_what_came_back,
            "only the places of hits count, not every place.": _at_every_place,
            "only the places of hits count, not every place; and there can be none.": _at_every_place_or_none,
            "places count from 1.": _counted_from_zero,
            "places count from 1; counted from 0, a hit in the first place is divided by 0.": _divided_by_place_zero,
            "this is reciprocal rank: it looks at the first hit alone.": lambda truth, ranking: next(
                (1 / place for place, path in enumerate(ranking, start=1) if path in truth), 0.0
            ),
            "this is the share found: the order does not count in it.": lambda truth, ranking: (
                len(truth & set(ranking)) / len(truth)
            ),
        },
        forbidden=(evaluate_search, average_precision),
    ),
    Exercise(
        solution=diverse,
        cases=_candidates,
        hints=(
            "Repeat k times: compute the gain of every candidate not taken yet, then take the one with the largest gain.",
            "`max((alike[i][j] for j in taken), default=0)` is the similarity to the nearest of those taken.",
            "The first one taken is always the best score: nothing was taken before, so nothing is subtracted.",
        ),
        explanation="The gain pays for likeness to the query and charges for likeness to what is on the page already. Since the "
        "charge depends on what was taken, the candidates are chosen one by one.",
        bought="A page of results can now offer a choice, and one number says how much of one.",
        slips={
            "a candidate can be taken only once: leave out those already taken.": _may_take_twice,
            "the similarity to what was taken is a cost: subtract it.": _without_minus,
            "the nearest of those taken counts (the largest similarity), not the mean.": _with_the_mean,
            "only the nearest of those taken counts (the largest similarity), not the sum over all.": _with_the_sum,
            "all that were taken count, not the last one alone.": _with_the_last,
            "a similarity can be negative; 0 stands only where none was taken yet.": _never_below_zero,
            "weight is the share of the variety, and 1 - weight that of the score; here they are swapped.": (
                lambda scores, alike, k, weight: diverse(scores, alike, k, 1 - weight)
            ),
            "these are the k best scores; what was taken before does not count.": lambda scores, alike, k, weight: list(range(k)),
        },
    ),
    Exercise(
        solution=my_method,
        cases=_some_pictures,
        hints=(
            "Look at the mistakes above: what do the wrong results share with the query? Take that out of the vector.",
            "The wall is grey. How could a grey pixel count for nothing, and a colourful one for much?",
            "`picture.convert('HSV')` gives hue, saturation (0 for grey) and value. Count hues, each pixel weighted by its saturation.",
        ),
        explanation="Hue is the name of a colour, and half the stored value leaves it as it is, so most dim shots are found. Weighting by the squared "
        "saturation makes the grey wall count for nothing. A coloured wall in a scene still counts, and so scenes remain hard.",
        bought="You built a method and measured it instead of believing in it. Add it to the scoreboard.",
        slips={},
        judge=_no_vector,
        contest=_beat_the_histogram,
    ),
]
