"""Floor 3. A header and a matrix come in, one file goes out, and back: how an engine is kept.

The file is a ZIP archive, not compressed, of `header.json` and `vectors.npy`; `numpy.load` opens it too.
"""

import json
import os
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np

from .checks import checked_positive, printable
from .output import whole_file
from .similarity import metric_named

FORMAT = "imsearch index 1"
ADDED_LATER = {"repaired": [], "left_out": [], "others": {}, "exclude": [], "separator": os.sep, "budgets": {}}  # older files lack them
BUDGETS = {"timeout", "max_pixels", "max_bytes"}


def write(path, header, matrix):
    """Write an index to one file, whole or not at all.

    Parameters
    ----------
    path : str or Path
        Written exactly there.
    header : dict
        Anything that JSON can hold; ``image_dir`` is also kept as it is seen from the index.
    matrix : ndarray, shape (n_images, n_dims), float32

    Raises
    ------
    OSError
        When it cannot be written there, or a file that is no index is there already.
    """
    from_here = _relative(header["image_dir"] or os.curdir, Path(path).parent)
    with whole_file(path, is_index) as file:
        _write(file, {"format": FORMAT, **header, "from_here": from_here, "separator": os.sep}, matrix)


def is_index(first_bytes):
    """Whether a file is one of ours.

    Parameters
    ----------
    first_bytes : bytes
        What it begins with, 4096 of them if it has as many.

    Returns
    -------
    bool
    """
    return first_bytes.startswith(b"PK") and b'header.json{"format": "imsearch index' in first_bytes


