"""The course folder comes in, which graders have; out come the graded tasks with their solutions.

The masters below ``source/`` hold the solutions. In ``keys/`` stands one module an assignment, with a list ``TASKS`` of
`Exercise` whose cases come from a seed.
"""

import importlib.util
import json
import os
from pathlib import Path

COURSE_VARIABLE = "IMSEARCH_ASSIGNMENTS"  # names the course folder where a notebook runs elsewhere


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


def task_named(name, folder):
    """One task of a course folder, whatever state the keys of other assignments are in.

    Parameters
    ----------
    name : str
    folder : Path

    Returns
    -------
    Exercise

    Raises
    ------
    ValueError
        When there is no such task, which lists the known ones; where a key is broken, its own error instead.
    """
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


def _keys(folder):
    return sorted(Path(folder, "keys").glob("*.py"))


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
