"""Each submission is graded in a process of its own; what one of them breaks is put back before the next."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile

from . import course, guard
from .preflight import DONE, preflight

LONGEST = 600  # seconds for one submission, whatever it does
LONGEST_LOG = 1_000_000  # letters, the last ones, of what was said


def grade(assignment, students=(), other_versions=False):
    """Preflight, then `nbgrader autograde` for each submission.

    Parameters
    ----------
    assignment : str
    students : sequence of str
        Only these; all who handed in if none is given.
    other_versions : bool

    Returns
    -------
    bool
        Whether every submission could be graded.
    """
    course.require_assignment(assignment)
    handed_in = course.students_of(assignment)
    if not handed_in:
        raise ValueError(f"nothing is in submitted/STUDENT/{assignment}/: collect first")
    unknown = [student for student in students if student not in handed_in]
    if unknown:
        raise ValueError(f"{unknown[0]} has not handed in {assignment}; who has: {', '.join(handed_in)}")
    if not preflight(other_versions, assignment):
        return False
    _make_known(assignment)
    guard.adopt_orphans()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stop from anywhere leaves nothing half graded
    outcomes = []
    for number, student in enumerate(students or handed_in, start=1):
        outcomes.append(_grade_one(assignment, student))
        print(f"{number} of {len(students or handed_in)}  {student}: {outcomes[-1]}", flush=True)
    return all(outcome.startswith("graded") for outcome in outcomes)


def _make_known(assignment):
    """nbgrader learns about an assignment when it makes the learners' version."""
    from nbgrader.api import MissingEntry

    try:
        with course.gradebook() as book:
            book.find_notebook(assignment, assignment)
        known = course.released(assignment).is_file()
    except (ValueError, MissingEntry):
        known = False
    if not known:
        code, log = _nbgrader("generate_assignment", assignment, "--force")
        if code != 0:
            raise ValueError(f"python -m nbgrader generate_assignment {assignment} --force does not work:\n{log[-2000:]}")


def _grade_one(assignment, student):
    page = course.autograded(student, assignment)
    guarded, token = [kind(student, assignment) for kind in (guard.Files, guard.Marks)], secrets.token_hex()
    try:
        outcome, log = _try(assignment, student, token)
    except OSError as error:
        outcome, log = f"{error.strerror}: {error.filename}", str(error)
    except BaseException:  # somebody pressed stop: what is half graded must not look graded
        shutil.rmtree(page.parent, ignore_errors=True)
        _tidy(token, guarded)
        raise
    left, changed = _tidy(token, guarded)
    if changed:  # its marks may be its own invention
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        outcome = f"it changed files of the course, which were put back: {', '.join(changed[:5])}{more}"
    if not outcome and page.is_file():
        return f"graded; it left {left} processes behind, which were ended: look at its code" if left else "graded"
    shutil.rmtree(page.parent, ignore_errors=True)
    return f"NOT GRADED: {outcome or 'nbgrader says nothing'}{_kept(f'{assignment}_{student}.log', log)}"


def _tidy(token, guarded):
    """How many processes were left, and which files changed; neither is any more."""
    return guard.end_what_is_left(token), [name for kind in guarded for name in kind.put_back()]


def _try(assignment, student, token):
    """Returns the reason why it could not be graded, empty if it could, and what was said."""
    if set("[]*?") & set(student):
        return "rename its folder in submitted/: nbgrader takes [ ] * ? for patterns", ""
    if course.reason(student, assignment).is_file():
        return course.reason(student, assignment).read_text(encoding="utf-8"), ""
    try:
        course.cells_of(course.submitted(student, assignment))
    except (ValueError, OSError) as error:
        return f"{error}; ask for it again", ""
    # A name that consists of digits must not be taken for a number.
    name = f'--CourseDirectory.student_id="{student}"' if student.isdigit() else f"--CourseDirectory.student_id={student}"
    code, log = _nbgrader("autograde", assignment, "--force", name, token=token)
    if code == 0:
        return "", log
    errors = re.findall(r"^\s*(?:\w+\.)*(\w*(?:Error|Exception)\w*: .*)$", log, flags=re.M)
    return f"it took more than {LONGEST} seconds" if code is None else errors[-1] if errors else "nbgrader was interrupted", log


def _kept(name, log):
    """Keep what was said in ``logs/``; returns where, as an ending of a line."""
    if not log:
        return ""
    path = course.FOLDER / "logs" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(log, encoding="utf-8")
    return f" (logs/{name})"


def _nbgrader(*arguments, token=""):
    """Run one of nbgrader's commands; returns its exit code, None if it took too long, and the end of what it printed."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as settings,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output,  # no pipe, which a child could keep open
    ):
        environment = os.environ | {
            DONE: "done", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", guard.TOKEN: token,
            "IPYTHONDIR": settings, "JUPYTER_CONFIG_DIR": settings,  # what one writes there, the next one would run
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "nbgrader", *arguments], cwd=course.FOLDER, env=environment,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(process)
        output.seek(max(0, output.seek(0, os.SEEK_END) - LONGEST_LOG))
        return code, output.read()


def _end(process):
    """End a process and, where the system knows groups, its children."""
    process.kill()
    process.wait()
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # nobody is left
