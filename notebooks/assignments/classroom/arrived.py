"""Everything that came back, file by file, out of folders and zip files alike; what cannot be read comes with the reason."""

import io
import lzma
import os
import stat
import unicodedata
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import NamedTuple

LARGEST = 200_000_000  # bytes of one file; a notebook with its outputs has rarely a tenth of it
DEEPEST = 4  # zip files inside zip files
STEERING = {"Cc", "Cf", "Zl", "Zp"}  # kinds of signs that begin lines, turn letters round or clear the screen
BROKEN_ZIP = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)


class Arrived(NamedTuple):
    """A file's place below what was given, where a zip file counts as a folder; its bytes, or why there are none."""

    path: PurePosixPath
    content: bytes = b""
    problem: str = ""


def everything_in(source):
    """Each file in a folder or a zip file, and in every zip file inside; empty folders, too.

    Parameters
    ----------
    source : Path

    Yields
    ------
    Arrived

    Raises
    ------
    ValueError
        When there is no such folder or zip file.
    """
    if not source.exists():
        raise ValueError(f"there is no {source}")
    if source.is_dir():
        yield from _in_folder(source)
    elif zipfile.is_zipfile(source):
        yield from _in_zip(source, PurePosixPath(), DEEPEST)
    else:
        raise ValueError(f"{source} must be a folder or a zip file that can be opened")


def _in_folder(source):
    for folder, names, files in os.walk(source):
        names.sort()
        at = PurePosixPath(*(_name_on_disk(part) for part in os.path.relpath(folder, source).split(os.sep)))
        links = [name for name in names if os.path.islink(os.path.join(folder, name))]
        for name in links:
            yield Arrived(at / _name_on_disk(name), problem="it is a link to another folder")
        for name in sorted(files):
            yield from _opened(_read(os.path.join(folder, name), at / _name_on_disk(name)), DEEPEST)
        if not names and not files and folder != str(source):
            yield Arrived(at, problem="the folder is empty")


def _read(file, path):
    if os.path.islink(file):
        return Arrived(path, problem="it is a link to another file")  # which may be somebody else's answers, or the solutions
    try:
        about = os.stat(file)
        if not stat.S_ISREG(about.st_mode):
            return Arrived(path, problem="it is no file")
        if about.st_size > LARGEST:
            return Arrived(path, problem=f"it is larger than {LARGEST // 1_000_000} MB")
        with open(file, "rb") as opened:
            return Arrived(path, opened.read())
    except OSError as error:
        return Arrived(path, problem=f"it cannot be read ({error.strerror})")


def _opened(arrived, depth):
    """A zip file becomes what is in it; any other file stays what it is."""
    is_zip = arrived.path.suffix.lower() in (".zip", ".ipynb") and arrived.content.startswith(b"PK")
    if is_zip and depth:
        yield from _in_zip(io.BytesIO(arrived.content), arrived.path, depth - 1)
    elif arrived.path.suffix.lower() == ".zip" and not arrived.problem:
        yield arrived._replace(problem="it is a zip file too deep in others" if is_zip else "it is no zip file, or damaged")
    else:
        yield arrived


def _in_zip(file, at, depth):
    try:
        with zipfile.ZipFile(file) as archive:
            entries = sorted(((_path_in(entry), entry) for entry in archive.infolist()), key=lambda pair: pair[0])
            folders = {folder for path, _ in entries for folder in path.parents}  # but for empty ones
            if not entries:
                yield Arrived(at, problem="it is an empty zip file")
            for path, entry in entries:
                if not entry.is_dir():
                    yield from _opened(_unpacked(archive, entry, at / path), depth)
                elif path not in folders:
                    yield Arrived(at / path, problem="the folder is empty")
    except BROKEN_ZIP:
        yield Arrived(at, problem="it is a damaged zip file")


def _unpacked(archive, entry, path):
    if entry.flag_bits & 1:
        return Arrived(path, problem="it is in a zip file with a password")
    if entry.file_size > LARGEST:
        return Arrived(path, problem=f"it is larger than {LARGEST // 1_000_000} MB")
    try:
        return Arrived(path, archive.read(entry))
    except BROKEN_ZIP as error:
        unknown = isinstance(error, NotImplementedError)
        return Arrived(path, problem=f"it is in a zip file that is {'packed in a way we cannot read' if unknown else 'damaged'}")


# Names. Old zip programs write them in the alphabet of their own country and do not say in which.


def _path_in(entry):
    raw = entry.orig_filename
    if not entry.flag_bits & 0x800:  # which says that it is UTF-8; else Python has taken it for cp437
        raw = _decoded(raw.encode("cp437", errors="replace"), "cp850", "cp1252")
    parts = _as_meant(raw).replace("\\", "/").split("/")  # some programs on Windows write backslashes
    return PurePosixPath(*(part for part in parts if part not in ("", ".", "..")))


def _name_on_disk(name):
    return _as_meant(_decoded(os.fsencode(name), "cp1252", "cp850"))


def _decoded(raw, *guesses):
    """As UTF-8 where it is some, else in the first guess that makes letters of all its signs."""
    for encoding in ("utf-8", *guesses):
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or all(sign.isascii() or sign.isalpha() for sign in name):
            return name
    return raw.decode("cp850")


def _as_meant(name):
    """UTF-8 that a program has taken for something else, as in "M├╝ller", put right; without signs that would steer a screen."""
    for encoding in ("cp437", "cp850", "cp1252"):
        try:
            name = name.encode(encoding).decode("utf-8")
            break
        except UnicodeError:
            pass
    return "".join(" " if unicodedata.category(sign) in STEERING else sign for sign in name)
