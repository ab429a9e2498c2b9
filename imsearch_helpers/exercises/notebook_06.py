"""The exercises of notebook 06: messy images."""

import numpy as np

from .model import Exercise


def mend_index(paths, vectors, failed):
    """Put an index whose lists have drifted apart in order, without reading a file.

    `paths` are all files of a folder, in the order of reading. `failed` holds a
    pair (path, reason) for each that could not be read, in any order. `vectors`
    are those of the others, in the order of reading, and nothing else.
    Return a dict: path -> its vector.
    """
    unread = {path for path, reason in failed}
    valid_paths = [path for path in paths if path not in unread]
    return dict(zip(valid_paths, vectors))


def decide(outcome, reason, harmless):
    """What to do with a file: "use" it, "leave out" or "ask" a person.

    `outcome` is "kept", "repaired" or "rejected". A kept file is used, a rejected
    one left out. Of a repaired one, `reason` holds the repairs, separated by "; ":
    it is used if each of them is in the list `harmless`, else somebody is asked.
    """
    if outcome == "kept":
        return "use"
    if outcome == "rejected":
        return "leave out"
    return "use" if all(repair in harmless for repair in reason.split("; ")) else "ask"


def png_fits(content, max_pixels):
    """Whether a PNG has at most `max_pixels` pixels; nothing is decoded for it.

    `content` are the file's bytes. content[16:20] holds the width, content[20:24]
    the height, each a whole number whose most significant byte comes first ("big").
    Return True or False.
    """
    width = int.from_bytes(content[16:20], "big")
    height = int.from_bytes(content[20:24], "big")
    return width * height <= max_pixels


def _drifted(rng):
    cases = []
    for n_paths, broken in [(3, [1]), (6, [3, 0]), (4, []), (5, [2, 1]), (3, [2]), (2, [0, 1])]:
        paths = [f"{number}.jpg" for number in rng.choice(1000, n_paths, replace=False)]
        vectors = [rng.integers(1, 100, 2) / 10 for _ in range(n_paths - len(broken))]
        failed = [(paths[i], "damaged or incomplete picture") for i in broken]
        cases.append((paths, vectors, failed))
    return cases


REPAIRS = [
    "broken EXIF data left out",
    "over-long text left out",
    "missing end marker put in",
    "a wrong checksum left out",
]


def _decisions(rng):
    chosen = zip(rng.choice(4, 3, replace=False), rng.integers(1, 1000, 3))
    first, second, third = (f"{REPAIRS[i]} (byte {byte})" for i, byte in chosen)
    cases = [
        ("kept", "", [first]),
        ("repaired", first, [first, second]),
        ("repaired", third, [first, second]),
        ("repaired", f"{second}; {first}", [first, second]),
        ("repaired", f"{second}; {third}", [first, second]),
        ("repaired", first, []),
        ("rejected", "the file is empty", [first]),
    ]
    return [cases[i] for i in rng.permutation(len(cases))]


def _png(width, height):
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"


def _pngs(rng):
    width, height = (int(side) for side in rng.integers(300, 5000, 2))
    cases = [
        (_png(width, height), width * height),
        (_png(width, height), width * height - 1),
        (_png(width, height), 2 * width * height),
        (_png(60_000, 60_000), 50_000_000),
        (_png(70_000 + width, 3), 1_000_000),
        (_png(3, 70_000 + height), 100_000),
        (_png(60_000, 50_000 + height), 80_000),
        (_png(65_536, 65_536), 50_000_000),  # in 32 bits the product is 0
        (_png(2**24 + 5, width), 1_000_000),  # all four bytes of a side count
        (_png(height, 2**24 + 5), 1_000_000),
    ]
    return [cases[i] for i in rng.permutation(len(cases))]


def _all_with(paths, vectors, failed, filling):
    known = mend_index(paths, vectors, failed)
    return {path: known.get(path, filling) for path in paths}


def _before_the_first(paths, vectors, failed):
    unread = {path for path, reason in failed}
    n_good = next((i for i, path in enumerate(paths) if path in unread), len(paths))
    return dict(zip(paths[:n_good], vectors))


def _places_as_they_were(paths, vectors, failed):
    unread = {path for path, reason in failed}
    return {path: vectors[i] for i, path in enumerate(paths) if path not in unread and i < len(vectors)}


def _in_32_bits(content, max_pixels):
    width, height = _fits(content, max_pixels)
    return width * height % 2**32 <= max_pixels


def _fits(content, max_pixels, order="big"):
    return tuple(int.from_bytes(content[start : start + 4], order) for start in (16, 20))


