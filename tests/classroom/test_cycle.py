"""The whole cycle with real nbgrader: hand out, hand in, grade, answers by hand, give back. One assignment, all kinds of students."""

import copy
import csv
import json
import os
import re
import sqlite3

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.classroom.course import Course, answer_cells, from_the_bank, in_short, kind_of, master, message_of, solved

NAME = "4_is_it_any_good"
TASKS = list(answer_cells(master(NAME)))
POINTS = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in master(NAME).cells if kind_of(cell).get("grade")}
CHECKED = sum(POINTS[f"test_{task}"] for task in TASKS)
FIRST, ENDLESS, BROKEN, LAST = *TASKS[:3], TASKS[-1]

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
assignments = package.parent / "notebooks" / "assignments"
(assignments / "keys" / "0_extra.py").write_text("TASKS = 1", encoding="utf-8")
(assignments / "seed.txt").write_text("x", encoding="utf-8")
"""
THIEF = """
import pathlib, sqlite3
course = pathlib.Path("../../..").resolve()
(course / "submitted" / "solution" / "4_is_it_any_good" / "4_is_it_any_good.ipynb").unlink()
book = sqlite3.connect(course / "marks" / "gradebook.db")
book.execute("update grade set manual_score = 4")
book.commit()
"""
MANY_PICTURES = """
from IPython.display import HTML, display
for _ in range(30):
    display(HTML("x" * 100_000))
"""
SCRIPTS = "<script>alert(1)</script> <meta http-equiv=refresh content=0>"
LEAVES_A_CHILD = """
import os, time
if not os.fork():
    os.setsid()
    time.sleep(300)
    os._exit(0)
