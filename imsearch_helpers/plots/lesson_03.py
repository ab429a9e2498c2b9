"""Floor 8. The figures of lesson 03: vectors or pictures come in; their angle and their distance go out."""

import math
from typing import NamedTuple

import numpy as np

from ..images import load_image
from ..similarity import cosine_similarity, euclidean_distance
from ..vectors import image_to_vector_simple
from .shared import (
    BEHIND_WORDS,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SKY,
    draw_arrow,
    new_figure,
    picture_html,
    row_html,
    show_picture,
)

# Arrows


def _draw_named_arrow(axes, tip, colour, name):
    draw_arrow(axes, tip, colour)
    axes.annotate(name, tip, (0, 7), textcoords="offset points", color=colour, fontweight="bold", ha="center")


def _draw_gap(axes, first_tip, second_tip):
    axes.plot(*zip(first_tip, second_tip), color=RED, linestyle="--", linewidth=2)


def show_vector_arithmetic(a, b):
    """Two vectors of two numbers as arrows: their lengths, their dot product and the distance between them.

    Parameters
    ----------
    a, b : sequence of 2 float
        `a` points up and to the right; `b` lies along the first axis, so that a's shadow on it is easy to see.

    Returns
    -------
    Figure
    """
    base = b[0]
    length, dot, gap = math.hypot(*a), a[0] * base, euclidean_distance(a, b)
    alt = (
        f"Three drawings of the arrows a, to ({a[0]}, {a[1]}), and b, to ({b[0]}, {b[1]}). "
        f"First: a is the long side of a right triangle with the sides {a[0]} and {a[1]}; its length is "
        f"{length:g}. Second: light from above casts a's shadow on b; the shadow is {a[0]} long and b "
        f"{base}, so the dot product is {dot}. Third: a dashed line joins the two tips; it is "
        f"{gap:.3f} long, the distance."
    )
    figure = new_figure(9.4, 3.0, alt)
    panels = figure.subplots(1, 3)
    titles = (f"length of a: {length:g}", f"dot product: {a[0]} · {base} = {dot}", f"distance: {gap:.3f}")
    for axes, title in zip(panels, titles):
        axes.set(xlim=(-0.4, base + 0.8), ylim=(-1.1, a[1] + 0.9), aspect="equal", xlabel="first number", title=title)
        axes.set(xticks=range(base + 1), yticks=range(a[1] + 1))
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("second number")
    _draw_legs(panels[0], a, length)
    _draw_shadow(panels[1], a)
    _draw_gap(panels[2], a, b)
    for axes in panels:
        _draw_named_arrow(axes, a, BLUE, "a")
    for axes in panels[1:]:
        _draw_named_arrow(axes, b, GREEN, "b")
    return figure


def _draw_legs(axes, a, length):
    axes.plot([0, a[0], a[0]], [0, 0, a[1]], color=GREY, linestyle="--", linewidth=2)
    axes.text(a[0] / 2, -0.3, f"{a[0]}", ha="center", va="top", color=GREY, fontsize=12)
    axes.text(a[0] + 0.2, a[1] / 2, f"{a[1]}", va="center", color=GREY, fontsize=12)
    axes.text(a[0] / 2 - 0.35, a[1] / 2 + 0.35, f"{length:g}", ha="center", color=BLUE, fontsize=12)


def _draw_shadow(axes, a):
    axes.plot([a[0], a[0]], [a[1], 0], color=GREY, linestyle=":", linewidth=2)
    axes.plot([0, a[0]], [0, 0], color=ORANGE, linewidth=9, solid_capstyle="butt")
    axes.text(a[0] / 2, -0.3, f"a's shadow on b: {a[0]}", ha="center", va="top", fontsize=10)


UNIT, WORDS = 0.75, 1.9  # inches: a length of 1, and the column for the numbers


