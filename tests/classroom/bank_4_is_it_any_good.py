"""Answers to the tasks of assignment 4."""

import math
from itertools import accumulate

import numpy as np

from imsearch_helpers import average_precision, evaluate_search, ndcg, random_baseline
from imsearch_helpers.exercises.notebook_07 import mean_of_precisions


def _graded_by_places(gains, ranking, k):
    total = 0
    for i in range(min(k, len(ranking))):
        if ranking[i] in gains and ranking[i] not in ranking[:i]:
            total += gains[ranking[i]]
    return total / k / max(gains.values()), total / sum(gains.values())


def _graded(total, gains, k):
    return [total / (k * max(gains.values())), total / sum(gains.values())]


def _graded_with_list(gains, ranking, k):
    return np.array(_graded(sum(gains[path] for path in gains if path in ranking[:k]), gains, k))


def _counts_hits(gains, ranking, k):
    hits = sum(path in ranking[:k] for path in gains)
    return hits / k, hits / len(gains)


def _all_gain(gains, ranking, k):
    total = 0
    for path in ranking[:k]:
        total += gains.get(path, 0)
    return _graded(total, gains, k)


def _cleans_first(gains, ranking, k):
    clean = []
    for path in ranking:
        if path not in clean:
            clean.append(path)
    return _graded(sum(gains.get(path, 0) for path in clean[:k]), gains, k)


def _relative_to_the_found(gains, ranking, k):
    shown = [gains.get(path, 0) for path in set(ranking[:k])]
    return sum(shown) / (k * (max(shown, default=0) or 1)), sum(shown) / sum(gains.values())


def _relative_to_the_best_hit(gains, ranking, k):
    hits = [gains[path] for path in dict.fromkeys(ranking[:k]) if path in gains]
    return sum(hits) / (max(hits) * k), sum(hits) / sum(gains.values())


def _per_result(gains, ranking, k):
    total = _graded_by_places(gains, ranking, k)[1] * sum(gains.values())
    return total / (max(gains.values()) * (len(ranking[:k]) or 1)), total / sum(gains.values())


def _against_the_ideal(gains, ranking, k):
    precision, recall = _graded_by_places(gains, ranking, k)
    return precision, recall * sum(gains.values()) / sum(sorted(gains.values(), reverse=True)[:k])


def _uses_up_the_gains(gains, ranking, k):
    largest, everything = max(gains.values()), sum(gains.values())
    total = sum(gains.pop(path, 0) for path in ranking[:k])
    return total / (k * largest), total / everything


def _prints_graded(gains, ranking, k):
    print(_graded_by_places(gains, ranking, k))


def _by_search(gains, ranking, k):
    return tuple(evaluate_search(gains, ranking, k))


def _ap_by_sets(truth, ranking, k):
    total = 0
    for place in range(1, min(k, len(ranking)) + 1):
        before, now = truth.intersection(ranking[: place - 1]), truth.intersection(ranking[:place])
        total += len(now) / place * (len(now) > len(before))
    return total / min(len(truth), k)


def _ap_by_arrays(truth, ranking, k):
    hits = np.array([path in truth and path not in ranking[:i] for i, path in enumerate(ranking[:k])], dtype=float)
    return (hits * hits.cumsum() / np.arange(1, len(hits) + 1)).sum() / min(k, len(truth))


def _ap_repeats(truth, ranking, k):
    hits, total = 0, 0
    for place, path in enumerate(ranking[:k], 1):
        if path in truth:
            hits += 1
            total += hits / place
    return total / min(k, len(truth))


def _ap_of_the_found(truth, ranking, k):
    found = len(truth.intersection(ranking[:k]))
    return _ap_by_sets(truth, ranking, k) * min(k, len(truth)) / found if found else 0


def _ap_mean_of_hits(truth, ranking, k):
    precisions, found = [], []
    for place, path in enumerate(ranking[:k], 1):
        if path in truth and path not in found:
            found.append(path)
            precisions.append(len(found) / place)
    return sum(precisions) / len(precisions)


def _ap_of_a_short_page(truth, ranking, k):
    return _ap_by_sets(truth, ranking, k) * min(k, len(truth)) / min(k, len(truth), len(ranking))


def _ap_counts_from_zero(truth, ranking, k):
    new = [path in truth and path not in ranking[:i] for i, path in enumerate(ranking[:k])]
    return sum(sum(new[:i]) / max(i, 1) for i, hit in enumerate(new) if hit) / min(k, len(truth))


