"""The whole cycle with real nbgrader: hand out, hand in, grade, answers by hand, give back. One assignment, all kinds of students."""

import csv
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.classroom.course import Course, answer_cells, from_the_bank, kind_of, master, message_of, solved

NAME = "4_is_it_any_good"
TASKS = list(answer_cells(master(NAME)))
POINTS = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in master(NAME).cells if kind_of(cell).get("grade")}
CHECKED = sum(POINTS[f"test_{task}"] for task in TASKS)
FIRST, LAST = TASKS[0], TASKS[-1]

BY_HEART = """
import json

def by_heart(name, *arguments):
    text = lambda value: sorted(value) if isinstance(value, set) else value
    for given, expected, _ in json.load(open("examples.json", encoding="utf-8"))[name]["cases"]:
        if repr([text(list(part.values())[0]) if isinstance(part, dict) else part for part in given["tuple"]]) == repr(
            [text(part) if not isinstance(part, dict) else [[k, v] for k, v in part.items()] for part in arguments]
        ):
            return tuple(expected["tuple"]) if isinstance(expected, dict) else expected
"""
VANDAL = """
from pathlib import Path
import imsearch_helpers
package = Path(imsearch_helpers.__file__).parent
(package / "exercises" / "graded.py").write_text("grade = None", encoding="utf-8")
(package.parent / "notebooks" / "assignments" / "keys" / "0_extra.py").write_text("TASKS = 1", encoding="utf-8")
"""


def cell_at_the_top(source):
    return lambda notebook: notebook.cells.insert(2, new_code_cell(source))


def without(grade_id):
    def change(notebook):
        notebook.cells = [cell for cell in notebook.cells if kind_of(cell).get("grade_id") != grade_id]

    return change


def doubled(grade_id):
    def change(notebook):
        [place] = [place for place, cell in enumerate(notebook.cells) if kind_of(cell).get("grade_id") == grade_id]
        notebook.cells.insert(place + 1, nbformat.from_dict(notebook.cells[place] | {"id": "twice"}))

    return change


def more_points(notebook):
    for cell in notebook.cells:
        if "points" in kind_of(cell):
            cell.metadata.nbgrader.points = 100


def by_heart(task, signature):
    names = ", ".join(re.findall(r"\w+", signature))
    return f"def {task}({names}):\n    return by_heart({task!r}, {names})"


def head(task):
    """`def task(...):` as the stub has it."""
    return re.search(rf"^def {task}\(.*\):", solved(NAME)[task], flags=re.M).group()


def hand_in_everything(course):
    right = solved(NAME)
    loud = {task: re.sub(r"^(\s+)### BEGIN", r"\1import sys; print('loud', file=sys.stderr)\n\1### BEGIN", right[task], flags=re.M)
            for task in TASKS}  # fmt: skip
    hand_in = lambda student, answers=(), change=None: course.hand_in(student, NAME, answers, change)
    hand_in("a_vandal", right, cell_at_the_top(VANDAL))  # the first, so that all others come after it
    hand_in("blank")
    hand_in("by_heart", {task: by_heart(task, head(task).split("(", 1)[1]) for task in TASKS}, cell_at_the_top(BY_HEART))
    hand_in("deleted", right, without(f"test_{LAST}"))
    hand_in("doubled", right, doubled(f"test_{FIRST}"))
    hand_in("endless", right | {FIRST: f"{head(FIRST)}\n    while True:\n        pass"})
    hand_in("greedy", right, more_points)
    hand_in("killer", right | {FIRST: f"{head(FIRST)}\n    import os\n    os._exit(0)"})
    hand_in("loud", right | loud, cell_at_the_top("import sys\nprint('loud', file=sys.stderr)"))
    hand_in("no_notebook")
    course.submitted("no_notebook", NAME).write_text("{ no notebook", encoding="utf-8")
    hand_in("other_ways", {task: from_the_bank(NAME, task, "RIGHT", 0) for task in TASKS} | {"why": right["why"]})
    hand_in("packaged", right | {FIRST: packaged_answer()})
    hand_in("partly", right | {FIRST: from_the_bank(NAME, FIRST, "WRONG", 0)})
    hand_in("solution", right)
    hand_in("syntax", right | {FIRST: "def graded_quality(gains, ranking, k:\n    return 0, 0"})
    hand_in("tamperer", {}, cell_at_the_top("import imsearch_helpers.exercises as e\ne.same = lambda one, other: True"))


