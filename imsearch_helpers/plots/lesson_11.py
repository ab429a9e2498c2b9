"""Floor 8. The figures of lesson 11: what several workers did, and when, comes in; where the time went goes out."""

from .shared import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, new_figure

LOOKS = ((GREY, ""), (ORANGE, "//"), (BLUE, ""), (GREEN, ".."), (PURPLE, "xx"))  # a hatch beside each colour


def draw_time_parts(ways, title):
    """Where the time goes: a bar for each way to do the same work, cut into its parts; beside it the same without the first part.

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
        f"{name}: {', '.join(f'{part} {seconds:.1f} s' for part, seconds in parts.items())}"
        for name, parts in ways.items()
    )
    figure = new_figure(9.4, 1.6 + 0.45 * len(ways), f"A bar for each way, cut into parts. {said}.")
    whole, zoomed = figure.subplots(1, 2, sharey=True)
    first, *others = next(iter(ways.values()))
    _draw_bars(whole, ways, [first, *others])
    _draw_bars(zoomed, ways, others)
    whole.set_title("all of it", fontsize=10)
    zoomed.set_title(f"without: {first}", fontsize=10)
    figure.suptitle(title, fontsize=11)
    figure.legend(*whole.get_legend_handles_labels(), fontsize=9, loc="outside lower center", ncols=5, frameon=False)
    return figure


def _draw_bars(axes, ways, shown):
    ends = dict.fromkeys(ways, 0.0)
    for place, part in enumerate(next(iter(ways.values()))):
        if part in shown:
            colour, hatch = LOOKS[place]
            lengths = [parts[part] for parts in ways.values()]
            looks = {"color": colour, "hatch": hatch, "edgecolor": "white", "label": part}
            axes.barh(list(ways), lengths, left=list(ends.values()), **looks)
            ends = {name: end + parts[part] for (name, end), parts in zip(ends.items(), ways.values())}
    for row, seconds in enumerate(ends.values()):
        axes.annotate(f"{seconds:.1f} s", (seconds, row), (5, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set(xlabel="seconds", ylim=(len(ways) - 0.5, -0.5))
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)


def draw_workers(tasks, killed, killed_at, title):
    """Who did what, and when: a line for each process, a block for each task, and when one of the processes was killed.

    Parameters
    ----------
    tasks : list of (int or str, float, float)
        Of each task: the process that did it, and when it began and ended, in seconds.
    killed : int or str
        The process that was killed; it has a line even where nothing that it did is left.
    killed_at : float
        When, on the same clock.
    title : str

    Returns
    -------
    Figure
    """
    processes = list(dict.fromkeys([killed, *(process for process, *_ in sorted(tasks, key=lambda task: task[1]))]))
    counts = {process: sum(task[0] == process for task in tasks) for process in processes}
    names = [f"process {letter}" for letter, _ in zip("ABCDEFGHIJKLMNOP", processes)]
    names[0] += ", killed"
    said = "; ".join(f"{name}: {count} parts" for name, count in zip(names, counts.values()))
    alt = f"Blocks along time, a line for each process. {said}. A broken line after {killed_at:.1f} s says when A was killed."
    figure = new_figure(8.6, 1.3 + 0.45 * len(names), alt)
    axes = figure.subplots()
    for process, start, end in tasks:
        row = processes.index(process)
        looks = {"color": (ORANGE, BLUE, SKY, GREEN)[row % 4], "hatch": "" if row else "//", "edgecolor": "black"}
        axes.barh(row, end - start, left=start, height=0.6, linewidth=0.6, **looks)
    axes.axvline(killed_at, color=RED, linestyle="--", linewidth=2)
    axes.annotate("A is killed", (killed_at, -0.5), (5, -4), textcoords="offset points", va="top", color=RED)
    axes.set_yticks(range(len(names)), [f"{name}: {count} parts" for name, count in zip(names, counts.values())])
    axes.set(xlabel="seconds since the parts were sent", ylim=(len(names) - 0.5, -0.5))
    axes.set_xlim(left=0)
    axes.set_title(title, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
