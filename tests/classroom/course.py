"""A course folder for one test: a copy in which to hand out, hand in, grade and give back, as a teacher does it."""

import html
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from imsearch_helpers.exercises import checking
from tests import REPOSITORY

ASSIGNMENTS = REPOSITORY / "notebooks" / "assignments"
NAMES = sorted(path.stem for path in (ASSIGNMENTS / "keys").glob("*.py"))
HERE = Path(__file__).resolve().parent
MADE_BY_TEACHERS = {"release", "submitted", "autograded", "feedback", "marks", "logs", "seed.txt", "private"}


def master(name):
    return nbformat.read(ASSIGNMENTS / "source" / name / f"{name}.ipynb", as_version=4)


def kind_of(cell):
    return cell.metadata.get("nbgrader", {})


def answer_cells(notebook):
    """Task -> the cell in which it is answered, of those that a check grades."""
    tasks = {kind_of(cell)["grade_id"].removeprefix("test_") for cell in test_cells(notebook)}
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if kind_of(cell).get("grade_id") in tasks}


def test_cells(notebook):
    return [cell for cell in notebook.cells if kind_of(cell).get("grade") and not kind_of(cell).get("solution")]


test_cells.__test__ = False  # it is no test


def assess(task, function, seed, points):
    """What a check with this seed says."""
    return checking.assess(task, function, task.worked_cases(seed), points)


def named(function, task):
    """A check knows the task by the function's name."""
    function.__name__ = task
    return function


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bank(name):
    """The bank of answers to one assignment."""
    return load(HERE / f"bank_{name}.py")


def from_the_bank(name, task, kind, number):
    """A cell that answers a task with an answer of the bank."""
    answer = f"{kind}[{task!r}][{number}]" + ("[0]" if kind == "WRONG" else "")
    return f"from bank_{name} import {kind}\n\n{task} = {answer}\n{task}.__name__ = {task!r}"


def _what_teachers_made(folder, names):
    return {"__pycache__", *(MADE_BY_TEACHERS if Path(folder) == ASSIGNMENTS else ())} & set(names)


def in_short(notebook):
    """A change for `Course.hand_in`: without the cells in which nothing is asked, which take half of the time."""
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "markdown" or kind_of(cell) or "import check" in cell.source]


class Course:
    """A copy of the repository's parts that grading needs, in a temporary folder."""

    def __init__(self, folder):
        self.root = folder
        self.folder = folder / "notebooks" / "assignments"
        shutil.copytree(ASSIGNMENTS, self.folder, ignore=_what_teachers_made)
        shutil.copytree(REPOSITORY / "imsearch_helpers", folder / "imsearch_helpers", ignore=_what_teachers_made)
        shutil.copytree(REPOSITORY / "data" / "models", folder / "data" / "models")
        shutil.copy(REPOSITORY / "constraints.txt", folder)
        self.environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(folder), str(HERE)]),
            "IMSEARCH_DATA": str(REPOSITORY / "data"),
            "PYTHONUTF8": "1",
        }

    def run(self, *arguments):
        """Run Python with these arguments in the course folder; returns the finished process."""
        return subprocess.run(
            [sys.executable, *map(str, arguments)], cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )  # fmt: skip

    def classroom(self, *arguments):
        return self.run("-m", "classroom", *arguments)

    def release(self, name):
        """Make the learners' version; returns its path."""
        done = self.run("-m", "nbgrader", "generate_assignment", name, "--force")
        path = self.folder / "release" / name / f"{name}.ipynb"
        assert path.is_file(), done.stdout
        return path

    def hand_in(self, student, name, answers=(), change=None, path=None):
        """What a student hands in: the release with some cells answered, then changed in any way.

        Parameters
        ----------
        student, name : str
        answers : dict of str to str
            Grade id -> the new source of that cell.
        change : callable, optional
            Takes the notebook and changes it in place.
        path : Path, optional
            Where it is written, as JSON with nothing but ASCII, instead of the folder that `collect` would put it in.
        """
        notebook = nbformat.read(self.folder / "release" / name / f"{name}.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = dict(answers).get(kind_of(cell).get("grade_id"), cell.source)
        if change:
            change(notebook)
        if path:
            path.write_text(json.dumps(notebook), encoding="utf-8")
            return
        path = self.submitted(student, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)

    def submitted(self, student, name):
        return self.folder / "submitted" / student / name / f"{name}.ipynb"

    def autograded(self, student, name):
        return nbformat.read(self.folder / "autograded" / student / name / f"{name}.ipynb", as_version=4)

    def feedback(self, student, name):
        return (self.folder / "feedback" / student / name / f"{name}.html").read_text(encoding="utf-8")


def solved(name):
    """Grade id -> the master's own answer, for all cells of a learner."""
    return {kind_of(cell)["grade_id"]: cell.source for cell in master(name).cells if kind_of(cell).get("solution")}


def message_of(notebook, task):
    """What the check of a task said, as text."""
    [cell] = [cell for cell in test_cells(notebook) if kind_of(cell)["grade_id"] == f"test_{task}"]
    return html.unescape("\n".join(output.get("data", {}).get("text/html", output.get("evalue", "")) for output in cell.outputs))
