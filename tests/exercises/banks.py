"""All exercises and graded tasks with their answers: the one place that loads them, for the tests and for the scripts beside it."""

import importlib.util
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from imsearch_helpers import exercises
from imsearch_helpers.exercises import checking
from imsearch_helpers.exercises.masters import tasks_of
from tests import REPOSITORY

FOLDERS = [REPOSITORY / "tests" / "exercises", REPOSITORY / "tests" / "classroom"]


class Tried(NamedTuple):
    """An exercise of a lesson or a graded task, with the right answers and the wrong ones: (function, words of the reason)."""

    exercise: exercises.Exercise
    right: list
    wrong: list


def load(path):
    """The module in a file that is in no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def all_banks():
    """Name -> `Tried`, for every exercise and every graded task."""
    known = exercises.all_exercises() | tasks_of(REPOSITORY / "notebooks" / "assignments")
    tried = {name: Tried(_with_one_contest(exercise), [], []) for name, exercise in known.items()}
    for bank in [load(path) for folder in FOLDERS for path in sorted(folder.glob("bank_*.py"))]:
        for name in {**bank.RIGHT, **bank.WRONG}:
            tried[name].right.extend(bank.RIGHT.get(name, ()))
            tried[name].wrong.extend(bank.WRONG.get(name, ()))
    return tried


def _with_one_contest(exercise):
    # A contest knows no seed, and takes seconds.
    return replace(exercise, contest=cache(exercise.contest)) if exercise.contest else exercise


@cache
def _cases(name, seed):
    return all_banks()[name].exercise.worked_cases(seed)


def score_of(name, function, seed):
    """What the check says about a function, on the cases of one seed.

    Parameters
    ----------
    name : str
    function : callable
    seed : int

    Returns
    -------
    Score
    """
    function.__name__ = name
    return checking.assess(all_banks()[name].exercise, function, _cases(name, seed), 1.0)
