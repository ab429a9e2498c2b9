"""The key of assignment 4: is it any good?, for the grader: cases for its checks, and the slips they recognise."""

import math

from imsearch_helpers.evaluation import average_precision, evaluate_search, ndcg, random_baseline, reciprocal_rank
from imsearch_helpers.exercises import Exercise
from imsearch_helpers.exercises.graded import solutions_of
from imsearch_helpers.exercises.notebook_07 import mean_of_precisions, precision_and_recall

SOLUTIONS = solutions_of(__file__)
MEASURES = (evaluate_search, average_precision, ndcg, reciprocal_rank, precision_and_recall, mean_of_precisions)
GROUPS = ("bag", "boot", "lamp", "mug", "watch")


def _paths(rng, count):
    """So many different paths, in a random order."""
    return [f"{number}.jpg" for number in rng.choice(range(100, 1000), count, replace=False)]


def _gains(rng, paths, values):
    return {path: float(rng.choice(values)) for path in paths}


# Cases: each names what makes it different from the others


def graded_rankings(rng):
    cases = [({"a": 2, "b": 1, "c": 1}, ["b", "x", "a", "y"], 3)]
    a, b, c, x, y, z = _paths(rng, 6)
    cases.append(({a: 1, b: 1, c: 1}, [a, x, b, y, c], 4))  # all gains 1
    a, b, c, x, y, z = _paths(rng, 6)
    most = int(rng.integers(3, 9))
    cases.append(({a: 2, b: 1, c: most}, [a, x, a, b, c], 4))  # a repeat within k, and something relevant behind
    a, b, c, x, y, z = _paths(rng, 6)
    cases.append(({a: 5, b: 1, c: 2}, [x, c, b, a], int(rng.integers(2, 4))))  # the largest gain comes too late
    a, b, c, x, y, z = _paths(rng, 6)
    gains = {**_gains(rng, [a, b, c], [0.5, 1.5]), z: 0.25}
    cases.append((gains, [x, b, a], int(rng.integers(5, 9))))  # fewer than k came
    *some, x, y = _paths(rng, 9)
    shown = [str(path) for path in rng.permutation([*some[2:], x, y])]
    cases.append((_gains(rng, some, [1, 2, 3]), [*shown, shown[0]], int(rng.integers(4, 7))))
    a, b, x, y, z, _ = _paths(rng, 6)
    cases.append(({a: 3, b: 3}, [x, y, z][: rng.integers(0, 4)], 3))  # nothing found
    return cases


def rankings_and_k(rng):
    cases = [({"a", "b", "c", "d"}, ["a", "x", "b", "c"], 3)]
    *some, x = _paths(rng, int(rng.integers(7, 10)))
    cases.append((set(some), [*some[:3], x, *some[3:5]], 3))  # a perfect page, more relevant than it has places
    a, b, x, y, z, w = _paths(rng, 6)
    cases.append(({a, b}, [x, a, y, z, b, w], int(rng.integers(5, 8))))  # more places than relevant
    a, b, c, x, y, z = _paths(rng, 6)
    cases.append(({a, b, c, z}, [a, x, a, b, y, c], 5))  # a repeat
    a, b, c, x, y, z = _paths(rng, 6)
    cases.append(({a, b, c}, [x, b], int(rng.integers(6, 12))))  # fewer came than k
    *some, x, y, z = _paths(rng, 8)
    shown = [str(path) for path in rng.permutation([*some, y, z])]
    cases.append((set(some), [x, *shown], 4))
    a, b, x, y, z, w = _paths(rng, 6)
    cases.append(({a, b}, [x, y, z, a], 3))  # the only hit comes behind the page
    return cases


def rankings_and_minutes(rng):
    cases = [({"a", "c"}, ["a", "b", "c", "d"], {"a": 2, "b": 1, "c": 4, "d": 1}, 6)]
    a, b, c, d, x = _paths(rng, 5)
    times = [int(time) for time in rng.integers(1, 9, 5)]
    cases.append(({b, d, x}, [a, b, c, d], dict(zip([a, b, c, d, x], times)), sum(times[:2])))  # used up exactly
    a, b, c, d, x = _paths(rng, 5)
    times = [int(time) for time in rng.integers(2, 9, 5)]
    cases.append(({a, c}, [a, b, c, d], dict(zip([a, b, c, d, x], times)), sum(times) + 3))  # all fit
    a, b, c, d, x = _paths(rng, 5)
    late = int(rng.integers(6, 12))
    cases.append(({a, b, x}, [a, b, c, d], {a: late, b: 1, c: 2, d: 1, x: 1}, late - 2))  # not even the first
    for _ in range(3):
        shown = _paths(rng, 8)
        half_minutes = {path: int(rng.integers(1, 9)) / 2 for path in shown}
        first = sum(half_minutes[path] for path in shown[:4])
        half_minutes[shown[4]] = 6.5  # does not fit any more; what comes after it would
        truth = {shown[0], shown[4], *(str(path) for path in rng.choice(shown[5:], 2, replace=False))}
        cases.append((truth, shown, half_minutes, first + 5.5))
    return cases


