"""Floor 8. A learner's function comes in; out comes: not attempted yet, not yet (because ...), or correct. And hints.

In a notebook::

    check(unflatten)            # tests the function on fresh inputs and answers
    hint("unflatten", 1)        # a nudge; 2 and 3 say more
    solution("unflatten")       # the worked solution and why it works

Each module ``notebook_NN`` beside this file holds one notebook's exercises as a list ``EXERCISES``. An `Exercise` is
built around its worked solution: the head and the docstring of that function are the stub that the reader fills in.

The graded tasks of the assignments use the same `check`; where they come from is in ``graded`` beside this file.
"""

import _thread
import ast
import contextlib
import copy
import dis
import html
import importlib
import inspect
import io
import pkgutil
import re
import signal
import sys
import textwrap
import threading
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
from PIL import Image

NOT_ATTEMPTED, NOT_YET, CORRECT = "not attempted yet", "not yet", "correct"
MARKS = {NOT_ATTEMPTED: "○", NOT_YET: "✗", CORRECT: "✓"}
COLOURS = {NOT_ATTEMPTED: "#595959", NOT_YET: "#B34700", CORRECT: "#00664B"}
TIME_LIMIT = 5  # seconds for one call of a learner's function, which takes milliseconds unless it never ends


class WorkedCase(NamedTuple):
    """The arguments of one call, the right answer, and the wrong answers of likely slips: cause in words -> answer."""

    given: tuple
    expected: object
    slips: dict


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Parameters
    ----------
    solution : callable
        The worked solution. Its name is the exercise's; its signature and docstring, which states the task, are the stub.
    cases : callable
        Takes a `numpy.random.Generator`, returns a list of tuples of arguments, the most readable first. The values must
        come from the generator, so that no list of remembered answers passes.
    hints : tuple of str
        Two or three, each says more than the one before; none for a graded task. Markdown.
    explanation : str
        Why the solution works. Markdown.
    bought : str
        One sentence for the reader who got it right: what this is good for.
    slips : dict of str to callable
        Likely cause in words -> a function that makes this mistake. Where it explains all wrong answers of the learner's
        function, the words are shown.
    forbidden : tuple of callable
        The package's own functions for the same task; they refuse to work while the learner's function runs.
    judge : callable, optional
        For tasks with more than one right answer: takes what the learner's function returned and the arguments, returns
        "" if that is right, otherwise what is wrong with it. By default the answer must equal the solution's.
    contest : callable, optional
        For free tasks that are won by a score: takes the learner's function once all cases have passed, returns whether
        the score is good enough, and the score in words.
    loop_free : bool
        For tasks that ask for array arithmetic alone: a ``for``, a ``while``, a comprehension, `map` and NumPy's hidden
        loops are a miss.
    """

    solution: Callable
    cases: Callable
    hints: tuple = ()
    explanation: str = ""
    bought: str = "Every case is right."
    slips: dict = field(default_factory=dict)
    forbidden: tuple = ()
    judge: Callable | None = None
    contest: Callable | None = None
    loop_free: bool = False

    @property
    def name(self):
        return self.solution.__name__

    @property
    def signature(self):
        """How the function is called, for example ``(v1, v2)``."""
        return str(inspect.signature(self.solution))

    @property
    def ready_made(self):
        """The functions that refuse to work while a learner's function runs."""
        return (*self.forbidden, self.solution)

    def worked_cases(self, seed=None):
        """Cases with their right answers.

        Parameters
        ----------
        seed : int, optional
            The cases of this seed; without it those of seed 0, and after them others that nobody has seen before.

        Returns
        -------
        list of WorkedCase
        """
        generators = [np.random.default_rng(0), np.random.default_rng()] if seed is None else [np.random.default_rng(seed)]
        with silence(), warnings.catch_warnings():  # a slip's warning would stand in the learner's notebook
            warnings.simplefilter("ignore")
            return [self._worked(case) for rng in generators for case in self.cases(rng)]

    def _worked(self, case):
        expected, slips = self.solution(*copy.deepcopy(case)), {}
        for cause, slip in self.slips.items():
            with contextlib.suppress(Exception):  # a slip may not fit every case
                slips[cause] = slip(*copy.deepcopy(case))
        return WorkedCase(case, expected, {cause: answer for cause, answer in slips.items() if not same(answer, expected)})


