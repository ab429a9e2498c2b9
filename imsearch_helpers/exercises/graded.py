"""The graded tasks of the assignments: one `check` for learners and graders, but other cases and no solution for learners.

A learner has ``examples.json`` beside the notebook: calls, their right answers and the answers of likely slips, as plain
data. The grader has the course folder: the masters below ``source/``, which hold the solutions, and in ``keys/`` one
module an assignment, with a list ``TASKS`` of `Exercise` whose cases come from a seed. `grade` is `check` with that seed.
"""

import functools
import importlib.util
import inspect
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..collection import Products
from ..images import load_image
from ..vectors import METHODS
from . import Score, WorkedCase, assess, is_blank, name_of, same, silence
from .notebook_07 import measured, my_method

EXAMPLES = "examples.json"
COURSE_VARIABLE = "IMSEARCH_ASSIGNMENTS"  # names the course folder where a notebook runs elsewhere
PUBLIC_SEED = 20  # where there is no seed.txt


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
        return tuple(getattr(importlib.import_module(module), function) for module, function in pairs)

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


def course_folder():
    """The folder with the masters and the keys.

    Returns
    -------
    Path or None
        The variable ``IMSEARCH_ASSIGNMENTS``, else the current folder or one above it; None where there is none.
    """
    named = os.environ.get(COURSE_VARIABLE)
    folders = [Path(named)] if named else [Path.cwd(), *Path.cwd().parents]
    return next((folder for folder in folders if (folder / "keys").is_dir() and (folder / "source").is_dir()), None)


def tasks_of(folder):
    """All tasks of a course folder, with their solutions.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of str to Exercise
    """
    return {name: task for path in _keys(folder) for name, task in _tasks_in(path).items()}


def _keys(folder):
    return sorted(Path(folder, "keys").glob("*.py"))


@functools.cache
def _tasks_in(path):
    return {task.name: task for task in key_of(path).TASKS}


def key_of(path):
    """The module that holds one assignment's cases.

    Parameters
    ----------
    path : Path

    Returns
    -------
    module

    Raises
    ------
    ValueError
        When it has no list ``TASKS``.
    """
    spec = importlib.util.spec_from_file_location(f"key_{path.stem}", path)
    key = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(key)
    if not hasattr(key, "TASKS"):
        raise ValueError(f"{path} must define TASKS, a list of exercises")
    return key


