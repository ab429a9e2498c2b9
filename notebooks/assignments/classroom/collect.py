"""What came back, in any folder or zip file, becomes ``submitted/STUDENT/ASSIGNMENT/``, and every file of it is accounted for."""

import shutil
from dataclasses import dataclass
from pathlib import PurePosixPath

import nbformat

from . import course, names, notebooks
from .arrived import everything_in

SOMEBODY_S = (".html", ".htm", ".pdf", ".rar", ".7z", ".gz")  # what people hand in for a notebook
MOST_SAID = 20  # files of one person that are named where none of them can be graded
NOBODY_S = {"examples.json", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints", "__MACOSX", "__pycache__"}


@dataclass(eq=False)
class Found:
    """A file that came back: whose it is, and the notebook in it, or why it is left out."""

    path: PurePosixPath
    notebook: nbformat.NotebookNode | None = None
    problem: str = ""
    student: str = ""


def collect(assignment, source, different_people=False):
    """Sort what came back, and print a line on each file.

    Parameters
    ----------
    assignment : str
    source : Path
        A folder or a zip file, as a learning platform gives it: a notebook in a folder of the student's, or one whose name
        begins with the student's. Zip files inside count as folders.
    different_people : bool
        Whether names that may be one person's, such as ana and ana_final, are different people's.

    Raises
    ------
    ValueError
        When there is no such assignment or source, nothing in it, two different notebooks of one person, or one without a name.
        Then nothing is copied.
    """
    course.require_assignment(assignment)
    kinds = course.kinds_of(assignment)
    found = [_look_at(assignment, kinds, arrived) for arrived in everything_in(source)]
    if not any(map(_is_handed_in, found)):
        others = "; ".join(f"{one.path}: {one.problem}" for one in found)
        raise ValueError(f"there is no notebook in {source}" + (f", only {others}" if others else ""))
    _name_owners(assignment, found)
    of_student = {student: [one for one in found if one.student == student] for student in sorted({one.student for one in found} - {""})}
    chosen = {student: _choose(files) for student, files in of_student.items()}
    unclear = [*_nameless(found), *_several(chosen), *([] if different_people else _one_person_twice(of_student))]
    if unclear:
        raise ValueError("\n".join([*unclear, "Nothing was copied."]))
    taken = {student: many[0] for student, many in chosen.items() if many}
    for student, files in of_student.items():
        print(f"{student}: {_take(assignment, student, taken[student]) if student in taken else _refuse(assignment, student, files)}")
    _account_for_the_rest(assignment, found, taken)
    _point_out_equal_answers(assignment)


def _look_at(assignment, kinds, arrived):
    if arrived.problem:
        return Found(arrived.path, problem=arrived.problem)
    try:
        notebook = notebooks.read(arrived.content, kinds)
    except ValueError as error:
        return Found(arrived.path, problem=str(error))
    problem = _why_another(assignment, notebook)
    return Found(arrived.path, None if problem else notebook, problem)


def _why_another(assignment, notebook):
    """Why a notebook is not this assignment's; empty if it is."""
    ids, text = set(course.by_id(notebook.cells)), "\n".join(cell.source for cell in notebook.cells)
    if ids & set(course.tests_of(assignment)):
        return ""
    for other in course.assignments():
        if ids & set(course.tests_of(other)):
            return f"this is {other}, not {assignment}"
    for other in [assignment, *course.assignments()]:
        if any(f"check({course.question(test)}, points=" in text for test in course.tests_of(other)):
            return (f"this is {other}, but its cells have lost their metadata, by which they are graded: another program has saved it; "
                    "ask for the answers in a fresh notebook, saved by JupyterLab")  # fmt: skip
    return f"this is not {assignment}, none of its tests is in it"


# Whose


def _is_handed_in(one):
    """Whether a file is meant to be somebody's answer, even if it cannot be read."""
    return not _is_nobody_s(one) and bool(one.notebook or one.path.suffix.lower() == ".zip" or ".ipynb" in one.path.name.lower())


def _is_nobody_s(one):
    return any(part in NOBODY_S or part.startswith("._") for part in one.path.parts)


def _name_owners(assignment, found):
    handed_in = [one.path for one in found if _is_handed_in(one)]
    depth = _depth_of_folder_around(handed_in)
    spelled = {student.casefold(): student for student in _known()}  # some systems take Ana and ana for one
    for one in found:
        path = PurePosixPath(*one.path.parts[depth:])
        is_below = one.path.parts[:depth] == handed_in[0].parts[:depth]
        says_it = _is_handed_in(one) or names.assignment_in(path.name, assignment) or path.suffix.lower() in SOMEBODY_S
        if is_below and not (set(path.parts[:1]) & NOBODY_S) and (len(path.parts) > 1 or one.problem == "the folder is empty" or says_it):
            student = names.owner(path, assignment, alone=[one.path] == handed_in)
            one.student = spelled.setdefault(student.casefold(), student)


def _depth_of_folder_around(paths):
    """Many programs put everything into one folder more, or several, which are nobody's."""
    depth = 0
    while len(paths) > 1 and all(len(path.parts) > depth + 1 and path.parts[: depth + 1] == paths[0].parts[: depth + 1] for path in paths):
        depth += 1
    return depth


def _choose(files):
    """The notebooks of one person, without those that are word for word another one's."""
    different = {}
    for one in files:
        if one.notebook and not _is_nobody_s(one):
            twin = different.setdefault("\0".join(cell.source for cell in one.notebook.cells), one)
            one.problem = "" if twin is one else f"the same as {twin.path}"
    return list(different.values())


def _nameless(found):
    for one in found:
        if _is_handed_in(one) and not one.student and (one.notebook or ".ipynb" in one.path.name.lower()):
            yield f"{one.path}: whose is it? Put it into a folder of the person's name, or the name before its own"


def _several(chosen):
    for student, many in chosen.items():
        if len(many) > 1:
            yield (f"two notebooks of {student}: {' and '.join(str(one.path) for one in many)}; keep the one that counts, or tell the names "
                   "apart; if the folder is a group's, collect what is in it by itself")  # fmt: skip


def _one_person_twice(of_student):
    """New names that may be those of a person who is here already, now or from before."""
    before = _known()
    for new in sorted(of_student.keys() - before):
        others = [other for other in sorted(before | of_student.keys()) if other != new and names.may_be_one(new, other)]
        if others and not (others[0] < new and others[0] not in before):  # else it was said of that one
            files = ", ".join(str(one.path) for student in (new, *others) for one in of_student.get(student, []))
            yield (f"{new} may be the same person as {' or '.join(others)} ({files}): keep the one that counts, under the name used before; "
                   "or, if they are different people, add --different-people")  # fmt: skip


def _known():
    return {path.name for path in (course.FOLDER / "submitted").glob("*") if path.is_dir()}


# What becomes of it


def _take(assignment, student, one):
    missing = _missing(assignment, one.notebook)
    odd = "".join(f"; without {what} {', '.join(cells)}: put back before grading{then}" for (what, then), cells in missing.items() if cells)
    return f"{_write(assignment, student, one.notebook)}, from {one.path}{odd}"


def _missing(assignment, notebook):
    """What is not in a notebook: (kind of cell, what else to say of it) -> the questions."""
    here, wanted = course.by_id(notebook.cells), course.cells_of(course.master(assignment))
    about = {grade_id: cell["metadata"]["nbgrader"] for grade_id, cell in wanted.items() if grade_id not in here}
    answers = [course.question(grade_id) for grade_id, kind in about.items() if kind["solution"]]
    checks = [course.question(grade_id) for grade_id, kind in about.items() if kind["grade"] and not kind["solution"]]
    return {("the answer of", ", but what was written is lost"): answers, ("the check of", ""): checks}


def _write(assignment, student, notebook):
    target = course.submitted(student, assignment)
    course.reason(student, assignment).unlink(missing_ok=True)
    is_new, content = not target.exists(), nbformat.writes(notebook)
    if not is_new and target.read_text(encoding="utf-8", errors="replace") == content:
        return "as before"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content, encoding="utf-8", newline="\n")
    shutil.rmtree(course.autograded(student, assignment).parent, ignore_errors=True)  # what it says is out of date
    return "new" if is_new else "replaced"


