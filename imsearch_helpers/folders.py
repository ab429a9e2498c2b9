"""Floor 2. A folder comes in; its pictures go out, and an account of everything else that lies there."""

import fnmatch
import hashlib
import html
import os
import stat
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .checks import printable
from .images import SUFFIXES
from .output import write_table

# Hidden files and folders, and what other programs and systems keep beside pictures: thumbnails, deleted files, notes.
HIDDEN = ".*"
EXCLUDED = (HIDDEN, "@eadir", "@recycle", "#recycle", "$recycle.bin", "system volume information", "__macosx", "lost+found")
# Pictures too, but none that is read here.
OTHER_PICTURES = frozenset(".jxl .jp2 .psd .svg .ico .tga .raw .dng .cr2 .cr3 .nef .arw .orf .rw2 .raf".split())
KEPT, REPAIRED, REJECTED, LEFT_OUT = "kept", "repaired", "rejected", "left out"
MARKS = {KEPT: "✓", REPAIRED: "≈", REJECTED: "✗", LEFT_OUT: "–"}
MOST_ROWS = 100  # of a report's table on the screen; the CSV has them all
HEADS = ["file", "outcome", "reason"]
UNOPENED = "folder that cannot be opened"
ENDS = 1 << 16  # bytes at the beginning and at the end of a file by which it is known again when only its time differs


class Listing(NamedTuple):
    """What lies in a folder.

    Attributes
    ----------
    pictures : list of str
        Sorted paths, each beginning with the folder as it was given.
    left_out : list of (str, str)
        Path and reason of every other picture, and of every folder that was not entered.
    others : dict of str to int
        How many files there are that are no pictures, by suffix in small letters.
    """

    pictures: list
    left_out: list
    others: dict


def find_images(folder, exclude=()):
    """All pictures below a folder, by their suffixes.

    Parameters
    ----------
    folder : str or Path
    exclude : sequence of str
        As for `list_folder`.

    Returns
    -------
    list of str
        Sorted paths, each beginning with `folder` as it was given.

    Raises
    ------
    FileNotFoundError, NotADirectoryError, PermissionError, TypeError
        As `list_folder`.
    """
    return list_folder(folder, exclude).pictures


def list_folder(folder, exclude=()):
    """Everything below a folder: its pictures, and what else there is.

    A picture is a file whose suffix is one of `SUFFIXES`, in any case; blanks and dots behind it do not matter. Links to
    folders are not followed. Hidden files and folders are left out, and so are those in which systems and other programs keep
    what is not yours: `EXCLUDED`. The folder itself may be one of those.

    Parameters
    ----------
    folder : str or Path
        ``~`` is your home.
    exclude : sequence of str
        What else to leave out: names, or paths seen from `folder`, of files and folders. ``*`` stands for anything;
        capital letters are small ones.

    Returns
    -------
    Listing

    Raises
    ------
    FileNotFoundError, NotADirectoryError, PermissionError
        When there is no such folder, or it cannot be opened.
    TypeError
        When `folder` is no path, or `exclude` is no list of texts.
    """
    folder, patterns = folder_named(folder), [*EXCLUDED, *checked_patterns(exclude)]
    listing = Listing([], [], Counter())
    unopened = [(folder, (), "")]
    while unopened:
        place, inside, why_out = unopened.pop()
        for entry in _entries(place, folder, listing):
            parts = (*inside, entry.name)
            why = why_out or _why_excluded(parts, patterns)
            if not _is_folder(entry):
                _sort_in(entry, why, listing)
            elif entry.is_symlink() or getattr(entry, "is_junction", bool)():  # Windows' other kind of link, from Python 3.12
                listing.left_out.append((entry.path, "link to a folder, which is not followed"))
            else:
                unopened.append((entry.path, parts, why_out or (why and f"in the folder {printable(entry.name)}: {why}")))
    left_out = sorted((str(Path(path)), why) for path, why in listing.left_out)
    return Listing(sorted(map(str, map(Path, listing.pictures))), left_out, dict(sorted(listing.others.items())))