def solutions_of(key):
    """The solutions in an assignment's master, for its key.

    Parameters
    ----------
    key : str or Path
        The key's own ``__file__``; the master is ``source/NAME/NAME.ipynb`` beside the folder of the keys.

    Returns
    -------
    dict of str to callable
        Everything that the first code cell and the solution cells define.
    """
    key = Path(key)
    master = key.parent.parent / "source" / key.stem / f"{key.stem}.ipynb"
    cells = [cell for cell in json.loads(master.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    namespace = {}
    for cell in cells[:1] + [cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("solution")]:
        exec(compile("".join(cell["source"]), master.name, "exec"), namespace)
    return namespace


def hidden_seed(folder):
    """The seed of the grader's cases.

    Parameters
    ----------
    folder : Path
        The course folder.

    Returns
    -------
    int
        The number in ``seed.txt``, where there is one; else the one that everybody can read here.

    Raises
    ------
    ValueError
        When there is something else in the file.
    """
    file = Path(folder) / "seed.txt"
    if not file.is_file():
        return PUBLIC_SEED
    text = file.read_bytes().decode("utf-8-sig", errors="replace").strip()
    if not text.isdecimal():
        raise ValueError(f"{file} must hold one whole number of at least 0, not {text[:20]!r}")
    return int(text)


def grade(function, points):
    """`check` as the grader does it: on cases that the learner has not seen.

    Parameters
    ----------
    function : callable
    points : float

    Returns
    -------
    Score

    Raises
    ------
    FileNotFoundError
        When the keys are not in reach.
    ValueError
        When there is no such task.
    RuntimeError
        When the notebook has exchanged parts of the checking code, or hands in the grader's own solution.
    """
    with silence():
        changed = changed_code()
        if changed:  # an error, because a Score may no longer show what it holds
            raise RuntimeError(f"this notebook has changed what checks it: {', '.join(changed)}")
        folder = course_folder()
        if folder is None:
            place = os.environ.get(COURSE_VARIABLE) or f"{Path.cwd()} or above it"
            raise FileNotFoundError(f"no folder with keys and source in {place}; {COURSE_VARIABLE} should name the course folder")
        task = _task_in(folder, name_of(function))
        if _file_of(function) == _file_of(task.solution):
            raise RuntimeError("this is the grader's own solution")
        cases = task.worked_cases(hidden_seed(folder))
        score = assess(task, function, cases, points)
        least = min(score, round(points * _share_of_unseen(task, cases, score), 4))
        return Score(least, score.status, score.message, score.passed)


def _file_of(function):
    """Where a function was typed in; the same code in a learner's notebook has another file's name."""
    return getattr(getattr(function, "__code__", None), "co_filename", "")


def _share_of_unseen(task, cases, score):
    """How many of the cases pass, without those that are among the examples as well and could be known by heart."""
    seen = [case.given for case in task.worked_cases(seed=0)]
    counted = [passed for case, passed in zip(cases, score.passed) if not any(same(case.given, given) for given in seen)]
    return sum(counted) / len(counted) if counted else 1.0


def _task_in(folder, name):
    errors = []
    for path in _keys(folder):
        try:
            tasks = _tasks_in(path)
        except Exception as error:  # of a key that somebody is writing; it may be another's
            errors.append(error)
            continue
        if name in tasks:
            return tasks[name]
    raise errors[0] if errors else ValueError(f"there is no graded task {name!r}; known are {', '.join(tasks_of(folder))}")


def changed_code():
    """The functions of the checking code that a notebook has exchanged in memory.

    Returns
    -------
    list of str
        Their names: they are no longer what their file says. It finds a clumsy cheat, not a clever one.
    """
    changed = []
    for module in (sys.modules[__package__], sys.modules[__name__]):
        spec = importlib.util.spec_from_file_location(module.__name__, module.__file__)
        filed = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(filed)
        now = dict(_functions_in(module))
        changed += [f"{module.__name__}.{name}" for name, code in _functions_in(filed) if now.get(name) != code]
    return changed


def _functions_in(module):
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        members = vars(value).items() if inspect.isclass(value) else [("", value)]
        for member, function in members:
            function = inspect.unwrap(function) if callable(function) else function
            if inspect.isfunction(function):
                yield f"{name}.{member}".rstrip("."), function.__code__


# The open project


def project_report(method):
    """How well a learner's method finds the same product again, beside the course's own methods.

    Parameters
    ----------
    method : callable
        Takes an RGB `PIL.Image.Image`, returns a vector.

    Returns
    -------
    str
        A table: mean average precision, and precision@5 by the shot of the query. Over the pictures of ``private/`` in the
        course folder, where a teacher has rendered some; else over the held-out ones of the collection.
    """
    if is_blank(method):
        return "not attempted yet"
    products, rows, kind = _pictures_to_measure_on()
    name = f"{len(rows)} pictures of the {kind} products"
    picture = load_image(rows[0].path)
    lines = [f"{name:42}average precision; precision@5 by shot"]
    if not same(method(picture), method(picture)):
        lines.append("Your project gives another vector each time: then its numbers are luck.")
    ours = {"hues, as in lesson 07": my_method, **{key: METHODS[key] for key in ("root_histogram", "histogram")}}
    for label, function in {"your project": method, **ours}.items():
        found = measured(function, products, rows)
        shots = ", ".join(f"{shot} {precision:.2f}" for shot, precision in found.by_shot.items())
        lines.append(f"{label:42}{found.average_precision:.3f}; {shots}")
    return "\n".join(lines)


def _pictures_to_measure_on():
    folder = course_folder()
    if folder is not None and (folder / "private" / "products.csv").is_file():
        products = Products(folder / "private")
        return products, products.rows, "private"
    products = Products()
    return products, products.where(split="held_out"), "held-out"


# Examples as a file


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