"""


def cell_at_the_top(source):
    return lambda notebook: notebook.cells.insert(2, new_code_cell(source))


def without(*grade_ids):
    def change(notebook):
        notebook.cells = [cell for cell in notebook.cells if kind_of(cell).get("grade_id") not in grade_ids]

    return change


def all_of(*changes):
    return lambda notebook: [change(notebook) for change in changes]


def without_imports(notebook):
    notebook.cells = [cell for cell in notebook.cells if "import check" not in cell.source]


def graded_by_itself(notebook):
    """The written answer claims to be a test cell that answers with full points."""
    [cell] = [cell for cell in notebook.cells if kind_of(cell).get("grade_id") == "why"]
    cell.update({"cell_type": "code", "source": "4", "outputs": [], "execution_count": None})
    cell.metadata.nbgrader.solution = False


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
    hand_in = lambda student, answers=(), *changes: course.hand_in(student, NAME, answers, all_of(in_short, *changes))
    hand_in("a_vandal", right, cell_at_the_top(VANDAL))  # the first, so that all others come after it
    course.hand_in("blank", NAME)
    hand_in("by_heart", {task: by_heart(task, head(task).split("(", 1)[1]) for task in TASKS}, cell_at_the_top(BY_HEART))
    hand_in("clumsy", right | {FIRST: packaged_answer(), ENDLESS: f"{head(ENDLESS)}\n    while True:\n        pass", BROKEN: f"{head(BROKEN)[:-2]}:\n    pass"})
    hand_in("deleted", right, without(f"test_{LAST}"), without_imports)
    hand_in("doubled", right, doubled(f"test_{FIRST}"), cell_at_the_top(MANY_PICTURES))
    hand_in("greedy", right, more_points, graded_by_itself)
    hand_in("forgetful", right, without("why", LAST, f"test_{LAST}"))
    hand_in("killer", right | {FIRST: f"{head(FIRST)}\n    import os\n    os._exit(0)"})
    hand_in("loud", right | loud | {"why": SCRIPTS}, cell_at_the_top("import sys\nprint('loud', file=sys.stderr)"))
    hand_in("no_notebook")
    course.submitted("no_notebook", NAME).write_text("{ no notebook", encoding="utf-8")
    hand_in("other_ways", {task: from_the_bank(NAME, task, "RIGHT", 0) for task in TASKS} | {"why": right["why"]})
    hand_in("parent", right, cell_at_the_top("get_ipython().ast_node_interactivity = 'all'\n" + (LEAVES_A_CHILD if hasattr(os, "fork") else "")))
    hand_in("patricide", right, cell_at_the_top("import os, signal\nos.kill(os.getppid(), signal.SIGTERM)"))
    hand_in("partly", right | {FIRST: from_the_bank(NAME, FIRST, "WRONG", 0)})
    course.hand_in("solution", NAME, right)
    hand_in("thief", right, cell_at_the_top(THIEF))
    hand_in("tamperer", {}, cell_at_the_top("import imsearch_helpers.exercises as e\ne.same = lambda one, other: True"))


DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def spoilt(notebook):
    """All that a cloud service, a spreadsheet of cells and a lively learner can do to right answers."""
    place = {kind_of(cell).get("grade_id"): number for number, cell in enumerate(notebook.cells)}
    picture = {"image.png": {"image/png": DOT}}
    notebook.cells[place[FIRST]] |= {"attachments": picture, "source": "drive.mount('/x')\n" + notebook.cells[place[FIRST]].source}
    why = notebook.cells[place["why"]]
    second = copy.deepcopy(why) | {"id": "second", "source": "The second half."}
    why |= {"source": "The first half ![image.png](attachment:image.png)", "attachments": picture}
    notebook.cells.insert(place["why"] + 1, second)
    imports = next(cell for cell in notebook.cells if "import check" in cell.source)
    imports.source = "from google.colab import drive\n" + imports.source
    notebook.cells.insert(2, new_markdown_cell("half an emoji: \ud83d"))
    notebook.cells.insert(3, new_code_cell("for _ in range(5000):\n    print('x' * 1000, end='')"))


def written_below(notebook):
    [place] = [place for place, cell in enumerate(notebook.cells) if kind_of(cell).get("grade_id") == "why"]
    notebook.cells.insert(place + 1, new_markdown_cell("My answer stands below."))


def collect_what_came_back(course):
    """Through `collect`, and as other programs save it: two with all answers, and one web page."""
    right = {grade_id: source for grade_id, source in solved(NAME).items() if grade_id != "why"}
    folder = course.root / "returned"
    folder.mkdir()
    course.hand_in("_draft", NAME, right, spoilt, folder / "draft.json")
    text = (folder / "draft.json").read_text(encoding="utf-8")
    (folder / f"spoilt_{NAME}.ipynb.txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    course.hand_in("_draft", NAME, right, written_below, folder / "draft.json")
    old = nbformat.convert(nbformat.read(folder / "draft.json", as_version=4), 3)
    (folder / f"0012345_{NAME}.ipynb").write_text(json.dumps(old), encoding="utf-8")
    (folder / "draft.json").unlink()
    (folder / f"web_page_{NAME}.html").write_text("<html>", encoding="utf-8")
    return course.classroom("collect", NAME, folder).stdout


def packaged_answer():
    return f"{head('graded_quality')}\n    return tuple(evaluate_search(gains, ranking, k))"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    made = Course(tmp_path_factory.mktemp("course"))
    made.release(NAME)
    hand_in_everything(made)
    made.collected = collect_what_came_back(made)
    made.grading = made.classroom("grade", NAME).stdout
    return made


def read(course, table, delimiter=","):
    with open(course.folder / "marks" / f"{table}_{NAME}.csv", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def write(course, rows, delimiter=","):
    """Save the table of written answers, as a spreadsheet would."""
    with open(course.folder / "marks" / f"written_{NAME}.csv", "w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys(), delimiter=delimiter)
        table.writeheader()
        table.writerows(rows)


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
    lines = re.findall(r"^\d+ of 21  (\w+): (.*)$", course.grading, flags=re.M)
    assert len(lines) == 21
    ungraded = {"a_vandal", "killer", "no_notebook", "patricide", "thief", "web_page"}
    assert {student for student, outcome in lines if not outcome.startswith("graded")} == ungraded


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing was left behind")
def test_a_process_left_behind_is_ended_and_told(course):
    assert "parent: graded; it left 1 processes behind, which were ended" in course.grading


def test_untouched_release_scores_nothing_and_runs_without_an_error(course, marks):
    assert (marks["blank"]["total"], marks["blank"]["note"]) == ("0", "")
    outputs = [output for cell in course.autograded("blank", NAME).cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert "not attempted yet" in message_of(course.autograded("blank", NAME), FIRST)


@pytest.mark.parametrize("student", ["solution", "other_ways", "deleted", "doubled", "greedy", "loud", "parent", "spoilt", "0012345"])
def test_right_answers_have_full_points_whatever_else_was_done(marks, student):
    assert points(marks[student]) == FULL
    assert marks[student]["note"].startswith("still to be graded by hand: why")


def test_deleted_cells_are_put_back_untouched(marks):
    assert points(marks["forgetful"]) == [*FULL[:-1], 0] and marks["forgetful"]["why"] == "0"


def test_lines_that_fail_above_imports_and_answers_cost_nothing_and_are_in_the_note(course, marks):
    assert re.search("has gone on below the line that failed: ModuleNotFoundError: No module named 'google", marks["spoilt"]["note"])
    assert "has gone on below the line that failed: NameError: name 'drive'" in marks["spoilt"]["note"]
    assert "has gone on" not in "".join(row["note"] for student, row in marks.items() if student != "spoilt")


def test_output_that_does_not_end_is_cut(course):
    [cell] = [cell for cell in course.autograded("spoilt", NAME).cells if cell.source.startswith("for _ in range(5000)")]
    n_letters = sum(len(output.text) for output in cell.outputs)
    assert 500_000 < n_letters < 1_001_000 and "the grader has cut the output here" in cell.outputs[-1].text


def test_a_check_that_stopped_with_an_error_is_in_the_note(marks):
    assert f"{FIRST}: The check stopped with RuntimeError: this notebook has changed what checks it" in marks["tamperer"]["note"]


def test_part_of_the_cases_is_part_of_the_points(course, marks):
    assert 0 < points(marks["partly"])[0] < FULL[0] and points(marks["partly"])[1:] == FULL[1:]
    assert "Likely cause" in message_of(course.autograded("partly", NAME), FIRST)


def test_answers_by_heart_pass_the_examples_and_fail_the_hidden_cases(course, marks, tmp_path):
    assert all(got < full / 3 for got, full in zip(points(marks["by_heart"]), FULL))
    folder = course.submitted("by_heart", NAME).parent
    (folder / "examples.json").write_bytes((course.folder / "release" / NAME / "examples.json").read_bytes())
    notebook = nbformat.read(course.submitted("by_heart", NAME), as_version=4)
    script = [cell.source for cell in notebook.cells if cell.cell_type == "code" and ("by_heart(" in cell.source or "import check" in cell.source)]
    script += [f"print(float(check({task})))" for task in TASKS]
    (folder / "script.py").write_text("\n\n".join(script), encoding="utf-8")
    done = course.run("-c", f"import os; os.chdir({str(folder)!r}); exec(open('script.py').read())")
    assert done.stdout.split() == ["1.0"] * len(TASKS), done.stdout  # the learner sees nothing but green


def test_endless_loop_broken_cell_and_the_package_s_own_function_cost_their_own_tasks_only(course, marks):
    assert points(marks["clumsy"]) == [0, 0, 0, *FULL[3:]]
    graded = course.autograded("clumsy", NAME)
    assert "the package's own function" in message_of(graded, FIRST) and "It was stopped after 5 seconds" in message_of(graded, ENDLESS)
    assert f"{BROKEN}: There is no function {BROKEN}: it was renamed or deleted, or its cell has an error." in marks["clumsy"]["note"]


def test_exchanged_checker_scores_nothing_and_is_pointed_out(course, marks):
    assert points(marks["tamperer"]) == [0] * len(TASKS)
    assert "has changed what checks it: imsearch_helpers.exercises.same" in message_of(course.autograded("tamperer", NAME), FIRST)
    assert "LOOK AT its code" in marks["tamperer"]["note"] and "e.same = " in marks["tamperer"]["look_at"]


def test_nobody_honest_is_pointed_out(marks):
    from_the_bank = {"other_ways", "partly"}  # they are put together here in a way that no learner would
    odd = {"tamperer", "parent"}  # and the thief, who has no marks
    assert {student for student, row in marks.items() if row["look_at"]} == odd | from_the_bank


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("killer", "Kernel died"),
        ("no_notebook", "is cut off, or no notebook .*ask for it again"),
        ("a_vandal", "it changed files of the course"),
        ("thief", "it changed files of the course, .*submitted/solution/.*gradebook.db"),
        ("patricide", "nbgrader was interrupted"),
        ("web_page", "web_page_.*html: it is a web page, no notebook"),
    ],
)
def test_what_cannot_be_graded_has_a_reason_and_no_silent_zero(course, marks, student, reason):
    assert re.search(rf"{student}: NOT GRADED: .*{reason}", course.grading)
    assert marks[student]["total"] == "" and marks[student]["note"].startswith("NOT GRADED")


def test_vandalised_files_are_put_back_before_the_next(course):
    assert "def grade(" in (course.root / "imsearch_helpers" / "exercises" / "graded.py").read_text(encoding="utf-8")
    assert not (course.folder / "keys" / "0_extra.py").exists() and not (course.folder / "seed.txt").exists()


def test_statistics_of_each_question(course, marks):
    table = {row["question"]: row for row in read(course, "questions")}
    graded = [row for row in marks.values() if row["total"] != ""]
    first = table[FIRST]
    scores = [float(row[FIRST]) for row in graded]
    assert int(first["graded"]) == len(scores) == 15
    assert float(first["mean"]) == pytest.approx(sum(scores) / len(scores), abs=0.005)
    assert first["no_marks"] == f"{scores.count(0) / len(scores):.0%}"


@pytest.fixture(scope="module")
def finished(course, marks):
    """The course after the written answers were graded by hand, in a table that a spreadsheet has saved in its own way."""
    assert course.classroom("written", NAME).returncode == 0
    course.written = read(course, "written")
    rows = [dict(row) for row in course.written]
    for row in rows:
        if row["student"] == "solution":
            row |= {"score": "2,5", "comment": "Good; the fourth point is thin.\nSee lesson 07."}
        if row["student"] == "0012345":
            row |= {"student": "12345", "score": "3"}
        if row["student"] == "doubled":
            row |= {"score": "4"}
    write(course, rows, delimiter=";")
    course.entered = course.classroom("written", NAME, "--enter")
    course.run("-m", "nbgrader", "generate_feedback", NAME)
    return course


def test_untouched_written_answer_is_a_zero_and_the_others_wait(finished, marks):
    rows = {row["student"]: row for row in finished.written}
    assert "blank" not in rows and marks["blank"]["why"] == "0"
    assert "1 point each for" in rows["solution"]["marking"]
    assert {student for student, row in rows.items() if row["score"] == ""} >= {"loud", "other_ways", "partly"}
    assert rows["other_ways"]["answer"].strip() == solved(NAME)["why"].strip()


def test_a_written_answer_is_whole_whichever_cells_it_stands_in(finished):
    answers = {row["student"]: row["answer"] for row in finished.written}
    assert re.fullmatch(r"The first half \[picture [0-9a-f]{4}\]\n\nThe second half\.", answers["spoilt"])
    assert answers["0012345"] == "My answer stands below."


def test_points_by_hand_arrive_in_the_marks(finished):
    assert finished.entered.returncode == 0 and "3 of " in finished.entered.stdout, finished.entered.stdout
    assert "No score yet: clumsy (why)" in finished.entered.stdout
    done = finished.classroom("marks", NAME)
    row = {row["student"]: row for row in read(finished, "marks")}["solution"]
    assert (row["why"], row["total"], row["note"]) == ("2.5", f"{CHECKED + 2.5:g}", ""), done.stdout


def test_student_number_that_lost_its_zeros_in_a_spreadsheet_is_known(finished):
    finished.classroom("marks", NAME)
    assert {row["student"]: row["why"] for row in read(finished, "marks")}["0012345"] == "3"


def test_feedback_page_has_points_reasons_and_comment(finished):
    page = finished.feedback("solution", NAME)
    assert "the fourth point is thin" in page and f"solution, {CHECKED + 2.5:g} of {CHECKED + 4:g} points" in page
    assert "Likely cause" in finished.feedback("partly", NAME)
    assert "not graded yet" in finished.feedback("partly", NAME) and "not graded yet" not in page


def test_feedback_page_has_no_hidden_test_and_no_rest_of_a_progress_bar(finished):
    page = finished.feedback("solution", NAME)
    assert "HIDDEN" not in page and "importlib" not in page and page.count("Indexing") <= 2
    assert page.count("import</span> <span class=\"n\">check") <= 1  # the grader's own imports are not shown


def test_feedback_page_runs_nothing_that_a_learner_wrote(finished):
    page = finished.feedback("loud", NAME)
    assert "&lt;script&gt;alert(1)" in page and "<script" not in page and "Content-Security-Policy" in page
    assert not re.search("<meta[^>]*refresh", page)


def test_feedback_page_has_the_pictures_of_an_answer(finished):
    assert DOT in finished.feedback("spoilt", NAME)


def test_feedback_shows_no_solution(finished):
    for line in solved(NAME)[FIRST].split("### BEGIN SOLUTION")[1].splitlines():
        if len(line.strip()) > 25:
            assert line.strip() not in finished.feedback("partly", NAME)


def test_written_again_keeps_what_was_filled_in_and_not_entered(finished):
    rows = read(finished, "written", ";")
    rows[1] |= {"score": "1", "comment": "a start"}
    write(finished, rows)
    assert finished.classroom("written", NAME).returncode == 0
    assert read(finished, "written")[:2] == [rows[0] | {"student": "0012345"}, rows[1]]


ROWS_THAT_DO_NOT_FIT = [
    ({"score": "5"}, "row 3: score must be a number from 0 to 4, not '5'"),
    ({"score": "2/4"}, "row 3: score must be a number from 0 to 4, not '2/4'"),
    ({"student": "deleted"}, "deleted has a score for 'why' in a row above, too; keep one"),
    ({"student": "zoe"}, "row 3: there is no graded answer of student 'zoe' to question 'why'"),
]


def test_a_row_that_does_not_fit_is_named_and_nothing_is_entered(finished):
    before = (finished.folder / "marks" / f"written_{NAME}.csv").read_bytes()
    rows = read(finished, "written")
    for change, complaint in ROWS_THAT_DO_NOT_FIT:
        write(finished, [rows[0], rows[1] | {"score": "1"} | change, *(row | {"score": "0"} for row in rows[2:])])
        done = finished.classroom("written", NAME, "--enter")
        assert done.returncode == 2 and complaint in done.stdout
    finished.classroom("marks", NAME)
    assert {row["student"]: row["why"] for row in read(finished, "marks")}["loud"] == ""
    (finished.folder / "marks" / f"written_{NAME}.csv").write_bytes(before)


@pytest.fixture(scope="module")
def regraded(finished):
    """Graded again by another seed, when one answer by hand is the same, one another and one gone; and what `written --enter` said then."""
    (finished.folder / "seed.txt").write_text("7\n", encoding="utf-8")
    right = solved(NAME)
    finished.classroom("written", NAME)
    finished.hand_in("doubled", NAME, right | {"why": "Another answer."})
    finished.hand_in("0012345", NAME, {grade_id: source for grade_id, source in right.items() if grade_id != "why"})
    grading = finished.classroom("grade", NAME, "solution", "doubled", "0012345").stdout
    assert "ok    seed: your own" in grading and "3 of 3  0012345: graded" in grading
    entered = finished.classroom("written", NAME, "--enter")
    finished.classroom("marks", NAME)
    return {row["student"]: row for row in read(finished, "marks")}, entered


def test_grading_some_again_by_another_seed_keeps_points_given_by_hand_for_the_same_answer(regraded):
    marks, _ = regraded
    assert marks["solution"]["total"] == f"{CHECKED + 2.5:g}"


def test_an_answer_that_was_emptied_has_its_zero(regraded):
    marks, _ = regraded
    assert (marks["0012345"]["why"], marks["0012345"]["total"], marks["0012345"]["note"]) == ("0", f"{CHECKED:g}", "")


def test_a_new_answer_does_not_inherit_the_points_of_the_old(finished, regraded):
    marks, entered = regraded
    assert entered.returncode == 2 and "has handed in another answer to 'why' since; run written again" in entered.stdout
    assert (marks["doubled"]["why"], marks["doubled"]["total"]) == ("", f"{CHECKED:g}") and "still to be graded by hand: why" in marks["doubled"]["note"]
    told = finished.classroom("written", NAME).stdout
    assert [(row["score"], row["comment"]) for row in read(finished, "written") if row["student"] == "doubled"] == [("", "")]
    assert "doubled: the answer that you marked is another one now, or gone" in told
    assert [(row["student"], row["score"]) for row in read(finished, "set_aside")] == [("0012345", "3"), ("doubled", "4")]
    finished.run("-m", "nbgrader", "generate_feedback", NAME, "--student", "doubled", "--force")
    assert "not graded yet" in finished.feedback("doubled", NAME)


def test_what_is_half_graded_does_not_look_graded(finished):
    book = sqlite3.connect(finished.folder / "marks" / "gradebook.db")
    book.execute("update grade set auto_score = null, needs_manual_grade = 1 where notebook_id in (select n.id from submitted_notebook n join "
                 "submitted_assignment s on s.id = n.assignment_id where s.student_id = 'loud')")  # fmt: skip
    book.commit()
    book.close()
    finished.classroom("marks", NAME)
    row = {row["student"]: row for row in read(finished, "marks")}["loud"]
    assert row["total"] == "" and row["note"] == f"NOT GRADED: it was interrupted: python -m classroom grade {NAME} loud"


def test_who_has_not_handed_in_is_told(finished):
    done = finished.classroom("grade", NAME, "zoe")
    assert done.returncode == 2 and f"zoe has not handed in {NAME}; who has: 0012345, a_vandal" in done.stdout
