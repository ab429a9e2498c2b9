"""The teacher's commands, beside nbgrader's own. README.md in this folder says when to use which.

    python classroom.py preflight                    is everything in place for grading?
    python classroom.py collect ASSIGNMENT FOLDER    sort what came back into submitted/
    python classroom.py grade ASSIGNMENT             grade it; says what became of each submission
    python classroom.py written ASSIGNMENT           the answers that are graded by hand, as a table
    python classroom.py written ASSIGNMENT --enter   the points and comments in that table, into the gradebook
    python classroom.py marks ASSIGNMENT             marks and statistics, as tables
    python classroom.py new-seed                     other hidden cases, for a new year
    python classroom.py examples                     after a change in a master or a key: the learners' examples anew
"""

import argparse
import ast
import csv
import json
import os
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
REPOSITORY = FOLDER.parent.parent
MARKS = "marks"  # below FOLDER: nbgrader's gradebook, and the tables made here
PREFLIGHT_DONE = "IMSEARCH_PREFLIGHT"
LONGEST = 600  # seconds for one submission, whatever it does
HERE_DECIDE = ("nbgrader", "nbconvert", "nbclient", "nbformat")  # the packages that decide about marks, in this process
KERNEL_DECIDES = ("ipykernel", "numpy", "pillow")  # and in the one that runs submissions
INSTALL = 'in the course\'s folder: python -m pip install -c constraints.txt -e ".[classroom]"'

IN_THE_KERNEL = """
import json
from importlib import metadata
from pathlib import Path
import imsearch_helpers
from imsearch_helpers import check_environment
from imsearch_helpers.exercises import graded, silence
with silence() as lines:
    check_environment()
tasks = graded.tasks_of(Path({folder!r}))
typed_in = lambda f: type(f)(f.__code__, f.__globals__, f.__name__)
wrong = [name for name, task in tasks.items() if graded.grade(typed_in(task.solution), 1) != 1]
print(json.dumps([str(Path(imsearch_helpers.__file__).resolve().parent.parent), len(tasks), wrong,
                  {{name: metadata.version(name) for name in {packages!r}}}, lines.getvalue().splitlines()]))
"""


# ---- preflight ----------------------------------------------------------------------------------------------------------
def preflight(other_versions=False, only=None):
    """Print one line on each thing that grading needs; returns whether all is well.

    Parameters
    ----------
    other_versions : bool
        Whether versions other than those of ``constraints.txt`` are allowed.
    only : str, optional
        An assignment: then nobody minds the examples of others, which somebody may be writing.

    Returns
    -------
    bool
    """
    kind = "note" if other_versions else "MEND"
    lines = [*_check_here(kind), *_check_kernel(kind), *_check_examples(only), *_check_seed()]
    for kind, text in lines:
        print(f"{kind:<5} {text}")
    ready = not any(kind == "MEND" for kind, _ in lines)
    print("Ready to grade." if ready else "Nothing is graded before each MEND is mended: marks would be wrong.")
    return ready


def refuse_unless_ready():
    """For nbgrader_config.py: no `nbgrader autograde` in an environment that would mark everybody wrongly."""
    if os.environ.get(PREFLIGHT_DONE) != "done" and not preflight():
        raise SystemExit(1)


def _wanted_versions():
    text = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    return dict(line.split(" ;")[0].split("==") for line in text.splitlines() if "==" in line and not line.startswith("#"))


def _compare(installed, where, kind):
    wanted = _wanted_versions()
    other = [f"{name} {version}, not {wanted[name]}" for name, version in installed.items() if version != wanted[name]]
    if other:
        return [(kind, f"{where}: {'; '.join(other)}; {INSTALL}")]
    return [("ok", f"{where}: the versions of constraints.txt")]


def _check_here(kind):
    try:
        installed = {name: metadata.version(name) for name in HERE_DECIDE}
    except metadata.PackageNotFoundError as error:
        return [("MEND", f"nbgrader: {error.name} is not installed; {INSTALL}")]
    return _compare(installed, "nbgrader", kind)


