"""The name of an exercise comes in; out comes the exercise, a hint, the worked solution, or the stub to start from."""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from functools import cache
from pathlib import Path

from .model import Note
from .tasks import EXAMPLES, tasks_in_reach


@cache
def all_exercises():
    """Every exercise of the course under its name.

    Returns
    -------
    dict of str to Exercise
    """
    names = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name.startswith("notebook_")]
    modules = [importlib.import_module(f"{__package__}.{name}") for name in names]
    return {exercise.name: exercise for module in modules for exercise in module.EXERCISES}


def exercise_named(name):
    """An exercise of a lesson, or a graded task in reach.

    Parameters
    ----------
    name : str

    Returns
    -------
    Exercise or Examples

    Raises
    ------
    ValueError
        When there is none of that name, which lists the known ones.
    """
    known = all_exercises()
    if name not in known:
        known = known | tasks_in_reach()
    if name not in known:
        raise ValueError(
            f"there is no exercise {name!r}; known are {', '.join(sorted(known))}. If it is a task of an assignment, "
            f"{EXAMPLES} is missing beside the notebook"
        )
    return known[name]


def _lesson_exercise(name):
    exercise = exercise_named(getattr(name, "__name__", name))
    if exercise.name not in all_exercises():
        raise ValueError(f"{exercise.name!r} is a graded task, without hints and solution; known are {', '.join(sorted(all_exercises()))}")
    return exercise


def hint(name, tier=1):
    """A nudge towards the solution of an exercise.

    Parameters
    ----------
    name : str
        The exercise's name.
    tier : int
        1 is the gentlest.

    Returns
    -------
    Note
        The last hint, and what says more, where `tier` asks for one beyond.

    Raises
    ------
    ValueError
        When there is no such exercise, or `tier` is no whole number from 1.
    """
    exercise = _lesson_exercise(name)
    n_hints = len(exercise.hints)
    if type(tier) is not int or tier < 1:
        raise ValueError(f"tier must be from 1 to {n_hints} for {exercise.name!r}, not {tier!r}")
    last = min(tier, n_hints)
    more = f"\n\nThere is no hint {tier}; more is said by `solution({exercise.name!r})`." if tier > n_hints else ""
    return Note(f"**Hint {last} of {n_hints}.** {exercise.hints[last - 1]}{more}")


def solution(name):
    """The worked solution of an exercise, and why it works.

    Parameters
    ----------
    name : str

    Returns
    -------
    Note

    Raises
    ------
    ValueError
        When there is no such exercise.
    """
    exercise = _lesson_exercise(name)
    return Note(f"```python\n{inspect.getsource(exercise.solution)}```\n\n{exercise.explanation}")


def stub(name):
    """What the reader starts from: the solution's head and docstring, and three dots.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
        Python source without a newline at its end.

    Raises
    ------
    ValueError
        When there is no such exercise.
    """
    source = textwrap.dedent(inspect.getsource(_lesson_exercise(name).solution))
    docstring = ast.parse(source).body[0].body[0]
    return "\n".join([*source.splitlines()[: docstring.end_lineno], "    ..."])
