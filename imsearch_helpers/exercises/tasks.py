"""The graded tasks as learners have them: calls, their right answers and the answers of likely slips, as data, no code.

They stand in ``examples.json`` beside the notebook.
"""

import importlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .equality import same
from .masters import course_folder, tasks_of
from .model import WorkedCase

EXAMPLES = "examples.json"


class Lookup:
    """A function that is a table: what a task gets where it needs something to call.

    Parameters
    ----------
    answers : dict
        Argument -> what the call returns, or an error's words, for which the call raises a ValueError.

    Examples
    --------
    >>> read = Lookup({"a.jpg": [1.0, 2.0], "b.jpg": "cut short"})
    >>> read("a.jpg")
    [1.0, 2.0]
    """

    def __init__(self, answers):
        self.answers = answers

    def __call__(self, argument):
        if isinstance(self.answers[argument], str):
            raise ValueError(self.answers[argument])
        return self.answers[argument]

    def __eq__(self, other):
        return isinstance(other, Lookup) and same(self.answers, other.answers)

    def __repr__(self):
        said = [f"{key!r} " + (f"raises ValueError({value!r})" if isinstance(value, str) else f"gives {value!r}")
                for key, value in self.answers.items()]  # fmt: skip
        return f"<a function: {', '.join(said)}>"


@dataclass(frozen=True)
class Examples:
    """A task as a learner gets it: an `Exercise` without solution, whose cases are worked already."""

    name: str
    signature: str
    cases: tuple
    bought: str
    forbidden: tuple  # "module:function"
    loop_free: bool
    judge = contest = None

    @property
    def ready_made(self):
        """The functions that refuse to work while a learner's function runs."""
        pairs = (name.split(":") for name in self.forbidden)
        found = (getattr(importlib.import_module(module), function, None) for module, function in pairs)
        return tuple(function for function in found if function)  # examples from an earlier release may name others

    def worked_cases(self, seed=None):
        """The examples.

        Parameters
        ----------
        seed : None

        Returns
        -------
        list of WorkedCase

        Raises
        ------
        ValueError
            When a seed is given: other cases need the solution.
        """
        if seed is not None:
            raise ValueError(f"{self.name} has only its examples here; cases for seed={seed!r} are made by the grader")
        return list(self.cases)


def tasks_in_reach():
    """The graded tasks that a notebook in the current folder can check.

    Returns
    -------
    dict of str to Examples or Exercise
        From ``examples.json`` in the current folder; else, where the course folder is in reach, from the keys.
    """
    if Path(EXAMPLES).is_file():
        return read_examples(EXAMPLES)
    folder = course_folder()
    return tasks_of(folder) if folder else {}


# The file


def write_examples(tasks, path):
    """Write what learners get of some tasks: calls and answers, no code.

    Parameters
    ----------
    tasks : iterable of Exercise
        Without a judge, which cannot be written down.
    path : Path

    Raises
    ------
    ValueError, TypeError
        When a task has a judge or a contest, or an argument that JSON cannot hold.
    """
    lines = [f"{json.dumps(task.name)}: {json.dumps(_as_data(task), separators=(',', ':'))}" for task in tasks]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")  # a line a task


def _as_data(task):
    if task.judge or task.contest:
        raise ValueError(f"{task.name}: a task with a judge or a contest cannot be written down as examples")
    return {
        "signature": task.signature,
        "bought": task.bought,
        "forbidden": [f"{function.__module__}:{function.__name__}" for function in task.forbidden],
        "loop_free": task.loop_free,
        "cases": [[_encoded(part) for part in case] for case in task.worked_cases(seed=0)],
    }


def read_examples(path):
    """Read what `write_examples` wrote.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict of str to Examples

    Raises
    ------
    ValueError
        When the file is damaged.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        return {name: _from_data(name, **data) for name, data in content.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} is damaged ({error}): take the one that was handed out") from None


def _from_data(name, signature, bought, forbidden, loop_free, cases):
    worked = tuple(WorkedCase(*map(_decoded, case)) for case in cases)
    return Examples(name, signature, worked, bought, tuple(forbidden), loop_free)


def _encoded(value):
    """A value as JSON knows it; what it does not know becomes {kind: content}."""
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": str(value.dtype), "shape": value.shape}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple):
        return {"tuple": [_encoded(item) for item in value]}
    if isinstance(value, set):
        return {"set": [_encoded(item) for item in sorted(value)]}
    if isinstance(value, list):
        return [_encoded(item) for item in value]
    if isinstance(value, dict):
        return {"dict": [[_encoded(key), _encoded(item)] for key, item in value.items()]}
    if isinstance(value, Lookup):
        return {"lookup": _encoded(value.answers)}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"examples hold numbers, text, arrays and containers of these, not {type(value).__name__}")


def _decoded(data):
    if isinstance(data, list):
        return [_decoded(item) for item in data]
    if not isinstance(data, dict):
        return data
    if "array" in data:
        return np.array(data["array"], dtype=data["dtype"]).reshape(data["shape"])
    [[kind, content]] = data.items()
    made = {"tuple": tuple, "set": set, "dict": dict, "lookup": Lookup}[kind]
    return made(_decoded(content))
