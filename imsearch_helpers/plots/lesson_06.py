"""Floor 6. The figures of lesson 06: files of any kind come in; what a naive reader and ours make of them goes out."""

import html
import textwrap
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from ..images import ELSEWHERE, ImageError, Reading, load_image, read_image
from .shared import BEHIND_WORDS, BLUE, GREY, ORANGE, PURPLE, RED, new_figure, picture_html, row_html

MODES = {
    "1": "1 bit",
    "L": "grey",
    "LA": "grey and alpha",
    "I;16": "grey of 16 bits",
    "P": "palette",
    "RGBA": "RGB and alpha",
}
SEEN_SIDE = 160  # pixels of the square that a picture is shown in
OUTCOMES = {
    "right": (BLUE, ""),
    "wrong picture": (RED, "xx"),
    "good one refused": (ORANGE, "//"),
    "bad one taken": (PURPLE, ".."),
}


# Three readings of a file


class Seen(NamedTuple):
    """What one reader makes of a file: the words below it, and the picture, or None where there is none."""

    words: str
    picture: Image.Image | None


def show_readings(paths):
    """Files as they are stored, as a naive reader sees them, and as `load_image` does: a row for each.

    The naive reader is ``Image.open(path).convert("RGB")``. What is transparent is stored as a chequered ground here.

    Parameters
    ----------
    paths : list of str or Path
        Regular files.

    Returns
    -------
    Figure
    """
    readings = {Path(path).name: three_readings(path) for path in paths}
    alt = " ".join(_alt_of_readings(name, seen) for name, seen in readings.items())
    figure = new_figure(9.4, 0.3 + 1.9 * len(paths), alt)
    rows = figure.subplots(len(paths), 3, squeeze=False)
    for panels, (name, seen) in zip(rows, readings.items()):
        for panel, one, before in zip(panels, seen.values(), (name, "", "")):
            _draw_seen(panel, one, before)
    for panel, reader in zip(rows[0], seen):
        panel.set_title(reader, fontsize=11)
    return figure


def _alt_of_readings(name, seen):
    return f"{name}: " + "; ".join(f"{reader}: {one.words}" for reader, one in seen.items()) + "."


def _draw_seen(axes, seen, name):
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.imshow(_in_square(seen.picture))
    below = [name] if seen.picture is None else [name, seen.words]
    axes.set_xlabel(textwrap.fill(": ".join(filter(None, below)), 46), fontsize=9, parse_math=False)
    if seen.picture is None:
        words, middle = textwrap.fill(seen.words, 25), SEEN_SIDE / 2
        axes.text(middle, middle, words, fontsize=8, ha="center", va="center", parse_math=False)


def readings_html(path):
    """The same for one file as HTML, escaped, for a widget.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    str
    """
    return row_html(*(
        picture_html(_in_square(picture), f"{reader}: {html.escape(words)}", SEEN_SIDE, SEEN_SIDE)
        for reader, (words, picture) in three_readings(path).items()
    ))  # fmt: skip


def _in_square(picture):
    """A picture with a thin dark line around it on a white square; a small one gets large, sharp pixels. None: grey."""
    square = Image.new("RGB", (SEEN_SIDE, SEEN_SIDE), "white" if picture else "#EEEEEE")
    if picture is None:
        return np.asarray(square)
    scale = (SEEN_SIDE - 2) / max(picture.size)
    size = [max(1, round(side * scale)) for side in picture.size]
    left, top = ((SEEN_SIDE - side) // 2 for side in size)
    square.paste(GREY, (left - 1, top - 1, left + size[0] + 1, top + size[1] + 1))
    square.paste(picture.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX), (left, top))
    return np.asarray(square)


def three_readings(path):
    """One file as it is stored, as a naive reader sees it, and as ours does.

    Parameters
    ----------
    path : str or Path
        A regular file.

    Returns
    -------
    dict of str to Seen
        The naive one says whether it is the same as ours.
    """
    naive, ours = _as_naive(path), _as_ours(path)
    if naive.picture and not ours.picture:
        naive = naive._replace(words="✗ taken for a picture")
    elif naive.picture:
        same = naive.picture.tobytes() == ours.picture.tobytes() and naive.picture.size == ours.picture.size
        naive = naive._replace(words="✓ the same as ours" if same else "✗ another picture")
    return {"as it is stored": _as_stored(path), "as a naive reader sees it": naive, "as ours does": ours}


def _as_stored(path):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(path)
            picture.load()
            turn = picture.getexif().get(0x0112, 1)  # the tag called orientation
    except Exception:  # a naive reader's troubles are the topic here
        return Seen(_first_bytes(path), None)
    words = [MODES.get(picture.mode, picture.mode), f"{picture.width} x {picture.height}"]
    words += ["partly transparent"] * picture.has_transparency_data + [f"orientation {turn}"] * (turn != 1)
    return Seen(", ".join(words), _on_chequered_ground(picture))


def _first_bytes(path):
    with open(path, "rb") as file:
        start = file.read(48)
    text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in start)
    return f"{Path(path).stat().st_size:,} bytes" + (f", beginning {text}" if text else "")


def _on_chequered_ground(picture):
    if picture.mode == "I;16":
        return Image.fromarray(np.uint8(np.asarray(picture) // 257)).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    across, down = np.indices(picture.size[::-1])
    step = max(1, max(picture.size) // 12)
    ground = Image.fromarray(np.uint8(170 + 60 * ((across // step + down // step) % 2))).convert("RGBA")
    return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")


def _as_naive(path):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Seen("", Image.open(path).convert("RGB"))
    except Exception as error:
        reason = str(error).split("'")[0].strip()  # without the file's path
        return Seen(f"✗ {type(error).__name__}: {reason}", None)


def _as_ours(path):
    try:
        picture, repairs = _reading(path)
    except ImageError as error:
        return Seen(f"rejected: {error.reason}", None)
    return Seen("repaired: " + "; ".join(repairs) if repairs else "kept", picture)


def _reading(path):
    try:
        return read_image(path)
    except ImageError as error:
        if not error.reason.endswith(ELSEWHERE):
            raise
        return Reading(load_image(path), ())  # from a process that can be killed


# Many files


def show_readers(counts, title):
    """What several readers make of the same files, a bar for each reader.

    Parameters
    ----------
    counts : dict of str to dict
        Reader -> outcome -> number of files; the outcomes are the keys of `OUTCOMES`.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(9.4, 1.0 + 0.42 * len(counts), _alt_of_readers(counts))
    axes = figure.subplots()
    left = np.zeros(len(counts))
    for outcome, (colour, hatch) in OUTCOMES.items():
        widths = np.array([found[outcome] for found in counts.values()])
        axes.barh(range(len(counts)), widths, left=left, color=colour, hatch=hatch, edgecolor="white", label=outcome)
        for row in np.flatnonzero(widths):
            axes.text(left[row] + widths[row] / 2, row, widths[row], ha="center", va="center", fontweight="bold",
                      bbox=BEHIND_WORDS | {"pad": 1.5})  # fmt: skip
        left += widths
    axes.set_yticks(range(len(counts)), list(counts))
    axes.set(xlabel="files", xlim=(0, left.max()))
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, fontsize=12)
    figure.legend(loc="outside lower center", ncols=len(OUTCOMES), frameon=False, fontsize=9)
    return figure


def _alt_of_readers(counts):
    rows = []
    for name, found in counts.items():
        said = ", ".join(f"{outcome} {found[outcome]}" for outcome in OUTCOMES if found[outcome])
        rows.append(f"{name}: {said}.")
    return f"Bars. {' '.join(rows)}"
