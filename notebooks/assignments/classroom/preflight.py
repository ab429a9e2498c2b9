"""Is everything in place for grading? A wrong environment would mark everybody wrongly, without a word."""

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from . import course
from .course import INSTALL

DONE = "IMSEARCH_PREFLIGHT"
HERE_DECIDE = ("nbgrader", "nbconvert", "nbclient", "nbformat")  # the packages that decide about marks, in this process
KERNEL_DECIDES = ("ipykernel", "numpy", "pillow")  # and in the one that runs submissions
IN_THE_KERNEL = """
import json
from importlib import metadata
from pathlib import Path
import imsearch_helpers
from imsearch_helpers import check_environment
from imsearch_helpers.exercises import graded, masters, silence
with silence() as lines:
    check_environment()
tasks = [task for key in {keys!r} for task in masters.key_of(Path(key)).TASKS]
typed_in = lambda f: type(f)(f.__code__.replace(co_filename="typed in"), f.__globals__, f.__name__)
wrong = [task.name for task in tasks if graded.grade(typed_in(task.solution), 1) != 1]
print(json.dumps([str(Path(imsearch_helpers.__file__).resolve().parent.parent), len(tasks), wrong,
                  {{name: metadata.version(name) for name in {packages!r}}}, lines.getvalue().splitlines()]))
"""


def preflight(other_versions=False, only=None):
    """Print one line on each thing that grading needs; returns whether all is well.

    Parameters
    ----------
    other_versions : bool
        Whether versions other than those of ``constraints.txt`` are allowed.
    only : str, optional
        An assignment: then nobody minds the others, which somebody may be writing.

    Returns
    -------
    bool
    """
    names, kind = [only] if only else course.assignments(), "note" if other_versions else "MEND"
    lines = [*_check_place(), *_check_here(kind)]
    if not any(mark == "MEND" for mark, _ in lines):
        broken = [line for name in names for line in _check_assignment(name)]
        lines += broken or [*_check_kernel(kind, names), ("ok", "examples and points: as the masters and the keys have them")]
        lines += _check_seed()
    for mark, text in lines:
        print(f"{mark:<5} {text}")
    ready = not any(mark == "MEND" for mark, _ in lines)
    print("Ready to grade." if ready else "Nothing is graded before each MEND is mended: marks would be wrong.")
    return ready


def refuse_unless_ready():
    """For nbgrader_config.py: no `nbgrader autograde` in an environment that would mark everybody wrongly."""
    if os.environ.get(DONE) != "done" and not preflight():
        raise SystemExit(1)
    os.environ[DONE] = "done"  # nbgrader reads its settings three times


def _check_place():
    if set("[]*?") & set(str(course.FOLDER)):
        return [("MEND", f"folder: nbgrader cannot work in {course.FOLDER}; move the course to a path without [ ] * ?")]
    return []


def _check_here(kind):
    try:
        from imsearch_helpers.exercises import graded  # noqa: F401

        installed = {name: metadata.version(name) for name in HERE_DECIDE}
    except Exception as error:
        return [("MEND", f"packages: {type(error).__name__}: {error}, for {sys.executable}. Is the environment of the course active? "
                 f"If it is, {INSTALL}")]  # fmt: skip
    return _compare(installed, "nbgrader", kind)


def _compare(installed, where, kind):
    from imsearch_helpers.environment import pinned_versions

    wanted = pinned_versions(course.REPOSITORY / "constraints.txt")
    other = [f"{name} {version}, not {wanted[name]}" for name, version in installed.items() if version != wanted[name]]
    if other:
        return [(kind, f"{where}: {'; '.join(other)}; {INSTALL}")]
    return [("ok", f"{where}: the versions of constraints.txt")]


# What a person wrote: master, key and examples


def _check_assignment(name):
    problems = []
    for check in (_check_points, _check_examples, _check_handed_out):
        try:
            problems += [("MEND", f"{name}: {problem}") for problem in check(name)]
        except Exception as error:
            return [("MEND", f"{name}: its master or its key is broken ({type(error).__name__}: {error}); mend that file")]
    return problems


