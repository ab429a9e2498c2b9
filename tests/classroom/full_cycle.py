"""Hand in every answer of the banks through real nbgrader, and look at what comes back: all assignments, run by hand.

    python tests/classroom/full_cycle.py                    all assignments
    python tests/classroom/full_cycle.py 2_near_and_far     some

For each assignment: the untouched release, the masters' solutions, the banks' right answers, and as many students as there are wrong
answers to the task with the most. It says how long grading took, and fails where an answer has other points or other reasons than its bank says.
"""

import html
import itertools
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.classroom.course import NAMES, Course, bank, from_the_bank, kind_of, master, message_of, solved, test_cells  # noqa: E402


def students_of(name):
    """Student -> task -> (kind of answer, its number)."""
    answers = bank(name)
    right = {task: ("RIGHT", 0) for task in answers.RIGHT}
    wrong = itertools.zip_longest(*([(task, number) for number in range(len(many))] for task, many in answers.WRONG.items()))
    return {"right": right} | {
        f"wrong_{place:02}": right | {task: ("WRONG", number) for task, number in filter(None, some)} for place, some in enumerate(wrong)
    }


def hand_in(course, name, students):
    written = {grade_id: source for grade_id, source in solved(name).items() if grade_id not in bank(name).RIGHT}
    course.hand_in("blank", name)
    course.hand_in("solution", name, solved(name))
    for student, answers in students.items():
        cells = {task: from_the_bank(name, task, kind, number) for task, (kind, number) in answers.items()}
        course.hand_in(student, name, written | cells)


def points_of(notebook):
    cells = {kind_of(cell)["grade_id"].removeprefix("test_"): cell for cell in test_cells(notebook)}
    return {task: float(cell.outputs[-1].data["text/plain"]) for task, cell in cells.items()}


def complaints(course, name, students):
    """What is not as the bank says."""
    full = points_of(master(name))
    expected = {"blank": dict.fromkeys(full, 0), "solution": full}
    for student, wanted in expected.items():
        if points_of(course.autograded(student, name)) != wanted:
            yield f"{student}: {points_of(course.autograded(student, name))}, not {wanted}"
    for student, answers in students.items():
        notebook, page = course.autograded(student, name), html.unescape(course.feedback(student, name))
        for task, (kind, number) in answers.items():
            points = points_of(notebook)[task]
            reason = "" if kind == "RIGHT" else bank(name).WRONG[task][number][1]
            if (points == full[task]) != (kind == "RIGHT") or reason not in message_of(notebook, task) or reason not in page:
                yield f"{student}, {task}, {kind}[{number}]: {points} of {full[task]} points; {reason!r} is wanted in {message_of(notebook, task)}"


def try_assignment(course, name):
    students = students_of(name)
    course.release(name)
    hand_in(course, name, students)
    start = time.perf_counter()
    course.classroom("grade", name)
    seconds = time.perf_counter() - start
    course.run("-m", "nbgrader", "generate_feedback", name, "--force")
    marks = course.classroom("marks", name).stdout
    print(f"{name}: {len(students) + 2} submissions, {seconds / (len(students) + 2):.1f} s each\n{marks}", flush=True)
    found = list(complaints(course, name, students))
    print("\n".join(found), flush=True)
    return not found


def main():
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder, "course"))
        results = [try_assignment(course, name) for name in sys.argv[1:] or NAMES]
    print("as the banks say" if all(results) else "NOT as the banks say")
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
