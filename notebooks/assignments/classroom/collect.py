"""What came back, in any folder or zip file, becomes ``submitted/STUDENT/ASSIGNMENT/``."""

import re
import shutil
import tempfile
import unicodedata
from pathlib import Path

from . import course

LONGEST_NAME = 60  # characters: the name stands twice in paths, and some systems end at 255 bytes
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}  # on Windows


def collect(assignment, source):
    """Sort notebooks that came back.

    Parameters
    ----------
    assignment : str
    source : Path
        A folder or a zip file, as a learning platform gives it: a notebook in a folder of the student's, or one whose name
        begins with the student's. Other files are left where they are.

    Raises
    ------
    ValueError
        When there is no such assignment or source, no notebook, two of one student, or one without a student's name.
        Then nothing is copied.
    """
    course.require_assignment(assignment)
    with tempfile.TemporaryDirectory() as unpacked:
        found = _by_student(assignment, _folder_of(source, unpacked))
        outcomes = {student: _take(assignment, student, path) for student, path in sorted(found.items())}
    for student, (_, said) in outcomes.items():
        print(f"{student}: {said}")
    print(f"{sum(taken for taken, _ in outcomes.values())} submissions of {assignment}")


def _folder_of(source, unpacked):
    if not source.exists():
        raise ValueError(f"there is no {source}")
    if source.is_file():
        try:
            shutil.unpack_archive(source, unpacked)
        except (shutil.ReadError, ValueError, OSError):
            raise ValueError(f"{source} must be a folder or a zip file") from None
        source = Path(unpacked)
    while True:  # many programs put everything into one folder more, which is nobody's
        inside = [path for path in source.iterdir() if not path.name.startswith((".", "__MACOSX"))]
        if len(inside) != 1 or not inside[0].is_dir() or len(list(inside[0].rglob("*.ipynb"))) < 2:
            return source
        source = inside[0]


def _by_student(assignment, source):
    found = {}
    for path in sorted(source.rglob("*.ipynb")):
        if not path.is_file() or path.name.startswith("._") or {".ipynb_checkpoints", "__MACOSX"} & set(path.parts):
            continue
        student = _student_of(path.relative_to(source), assignment)
        if not student:
            raise ValueError(f"{path.name}: whose is it? Put it into a folder of the student's name, or the name before its own")
        twin = next((other for other in found if other.casefold() == student.casefold()), None)
        if twin:
            raise ValueError(f"two notebooks of {student}: {found[twin]} and {path}; keep the one that counts, or tell the names apart")
        found[student] = path
    if not found:
        raise ValueError(f"there is no notebook in {source}")
    return found


def _student_of(path, assignment):
    """From what stands before the assignment's name in the file's, else from the folder's, else from the file's."""
    before = re.split(rf"[ _-]*{re.escape(assignment)}", path.stem)
    name = before[0] if len(before) > 1 and before[0] else path.parts[0] if len(path.parts) > 1 else path.stem
    kept = "".join(letter if _may_stand(letter) else " " for letter in unicodedata.normalize("NFC", name))
    name = "_".join(kept.split())[:LONGEST_NAME].strip("_.-")
    if name in course.assignments():
        return ""
    return f"{name}_" if name.casefold() in RESERVED else name


def _may_stand(letter):
    return letter in "_.@-" or unicodedata.category(letter)[0] in "LMN"  # letters, marks on them, numbers


def _take(assignment, student, path):
    """Copy one notebook, unless it is another assignment's; returns whether it was copied, and what to say about it."""
    try:
        tests, missing = _tests_and_missing(assignment, course.cells_of(path))
        if not tests:
            return False, f"LEFT OUT: this is not {assignment}, none of its tests is in it ({path.name})"
        odd = f"; without {', '.join(missing)}: put back before grading, but an answer is lost" if missing else ""
    except ValueError as error:
        if course.submitted(student, assignment).is_file():
            return False, f"LEFT OUT, and the one before is kept: {error}; ask for it again"
        odd = f"; CANNOT BE READ: {error}; ask for it again"
    return True, _copied(path, assignment, student) + odd


def _tests_and_missing(assignment, cells):
    """Which of the assignment's tests are in a notebook, and which of its graded cells and answers are not."""
    wanted = course.cells_of(course.master(assignment))
    tests = [grade_id for grade_id, cell in wanted.items() if course.is_test(cell) and grade_id in cells]
    about = {grade_id: cell["metadata"]["nbgrader"] for grade_id, cell in wanted.items() if grade_id not in cells}
    return tests, [course.question(grade_id) for grade_id in about if about[grade_id]["grade"] or about[grade_id]["solution"]]


def _copied(path, assignment, student):
    target, content = course.submitted(student, assignment), path.read_bytes()
    is_new = not target.exists()
    if not is_new and target.read_bytes() == content:
        return "as before"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    shutil.rmtree(course.autograded(student, assignment).parent, ignore_errors=True)  # what it says is out of date
    return "new" if is_new else "replaced"
