"""Floor 9. The sliders of lesson 01: a row of the scoreboard comes in; it stays hidden until it has been guessed."""

import ipywidgets
import numpy as np

from ..plots import show_scoreboard
from .panel import play, slider


def guess_row(name, row, known=None):
    """A row of the scoreboard, hidden until it has been guessed: a slider for each shot, and a button that shows the row.

    Parameters
    ----------
    name : str
        Of the method.
    row : dict of str to float
        Shot -> share from 0 to 1, as `found_by_shot` gives it.
    known : dict of str to dict of str to float, optional
        The rows above it, which are seen from the beginning.

    Returns
    -------
    Panel
        All of it can be worked from the keyboard: Tab goes from slider to slider, the arrows move one, Space presses the button.
        While the row is shown the guess stays as it is; the button then says "guess again" and hides the row.
    """

    known = dict(known or {})  # a copy: the caller's may get more rows while this one is still hidden

    def board(show, **guess):
        return guessed_row(name, row, guess, show, known)

    guesses = {shot: slider(shot, 0.0, 1.0, 0.5, step=0.05) for shot in sorted(row)}
    button = ipywidgets.ToggleButton(False, description="show it", layout={"width": "auto"})

    def lock(change):
        button.description = "guess again" if change["new"] else "show it"
        for guess in guesses.values():
            guess.disabled = change["new"]

    button.observe(lock, names="value")
    return play(board, **guesses, show=button).add_class("imsearch-guess")


def guessed_row(name, row, guess, show, known=None):
    """The scoreboard with a guess, and below it the row that was guessed, or question marks.

    Parameters
    ----------
    name : str
    row, guess : dict of str to float
        Of the same shots.
    show : bool
        Whether the row is seen.
    known : dict of str to dict of str to float, optional
        The rows above.

    Returns
    -------
    Figure
        Its title says, once the row is shown, by how much the guess is off.
    """
    off = np.mean([abs(guess[shot] - share) for shot, share in row.items()])
    title = f"The guess is off by {off:.2f} on average" if show else "Move the sliders to your guess, then press the button"
    return show_scoreboard({**(known or {}), "my guess": guess, name: row if show else None}, title)