def show_two_arrows(length_a, length_b, degrees):
    """Two arrows from one point, and beside them what cosine, distance and dot product say of them.

    Parameters
    ----------
    length_a, length_b : float
        From 0 to 4.
    degrees : float
        The angle between them, from 0 to 180.

    Returns
    -------
    Figure
    """
    # Cropped to what is drawn, at one scale: what looks longer is longer.
    tip = length_b * np.exp(1j * math.radians(degrees))
    left, right, top = min(0, tip.real) - 0.4, max(length_a, tip.real, 1.2) + 0.4, max(1, tip.imag) + 0.6
    width, height = UNIT * (right - left), UNIT * (top + 0.3)
    figure = new_figure(width + WORDS, height, "", fixed=True)
    axes = figure.add_axes([WORDS / (width + WORDS), 0, width / (width + WORDS), 1])
    said = _draw_two_arrows(axes, length_a, length_b, degrees)
    axes.set(xlim=(left, right), ylim=(-0.3, top))
    figure.text(0.02, 0.5, "\n".join(said), fontsize=12, linespacing=1.8, va="center")
    figure.alt = (
        f"Two arrows, {length_a:g} and {length_b:g} long, {degrees:g} degrees apart; a dashed line joins their tips. "
        f"{', '.join(said)}."
    )
    return figure


