"""Floor 8. The figures of lesson 10: captions as numbers, scores on two scales, what the picture's weight decides."""

from .shared import BLUE, GREEN, GREY, ORANGE, draw_table, new_figure

STYLES = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "D", ":"))  # colour, marker, line


def show_caption_vectors(captions, words, vectors, title):
    """Captions as a table: a row for each, a column for each word, and the word's number in it.

    Parameters
    ----------
    captions : list of str
    words : list of str
    vectors : ndarray, shape (n_captions, n_words)
        From 0 to 1.
    title : str

    Returns
    -------
    Figure
    """
    rows = [
        ", ".join(f"{word} {number:.2f}" for word, number in zip(words, row) if number) or "nothing" for row in vectors
    ]
    said = "; ".join(f"{caption}: {row}" for caption, row in zip(captions, rows))
    figure = new_figure(9.4, 1.2 + 0.42 * len(captions), f"A table of captions and words. {said}. All others 0.")
    axes = figure.subplots()
    draw_table(axes, dict(zip(captions, vectors.tolist())), words)
    axes.tick_params(labelsize=9)
    axes.set_title(title, fontsize=11, pad=10)
    return figure


def show_scales(panels, title):
    """Scores of several kinds, one panel a scale: each a bar from lowest to highest, thick within one deviation.

    Parameters
    ----------
    panels : dict of str to dict of str to ndarray
        What stands above the panel -> kind of score -> the scores of all pictures.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(9.4, 1.1 + 0.5 * max(map(len, panels.values())), _alt_of_scales(panels))
    figure.suptitle(title, fontsize=11)
    for axes, (name, kinds) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items()):
        for row, scores in enumerate(kinds.values()):
            mean, deviation = scores.mean(), scores.std()
            axes.plot([scores.min(), scores.max()], [row, row], "-|", color=GREY, linewidth=1.5, markersize=12)
            axes.plot([mean - deviation, mean + deviation], [row, row], color=BLUE, linewidth=9, solid_capstyle="butt")
            where = axes.get_yaxis_transform()  # from the left edge, so that a narrow bar has room for it too
            axes.text(0.02, row - 0.22, f"deviation {deviation:.2f}", fontsize=8, transform=where)
        axes.set_yticks(range(len(kinds)), list(kinds) if axes.get_subplotspec().is_first_col() else [])
        axes.set(xlabel="score", ylim=(len(kinds) - 0.5, -0.5))
        axes.set_title(name, fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _alt_of_scales(panels):
    said = "; ".join(
        f"{name}, {kind}: from {scores.min():.2f} to {scores.max():.2f}, deviation {scores.std():.2f}"
        for name, kinds in panels.items()
        for kind, scores in kinds.items()
    )
    return f"Bars from the lowest to the highest score, thick within one standard deviation of the mean. {said}."


def draw_alpha(shares, title):
    """What share of the results is right, over the picture's weight: a line for each way to be right.

    Parameters
    ----------
    shares : dict of str to dict of float to float
        Way to be right -> alpha -> share from 0 to 1. At most three ways.
    title : str

    Returns
    -------
    Figure
    """
    said = "; ".join(
        f"{name}: {', '.join(f'{alpha:g} {share:.2f}' for alpha, share in line.items())}"
        for name, line in shares.items()
    )
    figure = new_figure(7, 3.3, f"Lines over alpha, the picture's weight. {said}.")
    axes = figure.subplots()
    for (name, line), (colour, marker, dashes) in zip(shares.items(), STYLES, strict=False):
        axes.plot(list(line), list(line.values()), dashes, marker=marker, color=colour, markersize=5, label=name)
    axes.set(xlabel="alpha: 0 only the words count, 1 only the picture", ylabel="share of five results")
    axes.set_ylim(-0.03, 1.06)
    axes.set_title(title, fontsize=11)
    axes.legend(fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
