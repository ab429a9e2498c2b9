"""Floor 8. The figures of lesson 04: pictures and their scores come in; who is like whom, and why, goes out."""

import numpy as np

from ..vectors import image_to_histogram
from .match import border_part, pixel_shares, score_shares
from .shared import BLUE, GREY, draw_histogram, frame, new_figure, show_picture

# Who is like whom


def show_scores(images, scores, title):
    """A table of scores, every picture against every picture: each row's best but itself is framed.

    Parameters
    ----------
    images : list of str, Path, PIL.Image.Image or ndarray
    scores : array_like, shape (n_images, n_images)
    title : str

    Returns
    -------
    Figure
    """
    scores = np.asarray(scores, dtype=float)
    n_images = len(images)
    others = np.where(np.eye(n_images, dtype=bool), -np.inf, scores)
    best = others.argmax(axis=1)
    figure = new_figure(0.85 * (n_images + 1), 0.85 * (n_images + 1) + 0.4, _alt_of_scores(scores, best))
    figure.suptitle(title, fontsize=11)
    panels = figure.subplots(n_images + 1, n_images + 1)
    panels[0, 0].set_axis_off()
    for i, image in enumerate(images):
        show_picture(panels[0, i + 1], image)
        show_picture(panels[i + 1, 0], image)
    for (row, column), score in np.ndenumerate(scores):
        _draw_score(panels[row + 1, column + 1], score, itself=row == column, best=column == best[row])
    return figure


def _draw_score(axes, score, itself, best):
    axes.set(xticks=[], yticks=[], facecolor="#DDDDDD" if itself else "white")
    axes.text(0.5, 0.5, f"{score:.4f}", transform=axes.transAxes, ha="center", va="center", fontsize=11,
              fontweight="bold" if best else "normal", color=GREY if itself else "black")  # fmt: skip
    frame(axes, BLUE if best else "#CCCCCC", 3 if best else 1)


def _alt_of_scores(scores, best):
    rows = "; ".join(
        f"row {i}: {', '.join(f'{score:.4f}' for score in row)}, best other: {best[i - 1] + 1}"
        for i, row in enumerate(scores, start=1)
    )
    return f"A table of scores, {len(scores)} pictures against the same {len(scores)}. {rows}."


# Why this match


def explain_match(query, match, vectorize=image_to_histogram):
    """Why two pictures match: the share of each colour in the score, as bars, and painted on both pictures.

    Parameters
    ----------
    query, match : str, Path, PIL.Image.Image or ndarray
    vectorize : callable
        `image_to_histogram` or `image_to_root_histogram`.

    Returns
    -------
    Figure
    """
    shares = score_shares(query, match, vectorize)
    painted = {"query": pixel_shares(query, shares), "match": pixel_shares(match, shares)}
    score, strongest = shares.sum(), np.sort(shares, axis=None)[-3:].sum()
    wall = np.mean([border_part(pixels) for pixels in painted.values()])
    alt = (
        f"Left, bars: the share of each colour bin in the score of {score:.3f}; the three "
        f"highest of {shares.size} bars add up to {strongest:.3f}. Right, both pictures painted by how "
        "much each pixel adds; the outermost fifth on each side "
        f"holds {wall:.0%} of the score."
    )
    figure = new_figure(9.4, 3.2, alt, fixed=True)
    bars = figure.add_axes([0.07, 0.17, 0.38, 0.7])
    draw_histogram(bars, shares.ravel())
    bars.set_ylabel("share of the score")
    bars.locator_params(axis="y", nbins=4)
    bars.set_title(f"score {score:.3f}; three of the {shares.size} bars make {strongest:.3f} of it", fontsize=10)
    _draw_painted(figure.add_axes([0.48, 0.02, 0.515, 0.9]), painted)
    return figure


def _draw_painted(axes, painted):
    """Two pictures and their scale, all in one axes: each further axes takes as long to draw as all that is in it."""
    axes.set_axis_off()
    # A colour that is rare in one picture and common in the other gives few pixels a lot; they may overflow the scale.
    brightest = max(np.percentile(pixels, 98) for pixels in painted.values())
    left = 0.0
    for name, pixels in painted.items():
        right = left + pixels.shape[1] / pixels.shape[0]
        axes.imshow(pixels, cmap="magma", vmin=0, vmax=brightest, extent=(left, right, 0, 1))
        axes.text((left + right) / 2, 1.04, f"the {name}, painted", ha="center", fontsize=10)
        left = right + 0.08
    middle = (left - 0.08) / 2
    axes.imshow(np.linspace(0, 1, 128)[None], cmap="magma", extent=(middle - 0.4, middle + 0.4, -0.14, -0.08))
    axes.text(middle - 0.43, -0.11, "adds nothing", ha="right", va="center", fontsize=9)
    axes.text(middle + 0.43, -0.11, "adds most", ha="left", va="center", fontsize=9)
    axes.set(xlim=(0, 2 * middle), ylim=(-0.2, 1.12), aspect="equal")