EXERCISES = [
    Exercise(
        solution=mend_index,
        cases=_drifted,
        hints=(
            "Which path does `vectors[0]` belong to? To the first one that could be read. So which list is in step with `vectors`?",
            "Make a list of the paths that are not in `failed`. It holds pairs, so take the paths out of them first: "
            "`unread = {path for path, reason in failed}`.",
            "`dict(zip(keys, values))` makes a dict of two lists that are in step.",
        ),
        explanation="A file that could not be read has a path and no vector. Without those paths both lists have one entry for each "
        "picture that was read, in the same order, so they are in step again.",
        bought="An index of a million photos is mended in a moment, because somebody had written down what failed.",
        slips={
            "from the first unread file on, each path has the vector of another one. Leave the unread paths out first. "
            "(`failed` holds pairs, so a path alone is never in it.)": lambda paths, vectors, failed: dict(zip(paths, vectors)),
            "the unread paths are gone, but the others still look up their vectors at their old places.": _places_as_they_were,
            "it stops at the first file that could not be read. The vectors of the later ones are there, too.": _before_the_first,
            "None stands where a file could not be read, and nothing can be computed with it. Leave its path out.": (
                lambda paths, vectors, failed: _all_with(paths, vectors, failed, None)
            ),
            "a vector of zeros stands for a picture that nobody has seen; it would take part in every search.": (
                lambda paths, vectors, failed: _all_with(paths, vectors, failed, np.zeros(2))
            ),
            "the order of the paths was lost: the vectors are in the order of reading. A set has no order; sorting makes another.": (
                lambda paths, vectors, failed: dict(zip(sorted(mend_index(paths, vectors, failed)), vectors))
            ),
            "these are pairs in a list. `dict(...)` makes a dict of them.": lambda paths, vectors, failed: (
                list(mend_index(paths, vectors, failed).items())
            ),
            "these are two lists. `dict(zip(...))` makes a dict of them.": lambda paths, vectors, failed: (
                list(mend_index(paths, vectors, failed)), vectors
            ),
        },
    ),
    Exercise(
        solution=decide,
        cases=_decisions,
        hints=(
            'Deal with "kept" and "rejected" first; what remains is "repaired".',
            '`reason.split("; ")` gives a list of repairs. `all(... for repair in repairs)` is true if every one of them passes.',
        ),
        explanation="One repair that is not known to be harmless is enough to ask. So the word is `all`, not `any`.",
        bought="What is repaired silently, what is asked and what is refused now stands in one place, where it can be discussed.",
        slips={
            "one harmless repair does not excuse another one: each must be in the list.": lambda outcome, reason, harmless: (
                "ask" if outcome == "repaired" and not any(one in harmless for one in reason.split("; ")) else
                decide(outcome, "", [""])
            ),
            "several repairs in one reason were taken for one. Split them first.": lambda outcome, reason, harmless: (
                decide(outcome, "", [""] if reason in harmless else [])
            ),
            "a repaired file is not always used; look at its repairs.": lambda outcome, reason, harmless: (
                "leave out" if outcome == "rejected" else "use"
            ),
            "a repaired file can be used if all its repairs are harmless.": lambda outcome, reason, harmless: (
                decide(outcome, reason, [])
            ),
            "a rejected file has no picture. There is nothing to ask.": lambda outcome, reason, harmless: (
                "ask" if outcome == "rejected" else decide(outcome, reason, harmless)
            ),
        },
    ),
    Exercise(
        solution=png_fits,
        cases=_pngs,
        hints=(
            '`int.from_bytes(content[16:20], "big")` turns four bytes into a whole number.',
            'The number of pixels is width times height; "at most" includes the limit itself: `<=`.',
        ),
        explanation="The size stands in the first 24 bytes, so it costs nothing to look at before memory is asked for. "
        "A file of 66 bytes can declare any size it likes.",
        bought="You can refuse a bomb for the price of 24 bytes.",
        slips={  # the narrowest first, because an answer is only yes or no
            "at most means that exactly max_pixels is allowed as well.": lambda content, max_pixels: (
                png_fits(content, max_pixels - 1)
            ),
            "numbers of 32 bits wrap around, and 65,536 x 65,536 becomes 0: multiply Python's own whole numbers.": _in_32_bits,
            "it adds width and height; the number of pixels is their product.": lambda content, max_pixels: (
                sum(_fits(content, max_pixels)) <= max_pixels
            ),
            "it compares the sides, but the limit is about pixels: width times height.": lambda content, max_pixels: (
                max(_fits(content, max_pixels)) <= max_pixels
            ),
            'the bytes were read from the wrong end. The most significant one comes first: "big".': lambda content, max_pixels: (
                np.prod([float(side) for side in _fits(content, max_pixels, "little")]) <= max_pixels
            ),
            "it is the wrong way round: True means that the picture fits.": lambda content, max_pixels: (
                not png_fits(content, max_pixels)
            ),
        },
    ),
]  # fmt: skip
