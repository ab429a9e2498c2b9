"""What a submission changes or leaves behind is undone: files of the course, marks of others, processes."""

import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path

import pytest

from tests.classroom.course import ASSIGNMENTS

sys.path.insert(0, str(ASSIGNMENTS))
from classroom import course, guard  # noqa: E402

NAME = "sums"
GOOD = {
    "notebooks/assignments/keys/sums.py": "TASKS",
    "notebooks/assignments/submitted/ben/sums/sums.ipynb": "{}",
    "notebooks/assignments/autograded/ben/sums/sums.ipynb": "{}",
    "notebooks/assignments/autograded/ana/sums/sums.ipynb": "{}",
    "notebooks/assignments/marks/answers.json": "{}",
    "imsearch_helpers/__init__.py": "",
    "imsearch_helpers/__pycache__/x.pyc": "code",
    "data/products.csv": "a,b",
    "constraints.txt": "numpy",
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A course with some files, and nothing else in reach."""
    root = tmp_path / "course"
    for name, content in GOOD.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    monkeypatch.setattr(course, "REPOSITORY", root)
    monkeypatch.setattr(course, "FOLDER", root / "notebooks" / "assignments")
    return root


def content_of(root):
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in root.rglob("*") if path.is_file()}


KEY = "notebooks/assignments/keys/sums.py"


def _linked(root):
    (root.parent / "precious.txt").write_text("precious", encoding="utf-8")
    (root / KEY).unlink()
    (root / KEY).symlink_to(root.parent / "precious.txt")


def _folder_linked(root):
    shutil.rmtree((root / KEY).parent)
    (root / KEY).parent.symlink_to(root / "data")


def _folder_for_a_file(root):
    (root / KEY).unlink()
    (root / KEY / "deep").mkdir(parents=True)


def _file_for_a_folder(root):
    shutil.rmtree((root / KEY).parent)
    (root / KEY).parent.write_text("x", encoding="utf-8")


def _pipe_for_a_file(root):
    (root / KEY).unlink()
    os.mkfifo(root / KEY)


def _new_package(root):
    (root / "notebooks/assignments/yaml").mkdir()
    (root / "notebooks/assignments/yaml/__init__.py").write_text("raise SystemExit", encoding="utf-8")


def _new_link(root):
    (root / "notebooks/assignments/keys/a.py").symlink_to("nowhere")


VANDALISM = {
    "changed": (lambda root: (root / KEY).write_text("x", encoding="utf-8"), KEY),
    "deleted": (lambda root: (root / KEY).unlink(), KEY),
    "a link": (_linked, KEY),
    "a folder that is a link": (_folder_linked, KEY),
    "a folder for a file": (_folder_for_a_file, KEY),
    "a file for a folder": (_file_for_a_folder, KEY),
    "a pipe": (_pipe_for_a_file, KEY),
    "a new package": (_new_package, "notebooks/assignments/yaml/__init__.py"),
    "a new link": (_new_link, "notebooks/assignments/keys/a.py"),
    "somebody else's work": (lambda root: shutil.rmtree(root / "notebooks/assignments/submitted/ben"), "submitted/ben/sums/sums.ipynb"),
    "somebody else's page": (lambda root: (root / "notebooks/assignments/autograded/ben/sums/sums.ipynb").write_text("20"), "autograded/ben"),
    "a table": (lambda root: (root / "notebooks/assignments/marks/answers.json").unlink(), "marks/answers.json"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes need rights there")
@pytest.mark.parametrize(("vandal", "name"), VANDALISM.values(), ids=VANDALISM)
def test_what_was_done_to_files_is_undone_and_named(place, vandal, name):
    files, before = guard.Files("ana", NAME), content_of(place)
    vandal(place)
    assert any(name in changed for changed in files.put_back())
    after = {name: content for name, content in content_of(place).items() if "/logs/" not in name}
    assert after == before and not (place / KEY).is_symlink() and guard.Files("ana", NAME).put_back() == []
    assert not (place.parent / "precious.txt").exists() or (place.parent / "precious.txt").read_text(encoding="utf-8") == "precious"


def test_what_the_teacher_has_saved_meanwhile_is_not_lost(place):
    files, table = guard.Files("ana", NAME), place / "notebooks/assignments/marks/answers.json"
    table.write_text("an hour's work", encoding="utf-8")
    files.put_back()
    kept = place / "notebooks/assignments/logs/changed_by_ana_answers.json"
    assert (table.read_text(encoding="utf-8"), kept.read_text(encoding="utf-8")) == ("{}", "an hour's work")


def test_its_own_page_is_free_and_compiled_code_is_put_back_without_a_word(place):
    files = guard.Files("ana", NAME)
    (place / "notebooks/assignments/autograded/ana/sums/sums.ipynb").write_text("new", encoding="utf-8")
    (place / "imsearch_helpers/__pycache__/x.pyc").write_text("poison", encoding="utf-8")
    assert files.put_back() == []
    assert (place / "imsearch_helpers/__pycache__/x.pyc").read_text(encoding="utf-8") == "code"


# Marks


@pytest.fixture(scope="module")
def scripts():
    """What this environment has installed is found, as when it is active: nbgrader calls alembic."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", sysconfig.get_path("scripts"), prepend=os.pathsep)
        yield


