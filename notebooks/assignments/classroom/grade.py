"""Each submission is graded in a process of its own; what one of them breaks is put back before the next."""

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from . import course
from .preflight import DONE, preflight

LONGEST = 600  # seconds for one submission, whatever it does


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
        raise SystemExit(1)
    _make_known(assignment)
    files, outcomes = _course_files(), []
    for number, student in enumerate(students or handed_in, start=1):
        outcomes.append(_grade_one(assignment, student, files))
        print(f"{number} of {len(students or handed_in)}  {student}: {outcomes[-1]}", flush=True)
    return set(outcomes) == {"graded"}


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
        done, log = _nbgrader("generate_assignment", assignment, "--force")
        if not done:
            raise ValueError(f"python -m nbgrader generate_assignment {assignment} --force does not work:\n{log[-2000:]}")


def _grade_one(assignment, student, files):
    page = course.autograded(student, assignment)
    try:
        outcome, log = _try(assignment, student)
    except OSError as error:
        outcome, log = f"{error.strerror}: {error.filename}", str(error)
    except BaseException:  # somebody pressed stop: what is half graded must not look graded
        shutil.rmtree(page.parent, ignore_errors=True)
        _put_back(files)
        raise
    changed = _put_back(files)
    if changed:  # its marks may be its own invention
        outcome = f"it changed files of the course, which were put back: {', '.join(changed)}"
    if not outcome and page.is_file():
        return "graded"
    shutil.rmtree(page.parent, ignore_errors=True)
    return f"NOT GRADED: {outcome or 'nbgrader says nothing'}{_kept(f'{assignment}_{student}.log', log)}"


def _try(assignment, student):
    """Returns the reason why it could not be graded, empty if it could, and what was said."""
    if set("[]*?") & set(student):
        return "rename its folder in submitted/: nbgrader takes [ ] * ? for patterns", ""
    try:
        course.cells_of(course.submitted(student, assignment))
    except (ValueError, OSError) as error:
        return f"{error}; ask for it again", ""
    # A name that consists of digits must not be taken for a number.
    name = f'--CourseDirectory.student_id="{student}"' if student.isdigit() else f"--CourseDirectory.student_id={student}"
    try:
        done, log = _nbgrader("autograde", assignment, "--force", name)
    except subprocess.TimeoutExpired:
        return f"it took more than {LONGEST} seconds", ""
    errors = re.findall(r"^\s*(?:\w+\.)*(\w*(?:Error|Exception)\w*: .*)$", log, flags=re.M)
    return "" if done else errors[-1] if errors else "nbgrader was interrupted", log


def _kept(name, log):
    """Keep what was said in ``logs/``; returns where, as an ending of a line."""
    if not log:
        return ""
    path = course.FOLDER / "logs" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(log, encoding="utf-8")
    return f" (logs/{name})"


def _nbgrader(*arguments):
    """Run one of nbgrader's commands; returns whether it succeeded, and what it printed."""
    environment = os.environ | {DONE: "done", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:  # no pipe, which a child could keep open
        process = subprocess.Popen(
            [sys.executable, "-m", "nbgrader", *arguments], cwd=course.FOLDER, env=environment,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(timeout=LONGEST)
        finally:
            _end(process)
        output.seek(0)
        return code == 0, output.read()


def _end(process):
    """End a process and, where the system knows groups, its children."""
    process.kill()
    process.wait()
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # nobody is left


def _course_files():
    """Path -> content of every file that decides about the marks of the next submission."""
    folders = [course.REPOSITORY / "imsearch_helpers", course.REPOSITORY / "data", course.FOLDER / "classroom"]
    folders += [course.FOLDER / name for name in ("keys", "source", "release", "private")]
    paths = [path for folder in folders for path in folder.rglob("*")]
    paths += [*course.FOLDER.glob("*.py"), course.FOLDER / "seed.txt", course.REPOSITORY / "constraints.txt"]
    return {path: path.read_bytes() for path in paths if path.is_file()}


def _put_back(files):
    """Undo what a submission did to those files; returns their names."""
    now = _course_files()
    changed = [path for path in files.keys() | now.keys() if files.get(path) != now.get(path)]
    for path in changed:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[path])
        else:
            path.unlink()
    return sorted(path.relative_to(course.REPOSITORY).as_posix() for path in changed)


# A look at what was handed in

NO_HONEST_NEED = {
    "__code__", "__globals__", "__builtins__", "__subclasses__", "__dict__", "__traceback__", "__import__", "vars", "modules",
    "displayhook", "get_ipython", "setattr", "reload", "_exit", "environ", "putenv", "ctypes", "gc", "inspect", "subprocess",
    "socket", "graded", "builtins", "mock", "patch", "importlib", "runpy", "settrace", "_getframe", "f_back", "f_locals", "f_globals",
    "tb_frame", "write_text", "write_bytes", "unlink", "rmtree", "chmod", "chdir", "kill", "exec", "eval", "compile", "fork",
    "system", "popen",
}  # fmt: skip
HARMLESS_MAGIC = {"time", "timeit", "matplotlib", "capture", "precision"}


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
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        code = TransformerManager().transform_cell(source)  # IPython's own syntax becomes Python
        tree = ast.parse(code)
    except SyntaxError:  # it does not run, so it does no harm
        return []
    except (RecursionError, MemoryError, ValueError):
        return ["it cannot be taken apart"]
    lines = code.splitlines()
    return sorted({line[:200] for node in _unusual(tree) for line in _shown(node, lines)})


def _unusual(tree):
    harmless = set()
    for node in ast.walk(tree):
        magic = _magic_of(node)
        if magic in HARMLESS_MAGIC:
            harmless |= set(ast.walk(node.func))
            if _suspicious(_cell_of(node)):
                yield node
        elif node not in harmless and _is_suspicious(node):
            yield node


def _magic_of(node):
    """The name of the magic that a call runs, such as "time"."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("run_line_magic", "run_cell_magic"):
        return getattr(node.args[0], "value", None) if node.args else None
    return None


def _cell_of(magic):
    """The cell that a magic like %%time gets as text."""
    return str(getattr(magic.args[2], "value", "eval")) if len(magic.args) == 3 else ""


def _shown(node, lines):
    return _suspicious(_cell_of(node)) if _magic_of(node) in HARMLESS_MAGIC else [lines[node.lineno - 1].strip()]


def _is_suspicious(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node.name in ("check", "Score")
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names}
        inside = set((node.module or "").split(".")) if names != {"project_report"} else set()
        private = "imsearch_helpers" in inside and any(name.startswith("_") for name in names)
        return private or bool((names | inside) & NO_HONEST_NEED)
    if isinstance(node, ast.Import):
        return bool({part for alias in node.names for part in alias.name.split(".")} & NO_HONEST_NEED)
    if isinstance(node, ast.Attribute):
        is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
        return node.attr in NO_HONEST_NEED or isinstance(node.ctx, (ast.Store, ast.Del)) and not is_own
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
        return any(isinstance(part, ast.Constant) and set(str(part.value)) & set("wax+") and len(str(part.value)) < 4
                   for part in [*node.args[1:], *(word.value for word in node.keywords)])  # fmt: skip
    if isinstance(node, ast.Name):
        return node.id in NO_HONEST_NEED or isinstance(node.ctx, ast.Store) and node.id == "check"
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "IMSEARCH_" in node.value