def _ap_removes_the_found(truth, ranking, k):
    n_relevant, hits, total = len(truth), 0, 0
    for place, path in enumerate(ranking[:k], 1):
        if path in truth:
            truth.discard(path)
            hits += 1
            total += hits / place
    return total / min(k, n_relevant)


def _budget_by_sums(truth, ranking, minutes, budget):
    sums = np.cumsum([minutes[path] for path in ranking])
    count = int((sums <= budget).sum())
    return (np.mean([path in truth for path in ranking[:count]]) if count else 0.0), count


def _budget_by_while(truth, ranking, minutes, budget):
    count = 0
    while count < len(ranking) and sum(minutes[path] for path in ranking[: count + 1]) <= budget:
        count += 1
    return (len(truth.intersection(ranking[:count])) / count, count) if count else (0.0, 0)


def _budget_skips(truth, ranking, minutes, budget):
    shown = []
    for path in ranking:
        if minutes[path] <= budget:
            budget -= minutes[path]
            shown.append(path)
    return len(truth & set(shown)) / (len(shown) or 1), len(shown)


def _budget_strict(truth, ranking, minutes, budget):
    count = sum(used < budget for used in accumulate(minutes[path] for path in ranking))
    return len(truth & set(ranking[:count])) / (count or 1), count


def _budget_with_the_last(truth, ranking, minutes, budget):
    count = min(len(ranking), 1 + sum(used <= budget for used in accumulate(minutes[path] for path in ranking)))
    return len(truth & set(ranking[:count])) / count, count


def _budget_divided(by):
    def divided(truth, ranking, minutes, budget):
        precision, count = _budget_by_while(truth, ranking, minutes, budget)
        return precision * count / len(by(truth, ranking)), count

    return divided


def _budget_each(truth, ranking, minutes, budget):
    shown = list(filter(lambda path: minutes[path] <= budget, ranking))
    return len(truth & set(shown)) / (len(shown) or 1), len(shown)


def _budget_pops(truth, ranking, minutes, budget):
    count = hits = 0
    while ranking and minutes[ranking[0]] <= budget:
        path = ranking.pop(0)
        budget -= minutes[path]
        count, hits = count + 1, hits + (path in truth)
    return (hits / count, count) if count else (0.0, 0)


def _budget_without_zero(truth, ranking, minutes, budget):
    count = sum(used <= budget for used in accumulate(minutes[path] for path in ranking))
    return len(truth & set(ranking[:count])) / count, count


def _budget_by_search(truth, ranking, minutes, budget):
    count = sum(used <= budget for used in accumulate(minutes[path] for path in ranking))
    return evaluate_search(truth, ranking, count).precision if count else 0.0, count


def _chance_by_counting(n_items, n_relevant, k):
    k = min(k, n_items)
    return 1 - math.comb(n_items - n_relevant, k) / math.comb(n_items, k)


def _chance_by_arrays(n_items, n_relevant, k):
    seen = np.arange(min(k, n_items))
    return 1 - np.prod((n_items - n_relevant - seen) / (n_items - seen))


def _chance_first_hit(n_items, n_relevant, k):
    total, none_yet = 0, 1
    for left in range(n_items, max(0, n_items - k), -1):
        total += none_yet * n_relevant / left
        none_yet *= 1 - n_relevant / left
        if none_yet <= 0:
            break
    return total


def _chance_without_end(n_items, n_relevant, k):
    miss = 1
    for seen in range(k):
        miss *= (n_items - n_relevant - seen) / (n_items - seen)
    return 1 - miss


def _chance_of_none(n_items, n_relevant, k):
    return math.comb(n_items - n_relevant, min(k, n_items)) / math.comb(n_items, min(k, n_items))


def _chance_same_pile(n_items, n_relevant, k):
    miss = 1
    for seen in range(min(n_items, k)):
        miss *= (n_items - n_relevant - seen) / n_items
    return 1 - miss


def _chance_same_misses(n_items, n_relevant, k):
    miss, left = 1, n_items
    while left > max(0, n_items - k):
        miss *= (n_items - n_relevant) / left
        left -= 1
    return 1 - miss


def _chance_all_seen(n_items, n_relevant, k):
    return 1 if k >= n_items else _chance_by_counting(n_items, n_relevant, k)


def _chance_of_one(n_items, n_relevant, k):
    k = min(k, n_items)
    return math.comb(n_relevant, 1) * math.comb(n_items - n_relevant, k - 1) / math.comb(n_items, k)