@pytest.fixture(scope="module")
def made_book(tmp_path_factory, scripts):
    """A gradebook with two students, whose answers have 1 of 2 points each and nothing by hand."""
    from nbgrader.api import Gradebook

    file = tmp_path_factory.mktemp("marks") / "gradebook.db"
    with Gradebook(f"sqlite:///{file}") as made:
        made.add_assignment(NAME)
        made.add_notebook(NAME, NAME)
        made.add_grade_cell("why", NAME, NAME, max_score=2, cell_type="markdown")
        made.add_solution_cell("why", NAME, NAME)
        for student in ("ana", "ben"):
            made.add_student(student)
            made.add_submission(NAME, student)
            made.find_grade("why", NAME, NAME, student).auto_score = 1
        made.db.commit()
    return file


@pytest.fixture
def book(place, made_book):
    return Path(shutil.copy(made_book, place / "notebooks" / "assignments" / "marks"))


def run_sql(file, text):
    connection = sqlite3.connect(file)
    connection.execute(text)
    connection.commit()
    connection.close()


OF = "where notebook_id in (select n.id from submitted_notebook n join submitted_assignment s on s.id = n.assignment_id where s.student_id = '{}')"


@pytest.mark.parametrize(
    "text",
    [
        f"update grade set auto_score = 0 {OF.format('ben')}",
        f"update grade set manual_score = 2 {OF.format('ana')}",
        f"update grade set extra_credit = 9 {OF.format('ana')}",
        f"update comment set manual_comment = 'excellent' {OF.format('ana')}",
        f"delete from grade {OF.format('ben')}",
        "update grade_cells set max_score = 100",
        "delete from student where id = 'ben'",
        "drop table comment",
    ],
)
def test_marks_of_others_and_marks_by_hand_are_put_back(book, text):
    marks, before = guard.Marks("ana", NAME), book.read_bytes()
    run_sql(book, text)
    assert marks.put_back() == ["notebooks/assignments/marks/gradebook.db"]
    assert book.read_bytes() == before and marks.put_back() == []
    assert list((book.parent.parent / "logs").glob("changed_by_ana_gradebook.db"))


@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_text("no database"), lambda file: file.write_bytes(b"")])
def test_a_gradebook_that_is_gone_or_broken_is_put_back(book, harm):
    marks, before = guard.Marks("ana", NAME), book.read_bytes()
    harm(book)
    assert marks.put_back() and book.read_bytes() == before


def test_what_nbgrader_computes_for_the_submission_itself_stays(book):
    run_sql(book, f"update grade set manual_score = 1.5 {OF.format('ana')}")  # by a person, before
    marks = guard.Marks("ana", NAME)
    run_sql(book, f"update grade set auto_score = 2, manual_score = null {OF.format('ana')}")
    assert marks.put_back() == []


def test_a_first_submission_is_no_change_of_anybody_s_marks(book):
    from nbgrader.api import Gradebook

    marks = guard.Marks("cem", NAME)
    with Gradebook(f"sqlite:///{book}") as again:
        again.add_student("cem")
        again.add_submission(NAME, "cem")
    assert marks.put_back() == []


# Processes

LEFT_BEHIND = """
import os, subprocess, sys
sys.path.insert(0, {folder!r})
from classroom import guard
guard.adopt_orphans()
starter = '''
import subprocess, sys
sleeps = [sys.executable, "-c", "import time; time.sleep(300)"]
print(subprocess.Popen(sleeps, start_new_session=True, stdout=-3, stderr=-3, env={environment}).pid)
'''
pid = int(subprocess.run([sys.executable, "-c", starter], capture_output=True, env={{**os.environ, guard.TOKEN: "abc"}}).stdout)
print(guard.end_what_is_left("abc"), guard.end_what_is_left("abc"))
import psutil
print(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
"""
ENVIRONMENTS = ["None"] + (["{}"] if sys.platform == "linux" else [])  # elsewhere one that hides is not found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_process_left_behind_by_one_that_has_ended_is_ended(environment):
    code = textwrap.dedent(LEFT_BEHIND.format(folder=str(ASSIGNMENTS), environment=environment))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["1", "0", "False"], done.stderr