def _draw_two_arrows(axes, length_a, length_b, degrees):
    """Draw them into axes of their own; return cosine, distance and dot product in words."""
    turned = math.radians(degrees)
    a, b = (length_a, 0), (length_b * math.cos(turned), length_b * math.sin(turned))
    _draw_gap(axes, a, b)
    if length_a and length_b and degrees:
        _draw_angle(axes, turned)
    _draw_named_arrow(axes, a, BLUE, "a")
    _draw_named_arrow(axes, b, GREEN, "b")
    axes.set(aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return _in_words(a, b)


def _in_words(a, b):
    """Cosine, distance and dot product; a vector of zeros has no angle."""
    dot = round(np.dot(a, b), 9) + 0.0  # a right angle's rounding would be written -0.00
    cosine = f"cosine {cosine_similarity(a, b):.2f}" if any(a) and any(b) else "no angle"
    return cosine, f"distance {euclidean_distance(a, b):.2f}", f"dot product {dot:.2f}"


def _draw_angle(axes, turned):
    around = np.linspace(0, turned, 60)
    axes.plot(0.7 * np.cos(around), 0.7 * np.sin(around), color=GREY)
    x, y, side = 0.85 * math.cos(turned / 2), 0.85 * math.sin(turned / 2), "right" if turned > math.pi / 2 else "left"
    axes.text(x, y, f"{math.degrees(turned):g}°", color=GREY, va="center", ha=side, bbox=BEHIND_WORDS)


def show_angles(meanings):
    """Pairs of arrows of the same two lengths at several angles: the cosine falls from 1 to -1, the distance grows.

    Parameters
    ----------
    meanings : dict of float to str
        Angle in degrees -> what it means, in a few words.

    Returns
    -------
    Figure
    """
    figure = new_figure(9.4, 2.3, "Pairs of arrows, 2 and 1.5 long.")
    for axes, (degrees, meaning) in zip(figure.subplots(1, len(meanings)), meanings.items()):
        cosine, distance, _ = _draw_two_arrows(axes, 2, 1.5, degrees)
        axes.set(xlim=(-2, 2.5), ylim=(-0.4, 2), xlabel=meaning)
        axes.set_title(f"{degrees:g}°: {cosine}\n{distance}", fontsize=11)
        figure.alt += f" At {degrees:g} degrees, {meaning}: {cosine}, {distance}."
    return figure


def show_colour_arrows(colours):
    """Colours as patches with their three numbers, and as arrows, seen in two of the numbers: red and green.

    Parameters
    ----------
    colours : dict of str to sequence of 3 int
        Name -> red, green, blue, from 0 to 255.

    Returns
    -------
    Figure
    """
    said = "; ".join(f"{name}: red {red}, green {green}, blue {blue}" for name, (red, green, blue) in colours.items())
    alt = (
        f"Colours as patches: {said}. Beside them the same colours as arrows, as far to the right as they are red and as "
        "far up as they are green."
    )
    figure = new_figure(9.4, 3.4, alt)
    left, right = figure.subfigures(1, 2, width_ratios=[1.55, 1])
    for (name, colour), axes in zip(colours.items(), left.subplots(1, len(colours))):
        show_picture(axes, np.full((8, 8, 3), colour, dtype=np.uint8), name)
        axes.set_xlabel("{}, {}, {}".format(*colour))
    _draw_red_and_green(right.subplots(), colours)
    return figure


def _draw_red_and_green(axes, colours):
    for (name, colour), style in zip(colours.items(), ("-", "--", ":")):
        tip = (colour[0], colour[1])
        draw_arrow(axes, tip, np.divide(colour, 255), linestyle=style, zorder=2)
        axes.annotate(name, tip, (8, -11), textcoords="offset points", fontsize=9)
    axes.set(xlim=(0, 330), ylim=(0, 270), xlabel="red, from 0 to 255", ylabel="green, from 0 to 255")
    axes.set_title("their arrows, by red and green", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)


# Light

GAMMA = 2.2  # the stored value is, nearly, the light to the power of 1 / 2.2
LIGHT_SCALES = ("stored value", "light")


class LightScores(NamedTuple):
    """How a picture in other light compares with itself in full light, and with another product."""

    itself: float
    other: float
    nearer: str


def show_light(picture, other, percent):
    """A product in more or less light: cosine and distance to itself in full light, and to another product.

    Parameters
    ----------
    picture, other : str, Path, PIL.Image.Image or ndarray
    percent : float
        Of the stored values, from 0 to 200; 100 leaves the picture as it is, more makes bright places white. The light
        that belongs to it stands on the curves' upper axis.

    Returns
    -------
    Figure
    """
    scores = _scores_in_light(picture, other, percent)
    figure = new_figure(9.4, 3.0, _alt_of_light(scores, percent))
    pictures, curves = figure.subfigures(1, 2, width_ratios=[1.1, 1])
    titles = (f"stored values: {percent:g} %\nlight: {_light_percent(percent):.0f} %", "itself, 100 %", "another product")
    images = (_in_light(picture, percent), picture, other)
    for axes, image, title in zip(pictures.subplots(1, 3), images, titles):
        show_picture(axes, image, title)
    by_light = {light: _scores_in_light(picture, other, light) for light in range(10, 201, 10)}
    for axes, (name, score) in zip(curves.subplots(1, 2), scores.items()):
        _draw_over_light(axes, name, percent, score, {light: scores[name] for light, scores in by_light.items()})
    return figure


def _alt_of_light(scores, percent):
    said = "; ".join(
        f"by {name} {score.itself:.3f} to itself and {score.other:.3f} to the other" for name, score in scores.items()
    )
    return (
        f"A product picture with {percent:g} % of its stored values, which is {_light_percent(percent):.0f} % of the light, "
        "itself in full light, and another product. Beside them curves over the stored values from 10 to 200 %, with the "
        f"light as a second scale: cosine and distance to both. At {percent:g} %: {said}."
    )


def _scores_in_light(picture, other, percent):
    """Name of the metric -> `LightScores`."""
    lit, itself, another = map(image_to_vector_simple, (_in_light(picture, percent), picture, other))
    scores = {}
    for name, metric, sign in (("cosine", cosine_similarity, 1), ("distance", euclidean_distance, -1)):
        to_itself, to_other = metric(lit, itself), metric(lit, another)
        lead = sign * (to_itself - to_other)
        nearer = "✓ itself is nearer" if lead > 0 else ("✗ the other is nearer" if lead < 0 else "= they are level")
        scores[name] = LightScores(to_itself, to_other, nearer)
    return scores


def _light_percent(stored_percent):
    """How much light belongs to a share of the stored values, both in per cent."""
    return 100 * (np.maximum(stored_percent, 0) / 100) ** GAMMA


def _stored_percent(light_percent):
    return 100 * (np.maximum(light_percent, 0) / 100) ** (1 / GAMMA)


def _in_light(image, percent):
    pixels = np.asarray(load_image(image)) * (percent / 100)
    return np.clip(pixels, 0, 255).round().astype(np.uint8)


def _draw_over_light(axes, name, percent, score, score_by_light):
    lights, scores = list(score_by_light), score_by_light.values()
    axes.plot(lights, [one.itself for one in scores], color=BLUE, linewidth=2, label="to itself")
    axes.plot(lights, [one.other for one in scores], color=ORANGE, linewidth=2, linestyle="--", label="to the other")
    axes.plot([percent] * 2, [score.itself, score.other], "o", color="black", markersize=5)
    axes.axvline(percent, color=GREY, linewidth=1, linestyle=":")
    axes.set_title(f"{name}\n{score.nearer}", fontsize=10)
    axes.set(xlabel="stored values, in %", xticks=[0, 50, 100, 150, 200])
    above = axes.secondary_xaxis("top", functions=(_light_percent, _stored_percent))
    above.set_xticks([5, 50, 100, 200, 400])
    above.tick_params(labelsize=8)
    above.set_xlabel("light, in %", fontsize=9)
    axes.legend(fontsize=8)
    axes.spines["right"].set_visible(False)


def light_html(picture, other, percent, scale="stored value"):
    """The pictures and numbers of `show_light` as HTML, drawn in a few milliseconds, for a slider that is dragged.

    Parameters
    ----------
    picture, other : str, Path, PIL.Image.Image or ndarray
    percent : float
    scale : str
        What `percent` counts: "stored value" or "light".

    Returns
    -------
    str

    Raises
    ------
    ValueError
        When there is no such scale.
    """
    if scale not in LIGHT_SCALES:
        raise ValueError(f"scale must be one of {', '.join(map(repr, LIGHT_SCALES))}, got {scale!r}")
    percent = _stored_percent(percent) if scale == "light" else percent
    scores = _scores_in_light(picture, other, percent)
    to_itself = ", ".join(f"{name} {score.itself:.3f}" for name, score in scores.items())
    to_other = ", ".join(f"{name} {score.other:.3f}" for name, score in scores.items())
    verdicts = "<br>".join(f"By {name}: <b>{score.nearer}</b>" for name, score in scores.items())
    row = row_html(
        picture_html(
            _in_light(picture, percent),
            f"the query: {percent:.0f} % of the stored values, {_light_percent(percent):.0f} % of the light",
        ),
        picture_html(np.asarray(load_image(picture)), f"itself in full light: {to_itself}"),
        picture_html(np.asarray(load_image(other)), f"another product: {to_other}"),
    )
    return f'{row}<div style="font-size: 14px; line-height: 1.5">{verdicts}</div>'


# Many pairs


MARK = 0.7  # a score to look at, which many take for similar


def show_distributions(cosines):
    """How the cosines of many pairs are spread, a row for each kind of vector.

    Parameters
    ----------
    cosines : dict of str to ndarray
        Name -> the cosines of pairs of vectors, from -1 to 1. What lies above 0.7 is hatched, and its share is written beside it.

    Returns
    -------
    Figure
    """
    height = 0.7 + 1.25 * len(cosines)
    figure = new_figure(9.4, height, "Distributions of cosines over pairs of pictures, one below the other.")
    panels = figure.subplots(len(cosines), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, values) in zip(panels, cosines.items()):
        figure.alt += f" {name}: {_draw_distribution(axes, name, values)}."
    panels[-1].set(xlim=(-1, 1.02), xlabel="cosine similarity of two pictures")
    figure.supylabel("share of the pairs", fontsize=10)
    figure.suptitle("Cosine similarity over pairs of pictures, by kind of vector", fontsize=12)
    return figure


def _draw_distribution(axes, name, values):
    """Draw one row; return in words from where to where the values go."""
    edges = np.linspace(-1, 1, 101)
    shares = np.histogram(np.clip(values, -1, 1), edges)[0] / len(values)
    above = edges[:-1] >= MARK - 1e-9
    bars = {"width": 0.02, "align": "edge"}
    axes.bar(edges[:-1][~above], shares[~above], color=SKY, **bars)
    axes.bar(edges[:-1][above], shares[above], color=ORANGE, hatch="//", edgecolor="black", linewidth=0.3, **bars)
    middle, share = np.median(values), np.mean(values > MARK)
    axes.axvline(middle, color="black", linewidth=2)
    words = f"{name}: median {middle:.2f}, above {MARK:g} (hatched): {share:.0%} of the pairs"
    axes.set_title(words, fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    return f"from {np.min(values):.2f} to {np.max(values):.2f}, median {middle:.2f}, {share:.0%} above {MARK:g}"
