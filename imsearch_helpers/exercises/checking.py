"""A learner's function comes in; out comes a score, with what to say about the first case that went wrong, and why it did."""

import copy
import inspect
from typing import NamedTuple

import numpy as np

from .equality import same
from .lessons import exercise_named
from .model import CORRECT, NOT_ATTEMPTED, NOT_YET, Score, WorkedCase
from .sandbox import TookTooLong, has_loop, is_blank, refused, run
from .words import about_answer, about_arguments, about_cause, about_error, about_kind, about_nothing, call_of, short

BLANK = "Replace the three dots in {}, run the cell with the function first, then this cell again."
IT_LOOPS = "It loops. This task asks for arithmetic on whole arrays: no for, while, comprehension or map."


def check(function, seed=None, points=1.0):
    """Test a function of the reader's: an exercise's on fresh inputs, a graded task's on its examples.

    The function runs in this process, so a check catches slips, wrappers and remembered answers, but not somebody who sets
    out to change the checker itself.

    Parameters
    ----------
    function : callable
        Named as in the stub.
    seed : int, optional
        Only the inputs made from this seed. Without it there are the inputs of seed 0, and after them others that nobody has
        seen before. A graded task has its examples only, where its solution is not in reach.
    points : float
        What a function that passes every case is worth.

    Returns
    -------
    Score
        From 0 to `points`: the share of the cases that pass. 0 for a function that calls the package's own for the task, that
        loops where no loop is allowed, or that does not win a contest.

    Raises
    ------
    TypeError
        When `function` is no function, but for example its result, or one without a name (a lambda).
    ValueError
        When there is no exercise of that name, which lists the known ones; when a task with examples only gets a seed.
    """
    exercise = exercise_named(name_of(function))
    return assess(exercise, function, exercise.worked_cases(seed), points)


def name_of(function):
    """The name by which a learner's function finds its exercise.

    Parameters
    ----------
    function : callable

    Returns
    -------
    str

    Raises
    ------
    TypeError
        When it is no function or has no name of its own.
    """
    if not callable(function) or not hasattr(function, "__name__") or isinstance(function, type):
        raise TypeError(f"check needs the function itself, without brackets or quotes, not {short(function)}")
    if function.__name__ == "<lambda>":
        raise TypeError("check goes by the function's name: write it with def, as in the stub, not as a lambda")
    return function.__name__


def assess(exercise, function, cases, points):
    """What `check` does once the exercise and its cases are known.

    Parameters
    ----------
    exercise : Exercise or Examples
    function : callable
    cases : list of WorkedCase
    points : float

    Returns
    -------
    Score
    """
    if is_blank(function):
        return Score(0.0, NOT_ATTEMPTED, BLANK.format(exercise.name))
    if exercise.loop_free and has_loop(function):
        return Score(0.0, NOT_YET, IT_LOOPS)
    attempts = _attempts(exercise, function, cases)
    wrong = [attempt for attempt in attempts if attempt.is_wrong]
    if not wrong:
        won, message = _contest(exercise, function)
        return Score(points, CORRECT, message, [True] * len(cases)) if won else Score(0.0, NOT_YET, message)
    passed = [not attempt.is_wrong for attempt in attempts] + [False] * (len(cases) - len(attempts))
    share = 0 if any(refused(attempt.error) for attempt in attempts) else sum(passed) / len(passed)
    return Score(round(points * share, 4), NOT_YET, _message(exercise, function, wrong), passed)


class Attempt(NamedTuple):
    """What a function made of one case: a reason in words, a comparison, or both, where it is wrong; the error None where there was none."""

    case: WorkedCase
    got: object
    error: BaseException | None
    reason: str = ""
    compared: str = ""

    @property
    def is_wrong(self):
        return bool(self.reason or self.compared)


def _attempts(exercise, function, cases):
    """One attempt a case, up to the first that took too long: the next would take as long."""
    attempts = []
    for case in cases:
        attempts.append(_attempt(exercise, function, case))
        if isinstance(attempts[-1].error, TookTooLong):
            break
    return attempts


def _attempt(exercise, function, case):
    given = copy.deepcopy(case.given)
    outcome = run(function, given, exercise.ready_made)
    reason = compared = ""
    if outcome.error is not None:
        reason = about_error(outcome.error) if _takes(function, given) else about_arguments(exercise)
    elif not same(given, case.given):
        reason = "It changed its input. Work on a copy: the caller still needs the original."
    elif outcome.got is None and case.expected is not None:
        reason, compared = about_nothing(case.expected, outcome.printed)
    elif exercise.judge is None:
        reason, compared = ("", "") if same(outcome.got, case.expected) else about_answer(case.expected, outcome.got)
    else:
        reason = about_kind(case.expected, outcome.got) or _judged(exercise, case.given, outcome.got)
        compared = f"Came:      {short(outcome.got)}" if reason else ""
    return Attempt(case, outcome.got, outcome.error, reason, compared)


def _message(exercise, function, wrong):
    """What helps first: a picture in a call can fill a page."""
    first = wrong[0]
    cause = _likely_cause(exercise, function, wrong)
    call = f"The call:  {call_of(exercise, first.case.given)}"
    return "\n".join(part for part in (first.reason, cause and f"Likely cause: {cause}", call, first.compared) if part)


def _takes(function, given):
    try:
        inspect.signature(function).bind(*given)
    except TypeError:
        return False
    return True


def _judged(exercise, case, got):
    try:
        return exercise.judge(copy.deepcopy(got), *copy.deepcopy(case))
    except Exception as error:  # whatever a judge meets in what a learner may return
        return f"That is not what the docstring asks for ({type(error).__name__}: {error})."


def _contest(exercise, function):
    if exercise.contest is None:
        return True, exercise.bought
    outcome = run(exercise.contest, (function,), exercise.ready_made, timed=False)
    if outcome.error is not None:
        return False, about_error(outcome.error)
    won, score = outcome.got
    return won, f"{score}\n{exercise.bought}" if won else score


def _likely_cause(exercise, function, wrong):
    by_slip = _slip_behind(wrong)
    if by_slip or refused(wrong[0].error):
        return by_slip
    if wrong[0].error is not None and about_cause(wrong[0].error):
        return about_cause(wrong[0].error)
    if _right_with_floats(exercise, function, wrong[0].case):
        return "the numbers are uint8, which wrap around at 256: turn them into floats first."
    wide = [attempt for attempt in wrong if not any(map(_is_uint8, attempt.case.given))]
    return _slip_behind(wide) if len(wide) > 1 else ""  # where the numbers wrap around as well, no slip alone explains them all


def _slip_behind(wrong):
    """A slip that explains one wrong answer may do so by chance; one that explains them all is the likely cause."""
    answered = [attempt for attempt in wrong if attempt.error is None]
    causes = answered[0].case.slips if answered else ()
    return next((cause for cause in causes if all(_explains(cause, attempt) for attempt in wrong)), "")


def _explains(cause, attempt):
    answer = attempt.case.slips.get(cause, attempt.case.expected)
    return answer is None if attempt.error is not None else answer is not None and same(answer, attempt.got)


def _is_uint8(value):
    return isinstance(value, np.ndarray) and value.dtype == np.uint8


def _right_with_floats(exercise, function, case):
    wide = tuple(value.astype(float) if _is_uint8(value) else value for value in case.given)
    return any(map(_is_uint8, case.given)) and not _attempt(exercise, function, case._replace(given=wide)).is_wrong
