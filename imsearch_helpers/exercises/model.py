"""What things are: an exercise, one of its cases with the right answer, and the score that a check answers with."""

import contextlib
import copy
import html
import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .equality import same
from .sandbox import silence

NOT_ATTEMPTED, NOT_YET, CORRECT = "not attempted yet", "not yet", "correct"
MARKS = {NOT_ATTEMPTED: "○", NOT_YET: "✗", CORRECT: "✓"}
COLOURS = {NOT_ATTEMPTED: "#595959", NOT_YET: "#B34700", CORRECT: "#00664B"}


class WorkedCase(NamedTuple):
    """The arguments of one call, the right answer, and the wrong answers of likely slips: cause in words -> answer, None for an error."""

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
        """The solution's name, and the learner's function's."""
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
        expected, slips = self.solution(*copy.deepcopy(case)), dict.fromkeys(self.slips)
        for cause, slip in self.slips.items():
            with contextlib.suppress(Exception):  # a slip may stop with an error, as a learner's function may
                slips[cause] = slip(*copy.deepcopy(case))
        return WorkedCase(case, expected, {cause: answer for cause, answer in slips.items() if not same(answer, expected)})


def telling(draw, solution, slips):
    """Draw a case until every slip shows in it, so that no wrong answer passes by luck.

    Parameters
    ----------
    draw : callable
        Returns a new case each time.
    solution : callable
    slips : iterable of callable

    Returns
    -------
    tuple
        The case.
    """
    while True:
        case = draw()
        right = solution(*copy.deepcopy(case))
        if not any(same(slip(*copy.deepcopy(case)), right) for slip in slips):
            return case


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