def _check_kernel(kind):
    """What matters is the process that runs the submissions: there a missing package would score everybody 0."""
    try:
        printed, complaints = _run_in_kernel(IN_THE_KERNEL.format(folder=str(FOLDER), packages=KERNEL_DECIDES))
    except Exception as error:
        return [("MEND", f"kernel: it does not start ({type(error).__name__}: {error}); {INSTALL}")]
    if complaints or not printed:
        reason = complaints.strip().splitlines()[-1] if complaints.strip() else "it answers nothing"
        return [("MEND", f"kernel: {reason}; {INSTALL}")]
    home, n_tasks, wrong, installed, lines = json.loads(printed.splitlines()[-1])
    found = _compare(installed, "kernel", kind)
    if Path(home) != REPOSITORY:
        found.append(("MEND", f"kernel: imsearch_helpers comes from another folder, {home}; {INSTALL}"))
    found += [("MEND", line[5:].strip()) for line in lines if line.startswith("MEND")]
    if wrong or not n_tasks:
        found.append(("MEND", f"hidden tests: the master's own solution does not pass in {', '.join(wrong) or 'any task'}"))
    else:
        found.append(("ok", f"hidden tests: the masters' own solutions pass, all {n_tasks}"))
    return found


def _run_in_kernel(code):
    """What code prints in a fresh kernel like those of the submissions, and its error or anything on stderr."""
    from jupyter_client.manager import start_new_kernel

    printed, complaints = [], []

    def collect(message):
        content = message["content"]
        if message["msg_type"] == "stream":
            (printed if content["name"] == "stdout" else complaints).append(content["text"])
        elif message["msg_type"] == "error":
            complaints.append(f"{content['ename']}: {content['evalue']}\n")

    environment = os.environ | {"IMSEARCH_ASSIGNMENTS": str(FOLDER), "JUPYTER_PREFER_ENV_PATH": "1"}
    manager, client = start_new_kernel(kernel_name="python3", env=environment, cwd=str(FOLDER), stderr=subprocess.DEVNULL)
    try:
        client.execute_interactive(code, timeout=120, output_hook=collect)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(printed), "".join(complaints)


def _check_examples(only):
    try:
        stale = [key.stem for key in _keys() if only in (None, key.stem) and not _is_current(key)]
    except Exception as error:
        return [("MEND", f"keys: {type(error).__name__}: {error}")]
    if stale:
        return [("MEND", f"examples: {', '.join(stale)} changed since; run: python classroom.py examples, and hand out again")]
    return [("ok", "examples: as the masters and the keys make them")]


def _check_seed():
    if (FOLDER / "seed.txt").is_file():
        return [("ok", "seed: your own, from seed.txt")]
    return [("note", "seed: the public one; for marks that count make your own: python classroom.py new-seed")]


# ---- the learners' examples and the hidden seed -------------------------------------------------------------------------
def _keys():
    return sorted((FOLDER / "keys").glob("*.py"))


def _examples_of(key):
    return FOLDER / "source" / key.stem / "examples.json"


def _write_examples(key, path):
    from imsearch_helpers.exercises import graded

    os.environ["IMSEARCH_ASSIGNMENTS"] = str(FOLDER)
    graded.write_examples(graded.key_of(key).TASKS, path)


def _is_current(key):
    from imsearch_helpers.exercises import graded, same

    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "examples.json")
        _write_examples(key, fresh)
        handed_out, made = graded.read_examples(_examples_of(key)), graded.read_examples(fresh)
    parts = lambda examples: {name: [list(one) for one in task.cases] for name, task in examples.items()}
    return same(parts(handed_out), parts(made))


def examples():
    """Write each assignment's ``examples.json`` anew."""
    for key in _keys():
        _write_examples(key, _examples_of(key))
        print(_examples_of(key).relative_to(FOLDER))


def new_seed():
    """Other hidden cases from now on. What is graded already keeps its marks until it is graded again."""
    (FOLDER / "seed.txt").write_text(f"{secrets.randbelow(2**31)}\n", encoding="utf-8")
    print("seed.txt has a new number. Keep it to yourself; git ignores it.")


# ---- collecting ---------------------------------------------------------------------------------------------------------
def collect(assignment, source):
    """Sort notebooks that came back into ``submitted/STUDENT/ASSIGNMENT/``.

    Parameters
    ----------
    assignment : str
    source : Path
        A folder or a zip file, as a learning platform gives it: a notebook in a folder of the student's, or one whose name
        begins with the student's. Other files are left where they are.

    Raises
    ------
    ValueError
        When there is no such assignment, no notebook, two of one student, or one without a student's name. Then nothing
        is copied.
    """
    _require_assignment(assignment)
    with tempfile.TemporaryDirectory() as unpacked:
        if source.is_file():
            shutil.unpack_archive(source, unpacked)
            source = Path(unpacked)
        found = _by_student(assignment, source)
        for student, path in sorted(found.items()):
            target = FOLDER / "submitted" / student / assignment / f"{assignment}.ipynb"
            said = "replaced" if target.exists() else "new"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            print(f"{student}: {said}{_odd(target, assignment)}")
    print(f"{len(found)} submissions of {assignment}")


