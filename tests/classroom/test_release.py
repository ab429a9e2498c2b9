"""Every assignment through real nbgrader: what learners get holds no answer and runs; the masters' solutions have full points."""

import csv
import json
import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from tests.classroom.course import NAMES, Course, answer_cells, in_short, kind_of, master, solved, test_cells

each_assignment = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    made = Course(tmp_path_factory.mktemp("course"))
    for name in NAMES:
        made.release(name)
        made.hand_in("solution", name, solved(name), in_short)  # whole, it is run as one of the notebooks
    return made


@pytest.fixture(scope="module")
def released(course):
    return {name: nbformat.read(course.folder / "release" / name / f"{name}.ipynb", as_version=4) for name in NAMES}


@each_assignment
def test_release_has_no_solution_no_hidden_test_no_model_answer_and_no_output(released, name):
    text = "\n".join(cell.source for cell in released[name].cells)
    assert not any(word in text for word in ("BEGIN", "SOLUTION", "HIDDEN", "graded)", "grade(", "Marking"))
    for grade_id, source in solved(name).items():
        hidden = source.split("### BEGIN SOLUTION")[-1].split("### END SOLUTION")[0]
        for line in hidden.splitlines():
            assert len(line.strip()) < 40 or line.strip() not in text, (grade_id, line)
    assert not any(cell.get("outputs") for cell in released[name].cells)


@each_assignment
def test_release_is_two_files_and_every_test_cell_is_locked(course, released, name):
    assert sorted(path.name for path in (course.folder / "release" / name).iterdir()) == [f"{name}.ipynb", "examples.json"]
    assert all(cell.metadata.editable is False and cell.metadata.deletable is False for cell in test_cells(released[name]))


@each_assignment
def test_every_task_of_the_release_is_a_docstring_and_three_dots(released, name):
    for task, cell in answer_cells(released[name]).items():
        assert cell.source.startswith(f"def {task}(") and cell.source.endswith('"""\n    ...'), cell.source


@each_assignment
def test_release_runs_without_an_error_on_a_learner_s_computer(course, released, name, tmp_path, monkeypatch):
    monkeypatch.setenv("IMSEARCH_DATA", course.environment["IMSEARCH_DATA"])
    folder = tmp_path / name
    shutil.copytree(course.folder / "release" / name, folder)
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, kernel_name="python3", timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    for cell in test_cells(notebook):
        assert [output.data["text/plain"] for output in cell.outputs] == ["0.0"]
        assert "not attempted yet" in json.dumps([output.data["text/html"] for output in cell.outputs])


@pytest.fixture(scope="module")
def grading(course):
    return {name: course.classroom("grade", name).stdout for name in NAMES}


@each_assignment
def test_the_master_s_solutions_have_full_points_by_the_hidden_cases(course, grading, name):
    assert "1 of 1  solution: graded" in grading[name]
    graded = course.autograded("solution", name)
    assert not [output for cell in graded.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    points = [float(cell.outputs[-1].data["text/plain"]) for cell in test_cells(graded)]
    assert points == [kind_of(cell)["points"] for cell in test_cells(master(name))]


@each_assignment
def test_written_answers_of_the_solution_wait_for_a_person(course, grading, name):
    course.classroom("marks", name)
    with open(course.folder / "marks" / f"marks_{name}.csv", encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    written = [kind_of(cell)["grade_id"] for cell in master(name).cells if kind_of(cell).get("grade") and kind_of(cell).get("solution")]
    assert row["note"] == f"still to be graded by hand: {', '.join(written)}" and row["look_at"] == ""