def packaged_answer():
    return f"{head('graded_quality')}\n    return tuple(evaluate_search(gains, ranking, k))"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    made = Course(tmp_path_factory.mktemp("course"))
    made.release(NAME)
    hand_in_everything(made)
    made.grading = made.classroom("grade", NAME).stdout
    return made


def read(course, table):
    with open(course.folder / "marks" / f"{table}_{NAME}.csv", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def marks(course):
    """Student -> the row of the first table of marks, before anything was graded by hand."""
    done = course.classroom("marks", NAME)
    assert done.returncode == 0, done.stdout
    return {row["student"]: row for row in read(course, "marks")}


def points(row):
    return [float(row[task]) for task in TASKS]


FULL = [POINTS[f"test_{task}"] for task in TASKS]


def test_every_submission_is_reported(course):
    lines = re.findall(r"^\d+ of 16  (\w+): (.*)$", course.grading, flags=re.M)
    assert len(lines) == 16
    assert {student for student, outcome in lines if outcome != "graded"} == {"a_vandal", "killer", "no_notebook"}


def test_untouched_release_scores_nothing_and_runs_without_an_error(course, marks):
    assert (marks["blank"]["total"], marks["blank"]["note"]) == ("0", "")
    outputs = [output for cell in course.autograded("blank", NAME).cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert "not attempted yet" in message_of(course.autograded("blank", NAME), FIRST)


@pytest.mark.parametrize("student", ["solution", "other_ways", "deleted", "doubled", "greedy", "loud"])
def test_right_answers_have_full_points_whatever_else_was_done(marks, student):
    assert points(marks[student]) == FULL
    assert marks[student]["note"].startswith("still to be graded by hand: why")


def test_part_of_the_cases_is_part_of_the_points(course, marks):
    assert 0 < points(marks["partly"])[0] < FULL[0] and points(marks["partly"])[1:] == FULL[1:]
    assert "Likely cause" in message_of(course.autograded("partly", NAME), FIRST)


def test_answers_by_heart_pass_the_examples_and_fail_the_hidden_cases(course, marks, tmp_path):
    assert all(got < full / 2 for got, full in zip(points(marks["by_heart"]), FULL))
    folder = course.submitted("by_heart", NAME).parent
    (folder / "examples.json").write_bytes((course.folder / "release" / NAME / "examples.json").read_bytes())
    notebook = nbformat.read(course.submitted("by_heart", NAME), as_version=4)
    script = [cell.source for cell in notebook.cells if cell.cell_type == "code" and ("by_heart(" in cell.source or "import check" in cell.source)]
    script += [f"print(float(check({task})))" for task in TASKS]
    (folder / "script.py").write_text("\n\n".join(script), encoding="utf-8")
    done = course.run("-c", f"import os; os.chdir({str(folder)!r}); exec(open('script.py').read())")
    assert done.stdout.split() == ["1.0"] * len(TASKS), done.stdout  # the learner sees nothing but green


def test_endless_loop_is_stopped_and_costs_its_own_task_only(course, marks):
    assert points(marks["endless"]) == [0, *FULL[1:]]
    assert "It was stopped after 5 seconds" in message_of(course.autograded("endless", NAME), FIRST)


def test_cell_that_does_not_parse_costs_its_own_task_only(marks):
    assert points(marks["syntax"]) == [0, *FULL[1:]]


def test_the_package_s_own_function_scores_nothing_and_is_named(course, marks):
    assert points(marks["packaged"]) == [0, *FULL[1:]]
    assert "the package's own function" in message_of(course.autograded("packaged", NAME), FIRST)


def test_exchanged_checker_scores_nothing_and_is_pointed_out(course, marks):
    assert points(marks["tamperer"]) == [0] * len(TASKS)
    assert "has changed what checks it: imsearch_helpers.exercises.same" in message_of(course.autograded("tamperer", NAME), FIRST)
    assert "LOOK AT its code" in marks["tamperer"]["note"] and "e.same = " in marks["tamperer"]["look_at"]


def test_nobody_honest_is_pointed_out(marks):
    from_the_bank = {"other_ways", "partly"}  # they are put together here in a way that no learner would
    assert {student for student, row in marks.items() if row["look_at"]} <= {"tamperer", *from_the_bank}


@pytest.mark.parametrize(
    ("student", "reason"),
    [("killer", "Kernel died"), ("no_notebook", "does not appear to be JSON"), ("a_vandal", "it changed files of the course")],
)
def test_what_cannot_be_graded_has_a_reason_and_no_silent_zero(course, marks, student, reason):
    assert re.search(rf"{student}: NOT GRADED: .*{reason}", course.grading)
    assert marks[student]["total"] == "" and marks[student]["note"].startswith("NOT GRADED")


def test_vandalised_files_are_put_back_before_the_next(course):
    assert "def grade(" in (course.root / "imsearch_helpers" / "exercises" / "graded.py").read_text(encoding="utf-8")
    assert not (course.folder / "keys" / "0_extra.py").exists()


def test_statistics_of_each_question(course, marks):
    table = {row["question"]: row for row in read(course, "questions")}
    graded = [row for row in marks.values() if row["total"] != ""]
    first = table[FIRST]
    scores = [float(row[FIRST]) for row in graded]
    assert int(first["graded"]) == len(scores) == 13
    assert float(first["mean"]) == pytest.approx(sum(scores) / len(scores), abs=0.005)
    assert first["no_marks"] == f"{scores.count(0) / len(scores):.0%}"


@pytest.fixture(scope="module")
def finished(course, marks):
    """The course after the written answers were graded by hand, in a table that a spreadsheet has saved in its own way."""
    assert course.classroom("written", NAME).returncode == 0
    rows = course.written = read(course, "written")
    for row in rows:
        if row["student"] == "solution":
            row |= {"score": "2,5", "comment": "Good; the fourth point is thin.\nSee lesson 07."}
    with open(course.folder / "marks" / f"written_{NAME}.csv", "w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        table.writeheader()
        table.writerows(rows)
    course.entered = course.classroom("written", NAME, "--enter")
    course.run("-m", "nbgrader", "generate_feedback", NAME)
    return course


def test_untouched_written_answer_is_a_zero_and_the_others_wait(finished):
    rows = {row["student"]: row for row in finished.written}
    assert rows["blank"]["score"] == "0"
    assert {student for student, row in rows.items() if row["score"] == ""} >= {"loud", "other_ways", "partly"}
    assert rows["other_ways"]["answer"].strip() == solved(NAME)["why"].strip()


def test_points_by_hand_arrive_in_the_marks(finished):
    assert finished.entered.returncode == 0, finished.entered.stdout
    done = finished.classroom("marks", NAME)
    row = {row["student"]: row for row in read(finished, "marks")}["solution"]
    assert (row["why"], row["total"], row["note"]) == ("2.5", f"{CHECKED + 2.5:g}", ""), done.stdout


def test_feedback_page_has_points_reasons_and_comment(finished):
    page = finished.feedback("solution", NAME)
    assert "the fourth point is thin" in page and "2.5" in page
    assert "Likely cause" in finished.feedback("partly", NAME)


def test_feedback_shows_no_solution(finished):
    for line in solved(NAME)[FIRST].split("### BEGIN SOLUTION")[1].splitlines():
        if len(line.strip()) > 25:
            assert line.strip() not in finished.feedback("partly", NAME)


def test_grading_again_keeps_the_points_given_by_hand(finished):
    (finished.folder / "seed.txt").write_text("7\n", encoding="utf-8")
    for student in [path.name for path in (finished.folder / "submitted").iterdir() if path.name not in ("solution", "by_heart")]:
        (finished.folder / "submitted" / student / NAME / f"{NAME}.ipynb").unlink()
        (finished.folder / "submitted" / student / NAME).rmdir()
    grading = finished.classroom("grade", NAME).stdout
    assert "ok    seed: your own" in grading
    finished.classroom("marks", NAME)
    rows = {row["student"]: row for row in read(finished, "marks")}
    assert rows["solution"]["total"] == f"{CHECKED + 2.5:g}"
    assert all(got < full / 2 for got, full in zip(points(rows["by_heart"]), FULL))
    assert rows["loud"]["note"] == "nothing handed in"
