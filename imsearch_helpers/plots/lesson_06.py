"""Floor 8. The figures of lesson 06: files of any kind come in; what a naive reader and ours make of them goes out."""

import contextlib
import html
import io
import textwrap
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from ..images import MAX_PIXELS, ImageError, load_image, read_image_anywhere
from .shared import BEHIND_WORDS, BLUE, GREY, ORANGE, PURPLE, RED, file_name, new_figure, picture_html, row_html

MODES = {
    "1": "1 bit",
    "L": "grey",
    "LA": "grey and alpha",
    "I;16": "grey of 16 bits",
    "P": "palette",
    "RGBA": "RGB and alpha",
}
SEEN_SIDE = 160  # pixels of the square that a picture is shown in
VISIBLE = 20  # of 255 levels: a change that is seen
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

    Raises
    ------
    ValueError
        Without any path.
    """
    if not paths:
        raise ValueError("paths is empty: there is no file to show")
    readings = [(file_name(path), three_readings(path)) for path in paths]
    alt = " ".join(_alt_of_readings(name, seen) for name, seen in readings)
    figure = new_figure(9.4, 0.3 + 1.9 * len(paths), alt)
    rows = figure.subplots(len(paths), 3, squeeze=False)
    for panels, (name, seen) in zip(rows, readings):
        for panel, one, before in zip(panels, seen.values(), (name, "", "")):
            _draw_seen(panel, one, before)
    for panel, reader in zip(rows[0], seen):
        panel.set_title(reader, fontsize=11)
    return figure


def _alt_of_readings(name, seen):
    return f"{name}: " + "; ".join(f"{reader}: {one.words}" for reader, one in seen.items()) + "."


def _draw_seen(axes, seen, name, width=46):
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.imshow(_in_square(seen.picture))
    below = [name] if seen.picture is None else [name, seen.words]
    axes.set_xlabel(textwrap.fill(": ".join(filter(None, below)), width), fontsize=9, parse_math=False)
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
    return _seen_html(three_readings(path))


def _seen_html(readings):
    return row_html(*(
        picture_html(_in_square(picture), f"{reader}: {html.escape(words)}", SEEN_SIDE, SEEN_SIDE)
        for reader, (words, picture) in readings.items()
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
        with _opened_by_pillow(path) as picture:
            picture.load()
            turn = picture.getexif().get(0x0112, 1)  # the tag called orientation
            shown, has_clear = _on_chequered_ground(picture), picture.has_transparency_data
    except Exception:  # a naive reader's troubles are the topic here
        return Seen(_first_bytes(path), None)
    words = [MODES.get(picture.mode, picture.mode), f"{picture.width} x {picture.height}"]
    words += ["partly transparent"] * has_clear + [f"orientation {turn}"] * (turn != 1)
    return Seen(", ".join(words), shown)


@contextlib.contextmanager
def _opened_by_pillow(path):
    # A naive reader would also let an EPS drawing start another program, and unfold whatever fits into the memory.
    Image.init()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(path, formats=[name for name in Image.ID if name != "EPS"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError(f"more than {MAX_PIXELS:,} pixels are not tried here")
            yield picture


def _first_bytes(path):
    try:
        with open(path, "rb") as file:
            start = file.read(48)
    except OSError as error:
        return f"not to be opened: {error.strerror}"
    text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in start)
    return f"{Path(path).stat().st_size:,} bytes" + (f", beginning {text}" if text else "")


def _on_chequered_ground(picture):
    if picture.mode == "I;16":
        return Image.fromarray(np.uint8(np.asarray(picture) // 257)).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    picture.thumbnail((4 * SEEN_SIDE, 4 * SEEN_SIDE))  # the ground takes far more memory than the picture
    across, down = np.indices(picture.size[::-1])
    step = max(1, max(picture.size) // 12)
    ground = Image.fromarray(np.uint8(170 + 60 * ((across // step + down // step) % 2))).convert("RGBA")
    return Image.alpha_composite(ground, picture).convert("RGB")


def _as_naive(path):
    try:
        with _opened_by_pillow(path) as picture:
            return Seen("", picture.convert("RGB"))
    except Exception as error:
        reason = str(error).split("'")[0].strip()  # without the file's path
        return Seen(f"✗ {type(error).__name__}: {reason}", None)


def _as_ours(image):
    try:
        picture, repairs = read_image_anywhere(image)
    except ImageError as error:
        return Seen(f"rejected: {error.reason}", None)
    return Seen("repaired: " + "; ".join(repairs) if repairs else "kept", picture)


# One byte changed


def show_damage(path, percents):
    """One changed byte, here and there: a picture as a JPEG above, the same as a PNG below, a column for each place.

    Parameters
    ----------
    path : str or Path
        A JPEG.
    percents : list of float
        As in `damaged_twins`.

    Returns
    -------
    Figure
    """
    columns = {f"byte at {percent:g} %": damaged_twins(path, percent) for percent in percents}
    alt = " ".join(_alt_of_readings(place, twins) for place, twins in columns.items())
    figure = new_figure(9.4, 4.6, alt)
    for panels, (place, twins) in zip(figure.subplots(2, len(percents), squeeze=False).T, columns.items()):
        for panel, (kind, one) in zip(panels, twins.items()):
            _draw_seen(panel, one, kind, width=92 // len(percents))
        panels[0].set_title(place, fontsize=11)
    return figure


def damage_html(path, percent):
    """One column of it as HTML, for a widget.

    Parameters
    ----------
    path : str or Path
    percent : float

    Returns
    -------
    str
    """
    return _seen_html(damaged_twins(path, percent))


def damaged_twins(path, percent):
    """A JPEG, and the same picture as a PNG, each with one byte of its pixels' data changed, as `load_image` decodes it.

    Parameters
    ----------
    path : str or Path
        A JPEG.
    percent : float
        Where the byte lies in the pixels' data, from 0, the first one, to 100, the last. All its bits are turned around.

    Returns
    -------
    dict of str to Seen
        The words say how many pixels are wrong, that is off by more than `VISIBLE` levels, or why there is no picture.
    """
    good, png = load_image(path), io.BytesIO()
    good.save(png, "PNG")
    jpeg, png = Path(path).read_bytes(), png.getvalue()
    scan = jpeg.rindex(b"\xff\xda") + 2  # a header comes first, and its length before it
    scan += int.from_bytes(jpeg[scan : scan + 2], "big")
    return {
        "JPEG": _damaged(jpeg, scan, len(jpeg) - 3, percent, good),  # two bytes end a JPEG,
        "PNG": _damaged(png, png.index(b"IDAT") + 4, len(png) - 17, percent, good),  # and 4 + 12 a PNG
    }


def _damaged(content, first, last, percent, good):
    place = first + round((last - first) * percent / 100)
    seen = _as_ours(content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :])
    if seen.picture is None:
        return seen
    off = np.abs(np.asarray(seen.picture).astype(int) - np.asarray(good)).max(axis=-1) > VISIBLE
    return seen._replace(words=f"kept: {off.sum():,} of {off.size:,} pixels wrong")


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
