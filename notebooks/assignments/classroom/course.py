"""Where everything lies, what a notebook of this course is made of, and what only an author makes: seed and examples."""

import json
import os
import re
import secrets
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
REPOSITORY = FOLDER.parent.parent
MARKS = "marks"  # below FOLDER: nbgrader's gradebook, and the tables made here
INSTALL = 'in the course\'s folder: python -m pip install -c constraints.txt -e ".[classroom]"'
os.environ["IMSEARCH_ASSIGNMENTS"] = str(FOLDER)  # where the package looks for masters and keys


def assignments():
    """The names of all assignments that have a key."""
    return sorted(path.stem for path in (FOLDER / "keys").glob("*.py"))


def require_assignment(name):
    """Raise a ValueError that lists the known ones when there is no such assignment."""
    if name not in assignments():
        raise ValueError(f"there is no assignment {name!r}; known are {', '.join(assignments())}")


def key(name):
    return FOLDER / "keys" / f"{name}.py"


def master(name):
    return FOLDER / "source" / name / f"{name}.ipynb"


def released(name):
    return FOLDER / "release" / name / f"{name}.ipynb"


def submitted(student, name):
    return FOLDER / "submitted" / student / name / f"{name}.ipynb"


def autograded(student, name):
    return FOLDER / "autograded" / student / name / f"{name}.ipynb"


def reason(student, name):
    """Where `collect` keeps the reason why there is nothing to grade."""
    return FOLDER / "submitted" / student / name / "why_not_graded.txt"


def table(name, assignment):
    return FOLDER / MARKS / f"{name}_{assignment}.csv"


def students_of(name):
    """Who handed this assignment in."""
    return sorted(path.parent.name for path in (FOLDER / "submitted").glob(f"*/{name}") if path.is_dir())


def cells_of(path):
    """nbgrader's cells of a notebook under their ids, in order.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to dict

    Raises
    ------
    ValueError
        When it is no notebook.
    """
    try:
        return by_id(json.loads(path.read_text(encoding="utf-8"))["cells"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path.name} is cut off, or no notebook ({type(error).__name__})") from None


def by_id(cells):
    """Of some cells those that nbgrader knows, under their ids."""
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in cells if cell["metadata"].get("nbgrader")}


def kinds_of(name):
    """The ids of an assignment's cells -> what kind each is, "code" or "markdown"."""
    return {grade_id: cell["cell_type"] for grade_id, cell in cells_of(master(name)).items()}


def tests_of(name):
    """The ids of an assignment's test cells."""
    return [grade_id for grade_id, cell in cells_of(master(name)).items() if is_test(cell)]


def source_of(cell):
    return "".join(cell["source"])


def is_test(cell):
    about = cell["metadata"]["nbgrader"]
    return about["grade"] and not about["solution"]


def is_for_a_person(cell):
    about = cell["metadata"]["nbgrader"]
    return about["grade"] and about["solution"]


def question(grade_id):
    """A graded cell as tables call it: a task by its function's name."""
    return grade_id.removeprefix("test_")


def gradebook():
    """nbgrader's gradebook, to be used in a ``with``; a ValueError where there is none yet."""
    file = FOLDER / MARKS / "gradebook.db"
    if not file.is_file():
        raise ValueError("there is no gradebook yet: grade first")
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{file}")


def marking_of(name, grade_id):
    """What the points are for, from the end of the master's model answer."""
    found = re.search(r"\*Marking: (.*?)\*\s*$", source_of(cells_of(master(name))[grade_id]), flags=re.S)
    return " ".join(found.group(1).split()) if found else ""


def new_seed():
    """Other hidden cases from now on. What is graded already keeps its marks until it is graded again.

    Raises
    ------
    ValueError
        When there is a seed already: somebody may have to grade by it again.
    """
    file = FOLDER / "seed.txt"
    if file.exists():
        raise ValueError("there is a seed.txt. Rename it, for example to seed_2026.txt, since you may have to grade by it again")
    file.write_text(f"{secrets.randbelow(2**31)}\n", encoding="utf-8")
    print("seed.txt has a new number. Keep it, and keep it to yourself; git ignores it.")


def examples():
    """Write each assignment's ``examples.json`` anew."""
    from imsearch_helpers.exercises.masters import key_of
    from imsearch_helpers.exercises.tasks import EXAMPLES, write_examples

    for name in assignments():
        path = master(name).parent / EXAMPLES
        try:
            write_examples(key_of(key(name)).TASKS, path)
        except Exception as error:
            raise ValueError(f"{name}: its master or its key is broken ({type(error).__name__}: {error})") from error
        print(path.relative_to(FOLDER).as_posix())