def _entries(place, top, listing):
    try:
        with os.scandir(place) as entries:
            return list(entries)
    except OSError as error:
        if place == top:
            raise type(error)(error.errno, f"image_dir: this folder cannot be opened ({error.strerror})", place) from None
        listing.left_out.append((place, f"{UNOPENED}: {error.strerror}"))
        return []


def _is_folder(entry):
    try:
        return entry.is_dir()
    except OSError:  # a link that nobody may follow
        return False


def _why_excluded(parts, patterns):
    name, path = parts[-1].lower(), "/".join(parts).lower()
    for pattern in patterns:
        seen = path if "/" in pattern else name
        if seen == pattern or fnmatch.fnmatchcase(seen, pattern):  # a name may hold brackets, and mean them
            return "hidden" if pattern == HIDDEN else f"excluded by {pattern!r}"
    return ""


def _sort_in(entry, why, listing):
    suffix = _suffix(entry.name)
    if suffix not in SUFFIXES | OTHER_PICTURES:
        if not why:
            listing.others[suffix] += 1
    elif why or suffix not in SUFFIXES:
        listing.left_out.append((entry.path, why or f"{suffix[1:].upper()}, not read here: export as JPEG"))
    else:
        listing.pictures.append(entry.path)


def _suffix(name):
    # Programs and hands leave blanks and dots behind a name; a name may also be nothing but a suffix.
    return os.path.splitext("name" + name.rstrip(" .\t\u00a0\u3000"))[1].lower()


def checked_patterns(exclude):
    """`exclude` as a list, or a clear error.

    Parameters
    ----------
    exclude : sequence of str

    Returns
    -------
    list of str
        In small letters, with ``/`` between folders and none at the end; a ``./`` before it is gone, and so are empty ones.

    Raises
    ------
    TypeError
        When it is anything else.
    """
    patterns = list(exclude) if isinstance(exclude, Iterable) else [exclude]
    if isinstance(exclude, (str, bytes)) or not all(isinstance(pattern, str) for pattern in patterns):
        raise TypeError(f"exclude must be a list of names or patterns, such as ['drafts', '*.gif'], not {exclude!r:.80}")
    return [pattern.lower().replace(os.sep, "/").removeprefix("./").rstrip("/") for pattern in patterns if pattern]


def folder_named(folder, name="image_dir"):
    """`folder` as a str, or a clear error.

    Parameters
    ----------
    folder : str or Path
    name : str
        The parameter's name, for the message.

    Returns
    -------
    str
        With ``~`` replaced.

    Raises
    ------
    FileNotFoundError, NotADirectoryError, TypeError
        When it is none.
    """
    if not isinstance(folder, (str, os.PathLike)):
        raise TypeError(f"{name} must be one folder, not a {type(folder).__name__}: {folder!r:.80}")
    folder = os.path.expanduser(os.fspath(folder))
    if not os.path.exists(folder):
        is_pattern = any(sign in folder for sign in "*?[")
        hint = "; patterns are not followed: give the folder, and exclude= for what to leave out" if is_pattern else ""
        raise FileNotFoundError(f"{name}: there is no folder '{printable(folder)}'{hint}")
    if not os.path.isdir(folder):
        raise NotADirectoryError(f"{name}: '{printable(folder)}' is a file; a folder of pictures is needed")
    return folder


def stamp(path, known=None):
    """By what a file is known again: its size, its time, and a checksum of its ends, which is read only where those differ.

    Parameters
    ----------
    path : str
    known : tuple, optional
        Its stamp before.

    Returns
    -------
    (int, int, str) or None
        Bytes, nanoseconds, and a checksum; None where it cannot be read.
    """
    try:
        status = os.stat(path)
        if known and known[:2] == (status.st_size, status.st_mtime_ns):
            return known
        if not stat.S_ISREG(status.st_mode):  # a pipe would keep us waiting
            return None
        with open(path, "rb") as file:
            ends = file.read(min(ENDS, status.st_size))  # no more: where the system shows an empty file, reading may never end
            file.seek(max(len(ends), status.st_size - ENDS))
            ends += file.read(min(ENDS, status.st_size - file.tell()))
            return status.st_size, status.st_mtime_ns, hashlib.blake2b(ends, digest_size=16).hexdigest()
    except (OSError, ValueError):
        return None


