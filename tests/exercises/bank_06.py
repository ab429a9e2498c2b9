"""Answers to the exercises of notebook 06."""

import struct

import numpy as np


def _by_pairs(paths, read):
    pairs = []
    for path in paths:
        try:
            pairs.append((read(path), path))
        except ValueError:
            pass
    return [vector for vector, _ in pairs], [path for _, path in pairs]


def _as_an_array(paths, read):
    vectors, valid_paths = _by_pairs(paths, read)
    return np.array(vectors), valid_paths


def _path_first(paths, read):
    vectors, valid_paths = [], []
    for path in paths:
        valid_paths.append(path)
        try:
            vectors.append(read(path))
        except ValueError:
            continue
    return vectors, valid_paths


def _breaks(paths, read):
    vectors, valid_paths = [], []
    for path in paths:
        try:
            vectors.append(read(path))
        except ValueError:
            break
        valid_paths.append(path)
    return vectors, valid_paths


def _with_filling(filling):
    def fill(paths, read):
        vectors = []
        for path in paths:
            try:
                vectors.append(read(path))
            except ValueError:
                vectors.append(filling)
        return vectors, paths

    return fill


def _without_try(paths, read):
    return [read(path) for path in paths], paths


def _removes(paths, read):
    vectors = []
    for path in list(paths):
        try:
            vectors.append(read(path))
        except ValueError:
            paths.remove(path)
    return vectors, paths


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


def _by_struct_little(content, max_pixels):
    width, height = struct.unpack("<II", content[16:24])
    return width * height <= max_pixels


def _three_bytes(content, max_pixels):
    return int.from_bytes(content[16:19], "big") * int.from_bytes(content[20:23], "big") <= max_pixels


def _sides(content):
    return struct.unpack(">II", content[16:24])


RIGHT = {
    "keep_in_step": [_by_pairs, _as_an_array],
    "decide": [_decide_by_sets],
    "png_fits": [_by_struct],
}

WRONG = {
    "keep_in_step": [
        (_path_first, "drift apart"),
        (_breaks, "stops at the first"),
        (_with_filling(None), "None stands"),
        (_with_filling(np.zeros(2)), "a vector of zeros"),
        (lambda paths, read: _by_pairs(paths, read)[::-1], "the other way round"),
        (_without_try, "damaged or incomplete picture"),
        (_removes, "changed its input"),
        (lambda paths, read: print(_by_pairs(paths, read)), "prints, but returns nothing"),
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
        (_by_struct_little, "wrong end"),
        (lambda content, max_pixels: _sides(content)[0] * _sides(content)[1] < max_pixels, "allowed as well"),
        (lambda content, max_pixels: max(_sides(content)) <= max_pixels, "compares the sides"),
        (lambda content, max_pixels: sum(_sides(content)) <= max_pixels, "adds width and height"),
        (lambda content, max_pixels: not _by_struct(content, max_pixels), "wrong way round"),
        (_three_bytes, "Expected:  "),
        (lambda content, max_pixels: int.from_bytes(content[17:20], "big") * _sides(content)[1] <= max_pixels, "Expected:  False"),
        (lambda content, max_pixels: _sides(content)[0] * int.from_bytes(content[21:24], "big") <= max_pixels, "Expected:  False"),
        (lambda content, max_pixels: np.frombuffer(content[16:24], ">u4").astype(np.uint32).prod(dtype=np.uint32) <= max_pixels, "32 bits"),
        (lambda content, max_pixels: _sides(content)[0] * _sides(content)[1], "It should be True or False"),
    ],
}