class Score(float):
    """What a check answers: a number for a grader, a picture for the reader, the same in words when printed.

    Attributes
    ----------
    status : str
        "not attempted yet", "not yet" or "correct".
    message : str
        What to say about it.
    passed : list of bool
        Case by case.
    """

    def __new__(cls, value, status, message, passed=()):
        score = super().__new__(cls, value)
        score.status, score.message, score.passed = status, message, list(passed)
        return score

    def __repr__(self):
        return float.__repr__(self)

    def __str__(self):
        ticks = "".join("✓" if right else "✗" for right in self.passed)
        return f"{MARKS[self.status]} {self.status} {ticks}\n{self.message}"

    def _repr_html_(self):
        colour, font = COLOURS[self.status], "monospace" if self.status == NOT_YET else "inherit"
        ticks = "".join("✓" if right else "✗" for right in self.passed)
        count = f"<div>cases: {ticks} ({sum(self.passed)} of {len(self.passed)})</div>" if self.passed else ""
        return (
            f'<div style="border-left: 5px solid {colour}; padding: 4px 12px; white-space: pre-wrap">'
            f'<b style="color: {colour}">{MARKS[self.status]} {self.status}</b>{count}'
            f'<div style="font-family: {font}">{html.escape(self.message)}</div></div>'
        )


class Note(str):
    """A hint or a solution: Markdown in a notebook, text elsewhere."""

    def _repr_markdown_(self):
        return str(self)

    def __repr__(self):
        return str(self)


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
    exercise = _exercise(name_of(function))
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
        raise TypeError(f"check needs the function itself, without brackets or quotes, not {_short(function)}")
    if function.__name__ == "<lambda>":
        raise TypeError("check goes by the function's name: write it with def, as in the stub, not as a lambda")
    return function.__name__


