"""Floor 1. A path comes in; a file that is whole, or none, goes out: nothing is half written, and nothing of yours overwritten."""

import contextlib
import csv
import os
import re
import shutil
from pathlib import Path

from .checks import no_formula, printable

UNFINISHED = re.compile(r"\.imsearch-(\d+)-[0-9a-f]{8}\.unfinished")


def checked_output(path, is_ours, name="path"):
    """`path` as a Path, or a clear error before any work is done for it.

    Parameters
    ----------
    path : str or Path
        Where a file is to be written.
    is_ours : callable
        From the first bytes of a file that is there already to whether one of ours may take its place.
    name : str
        The parameter's name, for the message.

    Returns
    -------
    Path

    Raises
    ------
    FileNotFoundError, PermissionError, IsADirectoryError
        When no file can be written there.
    FileExistsError
        When something else is there already.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{name}: there is no folder '{printable(path.parent)}' to write into")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"{name}: '{printable(path.parent)}' cannot be written to")
    if path.is_dir():
        raise IsADirectoryError(f"{name}: '{printable(path)}' is a folder; a file's name is needed")
    if path.exists() and not (path.is_file() and is_ours(_first_bytes(path))):  # reading a pipe would wait for a writer
        raise FileExistsError(f"{name}: '{printable(path)}' is there already, and is none of ours; choose another name")
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(f"{name}: '{printable(path)}' is write-protected")
    return path


@contextlib.contextmanager
def whole_file(path, is_ours, **how):
    """Open a file for writing that is there when all went well, and only then.

    Parameters
    ----------
    path : str or Path
    is_ours : callable
        As for `checked_output`.
    **how
        As for `open`; bytes if not given.

    Yields
    ------
    file
        It takes the place and the permissions of one that is there already, behind a link, too.

    Raises
    ------
    OSError
        As `checked_output`, and when writing fails. It names `path`.
    """
    path = checked_output(path, is_ours)
    place = Path(os.path.realpath(path))
    _sweep(place.parent)
    unfinished = place.with_name(f".imsearch-{os.getpid()}-{os.urandom(4).hex()}.unfinished")
    try:
        with open(unfinished, **({"mode": "xb"} | how)) as file:
            if place.exists():
                shutil.copymode(place, unfinished)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, place)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), os.fspath(path)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def write_table(path, heads, rows):
    """Write a table as CSV, in UTF-8. A spreadsheet takes no text in it for a formula.

    Parameters
    ----------
    path : str or Path
        Such a table that is there already is replaced, but no other file.
    heads : list of str
    rows : iterable of sequence of str, int or float

    Raises
    ------
    OSError
        When it cannot be written; then there is no file, or the old one.
    """
    with whole_file(path, is_table(heads), mode="x", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *(map(table_cell, row) for row in rows)])


def table_cell(value):
    """A value as it stands in a table: a text as one safe line that no spreadsheet takes for a formula.

    Parameters
    ----------
    value : str, int or float

    Returns
    -------
    str, int or float

    Examples
    --------
    >>> table_cell("=1\\n")
    "'=1\\\\n"
    """
    return no_formula(printable(value)) if isinstance(value, str) else value


def is_table(heads):
    """What tells whether a file is a table that `write_table` wrote.

    Parameters
    ----------
    heads : list of str

    Returns
    -------
    callable
        As `checked_output` takes it.
    """
    return lambda first_bytes: first_bytes.startswith(",".join(heads).encode())


def _first_bytes(path):
    with open(path, "rb") as file:
        return file.read(min(4096, os.fstat(file.fileno()).st_size))  # where the system shows an empty file, reading may never end


def _sweep(folder):
    """Delete what somebody who was killed has left here."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            match = UNFINISHED.fullmatch(path.name)
            if match and not _is_running(int(match[1])):
                path.unlink()


def _is_running(process):
    if os.name == "nt":  # there a file that somebody has open cannot be deleted, and asking would end the process
        return False
    try:
        os.kill(process, 0)  # sends nothing
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True
