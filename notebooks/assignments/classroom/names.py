"""Whose is it? From the names of a file and of the folder around it to a person's, the same for every attempt."""

import re
import unicodedata

from . import course

LONGEST_NAME = 60  # characters: the name stands twice in paths, and some systems end at 255 bytes
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}  # on Windows
ATTEMPT = re.compile(  # words that tell one attempt from another, and nobody's name
    r"(v|version|versuch|attempt|try|draft|copy|kopie|copie|final|new|neu|old|alt|last|late|untitled|submission)\d*|of|von"
)
# What learning platforms add to a name: Moodle a number that is another one in each assignment, Canvas one of the file
PLATFORMS = [(re.compile(r"_\d+_assignsubmission_.*"), ""), (re.compile(r"(_late)?_(\d{3,})_\d{3,}_?$", re.I), r"_\2")]
BLACKBOARD = re.compile(r"_([^_]+)_attempt_\d{4}-\d\d-\d\d")


def owner(path, assignment, alone=False):
    """The person whose file this is.

    Parameters
    ----------
    path : PurePosixPath
        Below what was given, without folders that hold everything.
    assignment : str
    alone : bool
        Whether it is the only thing that came back: then the folder around it may be nobody's, and the file's name goes first.

    Returns
    -------
    str
        Empty when no name can be found.
    """
    from_file = _from_file(path.name, assignment)
    if len(path.parts) < 2:
        return from_file
    folder = path.parts[0]
    from_folder = _from_file(folder, assignment)
    named = alone and assignment_in(path.name, assignment) and not PLATFORMS[0][0].search(folder)
    return (from_file if named else "") or from_folder or from_file


def assignment_in(name, assignment):
    """Where an assignment's name stands in a file's, whatever signs a browser or a platform has put into it."""
    names = sorted(course.assignments(), key=lambda other: other != assignment)
    patterns = [re.escape(other).replace("_", "[ _+-]") for other in names]
    return re.search("|".join(patterns), name, flags=re.I)


def _from_file(name, assignment):
    """What stands before the assignment's name, else after it; the whole name where the assignment's is not in it."""
    blackboard = BLACKBOARD.search(name)
    if blackboard:
        return _cleaned(blackboard[1])
    stem = re.sub(r"(\.(ipynb|json|txt|zip|rar|7z|tar|gz|html?|pdf|py|docx?))+$", "", name, flags=re.I)
    stem = re.sub(r"\s*\(\d{1,3}\)$", "", stem)  # by which browsers tell one download from another
    found = assignment_in(stem, assignment)
    if not found:
        return _cleaned(stem)
    after = re.sub(r"^[ _-]*\d{1,3}$", "", stem[found.end() :])  # "-2" is an attempt, "_0012345" a person
    return _cleaned(stem[: found.start()]) or _cleaned(after)


def _cleaned(name):
    for pattern, kept in PLATFORMS:
        name = pattern.sub(kept, name)
    kept = "".join(letter if _may_stand(letter) else " " for letter in unicodedata.normalize("NFC", name))
    name = "_".join(kept.split())[:LONGEST_NAME].strip("_.-@")
    if not _words(name):
        return ""
    return f"{name}_" if name.casefold() in RESERVED else name


def _may_stand(letter):
    return letter in "_.@-" or unicodedata.category(letter)[0] in "LMN"  # letters, marks on them, numbers


# One person under two names


def may_be_one(one, other):
    """Whether two names may be one person's: all words of one are in the other, but for those of an attempt.

    Examples
    --------
    >>> may_be_one("ana", "Ana_final"), may_be_one("Müller_Ana", "ana_muller_v2"), may_be_one("ana", "anatol")
    (True, True, False)
    """
    one, other = _words(one), _words(other)
    return set(one) <= set(other) or set(other) <= set(one) or "".join(one) == "".join(other)


def _words(name):
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    return [word for word in re.split(r"[_.@-]+", plain) if word and not ATTEMPT.fullmatch(word)]
