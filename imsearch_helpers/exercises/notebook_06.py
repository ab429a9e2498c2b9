"""The exercises of notebook 06: messy images."""

import numpy as np

from ..images import ImageError
from .model import Exercise


def keep_in_step(paths, read):
    """Read all pictures that can be read.

    `read(path)` returns a vector, or raises a ValueError when the picture cannot be read.
    Return two lists of equal length: the vectors, and the paths that they belong to, in the
    order of `paths`.
    """
    vectors, valid_paths = [], []
    for path in paths:
        try:
            vector = read(path)
        except ValueError:
            continue
        vectors.append(vector)  # both lists grow here, after the reading, or neither does
        valid_paths.append(path)
    return vectors, valid_paths


def decide(outcome, reason, harmless):
    """What to do with a file: "use" it, "leave out" or "ask" a person.

    `outcome` is "kept", "repaired" or "rejected". A kept file is used, a rejected one left out.
    Of a repaired one, `reason` holds the repairs, separated by "; ": it is used if each of them
    is in the list `harmless`, otherwise somebody is asked.
    """
    if outcome == "kept":
        return "use"
    if outcome == "rejected":
        return "leave out"
    return "use" if all(repair in harmless for repair in reason.split("; ")) else "ask"


def png_fits(content, max_pixels):
    """Whether a PNG has at most `max_pixels` pixels; nothing is decoded for it.

    `content` are the file's bytes. content[16:20] holds the width and content[20:24] the height,
    each a whole number whose most significant byte comes first ("big"). Return True or False.
    """
    width = int.from_bytes(content[16:20], "big")
    height = int.from_bytes(content[20:24], "big")
    return width * height <= max_pixels


class Reader:
    """Reads the pictures it has vectors for, and refuses all others."""

    def __init__(self, vectors):
        self.vectors = vectors

    def __call__(self, path):
        if path not in self.vectors:
            raise ImageError(path, "damaged or incomplete picture")
        return self.vectors[path].copy()

    def __repr__(self):
        return f"<reads {', '.join(self.vectors) or 'nothing'}>"


def _folders(rng):
    cases = []
    for n_paths, broken in [(3, [1]), (5, [0, 3]), (4, []), (3, [2]), (2, [0, 1])]:
        paths = [f"{number}.jpg" for number in rng.choice(1000, n_paths, replace=False)]
        good = [path for i, path in enumerate(paths) if i not in broken]
        cases.append((paths, Reader({path: rng.integers(1, 100, 2) / 10 for path in good})))
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


def _drifting(paths, read):
    return keep_in_step(paths, read)[0], list(paths)


def _stopping(paths, read):
    vectors, valid_paths = keep_in_step(paths, read)
    n_good = next((i for i, path in enumerate(paths) if path not in valid_paths), len(paths))
    return vectors[:n_good], valid_paths[:n_good]


def _filling(paths, read, with_what):
    known = dict(zip(*reversed(keep_in_step(paths, read))))
    return [known.get(path, with_what) for path in paths], list(paths)


def _in_32_bits(content, max_pixels):
    width, height = _fits(content, max_pixels)
    return width * height % 2**32 <= max_pixels


def _fits(content, max_pixels, order="big"):
    return tuple(int.from_bytes(content[start : start + 4], order) for start in (16, 20))


EXERCISES = [
    Exercise(
        solution=keep_in_step,
        cases=_folders,
        hints=(
            "`try:` with `read(path)` below it, then `except ValueError:`. What belongs into the two lists when it fails? Nothing.",
            "Append to both lists at the same place, after `read(path)` has come back. `continue` goes on with the next path.",
            "In the loop: `try: vector = read(path)`, `except ValueError: continue`, then two lines that append.",
        ),
        explanation="Only after `read` has come back is it known that there is a vector. Both lists grow in the two lines that follow, so "
        "number *i* of one always belongs to number *i* of the other, whatever fails.",
        bought="Whatever lies in a folder, `vectors[i]` is now the picture at `valid_paths[i]`.",
        slips={
            "a path is listed although its picture could not be read, so the lists drift apart.": _drifting,
            "it stops at the first picture that cannot be read. Go on with the next one.": _stopping,
            "None stands where a vector could not be read, and nothing can be computed with it.": lambda paths, read: _filling(
                paths, read, None
            ),
            "a vector of zeros stands for a picture that nobody has seen; it would take part in every search.": (
                lambda paths, read: _filling(paths, read, np.zeros(2))
            ),
            "the two lists are returned the other way round: vectors first.": lambda paths, read: keep_in_step(paths, read)[::-1],
            "these are the pictures that cannot be read.": lambda paths, read: (
                [], [path for path in paths if path not in keep_in_step(paths, read)[1]]
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