def assess(exercise, function, cases, points):
    """What `check` does once the exercise and its cases are known.

    Parameters
    ----------
    exercise : Exercise
        Or `graded.Examples`.
    function : callable
    cases : list of WorkedCase
    points : float

    Returns
    -------
    Score
    """
    if is_blank(function):
        return Score(0.0, NOT_ATTEMPTED, f"Replace the three dots in {exercise.name}, then run this cell again.")
    if exercise.loop_free and _loops(function):
        return Score(0.0, NOT_YET, "It loops. This task asks for arithmetic on whole arrays: no for, while, comprehension or map.")
    attempts = _attempts(exercise, function, cases)
    if len(attempts) == len(cases) and not any(attempt.complaint for attempt in attempts):
        won, message = _contest(exercise, function)
        return Score(points, CORRECT, message, [True] * len(cases)) if won else Score(0.0, NOT_YET, message)
    passed = [not attempt.complaint for attempt in attempts] + [False] * (len(cases) - len(attempts))
    message = next(attempt.complaint for attempt in attempts if attempt.complaint) + _likely_cause(exercise, function, attempts)
    share = 0 if any(_said(attempt.error) == REFUSAL for attempt in attempts) else sum(passed) / len(passed)
    return Score(round(points * share, 4), NOT_YET, message, passed)


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

    Raises
    ------
    ValueError
        When there is no such exercise or no such tier.
    """
    exercise = _lesson_exercise(name)
    if type(tier) is not int or not 1 <= tier <= len(exercise.hints):
        raise ValueError(f"tier must be from 1 to {len(exercise.hints)} for {exercise.name!r}, not {tier!r}")
    return Note(f"**Hint {tier} of {len(exercise.hints)}.** {exercise.hints[tier - 1]}")


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


@cache
def all_exercises():
    """Every exercise of the course under its name.

    Returns
    -------
    dict of str to Exercise
    """
    names = [module.name for module in pkgutil.iter_modules(__path__) if module.name.startswith("notebook_")]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    exercises = [exercise for module in modules for exercise in module.EXERCISES]
    return {exercise.name: exercise for exercise in exercises}


def _exercise(name):
    from . import graded  # it is built on this module

    name = getattr(name, "__name__", name)
    known = all_exercises()
    if name not in known:
        known = known | graded.tasks_in_reach()
    if name not in known:
        raise ValueError(
            f"there is no exercise {name!r}; known are {', '.join(sorted(known))}. If it is a task of an assignment, "
            f"{graded.EXAMPLES} is missing beside the notebook"
        )
    return known[name]


def _lesson_exercise(name):
    exercise = _exercise(name)
    if exercise.name not in all_exercises():
        raise ValueError(f"{exercise.name!r} is a graded task, without hints and solution; known are {', '.join(sorted(all_exercises()))}")
    return exercise


def is_blank(function):
    """Whether a function is still what the stub is: a docstring and three dots.

    Parameters
    ----------
    function : callable

    Returns
    -------
    bool
    """

    def blank():
        """Like an untouched stub: a docstring and three dots."""
        ...

    function = inspect.unwrap(function)  # below its decorators
    if not hasattr(function, "__code__"):
        return False
    constants = set(function.__code__.co_consts) <= {None, function.__doc__, Ellipsis}
    return constants and _steps(function) == _steps(blank)


def _steps(function):
    return [instruction.opname for instruction in dis.get_instructions(function)]


LOOPS_OF_PYTHON = {"map", "filter", "reduce"}
LOOPS_OF_NUMPY = {"vectorize", "apply_along_axis", "fromiter", "frompyfunc"}


def _loops(function, seen=()):
    """Whether a function goes round in a loop, or another one of the same notebook that it names."""
    function = inspect.unwrap(function)
    if not hasattr(function, "__code__"):  # such as what np.vectorize returns
        return True
    codes = [function.__code__]
    for code in codes:
        codes += [constant for constant in code.co_consts if inspect.iscode(constant)]
    steps = [step for code in codes for step in dis.get_instructions(code)]
    if any(step.opname == "FOR_ITER" or "BACKWARD" in step.opname for step in steps):
        return True
    if any(isinstance(step.argval, str) and step.argval in LOOPS_OF_NUMPY for step in steps):
        return True
    named = {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    if named & LOOPS_OF_PYTHON:
        return True
    others = [function.__globals__.get(name) for name in named]
    own = [other for other in others if inspect.isfunction(other) and other.__globals__ is function.__globals__]
    return any(_loops(other, (*seen, function)) for other in own if other not in (*seen, function))


class Attempt(NamedTuple):
    """What a function made of one case; the complaint is empty where it is right, the error None where there was none."""

    case: WorkedCase
    got: object
    error: BaseException | None
    complaint: str


def _attempts(exercise, function, cases):
    """One attempt a case, up to the first that took too long: the next would take as long."""
    attempts = []
    for case in cases:
        attempts.append(_attempt(exercise, function, case))
        if _said(attempts[-1].error) == TOO_LONG:
            break
    return attempts


def _attempt(exercise, function, case):
    given = copy.deepcopy(case.given)
    with _set_apart(exercise) as printed:
        try:
            with _time_limit():
                got, error = function(*given), None
        except (Exception, SystemExit) as caught:
            got, error = None, caught
    if error is not None:
        reason = _about_error(error) if _takes(function, given) else _about_arguments(exercise)
    elif not same(given, case.given):
        reason = "It changed its input. Work on a copy: the caller still needs the original."
    elif got is None and case.expected is not None:
        reason = _about_nothing(case.expected, printed.getvalue())
    else:
        reason = _about_answer(exercise, case, got)
    return Attempt(case, got, error, f"The call:  {_call(exercise, case.given)}\n{reason}" if reason else "")


@contextlib.contextmanager
def _time_limit():
    """Interrupt what takes too long, as a press of the stop button would."""
    main = threading.main_thread()
    if threading.current_thread() is not main or sys.platform == "emscripten":  # nothing can be interrupted there
        yield
        return
    lock, state = threading.Lock(), {"running": True, "interrupted": False}

    def interrupt():
        with lock:
            if state["running"]:
                state["interrupted"] = True
                if hasattr(signal, "pthread_kill"):
                    signal.pthread_kill(main.ident, signal.SIGINT)  # also wakes what sleeps
                else:
                    _thread.interrupt_main()

    timer = threading.Timer(TIME_LIMIT, interrupt)
    timer.daemon = True
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer.start()
    try:
        try:
            yield
        finally:
            with lock:
                state["running"] = False
    except KeyboardInterrupt:
        if not state["interrupted"]:
            raise
        raise TimeoutError(TOO_LONG) from None
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _set_apart(exercise):
    """While the learner's function runs: nothing appears, ready-made answers refuse, NumPy's settings come back."""
    with silence() as printed, np.errstate(), _refusing(exercise.ready_made):
        yield printed


@contextlib.contextmanager
def silence():
    """Nothing appears that is printed, on stdout or stderr; it is collected.

    Yields
    ------
    io.StringIO
    """
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield printed


def _takes(function, given):
    try:
        inspect.signature(function).bind(*given)
    except TypeError:
        return False
    return True


def _about_arguments(exercise):
    return f"It should take {exercise.signature}, as the stub does."


def _contest(exercise, function):
    if exercise.contest is None:
        return True, exercise.bought
    try:
        with _set_apart(exercise):
            won, score = exercise.contest(function)
    except (Exception, SystemExit) as caught:
        return False, _about_error(caught)
    return won, f"{score}\n{exercise.bought}" if won else score


def _said(error):
    """An error's words, as text; it can hold anything, and there may be none."""
    return error.args[0] if error is not None and error.args and isinstance(error.args[0], str) else ""