def shelves(rng):
    many, few = int(rng.integers(20, 90)), int(rng.integers(2, 6))
    n_items = int(rng.integers(10, 300))
    return [
        (5, 2, 2),
        (int(rng.integers(12, 90)), int(rng.integers(3, 9)), 3),
        (many, int(rng.integers(2, 7)), 1),
        (int(rng.integers(500, 999)), few, int(rng.integers(5, 12))),
        (n_items, n_items - 3, 5),  # more places than misses
        (int(rng.integers(3, 30)), int(rng.integers(1, 3)), int(rng.integers(31, 90))),  # more places than items
        (int(rng.integers(3, 30)), 0, int(rng.integers(31, 90))),  # nothing to find
        (int(rng.integers(100, 200)), int(rng.integers(15, 30)), int(rng.integers(20, 30))),  # more than one hit is expected
    ]


def rankings_and_groups(rng):
    def with_groups(letters):
        paths = _paths(rng, len(letters))
        names = dict(zip("abcd", (str(name) for name in rng.permutation(GROUPS))))
        group_of = {path: names[letter] for path, letter in zip(paths, letters)}
        return paths, {paths[i]: group_of[paths[i]] for i in rng.permutation(len(paths))}  # in no order

    groups = {"a1": "a", "a2": "a", "b1": "b", "a3": "a", "c1": "c"}
    return [
        ([*groups], groups, 3, 1),
        (*with_groups("aababc"), 5, 1),  # must be filled up, by two
        (*with_groups("aaaabbc"), int(rng.integers(4, 6)), 2),  # what is kept stands behind the first k
        (*with_groups("abacaba"), int(rng.integers(8, 14)), 1),  # k is more than there are
        (*with_groups("abab"), 3, int(rng.integers(2, 5))),  # the quota is never reached
        (*with_groups([str(letter) for letter in rng.permutation([*"aaaabbbcd"])]), 7, 2),
        (*with_groups("aaaa"), 3, int(rng.integers(1, 3))),  # one group only
    ]


# Likely slips


def _gained(gains, paths):
    return sum(gains.get(path, 0) for path in set(paths))


def _once(ranking):
    return list(dict.fromkeys(ranking))


def _every_hit_alike(gains, ranking, k):
    hits = len(set(ranking[:k]) & gains.keys())
    return hits / k, hits / len(gains)


def _repeats_gain_again(gains, ranking, k):
    total = sum(gains.get(path, 0) for path in ranking[:k])
    return total / (k * max(gains.values())), total / sum(gains.values())


def _without_repeats(gains, ranking, k):
    total = _gained(gains, _once(ranking)[:k])
    return total / (k * max(gains.values())), total / sum(gains.values())


def _largest_found(gains, ranking, k):
    total, largest = _gained(gains, ranking[:k]), max((gains.get(path, 0) for path in ranking[:k]), default=0)
    return total / (k * largest) if largest else 0.0, total / sum(gains.values())


def _largest_found_if_any(gains, ranking, k):
    return _largest_found(gains, ranking, k) if _gained(gains, ranking[:k]) else None  # None: it stops with an error


def _over_what_came(gains, ranking, k):
    total = _gained(gains, ranking[:k])
    return total / (max(1, len(ranking[:k])) * max(gains.values())), total / sum(gains.values())


def _over_best_page(gains, ranking, k):
    total = _gained(gains, ranking[:k])
    return total / (k * max(gains.values())), total / sum(sorted(gains.values())[-k:])


def _all_places(gains, ranking, k):
    total = _gained(gains, ranking)
    return total / (k * max(gains.values())), total / sum(gains.values())


def _only_over_k(gains, ranking, k):
    total = _gained(gains, ranking[:k])
    return total / k, total / sum(gains.values())


def _precisions_at_hits(truth, ranking):
    found, precisions = set(), []
    for place, path in enumerate(ranking, start=1):
        if path in truth - found:
            found.add(path)
            precisions.append(len(found) / place)
    return precisions


def _over_found(truth, ranking, k):
    precisions = _precisions_at_hits(truth, ranking[:k])
    return sum(precisions) / max(1, len(precisions))


def _over_found_if_any(truth, ranking, k):
    return _over_found(truth, ranking, k) if truth & set(ranking[:k]) else None  # None: it stops with an error


def _over_page_that_came(truth, ranking, k):
    return sum(_precisions_at_hits(truth, ranking[:k])) / max(1, min(k, len(truth), len(ranking)))


