"""Answers to the exercises of notebook 06."""

import struct

import numpy as np


def _with_an_iterator(paths, vectors, failed):
    following = iter(vectors)
    unread = dict(failed)
    return {path: next(following) for path in paths if path not in unread}


def _counting(paths, vectors, failed):
    index, place = {}, 0
    for path in paths:
        if not any(path == name for name, _ in failed):
            index[path] = vectors[place]
            place += 1
    return index


def _with_holes(paths, vectors, failed):
    vectors = list(vectors)
    for place, path in enumerate(paths):
        if path in [name for name, _ in failed]:
            vectors.insert(place, None)
    return {path: vector for path, vector in zip(paths, vectors) if vector is not None}


def _with_a_mask(paths, vectors, failed):
    good = ~np.isin(paths, [pair[0] for pair in failed])
    return dict(zip(np.array(paths)[good].tolist(), vectors))


def _from_a_copy(paths, vectors, failed):
    left = list(paths)
    for path, _ in failed:
        left.remove(path)
    return {left[i]: list(vectors[i]) for i in range(len(left))}


def _looks_for_paths_among_pairs(paths, vectors, failed):
    return dict(zip([path for path in paths if path not in failed], vectors))


def _old_places(paths, vectors, failed):
    unread = [name for name, _ in failed]
    return {path: vectors[i] for i, path in enumerate(paths) if path not in unread and i < len(vectors)}


def _breaks(paths, vectors, failed):
    index = {}
    for path, vector in zip(paths, vectors):
        if path in dict(failed):
            break
        index[path] = vector
    return index


def _with_filling(filling):
    def fill(paths, vectors, failed):
        known = _counting(paths, vectors, failed)
        return {path: known.get(path, filling) for path in paths}

    return fill


def _by_a_set(paths, vectors, failed):
    return dict(zip(sorted(set(paths) - set(dict(failed))), vectors))


def _removes(paths, vectors, failed):
    for path, _ in failed:
        paths.remove(path)
    return dict(zip(paths, vectors))


def _trusts_every_path(paths, vectors, failed):
    return {path: vectors[i] for i, path in enumerate(paths)}


def _pairs(paths, vectors, failed):
    return list(_counting(paths, vectors, failed).items())


def _two_lists(paths, vectors, failed):
    return [path for path in paths if path not in dict(failed)], vectors


def _decide_by_sets(outcome, reason, harmless):
    answers = {"kept": "use", "rejected": "leave out"}
    return answers.get(outcome) or ("ask" if set(reason.split("; ")) - set(harmless) else "use")


def _decide_by_any(outcome, reason, harmless):
    if outcome == "repaired":
        return "use" if any(repair in harmless for repair in reason.split("; ")) else "ask"
    return "use" if outcome == "kept" else "leave out"


def _decide_without_split(outcome, reason, harmless):
    if outcome == "repaired":
        return "use" if reason in harmless else "ask"
    return "use" if outcome == "kept" else "leave out"


def _decide_loosely(outcome, reason, harmless):
    return "use" if outcome != "rejected" else "leave out"


def _decide_strictly(outcome, reason, harmless):
    return {"kept": "use", "repaired": "ask", "rejected": "leave out"}[outcome]


def _asks_about_rejected(outcome, reason, harmless):
    return "ask" if outcome == "rejected" else _decide_by_sets(outcome, reason, harmless)


def _by_struct(content, max_pixels):
    width, height = struct.unpack(">II", content[16:24])
    return not width * height > max_pixels


def _by_the_places_of_the_paths(paths, vectors, failed):
    unread = {path for path, reason in failed}
    return {path: vectors[i] for i, path in enumerate(paths) if path not in unread}


def _by_struct_little(content, max_pixels):
    width, height = struct.unpack("<II", content[16:24])
    return width * height <= max_pixels


def _three_bytes(content, max_pixels):
    return int.from_bytes(content[16:19], "big") * int.from_bytes(content[20:23], "big") <= max_pixels


def _sides(content):
    return struct.unpack(">II", content[16:24])


RIGHT = {
    "mend_index": [_with_an_iterator, _counting, _with_holes, _with_a_mask, _from_a_copy],
    "decide": [_decide_by_sets],
    "png_fits": [_by_struct],
}

WRONG = {
    "mend_index": [
        (_looks_for_paths_among_pairs, "holds pairs"),
        (_old_places, "at their old places"),
        (_breaks, "stops at the first"),
        (_with_filling(None), "None stands"),
        (_with_filling(np.zeros(2)), "a vector of zeros"),
        (_by_a_set, "the order of the paths was lost"),
        (_pairs, "pairs in a list"),
        (_two_lists, "two lists"),
        (_removes, "changed its input"),
        (_trusts_every_path, "list index out of range"),
        (_by_the_places_of_the_paths, "by the places of a longer list"),
        (lambda paths, vectors, failed: print(_counting(paths, vectors, failed)), "prints, but returns nothing"),
    ],
    "decide": [
        (_decide_by_any, "does not excuse"),
        (_decide_without_split, "Split them first"),
        (_decide_loosely, "not always used"),
        (_decide_strictly, "can be used if all"),
        (_asks_about_rejected, "nothing to ask"),
        (lambda outcome, reason, harmless: reason in harmless, "It should be a text"),
    ],
    "png_fits": [
        (lambda content, max_pixels: content[16:20] * content[20:24] <= max_pixels, "not yet one number"),
        (_by_struct_little, "wrong end"),
        (lambda content, max_pixels: _sides(content)[0] * _sides(content)[1] < max_pixels, "allowed as well"),
        (lambda content, max_pixels: max(_sides(content)) <= max_pixels, "compares the sides"),
        (lambda content, max_pixels: sum(_sides(content)) <= max_pixels, "adds width and height"),
        (lambda content, max_pixels: not _by_struct(content, max_pixels), "wrong way round"),
        (lambda content, max_pixels: sum(content[16:20]) * sum(content[20:24]) <= max_pixels, "one number in four pieces"),
        (lambda content, max_pixels: True, "Expected:  False\nCame:      True"),
        (_three_bytes, "Expected:  "),
        (lambda content, max_pixels: int.from_bytes(content[17:20], "big") * _sides(content)[1] <= max_pixels, "Expected:  False"),
        (lambda content, max_pixels: _sides(content)[0] * int.from_bytes(content[21:24], "big") <= max_pixels, "Expected:  False"),
        (lambda content, max_pixels: np.frombuffer(content[16:24], ">u4").astype(np.uint32).prod(dtype=np.uint32) <= max_pixels, "32 bits"),
        (lambda content, max_pixels: _sides(content)[0] * _sides(content)[1], "It should be True or False"),
    ],
}