def _chance_by_trying(n_items, n_relevant, k):
    rng = np.random.default_rng(1)
    return np.mean([min(rng.permutation(n_items)[:n_relevant], default=k) < k for _ in range(300)])


def _chance_prints(n_items, n_relevant, k):
    print(_chance_by_counting(n_items, n_relevant, k))


def _quota_by_count(ranking, group_of, k, most):
    groups = [group_of[path] for path in ranking]
    allowed = [groups[:i].count(group) < most for i, group in enumerate(groups)]
    first = [path for path, is_kept in zip(ranking, allowed) if is_kept]
    return (first + [path for path in ranking if path not in first])[:k]


def _quota_by_sort(ranking, group_of, k, most):
    groups = [group_of[path] for path in ranking]
    late = np.array([groups[:i].count(group) >= most for i, group in enumerate(groups)])
    return [ranking[i] for i in np.argsort(late, kind="stable")[:k]]


def _quota_short(ranking, group_of, k, most):
    page, count = [], {}
    for path in ranking:
        if len(page) < k and count.get(group_of[path], 0) < most:
            page.append(path)
            count[group_of[path]] = count.get(group_of[path], 0) + 1
    return page


def _quota_long(ranking, group_of, k, most):
    page = _quota_short(ranking, group_of, len(ranking), most)
    for path in ranking:
        if len(page) < k and path not in page:
            page.append(path)
    return page


def _quota_neighbours(ranking, group_of, k, most):
    page = []
    for path in ranking:
        last = [group_of[other] for other in page[max(0, len(page) - most) :]]
        if last != [group_of[path]] * most:
            page.append(path)
    return (page + [path for path in ranking if path not in page])[:k]


def _quota_removes(ranking, group_of, k, most):
    page = _quota_short(ranking, group_of, k, most)
    while len(page) < k and any(path not in page for path in ranking):
        page.append(next(path for path in ranking if path not in page))
        ranking.remove(page[-1])
    return page


def _quota_prints(ranking, group_of, k, most):
    print(_quota_by_count(ranking, group_of, k, most))


RIGHT = {
    "graded_quality": [_graded_by_places, _graded_with_list],
    "average_precision_at": [_ap_by_sets, _ap_by_arrays],
    "precision_under_budget": [_budget_by_sums, _budget_by_while],
    "chance_of_a_hit": [_chance_by_counting, _chance_by_arrays, _chance_first_hit],
    "at_most_each": [_quota_by_count, _quota_by_sort],
}

