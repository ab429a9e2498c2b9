"""An assignment in a real browser, as a learner works on it: run all, replace the three dots, run the check."""

import re
import shutil

import pytest

from tests.classroom.course import Course, answer_cells, kind_of, master, solved, test_cells

NAME = "1_vectors"
TASK = "read_planes"
TASKS = list(answer_cells(master(NAME)))
SOLUTION = re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", solved(NAME)[TASK])


@pytest.fixture(scope="module")
def page(lab, tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("course"))
    shutil.copytree(course.release(NAME).parent, lab.notebooks / NAME)  # where the guide tells learners to put it
    page = lab.run(f"{NAME}/{NAME}.ipynb")
    yield page
    page.close()


def cell(page, words):
    return page.locator(".jp-CodeCell", has=page.locator(".jp-InputArea-editor", has_text=words))


def check_of(page, task):
    [points] = [kind_of(one)["points"] for one in test_cells(master(NAME)) if kind_of(one)["grade_id"] == f"test_{task}"]
    return cell(page, f"check({task}, points={points})")


def type_in(page, task, source):
    cell(page, f"def {task}(").locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")  # runs it and goes on to the check
    page.keyboard.press("Shift+Enter")


def test_untouched_every_check_says_so(page):
    for task in TASKS:
        check_of(page, task).get_by_text("not attempted yet").wait_for()


def test_a_wrong_answer_shows_ticks_crosses_and_the_cause(page):
    type_in(page, TASK, f"def {TASK}(vector, size):\n    print(vector)\n")
    check_of(page, TASK).get_by_text("It prints, but returns nothing").wait_for()
    assert "✗" in check_of(page, TASK).inner_text()


def test_the_right_answer_turns_green(page):
    type_in(page, TASK, SOLUTION)
    check_of(page, TASK).get_by_text("correct").wait_for()
    assert "cases: ✓✓✓✓✓✓ (6 of 6)" in check_of(page, TASK).inner_text()


def test_a_test_cell_cannot_be_edited(page):
    editor = check_of(page, TASK).locator(".cm-content")
    before = editor.inner_text()
    editor.click()
    page.keyboard.type("x")
    assert editor.inner_text() == before
