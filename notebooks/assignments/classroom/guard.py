"""What a submission must not change, and must not leave behind: files of the course, others' marks, processes."""

import contextlib
import ctypes
import os
import shutil
import sqlite3
import stat
import sys
from pathlib import Path

from . import course

PASSING = {".ipynb_checkpoints", "gradebook.db", "gradebook.db-journal"}  # an editor's, and nbgrader's own, of which `Marks` takes care
TOKEN = "IMSEARCH_SUBMISSION"  # set for a submission's process, and so for all that it starts
OWN = """
    select id from submitted_assignment where student_id = :student and assignment_id in (select id from assignment where name = :assignment)
    union select n.id from submitted_notebook n join submitted_assignment s on s.id = n.assignment_id join assignment a on a.id = s.assignment_id
    where s.student_id = :student and a.name = :assignment"""
BY_HAND = f"""
    select cell_id, manual_score from grade where manual_score is not null and notebook_id in ({OWN})
    union select cell_id, 'extra ' || extra_credit from grade where extra_credit <> 0 and notebook_id in ({OWN})
    union select cell_id, manual_comment from comment where manual_comment is not null and notebook_id in ({OWN})"""


# Files


class Files:
    """Every file of the course as it is now, but the submission's own page."""

    def __init__(self, student, assignment):
        self.student, self.own = student, course.autograded(student, assignment).parent
        self.links = {top: os.readlink(top) for top in _tops() if top.is_symlink()}  # the teacher's: whatever else is one leads astray
        self.before = self._now()

    def put_back(self):
        """Undo what was done to them, and keep it in ``logs``; returns their names, but for compiled code, which others write as well."""
        now = self._now()
        changed = [path for path in self.before.keys() | now.keys() if self.before.get(path) != now.get(path)]
        for path in changed:
            if path in now:
                path.unlink()
        for path in sorted(self.before.keys() & set(changed)):
            _write_again(path, self.before[path])
            _keep(self.student, path, now.get(path))
        return sorted(path.relative_to(course.REPOSITORY).as_posix() for path in changed if path.suffix != ".pyc")

    def _now(self):
        paths = [path for top in _tops() for path in self._paths_in(top)]
        return {path: _what_is_in(path) for path in paths if self.own not in path.parents}

    def _paths_in(self, top):
        if top.is_symlink() or not top.is_dir():
            yield top
        if not top.is_symlink() or self.links.get(top) == os.readlink(top):
            yield from _paths_below(top)


def _tops():
    names = ("imsearch_helpers", "data", "constraints.txt")
    tops = [*course.FOLDER.iterdir(), *(course.REPOSITORY / name for name in names)]
    return [top for top in tops if top.name not in PASSING and os.path.lexists(top)]


def _paths_below(top):
    for folder, names, files in os.walk(top):
        names[:] = [name for name in names if name not in PASSING]
        for name in names:
            if not os.access(Path(folder, name), os.R_OK | os.W_OK | os.X_OK):  # else nothing in it can be seen or put back
                with contextlib.suppress(OSError):  # a disk to read from only
                    Path(folder, name).chmod(0o700)
        links = [name for name in names if Path(folder, name).is_symlink()]
        yield from (Path(folder, name) for name in [*files, *links] if name not in PASSING)


def _what_is_in(path):
    """Bytes; of what is no file or cannot be read, what it is."""
    kind = path.lstat().st_mode
    if stat.S_ISLNK(kind):
        return os.readlink(path)
    if stat.S_ISREG(kind) and not os.access(path, os.R_OK):
        with contextlib.suppress(OSError):
            path.chmod(0o600)
    try:
        return path.read_bytes() if stat.S_ISREG(kind) else kind
    except OSError:
        return kind


def _write_again(path, content):
    if path.is_dir():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.symlink_to(content)


def _keep(student, path, content):
    """What was put back may have been the teacher's own, saved meanwhile."""
    if isinstance(content, bytes) and path.suffix != ".pyc":
        folder = course.FOLDER / "logs"
        folder.mkdir(exist_ok=True)
        (folder / f"changed_by_{student}_{path.name}").write_bytes(content)


# Marks


class Marks:
    """The gradebook as it is now; a submission may change what nbgrader computes for it, and nothing else."""

    def __init__(self, student, assignment):
        self.who = {"student": student, "assignment": assignment}
        self.file = course.FOLDER / course.MARKS / "gradebook.db"
        self.before, (self.others, self.by_hand) = self.file.read_bytes(), self._now()

    def put_back(self):
        """Undo what was done to the marks of others, or to those that only a person gives; returns the name of the file if so."""
        with contextlib.suppress(sqlite3.Error, FileNotFoundError):
            others, by_hand = self._now()
            if others == self.others and by_hand <= self.by_hand:
                return []
        now = _what_is_in(self.file) if os.path.lexists(self.file) else None
        for file in (Path(f"{self.file}-journal"), self.file):
            shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink(missing_ok=True)
        self.file.write_bytes(self.before)
        _keep(self.who["student"], self.file, now)
        return [self.file.relative_to(course.REPOSITORY).as_posix()]

    def _now(self):
        with contextlib.closing(sqlite3.connect(f"{self.file.as_uri()}?mode=ro", uri=True)) as book:
            tables = [name for (name,) in book.execute("select name from sqlite_master where type = 'table'")]
            own = {row[0] for row in book.execute(OWN, self.who)} | {self.who["student"]}
            rows = {(table, *row) for table in tables for row in book.execute(f'select * from "{table}"')}
            by_hand = set(book.execute(BY_HAND, self.who))
        return {row for row in rows if not own & set(row)}, by_hand


# Processes


def adopt_orphans():
    """On Linux, what a submission starts and leaves behind becomes ours, whatever it did to hide."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def end_what_is_left(token):
    """End each process that a submission has left behind; returns how many there were.

    Parameters
    ----------
    token : str
        What `TOKEN` was set to.
    """
    import psutil

    ended = set()
    for _ in range(20):  # while they start others
        left = [process for process in psutil.process_iter() if process.pid != os.getpid() and _is_of(process, token)]
        left += psutil.Process().children(recursive=True)
        alive = [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
        if not alive:
            break
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        ended |= {process.pid for process in alive}
        psutil.wait_procs(left, timeout=3)
    return len(ended)


def _is_of(process, token):
    import psutil

    try:
        return process.environ().get(TOKEN) == token
    except (psutil.Error, OSError):  # another user's, or one that has just ended
        return False
