"""Floor 6. The figures of lesson 11: what several workers did, and when, comes in; where the time went goes out."""

from .shared import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, new_figure

LOOKS = ((GREY, ""), (ORANGE, "//"), (BLUE, ""), (GREEN, ".."), (PURPLE, "xx"))  # a hatch beside each colour


def draw_time_parts(ways, title):
    """Where the time goes: a bar for each way to do the same work, cut into its parts.

    Parameters
    ----------
    ways : dict of str to dict of str to float
        What stands left of the bar -> part -> seconds; the same parts, in the same order, for all. At most five parts.
    title : str

    Returns
    -------
    Figure
    """
    said = "; ".join(
        f"{name}: {', '.join(f'{part} {seconds:.1f} s' for part, seconds in parts.items())}" for name, parts in ways.items()
    )
    figure = new_figure(8.6, 1.5 + 0.55 * len(ways), f"A bar for each way, cut into parts. {said}.")
    axes = figure.subplots()
    so_far = dict.fromkeys(ways, 0.0)
    for part, (colour, hatch) in zip(next(iter(ways.values())), LOOKS, strict=False):
        lengths = [parts[part] for parts in ways.values()]
        axes.barh(list(ways), lengths, left=list(so_far.values()), color=colour, hatch=hatch, edgecolor="white", label=part)
        so_far = {name: start + length for (name, start), length in zip(so_far.items(), lengths)}
    for row, seconds in enumerate(so_far.values()):
        axes.annotate(f"{seconds:.1f} s", (seconds, row), (5, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set(xlabel="seconds", ylim=(len(ways) - 0.5, -0.5))
    axes.margins(x=0.1)
    axes.set_title(title, fontsize=11)
    axes.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.35), ncols=5, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def draw_workers(tasks, killed_at, title):
    """Who did what, and when: a line for each process, a block for each task, and when one of the processes was killed.

    Parameters
    ----------
    tasks : list of (int or str, float, float)
        Of each task: the process that did it, and when it began and ended, in seconds.
    killed_at : float
        When, on the same clock.
    title : str

    Returns
    -------
    Figure
    """
    firsts = {}
    for process, start, _ in sorted(tasks, key=lambda task: task[1]):
        firsts.setdefault(process, start)
    names = {process: f"process {letter}" for process, letter in zip(firsts, "ABCDEFGH")}
    counts = {names[process]: sum(task[0] == process for task in tasks) for process in firsts}
    said = ", ".join(f"{name}: {count} tasks" for name, count in counts.items())
    figure = new_figure(8.6, 1.3 + 0.5 * len(names), f"Blocks along time, a line for each process. {said}. One is killed after {killed_at:.1f} s.")
    axes = figure.subplots()
    for process, start, end in tasks:
        row = list(firsts).index(process)
        axes.barh(row, end - start, left=start, height=0.6, color=(BLUE, SKY, GREEN)[row % 3], edgecolor="black", linewidth=0.6)
    axes.axvline(killed_at, color=RED, linestyle="--", linewidth=2, label="killed here")
    axes.set_yticks(range(len(names)), [f"{name}: {count} parts" for name, count in counts.items()])
    axes.set(xlabel="seconds since the parts were sent", ylim=(len(names) - 0.5, -0.5))
    axes.set_title(title, fontsize=11)
    axes.legend(fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