WRONG = {
    "graded_quality": [
        (_counts_hits, "add up the gains"),
        (_all_gain, "comes a second time gains nothing"),
        (_cleans_first, "takes up its place"),
        (_relative_to_the_found, "also if it was not found"),
        (_relative_to_the_best_hit, "may be smaller, or there is none"),
        (_per_result, "also where fewer than k results"),
        (_against_the_ideal, "k places cannot hold them"),
        (lambda gains, ranking, k: _graded_by_places(gains, ranking, len(ranking) or 1), "Expected:  (0.5, 0.75)\nCame:      (0.375, 0.75)"),
        (
            lambda gains, ranking, k: _graded(sum(gains.get(path, 0) for path in {*ranking}), gains, k),
            "only the first k places count",
        ),
        (
            lambda gains, ranking, k: (
                _graded_by_places(gains, ranking, k)[0] * max(gains.values()),
                _graded_by_places(gains, ranking, k)[1],
            ),
            "divides by the largest gain as well",
        ),
        (lambda gains, ranking, k: tuple(reversed(_graded_by_places(gains, ranking, k))), "swapped"),
        (lambda gains, ranking, k: _graded_by_places(gains, ranking, k)[0], "It should be 2 values"),
        (lambda gains, ranking, k: sum(gains[path] for path in ranking[:k]) / k, "KeyError"),
        (_prints_graded, "prints, but returns nothing"),
        (_uses_up_the_gains, "changed its input"),
        (_by_search, "the package's own function"),
        (lambda gains, ranking, k: (ndcg(gains, ranking, k), 1.0), "the package's own function"),
    ],
    "average_precision_at": [
        (
            lambda truth, ranking, k: _ap_by_sets(truth, ranking, k) * min(k, len(truth)) / len(truth),
            "all relevant paths",
        ),
        (_ap_of_the_found, "not by the number of hits found"),
        (_ap_mean_of_hits, "may be fewer, or none at all"),
        (_ap_of_a_short_page, "how many results came does not count"),
        (lambda truth, ranking, k: _ap_by_sets(truth, ranking, k) * min(k, len(truth)) / k, "divides by k, also where"),
        (
            lambda truth, ranking, k: (
                _ap_by_sets(truth, ranking, len(ranking)) * min(len(ranking), len(truth)) / min(k, len(truth))
            ),
            "only the first k places count",
        ),
        (_ap_repeats, "a second time is a miss"),
        (
            lambda truth, ranking, k: _ap_repeats(truth, sorted(set(ranking), key=ranking.index), k),
            "taken out of the ranking",
        ),
        (_ap_counts_from_zero, "places count from 1"),
        (
            lambda truth, ranking, k: len(truth.intersection(ranking[:k])) / min(k, len(truth)),
            "the order does not count",
        ),
        (lambda truth, ranking, k: print(_ap_by_sets(truth, ranking, k)), "prints, but returns nothing"),
        (_ap_removes_the_found, "changed its input"),
        (lambda truth, ranking, k: average_precision(truth, ranking[:k]), "the package's own function"),
        (lambda truth, ranking, k: mean_of_precisions(truth, ranking[:k]), "the package's own function"),
    ],
    "precision_under_budget": [
        (_budget_skips, "here it was skipped"),
        (_budget_with_the_last, "that does not fit is not looked at"),
        (_budget_strict, "exactly still fits"),
        (_budget_divided(lambda truth, ranking: ranking), "not by the length of the ranking"),
        (_budget_divided(lambda truth, ranking: truth), "this is recall"),
        (_budget_each, "not each alone"),
        (lambda *case: tuple(reversed(_budget_by_while(*case))), "swapped"),
        (_budget_without_zero, "ZeroDivisionError"),
        (lambda truth, ranking, minutes, budget: _budget_by_while(truth, ranking, minutes, budget)[0], "It should be 2 values"),
        (lambda truth, ranking, minutes, budget: print(0.5, 2), "prints, but returns nothing"),
        (_budget_pops, "changed its input"),
        (_budget_by_search, "the package's own function"),
    ],
    "chance_of_a_hit": [
        (_chance_of_none, "no hit at all"),
        (lambda n_items, n_relevant, k: 1 - ((n_items - n_relevant) / n_items) ** k, "there is one less"),
        (_chance_same_pile, "the denominator must shrink too"),
        (_chance_same_misses, "the numerator must shrink too"),
        (_chance_all_seen, "if nothing is relevant, there is no hit"),
        (lambda n_items, n_relevant, k: n_relevant / n_items * k, "it can be larger than 1"),
        (lambda n_items, n_relevant, k: n_relevant * (min(k, n_items) / n_items), "how many hits can be expected"),
        (lambda n_items, n_relevant, k: min(1, n_relevant / n_items * k), "cannot be added up"),
        (_chance_of_one, "exactly one hit"),
        (lambda n_items, n_relevant, k: n_relevant / n_items, "one single place"),
        (_chance_without_end, "ZeroDivisionError"),
        (_chance_by_trying, "Expected:  0.7\nCame:      0.6767"),
        (_chance_prints, "prints, but returns nothing"),
        (lambda n_items, n_relevant, k: random_baseline(n_items, n_relevant, k).recall, "the package's own function"),
    ],
    "at_most_each": [
        (lambda ranking, group_of, k, most: _quota_by_count(list(group_of), group_of, k, most), "Expected:"),
        (_quota_short, "fill up with those left out"),
        (
            lambda ranking, group_of, k, most: sorted(_quota_by_count(ranking, group_of, k, most), key=ranking.index),
            "the whole page is in the old order",
        ),
        (lambda ranking, group_of, k, most: _quota_by_count(ranking[:k], group_of, k, most), "only its first k paths"),
        (_quota_long, "only k paths are wanted"),
        (_quota_neighbours, "not only for neighbours"),
        (lambda ranking, group_of, k, most: _quota_by_count(ranking, group_of, k, most + 1), "one more of each group"),
        (lambda ranking, group_of, k, most: ranking[:k], "no group has a limit"),
        (lambda ranking, group_of, k, most: set(_quota_by_count(ranking, group_of, k, most)), "Came:      {"),
        (_quota_prints, "prints, but returns nothing"),
        (_quota_removes, "changed its input"),
    ],
}
