"""Floor 0. The notebooks that we keep come in; copies for a learner go out: without outputs, claims and answers.

The notebooks in the repository stay as they are: executed, read on the web, compared by the tests. A learner works in copies of them, in a
folder that git ignores, so that nothing is given away before it is run and an update never meets the learner's work.
"""

import hashlib
import json
import os
from pathlib import Path

FOLDER = "my_notebooks"
RECORD = ".copies.json"  # what was written there, to tell later what has been worked on since


def as_learners_get_it(notebook):
    """A notebook without what gives its answers away: outputs, claim cells, the answers to its predictions.

    Parameters
    ----------
    notebook : dict
        As JSON has it; left as it is.

    Returns
    -------
    dict
    """
    cells = [_bare(cell) for cell in notebook["cells"] if "claim" not in cell["metadata"].get("tags", [])]
    return {**notebook, "cells": cells}


def _bare(cell):
    metadata = {name: value for name, value in cell["metadata"].items() if name != "answer"}
    emptied = {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}
    return {**cell, "metadata": metadata, **emptied}


def update_copies(root, fresh=()):
    """Make the copies, or bring them up to date, and never touch what has been worked on.

    A copy that is as we wrote it is replaced by the new version. One that has been worked on stays, and the new version is
    laid beside it, as ``NAME.new.ipynb``, once.

    Parameters
    ----------
    root : str or Path
        The folder of the course.
    fresh : iterable of str
        Beginnings of names, such as ``"03"``: of these the reader wants a fresh copy. What was there is kept, as
        ``NAME.before-1.ipynb``.

    Returns
    -------
    list of str
        A line on each file that was written, to be shown.

    Raises
    ------
    ValueError
        When no notebook begins as `fresh` says; the message lists the known ones.
    OSError
        When the folder cannot be written.
    """
    source, folder = Path(root, "notebooks"), Path(root, FOLDER)
    names = sorted(path.name for path in source.iterdir() if path.suffix in (".ipynb", ".md"))
    unknown = [wish for wish in fresh if not any(name.startswith(wish) for name in names)]
    if unknown:
        raise ValueError(f"fresh must be how a notebook's name begins, one of {', '.join(names)}, not {unknown[0]!r}")
    folder.mkdir(exist_ok=True)
    record = _record_in(folder)
    said = []
    for name in names:
        wanted = any(name.startswith(wish) for wish in fresh)
        said += _update_copy(folder / name, _text_of(source / name), record, wanted)
    _write(folder / RECORD, json.dumps(record, indent=1))
    return said


def _text_of(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        return json.dumps(as_learners_get_it(json.loads(text)), indent=1, ensure_ascii=False) + "\n"
    return text


def _record_in(folder):
    try:
        return dict(json.loads((folder / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # not there, or spoilt: then nobody knows, and everything counts as worked on
        return {}


def _update_copy(path, text, record, wanted):
    """Write one copy where need be; returns what to say about it, in no line or one."""
    name, new = path.name, _hash_of(text)
    now = _hash_of(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else None
    if now is None or wanted or now == record.get(name):
        said = [] if now == new else [f"{name}: {'new' if now is None else 'a new version'}"]
        if wanted and now not in (new, record.get(name), None):
            kept = _free_name(path, "before-{}")
            os.replace(path, kept)
            said = [f"{name}: fresh; what you had is now {kept.name}"]
        if now != new:
            _write(path, text)
        record[name] = new
        return said
    if new in (now, record.get(name), record.get(name + " beside")):
        return []
    beside = path.with_suffix(f".new{path.suffix}")
    if beside.exists() and _hash_of(beside.read_text(encoding="utf-8", errors="replace")) != record.get(name + " beside"):
        beside = _free_name(path, "new-{}")  # that one has been worked on, too
    _write(beside, text)
    record[name + " beside"] = new
    return [f"{name}: you have worked on it, so it stays; the new version lies beside it, as {beside.name}"]


def _hash_of(text):
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()


def _free_name(path, pattern):
    number = 1
    while (free := path.with_suffix(f".{pattern.format(number)}{path.suffix}")).exists():
        number += 1
    return free


def _write(path, text):
    unfinished = path.with_name(path.name + ".unfinished")
    with open(unfinished, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.replace(unfinished, path)