def _refuse(assignment, student, files):
    """Nobody gets a silent 0: why there is nothing to grade is kept, and stands in the marks."""
    problems = [f"{one.path}: {one.problem}" for one in files if one.problem and not _is_nobody_s(one)]
    more = [f"and {len(problems) - MOST_SAID:,} files more"] if len(problems) > MOST_SAID else []
    said = "; ".join(problems[:MOST_SAID] + more) or "no notebook was handed in"
    if course.submitted(student, assignment).is_file():
        return f"LEFT OUT, and the one before is kept: {said}"
    reason = course.reason(student, assignment)
    reason.parent.mkdir(parents=True, exist_ok=True)
    reason.write_text(said, encoding="utf-8")
    return f"CANNOT BE GRADED: {said}"


def _account_for_the_rest(assignment, found, taken):
    refused = {one.student for one in found} - set(taken) - {""}
    rest = [one for one in found if one not in taken.values() and one.student not in refused]
    nobody_s = [one for one in rest if _is_nobody_s(one)]
    for one in rest:
        if one not in nobody_s:
            print(f"left: {one.path}: {one.problem or 'it is a copy that a program made'}")
    if nobody_s:
        print(f"left: {len(nobody_s)} files that come with the assignment or that programs leave behind, such as {nobody_s[0].path.name}")
    print(f"{len(taken)} submissions of {assignment}"
          + (f"; {len(refused)} people without one that can be graded: {', '.join(sorted(refused))}" if refused else ""))  # fmt: skip


def _point_out_equal_answers(assignment):
    """One notebook under two names, or one that two people have handed in."""
    if not course.released(assignment).is_file():
        return
    paths = {student: course.submitted(student, assignment) for student in course.students_of(assignment)}
    who, untouched = {}, _answers(course.released(assignment))
    for student, path in paths.items():
        if path.is_file():
            who.setdefault(_answers(path), []).append(student)
    for answers, students in who.items():
        if len(students) > 1 and answers not in (untouched, None):
            print(f"LOOK: {' and '.join(students)} have handed in the same answers, word for word")


def _answers(path):
    try:
        cells = course.cells_of(path).values()
    except ValueError:
        return None
    return tuple(course.source_of(cell).strip() for cell in cells if cell["metadata"]["nbgrader"].get("solution"))