def _repeats_hit_again(truth, ranking, k):
    hits = [path in truth for path in ranking[:k]]
    return sum(sum(hits[:place]) / place for place, hit in enumerate(hits, start=1) if hit) / min(k, len(truth))


def _from_zero(truth, ranking, k):
    found, total = set(), 0.0
    for place, path in enumerate(ranking[:k]):
        if path in truth - found:
            total += len(found) / max(1, place)
            found.add(path)
    return total / min(k, len(truth))


def _looked_at(ranking, minutes, budget, fits):
    used, looked_at = 0, []
    for path in ranking:
        if not fits(used + minutes[path], budget):
            break
        used += minutes[path]
        looked_at.append(path)
    return looked_at


def _share(truth, paths):
    return (sum(path in truth for path in paths) / len(paths) if paths else 0.0), len(paths)


def _skips(truth, ranking, minutes, budget):
    used, looked_at = 0, []
    for path in ranking:
        if used + minutes[path] <= budget:
            used += minutes[path]
            looked_at.append(path)
    return _share(truth, looked_at)


def _one_too_many(truth, ranking, minutes, budget):
    n_that_fit = len(_looked_at(ranking, minutes, budget, lambda used, all_: used <= all_))
    return _share(truth, ranking[: n_that_fit + 1])


def _must_be_less(truth, ranking, minutes, budget):
    return _share(truth, _looked_at(ranking, minutes, budget, lambda used, all_: used < all_))


def _over_all(truth, ranking, minutes, budget):
    precision, count = SOLUTIONS["precision_under_budget"](truth, ranking, minutes, budget)
    return precision * count / len(ranking), count


def _as_recall(truth, ranking, minutes, budget):
    precision, count = SOLUTIONS["precision_under_budget"](truth, ranking, minutes, budget)
    return precision * count / len(truth), count


def _each_alone(truth, ranking, minutes, budget):
    return _share(truth, [path for path in ranking if minutes[path] <= budget])


def _fixed_pile(n_items, n_relevant, k):
    no_hit = math.prod((n_items - n_relevant - seen) / n_items for seen in range(min(k, n_items)))
    return 1 - no_hit


def _misses_stay(n_items, n_relevant, k):
    return 1 - math.prod((n_items - n_relevant) / (n_items - seen) for seen in range(min(k, n_items)))


def _exactly_one(n_items, n_relevant, k):
    k = min(k, n_items)
    return n_relevant * math.comb(n_items - n_relevant, k - 1) / math.comb(n_items, k)


def _kept_and_left_out(ranking, group_of, most):
    count, kept, left_out = {}, [], []
    for path in ranking:
        group = group_of[path]
        count[group] = count.get(group, 0) + 1
        (kept if count[group] <= most else left_out).append(path)
    return kept, left_out


def _not_filled(ranking, group_of, k, most):
    return _kept_and_left_out(ranking, group_of, most)[0][:k]


def _in_old_order(ranking, group_of, k, most):
    page = SOLUTIONS["at_most_each"](ranking, group_of, k, most)
    return [path for path in ranking if path in page]


def _cut_first(ranking, group_of, k, most):
    kept, left_out = _kept_and_left_out(ranking[:k], group_of, most)
    return kept + left_out


def _not_cut(ranking, group_of, k, most):
    kept, left_out = _kept_and_left_out(ranking, group_of, most)
    return kept + left_out[: max(0, k - len(kept))]


def _in_a_row(ranking, group_of, k, most):
    kept, left_out = [], []
    for path in ranking:
        full = len(kept) >= most and all(group_of[other] == group_of[path] for other in kept[-most:])
        (left_out if full else kept).append(path)
    return (kept + left_out)[:k]


