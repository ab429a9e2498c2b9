"""Answers to all exercises that are right, but written in an unusual way: a check must not ask for one way of writing."""

import colorsys
import heapq
import itertools
import math
import re
import statistics
import struct
from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np
from matplotlib.colors import rgb_to_hsv

from imsearch_helpers import image_to_histogram, image_to_root_histogram


def _signed_by_hand(a, b):
    d = a.astype(np.int16)
    d -= b
    return np.abs(d).sum() / d.size


def _joint_in_a_cube(picture, bins):
    c = np.zeros((bins,) * 3)
    np.add.at(c, tuple((picture.reshape(-1, 3).astype(int) * bins // 256).T), 1)
    return (c / c.sum()).flatten()


def _joint_of_different_rows(picture, bins):
    out = np.zeros(bins**3)
    rows, n = np.unique(picture.reshape(-1, 3).astype(np.uint32) * bins // 256, axis=0, return_counts=True)
    out[rows @ [bins * bins, bins, 1]] = n / n.sum()
    return out


def _hue_by_matplotlib(picture, bins):
    h, s, _ = np.moveaxis(rgb_to_hsv(picture / 255), 2, 0)
    n = np.histogram(h[s >= 0.2], bins, (0, 1))[0]
    return n / n.sum() if n.any() else np.zeros(bins)


def _hue_of_whole_numbers(picture, bins):
    hs = [h for h, s, v in (colorsys.rgb_to_hsv(*p) for p in picture.reshape(-1, 3).tolist()) if not s < 0.2]
    return [sum(math.floor(h * bins) == b for h in hs) / (len(hs) or 1) for b in range(bins)]


def _hue_in_float32(picture, bins):
    counts = np.zeros(bins)
    for p in picture.reshape(-1, 3).astype(np.float32) / 255:
        h, s, _ = colorsys.rgb_to_hsv(*p)
        counts[int(h * bins)] += s >= 0.2
    return counts / counts.sum() if counts.sum() else counts


def _grid_in_six_dimensions(picture, rows, columns, bins):
    h, w = (picture.shape[0] // rows, picture.shape[1] // columns)
    which = (
        (picture.astype(int) * bins // 256)
        .reshape(rows, h, columns, w, 3)
        .transpose(0, 2, 4, 1, 3)
        .reshape(rows * columns * 3, -1)
    )
    return np.array([np.bincount(x, minlength=bins) for x in which]).ravel() / picture.size


def _grid_pixel_by_pixel(picture, rows, columns, bins):
    out = np.zeros((rows, columns, 3, bins))
    for y in range(picture.shape[0]):
        for x in range(picture.shape[1]):
            for c in range(3):
                out[y * rows // picture.shape[0], x * columns // picture.shape[1], c, int(picture[y, x, c]) * bins // 256] += 1
    return (out / out.sum()).reshape(-1)


def _grid_by_edges(picture, rows, columns, bins):
    out = []
    for strip in np.array_split(picture, rows):
        for tile in np.array_split(strip, columns, axis=1):
            for c in (0, 1, 2):
                out.extend(float(n) / picture.size for n in np.histogram(tile[..., c], np.arange(bins + 1) * 256 / bins)[0])
    return out


def _cosine_in_float32(v1, v2):
    v1, v2 = (np.float32(v1), np.float32(v2))
    n = np.linalg.norm(v1) * np.linalg.norm(v2)
    return np.dot(v1, v2) / n if n else 0


def _cosine_by_distance(v1, v2):
    v1, v2 = (v1 / 1.0, v2 / 1.0)
    a, b = (math.hypot(*v1), math.hypot(*v2))
    return 0.0 if not a * b else 1 - np.sum((v1 / a - v2 / b) ** 2) / 2


def _cosine_nan_to_zero(v1, v2):
    with np.errstate(all="ignore"):
        return np.nan_to_num(
            np.vdot(v1.astype(float), v2.astype(float))
            / np.sqrt(np.sum(np.square(v1, dtype=float)) * np.sum(np.square(v2, dtype=float)))
        )


def _correlation_unless_level(v1, v2):
    if np.ptp(v1) == 0 or np.ptp(v2) == 0:
        return 0.0
    return np.corrcoef(v1, v2)[0, 1]


def _correlation_with_a_tolerance(v1, v2):
    if np.std(v1) < 1e-09 or np.std(v2) < 1e-09:
        return 0
    return np.mean((v1 - np.mean(v1)) / np.std(v1) * ((v2 - np.mean(v2)) / np.std(v2)))


def _correlation_of_statistics(v1, v2):
    return 0.0 if min(len(set(v1.tolist())), len(set(v2.tolist()))) == 1 else statistics.correlation(v1.tolist(), v2.tolist())


def _a_small_step(query):
    b = query.astype(float)
    b[0] *= 1 + 1e-05
    return (2 * query, b)


def _deletes_in_a_copy(query, results, top_k):
    rest = list(results)
    for i, r in enumerate(rest):
        if r[0] == query:
            del rest[i]
            break
    return rest[:top_k]


def _inner_over_outer(queries, vectors):
    return np.inner(queries.astype(float), vectors.astype(float)) / np.outer(
        np.linalg.norm(queries, axis=1), np.linalg.norm(vectors, axis=1)
    )


def _scores_in_float32(queries, vectors):
    a, b = (np.float32(queries), np.float32(vectors))
    return a / np.sqrt((a * a).sum(1))[:, None] @ (b / np.sqrt((b * b).sum(1))[:, None]).T


def _scores_by_broadcasting(queries, vectors):
    a, b = (queries[:, None].astype(float), vectors[None].astype(float))
    return (a * b).sum(2) / np.sqrt((a**2).sum(2) * (b**2).sum(2))


def _scores_of_both_at_once(queries, vectors):
    both = np.concatenate([queries, vectors]).astype(float)
    table = both @ both.T
    lengths = np.diag(table) ** 0.5
    return (table / lengths / lengths[:, None])[: len(queries), len(queries) :]


def _blocks_into_a_heap(read_rows, n_images, query, k, block):
    pairs = (
        (s, -(start + i))
        for start in range(0, n_images, block)
        for i, s in enumerate((read_rows(start, start + block) @ query).tolist())
    )
    return [-i for _, i in heapq.nlargest(k, pairs)]


def _blocks_into_arrays(read_rows, n_images, query, k, block):
    best, scores, start = (np.empty(0, int), np.empty(0), 0)
    while start < n_images:
        stop = min(n_images, start + block)
        best = np.append(best, np.arange(start, stop))
        scores = np.append(scores, read_rows(start, stop).dot(query))
        keep = np.argsort(-scores, kind="stable")[:k]
        best, scores, start = (best[keep], scores[keep], stop)
    return best


def _row_by_row(read_rows, n_images, query, k, block):
    scores = {row: float(read_rows(row, row + 1)[0] @ query) for row in range(n_images)}
    return tuple(sorted(scores, key=scores.get, reverse=True)[:k])


def _recall_in_plain_python(vectors, copy, query, k):
    true, found = (sorted(range(len(m)), key=lambda i: -(m[i] @ query))[:k] for m in (vectors, copy))
    return sum(i in true for i in found) / k


def _recall_by_thresholds(vectors, copy, query, k):
    s, t = (vectors @ query, copy @ query)
    return np.mean((s >= np.sort(s)[-k])[t >= np.sort(t)[-k]])


def _decide_by_match(outcome, reason, harmless):
    match outcome:
        case "kept":
            return "use"
        case "rejected":
            return "leave out"
        case _:
            for r in reason.split("; "):
                if r not in harmless:
                    return "ask"
            return "use"


def _precisions_of_places(truth, ranking):
    places = [i for i, p in enumerate(ranking, 1) if p in truth]
    return sum((n / place for n, place in enumerate(places, 1))) / len(truth)


def _diverse_from_what_is_left(scores, alike, k, weight):
    taken, left = ([], list(range(len(scores))))
    while len(taken) < k:
        best = max(left, key=lambda i: scores[i] - weight * (scores[i] + (max(alike[i][j] for j in taken) if taken else 0)))
        taken.append(best)
        left.remove(best)
    return taken


def _diverse_with_a_mask(scores, alike, k, weight):
    taken = [int(np.argmax(scores))]
    closest = np.array(alike[taken[0]], dtype=float)
    for _ in range(k - 1):
        gain = np.ma.array((1 - weight) * scores - weight * closest, mask=np.isin(np.arange(len(scores)), taken))
        taken.append(int(gain.argmax()))
        closest = np.maximum(closest, alike[taken[-1]])
    return np.array(taken)


def _diverse_last_of_equals(scores, alike, k, weight):
    taken = []
    for _ in range(k):
        best = None
        for i in range(len(scores)):
            if i in taken:
                continue
            g = (1 - weight) * scores[i] - weight * (np.max(alike[i, taken]) if taken else 0)
            if best is None or g >= best[0]:
                best = (g, i)
        taken.append(best[1])
    return tuple(taken)


def _pairs_by_group(vectors, cell_of, threshold):
    groups = defaultdict(list)
    for i, c in enumerate(cell_of):
        groups[int(c)].append(i)
    unit = vectors / np.sqrt((vectors.astype(float) ** 2).sum(1, keepdims=True))
    return sorted(((i, j) for g in groups.values() for i, j in itertools.combinations(g, 2) if unit[i] @ unit[j] >= threshold))


def _pairs_by_mask(vectors, cell_of, threshold):
    u = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    same_cell = np.equal.outer(cell_of, cell_of)
    return np.argwhere(np.triu((u @ u.T >= threshold) & same_cell, 1))


def _fused_in_a_table(rankings, k):
    paths = sorted({p for r in rankings for p in r})
    table = np.array([[1 / (k + 1 + r.index(p)) if p in r else 0.0 for r in rankings] for p in paths]).sum(axis=1)
    return [(paths[i], table[i]) for i in np.argsort(-table)]


def _fused_by_counter(rankings, k):
    c = Counter()
    for r in rankings:
        c.update({p: 1 / (k + i) for i, p in enumerate(r, 1)})
    return c.most_common()


RIGHT = {
    "is_fooled": [
        lambda query, results, category_of: next((category_of[p] != category_of[query] for p, s in results if p != query)),
        lambda query, results, category_of: np.bool_(
            category_of[max((r for r in results if r.path != query), key=lambda r: r.score).path] != category_of[query]
        ),
        lambda query, results, category_of: int(
            category_of[dict.fromkeys((p for p, _ in results if p != query)).__iter__().__next__()] != category_of[query]
        ),
    ],
    "unflatten": [
        lambda vector, size: np.array(np.split(vector, size[1])),
        lambda vector, size: vector.reshape(size, order="F").T,
        lambda vector, size: np.vstack([vector[row * size[0] :][: size[0]] for row in range(size[1])]),
    ],
    "mean_difference": [
        _signed_by_hand,
        lambda a, b: np.where(a > b, a - b, b - a).mean(),
        lambda a, b: np.linalg.norm((a.astype(float) - b).ravel(), 1) / a.size,
        lambda a, b: math.fsum((abs(x - y) for x, y in zip(a.ravel().tolist(), b.ravel().tolist()))) / a.size,
    ],
    "flatten_by_columns": [
        lambda grid: grid.ravel("F"),
        lambda grid: [v for column in zip(*grid) for v in column],
        lambda grid: tuple(itertools.chain(*zip(*grid.tolist()))),
        lambda grid: np.rot90(grid, -1)[:, ::-1].ravel(),
    ],
    "colour_pixels": [
        lambda pixels: [b / 255 for b in pixels.tobytes()],
        lambda pixels: np.concatenate(pixels).flatten() / 255.0,
        lambda pixels: np.interp(pixels.ravel(), [0, 255], [0, 1]),
        lambda pixels: np.float32(pixels.ravel()) * np.float32(1 / 255),
    ],
    "count_channel": [
        lambda picture, channel, bins: (
            np.bincount((picture[..., channel].astype(np.uint16) * bins // 256).ravel(), minlength=bins) / picture[..., 0].size
        ),
        lambda picture, channel, bins: [
            sum(int(v / 256 * bins) == b for v in picture[:, :, channel].ravel()) / (picture.size / 3) for b in range(bins)
        ],
        lambda picture, channel, bins: (
            np.bincount(np.digitize(picture[:, :, channel].ravel(), [256 * b / bins for b in range(1, bins)]), minlength=bins)
            / len(picture)
            / picture.shape[1]
        ),
        lambda picture, channel, bins: [
            Counter(int(v) * bins // 256 for row in picture for v in row[:, channel])[b] / (picture.size // 3)
            for b in range(bins)
        ],
    ],
    "joint_histogram": [
        _joint_in_a_cube,
        _joint_of_different_rows,
        lambda picture, bins: [
            Counter(int(v) for v in (picture.reshape(-1, 3) * (bins / 256)).astype(int) @ [bins**2, bins, 1])[i]
            * 3
            / picture.size
            for i in range(bins**3)
        ],
    ],
    "hue_histogram": [_hue_by_matplotlib, _hue_of_whole_numbers, _hue_in_float32],
    "grid_of_histograms": [_grid_in_six_dimensions, _grid_pixel_by_pixel, _grid_by_edges],
    "cosine_from_sums": [_cosine_in_float32, _cosine_by_distance, _cosine_nan_to_zero],
    "centred_cosine": [_correlation_unless_level, _correlation_with_a_tolerance, _correlation_of_statistics],
    "two_that_disagree": [
        _a_small_step,
        lambda query: (1000000.0 * query, np.zeros(len(query))),
        lambda query: [list(query * 1000), [*query[:-1], query[-1] + 0.001]],
        lambda query: np.stack([5 * query, query + np.eye(len(query))[0] / 4]),
        lambda query: (query * 1.5, query + np.arange(len(query)) * 0.0001),
    ],
    "histogram_intersection": [
        lambda a, b: np.minimum(a * b.sum(), b * a.sum()).sum() / (a.sum() * b.sum()),
        lambda a, b: sum(map(min, a / sum(a), b / sum(b))),
        lambda a, b: float(sum((min(Fraction(int(x), int(a.sum())), Fraction(int(y), int(b.sum()))) for x, y in zip(a, b)))),
        lambda a, b: np.where(a / a.sum() < b / b.sum(), a / a.sum(), b / b.sum()).sum(),
    ],
    "leave_out": [
        _deletes_in_a_copy,
        lambda query, results, top_k: tuple(itertools.islice((r for r in results if r.path != query), top_k)),
        lambda query, results, top_k: [list(r) for r in results if r[0] != query][0:top_k],
    ],
    "middle_histogram": [
        lambda picture: image_to_root_histogram(
            picture.crop(
                (
                    picture.width // 4,
                    picture.height // 4,
                    picture.width - picture.width // 4,
                    picture.height - picture.height // 4,
                )
            )
        ),
        lambda picture: np.sqrt(
            image_to_histogram(
                np.asarray(picture)[
                    picture.height // 4 : picture.height - picture.height // 4,
                    picture.width // 4 : picture.width - picture.width // 4,
                ]
            )
        ),
        lambda picture: image_to_root_histogram(
            np.delete(
                np.delete(
                    np.array(picture), np.r_[: picture.height // 4, picture.height - picture.height // 4 : picture.height], 0
                ),
                np.r_[: picture.width // 4, picture.width - picture.width // 4 : picture.width],
                1,
            )
        ),
        lambda picture: image_to_root_histogram(
            np.array(
                [
                    [picture.getpixel((x, y)) for x in range(picture.width // 4, picture.width - picture.width // 4)]
                    for y in range(picture.height // 4, picture.height - picture.height // 4)
                ],
                dtype=np.uint8,
            )
        ),
    ],
    "colour_card": [
        lambda colour, wall: np.vstack([np.full((5, 8, 3), wall), np.full((3, 8, 3), colour)]).astype("uint8"),
        lambda colour, wall: (
            np.where(np.arange(8)[:, None, None] < 5, np.uint8(wall), np.uint8(colour)) * np.ones((8, 8, 1), np.uint8)
        ),
        lambda colour, wall: np.broadcast_to(np.array([wall] * 5 + [colour] * 3, np.uint8)[:, None], (8, 8, 3)),
        lambda colour, wall: np.frombuffer(bytes(wall * 40 + colour * 24), np.uint8).reshape(8, 8, 3),
    ],
    "batch_scores": [_inner_over_outer, _scores_in_float32, _scores_by_broadcasting, _scores_of_both_at_once],
    "best_in_blocks": [_blocks_into_a_heap, _blocks_into_arrays, _row_by_row],
    "recall_of_copy": [
        _recall_in_plain_python,
        _recall_by_thresholds,
        lambda vectors, copy, query, k: (
            len(np.intersect1d(np.argsort(vectors @ query)[::-1][:k], np.argsort(copy @ query)[::-1][:k])) / k
        ),
        lambda vectors, copy, query, k: (
            1 - len(set(np.argsort(-(vectors @ query))[:k]) - set(np.argsort(-(copy @ query))[:k])) / k
        ),
    ],
    "decide": [
        _decide_by_match,
        lambda outcome, reason, harmless: {"kept": "use", "rejected": "leave out"}.get(
            outcome, ["ask", "use"][set(reason.split("; ")).issubset(harmless)]
        ),
        lambda outcome, reason, harmless: np.str_(
            "leave out"
            if outcome == "rejected"
            else "use"
            if outcome == "kept" or not [r for r in re.split("; ", reason) if r not in harmless]
            else "ask"
        ),
    ],
    "png_fits": [
        lambda content, max_pixels: int(content[16:20].hex(), 16) * int(content[20:24].hex(), 16) <= max_pixels,
        lambda content, max_pixels: np.frombuffer(content[16:24], ">u4").astype(np.int64).prod() <= max_pixels,
        lambda content, max_pixels: math.prod(struct.unpack_from(">2I", content, 16)) <= max_pixels,
        lambda content, max_pixels: int.from_bytes(content[16:20], "big") <= max_pixels / int.from_bytes(content[20:24], "big"),
    ],
    "precision_and_recall": [
        lambda truth, ranking, k: (
            np.isin(ranking[:k], list(truth)).sum() / k,
            np.isin(ranking[:k], list(truth)).sum() / len(truth),
        ),
        lambda truth, ranking, k: [
            sum(1 for i in range(min(k, len(ranking))) if ranking[i] in truth) / n for n in (k, len(truth))
        ],
        lambda truth, ranking, k: np.array([len([p for p in ranking[:k] if p in truth])] * 2) / [k, len(truth)],
    ],
    "mean_of_precisions": [
        _precisions_of_places,
        lambda truth, ranking: np.mean(
            [len(truth & set(ranking[: ranking.index(p) + 1])) / (ranking.index(p) + 1) if p in ranking else 0 for p in truth]
        ),
        lambda truth, ranking: float(
            sum((Fraction(sum((q in truth for q in ranking[: i + 1])), i + 1) for i, p in enumerate(ranking) if p in truth))
            / len(truth)
        ),
    ],
    "diverse": [_diverse_from_what_is_left, _diverse_with_a_mask, _diverse_last_of_equals],
    "recall_curve": [
        lambda found, truth: {
            e: sum((sum((Counter(t) & Counter(set(f))).values()) / len(t) for f, t in zip(found[e], truth))) / len(truth)
            for e in found
        },
        lambda found, truth: dict(
            zip(found, [np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in zip(x, truth)]) for x in found.values()])
        ),
        lambda found, truth: dict(
            sorted(
                ((e, 1 - np.mean([len(set(t) - set(f)) / len(t) for f, t in zip(lists, truth)])) for e, lists in found.items()),
                reverse=True,
            )
        ),
    ],
    "pq_bytes": [
        lambda n, d, m: n * (d // m) + d * 1024.0,
        lambda n, d, m: sum(n + 256 * m * 4 for _ in range(d // m)),
        lambda n, d, m: np.zeros((d // m, 256, m), np.float32).nbytes + n * d // m,
        lambda n, d, m: np.int64(n) * (d // m) + 4 * 256 * d,
    ],
    "pairs_in_cells": [
        _pairs_by_group,
        _pairs_by_mask,
        lambda vectors, cell_of, threshold: [
            [i, j]
            for i in range(len(vectors))
            for j in range(i + 1, len(vectors))
            if cell_of[i] == cell_of[j]
            and vectors[i] @ vectors[j] / math.sqrt(vectors[i] @ vectors[i]) / math.sqrt(vectors[j] @ vectors[j]) >= threshold
        ],
    ],
    "fuse_ranks": [_fused_in_a_table, _fused_by_counter],
    "like_this_but": [
        lambda scores, captions, word, query: [
            i
            for i in sorted(range(len(captions)), key=lambda i: -scores[i])
            if i != query and re.search(f"(?i)\\b{word}\\b", captions[i])
        ],
        lambda scores, captions, word, query: [
            int(i) for i in np.argsort(scores)[::-1] if word in captions[i].lower().replace(",", "").split(" ") and i != query
        ],
        lambda scores, captions, word, query: [
            i
            for _, i in sorted(
                ((s, i) for i, s in enumerate(scores) if word in re.split("\\W+", captions[i].casefold())), reverse=True
            )
            if i != query
        ],
    ],
}

WRONG = {}