def _check_points(name):
    for grade_id, cell in course.cells_of(course.master(name)).items():
        points = cell["metadata"]["nbgrader"].get("points")
        called = [float(number) for number in re.findall(r"points=([\d.]+)\)", course.source_of(cell))]
        if course.is_test(cell) and called != [points, points]:
            yield (f"{grade_id} is worth {points} by its cell's metadata, and calls check and grade with "
                   f"{called}; all three must be the same")  # fmt: skip


def _check_examples(name):
    from imsearch_helpers.exercises.masters import key_of
    from imsearch_helpers.exercises.tasks import EXAMPLES, read_examples, write_examples

    path = course.master(name).parent / EXAMPLES
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, EXAMPLES)
        write_examples(key_of(course.key(name)).TASKS, fresh)
        if not path.is_file() or not _alike(read_examples(path), read_examples(fresh)):
            yield "examples.json is not what master and key make; run: python -m classroom examples, and hand out again"


def _alike(one, other):
    from imsearch_helpers.exercises import same

    return same(*[{name: vars(task) for name, task in examples.items()} for examples in (one, other)])


def _check_handed_out(name):
    """The gradebook remembers the tests of the last `generate_assignment`; they must be those of the master."""
    try:
        book = course.gradebook()
    except ValueError:
        return
    from nbgrader.api import MissingEntry

    with book:
        try:
            known = {cell.name: cell.source for cell in book.find_notebook(name, name).source_cells}
        except MissingEntry:
            return
    now = {grade_id: course.source_of(cell) for grade_id, cell in course.cells_of(course.master(name)).items() if course.is_test(cell)}
    if {grade_id: known.get(grade_id) for grade_id in now} != now:
        yield ("its tests have changed since it was handed out; give the new one another name, or, if nobody has handed in "
               f"yet, hand out again: python -m nbgrader generate_assignment {name} --force")  # fmt: skip


# What matters most is the process that runs the submissions: there a missing package would score everybody 0


def _check_kernel(kind, names):
    code = IN_THE_KERNEL.format(keys=[str(course.key(name)) for name in names], packages=KERNEL_DECIDES)
    try:
        printed, complaints = _run_in_kernel(code)
    except Exception as error:
        return [("MEND", f"kernel: it does not start ({type(error).__name__}: {error}); {INSTALL}")]
    if complaints or not printed:
        reason = complaints.strip().splitlines()[-1] if complaints.strip() else "it answers nothing"
        return [("MEND", f"kernel: {reason}; {INSTALL}")]
    home, n_tasks, wrong, installed, lines = json.loads(printed.splitlines()[-1])
    found = _compare(installed, "kernel", kind)
    if Path(home) != course.REPOSITORY:
        found.append(("MEND", f"kernel: imsearch_helpers comes from another folder, {home}; {INSTALL}"))
    found += [tuple(line.split(maxsplit=1)) for line in lines if " pictures:" in line or line.startswith("MEND")]
    if wrong:
        found.append(("MEND", f"hidden tests: the master's own solution does not pass in {', '.join(wrong)}; mend its key or its master"))
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

    environment = os.environ | {"JUPYTER_PREFER_ENV_PATH": "1"}
    manager, client = start_new_kernel(
        kernel_name="python3", env=environment, cwd=str(course.FOLDER), stderr=subprocess.DEVNULL
    )
    try:
        client.execute_interactive(code, timeout=120, output_hook=collect)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(printed), "".join(complaints)


# The hidden seed


def _check_seed():
    file = course.FOLDER / "seed.txt"
    if not file.is_file():
        return [("note", "seed: the public one; for marks that count make your own: python -m classroom new-seed")]
    try:
        from imsearch_helpers.exercises import graded

        graded.hidden_seed(course.FOLDER)
    except Exception as error:
        return [("MEND", f"seed: {error}")]
    return [("ok", "seed: your own, from seed.txt")]