TASKS = [
    Exercise(
        solution=SOLUTIONS["graded_quality"],
        cases=graded_rankings,
        bought="Now one right answer can be better than another. With all gains 1 it is the measure of lesson 07.",
        slips={
            "every relevant path counts 1 here; add up the gains.": _every_hit_alike,
            "a path that comes a second time gains nothing.": _repeats_gain_again,
            "a repeat takes up its place: cut after k places first, then look for repeats.": _without_repeats,
            "the largest gain is that of all relevant paths, also if it was not found.": _largest_found,
            "divide by the largest of all gains; the largest that was found may be smaller, or there is none.": (
                _largest_found_if_any
            ),
            "precision divides by k times the largest gain, also where fewer than k results came.": _over_what_came,
            "recall divides by the sum of all gains, also where k places cannot hold them.": _over_best_page,
            "only the first k places count.": _all_places,
            "precision divides by the largest gain as well, for each of the k places.": _only_over_k,
            "the two are swapped: precision comes first.": lambda *case: SOLUTIONS["graded_quality"](*case)[::-1],
        },
        forbidden=MEASURES,
    ),
    Exercise(
        solution=SOLUTIONS["average_precision_at"],
        cases=rankings_and_k,
        bought="A perfect page now gets 1, however small the page is.",
        slips={
            "that divides by all relevant paths; a page of k places cannot hold more than k.": (
                lambda truth, ranking, k: sum(_precisions_at_hits(truth, ranking[:k])) / len(truth)
            ),
            "divide by what a perfect page would hold, not by the number of hits found.": _over_found,
            "divide by what a perfect page would hold; the hits found may be fewer, or none at all.": _over_found_if_any,
            "how many results came does not count: a perfect page would not be shorter for that.": _over_page_that_came,
            "that divides by k, also where fewer than k paths are relevant.": (
                lambda truth, ranking, k: sum(_precisions_at_hits(truth, ranking[:k])) / k
            ),
            "only the first k places count.": (
                lambda truth, ranking, k: sum(_precisions_at_hits(truth, ranking)) / min(k, len(truth))
            ),
            "a path that comes a second time is a miss.": _repeats_hit_again,
            "a repeat takes up its place; here it was taken out of the ranking.": (
                lambda truth, ranking, k: SOLUTIONS["average_precision_at"](truth, _once(ranking), k)
            ),
            "at a hit, the hit itself counts, and places count from 1.": _from_zero,
            "that is the share of a perfect page's hits: the order does not count in it.": (
                lambda truth, ranking, k: len(truth & set(ranking[:k])) / min(k, len(truth))
            ),
        },
        forbidden=MEASURES,
    ),
    Exercise(
        solution=SOLUTIONS["precision_under_budget"],
        cases=rankings_and_minutes,
        bought="k is no longer a number that somebody made up: the visitor's time decides it.",
        slips={
            "at the first result that does not fit we stop; here it was skipped.": _skips,
            "the result that does not fit is not looked at.": _one_too_many,
            "a result that uses up the budget exactly still fits.": _must_be_less,
            "precision divides by how many were looked at, not by the length of the ranking.": _over_all,
            "precision divides by how many were looked at; this is recall.": _as_recall,
            "the minutes of all results so far count together, not each alone.": _each_alone,
            "the two are swapped: precision comes first.": (
                lambda *case: SOLUTIONS["precision_under_budget"](*case)[::-1]
            ),
        },
        forbidden=MEASURES,
    ),
    Exercise(
        solution=SOLUTIONS["chance_of_a_hit"],
        cases=shelves,
        bought="Whenever somebody praises a hit rate, you can say what luck alone would reach.",
        slips={
            "if nothing is relevant, there is no hit, however large k is.": (
                lambda n_items, n_relevant, k: (
                    1 if k > n_items else SOLUTIONS["chance_of_a_hit"](n_items, n_relevant, k)
                )
            ),
            "that is the probability of no hit at all.": lambda *case: 1 - SOLUTIONS["chance_of_a_hit"](*case),
            "each item stands in one place only: after each look there is one less.": (
                lambda n_items, n_relevant, k: 1 - (1 - n_relevant / n_items) ** k
            ),
            "the denominator must shrink too: after each look one item less is left.": _fixed_pile,
            "the numerator must shrink too: what was seen before is not looked at again.": _misses_stay,
            "that is how many hits can be expected, not the probability of at least one.": (
                lambda n_items, n_relevant, k: min(k, n_items) * n_relevant / n_items
            ),
            "probabilities of places cannot be added up, not even up to 1.": (
                lambda n_items, n_relevant, k: min(1.0, k * n_relevant / n_items)
            ),
            "k times the share of relevant items is no probability: it can be larger than 1.": (
                lambda n_items, n_relevant, k: k * n_relevant / n_items
            ),
            "that is the probability of exactly one hit; two or more count as well.": _exactly_one,
            "that is the probability for one single place.": lambda n_items, n_relevant, k: n_relevant / n_items,
        },
        forbidden=(random_baseline,),
    ),
    Exercise(
        solution=SOLUTIONS["at_most_each"],
        cases=rankings_and_groups,
        bought="A page now offers a choice, without one look at a vector.",
        slips={
            "where fewer than k were kept, fill up with those left out.": _not_filled,
            "those left out fill the page up at its end; here the whole page is in the old order.": _in_old_order,
            "go down the whole ranking; here only its first k paths were looked at.": _cut_first,
            "only k paths are wanted, also where more were kept.": _not_cut,
            "the quota holds for the whole page, not only for neighbours in a row.": _in_a_row,
            "that lets one more of each group in: `most` is how many there may be.": (
                lambda ranking, group_of, k, most: SOLUTIONS["at_most_each"](ranking, group_of, k, most + 1)
            ),
            "these are simply the first k; no group has a limit.": lambda ranking, group_of, k, most: ranking[:k],
        },
    ),
]
