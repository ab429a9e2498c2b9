"""Answers to the tasks of assignments 1 to 4 that are right, but written in an unusual way: a check must not ask for one way of writing."""

import bisect
import functools
import heapq
import itertools
import math
import operator
import statistics
from collections import Counter, defaultdict, deque
from fractions import Fraction

import numpy as np

# 1_vectors


def _planes_by_strides(vector, size):
    n = size[0] * size[1]
    whole = [min(255, max(0, round(float(x) * 255))) for x in vector]
    return np.array([whole[place::n] for place in range(n)], np.uint8).reshape(size[1], size[0], 3)


def _planes_by_dstack(vector, size):
    planes = np.split(np.asarray(vector, dtype=np.float32), 3)
    return np.dstack([(np.minimum(np.maximum(plane, 0), 1) * 255).round().reshape(*size[::-1]) for plane in planes])


def _planes_in_fortran_order(vector, size):
    return np.around(255.0 * np.clip(vector, 0, 1)).astype("u1").reshape((*size, 3), order="F").swapaxes(0, 1)


def _planes_as_lists(vector, size):
    width, height = size
    number = lambda c, y, x: int(np.clip(np.rint(vector[(c * height + y) * width + x] * 255), 0, 255))
    return [[[number(c, y, x) for c in range(3)] for x in range(width)] for y in range(height)]


def _weights_by_bincount(picture, weights, bins):
    places = (picture.astype(np.uint32) * bins >> 8) + np.arange(3, dtype=np.uint32) * bins
    counts = np.bincount(places.ravel(), np.repeat(weights, 3), minlength=3 * bins)
    return counts / counts.sum() if np.any(weights) else counts


def _weights_by_masks(picture, weights, bins):
    which = np.floor(picture / 256 * bins)
    total = weights.sum() * 3
    return [float(weights[which[..., c] == b].sum() / total) if total else 0.0 for c in (0, 1, 2) for b in range(bins)]