def _about_error(error):
    if _said(error) == REFUSAL:
        return CALLS_THE_PACKAGE
    if _said(error) == TOO_LONG:
        return f"It was stopped after {TIME_LIMIT} seconds{TOO_LONG}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    place = f" at the line\n    {frames[0].line}" if frames and frames[0].line else ""
    words = traceback.format_exception_only(error)[-1].strip()  # also where the error cannot be written out
    return f"It stopped with {words}{place}"


def _about_nothing(expected, printed):
    if printed.strip():
        return f"Expected:  {_short(expected)}\nIt prints, but returns nothing. Give the result back with return."
    return f"Expected:  {_short(expected)}\nCame:      None. Does every way through the function end in a return?"


def _about_answer(exercise, case, got):
    expected = case.expected
    if exercise.judge is not None:
        wrong = _about_kind(expected, got) or _judged(exercise, case.given, got)
        return wrong and f"Came:      {_short(got)}\n{wrong}"
    if same(got, expected):
        return ""
    about = _about_kind(expected, got) or _about_shape(expected, got)
    return f"Expected:  {_short(expected)}\nCame:      {_short(got)}\n{about}".rstrip()


def _judged(exercise, case, got):
    try:
        return exercise.judge(copy.deepcopy(got), *copy.deepcopy(case))
    except Exception as error:  # whatever a judge meets in what a learner may return
        return f"That is not what the docstring asks for ({type(error).__name__}: {error})."


def _about_kind(expected, got):
    if inspect.isgenerator(got):
        return "It yields its results one by one, or a comprehension stands in round brackets. Return the whole result."
    if callable(got) and not callable(expected):
        return "That is a function. Are the brackets missing that call it?"
    return ""


