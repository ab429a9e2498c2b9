"""Floor 8. The figures of lesson 07: measures come in; how good each method is, and how sure that is, goes out."""

import numpy as np

from .shared import BLUE, GREY, ORANGE, RED, draw_table, new_figure, table_in_words


def show_measures(rows, title):
    """A table of measures from 0 to 1, a row for each method, darker for more.

    Parameters
    ----------
    rows : dict of str to dict of str to float
        Method -> name of the measure -> value; the same measures in each row.
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(9.4, 1.2 + 0.42 * len(rows), f"A table of measures. {table_in_words(rows)}.")
    axes = figure.subplots()
    measures = list(next(iter(rows.values())))
    draw_table(axes, {method: [row[measure] for measure in measures] for method, row in rows.items()}, measures)
    axes.tick_params(labelsize=9)
    axes.set_title(title, fontsize=11, pad=10)
    return figure


def draw_quality(precisions, recalls, n_relevant, k, title):
    """Precision and recall of the first 1, 2, 3 ... results, and the highest precision there can be; one k is marked.

    Parameters
    ----------
    precisions, recalls : list of float
        For k = 1, 2, 3 ...
    n_relevant : int
        How many relevant pictures there are.
    k : int
        The one to mark.
    title : str

    Returns
    -------
    Figure
    """
    places = np.arange(1, len(precisions) + 1)
    at_k = f"precision {precisions[k - 1]:.2f}, recall {recalls[k - 1]:.2f}"
    alt = (
        f"Two curves over k from 1 to {len(places)}. Precision goes from {precisions[0]:.2f} "
        f"to {precisions[-1]:.2f}, recall from {recalls[0]:.2f} to {recalls[-1]:.2f} without ever "
        f"falling. At k = {k}: {at_k}."
    )
    figure = new_figure(7, 3.3, alt, fixed=True)
    axes = figure.subplots(gridspec_kw={"left": 0.08, "right": 0.98, "bottom": 0.15, "top": 0.91})
    axes.plot(places, np.minimum(1, n_relevant / places), ":", color=GREY, label="highest precision possible")
    axes.plot(places, recalls, "s-", color=ORANGE, markersize=4, label="recall")
    axes.plot(places, precisions, "o-", color=BLUE, markersize=4, label="precision")
    axes.axvline(k, color="black", linewidth=1)
    axes.text(k + 0.2, 1.03, f"k = {k}: {at_k}", ha="left" if k <= len(places) / 2 else "right", fontsize=9)
    axes.set(xlabel="k, how many results are looked at", ylabel="from 0 to 1", ylim=(-0.03, 1.12))
    axes.set_title(title, fontsize=11)
    axes.set_xticks([1, *range(5, len(places) + 1, 5)])
    axes.legend(fontsize=8, loc="upper right", bbox_to_anchor=(1, 0.95))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def show_intervals(means, intervals, chance, title):
    """Means as dots with their intervals as bars, beside what chance would reach.

    Parameters
    ----------
    means : dict of str to float
        Method -> mean over the queries.
    intervals : dict of str to (float, float)
    chance : float
    title : str

    Returns
    -------
    Figure
    """
    figure = new_figure(8.2, 1.2 + 0.42 * len(means), _alt_of_intervals(means, intervals, chance))
    axes = figure.subplots()
    for row, (name, mean) in enumerate(means.items()):
        low, high = intervals[name]
        axes.errorbar(mean, row, xerr=[[mean - low], [high - mean]], fmt="o", color=BLUE, capsize=5, linewidth=2)
        axes.annotate(f"{mean:.3f}", (high, row), xytext=(8, 0), textcoords="offset points", va="center", fontsize=9)
    axes.axvline(chance, color=RED, linestyle="--", linewidth=1.5)
    axes.text(chance, -0.62, f" chance: {chance:.3f}", color=RED, fontsize=9, va="center")
    axes.set_yticks(range(len(means)), list(means))
    axes.set(xlim=(-0.005, None), ylim=(len(means) - 0.5, -0.9), xlabel="mean precision@5, with a 95 % interval")
    axes.set_title(title, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _alt_of_intervals(means, intervals, chance):
    rows = ((name, mean, *intervals[name]) for name, mean in means.items())
    said = "; ".join(f"{name} {mean:.3f}, interval {low:.3f} to {high:.3f}" for name, mean, low, high in rows)
    return f"Means as dots with intervals: {said}. A dashed line marks chance at {chance:.3f}."


SAME = 1e-7  # where pairs with the score 1 are drawn: a logarithmic axis has no 0


def draw_pair_scores(scores, threshold):
    """The scores of the most similar pairs, best first, and the threshold: the gap between copies and other pairs, if there is one.

    Parameters
    ----------
    scores : array_like, shape (n_pairs,)
        Best first; cosines. Pairs with the score 1 are drawn at 0.0000001 from it.
    threshold : float
        Below 1.

    Returns
    -------
    Figure
        Also where no pair, or every pair, lies above the threshold.

    Raises
    ------
    ValueError
        When there are no scores.
    """
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 1 or not scores.size:
        raise ValueError(f"scores must be a list of at least one number (two pictures make a pair), not of shape {scores.shape}")
    above = int(np.sum(scores >= threshold))
    places, missing = np.arange(1, len(scores) + 1), np.maximum(1 - scores, SAME)  # what is missing to a score of 1
    said = _said_of_gap(missing, above)
    figure = new_figure(7, 3.2, f"The {len(scores)} most similar pairs, best first, by how far their score is from 1, on "
                                f"a logarithmic axis. {said}. A line marks the threshold {threshold}.")  # fmt: skip
    axes = figure.subplots()
    axes.plot(places[:above], missing[:above], "o", color=BLUE, markersize=4, label=f"{above} pairs above the threshold")
    axes.plot(places[above:], missing[above:], "x", color=RED, markersize=5, label=f"{len(scores) - above} pairs below it")
    axes.axhline(1 - threshold, color="black", linestyle="--", linewidth=1)
    axes.text(len(scores), 1 - threshold, f"threshold {threshold}", ha="right", va="bottom", fontsize=9)
    axes.set(yscale="log", xlabel="pairs of pictures, the most similar first", ylabel="1 - score")
    axes.set_title(said, fontsize=11)
    axes.invert_yaxis()
    axes.legend(fontsize=9, loc="lower left")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _said_of_gap(missing, above):
    if not above:
        return f"No pair lies above the threshold; the nearest is {missing[0]:.4f} away from 1"
    next_one = f", the next {missing[above]:.4f} away" if above < len(missing) else "; no pair lies below the threshold"
    return f"{above} pairs lie within {missing[above - 1]:.4f} of 1{next_one}"