def same_file(stamp, known):
    """Whether a file is as it was: a copied or unpacked one has another time, and is the same.

    Parameters
    ----------
    stamp, known : tuple or None
        From `stamp`, now and before.

    Returns
    -------
    bool
    """
    return stamp == known or bool(stamp and known and (stamp[0], *stamp[2:]) == (known[0], *known[2:]) and stamp[2:])


class ReportRow(NamedTuple):
    """What became of one file: `outcome` is "kept", "repaired", "rejected" or "left out"; `reason` is empty for a kept one."""

    path: str
    outcome: str
    reason: str


class ImportReport:
    """A table of what became of every file; a notebook shows it as one.

    Parameters
    ----------
    rows : iterable of ReportRow
    folder : str
        Names are shown as seen from there.
    others : dict of str to int
        How many files were no pictures, by suffix.

    Attributes
    ----------
    rows : list of ReportRow
    others : dict of str to int
    """

    def __init__(self, rows, folder="", others=()):
        self.rows = list(rows)
        self.folder = folder
        self.others = dict(others)

    def where(self, outcome):
        """The rows with one outcome.

        Parameters
        ----------
        outcome : {"kept", "repaired", "rejected", "left out"}

        Returns
        -------
        list of ReportRow
        """
        return [row for row in self.rows if row.outcome == outcome]

    def __str__(self):
        counts = [f"{len(self.where(outcome))} {outcome}" for outcome in (KEPT, REPAIRED, REJECTED)]
        reasons = Counter(row.reason for row in self.where(LEFT_OUT)).most_common()
        if reasons:
            counts.append(f"{len(self.where(LEFT_OUT))} left out ({'; '.join(f'{n} {why}' for why, n in reasons)})")
        others = ", ".join(f"{suffix or 'without suffix'} {n}" for suffix, n in self.others.items())
        return f"{len(self.rows)} files: {', '.join(counts)}" + (f"; no pictures: {printable(others)}" if others else "")

    def name_of(self, row):
        """A file's name as seen from the folder, safe to print: one line, no control characters.

        Parameters
        ----------
        row : ReportRow

        Returns
        -------
        str
        """
        return printable(os.path.relpath(row.path, self.folder) if self.folder else row.path)

    def to_csv(self, path):
        """Write the whole table, in UTF-8. A spreadsheet takes nothing in it for a formula.

        Parameters
        ----------
        path : str or Path
            A report that is there already is replaced, but no other file.

        Raises
        ------
        OSError
            When it cannot be written; then there is no file, or the old one.
        """
        write_table(path, HEADS, ((self.name_of(row), *row[1:]) for row in self.rows))

    def _repr_html_(self):
        shown = self.rows if len(self.rows) <= MOST_ROWS else [row for row in self.rows if row.outcome != KEPT]
        lines = [_html_line(self.name_of(row), row) for row in shown[:MOST_ROWS]]
        rest = len(self.rows) - len(lines)
        more = f"<p>{rest:,} more rows are in the file that to_csv writes.</p>" if rest else ""
        head = _html_row("th", HEADS)
        return f"<p>{html.escape(str(self))}</p><table>{head}{''.join(lines)}</table>{more}"


def _html_line(name, row):
    return _html_row("td", (name, f"{MARKS[row.outcome]} {row.outcome}", printable(row.reason)))


def _html_row(tag, cells):
    return "<tr>" + "".join(f'<{tag} style="text-align: left">{html.escape(cell)}</{tag}>' for cell in cells) + "</tr>"
