"""Floor 8. A learner's function comes in; out comes: not attempted yet, not yet (because ...), or correct. And hints.

In a notebook::

    check(unflatten)            # tests the function on fresh inputs and answers
    hint("unflatten", 1)        # a nudge; 2 and 3 say more
    solution("unflatten")       # the worked solution and why it works

What stands behind it, each module above those that it imports from:

- ``graded``: what a grader does: the same check on hidden cases, by code that nobody has exchanged; the open project
- ``checking``: a function -> a score and what to say about it
- ``lessons``: a name -> its exercise, hints and worked solution
- ``tasks``: what a learner has of the graded tasks: examples, as data in a file
- ``masters``: what a grader has of them: the masters' solutions, and the keys with cases from a seed
- ``notebook_NN``: the exercises of one notebook, as a list ``EXERCISES``
- ``words``: answers, errors and calls -> words
- ``model``: what an exercise and a score are
- ``sandbox``: a learner's function -> what became of a call
- ``equality``: two answers -> whether they are the same
"""

from .checking import check
from .equality import same
from .lessons import all_exercises, hint, solution, stub
from .model import CORRECT, NOT_ATTEMPTED, NOT_YET, Exercise, Score
from .sandbox import is_blank, silence

__all__ = [
    "CORRECT",
    "NOT_ATTEMPTED",
    "NOT_YET",
    "Exercise",
    "Score",
    "all_exercises",
    "check",
    "hint",
    "is_blank",
    "same",
    "silence",
    "solution",
    "stub",
]