def read(path):
    """Read an index that `write` wrote. Nothing in it is executed, and nothing larger than the file is made room for.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    (dict, ndarray)
        The header, whose paths open from the current folder, and the matrix of shape (n_images, n_dims), float32.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When it is unusable; the message says why.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # opening a pipe would wait for a writer
        raise ValueError(f"{printable(path)} is not a usable index: it is no regular file")
    with open(path, "rb") as file:
        n_bytes = os.fstat(file.fileno()).st_size
        try:
            if n_bytes == 0:
                raise ValueError("the file is empty")
            header, matrix = _parsed(file, n_bytes)
        except Exception as error:  # on damaged bytes zipfile, json and NumPy raise nearly anything
            why = str(error) if isinstance(error, ValueError) else "it is cut, damaged, or another kind of file"
            raise ValueError(f"{printable(path)} is not a usable index: {why}") from error
    return _placed(header, os.path.dirname(path)), matrix


def _write(file, header, matrix):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("header.json", json.dumps(header))
        with archive.open("vectors.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array(member, matrix, version=(1, 0), allow_pickle=False)


def _parsed(file, n_bytes):
    with zipfile.ZipFile(file) as archive:
        for info in map(archive.getinfo, ("header.json", "vectors.npy")):
            if info.compress_type != zipfile.ZIP_STORED or info.file_size > n_bytes:
                raise ValueError(f"{info.filename} in it would unfold to more than it is")  # perhaps to gigabytes
        header = _checked_header(json.loads(archive.read("header.json")))
        with archive.open("vectors.npy") as member:
            matrix = _read_matrix(member, archive.getinfo("vectors.npy").file_size)
    if len(matrix) != len(header["paths"]):
        raise ValueError(f"{len(header['paths'])} paths but {len(matrix)} vectors")
    return header, matrix


def _checked_header(header):
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        found = header.get("format") if isinstance(header, dict) else header
        raise ValueError(f"its format is {found!r:.80}; this version reads {FORMAT!r}")
    header = ADDED_LATER | header
    if not _is_sound(header):
        raise ValueError("its header is damaged")
    metric_named(header["metric"])
    told = [pair for kind in ("failed", "repaired", "left_out", "stamps") for pair in header[kind]]
    paths = {*header["paths"], *(path for path, _ in told)}
    _check_places(header["image_dir"], paths, PureWindowsPath if header["separator"] == "\\" else PurePosixPath)
    header["budgets"] = {name: limit for name, limit in header["budgets"].items() if name in BUDGETS}
    header["stamps"] = [(path, stamp and tuple(stamp)) for path, stamp in header["stamps"]]
    return header


def _is_sound(header):
    try:
        texts = [header[name] for name in ("method", "metric", "image_dir", "from_here", "separator")]
        texts += header["paths"] + header["exclude"] + list(header["others"])
        texts += [text for kind in ("failed", "repaired", "left_out") for path, why in header[kind] for text in (path, why)]
        stamps = [stamp for _, stamp in header["stamps"] if stamp is not None]
        texts += [text for path, stamp in header["stamps"] for text in (path, *(stamp or ())[2:])]
        counts = [*header["others"].values(), *(count for size, time, *_ in stamps for count in (size, time))]
        for name in header["budgets"].keys() & BUDGETS:
            checked_positive(header["budgets"][name], name)
        kinds = [(texts, str), (counts, int), ([header["named"]], bool)]
        return all(isinstance(value, kind) for values, kind in kinds for value in values)
    except (AttributeError, KeyError, TypeError, ValueError):  # other types, or other lengths
        return False


def _check_places(folder, paths, kind):
    # What was indexed in a folder lies in it. Whoever changed the file could else have other pictures of the reader shown.
    inside = str(kind(folder, "x"))[:-1]
    for path in paths if folder else ():
        rest = kind(path.removeprefix(inside))
        if not path.startswith(inside) or rest.anchor or ".." in rest.parts:
            raise ValueError(f"'{printable(path)}' in it lies outside of its folder '{printable(folder)}'")


def _read_matrix(member, n_bytes):
    np.lib.format.read_magic(member)
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(member)
    if len(shape) != 2 or min(shape) < 1 or fortran or dtype != np.dtype("<f4"):
        raise ValueError(f"its vectors are {dtype} of shape {shape}, not a float32 matrix")
    if shape[0] * shape[1] * dtype.itemsize != n_bytes - member.tell():
        raise ValueError(f"it declares vectors of shape {shape}, which does not match its {n_bytes} bytes")
    matrix = np.empty(shape, dtype=np.float32)
    unread = memoryview(matrix).cast("B")
    while unread:
        part = member.read(min(len(unread), 1 << 24))
        if not part:
            raise EOFError("it is cut")
        unread[: len(part)] = part
        unread = unread[len(part) :]
    member.read(1)  # reading to the end makes zipfile compare its checksum
    return matrix


# Where the pictures are now


def _placed(header, folder):
    here = _as_written_here(header["separator"])
    place = _place_now(here(header["image_dir"]), os.path.join(folder, here(header["from_here"])), here)
    pairs = {kind: [(place(name), what) for name, what in header[kind]] for kind in ("failed", "repaired", "left_out", "stamps")}
    return header | pairs | {"image_dir": place(header["image_dir"]), "paths": [place(name) for name in header["paths"]]}


def _as_written_here(separator):
    # Where it was saved, "\\" may stand between folders; elsewhere it may be part of a name.
    return lambda name: name if separator == os.sep else name.replace(separator, os.sep)


def _relative(target, folder):
    # Kept in the index beside the paths themselves, so that it still finds its pictures when both move together.
    try:
        return os.path.relpath(target, folder)
    except ValueError:  # another drive
        return os.path.abspath(target)


def _place_now(image_dir, found_from_index, here):
    # What turns a stored path into one that opens from the current folder. Pictures that are no longer where they were
    # as seen from the index (it was moved alone) keep the paths they had.
    found = os.path.normpath(found_from_index)
    if os.path.abspath(found) == os.path.abspath(image_dir or os.curdir) or not os.path.isdir(found):
        return here
    if image_dir:
        return lambda name: os.path.normpath(os.path.join(found, os.path.relpath(here(name), image_dir)))
    return lambda name: name and os.path.join(found, here(name))