def _weights_exactly(picture, weights, bins):
    sums = Counter()
    for pixel, weight in zip(picture.reshape(-1, 3).tolist(), weights.ravel().tolist()):
        sums.update({(c, value * bins // 256): Fraction(weight) for c, value in enumerate(pixel)} if weight else {})
    total = sum(sums.values())
    return np.array([float(sums[c, b] / total) if total else 0 for c in range(3) for b in range(bins)])


def _weights_by_a_product(picture, weights, bins):
    one_hot = (picture.astype(int) * bins // 256)[..., None] == np.arange(bins)  # (height, width, 3, bins)
    sums = np.einsum("yx,yxcb->cb", weights, one_hot)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(sums / sums.sum()).flatten()


def _chroma_by_histogram2d(picture, bins):
    pixels = picture.reshape(-1, 3).astype(np.int64)
    s = pixels.sum(axis=1)
    red, green = (np.minimum(pixels[s > 0, c] * bins // s[s > 0], bins - 1) for c in (0, 1))
    table = np.histogram2d(red, green, bins=[np.arange(bins + 1)] * 2)[0]
    return table.ravel() / max(table.sum(), 1.0)


def _chroma_by_counter(picture, bins):
    def box(pixel):
        r, g = (bins - 1 if value == sum(pixel) else value * bins // sum(pixel) for value in pixel[:2])
        return r * bins + g

    counts = Counter(box(pixel) for pixel in picture.reshape(-1, 3).tolist() if any(pixel))
    return [counts[b] / (sum(counts.values()) or 1) for b in range(bins**2)]


def _chroma_by_fractions(picture, bins):
    shares = np.zeros((bins, bins))
    lit = [tuple(map(int, p)) for row in picture for p in row if max(p) > 0]
    for r, g, b in lit:
        x, y = (min(math.floor(Fraction(v * bins, r + g + b)), bins - 1) for v in (r, g))
        shares[x][y] += 1 / len(lit)
    return shares.reshape(bins * bins)


def _chroma_by_unique(picture, bins):
    out = np.zeros(bins * bins, np.float32)
    p = picture[picture.max(axis=2) > 0].astype(np.uint64)
    if len(p):
        where, n = np.unique(np.clip(p[:, 0] * bins // p.sum(1), 0, bins - 1) * bins + np.clip(p[:, 1] * bins // p.sum(1), 0, bins - 1), return_counts=True)
        out[where.astype(int)] = n / n.sum()
    return out


def _edges_by_heap(values, bins):
    return [heapq.nsmallest(k * len(values) // bins + 1, values.tolist())[-1] for k in range(1, bins)]


def _edges_by_counting(values, bins):
    place = lambda k: k * len(values) // bins
    return [next(v for v in values if (values < v).sum() <= place(k) < (values <= v).sum()) for k in range(1, bins)]


def _edges_by_quantile(values, bins):
    n = len(values)
    return np.sort(values)[np.arange(1, bins) * n // bins] if bins > 1 else []


def _edges_by_insertion(values, bins):
    ordered = []
    for value in values:
        bisect.insort(ordered, value)
    return tuple(ordered[math.floor(Fraction(k * len(ordered), bins))] for k in range(1, bins))


def _bins_by_statistics(qualities, tolerance):
    quality = {number: statistics.fmean(many) for number, many in qualities.items()}
    best = max(quality, key=quality.get)
    return next(number for number in sorted(quality) if quality[best] - tolerance <= quality[number])


def _bins_by_arrays(qualities, tolerance):
    keys = np.array(list(qualities))
    means = np.array([np.mean(qualities[key]) for key in keys])
    return keys[means >= means.max() - tolerance].min()


def _bins_by_reduce(qualities, tolerance):
    least = max(sum(many) / len(many) for many in qualities.values()) - tolerance
    fits = lambda number: sum(qualities[number]) / len(qualities[number]) >= least
    return functools.reduce(lambda a, b: b if fits(b) and (not fits(a) or b < a) else a, qualities)


def _bins_downwards(qualities, tolerance):
    best, answer = max(map(np.average, qualities.values())), None
    for number in sorted(qualities, reverse=True):
        if not np.average(qualities[number]) < best - tolerance:
            answer = number
    return int(answer)


# 2_near_and_far


def _weighted_by_a_diagonal(v1, v2, weights):
    a, b, w = (np.asarray(x, dtype=np.float64) for x in (v1, v2, weights))
    lengths = math.sqrt(a @ np.diag(w) @ a) * math.sqrt(b @ np.diag(w) @ b)
    return float(a @ np.diag(w) @ b / lengths) if lengths else 0


def _weighted_by_average(v1, v2, weights):
    if not (weights * np.float64(v1) ** 2).any() or not (weights * np.float64(v2) ** 2).any():
        return 0.0
    mean = lambda x, y: np.average(x.astype(float) * y, weights=weights)
    return mean(v1, v2) / np.sqrt(mean(v1, v1) * mean(v2, v2))


def _weighted_by_fsum(v1, v2, weights):
    dot = lambda x, y: math.fsum(float(w) * float(a) * float(b) for w, a, b in zip(weights, x, y))
    try:
        return dot(v1, v2) / dot(v1, v1) ** 0.5 / dot(v2, v2) ** 0.5
    except ZeroDivisionError:
        return 0.0


def _weighted_by_einsum(v1, v2, weights):
    both = np.array([v1, v2], dtype=float)
    gram = np.einsum("in,jn,n->ij", both, both, weights)
    with np.errstate(all="ignore"):
        return np.nan_to_num(gram[0, 1] / np.sqrt(gram[0, 0] * gram[1, 1]))


def _light_by_lstsq(v1, v2):
    a, b = v1.astype(float)[:, None], v2.astype(float)
    [factor], *_ = np.linalg.lstsq(a, b, rcond=None)
    return [factor, float(np.sqrt(np.square(a[:, 0] * factor - b).sum()))]


def _light_by_pinv(v1, v2):
    factor = float(np.linalg.pinv(np.float64(v1).reshape(1, -1)).T.ravel() @ np.float64(v2))
    return np.array([factor, math.dist(factor * np.float64(v1), np.float64(v2))])


def _light_in_plain_python(v1, v2):
    v1, v2 = list(map(float, v1)), list(map(float, v2))
    factor = sum(map(operator.mul, v1, v2)) / (sum(x * x for x in v1) or 1)
    return factor, sum((factor * x - y) ** 2 for x, y in zip(v1, v2)) ** 0.5


def _light_by_a_projection(v1, v2):
    v1, v2 = v1 * 1.0, v2 * 1.0
    if np.count_nonzero(v1) == 0:
        return 0, np.linalg.norm(v2)
    unit = v1 / np.linalg.norm(v1)
    shadow = np.dot(unit, v2)
    return shadow / np.linalg.norm(v1), np.linalg.norm(v2 - shadow * unit)


def _haze_by_polyfit(v1, v2):
    if len(set(v1.tolist())) == 1:
        return 0.0, float(v2.mean())
    return tuple(np.polyfit(v1.astype(float), v2.astype(float), 1))


def _haze_by_statistics(v1, v2):
    x, y = v1.tolist(), v2.tolist()
    if min(x) == max(x):
        return (0, statistics.mean(y))
    line = statistics.linear_regression(list(map(float, x)), list(map(float, y)))
    return line.slope, line.intercept


def _haze_by_lstsq(v1, v2):
    if np.ptp(v1) == 0:
        return np.array([0.0, np.mean(v2)])
    return np.linalg.lstsq(np.column_stack([v1, np.ones(len(v1))]), v2.astype(float), rcond=None)[0]


def _haze_by_correlation(v1, v2):
    if v1.std() == 0:
        return 0.0, v2.mean()
    factor = np.nan_to_num(np.corrcoef(v1, v2)[0, 1]) * v2.std() / v1.std() if v2.std() else 0.0
    return [factor, v2.mean() - factor * v1.mean()]


def _table_by_a_gram_matrix(queries, vectors):
    everything = np.concatenate([queries, vectors], axis=0, dtype=float)
    gram, n = everything @ everything.T, len(queries)
    squares = np.diagonal(gram)
    return np.sqrt(np.clip(squares[:n, None] - 2 * gram[:n, n:] + squares[None, n:], 0, None))


def _table_by_einsum(queries, vectors):
    q, v = np.float64(queries), np.float64(vectors)
    squared = np.add.outer(np.einsum("ij,ij->i", q, q), np.einsum("ij,ij->i", v, v)) - 2 * np.inner(q, v)
    squared[squared < 0] = 0
    return squared**0.5


def _table_by_blocks_of_one(queries, vectors):
    q, v = queries.astype("float64"), vectors.astype("float64")
    product = np.tensordot(q, v, axes=(1, 1))
    return np.sqrt(np.abs(np.square(np.linalg.norm(q, axis=1))[:, np.newaxis] + np.square(np.linalg.norm(v, axis=1)) - 2 * product) * (
        np.square(np.linalg.norm(q, axis=1))[:, np.newaxis] + np.square(np.linalg.norm(v, axis=1)) > 2 * product))  # fmt: skip


def _table_by_hypot_of_the_rest(queries, vectors):
    q, v = queries + 0.0, vectors + 0.0
    q, v = q.astype(float), v.astype(float)
    return np.emath.sqrt(np.maximum(0.0, (q * q).sum(1).reshape(-1, 1) + (v * v).sum(1) - (q @ v.T) - (q @ v.T))).real


def _places_by_lexsort(scores, paths):
    order = np.lexsort((np.array(paths), -np.asarray(scores, dtype=float)))
    places = np.empty(len(paths), dtype=int)
    places[order] = np.arange(1, len(paths) + 1)
    return places


def _places_by_two_stable_sorts(scores, paths):
    names = sorted(range(len(paths)), key=paths.__getitem__)
    best = sorted(names, key=lambda i: scores[i], reverse=True)
    return [best.index(i) + 1 for i in range(len(paths))]


def _places_by_bisect(scores, paths):
    keys = sorted(zip((-scores).tolist(), paths))
    return tuple(bisect.bisect_left(keys, (-score, path)) + 1 for score, path in zip(scores.tolist(), paths))


def _places_by_heap(scores, paths):
    heap = [(-float(score), path, i) for i, (score, path) in enumerate(zip(scores, paths))]
    heapq.heapify(heap)
    out = dict.fromkeys(range(len(paths)))
    for place in itertools.count(1):
        if not heap:
            return np.float64(list(out.values()))
        out[heapq.heappop(heap)[2]] = place


# 3_your_engine


def _index_by_zip(vector_of):
    pairs = sorted(((path, vector) for path, vector in vector_of.items() if vector is not None), key=operator.itemgetter(0))
    paths, rows = zip(*pairs)
    rows = np.stack(rows).astype(float)
    norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    norms[norms == 0] = 1
    matrix = np.ascontiguousarray((rows.T / norms).T.astype("f4"))
    return list(paths), matrix, matrix.size * 4


def _index_by_apply(vector_of):
    paths = [path for path in sorted(vector_of) if isinstance(vector_of[path], np.ndarray)]
    unit = lambda row: row / np.linalg.norm(row) if row.any() else row
    matrix = np.apply_along_axis(unit, 1, np.vstack([vector_of[path].astype(float) for path in paths])).astype(np.float32)
    return [paths, matrix, len(matrix.tobytes())]


def _index_by_nan_to_num(vector_of):
    paths = list(filter(lambda path: vector_of[path] is not None, sorted(vector_of.keys())))
    raw = np.float64([vector_of[path] for path in paths])
    with np.errstate(invalid="ignore"):
        matrix = np.nan_to_num(raw / np.sqrt((raw * raw).sum(axis=1))[:, None]).astype(np.float32)
    return paths, matrix, np.prod(matrix.shape) * matrix.itemsize


def _index_by_hypot(vector_of):
    left = dict(sorted(vector_of.items()))
    for path in [path for path in left if left[path] is None]:
        del left[path]
    rows = [[float(x) / (math.hypot(*map(float, vector)) or 1) for x in vector] for vector in left.values()]
    matrix = np.array(rows, dtype=np.float32)
    return list(left), matrix, sum(row.nbytes for row in matrix)


def _like_these_by_a_heap(examples, paths, matrix, top_k):
    unit = [example / (np.linalg.norm(example) or 1) for example in np.float64(examples)]
    score = {path: float(np.mean([row @ one for one in unit])) for path, row in zip(paths, matrix)}
    return heapq.nsmallest(top_k, score.items(), key=lambda pair: (-pair[1], pair[0]))


def _like_these_by_the_mean_wish(examples, paths, matrix, top_k):
    lengths = np.sqrt((np.float64(examples) ** 2).sum(axis=1))
    wish = sum(example / length for example, length in zip(np.float64(examples), lengths) if length) / len(examples)
    scores = (np.float64(matrix) * wish).sum(axis=1)
    return [(paths[i], scores[i]) for i in np.lexsort((range(len(paths)), -scores))][:top_k]


def _like_these_by_taking_the_best(examples, paths, matrix, top_k):
    left = []
    for path, row in zip(paths, matrix.astype(float)):
        total = 0.0
        for example in examples.astype(float):
            length = math.sqrt(float(example @ example))
            total += float(row @ example) / length if length > 0 else 0.0
        left.append([path, total / len(examples)])
    found = []
    while left and len(found) < top_k:
        best = max(left, key=lambda pair: pair[1])  # of equal ones the first
        left.remove(best)
        found.append(tuple(best))
    return found


def _like_these_by_groupwise_sort(examples, paths, matrix, top_k):
    units = np.nan_to_num(np.divide(examples, np.linalg.norm(examples, axis=1)[:, None], where=np.linalg.norm(examples, axis=1)[:, None] > 0,
                                    out=np.zeros(np.shape(examples))))  # fmt: skip
    scores = (matrix @ units.T).mean(axis=1)
    ranked = sorted(zip(paths, scores), key=lambda pair: pair[1], reverse=True)  # stable, and the paths are sorted
    return list(map(list, ranked[:top_k]))


def _fast_by_lexsort(examples, matrix, top_k):
    x = np.asarray(examples, dtype=np.float64)
    n = np.sqrt(np.einsum("ij,ij->i", x, x))
    scores = np.dot(matrix, np.divide(x, n[:, None], out=np.zeros_like(x), where=n[:, None] > 0).mean(0))
    rows = np.lexsort((np.arange(len(matrix)), -scores))[: min(top_k, len(matrix))]
    return rows, np.take(scores, rows)


def _fast_by_weights_of_examples(examples, matrix, top_k):
    lengths = np.linalg.norm(examples.astype(float), axis=1)
    wish = np.average(examples.astype(float), axis=0, weights=None) * 0 + (np.where(lengths, 1 / np.maximum(lengths, 1e-300), 0) @ examples) / len(examples)
    scores = np.inner(wish, matrix)
    order = np.flip(np.argsort(np.flip(scores), kind="stable"))
    rows = (len(scores) - 1 - order)[:top_k]
    return [rows, scores[rows]]


def _fast_by_a_structured_sort(examples, matrix, top_k):
    units = np.nan_to_num(examples / np.sqrt((examples.astype(float) ** 2).sum(axis=1, keepdims=True)))
    scores = np.mean(matrix @ units.T, axis=-1)
    table = np.rec.fromarrays([-scores, np.arange(scores.size)])
    rows = np.argsort(table, order=["f0", "f1"])[:top_k]
    return rows.tolist(), scores[rows].tolist()


def _batch_by_matmul(queries, matrix, top_k):
    q = np.float64(queries)
    n = np.sqrt(np.square(q).sum(-1, keepdims=True))
    scores = np.matmul(q / (n + (n == 0)), matrix.T).mean(axis=1)  # (n_queries, n_images)
    return np.lexsort((np.broadcast_to(np.arange(len(matrix)), scores.shape), -scores), axis=-1)[:, :top_k]


def _batch_by_tensordot(queries, matrix, top_k):
    n = np.linalg.norm(queries, axis=-1)
    units = np.divide(queries, n[..., None], out=np.zeros(queries.shape), where=n[..., None] > 0)
    scores = np.tensordot(units.sum(1) / queries.shape[1], matrix, (1, 1))
    return (len(matrix) - 1 - np.argsort(scores[:, ::-1], kind="stable")[:, ::-1])[:, :top_k]


def _batch_from_the_other_side(queries, matrix, top_k):
    n_queries, n_examples, n_dims = queries.shape
    rows = queries.reshape(-1, n_dims).astype(float)
    lengths = (rows**2).sum(1) ** 0.5
    lengths[lengths == 0] = np.inf
    scores = (matrix @ (rows.T / lengths)).reshape(len(matrix), n_queries, n_examples).sum(-1)  # a sum ranks as the mean does
    return np.argsort(-scores, axis=0, kind="mergesort")[:top_k].T.tolist()


def _likes_in_plain_python(liked, disliked, matrix, weight, top_k):
    def cosine(a, b):
        lengths = math.hypot(*a) * math.hypot(*b)
        return math.fsum(x * y for x, y in zip(a, b)) / lengths if lengths else 0.0

    rows, others = matrix.astype(float).tolist(), [list(map(float, one)) for one in disliked]
    scores = [cosine(row, liked.astype(float).tolist()) - weight * max((cosine(row, one) for one in others), default=0) for row in rows]
    scores = [round(score, 9) for score in scores]
    return sorted(range(len(rows)), key=lambda i: (-scores[i], i))[:top_k]


def _likes_by_maximum_reduce(liked, disliked, matrix, weight, top_k):
    unit = lambda v: v / (np.sqrt(np.dot(v, v)) or 1)
    charges = [matrix @ unit(one.astype(float)) for one in disliked]
    charge = functools.reduce(np.maximum, charges) if charges else np.zeros(len(matrix))
    scores = matrix @ unit(liked.astype(float)) - weight * charge
    return np.lexsort((np.arange(len(matrix)), -scores))[:top_k]


def _likes_with_a_minimum(liked, disliked, matrix, weight, top_k):
    lengths = np.linalg.norm(disliked, axis=1)
    units = np.divide(disliked, lengths[:, None], out=np.zeros(disliked.shape), where=lengths[:, None] > 0)
    minus = np.min(-(units @ matrix.T), axis=0) if units.size else np.zeros(len(matrix))
    length = np.linalg.norm(liked)
    scores = (liked @ matrix.T) / length + weight * minus if length else weight * minus
    return tuple(np.argsort(np.negative(scores), kind="stable").tolist()[:top_k])


# 4_is_it_any_good


def _graded_by_popping(gains, ranking, k):
    left = dict(gains)
    total = math.fsum(left.pop(path, 0) for path in list(ranking)[:k])
    return total / k / max(gains.values()), total / math.fsum(gains.values())


def _graded_by_fractions(gains, ranking, k):
    first = dict.fromkeys(itertools.islice(ranking, k))
    total = sum((Fraction(gains[path]) for path in first.keys() & gains.keys()), Fraction())
    return [float(total / (k * Fraction(max(gains.values())))), float(total / sum(map(Fraction, gains.values())))]


def _graded_by_arrays(gains, ranking, k):
    paths, values = np.array(list(gains)), np.array(list(gains.values()), dtype=float)
    total = values[np.isin(paths, np.array(ranking[:k], dtype=str))].sum()
    return np.array([total / (k * values.max()), total / values.sum()])


def _graded_by_first_places(gains, ranking, k):
    seen = ranking[:k]
    gained = [gains[path] for i, path in enumerate(seen) if path in gains and seen.index(path) == i]
    return sum(gained) / (k * sorted(gains.values())[-1]), sum(gained) / sum(gains.values())


def _ap_by_accumulate(truth, ranking, k):
    first = ranking[:k]
    hits = [path in truth and path not in first[:i] for i, path in enumerate(first)]
    so_far = itertools.accumulate(hits)
    return sum(n / place for place, (n, hit) in enumerate(zip(so_far, hits), 1) if hit) / min(k, len(truth))


def _ap_by_first_places(truth, ranking, k):
    places = sorted(ranking.index(path) + 1 for path in truth.intersection(ranking[:k]))
    return float(sum(Fraction(n + 1, place) for n, place in enumerate(places)) / min(len(truth), k))


def _ap_by_recursion(truth, ranking, k):
    def rest(i, hits, left):
        if i >= min(k, len(ranking)):
            return 0.0
        if ranking[i] in left:
            return (hits + 1) / (i + 1) + rest(i + 1, hits + 1, left - {ranking[i]})
        return rest(i + 1, hits, left)

    return rest(0, 0, frozenset(truth)) / min(k, len(truth))


def _ap_by_numpy(truth, ranking, k):
    left = set(truth)
    hits = np.zeros(len(ranking[:k]))
    for i, path in enumerate(ranking[:k]):
        hits[i] = path in left
        left -= {path}
    return np.float32((np.cumsum(hits) * hits / np.arange(1, len(hits) + 1)).sum() / min(k, len(truth)))


def _budget_by_cumsum(truth, ranking, minutes, budget):
    n = int(np.searchsorted(np.cumsum([minutes[path] for path in ranking]), budget, side="right"))
    return (np.mean([path in truth for path in ranking[:n]]), n) if n else (0, 0)


def _budget_by_takewhile(truth, ranking, minutes, budget):
    totals = itertools.accumulate(minutes[path] for path in ranking)
    looked = [path for path, total in itertools.takewhile(lambda pair: pair[1] <= budget, zip(ranking, totals))]
    return len(truth & set(looked)) / max(len(looked), 1), len(looked)


def _budget_by_spending(truth, ranking, minutes, budget):
    queue, seen = deque(ranking), []
    while queue and sum(minutes[path] for path in [*seen, queue[0]]) <= budget:
        seen.append(queue.popleft())
    return [sum(path in truth for path in seen) / len(seen) if seen else 0.0, len(seen)]


def _budget_from_the_end(truth, ranking, minutes, budget):
    for n in range(len(ranking), 0, -1):
        if sum(map(minutes.get, ranking[:n])) <= budget:
            return 1 - len(set(ranking[:n]) - truth) / n, n
    return 0.0, 0


def _chance_by_comb(n_items, n_relevant, k):
    k = min(k, n_items)
    return 1 - math.comb(n_items - n_relevant, k) / math.comb(n_items, k)


def _chance_by_fractions(n_items, n_relevant, k):
    chances = (Fraction(n_items - n_relevant - i, n_items - i) for i in range(min(n_items, k)))
    return float(1 - math.prod(chances, start=Fraction(1)))


def _chance_by_the_places_of_the_relevant(n_items, n_relevant, k):
    k = k if k < n_items else n_items
    miss = 1.0
    for i in range(n_relevant):
        miss *= max(0, n_items - k - i) / (n_items - i)
    return 1.0 - miss


def _graded_sum_of_chances(n_items, n_relevant, k):
    k = min(k, n_items)
    return sum(math.comb(n_relevant, hits) * math.comb(n_items - n_relevant, k - hits) for hits in range(1, k + 1)) / math.comb(n_items, k)


def _quota_by_places_in_groups(ranking, group_of, k, most):
    seen, place = defaultdict(itertools.count), {}
    for path in ranking:
        place[path] = next(seen[group_of[path]])
    return sorted(ranking, key=lambda path: place[path] >= most)[:k]


def _quota_by_partition(ranking, group_of, k, most):
    kept = [p for i, p in enumerate(ranking) if [group_of[q] for q in ranking[:i]].count(group_of[p]) < most]
    return (kept + [p for p in ranking if p not in kept])[0:k]


def _quota_by_budgets(ranking, group_of, k, most):
    left = dict.fromkeys(group_of.values(), most)
    late, out = deque(), deque()
    for path in ranking:
        left[group_of[path]] -= 1
        (out if left[group_of[path]] >= 0 else late).append(path)
    return tuple(itertools.islice(itertools.chain(out, late), k))


def _quota_by_numpy(ranking, group_of, k, most):
    groups = np.array([group_of[path] for path in ranking])
    nth = np.array([np.count_nonzero(groups[:i] == groups[i]) for i in range(len(groups))])
    return [ranking[i] for i in np.argsort(nth >= most, kind="stable")[:k]]


RIGHT = {
    "read_planes": [_planes_by_strides, _planes_by_dstack, _planes_in_fortran_order, _planes_as_lists],
    "weighted_histogram": [_weights_by_bincount, _weights_by_masks, _weights_exactly, _weights_by_a_product],
    "chroma_histogram": [_chroma_by_histogram2d, _chroma_by_counter, _chroma_by_fractions, _chroma_by_unique],
    "equal_edges": [_edges_by_heap, _edges_by_counting, _edges_by_quantile, _edges_by_insertion],
    "choose_bins": [_bins_by_statistics, _bins_by_arrays, _bins_by_reduce, _bins_downwards],
    "weighted_cosine": [_weighted_by_a_diagonal, _weighted_by_average, _weighted_by_fsum, _weighted_by_einsum],
    "best_light": [_light_by_lstsq, _light_by_pinv, _light_in_plain_python, _light_by_a_projection],
    "light_and_haze": [_haze_by_polyfit, _haze_by_statistics, _haze_by_lstsq, _haze_by_correlation],
    "distance_table": [_table_by_a_gram_matrix, _table_by_einsum, _table_by_blocks_of_one, _table_by_hypot_of_the_rest],
    "places_of": [_places_by_lexsort, _places_by_two_stable_sorts, _places_by_bisect, _places_by_heap],
    "build_index": [_index_by_zip, _index_by_apply, _index_by_nan_to_num, _index_by_hypot],
    "search_like_these": [_like_these_by_a_heap, _like_these_by_the_mean_wish, _like_these_by_taking_the_best, _like_these_by_groupwise_sort],
    "search_fast_like_these": [_fast_by_lexsort, _fast_by_weights_of_examples, _fast_by_a_structured_sort],
    "search_batch_like_these": [_batch_by_matmul, _batch_by_tensordot, _batch_from_the_other_side],
    "like_but_not": [_likes_in_plain_python, _likes_by_maximum_reduce, _likes_with_a_minimum],
    "graded_quality": [_graded_by_popping, _graded_by_fractions, _graded_by_arrays, _graded_by_first_places],
    "average_precision_at": [_ap_by_accumulate, _ap_by_first_places, _ap_by_recursion, _ap_by_numpy],
    "precision_under_budget": [_budget_by_cumsum, _budget_by_takewhile, _budget_by_spending, _budget_from_the_end],
    "chance_of_a_hit": [_chance_by_comb, _chance_by_fractions, _chance_by_the_places_of_the_relevant, _graded_sum_of_chances],
    "at_most_each": [_quota_by_places_in_groups, _quota_by_partition, _quota_by_budgets, _quota_by_numpy],
}

WRONG = {}
