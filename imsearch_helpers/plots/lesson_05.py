"""Floor 8. The figures of lesson 05: measured times come in; how they grow, and what they are made of, goes out."""

import math

from .shared import BLUE, GREEN, ORANGE, RED, new_figure


def if_clear(finding, clear):
    """A finding for a title or a sentence, or, where the times that were measured do not show it, what to do about it.

    Parameters
    ----------
    finding : str
    clear : bool
        Whether the measured times stand in the order that the finding needs.

    Returns
    -------
    str

    Examples
    --------
    >>> loop, product = 5.0, 0.1
    >>> if_clear("The product is faster", product < loop)
    'The product is faster'
    >>> if_clear("The product is faster", loop < product)
    'The order is not clear, this machine is busy: run it again'
    """
    return finding if clear else "The order is not clear, this machine is busy: run it again"


def draw_times(curves, xlabel, title, ylabel="milliseconds a query"):
    """Curves on two logarithmic axes, named where there are several; what was calculated, not measured, is dashed.

    Parameters
    ----------
    curves : dict of str to (list of number, list of number)
        Name -> places and values. A name with "extrapolated" in it is drawn dashed and without markers.
    xlabel, title, ylabel : str

    Returns
    -------
    Figure
    """
    ends = "; ".join(
        f"{name}: from {values[0]:.3g} at {places[0]:,} to {values[-1]:.3g} at {places[-1]:,}"
        for name, (places, values) in curves.items()
    )
    figure = new_figure(7, 3.6, f"{title}. {ylabel} against {xlabel}, both axes logarithmic. {ends}.")
    axes = figure.subplots()
    looks = zip((RED, RED, BLUE, GREEN) if len(curves) > 1 else (BLUE,), "os^D")
    for (name, (places, values)), (colour, marker) in zip(curves.items(), looks):
        label = name if len(curves) > 1 else ""  # a single curve is named by the axis
        _draw_curve(axes, places, values, label, colour, "" if "extrapolated" in name else marker)
    axes.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel, title=title)
    heights = [value for _, values in curves.values() for value in values]
    axes.set_ylim(10 ** math.floor(math.log10(min(heights) / 4)), 10 ** math.ceil(math.log10(max(heights) * 4)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,g}")
        axis.set_minor_formatter("")  # otherwise short axes are full of "6 x 10^2"
    axes.margins(x=0.08)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_curve(axes, places, values, label, colour, marker):
    """A curve with its label below its beginning; one without markers is dashed, its label above its end."""
    axes.plot(places, values, "-" if marker else "--", color=colour, marker=marker)
    end, offset, side = (0, (6, -16), "left") if marker else (-1, (0, 9), "right")
    axes.annotate(label, (places[end], values[end]), offset, textcoords="offset points", ha=side, color=colour)


def draw_cost(n_bytes, bandwidth, measured):
    """What one query costs: the time that memory needs to deliver the matrix, and the time that was measured.

    Parameters
    ----------
    n_bytes : int
        The matrix's size.
    bandwidth : float
        In gigabytes per second.
    measured : float
        In milliseconds.

    Returns
    -------
    Figure
    """
    reading = n_bytes / (bandwidth * 1e6)  # in milliseconds
    size = f"{n_bytes / 1e6:.1f} MB"
    alt = f"Two bars for a matrix of {size}: reading it from memory {reading:.3f} ms, measured {measured:.3f} ms."
    figure = new_figure(6, 1.9, alt, fixed=True)
    axes = figure.add_axes([0.28, 0.27, 0.7, 0.57])
    bars = axes.barh(["measured", "reading from memory"], [measured, reading], color=[BLUE, ORANGE], hatch=["", "//"])
    axes.bar_label(bars, [f" {value:.3f} ms" for value in (measured, reading)])
    axes.set(xlabel="milliseconds a query", title=f"{size}: {measured / reading:.1f} times the time of reading it")
    axes.margins(x=0.2)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