def _by_student(assignment, source):
    found = {}
    for path in sorted(source.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        student = _student_of(path.relative_to(source), assignment)
        if not student:
            raise ValueError(f"{path.name}: whose is it? Put it into a folder of the student's name, or the name before its own")
        if student in found:
            raise ValueError(f"two notebooks of {student}: {found[student]} and {path}; keep the one that counts")
        found[student] = path
    if not found:
        raise ValueError(f"there is no notebook in {source}")
    return found


def _student_of(path, assignment):
    """From a folder's name, or from what stands before the assignment's in the file's."""
    name = path.parts[0] if len(path.parts) > 1 else re.split(rf"[ _-]*{re.escape(assignment)}", path.stem)[0]
    return re.sub(r"[^\w.@-]+", "_", name).strip("_.")


def _odd(path, assignment):
    """What is wrong with a notebook at first sight, as an ending of a line."""
    try:
        wanted = {cell_id for cell_id, cell in _cells(_master(assignment)).items() if cell["metadata"]["nbgrader"]["grade"]}
        missing = sorted(wanted - set(_cells(path)))
    except ValueError as error:
        return f"; CANNOT BE READ: {error}"
    if len(missing) == len(wanted):
        return f"; IS THIS {assignment}? None of its questions is in it"
    return f"; without the test of {', '.join(map(_question, missing))}, which is put back before grading" if missing else ""


def _master(assignment):
    return FOLDER / "source" / assignment / f"{assignment}.ipynb"


def _cells(path):
    """nbgrader's cells of a notebook under their ids."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in cells if cell["metadata"].get("nbgrader")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no notebook ({type(error).__name__}: {error})") from None


def _require_assignment(assignment):
    known = [key.stem for key in _keys()]
    if assignment not in known:
        raise ValueError(f"there is no assignment {assignment!r}; known are {', '.join(known)}")


# ---- grading ------------------------------------------------------------------------------------------------------------
def grade(assignment, other_versions=False):
    """Preflight, then `nbgrader autograde`, each submission in a process of its own.

    Parameters
    ----------
    assignment : str
    other_versions : bool

    Returns
    -------
    bool
        Whether every submission could be graded.
    """
    _require_assignment(assignment)
    if not preflight(other_versions, assignment):
        raise SystemExit(1)
    students = _submitted(assignment)
    if not students:
        raise ValueError(f"nothing is in submitted/STUDENT/{assignment}/: collect first")
    if not (FOLDER / "release" / assignment).is_dir():  # nbgrader learns about an assignment when it makes the release
        _nbgrader("generate_assignment", assignment)
    outcomes, course = {}, _course_files()
    for number, student in enumerate(students, start=1):
        outcomes[student] = _grade_one(assignment, student, course)
        print(f"{number} of {len(students)}  {student}: {outcomes[student]}", flush=True)
    return all(outcome == "graded" for outcome in outcomes.values())


def _submitted(assignment):
    return sorted(path.parent.name for path in (FOLDER / "submitted").glob(f"*/{assignment}") if path.is_dir())


def _grade_one(assignment, student, course):
    # What a student's name looks like must not be taken for a pattern, nor for a number.
    name = f'--CourseDirectory.student_id="{student}"' if student.isdigit() else f"--CourseDirectory.student_id={student}"
    try:
        log = _nbgrader("autograde", assignment, "--force", name)
    except subprocess.TimeoutExpired:
        shutil.rmtree(_autograded(assignment, student).parent, ignore_errors=True)
        log = f"it took more than {LONGEST} seconds"
    changed = _put_back(course)
    if changed:  # its marks may be its own invention
        shutil.rmtree(_autograded(assignment, student).parent, ignore_errors=True)
        log += f"\nit changed files of the course, which were put back: {', '.join(changed)}"
    path = FOLDER / "logs" / f"{assignment}_{student}.log"
    path.parent.mkdir(exist_ok=True)
    path.write_text(log, encoding="utf-8")
    if _autograded(assignment, student).is_file():
        return "graded"
    errors = re.findall(r"^\s*(?:\w+\.)*(\w*(?:Error|Exception)\w*: .*)$", log, flags=re.M) if not changed else []
    return f"NOT GRADED: {errors[-1] if errors else log.strip().splitlines()[-1]} (logs/{path.name})"


def _course_files():
    """Path -> content of every file that decides about the marks of the next submission."""
    folders = (REPOSITORY / "imsearch_helpers", REPOSITORY / "data", FOLDER / "keys", FOLDER / "source")
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path: path.read_bytes() for path in [*paths, *FOLDER.glob("*.py")]}


def _put_back(course):
    """Undo what a submission did to those files; returns their names."""
    now = _course_files()
    changed = [path for path in course.keys() | now.keys() if course.get(path) != now.get(path)]
    for path in changed:
        if path in course:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(course[path])
        else:
            path.unlink()
    return sorted(path.relative_to(REPOSITORY).as_posix() for path in changed)


def _autograded(assignment, student):
    return FOLDER / "autograded" / student / assignment / f"{assignment}.ipynb"


def _nbgrader(*arguments):
    """Run one of nbgrader's commands; returns what it printed."""
    environment = os.environ | {PREFLIGHT_DONE: "done", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=FOLDER, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", errors="replace", timeout=LONGEST)  # fmt: skip
    return done.stdout


# ---- a look at what was handed in ---------------------------------------------------------------------------------------
NO_HONEST_NEED = {
    "__code__", "__globals__", "__builtins__", "__subclasses__", "modules", "displayhook", "get_ipython", "setattr",
    "reload", "_exit", "environ", "putenv", "ctypes", "gc", "inspect", "subprocess", "socket", "graded", "builtins",
    "write_text", "write_bytes", "unlink", "rmtree", "remove_tree", "chmod", "kill", "exec", "eval",
}  # fmt: skip


def suspicious_lines(path):
    """What no honest answer needs, for a person to look at; it takes nothing away by itself.

    Parameters
    ----------
    path : Path
        A submitted notebook.

    Returns
    -------
    list of str
    """
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    return [f"{cell['metadata'].get('nbgrader', {}).get('grade_id', 'a cell')}: {line}"
            for cell in cells for line in _suspicious("".join(cell["source"]))]  # fmt: skip


def _suspicious(source):
    lines = source.splitlines()
    commands = {line.strip() for line in lines if re.match(r"\s*(!|%%|%run|%sx)", line)}
    try:
        tree = ast.parse(re.sub(r"^\s*[%!].*$", "", source, flags=re.M))
    except SyntaxError:  # it does not run, so it does no harm
        return sorted(commands)
    return sorted(commands | {lines[node.lineno - 1].strip() for node in ast.walk(tree) if _is_suspicious(node)})


def _is_suspicious(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node.name in ("check", "Score")
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = {part for alias in node.names for part in alias.name.split(".")}
        inside = {*(getattr(node, "module", None) or "").split(".")} if names != {"project_report"} else set()
        return bool((names | inside) & NO_HONEST_NEED)
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, (ast.Store, ast.Del)) or node.attr in NO_HONEST_NEED
    if isinstance(node, ast.Name):
        return node.id in NO_HONEST_NEED or (isinstance(node.ctx, ast.Store) and node.id == "check")
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "IMSEARCH_" in node.value


# ---- answers that are graded by hand ------------------------------------------------------------------------------------
WRITTEN_COLUMNS = ("student", "question", "points", "answer", "score", "comment")


def written(assignment):
    """Write ``marks/written_ASSIGNMENT.csv``: every answer that a person grades, with what was entered before.

    Parameters
    ----------
    assignment : str
    """
    path = FOLDER / MARKS / f"written_{assignment}.csv"
    rows = []
    with _gradebook() as gradebook:
        for student in _submitted(assignment):
            if _autograded(assignment, student).is_file():
                rows += _written_rows(gradebook, assignment, student)
    if not rows:
        raise ValueError(f"{assignment}: no graded submission has an answer for a person; grade first")
    _write_csv(path, WRITTEN_COLUMNS, rows)
    print(f"{len(rows)} answers are in {MARKS}/{path.name}. Fill in score and comment, save it as CSV, then: "
          f"python classroom.py written {assignment} --enter")  # fmt: skip


def _written_rows(gradebook, assignment, student):
    cells = _cells(_autograded(assignment, student))
    rows = []
    for grade in sorted(_grades(gradebook, assignment, student), key=lambda grade: list(cells).index(grade.name)):
        if cells[grade.name]["metadata"]["nbgrader"]["solution"]:
            untouched = grade.auto_score == 0
            score = "0" if untouched and grade.manual_score is None else _number(grade.manual_score)
            comment = gradebook.find_comment(grade.name, assignment, assignment, student).comment or ""
            rows.append((student, grade.name, _number(grade.max_score), _no_formula("".join(cells[grade.name]["source"])),
                         score, _no_formula(comment)))  # fmt: skip
    return rows


def enter_written(assignment):
    """Read ``marks/written_ASSIGNMENT.csv`` into the gradebook. A row without a score stays open.

    Parameters
    ----------
    assignment : str

    Raises
    ------
    ValueError
        When a row does not fit; the message names it. Then nothing is entered.
    """
    path = FOLDER / MARKS / f"written_{assignment}.csv"
    if not path.is_file():
        raise ValueError(f"there is no {MARKS}/{path.name}; write it first: python classroom.py written {assignment}")
    entered = 0
    with _gradebook() as gradebook:
        for number, row in enumerate(_read_csv(path), start=2):
            try:
                entered += _enter(gradebook, assignment, row)
            except (ValueError, LookupError) as error:
                gradebook.db.rollback()
                raise ValueError(f"{path.name}, line {number}: {error}") from None
        gradebook.db.commit()
    print(f"{entered} answers have their points.")


def _enter(gradebook, assignment, row):
    from nbgrader.api import MissingEntry

    if set(WRITTEN_COLUMNS) - set(row):
        raise ValueError(f"the columns must be {', '.join(WRITTEN_COLUMNS)}")
    if not row["score"].strip():
        return False
    try:
        grade = gradebook.find_grade(row["question"], assignment, assignment, row["student"])
        comment = gradebook.find_comment(row["question"], assignment, assignment, row["student"])
    except MissingEntry:
        raise ValueError(f"student {row['student']!r} has no question {row['question']!r}") from None
    score = float(row["score"].replace(",", "."))
    if not 0 <= score <= grade.max_score:
        raise ValueError(f"score must be from 0 to {_number(grade.max_score)}, not {row['score']!r}")
    grade.manual_score, grade.needs_manual_grade = score, False
    comment.manual_comment = row["comment"].removeprefix("'") or None
    return True


# ---- marks --------------------------------------------------------------------------------------------------------------
def marks(assignment):
    """Write ``marks/marks_ASSIGNMENT.csv`` and ``marks/questions_ASSIGNMENT.csv``, and print them.

    Parameters
    ----------
    assignment : str

    Notes
    -----
    Who could not be graded has no number but a note: nobody gets a silent 0. ``discrimination`` is the correlation of a
    question's points with the points of all other questions: near 0 or below it the question says nothing about
    a learner, or the opposite of the others.
    """
    _require_assignment(assignment)
    questions = {_question(name): float(cell["metadata"]["nbgrader"]["points"]) for name, cell
                 in _cells(_master(assignment)).items() if cell["metadata"]["nbgrader"]["grade"]}  # fmt: skip
    with _gradebook() as gradebook:
        rows = [_mark(gradebook, assignment, student, questions) for student in _students(gradebook, assignment)]
    if not rows:
        raise ValueError(f"{assignment}: nobody has handed it in")
    columns = ("student", *questions, "total", "out_of", "note", "look_at")
    _write_csv(FOLDER / MARKS / f"marks_{assignment}.csv", columns, [[row[name] for name in columns] for row in rows])
    table = [_statistics(name, points, rows) for name, points in questions.items()]
    _write_csv(FOLDER / MARKS / f"questions_{assignment}.csv", STATISTICS, table)
    for row in rows:
        print(f"{row['student']:20} {row['total']:>6} of {row['out_of']}  {row['note']}".rstrip())
    for line in [STATISTICS, *table]:
        print("".join(f"{part:>16}" for part in line))
    print(f"{MARKS}/marks_{assignment}.csv, {MARKS}/questions_{assignment}.csv")


STATISTICS = ("question", "points", "graded", "mean", "full_marks", "no_marks", "discrimination")


def _students(gradebook, assignment):
    return sorted({student.id for student in gradebook.students} | set(_submitted(assignment)))


def _mark(gradebook, assignment, student, questions):
    row = dict.fromkeys(questions, "") | {"student": student, "total": "", "out_of": _number(sum(questions.values())), "look_at": ""}
    submitted = FOLDER / "submitted" / student / assignment / f"{assignment}.ipynb"
    if not submitted.is_file():
        return row | {"note": "nothing handed in"}
    if not _autograded(assignment, student).is_file():
        return row | {"note": f"NOT GRADED, see logs/{assignment}_{student}.log"}
    grades = {_question(grade.name): grade for grade in _grades(gradebook, assignment, student)}
    is_open = [name for name, grade in grades.items() if grade.needs_manual_grade and grade.manual_score is None]
    row |= {name: _number(grade.score) for name, grade in grades.items() if name not in is_open}
    note = f"still to be graded by hand: {', '.join(is_open)}" if is_open else ""
    total = sum(grade.score for name, grade in grades.items() if name not in is_open)
    look_at = suspicious_lines(submitted)
    note = "; ".join(filter(None, [note, "LOOK AT its code" if look_at else ""]))
    return row | {"total": _number(total), "note": note, "look_at": _no_formula("\n".join(look_at))}


def _question(grade_id):
    """A question as tables call it: a task by its function's name."""
    return grade_id.removeprefix("test_")


def _grades(gradebook, assignment, student):
    return gradebook.find_submission_notebook(assignment, assignment, student).grades


def _statistics(name, points, rows):
    graded = [row for row in rows if row[name] != ""]
    scores = [float(row[name]) for row in graded]
    if not scores:
        return name, _number(points), 0, "", "", "", ""
    others = [float(row["total"]) - score for row, score in zip(graded, scores)]
    spread = len(set(scores)) > 1 and len(set(others)) > 1
    return (
        name, _number(points), len(scores), f"{statistics.mean(scores):.2f}",
        f"{sum(score == points for score in scores) / len(scores):.0%}",
        f"{sum(score == 0 for score in scores) / len(scores):.0%}",
        f"{statistics.correlation(scores, others):.2f}" if spread else "",
    )  # fmt: skip


def _gradebook():
    from nbgrader.api import Gradebook

    gradebook = FOLDER / MARKS / "gradebook.db"
    if not gradebook.is_file():
        raise ValueError("there is no gradebook.db yet: grade first")
    return Gradebook(f"sqlite:///{gradebook}")


# ---- tables -------------------------------------------------------------------------------------------------------------
def _write_csv(path, columns, rows):
    with open(path, "w", encoding="utf-8-sig", newline="") as file:  # with the mark by which spreadsheets know UTF-8
        csv.writer(file).writerows([columns, *rows])


def _read_csv(path):
    text = path.read_text(encoding="utf-8-sig")
    head = text.splitlines()[0] if text else ""
    return list(csv.DictReader(text.splitlines(keepends=True), delimiter=";" if ";" in head else ",", restval=""))


def _no_formula(text):
    # A spreadsheet computes what begins like this, and a formula may fetch or send; an apostrophe makes it a text.
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@")) else text


def _number(value):
    return "" if value is None else f"{value:.4g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("preflight", "collect", "grade", "written", "marks", "new-seed", "examples"):
        command = commands.add_parser(name)
        if name in ("collect", "grade", "written", "marks"):
            command.add_argument("assignment")
        if name == "collect":
            command.add_argument("folder", type=Path, help="a folder, or a zip file")
        if name in ("preflight", "grade"):
            command.add_argument("--other-versions", action="store_true", help="grade although versions differ from constraints.txt")
        if name == "written":
            command.add_argument("--enter", action="store_true", help="read the filled-in table")
    options = parser.parse_args()
    try:
        return _run(options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2


def _run(options):
    if options.command == "preflight":
        return int(not preflight(options.other_versions))
    if options.command == "grade":
        return int(not grade(options.assignment, options.other_versions))
    if options.command == "collect":
        return collect(options.assignment, options.folder)
    if options.command == "written":
        return (enter_written if options.enter else written)(options.assignment)
    if options.command == "marks":
        return marks(options.assignment)
    return new_seed() if options.command == "new-seed" else examples()


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    sys.exit(main())