def _about_shape(expected, got):
    if isinstance(expected, tuple) and (not isinstance(got, (tuple, list)) or len(got) != len(expected)):
        return f"It should be {len(expected)} values, separated by commas after return."
    if not _is_numeric(expected):
        return ""
    if not _is_numeric(got):
        return "It should be an array of numbers." if np.shape(expected) else "It should be a number."
    shapes = np.shape(got), np.shape(expected)
    return "" if shapes[0] == shapes[1] else f"The shape is {shapes[0]}; it should be {shapes[1]}."


def _likely_cause(exercise, function, attempts):
    # A slip that explains one wrong answer may do so by chance; one that explains them all is the likely cause.
    wrong = [attempt for attempt in attempts if attempt.complaint]
    for cause in wrong[0].case.slips:
        if all(cause in attempt.case.slips and same(attempt.case.slips[cause], attempt.got) for attempt in wrong):
            return f"\nLikely cause: {cause}"
    if _right_with_floats(exercise, function, wrong[0].case):
        return "\nLikely cause: the numbers are uint8, which wrap around at 256: turn them into floats first."
    return ""


def _right_with_floats(exercise, function, case):
    narrow = [isinstance(value, np.ndarray) and value.dtype == np.uint8 for value in case.given]
    wide = tuple(value.astype(float) if is_narrow else value for value, is_narrow in zip(case.given, narrow))
    return any(narrow) and not _attempt(exercise, function, case._replace(given=wide)).complaint


def same(one, other):
    """Whether two answers are equal: numbers up to rounding, arrays and lists item by item.

    Parameters
    ----------
    one, other : object

    Returns
    -------
    bool
    """
    one, other = _as_it_is(one), _as_it_is(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if _is_numeric(one) and _is_numeric(other):
        one, other = np.asarray(one), np.asarray(other)
        return one.shape == other.shape and np.allclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True)
    if isinstance(one, str) and isinstance(other, str):
        return str(one) == str(other)  # NumPy has its own type for text
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return type(one).__eq__ is object.__eq__ or bool(one == other)  # an engine knows no equality, and a copy will do


def _as_it_is(value):
    """A container without what a class of the learner's own may say about it."""
    for kind in (list, tuple):
        if isinstance(value, kind):
            return kind.__getitem__(value, slice(None))
    return dict.copy(value) if isinstance(value, dict) else value


def _is_numeric(value):
    try:
        return np.asarray(value).dtype.kind in "buif"
    except (TypeError, ValueError):
        return False


REFUSAL = "imsearch_helpers: write your own"
CALLS_THE_PACKAGE = "It calls the package's own function for this. Here you build your own: write out what it does."
TOO_LONG = ": does every loop in it come to an end?"


def _refuse(*args, **kwargs):
    raise RuntimeError("imsearch_helpers: write your own")  # spelled out: this code runs inside other modules' functions


@contextlib.contextmanager
def _refusing(functions):
    # The code is exchanged inside the function objects, because the reader may have imported them long before.
    codes = [function.__code__ for function in functions]
    try:
        for function in functions:
            function.__code__ = _refuse.__code__
        yield
    finally:
        for function, code in zip(functions, codes):
            function.__code__ = code


def _call(exercise, given):
    names = re.findall(r"[(,]\s*\**(\w+)", exercise.signature)
    return f"{exercise.name}({', '.join(f'{name}={_short(value)}' for name, value in zip(names, given))})"


def _short(value):
    try:
        return _written(value)
    except Exception:  # a learner's own class may fail to write itself
        return f"something of the type {type(value).__name__} that cannot be shown"


def _written(value):
    if isinstance(value, np.ndarray):
        text = np.array2string(value, threshold=24, edgeitems=4, precision=3, separator=", ", prefix=" " * 17)
        return f"array({text})" + (f" of shape {value.shape}" if value.size > 24 else "")
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.4g}"
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields") and len(value) <= 24:
        inside = ", ".join(map(_short, value)) + ("," if isinstance(value, tuple) and len(value) == 1 else "")
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    text = f"<a picture of {value.width} x {value.height} pixels>" if isinstance(value, Image.Image) else repr(value)
    return text if len(text) <= 300 else text[:300] + " ..."
