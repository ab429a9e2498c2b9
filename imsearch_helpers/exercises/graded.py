"""What a grader does with a learner's function: `check` on cases that the learner has not seen. And the open project.

Masters and keys of assignments import from here.
"""

import importlib.util
import inspect
import os
import pkgutil
from pathlib import Path

from ..collection import Products
from ..images import load_image
from ..judging import engine_over, evaluate_engine
from ..vectors import METHODS
from .checking import assess, name_of
from .equality import same
from .masters import COURSE_VARIABLE, course_folder, solutions_of, task_named
from .model import Score
from .notebook_07 import my_method
from .sandbox import is_blank, silence
from .tasks import Lookup

__all__ = ["Lookup", "changed_code", "grade", "hidden_seed", "project_report", "solutions_of"]

PUBLIC_SEED = 20  # where there is no seed.txt


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
        task = task_named(name_of(function), folder)
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


# Whether the checking code is still what its files say


def changed_code():
    """The functions of this package of exercises that a notebook has exchanged in memory, wherever they are imported.

    Returns
    -------
    list of str
        Their names: they are no longer what their file says. It finds a clumsy cheat, not a clever one.
    """
    changed = []
    names = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    for module in map(importlib.import_module, (__package__, *(f"{__package__}.{name}" for name in names))):
        now = dict(_functions_in(module))
        changed += [f"{module.__name__}.{name}" for name, code in _functions_in(_as_filed(module)) if now.get(name) != code]
    return changed


def _as_filed(module):
    """A module once more, fresh from its file."""
    folders = getattr(module, "__path__", None)  # which only a package has
    spec = importlib.util.spec_from_file_location(module.__name__, module.__file__, submodule_search_locations=folders)
    filed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(filed)
    return filed


def _functions_in(module):
    """Name and code of each function and method in a module that is this package's, its own or imported."""
    for name, value in vars(module).items():
        if not (getattr(value, "__module__", None) or "").startswith(__package__):
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
        found = evaluate_engine(engine_over(function, rows), products)
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
